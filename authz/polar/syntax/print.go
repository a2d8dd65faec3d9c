package syntax

// This file defines how nodes are printed: as documents for the formatter, and
// on one line for messages and traces.

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"
)

// ExprString returns x in canonical form on one line.
func ExprString(x Expr) string {
	var p printer
	return render(p.expr(x, precOr), -1)
}

// PatternString returns x in canonical form on one line.
func PatternString(x Pattern) string {
	var p printer
	return render(p.pattern(x, precAdd), -1)
}

// RuleString returns r in canonical form on one line, with its semicolon.
func RuleString(r *Rule) string {
	var p printer
	return render(p.stmt(r), -1)
}

// A printer makes documents from nodes. It merges the comments of the file, in the
// order of the source: comments before a part that can begin a line are printed there.
type printer struct {
	comments []*Comment // not yet printed
	multi    bool       // bodies that began on a line of their own, or had several lines, keep them
}

// A remark is the comments between two parts that can each begin a line.
type remark struct {
	trailing *Comment   // on the line of the part before, or nil
	alone    []*Comment // on lines of their own
}

// take removes and returns the comments before a position.
func (p *printer) take(before Position) remark {
	n := 0
	for n < len(p.comments) && p.comments[n].Start.Before(before) {
		n++
	}
	return p.takeFirst(n)
}

// takeFirst removes and returns the first n remaining comments.
func (p *printer) takeFirst(n int) remark {
	var r remark
	r.alone, p.comments = p.comments[:n], p.comments[n:]
	if n > 0 && !r.alone[0].alone {
		r.trailing, r.alone = r.alone[0], r.alone[1:]
	}
	return r
}

// empty reports whether there are no comments.
func (r remark) empty() bool { return r.trailing == nil && len(r.alone) == 0 }

// commentText returns the text of c as it is printed.
func commentText(c *Comment) string { return strings.TrimRight(c.Text, " \t") }

// after returns the document of a remark, printed after its part: the trailing comment, and
// the other comments on lines of their own.
func (r remark) after() *doc {
	if r.empty() {
		return nothing
	}
	var parts []*doc
	if r.trailing != nil {
		parts = append(parts, &doc{kind: docComment, text: commentText(r.trailing), hard: true})
	}
	for _, c := range r.alone {
		parts = append(parts, hardLine, text(commentText(c)))
	}
	return concat(parts...)
}

// stmt returns the document of a statement.
func (p *printer) stmt(s Stmt) *doc {
	switch s := s.(type) {
	case *Rule:
		head := p.head(s.Name, s.Params, s.Rparen)
		if s.Body == nil {
			return concat(head, text(";"))
		}
		return concat(p.body(head, text(" if"), s.Rparen, s.Body), text(";"))
	case *RuleType:
		return concat(text("type "), p.head(s.Name, s.Params, s.Rparen), text(";"))
	case *InlineQuery:
		return concat(p.body(text("?="), nothing, s.Start, s.Query), text(";"))
	case *Block:
		return p.block(s)
	}
	panic("syntax: unknown statement")
}

// head returns the document of Name(Params...).
func (p *printer) head(name *Name, params []*Param, rparen Position) *doc {
	s := p.sequence(name.Text+"(", ")", false)
	for _, param := range params {
		s.add(param.Start, func() *doc { return p.param(param) })
	}
	return s.end(rparen)
}

func (p *printer) param(x *Param) *doc {
	value := p.expr(x.Value, precAdd)
	if x.Specializer == nil {
		return value
	}
	return concat(value, text(": "), p.pattern(x.Specializer, precPostfix))
}

// body returns the document of a head and the goals after it. If the source has the
// goals on several lines, so has the result.
func (p *printer) body(head, keyword *doc, end Position, body Expr) *doc {
	r := p.take(body.Pos())
	d := group(keyword, nest(r.after(), line, p.chain(body)))
	d.hard = d.hard || p.multi && severalLines(end, body)
	return concat(head, d)
}

// severalLines reports whether body begins on a later line than end, or is a chain that spans several lines.
func severalLines(end Position, body Expr) bool {
	if body.Pos().Line > end.Line {
		return true
	}
	n, ok := body.(*NaryExpr)
	if !ok {
		return false
	}
	for i, e := range n.Elems[1:] {
		if e.Pos().Line > n.Elems[i].Range().End.Line {
			return true
		}
	}
	return false
}

// chain returns the document of an expression whose connectives are broken with the group around it.
func (p *printer) chain(x Expr) *doc {
	n, ok := x.(*NaryExpr)
	if !ok {
		return p.expr(x, precOr)
	}
	prec := precOf(n)
	var parts []*doc
	for i, e := range n.Elems {
		if i > 0 {
			parts = append(parts, text(" "+n.Op.String()), p.take(e.Pos()).after(), line)
		}
		parts = append(parts, p.expr(e, prec+1))
	}
	return concat(parts...)
}

// block returns the document of an actor or resource block.
func (p *printer) block(b *Block) *doc {
	head := b.Class.Text + " {"
	if b.Keyword != nil {
		head = b.Keyword.Text + " " + head
	}
	l := p.lines(b.Start.Line)
	l.first = true
	for _, d := range b.Decls {
		l.add(d.Range(), func() *doc { return p.decl(d) })
	}
	l.comments(p.take(b.End))
	if len(l.parts) == 0 {
		return text(head + "}")
	}
	return concat(text(head), nest(l.parts...), hardLine, text("}"))
}

// decl returns the document of a declaration or a shorthand rule.
func (p *printer) decl(d BlockDecl) *doc {
	switch d := d.(type) {
	case *Declaration:
		var s *sequence
		if d.Dict {
			s = p.sequence("{", "}", true)
			s.inner = line
			for _, r := range d.Relations {
				s.add(r.Start, func() *doc {
					return text(relationText(r))
				})
			}
		} else {
			s = p.sequence("[", "]", true)
			for _, x := range d.Strings {
				s.add(x.Start, func() *doc { return text(quote(x.Value)) })
			}
		}
		return concat(text(d.Name.Text+" = "), s.end(d.End), text(";"))
	case *Shorthand:
		t := quote(d.Head.Value) + " if " + quote(d.Implier.Value)
		if d.Keyword != nil {
			t += " " + d.Keyword.Text + " " + quote(d.Relation.Value)
		}
		return text(t + ";")
	}
	panic("syntax: unknown declaration")
}

// relationText returns a relation as it is declared.
func relationText(r *RelationDecl) string {
	names := make([]string, len(r.Classes))
	for i, c := range r.Classes {
		names[i] = c.Text
	}
	switch {
	case len(names) > 1:
		return r.Name.Text + ": [" + strings.Join(names, ", ") + "]"
	case names[0] == r.Name.Text:
		return names[0]
	}
	return r.Name.Text + ": " + names[0]
}

// lines returns an empty list of lines after the line number.
func (p *printer) lines(number int32) *lineList { return &lineList{p: p, last: number} }

// A lineList collects documents on lines of their own, with the comments and single
// empty lines between them.
type lineList struct {
	p     *printer
	parts []*doc
	last  int32 // the source line on which the last of them ended
	first bool  // the next one is the first, so no empty line precedes it
}

// newline begins the line for what starts on a line of the source.
func (l *lineList) newline(number int32) {
	if number-l.last > 1 && !l.first {
		l.parts = append(l.parts, blank)
	}
	l.parts = append(l.parts, hardLine)
	l.first = false
}

// comments adds comments.
func (l *lineList) comments(r remark) {
	if r.trailing != nil {
		l.parts = append(l.parts, remark{trailing: r.trailing}.after())
	}
	for _, c := range r.alone {
		l.newline(c.Start.Line)
		l.parts = append(l.parts, text(commentText(c)))
		l.last = max(l.last, c.Start.Line)
	}
}

// add adds the document that build makes of a node.
func (l *lineList) add(s Span, build func() *doc) {
	l.comments(l.p.take(s.Start))
	l.newline(s.Start.Line)
	l.parts = append(l.parts, build())
	l.last = max(l.last, s.End.Line)
}

// A sequence collects the parts between two brackets.
type sequence struct {
	p        *printer
	open     string
	close    string
	trailing bool   // a comma may follow the last part
	inner    *doc   // the content of the brackets
	parts    []*doc // with commas and comments
	n        int    // the number of parts, without commas and comments
}

// sequence returns an empty sequence.
func (p *printer) sequence(open, close string, trailing bool) *sequence {
	return &sequence{p: p, open: open, close: close, trailing: trailing, inner: softLine}
}

// add adds the part that build makes of what starts at a position.
func (s *sequence) add(start Position, build func() *doc) {
	if s.n > 0 {
		s.parts = append(s.parts, text(","))
	}
	r := s.p.take(start)
	s.parts = append(s.parts, r.after())
	if s.n > 0 {
		s.parts = append(s.parts, line)
	} else {
		s.parts = append(s.parts, s.inner)
	}
	s.parts = append(s.parts, build())
	s.n++
}

// end returns the document of the sequence, which ends at a position.
func (s *sequence) end(at Position) *doc {
	r := s.p.take(at)
	if s.n == 0 && r.empty() {
		return text(s.open + s.close)
	}
	if s.trailing && s.n > 0 {
		s.parts = append(s.parts, ifBroken(","))
	}
	s.parts = append(s.parts, r.after())
	return group(text(s.open), nest(s.parts...), s.inner, text(s.close))
}

// precOf returns the level of precedence of an expression.
func precOf(x Expr) int {
	switch x := x.(type) {
	case *NaryExpr:
		if x.Op == OpOr {
			return precOr
		}
		return precAnd
	case *NotExpr:
		return precNot
	case *MatchesExpr:
		return precMember
	case *BinaryExpr:
		switch x.Op {
		case OpUnify, OpAssign:
			return precUnify
		case OpEq, OpNe, OpLt, OpLe, OpGt, OpGe:
			return precCompare
		case OpAdd, OpSub:
			return precAdd
		case OpMul, OpDiv, OpMod, OpRem:
			return precMul
		case OpIn:
			return precMember
		}
		panic("syntax: operator " + x.Op.String() + " between two operands")
	}
	return precPostfix
}

// expr returns the document of x where the grammar requires operators of level min or
// tighter. It adds parentheses to trees that need them; those from the parser need none.
func (p *printer) expr(x Expr, min int) *doc {
	prec := precOf(x)
	if prec < min {
		return p.parens(x, x.Range().End)
	}
	switch x := x.(type) {
	case *IntLit:
		if x.Text != "" {
			return text(x.Text)
		}
		return text(strconv.FormatInt(x.Value, 10))
	case *FloatLit:
		if x.Text != "" {
			return text(x.Text)
		}
		return text(formatFloat(x.Value))
	case *StringLit:
		return text(quote(x.Value))
	case *BoolLit:
		return text(strconv.FormatBool(x.Value))
	case *Var:
		return text(x.Name)
	case *ListExpr:
		s := p.sequence("[", "]", x.Rest == nil)
		for _, e := range x.Elems {
			s.add(e.Pos(), func() *doc { return p.expr(e, precAdd) })
		}
		s.addRest(x.Rest)
		return s.end(x.End)
	case *DictExpr:
		s := p.sequence("{", "}", true)
		for _, f := range x.Fields {
			s.add(f.Start, func() *doc { return p.field(f, precCompare) })
		}
		return s.end(x.End)
	case *Call:
		return p.args(x.Name.Text+"(", x.Args, x.Kwargs, x.End)
	case *New:
		return p.args("new "+x.Class.Text+"(", x.Args, x.Kwargs, x.End)
	case *Lookup:
		return p.lookup(x)
	case *NaryExpr:
		return group(nest(p.chain(x)))
	case *NotExpr:
		return concat(text("not "), p.expr(x.X, precUnify))
	case *BinaryExpr:
		left := p.expr(x.X, prec)
		return concat(left, text(" "+x.Op.String()+" "), p.expr(x.Y, prec+1))
	case *MatchesExpr:
		left := p.expr(x.X, prec)
		return concat(left, text(" matches "), p.pattern(x.Pattern, precPostfix))
	case *ForallExpr:
		return p.args("forall(", []Expr{x.Cond, x.Body}, nil, x.End)
	case *CutExpr:
		return text("cut")
	case *PrintExpr:
		return p.args("print(", x.Args, nil, x.End)
	case *DebugExpr:
		return p.args("debug(", x.Args, nil, x.End)
	case *PrefixExpr:
		return p.args(x.Op.String()+"(", x.Args, nil, x.End)
	case *ParenExpr:
		return p.parens(x.X, x.End)
	}
	panic("syntax: unknown expression")
}

// parens returns the document of (x), which ends at a position.
func (p *printer) parens(x Expr, end Position) *doc {
	s := p.sequence("(", ")", false)
	s.add(x.Pos(), func() *doc { return p.chain(x) })
	return s.end(end)
}

// addRest adds *rest, if there is one.
func (s *sequence) addRest(rest *Var) {
	if rest != nil {
		s.add(rest.Start, func() *doc { return text("*" + rest.Name) })
	}
}

// args returns the document of the arguments of a call after open, which ends with a parenthesis.
func (p *printer) args(open string, args []Expr, kwargs []*Field, end Position) *doc {
	s := p.sequence(open, ")", kwargs != nil)
	for _, a := range args {
		s.add(a.Pos(), func() *doc { return p.expr(a, precOr) })
	}
	for _, f := range kwargs {
		s.add(f.Start, func() *doc { return p.field(f, precOr) })
	}
	return s.end(end)
}

// field returns the document of Key: Value.
func (p *printer) field(f *Field, min int) *doc {
	if f.Short {
		return text(f.Key.Text)
	}
	return concat(text(f.Key.Text+": "), p.expr(f.Value, min))
}

// lookup returns the document of an attribute or a method call.
func (p *printer) lookup(x *Lookup) *doc {
	left := p.expr(x.X, precPostfix)
	dot := "."
	if _, ok := x.X.(*IntLit); ok {
		dot = " ." // "1.x" would begin with the float "1."
	}
	switch {
	case x.Key != nil:
		return concat(left, text(dot+"("), p.expr(x.Key, precPostfix), text(")"))
	case x.Called:
		return concat(left, p.args(dot+x.Name.Text+"(", x.Args, x.Kwargs, x.End))
	}
	return concat(left, text(dot+x.Name.Text))
}

// pattern returns the document of x where the grammar requires operators of level min or tighter in a value.
func (p *printer) pattern(x Pattern, min int) *doc {
	switch x := x.(type) {
	case *ClassPattern:
		if !x.Braces {
			return text(x.Class.Text)
		}
		return p.patternFields(x.Class.Text+"{", x.Fields, x.End)
	case *DictPattern:
		return p.patternFields("{", x.Fields, x.End)
	case *ListPattern:
		s := p.sequence("[", "]", x.Rest == nil)
		for _, e := range x.Elems {
			s.add(e.Pos(), func() *doc { return p.pattern(e, precAdd) })
		}
		s.addRest(x.Rest)
		return s.end(x.End)
	case *ValuePattern:
		return p.expr(x.Value, min)
	}
	panic("syntax: unknown pattern")
}

func (p *printer) patternFields(open string, fields []*PatternField, end Position) *doc {
	s := p.sequence(open, "}", true)
	for _, f := range fields {
		s.add(f.Start, func() *doc {
			if f.Short {
				return text(f.Key.Text)
			}
			return concat(text(f.Key.Text+": "), p.pattern(f.Value, precPostfix))
		})
	}
	return s.end(end)
}

// quote returns the string literal of s. It escapes the characters that the scanner would reject.
func quote(s string) string {
	if !strings.ContainsAny(s, `"\`) && !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r > '~' }) {
		return `"` + s + `"`
	}
	var b strings.Builder
	b.WriteByte('"')
	for i, r := range s {
		switch r {
		case '"', '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case '\n':
			b.WriteString(`\n`)
		case '\r':
			b.WriteString(`\r`)
		case '\t':
			b.WriteString(`\t`)
		case 0:
			b.WriteString(`\0`)
		default:
			_, n := utf8.DecodeRuneInString(s[i:])
			if flawOf(b.String(), r, s[i+n:], inString) != (flaw{}) {
				fmt.Fprintf(&b, `\u{%X}`, r)
			} else {
				b.WriteRune(r)
			}
		}
	}
	b.WriteByte('"')
	return b.String()
}

// formatFloat returns the literal of v.
func formatFloat(v float64) string {
	switch {
	case math.IsNaN(v):
		return "nan"
	case math.IsInf(v, 1):
		return "inf"
	case math.IsInf(v, -1):
		return "-inf"
	}
	s := strconv.FormatFloat(v, 'g', -1, 64)
	if !strings.ContainsAny(s, ".e") {
		s += ".0"
	}
	return s
}
