package polar_test

// This file measures loading, deciding and querying.

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/ursa-authz/ursa/authz/polar"
)

type benchUser struct {
	ID    int
	Title string
	Roles []benchRole
}

type benchRole struct {
	Name  string
	OrgID int
}

type benchOrg struct{ ID int }

type benchRepo struct {
	ID  int
	Org *benchOrg
}

type benchExpense struct {
	ID     int
	UserID int
}

func benchClasses() []polar.Class {
	named := func(name string, c polar.Class, key ...string) polar.Class {
		c.Name, c.Key = name, key
		return c
	}
	return []polar.Class{
		named("User", polar.ClassOf[benchUser](), "ID"),
		named("Role", polar.ClassOf[benchRole]()),
		named("Org", polar.ClassOf[benchOrg](), "ID"),
		named("Repo", polar.ClassOf[benchRepo](), "ID"),
		named("Expense", polar.ClassOf[benchExpense](), "ID"),
	}
}

const ownerPolicy = `allow(user: User, "read", expense: Expense) if user.id = expense.user_id;`

const rolePolicy = `
allow(actor, action, resource) if has_permission(actor, action, resource);
actor User {}
resource Org { roles = ["member", "admin"]; "member" if "admin"; }
resource Repo {
  roles = ["reader"]; permissions = ["read"]; relations = { parent: Org };
  "read" if "reader";
  "reader" if "member" on "parent";
}
has_relation(org: Org, "parent", repo: Repo) if org = repo.org;
has_role(user: User, name: String, org: Org) if role in user.roles and role.name = name and role.org_id = org.id;
`

func BenchmarkDecide(b *testing.B) {
	owner := &benchUser{ID: 1, Roles: []benchRole{{"x", 2}, {"y", 3}, {"admin", 7}}}
	ctx := context.Background()
	tests := []struct {
		name, policy string
		resource     any
	}{
		{"owner", ownerPolicy, &benchExpense{ID: 2, UserID: 1}},
		{"deny", ownerPolicy, &benchExpense{ID: 2, UserID: 3}},
		{"rbac", rolePolicy, &benchRepo{ID: 2, Org: &benchOrg{ID: 7}}},
	}
	for _, tt := range tests {
		b.Run(tt.name, func(b *testing.B) {
			p := mustLoad(b, polar.Input{Sources: source(tt.policy), Classes: benchClasses()})
			b.ReportAllocs()
			for b.Loop() {
				if out, err := p.Decide(ctx, "allow", owner, "read", tt.resource); err != nil || out.Allowed == (tt.name == "deny") {
					b.Fatal(out, err)
				}
			}
		})
	}
}

// BenchmarkRules measures the cost of rules that do not apply.
func BenchmarkRules(b *testing.B) {
	ctx := context.Background()
	user, expense := &benchUser{ID: 1}, &benchExpense{UserID: 1}
	for _, n := range []int{1, 100, 10_000} {
		var text strings.Builder
		for i := range n - 1 {
			fmt.Fprintf(&text, "allow(user: User, \"action%d\", expense: Expense) if user.id = expense.user_id;\n", i)
		}
		text.WriteString(ownerPolicy)
		b.Run(fmt.Sprintf("actions=%d", n), func(b *testing.B) {
			p := mustLoad(b, polar.Input{Sources: source(text.String()), Classes: benchClasses()})
			for b.Loop() {
				if out, err := p.Decide(ctx, "allow", user, "read", expense); err != nil || !out.Allowed {
					b.Fatal(out, err)
				}
			}
		})
	}
}

func BenchmarkLoad(b *testing.B) {
	var text strings.Builder
	for i := range 10_000 {
		fmt.Fprintf(&text, "allow(user: User, \"action%d\", expense: Expense) if user.id = expense.user_id;\n", i)
	}
	for b.Loop() {
		mustLoad(b, polar.Input{Sources: source(text.String()), Classes: benchClasses()})
	}
}

func BenchmarkQuery(b *testing.B) {
	tests := []struct{ name, policy, query string }{
		{"naive-reverse-30", `
append([], l, l);
append([h, *t], l, [h, *r]) if append(t, l, r);
reverse([], []);
reverse([h, *t], r) if reverse(t, s) and append(s, [h], r);
`, `reverse([1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30], x)`},
		{"queens-8", `
queens(q) if place([1,2,3,4,5,6,7,8], [], q);
place([], q, q);
place(unplaced, safe, q) if select(x, unplaced, rest) and safe_from(x, 1, safe) and place(rest, [x, *safe], q);
select(x, [x, *t], t);
select(x, [h, *t], [h, *r]) if select(x, t, r);
safe_from(_, _, []);
safe_from(x, d, [y, *t]) if x != y + d and x != y - d and e = d + 1 and safe_from(x, e, t);
`, `queens(q) and cut`},
		{"count-1000", `
count(0);
count(n) if n > 0 and count(n - 1);
`, `count(1000)`},
	}
	for _, tt := range tests {
		b.Run(tt.name, func(b *testing.B) {
			p := mustLoad(b, polar.Input{Sources: source(tt.policy)})
			b.ReportAllocs()
			for b.Loop() {
				if n, err := count(context.Background(), p, tt.query); err != nil || n != 1 {
					b.Fatal(n, err)
				}
			}
		})
	}
}
