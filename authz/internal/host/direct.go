//go:build !purego

package host

import (
	"context"
	"reflect"
	"unsafe"
)

// This file defines how methods with common signatures are called without reflection.
//
// A call by reflection costs about 170 ns and three allocations; a call of a func value costs
// about 2 ns. The func value of a method of *T takes the receiver as its first argument, of
// type *T, which is not known when this package is compiled. But every pointer is passed in
// the same way, and so is every type with the same underlying basic type. So a method
// func(*T) Status, where Status is a string, is called as a func(Pointer) string. Only
// signatures with parameters and results of such types are called this way; all others go
// through reflection. Tests call methods of every such signature on types of several sizes.

// directCall returns a function that calls m without reflection, or nil.
func directCall(m *Method) direct {
	if m.owner == nil || m.Variadic || len(m.In) > 1 || len(m.In) == 1 && m.In[0].Kind() != reflect.String {
		return nil
	}
	if len(m.In) == 1 && isOpaque(m.In[0]) {
		return nil
	}
	switch m.result.op {
	case opBool:
		return directFor(m, loadBool)
	case opString:
		return directFor(m, loadString)
	case opInt:
		return directFor(m, loadInt[int])
	case opInt64:
		return directFor(m, loadInt[int64])
	case opPointer:
		return directFor(m, loadPointer)
	case opSlice:
		return directFor(m, loadSlice)
	}
	return nil
}

func loadString(p *Plan, s string) Value { return stringValue(p, s) }

func loadInt[I int | int64](p *Plan, i I) Value { return Value{Plan: p, Word: uint64(i)} }

func loadPointer(p *Plan, q Pointer) Value {
	if q == nil {
		return Value{}
	}
	return Value{Plan: p, Ptr: q}
}

// loadSlice reads a slice of any element type as one of bytes; it is not indexed here.
func loadSlice(p *Plan, s []byte) Value {
	return Value{Plan: p, Ptr: Pointer(unsafe.SliceData(s)), Word: uint64(len(s))}
}

// directFor returns the call of a method whose first result is laid out like an R.
func directFor[R any](m *Method, value func(*Plan, R) Value) direct {
	// The func value of the method, in its own memory, to be read as one of another type.
	cell := reflect.New(m.fn.Type())
	cell.Elem().Set(m.fn)
	fn := cell.UnsafePointer()

	plan := m.result.plan
	plain := func(r R) (Value, bool, error) { return value(plan, r), true, nil }
	orError := func(r R, err error) (Value, bool, error) {
		if err != nil {
			return Value{}, false, m.hostError(err)
		}
		return value(plan, r), true, nil
	}
	orNone := func(r R, ok bool) (Value, bool, error) {
		if !ok {
			return Value{}, false, nil
		}
		return value(plan, r), true, nil
	}

	type signature struct {
		ctx, text bool
		tail      resultTail
	}
	switch (signature{m.ctx, len(m.In) == 1, m.tail}) {
	case signature{false, false, tailNone}:
		f := *(*func(Pointer) R)(fn)
		return func(_ context.Context, p Pointer, _ []Value) (Value, bool, error) { return plain(f(p)) }
	case signature{false, false, tailError}:
		f := *(*func(Pointer) (R, error))(fn)
		return func(_ context.Context, p Pointer, _ []Value) (Value, bool, error) { return orError(f(p)) }
	case signature{false, false, tailBool}:
		f := *(*func(Pointer) (R, bool))(fn)
		return func(_ context.Context, p Pointer, _ []Value) (Value, bool, error) { return orNone(f(p)) }

	case signature{true, false, tailNone}:
		f := *(*func(Pointer, context.Context) R)(fn)
		return func(ctx context.Context, p Pointer, _ []Value) (Value, bool, error) { return plain(f(p, ctx)) }
	case signature{true, false, tailError}:
		f := *(*func(Pointer, context.Context) (R, error))(fn)
		return func(ctx context.Context, p Pointer, _ []Value) (Value, bool, error) { return orError(f(p, ctx)) }
	case signature{true, false, tailBool}:
		f := *(*func(Pointer, context.Context) (R, bool))(fn)
		return func(ctx context.Context, p Pointer, _ []Value) (Value, bool, error) { return orNone(f(p, ctx)) }

	case signature{false, true, tailNone}:
		f := *(*func(Pointer, string) R)(fn)
		return withText(m, func(_ context.Context, p Pointer, s string) (Value, bool, error) { return plain(f(p, s)) })
	case signature{false, true, tailError}:
		f := *(*func(Pointer, string) (R, error))(fn)
		return withText(m, func(_ context.Context, p Pointer, s string) (Value, bool, error) { return orError(f(p, s)) })
	case signature{false, true, tailBool}:
		f := *(*func(Pointer, string) (R, bool))(fn)
		return withText(m, func(_ context.Context, p Pointer, s string) (Value, bool, error) { return orNone(f(p, s)) })

	case signature{true, true, tailNone}:
		f := *(*func(Pointer, context.Context, string) R)(fn)
		return withText(m, func(ctx context.Context, p Pointer, s string) (Value, bool, error) { return plain(f(p, ctx, s)) })
	case signature{true, true, tailError}:
		f := *(*func(Pointer, context.Context, string) (R, error))(fn)
		return withText(m, func(ctx context.Context, p Pointer, s string) (Value, bool, error) {
			return orError(f(p, ctx, s))
		})
	default:
		f := *(*func(Pointer, context.Context, string) (R, bool))(fn)
		return withText(m, func(ctx context.Context, p Pointer, s string) (Value, bool, error) {
			return orNone(f(p, ctx, s))
		})
	}
}

// withText returns a call that passes its one argument, a String, to f.
func withText(m *Method, f func(context.Context, Pointer, string) (Value, bool, error)) direct {
	return func(ctx context.Context, p Pointer, args []Value) (Value, bool, error) {
		if args[0].Kind() != String {
			return Value{}, false, m.wrongArgument(0, misfit(args[0], m.In[0]))
		}
		return f(ctx, p, args[0].Str())
	}
}
