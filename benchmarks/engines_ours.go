package benchmarks

// This file defines Ursa's engines, and the floor.

import (
	"context"

	osoengine "github.com/ursa-authz/ursa/adapters/oso"
	"github.com/ursa-authz/ursa/authz"
)

func loadPlain(s *Scenario) (Decider, error) {
	return func(q Question) func() (bool, error) {
		return func() (bool, error) { return s.Plain(q.Actor, q.Action, q.Resource), nil }
	}, nil
}

func loadUrsa(s *Scenario) (Decider, error) {
	return loadAuthorizer(s, authz.Config{Policies: authz.String(s.Name+".polar", s.Polar)})
}

func loadOsoEngine(s *Scenario) (Decider, error) {
	return loadAuthorizer(s, authz.Config{Policies: authz.String(s.Name+".polar", s.osoPolar()), Engine: osoengine.New()})
}

func loadAuthorizer(s *Scenario, config authz.Config) (Decider, error) {
	config.Classes = s.Classes
	az, err := authz.New(config)
	if err != nil {
		return nil, err
	}
	ctx := context.Background()
	return func(q Question) func() (bool, error) {
		return func() (bool, error) { return az.IsAllowed(ctx, q.Actor, q.Action, q.Resource) }
	}, nil
}

// osoPolar returns the policy for go-oso.
func (s *Scenario) osoPolar() string {
	if s.OsoPolar != "" {
		return s.OsoPolar
	}
	return s.Polar
}
