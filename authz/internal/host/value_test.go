package host

import (
	"math"
	"reflect"
	"slices"
	"testing"
)

func TestEngineValues(t *testing.T) {
	list := MakeList([]Value{MakeInt(1), {}, MakeString("x")})
	dict := MakeDict([]string{"a", "b"}, []Value{MakeInt(1), MakeBool(false)})
	tests := []struct {
		v    Value
		kind Kind
		want string
	}{
		{Value{}, Nil, "nil"},
		{MakeBool(true), Bool, "true"},
		{MakeBool(false), Bool, "false"},
		{MakeInt(math.MinInt64), Int, "-9223372036854775808"},
		{MakeFloat(1), Float, "1.0"},
		{MakeFloat(-0.5), Float, "-0.5"},
		{MakeFloat(1e300), Float, "1e+300"},
		{MakeFloat(math.Inf(1)), Float, "inf"},
		{MakeFloat(math.Inf(-1)), Float, "-inf"},
		{MakeFloat(math.NaN()), Float, "nan"},
		{MakeString(""), String, `""`},
		{MakeString("a\"b"), String, `"a\"b"`},
		{list, List, `[1, nil, "x"]`},
		{MakeList(nil), List, "[]"},
		{dict, Dict, "{a: 1, b: false}"},
		{MakeDict(nil, nil), Dict, "{}"},
		{MakeClass(builtinClasses()[StringClass]), ClassKind, "String"},
	}
	for _, tt := range tests {
		if tt.v.Kind() != tt.kind || Print(tt.v) != tt.want {
			t.Errorf("%s %s, want %s %s", tt.v.Kind(), Print(tt.v), tt.kind, tt.want)
		}
	}
	if list.Len() != 3 || dict.Len() != 2 {
		t.Error("wrong lengths")
	}
	if v, ok, err := dict.Get("b"); !ok || err != nil || v.Kind() != Bool {
		t.Errorf("Get(b) = %v, %v, %v", Print(v), ok, err)
	}
	if _, ok, err := dict.Get("c"); ok || err != nil {
		t.Errorf("Get(c) = %v, %v", ok, err)
	}
	if got := dict.Keys(); !slices.Equal(got, []string{"a", "b"}) {
		t.Errorf("Keys() = %v", got)
	}
	for _, i := range []int{-1, 3, math.MinInt} {
		_, err := list.At(i)
		wantError(t, err, CodeIndex)
	}
	if elems, ok := list.Elems(); !ok || len(elems) != 3 {
		t.Error("Elems of an engine list")
	}
	if _, ok := value(t, registry(t), []int{1}).Elems(); ok {
		t.Error("Elems of a slice")
	}
}

func TestSlice(t *testing.T) {
	type pairs []int
	r := registry(t)
	five := [5]int{1, 2, 3, 4, 5}
	for _, v := range []Value{
		value(t, r, []int{1, 2, 3, 4, 5}),
		value(t, r, &five),
		value(t, r, five),
		value(t, r, pairs{1, 2, 3, 4, 5}),
		MakeList([]Value{MakeInt(1), MakeInt(2), MakeInt(3), MakeInt(4), MakeInt(5)}),
	} {
		for from, want := range []string{"[1, 2, 3, 4, 5]", "[2, 3, 4, 5]", "[3, 4, 5]", "[4, 5]", "[5]", "[]"} {
			rest := v.Slice(from)
			if got := Print(rest); got != want {
				t.Errorf("%s: Slice(%d) = %s, want %s", v.Plan.Type, from, got, want)
			}
			if again := rest.Slice(0); Print(again) != want {
				t.Errorf("%s: Slice(%d).Slice(0) = %s, want %s", v.Plan.Type, from, Print(again), want)
			}
			x, err := r.ToGo(rest)
			if err != nil {
				t.Fatal(err)
			}
			if n := reflect.ValueOf(x).Len(); n != 5-from {
				t.Errorf("%s: Slice(%d) has %d elements in Go", v.Plan.Type, from, n)
			}
		}
	}
	if rest := value(t, r, pairs{1, 2}).Slice(1); rest.Plan.Type != reflect.TypeFor[pairs]() {
		t.Errorf("the rest of a %s is a %s", reflect.TypeFor[pairs](), rest.Plan.Type)
	}
}
