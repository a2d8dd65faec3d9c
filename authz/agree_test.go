package authz_test

// This file tests that all methods give the same answer, on random policies.

import (
	"errors"
	"regexp"
	"strings"
	"testing"

	"github.com/ursa-authz/ursa/authz"
	"github.com/ursa-authz/ursa/internal/randtest"
)

// fieldHead matches the head of a rule about an action. Rules about fields are made from those.
var fieldHead = regexp.MustCompile(`(?m)^allow\((m: Member), ([^,]*), (.*?)\) if`)

// TestAnswersAgree tests that IsAllowed, Authorize, Query, AuthorizedActions, Explain,
// AuthorizeField and AuthorizedFields agree.
func TestAnswersAgree(t *testing.T) {
	policies, seed := randtest.Runs(t, "URSA_AGREE_POLICIES", 100)
	repos := []*repo{{ID: 1, Owner: 1, Tags: []string{"a"}}, {ID: 2, Owner: 2, Public: true}, {}}
	boss := &member{ID: 3, Title: "b"}
	members := []*member{boss, {ID: 1, Title: "a", Boss: boss, Roles: []role{{"a", repos[0]}}}, {ID: 2, Boss: boss}}
	ctx := t.Context()
	var allowed, denied, undecided, listed int
	for i := range policies {
		g := randomPolicy{randtest.New(seed, i)}
		// A cut in a rule for one action prevents the listing of rules for others.
		policy := strings.ReplaceAll(g.policy(), "cut", "m = m")
		policy += fieldHead.ReplaceAllString(policy[:strings.Index(policy, "helper(m: Member")], `allow_field($1, "see", $3, $2) if`)
		az := explainer(t, policy)
		for _, m := range members {
			for _, r := range repos {
				fail := func(what string, got ...any) {
					t.Fatalf("policy %d, member %d, repo %d: %s: %v\n%s", i, m.ID, r.ID, what, got, policy)
				}
				ok, err := az.IsAllowed(ctx, m, "read", r)
				switch {
				case err != nil:
					undecided++
				case ok:
					allowed++
				default:
					denied++
				}

				authorized := az.Authorize(ctx, m, "read", r)
				if ok != (authorized == nil) || (err != nil) != errors.Is(authorized, authz.ErrUndecided) ||
					(!ok && err == nil) != errors.Is(authorized, authz.ErrForbidden) {
					fail("Authorize", ok, err, authorized)
				}

				found, queryErr := false, error(nil)
				for _, err := range az.Query(ctx, "allow", m, "read", r) {
					found, queryErr = err == nil, err
					break
				}
				if found != ok || (queryErr != nil) != (err != nil) {
					fail("Query", ok, err, found, queryErr)
				}

				x, explainErr := az.Explain(ctx, m, "read", r)
				if explainErr != nil || (x.Verdict == authz.Allowed) != ok || (x.Verdict == authz.Undecided) != (err != nil) {
					fail("Explain", ok, err, x, explainErr)
				}

				// Listing evaluates all rules, so it may meet errors that a decision does not.
				if actions, listErr := az.AuthorizedActions(ctx, m, r); listErr == nil {
					listed++
					if err != nil || actions.Has("read") != ok {
						fail("AuthorizedActions", ok, err, actions)
					}
				}

				// The rules about fields are the same as those about actions.
				field := az.AuthorizeField(ctx, m, "see", r, "read")
				if ok != (field == nil) || (err != nil) != errors.Is(field, authz.ErrUndecided) {
					fail("AuthorizeField", ok, err, field)
				}
				if fields, listErr := az.AuthorizedFields(ctx, m, "see", r); listErr == nil {
					listed++
					if err != nil || fields.Has("read") != ok {
						fail("AuthorizedFields", ok, err, fields)
					}
				}
			}
		}
	}
	t.Logf("%d policies: %d allowed, %d denied, %d undecided, %d lists of names", policies, allowed, denied, undecided, listed)
	if allowed < policies || denied < policies || undecided < policies/20 || listed < policies {
		t.Error("too few of the random policies say anything")
	}
}
