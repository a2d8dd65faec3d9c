package host

import (
	"database/sql"
	"math"
	"math/big"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"
)

// Account has a key by tag; Plain has none and compares by ==; Loose cannot be compared.
type Account struct {
	ID   int `polar:",id"`
	Name string
}

type Plain struct {
	A int
	B *int
	_ int
}

type Loose struct {
	A int
	L []int
}

type Mixed struct{ A, B any }

// Case compares case-insensitively, Far by a method that fails.
type Case struct{ S string }

func (c Case) Equal(d Case) bool { return len(c.S) == len(d.S) }

type CasePtr struct{ S string }

func (c *CasePtr) Equal(d *CasePtr) bool { return len(c.S) == len(d.S) }

type Far struct{ S string }

func (Far) Equal(any) bool { panic("secret") }

// Comparer has the interface that go-oso knew.
type Comparer struct{ N int }

func (c Comparer) Equal(o any) bool { d, ok := o.(Comparer); return ok && c.N == d.N }
func (c Comparer) Lt(o any) bool    { d, ok := o.(Comparer); return ok && c.N < d.N }

type ComparerPtr struct{ N int }

func (c *ComparerPtr) Equal(o any) bool { d, ok := o.(*ComparerPtr); return ok && c.N == d.N }
func (c *ComparerPtr) Lt(o any) bool    { d, ok := o.(*ComparerPtr); return ok && c.N < d.N }

// Partial order: divisors.
type Divides int

func (a Divides) Lt(b Divides) bool    { return a != b && b%a == 0 }
func (a Divides) Equal(b Divides) bool { return a == b }

// LessOnly has no Equal.
type LessOnly struct{ N, M int }

func (a LessOnly) Lt(b LessOnly) bool { return a.N < b.N }

// Unfit has methods of these names with other signatures.
type Unfit struct{ N int }

func (Unfit) Equal(string) bool      { return true }
func (Unfit) Compare(a, b Unfit) int { return 0 }
func (Unfit) Lt(Unfit) int           { return 1 }

// KeyedEqual has a key and a method; the key decides.
type KeyedEqual struct {
	ID int `polar:",id"`
}

func (KeyedEqual) Equal(KeyedEqual) bool { panic("not to be asked") }

// Sized has a key of any type.
type Sized[K any] struct {
	ID K `polar:",id"`
}

type Tenant struct {
	Org  *string `polar:",id"`
	Code UUID    `polar:",id"`
	Seq  uint64  `polar:",id"`
}

type NullKey struct {
	ID sql.NullInt64 `polar:",id"`
}

type TimeKey struct {
	At time.Time `polar:",id"`
}

// apart returns x in its own memory: the compiler gives equal constants one address.
func apart(x any) any {
	c := reflect.New(reflect.TypeOf(x)).Elem()
	c.Set(reflect.ValueOf(x))
	return c.Interface()
}

func TestEqual(t *testing.T) {
	type holder struct {
		A, B   Account
		P, Q   Plain
		PA, PB *Plain
	}
	r := registry(t, classFor[Account](), classFor[Clerk](keyed("ID")), classFor[Person](keyed("ID")), classFor[KeyedEqual]())
	n, m := 1, 1
	s1, s2 := "org", "org"
	zone := time.FixedZone("z", 3600)
	h := value(t, r, &holder{A: Account{ID: 1}, B: Account{ID: 1}, PA: &Plain{}, PB: &Plain{}})
	nested := func() any {
		var x any = 1
		for range maxNesting + 5 {
			x = Mixed{A: x}
		}
		return x
	}
	shared := func() any {
		var x any = 1
		for range 40 {
			x = Mixed{A: x, B: x}
		}
		return x
	}
	u16, v16, i32, flag := uint16(5), uint16(5), int32(0x10000), true
	of := func(x any) Value { return value(t, r, apart(x)) }
	const yes, no, host = "true", "false", "host"
	tests := []struct {
		a, b Value
		want string // prefixed with "host" if a method is needed
	}{
		{Value{}, Value{}, yes},
		{Value{}, MakeBool(false), no},
		{Value{}, MakeInt(0), no},
		{Value{}, MakeString(""), no},
		{Value{}, MakeList(nil), no},
		{Value{}, of(&Account{}), no},
		{Value{}, of(Far{}), no},
		{MakeInt(1), MakeInt(1), yes},
		{MakeInt(1), of(int8(1)), yes},
		{of(uint16(7)), of(everyLevel(7)), yes},
		{MakeInt(1), MakeFloat(1), yes},
		{MakeInt(1), MakeFloat(1.5), no},
		{MakeInt(9007199254740993), MakeFloat(9007199254740992), no},
		{MakeInt(9007199254740992), MakeFloat(9007199254740992), yes},
		{MakeInt(math.MaxInt64), MakeFloat(math.MaxInt64), no}, // 2^63
		{MakeInt(math.MinInt64), MakeFloat(math.MinInt64), yes},
		{MakeFloat(0), MakeFloat(math.Copysign(0, -1)), yes},
		{MakeFloat(math.NaN()), MakeFloat(math.NaN()), no},
		{MakeInt(0), MakeFloat(math.NaN()), no},
		{MakeInt(1), MakeFloat(math.Inf(1)), no},
		{of(float32(0.5)), MakeFloat(0.5), yes},
		{MakeInt(1), MakeBool(true), no},
		{MakeBool(true), MakeBool(true), yes},
		{MakeBool(true), MakeBool(false), no},
		{MakeString("a"), MakeString("a"), yes},
		{MakeString("a"), MakeString("A"), no},
		{MakeString("open"), of(Status("open")), yes},
		{of(everyName("x")), of(Status("x")), yes},
		{MakeString("1"), MakeInt(1), no},
		{MakeString("a"), MakeList(nil), no},
		{of(UUID{}), of([4]byte{}), no},
		{of(Digest{}), MakeList(nil), no},
		{MakeClass(r.Class("Account")), of(&Account{}), no},

		// By key.
		{of(&Account{1, "a"}), of(&Account{1, "b"}), yes},
		{of(&Account{1, "a"}), of(Account{1, "b"}), yes},
		{of(&Account{1, "a"}), of(&Account{2, "a"}), no},
		{of(&Account{0, "a"}), of(&Account{0, "a"}), no},
		{of(Account{0, "a"}), of(Account{0, "a"}), no},
		{of(&Account{0, "a"}), of(&Account{2, "a"}), no},
		{attr(t, h, "a"), attr(t, h, "b"), yes},
		{of(&Person{1}), of(&Clerk{Person: Person{1}}), no}, // two classes
		{of(&KeyedEqual{1}), of(&KeyedEqual{1}), yes},
		{of(&KeyedEqual{1}), of(&KeyedEqual{2}), no},
		{of(&Tenant{&s1, UUID{1}, math.MaxUint64}), of(&Tenant{&s2, UUID{1}, math.MaxUint64}), yes},
		{of(&Tenant{&s1, UUID{1}, 1}), of(&Tenant{&s2, UUID{2}, 1}), no},
		{of(&Tenant{&s1, UUID{1}, 1}), of(&Tenant{nil, UUID{1}, 1}), no},
		{of(&Tenant{nil, UUID{}, 1}), of(&Tenant{nil, UUID{}, 1}), yes},
		{of(&Tenant{nil, UUID{}, 0}), of(&Tenant{nil, UUID{}, 0}), no},
		{of(&NullKey{sql.NullInt64{Int64: 1, Valid: true}}), of(&NullKey{sql.NullInt64{Int64: 1, Valid: true}}), yes},
		{of(&NullKey{sql.NullInt64{Int64: 1}}), of(&NullKey{sql.NullInt64{Int64: 1}}), no},
		{of(&TimeKey{time.Unix(5, 0).UTC()}), of(&TimeKey{time.Unix(5, 0).In(zone)}), yes},

		// By identity and by ==.
		{of(&Plain{A: 1}), of(&Plain{A: 1}), no},
		{of(Plain{A: 1}), of(Plain{A: 1}), yes},
		{of(&Plain{A: 1}), of(Plain{A: 1}), yes},
		{of(Plain{A: 1, B: &n}), of(Plain{A: 1, B: &n}), yes},
		{of(Plain{A: 1, B: &n}), of(Plain{A: 1, B: &m}), no},
		{attr(t, h, "p"), attr(t, h, "q"), yes},
		{attr(t, h, "pa"), attr(t, h, "pb"), no},
		{of(Loose{A: 1}), of(Loose{A: 1}), no},
		{of(Loose{A: 1}), of(Loose{A: 2}), no},
		{of(Mixed{1, "x"}), of(Mixed{1, "x"}), yes},
		{of(Mixed{1, "x"}), of(Mixed{int8(1), "x"}), no},
		{of(Mixed{nil, "x"}), of(Mixed{nil, "x"}), yes},
		{of(Mixed{nil, 1}), of(Mixed{1, nil}), no},
		{of(Mixed{[]int{1}, 1}), of(Mixed{[]int{1}, 1}), no},
		{of(Mixed{[2]any{1, 2}, 1}), of(Mixed{[2]any{1, 2}, 1}), yes},
		{of(Mixed{A: math.NaN()}), of(Mixed{A: math.NaN()}), no},
		{of(UUID{1}), of(UUID{1}), yes},
		{of(UUID{1}), of(UUID{2}), no},
		{of(Digest("a")), of(Digest("a")), no},
		{of(struct{}{}), of(struct{}{}), yes},
		{of(generic[int]{1}), of(generic[string]{"1"}), no},
		{of(map[int]int{}), of(map[int]int{}), no},
		{of(complex(1, 2)), of(complex(1, 2)), yes},
		{of(nested()), of(nested()), CodeTooDeep},
		{of(shared()), of(shared()), CodeTooDeep},
		{of(Sized[int8]{1}), of(Sized[int8]{1}), yes},
		{of(Sized[int8]{1}), of(Sized[int8]{2}), no},
		{of(Sized[int8]{0}), of(Sized[int8]{0}), no},
		{of(Sized[uint16]{1}), of(Sized[uint16]{1}), yes},
		{of(Sized[uint16]{1}), of(Sized[uint16]{257}), no},
		{of(Sized[uint16]{0}), of(Sized[uint16]{0}), no},
		{of(Sized[int32]{-1}), of(Sized[int32]{-1}), yes},
		{of(Sized[int32]{0}), of(Sized[int32]{0}), no},
		{of(Sized[uint64]{math.MaxUint64}), of(Sized[uint64]{math.MaxUint64}), yes},
		{of(Sized[uint64]{0}), of(Sized[uint64]{0}), no},
		{of(Sized[bool]{true}), of(Sized[bool]{true}), yes},
		{of(Sized[bool]{false}), of(Sized[bool]{false}), no},
		{of(Sized[string]{"k"}), of(Sized[string]{"k"}), yes},
		{of(Sized[string]{"k"}), of(Sized[string]{"l"}), no},
		{of(Sized[string]{""}), of(Sized[string]{""}), no},
		{of(Sized[*uint16]{&u16}), of(Sized[*uint16]{&v16}), yes},
		{of(Sized[*int32]{&i32}), of(Sized[*int32]{&i32}), yes},
		{of(Sized[*string]{nil}), of(Sized[*string]{nil}), no},
		{of(Sized[*string]{&s1}), of(Sized[*string]{&s2}), yes},
		{of(Sized[*bool]{&flag}), of(Sized[*bool]{&flag}), yes},
		{of(Sized[uintptr]{1}), of(Sized[uintptr]{1}), yes},
		{of(Sized[UUID]{UUID{1}}), of(Sized[UUID]{UUID{1}}), yes},
		{of(Sized[UUID]{}), of(Sized[UUID]{}), no},
		{of(Sized[everyInner]{everyInner{1, 2}}), of(Sized[everyInner]{everyInner{1, 2}}), yes},
		{of(Sized[everyInner]{everyInner{1, 2}}), of(Sized[everyInner]{everyInner{1, 3}}), no},

		// Times.
		{of(time.Unix(5, 0).UTC()), of(time.Unix(5, 0).In(zone)), yes},
		{of(time.Unix(5, 0)), of(time.Unix(6, 0)), no},

		// By method.
		{of(Case{"abc"}), of(Case{"xyz"}), host + yes},
		{of(&Case{"abc"}), of(Case{"xy"}), host + no},
		{of(CasePtr{"abc"}), of(CasePtr{"xyz"}), host + yes},
		{of(&CasePtr{"abc"}), of(&CasePtr{"xyz"}), host + yes},
		{of(Grade("a")), of(Grade("b")), host + yes},
		{of(Grade("a")), of(Grade("bb")), host + no},
		{of(Grade("a")), MakeString("a"), no},
		{of(Comparer{1}), of(&Comparer{1}), host + yes},
		{of(&Comparer{1}), of(&Comparer{1}), host + yes},
		{of(&Comparer{1}), of(&Comparer{2}), host + no},
		{of(ComparerPtr{1}), of(ComparerPtr{1}), host + yes},
		{of(&ComparerPtr{1}), of(&ComparerPtr{1}), host + yes},
		{of(Comparer{1}), MakeInt(1), no},
		{of(big.NewInt(5)), of(big.NewInt(5)), host + yes},
		{of(big.NewInt(5)), of(big.NewInt(6)), host + no},
		{of(Divides(2)), of(Divides(2)), host + yes},
		{of(Unfit{1}), of(Unfit{1}), yes},
		{of(LessOnly{1, 1}), of(LessOnly{1, 2}), no},
		{of(Far{"a"}), of(Far{"a"}), host + CodePanic},

		{MakeList(nil), MakeList(nil), CodeUnequatable},
		{MakeDict(nil, nil), MakeDict(nil, nil), CodeUnequatable},
		{Value{Plan: &Plan{Kind: Var}}, MakeInt(1), CodeUnequatable},
		{Value{Plan: &Plan{Kind: Partial}}, Value{}, CodeUnequatable},
	}
	for _, tt := range tests {
		for _, pair := range [][2]Value{{tt.a, tt.b}, {tt.b, tt.a}} {
			a, b := pair[0], pair[1]
			eq, err := Equal(a, b)
			got := codeOf(err)
			if err == nil {
				got = map[bool]string{true: yes, false: no}[eq]
			} else if eq {
				t.Errorf("%s and %s are equal in spite of an error", Describe(a), Describe(b))
			}
			quiet, known := EqualQuiet(a, b)
			if !known && err == nil || codeOf(err) == CodePanic {
				got = host + got
			}
			if known && quiet != eq {
				t.Errorf("%s = %s is %v, and quietly %v", Describe(a), Describe(b), eq, quiet)
			}
			if got != tt.want {
				t.Errorf("%s %s = %s %s is %s (%v), want %s", Describe(a), Print(a), Describe(b), Print(b), got, err, tt.want)
			}
		}
		if k := tt.a.Kind(); k == Instance || k == Bool || k == String || k == Int || k == Nil {
			if eq, err := Equal(tt.a, tt.a); !eq || err != nil {
				t.Errorf("%s is not equal to itself: %v", Describe(tt.a), err)
			}
		}
	}
}

func TestCompare(t *testing.T) {
	r := registry(t, classFor[Account]())
	of := func(x any) Value { return value(t, r, x) }
	const none = "none"
	tests := []struct {
		a, b Value
		want string // "<", "=", ">", none, or the code of the error
		back string // the same for b and a
	}{
		{MakeInt(1), MakeInt(2), "<", ">"},
		{of(int8(1)), of(uint64(2)), "<", ">"},
		{MakeInt(1), MakeFloat(1), "=", "="},
		{MakeInt(1), MakeFloat(1.5), "<", ">"},
		{MakeInt(-1), MakeFloat(-1.5), ">", "<"},
		{MakeInt(9007199254740993), MakeFloat(9007199254740992), ">", "<"},
		{MakeInt(math.MaxInt64), MakeFloat(math.Inf(1)), "<", ">"},
		{MakeInt(math.MinInt64), MakeFloat(math.Inf(-1)), ">", "<"},
		{MakeInt(math.MaxInt64), MakeFloat(1 << 63), "<", ">"},
		{MakeInt(1), MakeFloat(math.NaN()), none, none},
		{MakeFloat(math.NaN()), MakeFloat(math.NaN()), none, none},
		{MakeFloat(1), MakeFloat(2), "<", ">"},
		{of(time.Second), of(time.Minute), "<", ">"},
		{of(time.Second), MakeInt(5), ">", "<"},
		{MakeString("a"), MakeString("b"), "<", ">"},
		{MakeString("Z"), of(Status("a")), "<", ">"},
		{MakeString("a"), MakeString("a"), "=", "="},
		{MakeBool(false), MakeBool(true), "<", ">"},
		{MakeBool(true), MakeBool(true), "=", "="},
		{of(time.Unix(1, 0)), of(time.Unix(2, 0)), "<", ">"},
		{of(time.Unix(1, 0).UTC()), of(time.Unix(1, 0)), "=", "="},
		{of(Grade("a")), of(Grade("bb")), "<", ">"},
		{of(big.NewInt(5)), of(big.NewInt(6)), "<", ">"},
		{of(Comparer{1}), of(&Comparer{2}), "<", ">"},
		{of(&ComparerPtr{1}), of(ComparerPtr{1}), "=", "="},
		{of(Divides(2)), of(Divides(4)), "<", ">"},
		{of(Divides(2)), of(Divides(3)), none, none},
		{of(LessOnly{1, 1}), of(LessOnly{1, 2}), "=", "="},

		{Value{}, MakeInt(1), none, none},
		{Value{}, Value{}, none, none},
		{Value{}, of(&Account{}), none, none},
		{Value{}, of(time.Unix(1, 0)), none, none},
		{Value{}, MakeList(nil), none, none},

		{MakeInt(1), MakeBool(true), CodeUnordered, CodeUnordered},
		{MakeInt(1), MakeString("1"), CodeUnordered, CodeUnordered},
		{MakeList(nil), MakeList(nil), CodeUnordered, CodeUnordered},
		{MakeDict(nil, nil), MakeDict(nil, nil), CodeUnordered, CodeUnordered},
		{of(&Account{}), of(&Account{}), CodeUnordered, CodeUnordered},
		{of(Comparer{1}), MakeInt(2), CodeUnordered, CodeUnordered},
		{of(Comparer{1}), of(ComparerPtr{1}), CodeUnordered, CodeUnordered},
		{of(Grade("a")), MakeString("b"), CodeUnordered, CodeUnordered},
		{of(Case{"a"}), of(Case{"b"}), CodeUnordered, CodeUnordered},
		{of(Unfit{1}), of(Unfit{2}), CodeUnordered, CodeUnordered},
		{of(time.Unix(1, 0)), MakeInt(1), CodeUnordered, CodeUnordered},
		{of(UUID{1}), of(UUID{2}), CodeUnordered, CodeUnordered},
		{MakeClass(r.Class("Account")), MakeClass(r.Class("Account")), CodeUnordered, CodeUnordered},
		{of(Panicky(1)), of(Panicky(2)), CodePanic, CodePanic},
	}
	compare := func(a, b Value) string {
		c, ok, err := Compare(a, b)
		switch {
		case err != nil && ok:
			return "an order and an error"
		case err != nil:
			return codeOf(err)
		case !ok:
			return none
		}
		return map[int]string{-1: "<", 0: "=", 1: ">"}[c]
	}
	for _, tt := range tests {
		if got := compare(tt.a, tt.b); got != tt.want {
			t.Errorf("%s and %s: %s, want %s", Print(tt.a), Print(tt.b), got, tt.want)
		}
		if got := compare(tt.b, tt.a); got != tt.back {
			t.Errorf("%s and %s: %s, want %s", Print(tt.b), Print(tt.a), got, tt.back)
		}
	}
	_, _, err := Compare(of(&Account{ID: 7, Name: "secret"}), MakeString("secret"))
	wantError(t, err, CodeUnordered, "Account", "String")
	if err.Error() != "Account and String cannot be ordered" {
		t.Errorf("the error is %q", err)
	}
}

// Panicky panics when it is compared.
type Panicky int

func (Panicky) Compare(Panicky) int { panic("secret") }

// TestCompareIntFloat compares compareIntFloat with exact arithmetic.
func TestCompareIntFloat(t *testing.T) {
	rnd := rand.New(rand.NewPCG(5, 6))
	for range 100_000 {
		i := int64(rnd.Uint64()) >> rnd.IntN(64)
		f := float64(i)
		switch rnd.IntN(4) {
		case 0:
			f = math.Nextafter(f, math.Inf(1))
		case 1:
			f = math.Nextafter(f, math.Inf(-1))
		case 2:
			f = math.Float64frombits(rnd.Uint64())
		}
		got, ok := compareIntFloat(i, f)
		if math.IsNaN(f) {
			if ok {
				t.Fatalf("%d and NaN have an order", i)
			}
			continue
		}
		want := new(big.Float).SetInt64(i).Cmp(big.NewFloat(f))
		if !ok || got != want {
			t.Fatalf("compareIntFloat(%d, %v) = %d, want %d", i, f, got, want)
		}
	}
}

// TestEqualZeroSize checks that objects of size zero are still distinguished by type.
func TestEqualZeroSize(t *testing.T) {
	type a struct{}
	type b struct{}
	r := registry(t)
	x, y := value(t, r, &a{}), value(t, r, &b{})
	if eq, _ := Equal(x, y); eq {
		t.Error("objects of two types are equal")
	}
	if reflect.TypeFor[a]().Size() != 0 {
		t.Fatal("not without memory")
	}
}
