package analysis

// This file defines Blocks, what the actor and resource blocks of a policy declare.

import (
	"slices"

	"github.com/ursa-authz/ursa/authz/polar/syntax"
)

// A Block is what all blocks of one class declare together.
type Block struct {
	Class       string
	Actor       bool // by an actor block, at least once
	Roles       []string
	Permissions []string
	Relations   []Relation
	Implied     []Implication
}

// A Relation is a declared relation.
type Relation struct {
	Name    string
	Classes []string
}

// An Implication is a shorthand rule: an actor with Implier, on the instance itself or on what
// Relation leads to, has Head.
type Implication struct {
	Head, Implier string
	Relation      string // may be empty
	Pos           syntax.Position
}

// Text returns the shorthand rule as it is written.
func (i Implication) Text() string {
	text := quote(i.Head) + " if " + quote(i.Implier)
	if i.Relation != "" {
		text += " on " + quote(i.Relation)
	}
	return text
}

func quote(s string) string { return syntax.ExprString(&syntax.StringLit{Value: s}) }

// Blocks returns the blocks of the policy, one for each class, in the order in which the
// classes come first.
func (p *Policy) Blocks() []*Block {
	var blocks []*Block
	for _, f := range p.Files {
		for _, s := range f.Stmts {
			b, ok := s.(*syntax.Block)
			if !ok || b.Class == nil {
				continue
			}
			i := slices.IndexFunc(blocks, func(old *Block) bool { return old.Class == b.Class.Text })
			if i < 0 {
				i = len(blocks)
				blocks = append(blocks, &Block{Class: b.Class.Text})
			}
			blocks[i].add(b)
		}
	}
	return blocks
}

// add adds what b declares.
func (b *Block) add(block *syntax.Block) {
	b.Actor = b.Actor || block.Keyword != nil && block.Keyword.Text == "actor"
	for _, d := range block.Decls {
		switch d := d.(type) {
		case *syntax.Declaration:
			for _, s := range d.Strings {
				switch d.Name.Text {
				case "roles":
					b.Roles = addName(b.Roles, s.Value)
				case "permissions":
					b.Permissions = addName(b.Permissions, s.Value)
				}
			}
			for _, r := range d.Relations {
				relation := Relation{Name: r.Name.Text}
				for _, c := range r.Classes {
					relation.Classes = append(relation.Classes, c.Text)
				}
				b.Relations = append(b.Relations, relation)
			}
		case *syntax.Shorthand:
			i := Implication{Head: d.Head.Value, Implier: d.Implier.Value, Pos: d.Start}
			if d.Relation != nil {
				i.Relation = d.Relation.Value
			}
			b.Implied = append(b.Implied, i)
		}
	}
}

func addName(names []string, name string) []string {
	if slices.Contains(names, name) {
		return names
	}
	return append(names, name)
}

// kind returns the rule that a declared name is asked by, or "".
func (b *Block) kind(name string) string {
	switch {
	case slices.Contains(b.Permissions, name):
		return "has_permission"
	case slices.Contains(b.Roles, name):
		return "has_role"
	case slices.ContainsFunc(b.Relations, func(r Relation) bool { return r.Name == name }):
		return "has_relation"
	}
	return ""
}

// Holders returns the names of the block that imply name without a relation: itself, what
// implies it, and so on.
func (b *Block) Holders(name string) []string {
	holders := []string{name}
	for i := 0; i < len(holders); i++ {
		for _, im := range b.Implied {
			if im.Head == holders[i] && im.Relation == "" {
				holders = addName(holders, im.Implier)
			}
		}
	}
	return holders
}
