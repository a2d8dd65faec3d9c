package resolve

import (
	"reflect"
	"slices"
	"testing"
)

// A filler puts a new variable wherever a node may hold one.
type filler struct{ slots int }

func (f *filler) newVar() *Var {
	f.slots++
	return &Var{Slot: f.slots - 1}
}

// fill sets the fields of a node, whatever nodes have, to values with variables in them.
func (f *filler) fill(v reflect.Value) {
	switch v.Interface().(type) {
	case At:
		return
	case *Var:
		v.Set(reflect.ValueOf(f.newVar()))
		return
	case []Goal:
		v.Set(reflect.ValueOf([]Goal{&Truth{Term: f.newVar()}, &Truth{Term: f.newVar()}}))
		return
	}
	switch v.Type() {
	case reflect.TypeFor[Goal]():
		v.Set(reflect.ValueOf(&Truth{Term: f.newVar()}))
	case reflect.TypeFor[Term]():
		v.Set(reflect.ValueOf(&List{
			Elems: []Term{f.newVar(), &Dict{Keys: []string{"a"}, Vals: []Term{f.newVar()}}, &Const{}},
			Rest:  f.newVar(),
		}))
	case reflect.TypeFor[Pattern]():
		value := func() Pattern { return &ValuePattern{Term: f.newVar()} }
		v.Set(reflect.ValueOf(&ListPattern{
			Elems: []Pattern{
				&ClassPattern{Fields: []FieldPattern{{Name: "a", Pattern: value()}}},
				&DictPattern{Fields: []FieldPattern{{Name: "b", Pattern: value()}}},
			},
			Rest: f.newVar(),
		}))
	default:
		switch v.Kind() {
		case reflect.Slice:
			s := reflect.MakeSlice(v.Type(), 2, 2)
			for i := range 2 {
				f.fill(s.Index(i))
			}
			v.Set(s)
		case reflect.Struct:
			for i := range v.NumField() {
				f.fill(v.Field(i))
			}
		}
	}
}

// TestWalksSeeAll checks that the walks see every variable of a goal, those of keyword arguments included.
func TestWalksSeeAll(t *testing.T) {
	for _, g := range []Goal{
		&And{}, &Or{}, &Not{}, &Forall{}, &Unify{}, &Assign{}, &Compare{}, &Arith{}, &Lookup{}, &Method{}, &New{}, &In{},
		&Matches{}, &Call{}, &Truth{}, &Cut{}, &Print{}, &Debug{},
	} {
		var f filler
		f.fill(reflect.ValueOf(g).Elem())
		var seen []int
		EachLeaf(g, func(leaf Goal) {
			EachVar(leaf, func(v *Var) { seen = append(seen, v.Slot) })
		})
		slices.Sort(seen)
		for i := range f.slots {
			if i >= len(seen) || seen[i] != i {
				t.Errorf("%T: the walk sees the variables %v of %d", g, seen, f.slots)
				break
			}
		}
		if len(seen) != f.slots {
			t.Errorf("%T: the walk sees %d variables of %d", g, len(seen), f.slots)
		}
	}
}
