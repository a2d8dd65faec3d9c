package benchmarks

// This file measures the memory of rules that never end.

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"runtime/debug"
	"sync"
	"testing"

	"github.com/ursa-authz/ursa/authz"
)

// A Counter is a resource about which the rules of runaways call each other without end.
type Counter struct{ N int }

// runaways are rules that never end: with one activation after another, with alternatives left
// at every level, and decided by the solver.
const runaways = `
allow(_: User, "plain", c: Counter) if endless(c.N);
endless(n) if endless(n + 1) and n >= 0;
allow(_: User, "alternatives", c: Counter) if forks(c.N);
forks(n) if forks(n + 1) and n >= 0;
forks(n) if forks(n + 2);
allow(_: User, "solved", c: Counter) if solved(c.N, _);
solved(n, x) if solved(n + 1, x) and n >= 0 and y = x and y = n;
solved(n, x) if solved(n + 2, x);
`

// residentPeak returns the largest resident set of the process so far in bytes, or 0 if the
// system does not tell.
func residentPeak() int {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for line := range bytes.Lines(status) {
		var kb int
		if n, _ := fmt.Sscanf(string(line), "VmHWM: %d kB", &kb); n == 1 {
			return kb << 10
		}
	}
	return 0
}

// BenchmarkRunaways reports by how much 100 questions at once that never end make the resident
// set grow, at the default limits.
func BenchmarkRunaways(b *testing.B) {
	const atOnce = 100
	for _, action := range []string{"plain", "alternatives", "solved"} {
		b.Run("rule="+action, func(b *testing.B) {
			az, err := authz.New(authz.Config{
				Policies: authz.String("runaways.polar", runaways),
				Classes:  []authz.Class{authz.ClassOf[User](), authz.ClassOf[Counter]()},
			})
			if err != nil {
				b.Fatal(err)
			}
			debug.FreeOSMemory()
			_ = os.WriteFile("/proc/self/clear_refs", []byte("5"), 0) // forget the peak
			before := residentPeak()
			for b.Loop() {
				var wg sync.WaitGroup
				for range atOnce {
					wg.Go(func() {
						if ok, err := az.IsAllowed(context.Background(), &User{ID: 1}, action, &Counter{}); ok || !errors.Is(err, authz.ErrUndecided) {
							b.Errorf("%v %v, want undecided", ok, err)
						}
					})
				}
				wg.Wait()
			}
			b.ReportMetric(float64(residentPeak()-before)/(1<<20), "MB-resident")
		})
	}
}
