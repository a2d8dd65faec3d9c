package polar

// This file tests recursion over rows: that a filter admits exactly the rows that a
// decision allows, on random rules that lead from row to row, and on rows that lead in
// circles.

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/ursa-authz/ursa/authz/filter"
	"github.com/ursa-authz/ursa/internal/randtest"
)

// Nodes lead to nodes in three ways: to their parent, to their kids, and through links,
// which are rows too. An item leads to a box, and a box to a node.
type (
	chainUser struct {
		ID    int
		Name  string
		Level int
	}
	chainNode struct {
		ID       int
		Private  bool
		Level    int
		OwnerID  *int
		Owner    *chainUser
		ParentID *int
		Parent   *chainNode
		Kids     []*chainNode
		Links    []*chainLink
	}
	chainLink struct {
		ID   int
		Kind string
		ToID *int
		To   *chainNode
	}
	chainBox struct {
		ID       int
		Private  bool
		Level    int
		OwnerID  *int
		Owner    *chainUser
		ParentID *int
		Parent   *chainNode
	}
	chainItem struct {
		ID       int
		Private  bool
		Level    int
		OwnerID  *int
		Owner    *chainUser
		ParentID *int
		Parent   *chainBox
	}
)

func chainClasses() []Class {
	user, node, link := ClassOf[chainUser]().Type, ClassOf[chainNode]().Type, ClassOf[chainLink]().Type
	owner := Relation{Name: "Owner", Target: user, ForeignKey: []string{"OwnerID"}}
	key, up := []string{"ID"}, []string{"ParentID"}
	return []Class{
		{Name: "User", Type: user, Key: key},
		{Name: "Node", Type: node, Key: key, Relations: []Relation{
			owner, {Name: "Parent", Target: node, ForeignKey: up}, {Name: "Kids", Many: true, Target: node}, {Name: "Links", Many: true, Target: link},
		}},
		{Name: "Link", Type: link, Key: key, Relations: []Relation{{Name: "To", Target: node, ForeignKey: []string{"ToID"}}}},
		{Name: "Box", Type: ClassOf[chainBox]().Type, Key: key, Relations: []Relation{owner, {Name: "Parent", Target: node, ForeignKey: up}}},
		{Name: "Item", Type: ClassOf[chainItem]().Type, Key: key, Relations: []Relation{owner, {Name: "Parent", Target: ClassOf[chainBox]().Type, ForeignKey: up}}},
	}
}

// A chainWorld is random rows.
type chainWorld struct {
	users []*chainUser
	nodes []*chainNode
	items []*chainItem
}

func newChainWorld(r *rand.Rand) *chainWorld {
	w := &chainWorld{}
	for i := range 3 {
		w.users = append(w.users, &chainUser{i + 1, string(rune('a' + i)), r.IntN(3)})
	}
	for i := range 6 {
		w.nodes = append(w.nodes, &chainNode{ID: i + 1, Kids: []*chainNode{}, Links: []*chainLink{}})
	}
	own := func(private *bool, level *int, id **int, owner **chainUser) {
		*private, *level = r.IntN(3) == 0, r.IntN(3)
		if r.IntN(3) == 0 {
			u := w.users[r.IntN(len(w.users))]
			*id, *owner = new(u.ID), u
		}
	}
	for i, n := range w.nodes {
		own(&n.Private, &n.Level, &n.OwnerID, &n.Owner)
		if r.IntN(4) > 0 { // mostly up, but there are loops
			n.Parent = w.nodes[r.IntN(len(w.nodes))]
			n.ParentID = new(n.Parent.ID)
		}
		for range r.IntN(3) {
			n.Kids = append(n.Kids, w.nodes[r.IntN(len(w.nodes))])
		}
		for j := range r.IntN(3) {
			l := &chainLink{ID: 10*i + j + 1, Kind: string(rune('k' + r.IntN(2)))}
			if r.IntN(4) > 0 {
				l.To = w.nodes[r.IntN(len(w.nodes))]
				l.ToID = new(l.To.ID)
			}
			n.Links = append(n.Links, l)
		}
	}
	for i := range 3 {
		b := &chainBox{ID: i + 1}
		own(&b.Private, &b.Level, &b.OwnerID, &b.Owner)
		if r.IntN(4) > 0 {
			b.Parent = w.nodes[r.IntN(len(w.nodes))]
			b.ParentID = new(b.Parent.ID)
		}
		item := &chainItem{ID: i + 1}
		own(&item.Private, &item.Level, &item.OwnerID, &item.Owner)
		if r.IntN(4) > 0 {
			item.Parent, item.ParentID = b, new(b.ID)
		}
		w.items = append(w.items, item)
	}
	return w
}

// A chainGen writes policies of rules that lead to each other.
type chainGen struct {
	randtest.Writer
	rules int
	plain bool // few conditions, and many rules that lead to each other
}

// call calls rule i; some rules are one with a name among its arguments.
func (g *chainGen) call(i int, row string) string {
	if i >= 2 {
		return fmt.Sprintf("role(u, \"r%d\", %s)", i, row)
	}
	return fmt.Sprintf("p%d(u, %s)", i, row)
}

// head returns the head of rule i for rows of a class.
func (g *chainGen) head(i int, class string) string {
	if class == "" && g.IntN(2) == 0 && !g.plain {
		class = g.Pick("Node", "Box", "Item")
	}
	if class != "" {
		class = ": " + class
	}
	if i >= 2 {
		return fmt.Sprintf("role(u: User, \"r%d\", x%s)", i, class)
	}
	return fmt.Sprintf("p%d(u%s, x%s)", i, g.Pick("", ": User"), class)
}

// test is a condition on a row, which may be about the actor, too.
func (g *chainGen) test(row string) string {
	return g.Pick(
		"not "+row+".private", row+".private", row+".level > 0", row+".level < u.level", row+".owner = u", row+".owner != nil",
		row+".owner_id = u.id", `u.name = "a"`, row+".level = 1", "not "+row+".owner = u", row+".owner.name = \"b\"",
		"("+row+".private or "+row+".level = 0)", row+".parent != nil", "not "+row+".parent = nil", row+".parent.level != 2",
	)
}

// way leads from x to a row. It returns the goals, the row, and the class of x if only
// that class has such a way.
func (g *chainGen) way() (goals, row, class string) {
	if g.plain {
		return "", g.Pick("x", "x", "x", "x.parent"), ""
	}
	switch g.IntN(14) {
	case 0, 1, 2, 3, 4:
		return "", "x.parent", ""
	case 5, 6:
		return "y = x.parent", "y", ""
	case 7, 8:
		return "k in x.kids", "k", "Node"
	case 9:
		return "l in x.links" + g.Pick("", "", " and l.kind = \"k\"", " and l.kind = u.name"), "l.to", "Node"
	case 10:
		return "", "x.parent.parent", "Node"
	}
	return "", "x", ""
}

// rule returns a rule that makes rule i hold for x if another holds.
func (g *chainGen) rule(i int) (class, text string) {
	to := g.IntN(g.rules)
	if g.IntN(2) == 0 {
		to = i
	}
	goals, row, class := g.way()
	var body []string
	add := func(s string) {
		if s != "" {
			body = append(body, s)
		}
	}
	if g.IntN(3) == 0 && !g.plain {
		add(g.test("x"))
	}
	add(goals)
	if goals != "" && g.IntN(4) == 0 {
		add(g.test(g.Pick("x", row)))
	}
	add(g.call(to, row))
	if g.plain && g.IntN(4) > 0 {
		if g.IntN(4) == 0 {
			add(`u.name = "a"`) // for the other rows the call does not matter
		}
		return class, strings.Join(body, " and ")
	}
	switch g.IntN(10) {
	case 0:
		add(g.test("x"))
	case 1:
		if row != "x" {
			add(row + ".level " + g.Pick("=", ">", "<=") + " x.level")
		}
	case 2:
		if to > 0 && to < i {
			add("not " + g.call(to-1, g.Pick("x", row)))
		}
	case 3:
		add(g.call(g.IntN(g.rules), g.Pick("x", row)))
	}
	return class, strings.Join(body, " and ")
}

func (g *chainGen) policy() string {
	g.rules, g.plain = 1+g.IntN(6), g.IntN(2) == 0
	var b strings.Builder
	for i := range g.rules {
		for n := range 1 + g.IntN(4) {
			class, body := g.rule(i)
			switch {
			case n == 0 && g.plain:
				body = fmt.Sprintf("x.level = %d and x.private = %s", g.IntN(3), g.Pick("true", "false"))
			case n == 0:
				class, body = "", g.test("x")
			}
			fmt.Fprintf(&b, "%s if %s and u = u and x = x;\n", g.head(i, class), body)
		}
	}
	for i := range g.rules {
		fmt.Fprintf(&b, "allow(u: User, \"a%d\", x) if %s%s;\n", i, g.Pick("", "", "not "), g.call(i, "x"))
	}
	return b.String()
}

func TestChainsAgree(t *testing.T) {
	policies, seed := agreeRuns(t)
	ctx := context.Background()
	var filters, conditional, reaches, nontrivial, undecided int
	refused := make(map[string]int)
	for i := range 3 * policies {
		g := &chainGen{Writer: randtest.New(seed, i)}
		r := g.Rand
		w := newChainWorld(r)
		text := g.policy()
		p, _, err := load(ctx, Input{Sources: []Source{{"chains.polar", text}}, Classes: chainClasses(), Limits: Limits{Steps: 200_000}}, true)
		if err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		for j := range g.rules {
			action, u := fmt.Sprint("a", j), w.users[r.IntN(len(w.users))]
			class := ClassOf[chainNode]()
			var rows []any
			if r.IntN(3) == 0 {
				class = ClassOf[chainItem]()
				for _, x := range w.items {
					rows = append(rows, x)
				}
			} else {
				for _, x := range w.nodes {
					rows = append(rows, x)
				}
			}
			q, err := p.Filter(ctx, "allow", u, action, class)
			if err != nil {
				refused[reasonOf(err)]++
				continue
			}
			filters++
			if q.Kind() == filter.Conditional {
				conditional++
			}
			if strings.Contains(q.String(), "reach") {
				reaches++
			}
			allowed := 0
			for k, x := range rows {
				got, err := q.Match(ctx, x, filter.Loaded)
				if err != nil {
					t.Fatalf("policy %d, %s: %s: %v\n%s", i, action, q.Reveal(), err, text)
				}
				want, err := p.solve(ctx, "allow", u, action, x)
				if errors.Is(err, ErrBudget) {
					undecided++
					continue
				}
				if err != nil {
					t.Fatalf("policy %d, %s: row %d: the filter is %s, but the decision is an error: %v\n%s", i, action, k+1, q.Reveal(), err, text)
				}
				if got != want.Allowed {
					t.Fatalf("policy %d, %s: user %d, row %d: the filter says %v, the decision %v: %s\n%s", i, action, u.ID, k+1, got, want.Allowed, q.Reveal(), text)
				}
				if got {
					allowed++
				}
			}
			if allowed > 0 && allowed < len(rows) {
				nontrivial++
			}
		}
	}
	total := 0
	for reason, n := range refused {
		t.Logf("%5d rejected: %s", n, reason)
		total += n
	}
	t.Logf("%d filters, %d conditional, %d with a chain, %d allow some rows and not others; %d rejected; %d decisions undecided",
		filters, conditional, reaches, nontrivial, total, undecided)
	if filters < 2*total || reaches < filters/6 || nontrivial < filters/4 || undecided > filters {
		t.Error("too few of the random policies say anything")
	}
}

// reasonOf returns the text of an error without its position and names.
func reasonOf(err error) string {
	var e *Error
	if !errors.As(err, &e) {
		return err.Error()
	}
	words := strings.Fields(e.Msg)
	for i, w := range words {
		switch {
		case strings.Contains("p0 p1 role", w):
			words[i] = "R"
		case strings.HasPrefix(w, "Parent") || strings.HasPrefix(w, "Kids") || strings.HasPrefix(w, "Links"):
			words[i] = "W"
		}
	}
	return e.Code + ": " + strings.Join(words, " ")
}
