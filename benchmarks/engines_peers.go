package benchmarks

// This file defines the other engines.

import (
	"context"
	"fmt"
	"strconv"

	"github.com/casbin/casbin/v3"
	"github.com/casbin/casbin/v3/model"
	stringadapter "github.com/casbin/casbin/v3/persist/string-adapter"
	"github.com/cedar-policy/cedar-go"
	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/rego"
	"github.com/open-policy-agent/opa/v1/storage/inmem"
	"github.com/osohq/go-oso"
)

// decideCedar evaluates a question with cedar-go. An error in a policy is not an
// answer.
func decideCedar(policies *cedar.PolicySet, request cedar.Request, store cedar.EntityMap) (bool, error) {
	decision, diagnostic := cedar.Authorize(policies, store, request)
	if len(diagnostic.Errors) > 0 {
		return false, fmt.Errorf("cedar: %v", diagnostic.Errors[0])
	}
	return decision == cedar.Allow, nil
}

func loadCedar(s *Scenario) (Decider, error) {
	policies, err := cedar.NewPolicySetFromBytes(s.Name+".cedar", []byte(s.Cedar))
	return func(q Question) func() (bool, error) {
		request, store := s.CedarFacts(q)
		return func() (bool, error) { return decideCedar(policies, request, store) }
	}, err
}

func loadCedarBuild(s *Scenario) (Decider, error) {
	policies, err := cedar.NewPolicySetFromBytes(s.Name+".cedar", []byte(s.Cedar))
	return func(q Question) func() (bool, error) {
		return func() (bool, error) {
			request, store := s.CedarFacts(q)
			return decideCedar(policies, request, store)
		}
	}, err
}

func loadCasbin(s *Scenario) (Decider, error) {
	m, err := model.NewModelFromString(s.CasbinModel)
	if err != nil {
		return nil, err
	}
	enforcer, err := casbin.NewSyncedEnforcer(m, stringadapter.NewAdapter(s.CasbinRules))
	if err != nil {
		return nil, err
	}
	enforcer.AddFunction("at_most", atMost)
	return func(q Question) func() (bool, error) {
		values := s.CasbinRequest(q)
		return func() (bool, error) { return enforcer.Enforce(values...) }
	}, nil
}

// atMost compares an amount with a limit from Casbin's table, which holds text.
func atMost(args ...any) (any, error) {
	if len(args) != 2 {
		return nil, fmt.Errorf("at_most: %d arguments", len(args))
	}
	amount, ok := args[0].(float64)
	if !ok {
		return nil, fmt.Errorf("at_most: the amount is a %T", args[0])
	}
	text, ok := args[1].(string)
	if !ok {
		return nil, fmt.Errorf("at_most: the limit is a %T", args[1])
	}
	limit, err := strconv.ParseFloat(text, 64)
	return amount <= limit, err
}

func prepareOPA(s *Scenario) (rego.PreparedEvalQuery, error) {
	options := []func(*rego.Rego){rego.Query("data.bench.allow"), rego.Module(s.Name+".rego", s.Rego)}
	if s.RegoData != nil {
		options = append(options, rego.Store(inmem.NewFromObject(s.RegoData)))
	}
	return rego.New(options...).PrepareForEval(context.Background())
}

// decideOPA evaluates a prepared query.
func decideOPA(query rego.PreparedEvalQuery, input rego.EvalOption) (bool, error) {
	results, err := query.Eval(context.Background(), input)
	return results.Allowed(), err
}

func loadOPA(s *Scenario) (Decider, error) {
	query, err := prepareOPA(s)
	return func(q Question) func() (bool, error) {
		input, err := ast.InterfaceToValue(s.RegoInput(q))
		return func() (bool, error) {
			if err != nil {
				return false, err
			}
			return decideOPA(query, rego.EvalParsedInput(input))
		}
	}, err
}

func loadOPABuild(s *Scenario) (Decider, error) {
	query, err := prepareOPA(s)
	return func(q Question) func() (bool, error) {
		return func() (bool, error) { return decideOPA(query, rego.EvalInput(s.RegoInput(q))) }
	}, err
}

func loadOso(s *Scenario) (Decider, error) {
	o, err := oso.NewOso()
	if err != nil {
		return nil, err
	}
	for _, class := range s.Classes {
		name, typ := class.PolarClass()
		if name == "" {
			name = typ.Name()
		}
		if err := o.RegisterClassWithName(typ, nil, name); err != nil {
			return nil, err
		}
	}
	if err := o.LoadString(s.osoPolar()); err != nil {
		return nil, err
	}
	return func(q Question) func() (bool, error) {
		return func() (bool, error) { return o.IsAllowed(q.Actor, q.Action, q.Resource) }
	}, nil
}
