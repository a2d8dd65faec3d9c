package benchmarks

// This file measures how the cost of a decision grows with the work: classes,
// lists, roles, relations and goroutines. Rules are measured by BenchmarkDecision,
// rows by BenchmarkList.

import (
	"context"
	"fmt"
	"reflect"
	"strings"
	"sync"
	"testing"

	"github.com/ursa-authz/ursa/authz"
)

// A Node is part of another one, and of all nodes above that.
type Node struct {
	ID      int
	Parent  *Node
	Readers []int
}

// A growing is a policy of size n, with questions that are asked in turn. All are
// allowed.
type growing struct {
	policy  string
	classes []authz.Class
	ask     []Question
}

// growths are the dimensions in which work grows, and their sizes.
var growths = []struct {
	of    string
	sizes []int
	make  func(n int) growing
}{
	{"classes", []int{1, 5, 10, 50, 100, 500}, growClasses},
	{"list", []int{1, 10, 100, 1_000, 10_000, 100_000}, growList},
	{"roles", []int{1, 2, 5, 10, 20, 50}, growRoles},
	{"parents", []int{1, 10, 100, 1_000, 10_000}, growParents},
	{"held", []int{1, 10, 100, 1_000, 10_000}, growHeld},
}

// growClasses has a rule for each of n classes, which the questions use in turn.
func growClasses(n int) growing {
	g := growing{classes: append(manyClasses(n), authz.ClassOf[User]())}
	g.policy = lines(n, `allow(user: User, "read", it: Class%[1]d) if user.ID = it.UserID;`)
	user := &User{ID: 1}
	for _, class := range g.classes[:n] {
		it := reflect.New(class.Type)
		it.Elem().FieldByName("UserID").SetInt(1)
		g.ask = append(g.ask, Question{user, "read", it.Interface(), true})
	}
	return g
}

// growList has a user who is the last in a list of n.
func growList(n int) growing {
	members := make([]int, n)
	for i := range members {
		members[i] = i + 1
	}
	return growing{
		`allow(user: User, "read", team: Team) if user.ID in team.MemberIDs;`,
		[]authz.Class{authz.ClassOf[User](), authz.ClassOf[Team]()},
		[]Question{{&User{ID: n}, "read", &Team{MemberIDs: members}, true}},
	}
}

// growRoles has n roles, each of which implies the previous one. The user has the
// last role and needs the first.
func growRoles(n int) growing {
	var names, rules strings.Builder
	for i := range n {
		fmt.Fprintf(&names, "%q, ", fmt.Sprint("role", i))
		if i > 0 {
			fmt.Fprintf(&rules, "    \"role%d\" if \"role%d\";\n", i-1, i)
		}
	}
	return growing{
		fmt.Sprintf(`
allow(actor, action, resource) if has_permission(actor, action, resource);
actor User {}
resource Organization {
    roles = [%s];
    permissions = ["read"];
    "read" if "role0";
%s}
has_role(user: User, name: String, organization: Organization) if
    role in user.Roles and role.Name = name and role.OrganizationID = organization.ID;
`, strings.TrimSuffix(names.String(), ", "), rules.String()),
		[]authz.Class{authz.ClassOf[User](), authz.ClassOf[Role](), authz.ClassOf[Organization]()},
		[]Question{{&User{ID: 1, Roles: []Role{{fmt.Sprint("role", n-1), 7}}}, "read", &Organization{ID: 7}, true}},
	}
}

// growHeld has a user with n roles, the last of which counts.
func growHeld(n int) growing {
	g := growRoles(2)
	user := &User{ID: 1}
	for i := range n - 1 {
		user.Roles = append(user.Roles, Role{"role0", i + 8})
	}
	user.Roles = append(user.Roles, Role{"role1", 7})
	g.ask[0].Actor = user
	return g
}

// growParents has a user who is a reader of a node n levels up.
func growParents(n int) growing {
	node := &Node{ID: 1, Readers: []int{1}}
	for i := range n {
		node = &Node{ID: i + 2, Parent: node}
	}
	return growing{
		`
allow(actor, action, resource) if has_permission(actor, action, resource);
actor User {}
resource Node {
    roles = ["reader"];
    permissions = ["read"];
    relations = { parent: Node };
    "read" if "reader";
    "reader" if "reader" on "parent";
}
has_relation(parent: Node, "parent", node: Node) if parent = node.Parent;
has_role(user: User, "reader", node: Node) if user.ID in node.Readers;
`,
		[]authz.Class{authz.ClassOf[User](), authz.ClassOf[Node]()},
		[]Question{{&User{ID: 1}, "read", node, true}},
	}
}

// load returns an Authorizer that has answered every question.
func (g growing) load() (*authz.Authorizer, error) {
	az, err := authz.New(authz.Config{Policies: authz.String("growth.polar", g.policy), Classes: g.classes})
	if err != nil {
		return nil, err
	}
	for i, q := range g.ask {
		if ok, err := az.IsAllowed(context.Background(), q.Actor, q.Action, q.Resource); !ok || err != nil {
			return nil, fmt.Errorf("question %d: %v, %w", i, ok, err)
		}
		if ok, err := az.IsAllowed(context.Background(), &User{ID: -1}, q.Action, q.Resource); ok || err != nil {
			return nil, fmt.Errorf("question %d, without an actor: %v, %w", i, ok, err)
		}
	}
	return az, nil
}

func TestGrowth(t *testing.T) {
	for _, growth := range growths {
		for _, n := range growth.sizes {
			if _, err := growth.make(n).load(); err != nil {
				t.Errorf("%s, %d: %v", growth.of, n, err)
			}
		}
	}
}

// BenchmarkGrowth measures decisions of growing size, and by a growing number of
// goroutines, where the time is that between two decisions of any goroutines.
func BenchmarkGrowth(b *testing.B) {
	ctx := context.Background()
	for _, growth := range growths {
		for _, n := range growth.sizes {
			b.Run(fmt.Sprintf("of=%s/n=%d", growth.of, n), func(b *testing.B) {
				g := growth.make(n)
				az, err := g.load()
				if err != nil {
					b.Fatal(err)
				}
				b.ReportAllocs()
				i := 0
				for b.Loop() {
					q := &g.ask[i]
					if ok, err := az.IsAllowed(ctx, q.Actor, q.Action, q.Resource); !ok || err != nil {
						b.Fatal(ok, err)
					}
					if i++; i == len(g.ask) {
						i = 0
					}
				}
			})
		}
	}
	for _, n := range []int{1, 2, 4, 8, 16, 32, 64} {
		b.Run(fmt.Sprintf("of=goroutines/n=%d", n), func(b *testing.B) {
			s := Owner("", 1)
			decide, err := ask(s, EngineByName("ursa"), s.timed())
			if err != nil {
				b.Fatal(err)
			}
			settle(b, decide)
			b.ReportAllocs()
			b.ResetTimer()
			var wg sync.WaitGroup
			for i := range n {
				share := b.N / n
				if i < b.N%n {
					share++
				}
				wg.Go(func() {
					for range share {
						if ok, err := decide[0](); !ok || err != nil {
							b.Error(ok, err)
							return
						}
					}
				})
			}
			wg.Wait()
		})
	}
}
