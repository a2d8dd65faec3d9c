// Package randtest has what tests on random policies and data have in common: the number of
// cases, their seed, and the choice of texts.
package randtest

import (
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
)

// Runs is Number and Seed.
func Runs(t testing.TB, variable string, n int) (int, uint64) {
	t.Helper()
	return Number(t, variable, n), Seed(t)
}

// Number returns the number of random cases to try: n, unless the environment variable says
// another one.
func Number(t testing.TB, variable string, n int) int {
	t.Helper()
	if s := os.Getenv(variable); s != "" {
		var err error
		if n, err = strconv.Atoi(s); err != nil || n < 1 {
			t.Fatalf("%s is %q, which is not a number of cases", variable, s)
		}
	}
	return n
}

// Seed returns the seed of a test and logs it: URSA_SEED, or else a random one.
func Seed(t testing.TB) uint64 {
	t.Helper()
	seed := rand.Uint64()
	if s := os.Getenv("URSA_SEED"); s != "" {
		var err error
		if seed, err = strconv.ParseUint(s, 10, 64); err != nil {
			t.Fatalf("URSA_SEED is %q, which is not a seed", s)
		}
	}
	t.Logf("URSA_SEED=%d", seed)
	return seed
}

// A Writer writes random texts. Generators of policies embed one.
type Writer struct{ *rand.Rand }

// New returns the Writer of a case, which is the same for the same seed.
func New(seed uint64, number int) Writer { return Writer{rand.New(rand.NewPCG(seed, uint64(number)))} }

// Pick returns one of the options.
func (w Writer) Pick(options ...string) string { return options[w.IntN(len(options))] }
