package host

import (
	"context"
	"testing"
	"time"
)

// sink keeps the measured calls from being optimized away.
var sink Value

func TestAllocations(t *testing.T) {
	if raceEnabled || PureGo {
		t.Skip("the race detector and reflection allocate")
	}
	r := registry(t, classFor[every](named("Every")), classFor[Account](), classFor[Large](), classFor[Status](), classFor[Header]())
	n, s := 5, "text"
	inner := &everyInner{1, 2}
	x := &every{
		Str: "s", PInner: inner, PPInner: &inner, PInt: &n, PStr: &s, Strs: []string{"a"}, Inners: []everyInner{{}}, PInners: []*everyInner{inner},
		Anys: []any{1, "a", inner}, Dict: map[string]string{"k": "v"}, Multi: map[string][]string{"k": {"v"}}, AnyDict: map[string]any{"k": 1},
		Any: inner, Stringer: time.March,
	}
	x.NullInt.Valid, x.Null.Valid = true, true
	v := value(t, r, x)
	must := func(w Value, err error) {
		if err != nil {
			t.Fatal(err)
		}
		sink = w
	}
	for _, name := range v.Plan.AttrNames() {
		a := v.Plan.Attr(name)
		if got := testing.AllocsPerRun(100, func() { must(a.Load(v.Ptr)) }); got != 0 {
			t.Errorf("Load of %s allocates %v times", name, got)
		}
	}
	for _, name := range []string{"strs", "inners", "p_inners", "anys", "names", "square"} {
		list := attr(t, v, name)
		if list.Len() == 0 {
			continue
		}
		if got := testing.AllocsPerRun(100, func() { must(list.At(0)) }); got != 0 {
			t.Errorf("At of %s allocates %v times", name, got)
		}
		if got := testing.AllocsPerRun(100, func() { sink = list.Slice(1) }); got != 0 {
			t.Errorf("Slice of %s allocates %v times", name, got)
		}
	}
	for _, name := range []string{"dict", "multi", "any_dict"} {
		dict := attr(t, v, name)
		if got := testing.AllocsPerRun(100, func() {
			w, ok, err := dict.Get("k")
			if !ok || dict.Len() != 1 {
				t.Fatal("no k")
			}
			must(w, err)
		}); got != 0 {
			t.Errorf("Get of %s allocates %v times", name, got)
		}
	}

	for _, arg := range []any{x, &x, *inner, inner, Account{ID: 1}, &Account{ID: 1}, 5, int64(5), uint8(5), "text", &s, true, 2.5, Status("s"), nil,
		(*Account)(nil), []string{"a"}, map[string]any{}, Header{}, time.Now(), time.Second, &n} {
		if got := testing.AllocsPerRun(100, func() { must(r.ValueOf(arg)) }); got != 0 {
			t.Errorf("ValueOf(%T) allocates %v times", arg, got)
		}
	}

	large := value(t, r, &Large{N: 7, Tags: []string{"a"}, Next: &Large{}})
	ctx := context.Background()
	text := []Value{MakeString("x")}
	for name, args := range map[string][]Value{"bool": nil, "bool_p": nil, "bool_s": text, "int64": nil, "ptr_p": nil, "tags_p": nil, "str_se": text, "bool_pcs": text} {
		m := large.Plan.Method(name)
		if got := testing.AllocsPerRun(100, func() {
			w, _, err := m.Call(ctx, large, args)
			must(w, err)
		}); got != 0 {
			t.Errorf("Call of %s allocates %v times", name, got)
		}
	}

	a, b := value(t, r, &Account{ID: 1}), value(t, r, &Account{ID: 1})
	pairs := [][2]Value{{a, b}, {MakeInt(1), MakeFloat(2)}, {MakeString("a"), MakeString("b")}, {value(t, r, time.Now()), value(t, r, time.Now())},
		{value(t, r, everyInner{}), value(t, r, everyInner{1, 2})}}
	for _, p := range pairs {
		if got := testing.AllocsPerRun(100, func() {
			if _, err := Equal(p[0], p[1]); err != nil {
				t.Fatal(err)
			}
		}); got != 0 {
			t.Errorf("Equal of %s allocates %v times", Describe(p[0]), got)
		}
	}
	if got := testing.AllocsPerRun(100, func() { Compare(MakeInt(1), MakeFloat(2)) }); got != 0 {
		t.Errorf("Compare allocates %v times", got)
	}
}
