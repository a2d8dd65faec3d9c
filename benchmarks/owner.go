package benchmarks

// This file defines the scenarios owner and deny: users read their own expenses.

import (
	"fmt"
	"reflect"

	"github.com/cedar-policy/cedar-go"

	"github.com/ursa-authz/ursa/authz"
)

// Owner returns the scenario of n rules, of which only the last applies. The others
// differ from it by the "action", the "class", or a "constant" in the body. The
// position matters for engines that try one rule after the other and stop.
func Owner(kind string, n int) *Scenario {
	s := &Scenario{
		Name:  "owner",
		About: "users read their own expenses: `user.ID = expense.UserID`",
		Kind:  kind,
		Plain: plainOwner,
		Classes: []authz.Class{
			authz.ClassOf[User](), authz.ClassOf[Expense](),
		},
		CasbinModel: casbinOwner,
		CasbinRequest: func(q Question) []any {
			return []any{q.Actor, "Expense", q.Resource, q.Action}
		},
		CedarFacts: cedarOwner,
		RegoInput:  regoOwner,
	}
	const (
		polarRule  = `allow(user: User, "read", expense: Expense) if user.ID = expense.UserID;`
		cedarRule  = `permit(principal is User, action == Action::"read", resource is Expense) when { resource.user == principal };`
		casbinRule = "p, Expense, read, *\n"
		regoRule   = `allow if { input.action == "read"; input.resource.type == "Expense"; input.user.id == input.resource.user_id }`
		regoHead   = "package bench\n\ndefault allow := false\n\n"
	)
	switch kind {
	case "action", "":
		s.Polar = lines(n-1, `allow(user: User, "action%[1]d", expense: Expense) if user.ID = expense.UserID;`) + polarRule
		s.Cedar = lines(n-1, `permit(principal is User, action == Action::"action%[1]d", resource is Expense) when { resource.user == principal };`) + cedarRule
		s.CasbinRules = lines(n-1, `p, Expense, action%[1]d, *`) + casbinRule
		s.Rego = regoHead + lines(n-1, `allow if { input.action == "action%[1]d"; input.resource.type == "Expense"; input.user.id == input.resource.user_id }`) + regoRule
	case "class":
		s.Classes = append(s.Classes, manyClasses(n-1)...)
		s.Polar = lines(n-1, `allow(user: User, "read", it: Class%[1]d) if user.ID = it.UserID;`) + polarRule
		s.Cedar = lines(n-1, `permit(principal is User, action == Action::"read", resource is Class%[1]d) when { resource.user == principal };`) + cedarRule
		s.CasbinRules = lines(n-1, `p, Class%[1]d, read, *`) + casbinRule
		s.Rego = regoHead + lines(n-1, `allow if { input.action == "read"; input.resource.type == "Class%[1]d"; input.user.id == input.resource.user_id }`) + regoRule
	case "constant":
		s.CasbinModel = casbinCategory
		s.Plain = plainCategory
		s.Polar = lines(n-1, `allow(user: User, "read", expense: Expense) if expense.Category = "category%[1]d" and user.ID = expense.UserID;`) +
			`allow(user: User, "read", expense: Expense) if expense.Category = "travel" and user.ID = expense.UserID;`
		s.Cedar = lines(n-1, `permit(principal is User, action == Action::"read", resource is Expense) when { resource.category == "category%[1]d" && resource.user == principal };`) +
			`permit(principal is User, action == Action::"read", resource is Expense) when { resource.category == "travel" && resource.user == principal };`
		s.CasbinRules = lines(n-1, `p, Expense, read, category%[1]d`) + "p, Expense, read, travel\n"
		s.Rego = regoHead + lines(n-1, `allow if { input.action == "read"; input.resource.type == "Expense"; input.resource.category == "category%[1]d"; input.user.id == input.resource.user_id }`) +
			`allow if { input.action == "read"; input.resource.type == "Expense"; input.resource.category == "travel"; input.user.id == input.resource.user_id }`
	default:
		panic("benchmarks: no kind " + kind)
	}
	alice := &User{ID: 1, Name: "alice"}
	mine := &Expense{ID: 2, UserID: 1, Category: "travel"}
	s.Questions = []Question{
		{alice, "read", mine, true},
		{alice, "read", &Expense{ID: 3, UserID: 2, Category: "travel"}, false},
		{&User{ID: 2}, "read", mine, false},
		{alice, "update", mine, false},
	}
	if kind == "constant" {
		s.Questions = append(s.Questions, Question{alice, "read", &Expense{ID: 4, UserID: 1, Category: "meals"}, false})
	}
	return finish(s)
}

// Deny returns the scenario owner with a question for which no rule holds.
func Deny() *Scenario {
	s := Owner("", 1)
	s.Name = "deny"
	s.About = "the policy of owner, for another user's expense"
	s.Questions[0], s.Questions[1] = s.Questions[1], s.Questions[0]
	return s
}

func plainOwner(actor any, action string, resource any) bool {
	user, ok := actor.(*User)
	if !ok || action != "read" {
		return false
	}
	expense, ok := resource.(*Expense)
	return ok && user.ID == expense.UserID
}

func plainCategory(actor any, action string, resource any) bool {
	expense, ok := resource.(*Expense)
	return ok && expense.Category == "travel" && plainOwner(actor, action, resource)
}

// manyClasses returns n classes that differ only in their types.
func manyClasses(n int) []authz.Class {
	list := make([]authz.Class, n)
	for i := range list {
		tag := reflect.StructTag(fmt.Sprintf(`class:"%d"`, i)) // a distinct type
		id := reflect.TypeFor[int]()
		list[i] = authz.Class{
			Name: fmt.Sprintf("Class%d", i),
			Type: reflect.StructOf([]reflect.StructField{{Name: "ID", Type: id, Tag: tag}, {Name: "UserID", Type: id}}),
		}
	}
	return list
}

func cedarOwner(q Question) (cedar.Request, cedar.EntityMap) {
	user, expense := q.Actor.(*User), q.Resource.(*Expense)
	principal, resource := uid("User", user.ID), uid("Expense", expense.ID)
	return q.cedarRequest(principal, resource), entities(
		cedar.Entity{UID: principal},
		cedar.Entity{UID: resource, Attributes: cedar.NewRecord(cedar.RecordMap{
			"user":     uid("User", expense.UserID),
			"category": cedar.String(expense.Category),
		})},
	)
}

const casbinOwner = `
[request_definition]
r = sub, class, obj, act
[policy_definition]
p = class, act, category
[policy_effect]
e = some(where (p.eft == allow))
[matchers]
m = r.act == p.act && r.class == p.class && r.sub.ID == r.obj.UserID
`

const casbinCategory = `
[request_definition]
r = sub, class, obj, act
[policy_definition]
p = class, act, category
[policy_effect]
e = some(where (p.eft == allow))
[matchers]
m = r.act == p.act && r.class == p.class && r.obj.Category == p.category && r.sub.ID == r.obj.UserID
`

func regoOwner(q Question) map[string]any {
	user, expense := q.Actor.(*User), q.Resource.(*Expense)
	return map[string]any{
		"user":     map[string]any{"id": user.ID},
		"action":   q.Action,
		"resource": map[string]any{"type": "Expense", "id": expense.ID, "user_id": expense.UserID, "category": expense.Category},
	}
}
