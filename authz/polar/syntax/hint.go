package syntax

// This file defines how the parser reports errors: the messages, and the hints
// that say what to write instead.

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// diagnosticAt makes an error about the span s.
func (p *parser) diagnosticAt(code Code, s Span, msg, hint string) Diagnostic {
	if p.lines == nil {
		p.lines = NewLines(p.file.Source)
	}
	return Diagnostic{Code: code, Pos: s.Start, End: s.End, Msg: msg, Hint: hint, Line: p.lines.Text(s.Start.Line)}
}

func (p *parser) diagnostic(code Code, start, end place, msg, hint string) Diagnostic {
	return p.diagnosticAt(code, p.scan.span(start, end), msg, hint)
}

// add records an error.
func (p *parser) add(d Diagnostic) {
	p.errors++
	p.diags = append(p.diags, d)
}

// warn records a warning about the span s, unless there are too many already.
func (p *parser) warn(code Code, s Span, msg, hint string) {
	if len(p.diags)-p.errors >= maxErrors {
		return
	}
	d := p.diagnosticAt(code, s, msg, hint)
	d.Severity = Warning
	p.diags = append(p.diags, d)
}

// report records an error about the text from start to end.
func (p *parser) report(code Code, start, end place, msg, hint string) {
	p.add(p.diagnostic(code, start, end, msg, hint))
}

// fail reports an error about the token t and leaves the statement.
func (p *parser) fail(code Code, t token, msg, hint string) {
	p.report(code, t.start, t.end, msg, hint)
	panic(bailout{})
}

// failAt reports an error about the span s and leaves the statement.
func (p *parser) failAt(code Code, s Span, msg, hint string) {
	p.add(p.diagnosticAt(code, s, msg, hint))
	panic(bailout{})
}

// tooDeep reports, at the next token, that the statement is nested too deeply.
func (p *parser) tooDeep() {
	p.fail(CodeTooDeep, p.tok, fmt.Sprintf("the expression is nested more than %d levels deep", maxDepth), "split it into several rules")
}

// failExtra reports text after the end of a query.
func (p *parser) failExtra() {
	if p.tok.kind == kSemicolon && p.peek().kind == kEOF {
		d := p.diagnostic(CodeExtraToken, p.tok.start, p.tok.end, "a query does not end with \";\"", "remove it")
		d.Fix = p.edit(p.tok.start, p.tok.end, "")
		p.add(d)
		panic(bailout{})
	}
	p.unexpected("an operator or the end of the query")
}

// An advice is a hint, and the hint as a replacement if it can be one.
type advice struct {
	text string
	fix  *Fix
}

// say returns a hint that is prose only.
func say(text string) advice { return advice{text: text} }

// edit returns the replacement of the text from start to end.
func (p *parser) edit(start, end place, text string) *Fix {
	return &Fix{Span: p.scan.span(start, end), Text: text}
}

// semicolon returns a hint whose replacement ends the statement after the last token.
func (p *parser) semicolon(text string) advice {
	return advice{text, p.edit(p.prev.end, p.prev.end, ";")}
}

// unexpected reports that the next token is not allowed here, and leaves the
// statement. want names what is allowed.
func (p *parser) unexpected(want string) {
	hint := p.hint()
	if hint.text == "" && p.tok.kind == kEOF && strings.Contains(want, `";"`) {
		hint = p.semicolon("did you forget a semicolon?")
	}
	p.unexpectedHint(want, hint)
}

// unexpectedHint is like unexpected, but with the caller's hint.
func (p *parser) unexpectedHint(want string, hint advice) {
	t := p.tok
	if p.stop > 0 {
		hint = say(fmt.Sprintf("line %d ends in a dot; a statement ends with a semicolon", p.stop))
	}
	var d Diagnostic
	switch t.kind {
	case kBad:
		d = p.diagnostic(t.bad.code, t.bad.start, t.bad.end, t.bad.msg, t.bad.hint)
		if e := t.bad.fix; e != nil {
			d.Fix = p.edit(e.start, e.end, e.text)
		}
		p.add(d)
		panic(bailout{})
	case kEOF:
		d = p.diagnostic(CodeUnrecognizedEOF, p.prev.end, p.prev.end, "unexpected end of the source; expected "+want, hint.text)
	default:
		d = p.diagnostic(CodeUnrecognizedToken, t.start, t.end, fmt.Sprintf("unexpected %s; expected %s", p.quote(t), want), hint.text)
	}
	d.Fix = hint.fix
	p.add(d)
	panic(bailout{})
}

// reserved reports that the next token, a reserved word, cannot be the name that is expected, and leaves the statement.
func (p *parser) reserved(want string) {
	text := p.text(p.tok)
	hint := p.hint()
	if hint.text == "" {
		hint = say(fmt.Sprintf("choose another name, such as %s_", text))
	}
	d := p.diagnostic(CodeReservedWord, p.tok.start, p.tok.end, fmt.Sprintf("%q is a reserved word; expected %s", text, want), hint.text)
	d.Fix = hint.fix
	p.add(d)
	panic(bailout{})
}

// quote returns how a message names the token t.
func (p *parser) quote(t token) string {
	text := p.text(t)
	if t.kind != kString {
		return strconv.Quote(shorten(text))
	}
	if strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) }) {
		text = strconv.Quote(unquote(text))
	}
	return "string " + shorten(text)
}

// The hints that are used in several places. Those for syntax of other languages are in foreign.go.
const (
	digitsHint  = "write numbers in decimal digits only"
	bracketHint = "did you forget a closing bracket?"
	bodyHint    = `a body begins with "if"`
	commentHint = "a comment begins with #"
	commaHint   = "write a value before the comma, or remove the comma"
	indexHint   = "lists have no indexes; take one apart with [first, *rest] = list"
	keyHint     = "keys are names, written without quotes"
	listsHint   = `write a list in square brackets: ["a", "b"]`
	memberHint  = `"in" and "matches" bind tighter than arithmetic; write parentheses: (x + y) in z`
	noParamHint = "a rule without parameters has empty parentheses"
)

// tokenHints are the hints for tokens that are unexpected in any place.
var tokenHints = map[kind]string{
	kAssign: `only a variable can be on the left of ":="`,
	kColon:  "a colon separates a parameter from its specializer, or a key from its value",
}

// afterHints are the hints for an unexpected token that follows another one.
var afterHints = map[[2]kind]string{
	{kCut, kLParen}:     `write "cut" without parentheses`,
	{kRParen, kLParen}:  "a result cannot be called; call a rule or a method by its name",
	{kSymbol, kLBrace}:  `a pattern is allowed only after "matches" or after the colon of a parameter`,
	{kRParen, kLBrace}:  "write a body without braces: head(...) if condition and condition;",
	{kComma, kComma}:    commaHint,
	{kLParen, kComma}:   commaHint,
	{kLBracket, kComma}: commaHint,
	{kLBrace, kComma}:   commaHint,
	{kNot, kNot}:        "write not (not ...)",
}

// hint returns what to write instead of the next token, judging by its neighbors, or an empty advice if it
// knows nothing.
func (p *parser) hint() advice {
	t, after := p.tok, [2]kind{p.prev.kind, p.tok.kind}
	if t.start.off == p.stmt.off && !p.query {
		if p.braces > 0 && t.kind != kSemicolon {
			return advice{} // the start of a declaration
		}
		return p.startHint()
	}
	if a := p.foreignToken(); a.text != "" {
		return a
	}
	if h := tokenHints[t.kind]; h != "" {
		return say(h)
	}
	if h := afterHints[after]; h != "" {
		return say(h)
	}
	switch t.kind {
	case kEOF, kSemicolon:
		if p.brackets > 0 {
			return say(bracketHint)
		}
		switch p.prev.kind {
		case kDot:
			if t.kind == kEOF {
				return say("a statement ends with a semicolon")
			}
		case kIf, kAnd, kOr, kNot:
			if p.braces == 0 {
				return say(fmt.Sprintf("write a condition after %q", p.text(p.prev)))
			}
		}
	case kIf:
		if p.body && p.brackets == 0 && !continues(p.prev.kind) {
			return advice{`join conditions with "and"`, p.joined("and")}
		}
	case kComma:
		next := p.peek()
		if p.prev.kind == kInt && next.kind == kInt && p.prev.end.off == t.start.off && t.end.off == next.start.off {
			return say(digitsHint)
		}
		if p.brackets == 0 {
			return advice{`join conditions with "and"`, p.joined(p.padded(t.start, "and", t.end))}
		}
	case kRParen, kRBracket:
		if p.prev.kind == kComma && t.kind == kRParen {
			return advice{"remove the comma", p.edit(p.prev.start, p.prev.end, "")}
		}
		if p.brackets <= 0 {
			return say("no bracket is open here")
		}
	case kRBrace:
		if p.brackets <= 0 {
			return p.semicolon("did you forget a semicolon?")
		}
	case kNot:
		switch next := p.peek(); {
		case next.kind == kIn, next.kind == kMatches:
			return advice{fmt.Sprintf(`write "not" before the whole condition: not x %s y`, p.text(next)), p.moveNot()}
		case continues(p.prev.kind):
			return say(`"not" has no value; write it before a whole condition`)
		}
	case kDot:
		if next := p.peek(); next.start.line != t.end.line || next.kind == kEOF {
			return advice{"a statement ends with a semicolon", p.edit(t.start, t.end, ";")}
		}
	}
	return p.operandHint()
}

// maxLookahead bounds how many tokens are read for one hint.
const maxLookahead = 1000

// joined returns the replacement of the next token by "and". It returns nil next to an "or", where the
// intended precedence is in doubt: a or b, c may mean (a or b) and c.
func (p *parser) joined(and string) *Fix {
	if p.or {
		return nil
	}
	s := p.scan
	s.pos, s.comments, s.flaws, s.doubts = p.tok.end, nil, nil, nil
	t := s.next()
	for n := 0; t.kind != kEOF && t.kind != kSemicolon; t = s.next() {
		if n++; n > maxLookahead {
			return nil
		}
		if t.kind == kOr || t.kind == kBar || t.kind == kSymbol && strings.EqualFold(p.text(t), "or") {
			return nil
		}
	}
	return p.edit(p.tok.start, p.tok.end, and)
}

// moveNot returns the replacement of "x not" by "not x", if x is a whole operand of "and" or "or".
func (p *parser) moveNot() *Fix {
	switch p.operandAfter {
	case kIf, kAnd, kOr, kLParen:
		text := p.file.Source[p.operand.off:p.prev.end.off]
		return p.edit(p.operand, p.tok.end, "not "+text)
	}
	return nil
}

// operandHint returns the hint for the start of an operand where an operator or an end was expected.
func (p *parser) operandHint() advice {
	t := p.tok
	switch t.kind {
	case kSymbol, kType, kQuery, kString, kInt, kFloat, kLParen, kLBracket, kLBrace, kForall, kPrint, kDebug, kCut, kTrue, kFalse, kNew:
	default:
		return advice{}
	}
	if a := p.foreignWord(); a.text != "" {
		return a
	}
	if t.start.line != p.prev.end.line && !continues(p.prev.kind) {
		switch {
		case p.brackets > 0:
			return say("did you forget a comma or a closing bracket?")
		case p.braces == 0 && t.start.col > p.stmt.col:
			return say(fmt.Sprintf(`did you forget "and", or a semicolon, at the end of line %d?`, p.prev.end.line))
		}
		return p.semicolon(fmt.Sprintf("did you forget a semicolon at the end of line %d?", p.prev.end.line))
	}
	if p.brackets > 0 && !continues(p.prev.kind) && p.prev.kind != kLBrace && t.kind != kLBrace && t.kind != kLParen {
		return say("did you forget a comma?")
	}
	if p.body && p.brackets == 0 && !continues(p.prev.kind) && t.kind != kLBrace && t.kind != kLParen && t.kind != kQuery && t.kind != kType {
		return say(`did you forget an operator, such as "and"?`)
	}
	return advice{}
}

// value reports an error if o has no value; role is what o is used as.
func (p *parser) value(o operand, role string) {
	if o.mode&isValue == 0 {
		p.noValue(o.x, role, 0)
	}
}

// operandValue reports an error if the operand o of the operator op has no value.
func (p *parser) operandValue(o operand, op Op) {
	if o.mode&isValue == 0 {
		p.noValue(o.x, fmt.Sprintf("an operand of %q", op), op)
	}
}

// noValue reports that x is a goal where a value is needed; op is the operator that needs the value, if any.
func (p *parser) noValue(x Expr, role string, op Op) {
	hint := say("write it as a separate condition")
	if role == paramRole {
		hint = say(`write it in the body, after "if"`)
	}
	switch x := Unparen(x).(type) {
	case *Call:
		if a := p.foreignCall(x); a.text != "" {
			hint = a
		} else if role != paramRole {
			hint = say(fmt.Sprintf("call %s as a separate condition, with a variable for the result", shorten(x.Name.Text)))
		}
	case *BinaryExpr:
		switch {
		case x.Op == OpAssign:
		case x.Op == OpIn && OpAdd <= op && op <= OpRem:
			hint = say(memberHint)
		case OpUnify <= op && op <= OpGe:
			hint = say(fmt.Sprintf(`compare two values at a time: a %s b and b %s c`, x.Op, op))
		case x.Op == OpIn && op == OpIn:
			hint = say("test one list at a time: x in a and x in b")
		}
	case *MatchesExpr:
		if OpAdd <= op && op <= OpRem {
			hint = say(memberHint)
		}
	}
	d := p.diagnosticAt(CodeWrongValueType, x.Range(), fmt.Sprintf("%s has no value and cannot be %s", describe(x), role), hint.text)
	d.Fix = hint.fix
	p.add(d)
	panic(bailout{})
}

// The roles that hints depend on.
const (
	paramRole = "a parameter"
	orRole    = `an operand of "or"`
)

// goal reports an error if o cannot be a goal; role is what o is used as.
func (p *parser) goal(o operand, role string) {
	if o.mode&isGoal == 0 {
		hint := "compare it with something, as in x = 1"
		if _, ok := Unparen(o.x).(*StringLit); ok && role == orRole {
			hint = `repeat the comparison, as in x = "a" or x = "b", or write x in ["a", "b"]`
		}
		p.failAt(CodeWrongValueType, o.x.Range(), fmt.Sprintf("%s is not a condition and cannot be %s", describe(o.x), role), hint)
	}
}

// describe returns what a message calls the expression x.
func describe(x Expr) string {
	switch x := Unparen(x).(type) {
	case *IntLit, *FloatLit:
		return "a number"
	case *StringLit:
		return "a string"
	case *ListExpr:
		return "a list"
	case *DictExpr:
		return "a dictionary"
	case *New:
		return "a new instance"
	case *Call:
		return fmt.Sprintf("a call of the rule %q", shorten(x.Name.Text))
	case *NaryExpr:
		return fmt.Sprintf("an expression with %q", x.Op)
	case *BinaryExpr:
		return fmt.Sprintf("an expression with %q", x.Op)
	case *PrefixExpr:
		return fmt.Sprintf("an expression with %q", x.Op)
	case *NotExpr:
		return `an expression with "not"`
	case *MatchesExpr:
		return `an expression with "matches"`
	case *ForallExpr:
		return `an expression with "forall"`
	case *CutExpr:
		return `"cut"`
	case *PrintExpr:
		return `"print"`
	case *DebugExpr:
		return `"debug"`
	}
	return "this expression"
}

// mustInt returns the value of an integer literal whose range the scanner has checked.
func mustInt(text string) int64 {
	v, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		panic("syntax: " + err.Error())
	}
	return v
}

// sortDiagnostics sorts ds by position.
func sortDiagnostics(ds []Diagnostic) {
	slices.SortStableFunc(ds, func(a, b Diagnostic) int {
		switch {
		case a.Pos.Before(b.Pos):
			return -1
		case b.Pos.Before(a.Pos):
			return 1
		}
		return 0
	})
}
