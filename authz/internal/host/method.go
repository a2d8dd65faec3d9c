package host

import (
	"context"
	"fmt"
	"reflect"
)

// This file defines Method, a Go method or constructor that a policy can call.

// A Method is a method of a Go type, or the constructor of a class. It is immutable, and safe
// for concurrent use if the host's method is.
type Method struct {
	Name     string         // the Go name
	Spelling string         // how policies spell it
	In       []reflect.Type // parameters, without the receiver and a leading context.Context
	Variadic bool           // whether the last of In is the slice of a variadic parameter
	Out      reflect.Type   // the first result; nil when the shape is refused
	Plan     *Plan          // the plan of results; nil when it depends on the dynamic type, or the shape is refused

	owner     *Plan // plan of the receiver; nil for a constructor
	what      string
	refused   *Error // why calls always fail, or nil
	fn        reflect.Value
	ctx       bool       // takes a leading context.Context
	byPointer bool       // in the method set of *T only
	tail      resultTail // what follows the result
	result    loader
	direct    direct // calls without reflection; nil for the rarer signatures

	described *describedMethod // of a method that was made from a schema; see facts.go
}

// A direct calls one method. The number of args is right.
type direct func(ctx context.Context, recv Pointer, args []Value) (Value, bool, error)

// A resultTail is the second result of a method.
type resultTail uint8

const (
	tailNone  resultTail = iota // (T)
	tailError                   // (T, error)
	tailBool                    // (T, bool)
)

// Refused returns nil, or an [*Error] that says why calls of the method always fail: its
// results are not (T), (T, error) or (T, bool), or its name is ambiguous.
func (m *Method) Refused() error {
	if m.refused == nil {
		return nil
	}
	return m.refused
}

// bind takes the parameters and results from t, the type of the func with its receiver.
func (m *Method) bind(t reflect.Type, loaderFor func(reflect.Type) loader) {
	first := 0
	if m.owner != nil {
		first = 1
	}
	if t.NumIn() > first && t.In(first) == contextType {
		m.ctx = true
		first++
	}
	for i := first; i < t.NumIn(); i++ {
		m.In = append(m.In, t.In(i))
	}
	m.Variadic = t.IsVariadic()
	switch {
	case t.NumOut() == 0:
		m.refuse("returns nothing")
		return
	case t.Out(0) == errorType:
		m.refuse("returns an error as its first result (return (bool, error) or (T, error))")
		return
	case t.NumOut() == 1:
	case t.NumOut() == 2 && t.Out(1) == errorType:
		m.tail = tailError
	case t.NumOut() == 2 && t.Out(1) == reflect.TypeFor[bool]():
		m.tail = tailBool
	default:
		m.refuse("must return (T), (T, error) or (T, bool)")
		return
	}
	m.Out = t.Out(0)
	m.result = loaderFor(m.Out)
	m.Plan = m.result.plan
	m.direct = directCall(m)
}

// refuse makes every call of the method fail.
func (m *Method) refuse(why string) {
	m.refused = errorf(CodeShape, "%s %s", m.what, why)
}

// Call calls the method on recv, a value of the plan that the method belongs to. A leading
// context.Context parameter gets ctx. If the method returns (T, bool) with false, ok is
// false: there is no solution. The error is an [*Error]: the arguments do not fit, the method
// returned an error, or it panicked. Its text never includes the host's own error, which is
// the Cause. Call cannot stop a call of runtime.Goexit by the method.
func (m *Method) Call(ctx context.Context, recv Value, args []Value) (v Value, ok bool, err error) {
	if recv.Plan != m.owner {
		return Value{}, false, errorf(CodeArgument, "%s cannot be called on %s", m.what, Describe(recv))
	}
	if recv.Plan.isPartial(recv.Ptr, "") {
		return Value{}, false, recv.Plan.errPartial("a field that " + m.what + " may use")
	}
	return m.call(ctx, recv, args)
}

// call calls the method or the constructor. A constructor ignores recv.
func (m *Method) call(ctx context.Context, recv Value, args []Value) (v Value, ok bool, err error) {
	if m.refused != nil {
		return Value{}, false, m.refused
	}
	if len(args) != len(m.In) && !(m.Variadic && len(args) >= len(m.In)-1) {
		return Value{}, false, m.wrongCount(len(args))
	}
	if ctx == nil {
		ctx = context.Background()
	}
	for i := range args {
		if a := &args[i]; a.Kind() == Instance && a.Plan.isPartial(a.Ptr, "") {
			return Value{}, false, a.Plan.errPartial("a field that " + m.what + " may use")
		}
	}
	defer rescue(m.what, &v, &ok, &err)
	if m.direct != nil {
		return m.direct(ctx, m.receiver(recv), args)
	}
	return m.reflected(ctx, recv, args)
}

// wrongCount returns the error for n arguments.
func (m *Method) wrongCount(n int) *Error {
	takes := fmt.Sprint(len(m.In))
	if m.Variadic {
		takes = fmt.Sprintf("at least %d", len(m.In)-1)
	}
	return errorf(CodeArity, "%s takes %s arguments, not %d", m.what, takes, n)
}

// receiver returns a pointer for the receiver. If the policy was given a pointer, it is the
// host's own. For a value that is part of another object, methods that could change it get a
// copy. Methods of T get the address of the object in place, because a call through a pointer
// copies it.
func (m *Method) receiver(recv Value) Pointer {
	if recv.Plan.Kind == Instance && (recv.Word == 0 || !m.byPointer) {
		return recv.Ptr
	}
	cell := reflect.New(recv.Plan.Type)
	recv.store(cell.Elem())
	return addressOf(cell)
}

// reflected calls the method by reflection.
func (m *Method) reflected(ctx context.Context, recv Value, args []Value) (Value, bool, error) {
	in := make([]reflect.Value, 0, len(args)+2)
	if m.owner != nil {
		in = append(in, pointerAt(m.owner.Type, m.receiver(recv)))
	}
	if m.ctx {
		in = append(in, reflect.ValueOf(ctx))
	}
	var c conversion
	for i, a := range args {
		p := reflect.New(m.paramType(i)).Elem()
		if err := c.convert(a, p); err != nil {
			return Value{}, false, m.wrongArgument(i, err)
		}
		in = append(in, p)
	}
	out := m.fn.Call(in)
	switch m.tail {
	case tailError:
		if !out[1].IsNil() {
			return Value{}, false, m.hostError(out[1].Interface().(error))
		}
	case tailBool:
		if !out[1].Bool() {
			return Value{}, false, nil
		}
	}
	v, err := loadReflected(&m.result, out[0])
	return v, err == nil, err
}

// paramType returns the type of argument i, which counts from 0.
func (m *Method) paramType(i int) reflect.Type {
	if m.Variadic && i >= len(m.In)-1 {
		return m.In[len(m.In)-1].Elem()
	}
	return m.In[i]
}

// wrongArgument returns the error for argument i, which counts from 0.
func (m *Method) wrongArgument(i int, cause error) *Error {
	e := cause.(*Error)
	return &Error{Code: e.Code, Msg: fmt.Sprintf("argument %d of %s: %s", i+1, m.what, e.Msg), Cause: e.Cause}
}

// hostError returns the error for an error that the method returned. The text of an [*Error]
// contains no host values, so it is included.
func (m *Method) hostError(cause error) *Error {
	if e, ok := cause.(*Error); ok {
		return &Error{Code: CodeHost, Msg: m.what + ": " + e.Msg, Cause: cause}
	}
	return &Error{Code: CodeHost, Msg: m.what + " returned an error", Cause: cause}
}

// loadReflected returns the variable rv, read by l, as a value. The value refers to a copy.
func loadReflected(l *loader, rv reflect.Value) (Value, error) {
	cell := reflect.New(rv.Type())
	cell.Elem().Set(rv)
	return l.load(addressOf(cell), 0)
}

// buildMethods makes the methods of a plan on first use.
func (p *Plan) buildMethods() {
	if p.reg != nil {
		p.bindMethods(p.reg.loaderOf, func(string, string) {})
	}
}

// bindMethods makes the methods of a plan. Two methods with one spelling are reported. A call
// by that spelling fails; calls by their Go names work.
func (p *Plan) bindMethods(loaderFor func(reflect.Type) loader, ambiguous func(spelling, why string)) {
	t := reflect.PointerTo(p.Type)
	if p.Type.Kind() == reflect.Interface || t.NumMethod() == 0 {
		return
	}
	p.methods = make(map[string]*Method, 2*t.NumMethod())
	names := make(map[string]bool, t.NumMethod())
	for i := range t.NumMethod() {
		m := newMethod(p, t.Method(i), loaderFor)
		p.methods[m.Name] = m
		first, ok := p.methods[m.Spelling]
		if !ok {
			p.methods[m.Spelling] = m
			names[m.Spelling] = true
			continue
		}
		why := fmt.Sprintf("the methods %s and %s both have this spelling", first.Name, m.Name)
		bad := &Method{Name: m.Spelling, Spelling: m.Spelling, owner: p, what: "method " + m.Spelling}
		bad.refused = errorf(CodeAmbiguous, "%s of %s is ambiguous: %s", m.Spelling, p.describe(), why)
		p.methods[m.Spelling] = bad
		delete(names, m.Spelling)
		ambiguous(m.Spelling, why)
	}
	p.methodNames = sortedNames(names)
}

// newMethod returns method rm of plan p; rm is a method of *T.
func newMethod(p *Plan, rm reflect.Method, loaderFor func(reflect.Type) loader) *Method {
	_, byValue := p.Type.MethodByName(rm.Name)
	m := &Method{
		Name: rm.Name, Spelling: SnakeCase(rm.Name), owner: p, fn: rm.Func, byPointer: !byValue,
		what: fmt.Sprintf("method %s of %s", rm.Name, p.describe()),
	}
	m.bind(rm.Type, loaderFor)
	return m
}
