package host

import (
	"context"
	"testing"
	"time"
)

func BenchmarkValueOf(b *testing.B) {
	r := registry(b, classFor[Account](), classFor[Status]())
	for _, bb := range []struct {
		name string
		x    any
	}{
		{"pointer", &Account{ID: 1}}, {"struct", Account{ID: 1}}, {"string", "read"}, {"int", 1000}, {"named", Status("open")}, {"nil", nil}, {"late", &Stranger{}},
	} {
		b.Run(bb.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				v, err := r.ValueOf(bb.x)
				if err != nil {
					b.Fatal(err)
				}
				sink = v
			}
		})
	}
}

func BenchmarkLoad(b *testing.B) {
	r := registry(b, classFor[every](named("Every")))
	s := "text"
	v := value(b, r, &every{Str: "s", PStr: &s, PInner: &everyInner{}, Any: 5, Strs: []string{"a"}})
	for _, name := range []string{"int", "str", "bool", "uint64", "float64", "inner", "p_inner", "p_str", "strs", "any", "null", "deep"} {
		a := v.Plan.Attr(name)
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				w, err := a.Load(v.Ptr)
				if err != nil {
					b.Fatal(err)
				}
				sink = w
			}
		})
	}
}

func BenchmarkCall(b *testing.B) {
	r := registry(b, classFor[Large](), classFor[Small]())
	large, small := value(b, r, &Large{N: 7}), value(b, r, &Small{7})
	ctx := context.Background()
	for _, bb := range []struct {
		name string
		recv Value
		args []Value
	}{
		{"bool_p", large, nil}, {"bool", large, nil}, {"bool_s", large, []Value{MakeString("x")}}, {"ptr_p", large, nil},
		{"bool_p", small, nil}, {"add", small, []Value{MakeInt(1), MakeInt(2)}},
	} {
		m := bb.recv.Plan.Method(bb.name)
		b.Run(Describe(bb.recv)+"."+bb.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				v, _, err := m.Call(ctx, bb.recv, bb.args)
				if err != nil {
					b.Fatal(err)
				}
				sink = v
			}
		})
	}
}

func BenchmarkEqual(b *testing.B) {
	r := registry(b, classFor[Account](), classFor[Plain]())
	for _, bb := range []struct {
		name string
		v, w Value
	}{
		{"int", MakeInt(1), MakeInt(1)}, {"intFloat", MakeInt(1), MakeFloat(1)}, {"string", MakeString("expense"), MakeString("expensf")},
		{"key", value(b, r, &Account{ID: 1}), value(b, r, &Account{ID: 1})},
		{"struct", value(b, r, Plain{A: 1}), value(b, r, Plain{A: 2})},
		{"time", value(b, r, time.Now()), value(b, r, time.Now())},
	} {
		b.Run(bb.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Equal(bb.v, bb.w); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkNewRegistry(b *testing.B) {
	classes := memberClasses(nil)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := NewRegistry(classes); err != nil {
			b.Fatal(err)
		}
	}
}
