package difftest

import (
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
)

// pairs returns the number of pairs to compare.
func pairs(t *testing.T) int { return int(environment(t, "URSA_DIFF_PAIRS", 20_000)) }

// seed returns the seed of the generators, which the test log shows.
func seed(t *testing.T) uint64 {
	s := environment(t, "URSA_DIFF_SEED", rand.Uint64()>>1)
	t.Logf("URSA_DIFF_SEED=%d", s)
	return s
}

func environment(t *testing.T, name string, unset uint64) uint64 {
	text := os.Getenv(name)
	if text == "" {
		return unset
	}
	n, err := strconv.ParseUint(text, 10, 63)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return n
}

// TestDifferential compares the answers of both engines over random programs.
func TestDifferential(t *testing.T) {
	const mostShown = 10 // differences that are shrunk and printed
	oracle := new(Oracle)
	defer oracle.Close()
	want := pairs(t)
	r, err := Compare(oracle, seed(t), want, mostShown)
	if err != nil {
		t.Fatal(err)
	}
	r.Print(t.Output())
	for _, d := range r.Differences {
		small, err := d.Shrink(oracle)
		if err != nil {
			t.Fatal(err)
		}
		t.Errorf("the engines differ:\n%v", small)
	}
	if t.Failed() {
		return
	}
	none := 0
	for _, n := range r.NoVerdict {
		none += n
	}
	for _, bound := range []struct {
		what string
		ok   bool
	}{
		{"pairs compared", r.Pairs >= want},
		{"at most 5 % of the pairs without verdict", none*20 <= r.Pairs},
		{"at least 90 % answered by both", r.Answered*10 >= r.Pairs*9},
		{"at least 35 % with solutions", r.Solutions*100 >= r.Pairs*35},
		{"at least 1 % with errors on both sides", sum(r.Errors)*100 >= r.Pairs},
	} {
		if !bound.ok {
			t.Errorf("not true: %s", bound.what)
		}
	}
}

func sum(m map[Verdict]int) (n int) {
	for _, count := range m {
		n += count
	}
	return n
}
