package resolve

// This file defines the checks of operators: that operands can be compared, ordered,
// computed with, iterated over, matched or used as a condition.

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/ursa-authz/ursa/authz/internal/host"
	"github.com/ursa-authz/ursa/authz/polar/syntax"
)

// unify checks l = r. Lists and dictionaries that are written out are compared part by part.
func (c *checker) unify(l, r Term, at syntax.Span) {
	if ls, rs, ok := c.parts(l, r); ok {
		for i := range ls {
			c.unify(ls[i], rs[i], at)
		}
		return
	}
	lt, rt := c.term(l), c.term(r)
	if c.equal(lt, rt, at) {
		c.literalHint(l, r, lt, rt)
	}
	c.constants(l, r, lt, rt, at)
	if !c.less {
		c.mayBothBeNil(l, r, lt, rt, at)
	}
	c.learn(l, rt)
	c.learn(r, lt)
}

// parts returns the corresponding parts of two terms, when both are lists of one length or
// dictionaries with the same keys, and one contains variables.
func (c *checker) parts(l, r Term) (ls, rs []Term, ok bool) {
	if !isOpenTerm(l) && !isOpenTerm(r) || endsOpen(l) || endsOpen(r) {
		return nil, nil, false
	}
	ls, ok1 := elements(l)
	rs, ok2 := elements(r)
	if ok1 && ok2 {
		return ls, rs, len(ls) == len(rs)
	}
	lk, ls, ok1 := entries(l)
	rk, rs, ok2 := entries(r)
	return ls, rs, ok1 && ok2 && slices.Equal(lk, rk)
}

// isOpenTerm reports whether t is a list or dictionary with variables in it.
func isOpenTerm(t Term) bool {
	switch t.(type) {
	case *List, *Dict:
		return true
	case *Const, *Var:
	}
	return false
}

// endsOpen reports whether t is a list with a rest.
func endsOpen(t Term) bool {
	l, ok := t.(*List)
	return ok && l.Rest != nil
}

// equal checks that something of type t can be equal to something of type u, and reports whether it never can.
func (c *checker) equal(t, u *typ, at syntax.Span) bool {
	switch {
	case t == nil || u == nil:
	case t.isNil() || u.isNil():
		if !t.nilable || !u.nilable {
			what := t
			if t.isNil() {
				what = u
			}
			c.warn(CodeNeverNil, at, fmt.Sprintf("this is of type %s, which is never nil", what), "")
		}
	case !disjoint(t, u, alt.mayEqual):
	case t.nilable && u.nilable:
		c.warn(CodeOnlyNil, at, fmt.Sprintf("%s and %s are equal only when both are nil", t, u), "")
	default:
		c.error(CodeNeverEqual, at, fmt.Sprintf("%s and %s can never be equal", t, u), equalHint(t, u))
		return true
	}
	return false
}

// equalHint says what to write instead of comparing values of types t and u, which are never equal.
func equalHint(t, u *typ) string {
	switch {
	case t == classType || u == classType:
		return "a class is not one of its instances; to test for a class, write x matches Class"
	case isTime(t) || isTime(u):
		return timeHint
	case t.any(isList) && !u.any(isList), u.any(isList) && !t.any(isList):
		return "to test for an element, write x in list"
	}
	return ""
}

func isList(a alt) bool { return a.kind == host.List }

// timeHint says how to compare times and compute with them.
const timeHint = `compare a time with a time, or use x.unix() for its seconds, as in now.unix() - 1800 < x.unix()`

// isTime reports whether a value of t can only be a time.
func isTime(t *typ) bool {
	return len(t.alts) == 1 && t.alts[0].plan != nil && t.alts[0].plan.IsTime()
}

// literalHint adds to the last diagnostic, about two terms that are never equal, how to write the literal among
// them as a value of the other's type.
func (c *checker) literalHint(l, r Term, lt, rt *typ) {
	x, ok := l.(*Const)
	other := rt
	if !ok || x.Named {
		x, ok = r.(*Const)
		other = lt
	}
	if !ok || x.Named || len(other.alts) != 1 {
		return
	}
	var old, fix string
	switch v, to := x.Value, other.alts[0]; {
	case v.Kind() == host.String && to.kind == host.Bool && (v.Str() == "true" || v.Str() == "false"),
		v.Kind() == host.String && to.isNumber() && isNumeral(v.Str()):
		old, fix = quote(v.Str()), v.Str()
	case v.Kind() == host.Int && to.kind == host.String:
		old = strconv.FormatInt(v.Int(), 10)
		fix = quote(old)
	case v.Kind() == host.Int && to.kind == host.Bool && v.Int() == 0:
		old, fix = "0", "false"
	case v.Kind() == host.Int && to.kind == host.Bool && v.Int() == 1:
		old, fix = "1", "true"
	default:
		return
	}
	c.r.hint("write " + fix)
	d := &c.r.diags[len(c.r.diags)-1]
	if at := (syntax.Span{Start: x.Pos, End: after(x.Pos, old)}); c.src.text(at) == old {
		d.Fix = &syntax.Fix{Span: at, Text: fix}
	}
}

// isNumeral reports whether a policy could write text as a number.
func isNumeral(text string) bool {
	if text == "" || strings.Trim(text, "0123456789.") != "" || text[0] == '.' {
		return false
	}
	_, err := strconv.ParseFloat(text, 64)
	return err == nil
}

// arithHint says what to write instead of arithmetic with values of type t.
func arithHint(t *typ) string {
	switch {
	case isTime(t):
		return timeHint
	case t.any(func(a alt) bool { return a.kind == host.String }):
		return "strings cannot be joined; compare the parts, or write a method in Go"
	}
	return ""
}

// compare checks a comparison.
func (c *checker) compare(g *Compare) {
	l, r := c.term(g.L), c.term(g.R)
	if g.Op == syntax.OpEq || g.Op == syntax.OpNe {
		c.constants(g.L, g.R, l, r, span(g))
		if c.less == (g.Op == syntax.OpNe) {
			c.mayBothBeNil(g.L, g.R, l, r, span(g))
		}
	}
	switch {
	case g.Op == syntax.OpNe:
		if c.equal(l, r, span(g)) {
			c.literalHint(g.L, g.R, l, r)
		}
	case g.Op == syntax.OpEq:
		if c.equal(l, r, span(g)) {
			c.literalHint(g.L, g.R, l, r)
		}
		c.learn(g.L, r)
		c.learn(g.R, l)
	case l == nil || r == nil || l.isNil() || r.isNil():
	case disjoint(l, r, alt.mayBeOrdered):
		hint := ""
		if isTime(l) || isTime(r) {
			hint = timeHint
		}
		c.error(CodeNoOrder, span(g), fmt.Sprintf("%s and %s cannot be ordered", l, r), hint)
		c.literalHint(g.L, g.R, l, r)
	}
}

// arith checks the operands of an arithmetic operation and returns the type of its result.
func (c *checker) arith(g *Arith) *typ {
	l, r := c.term(g.L), c.term(g.R)
	for _, t := range []*typ{l, r} {
		if t != nil && len(t.alts) > 0 && !t.any(alt.isNumber) {
			c.error(CodeNotANumber, span(g), fmt.Sprintf("%s needs numbers, not %s", g.Op, t), arithHint(t))
			return nil
		}
	}
	all := func(t *typ, k host.Kind) bool {
		return t != nil && len(t.alts) > 0 && !t.any(func(a alt) bool { return a.isNumber() && a.kind != k })
	}
	switch {
	case g.Op == syntax.OpDiv || all(l, host.Float) || all(r, host.Float):
		return floatType
	case all(l, host.Int) && all(r, host.Int):
		return intType
	}
	return numType
}

// truth checks a condition.
func (c *checker) truth(g *Truth) {
	t := c.term(g.Term)
	isBool := func(a alt) bool { return a.kind == host.Bool }
	if t != nil && len(t.alts) > 0 && !t.any(isBool) {
		hint := `compare it with something, as in x = "a"`
		if t.any(func(a alt) bool { return a.kind == host.Instance }) {
			hint = "to test that it is not nil, write x != nil"
		}
		c.error(CodeNotACondition, span(g), fmt.Sprintf("%s is neither true nor false, so it cannot be a condition", t), hint)
		return
	}
	v, ok := g.Term.(*Var)
	switch {
	case !ok || t.isNil():
	case t == nil:
		c.set(v.Slot, boolType)
	default:
		c.set(v.Slot, &typ{alts: t.filter(isBool).alts})
	}
}

// in checks item in sequence.
func (c *checker) in(g *In) {
	t := c.term(g.Seq)
	if t == nil || len(t.alts) == 0 {
		return
	}
	elem := neverType
	for _, a := range t.alts {
		switch a.kind {
		case host.List:
			elem = join(elem, a.elemOf())
		case host.Dict:
			elem = join(elem, listType(nil))
		}
	}
	if elem == neverType {
		c.notIterable(g, t)
		return
	}
	if item := c.term(g.Item); c.equal(item, elem, span(g)) && item.any(isList) && elem != nil && !elem.any(isList) {
		c.r.hint(`write the list on the right of "in"`)
	}
	for item, at := range elementsOf(g) {
		c.constant(c.term(g.Item), item, at)
	}
	c.constant(elem, g.Item, termSpan(g.Item, span(g).Start))
	c.learn(g.Item, elem)
}

// notIterable reports "item in sequence" where the sequence, of type t, has no elements.
func (c *checker) notIterable(g *In, t *typ) {
	if !t.any(func(a alt) bool { return a.kind == host.String }) {
		c.error(CodeNotIterable, span(g), fmt.Sprintf("in needs a List or a Dictionary, not a value of type %s", t), "")
		return
	}
	_, written := literalString(g.Seq)
	if item := c.term(g.Item); written && item != nil && item.any(isList) {
		c.error(CodeNotIterable, span(g), fmt.Sprintf("in needs a List or a Dictionary, not a value of type %s", t), `write the list on the right of "in"`)
		return
	}
	seq, item := "text", `"..."`
	if x, ok := g.Node.(*syntax.BinaryExpr); ok {
		seq, item = c.src.text(x.Y.Range()), c.src.text(x.X.Range())
	}
	c.error(CodeNotIterable, span(g), fmt.Sprintf("in needs a List or a Dictionary, not a value of type %s", t),
		"to search for part of a string, write "+seq+".contains("+item+")")
}

// pattern checks that something of type t can match p, and returns its type after the match.
func (c *checker) pattern(p Pattern, t *typ) *typ {
	switch p := p.(type) {
	case *ClassPattern:
		class := c.facts.class(p)
		if class == nil {
			return t
		}
		u := c.narrow(t, class, p)
		for _, f := range p.Fields {
			c.field(f, u, c.attribute(u, f.Name, fieldSpan(f)))
		}
		return u
	case *DictPattern:
		for _, f := range p.Fields {
			c.field(f, t, c.key(t, f))
		}
	case *ListPattern:
		return c.listPattern(p, t)
	case *ValuePattern:
		u := c.term(p.Term)
		if c.equal(t, u, termSpan(p.Term, p.Pos)) {
			if name, ok := literalString(p.Term); ok && c.facts.reg.Class(name) != nil {
				c.r.hint("write the class without quotes: " + name)
			}
		}
		c.constant(t, p.Term, termSpan(p.Term, p.Pos))
		c.learn(p.Term, t)
		return meet(t, u)
	}
	return t
}

// field checks that an attribute, of type t, of something of type of can match the pattern of a field.
func (c *checker) field(f FieldPattern, of, t *typ) {
	c.fieldMayBeNil(f, of, t)
	c.pattern(f.Pattern, t)
}

// narrow returns the type of something of type t that matches a class, whose type is class.
func (c *checker) narrow(t, class *typ, p *ClassPattern) *typ {
	if t == nil {
		return class
	}
	is := func(p *host.Plan) bool {
		return class.any(func(b alt) bool { return b.plan == p || b.plan == nil && b.kind == p.Kind })
	}
	u := &typ{}
	for _, a := range t.alts {
		switch {
		case a.plan != nil:
			if is(a.plan) {
				u.alts = append(u.alts, a)
			}
		default:
			for _, b := range class.alts {
				if b.kind == a.kind {
					if b.elem == nil && b.plan == nil {
						b.elem = a.elem
					}
					u.alts = append(u.alts, b)
				}
			}
		}
	}
	if len(u.alts) == 0 {
		if p.Class != nil && p.Class.External() {
			return class // it matches in the program that has the class
		}
		at := syntax.Span{Start: p.Pos, End: after(p.Pos, p.Name)}
		c.warn(CodeNeverMatches, at, fmt.Sprintf("this is of type %s, which never matches %s", t, p.Name), "")
		return class
	}
	return u
}

// listPattern checks a list pattern against type t.
func (c *checker) listPattern(p *ListPattern, t *typ) *typ {
	elem := neverType
	if t != nil {
		for _, a := range t.alts {
			if a.kind == host.List {
				elem = join(elem, a.elemOf())
			}
		}
		if elem == neverType {
			c.warn(CodeNeverMatches, syntax.Span{Start: p.Pos, End: p.Pos}, fmt.Sprintf("this is of type %s, which never matches a list", t), "")
		}
	}
	for _, e := range p.Elems {
		c.pattern(e, elem.orUnknown())
	}
	if t == nil {
		return listType(nil)
	}
	return t
}

// fieldSpan returns the text of the name of a field.
func fieldSpan(f FieldPattern) syntax.Span {
	return syntax.Span{Start: f.Pos, End: after(f.Pos, f.Name)}
}

// termSpan returns the place of a term, or else.
func termSpan(t Term, pos syntax.Position) syntax.Span {
	switch t := t.(type) {
	case *Const:
		pos = t.Pos
	case *Var:
		pos = t.Pos
	case *List, *Dict: // have no place of their own
	}
	return syntax.Span{Start: pos, End: pos}
}

// after returns the position after a name at pos.
func after(pos syntax.Position, name string) syntax.Position {
	pos.Col += int32(utf8.RuneCountInString(name))
	return pos
}
