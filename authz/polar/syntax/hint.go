package syntax

// This file defines how the parser reports errors: their words, and the hints
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

// add keeps an error.
func (p *parser) add(d Diagnostic) {
	p.errors++
	p.diags = append(p.diags, d)
}

// warn keeps a warning about the span s, unless there are many already.
func (p *parser) warn(code Code, s Span, msg, hint string) {
	if len(p.diags)-p.errors >= maxErrors {
		return
	}
	d := p.diagnosticAt(code, s, msg, hint)
	d.Severity = Warning
	p.diags = append(p.diags, d)
}

// report keeps an error about the text from start to end.
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

// tooDeep reports that the statement nests too deep, at the token where it does.
func (p *parser) tooDeep() {
	p.fail(CodeTooDeep, p.tok, fmt.Sprintf("the expression nests deeper than %d levels", maxDepth), "split it into several rules")
}

// failExtra reports text after the end of a query.
func (p *parser) failExtra() {
	if p.tok.kind == kSemicolon && p.peek().kind == kEOF {
		p.fail(CodeExtraToken, p.tok, "a query does not end with \";\"", "leave it out")
	}
	p.unexpected("an operator or the end of the query")
}

// unexpected reports that the next token cannot stand where it stands, and
// leaves the statement. want names what could.
func (p *parser) unexpected(want string) {
	hint := p.hint()
	if hint == "" && p.tok.kind == kEOF && strings.Contains(want, `";"`) {
		hint = "did you forget a semicolon?"
	}
	p.unexpectedHint(want, hint)
}

// unexpectedHint is unexpected with a hint that the caller knows better.
func (p *parser) unexpectedHint(want, hint string) {
	switch t := p.tok; t.kind {
	case kBad:
		p.report(t.bad.code, t.bad.start, t.bad.end, t.bad.msg, t.bad.hint)
	case kEOF:
		p.report(CodeUnrecognizedEOF, p.prev.end, p.prev.end, "unexpected end of the source; expected "+want, hint)
	default:
		p.report(CodeUnrecognizedToken, t.start, t.end, fmt.Sprintf("unexpected %s; expected %s", p.quote(t), want), hint)
	}
	panic(bailout{})
}

// reserved reports that the next token, a reserved word, cannot be the name that is expected, and leaves the statement.
func (p *parser) reserved(want string) {
	text := p.text(p.tok)
	hint := fmt.Sprintf("choose another name, such as %s_", text)
	if h := p.hint(); h != "" {
		hint = h
	}
	p.fail(CodeReservedWord, p.tok, fmt.Sprintf("%q is a reserved word; expected %s", text, want), hint)
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

// The hints. Most of them are for habits from other languages.
const (
	bracketHint = "did you forget a closing bracket?"
	bodyHint    = `a body begins with "if"`
	commentHint = "a comment begins with #"
	indexHint   = "lists have no indexes; take one apart with [first, *rest] = list"
	keyHint     = "keys are names, written without quotes"
	memberHint  = `"in" and "matches" bind tighter than arithmetic; write parentheses: (x + y) in z`
	noParamHint = "a rule without parameters has empty parentheses"
)

// tokenHints are the hints for tokens that are unexpected wherever they stand.
var tokenHints = map[kind]string{
	kBang:   `write "not"`,
	kBar:    `write "or"`,
	kIsa:    `write "matches"`,
	kAssign: `to the left of ":=" stands one variable alone`,
	kColon:  "a colon stands between a variable of the head and its specializer, or between a key and its value",
}

// adjacentHints are the hints for an unexpected token that follows another one without a blank.
var adjacentHints = map[[2]kind]string{
	{kEq, kUnify}:          `write "=="`,
	{kNe, kUnify}:          `write "!="`,
	{kLt, kGt}:             `write "!="`,
	{kUnify, kLt}:          `write "<="`,
	{kUnify, kGt}:          `write ">="`,
	{kPlus, kUnify}:        "a variable cannot be changed; give the new value to another variable",
	{kMinus, kUnify}:       "a variable cannot be changed; give the new value to another variable",
	{kStar, kUnify}:        "a variable cannot be changed; give the new value to another variable",
	{kSlash, kUnify}:       "a variable cannot be changed; give the new value to another variable",
	{kStar, kStar}:         "Polar has no power operator",
	{kSlash, kSlash}:       commentHint,
	{kSlash, kStar}:        commentHint,
	{kSymbol, kLBracket}:   indexHint,
	{kRBracket, kLBracket}: indexHint,
	{kRParen, kLBracket}:   indexHint,
	{kInt, kSymbol}:        "numbers are written in decimal digits alone",
}

// afterHints are the hints for an unexpected token that follows another one.
var afterHints = map[[2]kind]string{
	{kCut, kLParen}:     `write "cut" without parentheses`,
	{kRParen, kLParen}:  "a result cannot be called; call a rule or a method by its name",
	{kSymbol, kLBrace}:  `a pattern stands only after "matches" or after the colon of a parameter`,
	{kRParen, kLBrace}:  "a body is written without braces: head(...) if goal and goal;",
	{kComma, kComma}:    "write a value before the comma, or leave the comma out",
	{kLParen, kComma}:   "write a value before the comma, or leave the comma out",
	{kLBracket, kComma}: "write a value before the comma, or leave the comma out",
	{kLBrace, kComma}:   "write a value before the comma, or leave the comma out",
	{kComma, kRParen}:   "leave out the comma",
	{kNot, kNot}:        "write not (not ...)",
}

// startHints are the hints for tokens that cannot start a statement.
var startHints = map[kind]string{
	kString:    "a shorthand rule stands inside of an actor or resource block",
	kSemicolon: "leave it out; no semicolon stands after a block or another semicolon",
	kRBrace:    "no block is open here",
	kIf:        "a condition stands after the head of its rule: head(...) if ...;",
	kSlash:     commentHint,
}

// wordHints are the hints for words that are unexpected after an operand.
var wordHints = map[string]string{
	"is":         `write "=", or "matches" before a class`,
	"isinstance": `write "matches"`,
	"instanceof": `write "matches"`,
	"then":       `alternatives are written with "or", or as several rules`,
	"else":       `alternatives are written with "or", or as several rules`,
	"elif":       `alternatives are written with "or", or as several rules`,
	"unless":     `write "and not"`,
	"where":      bodyHint,
	"when":       bodyHint,
}

// afterWordHints are the hints for an unexpected operand after a word.
var afterWordHints = map[string]string{
	"return":   `a rule returns nothing: it succeeds when the goals after "if" do`,
	"let":      `write a variable as its name alone, and give it a value with "="`,
	"var":      `write a variable as its name alone, and give it a value with "="`,
	"const":    `write a variable as its name alone, and give it a value with "="`,
	"import":   "policies do not import each other: load their files together",
	"include":  "policies do not import each other: load their files together",
	"package":  "policies are in no package: all that are loaded together are one policy",
	"function": "a rule begins with its name: name(...) if ...;",
}

// hint returns what to write instead of the next token, judged by its neighbours, or "" when nothing comes
// to mind.
func (p *parser) hint() string {
	t, after := p.tok, [2]kind{p.prev.kind, p.tok.kind}
	if t.start.off == p.stmt.off && !p.query {
		if p.braces > 0 && t.kind != kSemicolon {
			return "" // the start of a declaration
		}
		return startHints[t.kind]
	}
	if h := tokenHints[t.kind]; h != "" {
		return h
	}
	if h := adjacentHints[after]; h != "" && p.prev.end.off == t.start.off {
		return h
	}
	if h := afterHints[after]; h != "" {
		return h
	}
	switch t.kind {
	case kEOF, kSemicolon:
		if p.brackets > 0 {
			return bracketHint
		}
	case kSlash:
		if k := p.peek().kind; k == kSlash || k == kStar {
			return commentHint
		}
	case kComma:
		if p.brackets == 0 {
			return `goals are joined with "and"`
		}
	case kRParen, kRBracket:
		if p.brackets <= 0 {
			return "no bracket is open here"
		}
	case kRBrace:
		if p.brackets <= 0 {
			return "did you forget a semicolon?"
		}
	case kNot:
		switch next := p.peek(); {
		case next.kind == kIn, next.kind == kMatches:
			return fmt.Sprintf(`write "not" in front of the whole: not x %s y`, p.text(next))
		case continues(p.prev.kind):
			return `"not" has no value; write it in front of a whole goal`
		}
	case kDot:
		if next := p.peek(); next.start.line != t.end.line || next.kind == kEOF {
			return "a statement ends with a semicolon"
		}
	}
	return p.operandHint()
}

// operandHint is hint for a token that begins an operand, where an operator or the end of something was expected.
func (p *parser) operandHint() string {
	t := p.tok
	switch t.kind {
	case kSymbol, kType, kQuery, kString, kInt, kFloat, kLParen, kLBracket, kLBrace, kForall, kPrint, kDebug, kCut, kTrue, kFalse, kNew:
	default:
		return ""
	}
	if t.start.line != p.prev.end.line && !continues(p.prev.kind) {
		if p.brackets > 0 {
			return "did you forget a comma or a closing bracket?"
		}
		return fmt.Sprintf("did you forget a semicolon at the end of line %d?", p.prev.end.line)
	}
	if p.prev.kind == kSymbol {
		if h := afterWordHints[p.text(p.prev)]; h != "" {
			return h
		}
	}
	return wordHints[p.text(t)]
}

// value reports an error when o has no value; role is what it would have to be.
func (p *parser) value(o operand, role string) {
	if o.mode&isValue == 0 {
		p.noValue(o.x, role, 0)
	}
}

// operandValue reports an error when the operand o of the operator op has no value.
func (p *parser) operandValue(o operand, op Op) {
	if o.mode&isValue == 0 {
		p.noValue(o.x, fmt.Sprintf("an operand of %q", op), op)
	}
}

// noValue reports that x is a goal where a value is needed; op is the operator that needs it, if there is one.
func (p *parser) noValue(x Expr, role string, op Op) {
	hint := "write it as a goal of its own"
	if role == paramRole {
		hint = `write it in the body, after "if"`
	}
	switch x := Unparen(x).(type) {
	case *Call:
		if role != paramRole {
			hint = fmt.Sprintf("call %s as a goal of its own, and pass it a variable for the result", shorten(x.Name.Text))
		}
	case *BinaryExpr:
		switch {
		case x.Op == OpAssign:
		case x.Op == OpIn && OpAdd <= op && op <= OpRem:
			hint = memberHint
		case OpUnify <= op && op <= OpGe:
			hint = fmt.Sprintf(`compare two values at a time: a %s b and b %s c`, x.Op, op)
		case x.Op == OpIn && op == OpIn:
			hint = "ask one membership at a time: x in a and x in b"
		}
	case *MatchesExpr:
		if OpAdd <= op && op <= OpRem {
			hint = memberHint
		}
	}
	p.failAt(CodeWrongValueType, x.Range(), fmt.Sprintf("%s has no value and cannot be %s", describe(x), role), hint)
}

// paramRole is the role of a parameter.
const paramRole = "a parameter"

// goal reports an error when o can be no goal; role is what it would have to be.
func (p *parser) goal(o operand, role string) {
	if o.mode&isGoal == 0 {
		p.failAt(CodeWrongValueType, o.x.Range(), fmt.Sprintf("%s is no goal and cannot be %s", describe(o.x), role),
			"compare it with something, as in x = 1")
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

// mustInt returns the value of an integer literal that the scanner has found to fit.
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
