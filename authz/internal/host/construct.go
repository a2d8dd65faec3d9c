package host

import (
	"context"
	"reflect"
)

// This file defines New and Fetch, which call the functions that a class registers.

// A Named is a keyword argument.
type Named struct {
	Name  string
	Value Value
}

// bindConstructor binds the constructor of class c, if it has one.
func (b *builder) bindConstructor(c *ClassInfo) {
	if c.spec.Constructor == nil {
		return
	}
	fault := func(why string) {
		b.errs = append(b.errs, errorf(CodeClass, "the constructor of class %s %s", c.Name, why))
	}
	fn := reflect.ValueOf(c.spec.Constructor)
	if fn.Kind() != reflect.Func {
		fault("is not a function")
		return
	}
	if fn.IsNil() {
		fault("is a nil function")
		return
	}
	m := &Method{Name: c.Name, Spelling: c.Name, fn: fn, what: "constructor of " + c.Name}
	m.bind(fn.Type(), b.loaderFor)
	if m.refused != nil || m.tail == tailBool || m.Out != c.Type && m.Out != reflect.PointerTo(c.Type) {
		fault("must return " + c.Type.String() + " or a pointer to it, optionally followed by an error")
		return
	}
	c.ctor, c.HasConstructor = m, true
}

// New calls the constructor of class c. The error is an [*Error]: c has no constructor, the
// arguments do not fit, there are keyword arguments (Go has none), or the constructor failed,
// panicked or returned nil.
func (r *Registry) New(ctx context.Context, c *ClassInfo, args []Value, kwargs []Named) (Value, error) {
	if c.ctor == nil {
		return Value{}, errorf(CodeNoConstructor, "class %s has no constructor", c.Name)
	}
	if len(kwargs) > 0 {
		return Value{}, errorf(CodeKeyword, "%s takes no keyword arguments (pass them by position)", c.ctor.what)
	}
	v, _, err := c.ctor.call(ctx, Value{}, args)
	if err != nil {
		return Value{}, err
	}
	if v.Plan == nil {
		return Value{}, errorf(CodeResult, "%s returned nil", c.ctor.what)
	}
	return v, nil
}

// Fetch gets the rows of relation a of recv from the program: an instance or nil for a to-one
// relation, a list for a to-many relation. The error is an [*Error]: the class of recv has no
// Fetch, or Fetch failed, panicked, or returned something other than rows.
func (r *Registry) Fetch(ctx context.Context, recv Value, a *Attr) (v Value, err error) {
	if a.Relation == nil || recv.Plan == nil || recv.Plan != a.owner {
		return Value{}, errorf(CodeNotLoaded, "%s of %s is not a registered relation", a.Name, Describe(recv))
	}
	if recv.Plan.Class.spec.Fetch == nil {
		return Value{}, errorf(CodeNotLoaded, "the relation %s of %s is not loaded, and the class has no Fetch", a.Spelling, Describe(recv))
	}
	what := "Fetch of " + recv.Plan.Class.Name
	if ctx == nil {
		ctx = context.Background()
	}
	x, err := callFetch(ctx, what, recv, a)
	if err != nil {
		return Value{}, err
	}
	if v, err = r.valueOf(x, 0); err != nil {
		return Value{}, err
	}
	target := a.Relation.Target
	switch {
	case !a.Relation.Many && (v.Plan == nil || v.Plan == target):
		return v, nil
	case a.Relation.Many && v.Plan == nil:
		return MakeList(nil), nil
	case a.Relation.Many && v.Plan.Kind == List && v.Plan.elem.plan == target:
		return v, nil
	}
	return Value{}, errorf(CodeResult, "%s returned %s for the relation %s, which holds %s", what, Describe(v), a.Spelling, target.describe())
}

// callFetch calls the Fetch function of the class of recv with a pointer to the object itself,
// by which Fetch may know the row.
func callFetch(ctx context.Context, what string, recv Value, a *Attr) (x any, err error) {
	row := pointerAt(recv.Plan.Type, recv.Ptr)
	var none Value
	var ok bool
	defer rescue(what, &none, &ok, &err)
	x, err = recv.Plan.Class.spec.Fetch(ctx, row.Interface(), a.Relation.Name)
	if err != nil {
		return nil, &Error{Code: CodeHost, Msg: what + " returned an error for the relation " + a.Spelling, Cause: err}
	}
	return x, nil
}
