package benchmarks

// This file defines the scenarios route and split: which requests a user may send.

import (
	"strings"

	"github.com/cedar-policy/cedar-go"

	"github.com/ursa-authz/ursa/authz"
)

// Route returns the scenario of rules on the method and the path of a request,
// compared with "=" and by prefix.
func Route() *Scenario {
	s := routes()
	s.Name = "route"
	s.About = "method and path of a request: `request.path = \"/whoami\"`, `request.path.starts_with(\"/expenses/\")`"
	s.Polar = `
allow(_, "GET", request: Request) if request.path = "/";
allow(_: User, "GET", request: Request) if request.path = "/whoami";
allow(_: User, "GET", request: Request) if request.path = "/expenses";
allow(_: User, "GET", request: Request) if request.path.starts_with("/expenses/");
allow(_: User, "PUT", request: Request) if request.path = "/expenses/submit";
allow(_: User, "GET", request: Request) if request.path.starts_with("/organizations/");
`
	return finish(s)
}

// Split returns the scenario route, written with list patterns on the segments of
// the path.
func Split() *Scenario {
	s := routes()
	s.Name = "split"
	s.About = "the same routes by pattern: `allow_path(user, \"GET\", request.path.split(\"/\"))`"
	s.Polar = `
allow(actor, method, request: Request) if
    allow_path(actor, method, request.path.split("/"));
allow_path(_, "GET", ["", ""]);
allow_path(_: User, "GET", ["", "whoami"]);
allow_path(_: User, "GET", ["", "expenses"]);
allow_path(_: User, "GET", ["", "expenses", _id]);
allow_path(_: User, "PUT", ["", "expenses", "submit"]);
allow_path(_: User, "GET", ["", "organizations", _id]);
`
	return finish(s)
}

// routes returns the common parts of the two scenarios.
func routes() *Scenario {
	get := func(path string, segments ...string) *Request { return &Request{"GET", path, segments} }
	alice := &User{ID: 1, Name: "alice"}
	submit := &Request{"PUT", "/expenses/submit", []string{"expenses", "submit"}}
	return &Scenario{
		Questions: []Question{
			{alice, "GET", get("/organizations/1", "organizations", "1"), true},
			{alice, "GET", get("/"), true},
			{&Guest{}, "GET", get("/"), true},
			{alice, "GET", get("/whoami", "whoami"), true},
			{&Guest{}, "GET", get("/whoami", "whoami"), false},
			{alice, "GET", get("/expenses/17", "expenses", "17"), true},
			{&Guest{}, "GET", get("/expenses/17", "expenses", "17"), false},
			{alice, "PUT", submit, true},
			{alice, "DELETE", submit, false},
			{alice, "GET", get("/admin", "admin"), false},
		},
		Classes: []authz.Class{
			authz.ClassOf[User](), authz.ClassOf[Guest](), authz.ClassOf[Request](),
		},
		Plain: func(actor any, action string, resource any) bool {
			request, ok := resource.(*Request)
			if !ok {
				return false
			}
			_, user := actor.(*User)
			switch action {
			case "GET":
				return request.Path == "/" || user &&
					(request.Path == "/whoami" || request.Path == "/expenses" ||
						strings.HasPrefix(request.Path, "/expenses/") || strings.HasPrefix(request.Path, "/organizations/"))
			case "PUT":
				return user && request.Path == "/expenses/submit"
			}
			return false
		},
		// go-oso does not support methods of strings, so it gets the segments.
		OsoPolar: `
allow(actor, method, request: Request) if
    allow_path(actor, method, request.Segments);
allow_path(_, "GET", []);
allow_path(_: User, "GET", ["whoami"]);
allow_path(_: User, "GET", ["expenses"]);
allow_path(_: User, "GET", ["expenses", _id]);
allow_path(_: User, "PUT", ["expenses", "submit"]);
allow_path(_: User, "GET", ["organizations", _id]);
`,
		// In Cedar the path is part of the request's context.
		Cedar: `
permit(principal, action == Action::"GET", resource is Request) when { context.path == "/" };
permit(principal is User, action == Action::"GET", resource is Request) when { context.path == "/whoami" };
permit(principal is User, action == Action::"GET", resource is Request) when { context.path == "/expenses" };
permit(principal is User, action == Action::"GET", resource is Request) when { context.path like "/expenses/*" };
permit(principal is User, action == Action::"PUT", resource is Request) when { context.path == "/expenses/submit" };
permit(principal is User, action == Action::"GET", resource is Request) when { context.path like "/organizations/*" };
`,
		CedarFacts: func(q Question) (cedar.Request, cedar.EntityMap) {
			principal := uid("Guest", 0)
			if user, ok := q.Actor.(*User); ok {
				principal = uid("User", user.ID)
			}
			r := q.cedarRequest(principal, uid("Request", 0))
			r.Context = cedar.NewRecord(cedar.RecordMap{"path": cedar.String(q.Resource.(*Request).Path)})
			return r, nil
		},
		CasbinModel: `
[request_definition]
r = sub, path, act
[policy_definition]
p = sub, path, act
[policy_effect]
e = some(where (p.eft == allow))
[matchers]
m = r.act == p.act && (p.sub == "*" || r.sub == p.sub) && keyMatch(r.path, p.path)
`,
		CasbinRules: `
p, *, /, GET
p, User, /whoami, GET
p, User, /expenses, GET
p, User, /expenses/*, GET
p, User, /expenses/submit, PUT
p, User, /organizations/*, GET
`,
		CasbinRequest: func(q Question) []any {
			kind := "Guest"
			if _, ok := q.Actor.(*User); ok {
				kind = "User"
			}
			return []any{kind, q.Resource.(*Request).Path, q.Action}
		},
		Rego: `package bench

default allow := false

allow if { input.action == "GET"; input.path == "/" }
allow if { input.action == "GET"; input.user.type == "User"; input.path == "/whoami" }
allow if { input.action == "GET"; input.user.type == "User"; input.path == "/expenses" }
allow if { input.action == "GET"; input.user.type == "User"; startswith(input.path, "/expenses/") }
allow if { input.action == "PUT"; input.user.type == "User"; input.path == "/expenses/submit" }
allow if { input.action == "GET"; input.user.type == "User"; startswith(input.path, "/organizations/") }
`,
		RegoInput: func(q Question) map[string]any {
			user := map[string]any{"type": "Guest"}
			if u, ok := q.Actor.(*User); ok {
				user = map[string]any{"type": "User", "id": u.ID}
			}
			return map[string]any{"user": user, "action": q.Action, "path": q.Resource.(*Request).Path}
		},
	}
}
