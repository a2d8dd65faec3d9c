package authz

// This file defines Authorizer and its decisions.
//
// Every decision goes through ask: one atomic load of the current policy and one call of
// the engine under a recover. The rest runs only for a denial, an error or an observer. One
// decision uses one version of the policy, even if a reload happens between a denial and
// the check whether to hide it.

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"net/http"
	"slices"
	"sync/atomic"
	"time"

	"github.com/ursa-authz/ursa/authz/ledger"
	"github.com/ursa-authz/ursa/authz/polar"
)

// An Authorizer makes decisions with a policy. It is safe for concurrent use. Decisions in
// flight finish on the version of the policy that they began with.
type Authorizer struct {
	slot // of the policy that decides

	cfg       Config
	classes   *classes
	batches   bool       // whether a class has a Fetch, so that decisions can share what they fetch
	candidate *candidate // nil without Config.Candidate

	panicked atomic.Bool // the observer has panicked
}

// A version is a policy and its name.
type version struct {
	policy Policy
	polar  *polar.Policy // the policy if it is of the default engine, else nil
	digest digest
	name   string // the digest, shortened
	diags  []Diagnostic
	deny   denials

	sources []Source // kept if there is a candidate, for Promote
}

// New returns an Authorizer with its policy loaded. The error says what is wrong with the
// configuration or the policy, with positions. If a policy has several errors, Error prints
// the first one. To print all of them with their source lines, use [errors.As] to find an
// error with a method Long() string.
func New(cfg Config) (*Authorizer, error) {
	if cfg.Policies == nil {
		return nil, errors.New("authz: Config.Policies is not set")
	}
	if cfg.HTTP.RequestRule > AllowRequest {
		return nil, fmt.Errorf("authz: Config.HTTP.RequestRule is %d (want AllowMethod or AllowRequest)", cfg.HTTP.RequestRule)
	}
	a := &Authorizer{cfg: cfg}
	engine := cfg.Engine
	if engine == nil {
		engine = polarEngine{}
	}
	input := Input{
		Classes:    withRequest(cfg.Classes),
		External:   slices.Clone(cfg.External),
		Constants:  maps.Clone(cfg.Constants),
		AllowEmpty: cfg.AllowEmpty,
		Limits:     cfg.Limits,
		Memory:     polar.NewMemory(cfg.Limits),
		Now:        cfg.Now,
		Print:      cfg.Print,
		DenyRule:   cfg.DenyRule,
		ChangeRule: cfg.ChangeRule,
	}
	a.classes = newClasses(input.Classes)
	var err error
	if input.Classes, a.batches, err = shared(input.Classes); err != nil {
		return nil, fmt.Errorf("authz: %w", err)
	}
	a.slot.init(engine, input, cfg.Policies)
	ctx := context.Background()
	if a.candidate, err = newCandidate(cfg.Candidate, engine, input); err != nil {
		return nil, err
	}
	a.keeps = a.candidate != nil
	sources, err := a.load(ctx)
	if err == nil {
		var v *version
		if v, err = a.compile(ctx, sources); err == nil {
			a.current.Store(v)
			a.acted = look{digest: v.digest}
			if a.candidate != nil {
				_ = a.reloadCandidate(ctx) // an observer or the log has it
			}
			return a, nil
		}
	}
	return nil, fmt.Errorf("authz: %w", err)
}

// Version returns the version of the current policy: a hash of the names and
// contents of its sources.
func (a *Authorizer) Version() string { return a.current.Load().name }

// Classes returns the classes of [Config].Classes.
func (a *Authorizer) Classes() []Class { return slices.Clone(a.cfg.Classes) }

// Diagnostics returns the warnings about the current policy.
func (a *Authorizer) Diagnostics() []Diagnostic { return slices.Clone(a.current.Load().diags) }

// A rule is one of the rules that decisions evaluate. Each of them has a deny rule.
type rule uint8

const (
	noRule      rule = iota
	ruleAllow        // allow(actor, action, resource)
	ruleRequest      // allow_request(actor, request)
	ruleField        // allow_field(actor, action, resource, field)
	ruleChange       // allow_change(actor, action, before, after)
	rules
)

var ruleNames = [rules]string{"", "allow", "allow_request", "allow_field", "allow_change"}

// String returns the rule's name in policies, or "".
func (r rule) String() string { return ruleNames[r] }

// A question is what a decision is about.
type question struct {
	rule     rule
	actor    any
	action   string // empty for ruleRequest
	resource any    // for ruleChange, as it was before
	field    string // for ruleField
	after    any    // for ruleChange
}

// A ruling is what the policy says to a question. The zero ruling is a denial because no
// rule allows it.
type ruling struct {
	allowed bool
	denied  bool      // by a deny rule; with an error, the deny rule could not be decided
	rule    *RuleInfo // the rule that allowed or denied; nil if none did, or if the engine does not say which allowed
}

// IsAllowed reports whether actor may do action on resource. Every error is [ErrUndecided],
// and the result is then false.
func (a *Authorizer) IsAllowed(ctx context.Context, actor any, action string, resource any) (bool, error) {
	return a.ask(ctx, &question{rule: ruleAllow, actor: actor, action: action, resource: resource}, true, false)
}

// Authorize returns nil if actor may do action on resource. Otherwise the error is a
// [*DeniedError], which is [ErrForbidden] or [ErrNotFound], or it is [ErrUndecided].
func (a *Authorizer) Authorize(ctx context.Context, actor any, action string, resource any) error {
	_, err := a.ask(ctx, &question{rule: ruleAllow, actor: actor, action: action, resource: resource}, true, true)
	return err
}

// AuthorizeField returns nil if actor may do action on a field of resource. It evaluates
// allow_field(actor, action, resource, field). The errors are those of Authorize.
func (a *Authorizer) AuthorizeField(ctx context.Context, actor any, action string, resource any, field string) error {
	_, err := a.ask(ctx, &question{rule: ruleField, actor: actor, action: action, resource: resource, field: field}, true, true)
	return err
}

// AuthorizeRequest returns nil if actor may send request. It evaluates allow_request(actor,
// request). For an *http.Request, the policy sees the [Request] that [Authorizer.Request]
// returns. The errors are those of Authorize without ErrNotFound, and [ErrBadRequest].
func (a *Authorizer) AuthorizeRequest(ctx context.Context, actor, request any) error {
	if r, ok := request.(*http.Request); ok && r != nil {
		q, err := a.Request(r)
		if err != nil {
			return err
		}
		request = q
	}
	return a.askRequest(ctx, &question{rule: ruleRequest, actor: actor, resource: request})
}

// askRequest decides a question about a request. It settles no ledger.
func (a *Authorizer) askRequest(ctx context.Context, q *question) error {
	_, err := a.ask(ctx, q, false, true)
	if r, ok := q.resource.(*Request); ok && r != nil {
		if fault := r.fault.Load(); fault != nil {
			return fault.of(err)
		}
	}
	return err
}

// ask answers q. With settles, an allow on a resource settles the context's ledger. With
// asError, a denial is an error.
func (a *Authorizer) ask(ctx context.Context, q *question, settles, asError bool) (bool, error) {
	var start time.Duration
	if a.observes() {
		start = clock()
	}
	v := a.current.Load()
	out, err := a.decide(ctx, v, q, settles)
	if out.allowed && err == nil && a.candidate.idle() {
		if a.observes() {
			now := clock()
			a.observeDecision(ctx, v, q, &decided{verdict: Allowed, by: out.rule, id: newIDAt(now), took: now - start})
		}
		return true, nil
	}
	ok, failed := a.answer(ctx, v, q, out, err, asError, start)
	if a.candidate.sampled() {
		a.compare(withoutBatch(ctx), v, q, out, failed, asError)
	}
	return ok, failed
}

// answer turns a ruling into an answer and notifies the observer.
func (a *Authorizer) answer(ctx context.Context, v *version, q *question, out ruling, err error, asError bool, start time.Duration) (bool, error) {
	hidden := false
	if err == nil && !out.allowed && asError {
		hidden, err = a.hides(ctx, v, q)
	}
	var now time.Duration
	var id decisionID
	if a.observes() {
		now = clock()
		id = newIDAt(now)
	} else if asError || err != nil {
		id = newID()
	}
	verdict := Undecided
	var failed error
	switch {
	case err != nil:
		failed = &undecidedError{id, err}
	case out.allowed:
		verdict = Allowed
	default:
		verdict = Denied
		if asError {
			failed = &DeniedError{hidden, a.classes.name(q.resource), shorten(q.deniedAction()), id}
		}
	}
	if a.observes() {
		by, why := out.rule, error(nil)
		if err != nil {
			by, why = nil, failed
		}
		a.observeDecision(ctx, v, q, &decided{verdict, hidden, by, why, id, now - start})
	}
	return verdict == Allowed, failed
}

// A decided is how a question was answered.
type decided struct {
	verdict Verdict
	hidden  bool // whether a denial is [ErrNotFound]
	by      *RuleInfo
	err     error
	id      decisionID
	took    time.Duration
}

// observeDecision passes the event of a decision to the observer, as observe does. It makes the
// event where the observer takes it, which saves a copy.
func (a *Authorizer) observeDecision(ctx context.Context, v *version, q *question, d *decided) {
	defer func() {
		if p := recover(); p != nil {
			a.observerPanicked(ctx, recovered(p))
		}
	}()
	a.cfg.Observe(ctx, Event{
		Kind: EventDecision, Verdict: d.verdict, Hidden: d.hidden,
		Rule: q.rule.String(), By: d.by, Action: q.action, Field: q.field,
		Err: d.err, PolicyVersion: v.name, Duration: d.took,
		id: d.id, actor: hide(q.actor), resource: hide(q.resource), az: a,
	})
}

// deniedAction returns the action for a DeniedError. The rule about requests has no action:
// for a Request it is the method, and for any other value the name of the rule.
func (q *question) deniedAction() string {
	if q.rule != ruleRequest {
		return q.action
	}
	if r, ok := q.resource.(*Request); ok && r != nil {
		return r.Method
	}
	return q.rule.String()
}

// hides reports whether a denial of q becomes ErrNotFound, because the actor may not even
// read the resource. If that cannot be decided, the denial becomes an error: both answers
// could be wrong.
func (a *Authorizer) hides(ctx context.Context, v *version, q *question) (bool, error) {
	if a.cfg.ReadAction == "" || q.rule == ruleRequest || isRequest(q.resource) {
		return false, nil
	}
	if _, ok := q.resource.(classValue); ok {
		return false, nil
	}
	if a.classes.isUnstored(q.resource) {
		return false, nil
	}
	if q.rule == ruleAllow && q.action == a.cfg.ReadAction {
		return true, nil
	}
	out, err := a.decide(ctx, v, &question{rule: ruleAllow, actor: q.actor, action: a.cfg.ReadAction, resource: q.resource}, false)
	return !out.allowed, err
}

// decide asks the policy. It evaluates the deny rule first, if there is one. If the deny
// rule does not hold, it evaluates the rule that allows. A panic of the engine, the context
// or the ledger becomes an error. A ruling with an error allows nothing.
func (a *Authorizer) decide(ctx context.Context, v *version, q *question, settles bool) (out ruling, err error) {
	returned := false // recover takes longer than this
	defer func() {
		if returned {
			return
		}
		if p := recover(); p != nil {
			out, err = ruling{denied: out.denied}, recovered(p)
		}
	}()
	if err := a.classes.checkActor(q.actor); err != nil {
		return ruling{}, err
	}
	if err := ctx.Err(); err != nil {
		return ruling{}, err
	}
	if v.deny.asked[q.rule] {
		out.denied = true // until the answer is known
		if out.denied, out.rule, err = v.denies(ctx, q); err != nil {
			return ruling{denied: true}, err
		}
		if out.denied {
			return out, nil
		}
	}
	allow, err := v.ask(ctx, q.rule.String(), q)
	if err != nil {
		return ruling{}, err
	}
	if allow.Allowed && settles && !isRequest(q.resource) {
		ledger.Settle(ctx)
	}
	returned = true
	return ruling{allowed: allow.Allowed, rule: allow.Rule}, nil
}

// ask evaluates the named rule for q.
func (v *version) ask(ctx context.Context, name string, q *question) (Outcome, error) {
	switch q.rule {
	case ruleRequest:
		if v.polar != nil {
			return v.polar.DecideRequest(ctx, name, q.actor, q.resource)
		}
		return v.askAny(ctx, name, q.actor, q.resource)
	case ruleField:
		if v.polar != nil {
			return v.polar.DecideField(ctx, name, q.actor, q.action, q.resource, q.field)
		}
		return v.askAny(ctx, name, q.actor, q.action, q.resource, q.field)
	case ruleChange:
		if name == ruleChange.deny() { // about the state before, it was evaluated before the change
			return v.policy.Decide(ctx, name, q.actor, q.action, q.after)
		}
		return v.askAny(ctx, name, q.actor, q.action, q.resource, q.after)
	}
	if v.polar != nil {
		return v.polar.Decide(ctx, name, q.actor, q.action, q.resource)
	}
	return v.policy.Decide(ctx, name, q.actor, q.action, q.resource)
}

// askAny evaluates a rule whose parameters differ from those of allow.
func (v *version) askAny(ctx context.Context, name string, args ...any) (Outcome, error) {
	if p, ok := v.policy.(Asker); ok {
		return p.Ask(ctx, name, args...)
	}
	for _, err := range v.policy.Query(ctx, name, args...) {
		return Outcome{Allowed: err == nil}, err
	}
	return Outcome{}, nil
}

// Query yields the solutions of rule(args...). An argument that is a [Var] is a variable,
// and the solutions bind it. An error is ErrUndecided and is the last thing that Query
// yields. Query is not a decision: observers receive an EventQuery, and for allow it also
// yields what a deny rule denies.
func (a *Authorizer) Query(ctx context.Context, rule string, args ...any) iter.Seq2[Bindings, error] {
	return func(yield func(Bindings, error) bool) {
		e := Event{Kind: EventQuery, Verdict: Answered, Rule: rule}
		v, start := a.current.Load(), clock()
		defer func() { a.tell(ctx, v, e, start) }()
		for b, err := range v.query(ctx, rule, args) {
			if err != nil {
				e.Verdict, e.Err = Undecided, a.identified(err, &e)
				err = e.Err
			} else {
				e.Count++
			}
			if !yield(b, err) {
				return
			}
		}
	}
}

// identified returns err as an error that is ErrUndecided and has an id, which e gets too.
func (a *Authorizer) identified(err error, e *Event) error {
	u, ok := err.(*undecidedError)
	if !ok {
		u = undecided(err)
	}
	e.id = newID()
	return &undecidedError{e.id, u.cause}
}

// tell completes an event that began at start and passes it to the observer, if there is one.
func (a *Authorizer) tell(ctx context.Context, v *version, e Event, start time.Duration) {
	if !a.observes() {
		return
	}
	now := clock()
	if e.id == (decisionID{}) {
		e.id = newIDAt(now)
	}
	e.PolicyVersion, e.Duration, e.az = v.name, now-start, a
	a.observe(ctx, &e)
}

// query is Query on one version of the policy.
func (v *version) query(ctx context.Context, rule string, args []any) iter.Seq2[Bindings, error] {
	return func(yield func(Bindings, error) bool) {
		// A panic in the loop's body propagates. A panic in the policy becomes an
		// error, if the loop has not ended yet.
		body, done := false, false
		defer func() {
			if body {
				return
			}
			if p := recover(); p != nil && !done {
				yield(nil, undecided(recovered(p)))
			}
		}()
		if err := ctx.Err(); err != nil {
			body = true
			yield(nil, undecided(err))
			return
		}
		for b, err := range v.policy.Query(ctx, rule, args...) {
			if err != nil {
				b, err = nil, undecided(err)
			}
			body = true
			done = !yield(b, err) || err != nil
			body = false
			if done {
				return
			}
		}
	}
}

// catchPanic calls f and turns a panic into an error.
func catchPanic(f func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			if p == http.ErrAbortHandler {
				panic(p) // asks net/http to drop the connection, which denies too
			}
			err = recovered(p)
		}
	}()
	return f()
}
