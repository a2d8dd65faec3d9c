package host

import (
	"math"
	"reflect"
)

// This file defines convert, which converts a value to a Go argument.
//
// Conversion is strict: the method must get what the policy wrote. Kinds do not change, with
// one exception. The two kinds of numbers convert to each other where that loses nothing: 3
// fits a float64 and 3.0 fits an int, because they are one number in a policy; 3.5 does not
// fit an int. The names of types do not matter, as they do not matter to operators: a Status
// that is a string fits a string, and a string fits a Status.

// The limits for one call. Converting lists and dictionaries is recursive, so the first limit
// also bounds the stack. The second is needed because a policy can name one list many times
// in another list, and that list many times in a third.
const (
	maxDepth = 10_000    // nesting of lists and dictionaries
	maxElems = 1_000_000 // elements and entries in all of them: at most 16 MB of interfaces
)

// A conversion converts the values of one call. The zero value is ready to use.
type conversion struct {
	depth int // lists and dictionaries around the current value
	elems int // elements converted so far
}

// enter counts a list or dictionary of n elements and fails if a limit is exceeded. Each
// successful enter is followed by a leave.
func (c *conversion) enter(n int) error {
	c.depth++
	c.elems += n
	switch {
	case c.depth > maxDepth:
		return errorf(CodeTooDeep, "lists are nested more than %d deep", maxDepth)
	case c.elems > maxElems:
		return errorf(CodeTooLong, "lists have more than %d elements in total", maxElems)
	}
	return nil
}

// leave ends what enter began.
func (c *conversion) leave() { c.depth-- }

// misfit returns the error for a value that does not fit type t.
func misfit(v Value, t reflect.Type) *Error {
	return errorf(CodeArgument, "cannot use %s as %s", Describe(v), t)
}

// convert stores v in dst, which is settable and zero. The error is an [*Error].
func (c *conversion) convert(v Value, dst reflect.Value) error {
	t := dst.Type()
	kind := v.Kind()
	switch {
	case kind == Var || kind == Tail || kind == Partial:
		return errorf(CodeArgument, "the argument is not known")
	case kind == Nil:
		return convertNil(dst)
	case t.Kind() == reflect.Interface:
		return c.convertInterface(v, dst)
	case t.Kind() == reflect.Pointer:
		if v.Plan.Type == t.Elem() && kind == Instance && v.Word == 0 {
			dst.Set(pointerAt(t.Elem(), v.Ptr).Convert(t))
			return nil
		}
		return c.convertPointer(v, dst)
	case v.Plan.Type == t && !v.isEngineCompound():
		v.store(dst)
		return nil
	}
	if null, ok := nullStruct(t); ok {
		return c.convertNullable(v, dst, null)
	}
	if isOpaque(t) {
		return misfit(v, t)
	}
	switch kind {
	case Bool:
		if t.Kind() == reflect.Bool {
			dst.SetBool(v.Bool())
			return nil
		}
	case String:
		if t.Kind() == reflect.String {
			dst.SetString(v.Str())
			return nil
		}
	case Int:
		return v.convertInt(dst)
	case Float:
		return v.convertFloat(dst)
	case List:
		return c.convertList(v, dst)
	case Dict:
		return c.convertDict(v, dst)
	}
	return misfit(v, t)
}

// isEngineCompound reports whether the engine made v, a list or dictionary whose memory is
// not that of a Go type.
func (v Value) isEngineCompound() bool { return v.Plan == EngineList || v.Plan == EngineDict }

// convertNil stores nil.
func convertNil(dst reflect.Value) error {
	switch t := dst.Type(); t.Kind() {
	case reflect.Pointer, reflect.Interface, reflect.Map, reflect.Slice, reflect.Func, reflect.Chan:
		return nil
	default:
		if _, ok := nullStruct(t); ok {
			return nil
		}
		return misfit(Value{}, t)
	}
}

// convertPointer stores v in a new variable that dst points to.
func (c *conversion) convertPointer(v Value, dst reflect.Value) error {
	if err := c.enter(1); err != nil {
		return err
	}
	defer c.leave()
	p := reflect.New(dst.Type().Elem())
	if err := c.convert(v, p.Elem()); err != nil {
		return err
	}
	dst.Set(p.Convert(dst.Type()))
	return nil
}

// convertNullable stores v in a sql.Null* or a similar type.
func (c *conversion) convertNullable(v Value, dst reflect.Value, null nullShape) error {
	p := addressOf(dst.Addr())
	if err := c.convert(v, null.valueAt(p)); err != nil {
		return err
	}
	null.setValid(p)
	return nil
}

// convertInterface stores v in an interface: as ToGo returns it, or as a pointer to a copy
// where only the pointer implements the interface.
func (c *conversion) convertInterface(v Value, dst reflect.Value) error {
	x, err := c.toGo(v)
	if err != nil {
		return err
	}
	rv := reflect.ValueOf(x)
	if rv.Type().Implements(dst.Type()) {
		dst.Set(rv)
		return nil
	}
	if reflect.PointerTo(rv.Type()).Implements(dst.Type()) {
		p := reflect.New(rv.Type())
		p.Elem().Set(rv)
		dst.Set(p)
		return nil
	}
	return misfit(v, dst.Type())
}

// convertInt stores an Integer in a number.
func (v Value) convertInt(dst reflect.Value) error {
	i := v.Int()
	switch {
	case dst.CanInt() && !dst.OverflowInt(i):
		dst.SetInt(i)
	case dst.CanUint() && i >= 0 && !dst.OverflowUint(uint64(i)):
		dst.SetUint(uint64(i))
	case dst.CanFloat() && exactFloat(dst.Type(), i):
		dst.SetFloat(float64(i))
	case dst.CanInt() || dst.CanUint() || dst.CanFloat():
		return errorf(CodeRange, "the Integer is beyond the range of %s", dst.Type())
	default:
		return misfit(v, dst.Type())
	}
	return nil
}

// exactFloat reports whether floats of type t can represent i exactly.
func exactFloat(t reflect.Type, i int64) bool {
	f := float64(i)
	if t.Kind() == reflect.Float32 {
		f = float64(float32(i))
	}
	cmp, ok := compareIntFloat(i, f)
	return ok && cmp == 0
}

// convertFloat stores a Float in a number. A float32 gets the nearest value.
func (v Value) convertFloat(dst reflect.Value) error {
	f := v.Float()
	switch {
	case dst.CanFloat():
		if dst.OverflowFloat(f) && !math.IsInf(f, 0) {
			return errorf(CodeRange, "the Float is beyond the range of %s", dst.Type())
		}
		dst.SetFloat(f)
		return nil
	case dst.CanInt() || dst.CanUint():
		if f != math.Trunc(f) || f < -1<<63 || f >= 1<<63 {
			return errorf(CodeArgument, "the Float has no exact value in %s", dst.Type())
		}
		return MakeInt(int64(f)).convertInt(dst)
	}
	return misfit(v, dst.Type())
}

// convertList stores a List in a slice or an array of its length.
func (c *conversion) convertList(v Value, dst reflect.Value) error {
	n := v.Len()
	if err := c.enter(n); err != nil {
		return err
	}
	defer c.leave()
	switch k := dst.Kind(); {
	case k == reflect.Slice:
		dst.Set(reflect.MakeSlice(dst.Type(), n, n))
	case k == reflect.Array && dst.Len() == n:
	default:
		return misfit(v, dst.Type())
	}
	for i := range n {
		e, err := v.At(i)
		if err != nil {
			return err
		}
		if err := c.convert(e, dst.Index(i)); err != nil {
			return err
		}
	}
	return nil
}

// convertDict stores a Dictionary in a map.
func (c *conversion) convertDict(v Value, dst reflect.Value) error {
	t := dst.Type()
	if t.Kind() != reflect.Map || t.Key().Kind() != reflect.String {
		return misfit(v, t)
	}
	if err := c.enter(v.Len()); err != nil {
		return err
	}
	defer c.leave()
	keys := v.Keys()
	dst.Set(reflect.MakeMapWithSize(t, len(keys)))
	for _, k := range keys {
		val, _, err := v.Get(k)
		if err != nil {
			return err
		}
		elem := reflect.New(t.Elem()).Elem()
		if err := c.convert(val, elem); err != nil {
			return err
		}
		dst.SetMapIndex(reflect.ValueOf(k).Convert(t.Key()), elem)
	}
	return nil
}
