//go:build !purego

package polar

// This file compares decisions for types with the solver and with explanations.

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/ursa-authz/ursa/authz/polar/internal/vm"
)

// A typedTally counts what was compared.
type typedTally struct {
	policies, decided, allowed, failed int
	typed                              [3]int // by the form of the question
	traced                             int
	each                               int // decided with others
	listed, lists                      int // by typed code, and in all
	why                                map[string]int
}

// ask asks all questions about an actor and a resource. It returns what differs.
func (n *typedTally) ask(p *Policy, actor, resource any, field string) error {
	about := func(form vm.Form, action, field string) *vm.Question {
		return &vm.Question{Form: form, Actor: actor, Action: action, Resource: resource, Field: field}
	}
	var errs []error
	for _, action := range []string{"read", "write", "other"} {
		errs = append(errs, n.decide(p, "allow", about(vm.FormAction, action, "")))
	}
	errs = append(errs,
		n.decide(p, "allow_field", about(vm.FormField, "write", field)),
		n.list(p, "allow_field", about(vm.FormField, "other", "")),
		n.list(p, "allow_field", about(vm.FormField, "read", "")),
		n.decide(p, "deny", about(vm.FormAction, "read", "")),
		n.decide(p, "allow_request", about(vm.FormRequest, "", "")),
		n.decide(p, "allow_field", about(vm.FormField, "read", "other")),
		n.list(p, "allow", about(vm.FormAction, "", "")))
	return errors.Join(errs...)
}

// decide compares the answers to one question.
func (n *typedTally) decide(p *Policy, name string, q *vm.Question) error {
	if p.prog.NumRules(name, len(q.Args())) == 0 {
		return nil
	}
	ctx := context.Background()
	want, wantErr := p.solve(ctx, name, q.Args()...)
	n.decided++
	if wantErr != nil {
		n.failed++
	}
	if want.Allowed {
		n.allowed++
	}
	ok, rule, _, done := p.prog.DecideTyped(ctx, &p.config.Limits, name, q)
	if !done {
		if n.why == nil {
			n.why = make(map[string]int)
		}
		n.why[p.prog.WhyNotTyped(name, q)]++
		return nil
	}
	n.typed[q.Form]++
	if wantErr != nil || ok != want.Allowed || ok && rule != want.Rule {
		return fmt.Errorf("%s %q %q: typed code says %v %v, the solver %v %v %v", name, q.Action, q.Field, ok, rule, want.Allowed, want.Rule, wantErr)
	}
	if n.decided%3 != 0 { // explaining takes most of the time
		return nil
	}
	if tr := p.Trace(ctx, name, q.Args(), TraceOptions{}); tr.Err == nil { // it may exceed limits that a decision does not
		n.traced++
		if tr.Outcome.Allowed != ok || ok && rule != tr.Outcome.Rule {
			return fmt.Errorf("%s %q %q: typed code says %v %v, the explanation %v %v", name, q.Action, q.Field, ok, rule, tr.Outcome.Allowed, tr.Outcome.Rule)
		}
	} else if codeOf(tr.Err) != "budget" {
		return fmt.Errorf("%s %q %q: typed code says %v %v, the explanation %v", name, q.Action, q.Field, ok, rule, tr.Err)
	}
	return nil
}

// decideEach compares decisions about many resources in one call.
func (n *typedTally) decideEach(p *Policy, actor any, action string, resources []any) error {
	ctx := context.Background()
	deny := ""
	if p.Defines("deny", 3) {
		deny = "deny"
	}
	allowed := make([]bool, len(resources))
	for i := 0; i < len(resources); i++ {
		for range p.DecideEach(ctx, deny, "allow", actor, action, resources[i:], allowed[i:]) {
			n.each++
			denied := false
			if deny != "" {
				out, err := p.solve(ctx, deny, actor, action, resources[i])
				if err != nil {
					return fmt.Errorf("resource %d, deny: typed code says %v, the solver %v", i, allowed[i], err)
				}
				denied = out.Allowed
			}
			if !denied {
				out, err := p.solve(ctx, "allow", actor, action, resources[i])
				if err != nil || out.Allowed != allowed[i] {
					return fmt.Errorf("resource %d: typed code says %v, the solver %v %v", i, allowed[i], out.Allowed, err)
				}
			} else if allowed[i] {
				return fmt.Errorf("resource %d: typed code allows what is denied", i)
			}
			i++
		}
	}
	return nil
}

// list compares the texts for which a rule holds.
func (n *typedTally) list(p *Policy, name string, q *vm.Question) error {
	if p.prog.NumRules(name, len(q.Args())) == 0 {
		return nil
	}
	ctx := context.Background()
	n.lists++
	got, gotAll, done := p.prog.NamesTyped(ctx, &p.config.Limits, name, q)
	if !done {
		return nil
	}
	n.listed++
	args := q.Args()
	args[1+2*(len(args)-3)] = Var("x")
	var want []string
	all := false
	for b, err := range p.Query(ctx, name, args...) {
		if err != nil {
			return fmt.Errorf("%s, names: typed code says %v %v, the query %v", name, got, gotAll, err)
		}
		if x, ok := b["x"].(string); ok {
			want = append(want, x)
		} else {
			all = true
		}
	}
	slices.Sort(want)
	if want = slices.Compact(want); !slices.Equal(got, want) || gotAll != all {
		return fmt.Errorf("%s, names: typed code says %v %v, the query %v %v", name, got, gotAll, want, all)
	}
	return nil
}

// log reports what was compared, and fails if that is nothing.
func (n *typedTally) log(t *testing.T) {
	t.Helper()
	t.Logf("%d policies, %d decisions: %d allowed, %d errors, %d by typed code (by form), %d explained; %d of %d lists",
		n.policies, n.decided, n.allowed, n.failed, n.typed, n.traced, n.listed, n.lists)
	for w, k := range n.why {
		t.Logf("%7d %s", k, w)
	}
	t.Logf("%d decided with others", n.each)
	if slices.Min(n.typed[:]) == 0 || n.traced == 0 || n.listed == 0 {
		t.Error("something was never compared")
	}
}
