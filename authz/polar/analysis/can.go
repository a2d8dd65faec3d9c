package analysis

// This file defines Can, the ways in which a policy can allow an action.

import (
	"slices"

	"github.com/ursa-authz/ursa/authz/polar/schema"
	"github.com/ursa-authz/ursa/authz/polar/syntax"
)

// A Way is a rule by which a policy can allow an action, and what that rule leads to.
type Way struct {
	Text  string // the rule, or the shorthand rule of a block
	Pos   syntax.Position
	Depth int  // how many ways lead to it
	Again bool // what it leads to is listed above
}

// maxWays bounds how many ways are listed.
const maxWays = 10_000

// Can returns the ways in which the policy can allow action on instances of class: the rules
// of allow that are about them and, below each, the shorthand rules and the rules of
// permissions, roles and relations that it asks. The order is depth first. Conditions are
// not decided, so a way may be one that never holds. Supertypes are known from the schema
// only; it may be nil.
func (p *Policy) Can(action, class string, s *schema.Schema) []Way {
	c := &can{blocks: p.Blocks(), supers: map[string][]string{}, seen: map[asked]bool{}}
	for _, f := range p.Files {
		for _, stmt := range f.Stmts {
			if r, ok := stmt.(*syntax.Rule); ok && len(r.Params) == 3 {
				c.rules = append(c.rules, r)
			}
		}
	}
	if s != nil {
		for _, sc := range s.Classes {
			c.supers[sc.Name] = sc.Supers
		}
	}
	// A stack and no recursion: policies can make chains as long as they like.
	c.ask(asked{"allow", action, class}, 0)
	for len(c.stack) > 0 && len(c.ways) < maxWays {
		next := c.stack[len(c.stack)-1]
		c.stack = c.stack[:len(c.stack)-1]
		way := next.way
		for _, q := range next.asks {
			way.Again = way.Again || c.seen[q]
		}
		c.ways = append(c.ways, way)
		for _, q := range slices.Backward(next.asks) {
			c.ask(q, way.Depth+1)
		}
	}
	return c.ways
}

// An asked is a question that rules ask: rule(_, name, instance of class).
type asked struct{ rule, name, class string }

// A pending is a way that is to be listed, with what it asks.
type pending struct {
	way  Way
	asks []asked
}

type can struct {
	rules  []*syntax.Rule // with three parameters
	blocks []*Block
	supers map[string][]string
	seen   map[asked]bool
	stack  []pending
	ways   []Way
}

// ask puts the ways to answer q on the stack, the first on top.
func (c *can) ask(q asked, depth int) {
	if c.seen[q] {
		return
	}
	c.seen[q] = true
	var found []pending
	for _, b := range c.blocks {
		if !c.isA(q.class, b.Class) || b.kind(q.name) != q.rule {
			continue
		}
		for _, im := range b.Implied {
			if im.Head == q.name {
				found = append(found, pending{Way{Text: b.Class + ": " + im.Text(), Pos: im.Pos, Depth: depth}, c.implied(b, im, q.class)})
			}
		}
	}
	for _, r := range c.rules {
		if r.Name.Text == q.rule && c.matches(r, q) {
			found = append(found, pending{Way{Text: ruleText(r), Pos: r.Start, Depth: depth}, c.calls(r, q)})
		}
	}
	for _, f := range slices.Backward(found) {
		c.stack = append(c.stack, f)
	}
}

// isA reports whether instances of class are known to be of super.
func (c *can) isA(class, super string) bool {
	return class == super || slices.Contains(c.supers[class], super)
}

// matches reports whether a rule may be about q.
func (c *can) matches(r *syntax.Rule, q asked) bool {
	if s, ok := r.Params[1].Value.(*syntax.StringLit); ok && q.name != "" && s.Value != q.name {
		return false
	}
	pattern, ok := r.Params[2].Specializer.(*syntax.ClassPattern)
	if !ok {
		return true
	}
	name := pattern.Class.Text
	return q.class == "" || name == "Actor" || name == "Resource" || c.isA(q.class, name)
}

// implied returns what a shorthand rule asks.
func (c *can) implied(b *Block, im Implication, class string) []asked {
	if im.Relation == "" {
		return []asked{{b.kind(im.Implier), im.Implier, class}}
	}
	var asks []asked
	for _, r := range b.Relations {
		if r.Name != im.Relation {
			continue
		}
		for _, target := range r.Classes {
			for _, of := range c.blocks {
				if c.isA(target, of.Class) && of.kind(im.Implier) != "" {
					asks = append(asks, asked{of.kind(im.Implier), im.Implier, target})
				}
			}
		}
	}
	return append(asks, asked{"has_relation", im.Relation, class})
}

// calls returns which questions about permissions, roles and relations the body of r asks,
// if q is asked by it. What is asked of something else than the parameters is asked of any
// class.
func (c *can) calls(r *syntax.Rule, q asked) []asked {
	if r.Body == nil {
		return nil
	}
	var asks []asked
	syntax.Walk(r.Body, func(n syntax.Node) bool {
		call, ok := n.(*syntax.Call)
		if !ok || len(call.Args) != 3 || !slices.Contains([]string{"allow", "has_permission", "has_role", "has_relation"}, call.Name.Text) {
			return true
		}
		a := asked{rule: call.Name.Text}
		switch name := call.Args[1].(type) {
		case *syntax.StringLit:
			a.name = name.Value
		case *syntax.Var:
			if v, ok := r.Params[1].Value.(*syntax.Var); ok && v.Name == name.Name {
				a.name = q.name
			}
		}
		if v, ok := call.Args[2].(*syntax.Var); ok {
			for i, param := range r.Params {
				if pv, ok := param.Value.(*syntax.Var); !ok || pv.Name != v.Name {
					continue
				}
				if pattern, ok := param.Specializer.(*syntax.ClassPattern); ok {
					a.class = pattern.Class.Text
				}
				if i == 2 && q.class != "" {
					a.class = q.class
				}
			}
		}
		if a.name != "" && !slices.Contains(asks, a) {
			asks = append(asks, a)
		}
		return true
	})
	return asks
}
