package polar

// This file tests that a filter is exact where a condition is easily too wide or
// too narrow, and that ErrUnsupported is returned if a filter cannot be exact.

import (
	"context"
	"errors"
	"fmt"
	"math"
	"reflect"
	"runtime"
	"testing"

	"github.com/ursa-authz/ursa/authz/filter"
)

// An exactRow has fields that a naive filter would compare differently from the
// solver: a pointer to a UUID, structs with and without a key, a map.
type (
	exactUUID  [4]byte
	exactPoint struct{ X, Y int }
	exactCell  struct{ N int }
	exactOrg   struct {
		ID   int
		Name string
	}
	exactUser struct {
		ID    int
		Name  string
		UUID  *exactUUID
		Point *exactPoint
		At    exactPoint
		Cell  exactCell
		Org   exactOrg

		Limits map[string]int
	}
	exactRow struct {
		ID       int
		Extra    *string
		Score    float64
		UUID     *exactUUID
		Point    *exactPoint
		At       exactPoint
		Cell     exactCell
		Org      exactOrg
		Meta     map[string]any
		OwnerID  *int
		Owner    *exactUser
		ParentID *int
		Parent   *exactRow
		Kids     []exactRow
	}
)

func (u exactUUID) String() string           { return fmt.Sprintf("%x", u[:]) }
func (c *exactCell) Equal(d *exactCell) bool { return c.N%10 == d.N%10 }

func exactClasses() []Class {
	row, user := reflect.TypeFor[exactRow](), reflect.TypeFor[exactUser]()
	return []Class{
		{Name: "User", Type: user, Key: []string{"ID"}},
		{Name: "Org", Type: reflect.TypeFor[exactOrg](), Key: []string{"ID"}},
		{Name: "Row", Type: row, Key: []string{"ID"}, Relations: []Relation{
			{Name: "Owner", Target: user, ForeignKey: []string{"OwnerID"}},
			{Name: "Parent", Target: row, ForeignKey: []string{"ParentID"}},
			{Name: "Kids", Many: true, Target: row},
		}},
	}
}

// exactRows returns an actor and rows. Each row is the parent of the next.
func exactRows() (*exactUser, []*exactRow) {
	uuid := func(b byte) *exactUUID { return &exactUUID{b} }
	user := &exactUser{1, "u", uuid(1), &exactPoint{1, 2}, exactPoint{1, 2}, exactCell{1}, exactOrg{1, "new"}, map[string]int{"abc": 3, "xyz": 1, "kid": 9}}
	rows := []*exactRow{
		{ID: 1, Extra: new("abc"), UUID: uuid(1), Point: &exactPoint{1, 2}, At: exactPoint{1, 2}, Cell: exactCell{11}, Org: exactOrg{1, "old"},
			Meta: map[string]any{"k": "a"}, OwnerID: new(1), Owner: user, Kids: []exactRow{{ID: 9, Extra: new("kid"), Kids: []exactRow{}}}},
		{ID: 2, Score: math.NaN(), Kids: []exactRow{}},
		{ID: 3, Extra: new("xyz"), UUID: uuid(2), Point: user.Point, Kids: []exactRow{}},
	}
	for i, r := range rows[1:] {
		r.Parent, r.ParentID = rows[i], new(rows[i].ID)
	}
	return user, rows
}

const exactHead = `allow(u: User, "read", r: Row) if `

// The rules of a recursion over a relation that may not count.
const exactAbove = `allow(u: User, "read", r: Row) if above(u, r);
above(u: User, r: Row) if r.owner = u;
`

// Roles that may imply each other, and be passed on from row to row.
const exactRoles = `allow(actor, action, resource) if has_permission(actor, action, resource);
has_relation(p: Row, "parent", r: Row) if p = r.parent;
actor User {}
resource Row { roles = ["reader", "writer", "owner"]; permissions = ["read"]; relations = {parent: Row}; "read" if "reader"; `

func TestFilterIsExact(t *testing.T) {
	tests := []struct {
		policy      string
		unsupported bool
	}{
		// A method of a nil string has no solution, whatever the use of its result.
		{policy: exactHead + `u = u and _ = r.extra.startswith("a");`},
		{policy: exactHead + `u = u and r.extra.startswith("a") != true;`},
		{policy: exactHead + `u = u and r.extra.startswith("a") != 5;`},
		{policy: exactHead + `u = u and x = r.extra.startswith("a") and not x;`},
		{policy: exactHead + `u = u and x = r.extra.contains("a") and x in [true, false];`},
		{policy: exactHead + `u = u and not r.extra.endswith("c");`},
		{policy: exactHead + `u = u and forall(x in [r.extra.startswith("a")], x = false);`},

		// What comes after the recursion decides whether it counts.
		{policy: exactAbove + `above(u: User, r: Row) if above(u, r.parent) and u.name = "other";`},
		{policy: exactAbove + `above(u: User, r: Row) if above(u, r.parent) and not u.name = "u";`},
		{policy: exactAbove + `above(u: User, r: Row) if p = r.parent and above(u, p) and false;`},
		{policy: exactAbove + `above(u: User, r: Row) if k in r.kids and above(u, k) and u.name = "other";`},
		{policy: exactAbove + `above(u: User, r: Row) if above(u, r.parent) and never(u); never(_: User) if 1 = 2;`},
		{policy: exactAbove + `above(u: User, r: Row) if (above(u, r.parent) and u.name = "other") or r.extra = "xyz";`},
		{policy: exactAbove + `above(u: User, r: Row) if above(u, r.parent) and u.name = "u";`},
		{policy: exactAbove + `above(u: User, r: Row) if (above(u, r.parent) and u.name = "other") or (k in r.kids and above(u, k));`},
		{policy: exactAbove + `above(u: User, r: Row) if above(u, r.parent) or (k in r.kids and above(u, k));`, unsupported: true},

		// A call that repeats one of its own ancestors has no further solution.
		{policy: exactRoles + `"reader" if "writer"; "writer" if "reader"; }
has_role(u: User, "reader", r: Row) if r.owner = u;`},
		{policy: exactRoles + `"reader" if "writer"; "writer" if "owner"; "owner" if "writer"; }
has_role(u: User, "owner", r: Row) if r.owner = u;`},
		{policy: exactRoles + `"reader" if "writer"; "reader" if "reader" on "parent"; "writer" if "writer" on "parent"; }
has_role(u: User, "writer", r: Row) if r.owner = u;`},
		{policy: exactHead + `a(u, r); a(u, r) if b(u, r); b(u, r) if a(u, r); b(u, r: Row) if r.owner = u;`},
		{policy: exactHead + `not a(u, r); a(u, r) if b(u, r); b(u, r) if a(u, r); b(u, r: Row) if r.owner = u;`},
		{policy: exactHead + `u = u and a(r.extra); a(x) if a(x); a("abc");`},

		// But further up the chain of a recursion, the call is about another row.
		{policy: exactHead + `q(u, r); q(u, r: Row) if r.owner = u; q(u, r) if p(u, r); p(u, r: Row) if p(u, r.parent); p(u, r) if q(u, r);`},
		{policy: exactHead + `q(u, r); q(u, r) if p(u, r); q(u, r: Row) if r.owner = u; p(u, r) if q(u, r); p(u, r: Row) if p(u, r.parent);`},
		{policy: exactHead + `p(u, r); q(u, r: Row) if r.owner = u; q(u, r) if p(u, r); p(u, r: Row) if p(u, r.parent); p(u, r) if q(u, r);`},

		// Rows of a recursion that counts down are distinct.
		{policy: `allow(_: User, "read", r: Row) if up(2, r); up(0, r: Row) if r.extra = "abc"; up(n: Integer, r: Row) if n > 0 and up(n - 1, r.parent);`},
		{policy: `allow(u: User, "read", r: Row) if up(1, u, r); up(0, u, r: Row) if r.owner = u; up(n, u, r: Row) if n > 0 and (up(n - 1, u, r) or up(n, u, r.parent));`},

		// A pointer to an array is the array, in memory too.
		{policy: exactHead + `r.uuid = u.uuid;`},
		{policy: exactHead + `r.uuid != u.uuid;`},
		{policy: exactHead + `r.uuid in [u.uuid];`},

		// Structs are equal by their keys, by methods, or as objects.
		{policy: exactHead + `r.at = u.at;`},
		{policy: exactHead + `r.at = u.point;`},
		{policy: exactHead + `r.point = u.at;`},
		{policy: exactHead + `r.point = nil and u = u;`},
		{policy: exactHead + `r.point = u.point;`, unsupported: true},
		{policy: exactHead + `r.point in [u.point];`, unsupported: true},
		{policy: exactHead + `r.org.id = u.org.id;`},
		{policy: exactHead + `r.org = u.org;`, unsupported: true},
		{policy: exactHead + `r.org in [u.org];`, unsupported: true},
		{policy: exactHead + `r.owner.org = u.org;`, unsupported: true},
		{policy: exactHead + `r.cell = u.cell;`, unsupported: true},

		// NaN is not equal to itself.
		{policy: exactHead + `u = u and r.score = r.score;`, unsupported: true},
		{policy: exactHead + `u = u and r.score != r.score;`, unsupported: true},
		{policy: exactHead + `u = u and r.extra = r.extra;`},

		// The keys of a map are known only row by row.
		{policy: exactHead + `u = u and r matches {meta: {k: "a"}};`, unsupported: true},
		{policy: exactHead + `u = u and not r.meta matches {k: "a"};`, unsupported: true},
		{policy: exactHead + `u = u and r.meta matches Dictionary{k: "a"};`, unsupported: true},
		{policy: exactHead + `u = u and r.meta.k = "a";`, unsupported: true},
		{policy: exactHead + `u = u and r.meta matches Dictionary;`},

		// A text of the row can be a key of a dictionary, which has a finite number of them.
		{policy: exactHead + `u = u and k = r.extra and {abc: 1}.(k) = 1;`},
		{policy: exactHead + `k = r.extra and u = u and {abc: 1, xyz: 2, b: 2}.(k) > 1;`},
		{policy: exactHead + `k = r.extra and u = u and not {abc: 1, xyz: 2}.(k) = 1;`},
		{policy: exactHead + `k = r.extra and u = u and forall(x in [1, 2], x < {abc: 2, xyz: 5}.(k));`},
		{policy: exactHead + `k = r.extra and r.id < u.limits.(k);`},
		{policy: exactHead + `k = r.extra and not r.id < u.limits.(k);`},
		{policy: exactHead + `k = r.parent.extra and r.id < u.limits.(k);`},
		{policy: exactHead + `k = r.extra and {abc: u, x: 1}.(k) = r.owner;`},
		{policy: exactHead + `k = r.extra and u = u and {}.(k) = 1;`},
		{policy: exactHead + `k = r.extra and u = u and x = nil and x.(k) = 1;`},
		{policy: exactHead + `k = r.extra and u = u and not nothing(x.(k)) and x = nil; nothing(_);`},
		{policy: exactHead + `k = r.extra and u.(k) = "u";`, unsupported: true},
		{policy: exactHead + `k = r.owner and u = u and {abc: 1}.(k) = 1;`, unsupported: true},
		{policy: exactHead + `k = r.id and u = u and {abc: 1}.(k) = 1;`, unsupported: true},
		{policy: exactHead + `k = r.extra and u = u and [1].(k) = 1;`, unsupported: true},
		{policy: exactHead + `k = r.extra and u = u and r.meta.(k) = "a";`, unsupported: true},
	}
	user, rows := exactRows()
	ctx := context.Background()
	for _, tt := range tests {
		p, _, err := load(ctx, Input{Sources: []Source{{"test.polar", tt.policy}}, Classes: exactClasses()}, true)
		if err != nil {
			t.Fatalf("%s: %v", tt.policy, err)
		}
		q, err := p.Filter(ctx, "allow", user, "read", ClassOf[exactRow]())
		if tt.unsupported || err != nil {
			if !tt.unsupported || !errors.Is(err, ErrUnsupported) {
				t.Errorf("%s: error %v, want ErrUnsupported: %v", tt.policy, err, tt.unsupported)
			}
			continue
		}
		for _, r := range rows {
			want, err := p.Decide(ctx, "allow", user, "read", r)
			if err != nil {
				t.Fatalf("%s: row %d: %v", tt.policy, r.ID, err)
			}
			got, err := q.Match(ctx, r, filter.Loaded)
			if err != nil || got != want.Allowed {
				t.Errorf("%s: row %d: the filter says %v (%v), the decision %v: %s", tt.policy, r.ID, got, err, want.Allowed, q.Reveal())
			}
		}
	}
}

// A recursion that passes the row on makes one filter of all its levels. It must not
// process the levels below again on each level.
func TestFilterOfDeepRecursion(t *testing.T) {
	const text = `allow(u: User, "read", r: Row) if u = u and up(%d, r);
up(0, r: Row) if r.extra = "abc";
up(n: Integer, r: Row) if n > 0 and up(n - 1, r.parent);`
	user, _ := exactRows()
	for _, tt := range []struct {
		depth int
		ends  bool
	}{{400, true}, {4000, false}} {
		p, _, err := load(context.Background(), Input{Sources: []Source{{"test.polar", fmt.Sprintf(text, tt.depth)}}, Classes: exactClasses()}, false)
		if err != nil {
			t.Fatal(err)
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err = p.Filter(context.Background(), "allow", user, "read", ClassOf[exactRow]())
		runtime.ReadMemStats(&after)
		if tt.ends != (err == nil) || !tt.ends && !errors.Is(err, ErrBudget) {
			t.Errorf("depth %d: %v", tt.depth, err)
		}
		if made := (after.TotalAlloc - before.TotalAlloc) >> 20; made > 64 {
			t.Errorf("depth %d: %d MiB were allocated", tt.depth, made)
		}
	}
}
