package difftest

// This file defines Ours, package polar as an engine of the comparison.

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/ursa-authz/ursa/authz/polar"
	"github.com/ursa-authz/ursa/authz/polar/syntax"
	"github.com/ursa-authz/ursa/internal/untyped"
)

// queryTimeout ends a query of package polar that should have reached a limit before.
const queryTimeout = 10 * time.Second

// Ours runs queries on package polar.
type Ours struct {
	// Checked enables the check of policies against the Go types, as in programs.
	Checked bool
}

// Input returns the fixture as input for package polar.
func Input(policy string) polar.Input {
	org := polar.ClassOf[Org]()
	org.Constructor = NewOrg
	return polar.Input{
		Sources:    []polar.Source{{Name: "policy.polar", Text: policy}},
		Classes:    []polar.Class{polar.ClassOf[User](), org, polar.ClassOf[Repo](), polar.ClassOf[Role]()},
		Constants:  Constants(),
		AllowEmpty: true, // as in go-oso
	}
}

// Ask returns the answers to the queries over policy, in order.
func (o Ours) Ask(policy string, queries []string) []Answer {
	ctx, cancel := context.WithTimeout(context.Background(), queryTimeout)
	defer cancel()
	answers := make([]Answer, len(queries))
	if !o.Checked {
		ctx = untyped.Context(ctx)
	}
	p, _, err := polar.Load(ctx, Input(policy))
	for i, q := range queries {
		if err != nil {
			answers[i] = Answer{Load: true, Verdict: ourVerdict(err), Detail: err.Error()}
		} else {
			answers[i] = ourAnswer(ctx, p, q)
		}
	}
	return answers
}

func ourAnswer(ctx context.Context, p *polar.Policy, query string) (a Answer) {
	defer func() {
		if r := recover(); r != nil {
			a.Verdict, a.Detail = VerdictPanic, fmt.Sprint(r)
		}
	}()
	for b, err := range p.QueryString(ctx, query) {
		if err != nil {
			a.Verdict, a.Detail = ourVerdict(err), err.Error()
			return a
		}
		if len(a.Solutions) == maxSolutions {
			a.Verdict, a.Detail = VerdictLimit, "too many solutions"
			return a
		}
		a.Solutions = append(a.Solutions, FormatBindings(ourBindings(b)))
	}
	return a
}

// ourBindings replaces the variables in the values of a solution.
func ourBindings(b polar.Bindings) map[string]any {
	return ourValue(map[string]any(b)).(map[string]any)
}

func ourValue(v any) any {
	switch v := v.(type) {
	case polar.Var:
		return Unbound{}
	case map[string]any:
		m := make(map[string]any, len(v))
		for key, elem := range v {
			m[key] = ourValue(elem)
		}
		return m
	case []any:
		list := make([]any, len(v))
		for i, elem := range v {
			list[i] = ourValue(elem)
		}
		return list
	}
	return v
}

// loadVerdicts are the verdicts for the errors of loading a policy. Any other error
// is a syntax error.
var loadVerdicts = map[syntax.Code]Verdict{
	"singleton-variable":  VerdictSingleton,
	"foreign-constant":    VerdictSingleton,
	"undefined-rule":      VerdictUndefined,
	"invalid-rule":        VerdictRuleType,
	"invalid-rule-type":   VerdictRuleType,
	"missing-rule":        VerdictRuleType,
	"unknown-class":       VerdictClass,
	"invalid-block":       VerdictBlock,
	"undeclared-term":     VerdictBlock,
	"duplicate-term":      VerdictBlock,
	"inline-query-failed": VerdictInline,
	"assignment":          VerdictType,
	"not-a-condition":     VerdictType,
	"not-iterable":        VerdictType,
	"not-a-number":        VerdictType,
	"no-order":            VerdictType,
	"unknown-attribute":   VerdictAttribute,
	"unknown-method":      VerdictAttribute,
}

// queryVerdicts are the verdicts of the errors of queries, by code.
var queryVerdicts = map[string]Verdict{
	"arithmetic":        VerdictArithmetic,
	"type":              VerdictType,
	"unordered":         VerdictType,
	"unsupported":       VerdictType,
	"assign":            VerdictType,
	"unbound":           VerdictUnbound,
	"undefined-rule":    VerdictUndefined,
	"unknown-attribute": VerdictAttribute,
	"unknown-method":    VerdictAttribute,
	"class":             VerdictClass,
	"budget":            VerdictLimit,
	"cancelled":         VerdictLimit,
	"internal":          VerdictPanic,
}

func ourVerdict(err error) Verdict {
	var list syntax.ErrorList
	if errors.As(err, &list) {
		if v, ok := loadVerdicts[list[0].Code]; ok {
			return v
		}
		return VerdictParse
	}
	var e *polar.Error
	if errors.As(err, &e) {
		if v, ok := queryVerdicts[e.Code]; ok {
			return v
		}
	}
	return VerdictHost
}
