//go:build !purego

package polar

// This file tests decisions for types on values of all the kinds that fields have: each is
// compared with each, and with literals.

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"
)

type (
	typedWord string
	typedRate float64
	typedFlag bool
)

type typedScalars struct {
	*typedBase
	I8   int8
	I    int
	U    uint64
	F    float64
	F32  float32
	S    string
	B    bool
	Lv   typedID
	W    typedWord
	Rt   typedRate
	Fl   typedFlag
	At   time.Time
	For  time.Duration
	PI   *int
	PS   *string
	PB   *bool
	PF   *float64
	PT   *time.Time
	NS   sql.NullString
	NI   sql.NullInt64
	NB   sql.NullBool
	NF   sql.NullFloat64
	NT   sql.NullTime
	Any  any
	Str  fmt.Stringer
	Next *typedScalars
	In   typedGroup
	Arr  [2]int
	Strs [2]string
	Ptrs []*typedGroup
	Vals []typedGroup
	Anys []any
}

// typedFields are the fields of typedScalars that are not lists.
var typedFields = []string{"id", "i8", "i", "u", "f", "f32", "s", "b", "lv", "w", "rt", "fl", "at", "for",
	"pi", "ps", "pb", "pf", "pt", "ns", "ni", "nb", "nf", "nt", "any", "str", "next", "in", "created"}

// typedSamples returns objects with values at the ends of their ranges, among others.
func typedSamples() []*typedScalars {
	now := time.Date(2026, 1, 2, 3, 4, 5, 6, time.UTC)
	one, word, yes, half := 1, "a", true, 0.5
	nan, big := math.NaN(), math.MaxInt/2+2
	group := &typedGroup{ID: 1, Name: "a"}
	all := []*typedScalars{
		{},
		{I8: 1, I: 1, U: 1, F: 1, F32: 1, S: "a", B: true, Lv: 1, W: "a", Rt: 1, Fl: true, At: now, For: 1, PI: &one, PS: &word, PB: &yes, PF: &half, PT: &now,
			NS: sql.NullString{String: "a", Valid: true}, NI: sql.NullInt64{Int64: 1, Valid: true}, NB: sql.NullBool{Bool: true, Valid: true},
			NF: sql.NullFloat64{Float64: 1, Valid: true}, NT: sql.NullTime{Time: now, Valid: true}, Any: 1, Str: time.Duration(1), typedBase: &typedBase{ID: 1, Created: now},
			In: *group, Arr: [2]int{1, 2}, Strs: [2]string{"a", "b"}, Ptrs: []*typedGroup{nil, group, {ID: 1, Name: "b"}}, Vals: []typedGroup{{}, *group}, Anys: []any{nil, 1, "a"}},
		{I8: -1, I: math.MinInt, U: 1 << 63, F: nan, F32: float32(nan), S: strings.Repeat("a", 300), Rt: typedRate(nan), At: now.In(time.FixedZone("", 3600)), For: time.Hour,
			PF: &nan, Any: nan, NF: sql.NullFloat64{Float64: nan, Valid: true}, NS: sql.NullString{String: "a"}, NI: sql.NullInt64{Int64: 1}, Str: time.Duration(0),
			Anys: []any{nan, 0.5}, Ptrs: []*typedGroup{nil}},
		{I: math.MaxInt/2 + 2, U: math.MaxUint64, F: 1 << 62, F32: 1 << 62, Rt: math.MaxFloat64, At: now.Add(1), PI: &big, Any: uint64(1 << 63), PT: &time.Time{},
			typedBase: &typedBase{ID: 1<<62 + 1}, Anys: []any{"a"}, Vals: []typedGroup{{ID: 1 << 63}}},
		{I: math.MaxInt/2 + 1, U: 1<<62 + 1, F: 0.5, F32: 0.5, Rt: 0.5, Any: "a", Str: now, In: typedGroup{ID: 1 << 63}},
		{F: math.Copysign(0, -1), Any: true, PS: new(string), PB: new(bool), NB: sql.NullBool{Valid: true}, NS: sql.NullString{Valid: true}},
	}
	all[1].Next, all[2].Next, all[3].Next, all[5].Any = all[1], all[1], all[2], all[1]
	return all
}

// TestTypedValues compares the code with the solver where fields of all kinds are compared.
func TestTypedValues(t *testing.T) {
	samples := typedSamples()
	literals := []string{"1", "0", "-1", "1.0", "0.5", "4611686018427387905", "4611686018427387904.0", `"a"`, `""`, "true", "false", "nil"}
	var decided, typed, allowed, failed int
	check := func(bodies []string) {
		var text strings.Builder
		for i, body := range bodies {
			fmt.Fprintf(&text, "allow(x: Scalars, \"do%d\", y: Scalars) if x = x and y = y and %s;\n", i, body)
		}
		for _, keyed := range []bool{false, true} {
			classes := []Class{{Name: "Scalars", Type: reflect.TypeFor[typedScalars]()}, {Name: "Group", Type: reflect.TypeFor[typedGroup]()}}
			if keyed {
				classes[1].Key = []string{"ID"}
			}
			p, _, err := load(t.Context(), Input{Sources: []Source{{"values.polar", text.String()}}, Classes: classes}, true)
			if err != nil {
				t.Fatal(err)
			}
			for i, body := range bodies {
				for k, x := range samples {
					for j, y := range samples {
						ok, rule, _, done := p.prog.DecideTyped(t.Context(), &p.config.Limits, "allow", about(x, fmt.Sprint("do", i), y))
						want, wantErr := p.solve(t.Context(), "allow", x, fmt.Sprint("do", i), y)
						decided++
						if wantErr != nil {
							failed++
						}
						if !done {
							continue
						}
						typed++
						if ok {
							allowed++
						}
						if wantErr != nil || ok != want.Allowed || ok && rule != want.Rule {
							t.Errorf("%s on samples %d and %d, keyed %v: the code says %v, the solver %v %v", body, k, j, keyed, ok, want.Allowed, wantErr)
						}
					}
				}
			}
		}
	}
	for _, f := range typedFields {
		var bodies []string
		for _, op := range []string{"=", "!=", "<", ">="} {
			for _, g := range typedFields {
				bodies = append(bodies, fmt.Sprintf("x.%s %s y.%s", f, op, g))
			}
			for _, lit := range literals {
				bodies = append(bodies, fmt.Sprintf("x.%s %s %s", f, op, lit))
			}
		}
		for _, list := range []string{"arr", "strs", "ptrs", "vals", "anys"} {
			bodies = append(bodies, fmt.Sprintf("x.%s in y.%s", f, list), fmt.Sprintf("not (x.%s in y.%s)", f, list))
		}
		for _, class := range []string{"Integer", "Float", "String", "Boolean", "Scalars", "Group"} {
			bodies = append(bodies, fmt.Sprintf("x.%s matches %s", f, class))
		}
		check(bodies)
	}
	check([]string{
		"g in x.ptrs and g.id = y.in.id", `g in x.vals and g.id = 1 and g.name = "a"`, "g in x.ptrs and g = nil", "g in x.ptrs and g.parent = nil",
		"g in x.vals and g in y.vals", "g in x.ptrs and g in y.ptrs", "g in x.ptrs and g in y.vals", "forall(g in x.ptrs, g.id = 1)", "x = y", "x != y",
		"x.next = y", "x.next.next = y", "x.b", "not x.b", "x.fl", "x.pb", "not x.pb", "x.nb", "x.any", "g in x.arr and g in y.arr", "x.any = y and x.next = y",
	})
	t.Logf("%d decisions: %d by typed code, of which %d allowed; %d errors", decided, typed, allowed, failed)
	if typed < decided/2 || allowed < typed/20 {
		t.Error("too few of the decisions say anything")
	}
}

// TestTypedRelations tests that the code gives up where a relation is not loaded, and decides
// where it is.
func TestTypedRelations(t *testing.T) {
	type owner struct{ ID int }
	type doc struct {
		OwnerID int
		Owner   *owner
		Readers []*owner
	}
	boss := &owner{ID: 7}
	for _, fetches := range []bool{false, true} {
		class := Class{Name: "Doc", Type: reflect.TypeFor[doc](), Relations: []Relation{
			{Name: "Owner", Target: reflect.TypeFor[owner](), ForeignKey: []string{"OwnerID"}},
			{Name: "Readers", Many: true, Target: reflect.TypeFor[owner]()},
		}}
		if fetches {
			class.Fetch = func(_ context.Context, _ any, relation string) (any, error) {
				if relation == "Owner" {
					return boss, nil
				}
				return []*owner{boss}, nil
			}
		}
		p, _, err := load(t.Context(), Input{Sources: []Source{{"relations.polar", `
allow(u: Owner, "own", d: Doc) if d.owner = u;
allow(u: Owner, "read", d: Doc) if u in d.readers;
`}}, Classes: []Class{class, {Name: "Owner", Type: reflect.TypeFor[owner](), Key: []string{"ID"}}}}, true)
		if err != nil {
			t.Fatal(err)
		}
		for _, tt := range []struct {
			action string
			doc    *doc
			loaded bool
			want   bool
		}{
			{"own", &doc{OwnerID: 7, Owner: &owner{ID: 7}}, true, true},
			{"own", &doc{OwnerID: 8, Owner: &owner{ID: 8}}, true, false},
			{"own", &doc{OwnerID: 7}, false, true},
			{"own", &doc{OwnerID: 7, Owner: &owner{ID: 8}}, false, true}, // not of the foreign key
			{"read", &doc{Readers: []*owner{nil, {ID: 7}}}, true, true},
			{"read", &doc{Readers: []*owner{}}, true, false},
			{"read", &doc{}, false, true},
		} {
			ok, _, _, done := p.prog.DecideTyped(t.Context(), &p.config.Limits, "allow", about(boss, tt.action, tt.doc))
			if done && (!tt.loaded || ok != tt.want) || !done && ok {
				t.Errorf("%s %+v: the code says %v, done %v", tt.action, tt.doc, ok, done)
			}
			out, err := p.Decide(t.Context(), "allow", boss, tt.action, tt.doc)
			if tt.loaded || fetches {
				if err != nil || out.Allowed != tt.want {
					t.Errorf("%s %+v: %v %v, want %v", tt.action, tt.doc, out.Allowed, err, tt.want)
				}
			} else if err == nil || out.Allowed {
				t.Errorf("%s %+v: %v %v, want an error", tt.action, tt.doc, out.Allowed, err)
			}
		}
	}
}

type typedTrouble struct{ wait func(ctx context.Context) }

func (*typedTrouble) Panics() bool { panic("trouble") }
func (*typedTrouble) Fails() (bool, error) {
	return true, errors.New("trouble")
}
func (x *typedTrouble) Waits(ctx context.Context) bool { x.wait(ctx); return true }

// TestTypedTrouble tests that methods that panic, fail or outlast the context allow nothing.
func TestTypedTrouble(t *testing.T) {
	p, _, err := load(t.Context(), Input{Sources: []Source{{"trouble.polar", `
allow(_, "panic", x: Trouble) if x.panics();
allow(_, "not", x: Trouble) if not x.panics();
allow(_, "fail", x: Trouble) if x.fails();
allow(_, "wait", x: Trouble) if x.waits();
allow(_, "late", x: Trouble) if not x.waits() or 1 = 1;
`}}, Classes: []Class{{Name: "Trouble", Type: reflect.TypeFor[typedTrouble]()}}}, true)
	if err != nil {
		t.Fatal(err)
	}
	for _, action := range []string{"panic", "not", "fail", "wait", "late"} {
		ctx, cancel := context.WithCancel(t.Context())
		x := &typedTrouble{wait: func(ctx context.Context) { cancel(); <-ctx.Done() }}
		if why := p.prog.WhyNotTyped("allow", about(x, action, x)); why != "" {
			t.Errorf("%s: no code: %s", action, why)
		}
		if out, err := p.Decide(ctx, "allow", x, action, x); out.Allowed || err == nil {
			t.Errorf("%s: %v %v, want an error", action, out.Allowed, err)
		}
		cancel()
	}
}

// TestTypedParts tests lists of the parts of a text, and what is left of them.
func TestTypedParts(t *testing.T) {
	names := []string{"", "b", "a/b", "b/a", "/b", "x/a/b", "a/b/c", "x/b/a/b", "x/a/x/b", "x/x/b/x", strings.Repeat("x/", 8) + "b", "b" + strings.Repeat("/x", 9)}
	for _, body := range []string{
		`"b" in u.name.split("/")`,
		`x in u.name.split("/") and x = "b"`,
		`[_, *rest] = u.name.split("/") and "b" in rest`,
		`[_, *rest] = u.name.split("/") and x in rest and x = "b"`,
		`[_, *rest] = u.name.split("/") and [x, *more] = rest and x != "x" and "b" in more`,
		`[_, *rest] = u.name.split("/") and ["a", "b"] = rest`,
		`[_, *rest] = u.name.split("/") and [_, x] = rest and x = "b"`,
		`[x, *_] = u.name.split("/") and [_, *rest] = u.name.split("a/") and (x = "b" or "b" in rest)`,
		`not "b" in u.name.split("/")`,
	} {
		p := typedPolicy(t, false, `allow(u: User, "read", _) if `+body+";")
		allowed := 0
		for _, name := range names {
			u := &typedUser{Name: name}
			if decideTyped(t, p, u, "read", u) {
				allowed++
			}
		}
		if allowed == 0 || allowed == len(names) {
			t.Errorf("%s: %d are allowed", body, allowed)
		}
	}
}
