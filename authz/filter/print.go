package filter

// This file defines how a filter is printed: as text for people, and as JSON.

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
)

// String returns the query as text, with a question mark for each value:
//
//	Expense where UserID = ? and exists v1 in Owner (v1.Name = ?)
//
// Fields of the row are printed without a variable; other variables are v1, v2 and
// so on. A Reach is printed as "reach v1 in Manager+", or as "Manager*" when it is
// reflexive. A condition on the row s1 that a step leaves is printed as "reach v1
// in (s1 if s1.Active; Manager)*".
func (q *Query) String() string { return q.text(false) }

// Reveal returns the query as String does, but with its values. They are data of
// actors and resources: do not log them.
func (q *Query) Reveal() string { return q.text(true) }

// LogValue returns the text of String, so that a logged query shows no values.
func (q *Query) LogValue() slog.Value { return slog.StringValue(q.String()) }

func (q *Query) text(values bool) string {
	name := "?"
	if q.Model != nil {
		name = q.Model.Name
	}
	return name + " where " + print(q.Where, values, maxText)
}

// Limits of the output, in bytes.
const (
	maxText      = 64 << 10 // of a query
	maxErrorText = 240      // of an expression in an error
)

// Text returns an expression in the form of Query.String, cut to about 240 bytes,
// for messages.
func Text(e Expr) string { return text(e, false) }

func text(e Expr, values bool) string { return print(e, values, maxErrorText) }

func print(e Expr, values bool, limit int) string {
	p := printer{values: values, limit: limit}
	p.expr(e, 0)
	s := p.b.String()
	if len(s) > limit {
		s = strings.ToValidUTF8(s[:limit], "") + "..."
	}
	return s
}

// A printer stops descending when it has written more than limit bytes, or is
// deeper than MaxDepth, because it also prints malformed filters.
type printer struct {
	b      strings.Builder
	values bool
	limit  int
	depth  int
	inStep bool // in a condition on the steps of a Reach
}

// Binding powers, which determine where parentheses are needed.
const (
	powerOr = 1 + iota
	powerAnd
	powerNot
)

func (p *printer) expr(e Expr, power int) {
	if p.b.Len() > p.limit || p.depth > MaxDepth {
		return
	}
	p.depth++
	defer func() { p.depth-- }()
	switch e := e.(type) {
	case Const:
		p.b.WriteString(strconv.FormatBool(bool(e)))
	case And:
		p.list(e, " and ", "true", powerAnd, power)
	case Or:
		p.list(e, " or ", "false", powerOr, power)
	case Not:
		p.b.WriteString("not ")
		p.expr(e.X, powerNot)
	case Compare:
		p.parens(power >= powerNot, func() {
			p.operand(e.L)
			p.b.WriteString(" " + e.Op.String() + " ")
			p.operand(e.R)
		})
	case In:
		p.parens(power >= powerNot, func() {
			p.operand(e.X)
			p.b.WriteString(" in [")
			for i, v := range e.Set {
				if i > 0 {
					p.b.WriteString(", ")
				}
				p.operand(v)
				if p.b.Len() > p.limit {
					break
				}
			}
			p.b.WriteString("]")
		})
	case StrOp:
		p.operand(e.X)
		p.b.WriteString("." + e.Kind.String() + "(")
		p.operand(Value{TypeString, e.Arg})
		p.b.WriteString(")")
	case Exists:
		p.b.WriteString("exists " + p.name(e.As) + " in " + p.qualified(e.From, relationText(e.Rel)))
		p.where(e.Where)
	case Reach:
		p.b.WriteString("reach " + p.name(e.As) + " in ")
		p.steps(e)
		if e.Reflexive {
			p.b.WriteByte('*')
		} else {
			p.b.WriteByte('+')
		}
		p.where(e.Where)
	default:
		p.b.WriteString("<missing>")
	}
}

func (p *printer) list(parts []Expr, sep, empty string, own, outer int) {
	if len(parts) == 0 {
		p.b.WriteString(empty)
		return
	}
	p.parens(len(parts) > 1 && outer >= own, func() {
		for i, e := range parts {
			if i > 0 {
				p.b.WriteString(sep)
			}
			p.expr(e, own)
			if p.b.Len() > p.limit {
				return
			}
		}
	})
}

func (p *printer) parens(yes bool, f func()) {
	if yes {
		p.b.WriteByte('(')
	}
	f()
	if yes {
		p.b.WriteByte(')')
	}
}

func (p *printer) where(e Expr) {
	p.b.WriteString(" (")
	p.expr(e, 0)
	p.b.WriteByte(')')
}

// steps writes where a Reach begins and what one of its steps is, as "v1.Manager",
// "v1.(Members.Group)" or "v1.(s1 if s1.Active; Manager)".
func (p *printer) steps(e Reach) {
	hops := e.Hops()
	if len(hops) == 1 && hops[0].Step == True {
		p.b.WriteString(p.qualified(e.From, relationText(e.Rel)))
		return
	}
	p.b.WriteString(p.qualified(e.From, "("))
	for i, h := range hops {
		if i > 0 {
			p.b.WriteByte('.')
		}
		if h.Step != True {
			p.step(h)
		}
		p.b.WriteString(relationText(h.Rel))
	}
	p.b.WriteByte(')')
}

// step writes the condition of a hop, which has its own variables.
func (p *printer) step(h Hop) {
	defer func(old bool) { p.inStep = old }(p.inStep)
	p.inStep = true
	p.b.WriteString(p.name(h.At) + " if ")
	p.expr(h.Step, 0)
	p.b.WriteString("; ")
}

// relationText returns the name of a relation for messages.
func relationText(r *Relation) string {
	if r == nil {
		return "<missing>"
	}
	return r.Name
}

func (p *printer) operand(o Operand) {
	switch o := o.(type) {
	case Value:
		switch {
		case o.IsNil():
			p.b.WriteString("nil")
		case p.values:
			p.b.WriteString(o.reveal())
		default:
			p.b.WriteByte('?')
		}
	case Field:
		p.b.WriteString(p.qualified(o.Var, o.Name))
	case Key:
		p.b.WriteString(p.qualified(o.Var, "key"))
	default:
		p.b.WriteString("<missing>")
	}
}

// name returns the name of a variable; variables in a step have other names than
// those around it.
func (p *printer) name(v Var) string {
	if p.inStep {
		return "s" + strconv.Itoa(int(v))
	}
	return "v" + strconv.Itoa(int(v))
}

func (p *printer) qualified(v Var, name string) string {
	if v == Row && !p.inStep {
		return name
	}
	return p.name(v) + "." + name
}

// MarshalJSON returns the query as an object {"model": name, "where": node}. A node
// is an object with one key: and, or (arrays of nodes), not (a node), const (a
// boolean), in, startswith, endswith, contains, exists, reach or a comparison ("=",
// "!=", "<", "<=", ">", ">="). The variable of the row is 0. The steps of a reach
// are the relations that one step follows, each with the condition on the row that
// it leaves. The JSON holds the values: it is for programs that run the query, not
// for logs.
func (q *Query) MarshalJSON() ([]byte, error) {
	if q.Model == nil {
		return nil, &Error{Err: ErrInvalid, Reason: "the query has no model"}
	}
	if err := measure(q.Where); err != nil {
		return nil, err
	}
	where, err := tree(q.Where)
	if err != nil {
		return nil, err
	}
	return json.Marshal(object{"model": q.Model.Name, "where": where})
}

type object map[string]any

// tree returns the form of e that MarshalJSON describes.
func tree(e Expr) (any, error) {
	switch e := e.(type) {
	case Const:
		return object{"const": bool(e)}, nil
	case And:
		return trees("and", e)
	case Or:
		return trees("or", e)
	case Not:
		x, err := tree(e.X)
		return object{"not": x}, err
	case Compare:
		return object{e.Op.String(): []any{leaf(e.L), leaf(e.R)}}, nil
	case In:
		return object{"in": object{"x": leaf(e.X), "set": e.Set}}, nil
	case StrOp:
		return object{e.Kind.String(): object{"x": leaf(e.X), "arg": e.Arg}}, nil
	case Exists:
		where, err := tree(e.Where)
		return object{"exists": object{"as": e.As, "from": e.From, "relation": relationName(e.Rel), "where": where}}, err
	case Reach:
		where, err := tree(e.Where)
		if err != nil {
			return nil, err
		}
		steps := make([]any, 0, 1+len(e.Via))
		for _, h := range e.Hops() {
			step, err := tree(h.Step)
			if err != nil {
				return nil, err
			}
			steps = append(steps, object{"at": h.At, "where": step, "relation": relationName(h.Rel)})
		}
		return object{"reach": object{"as": e.As, "from": e.From, "steps": steps, "reflexive": e.Reflexive, "where": where}}, nil
	}
	return nil, &Error{Err: ErrInvalid, Reason: fmt.Sprintf("unknown node type %T", e)}
}

func trees(key string, parts []Expr) (any, error) {
	list := make([]any, len(parts))
	for i, p := range parts {
		x, err := tree(p)
		if err != nil {
			return nil, err
		}
		list[i] = x
	}
	return object{key: list}, nil
}

func leaf(o Operand) any {
	switch o := o.(type) {
	case Field:
		return object{"var": o.Var, "field": o.Name}
	case Key:
		return object{"var": o.Var, "key": true}
	case Value, nil:
		return o
	}
	panic(fmt.Sprintf("filter: operand %T", o))
}

func relationName(r *Relation) string {
	if r == nil {
		return ""
	}
	return r.Name
}
