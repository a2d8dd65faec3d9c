package benchmarks

// This file measures the memory of queries that do not end by themselves.

import (
	"context"
	"errors"
	"os"
	"regexp"
	"runtime/debug"
	"strconv"
	"sync"
	"testing"

	"github.com/ursa-authz/ursa/authz"
)

// runawayPolicy has rules that recurse without an end, and that hold more and more.
const runawayPolicy = `
allow(user: User, "recurse", expense: Expense) if deeper(user, expense, 0);
deeper(user: User, expense: Expense, n: Integer) if deeper(user, expense, n + 1) and expense.UserID = user.ID;
allow(_: User, "list", _: Expense) if longer([1]);
longer(list: List) if longer([1, *list]) and 1 in list;
`

// runaways are the actions that it never allows.
var runaways = []string{"recurse", "list"}

// askRunaways asks 100 runaway questions at once. It reports whether each ended by a limit.
func askRunaways(az *authz.Authorizer, action string) error {
	user, expense := &User{ID: 7}, &Expense{ID: 3, UserID: 7}
	errs := make([]error, 100)
	var group sync.WaitGroup
	for i := range errs {
		group.Go(func() {
			_, err := az.IsAllowed(context.Background(), user, action, expense)
			if !errors.Is(err, authz.ErrUndecided) {
				errs[i] = errors.New(action + " was decided")
			}
		})
	}
	group.Wait()
	return errors.Join(errs...)
}

func newRunaways(limits authz.Limits) (*authz.Authorizer, error) {
	return authz.New(authz.Config{
		Policies: authz.String("runaway.polar", runawayPolicy),
		Limits:   limits,
		Classes:  []authz.Class{authz.ClassOf[User](), authz.ClassOf[Expense]()},
	})
}

func TestRunaways(t *testing.T) {
	az, err := newRunaways(authz.Limits{Bytes: 1 << 20})
	if err != nil {
		t.Fatal(err)
	}
	for _, action := range runaways {
		if err := askRunaways(az, action); err != nil {
			t.Error(err)
		}
	}
}

// BenchmarkRunaways measures by how much 100 runaway queries at once, at the default limits,
// make the memory of the process grow. Linux keeps the highest size since the last reset.
func BenchmarkRunaways(b *testing.B) {
	resident := func(name string) float64 {
		text, err := os.ReadFile("/proc/self/status")
		m := regexp.MustCompile(name + `:\s*(\d+) kB`).FindSubmatch(text)
		if err != nil || m == nil {
			b.Skip("the size of the process is unknown on this system")
		}
		kb, _ := strconv.Atoi(string(m[1]))
		return float64(kb) * 1024
	}
	az, err := newRunaways(authz.Limits{})
	if err != nil {
		b.Fatal(err)
	}
	for _, action := range runaways {
		b.Run("of="+action, func(b *testing.B) {
			most := 0.0
			for b.Loop() {
				debug.FreeOSMemory()
				if err := os.WriteFile("/proc/self/clear_refs", []byte("5"), 0); err != nil {
					b.Skip(err)
				}
				before := resident("VmRSS")
				if err := askRunaways(az, action); err != nil {
					b.Fatal(err)
				}
				most = max(most, resident("VmHWM")-before)
			}
			b.ReportMetric(most, "B/burst")
		})
	}
}
