package host

import (
	"math"
	"testing"
)

type (
	searchedInt  int
	searchedText string
)

// TestUnlike compares Unlike with a loop over Equal.
func TestUnlike(t *testing.T) {
	if PureGo {
		t.Skip("without unsafe, no list is searched in memory")
	}
	r := registry(t)
	one := 1
	lists := []any{
		[]int{3, 1, 2, 1}, []int8{3, 1, -1}, []int16{3, 1}, []int32{3, 1}, []int64{3, math.MaxInt64, 1}, []uint8{3, 255, 1}, []uint16{3, 1},
		[]uint32{3, 1}, []uint{3, 1}, []uint64{3, 1, math.MaxUint64, 1}, []searchedInt{3, 1}, [3]int{3, 2, 1}, []int{}, []int(nil),
		[]string{"a", "", "bc", "b"}, []searchedText{"a", "bc", ""}, []any{1, "a", nil, 1.0}, []*int{&one}, []float64{1, 2}, []bool{true},
		MakeList([]Value{MakeInt(3), MakeInt(1), MakeFloat(1), MakeString("bc"), MakeInt(2)}), MakeList([]Value{MakeString("a"), MakeString("bc"), {}, MakeString("")}),
		MakeList(nil),
	}
	items := []Value{
		MakeInt(0), MakeInt(1), MakeInt(-1), MakeInt(2), MakeInt(255), MakeInt(256), MakeInt(math.MaxInt64), MakeInt(math.MinInt64),
		MakeString(""), MakeString("a"), MakeString("b"), MakeString("bc"), MakeFloat(1), MakeBool(true), {},
	}
	skipped := 0
	for _, x := range lists {
		list, ok := x.(Value)
		if !ok {
			list = value(t, r, x)
		}
		if list.Kind() != List {
			continue // nil
		}
		for _, item := range items {
			for i := range list.Len() + 1 {
				for end := i; end <= list.Len(); end++ {
					got := list.Unlike(item, i, end)
					if got < i || got > end {
						t.Fatalf("%T: from %d to %d: %d", x, i, end, got)
					}
					for j := i; j < got; j++ {
						e, err := list.At(j)
						if err != nil {
							t.Fatalf("%T: the element %d is an error, and was skipped", x, j)
						}
						if eq, err := Equal(item, e); eq || err != nil {
							t.Errorf("%T: element %d is %s, and was skipped", x, j, Print(e))
						}
						skipped++
					}
				}
			}
		}
	}
	if skipped < 500 {
		t.Errorf("only %d elements were skipped", skipped)
	}
	ints, text := value(t, r, []int{3, 1}), value(t, r, []string{"x", "y"})
	if ints.Unlike(MakeInt(1), 0, 2) != 1 || ints.Unlike(MakeInt(7), 0, 2) != 2 || text.Unlike(MakeString("y"), 0, 2) != 1 {
		t.Error("not searched")
	}
}
