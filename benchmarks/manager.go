package benchmarks

// This file defines the scenario manager: recursion up a chain.

import (
	"fmt"

	"github.com/cedar-policy/cedar-go"

	"github.com/ursa-authz/ursa/authz"
)

// Manager returns the scenario of an expense that everyone up the chain of managers
// may read, up to ten levels above the user who submitted it.
func Manager() *Scenario {
	// Number 10 is at the top, number 0 at the bottom.
	chain := make([]*User, 11)
	chain[10] = &User{ID: 110, Name: "user 10"}
	for i := 9; i >= 0; i-- {
		chain[i] = &User{ID: 100 + i, Name: fmt.Sprintf("user %d", i), ManagerID: chain[i+1].ID, Manager: chain[i+1]}
	}
	of := func(user *User) *Expense { return &Expense{ID: 2, UserID: user.ID, User: user} }
	return finish(&Scenario{
		Name:  "manager",
		About: "everyone up the chain of managers may read: recursion over ten levels",
		Questions: []Question{
			{chain[10], "read", of(chain[0]), true},
			{chain[1], "read", of(chain[0]), true},
			{chain[10], "read", of(chain[9]), true},
			{chain[0], "read", of(chain[10]), false},
			{chain[5], "read", of(chain[5]), false},
			{&User{ID: 7}, "read", of(chain[0]), false},
			{chain[10], "update", of(chain[0]), false},
		},
		Plain: func(actor any, action string, resource any) bool {
			user, ok := actor.(*User)
			if !ok || action != "read" {
				return false
			}
			expense, ok := resource.(*Expense)
			if !ok {
				return false
			}
			for report := expense.User; report.ManagerID != 0; report = report.Manager {
				if report.ManagerID == user.ID {
					return true
				}
			}
			return false
		},
		Classes: []authz.Class{authz.ClassOf[User](), authz.ClassOf[Expense]()},
		Polar: `
allow(user: User, "read", expense: Expense) if manages(user, expense.User);
manages(manager: User, user: User) if manager.ID = user.ManagerID;
manages(manager: User, user: User) if user.ManagerID != 0 and manages(manager, user.Manager);
`,
		// Cedar has no recursion in policies: managers are ancestors in the
		// hierarchy of entities.
		Cedar: `
permit(principal is User, action == Action::"read", resource is Expense)
when { resource.user in principal && resource.user != principal };
`,
		CedarFacts: func(q Question) (cedar.Request, cedar.EntityMap) {
			user, expense := q.Actor.(*User), q.Resource.(*Expense)
			principal, resource := uid("User", user.ID), uid("Expense", expense.ID)
			store := make(cedar.EntityMap, 13)
			store[principal] = cedar.Entity{UID: principal}
			store[resource] = cedar.Entity{UID: resource, Attributes: cedar.NewRecord(cedar.RecordMap{"user": uid("User", expense.UserID)})}
			for u := expense.User; u != nil; u = u.Manager {
				e := cedar.Entity{UID: uid("User", u.ID)}
				if u.Manager != nil {
					e.Parents = cedar.NewEntityUIDSet(uid("User", u.ManagerID))
				}
				store[e.UID] = e
			}
			return q.cedarRequest(principal, resource), store
		},
		// Casbin stores the chain as roles of roles; its limit is ten levels.
		CasbinModel: `
[request_definition]
r = sub, owner, class, act
[policy_definition]
p = class, act
[role_definition]
g = _, _
[policy_effect]
e = some(where (p.eft == allow))
[matchers]
m = r.class == p.class && r.act == p.act && r.sub != r.owner && g(r.owner, r.sub)
`,
		CasbinRules: func() string {
			text := "p, Expense, read\n"
			for _, user := range chain[:10] {
				text += fmt.Sprintf("g, user:%d, user:%d\n", user.ID, user.ManagerID)
			}
			return text
		}(),
		CasbinRequest: func(q Question) []any {
			return []any{
				fmt.Sprintf("user:%d", q.Actor.(*User).ID), fmt.Sprintf("user:%d", q.Resource.(*Expense).UserID),
				"Expense", q.Action,
			}
		},
		// Rego has no recursion either; the store holds the chain as a graph.
		Rego: `package bench

default allow := false

allow if {
	input.action == "read"
	input.resource.type == "Expense"
	input.user.id != input.resource.user_id
	input.user.id in graph.reachable(data.managers, {input.resource.user_id})
}
`,
		RegoData: func() map[string]any {
			managers := make(map[string]any)
			for _, user := range chain {
				above := []any{}
				if user.ManagerID != 0 {
					above = append(above, fmt.Sprint(user.ManagerID))
				}
				managers[fmt.Sprint(user.ID)] = above
			}
			return map[string]any{"managers": managers}
		}(),
		RegoInput: func(q Question) map[string]any {
			expense := q.Resource.(*Expense)
			return map[string]any{
				"user":     map[string]any{"id": fmt.Sprint(q.Actor.(*User).ID)},
				"action":   q.Action,
				"resource": map[string]any{"type": "Expense", "user_id": fmt.Sprint(expense.UserID)},
			}
		},
	})
}
