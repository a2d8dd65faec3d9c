package authztest_test

import (
	"context"
	"errors"
	"flag"
	"strings"
	"testing"

	"github.com/ursa-authz/ursa/authz"
	"github.com/ursa-authz/ursa/authz/authztest"
)

func TestCoverage(t *testing.T) {
	c := new(authztest.Coverage)
	with := func(cfg *authz.Config) { cfg.Engine = c }
	az := newAuthorizer(t, policy, with)
	if got := c.Percent(); got != 0 {
		t.Errorf("before any question: %v %%", got)
	}
	p := authztest.New(t, az)
	p.Allow(alice, "read", lunch)
	p.Deny(bob, "read", lunch)
	p.Allow(bob, "read", trip)
	p.Deny(alice, "pay", trip)

	// Another Authorizer with the same policy continues counting.
	az = newAuthorizer(t, policy, with)
	if err := az.AuthorizeField(t.Context(), alice, "read", lunch, "amount"); err != nil {
		t.Error(err)
	}

	const table = `position             held  tried  rule or alternative
expenses.polar:2:1   2     3      allow(user: User, "read", expense: Expense)
expenses.polar:3:5   1     3        or user.id = expense.user_id
expenses.polar:4:5   1     2        or user.title = "Accountant" and (expense.paid or expense.amount > 100)
expenses.polar:4:36  0     2        or expense.paid  <-- never held
expenses.polar:4:52  1     2        or expense.amount > 100
expenses.polar:6:1   0     1      allow(user: User, "pay", expense: Expense)  <-- never held
expenses.polar:9:1   0     0      allow(_: User, "audit", expense: Expense)  <-- never held
expenses.polar:12:1  1     1      allow_field(user: User, "read", expense: Expense, "amount")
total                5     8      62.5 %
`
	const source = `
expenses.polar
        | # Expenses.
      2 | allow(user: User, "read", expense: Expense) if
      1 |     user.id = expense.user_id or
      0 |     user.title = "Accountant" and (expense.paid or expense.amount > 100);   <-- never held
        |
      0 | allow(user: User, "pay", expense: Expense) if   <-- never held
        |     user.title = "Accountant" and not expense.paid;
        |
      0 | allow(_: User, "audit", expense: Expense) if   <-- never held
        |     expense.audit();
        |
      1 | allow_field(user: User, "read", expense: Expense, "amount") if
        |     user.id = expense.user_id;
`
	var b strings.Builder
	c.WriteTable(&b)
	if b.String() != table {
		t.Errorf("got\n%s\nwant\n%s", &b, table)
	}
	b.Reset()
	c.WriteSource(&b)
	if b.String() != source {
		t.Errorf("got\n%s\nwant\n%s", &b, source)
	}
	if got := c.Percent(); got != 62.5 {
		t.Errorf("%v %%, want 62.5", got)
	}
	r := record(t, func(t testing.TB) { c.Require(t, 62.5) })
	if len(r.errors) > 0 || len(r.logs) != 1 || r.logs[0] != table {
		t.Errorf("enough: %q, %q", r.errors, r.logs)
	}
	r = record(t, func(t testing.TB) { c.Require(t, 63) })
	if want := "62.5 % of the policy's rules and alternatives have held, want 63.0 %\n" + table + source; r.errorText() != want {
		t.Errorf("got\n%s\nwant\n%s", r.errorText(), want)
	}
}

// TestCoverageCounts tests that every decision and query counts, and that nothing else does.
func TestCoverageCounts(t *testing.T) {
	const policy = `
allow(_: User, "read", _: Expense);
allow(_: User, "write", _: Expense);
allow(_: User, x, _: Expense) if x in ["a", "b"];
`
	ctx := t.Context()
	for _, tt := range []struct {
		name string
		ask  func(az *authz.Authorizer) error
		want float64
	}{
		{"nothing", func(*authz.Authorizer) error { return nil }, 0},
		{"IsAllowed", func(az *authz.Authorizer) error { _, err := az.IsAllowed(ctx, alice, "read", lunch); return err }, 100. / 3},
		{"a denial", func(az *authz.Authorizer) error { _, err := az.IsAllowed(ctx, alice, "none", lunch); return err }, 0},
		{"AuthorizedActions", func(az *authz.Authorizer) error { _, err := az.AuthorizedActions(ctx, alice, lunch); return err }, 100},
		{"Query, stopped", func(az *authz.Authorizer) error {
			for range az.Query(ctx, "allow", alice, authz.Var("action"), lunch) {
				break
			}
			return nil
		}, 100. / 3},
		{"Filter", func(az *authz.Authorizer) error {
			_, err := az.Filter(ctx, alice, "read", authz.ClassOf[Expense]())
			return err
		}, 0},
		{"FilterActors", func(az *authz.Authorizer) error {
			_, err := az.FilterActors(ctx, authz.ClassOf[User](), "read", lunch)
			return err
		}, 0},
		{"Explain", func(az *authz.Authorizer) error {
			x, err := az.Explain(ctx, alice, "read", lunch)
			if err == nil && x.Verdict != authz.Allowed {
				err = errors.New("not allowed")
			}
			return err
		}, 100. / 3}, // it decides, too
	} {
		c := new(authztest.Coverage)
		az := newAuthorizer(t, policy, func(cfg *authz.Config) { cfg.Engine = c })
		if err := tt.ask(az); err != nil {
			t.Errorf("%s: %v", tt.name, err)
		}
		if got := c.Percent(); got != tt.want {
			t.Errorf("%s: %v %%, want %v", tt.name, got, tt.want)
		}
	}
}

// tests is a fake testing.M.
type tests func() int

func (f tests) Run() int { return f() }

func TestCoverageMain(t *testing.T) {
	set := func(name, value string) {
		f := flag.Lookup(name)
		old := f.Value.String()
		f.Value.Set(value)
		t.Cleanup(func() { f.Value.Set(old) })
	}
	for _, name := range []string{"test.run", "test.skip", "test.list"} {
		set(name, "")
	}
	for _, tt := range []struct {
		name  string
		tests int
		least float64
		run   string
		want  int
	}{
		{"enough", 0, 12.5, "", 0},
		{"not enough", 0, 13, "", 1},
		{"not enough, but only some tests", 0, 13, "TestSome", 0},
		{"the tests fail", 2, 13, "", 2},
		{"the tests fail, and enough", 2, 0, "", 2},
	} {
		set("test.run", tt.run)
		c := new(authztest.Coverage)
		var w strings.Builder
		code := c.Main(tests(func() int {
			authztest.New(t, newAuthorizer(t, policy, func(cfg *authz.Config) { cfg.Engine = c })).Allow(bob, "pay", trip)
			return tt.tests
		}), tt.least, &w)
		if code != tt.want || (w.Len() > 0) != (code == 1) {
			t.Errorf("%s: %d, want %d\n%s", tt.name, code, tt.want, &w)
		}
	}
}

// TestCoverageUnused tests that a Coverage that no Authorizer uses is an error, not 0 %.
func TestCoverageUnused(t *testing.T) {
	f := flag.Lookup("test.run")
	defer f.Value.Set(f.Value.String())
	f.Value.Set("")
	const want = "authztest: the Coverage has compiled no rules; is it the Config.Engine of the Authorizer under test?"
	c := new(authztest.Coverage)
	for _, least := range []float64{0, 100} {
		if r := record(t, func(t testing.TB) { c.Require(t, least) }); r.errorText() != want {
			t.Errorf("Require(%v): %q", least, r.errorText())
		}
		var w strings.Builder
		if code := c.Main(tests(func() int { return 0 }), least, &w); code != 1 || w.String() != want+"\n" {
			t.Errorf("Main(%v): %d, %q", least, code, &w)
		}
	}
}

// TestCoverageOfEngines tests that an engine without traces is rejected, and that errors of
// the engine are returned.
func TestCoverageOfEngines(t *testing.T) {
	c := &authztest.Coverage{Engine: plain{}}
	_, err := authz.New(authz.Config{Policies: authz.String("p.polar", "allow(_, _, _);"), Engine: c})
	if !errors.Is(err, authz.ErrUnsupported) {
		t.Errorf("an engine without traces: %v", err)
	}
	for _, engine := range []authz.Engine{nil, new(authztest.Coverage)} {
		_, err := authz.New(authz.Config{Policies: authz.String("p.polar", "allow(_, _"), Engine: &authztest.Coverage{Engine: engine}})
		if err == nil || !strings.Contains(err.Error(), "p.polar:1:") {
			t.Errorf("a bad policy: %v", err)
		}
	}
	outer := &authztest.Coverage{Engine: new(authztest.Coverage)}
	az := newAuthorizer(t, policy, func(cfg *authz.Config) { cfg.Engine = outer })
	if ok, err := az.IsAllowed(context.Background(), alice, "read", lunch); !ok || err != nil || outer.Percent() == 0 {
		t.Errorf("%v, %v, %v %%", ok, err, outer.Percent())
	}
}

// TestCoverageEngine tests that counting changes no answer.
func TestCoverageEngine(t *testing.T) {
	authztest.TestEngine(t, func() authz.Engine { return new(authztest.Coverage) })
}

// TestCoverageReportsRules tests that decisions about fields and requests report their rules,
// as they do without a Coverage.
func TestCoverageReportsRules(t *testing.T) {
	for name, engine := range map[string]authz.Engine{"none": nil, "a Coverage": new(authztest.Coverage)} {
		var by []string
		az := newAuthorizer(t, policy, func(cfg *authz.Config) {
			cfg.Engine = engine
			cfg.Observe = func(_ context.Context, e authz.Event) {
				if e.By != nil {
					by = append(by, e.By.Name)
				}
			}
		})
		if err := az.AuthorizeField(t.Context(), alice, "read", lunch, "amount"); err != nil {
			t.Error(err)
		}
		if err := az.AuthorizeField(t.Context(), bob, "read", lunch, "amount"); !errors.Is(err, authz.ErrForbidden) {
			t.Error(err)
		}
		if len(by) != 1 || by[0] != "allow_field" {
			t.Errorf("engine: %s: rules %q", name, by)
		}
	}
}
