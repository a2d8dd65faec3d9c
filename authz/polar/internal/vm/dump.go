package vm

// This file defines the text form of a compiled policy, for tests and for people who
// want to see what became of a rule.
//
// A rule is written as its index, if it has one, and its clauses. The goals of a clause
// are the nodes of a graph: each has a number and, where the next line is not it, the
// number of the node that follows. A clause that shares its goals with an earlier one says
// so. A variable is written as its slot, [3], and with a name where the policy gives it one.

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/ursa-authz/ursa/authz/internal/host"
	"github.com/ursa-authz/ursa/authz/polar/internal/resolve"
)

// Dump writes the program to w.
func (p *Program) Dump(w io.Writer) error {
	d := &dumper{p: p, shapes: make(map[*shape]*clause)}
	for _, name := range slices.Sorted(maps.Keys(p.preds)) {
		for _, arity := range slices.Sorted(maps.Keys(p.preds[name])) {
			d.pred(p.preds[name][arity])
		}
	}
	_, err := io.WriteString(w, d.b.String())
	return err
}

type dumper struct {
	p      *Program
	b      strings.Builder
	shapes map[*shape]*clause // the first clause of each
}

func (d *dumper) line(depth int, format string, args ...any) {
	d.b.WriteString(strings.Repeat("  ", depth))
	fmt.Fprintf(&d.b, format, args...)
	d.b.WriteByte('\n')
}

func (d *dumper) pred(pr *pred) {
	recursive := ""
	if pr.recursive {
		recursive = ", recursive"
	}
	d.line(0, "%s/%d: %d clauses%s", pr.name, pr.arity, len(pr.clauses), recursive)
	if !pr.index.leaf || pr.index.ordered {
		d.index(1, "index", pr.index)
	}
	for _, c := range pr.clauses {
		d.clause(pr, c)
	}
}

// index writes a node of an index, and what is below it.
func (d *dumper) index(depth int, label string, n *indexNode) {
	if n.leaf {
		var orders []string
		for _, c := range n.clauses {
			orders = append(orders, strconv.Itoa(c.order))
		}
		sorted := ""
		if n.ordered {
			sorted = ", sorted for each call"
		}
		d.line(depth, "%s: clauses %s%s", label, strings.Join(orders, " "), sorted)
		return
	}
	how := "by constant"
	if n.byPlan != nil {
		how = "by class"
	}
	d.line(depth, "%s: %s of %s", label, how, indexPlace(n.key))
	for _, text := range slices.Sorted(maps.Keys(n.byText)) {
		d.index(depth+1, strconv.Quote(text), n.byText[text])
	}
	words := slices.SortedFunc(maps.Keys(n.byWord), func(a, b wordKey) int {
		return strings.Compare(fmt.Sprint(a), fmt.Sprint(b))
	})
	for _, k := range words {
		d.index(depth+1, fmt.Sprintf("%s %d", k.kind, k.word), n.byWord[k])
	}
	seen := make(map[*indexNode]bool)
	for id, child := range n.byPlan {
		if child == nil || child == n.rest || seen[child] {
			continue
		}
		seen[child] = true
		var names []string
		others := false
		for other := id; other < len(n.byPlan); other++ {
			switch plan := d.p.reg.PlanByID(other); {
			case n.byPlan[other] != child:
			case plan.Class != nil:
				names = append(names, plan.Class.Name)
			default:
				others = true
			}
		}
		if others {
			names = append(names, "types without a class")
		}
		d.index(depth+1, strings.Join(names, ", "), child)
	}
	if n.rest != nil {
		d.index(depth+1, "others", n.rest)
	}
	if n.unbound != nil {
		d.index(depth+1, "unknown", n.unbound)
	}
}

// indexPlace names a place that an index looks at.
func indexPlace(k indexKey) string {
	text := fmt.Sprintf("argument %d", k.arg)
	if k.attr != "" {
		text += "." + k.attr
	}
	if k.part != wholeArg {
		text += fmt.Sprintf(" (part %d)", k.part)
	}
	return text
}

func (d *dumper) clause(pr *pred, c *clause) {
	d.line(1, "%d: %s at %s", c.order, c.info.Head, c.info.Pos)
	vars := d.p.module.Rule(c.rule).Vars
	for i := range c.params {
		p := &c.params[i]
		text := operandText(&p.term, vars)
		if p.fresh {
			text += " new"
		}
		if p.pat != nil {
			text += ": " + patternText(p.pat, vars)
		}
		d.line(2, "parameter %d: %s", i, text)
	}
	if first := d.shapes[c.shape]; first != nil {
		d.line(2, "goals of %d", first.order)
		return
	}
	d.shapes[c.shape] = c
	compiled := "compiled to closures"
	if why := d.p.notCompiled(pr, c); len(why) > 0 {
		compiled += ", but for " + strings.Join(why, "; ")
	}
	d.line(2, "%s", compiled)
	g := &graph{numbers: make(map[*node]int), vars: vars}
	g.number(c.body)
	for i, n := range g.order {
		d.line(2, "%s", g.text(i, n))
	}
}

// A graph numbers the nodes of a clause.
type graph struct {
	order   []*node
	numbers map[*node]int
	vars    []string
}

// number gives numbers to n and all that can be reached from it: what follows a node
// comes behind what is inside it.
func (g *graph) number(n *node) {
	for n != nil {
		if _, ok := g.numbers[n]; ok {
			return
		}
		g.numbers[n] = len(g.order)
		g.order = append(g.order, n)
		if n.control != nil {
			for _, alt := range n.alts {
				g.number(alt)
			}
			if n.sub != nil {
				g.number(n.sub)
			}
		}
		n = n.next
	}
}

// text returns the line of the node with number i.
func (g *graph) text(i int, n *node) string {
	text := fmt.Sprintf("%d %s", i, g.goal(n))
	if n.next != nil && n.op != opOr && g.numbers[n.next] != i+1 {
		text += fmt.Sprintf(" -> %d", g.numbers[n.next])
	}
	return text
}

func (g *graph) goal(n *node) string {
	op := func(o *operand) string { return operandText(o, g.vars) }
	ops := func(list []operand) string {
		texts := make([]string, len(list))
		for i := range list {
			texts[i] = op(&list[i])
		}
		return strings.Join(texts, ", ")
	}
	switch n.op {
	case opHalt:
		return "halt"
	case opReturn:
		return "return"
	case opUnify:
		return op(&n.a) + " = " + op(&n.b)
	case opAssign:
		return op(&n.a) + " := " + op(&n.b)
	case opCompare:
		return op(&n.a) + " " + n.cmp.String() + " " + op(&n.b)
	case opArith:
		return op(&n.c) + " <- " + op(&n.a) + " " + n.cmp.String() + " " + op(&n.b)
	case opLookup:
		if n.name == "" {
			return op(&n.c) + " <- " + op(&n.a) + ".(" + op(&n.b) + ")"
		}
		return op(&n.c) + " <- " + op(&n.a) + "." + n.name
	case opMethod:
		return op(&n.c) + " <- " + op(&n.a) + "." + n.name + "(" + ops(n.args) + ")"
	case opNew:
		return op(&n.c) + " <- new " + n.class.Name + "(" + ops(n.args) + ")"
	case opIn:
		return op(&n.a) + " in " + op(&n.b)
	case opMatches:
		return op(&n.a) + " matches " + patternText(n.pat, g.vars)
	case opCall:
		tail := ""
		if n.tail {
			tail = " tail"
		}
		return "call " + n.name + "(" + ops(n.args) + ")" + tail
	case opTruth:
		return "true " + op(&n.a)
	case opMark:
		return "mark " + op(&n.a)
	case opCut:
		return "cut to " + strconv.Itoa(int(n.a.slot))
	case opOr:
		var alts []string
		for _, alt := range n.alts {
			alts = append(alts, strconv.Itoa(g.numbers[alt]))
		}
		return "or " + strings.Join(alts, " ")
	case opNot:
		return fmt.Sprintf("not %d, new %v, shared %v", g.numbers[n.sub], n.locals, n.shared)
	case opNotEnd:
		return "end of not"
	case opCollected:
		return "collected"
	case opPrint:
		return "print(" + ops(n.args) + ")"
	case opFail:
		return "fail"
	}
	panic(fmt.Sprintf("vm: opcode %d", n.op))
}

func operandText(o *operand, vars []string) string {
	switch o.kind {
	case constOperand:
		return host.Print(o.value)
	case varOperand:
		text := fmt.Sprintf("[%d]", o.slot)
		if int(o.slot) < len(vars) && vars[o.slot] != "_" {
			text = vars[o.slot] + text
		}
		return text
	case listOperand:
		var elems []string
		for i := range o.elems {
			elems = append(elems, operandText(&o.elems[i], vars))
		}
		if o.rest != nil {
			elems = append(elems, "*"+operandText(o.rest, vars))
		}
		return "[" + strings.Join(elems, ", ") + "]"
	case dictOperand:
		var elems []string
		for i, key := range o.keys {
			elems = append(elems, key+": "+operandText(&o.elems[i], vars))
		}
		return "{" + strings.Join(elems, ", ") + "}"
	case nowOperand:
		return "now"
	case termOperand:
		return "a term"
	}
	panic(fmt.Sprintf("vm: operand %d", o.kind))
}

func patternText(p *pattern, vars []string) string {
	var parts []string
	for _, f := range p.fields {
		parts = append(parts, f.name+": "+patternText(f.pat, vars))
	}
	switch p.kind {
	case classPattern:
		union := ""
		if p.union != resolve.UnionNone {
			union = " (union)"
		}
		if len(parts) == 0 {
			return p.name + union
		}
		return p.name + union + "{" + strings.Join(parts, ", ") + "}"
	case dictPattern:
		return "{" + strings.Join(parts, ", ") + "}"
	case listPattern:
		for _, e := range p.elems {
			parts = append(parts, patternText(e, vars))
		}
		if p.rest != nil {
			parts = append(parts, "*"+operandText(p.rest, vars))
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case valuePattern:
		return operandText(&p.value, vars)
	}
	panic(fmt.Sprintf("vm: pattern %d", p.kind))
}
