package difftest

// This file defines Program, a generated policy with its queries, as a tree that is
// coarse enough to print and to shrink: rules, goals, and text for the rest.

import (
	"regexp"
	"strings"
)

// A Program is a policy and queries on it.
type Program struct {
	Blocks  []*Block
	Rules   []*Rule
	Queries []*Goal
}

// A Block is an actor or resource block.
type Block struct {
	Head  string   // "resource Repo"
	Lines []string // declarations and shorthands
}

// A Rule is a rule: parameters as text, the body as a tree.
type Rule struct {
	Name   string
	Params []string
	Body   *Goal // nil for a fact
}

// A Goal is a connective over goals, or an atom.
type Goal struct {
	Op   Op
	Text string  // of an atom, else empty
	Kids []*Goal // of a connective: two for forall, one for not
}

// An Op is the connective of a goal.
type Op uint8

// The connectives.
const (
	OpAtom Op = iota
	OpAnd
	OpOr
	OpNot
	OpForall
)

func atom(text string) *Goal { return &Goal{Text: text} }

func and(kids ...*Goal) *Goal { return join(OpAnd, kids) }

func or(kids ...*Goal) *Goal { return join(OpOr, kids) }

func join(op Op, kids []*Goal) *Goal {
	switch len(kids) {
	case 0:
		return atom("true")
	case 1:
		return kids[0]
	}
	return &Goal{Op: op, Kids: kids}
}

// Policy prints the policy.
func (p *Program) Policy() string {
	var b strings.Builder
	for _, block := range p.Blocks {
		b.WriteString(block.Head)
		b.WriteString(" {\n")
		for _, line := range block.Lines {
			b.WriteString("  ")
			b.WriteString(line)
			b.WriteString("\n")
		}
		b.WriteString("}\n")
	}
	for _, rule := range p.Rules {
		b.WriteString(rule.String())
		b.WriteByte('\n')
	}
	return b.String()
}

// QueryTexts prints the queries.
func (p *Program) QueryTexts() []string {
	texts := make([]string, len(p.Queries))
	for i, q := range p.Queries {
		texts[i] = q.String()
	}
	return texts
}

// variable matches the names of generated variables. Nothing else in a generated
// policy has this form.
var variable = regexp.MustCompile(`\bv[0-9]+\b`)

// String prints the rule. A variable that occurs once gets a name that starts with an
// underscore, as the language requires.
func (r *Rule) String() string {
	text := r.Name + "(" + strings.Join(r.Params, ", ") + ")"
	if r.Body != nil {
		text += " if " + r.Body.String()
	}
	text += ";"
	count := make(map[string]int)
	for _, name := range variable.FindAllString(text, -1) {
		count[name]++
	}
	return variable.ReplaceAllStringFunc(text, func(name string) string {
		if count[name] == 1 {
			return "_" + name
		}
		return name
	})
}

// String prints the goal. Connectives inside a goal are in parentheses.
func (g *Goal) String() string {
	switch g.Op {
	case OpAnd, OpOr:
		word := " and "
		if g.Op == OpOr {
			word = " or "
		}
		parts := make([]string, len(g.Kids))
		for i, kid := range g.Kids {
			parts[i] = kid.operand()
		}
		return strings.Join(parts, word)
	case OpNot:
		return "not " + g.Kids[0].operand()
	case OpForall:
		return "forall(" + g.Kids[0].String() + ", " + g.Kids[1].String() + ")"
	}
	return g.Text
}

func (g *Goal) operand() string {
	if g.Op == OpAnd || g.Op == OpOr || g.Op == OpNot {
		return "(" + g.String() + ")"
	}
	return g.String()
}

// walk calls visit for g and every goal below it.
func (g *Goal) walk(visit func(*Goal)) {
	visit(g)
	for _, kid := range g.Kids {
		kid.walk(visit)
	}
}
