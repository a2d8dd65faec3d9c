package host

import (
	"fmt"
	"runtime"
	"testing"
)

// TestKeepsAlive holds values into the middle of objects that nothing else refers to.
func TestKeepsAlive(t *testing.T) {
	type part struct{ A, B string }
	type whole struct {
		Pad   [5]int
		Part  part
		Parts []part
		M     map[string]string
		Any   any
	}
	r := registry(t, classFor[whole](named("Whole")))
	var values [][]Value
	const n = 200
	for i := range n {
		s := fmt.Sprint("text ", i)
		w := value(t, r, &whole{Part: part{B: s}, Parts: []part{{}, {B: s}}, M: map[string]string{"k": s}, Any: part{B: s}})
		e, err := attr(t, w, "parts").At(1)
		if err != nil {
			t.Fatal(err)
		}
		values = append(values, []Value{attr(t, w, "part"), e, attr(t, w, "any"), attr(t, w, "m")})
	}
	var garbage [][]byte
	for range 5 {
		runtime.GC()
		for i := range n {
			garbage = append(garbage, make([]byte, 32+i%128))
			for j := range garbage[len(garbage)-1] {
				garbage[len(garbage)-1][j] = 0xff
			}
		}
	}
	for i, vs := range values {
		want := fmt.Sprint("text ", i)
		for _, v := range vs[:3] {
			if got := attr(t, v, "b").Str(); got != want {
				t.Fatalf("%q became %q", want, got)
			}
		}
		if s, ok, err := vs[3].Get("k"); !ok || err != nil || s.Str() != want {
			t.Fatalf("%q became %q", want, s.Str())
		}
	}
}

// TestStackMoves reads a value of an object that may be on the stack after the stack has
// moved.
func TestStackMoves(t *testing.T) {
	r := registry(t, classFor[Account]())
	a := Account{ID: 7, Name: "n"}
	v, err := r.ValueOf(&a)
	if err != nil {
		t.Fatal(err)
	}
	var grow func(n int) int
	grow = func(n int) int {
		var pad [64]int
		if n == 0 {
			return pad[0]
		}
		return grow(n-1) + pad[n%64]
	}
	grow(10_000)
	if id, _ := v.Plan.Attr("id").Load(v.Ptr); id.Int() != 7 || a.ID != 7 {
		t.Errorf("id became %d", id.Int())
	}
}
