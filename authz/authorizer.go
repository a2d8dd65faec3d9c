package authz

// This file defines Authorizer and the questions it answers.
//
// Every decision goes through ask: one atomic load of the current policy, one
// call of the engine under a recover, and then, only for a denial, an error or
// an observer, the rest. What is decided is decided on one version of the
// policy, even if a reload comes between a denial and the question whether it
// is to be hidden.

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
)

// An Authorizer answers questions by a policy. It is safe for concurrent use,
// and decisions in flight finish on the version of the policy they began with.
type Authorizer struct {
	cfg     Config
	engine  Engine
	classes *classes
	input   Input // without sources

	current   atomic.Pointer[version]
	reloading chan struct{} // holds a token while somebody has the lock
	busy      chan struct{} // closed when what was begun last by aside has returned; under the lock
	acted     look          // what the last attempt to replace the policy was made with; under the lock
	failing   bool          // that attempt failed; under the lock
}

// A version is a policy with the name it is known by.
type version struct {
	policy Policy
	digest digest
	name   string // digest in short
	diags  []Diagnostic
	deny   denials
}

// New returns an Authorizer that has loaded its policy. The error tells what is
// wrong with the configuration or the policy, with positions. Of a policy with
// several errors it prints the first; all are in it, for errors.As as a value with
// the method Long() string, which has each of them with its line.
func New(cfg Config) (*Authorizer, error) {
	if cfg.Policies == nil {
		return nil, errors.New("authz: Config.Policies is not set")
	}
	if cfg.HTTP.RequestRule > AllowRequest {
		return nil, fmt.Errorf("authz: Config.HTTP.RequestRule is %d", cfg.HTTP.RequestRule)
	}
	a := &Authorizer{cfg: cfg, engine: cfg.Engine, reloading: make(chan struct{}, 1)}
	if a.engine == nil {
		a.engine = polarEngine{}
	}
	a.input = Input{
		Classes:    withRequest(cfg.Classes),
		Constants:  maps.Clone(cfg.Constants),
		AllowEmpty: cfg.AllowEmpty,
		Limits:     cfg.Limits,
		Now:        cfg.Now,
		Print:      cfg.Print,
		DenyRule:   cfg.DenyRule,
	}
	a.classes = newClasses(a.input.Classes)
	ctx := context.Background()
	sources, err := a.load(ctx)
	if err == nil {
		var v *version
		if v, err = a.compile(ctx, sources); err == nil {
			a.current.Store(v)
			a.acted = look{digest: v.digest}
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

// A rule is one of the rules that a question is about. Each has a deny rule.
type rule uint8

const (
	noRule      rule = iota
	ruleAllow        // allow(actor, action, resource)
	ruleRequest      // allow_request(actor, request)
	ruleField        // allow_field(actor, action, resource, field)
	rules
)

// String returns the rule's name in policies, or "".
func (r rule) String() string {
	return [rules]string{"", "allow", "allow_request", "allow_field"}[r]
}

// A question is what a decision is about.
type question struct {
	rule     rule
	actor    any
	action   string // "" for ruleRequest
	resource any
	field    string // for ruleField
}

// A ruling is what the policy says to a question. The zero ruling is a denial
// because no rule allows it.
type ruling struct {
	allowed bool
	denied  bool      // by a deny rule; with an error, a deny rule could not be decided
	rule    *RuleInfo // the rule that allowed or denied; nil if none did, or if the engine does not say which allowed
}

// IsAllowed reports whether actor may do action on resource. An error is
// [ErrUndecided]; with an error the answer is false.
func (a *Authorizer) IsAllowed(ctx context.Context, actor any, action string, resource any) (bool, error) {
	return a.ask(ctx, &question{ruleAllow, actor, action, resource, ""}, true, false)
}

// Authorize returns nil if actor may do action on resource. Otherwise the error
// is a [*DeniedError], which is [ErrForbidden] or [ErrNotFound], or it is
// [ErrUndecided].
func (a *Authorizer) Authorize(ctx context.Context, actor any, action string, resource any) error {
	_, err := a.ask(ctx, &question{ruleAllow, actor, action, resource, ""}, true, true)
	return err
}

// AuthorizeField returns nil if actor may do action on a field of resource, by
// the rule allow_field(actor, action, resource, field). The errors are those of
// Authorize.
func (a *Authorizer) AuthorizeField(ctx context.Context, actor any, action string, resource any, field string) error {
	_, err := a.ask(ctx, &question{ruleField, actor, action, resource, field}, true, true)
	return err
}

// AuthorizeRequest returns nil if actor may send request, by the rule
// allow_request(actor, request). An *http.Request is asked about as the
// [Request] that [Authorizer.Request] makes of it. The errors are those of
// Authorize, but never ErrNotFound, and [ErrBadRequest].
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

// askRequest asks about a request and settles no ledger.
func (a *Authorizer) askRequest(ctx context.Context, q *question) error {
	_, err := a.ask(ctx, q, false, true)
	if r, ok := q.resource.(*Request); ok && r != nil {
		if fault := r.fault.Load(); fault != nil {
			return fault
		}
	}
	return err
}

// ask answers q. With settles, an allow is noted in the context's ledger, if it
// is about a resource. With tell, a denial is an error.
func (a *Authorizer) ask(ctx context.Context, q *question, settles, tell bool) (bool, error) {
	var start time.Time
	if a.cfg.Observe != nil {
		start = time.Now()
	}
	v := a.current.Load()
	out, err := a.decide(ctx, v, q, settles)
	if out.allowed && err == nil && a.cfg.Observe == nil {
		return true, nil
	}
	return a.answer(ctx, v, q, out, err, tell, start)
}

// answer makes the answer of a ruling, and tells the observer.
func (a *Authorizer) answer(ctx context.Context, v *version, q *question, out ruling, err error, tell bool, start time.Time) (bool, error) {
	hidden := false
	if err == nil && !out.allowed && tell {
		hidden, err = a.hides(ctx, v, q)
	}
	d := Decision{Verdict: Undecided, Hidden: hidden}
	var failed error
	switch {
	case err != nil:
		u := undecided(err)
		u.id = newID()
		d.ID, d.Err, failed = u.id, u, u
	case out.allowed:
		d.Verdict, d.By = Allowed, out.rule
	default:
		d.Verdict, d.By = Denied, out.rule
		if tell {
			d.ID = newID()
			failed = &DeniedError{hidden, a.classes.name(q.resource), shorten(q.deniedAction()), d.ID}
		}
	}
	if a.cfg.Observe != nil {
		if d.ID == "" {
			d.ID = newID()
		}
		d.Duration = time.Since(start)
		asked := *q // q itself stays on the stack of those without an observer
		d.Rule, d.Version, d.q, d.classes = q.rule.String(), v.name, &asked, a.classes
		a.observe(ctx, d)
	}
	return d.Verdict == Allowed, failed
}

// deniedAction is what a denial says was denied. The rule about requests has no
// action; what is not a Request has no method either, and is told by the rule.
func (q *question) deniedAction() string {
	if q.rule != ruleRequest {
		return q.action
	}
	if r, ok := q.resource.(*Request); ok && r != nil {
		return r.Method
	}
	return q.rule.String()
}

// observe calls the observer, whose panics are its own affair.
func (a *Authorizer) observe(ctx context.Context, d Decision) {
	defer func() { _ = recover() }()
	a.cfg.Observe(ctx, d)
}

// hides reports whether a denial of q is told as ErrNotFound: if the actor may
// not even read the resource. A denial of which this cannot be decided is no
// denial but a fault, since either answer might be the wrong one to give.
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
	out, err := a.decide(ctx, v, &question{ruleAllow, q.actor, a.cfg.ReadAction, q.resource, ""}, false)
	return !out.allowed, err
}

// decide asks the policy: first the deny rule, if there is one, and if that does not
// hold the rule that allows. A panic is an error, wherever it comes from: the engine,
// the context, or a ledger. A ruling with an error allows nothing.
func (a *Authorizer) decide(ctx context.Context, v *version, q *question, settles bool) (out ruling, err error) {
	defer func() {
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
	return ruling{allowed: allow.Allowed, rule: allow.Rule}, nil
}

// ask asks the rule of that name about q.
func (v *version) ask(ctx context.Context, name string, q *question) (Outcome, error) {
	switch q.rule {
	case ruleRequest:
		return v.askAny(ctx, name, q.actor, q.resource)
	case ruleField:
		return v.askAny(ctx, name, q.actor, q.action, q.resource, q.field)
	}
	return v.policy.Decide(ctx, name, q.actor, q.action, q.resource)
}

// askAny asks a rule that does not have the three arguments of allow.
func (v *version) askAny(ctx context.Context, name string, args ...any) (Outcome, error) {
	if p, ok := v.policy.(Asker); ok {
		return p.Ask(ctx, name, args...)
	}
	for _, err := range v.policy.Query(ctx, name, args...) {
		return Outcome{Allowed: err == nil}, err
	}
	return Outcome{}, nil
}

// Query yields the solutions of rule(args...). An argument that is a [Var] is a
// variable, whose values the solutions bind. An error is ErrUndecided and the
// last thing that is yielded. Query asks the policy and decides nothing: no
// observer sees it, and asked for allow it also yields what a deny rule denies.
func (a *Authorizer) Query(ctx context.Context, rule string, args ...any) iter.Seq2[Bindings, error] {
	return func(yield func(Bindings, error) bool) {
		a.current.Load().query(ctx, rule, args)(yield)
	}
}

// query is Query, by one version of the policy.
func (v *version) query(ctx context.Context, rule string, args []any) iter.Seq2[Bindings, error] {
	return func(yield func(Bindings, error) bool) {
		// A panic of the loop's body is its own and goes on its way; one of
		// the policy is an error, if there is a loop left to tell.
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

// catchPanic calls f and makes an error of a panic.
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
