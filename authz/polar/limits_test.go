package polar_test

// This file tests that every query ends: with an answer, or with an error that
// names the limit that it exceeded.

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/ursa-authz/ursa/authz/polar"
)

// mustLoad loads a policy without errors.
func mustLoad(t testing.TB, in polar.Input) *polar.Policy {
	t.Helper()
	p, diags, err := polar.Load(context.Background(), in)
	if err != nil {
		for _, d := range diags {
			t.Log(d.Long())
		}
		t.Fatal(err)
	}
	return p
}

func source(text string) []polar.Source { return []polar.Source{{Name: "test.polar", Text: text}} }

// count runs a query to its end.
func count(ctx context.Context, p *polar.Policy, query string) (n int, err error) {
	for _, err := range p.QueryString(ctx, query) {
		if err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

const runaways = `
endless(x) if endless_next(x, y) and endless(y);
endless_next(x, y) if y = x + 1;
left(x) if left(y) and x = y + 1;
left(0);
double(s) if t = s.replace("a", "aa") and double(t);
pairs(n) if x in n and y in n and z in n and w in n and v in n and x + y + z + w + v < 0;
nest(0, []);
nest(n, [l]) if n > 0 and nest(n - 1, l);
grow(l) if grow([1, *l]);
count(0);
count(n) if n > 0 and count(n - 1);
deep(0);
deep(n) if n > 0 and deep(n - 1) and true;
same(x, x);
`

func TestEveryQueryEnds(t *testing.T) {
	million := make([]int, 1_000_000)
	for i := range million {
		million[i] = i
	}
	p := mustLoad(t, polar.Input{
		Sources:   source(runaways),
		Constants: map[string]any{"million": million, "hundred": million[:100]},
	})
	tests := []struct {
		query string
		want  string // of the error; "" if the query is answered
		n     int    // number of solutions
	}{
		{query: `endless(0)`, want: "budget"},
		{query: `left(x)`, want: "budget"},
		{query: `double("a")`, want: "budget"},
		{query: `pairs(hundred)`, want: "budget"},
		{query: `grow([])`, want: "budget"},
		{query: `999999 in million`, n: 1},
		{query: `x in million and y in million and x + y < 0`, want: "budget"},
		{query: `1000 in million and cut`, n: 1},
		{query: `nest(10000, l) and same(l, m) and l = m`, n: 1},
		{query: `nest(500, l) and nest(500, m) and l = m`, n: 1},
		{query: `nest(500, l) and nest(501, m) and l == m`},
		{query: `nest(10000, l) and nest(10000, m) and l == m`, n: 1},
		{query: `x = [x]`},
		{query: `x = {a: [1, x]}`},
		{query: `x = [y] and y = [x]`},
		{query: `count(25000)`, n: 1},
		{query: `deep(25000)`, n: 1},
		{query: `deep(210000)`, want: "budget"},
	}
	for _, tt := range tests {
		t.Run(tt.query, func(t *testing.T) {
			begin := time.Now()
			n, err := count(context.Background(), p, "_"+"q = 1 and "+tt.query)
			t.Logf("%d solutions in %v: %v", n, time.Since(begin).Round(time.Millisecond), err)
			if strings.Contains(tt.query, "10000, l") && errors.Is(err, polar.ErrBudget) {
				return // too deep for a Go value, which is also an answer
			}
			if tt.want == "" {
				if err != nil || n != tt.n {
					t.Errorf("%d solutions, error %v; want %d", n, err, tt.n)
				}
				return
			}
			var pe *polar.Error
			if !errors.As(err, &pe) || pe.Code != tt.want {
				t.Fatalf("error %v, want code %q", err, tt.want)
			}
			if !errors.Is(err, polar.ErrBudget) {
				t.Errorf("the error is not ErrBudget")
			}
			if !pe.Pos.IsValid() || len(pe.Stack) == 0 {
				t.Errorf("the error has no position or no stack: %v", pe)
			}
		})
	}
}

func TestLimits(t *testing.T) {
	load := func(l polar.Limits) *polar.Policy {
		return mustLoad(t, polar.Input{Sources: source(runaways), Limits: l})
	}
	tests := []struct {
		name   string
		limits polar.Limits
		query  string
		want   string
	}{
		{"steps", polar.Limits{Steps: 100}, `count(1000)`, "more than 100 steps"},
		{"bytes", polar.Limits{Bytes: 1000}, `x = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa".replace("a", "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb")`, "more than 1000 bytes"},
		{"depth", polar.Limits{Depth: 10}, `deep(20)`, "nested more than 10 levels deep"},
		{"results", polar.Limits{Results: 2}, `x in [1, 2, 3]`, "more than 2 solutions"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := count(context.Background(), load(tt.limits), tt.query)
			if !errors.Is(err, polar.ErrBudget) || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want one with %q", err, tt.want)
			}
		})
	}
}

// A canceller is a host object whose method ends the query's own context, like a
// client that disconnects during a query.
type canceller struct{ cancel context.CancelFunc }

func (c *canceller) Cancel() bool { c.cancel(); return true }

// EndAt ends the context at 2, and is true.
func (c *canceller) EndAt(n int) bool {
	if n == 2 {
		c.cancel()
	}
	return true
}

func TestCancellation(t *testing.T) {
	calls := 0
	counter := polar.Class{Name: "Counter", Type: polar.ClassOf[tally]().Type}
	p := mustLoad(t, polar.Input{
		Sources: source(`
spin(c, t) if c.cancel() and turn(c, t);
turn(c, t) if t.hit() and turn(c, t.next());
`),
		Classes: []polar.Class{{Name: "Canceller", Type: polar.ClassOf[canceller]().Type}, counter},
	})
	ctx, cancel := context.WithCancelCause(context.Background())
	cause := errors.New("the client went away")
	var err error
	for _, err = range p.Query(ctx, "spin", &canceller{func() { cancel(cause) }}, &tally{&calls, 0}) {
		if err == nil {
			t.Fatal("a solution")
		}
	}
	var pe *polar.Error
	if !errors.As(err, &pe) || pe.Code != "cancelled" || !errors.Is(err, cause) {
		t.Fatalf("error %v, want cancelled, with its cause", err)
	}
	if calls != 0 {
		t.Errorf("%d calls of the host after the cancellation", calls)
	}
}

// A result after the end of the context is not an answer, whatever it is: a method
// that outlives the deadline of a decision does not allow, and does not deny.
func TestNoAnswerAfterTheEnd(t *testing.T) {
	type doc struct{ Open bool }
	p := mustLoad(t, polar.Input{
		Sources: source(`
allow(c: Canceller, "read", _: Doc) if c.cancel();
allow(c: Canceller, "write", _: Doc) if not c.cancel();
allow(c: Canceller, "solved", _: Doc) if c.cancel() and cut;
allow(c: Canceller, "solved and denied", _: Doc) if not c.cancel() and cut;
allow(c: Canceller, "later", d: Doc) if later(c, _, d);
later(c, t, d) if t = c.cancel() and d.open = t;
end(c) if c.cancel();
end(c, x) if x in [1, 2] and c.end_at(x);
`),
		Classes: []polar.Class{
			{Name: "Canceller", Type: polar.ClassOf[canceller]().Type},
			{Name: "Doc", Type: polar.ClassOf[doc]().Type},
		},
	})
	row := polar.ClassOf[doc]()
	row.Name = "Doc"
	collect := func(seq iter.Seq2[polar.Bindings, error]) (n int, err error) {
		for _, err := range seq {
			if err != nil {
				return n, err
			}
			n++
		}
		return n, nil
	}
	type entry struct {
		name string
		ask  func(ctx context.Context, c *canceller) (answered bool, err error)
	}
	var tests []entry
	for _, action := range []string{"read", "write", "solved", "solved and denied", "later"} {
		tests = append(tests,
			entry{"Decide " + action, func(ctx context.Context, c *canceller) (bool, error) {
				out, err := p.Decide(ctx, "allow", c, action, &doc{})
				return out.Allowed, err
			}},
			entry{"Ask " + action, func(ctx context.Context, c *canceller) (bool, error) {
				out, err := p.Ask(ctx, "allow", c, action, &doc{})
				return out.Allowed, err
			}},
			entry{"Filter " + action, func(ctx context.Context, c *canceller) (bool, error) {
				q, err := p.Filter(ctx, "allow", c, action, row)
				return q != nil, err
			}},
			entry{"Trace " + action, func(ctx context.Context, c *canceller) (bool, error) {
				tr := p.Trace(ctx, "allow", []any{c, action, &doc{}}, polar.TraceOptions{})
				return tr.Outcome.Allowed, tr.Err
			}})
	}
	tests = append(tests,
		entry{"Query", func(ctx context.Context, c *canceller) (bool, error) {
			n, err := collect(p.Query(ctx, "end", c))
			return n > 0, err
		}},
		entry{"Query of actions", func(ctx context.Context, c *canceller) (bool, error) {
			n, err := collect(p.Query(ctx, "allow", c, polar.Var("action"), &doc{}))
			return n > 0, err
		}},
		entry{"a later solution", func(ctx context.Context, c *canceller) (bool, error) {
			n, err := collect(p.Query(ctx, "end", c, polar.Var("x")))
			return n != 1, err
		}},
		entry{"no rule of so many arguments", func(ctx context.Context, c *canceller) (bool, error) {
			c.Cancel()
			out, err := p.Ask(ctx, "end", c, 1, 2)
			return out.Allowed, err
		}},
		entry{"no rule of so many arguments, as a filter", func(ctx context.Context, c *canceller) (bool, error) {
			c.Cancel()
			q, err := p.Filter(ctx, "end", c, "read", row)
			return q != nil, err
		}},
	)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(context.Background())
			answered, err := tt.ask(ctx, &canceller{cancel})
			if answered || !errors.Is(err, context.Canceled) {
				t.Errorf("answered %v, error %v; want context.Canceled", answered, err)
			}
		})
	}
}

// tally counts the turns of a loop.
type tally struct {
	calls *int
	n     int
}

func (t *tally) Hit() bool    { *t.calls++; return true }
func (t *tally) Next() *tally { return &tally{t.calls, t.n + 1} }

func TestNoGoroutines(t *testing.T) {
	p := mustLoad(t, polar.Input{Sources: source(runaways)})
	before := runtime.NumGoroutine()
	for b, err := range p.QueryString(context.Background(), "x in [1, 2, 3]") {
		if err != nil || b["x"] != int64(1) {
			t.Fatal(b, err)
		}
		if now := runtime.NumGoroutine(); now != before {
			t.Errorf("%d goroutines during a query, %d before it", now, before)
		}
		break
	}
}

func TestConcurrentQueries(t *testing.T) {
	p := mustLoad(t, polar.Input{Sources: source(`
append([], l, l);
append([h, *t], l, [h, *r]) if append(t, l, r);
f(x) if not x = 3 and x in [1, 2, 3, 4];
`)})
	roles := mustLoad(t, polar.Input{Sources: source(rolePolicy), Classes: benchClasses()})
	admin := &benchUser{ID: 1, Roles: []benchRole{{"admin", 7}}}
	done := make(chan error)
	const goroutines = 64
	for g := range goroutines {
		go func() {
			for range 50 {
				n, err := count(context.Background(), p, "append(x, y, [1, 2, 3, 4, 5]) and f(z)")
				if err == nil && n != 18 {
					err = fmt.Errorf("goroutine %d: %d solutions, want 18", g, n)
				}
				for org := 6; org < 9 && err == nil; org++ {
					var out polar.Outcome
					out, err = roles.Decide(context.Background(), "allow", admin, "read", &benchRepo{Org: &benchOrg{ID: org}})
					if err == nil && out.Allowed != (org == 7) {
						err = fmt.Errorf("goroutine %d: organization %d: allowed is %v", g, org, out.Allowed)
					}
				}
				if err != nil {
					done <- err
					return
				}
			}
			done <- nil
		}()
	}
	for range goroutines {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}
