//go:build cgo && !musl && (((linux || darwin) && (amd64 || arm64)) || (windows && amd64))

package osoengine

// This file defines the check of specializers and patterns.

import "github.com/ursa-authz/ursa/authz/polar/syntax"

// pattern checks a pattern against a term with types t, and returns the types of the
// terms that match.
func (c *checker) pattern(p syntax.Pattern, t types, e env) types {
	switch p := p.(type) {
	case *syntax.ClassPattern:
		return c.classPattern(p, e)
	case *syntax.DictPattern:
		for _, f := range p.Fields {
			c.read[f.Key.Text] = true
			field := types{open: true}
			found := c.structsWith(f.Key.Text)
			for _, t := range found {
				sf, _ := fieldOf(t, f.Key.Text)
				c.readable(f, t, sf)
				field = field.with(sf.Type)
			}
			if like := c.spelledLike(f.Key.Text); len(found) == 0 && like != "" {
				c.refuse(f, "write "+like, "go-oso knows attributes by their exact Go name")
			}
			c.patternField(f, field, e)
		}
	case *syntax.ListPattern:
		for _, elem := range p.Elems {
			c.pattern(elem, elements(t), e)
		}
		if p.Rest != nil {
			c.bind(p.Rest, e)
		}
		return only(builtins["List"])
	case *syntax.ValuePattern:
		if c.fresh(p.Value, e) {
			c.learn(p.Value, t, e)
			return t
		}
		value := c.value(p.Value, e)
		c.compare(p, p.Value, value, nil, t)
		c.bind(p.Value, e)
	}
	return t
}

func (c *checker) classPattern(p *syntax.ClassPattern, e env) types {
	name := p.Class.Text
	var t types
	switch {
	case name == "Actor" || name == "Resource":
		if len(p.Fields) > 0 {
			c.refuse(p, "", "go-oso ignores the fields of a pattern for the union %s", name)
		}
		t.list = c.actors
		if name == "Resource" {
			t.list = c.resources
		}
		return t
	case builtins[name] != nil:
		t = only(builtins[name])
	default:
		cl := c.class(p.Class)
		if cl == nil {
			return anything
		}
		t = only(cl.typ)
	}
	for _, f := range p.Fields {
		c.patternField(f, c.field(f, t, f.Key.Text), e)
	}
	return t
}

func (c *checker) patternField(f *syntax.PatternField, t types, e env) {
	c.pattern(f.Value, t, e)
}
