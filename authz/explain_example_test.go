package authz_test

// This file has the examples of Explain, which are also in docs/explain.md.

import (
	"context"
	"encoding/json"
	"fmt"
	"log"
	"net/http/httptest"
	"os"

	"github.com/ursa-authz/ursa/authz"
	"github.com/ursa-authz/ursa/authz/polar"
)

const repoPolicy = `
actor Member {}

resource Repo {
    permissions = ["read", "push"];
    roles = ["reader", "writer"];

    "read" if "reader";
    "push" if "writer";
    "reader" if "writer";
}

has_role(member: Member, name: String, repo: Repo) if
    role in member.roles and
    role.name = name and
    role.repo = repo;

allow(actor, action, resource) if
    has_permission(actor, action, resource);

allow(member: Member, "delete", repo: Repo) if
    member.title = "Admin" and
    (repo.owner = member.id or "old" in repo.tags);
`

// newRepos returns an Authorizer for the policy of the examples, and their actors and
// resources.
func newRepos(values bool) (az *authz.Authorizer, bob *member, website, backend *repo) {
	az, err := authz.New(authz.Config{
		Policies: authz.String("repos.polar", repoPolicy),
		Classes: []authz.Class{
			{Name: "Member", Type: authz.ClassOf[member]().Type},
			{Name: "Role", Type: authz.ClassOf[role]().Type},
			{Name: "Repo", Type: authz.ClassOf[repo]().Type},
		},
		ExplainValues: values,
	})
	if err != nil {
		panic(err)
	}
	website, backend = &repo{ID: 1, Owner: 7}, &repo{ID: 2, Owner: 7}
	bob = &member{ID: 2, Title: "Engineer", Roles: []role{{"writer", website}, {"reader", backend}}}
	return az, bob, website, backend
}

func ExampleAuthorizer_Explain() {
	az, bob, _, backend := newRepos(false)
	x, err := az.Explain(context.Background(), bob, "push", backend)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(x)
	// Output:
	// denied: Member 2 "push" Repo 2
	//   repos.polar:16:5: role.repo = repo failed (in has_role(member: Member, name: String, repo: Repo), for "push" if "writer" at repos.polar:9:5)
	//   1 other rule is about another action or class
}

func ExampleAuthorizer_Explain_allowed() {
	az, bob, website, _ := newRepos(false)
	x, err := az.Explain(context.Background(), bob, "read", website)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(x)
	// Output:
	// allowed: Member 2 "read" Repo 1
	//   repos.polar:14:5: role in member.roles and role.name = name and role.repo = repo (in has_role(member: Member, name: String, repo: Repo), for "reader" if "writer" at repos.polar:10:5)
	//   repos.polar:8:5: "read" if "reader"
	//   repos.polar:18:1: allow(actor, action, resource)
}

func ExampleAuthorizer_Explain_unknown() {
	az, bob, website, _ := newRepos(false)
	x, err := az.Explain(context.Background(), bob, "puhs", website)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(x)
	// Output:
	// denied: Member 2 "puhs" Repo 1
	//   Repo does not declare the permission "puhs" (did you mean "push"?)
	//   1 other rule is about another action or class
}

func ExampleAuthorizer_Explain_otherClass() {
	az, err := authz.New(authz.Config{
		Policies: authz.String("repos.polar", `
allow(actor, method, request: Request) if
    allow_path(actor, method, request.segments);

allow_path(_: Guest, "GET", []);
allow_path(_: Member, "GET", ["whoami"]);
`),
		Classes: []authz.Class{
			{Name: "Member", Type: authz.ClassOf[member]().Type},
			{Name: "Role", Type: authz.ClassOf[role]().Type},
			{Name: "Repo", Type: authz.ClassOf[repo]().Type},
			authz.ClassOf[Guest](),
		},
	})
	if err != nil {
		log.Fatal(err)
	}
	request, err := az.Request(httptest.NewRequest("GET", "/whoami", nil))
	if err != nil {
		log.Fatal(err)
	}
	x, err := az.Explain(context.Background(), Guest{}, "GET", request)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(x)
	// Output:
	// denied: Guest GET /whoami
	//   repos.polar:6:1: allow_path(_: Member, "GET", ["whoami"]) does not match: the actor must be a Member, and is a Guest (for allow_path(actor, method, request.segments) at repos.polar:3:5)
	//   repos.polar:5:1: allow_path(_: Guest, "GET", []) does not match: request.segments is not [] (for allow_path(actor, method, request.segments) at repos.polar:3:5)
}

func ExampleAuthorizer_Explain_negation() {
	const rules = `
allow(_: Member, "archive", repo: Repo) if
    not locked(repo) and
    forall(tag in repo.tags, tag != "keep");

locked(repo: Repo) if
    repo.public and
    "locked" in repo.tags;
`
	_, bob, website, _ := newRepos(false)
	az, err := authz.New(authz.Config{
		Policies: authz.String("repos.polar", repoPolicy+rules),
		Classes: []authz.Class{
			{Name: "Member", Type: authz.ClassOf[member]().Type},
			{Name: "Role", Type: authz.ClassOf[role]().Type},
			{Name: "Repo", Type: authz.ClassOf[repo]().Type},
		},
	})
	if err != nil {
		log.Fatal(err)
	}
	website.Public, website.Tags = true, []string{"locked", "keep"}
	for range 2 {
		x, err := az.Explain(context.Background(), bob, "archive", website)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(x)
		website.Public = false
	}
	// Output:
	// denied: Member 2 "archive" Repo 1
	//   repos.polar:26:5: not locked(repo) failed: locked(repo: Repo) holds, since repo.public and "locked" in repo.tags at repos.polar:30:5 (in allow(_: Member, "archive", repo: Repo))
	//   1 other rule is about another action or class
	// denied: Member 2 "archive" Repo 1
	//   repos.polar:27:5: forall(tag in repo.tags, tag != "keep") failed: it fails for element 2 of repo.tags (in allow(_: Member, "archive", repo: Repo))
	//   1 other rule is about another action or class
}

func ExampleAuthorizer_Explain_values() {
	az, bob, website, _ := newRepos(true)
	x, err := az.Explain(context.Background(), bob, "delete", website)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(x)
	bob.Title = "Admin"
	if x, err = az.Explain(context.Background(), bob, "delete", website); err != nil {
		log.Fatal(err)
	}
	fmt.Println(x)
	// Output:
	// denied: Member 2 "delete" Repo 1
	//   repos.polar:22:5: member.title = "Admin" failed: member.title is "Engineer" (in allow(member: Member, "delete", repo: Repo))
	// denied: Member 2 "delete" Repo 1
	//   repos.polar:23:6: repo.owner = member.id failed: repo.owner is 7, member.id is 2 (in allow(member: Member, "delete", repo: Repo))
	//   repos.polar:23:32: "old" in repo.tags failed: repo.tags is [] (in allow(member: Member, "delete", repo: Repo))
}

func ExampleAuthorizer_Explain_denyRule() {
	const rules = `
deny(_: Member, action, repo: Repo) if
    action in ["push", "delete"] and
    frozen(repo);

frozen(repo: Repo) if
    "frozen" in repo.tags;
`
	_, bob, website, _ := newRepos(false)
	az, err := authz.New(authz.Config{
		Policies: authz.String("repos.polar", repoPolicy+rules),
		Classes: []authz.Class{
			{Name: "Member", Type: authz.ClassOf[member]().Type},
			{Name: "Role", Type: authz.ClassOf[role]().Type},
			{Name: "Repo", Type: authz.ClassOf[repo]().Type},
		},
		DenyRule: true,
	})
	if err != nil {
		log.Fatal(err)
	}
	website.Tags = []string{"frozen"}
	x, err := az.Explain(context.Background(), bob, "push", website)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(x)
	// Output:
	// denied: Member 2 "push" Repo 1
	//   repos.polar:25:1: deny(_: Member, action, repo: Repo) holds, and overrides every allow
	//   repos.polar:26:5: action in ["push", "delete"]
	//   repos.polar:30:5: "frozen" in repo.tags (in frozen(repo: Repo))
}

func ExampleExplanation_MarshalJSON() {
	az, bob, website, _ := newRepos(false)
	x, err := az.Explain(context.Background(), bob, "delete", website)
	if err != nil {
		log.Fatal(err)
	}
	x.Misses, x.Trace, x.PolicyVersion = x.Misses[:1], &polar.Trace{}, "3c9e1f0a"
	enc := json.NewEncoder(os.Stdout)
	enc.SetIndent("", "  ")
	enc.Encode(x)
	// Output:
	// {
	//   "verdict": "denied",
	//   "actor": {
	//     "class": "Member",
	//     "id": "2"
	//   },
	//   "action": "delete",
	//   "resource": {
	//     "class": "Repo",
	//     "id": "1"
	//   },
	//   "rule": "allow",
	//   "policy_version": "3c9e1f0a",
	//   "misses": [
	//     {
	//       "rule": {
	//         "head": "allow(member: Member, \"delete\", repo: Repo)",
	//         "at": "repos.polar:21:1"
	//       },
	//       "condition": "member.title = \"Admin\"",
	//       "at": "repos.polar:22:5",
	//       "held_before": 0,
	//       "times": 1,
	//       "values": {
	//         "member.title": "\"Engineer\""
	//       }
	//     }
	//   ],
	//   "other_rules": 0
	// }
}

func ExampleConfig_explainDenials() {
	// During development, print the reasons of every denial.
	var az *authz.Authorizer
	az, err := authz.New(authz.Config{
		Policies: authz.String("repos.polar", repoPolicy),
		Classes: []authz.Class{
			{Name: "Member", Type: authz.ClassOf[member]().Type},
			{Name: "Role", Type: authz.ClassOf[role]().Type},
			{Name: "Repo", Type: authz.ClassOf[repo]().Type},
		},
		Observe: func(ctx context.Context, d authz.Event) {
			if d.Verdict != authz.Denied || d.Rule != "allow" {
				return
			}
			if x, err := az.Explain(ctx, d.Actor(), d.Action, d.Resource()); err == nil {
				fmt.Println(x)
			}
		},
	})
	if err != nil {
		log.Fatal(err)
	}
	az.IsAllowed(context.Background(), &member{ID: 3}, "read", &repo{ID: 1})
	// Output:
	// denied: Member 3 "read" Repo 1
	//   repos.polar:14:5: role in member.roles failed (in has_role(member: Member, name: String, repo: Repo), for "read" if "reader" and "reader" if "writer")
	//   1 other rule is about another action or class
}
