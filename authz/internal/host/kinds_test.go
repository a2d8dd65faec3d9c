package host

import (
	"bytes"
	"context"
	"database/sql"
	"database/sql/driver"
	"encoding/json"
	"iter"
	"math"
	"math/bits"
	"net"
	"net/netip"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
	"unsafe"
)

// UUID is opaque: a named array with a method, as uuid.UUID is.
type UUID [4]byte

func (u UUID) String() string { return "uuid" }

// Tags is a named slice with methods, as pq.StringArray is: a list.
type Tags []string

func (t *Tags) Scan(src any) error          { *t = append(*t, src.(string)); return nil }
func (t Tags) Value() (driver.Value, error) { return strings.Join(t, ","), nil }
func (t Tags) Has(s string) bool            { return slices.Contains(t, s) }

// Digest is a named slice of bytes with a method, as json.RawMessage is: opaque.
type Digest []byte

func (d *Digest) Reset() { *d = nil }

// A Route is a slice with its own equality: opaque.
type Route []string

func (r Route) Equal(o Route) bool { return len(r) == len(o) }

// generics is a generic slice with a method, as datatypes.JSONSlice is: a list.
type generics[T any] []T

func (g generics[T]) GormDataType() string { return "json" }

// Labels is a named slice without methods.
type Labels []string

// Header is a named map with methods: still a dictionary.
type Header map[string][]string

func (h Header) First(k string) string { return h[k][0] }

// Status is a string with an unrelated method.
type Status string

func (s Status) Open() bool { return s == "open" }

// Grade is a string with its own comparison.
type Grade string

func (g Grade) Compare(h Grade) int { return len(g) - len(h) }

// Deleted has the shape of gorm.DeletedAt.
type Deleted sql.NullTime

func (d *Deleted) Scan(v any) error             { return (*sql.NullTime)(d).Scan(v) }
func (d Deleted) Value() (driver.Value, error)  { return sql.NullTime(d).Value() }
func (d Deleted) MarshalJSON() ([]byte, error)  { return nil, nil }
func (d *Deleted) UnmarshalJSON(b []byte) error { return nil }

// Maybe has the shape of null.String: a struct that embeds a sql.NullString.
type Maybe struct{ sql.NullString }

// Span scans itself, but has a third field.
type Span struct {
	From, To int
	Valid    bool
}

func (s *Span) Scan(any) error              { return nil }
func (s Span) Value() (driver.Value, error) { return nil, nil }

// Lookalike has the fields of a sql.NullString, but not its methods.
type Lookalike struct {
	String string
	Valid  bool
}

// Tree is a type that contains itself through slices only.
type Tree []Tree

// Ring is a pointer to itself.
type Ring *Ring

// Box is laid out like a pointer.
type Box struct{ P *int }

type generic[T any] struct{ V T }

func TestKinds(t *testing.T) {
	n, s := 5, "text"
	pn := &n
	var nilPtr *int
	var nilFunc func()
	var iface any = pn
	r := registry(t)
	tests := []struct {
		x     any
		kind  Kind
		print string
	}{
		{nil, Nil, "nil"},
		{nilPtr, Nil, "nil"},
		{&nilPtr, Nil, "nil"},
		{(*any)(nil), Nil, "nil"},
		{&iface, Int, "5"},
		{true, Bool, "true"},
		{int8(-8), Int, "-8"},
		{uint8(255), Int, "255"},
		{uint64(math.MaxInt64), Int, "9223372036854775807"},
		{'a', Int, "97"},
		{float32(0.5), Float, "0.5"},
		{1.5, Float, "1.5"},
		{s, String, `"text"`},
		{&s, String, `"text"`},
		{&pn, Int, "5"},
		{Status("open"), String, `"open"`},
		{time.Second, Int, "1000000000"},
		{time.March, Int, "3"},
		{[]string(nil), List, "[]"},
		{[]byte("ab"), List, "[97, 98]"},
		{[2]string{"a", "b"}, List, `["a", "b"]`},
		{[0]int{}, List, "[]"},
		{[1]*int{pn}, List, "[5]"},
		{Labels{"x"}, List, `["x"]`},
		{Tree{{}, {{}}}, List, "[[], [[]]]"},
		{[]any{1, "a", nil, []any{2.5}}, List, `[1, "a", nil, [2.5]]`},
		{map[string]any{"b": 1, "a": nil}, Dict, "{a: nil, b: 1}"},
		{map[string]string{"k": "v"}, Dict, `{k: "v"}`},
		{map[string][]string{"k": {"v"}}, Dict, `{k: ["v"]}`},
		{map[Status]int{"open": 1}, Dict, "{open: 1}"},
		{map[string]int(nil), Dict, "{}"},
		{map[string]any(nil), Dict, "{}"},
		{Header{"k": {"v"}}, Dict, `{k: ["v"]}`},
		{map[string]everyInner{"k": {}}, Dict, "{k: host.everyInner}"},
		{struct{}{}, Instance, "struct {}"},
		{&everyInner{}, Instance, "host.everyInner"},
		{Box{pn}, Instance, "host.Box"},
		{&Box{pn}, Instance, "host.Box"},
		{generic[int]{3}, Instance, "host.generic[int]"},
		{UUID{1}, Instance, "host.UUID"},
		{&UUID{1}, Instance, "host.UUID"},
		{Tags{"x"}, List, `["x"]`},
		{&Tags{"x"}, List, `["x"]`},
		{Tags(nil), List, "[]"},
		{generics[Tags]{{"x"}}, List, `[["x"]]`},
		{Digest("x"), Instance, "host.Digest"},
		{json.RawMessage("x"), Instance, "json.RawMessage"},
		{[]byte("x"), List, "[120]"},
		{Route{"x"}, Instance, "host.Route"},
		{Grade("A"), Instance, "host.Grade"},
		{net.IPv4(1, 2, 3, 4), Instance, "net.IP"},
		{netip.Addr{}, Instance, "netip.Addr"},
		{time.Unix(0, 0).UTC(), Instance, "1970-01-01T00:00:00Z"},
		{bytes.NewBufferString("b"), Instance, "bytes.Buffer"},
		{sql.NullString{}, Nil, "nil"},
		{sql.NullString{String: "x", Valid: true}, String, `"x"`},
		{sql.NullTime{Time: time.Unix(0, 0).UTC(), Valid: true}, Instance, "1970-01-01T00:00:00Z"},
		{sql.Null[Status]{V: "x", Valid: true}, String, `"x"`},
		{&sql.NullInt64{Int64: 4, Valid: true}, Int, "4"},
		{Deleted{}, Nil, "nil"},
		{Deleted{Time: time.Unix(0, 0).UTC(), Valid: true}, Instance, "1970-01-01T00:00:00Z"},
		{Maybe{}, Nil, "nil"},
		{Maybe{sql.NullString{String: "x", Valid: true}}, String, `"x"`},
		{Lookalike{"x", true}, Instance, "host.Lookalike"},
		{Span{}, Instance, "host.Span"},
		{iter.Seq[int](func(func(int) bool) {}), Instance, "iter.Seq[int]"},
		// Values that cannot be used can be passed on, and Usable says why.
		{make(chan int), Instance, "a channel (chan int)"},
		{nilFunc, Instance, "a function (func())"},
		{complex(1, 2), Instance, "a complex number (complex128)"},
		{unsafe.Pointer(pn), Instance, "an unsafe pointer (unsafe.Pointer)"},
		{map[int]string{1: "a"}, Instance, "a map whose keys are not strings (map[int]string)"},
		{iter.Seq2[int, int](nil), Instance, "a function (iter.Seq2[int,int])"},
		{context.Background(), Instance, "context.backgroundCtx"},
	}
	for _, tt := range tests {
		v, err := r.ValueOf(tt.x)
		if err != nil {
			t.Errorf("%T: %v", tt.x, err)
			continue
		}
		if v.Kind() != tt.kind || Print(v) != tt.print {
			t.Errorf("%T: %s %s, want %s %s", tt.x, v.Kind(), Print(v), tt.kind, tt.print)
		}
		if v.Plan == nil {
			continue
		}
		unusable := v.Plan.unusable != ""
		if err := v.Plan.Usable(); (codeOf(err) == CodeUnusable) != unusable {
			t.Errorf("%T: Usable() = %v", tt.x, err)
		}
		// Unregistered types have only the built-in class of their kind.
		for id, c := range builtinClasses() {
			if v.Plan.IsA(id) != (c.Builtin == tt.kind) {
				t.Errorf("%T: IsA(%s) = %v", tt.x, c.Name, v.Plan.IsA(id))
			}
		}
		if v.Plan.Class != nil || v.Plan.IsA(numBuiltins) || v.Plan.IsA(-1) || v.Plan.IsA(1000) {
			t.Errorf("%T has a class", tt.x)
		}
		if r.PlanOf(reflect.TypeOf(tt.x)) != v.Plan && tt.x != any(&iface) {
			t.Errorf("%T: PlanOf is another plan", tt.x)
		}
		if w := value(t, r, tt.x); w.Plan != v.Plan {
			t.Errorf("%T has two plans", tt.x)
		}
	}
}

func TestKindErrors(t *testing.T) {
	r := registry(t)
	var self any
	self = &self
	_, err := r.ValueOf(self)
	wantError(t, err, CodeTooDeep)

	var ring Ring
	ring = &ring
	_, err = r.ValueOf(ring)
	wantError(t, err, CodeTooDeep)
	if p := r.PlanOf(reflect.TypeFor[Ring]()); p != nil {
		t.Errorf("the plan of a pointer without end is one of %s", p.Type)
	}

	huge := []any{uint64(math.MaxInt64 + 1)}
	if bits.UintSize == 64 {
		huge = append(huge, ^uint(0), ^uintptr(0))
	}
	for _, x := range huge {
		_, err = r.ValueOf(x)
		wantError(t, err, CodeRange, "beyond the range")
	}
	v := value(t, r, []uint64{1, math.MaxUint64})
	if _, err := v.At(0); err != nil {
		t.Error(err)
	}
	_, err = v.At(1)
	wantError(t, err, CodeRange)
	for _, m := range []any{map[string]any{"k": uint64(math.MaxUint64)}, map[string]uint64{"k": math.MaxUint64}} {
		if _, ok, err := value(t, r, m).Get("other"); ok || err != nil {
			t.Errorf("a key that is not there: %v, %v", ok, err)
		}
		_, ok, err := value(t, r, m).Get("k")
		if ok {
			t.Error("an entry that cannot be a value is there")
		}
		wantError(t, err, CodeRange)
	}
	for _, m := range []any{map[string]string{"k": ""}, map[string][]string{"k": nil}} {
		if v, ok, err := value(t, r, m).Get("other"); ok || err != nil || v.Kind() != Nil {
			t.Errorf("a key that is not there: %v, %v, %v", Describe(v), ok, err)
		}
	}
}

// TestRecursiveTypes reads types that refer to themselves.
func TestRecursiveTypes(t *testing.T) {
	type user struct {
		Name  string
		Boss  *user
		Team  []*user
		Peers map[string]user
		Any   any
	}
	r := registry(t, classFor[user](named("User")))
	top := &user{Name: "top"}
	u := &user{Name: "u", Boss: &user{Name: "b", Boss: top}, Team: []*user{top, nil}, Peers: map[string]user{"p": {Name: "p"}}, Any: top}
	v := value(t, r, u)
	if got := attr(t, attr(t, attr(t, v, "boss"), "boss"), "name").Str(); got != "top" {
		t.Errorf("boss of boss is %s", got)
	}
	team := attr(t, v, "team")
	first, _ := team.At(0)
	second, _ := team.At(1)
	if first.Ptr != PointerTo(top) || second.Kind() != Nil || team.Plan.Elem() != v.Plan {
		t.Error("wrong team")
	}
	p, ok, err := attr(t, v, "peers").Get("p")
	if !ok || err != nil || attr(t, p, "name").Str() != "p" || p.Word != 1 {
		t.Error("wrong peer")
	}
	if w := attr(t, v, "any"); w.Plan != v.Plan || w.Ptr != PointerTo(top) {
		t.Error("wrong any")
	}
}

// TestInPlace checks that values refer to the host's memory without copying.
func TestInPlace(t *testing.T) {
	type inner struct{ N int }
	type outer struct {
		Pad   int
		In    inner
		Slice []inner
		Arr   [2]inner
		S     string
	}
	r := registry(t)
	o := &outer{Slice: make([]inner, 2), S: "abc"}
	v := value(t, r, o)
	in := attr(t, v, "in")
	e, _ := attr(t, v, "slice").At(1)
	a, _ := attr(t, v, "arr").At(1)
	for _, tt := range []struct {
		v    Value
		want Pointer
	}{
		{v, PointerTo(o)}, {in, PointerTo(&o.In)}, {e, PointerTo(&o.Slice[1])}, {a, PointerTo(&o.Arr[1])},
		{attr(t, v, "s"), stringValue(EngineString, o.S).Ptr},
	} {
		if tt.v.Ptr != tt.want {
			t.Errorf("%s is not where the object is", Describe(tt.v))
		}
	}
	if v.Word != 0 || in.Word != 1 || e.Word != 1 || a.Word != 1 {
		t.Error("wrong marks of how objects were reached")
	}
}
