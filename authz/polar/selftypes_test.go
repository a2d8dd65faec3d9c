package polar

// This file tests Go types and values that refer to themselves: everything that uses
// them must end.

import (
	"errors"
	"iter"
	"reflect"
	"testing"
)

type (
	selfPointer  *selfPointer
	selfTwin     *selfOtherTwin
	selfOther    = selfOtherTwin
	selfSlice    []selfSlice
	selfMap      map[string]selfMap
	selfFunc     func() selfFunc
	selfSeq      iter.Seq[selfSeq]
	selfArray    struct{ A [1]*selfArray }
	selfEmbedded struct {
		*selfEmbedded //lint:ignore U1000 it is embedded to lead to itself
		X             int
	}
	selfGeneric[T any]     struct{ Next *selfGeneric[T] }
	selfGenericList[T any] []selfGenericList[T]
	selfRow                struct {
		ID     int
		P      selfPointer
		T      selfTwin
		S      selfSlice
		M      selfMap
		F      selfFunc
		Q      selfSeq
		A      selfArray
		G      selfGeneric[selfSlice]
		L      selfGenericList[int]
		Self   *selfRow
		Double **selfRow
	}
	selfKeyed struct{ Key selfArray }
)

type selfOtherTwin *selfTwin

// Take has parameters and a result that lead to themselves.
func (selfRow) Take(selfPointer, selfTwin, selfSlice, selfFunc) selfFunc { return nil }

func TestTypesThatLeadToThemselves(t *testing.T) {
	ctx := t.Context()
	const text = `allow(_: User, "read", x) if x = x and not x = 1;
		allow(u: User, "take", x: Row) if x.take(x.p, x.t, x.s, x.f) = u.name;`
	user := Class{Name: "User", Type: reflect.TypeFor[chainUser]()}
	row := reflect.TypeFor[selfRow]()
	with := func(classes ...Class) (*Policy, error) {
		p, _, err := load(ctx, Input{Sources: []Source{{"self.polar", text}}, Classes: append(classes, user)}, false)
		return p, err
	}
	p, err := with(Class{Name: "Row", Type: row})
	if err != nil {
		t.Fatal(err)
	}
	for _, typ := range []reflect.Type{
		reflect.TypeFor[selfPointer](), reflect.TypeFor[selfTwin](), reflect.TypeFor[selfOther](), reflect.TypeFor[*selfPointer](), reflect.TypeFor[selfSlice](),
		reflect.TypeFor[selfMap](), reflect.TypeFor[selfFunc](), reflect.TypeFor[selfSeq](), reflect.TypeFor[selfGenericList[int]](),
	} {
		if _, err := p.Filter(ctx, "allow", &chainUser{}, "read", Class{Type: typ}); !errors.Is(err, ErrUnsupported) {
			t.Errorf("a filter over %v: %v", typ, err)
		}
		// As a class, as the target of a relation, and as a declared supertype, it may be
		// rejected or accepted, but loading must end.
		with(Class{Name: "X", Type: typ}, Class{Name: "Row", Type: row})
		if _, err := with(Class{Name: "X", Type: row, Relations: []Relation{{Name: "P", Target: typ}, {Name: "T", Target: typ}, {Name: "S", Many: true, Target: typ}}}); err == nil {
			t.Errorf("a relation to %v", typ)
		}
		if _, err := with(Class{Name: "X", Type: row, Extends: []reflect.Type{typ}}); err == nil {
			t.Errorf("a supertype %v", typ)
		}
	}
	for _, typ := range []reflect.Type{reflect.TypeFor[selfGeneric[int]](), reflect.TypeFor[selfEmbedded](), reflect.TypeFor[selfArray]()} {
		if _, err := with(Class{Name: "X", Type: typ}, Class{Name: "Row", Type: row}); err != nil {
			t.Error(err)
		}
	}
	if _, err := with(Class{Name: "X", Type: reflect.TypeFor[selfKeyed](), Key: []string{"Key"}}); err == nil {
		t.Error("a key of pointers")
	}

	var pointer selfPointer
	pointer = &pointer
	slice := selfSlice{nil}
	slice[0] = slice
	dict := selfMap{}
	dict["x"] = dict
	var f selfFunc
	f = func() selfFunc { return f }
	self := &selfRow{P: pointer, S: slice, M: dict, F: f}
	self.Self = self
	self.Double = &self.Self
	for _, x := range []any{pointer, slice, dict, f, self, &selfEmbedded{}, &selfArray{}} {
		// An answer or an error, in bounded time.
		p.Decide(ctx, "allow", &chainUser{}, "read", x)
		p.Decide(ctx, "allow", x, "read", x)
		p.Filter(ctx, "allow", x, "read", ClassOf[selfRow]())
	}
	if d, err := p.Decide(ctx, "allow", &chainUser{}, "read", self); err != nil || !d.Allowed {
		t.Errorf("a row with fields that lead to themselves: %v, %v", d.Allowed, err)
	}
	if _, err := p.Decide(ctx, "allow", &chainUser{}, "read", pointer); err == nil {
		t.Error("a pointer to itself was decided on")
	}
}
