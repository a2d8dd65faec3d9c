package authz

// This file defines candidates: policies that are evaluated beside the current one and decide
// nothing.
//
// A candidate is evaluated when the answer of the current policy is made, in the goroutine of
// the caller: the actor and the resource may change as soon as the caller goes on. What it
// could change is kept from it. It gets a copy of the request, because a policy that reads
// something ambiguous marks the request as bad. It settles no ledger, shares no fetches with
// the decision, and prints nothing. It gets the context of the caller without a deadline of
// its own: a query that a deadline interrupts can end a transaction of the caller. So Limits
// alone bound it, and they are tighter than those of the current policy.

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/ursa-authz/ursa/authz/filter"
	"github.com/ursa-authz/ursa/authz/polar"
)

// A Candidate is a policy that is evaluated beside the current one, for [Config].Candidate.
// It is loaded, reloaded and watched like the current policy. It never decides, and never
// fails a call: an error when it is loaded goes to the observer, or to Config.Logger if there
// is none, and leaves the previous candidate in place. Each answer that differs is an
// EventDifference. [Authorizer.CandidateStats] counts them, and [Authorizer.Promote] makes the
// candidate the current policy.
type Candidate struct {
	// Policies are the sources of the candidate. Leave it nil to run without one.
	Policies Policies

	// Share is the share of decisions, of enumerations, of lists and of lists of actors for
	// which the candidate is evaluated, from 0 to 1. With 0 it is loaded but never evaluated.
	Share float64

	// Limits bound each evaluation of the candidate. Each field that is zero is a tenth of
	// that of [Config].Limits. Answers that the candidate does not find within its limits are
	// differences.
	Limits Limits
}

// A candidate is the state of Config.Candidate.
type candidate struct {
	slot
	share float64
	stats atomic.Pointer[tally]
}

// newCandidate returns the candidate that c configures, or nil.
func newCandidate(c Candidate, engine Engine, input Input) (*candidate, error) {
	if c.Policies == nil {
		return nil, nil
	}
	if !(c.Share >= 0 && c.Share <= 1) {
		return nil, fmt.Errorf("authz: Config.Candidate.Share is %v (want a number from 0 to 1)", c.Share)
	}
	l := c.Limits
	tenth := func(p *int, configured, standard int) {
		if *p <= 0 {
			*p = max(1, cmp.Or(max(configured, 0), standard)/10)
		}
	}
	tenth(&l.Steps, input.Limits.Steps, polar.DefaultSteps)
	tenth(&l.Bytes, input.Limits.Bytes, polar.DefaultBytes)
	tenth(&l.Depth, input.Limits.Depth, polar.DefaultDepth)
	tenth(&l.Results, input.Limits.Results, polar.DefaultResults)
	tenth(&l.Fetches, input.Limits.Fetches, polar.DefaultFetches)
	tenth(&l.SharedBytes, input.Limits.SharedBytes, polar.DefaultSharedBytes)
	input.Limits, input.Memory, input.Print = l, polar.NewMemory(l), nil
	made := &candidate{share: c.Share}
	made.init(engine, input, c.Policies)
	made.keeps = true
	made.stats.Store(new(tally))
	return made, nil
}

// reloadCandidate loads the candidate again.
func (a *Authorizer) reloadCandidate(ctx context.Context) error {
	c := a.candidate
	if err := c.lock(ctx); err != nil {
		return err
	}
	defer c.unlock()
	sources, err := c.load(ctx)
	return a.replace(ctx, &c.slot, sources, err)
}

// Promote makes the candidate the current policy, and the policy that was current the
// candidate. It promotes the version that is loaded, which is the one that was compared, with
// the limits of [Config].Limits. Until the program ends, reloads and [Authorizer.Watch] then
// load both from each other's sources. A second Promote undoes the first. Observers receive an
// EventReload.
//
// If Promote returns an error, nothing has changed. It is an error if no candidate is loaded.
func (a *Authorizer) Promote(ctx context.Context) error {
	c := a.candidate
	if c == nil {
		return errNoCandidate
	}
	if err := a.lock(ctx); err != nil {
		return fmt.Errorf("authz: promote: %w", err)
	}
	defer a.unlock()
	if err := c.lock(ctx); err != nil {
		return fmt.Errorf("authz: promote: %w", err)
	}
	defer c.unlock()
	next, previous := c.current.Load(), a.current.Load()
	if next == nil {
		return errNoCandidate
	}
	start := clock()
	current, err := a.compile(ctx, next.sources)
	if err != nil {
		return fmt.Errorf("authz: promote: %w", err)
	}
	beside, err := c.compile(ctx, previous.sources)
	if err != nil {
		return fmt.Errorf("authz: promote: the current policy as a candidate: %w", err)
	}
	a.current.Store(current)
	c.current.Store(beside)
	a.policies, c.policies = c.policies, a.policies
	a.acted, c.acted = c.acted, a.acted
	a.failing, c.failing = c.failing, a.failing
	c.forget()
	a.tellReload(ctx, Event{
		Kind: EventReload, Verdict: NoVerdict, PolicyVersion: current.name, Duration: clock() - start,
		Reload: &ReloadInfo{Previous: previous.name, Diagnostics: current.diags, Promoted: true},
	})
	return nil
}

var errNoCandidate = errors.New("authz: promote: no candidate is loaded (see Config.Candidate)")

// idle reports whether the candidate is never evaluated. c may be nil.
func (c *candidate) idle() bool { return c == nil || c.share == 0 }

// sampled reports whether the candidate is to be evaluated. c may be nil.
func (c *candidate) sampled() bool {
	return !c.idle() && (c.share == 1 || rand.Float64() < c.share)
}

// forget begins the counts anew, because one of the two policies has changed. c may be nil.
func (c *candidate) forget() {
	if c != nil {
		c.stats.Store(new(tally))
	}
}

// beside returns the version of the candidate to compare v with, and its counts, or nil.
func (c *candidate) beside(ctx context.Context, v *version) (*version, *tally) {
	counts := c.stats.Load()
	next := c.current.Load()
	if next == nil || next.digest == v.digest || ctx.Err() != nil {
		return nil, nil
	}
	counts.compared.Add(1)
	return next, counts
}

// compare evaluates the candidate for q, which v has answered with out, or failed.
func (a *Authorizer) compare(ctx context.Context, v *version, q *question, out ruling, failed error, asError bool) {
	next, counts := a.candidate.beside(ctx, v)
	if next == nil {
		return
	}
	was := Answer{Verdict: Denied, By: out.rule, PolicyVersion: v.name}
	var id decisionID
	switch f := failed.(type) {
	case *undecidedError:
		was.Verdict, was.By, was.Err, id = Undecided, nil, f, f.id
	case *DeniedError:
		was.Hidden, id = f.hidden, f.id
	default:
		if out.allowed {
			was.Verdict = Allowed
		}
	}
	would := a.wouldAnswer(ctx, next, q, asError)
	if was.Verdict == would.Verdict && was.Hidden == would.Hidden {
		return
	}
	e := Event{
		Rule: q.rule.String(), Action: q.action, Field: q.field,
		actor: hide(q.actor), resource: hide(q.resource), id: id,
	}
	a.differs(ctx, v, counts, e, was, would)
}

// apart returns the question for a candidate, which must not change a request.
func (q *question) apart() question {
	own := *q
	switch r := own.resource.(type) {
	case *Request:
		own.resource = r.clone()
	case *RPC:
		own.resource = r.clone()
	}
	return own
}

// wouldAnswer returns the answer of a version to q.
func (a *Authorizer) wouldAnswer(ctx context.Context, next *version, q *question, asError bool) Answer {
	own := q.apart()
	would := Answer{Verdict: Denied, PolicyVersion: next.name}
	out, err := a.decide(ctx, next, &own, false)
	if err == nil && !out.allowed && asError {
		would.Hidden, err = a.hides(ctx, next, &own)
	}
	switch {
	case err != nil:
		would.Verdict, would.Hidden, would.Err = Undecided, false, undecided(err)
	case out.allowed:
		would.Verdict, would.By = Allowed, out.rule
	default:
		would.By = out.rule
	}
	return would
}

// compareLists compares a filter that v has made, or err, with that of the candidate. Make
// makes it with a version.
func (a *Authorizer) compareLists(ctx context.Context, v *version, e Event, q *filter.Query, err error, make func(context.Context, *version) (*filter.Query, error)) {
	defer func() { _ = recover() }() // filter passes http.ErrAbortHandler on
	next, counts := a.candidate.beside(ctx, v)
	if next == nil {
		return
	}
	answer := func(of *version, q *filter.Query, err error) Answer {
		if err != nil {
			return Answer{Verdict: Undecided, Err: err, PolicyVersion: of.name}
		}
		return Answer{Verdict: Answered, Matches: matches[q.Kind()], PolicyVersion: of.name}
	}
	would, wouldErr := make(withoutBatch(ctx), next)
	if err != nil && wouldErr != nil || err == nil && wouldErr == nil && sameFilter(q, would) {
		return
	}
	a.differs(ctx, v, counts, e, answer(v, q, err), answer(next, would, wouldErr))
}

// compareGrants compares the grants that v has listed, or err, with those of the candidate.
func (a *Authorizer) compareGrants(ctx context.Context, v *version, e Event, what string, q *question, g Grants, err error) {
	defer func() { _ = recover() }() // as in compareLists
	next, counts := a.candidate.beside(ctx, v)
	if next == nil {
		return
	}
	answer := func(of *version, g Grants, err error) Answer {
		if err != nil {
			return Answer{Verdict: Undecided, Err: err, PolicyVersion: of.name}
		}
		return Answer{Verdict: Answered, Grants: &g, PolicyVersion: of.name}
	}
	own := q.apart()
	would, wouldErr := a.grants(withoutBatch(ctx), next, what, &own)
	if err != nil && wouldErr != nil || err == nil && wouldErr == nil && g.same(would) {
		return
	}
	a.differs(ctx, v, counts, e, answer(v, g, err), answer(next, would, wouldErr))
}

// sameFilter reports whether two filters are the same when they are simplified.
func sameFilter(p, q *filter.Query) bool {
	text := func(q *filter.Query) string {
		if s, err := q.Simplify(); err == nil {
			q = s
		}
		return q.Reveal()
	}
	return text(p) == text(q)
}

// differs counts a difference and tells the observer.
func (a *Authorizer) differs(ctx context.Context, v *version, counts *tally, e Event, was, would Answer) {
	counts.add(DifferenceCount{
		Rule: e.Rule, Current: was.Verdict, Candidate: would.Verdict,
		CurrentBy: byText(was.By), CandidateBy: byText(would.By),
	})
	if !a.observes() {
		return
	}
	e.Kind, e.Verdict, e.Difference = EventDifference, NoVerdict, &Difference{was, would}
	a.tell(ctx, v, e, clock())
}

// withoutBatch returns ctx without the batch of a decision.
func withoutBatch(ctx context.Context) context.Context {
	if ctx.Value(batchKey{}) == nil {
		return ctx
	}
	return context.WithValue(ctx, batchKey{}, nil)
}

// CandidateStats are the counts of [Config].Candidate since one of the two policies changed.
type CandidateStats struct {
	Version  string            // of the candidate that is loaded, or "" if there is none
	Compared uint64            // answers for which the candidate was evaluated
	Differed uint64            // those among them that differ
	ByRule   []DifferenceCount // the differences by the rules that made them, most frequent first
}

// A DifferenceCount counts the differences of one kind.
type DifferenceCount struct {
	Rule                   string  // that was evaluated, such as "allow"
	Current, Candidate     Verdict // what the two policies answer
	CurrentBy, CandidateBy string  // the positions of the rules that allowed or denied, or ""

	Count uint64
}

// CandidateStats returns the counts of the candidate. It is the zero value if there is none.
func (a *Authorizer) CandidateStats() CandidateStats {
	c := a.candidate
	if c == nil {
		return CandidateStats{}
	}
	var s CandidateStats
	if v := c.current.Load(); v != nil {
		s.Version = v.name
	}
	c.stats.Load().read(&s)
	return s
}

// maxTally bounds the kinds of differences that are counted apart. There are as many as
// policies have pairs of rules.
const maxTally = 1000

// A tally counts differences.
type tally struct {
	compared atomic.Uint64

	mu       sync.Mutex
	differed uint64
	counts   map[DifferenceCount]uint64 // by a key without Count
}

func (t *tally) add(key DifferenceCount) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.differed++
	if _, known := t.counts[key]; !known && len(t.counts) >= maxTally {
		key = DifferenceCount{Rule: key.Rule, Current: key.Current, Candidate: key.Candidate}
	}
	if t.counts == nil {
		t.counts = make(map[DifferenceCount]uint64)
	}
	t.counts[key]++
}

// read sets the counts of s.
func (t *tally) read(s *CandidateStats) {
	s.Compared = t.compared.Load()
	t.mu.Lock()
	defer t.mu.Unlock()
	s.Differed = t.differed
	for key, n := range t.counts {
		key.Count = n
		s.ByRule = append(s.ByRule, key)
	}
	slices.SortFunc(s.ByRule, func(x, y DifferenceCount) int {
		return cmp.Or(cmp.Compare(y.Count, x.Count), cmp.Compare(x.Rule, y.Rule), cmp.Compare(x.CurrentBy, y.CurrentBy),
			cmp.Compare(x.CandidateBy, y.CandidateBy), cmp.Compare(x.Current, y.Current), cmp.Compare(x.Candidate, y.Candidate))
	})
}
