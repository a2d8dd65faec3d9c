package authz_test

// This file tests candidates: what they tell, and that they change nothing.

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ursa-authz/ursa/authz"
	"github.com/ursa-authz/ursa/authz/ledger"
)

const currentPolicy = `
allow(u: user, "read", e: Expense) if u.name = "alice" and e.id = 7;
allow(u: user, "pay", _: Expense) if u.name = "alice";
allow(u: user, "audit", e: Expense) if u.name = "alice" and e.id = 7;
allow(_: user, "GET", _: Request);
allow_request(u: user, _: Request) if u.name = "alice";
allow_field(u: user, "read", _: Expense, "id") if u.name = "alice";
`

// In this policy bob reads too, nobody pays, auditing fails, and requests need one header.
const candidatePolicy = `
allow(u: user, "read", e: Expense) if u.name in ["alice", "bob"] and e.id = 7;
allow(u: user, "audit", e: Expense) if u.name = "alice" and e.audit();
allow(_: user, "GET", request: Request) if request.header("X-Team") = "a";
allow_request(u: user, _: Request) if u.name = "bob";
allow_field(u: user, "read", _: Expense, "id") if u.name = "alice" or u.name = "bob";
`

func withCandidate(policy string, share float64) func(*authz.Config) {
	return func(c *authz.Config) {
		c.Policies = authz.String("p", currentPolicy)
		c.Candidate = authz.Candidate{Policies: authz.String("q", policy), Share: share}
	}
}

// differences returns an observer that keeps differences only.
func differences(seen *[]authz.Event) func(*authz.Config) {
	return func(c *authz.Config) {
		c.Observe = func(_ context.Context, e authz.Event) {
			if e.Kind == authz.EventDifference {
				*seen = append(*seen, e)
			}
		}
	}
}

// TestCandidateDiffers tests that each answer that differs is an event with both answers and
// rules, that the current policy alone answers, and what is logged and counted.
func TestCandidateDiffers(t *testing.T) {
	var seen []authz.Event
	az := newAuthorizer(t, "", withPolar, withCandidate(candidatePolicy, 1), differences(&seen), func(c *authz.Config) { c.ReadAction = "read" })
	ctx := t.Context()
	class := authz.ClassOf[expense]()
	for _, tt := range []struct {
		name string
		ask  func() error
		ok   bool
		want string // of the event, from its start; empty if there is none
	}{
		{"the same", func() error { return az.Authorize(ctx, alice, "read", lunch) }, true, ""},
		{"denied by both", func() error { return az.Authorize(ctx, guest, "read", lunch) }, false, ""},
		{"gained", func() error { return az.Authorize(ctx, bob, "read", lunch) }, false,
			"kind=difference actor_class=user actor_id=2 action=read resource_class=Expense resource_id=7 rule=allow current=denied current_hidden=true candidate=allowed candidate_by=q:2:1 candidate_version="},
		{"gained, as a bool", func() error { return is(az.IsAllowed(ctx, bob, "read", lunch)) }, false,
			"kind=difference actor_class=user actor_id=2 action=read resource_class=Expense resource_id=7 rule=allow current=denied candidate=allowed candidate_by=q:2:1 "},
		{"lost", func() error { return az.Authorize(ctx, alice, "pay", lunch) }, true,
			"kind=difference actor_class=user actor_id=1 action=pay resource_class=Expense resource_id=7 rule=allow current=allowed current_by=p:3:1 candidate=denied candidate_version="},
		{"hidden otherwise", func() error { return az.Authorize(ctx, bob, "pay", lunch) }, false,
			"kind=difference actor_class=user actor_id=2 action=pay resource_class=Expense resource_id=7 rule=allow current=denied current_hidden=true candidate=denied "},
		{"undecided", func() error { return az.Authorize(ctx, alice, "audit", lunch) }, true,
			"kind=difference actor_class=user actor_id=1 action=audit resource_class=Expense resource_id=7 rule=allow current=allowed current_by=p:4:1 candidate=undecided candidate_err=\"q:3:61: method Audit of Expense returned an error (in allow): *errors.errorString\""},
		{"request", func() error { return az.AuthorizeRequest(ctx, bob, &authz.Request{Method: "GET", Path: "/x"}) }, false,
			"kind=difference actor_class=user actor_id=2 resource_class=Request path=/x rule=allow_request current=denied candidate=allowed candidate_by=q:5:1 "},
		{"field", func() error { return az.AuthorizeField(ctx, bob, "read", lunch, "id") }, false,
			"kind=difference actor_class=user actor_id=2 action=read resource_class=Expense resource_id=7 field=id rule=allow_field current=denied current_hidden=true candidate=allowed "},
		{"list", func() error { _, err := az.Filter(ctx, bob, "read", class); return err }, true,
			"kind=difference actor_class=user actor_id=2 action=read resource_class=Expense rule=allow current=answered current_matches=none candidate=answered candidate_matches=some"},
		{"the same list", func() error { _, err := az.Filter(ctx, alice, "read", class); return err }, true, ""},
		{"list that the candidate cannot make", func() error { _, err := az.Filter(ctx, alice, "audit", class); return err }, true,
			"kind=difference actor_class=user actor_id=1 action=audit resource_class=Expense rule=allow current=answered current_matches=some candidate=undecided candidate_err="},
		{"actors", func() error { _, err := az.FilterActors(ctx, authz.ClassOf[user](), "read", lunch); return err }, true,
			"kind=difference actor_class=user action=read resource_class=Expense resource_id=7 rule=allow current=answered current_matches=some candidate=answered candidate_matches=some"},
		{"actions", func() error { _, err := az.AuthorizedActions(ctx, alice, lunch); return err }, true,
			"kind=difference actor_class=user actor_id=1 resource_class=Expense resource_id=7 rule=allow current=answered candidate=undecided "},
		{"actions gained", func() error { _, err := az.AuthorizedActions(ctx, bob, lunch); return err }, true,
			"kind=difference actor_class=user actor_id=2 resource_class=Expense resource_id=7 rule=allow current=answered candidate=answered gains=read candidate_version="},
		{"the same actions", func() error { _, err := az.AuthorizedActions(ctx, guest, lunch); return err }, true, ""},
		{"fields gained", func() error { _, err := az.AuthorizedFields(ctx, bob, "read", lunch); return err }, true,
			"kind=difference actor_class=user actor_id=2 action=read resource_class=Expense resource_id=7 rule=allow_field current=answered candidate=answered gains=id "},
		{"the same fields", func() error { _, err := az.AuthorizedFields(ctx, alice, "read", lunch); return err }, true, ""},
		{"many", func() error { _, err := az.IsAllowedEach(ctx, bob, "read", []*expense{{ID: 6}, lunch}); return err }, true,
			"kind=difference actor_class=user actor_id=2 action=read resource_class=Expense resource_id=7 rule=allow current=denied candidate=allowed "},
	} {
		seen = nil
		err := tt.ask()
		if (err == nil) != tt.ok || errors.Is(err, authz.ErrUndecided) {
			t.Errorf("%s: %v", tt.name, err)
		}
		switch {
		case tt.want == "" && len(seen) > 0:
			t.Errorf("%s: %v", tt.name, seen)
		case tt.want != "" && (len(seen) != 1 || !strings.HasPrefix(fmt.Sprint(seen[0]), tt.want)):
			t.Errorf("%s:\n%v\nwant\n%s", tt.name, seen, tt.want)
		case tt.want != "" && (strings.Contains(fmt.Sprint(seen[0]), secret) || seen[0].PolicyVersion != az.Version() || seen[0].Difference.Candidate.PolicyVersion != az.CandidateStats().Version):
			t.Errorf("%s: %v", tt.name, seen[0])
		}
		if d, ok := errors.AsType[*authz.DeniedError](err); ok && len(seen) == 1 && seen[0].DecisionID() != d.ID() {
			t.Errorf("%s: the event has the id %s, and the error %s", tt.name, seen[0].DecisionID(), d.ID())
		}
	}
	stats := az.CandidateStats()
	if stats.Compared != 20 || stats.Differed != 14 || len(stats.ByRule) == 0 || stats.ByRule[0].Count < stats.ByRule[len(stats.ByRule)-1].Count {
		t.Errorf("%+v", stats)
	}
	n := uint64(0)
	for _, c := range stats.ByRule {
		n += c.Count
		if c.CandidateBy == "q:2:1" && (c.Count != 3 || c.Current != authz.Denied || c.Candidate != authz.Allowed || c.Rule != "allow" || c.CurrentBy != "") {
			t.Errorf("%+v", c)
		}
	}
	if n != stats.Differed {
		t.Errorf("the counts by rule are %d of %d", n, stats.Differed)
	}
}

func is(ok bool, err error) error {
	if err == nil && !ok {
		return authz.ErrForbidden
	}
	return err
}

// TestCandidateChangesNothing tests that no answer, ledger, request or output depends on the
// candidate, whatever it does.
func TestCandidateChangesNothing(t *testing.T) {
	var printed []string
	var seen []authz.Event
	for _, candidate := range []string{
		`allow(_: user, _, _: Expense) if print("x"); allow(_: user, "GET", request: Request) if request.header("X-Team") = "a" or true;`,
		`allow(u: user, _, e: Expense) if e.audit() and u.id = 1; allow(_: user, "GET", request: Request) if request.query("q") = "a";`,
		`allow(_: user, _, _: Expense) if loop(1); loop(n: Integer) if loop(n + 1); allow(_: user, "GET", _: Request);`,
	} {
		az := newAuthorizer(t, "", withPolar, withCandidate(candidate, 1), differences(&seen), func(c *authz.Config) {
			c.Print = func(text string) { printed = append(printed, text) }
		})
		seen = nil
		ctx, l := ledger.With(t.Context())
		if err := az.Authorize(ctx, bob, "pay", lunch); outcome(t, err) != forbidden || l.Settled() {
			t.Errorf("%s: %v, settled %v", candidate, err, l.Settled())
		}
		if err := az.Authorize(ctx, alice, "pay", lunch); err != nil || !l.Settled() {
			t.Errorf("%s: %v, settled %v", candidate, err, l.Settled())
		}
		h := az.Middleware(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "ok") }))
		if resp, body := get(t, h, "GET", "/x?q=a&q=b", "user", "alice", "X-Team", "b", "X-Team", "c"); resp.StatusCode != 200 || body != "ok" {
			t.Errorf("%s: %d %s", candidate, resp.StatusCode, body)
		}
		if len(seen) == 0 {
			t.Errorf("%s: no difference", candidate)
		}
	}
	if len(printed) > 0 {
		t.Errorf("the candidate printed %q", printed)
	}
	// A panic of its engine is an answer that is undecided.
	az := newAuthorizer(t, "allow alice read Expense", differences(&seen), func(c *authz.Config) {
		c.Candidate = authz.Candidate{Policies: authz.String("q", "allow alice read !panic"), Share: 1}
	})
	seen = nil
	if err := az.Authorize(t.Context(), alice, "read", lunch); err != nil || len(seen) != 1 || seen[0].Difference.Candidate.Verdict != authz.Undecided {
		t.Errorf("%v: %v", err, seen)
	}
	// So is one of a list, even the panic that asks net/http to drop the connection.
	lists := newAuthorizer(t, "", withPolar, withCandidate(`allow(u: user, "read", _: Expense) if u.abort();`, 1))
	if _, err := lists.Filter(t.Context(), alice, "read", authz.ClassOf[expense]()); err != nil {
		t.Error(err)
	}
	// If the context has ended, nothing is compared.
	seen = nil
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := az.Authorize(ended, alice, "read", lunch); outcome(t, err) != undecided || len(seen) > 0 {
		t.Errorf("%v: %v", err, seen)
	}
}

// TestCandidateLimits tests that a tenth of the limits bounds the candidate, or limits of its
// own.
func TestCandidateLimits(t *testing.T) {
	const count = `allow(_: user, "pay", _: Expense) if up(0); up(2000); up(n: Integer) if n < 2000 and up(n + 1);`
	for _, tt := range []struct {
		limits, own int
		differs     bool
	}{{0, 0, false}, {20_000, 0, true}, {20_000, 20_000, false}, {0, 1000, true}} {
		var seen []authz.Event
		az := newAuthorizer(t, "", withPolar, withCandidate(count, 1), differences(&seen), func(c *authz.Config) {
			c.Limits.Steps, c.Candidate.Limits.Steps = tt.limits, tt.own
		})
		if err := az.Authorize(t.Context(), alice, "pay", lunch); err != nil {
			t.Fatal(err)
		}
		if (len(seen) > 0) != tt.differs || tt.differs && !strings.Contains(fmt.Sprint(seen[0]), "steps") {
			t.Errorf("%+v: %v", tt, seen)
		}
	}
}

// TestCandidateShare tests which share of the decisions is compared, and that without one
// nothing is evaluated or allocated.
func TestCandidateShare(t *testing.T) {
	const n = 4000
	for _, tt := range []struct {
		share       float64
		least, most uint64
	}{{0, 0, 0}, {0.25, n / 5, n / 3}, {1, n, n}} {
		az := newAuthorizer(t, "", withPolar, withCandidate(candidatePolicy, tt.share))
		for range n {
			az.IsAllowed(t.Context(), bob, "read", lunch)
		}
		if s := az.CandidateStats(); s.Compared < tt.least || s.Compared > tt.most || s.Differed != s.Compared || s.Version == "" {
			t.Errorf("share %v: %+v", tt.share, s)
		}
	}
	for _, share := range []float64{-0.1, 1.1} {
		if _, err := authz.New(authz.Config{Policies: authz.String("p", "allow(_, _, _);"), Candidate: authz.Candidate{Policies: authz.String("q", "allow(_, _, _);"), Share: share}}); err == nil || !strings.Contains(err.Error(), "want a number from 0 to 1") {
			t.Errorf("share %v: %v", share, err)
		}
	}
	az := newInstant(t, true, func(c *authz.Config) {
		c.Candidate = authz.Candidate{Policies: authz.String("q", "allow alice read Expense")}
	})
	if allocs := testing.AllocsPerRun(1000, func() { az.IsAllowed(t.Context(), alice, "read", lunch) }); allocs != 0 {
		t.Errorf("%v allocations with share 0", allocs)
	}
	if s := newAuthorizer(t, "allow * * *").CandidateStats(); s.Version != "" || s.Compared != 0 || s.ByRule != nil {
		t.Errorf("without a candidate: %+v", s)
	}
}

// TestCandidateIsLoaded tests that a candidate with an error fails neither New nor Reload, and
// that it is reloaded.
func TestCandidateIsLoaded(t *testing.T) {
	var log bytes.Buffer
	current, beside := &store{text: currentPolicy}, &store{text: "allow("}
	var seen []authz.Event
	az := newAuthorizer(t, "", withPolar, func(c *authz.Config) {
		c.Policies, c.Candidate = current, authz.Candidate{Policies: beside, Share: 1}
		observe := authz.LogDecisions(slog.New(slog.NewTextHandler(&log, nil)))
		c.Observe = func(ctx context.Context, e authz.Event) {
			observe(ctx, e)
			seen = append(seen, e)
		}
	})
	check := func(what, want string, candidate bool) {
		t.Helper()
		if len(seen) != 1 || seen[0].Kind != authz.EventReload || !seen[0].Reload.Candidate || !strings.Contains(log.String(), want) || (az.CandidateStats().Version != "") != candidate {
			t.Errorf("%s: %v\n%s", what, seen, &log)
		}
		seen = nil
		log.Reset()
	}
	check("a bad candidate at start", `level=ERROR msg="candidate rejected" kind=reload err="stored.polar:1:`, false)
	if err := az.Authorize(t.Context(), bob, "read", lunch); outcome(t, err) != forbidden {
		t.Error(err)
	}
	seen = nil
	log.Reset()
	beside.set(candidatePolicy, nil)
	if err := az.Reload(t.Context()); err != nil {
		t.Error(err)
	}
	check("a good one", `level=INFO msg="candidate loaded" kind=reload`, true)
	version := az.Version()
	beside.set("allow(", nil)
	if err := az.Reload(t.Context()); err != nil || az.Version() != version {
		t.Errorf("%v, version %s", err, az.Version())
	}
	check("a bad one again", `"candidate rejected"`, true)
}

// TestCandidateIsWatched tests that a candidate on disk is replaced although the current
// policy cannot change.
func TestCandidateIsWatched(t *testing.T) {
	s := &store{text: candidatePolicy}
	loaded := make(chan string, 10)
	az := newAuthorizer(t, "", withPolar, func(c *authz.Config) {
		c.Policies, c.Candidate = authz.String("p", currentPolicy), authz.Candidate{Policies: s, Share: 1}
		c.Observe = func(_ context.Context, e authz.Event) {
			if e.Kind == authz.EventReload {
				loaded <- e.PolicyVersion
			}
		}
	})
	first := <-loaded
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- az.Watch(ctx, time.Millisecond) }()
	s.set(currentPolicy+"\n# more", nil)
	if second := <-loaded; second == first || second != az.CandidateStats().Version {
		t.Errorf("%s, then %s", first, second)
	}
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if err := newAuthorizer(t, "", withPolar, withCandidate(candidatePolicy, 1)).Watch(t.Context(), time.Second); err != authz.ErrNotWatchable {
		t.Errorf("two constant policies: %v", err)
	}
}

// TestPromote tests that the two policies change places, with their sources, and back.
func TestPromote(t *testing.T) {
	current, beside := &store{text: currentPolicy}, &store{text: candidatePolicy}
	var reloads []authz.Event
	az := newAuthorizer(t, "", withPolar, func(c *authz.Config) {
		c.Policies, c.Candidate = current, authz.Candidate{Policies: beside, Share: 1}
		c.Observe = func(_ context.Context, e authz.Event) {
			if e.Kind == authz.EventReload {
				reloads = append(reloads, e)
			}
		}
	})
	mayRead := func() bool { ok, err := az.IsAllowed(t.Context(), bob, "read", lunch); return ok && err == nil }
	was, would := az.Version(), az.CandidateStats().Version
	if mayRead() {
		t.Fatal("bob may read")
	}
	reloads = nil
	if err := az.Promote(t.Context()); err != nil {
		t.Fatal(err)
	}
	if az.Version() != would || az.CandidateStats().Version != was || az.CandidateStats().Compared != 0 || !mayRead() || az.CandidateStats().Differed != 1 {
		t.Errorf("promoted: version %s, %+v", az.Version(), az.CandidateStats())
	}
	if len(reloads) != 1 || !reloads[0].Reload.Promoted || reloads[0].PolicyVersion != would || reloads[0].Reload.Previous != was {
		t.Errorf("events %v", reloads)
	}
	// A reload keeps it, and finds changes of each at its place.
	if err := az.Reload(t.Context()); err != nil || az.Version() != would || len(reloads) != 1 {
		t.Errorf("reloaded: %v, version %s, %v", err, az.Version(), reloads)
	}
	beside.set(candidatePolicy+"\n# more", nil)
	if err := az.Reload(t.Context()); err != nil || az.Version() == would || az.CandidateStats().Version != was {
		t.Errorf("reloaded: %v, version %s", err, az.Version())
	}
	if err := az.Promote(t.Context()); err != nil || az.Version() != was || mayRead() {
		t.Errorf("back: %v, version %s", err, az.Version())
	}
	if err := newAuthorizer(t, "allow * * *").Promote(t.Context()); err == nil {
		t.Error("promoted without a candidate")
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := az.Promote(ended); err == nil || az.Version() != was {
		t.Errorf("promoted after the end of the context: %v", err)
	}
	beside.set("allow(", nil)
	bad := newAuthorizer(t, "", withPolar, func(c *authz.Config) {
		c.Policies, c.Candidate = current, authz.Candidate{Policies: beside}
	})
	if err := bad.Promote(t.Context()); err == nil || !strings.Contains(err.Error(), "no candidate is loaded") {
		t.Errorf("promoted a candidate that did not load: %v", err)
	}
}

// TestCandidateUnderLoad makes decisions while both policies are replaced and promoted. Each
// answer must be that of the version that the observer is given with it, and so must both
// answers of a difference.
func TestCandidateUnderLoad(t *testing.T) {
	policy := func(n int) string {
		return fmt.Sprintf(`allow(u: user, "v%d", _: Expense) if u.name = "alice"; allow(_: user, "GET", _: Request);`, n%2)
	}
	current, beside := &store{text: policy(0)}, &store{text: policy(1)}
	var versions sync.Map // version -> the number of the action that it allows
	var wrong atomic.Int64
	fail := func(format string, args ...any) {
		if wrong.Add(1) < 10 {
			t.Errorf(format, args...)
		}
	}
	var differed atomic.Int64
	check := func(e authz.Event, version string, v authz.Verdict) {
		number, known := versions.Load(version)
		if known && (v == authz.Allowed) != (e.Action == fmt.Sprintf("v%d", number)) {
			fail("version %v answers %v to %s", number, v, e.Action)
		}
	}
	az := newAuthorizer(t, "", withPolar, func(c *authz.Config) {
		c.Policies, c.Candidate = current, authz.Candidate{Policies: beside, Share: 0.5}
		c.Observe = func(_ context.Context, e authz.Event) {
			switch {
			case e.Kind == authz.EventDecision && e.ResourceClass() == "Expense":
				check(e, e.PolicyVersion, e.Verdict)
			case e.Kind == authz.EventDifference:
				differed.Add(1)
				check(e, e.Difference.Current.PolicyVersion, e.Difference.Current.Verdict)
				check(e, e.Difference.Candidate.PolicyVersion, e.Difference.Candidate.Verdict)
			}
		}
	})
	versions.Store(az.Version(), 0)
	versions.Store(az.CandidateStats().Version, 1)
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	var group sync.WaitGroup
	var steps, asked atomic.Int64
	group.Go(func() {
		tick := time.NewTicker(time.Millisecond) // so that decisions happen in between
		defer tick.Stop()
		for ctx.Err() == nil {
			<-tick.C
			var err error
			switch n := steps.Add(1); n % 3 {
			case 0:
				err = az.Promote(context.Background())
			case 1:
				err = az.Reload(context.Background())
			default:
				beside.set("allow(", nil) // cannot be loaded, and changes nothing
				err = az.Reload(context.Background())
				beside.set(policy(1), nil)
				if err != nil && strings.Contains(err.Error(), "stored.polar") {
					err = nil // it is the current one's place now
				}
			}
			if err != nil {
				fail("%v", err)
			}
		}
	})
	for range 8 {
		group.Go(func() {
			for ctx.Err() == nil {
				asked.Add(1)
				for _, action := range []string{"v0", "v1"} {
					if _, err := az.IsAllowed(context.Background(), alice, action, lunch); err != nil {
						fail("%v", err)
					}
				}
				az.CandidateStats()
			}
		})
	}
	group.Wait()
	if steps.Load() < 10 || asked.Load() < 100 || differed.Load() < 10 {
		t.Errorf("%d steps, %d questions, %d differences: no load", steps.Load(), asked.Load(), differed.Load())
	}
}

// BenchmarkCandidate measures a decision beside a candidate that is never, sometimes and always
// evaluated.
func BenchmarkCandidate(b *testing.B) {
	for _, share := range []float64{-1, 0, 0.01, 1} {
		name := fmt.Sprint("share=", share)
		if share < 0 {
			name = "none"
		}
		b.Run(name, func(b *testing.B) {
			az := newAuthorizer(b, "", withPolar, func(c *authz.Config) {
				c.Policies = authz.String("p", currentPolicy)
				if share >= 0 {
					c.Candidate = authz.Candidate{Policies: authz.String("q", candidatePolicy), Share: share}
				}
			})
			b.ReportAllocs()
			for b.Loop() {
				if ok, err := az.IsAllowed(b.Context(), alice, "read", lunch); !ok || err != nil {
					b.Fatal(ok, err)
				}
			}
		})
	}
}

// TestDifferenceOfGrants tests which names of enumerations a candidate gains and loses.
func TestDifferenceOfGrants(t *testing.T) {
	names := func(list ...string) *authz.Grants { return &authz.Grants{Names: list} }
	all := func(except ...string) *authz.Grants {
		return &authz.Grants{All: true, Names: []string{"a"}, Except: except}
	}
	for _, tt := range []struct {
		current, candidate *authz.Grants
		gains, losses      string
	}{
		{names("a", "b"), names("b", "c"), "[c]", "[a]"},
		{names("a"), all("b"), "[]", "[]"},
		{names("a", "b"), all("b"), "[]", "[b]"},
		{all("b"), all("c"), "[b]", "[c]"},
		{all("b"), names("b"), "[b]", "[a]"},
		{nil, names("a"), "[]", "[]"},
	} {
		d := authz.Difference{Current: authz.Answer{Grants: tt.current}, Candidate: authz.Answer{Grants: tt.candidate}}
		if gains, losses := fmt.Sprint(d.Gains()), fmt.Sprint(d.Losses()); gains != tt.gains || losses != tt.losses {
			t.Errorf("%+v, %+v: gains %s, losses %s, want %s, %s", tt.current, tt.candidate, gains, losses, tt.gains, tt.losses)
		}
	}
}
