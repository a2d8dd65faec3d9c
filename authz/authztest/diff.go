package authztest

// This file defines Diff, which compares two policies.

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/ursa-authz/ursa/authz"
)

// A Difference is a question that two policies answer differently.
type Difference struct {
	Actor, Action, Resource string // the names of actor and resource
	Field                   string // of a question about a field, or empty

	// Before and After are the answers: "allowed", "forbidden", "not found" or "undecided".
	Before, After string

	// BeforeRule and AfterRule are the rules that allowed, or the deny rules that denied.
	// They are nil if nothing allowed, or if the engine does not explain its answers.
	BeforeRule, AfterRule *authz.RuleInfo
}

// String returns the difference on one line: who gains or loses what, and by which rule.
func (d Difference) String() string {
	c := cell{d.Resource, d.Action, d.Field, d.Actor}
	var b strings.Builder
	b.WriteString(change(d.Actor, c.String(), cells[d.Before], cells[d.After]))
	by := func(text string, r *authz.RuleInfo) {
		if r != nil {
			fmt.Fprintf(&b, "\n  %s %v: %s", text, r.Pos, r.Head)
		}
	}
	by("before: "+d.Before+" by", d.BeforeRule)
	by("after: "+d.After+" by", d.AfterRule)
	return b.String()
}

// Diff decides whether each of the actors may do each of the actions on each of the resources,
// by two policies, and returns the questions that they answer differently, with the rules that
// made the difference. It logs each of them. The resources are values of the test, or the rows
// of a store: see [Stored]. It reports an error if no question is decided by both policies,
// since the comparison then shows nothing.
//
// It does not fail for a difference: most changes of a policy are meant to make one. To test
// that a change makes none:
//
//	if d := authztest.Diff(t, before, after, actors, actions, resources); len(d) > 0 {
//		t.Errorf("%d answers differ", len(d))
//	}
func Diff(t testing.TB, before, after *authz.Authorizer, actors []Named, actions []string, resources []Named) []Difference {
	t.Helper()
	if before == nil || after == nil {
		t.Fatal("authztest: an Authorizer is nil")
	}
	if len(actors) == 0 || len(actions) == 0 || len(resources) == 0 {
		t.Fatal("authztest: Diff needs actors, actions and resources")
	}
	ctx := t.Context()
	var found []Difference
	asked, decided := 0, 0
	for _, resource := range resources {
		for _, action := range actions {
			for _, actor := range actors {
				resource.questions(actor.value, action, func(field string, q question) {
					old, oldQuestion, _ := ask(ctx, before, q)
					new, newQuestion, _ := ask(ctx, after, q)
					asked++
					if old != "undecided" && new != "undecided" {
						decided++
					}
					if old == new {
						return
					}
					found = append(found, Difference{
						Actor: actor.name, Action: action, Resource: resource.label(), Field: field, Before: old, After: new,
						BeforeRule: ruleOf(ctx, before, oldQuestion), AfterRule: ruleOf(ctx, after, newQuestion),
					})
				})
			}
		}
	}
	for _, d := range found {
		t.Log(d.String())
	}
	t.Logf("%d of %d answers differ", len(found), asked)
	if decided == 0 {
		t.Error("no question was decided by both policies, so the comparison shows nothing")
	}
	return found
}

// ruleOf returns the rule that allowed, or the deny rule that denied, or nil.
func ruleOf(ctx context.Context, az *authz.Authorizer, q question) *authz.RuleInfo {
	x, err := explanation(ctx, az, q)
	if err != nil {
		return nil
	}
	return x.By
}
