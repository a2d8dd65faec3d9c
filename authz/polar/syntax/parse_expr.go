package syntax

// This file defines the parser of expressions and patterns.

import "fmt"

// The levels of precedence, from the loosest. An operator's operands are of the
// next level, except for the left operand of a left-associative operator.
const (
	precOr      = iota + 1 // or
	precAnd                // and
	precNot                // not
	precUnify              // = :=
	precCompare            // == != < <= > >=
	precAdd                // + -
	precMul                // * / mod rem
	precMember             // in matches
	precPostfix            // . and everything without operators
)

// binaryOp returns the binary operator of a token of kind k and its level of
// precedence, or 0 if k is not a binary operator. For matches the operator is 0.
func binaryOp(k kind) (Op, int) {
	switch k {
	case kOr:
		return OpOr, precOr
	case kAnd:
		return OpAnd, precAnd
	case kUnify:
		return OpUnify, precUnify
	case kAssign:
		return OpAssign, precUnify
	case kEq:
		return OpEq, precCompare
	case kNe:
		return OpNe, precCompare
	case kLt:
		return OpLt, precCompare
	case kLe:
		return OpLe, precCompare
	case kGt:
		return OpGt, precCompare
	case kGe:
		return OpGe, precCompare
	case kPlus:
		return OpAdd, precAdd
	case kMinus:
		return OpSub, precAdd
	case kStar:
		return OpMul, precMul
	case kSlash:
		return OpDiv, precMul
	case kMod:
		return OpMod, precMul
	case kRem:
		return OpRem, precMul
	case kIn:
		return OpIn, precMember
	case kMatches:
		return 0, precMember
	}
	return 0, 0
}

// A mode says what an expression can be used for.
type mode uint8

const (
	isValue mode = 1 << iota // it has a value
	isGoal                   // it succeeds or fails
	isBoth  = isValue | isGoal
)

// An operand is a parsed expression with its mode and the height of its tree.
type operand struct {
	x      Expr
	mode   mode
	height int
}

// A patternOperand is a parsed pattern with the height of its tree.
type patternOperand struct {
	x      Pattern
	height int
}

// enter begins a level of nesting; leave ends it.
func (p *parser) enter() {
	p.nest++
	if p.nest > maxDepth {
		p.tooDeep()
	}
}

func (p *parser) leave() { p.nest-- }

// above returns the height of a tree whose highest child has height h.
func (p *parser) above(h int) int {
	if h >= maxDepth {
		p.tooDeep()
	}
	return h + 1
}

// expr parses an expression whose operators are of level min or tighter.
func (p *parser) expr(min int) operand {
	p.enter()
	var left operand
	if p.tok.kind == kNot && min <= precNot {
		start := p.tok.start
		p.next()
		o := p.expr(precUnify)
		p.goal(o, "an operand of \"not\"")
		left = operand{&NotExpr{Span: p.since(start), X: o.x}, isGoal, p.above(o.height)}
	} else {
		left = p.postfix()
	}
	for {
		op, prec := binaryOp(p.tok.kind)
		if prec < min || prec == 0 {
			break
		}
		switch {
		case prec <= precAnd:
			left = p.chain(left, op, prec)
		case op == 0:
			p.value(left, "an operand of \"matches\"")
			p.next()
			pat := p.pattern(0)
			if k := p.tok.kind; k == kDot || k == kLParen {
				p.unexpectedHint("an operator or the end of the condition", p.patternHint())
			}
			left = operand{&MatchesExpr{Span: p.from(left.x.Pos()), X: left.x, Pattern: pat.x}, isGoal, p.above(max(left.height, pat.height))}
		default:
			left = p.binary(left, op, prec)
		}
	}
	p.leave()
	return left
}

// chain parses the rest of "left and ..." or "left or ...".
func (p *parser) chain(left operand, op Op, prec int) operand {
	role := "an operand of \"and\""
	if op == OpOr {
		role = orRole
	}
	p.goal(left, role)
	k := p.tok.kind
	elems, height := []Expr{left.x}, left.height
	for p.accept(k) {
		o := p.expr(prec + 1)
		p.goal(o, role)
		elems = append(elems, o.x)
		height = max(height, o.height)
	}
	x := &NaryExpr{Span: p.from(left.x.Pos()), Op: op, Elems: elems}
	p.warnPrecedence(x)
	return operand{x, isGoal, p.above(height)}
}

// warnPrecedence warns about an "and" directly inside an "or". Before Oso 0.20 "or" bound tighter.
func (p *parser) warnPrecedence(x *NaryExpr) {
	if x.Op != OpOr {
		return
	}
	for _, e := range x.Elems {
		if n, ok := e.(*NaryExpr); ok && n.Op == OpAnd {
			p.warn(CodeAmbiguousPrecedence, n.Span, "\"and\" and \"or\" are mixed without parentheses", "\"and\" binds tighter; add parentheses around it")
			return
		}
	}
}

// binary parses the rest of "left op ...".
func (p *parser) binary(left operand, op Op, prec int) operand {
	if op == OpAssign {
		if _, ok := left.x.(*Var); !ok {
			p.unexpected("another operator or the end of the condition")
		}
	}
	p.operandValue(left, op)
	at := p.position(p.tok.start)
	p.next()
	right := p.expr(prec + 1)
	p.operandValue(right, op)
	m := isGoal
	if prec == precAdd || prec == precMul {
		m = isValue
	}
	x := &BinaryExpr{Span: p.from(left.x.Pos()), Op: op, OpPos: at, X: left.x, Y: right.x}
	return operand{x, m, p.above(max(left.height, right.height))}
}

// postfix parses a primary expression and the lookups after it.
func (p *parser) postfix() operand {
	start, after := p.tok.start, p.prev.kind
	o := p.primary()
	for p.tok.kind == kDot {
		p.value(o, "an operand of \".\"")
		p.next()
		o = p.lookup(o)
	}
	p.operand, p.operandAfter = start, after
	return o
}

// lookup parses what follows the dot after o.
func (p *parser) lookup(o operand) operand {
	l := &Lookup{X: o.x}
	height := o.height
	if p.accept(kLParen) {
		switch p.tok.kind {
		case kSymbol:
			l.Key = p.variable()
		case kString:
			l.Key = p.stringLit()
		default:
			p.unexpectedHint("a variable or a string in the parentheses", say("bind the name of the attribute to a variable first"))
		}
		p.expect(kRParen, "\")\"")
	} else {
		if p.tok.kind == kInt {
			hint := indexHint
			if p.prev.start.off > 0 && isDigit(p.file.Source[p.prev.start.off-1]) {
				hint = "a number has at most one dot"
			}
			p.unexpectedHint("the name of an attribute", say(hint))
		}
		if p.tok.start.line > p.prev.end.line && p.tok.start.col <= p.stmt.col {
			p.stop = p.prev.end.line
		}
		l.Name = p.keyName("the name of an attribute")
		if p.tok.kind == kLParen {
			var h int
			l.Called = true
			l.Args, l.Kwargs, h = p.args()
			height = max(height, h)
		}
	}
	l.Span = p.from(o.x.Pos())
	return operand{l, isBoth, p.above(height)}
}

// primary parses an expression without operators and lookups.
func (p *parser) primary() operand {
	t := p.tok
	switch t.kind {
	case kSymbol:
		if p.peek().kind != kLParen {
			return operand{p.variable(), isBoth, 1}
		}
		c := &Call{Name: p.name("the name of a rule")}
		var h int
		c.Args, c.Kwargs, h = p.args()
		c.Span = p.since(t.start)
		return operand{c, isGoal, p.above(h)}
	case kInt, kFloat, kInf, kNan, kPlus, kMinus:
		return operand{p.number(), isValue, 1}
	case kString:
		return operand{p.stringLit(), isValue, 1}
	case kTrue, kFalse:
		return operand{p.boolLit(), isBoth, 1}
	case kLParen:
		p.next()
		o := p.expr(precOr)
		if p.tok.kind == kComma {
			p.unexpectedHint("an operator or \")\"", say(listsHint))
		}
		p.expect(kRParen, "an operator or \")\"")
		return operand{&ParenExpr{Span: p.since(t.start), X: o.x}, o.mode, p.above(o.height)}
	case kLBracket:
		return p.list()
	case kLBrace:
		return p.dict()
	case kNew:
		switch p.peek().kind {
		case kLParen:
			return p.prefix(OpNew)
		case kColon, kComma, kDot, kRParen, kRBracket, kRBrace:
			p.reserved("an expression")
		}
		p.next()
		n := &New{Class: p.name("the name of a class after \"new\"")}
		if p.tok.kind != kLParen {
			p.unexpectedHint("\"(\" after the name of a class", say(fmt.Sprintf("write new %s(...)", shorten(n.Class.Text))))
		}
		var h int
		n.Args, n.Kwargs, h = p.args()
		n.Span = p.since(t.start)
		return operand{n, isValue, p.above(h)}
	case kCut:
		p.next()
		return operand{&CutExpr{p.since(t.start)}, isGoal, 1}
	case kPrint:
		p.next()
		args, h := p.plainArgs(isValue)
		return operand{&PrintExpr{p.since(t.start), args}, isGoal, p.above(h)}
	case kDebug:
		p.next()
		args, h := p.plainArgs(isValue)
		return operand{&DebugExpr{p.since(t.start), args}, isGoal, p.above(h)}
	case kForall:
		p.next()
		if p.tok.kind != kLParen {
			p.unexpectedHint("\"(\" after \"forall\"", say("write forall(x in xs, ...)"))
		}
		p.next()
		cond := p.expr(precOr)
		p.goal(cond, "an argument of \"forall\"")
		if p.tok.kind == kRParen {
			p.unexpectedHint("an operator, or \",\" and a second condition", say("write forall(x in xs, ...)"))
		}
		p.expect(kComma, "an operator, or \",\" and a second condition")
		body := p.expr(precOr)
		p.goal(body, "an argument of \"forall\"")
		p.expect(kRParen, "an operator or \")\"")
		return operand{&ForallExpr{p.since(t.start), cond.x, body.x}, isGoal, p.above(max(cond.height, body.height))}
	case kIn:
		return p.prefix(OpIn)
	case kDot:
		return p.prefix(OpDot)
	}
	if t.kind == kType || t.kind.isWord() && p.peek().kind == kColon {
		p.reserved("an expression")
	}
	p.unexpected("an expression")
	return operand{}
}

// prefix parses one of in(...), .(...) and new(...).
func (p *parser) prefix(op Op) operand {
	start := p.tok.start
	p.next()
	if op == OpDot && p.tok.kind == kInt {
		p.unexpectedHint("\"(\"", advice{"write a digit before the dot: 0." + shorten(p.text(p.tok)), p.edit(p.prev.start, p.prev.start, "0")})
	}
	args, h := p.plainArgs(isBoth)
	return operand{&PrefixExpr{p.since(start), op, args}, isGoal, p.above(h)}
}

// plainArgs parses the arguments of print, debug and the prefix forms. One trailing
// comma is allowed. Each argument must have a mode in common with m.
func (p *parser) plainArgs(m mode) ([]Expr, int) {
	p.expect(kLParen, "\"(\"")
	var args []Expr
	height := 0
	for p.tok.kind != kRParen {
		o := p.expr(precOr)
		if m == isValue {
			p.value(o, "an argument")
		}
		args = append(args, o.x)
		height = max(height, o.height)
		if p.tok.kind != kRParen {
			p.expect(kComma, "an operator, \",\" or \")\"")
		}
	}
	p.next()
	return args, height
}

// args parses the arguments of a call: positional arguments, then keyword arguments.
// Only keyword arguments may have trailing commas.
func (p *parser) args() (args []Expr, kwargs []*Field, height int) {
	p.expect(kLParen, "\"(\"")
	if p.accept(kRParen) {
		return nil, nil, 0
	}
	var keys keySet
	for {
		switch {
		case (p.tok.kind == kSymbol || p.tok.kind.isKeyWord()) && p.peek().kind == kColon:
			f, h := p.field(precOr)
			keys.add(p, f.Key, "keep one of them")
			kwargs = append(kwargs, f)
			height = max(height, h)
		case kwargs != nil:
			p.unexpected("an argument by name, as in name: value")
		default:
			o := p.expr(precOr)
			p.value(o, "an argument")
			args = append(args, o.x)
			height = max(height, o.height)
		}
		if p.accept(kRParen) {
			return args, kwargs, height
		}
		p.expect(kComma, "an operator, \",\" or \")\"")
		if kwargs != nil {
			for p.accept(kComma) {
			}
			if p.accept(kRParen) {
				return args, kwargs, height
			}
		}
	}
}

// field parses Key: Value, with the value's operators of level min or tighter.
func (p *parser) field(min int) (*Field, int) {
	start := p.tok.start
	f := &Field{Key: p.key()}
	o := p.expr(min)
	p.value(o, "the value of a key")
	f.Value = o.x
	f.Span = p.since(start)
	return f, p.above(o.height)
}

// key parses the key of a field and the colon after it.
func (p *parser) key() *Name {
	switch p.tok.kind {
	case kString, kInt, kFloat:
		if k := p.peek().kind; k == kComma || k == kRBrace {
			p.unexpectedHint("a key", say(listsHint))
		}
		p.unexpectedHint("a key", p.stringHint("", keyHint))
	}
	key := p.keyName("a key")
	if p.tok.kind != kColon {
		p.unexpectedHint("\":\" after a key", say(fmt.Sprintf("write %s: value", shorten(key.Text))))
	}
	p.next()
	return key
}

// list parses [Elems..., *Rest].
func (p *parser) list() operand {
	start := p.tok.start
	l := &ListExpr{}
	height := 0
	p.next()
	for p.tok.kind != kRBracket {
		if p.tok.kind == kStar {
			l.Rest = p.rest()
			break
		}
		o := p.expr(precAdd)
		p.value(o, "an element of a list")
		l.Elems = append(l.Elems, o.x)
		height = max(height, o.height)
		if p.tok.kind != kRBracket {
			p.commas("an operator, \",\" or \"]\"")
		}
	}
	p.expect(kRBracket, "\"]\" after the rest of a list")
	l.Span = p.since(start)
	return operand{l, isValue, p.above(height)}
}

// rest parses *Name at the end of a list.
func (p *parser) rest() *Var {
	p.next()
	if p.tok.kind != kSymbol {
		p.unexpected("a variable after \"*\"")
	}
	v := p.variable()
	if p.tok.kind == kComma {
		p.unexpectedHint("\"]\" after the rest of a list", say("the rest must be at the end of the list, without a comma after it"))
	}
	return v
}

// dict parses {Fields...}.
func (p *parser) dict() operand {
	start := p.tok.start
	d := &DictExpr{}
	height := 0
	var keys keySet
	p.next()
	for p.tok.kind != kRBrace {
		var f *Field
		h := 1
		if p.tok.kind == kSymbol && p.peek().kind != kColon {
			key := p.name("a key")
			f = &Field{Span: key.Span, Key: key, Value: &Var{key.Span, key.Text}, Short: true}
			switch p.tok.kind {
			case kUnify, kAssign:
				p.unexpectedHint("\":\" after a key", advice{fmt.Sprintf("write %s: value", shorten(key.Text)), p.edit(p.tok.start, p.tok.end, ":")})
			case kLParen, kDot, kEq, kNe, kLt, kLe, kGt, kGe, kIn, kAnd, kOr, kMatches:
				p.unexpectedHint("\":\" after a key", say("this is a dictionary; write a body without braces, and group conditions with parentheses"))
			}
		} else {
			f, h = p.field(precCompare)
		}
		keys.add(p, f.Key, "keep one of them")
		d.Fields = append(d.Fields, f)
		height = max(height, h)
		if p.tok.kind != kRBrace {
			p.commas("an operator, \",\" or \"}\"")
		}
	}
	p.next()
	d.Span = p.since(start)
	return operand{d, isValue, p.above(height)}
}

// variable parses an identifier in term position.
func (p *parser) variable() *Var {
	p.next()
	return &Var{Span: p.since(p.prev.start), Name: p.text(p.prev)}
}

// boolLit parses true or false.
func (p *parser) boolLit() *BoolLit {
	p.next()
	return &BoolLit{Span: p.since(p.prev.start), Value: p.prev.kind == kTrue}
}

// patternHint returns the hint for the token after a pattern that is not inside another one.
func (p *parser) patternHint() advice {
	switch _, prec := binaryOp(p.tok.kind); {
	case p.tok.kind == kOr, p.tok.kind == kBar:
		return say("write one rule for each class, or test in the body: x matches A or x matches B")
	case p.tok.kind == kUnify, p.tok.kind == kEq:
		return say("parameters have no defaults; compare values in the body")
	case p.tok.kind == kDot, p.tok.kind == kLParen, p.tok.kind == kLBracket, prec > precNot:
		return say("a pattern is a class, a literal, or a list or dictionary of patterns; compare values in the body")
	}
	return p.hint()
}

// number parses a number with its sign.
func (p *parser) number() Expr {
	start, sign := p.tok.start, ""
	if k := p.tok.kind; k == kPlus || k == kMinus {
		sign = p.text(p.tok)
		p.next()
	}
	switch p.tok.kind {
	case kInt:
		p.next()
		text := sign + p.text(p.prev)
		return &IntLit{Span: p.since(start), Value: mustInt(text), Text: text}
	case kFloat, kInf, kNan:
		p.next()
		text := sign + p.text(p.prev)
		v, _ := parseFloat(text)
		return &FloatLit{Span: p.since(start), Value: v, Text: text}
	}
	p.unexpectedHint("a number after the sign", say("a sign belongs to a number; write 0 - x"))
	return nil
}

// pattern parses a pattern. Directly after "matches" or the colon of a parameter,
// min is 0, and a symbol is a class. Inside another pattern, a symbol is a
// variable, and values are expressions whose operators are of level min or tighter.
func (p *parser) pattern(min int) patternOperand {
	p.enter()
	defer p.leave()
	switch k := p.tok.kind; k {
	case kLBrace:
		start := p.tok.start
		fields, h := p.patternFields()
		return patternOperand{&DictPattern{p.since(start), fields}, p.above(h)}
	case kLBracket:
		return p.listPattern()
	case kSymbol:
		if min == 0 || p.peek().kind == kLBrace {
			return p.classPattern()
		}
	case kInt, kFloat, kInf, kNan, kPlus, kMinus, kString, kTrue, kFalse:
		if min == 0 {
			x := p.literal()
			return patternOperand{&ValuePattern{x.Range(), x}, 1}
		}
	case kLParen:
		if min == 0 {
			p.unexpectedHint("a pattern", say("write the pattern without parentheses"))
		}
	case kStar:
		p.unexpectedHint("a pattern", advice{"write only the name of the class", p.edit(p.tok.start, p.tok.end, "")})
	default:
		if k.isWord() {
			p.reserved("a pattern")
		}
		p.unexpected("a pattern")
	}
	o := p.expr(min)
	p.value(o, "part of a pattern")
	return patternOperand{&ValuePattern{o.x.Range(), o.x}, p.above(o.height)}
}

// literal parses a number, a string or a boolean.
func (p *parser) literal() Expr {
	switch p.tok.kind {
	case kString:
		return p.stringLit()
	case kTrue, kFalse:
		return p.boolLit()
	}
	return p.number()
}

// classPattern parses Class or Class{Fields...}.
func (p *parser) classPattern() patternOperand {
	c := &ClassPattern{Class: p.name("the name of a class")}
	height := 0
	if p.tok.kind == kLBrace {
		c.Braces = true
		c.Fields, height = p.patternFields()
	}
	c.Span = p.from(c.Class.Pos())
	return patternOperand{c, p.above(height)}
}

// patternFields parses {Fields...} of a pattern.
func (p *parser) patternFields() ([]*PatternField, int) {
	var fields []*PatternField
	var keys keySet
	height := 0
	p.next()
	for p.tok.kind != kRBrace {
		f := &PatternField{}
		h := 2 // of a variable that is the value
		if p.tok.kind == kSymbol && p.peek().kind != kColon {
			f.Key, f.Short = p.name("a key"), true
			if k := p.tok.kind; k == kUnify || k == kEq || k == kAssign {
				p.unexpectedHint("\":\" after a key", advice{fmt.Sprintf("write %s: value", shorten(f.Key.Text)), p.edit(p.tok.start, p.tok.end, ":")})
			}
			f.Value = &ValuePattern{f.Key.Span, &Var{f.Key.Span, f.Key.Text}}
		} else {
			f.Key = p.key()
			o := p.pattern(precPostfix)
			f.Value, h = o.x, p.above(o.height)
		}
		f.Span = p.from(f.Key.Pos())
		keys.add(p, f.Key, "keep one of them")
		fields = append(fields, f)
		height = max(height, h)
		if p.tok.kind != kRBrace {
			p.commas("\",\" or \"}\"")
		}
	}
	p.next()
	return fields, height
}

// listPattern parses [Elems..., *Rest] of a pattern.
func (p *parser) listPattern() patternOperand {
	start := p.tok.start
	l := &ListPattern{}
	height := 0
	p.next()
	for p.tok.kind != kRBracket {
		if p.tok.kind == kStar {
			l.Rest = p.rest()
			break
		}
		o := p.pattern(precAdd)
		l.Elems = append(l.Elems, o.x)
		height = max(height, o.height)
		if p.tok.kind != kRBracket {
			p.commas("\",\" or \"]\"")
		}
	}
	p.expect(kRBracket, "\"]\" after the rest of a list")
	l.Span = p.since(start)
	return patternOperand{l, p.above(height)}
}
