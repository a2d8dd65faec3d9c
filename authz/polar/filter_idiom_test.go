package polar

// This file tests lists with common rules about rows that lead to each other: resource
// blocks over a tree of classes, chains with conditions, and rules that call others.

import (
	"context"
	"errors"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/ursa-authz/ursa/authz/filter"
)

// Items are in boxes, boxes in nodes, and nodes in nodes.
const idiomBlocks = `
allow(actor, action, resource) if has_permission(actor, action, resource);
actor User {}
has_relation(p: Node, "parent", n: Node) if p = n.parent;
has_role(u: User, "owner", n: Node) if n.owner = u;
has_role(u: User, "reader", n: Node) if n.level = u.level;
`

const idiomTree = idiomBlocks + `
has_relation(n: Node, "parent", b: Box) if n = b.parent;
has_relation(b: Box, "parent", i: Item) if b = i.parent;
has_role(u: User, "owner", b: Box) if b.owner = u;
`

var idioms = []struct {
	name, policy string
	kind         string // "item" or "node"
	has, hasNot  string // in the text of the filter
	refused      string // in the text of the error; empty if there is a list
}{
	{"a permission on another class", idiomTree + `
		resource Node { permissions = ["read"]; roles = ["owner", "reader"]; relations = {parent: Node}; "read" if "owner"; }
		resource Box { permissions = ["read"]; roles = ["owner"]; relations = {parent: Node}; "read" if "read" on "parent"; "read" if "owner"; }
		resource Item { permissions = ["read"]; relations = {parent: Box}; "read" if "read" on "parent"; }`, "item", "exists", "reach", ""},
	{"a role on another class, and up a tree of nodes", idiomTree + `
		resource Node { permissions = ["read"]; roles = ["owner", "reader"]; relations = {parent: Node}; "reader" if "owner"; "reader" if "reader" on "parent"; "read" if "reader"; }
		resource Box { permissions = ["read"]; roles = ["reader", "owner"]; relations = {parent: Node}; "reader" if "reader" on "parent"; "read" if "reader"; }
		resource Item { permissions = ["read"]; roles = ["reader"]; relations = {parent: Box}; "reader" if "reader" on "parent"; "read" if "reader"; }`, "item", "reach v3 in v2.Parent*", "", ""},
	{"every role up the tree", idiomBlocks + `
		resource Node { permissions = ["read"]; roles = ["owner", "reader"]; relations = {parent: Node};
			"read" if "reader"; "reader" if "owner"; "owner" if "owner" on "parent"; "reader" if "reader" on "parent"; "read" if "read" on "parent"; }`,
		"node", "reach v1 in Parent*", "reach v2", ""},
	{"plain rules over classes", `allow(u, "read", x) if fits(u, x); fits(u, i: Item) if not i.private and fits(u, i.parent);
		fits(u, b: Box) if b.owner = u or fits(u, b.parent); fits(u: User, n: Node) if n.level > u.level;`, "item", "exists", "reach", ""},
	{"a permission of what a field leads to", `allow(u, "read", x) if has_permission(u, "read", x);
		actor User {} resource Item { permissions = ["read"]; } resource Node { permissions = ["read"]; }
		has_permission(u: User, "read", i: Item) if has_permission(u, "read", i.parent.parent);
		has_permission(u: User, "read", n: Node) if n.owner = u;`, "item", "exists", "reach", ""},
	{"a guard against nil", `allow(u: User, "read", n: Node) if above(u, n); above(u, n: Node) if n.owner = u;
		above(u, n: Node) if n.parent != nil and above(u, n.parent);`, "node", "(s1 if ", "", ""},
	{"what stops to be passed on", `allow(u: User, "read", n: Node) if may(u, n); may(u, n: Node) if n.owner = u;
		may(u, n: Node) if not n.private and may(u, n.parent);`, "node", "(s1 if ", "", ""},
	{"a step about the actor", `allow(u: User, "read", n: Node) if may(u, n); may(u, n: Node) if n.owner = u;
		may(u: User, n: Node) if n.level < u.level and may(u, n.parent); may(u: User, n: Node) if u.name = "a" and may(u, n.parent);`, "node", "reach", "", ""},
	{"a condition on the row that is reached", `allow(u: User, "read", n: Node) if may(u, n); may(u, n: Node) if n.owner = u;
		may(u: User, n: Node) if p = n.parent and not p.private and may(u, p);`, "node", "reach", "", ""},
	{"a condition on each of many rows that are reached", `allow(u: User, "read", n: Node) if may(u, n); may(u, n: Node) if n.owner = u;
		may(u: User, n: Node) if k in n.kids and not k.private and may(u, k);`, "node", "Kids", "", ""},
	{"two rows on the way, one of which exists", `allow(u: User, "read", n: Node) if may(u, n); may(u, n: Node) if n.owner = u;
		may(u: User, n: Node) if n.level = n.parent.level and may(u, n.parent);`, "node", "reach", "", ""},
	{"two rows on the way, of many", `allow(u: User, "read", n: Node) if may(u, n); may(u, n: Node) if n.owner = u;
		may(u: User, n: Node) if k in n.kids and n.level = k.level and may(u, k);`, "node", "", "", "test.polar:2:66: the recursion of may with a condition about two rows of the chain cannot become a filter (in may)"},
	{"by way of another rule", `allow(u: User, "read", n: Node) if viewer(u, n); viewer(u, n) if editor(u, n);
		editor(u, n: Node) if n.owner = u; editor(u, n: Node) if viewer(u, n.parent);`, "node", "reach", "", ""},
	{"by way of another rule, whose own is asked", `allow(u: User, "read", n: Node) if editor(u, n); viewer(u, n) if editor(u, n); viewer(u, n: Node) if n.level = u.level;
		editor(u, n: Node) if n.owner = u; editor(u, n: Node) if viewer(u, n.parent);`, "node", "reach", "", ""},
	{"a table of members", `allow(u: User, "read", n: Node) if member(u, n); member(u, n: Node) if n.owner = u;
		member(u, n: Node) if l in n.links and l.kind = "k" and member(u, l.to);`, "node", `(Links.s1 if s1.Kind = ?; To)*`, "", ""},
	{"an even number of steps", `allow(u: User, "read", n: Node) if even(u, n); even(u, n: Node) if n.owner = u;
		even(u, n: Node) if odd(u, n.parent); odd(u, n: Node) if not n.private and even(u, n.parent);`, "node", "Parent.s1 if ", "", ""},
	{"many rules that are each other", `allow(u: User, "read", n: Node) if p(u, n); p(u, n: Node) if n.level = 0 and u = u; q(u, n: Node) if n.level = 1 and u = u; r(u, n: Node) if n.level = 2 and n.owner = u;
		p(u, n) if q(u, n); p(u, n) if r(u, n); q(u, n) if p(u, n); q(u, n) if r(u, n); r(u, n) if p(u, n); r(u, n) if q(u, n);`, "node", "", "reach", ""},
	{"a rule that is used again, by way of one that is not", `allow(u: User, "read", n: Node) if g(u, n); g(u, n: Node) if n.owner = u; g(u, n) if e(u, n);
		e(u, n) if p(u, n) and u.name = "nobody"; e(u, n) if c(u, n); p(u, n) if c(u, n); p(u, n: Node) if g(u, n.parent); c(u, n) if p(u, n);`, "node", "reach v1 in Parent*", "", ""},
	{"a rule that holds for nil", `allow(u: User, "read", n: Node) if may(u, n); may(u: User, _) if u.name = "b"; may(u, n: Node) if n.owner = u; may(u, n: Node) if n.private and may(u, n.parent);`, "node", "", "", ""},
	{"not above", `allow(u: User, "read", n: Node) if not may(u, n); may(u, n: Node) if n.owner = u; may(u, n: Node) if not n.private and may(u, n.parent);`, "node", "not reach", "", ""},
	{"not, with another chain in a step", `allow(u: User, "read", n: Node) if not may(u, n); may(u, n: Node) if n.owner = u; may(u, n: Node) if not shut(n) and may(u, n.parent);
		shut(n: Node) if n.private; shut(n: Node) if n.level = 1 and shut(n.parent);`, "node", "s1 if not reach", "", ""},
	{"over two relations", `allow(u: User, "read", n: Node) if may(u, n); may(u, n: Node) if n.owner = u; may(u, n: Node) if may(u, n.parent);
		may(u, n: Node) if k in n.kids and may(u, k);`, "node", "", "", "the recursion of may over Parent and over Kids"},
	{"two calls", `allow(u: User, "read", n: Node) if may(u, n); may(u, n: Node) if n.owner = u; may(u, n: Node) if k in n.kids and may(u, k) and may(u, n.parent);`,
		"node", "", "", "the recursion of may through two calls"},
	{"inside not", `allow(u: User, "read", n: Node) if may(u, n); may(u, n: Node) if n.owner = u; may(u, n: Node) if not may(u, n.parent);`, "node", "", "", "test.polar:1:102: the recursion of may inside not cannot become a filter (in may)"},
	{"inside not, where it does not count", `allow(u: User, "read", n: Node) if may(u, n); may(u, n: Node) if n.owner = u; may(u, n: Node) if not (may(u, n.parent) and u.name = "nobody");`,
		"node", "", "", "the recursion of may inside not"},
	{"its own negation", `allow(u: User, "read", n: Node) if may(u, n); may(u, n: Node) if n.owner = u; may(u, n: Node) if not may(u, n);`, "node", "", "", "depends on its own negation"},
	{"two unknown rows", `allow(u: User, "read", n: Node) if u = u and above(n.parent, n.parent.parent); above(o, p) if o = p; above(o, p: Node) if above(o, p.parent);`,
		"node", "", "", "the recursion of above with several unknown values"},
	{"two unknown rows that change places", `allow(u: User, "read", n: Node) if u = u and above(n, n.parent); above(o: Node, p: Node) if o.level = p.level; above(o: Node, p: Node) if above(p, o);`,
		"node", "", "", ""},
	{"a list of rows", `allow(u: User, "read", n: Node) if above(u, [n]); above(u, [n]) if n.owner = u; above(u, [n]) if above(u, [n.parent]);`, "node", "", "", "follows Parent without end"},
	{"an unbound role", `allow(u: User, "read", n: Node) if has(u, r, n) and r = "a"; has(u, "a", n: Node) if n.owner = u; has(u, r, n: Node) if has(u, r, n.parent);`,
		"node", "", "", "follows Parent without end"},
}

func TestIdiomsOfChains(t *testing.T) {
	ctx := context.Background()
	for _, tt := range idioms {
		p, _, err := load(ctx, Input{Sources: []Source{{"test.polar", tt.policy}}, Classes: chainClasses()}, true)
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		both := 0 // answers that were seen
		for seed := range uint64(200) {
			w := newChainWorld(rand.New(rand.NewPCG(seed, 1)))
			class, rows := ClassOf[chainNode](), []any{}
			if tt.kind == "item" {
				class = ClassOf[chainItem]()
				for _, x := range w.items {
					rows = append(rows, x)
				}
			} else {
				for _, x := range w.nodes {
					rows = append(rows, x)
				}
			}
			u := w.users[seed%3]
			start := time.Now()
			q, err := p.Filter(ctx, "allow", u, "read", class)
			if tt.refused != "" {
				if err == nil || errors.Is(err, ErrBudget) || !strings.Contains(err.Error(), tt.refused) {
					t.Errorf("%s: %v, %v, want %q", tt.name, q, err, tt.refused)
				}
				if took := time.Since(start); took > 5*time.Second {
					t.Errorf("%s: rejected after %v", tt.name, took)
				}
				break
			}
			if err != nil {
				t.Errorf("%s: %v", tt.name, err)
				break
			}
			if text := q.String(); seed == 0 && (!strings.Contains(text, tt.has) || tt.hasNot != "" && strings.Contains(text, tt.hasNot)) {
				t.Errorf("%s: %s, want %q in it and not %q", tt.name, text, tt.has, tt.hasNot)
			}
			for i, x := range rows {
				want, err := p.solve(ctx, "allow", u, "read", x)
				if err != nil {
					t.Fatalf("%s: %v", tt.name, err)
				}
				got, err := q.Match(ctx, x, filter.Loaded)
				if err != nil || got != want.Allowed {
					t.Fatalf("%s, seed %d: row %d: the filter says %v, %v, the decision %v: %s", tt.name, seed, i+1, got, err, want.Allowed, q.Reveal())
				}
				if got {
					both |= 1
				} else {
					both |= 2
				}
			}
		}
		if tt.refused == "" && both != 3 {
			t.Errorf("%s: the rows give only one answer", tt.name)
		}
	}
}

// TestManyClassesUnfold tests that rules that lead to each other in more and more ways make
// a filter or a typed error, in bounded time.
func TestManyClassesUnfold(t *testing.T) {
	ctx := context.Background()
	for _, n := range []int{4, 12, 40} {
		var b strings.Builder
		b.WriteString("allow(u: User, \"read\", n: Node) if up(u, 0, n);\n")
		b.WriteString("up(u, i, n: Node) if i < limit and up(u, i + 1, n.parent);\nup(u, i, n: Node) if i < limit and k in n.kids and up(u, i + 1, k);\nup(u, i, n: Node) if i = limit and n.owner = u;\n")
		p, _, err := load(ctx, Input{Sources: []Source{{"test.polar", b.String()}}, Classes: chainClasses(), Constants: map[string]any{"limit": n}}, false)
		if err != nil {
			t.Fatal(err)
		}
		q, err := p.Filter(ctx, "allow", &chainUser{ID: 1}, "read", ClassOf[chainNode]())
		if n == 4 && err != nil || n > 4 && !errors.Is(err, ErrBudget) {
			t.Errorf("%d levels: %v, %v", n, q, err)
		}
	}
}
