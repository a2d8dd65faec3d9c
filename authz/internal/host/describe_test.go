package host

import (
	"fmt"
	"math"
	"net/http"
	"strings"
	"testing"
)

// Card shows some of its fields, Coin opts in to its String method, Mute does not.
type Card struct {
	ID     int `polar:",show"`
	Secret string
	Owner  *Card  `polar:"holder,show"`
	Big    uint64 `polar:",show"`
}

type Coin struct {
	_     struct{} `polar:",show"`
	Value int
}

func (c *Coin) String() string { return fmt.Sprint("coin ", c.Value) }

type Mute struct{ Secret string }

func (m Mute) String() string { return m.Secret }

type BadCoin struct {
	_ struct{} `polar:",show"`
}

func (BadCoin) String() string { panic("secret") }

type NoCoin struct {
	_ struct{} `polar:",show"`
}

func TestPrint(t *testing.T) {
	r := registry(t, classFor[Card](), classFor[Mute]())
	long := make([]int, printElems+1)
	deep := MakeList(nil)
	for range 1000 {
		deep = MakeList([]Value{deep})
	}
	wide := MakeList(nil) // nested lists that share one list, 100 to the power of 8 elements in total
	for range printDepth {
		hundred := make([]Value, printElems)
		for i := range hundred {
			hundred[i] = wide
		}
		wide = MakeList(hundred)
	}
	if n := len(Print(wide)); n > 2*printBytes {
		t.Errorf("a wide list is printed with %d bytes", n)
	}
	if n := len(Print(MakeString(strings.Repeat("x", 10*printBytes)))); n > 2*printBytes {
		t.Errorf("a long string is printed with %d bytes", n)
	}
	entries := map[string]int{}
	for i := range printElems + 1 {
		entries[fmt.Sprint(i)] = i
	}
	if s := Print(value(t, r, entries)); !strings.HasSuffix(s, ", ...}") {
		t.Errorf("a big dictionary is printed as %s", s)
	}
	ring := &Card{ID: 1}
	ring.Owner = ring
	for _, tt := range []struct {
		v    Value
		want string
	}{
		{value(t, r, &Card{ID: 1, Secret: "secret"}), "Card{id: 1, holder: nil, big: 0}"},
		{value(t, r, &Card{Big: math.MaxUint64}), "Card{id: 0, holder: nil, big: <error>}"},
		{value(t, r, &Coin{Value: 5}), "coin 5"},
		{value(t, r, Coin{Value: 5}), "coin 5"},
		{value(t, r, Mute{"secret"}), "Mute"},
		{value(t, r, BadCoin{}), "host.BadCoin"},
		{value(t, r, NoCoin{}), "host.NoCoin"},
		{value(t, r, []any{Mute{"secret"}, &Coin{Value: 1}}), "[Mute, coin 1]"},
		{value(t, r, map[string]any{"a b": 1, "ok": nil}), `{"a b": 1, ok: nil}`},
		{value(t, r, long), "[" + strings.Repeat("0, ", printElems) + "...]"},
		{deep, strings.Repeat("[", printDepth+1) + "..." + strings.Repeat("]", printDepth+1)},
		{MakeList([]Value{{Plan: &Plan{Kind: Var}}}), "[_]"},
		{value(t, r, ring), strings.Repeat("Card{id: 1, holder: ", printDepth) + "Card" + strings.Repeat(", big: 0}", printDepth)},
	} {
		if got := Print(tt.v); got != tt.want {
			t.Errorf("Print(%s) = %s, want %s", Describe(tt.v), got, tt.want)
		}
	}
}

func TestDescribe(t *testing.T) {
	r := registry(t, classFor[Mute](), classFor[Status]())
	for _, tt := range []struct {
		v    Value
		want string
	}{
		{Value{}, "nil"},
		{MakeInt(42), "Integer"},
		{MakeString("secret"), "String"},
		{value(t, r, Status("secret")), "Status"},
		{value(t, r, everyName("secret")), "String"},
		{value(t, r, &Mute{"secret"}), "Mute"},
		{value(t, r, []string{"secret"}), "List"},
		{MakeDict([]string{"secret"}, []Value{{}}), "Dictionary"},
		{MakeClass(r.Class("Mute")), "class Mute"},
		{value(t, r, &Card{Secret: "secret"}), "host.Card"},
		{value(t, r, make(chan int)), "a channel (chan int)"},
		{Value{Plan: &Plan{Kind: Var}}, "variable"},
		{Value{Plan: &Plan{Kind: Kind(200)}}, "invalid kind"},
	} {
		if got := Describe(tt.v); got != tt.want {
			t.Errorf("Describe = %s, want %s", got, tt.want)
		}
	}
}

// TestBigGraph registers a type that refers to much of the standard library.
func TestBigGraph(t *testing.T) {
	r := registry(t, classFor[http.Request]())
	req, err := http.NewRequest("GET", "https://example.com/a?b=c", nil)
	if err != nil {
		t.Fatal(err)
	}
	v := value(t, r, req)
	if got := attr(t, attr(t, v, "url"), "path").Str(); got != "/a" {
		t.Errorf("path is %s", got)
	}
	if m, _, err := v.Plan.Method("user_agent").Call(t.Context(), v, nil); err != nil || m.Kind() != String {
		t.Errorf("user_agent: %v", err)
	}
	if n := r.NumPlans(); n > 1000 {
		t.Errorf("%d plans", n)
	}
}
