package page

// This file defines World, all questions of which are asked of two engines.

import (
	"context"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/ursa-authz/ursa/authz"
	"github.com/ursa-authz/ursa/authz/authztest"
)

// A World is what questions are made of. Every actor is asked about with every action
// and every resource.
type World[A, R any] struct {
	Actors    []A
	Actions   []string
	Resources []R

	// Ask asks Ursa; nil is IsAllowed.
	Ask func(az *authz.Authorizer, actor A, action string, resource R) (bool, error)
}

// Compare asks the policy of cfg and the peer every question of the world. Both give
// the same answer, and the policy's list, if its resources are pointers to structs, is
// the resources that it allows. Each rule of the policy has to be the reason of an answer,
// and some answer has to change with each rule and condition that is left out.
// The page has a row of a table for it, with the name, the number of questions and that
// of those that are allowed.
func (w World[A, R]) Compare(t *testing.T, p *Page, name string, cfg authz.Config, peer func(A, string, R) (bool, error)) {
	t.Helper()
	var coverage authztest.Coverage
	cfg.Engine = &coverage
	az := New(t, cfg)
	var wants []bool
	allowed := 0
	for _, actor := range w.Actors {
		for _, action := range w.Actions {
			var listed []bool
			if reflect.TypeFor[R]().Kind() == reflect.Pointer {
				var err error
				if listed, err = List(t.Context(), az, actor, action, w.Resources); err != nil {
					t.Errorf("%s: %+v %s: %v", name, actor, action, err)
				}
			}
			for i, resource := range w.Resources {
				question := fmt.Sprintf("%s: %+v %s %+v", name, actor, action, resource)
				want, err := peer(actor, action, resource)
				if err != nil {
					t.Errorf("%s: the peer: %v", question, err)
				}
				got, err := w.ask(t, az, actor, action, resource)
				if got != want || err != nil {
					t.Errorf("%s: %v, %v; the peer says %v", question, got, err, want)
				}
				if listed != nil && listed[i] != want {
					t.Errorf("%s: as a list %v; the peer says %v", question, listed[i], want)
				}
				wants = append(wants, want)
				if want {
					allowed++
				}
			}
		}
	}
	coverage.Require(t, 100)
	if allowed == 0 || allowed == len(wants) {
		t.Errorf("%s: %d of %d questions are allowed, which compares nothing", name, allowed, len(wants))
	}
	p.Says(fmt.Sprintf("| %s | %d | %d | 0 |", name, len(wants), allowed))
	w.requireKilled(t, name, cfg, wants)
}

// ask asks Ursa.
func (w World[A, R]) ask(t *testing.T, az *authz.Authorizer, actor A, action string, resource R) (bool, error) {
	if w.Ask != nil {
		return w.Ask(az, actor, action, resource)
	}
	return az.IsAllowed(t.Context(), actor, action, resource)
}

// List reports for each resource, a pointer to a struct, whether it is in the list of
// what the actor may do the action on.
func List[R any](ctx context.Context, az *authz.Authorizer, actor any, action string, resources []R) ([]bool, error) {
	query, err := az.Filter(ctx, actor, action, authz.Class{Type: reflect.TypeFor[R]().Elem()})
	if err != nil {
		return nil, err
	}
	listed := make([]bool, len(resources))
	for i, r := range resources {
		if listed[i], err = query.Match(ctx, r, related); err != nil {
			return nil, err
		}
	}
	return listed, nil
}

// New returns an Authorizer whose policy has no warnings.
func New(t testing.TB, cfg authz.Config) *authz.Authorizer {
	t.Helper()
	az, err := authz.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	authztest.NoWarnings(t, az)
	return az
}

// Policy returns a block of Polar in a section as a policy.
func (p *Page) Policy(section string) authz.Policies {
	p.t.Helper()
	name := strings.ReplaceAll(strings.ToLower(section), " ", "-")
	return authz.String(name+".polar", p.Block(section, "polar"))
}

// Answer returns an answer as a word, or the text of its error.
func Answer(ok bool, err error) string {
	switch {
	case err != nil:
		return err.Error()
	case ok:
		return "allowed"
	}
	return "denied"
}
