package host

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

// twoMethods has two methods of one spelling.
type twoMethods struct{}

func (twoMethods) UserID() int { return 1 }
func (twoMethods) UserId() int { return 2 }

type ctxKey struct{}

var errSecret = errors.New("secret")

// Small, Large and Scalar have the same methods: one word, many words, and no struct at all.
// The method names end in what follows the result; P marks a pointer receiver, C a leading
// context, S a string argument.
type Small struct{ N int }

type Large struct {
	Pad  [9]string
	N    int
	Next *Large
	Tags []string
}

type Scalar string

func (s Small) Bool() bool                     { return s.N == 7 }
func (s *Small) BoolP() bool                   { return s.N == 7 }
func (s Small) BoolS(t string) bool            { return t == "x" && s.N == 7 }
func (s *Small) IntPC(ctx context.Context) int { return s.N + ctx.Value(ctxKey{}).(int) }
func (s Small) Str() string                    { return fmt.Sprint("s", s.N) }
func (s *Small) ErrP() (string, error)         { return "no", errSecret }
func (s Small) Maybe() (int, bool)             { return s.N, s.N == 7 }
func (s Small) Ptr() *Small                    { return &Small{s.N + 1} }
func (s Small) NilPtr() *Small                 { return nil }
func (s Small) Status() Status                 { return "open" }
func (s *Small) Set() bool                     { s.N = 1; return true }

//lint:ignore SA4005 it changes its copy, which must not be the host's object
func (s Small) SetCopy() bool    { s.N = 1; return true }
func (s Small) Panics() bool     { panic(errSecret) }
func (s Small) PanicsWith() bool { panic("secret") }

//lint:ignore SA5000 it panics on purpose
func (s Small) PanicsRuntime() bool      { var m map[string]int; m["a"] = 1; return true }
func (s Small) Nothing()                 {}
func (s Small) Error() error             { return nil }
func (s Small) Three() (int, int, error) { return 0, 0, nil }
func (s Small) Two() (int, string)       { return 0, "" }
func (s Small) ErrErr() (error, error)   { return nil, nil }
func (s Small) Struct() Large            { return Large{N: s.N} }
func (s Small) Any() any                 { return s.N }
func (s Small) NilAny() any              { return nil }
func (s Small) Chan() chan int           { return nil }
func (s Small) Huge() uint64             { return 1 << 63 }
func (s Small) Dict() map[string]int     { return map[string]int{"a": s.N} }
func (s Small) Seq() iter.Seq[int]       { return slices.Values([]int{s.N, 8}) }
func (s Small) Time() time.Time          { return time.Unix(0, 0).UTC() }
func (s Small) Add(a, b int) int         { return s.N + a + b }
func (s Small) Sum(first int, rest ...int8) (n int) {
	n = first
	for _, r := range rest {
		n += int(r)
	}
	return
}
func (s Small) CtxSum(_ context.Context, n ...int) int { return len(n) }
func (s Small) CtxLast(n int, _ context.Context) int   { return n }

//lint:ignore U1000 an unexported method is what the tests look for
func (s Small) unexported() int { return 1 }

func (l Large) Bool() bool          { return l.N == 7 }
func (l *Large) BoolP() bool        { return l.N == 7 }
func (l Large) BoolS(t string) bool { return t == "x" && l.N == 7 }
func (l *Large) BoolPCS(ctx context.Context, t string) (bool, error) {
	return t == "x" && l.N == 7 && ctx.Value(ctxKey{}) != nil, nil
}
func (l Large) BoolCE(ctx context.Context) (bool, error)            { return false, errSecret }
func (l Large) StrSB(t string) (string, bool)                       { return t + "!", l.N == 7 }
func (l Large) StrC(ctx context.Context) string                     { return fmt.Sprint(ctx.Value(ctxKey{})) }
func (l Large) StrCB(ctx context.Context) (string, bool)            { return "cb", ctx.Value(ctxKey{}) != nil }
func (l Large) StrCS(ctx context.Context, s Status) string          { return string(s) + fmt.Sprint(l.N) }
func (l Large) StrCSB(ctx context.Context, s string) (string, bool) { return s, s != "" }
func (l Large) StrSE(s string) (string, error)                      { return s, nil }
func (l Large) Int64() int64                                        { return int64(l.N) }
func (l *Large) PtrP() *Large                                       { return l.Next }
func (l *Large) PtrSB(s string) (*Large, bool)                      { return l, s == "me" }
func (l *Large) TagsP() []string                                    { return l.Tags }
func (l Large) TagsE() (Labels, error)                              { return Labels(l.Tags), nil }

func (s Scalar) Bool() bool          { return s == "seven" }
func (s *Scalar) BoolP() bool        { return *s == "seven" }
func (s Scalar) BoolS(t string) bool { return t == "x" }
func (s Scalar) Twice() Scalar       { return s + s }

func TestMethodCall(t *testing.T) {
	r := registry(t, classFor[Small](), classFor[*Large](), classFor[Scalar](), classFor[UUID](), classFor[Tags]())
	ctx := context.WithValue(context.Background(), ctxKey{}, 5)
	large := &Large{N: 7, Tags: []string{"a"}, Next: &Large{N: 8}}
	text, number := MakeString("x"), MakeInt(3)
	tests := []struct {
		recv any
		name string
		args []Value
		want string // what Print shows, "none", or the code of the error
	}{
		{Small{7}, "bool", nil, "true"},
		{&Small{7}, "bool", nil, "true"},
		{Small{7}, "Bool", nil, "true"},
		{Small{7}, "bool_p", nil, "true"},
		{&Small{7}, "bool_p", nil, "true"},
		{Small{6}, "bool_p", nil, "false"},
		{Small{7}, "bool_s", []Value{text}, "true"},
		{Small{7}, "bool_s", []Value{value(t, r, Status("x"))}, "true"},
		{Small{7}, "bool_s", nil, CodeArity},
		{Small{7}, "bool_s", []Value{text, text}, CodeArity},
		{Small{7}, "bool_s", []Value{number}, CodeArgument},
		{Small{7}, "bool_s", []Value{{}}, CodeArgument},
		{Small{7}, "int_pc", nil, "12"},
		{&Small{7}, "int_pc", nil, "12"},
		{Small{7}, "str", nil, `"s7"`},
		{Small{7}, "err_p", nil, CodeHost},
		{Small{7}, "maybe", nil, "7"},
		{Small{6}, "maybe", nil, "none"},
		{Small{7}, "ptr", nil, "Small"},
		{Small{7}, "nil_ptr", nil, "nil"},
		{Small{7}, "status", nil, `"open"`},
		{Small{7}, "panics", nil, CodePanic},
		{Small{7}, "panics_with", nil, CodePanic},
		{Small{7}, "panics_runtime", nil, CodePanic},
		{Small{7}, "nothing", nil, CodeShape},
		{Small{7}, "error", nil, CodeShape},
		{Small{7}, "three", nil, CodeShape},
		{Small{7}, "two", nil, CodeShape},
		{Small{7}, "err_err", nil, CodeShape},
		{Small{7}, "struct", nil, "Large"},
		{Small{7}, "any", nil, "7"},
		{Small{7}, "nil_any", nil, "nil"},
		{Small{7}, "chan", nil, "a channel (chan int)"},
		{Small{7}, "huge", nil, CodeRange},
		{Small{7}, "dict", nil, "{a: 7}"},
		{Small{7}, "time", nil, "1970-01-01T00:00:00Z"},
		{Small{7}, "add", []Value{number, number}, "13"},
		{Small{7}, "add", []Value{number}, CodeArity},
		{Small{7}, "add", []Value{number, MakeFloat(1.5)}, CodeArgument},
		{Small{7}, "sum", []Value{number}, "3"},
		{Small{7}, "sum", []Value{number, number, number}, "9"},
		{Small{7}, "sum", nil, CodeArity},
		{Small{7}, "sum", []Value{number, MakeInt(200)}, CodeRange},
		{Small{7}, "ctx_sum", []Value{number, number}, "2"},
		{Small{7}, "ctx_sum", nil, "0"},
		{Small{7}, "ctx_last", []Value{number, number}, CodeArgument},
		{large, "bool", nil, "true"},
		{*large, "bool", nil, "true"},
		{large, "bool_p", nil, "true"},
		{*large, "bool_p", nil, "true"},
		{large, "bool_s", []Value{text}, "true"},
		{large, "bool_pcs", []Value{text}, "true"},
		{*large, "bool_pcs", []Value{text}, "true"},
		{large, "bool_pcs", []Value{number}, CodeArgument},
		{large, "bool_ce", nil, CodeHost},
		{large, "str_sb", []Value{text}, `"x!"`},
		{&Large{}, "str_sb", []Value{text}, "none"},
		{large, "str_c", nil, `"5"`},
		{large, "str_cb", nil, `"cb"`},
		{large, "str_cs", []Value{text}, `"x7"`},
		{large, "str_csb", []Value{text}, `"x"`},
		{large, "str_csb", []Value{MakeString("")}, "none"},
		{large, "str_se", []Value{text}, `"x"`},
		{large, "int64", nil, "7"},
		{large, "ptr_p", nil, "Large"},
		{*large, "ptr_p", nil, "Large"},
		{&Large{}, "ptr_p", nil, "nil"},
		{large, "ptr_sb", []Value{MakeString("me")}, "Large"},
		{large, "ptr_sb", []Value{text}, "none"},
		{large, "tags_p", nil, `["a"]`},
		{large, "tags_e", nil, `["a"]`},
		{Scalar("seven"), "bool", nil, "true"},
		{Scalar("seven"), "bool_p", nil, "true"},
		{Scalar("seven"), "bool_s", []Value{text}, "true"},
		{Scalar("ab"), "twice", nil, `"abab"`},
		{UUID{}, "string", nil, `"uuid"`},
		{time.Minute, "seconds", nil, "60.0"},
		{Header{"k": {"v"}}, "first", []Value{MakeString("k")}, `"v"`},
		{Header{}, "first", []Value{MakeString("k")}, CodePanic},
	}
	for _, tt := range tests {
		v := value(t, r, tt.recv)
		m := v.Plan.Method(tt.name)
		if m == nil {
			t.Errorf("%T has no method %s", tt.recv, tt.name)
			continue
		}
		w, ok, err := m.Call(ctx, v, tt.args)
		got := codeOf(err)
		switch {
		case err != nil && (ok || w != Value{}):
			t.Errorf("%T.%s: a result came with the error", tt.recv, tt.name)
		case err == nil && !ok:
			got = "none"
		case err == nil:
			got = Print(w)
		}
		if got != tt.want {
			t.Errorf("%T.%s: %s (%v), want %s", tt.recv, tt.name, got, err, tt.want)
		}
		if err != nil && strings.Contains(err.Error(), "secret") {
			t.Errorf("%T.%s shows a value: %v", tt.recv, tt.name, err)
		}
	}
}

// TestDirectCalls checks that the signatures meant for direct calls get them, and that a
// reflected call of the same methods gives the same results.
func TestDirectCalls(t *testing.T) {
	if PureGo {
		t.Skip("without unsafe, all methods are called by reflection")
	}
	r := registry(t, classFor[Small](), classFor[Large](), classFor[Scalar]())
	ctx := context.WithValue(context.Background(), ctxKey{}, 5)
	count := 0
	for _, x := range []any{Small{7}, &Small{7}, &Large{N: 7, Tags: []string{"t"}}, Large{}, Scalar("seven"), Scalar("")} {
		v := value(t, r, x)
		for _, name := range v.Plan.MethodNames() {
			m := v.Plan.Method(name)
			if m.direct == nil || strings.HasPrefix(name, "panics") || strings.HasPrefix(name, "set") {
				continue
			}
			count++
			var args []Value
			if len(m.In) == 1 {
				args = []Value{MakeString("x")}
			}
			a, okA, errA := m.direct(ctx, m.receiver(v), args)
			b, okB, errB := m.reflected(ctx, v, args)
			if Print(a) != Print(b) || a.Plan != b.Plan || okA != okB || codeOf(errA) != codeOf(errB) {
				t.Errorf("%T.%s: %s %v %v directly, %s %v %v by reflection", x, name, Print(a), okA, errA, Print(b), okB, errB)
			}
		}
	}
	if count < 50 {
		t.Errorf("only %d direct calls", count)
	}
	for class, names := range map[string][]string{
		"Small":  {"bool", "bool_p", "bool_s", "int_pc", "str", "err_p", "maybe", "ptr", "status"},
		"Large":  {"bool_pcs", "bool_ce", "str_sb", "str_c", "str_cb", "str_cs", "str_csb", "str_se", "int64", "ptr_p", "ptr_sb", "tags_p", "tags_e"},
		"Scalar": {"bool", "bool_p", "bool_s", "twice"},
	} {
		for _, name := range names {
			if r.Class(class).Plan.Method(name).direct == nil {
				t.Errorf("%s.%s is called by reflection", class, name)
			}
		}
	}
}

// TestReceivers checks which memory methods get.
func TestReceivers(t *testing.T) {
	type holder struct{ S Small }
	r := registry(t, classFor[Small](), classFor[holder](named("Holder")))
	call := func(v Value, name string) {
		t.Helper()
		if _, _, err := v.Plan.Method(name).Call(t.Context(), v, nil); err != nil {
			t.Fatal(err)
		}
	}
	s := &Small{7}
	call(value(t, r, s), "set_copy")
	if s.N != 7 {
		t.Error("a method of T changed the object")
	}
	call(value(t, r, s), "set")
	if s.N != 1 {
		t.Error("a method of *T did not get the object that was given by pointer")
	}
	h := &holder{Small{7}}
	call(attr(t, value(t, r, h), "s"), "set")
	call(attr(t, value(t, r, h), "s"), "set_copy")
	list := []Small{{7}}
	e, _ := value(t, r, list).At(0)
	call(e, "set")
	var x any = Small{7}
	call(value(t, r, x), "set")
	if h.S.N != 7 || list[0].N != 7 || x.(Small).N != 7 {
		t.Error("a method of *T got an object that is part of another")
	}
}

func TestMethodLookup(t *testing.T) {
	r := registry(t, classFor[Small](), classFor[Clerk](), classFor[Chief]())
	small := r.Class("Small").Plan
	for _, name := range []string{"unexported", "nope", "boolP", "BOOL", ""} {
		if small.Method(name) != nil {
			t.Errorf("there is a method %q", name)
		}
	}
	if small.Method("bool_p") != small.Method("BoolP") || small.Method("int_pc") == nil {
		t.Error("a method has not both its names")
	}
	if !slices.Contains(small.MethodNames(), "ctx_sum") || !slices.IsSorted(small.MethodNames()) || slices.Contains(small.MethodNames(), "CtxSum") {
		t.Errorf("method names %q", small.MethodNames())
	}
	chief := value(t, r, &Chief{Clerk: &Clerk{Person: Person{ID: 3}}})
	if v, _, err := chief.Plan.Method("actor_id").Call(t.Context(), chief, nil); err != nil || v.Int() != 3 {
		t.Errorf("a promoted method returned %s, %v", Print(v), err)
	}
	nobody := value(t, r, &Chief{})
	_, _, err := nobody.Plan.Method("actor_id").Call(t.Context(), nobody, nil)
	wantError(t, err, CodePanic, "ActorID", "Chief")
	_, _, err = small.Method("bool").Call(t.Context(), nobody, nil)
	wantError(t, err, CodeArgument, "Bool", "Chief")
	_, _, err = small.Method("bool").Call(t.Context(), Value{}, nil)
	wantError(t, err, CodeArgument, "nil")

	m := small.Method("sum")
	if len(m.In) != 2 || !m.Variadic || m.Out != reflect.TypeFor[int]() || m.Plan != r.PlanOf(reflect.TypeFor[int]()) || m.Refused() != nil {
		t.Error("wrong signature of Sum")
	}
	if m := small.Method("int_pc"); len(m.In) != 0 {
		t.Error("the context is an argument")
	}
	if m := small.Method("any"); m.Plan != nil {
		t.Error("the plan of an interface result is known")
	}
	wantError(t, small.Method("nothing").Refused(), CodeShape, "returns nothing")
	wantError(t, small.Method("error").Refused(), CodeShape, "an error as its first result")

	two := value(t, r, twoMethods{})
	wantError(t, two.Plan.Method("user_id").Refused(), CodeAmbiguous, "UserID", "UserId")
	if v, _, err := two.Plan.Method("UserId").Call(t.Context(), two, nil); err != nil || v.Int() != 2 {
		t.Errorf("the exact name of an ambiguous spelling: %s, %v", Print(v), err)
	}
	if names := two.Plan.MethodNames(); len(names) != 0 {
		t.Errorf("names of ambiguous methods: %q", names)
	}
	for _, v := range []Value{MakeInt(1), MakeString("x"), MakeList(nil), value(t, r, []int{1}), value(t, r, map[string]int{})} {
		if v.Plan.Method("string") != nil || len(v.Plan.MethodNames()) != 0 {
			t.Errorf("%s has methods", Describe(v))
		}
	}
}

func TestPanicPlace(t *testing.T) {
	r := registry(t, classFor[Small]())
	v := value(t, r, Small{})
	for _, name := range []string{"panics", "panics_with", "panics_runtime"} {
		_, _, err := v.Plan.Method(name).Call(t.Context(), v, nil)
		wantError(t, err, CodePanic, "method_test.go:")
	}
	_, _, err := v.Plan.Method("panics").Call(t.Context(), v, nil)
	if !errors.Is(err, errSecret) {
		t.Error("the error that was panicked with is not behind the error")
	}
	_, _, err = v.Plan.Method("err_p").Call(t.Context(), v, nil)
	if !errors.Is(err, errSecret) {
		t.Error("the error that was returned is not behind the error")
	}
}

func TestDrain(t *testing.T) {
	r := registry(t, classFor[Small]())
	v := value(t, r, &Small{7})
	seq, _, err := v.Plan.Method("seq").Call(t.Context(), v, nil)
	if err != nil || !seq.Plan.IsSeq() || seq.Plan.Elem() != r.PlanOf(reflect.TypeFor[int]()) {
		t.Fatalf("seq is %s, %v", Print(seq), err)
	}
	for range 2 { // an iterator can be drained again
		elems, err := Drain(t.Context(), seq, 2)
		if err != nil || Print(MakeList(elems)) != "[7, 8]" {
			t.Errorf("drained %s, %v", Print(MakeList(elems)), err)
		}
	}
	stopped := false
	endless := iter.Seq[string](func(yield func(string) bool) {
		for yield("x") {
		}
		stopped = true
	})
	huge := iter.Seq[uint64](func(yield func(uint64) bool) { yield(1 << 63) })
	bad := func(yield func(int) bool) { yield(1); panic("secret") }
	unnamed := func(yield func(*Small) bool) { _ = yield(nil) && yield(&Small{1}) }
	for _, tt := range []struct {
		x    any
		want string
	}{
		{endless, CodeTooLong}, {huge, CodeRange}, {bad, CodePanic}, {unnamed, "[nil, Small]"}, {iter.Seq[int](nil), CodeUnusable},
		{slices.Values([]any{1, "a", nil}), `[1, "a", nil]`}, {[]int{1}, CodeUnusable}, {nil, CodeUnusable}, {func() {}, CodeUnusable},
		{slices.Values([]int(nil)), "[]"},
	} {
		elems, err := Drain(t.Context(), value(t, r, tt.x), 10)
		got := codeOf(err)
		if err == nil {
			got = Print(MakeList(elems))
		} else if elems != nil {
			t.Errorf("%T: elements came with the error", tt.x)
		}
		if got != tt.want {
			t.Errorf("%T: %s (%v), want %s", tt.x, got, err, tt.want)
		}
	}
	if !stopped {
		t.Error("the endless iterator was not stopped")
	}

	ctx, cancel := context.WithCancelCause(t.Context())
	count := 0
	cancelling := iter.Seq[int](func(yield func(int) bool) {
		for yield(count) {
			if count++; count == 1000 {
				cancel(errSecret)
			}
		}
	})
	if elems, err := Drain(ctx, value(t, r, cancelling), 1_000_000); elems != nil || !errors.Is(err, errSecret) || count > 1000+pollElems {
		t.Errorf("an iterator whose context ended at element 1000 gave %d elements, and %v", count, err)
	}
}

// Params has a method for each kind of parameter.
type Params struct{}

func (Params) Int8(int8) bool                       { return true }
func (Params) Uint16(uint16) bool                   { return true }
func (Params) Int(n int64) int64                    { return n }
func (Params) Float(f float64) float64              { return f }
func (Params) Float32(f float32) float32            { return f }
func (Params) Bool(b bool) bool                     { return b }
func (Params) Level(l everyLevel) everyLevel        { return l }
func (Params) Span(d time.Duration) string          { return d.String() }
func (Params) Ptr(s *Small) *Small                  { return s }
func (Params) PtrPtr(s **Small) *Small              { return *s }
func (Params) PInt(n *int) *int                     { return n }
func (Params) PStr(s *string) *string               { return s }
func (Params) Struct(s Small) int                   { return s.N }
func (Params) Any(x any) string                     { return fmt.Sprintf("%T", x) }
func (Params) Actor(a Actor) string                 { return fmt.Sprintf("%T", a) }
func (Params) Stringer(s fmt.Stringer) string       { return fmt.Sprintf("%T", s) }
func (Params) Reader(r io.Reader) bool              { return r == nil }
func (Params) Strs(s []string) []string             { return s }
func (Params) Names(s everyList) everyList          { return s }
func (Params) Arr(a [2]int) [2]int                  { return a }
func (Params) Nested(n [][]int) int                 { return len(n) }
func (Params) Dict(m map[string]int) map[string]int { return m }
func (Params) NameDict(m everyDict) int             { return len(m) }
func (Params) IntDict(m map[int]string) bool        { return m == nil }
func (Params) Tags(t Tags) bool                     { return t.Has("a") }
func (Params) Opaque(u UUID) string                 { return u.String() }
func (Params) Grade(g Grade) string                 { return string(g) }
func (Params) Null(n nullInt) bool                  { return n.Valid }
func (Params) Time(t time.Time) int                 { return t.Year() }
func (Params) Class(c ClassRef) string              { return c.String() }
func (Params) Tree(t Tree) int                      { return len(t) }
func (Params) Func(f func()) bool                   { return f == nil }
func (Params) Ring(r Ring) bool                     { return r == nil }

func (Params) Flag(f everyFlag) everyFlag { return f }
func (Params) Forest(f Forest) int        { return len(f) }

// Forest is a type that contains itself through maps only.
type Forest map[string]Forest

// everyHuge is a list of integers beyond the range of Integer.
type everyHuge []uint64

type nullInt struct {
	N     int
	Valid bool
}

func (n *nullInt) Scan(any) error     { return nil }
func (n nullInt) Value() (any, error) { return n.N, nil }

func TestConvert(t *testing.T) {
	r := registry(t, classFor[Params](), classFor[Small](), classFor[Person](), classFor[Clerk](extends[Person]()), classFor[Tags]())
	small := &Small{7}
	n := 3
	engineList := func(vs ...Value) Value { return MakeList(vs) }
	deep := MakeList(nil)
	for range maxDepth + 10 {
		deep = MakeList([]Value{deep})
	}
	shared := MakeList([]Value{MakeInt(1)}) // 2 to the power of 40 elements in 40 lists of two
	for range 40 {
		shared = MakeList([]Value{shared, shared})
	}
	sharedDict := MakeDict(nil, nil)
	for range 40 {
		sharedDict = MakeDict([]string{"a", "b"}, []Value{sharedDict, sharedDict})
	}
	deepDict := MakeDict(nil, nil)
	for range maxDepth + 10 {
		deepDict = MakeDict([]string{"a"}, []Value{deepDict})
	}
	unbound := Value{Plan: &Plan{Kind: Var}}
	tests := []struct {
		name string
		arg  Value
		want string
	}{
		{"int8", MakeInt(127), "true"},
		{"int8", MakeInt(128), CodeRange},
		{"int8", MakeInt(-129), CodeRange},
		{"int8", value(t, r, int64(5)), "true"},
		{"int8", MakeFloat(3), "true"},
		{"int8", MakeFloat(3.5), CodeArgument},
		{"int8", MakeFloat(300), CodeRange},
		{"int8", MakeString("a"), CodeArgument},
		{"int8", MakeBool(true), CodeArgument},
		{"int8", Value{}, CodeArgument},
		{"uint16", MakeInt(65535), "true"},
		{"uint16", MakeInt(65536), CodeRange},
		{"uint16", MakeInt(-1), CodeRange},
		{"int", MakeFloat(1 << 62), "4611686018427387904"},
		{"int", MakeFloat(1 << 63), CodeArgument},
		{"int", MakeFloat(-1 << 63), "-9223372036854775808"},
		{"int", value(t, r, time.Second), "1000000000"},
		{"float", MakeInt(3), "3.0"},
		{"float", MakeInt(1<<53 + 1), CodeRange},
		{"float", MakeFloat(0.1), "0.1"},
		{"float32", MakeFloat(0.5), "0.5"},
		{"float32", MakeFloat(1e300), CodeRange},
		{"float32", MakeInt(1<<24 + 1), CodeRange},
		{"bool", MakeBool(true), "true"},
		{"bool", MakeInt(1), CodeArgument},
		{"level", MakeInt(1), "1"},
		{"level", MakeInt(1000), CodeRange},
		{"span", MakeInt(1000), `"1µs"`},
		{"ptr", value(t, r, small), "Small"},
		{"ptr", value(t, r, *small), "Small"},
		{"ptr", Value{}, "nil"},
		{"ptr", value(t, r, &Person{}), CodeArgument},
		{"ptr_ptr", value(t, r, small), "Small"},
		{"p_int", MakeInt(3), "3"},
		{"p_int", value(t, r, &n), "3"},
		{"p_int", Value{}, "nil"},
		{"p_str", MakeString("s"), `"s"`},
		{"p_str", MakeInt(65), CodeArgument},
		{"struct", value(t, r, small), "7"},
		{"struct", value(t, r, *small), "7"},
		{"struct", Value{}, CodeArgument},
		{"struct", MakeInt(1), CodeArgument},
		{"any", Value{}, `"<nil>"`},
		{"any", MakeInt(1), `"int64"`},
		{"any", value(t, r, 1), `"int"`},
		{"any", value(t, r, Status("s")), `"host.Status"`},
		{"any", value(t, r, small), `"*host.Small"`},
		{"any", value(t, r, *small), `"host.Small"`},
		{"any", engineList(MakeInt(1)), `"[]interface {}"`},
		{"any", MakeDict([]string{"a"}, []Value{MakeInt(1)}), `"map[string]interface {}"`},
		{"any", deep, CodeTooDeep},
		{"any", deepDict, CodeTooDeep},
		{"any", shared, CodeTooLong},
		{"any", sharedDict, CodeTooLong},
		{"any", unbound, CodeArgument},
		{"flag", MakeBool(true), "true"},
		{"strs", value(t, r, everyHuge{1 << 63}), CodeRange},
		{"dict", value(t, r, map[string]uint64{"a": 1 << 63}), CodeRange},
		{"forest", deepDict, CodeTooDeep},
		{"forest", sharedDict, CodeTooLong},
		{"forest", MakeDict([]string{"a"}, []Value{MakeDict(nil, nil)}), "1"},
		{"float", MakeString("1"), CodeArgument},
		{"strs", MakeFloat(1), CodeArgument},
		{"actor", value(t, r, &Person{}), `"*host.Person"`},
		{"actor", value(t, r, Person{}), `"host.Person"`},
		{"actor", value(t, r, &Clerk{}), `"*host.Clerk"`},
		{"actor", value(t, r, small), CodeArgument},
		{"actor", MakeInt(1), CodeArgument},
		{"stringer", value(t, r, UUID{}), `"host.UUID"`},
		{"stringer", value(t, r, time.Second), `"time.Duration"`},
		{"reader", value(t, r, strings.NewReader("")), "false"},
		{"reader", value(t, r, *strings.NewReader("")), "false"}, // a copy whose address implements it
		{"reader", Value{}, "true"},
		{"strs", value(t, r, []string{"a"}), `["a"]`},
		{"strs", engineList(MakeString("a"), value(t, r, Status("b"))), `["a", "b"]`},
		{"strs", value(t, r, Labels{"a"}), `["a"]`},
		{"strs", value(t, r, [1]string{"a"}), `["a"]`},
		{"strs", engineList(MakeInt(1)), CodeArgument},
		{"strs", engineList(Value{}), CodeArgument},
		{"strs", engineList(unbound), CodeArgument},
		{"strs", Value{}, "[]"},
		{"strs", MakeString("a"), CodeArgument},
		{"strs", value(t, r, Tags{"a"}), `["a"]`},
		{"strs", value(t, r, &Tags{"a"}), `["a"]`},
		{"strs", value(t, r, Route{"a"}), CodeArgument}, // opaque
		{"tags", value(t, r, Tags{"a"}), "true"},
		{"tags", value(t, r, []string{"a"}), "true"},
		{"tags", engineList(MakeString("a")), "true"},
		{"tags", Value{}, "false"},
		{"names", value(t, r, []string{"a"}), `["a"]`},
		{"arr", engineList(MakeInt(1), MakeInt(2)), "[1, 2]"},
		{"arr", value(t, r, [2]int{1, 2}), "[1, 2]"},
		{"arr", engineList(MakeInt(1)), CodeArgument},
		{"nested", engineList(engineList(MakeInt(1)), engineList()), "2"},
		{"nested", engineList(MakeInt(1)), CodeArgument},
		{"dict", value(t, r, map[string]int{"a": 1}), "{a: 1}"},
		{"dict", value(t, r, map[string]any{"a": 1}), "{a: 1}"},
		{"dict", MakeDict([]string{"a"}, []Value{MakeInt(1)}), "{a: 1}"},
		{"dict", MakeDict([]string{"a"}, []Value{MakeString("x")}), CodeArgument},
		{"dict", MakeDict([]string{"a"}, []Value{unbound}), CodeArgument},
		{"dict", Value{}, "{}"},
		{"dict", MakeList(nil), CodeArgument},
		{"name_dict", value(t, r, map[string]int8{"a": 1}), "1"},
		{"int_dict", value(t, r, map[string]string{}), CodeArgument},
		{"int_dict", value(t, r, map[int]string{}), "false"},
		{"opaque", value(t, r, UUID{}), `"uuid"`},
		{"opaque", value(t, r, [4]byte{}), CodeArgument},
		{"opaque", engineList(MakeInt(1), MakeInt(1), MakeInt(1), MakeInt(1)), CodeArgument},
		{"grade", value(t, r, Grade("A")), `"A"`},
		{"grade", MakeString("A"), CodeArgument},
		{"null", MakeInt(1), "true"},
		{"null", Value{}, "false"},
		{"null", MakeString("x"), CodeArgument},
		{"time", value(t, r, time.Unix(0, 0).UTC()), "1970"},
		{"time", MakeInt(0), CodeArgument},
		{"class", MakeClass(r.Class("Small")), `"Small"`},
		{"struct", MakeClass(r.Class("Small")), CodeArgument},
		{"tree", deep, CodeTooDeep},
		{"tree", shared, CodeArgument}, // an Integer at the bottom is not a tree
		{"tree", engineList(engineList(), engineList(engineList())), "2"},
		{"func", Value{}, "true"},
		{"func", value(t, r, func() {}), "false"},
		{"ring", MakeInt(1), CodeTooDeep},
	}
	v := value(t, r, Params{})
	for _, tt := range tests {
		w, _, err := v.Plan.Method(tt.name).Call(t.Context(), v, []Value{tt.arg})
		got := codeOf(err)
		if err == nil {
			got = Print(w)
		}
		if got != tt.want {
			t.Errorf("%s(%s): %s (%v), want %s", tt.name, Describe(tt.arg), got, err, tt.want)
		}
	}

	w, _, _ := v.Plan.Method("ptr").Call(t.Context(), v, []Value{value(t, r, small)})
	if Target[Small](w.Ptr) != small {
		t.Error("a pointer that was given comes as another")
	}
	w, _, _ = v.Plan.Method("ptr").Call(t.Context(), v, []Value{value(t, r, *small)})
	if Target[Small](w.Ptr) == small {
		t.Error("a value comes as the pointer to another object")
	}
	_, err := r.ToGo(deep)
	wantError(t, err, CodeTooDeep)
	_, err = r.ToGo(MakeDict([]string{"a"}, []Value{unbound}))
	wantError(t, err, CodeArgument)
	_, err = r.ToGo(unbound)
	wantError(t, err, CodeArgument)
}
