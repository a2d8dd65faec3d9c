package filter

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ursa-authz/ursa/internal/randtest"
)

func TestValueOf(t *testing.T) {
	now := time.Now()
	var nilPtr *int
	deep := ptr(ptr("x"))
	tests := []struct {
		in   any
		typ  Type
		want any
	}{
		{nil, TypeNil, nil},
		{nilPtr, TypeNil, nil},
		{true, TypeBool, true},
		{int8(-3), TypeInt, int64(-3)},
		{uint64(7), TypeInt, int64(7)},
		{time.Second, TypeInt, int64(time.Second)},
		{float32(0.5), TypeFloat, 0.5},
		{status("x"), TypeString, "x"},
		{deep, TypeString, "x"},
		{now, TypeTime, now.Round(0)},
		{[]byte("x"), TypeBytes, []byte("x")},
		{[]byte(nil), TypeBytes, []byte{}},
		{(*person)(nil), TypeNil, nil},
		{[4]byte{1}, TypeNil, "error"},
		{code{"x"}, TypeOther, code{"x"}},
		{version{1, 2}, TypeOther, version{1, 2}},
		{uint64(math.MaxInt64 + 1), TypeNil, "error"},
		{[]int{1}, TypeNil, "error"},
		{map[string]int{}, TypeNil, "error"},
		{func() {}, TypeNil, "error"},
		{person{}, TypeNil, "error"},
	}
	for _, tt := range tests {
		got, err := ValueOf(tt.in)
		if tt.want == "error" {
			if !errors.Is(err, ErrUnsupported) {
				t.Errorf("ValueOf(%T): error %v, want ErrUnsupported", tt.in, err)
			}
			continue
		}
		if err != nil || got.Type() != tt.typ || !reflect.DeepEqual(got.Any(), tt.want) {
			t.Errorf("ValueOf(%T) = %v %#v, %v; want %v %#v", tt.in, got.Type(), got.Any(), err, tt.typ, tt.want)
		}
	}
}

func TestValueEqualAndCompare(t *testing.T) {
	const none = 9 // no order
	nan := math.NaN()
	tests := []struct {
		a, b any
		eq   bool
		cmp  int
	}{
		{nil, nil, true, none},
		{nil, 0, false, none},
		{nil, "", false, none},
		{1, 1.0, true, 0},
		{1, 1.5, false, -1},
		{-1, -1.5, false, 1},
		{int64(1<<53 + 1), float64(1 << 53), false, 1},
		{int64(math.MaxInt64), float64(1 << 63), false, -1},
		{int64(math.MinInt64), float64(-1 << 63), true, 0},
		{0, math.Inf(-1), false, 1},
		{1, nan, false, none},
		{nan, nan, false, none},
		{1.5, 2, false, -1},
		{"A", "a", false, -1},
		{"a ", "a", false, 1},
		{"é", "z", false, 1},
		{false, true, false, -1},
		{noon, noon.In(time.FixedZone("", 3600)), true, 0},
		{noon, noon.Add(1), false, -1},
		{code{"ab"}, code{"cd"}, true, none},
		{version{1, 2}, version{1, 3}, false, -1},
		{version{1, 2}, version{1, 2}, true, 0},
		{code{"ab"}, version{}, false, none},
		{[]byte("a"), []byte("a"), true, none},
		{[]byte("a"), "a", false, none},
		{"1", 1, false, none},
		{true, 1, false, none},
	}
	for _, tt := range tests {
		a, b := val(tt.a), val(tt.b)
		for range 2 {
			if eq, err := a.Equal(b); eq != tt.eq || err != nil {
				t.Errorf("%s = %s: %v, %v", a.reveal(), b.reveal(), eq, err)
			}
			if tt.eq && a.hash() != b.hash() {
				t.Errorf("%s and %s are equal and hash differently", a.reveal(), b.reveal())
			}
			c, ok, _ := a.Compare(b)
			if ok != (tt.cmp != none) || ok && c != tt.cmp {
				t.Errorf("%s compare %s: %v, %v", a.reveal(), b.reveal(), c, ok)
			}
			a, b = b, a
			if tt.cmp != none {
				tt.cmp = -tt.cmp
			}
		}
	}
}

func TestKeysOfUnsavedRowsAreNotEqual(t *testing.T) {
	for _, tt := range []struct {
		a, b Value
		want bool
	}{
		{KeyOf(val(1)), KeyOf(val(1)), true},
		{KeyOf(val(1)), KeyOf(val(2)), false},
		{KeyOf(val(0)), KeyOf(val(0)), false},
		{KeyOf(val(0), val("")), KeyOf(val(0), val("")), false},
		{KeyOf(val(0), val("x")), KeyOf(val(0), val("x")), true},
		{KeyOf(val(1)), KeyOf(val(1), val(1)), false},
		{KeyOf(val(1)), val(1), false},
	} {
		if got, err := tt.a.Equal(tt.b); got != tt.want || err != nil {
			t.Errorf("%s = %s: %v, %v", tt.a.reveal(), tt.b.reveal(), got, err)
		}
	}
}

type panicky struct{ n int }

func (panicky) Equal(panicky) bool { panic("secret") }

func TestMethodThatPanics(t *testing.T) {
	_, err := val(panicky{1}).Equal(val(panicky{1}))
	if !errors.Is(err, ErrUnsupported) || strings.Contains(err.Error(), "secret") {
		t.Errorf("got %v", err)
	}
	q := &Query{personModel, Compare{Eq, val(panicky{1}), val(panicky{1})}}
	q, err = q.Simplify()
	if err != nil || q.Kind() != Conditional {
		t.Fatalf("Simplify: %v, %v", q, err)
	}
	if ok, err := q.Match(context.Background(), &person{}, nil); ok || err == nil {
		t.Errorf("Match: %v, %v", ok, err)
	}
}

func TestValuesAreNotPrinted(t *testing.T) {
	v := val("secret")
	q := &Query{personModel, Or{Compare{Eq, f("Name"), v}, In{f("Age"), []Value{val(4711)}}, StrOp{Prefix, f("Name"), "secret"}}}
	var log strings.Builder
	slog.New(slog.NewTextHandler(&log, nil)).Info("m", "v", v, "q", q)
	for _, s := range []string{
		fmt.Sprintf("%v %+v %#v %s %q", v, v, v, v, v), q.String(), log.String(), fmt.Sprint(q), fmt.Sprintf("%+v %s", q, q),
		fmt.Sprintf("%#v", q.Where),
		invalid("x", q.Where).Error(),
	} {
		if strings.Contains(s, "4711") || strings.Contains(s, "secret") {
			t.Errorf("a value is shown: %s", s)
		}
	}
	if s := q.String(); s != "Person where Name = ? or Age in [?] or Name.startswith(?)" {
		t.Errorf("String: %s", s)
	}
	if s := q.Reveal(); s != `Person where Name = "secret" or Age in [4711] or Name.startswith("secret")` {
		t.Errorf("Reveal: %s", s)
	}
}

func TestString(t *testing.T) {
	eq := Compare{Eq, f("Age"), val(1)}
	tests := []struct {
		e    Expr
		want string
	}{
		{And{eq, Or{eq, True}}, "Age = ? and (Age = ? or true)"},
		{Or{And{eq, eq}, False}, "Age = ? and Age = ? or false"},
		{Not{eq}, "not (Age = ?)"},
		{Not{And{eq, eq}}, "not (Age = ? and Age = ?)"},
		{Not{Not{StrOp{Contains, f("Name"), "x"}}}, "not not Name.contains(?)"},
		{And{}, "true"},
		{Or{}, "false"},
		{Compare{Ne, f("Nick"), Value{}}, "Nick != nil"},
		{Exists{1, Row, boss, Compare{Le, fv(1, "Age"), f("Age")}}, "exists v1 in Boss (v1.Age <= Age)"},
		{chain(1, Row, boss, true, Exists{2, 1, friends, True}), "reach v1 in Boss* (exists v2 in v1.Friends (true))"},
		{chain(1, Row, boss, false, Compare{Eq, Key{1}, Key{Row}}), "reach v1 in Boss+ (v1.key = key)"},
		{Reach{As: 1, From: Row, At: 2, Step: Not{fvTrue(2)}, Rel: boss, Where: True}, "reach v1 in (s2 if not (s2.Active = ?); Boss)+ (true)"},
		{Exists{1, Row, boss, Reach{As: 2, From: 1, Rel: boss, Via: []Hop{{2, fvTrue(2), friends}}, Reflexive: true, Where: True}},
			"exists v1 in Boss (reach v2 in v1.(Boss.s2 if s2.Active = ?; Friends)* (true))"},
		{Not{nil}, "not <missing>"},
		{Compare{}, "<missing> = <missing>"},
	}
	for _, tt := range tests {
		if got := text(tt.e, false); got != tt.want {
			t.Errorf("got  %s\nwant %s", got, tt.want)
		}
	}
}

// fvTrue is true for an active row.
func fvTrue(v Var) Expr { return Compare{Eq, fv(v, "Active"), val(true)} }

func TestMarshalJSON(t *testing.T) {
	q := &Query{personModel, And{
		Compare{Lt, f("Rate"), val(1.5)}, Not{In{f("Nick"), []Value{val("x"), {}}}},
		Exists{1, Row, boss, Or{StrOp{Suffix, fv(1, "Name"), "z"}, True}},
		chain(1, Row, boss, true, Compare{Eq, Key{1}, KeyOf(val(3))}),
		Compare{Eq, f("Blob"), val([]byte{1, 2})}, Compare{Eq, f("Born"), val(noon)}, Compare{Ne, f("Rate"), val(math.Inf(1))},
	}}
	got, err := json.Marshal(q)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"model":"Person","where":{"and":[
		{"\u003c":[{"field":"Rate","var":0},{"type":"float","value":1.5}]},
		{"not":{"in":{"set":[{"type":"string","value":"x"},{"type":"nil","value":null}],"x":{"field":"Nick","var":0}}}},
		{"exists":{"as":1,"from":0,"relation":"Boss","where":{"or":[{"endswith":{"arg":"z","x":{"field":"Name","var":1}}},{"const":true}]}}},
		{"reach":{"as":1,"from":0,"reflexive":true,"steps":[{"at":0,"relation":"Boss","where":{"const":true}}],"where":{"=":[{"key":true,"var":1},{"type":"key","value":[{"type":"int","value":3}]}]}}},
		{"=":[{"field":"Blob","var":0},{"type":"bytes","value":"AQI="}]},
		{"=":[{"field":"Born","var":0},{"type":"time","value":"2024-05-01T12:00:00Z"}]},
		{"!=":[{"field":"Rate","var":0},{"type":"float","value":"+Inf"}]}]}}`
	want = strings.NewReplacer("\n", "", "\t", "").Replace(want)
	if string(got) != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if _, err := json.Marshal(&Query{personModel, Not{nil}}); err == nil {
		t.Error("a malformed query was marshalled")
	}
}

func TestModelField(t *testing.T) {
	tests := []struct {
		name    string
		typ     Type
		nilable bool
		ordered bool
	}{
		{"ID", TypeInt, false, true}, // promoted
		{"Nick", TypeString, true, true},
		{"Limit", TypeInt, true, true},
		{"Ended", TypeTime, true, true},
		{"Active", TypeBool, false, true},
		{"Blob", TypeBytes, false, false},
		{"Code", TypeOther, false, false},
		{"Version", TypeOther, false, true},
		{"Audit.Author", TypeString, true, true},
		{"Audit", TypeOther, false, false},
	}
	for _, tt := range tests {
		got, err := personModel.Field(tt.name)
		if err != nil || got.Type != tt.typ || got.Nilable != tt.nilable || got.Ordered != tt.ordered {
			t.Errorf("%s: %+v, %v", tt.name, got, err)
		}
	}
	for _, name := range []string{"", "name", "Nope", "hidden", "Any", "List", "Boss.Name", "Friends", "Boss", "Name.X", "Audit."} {
		if got, err := personModel.Field(name); !errors.Is(err, ErrInvalid) {
			t.Errorf("%q: %+v, %v", name, got, err)
		}
	}
}

func TestMatch(t *testing.T) {
	top := &person{Base: Base{1}, Name: "top", Rate: 1, Friends: []*person{}}
	mid := &person{Base: Base{2}, Name: "mid", Boss: top, Nick: ptr("m"), Badge: badge{Site: "x"}}
	low := &person{Base: Base{3}, Name: "low", Boss: mid, Age: 3, Limit: ptr(int32(3)), Friends: []*person{top, mid}, Version: version{2, 1}}
	loop := &person{Base: Base{4}, Name: "loop"}
	loop.Boss = loop
	named := func(v Var, name string) Expr { return Compare{Eq, fv(v, "Name"), val(name)} }
	tests := []struct {
		name string
		e    Expr
		want []*person
	}{
		{"const", True, []*person{top, mid, low, loop}},
		{"nil = nil", Compare{Eq, f("Nick"), f("Limit")}, []*person{top, loop}},
		{"nil != x", Compare{Ne, f("Nick"), val("m")}, []*person{top, low, loop}},
		{"ordering with nil", Compare{Lt, f("Limit"), val(9)}, []*person{low}},
		{"not ordering with nil", Not{Compare{Lt, f("Limit"), val(9)}}, []*person{top, mid, loop}},
		{"other type", Compare{Ne, f("Name"), val(1)}, []*person{top, mid, low, loop}},
		{"field with field", Compare{Eq, f("Age"), f("Limit")}, []*person{low}},
		{"ordered type", Compare{Gt, f("Version"), val(version{1, 9})}, []*person{low}},
		{"in", In{f("Nick"), []Value{val("m"), {}}}, []*person{top, mid, low, loop}},
		{"not in", Not{In{f("Name"), []Value{val("top"), val(1)}}}, []*person{mid, low, loop}},
		{"strop on nil", StrOp{Prefix, f("Nick"), ""}, []*person{mid}},
		{"hop on missing row", Exists{1, Row, boss, Not{named(1, "x")}}, []*person{mid, low, loop}},
		{"not of a hop", Not{Exists{1, Row, boss, named(1, "top")}}, []*person{top, low, loop}},
		{"two hops", Exists{1, Row, boss, Exists{2, 1, boss, named(2, "top")}}, []*person{low}},
		{"reach", chain(1, Row, boss, false, named(1, "top")), []*person{mid, low}},
		{"reach reflexive", chain(1, Row, boss, true, named(1, "top")), []*person{top, mid, low}},
		{"reach through a cycle", chain(1, Row, boss, false, named(1, "loop")), []*person{loop}},
		{"reach, each step from another than mid", Reach{As: 1, From: Row, At: 2, Step: Not{named(2, "mid")}, Rel: boss, Reflexive: true, Where: named(1, "top")}, []*person{top}},
		{"reach, each step from another than low", Reach{As: 1, From: Row, At: 1, Step: Not{named(1, "low")}, Rel: boss, Where: named(1, "top")}, []*person{mid}},
		{"reach, no step, no condition", Reach{As: 1, From: Row, At: 1, Step: False, Rel: boss, Reflexive: true, Where: named(1, "mid")}, []*person{mid}},
		{"reach to whom no condition is put", Reach{As: 1, From: Row, At: 1, Step: Not{named(1, "top")}, Rel: boss, Where: named(1, "top")}, []*person{mid, low}},
		{"reach with a condition through a cycle", Reach{As: 1, From: Row, At: 1, Step: fvTrue(1), Rel: boss, Where: named(1, "loop")}, nil},
		{"reach two relations a step", Reach{As: 1, From: Row, Rel: boss, Via: []Hop{{Rel: boss}}, Where: named(1, "top")}, []*person{low}},
		{"reach two relations a step, in between", Reach{As: 1, From: Row, Rel: boss, Via: []Hop{{2, Not{named(2, "mid")}, boss}}, Reflexive: true, Where: named(1, "top")}, []*person{top}},
		{"reach itself", chain(1, Row, boss, false, Compare{Eq, Key{1}, Key{Row}}), []*person{loop}},
		{"object equality", Exists{1, Row, boss, Compare{Eq, Key{1}, KeyOf(val(1))}}, []*person{mid}},
		{"outer variable", Exists{1, Row, boss, Exists{2, 1, boss, Compare{Ne, Key{2}, Key{Row}}}}, []*person{low}},
		{"value relation", Exists{1, Row, badgeRel, Compare{Eq, fv(1, "Site"), val("x")}}, []*person{mid}},
		{"zero key", Exists{1, Row, badgeRel, Exists{2, Row, badgeRel, Compare{Eq, Key{1}, Key{2}}}}, []*person{mid}},
	}
	for _, tt := range tests {
		q := &Query{personModel, tt.e}
		if err := q.Validate(); err != nil {
			t.Errorf("%s: %v", tt.name, err)
		}
		simple, err := q.Simplify()
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		for _, p := range []*person{top, mid, low, loop} {
			want := slices.Contains(tt.want, p)
			for _, q := range []*Query{q, simple} {
				if got, err := q.Match(context.Background(), p, Loaded); got != want || err != nil {
					t.Errorf("%s: %s for %s = %v, %v", tt.name, q, p.Name, got, err)
				}
			}
		}
	}
}

func TestMatchErrors(t *testing.T) {
	ctx := context.Background()
	canceled, cancel := context.WithCancel(ctx)
	cancel()
	failing := ResolverFunc(func(context.Context, any, *Relation) ([]any, error) { return nil, errors.New("broken") })
	endless := ResolverFunc(func(_ context.Context, row any, _ *Relation) ([]any, error) {
		return []any{&person{Base: Base{row.(*person).ID + 1}}}, nil
	})
	wrong := ResolverFunc(func(context.Context, any, *Relation) ([]any, error) { return []any{&badge{}}, nil })
	hop := Exists{1, Row, boss, True}
	deep := Expr(True)
	for range MaxDepth + 2 {
		deep = Not{deep}
	}
	tests := []struct {
		name string
		ctx  context.Context
		e    Expr
		row  any
		r    Resolver
		want error
	}{
		{"resolver", ctx, hop, &person{}, failing, nil},
		{"negated", ctx, Not{hop}, &person{}, failing, nil},
		{"no resolver", ctx, hop, &person{}, nil, ErrInvalid},
		{"context", canceled, hop, &person{}, Loaded, context.Canceled},
		{"endless chain", ctx, chain(1, Row, boss, false, False), &person{}, endless, ErrBudget},
		{"not loaded", ctx, Exists{1, Row, friends, True}, &person{}, Loaded, ErrNotLoaded},
		{"row of the wrong relation", ctx, hop, &person{}, wrong, ErrInvalid},
		{"row of another type", ctx, True, badge{}, Loaded, ErrInvalid},
		{"nil row", ctx, True, (*person)(nil), Loaded, ErrInvalid},
		{"no row", ctx, True, nil, Loaded, ErrInvalid},
		{"depth", ctx, deep, &person{}, nil, ErrTooLarge},
		{"unknown field", ctx, Not{Compare{Eq, f("Nope"), val(1)}}, &person{}, nil, ErrInvalid},
		{"unbound", ctx, Compare{Eq, fv(3, "Name"), val(1)}, &person{}, nil, ErrInvalid},
		{"no order", ctx, Not{Compare{Lt, f("Name"), val(1)}}, &person{Name: "x"}, nil, ErrInvalid},
		{"missing part", ctx, Not{nil}, &person{}, nil, ErrInvalid},
		{"missing operand", ctx, Not{Compare{}}, &person{}, nil, ErrInvalid},
		{"strop on a number", ctx, Not{StrOp{Prefix, f("Age"), "1"}}, &person{}, nil, ErrInvalid},
	}
	for _, tt := range tests {
		got, err := (&Query{personModel, tt.e}).Match(tt.ctx, tt.row, tt.r)
		if got || err == nil || tt.want != nil && !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, %v", tt.name, got, err)
		}
	}
}

func TestValidate(t *testing.T) {
	eq := Compare{Eq, f("Age"), val(1)}
	keyless := &Model{Name: "Keyless", Type: reflect.TypeFor[badge]()}
	deep := Expr(True)
	for range MaxDepth {
		deep = Not{deep}
	}
	tests := []struct {
		e    Expr
		want error
		text string
	}{
		{Compare{Ne, f("Name"), val(1)}, nil, ""},
		{Compare{Lt, f("Nick"), Value{}}, nil, ""},
		{Compare{Lt, f("Version"), val(version{})}, nil, ""},
		{StrOp{Prefix, Value{}, "x"}, nil, ""},
		{make(And, MaxNodes-1), ErrInvalid, "missing"},
		{make(And, MaxNodes), ErrTooLarge, "10,000 nodes"},
		{In{f("Age"), make([]Value, MaxValues+1)}, ErrTooLarge, "30,000 values"},
		{deep, ErrTooLarge, "1,000 deep"},
		{nil, ErrInvalid, "missing"},
		{Not{}, ErrInvalid, "missing"},
		{Compare{Op: 77, L: f("Age"), R: val(1)}, ErrInvalid, "unknown comparison"},
		{Compare{Eq, f("Nope"), val(1)}, ErrInvalid, "unknown field: Person.Nope"},
		{Compare{Lt, f("Name"), val(1)}, ErrInvalid, "string and int have no order: Name < ?"},
		{Compare{Lt, f("Blob"), val([]byte("x"))}, ErrInvalid, "no order"},
		{Compare{Lt, f("Code"), val(code{})}, ErrInvalid, "no order"},
		{Compare{Lt, f("Version"), val(code{})}, ErrInvalid, "no order"},
		{Compare{Gt, Key{Row}, Key{Row}}, ErrInvalid, "key and key have no order"},
		{Compare{Eq, fv(1, "Age"), val(1)}, ErrInvalid, "variable 1 is not bound"},
		{StrOp{Prefix, f("Age"), "x"}, ErrInvalid, "string operation on a int"},
		{Exists{1, Row, boss, eq}, nil, ""},
		{Exists{0, Row, boss, eq}, ErrInvalid, "variable 0 is already bound"},
		{Exists{1, 2, boss, eq}, ErrInvalid, "variable 2 is not bound"},
		{Exists{1, Row, boss, Exists{1, Row, boss, eq}}, ErrInvalid, "already bound"},
		{And{Exists{1, Row, boss, eq}, Exists{1, Row, boss, eq}}, nil, ""},
		{And{Exists{1, Row, boss, eq}, Compare{Eq, fv(1, "Age"), val(1)}}, ErrInvalid, "not bound"},
		{Exists{1, Row, nil, eq}, ErrInvalid, "has no name or no target"},
		{Exists{1, Row, &Relation{Name: "X"}, eq}, ErrInvalid, "has no name or no target"},
		{chain(1, Row, badgeRel, true, eq), ErrInvalid, "leads to another model"},
		{chain(1, 2, boss, true, eq), ErrInvalid, "variable 2 is not bound"},
		{Reach{As: 1, From: Row, At: 2, Step: fvTrue(2), Rel: boss, Where: eq}, nil, ""},
		{Reach{As: 1, From: Row, At: 2, Step: Exists{3, 2, boss, Compare{Eq, Key{3}, Key{2}}}, Rel: boss, Where: eq}, nil, ""},
		{Reach{As: 1, From: Row, At: 2, Step: fvTrue(Row), Rel: boss, Where: eq}, ErrInvalid, "variable 0 is not bound"},
		{Reach{As: 1, From: Row, At: 2, Step: fvTrue(1), Rel: boss, Where: eq}, ErrInvalid, "variable 1 is not bound"},
		{Reach{As: 1, From: Row, At: 2, Rel: boss, Where: fvTrue(2)}, ErrInvalid, "variable 2 is not bound"},
		{Reach{As: 1, From: Row, Rel: boss, Via: []Hop{{2, fvTrue(2), friends}}, Where: eq}, nil, ""},
		{Reach{As: 1, From: Row, Rel: boss, Via: []Hop{{2, fvTrue(1), friends}}, Where: eq}, ErrInvalid, "variable 1 is not bound"},
		{Reach{As: 1, From: Row, Rel: boss, Via: []Hop{{2, True, badgeRel}}, Where: eq}, ErrInvalid, "leads to another model"},
		{Reach{As: 1, From: Row, Rel: boss, Via: []Hop{{2, True, nil}}, Where: eq}, ErrInvalid, "has no name or no target"},
		{Exists{1, Row, &Relation{Name: "K", Target: keyless}, Compare{Eq, Key{1}, KeyOf(val(1))}}, ErrInvalid, "has no key"},
		{Compare{Eq, Key{Row}, KeyOf(val(1), val(2))}, ErrInvalid, "different numbers of values"},
		{In{Key{Row}, []Value{KeyOf(val(1)), KeyOf()}}, ErrInvalid, "different numbers of values"},
	}
	for _, tt := range tests {
		err := (&Query{personModel, tt.e}).Validate()
		if !errors.Is(err, tt.want) || err != nil && !strings.Contains(err.Error(), tt.text) {
			t.Errorf("%s: got %v, want %v with %q", text(tt.e, true), err, tt.want, tt.text)
		}
		var e *Error
		if err != nil && !errors.As(err, &e) {
			t.Errorf("%v is no *Error", err)
		}
	}
	if err := (&Query{nil, True}).Validate(); !errors.Is(err, ErrInvalid) {
		t.Errorf("no model: %v", err)
	}
}

func TestSimplify(t *testing.T) {
	a, b := Compare{Eq, f("Age"), val(1)}, Compare{Eq, f("Name"), val("x")}
	named := func(v Var, names ...string) Expr {
		if len(names) == 1 {
			return Compare{Eq, fv(v, "Name"), val(names[0])}
		}
		set := make([]Value, len(names))
		for i, n := range names {
			set[i] = val(n)
		}
		return In{fv(v, "Name"), set}
	}
	a9, a3, a1 := Compare{Lt, fv(9, "Age"), val(1)}, Compare{Lt, fv(3, "Age"), val(1)}, Compare{Lt, fv(1, "Age"), val(1)}
	tests := []struct{ e, want Expr }{
		{And{}, True},
		{Or{}, False},
		{And{a, True}, a},
		{And{a, False}, False},
		{Or{a, True}, True},
		{Or{a, Or{b, a}}, Or{a, b}},
		{And{a, And{b, And{a}}}, And{a, b}},
		{Not{Not{a}}, a},
		{Not{a}, Compare{Ne, f("Age"), val(1)}},
		{Not{Compare{Lt, f("Age"), val(1)}}, Not{Compare{Lt, f("Age"), val(1)}}},
		{And{a, Not{a}}, False},
		{Or{b, Not{b}}, True},
		{Or{And{a, b}, Not{And{a, b}}}, True},
		{Compare{Lt, val(1), f("Age")}, Compare{Gt, f("Age"), val(1)}},
		{Compare{Lt, f("Name"), f("Nick")}, Compare{Lt, f("Name"), f("Nick")}},
		{Compare{Lt, f("Nick"), f("Name")}, Compare{Gt, f("Name"), f("Nick")}},
		{Compare{Lt, val(1), val(1.5)}, True},
		{Compare{Ge, f("Limit"), Value{}}, False},
		{Compare{Ne, f("Rate"), val(math.NaN())}, True},
		{Compare{Eq, f("Rate"), f("Rate")}, Compare{Eq, f("Rate"), f("Rate")}},
		{Compare{Ne, Key{Row}, Key{Row}}, False},
		{In{f("Age"), nil}, False},
		{In{f("Age"), []Value{val(1), val(1.0), val(math.NaN())}}, a},
		{In{val(2), []Value{val(1), val(2)}}, True},
		{Or{a, Compare{Eq, f("Age"), val(2)}, In{f("Age"), []Value{val(3), val(2)}}}, In{f("Age"), []Value{val(1), val(2), val(3)}}},
		{And{Compare{Ne, f("Age"), val(1)}, Not{In{f("Age"), []Value{val(1), val(2)}}}}, Not{In{f("Age"), []Value{val(1), val(2)}}}},
		{StrOp{Suffix, f("Nick"), ""}, Compare{Ne, f("Nick"), Value{}}},
		{StrOp{Contains, val("abc"), "b"}, True},
		{StrOp{Contains, Value{}, ""}, False},
		{Exists{7, Row, boss, False}, False},
		{Exists{7, Row, boss, named(7, "x")}, Exists{1, Row, boss, named(1, "x")}},
		{Or{Exists{7, Row, boss, named(7, "x")}, Exists{8, Row, boss, named(8, "y")}}, Exists{1, Row, boss, named(1, "x", "y")}},
		{And{Exists{7, Row, boss, named(7, "x")}, Exists{8, Row, boss, a}}, Exists{1, Row, boss, And{named(1, "x"), a}}},
		{And{Exists{7, Row, boss, named(7, "x")}, Exists{8, Row, boss, Not{named(8, "x")}}}, False},
		{And{Exists{7, Row, friends, named(7, "x")}, Exists{8, Row, friends, a}}, And{Exists{1, Row, friends, named(1, "x")}, Exists{1, Row, friends, a}}},
		{And{Exists{7, Row, friends, named(7, "x")}, Exists{8, Row, friends, named(8, "x")}}, Exists{1, Row, friends, named(1, "x")}},
		{chain(7, Row, boss, true, True), True},
		{chain(7, Row, boss, false, True), Exists{1, Row, boss, True}},
		{Or{chain(7, Row, boss, true, named(7, "x")), chain(8, Row, boss, true, named(8, "y"))}, chain(1, Row, boss, true, named(1, "x", "y"))},
		{Or{chain(7, Row, boss, true, named(7, "x")), chain(8, Row, boss, false, named(8, "x"))},
			Or{chain(1, Row, boss, true, named(1, "x")), chain(1, Row, boss, false, named(1, "x"))}},
		{Reach{As: 7, From: Row, At: 9, Step: And{True, a9}, Rel: boss, Where: named(7, "x")}, Reach{As: 1, From: Row, At: 1, Step: a1, Rel: boss, Where: named(1, "x")}},
		{Reach{As: 7, From: Row, At: 9, Step: False, Rel: boss, Where: named(7, "x")}, False},
		{Reach{As: 7, From: Row, At: 9, Step: a9, Rel: boss, Where: True}, Reach{As: 1, From: Row, At: 1, Step: a1, Rel: boss, Where: True}},
		{Or{Reach{As: 7, From: Row, At: 9, Step: a9, Rel: boss, Where: named(7, "x")}, Reach{As: 8, From: Row, At: 9, Step: a9, Rel: boss, Where: named(8, "y")}},
			Reach{As: 1, From: Row, At: 1, Step: a1, Rel: boss, Where: named(1, "x", "y")}},
		{Or{Reach{As: 7, From: Row, At: 9, Step: a9, Rel: boss, Where: named(7, "x")}, chain(8, Row, boss, false, named(8, "y"))},
			Or{Reach{As: 1, From: Row, At: 1, Step: a1, Rel: boss, Where: named(1, "x")}, chain(1, Row, boss, false, named(1, "y"))}},
		{chain(7, Row, boss, true, Or{named(7, "x"), chain(8, 7, boss, true, Exists{3, 8, boss, named(3, "y")})}),
			chain(1, Row, boss, true, Or{named(1, "x"), Exists{2, 1, boss, named(2, "y")}})},
		{chain(7, Row, boss, true, chain(8, 7, boss, true, Compare{Ne, Key{8}, Key{7}})), chain(1, Row, boss, true, chain(2, 1, boss, true, Compare{Ne, Key{1}, Key{2}}))},
		{chain(7, Row, boss, false, chain(8, 7, boss, true, chain(9, 8, boss, true, named(9, "y")))), chain(1, Row, boss, false, named(1, "y"))},
		{chain(7, Row, boss, true, chain(8, 7, boss, false, named(8, "y"))), chain(1, Row, boss, true, chain(2, 1, boss, false, named(2, "y")))},
		{Exists{5, Row, boss, Reach{As: 7, From: 5, At: 9, Step: a9, Rel: boss, Reflexive: true, Where: Or{named(7, "x"),
			Reach{As: 8, From: 7, At: 3, Step: a3, Rel: boss, Reflexive: true, Where: Compare{Ne, Key{8}, Key{5}}}}}},
			Exists{1, Row, boss, Reach{As: 2, From: 1, At: 1, Step: a1, Rel: boss, Reflexive: true, Where: Or{named(2, "x"), Compare{Ne, Key{1}, Key{2}}}}}},
		{chain(7, Row, boss, true, Reach{As: 8, From: 7, At: 3, Step: a3, Rel: boss, Reflexive: true, Where: named(8, "y")}),
			chain(1, Row, boss, true, Reach{As: 2, From: 1, At: 1, Step: a1, Rel: boss, Reflexive: true, Where: named(2, "y")})},
		{Exists{9, Row, boss, Exists{4, 9, boss, Compare{Eq, Key{4}, Key{9}}}}, Exists{1, Row, boss, Exists{2, 1, boss, Compare{Eq, Key{1}, Key{2}}}}},
	}
	for _, tt := range tests {
		got, err := (&Query{personModel, tt.e}).Simplify()
		if err != nil || !reflect.DeepEqual(got.Where, tt.want) {
			t.Errorf("%s\n got %v, %v\nwant %s", text(tt.e, true), got.Reveal(), err, text(tt.want, true))
		}
	}
	for _, e := range []Expr{nil, Not{}, make(Or, MaxNodes), Compare{Eq, fv(5, "Name"), val(1)}, Exists{1, 3, boss, True}} {
		if q, err := (&Query{personModel, e}).Simplify(); err == nil {
			t.Errorf("%s was simplified to %s", text(e, true), q)
		}
	}
}

// TestSimplifyKeepsMeaning compares Simplify with Match on random filters.
func TestSimplifyKeepsMeaning(t *testing.T) {
	r := randtest.New(randtest.Seed(t), 0).Rand
	const filters = 3000
	nontrivial := 0
	for range filters {
		people := randomPeople(r, 8)
		g := generator{r: r, scope: []*Model{personModel}}
		q := &Query{personModel, g.expr(4)}
		if err := q.Validate(); err != nil {
			t.Fatalf("%s: %v", q.Reveal(), err)
		}
		simple, err := q.Simplify()
		if err != nil {
			t.Fatalf("%s: %v", q.Reveal(), err)
		}
		if err := simple.Validate(); err != nil {
			t.Fatalf("%s became %s: %v", q.Reveal(), simple.Reveal(), err)
		}
		if again, err := simple.Simplify(); err != nil || size(again.Where) > size(simple.Where) || size(simple.Where) > size(q.Where) {
			t.Errorf("%s grew: %s, then %s", q.Reveal(), simple.Reveal(), again.Reveal())
		}
		matched := 0
		for _, p := range people {
			var c counting
			want, err1 := q.Match(context.Background(), p, &c)
			got, err2 := simple.Match(context.Background(), p, &c)
			if err1 != nil || err2 != nil || got != want {
				t.Fatalf("%s = %v, %v\n%s = %v, %v", q.Reveal(), want, err1, simple.Reveal(), got, err2)
			}
			if got {
				matched++
			}
		}
		if matched > 0 && matched < len(people) {
			nontrivial++
		}
		if k := simple.Kind(); k == Always && matched < len(people) || k == Never && matched > 0 {
			t.Errorf("%s is %s and matched %d of %d", simple.Reveal(), k, matched, len(people))
		}
	}
	share := float64(nontrivial) / filters
	t.Logf("%.0f %% of %d filters matched some rows and not others", 100*share, filters)
	if share < 0.25 {
		t.Errorf("only %.0f %% of the filters are not trivial", 100*share)
	}
}

func size(e Expr) int {
	n := 0
	Walk(e, func(Expr) bool { n++; return true })
	return n
}

func TestWalk(t *testing.T) {
	e := And{True, Or{False, Not{Exists{1, Row, boss, Compare{}}}}, chain(1, Row, boss, true, In{}), nil}
	var got []string
	Walk(e, func(e Expr) bool {
		got = append(got, strings.TrimPrefix(fmt.Sprintf("%T", e), "filter."))
		_, isExists := e.(Exists)
		return !isExists
	})
	if want := "And Const Or Const Not Exists Reach In"; strings.Join(got, " ") != want {
		t.Errorf("got %v, want %s", got, want)
	}
}

func TestSimplifyIsLinear(t *testing.T) {
	// A wide Or of different conditions and a deep alternation. The limit is generous:
	// it catches quadratic work, which takes minutes here.
	wide := make(Or, 0, MaxNodes-1)
	for i := range MaxNodes - 1 {
		wide = append(wide, Compare{Lt, f("Age"), val(i)})
	}
	q, err := (&Query{personModel, wide}).Simplify()
	if err != nil || len(q.Where.(Or)) != len(wide) {
		t.Fatal(err)
	}
	deep := Expr(Compare{Lt, f("Age"), val(0)})
	for i := range MaxDepth/2 - 1 {
		deep = Or{Compare{Gt, f("Age"), val(i)}, And{Compare{Lt, f("Age"), val(i)}, deep}}
	}
	if _, err := (&Query{personModel, deep}).Simplify(); err != nil {
		t.Fatal(err)
	}
}

func TestPointersThatLeadToThemselves(t *testing.T) {
	type self *self
	var p self
	p = &p
	if v, err := ValueOf(p); !errors.Is(err, ErrUnsupported) {
		t.Errorf("got %v, %v", v, err)
	}
	q := &Query{personModel, True}
	if ok, err := q.Match(context.Background(), p, nil); !errors.Is(err, ErrInvalid) {
		t.Errorf("got %v, %v", ok, err)
	}
	m := &Model{Name: "Holder", Type: reflect.TypeFor[struct{ P self }]()}
	if _, err := m.Field("P"); err == nil {
		t.Error("a field that leads to itself")
	}
}
