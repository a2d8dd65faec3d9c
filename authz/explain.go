package authz

// This file defines Explain, which says why a decision has its outcome.
//
// The answer is a decision of the engine. The reasons come from a second evaluation that
// records what it tries. The two may differ if the second meets a limit, or if the data has
// changed. Then the explanation says so and keeps the answer.
//
// A denial is explained by what the policy does not know, such as a misspelled action, and by
// its misses: the conditions that failed. The first ones are those that are nearest to the
// actor. If a condition calls another rule, the miss is what failed in that rule. An
// allow is explained by its proof: the conditions that held on the way to the answer,
// without those that were given up. A denial by a deny rule is explained like an allow,
// because that rule held.

import (
	"context"
	"errors"
	"net/http"
	"slices"

	"github.com/ursa-authz/ursa/authz/polar"
)

// A Tracer is a [Policy] that can record what it tried. The policies of the default engine
// are Tracers.
type Tracer interface {
	// Trace evaluates rule(args...) as Decide does, or as Query does with opts.All, and
	// returns what it tried. Without opts.Values, the only values in it are those of fields
	// tagged `polar:",show"`.
	Trace(ctx context.Context, rule string, args []any, opts polar.TraceOptions) *polar.Trace
}

// An Explanation says why a decision has its outcome. It shows the text of the policy, and
// the actor and the resource by class and id. It shows values of fields only if they are
// tagged `polar:",show"`, or with [Config].ExplainValues.
type Explanation struct {
	Verdict       Verdict       // the answer of the decision: Allowed, Denied or Undecided
	Rule          string        // the rule that was evaluated, such as "allow" or "allow_field"
	By            *RuleInfo     // the rule that allowed, or the deny rule that denied
	Err           error         // why it could not be decided: an error that is ErrUndecided
	Stack         []polar.Frame // the rules in which the error arose, innermost first
	PolicyVersion string        // the version of the policy

	// Unknown says in words what of the question the policy does not know: a type that is not
	// a registered class, or an action that no rule names. Unknown and Misses are empty unless
	// the outcome is a denial because no rule allows it.
	Unknown []string

	// Misses are the conditions that failed, and the rules whose heads did not match, nearest
	// first. Those are near before which most conditions held, not counting conditions of
	// shorthand rules. Among equals, a permission that no block declares comes first, and rules
	// for the class of the actor come before rules for other classes. The latter are left out
	// if a condition held before any miss, or if a name of the question is not known.
	Misses []Miss

	// Proof says how the rule By came to hold.
	Proof []Step

	// Rules is the number of rules that were considered. Others is the number of those
	// whose head shows that they are about another action, or about actors or resources of
	// another class.
	Rules, Others int

	// Trace has everything that was tried, in order: for the deny rule if it denied or
	// could not be decided, and otherwise for allow. If a limit ended the trace, its
	// outcome may differ from Verdict, and its Err is set.
	Trace *polar.Trace

	denied bool // by a deny rule

	actor, actorID, action, resource, resourceID string

	field        string // of an explanation of allow_field
	method, path string // of a Request
}

// A Miss is a condition that failed, so that a rule did not apply.
type Miss struct {
	Rule      *RuleInfo
	Pos       Position           // the position of the condition, or of the rule if its head did not match
	Condition string             // the text of the condition; empty if the rule's head did not match
	Why       string             // why it failed, in words, if the condition does not say it: for not, forall, calls and heads
	Held      int                // how many conditions held before it, in the rule and in its callers
	Times     int                // how often it failed, for example for several elements of a list
	Call      *polar.TraceNode   // the condition that called the rule; nil if the decision itself did
	Shorthand *RuleInfo          // the innermost shorthand rule that led to the call, such as "read" if "reader"; nil if none did
	Because   *RuleInfo          // for a condition with not or forall: the rule that holds
	Values    []polar.TraceValue // what the condition read when it first failed, if it may be shown

	node        *polar.TraceNode
	near, depth int // see attempt
	rank        int
	caller      *RuleInfo         // the rule that Call is in
	heads       []polar.TraceHead // why the head of Rule did not match
}

// A Step is one step of a proof: a rule that holds, or a condition that held.
type Step struct {
	Depth int              // 0 for the rule that decided, 1 for its conditions, and so on
	Node  *polar.TraceNode // a node of kind polar.TraceRule, or a condition
}

// Explain decides as [Authorizer.IsAllowed] does, and says why. It evaluates the policy
// twice, which may be slow: use it for people and tests. Observers and ledgers ignore it.
//
// If the engine does not support it, the error is ErrUndecided and ErrUnsupported. An
// undecided outcome is not an error but an Explanation with the Verdict Undecided.
//
// The resource can be a class, and a [*Request] or an [*RPC] for rules that allow requests by
// their method. For a row that is missing from a list, explain the action on the row: a list
// has the rows that Authorize allows.
func (a *Authorizer) Explain(ctx context.Context, actor any, action string, resource any) (*Explanation, error) {
	return a.explain(ctx, &question{rule: ruleAllow, actor: actor, action: action, resource: resource})
}

// ExplainField decides as [Authorizer.AuthorizeField] does, and says why, as
// [Authorizer.Explain] does.
func (a *Authorizer) ExplainField(ctx context.Context, actor any, action string, resource any, field string) (*Explanation, error) {
	return a.explain(ctx, &question{rule: ruleField, actor: actor, action: action, resource: resource, field: field})
}

// ExplainRequest decides as [Authorizer.AuthorizeRequest] does, by allow_request, and says
// why, as [Authorizer.Explain] does. The error is also that of [Authorizer.Request], if
// request is an *http.Request that is ambiguous.
func (a *Authorizer) ExplainRequest(ctx context.Context, actor, request any) (*Explanation, error) {
	if r, ok := request.(*http.Request); ok && r != nil {
		q, err := a.Request(r)
		if err != nil {
			return nil, err
		}
		request = q
	}
	return a.explain(ctx, &question{rule: ruleRequest, actor: actor, resource: request})
}

// ExplainChange decides as [Authorizer.AuthorizeChange] does, and says why, as
// [Authorizer.Explain] does.
func (a *Authorizer) ExplainChange(ctx context.Context, actor any, action string, before, after any) (*Explanation, error) {
	q, err := a.changed(actor, action, before, after)
	if err != nil {
		return nil, undecided(err)
	}
	return a.explain(ctx, &q)
}

// explain answers q and says why.
func (a *Authorizer) explain(ctx context.Context, q *question) (*Explanation, error) {
	v := a.current.Load()
	tracer, ok := v.policy.(Tracer)
	if !ok {
		return nil, undecided(errorf("the engine does not support Explain: %w", ErrUnsupported))
	}
	x := &Explanation{
		PolicyVersion: v.name,
		Rule:          q.rule.String(),
		actor:         a.classes.name(q.actor), actorID: a.classes.id(q.actor),
		action: shorten(q.action), field: shorten(q.field),
		resource: a.classes.name(q.resource), resourceID: a.classes.id(q.resource),
	}
	if r, ok := q.resource.(*Request); ok && r != nil {
		x.method, x.path = shorten(r.Method), shortenTo(r.escapedPath(), maxPathText)
	}
	out, err := a.decide(ctx, v, q, false)
	switch {
	case err != nil:
		x.Err = undecided(err)
		var e *polar.Error
		if errors.As(err, &e) {
			x.Stack = e.Stack
		}
	case out.allowed:
		x.Verdict, x.By = Allowed, out.rule
	default:
		x.Verdict, x.By, x.denied = Denied, out.rule, out.denied
	}
	if err := a.classes.checkActor(q.actor); err != nil {
		x.Trace = &polar.Trace{Err: err}
		return x, nil
	}
	searched := x.Verdict == Denied && !x.denied
	if searched {
		x.unregistered(a.classes, q)
	}
	rule := q.rule.String()
	if out.denied {
		rule = q.rule.deny()
	}
	err = catchPanic(func() error {
		x.Trace = tracer.Trace(ctx, rule, q.args(rule), polar.TraceOptions{Values: a.cfg.ExplainValues, Heads: searched && x.Unknown == nil})
		return nil
	})
	if err == nil && x.Trace != nil && errors.Is(x.Trace.Err, ErrUnsupported) && x.Trace.Root == nil {
		return nil, undecided(x.Trace.Err) // from an engine that wraps another one
	}
	if err == nil && x.Trace == nil {
		err = errorf("the engine returned no trace")
	}
	if err != nil {
		x.Trace = &polar.Trace{Err: err}
	}
	x.interpret()
	return x, nil
}

// unregistered notes the types of the question that are not registered. Rules that name a
// class do not apply to their values.
func (x *Explanation) unregistered(c *classes, q *question) {
	for _, value := range []any{q.actor, q.resource} {
		name := c.unregistered(value)
		text := name + " is not a registered class, so no rule about a class applies to it (add it to Config.Classes)"
		if name != "" && !slices.Contains(x.Unknown, text) {
			x.Unknown = append(x.Unknown, text)
		}
	}
}

// args returns the arguments with which the named rule is evaluated for q.
func (q *question) args(name string) []any {
	switch {
	case q.rule == ruleRequest:
		return []any{q.actor, q.resource}
	case q.rule == ruleField:
		return []any{q.actor, q.action, q.resource, q.field}
	case q.rule == ruleChange && name == ruleChange.deny():
		return []any{q.actor, q.action, q.after}
	case q.rule == ruleChange:
		return []any{q.actor, q.action, q.resource, q.after}
	}
	return []any{q.actor, q.action, q.resource}
}

// interpret sets the fields that follow from the trace.
func (x *Explanation) interpret() {
	call := new(polar.TraceNode) // of the rule that was evaluated
	if root := x.Trace.Root; root != nil && len(root.Children) > 0 {
		call = root.Children[0]
	}
	seen := make(map[*RuleInfo]bool)
	for _, r := range call.Children {
		seen[r.Rule] = true
	}
	x.Rules, x.Others = x.Trace.Rules, x.Trace.Rules-len(seen)
	switch {
	case x.Verdict == Denied && !x.denied:
		if call.Why != "" {
			x.Unknown = append(x.Unknown, call.Why)
		}
		x.Misses = missesOf(x.Trace, call)
	case x.Verdict != Undecided:
		for _, r := range call.Children {
			if r.Status == polar.TraceSucceeded {
				x.Proof = proofOf(r)
			}
		}
	}
}
