package authz

// This file defines Explain, why a question was answered as it was.
//
// The answer is the engine's own decision. What led to it comes from a second
// one that records what it tries; should the two ever differ, because the second
// met a limit or the data has changed in between, the explanation says so and
// keeps the answer.
//
// Of a denial it tells the misses: the conditions that failed, those first
// before which most conditions held, since that is the rule that somebody who
// asks why has in mind. When a condition asks another rule, the miss is what
// failed in there. Of an allow it tells the proof: the conditions that held, on
// the way that led to the answer and not on those that were given up. A denial by a
// deny rule is told like an allow: nothing failed, that rule held.

import (
	"context"
	"errors"
	"fmt"

	"github.com/ursa-authz/ursa/authz/polar"
)

// A Tracer is a [Policy] that can say what it tried. The policies of the default
// engine are Tracers.
type Tracer interface {
	// Trace asks rule(args...) as Decide does, or as Query does with
	// TraceOptions.All, and returns what it tried. Without
	// TraceOptions.Values no value is in it but those of fields tagged
	// `polar:",show"`.
	Trace(ctx context.Context, rule string, args []any, opts polar.TraceOptions) *polar.Trace
}

// An Explanation says why a question was answered as it was. It contains the
// text of the policy, and of the actor and the resource their classes and ids
// only; values of fields are in it where they are tagged `polar:",show"`, or with
// [Config].ExplainValues.
type Explanation struct {
	Verdict Verdict       // Allowed, Denied or Undecided: the answer of IsAllowed
	By      *RuleInfo     // the rule that allowed, or the deny rule that denied
	Err     error         // why it could not be decided; is ErrUndecided
	Stack   []polar.Frame // the rules in which it could not be decided, innermost first
	Version string        // of the policy

	// Misses are the conditions that failed, those first before which most
	// conditions held. Empty unless denied because no rule allows it.
	Misses []Miss

	// Proof is how the answer follows from the rule By: how that rule came to hold.
	Proof []Step

	// Rules is the number of rules that were asked, and Others of how many it
	// could be seen from their heads that they are about another action, or
	// about actors or resources of another class.
	Rules, Others int

	// Trace is all that was tried of the rule that gave the answer, in order: of
	// the deny rule if that denied or could not be decided, else of allow. Its
	// outcome may differ from the answer if a limit ended it; then its Err is set.
	Trace *polar.Trace

	denied bool // by a deny rule

	actor, actorID, action, resource, resourceID string
}

// A Miss is a condition that failed, so that a rule did not apply.
type Miss struct {
	Rule      *RuleInfo
	Pos       Position           // of the condition, or of the rule if its head did not match
	Condition string             // as it is written; empty if the rule's head did not match
	Held      int                // how many conditions held before it, in the rule and in those that asked for it
	Times     int                // how often it failed: for several elements of a list, say
	Call      *polar.TraceNode   // the condition that asked for the rule; nil for a rule that the question itself asked
	Because   *RuleInfo          // of a condition with not: a rule that holds
	Values    []polar.TraceValue // what the condition read when it first failed, as far as that may be shown

	node  *polar.TraceNode
	order int // of the node among all that were tried
}

// A Step is one step of a proof: a rule that holds, or a condition that held.
type Step struct {
	Depth int              // 0 for the rule that decided, 1 for its conditions, and so on
	Node  *polar.TraceNode // TraceRule, or any kind of condition
}

// Explain answers as [Authorizer.IsAllowed] does, and says why. It asks the policy twice, which
// may be slow: it is for people and tests. No observer sees it, and no ledger.
//
// The error is ErrUndecided and ErrUnsupported when the engine cannot tell what it tries. A question
// that cannot be decided is no error but an Explanation with that Verdict.
func (a *Authorizer) Explain(ctx context.Context, actor any, action string, resource any) (*Explanation, error) {
	v := a.current.Load()
	tracer, ok := v.policy.(Tracer)
	if !ok {
		return nil, undecided(fmt.Errorf("the engine explains nothing: %w", ErrUnsupported))
	}
	q := question{ruleAllow, actor, action, resource, ""}
	x := &Explanation{
		Version: v.name,
		actor:   a.classes.name(actor), actorID: a.classes.id(actor),
		action: shorten(action), resource: a.classes.name(resource), resourceID: a.classes.id(resource),
	}
	out, err := a.decide(ctx, v, &q, false)
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
	if err := a.classes.checkActor(actor); err != nil {
		x.Trace = &polar.Trace{Err: err}
		return x, nil
	}
	rule := q.rule.String()
	if out.denied {
		rule = q.rule.deny()
	}
	err = catchPanic(func() error {
		x.Trace = tracer.Trace(ctx, rule, []any{actor, action, resource}, polar.TraceOptions{Values: a.cfg.ExplainValues})
		return nil
	})
	if err == nil && x.Trace != nil && errors.Is(x.Trace.Err, ErrUnsupported) && x.Trace.Root == nil {
		return nil, undecided(x.Trace.Err) // an engine around another one
	}
	if err == nil && x.Trace == nil {
		err = errors.New("the engine told nothing")
	}
	if err != nil {
		x.Trace = &polar.Trace{Err: err}
	}
	x.interpret()
	return x, nil
}

// interpret fills in what follows from the trace.
func (x *Explanation) interpret() {
	var rules []*polar.TraceNode
	if root := x.Trace.Root; root != nil {
		for _, call := range root.Children {
			rules = append(rules, call.Children...)
		}
	}
	seen := make(map[*RuleInfo]bool)
	for _, r := range rules {
		seen[r.Rule] = true
	}
	x.Rules, x.Others = x.Trace.Rules, x.Trace.Rules-len(seen)
	switch {
	case x.Verdict == Denied && !x.denied:
		x.Misses = missesOf(x.Trace, rules)
	case x.Verdict != Undecided:
		for _, r := range rules {
			if r.Status == polar.TraceSucceeded {
				x.Proof = proofOf(r)
			}
		}
	}
}
