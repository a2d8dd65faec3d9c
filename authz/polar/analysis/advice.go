package analysis

// This file defines Advice: what a policy without errors may still do otherwise than its author
// believes.
//
// Advice that is often wrong is not read, so each check stays silent if it is not sure: a
// rule with any condition is not open, and a rule is shadowed only by one whose goals it repeats
// word for word.

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/ursa-authz/ursa/authz/polar/internal/resolve"
	"github.com/ursa-authz/ursa/authz/polar/schema"
	"github.com/ursa-authz/ursa/authz/polar/syntax"
)

// Advice returns warnings that only tools give: about rules that allow everybody everything of
// a class, rules that others shadow, shorthand rules that lead in a circle, and roles and
// relations without use. It is sorted by position, and without what ursa:ignore comments
// silence. There is none about a policy with errors. The schema may be nil.
func (p *Policy) Advice(s *schema.Schema) []syntax.Diagnostic {
	if syntax.Errors(p.Diagnostics) != nil {
		return nil
	}
	a := &adviser{supers: map[string][]string{}, lines: map[string]*syntax.Lines{}}
	if s != nil {
		for _, c := range s.Classes {
			a.supers[c.Name] = c.Supers
		}
	}
	a.files = p.Files
	for _, f := range p.Files {
		a.lines[f.Name] = syntax.NewLines(f.Source)
	}
	a.open()
	a.circles(p.Blocks())
	a.unused()
	a.shadowed()
	sortByPosition(a.found)
	return resolve.IgnoreAdvice(p.Files, a.found)
}

// All returns the diagnostics and the advice, sorted by position.
func (p *Policy) All(s *schema.Schema) []syntax.Diagnostic {
	all := slices.Concat(p.Diagnostics, p.Advice(s))
	sortByPosition(all)
	return all
}

func sortByPosition(ds []syntax.Diagnostic) {
	slices.SortStableFunc(ds, func(a, b syntax.Diagnostic) int {
		switch {
		case a.Pos.Before(b.Pos):
			return -1
		case b.Pos.Before(a.Pos):
			return 1
		}
		return 0
	})
}

type adviser struct {
	files  []*syntax.File
	supers map[string][]string
	lines  map[string]*syntax.Lines
	found  []syntax.Diagnostic
}

// advise adds advice about a stretch of text.
func (a *adviser) advise(code syntax.Code, at syntax.Span, msg, hint string) {
	a.found = append(a.found, syntax.Diagnostic{
		Severity: syntax.Warning, Code: code, Pos: at.Start, End: at.End, Msg: msg, Hint: hint, Line: a.lines[at.Start.File].Text(at.Start.Line),
	})
}

// rules calls f for each written rule.
func (a *adviser) rules(f func(*syntax.Rule)) {
	for _, file := range a.files {
		for _, s := range file.Stmts {
			if r, ok := s.(*syntax.Rule); ok {
				f(r)
			}
		}
	}
}

// head returns the text of the head of a rule.
func head(r *syntax.Rule) syntax.Span {
	end := r.Rparen
	end.Col++
	return syntax.Span{Start: r.Start, End: end}
}

// open finds the rules that hold for every actor and every resource of a class.
func (a *adviser) open() {
	a.rules(func(r *syntax.Rule) {
		if r.Body != nil || !slices.Contains([]string{"allow", "allow_field", "has_permission", "has_role"}, r.Name.Text) || len(r.Params) < 3 {
			return
		}
		actor, ok := r.Params[0].Value.(*syntax.Var)
		if !ok || r.Params[0].Specializer != nil || uses(r, actor) > 1 {
			return
		}
		resource, ok := r.Params[2].Value.(*syntax.Var)
		if !ok || uses(r, resource) > 1 {
			return
		}
		of := "everything"
		switch p := r.Params[2].Specializer.(type) {
		case nil:
			// An action may have no resource, as in allow(_, "ping", _).
			if action, ok := r.Params[1].Value.(*syntax.Var); !ok || r.Params[1].Specializer != nil || uses(r, action) > 1 {
				return
			}
		case *syntax.ClassPattern:
			if p.Class.Text == "Request" || p.Class.Text == "RPC" || len(p.Fields) > 0 {
				return // requests have resources, and these are decided by themselves
			}
			of = "every " + p.Class.Text
		default:
			return
		}
		a.advise(resolve.CodeOpenRule, head(r), fmt.Sprintf("the rule holds for every actor, whoever it is, and %s", of),
			"write a class or a condition for the actor, as in "+r.Name.Text+"(_: User, ...)")
	})
}

// uses returns how often a rule has a variable; "_" is another one each time.
func uses(r *syntax.Rule, v *syntax.Var) int {
	if v.Name == "_" {
		return 1
	}
	n := 0
	syntax.Walk(r, func(node syntax.Node) bool {
		if u, ok := node.(*syntax.Var); ok && u.Name == v.Name {
			n++
		}
		return true
	})
	return n
}

// circles finds shorthand rules without relations that lead from a name back to itself.
func (a *adviser) circles(blocks []*Block) {
	for _, b := range blocks {
		next := map[string][]Implication{}
		for _, im := range b.Implied {
			if im.Relation == "" {
				next[im.Head] = append(next[im.Head], im)
			}
		}
		for _, im := range b.Implied {
			if im.Relation != "" {
				continue
			}
			// Is there a way from the implier back to the head?
			seen, stack := map[string]bool{im.Implier: true}, []string{im.Implier}
			for len(stack) > 0 && !seen[im.Head] {
				name := stack[len(stack)-1]
				stack = stack[:len(stack)-1]
				for _, more := range next[name] {
					if !seen[more.Implier] {
						seen[more.Implier] = true
						stack = append(stack, more.Implier)
					}
				}
			}
			if seen[im.Head] {
				end := im.Pos
				end.Col += int32(len([]rune(im.Text())))
				a.advise(resolve.CodeImpliesItself, syntax.Span{Start: im.Pos, End: end},
					fmt.Sprintf("%s implies itself, by %s", quote(im.Head), im.Text()), "remove one of the rules that lead in a circle")
			}
		}
	}
}

// unused finds roles and relations that nothing asks for.
func (a *adviser) unused() {
	roles, relations := map[string]bool{}, map[string]bool{} // that something asks for
	for _, file := range a.files {
		for _, s := range file.Stmts {
			switch s := s.(type) {
			case *syntax.Block:
				for _, d := range s.Decls {
					if sh, ok := d.(*syntax.Shorthand); ok {
						roles[sh.Implier.Value], relations[sh.Implier.Value] = true, true
						if sh.Relation != nil {
							relations[sh.Relation.Value] = true
						}
					}
				}
			case *syntax.RuleType:
				if s.Name.Text == "has_role" || s.Name.Text == "has_relation" {
					return // the program may ask it
				}
			default:
				given := syntax.Node(nil) // the name that the rule gives
				if r, ok := s.(*syntax.Rule); ok && len(r.Params) == 3 && (r.Name.Text == "has_role" || r.Name.Text == "has_relation") {
					given = r.Params[1].Value
				}
				unknown := false
				syntax.Walk(s, func(n syntax.Node) bool {
					switch n := n.(type) {
					case *syntax.StringLit:
						if n != given {
							roles[n.Value], relations[n.Value] = true, true
						}
					case *syntax.Call:
						if len(n.Args) == 3 && (n.Name.Text == "has_role" || n.Name.Text == "has_relation") {
							_, text := n.Args[1].(*syntax.StringLit)
							unknown = unknown || !text
						}
					}
					return true
				})
				if unknown {
					return // which names it asks for is not known
				}
			}
		}
	}
	for _, file := range a.files {
		for _, s := range file.Stmts {
			b, ok := s.(*syntax.Block)
			if !ok {
				continue
			}
			for _, d := range b.Decls {
				decl, ok := d.(*syntax.Declaration)
				if !ok {
					continue
				}
				for _, lit := range decl.Strings {
					if decl.Name.Text == "roles" && !roles[lit.Value] {
						a.advise(resolve.CodeUnusedRole, lit.Span, fmt.Sprintf("no rule asks for the role %s of %s, so having it allows nothing", quote(lit.Value), b.Class.Text),
							"write what it implies, or remove it")
					}
				}
				for _, r := range decl.Relations {
					if !relations[r.Name.Text] {
						a.advise(resolve.CodeUnusedRelation, r.Name.Span, fmt.Sprintf("no rule uses the relation %s of %s", r.Name.Text, b.Class.Text),
							"write what it implies, or remove it")
					}
				}
			}
		}
	}
}

// A compared is a rule in a form in which rules can be compared.
type compared struct {
	rule  *syntax.Rule
	order int
	heads []shape
	goals []string // with the variables of the head by number
	used  []bool   // which parameters are variables that the body has
}

// A shape is what a head requires of its arguments, without classes: a literal, or nothing.
type shape string

// shadowed finds rules whose goals are all of another rule's, and more, under a head that is as
// narrow or narrower. In a large policy, most heads differ by a literal, so heads are
// looked at first, and bodies only where two heads overlap.
func (a *adviser) shadowed() {
	type group struct {
		rules  []*syntax.Rule
		heads  [][]shape
		orders []int
	}
	groups := map[ruleKey]*group{}
	var keys []ruleKey
	order := 0
	a.rules(func(r *syntax.Rule) {
		key := ruleKey{r.Name.Text, len(r.Params)}
		g := groups[key]
		if g == nil {
			g = &group{}
			groups[key] = g
			keys = append(keys, key)
		}
		var heads []shape
		if key.arity <= maxComparedParams && !mixes(r) {
			heads = shapes(r)
		}
		g.rules, g.heads, g.orders = append(g.rules, r), append(g.heads, heads), append(g.orders, order)
		order++
	})
	var copies []*syntax.Rule
	for _, key := range keys {
		g := groups[key]
		overlaps := overlapping(g.heads)
		if overlaps == nil || slices.ContainsFunc(g.rules, hasCut) {
			continue
		}
		if copies == nil {
			copies = a.copies()
		}
		var rules []*compared
		for i, overlap := range overlaps {
			if overlap {
				c := newCompared(copies[g.orders[i]])
				c.order, c.heads = g.orders[i], g.heads[i]
				rules = append(rules, c)
			}
		}
		a.compare(rules)
	}
}

// maxComparedParams bounds the parameters of rules that are compared: a head has up to two
// to the power of that many shapes.
const maxComparedParams = 8

// overlapping reports for each head whether another one is equal, wider or narrower, or returns
// nil if there are none. A rule without shapes overlaps none.
func overlapping(heads [][]shape) []bool {
	first := map[shape]int{} // the first rule with that head
	found := make([]bool, len(heads))
	some := false
	for i, h := range heads {
		if len(h) == 0 {
			continue
		}
		if j, ok := first[h[0]]; ok {
			found[i], found[j], some = true, true, true
		} else {
			first[h[0]] = i
		}
	}
	wider := map[shape]bool{}
	for i, h := range heads {
		for _, w := range h[min(1, len(h)):] {
			if _, ok := first[w]; ok {
				found[i], wider[w], some = true, true, true
			}
		}
	}
	if !some {
		return nil
	}
	for i, h := range heads {
		found[i] = found[i] || len(h) > 0 && wider[h[0]]
	}
	return found
}

// copies returns the written rules once more, in the same order. The names of their variables
// are changed for comparison.
func (a *adviser) copies() []*syntax.Rule {
	var list []*syntax.Rule
	for _, f := range a.files {
		own, _ := syntax.Parse(f.Name, f.Source)
		for _, s := range own.Stmts {
			if r, ok := s.(*syntax.Rule); ok {
				list = append(list, r)
			}
		}
	}
	return list
}

// hasCut reports whether a rule has a cut.
func hasCut(r *syntax.Rule) bool {
	found := false
	if r.Body != nil {
		syntax.Walk(r.Body, func(n syntax.Node) bool {
			_, cut := n.(*syntax.CutExpr)
			found = found || cut
			return !found
		})
	}
	return found
}

// mixes reports whether a parameter is a term with variables in it, as [x, y]. Such rules are
// not compared.
func mixes(r *syntax.Rule) bool {
	return slices.ContainsFunc(r.Params, func(param *syntax.Param) bool {
		if _, ok := param.Value.(*syntax.Var); ok {
			return false
		}
		found := false
		syntax.Walk(param.Value, func(n syntax.Node) bool {
			_, ok := n.(*syntax.Var)
			found = found || ok
			return true
		})
		return found
	})
}

// newCompared returns the form of a rule, without its place and heads. It renames the variables
// of the rule.
func newCompared(r *syntax.Rule) *compared {
	c := &compared{rule: r, used: make([]bool, len(r.Params))}
	numbers := map[string]int{}
	for i, param := range r.Params {
		if v, ok := param.Value.(*syntax.Var); ok && v.Name != "_" {
			if _, twice := numbers[v.Name]; twice {
				c.used[i], c.used[numbers[v.Name]] = true, true // equal arguments
			} else {
				numbers[v.Name] = i
			}
		}
		if p, ok := param.Specializer.(*syntax.ClassPattern); ok && len(p.Fields) == 0 {
			continue
		} else if param.Specializer != nil {
			// Variables in patterns are conditions, too.
			syntax.Walk(param.Specializer, func(n syntax.Node) bool {
				if v, ok := n.(*syntax.Var); ok && v.Name != "_" {
					c.used[i] = true
				}
				return true
			})
		}
	}
	if r.Body == nil {
		return c
	}
	syntax.Walk(r.Body, func(n syntax.Node) bool {
		if v, ok := n.(*syntax.Var); ok {
			if i, ok := numbers[v.Name]; ok {
				c.used[i] = true
				v.Name = "argument_" + strconv.Itoa(i)
			}
		}
		return true
	})
	goals := []syntax.Expr{r.Body}
	if n, ok := syntax.Unparen(r.Body).(*syntax.NaryExpr); ok && n.Op == syntax.OpAnd {
		goals = n.Elems
	}
	for _, g := range goals {
		c.goals = append(c.goals, syntax.ExprString(syntax.Unparen(g)))
	}
	return c
}

// shapes returns the shape of the head of a rule, and those of all heads that are as wide or
// wider.
func shapes(r *syntax.Rule) []shape {
	shapes := []shape{""}
	for _, param := range r.Params {
		text := "_"
		if _, ok := param.Value.(*syntax.Var); !ok {
			text = syntax.ExprString(param.Value)
		}
		n := len(shapes)
		for i := range n {
			if text != "_" {
				shapes = append(shapes, shapes[i]+",_")
			}
			shapes[i] += shape("," + text)
		}
	}
	return shapes
}

// A firstGoal is the key by which wider rules are found: the shape of their heads and their
// first goals.
type firstGoal struct {
	head shape
	goal string
}

// maxCompared bounds how many pairs of rules of one name are compared.
const maxCompared = 1_000_000

// compare reports which rules others shadow.
func (a *adviser) compare(rules []*compared) {
	wider := map[firstGoal][]*compared{}
	for _, c := range rules {
		first := ""
		if len(c.goals) > 0 {
			first = c.goals[0]
		}
		key := firstGoal{c.heads[0], first}
		wider[key] = append(wider[key], c)
	}
	left := maxCompared
	for _, c := range rules {
		var by *compared
	search:
		for _, head := range c.heads {
			for _, goal := range append([]string{""}, c.goals...) {
				for _, w := range wider[firstGoal{head, goal}] {
					if left--; left < 0 {
						return
					}
					// Of two equal rules the later one is reported.
					if w != c && a.shadows(w, c) && (w.order < c.order || !a.shadows(c, w)) {
						by = w
						break search
					}
				}
			}
		}
		if by != nil {
			a.advise(resolve.CodeShadowedRule, head(c.rule),
				fmt.Sprintf("whenever this rule holds, the rule at %v holds as well, so this one adds nothing", by.rule.Start), "remove it, or correct the wider one")
		}
	}
}

// shadows reports whether w holds whenever c does.
func (a *adviser) shadows(w, c *compared) bool {
	if len(w.goals) > len(c.goals) {
		return false
	}
	for i, wide := range w.rule.Params {
		narrow := c.rule.Params[i]
		if _, ok := wide.Value.(*syntax.Var); !ok {
			if syntax.ExprString(wide.Value) != syntax.ExprString(narrow.Value) {
				return false
			}
		} else if _, ok := narrow.Value.(*syntax.Var); w.used[i] && !ok {
			return false // the body would have to be read with the literal
		}
		if !a.covers(wide.Specializer, narrow.Specializer) {
			return false
		}
		if w.used[i] && !c.used[i] {
			return false
		}
	}
	for i, wide := range w.rule.Params {
		for j, other := range w.rule.Params[:i] {
			if v, ok := wide.Value.(*syntax.Var); ok && v.Name != "_" && isVar(other.Value, v.Name) {
				u, ok := c.rule.Params[i].Value.(*syntax.Var)
				if !ok || u.Name == "_" || !isVar(c.rule.Params[j].Value, u.Name) {
					return false // the wider rule wants two equal arguments
				}
			}
		}
	}
	for _, g := range w.goals {
		if !slices.Contains(c.goals, g) {
			return false
		}
	}
	return true
}

func isVar(x syntax.Expr, name string) bool {
	v, ok := x.(*syntax.Var)
	return ok && v.Name == name
}

// covers reports whether everything that matches narrow also matches wide.
func (a *adviser) covers(wide, narrow syntax.Pattern) bool {
	if wide == nil {
		return true
	}
	if narrow == nil {
		return false
	}
	if syntax.PatternString(wide) == syntax.PatternString(narrow) {
		return true
	}
	w, ok1 := wide.(*syntax.ClassPattern)
	n, ok2 := narrow.(*syntax.ClassPattern)
	return ok1 && ok2 && len(w.Fields) == 0 && (w.Class.Text == n.Class.Text || slices.Contains(a.supers[n.Class.Text], w.Class.Text))
}
