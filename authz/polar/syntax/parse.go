package syntax

// This file defines the parser of files and statements. parse_expr.go parses
// expressions and patterns, and hint.go has the error messages.
//
// The parser uses recursive descent with one token of lookahead, and precedence
// climbing for operators. As Polar always did, it distinguishes expressions that
// have a value (1 + 2, a dictionary), goals (a rule call, a comparison) and
// expressions that can be either (a variable, an attribute). Every operand carries
// this mode, and each operator checks the modes of its operands.
//
// An error ends its statement, so there is at most one error per statement. The
// parser then looks for the start of the next statement (see skip) and continues,
// so that it reports all statements with errors.
//
// maxDepth bounds both the recursion of the parser and the depth of its trees,
// whatever the length of the source.

import (
	"context"
	"fmt"
	"strconv"
	"unicode/utf8"
)

const (
	// maxDepth bounds the nesting of terms, goals and patterns, chains of
	// left-associative operators included. Policies written by hand
	// stay below 30. A level costs the parser at most 4 KB of Go stack
	// (dictionaries; parentheses cost 2 KB), so that a source of any length
	// uses at most 4 MB. Passes that recurse over a tree can rely on
	// this bound.
	maxDepth = 1000

	// maxSource bounds the length of a source. 10,000 rules are about 1 MB.
	maxSource = 16 << 20

	// maxErrors bounds the number of reported errors of one source, and the number of warnings.
	maxErrors = 1000
)

// Parse parses a policy source. The name is used only in positions.
//
// The file is never nil. It holds the statements without errors, and blocks without
// their invalid declarations, so that later passes can report more errors. The
// diagnostics are sorted by position. Use [Errors] to find out whether any of them
// is an error.
func Parse(name, src string) (*File, []Diagnostic) {
	f, ds, _ := ParseContext(context.Background(), name, src)
	return f, ds
}

// ParseContext is like Parse, but stops when ctx ends. Then it returns the error of
// ctx, a nil file and no diagnostics.
func ParseContext(ctx context.Context, name, src string) (*File, []Diagnostic, error) {
	return parse(ctx, name, src, false)
}

// parse implements ParseContext and ParseAlike.
func parse(ctx context.Context, name, src string, alike bool) (*File, []Diagnostic, error) {
	p := newParser(name, src)
	p.scan.ctx, p.alike = ctx, alike
	if p.start() {
		p.fileBody()
	}
	if p.scan.err != nil {
		return nil, nil, p.scan.err
	}
	return p.file, p.diagnostics(), nil
}

// ParseRule parses the rule that begins at a byte offset of src, and nothing else of src.
// Start is the position of the offset. Parse must have accepted the source: ParseRule reads
// again what the caller did not keep. It returns nil if there is no rule.
func ParseRule(src string, offset int, start Position) *Rule {
	p := newParser(start.File, src)
	p.scan.pos = place{off: offset, line: start.Line, col: start.Col}
	p.tok = p.scan.next()
	p.stmt = p.tok.start
	var rule *Rule
	p.guard(func() { rule, _ = p.statement().(*Rule) })
	return rule
}

// ParseQuery parses the text of a query: one expression, without a semicolon at
// the end. The name is used only in positions and may be empty. If a diagnostic is
// an error, the expression is nil.
func ParseQuery(name, src string) (Expr, []Diagnostic) {
	p := newParser(name, src)
	p.query = true
	var x Expr
	if p.start() {
		p.guard(func() {
			e := p.expr(precOr).x
			if p.tok.kind != kEOF {
				p.failExtra()
			}
			x = e
		})
	}
	ds := p.diagnostics()
	if p.errors > 0 {
		return nil, ds
	}
	return x, ds
}

// A parser holds the state of parsing one source.
type parser struct {
	scan  scanner
	file  *File
	tok   token // the next token
	prev  token // the last token consumed
	ahead token // the token after tok, if has is set
	has   bool  // ahead was read

	alike    bool // rules that repeat the last one are read as Likes
	like     likeness
	query    bool  // the source is a query and not a file
	stmt     place // start of the statement, or declaration, being parsed
	body     bool  // the next token is in the body of a rule
	or       bool  // an "or" was read since the start of the statement
	stop     int32 // the line where the statement ends in a dot, before the start of another; 0 if there is no such line
	braces   int   // braces open since the start of the statement
	brackets int   // brackets of all three kinds open since the start of the statement or declaration
	nest     int   // levels of recursion

	operand      place // start of the last operand without operators
	operandAfter kind  // of the token before it

	diags  []Diagnostic
	errors int // how many of diags are errors
	lines  *Lines
}

func newParser(name, src string) *parser {
	start := place{line: 1, col: 1}
	return &parser{
		file: &File{Name: name, Source: src},
		scan: scanner{name: name, src: src, pos: start},
		prev: token{start: start, end: start},
	}
}

// start checks the source as a whole and reads the first token.
func (p *parser) start() bool {
	src := p.file.Source
	if len(src) > maxSource {
		p.file.Source = ""
		p.add(Diagnostic{Code: CodeSourceTooLarge, Pos: Position{File: p.file.Name},
			Msg: fmt.Sprintf("the source has %d bytes; the limit is %d", len(src), maxSource)})
		return false
	}
	if !utf8.ValidString(src) {
		p.failUTF8()
		return false
	}
	p.tok = p.scan.next()
	return true
}

// failUTF8 reports the first byte that is not UTF-8. It is the only error, since later columns would be guesses.
func (p *parser) failUTF8() {
	src := p.file.Source
	at := place{line: 1, col: 1}
	for at.off < len(src) {
		r, n := utf8.DecodeRuneInString(src[at.off:])
		if r == utf8.RuneError && n == 1 {
			break
		}
		at.off += n
		at.col++
		if r == '\n' {
			at.line++
			at.col = 1
		}
	}
	end := at
	end.col++
	p.report(CodeInvalidUTF8, at, end, fmt.Sprintf("the byte 0x%02x is not valid UTF-8", src[at.off]), "save the file as UTF-8")
}

// fileBody parses all statements.
func (p *parser) fileBody() {
	for p.tok.kind != kEOF && p.errors <= maxErrors {
		p.stmt, p.body, p.or, p.stop, p.braces, p.brackets = p.tok.start, false, false, 0, 0, 0
		if s := p.repeat(); s != nil {
			p.file.Stmts = append(p.file.Stmts, s)
			continue
		}
		comments := len(p.scan.comments)
		if p.has {
			comments = -1
		}
		var s Stmt
		switch {
		case !p.guard(func() { s = p.statement() }):
			p.skip()
		case !p.flawed(p.stmt, p.prev.end):
			p.file.Stmts = append(p.file.Stmts, s)
			if rule, ok := s.(*Rule); ok && p.alike {
				p.remember(rule, p.stmt, comments)
			}
		}
	}
	if p.errors > maxErrors {
		p.tooMany(p.tok.start, p.tok.end)
	}
	p.file.Comments = p.scan.comments
}

// flawed reports whether the scanner found a flaw between start and end.
func (p *parser) flawed(start, end place) bool {
	flaws := p.scan.flaws
	for i := len(flaws) - 1; i >= 0 && flaws[i].start.off >= start.off; i-- {
		if flaws[i].start.off < end.off {
			return true
		}
	}
	return false
}

// tooMany reports that there are too many errors to report.
func (p *parser) tooMany(start, end place) {
	p.diags = append(p.diags, p.diagnostic(CodeTooManyErrors, start, end,
		fmt.Sprintf("more than %d errors; the rest of the source was not read", maxErrors), ""))
}

// diagnostics returns all diagnostics, sorted by position.
func (p *parser) diagnostics() []Diagnostic {
	parsed := p.diags
	p.diags = nil // of several errors about one token, those of the scanner come first
	for i, f := range p.scan.flaws {
		if i == maxErrors {
			p.tooMany(f.start, f.end)
			break
		}
		p.report(f.code, f.start, f.end, f.msg, f.hint)
	}
	p.diags = append(p.diags, parsed...)
	for _, f := range p.scan.doubts {
		p.warn(f.code, p.scan.span(f.start, f.end), f.msg, f.hint)
	}
	sortDiagnostics(p.diags)
	return p.diags
}

// A bailout is the panic that leaves a statement whose error has been reported.
type bailout struct{}

// guard calls f and reports whether it returned without a bailout.
func (p *parser) guard(f func()) (ok bool) {
	p.nest = 0
	defer func() {
		if r := recover(); r != nil {
			if _, is := r.(bailout); !is {
				panic(r)
			}
			ok = false
		}
	}()
	f()
	return true
}

// next consumes the next token.
func (p *parser) next() {
	switch p.tok.kind {
	case kLParen, kLBracket:
		p.brackets++
	case kRParen, kRBracket:
		p.brackets--
	case kLBrace:
		p.braces++
		p.brackets++
	case kRBrace:
		p.braces--
		p.brackets--
	case kOr:
		p.or = true
	}
	p.prev = p.tok
	if p.has {
		p.tok, p.has = p.ahead, false
		return
	}
	p.tok = p.scan.next()
}

// peek returns the token after the next one.
func (p *parser) peek() token {
	if !p.has {
		p.ahead, p.has = p.scan.next(), true
	}
	return p.ahead
}

// text returns the source text of t.
func (p *parser) text(t token) string { return p.file.Source[t.start.off:t.end.off] }

// accept consumes the next token if it is a k.
func (p *parser) accept(k kind) bool {
	if p.tok.kind != k {
		return false
	}
	p.next()
	return true
}

// expect consumes the next token, which must be a k; want names what the grammar allows here.
func (p *parser) expect(k kind, want string) {
	if p.tok.kind != k {
		p.unexpected(want)
	}
	p.next()
}

// since returns the span from start to the end of the last token.
func (p *parser) since(start place) Span { return p.scan.span(start, p.prev.end) }

// from returns the span from a position to the end of the last token.
func (p *parser) from(start Position) Span {
	return Span{Start: start, End: p.position(p.prev.end)}
}

func (p *parser) position(at place) Position {
	return Position{File: p.file.Name, Line: at.line, Col: at.col}
}

// skip moves, after an error, to the likely start of the next statement: past
// the next semicolon, past the closing brace of a block, or to a name that looks like
// the head of a rule or block and begins a line, not indented further than the statement
// with the error. The last case finds the next statement if a semicolon or a bracket
// was missing.
func (p *parser) skip() {
	if p.tok.start.off == p.stmt.off && p.skipComment() {
		return
	}
	opened, block := 0, false
	for p.tok.kind != kEOF {
		if p.startsStatement() {
			return
		}
		switch p.tok.kind {
		case kSemicolon:
			if opened == 0 {
				p.next()
				return
			}
			block = true
		case kLBrace:
			opened++
		case kRBrace:
			if opened > 0 {
				opened--
			} else if p.braces <= 0 {
				block = true // it closes a block whose start was not recognized
			}
			if opened == 0 && block {
				p.next()
				return
			}
		}
		p.next()
	}
}

// startsStatement reports whether the next token begins a line, and looks like the start of a statement
// other than the one with the error.
func (p *parser) startsStatement() bool {
	t := p.tok
	if t.start.off <= p.stmt.off || t.start.col > p.stmt.col || t.start.line == p.prev.end.line || continues(p.prev.kind) {
		return false
	}
	switch t.kind {
	case kQuery:
		return true
	case kType:
		return p.peek().kind == kSymbol
	case kSymbol:
		switch p.peek().kind {
		case kLParen, kLBrace, kSymbol:
			return true
		}
	}
	return false
}

// continues reports whether a statement cannot end with a token of kind k.
func continues(k kind) bool {
	switch k {
	case kComma, kLParen, kLBracket, kColon, kDot, kStar, kSlash, kPlus, kMinus, kUnify, kAssign,
		kEq, kNe, kLt, kLe, kGt, kGe, kAnd, kOr, kNot, kIf, kIn, kMatches, kMod, kRem, kNew:
		return true
	}
	return false
}

// statement parses one top-level statement.
func (p *parser) statement() Stmt {
	start := p.tok.start
	switch p.tok.kind {
	case kType:
		p.next()
		r := &RuleType{}
		r.Name, r.Params, r.Rparen = p.head()
		if p.tok.kind == kIf {
			p.fail(CodeUnrecognizedToken, p.tok, "a rule type has no body", "write \";\" after the parameters, or remove \"type\" to make it a rule")
		}
		p.endStatement("\";\"")
		r.Span = p.since(start)
		return r
	case kQuery:
		p.next()
		query := p.expr(precOr).x
		p.endStatement("an operator or \";\"")
		return &InlineQuery{Span: p.since(start), Query: query}
	case kSymbol:
		switch p.peek().kind {
		case kLParen:
			return p.rule()
		case kLBrace:
			return p.block(nil)
		case kSymbol:
			keyword := p.name("a name")
			p.keywordHint(start)
			if k := p.peek().kind; k != kLParen {
				return p.block(keyword)
			}
			name := p.name("a name")
			p.unexpectedHint("\"{\" after the name of a class", say(fmt.Sprintf("a rule begins with its name: %s(...) if ...;", shorten(name.Text))))
		default:
			p.next()
			p.unexpectedHint("\"(\" after the name of a rule", p.nameHint())
		}
	}
	const want = "a rule, a rule type, an inline query or a block"
	if p.tok.kind.isWord() {
		p.reserved(want)
	}
	p.unexpected(want)
	return nil
}

// rule parses Name(Params...) with an optional body.
func (p *parser) rule() *Rule {
	start := p.tok.start
	r := &Rule{}
	r.Name, r.Params, r.Rparen = p.head()
	if p.accept(kIf) {
		p.body = true
		r.Body = p.expr(precOr).x
		p.endStatement("an operator or \";\"")
	} else {
		if p.tok.kind != kSemicolon {
			p.unexpectedHint("\"if\" or \";\"", p.bodyAdvice(r.Name.Text))
		}
		p.endStatement("\"if\" or \";\"")
	}
	r.Span = p.since(start)
	return r
}

// endStatement consumes the semicolon at the end of a statement.
func (p *parser) endStatement(want string) { p.expect(kSemicolon, want) }

// head parses Name(Params...). The position is that of the closing parenthesis.
func (p *parser) head() (*Name, []*Param, Position) {
	name := p.name("the name of a rule")
	if p.tok.kind == kLBrace {
		p.unexpectedHint("\"(\" after the name of a rule", say(`a block begins with "actor" or "resource"`))
	}
	if p.tok.kind == kSemicolon {
		p.unexpectedHint("\"(\" after the name of a rule", say(noParamHint))
	}
	p.expect(kLParen, "\"(\" after the name of a rule")
	if p.accept(kRParen) {
		return name, nil, p.position(p.prev.start)
	}
	var params []*Param
	for {
		params = append(params, p.param())
		if p.accept(kRParen) {
			return name, params, p.position(p.prev.start)
		}
		if _, prec := binaryOp(p.tok.kind); prec > 0 {
			p.unexpectedHint("\",\" or \")\"", say(`compare in the body, after "if"`))
		}
		if p.tok.kind == kSymbol && p.prev.kind == kSymbol {
			p.unexpectedHint("\",\" or \")\"", p.typedParam())
		}
		p.expect(kComma, "\",\" or \")\"")
	}
}

// param parses a parameter: a term, or a variable with a specializer.
func (p *parser) param() *Param {
	o := p.expr(precAdd)
	p.value(o, paramRole)
	param := &Param{Value: o.x}
	if p.tok.kind == kColon {
		if _, ok := o.x.(*Var); !ok {
			p.unexpectedHint("\",\" or \")\"", say("only a variable can have a specializer: name: Class"))
		}
		p.next()
		param.Specializer = p.pattern(0).x
		if k := p.tok.kind; k != kComma && k != kRParen {
			p.unexpectedHint("\",\" or \")\" after a specializer", p.patternHint())
		}
	}
	param.Span = p.from(o.x.Pos())
	return param
}

// name parses an identifier; want names what it is for.
func (p *parser) name(want string) *Name {
	if p.tok.kind != kSymbol {
		if p.tok.kind.isWord() {
			p.reserved(want)
		}
		p.unexpected(want)
	}
	p.next()
	return &Name{Span: p.since(p.prev.start), Text: p.text(p.prev)}
}

// keyName parses an identifier, or a reserved word that is allowed as a key.
func (p *parser) keyName(want string) *Name {
	if p.tok.kind.isKeyWord() {
		p.next()
		return &Name{Span: p.since(p.prev.start), Text: p.text(p.prev)}
	}
	return p.name(want)
}

// block parses Class { Decls... }. Errors inside a block do not end it.
func (p *parser) block(keyword *Name) *Block {
	start := p.stmt
	b := &Block{Keyword: keyword, Class: p.name("the name of a class")}
	if keyword == nil && p.tok.kind == kLBrace && p.isBody(b.Class.Text) {
		p.unexpectedHint("\"(\" after the name of a rule", say(braceHint))
	}
	p.expect(kLBrace, "\"{\" after the name of a class")
	open := p.prev
	for p.tok.kind != kRBrace {
		if p.tok.kind == kEOF || p.closesBlock(start) {
			p.unclosedBlock(open)
			break
		}
		if p.errors > maxErrors {
			break
		}
		p.stmt, p.brackets = p.tok.start, 0
		var d BlockDecl
		if p.guard(func() { d = p.decl() }) {
			b.Decls = append(b.Decls, d)
		} else {
			p.skipDecl(start)
		}
	}
	p.stmt = start
	p.accept(kRBrace)
	b.Span = p.since(start)
	return b
}

// closesBlock reports whether the next token must start a statement after the block
// that started at start, so that the closing brace is missing.
func (p *parser) closesBlock(start place) bool {
	if p.tok.start.col > start.col || p.tok.start.line == p.prev.end.line {
		return false
	}
	switch p.tok.kind {
	case kQuery, kType:
		return true
	case kSymbol:
		k := p.peek().kind
		return k == kLParen || k == kSymbol || k == kLBrace
	}
	return false
}

// unclosedBlock reports that the block opened by the brace open is not closed.
func (p *parser) unclosedBlock(open token) {
	code := CodeUnrecognizedToken
	if p.tok.kind == kEOF {
		code = CodeUnrecognizedEOF
		if n := len(p.diags); n > 0 && p.diags[n-1].Code == code {
			return // an unfinished declaration has been reported
		}
	}
	p.report(code, open.start, open.end, "the block is not closed", "write \"}\" at its end")
}

// skipDecl moves, after an error in a declaration of the block that starts at block, to the likely start of
// the next declaration, as skip does.
func (p *parser) skipDecl(block place) {
	for p.tok.kind != kEOF {
		t := p.tok
		if t.start.off > p.stmt.off && (p.startsDecl() || p.closesBlock(block)) || t.kind == kRBrace && p.braces <= 1 {
			break
		}
		p.next()
		if t.kind == kSemicolon && !(p.braces > 1 && p.tok.kind == kRBrace && p.peek().kind == kSemicolon) {
			break
		}
	}
	p.braces = 1
}

// startsDecl reports whether the next token begins a line, and looks like the start of a declaration.
func (p *parser) startsDecl() bool {
	t := p.tok
	if t.start.col > p.stmt.col || t.start.line == p.prev.end.line || continues(p.prev.kind) {
		return false
	}
	return t.kind == kString && p.peek().kind == kIf || t.kind == kSymbol && p.peek().kind == kUnify
}

// decl parses a declaration or a shorthand rule of a block.
func (p *parser) decl() BlockDecl {
	switch p.tok.kind {
	case kString:
		return p.shorthand()
	case kSymbol:
		return p.declaration()
	}
	const want = "a declaration, a shorthand rule or \"}\""
	if p.tok.kind.isWord() {
		p.reserved(want)
	}
	p.unexpected(want)
	return nil
}

// declaration parses Name = [...]; or Name = {...};
func (p *parser) declaration() *Declaration {
	start := p.tok.start
	d := &Declaration{Name: p.name("the name of a declaration")}
	switch want := "\"=\" after the name of a declaration"; p.tok.kind {
	case kLParen:
		p.unexpectedHint(want, say("write rules outside blocks"))
	case kIf:
		p.unexpectedHint(want, advice{"write the names in a shorthand rule in double quotes", p.edit(p.prev.start, p.prev.end, strconv.Quote(d.Name.Text))})
	case kColon, kAssign, kEq:
		p.unexpectedHint(want, advice{`write "="`, p.edit(p.tok.start, p.tok.end, " =")})
	default:
		p.expect(kUnify, want)
	}
	switch p.tok.kind {
	case kLBracket:
		p.next()
		for p.tok.kind != kRBracket {
			d.Strings = append(d.Strings, p.quoted("a string or \"]\""))
			if p.tok.kind != kRBracket {
				p.commas("\",\" or \"]\"")
			}
		}
		p.next()
	case kLBrace:
		d.Dict = true
		d.Relations = p.relations(d.Name.Text)
	default:
		p.unexpectedHint("a list of strings or a dictionary", p.listHint(d.Name.Text))
	}
	p.endStatement("\";\"")
	d.Span = p.since(start)
	return d
}

// commas consumes one or more commas.
func (p *parser) commas(want string) {
	p.expect(kComma, want)
	for p.accept(kComma) {
	}
}

// relations parses { Name: Class, ... }, the value of the declaration of that name. A list of classes may replace the class.
func (p *parser) relations(of string) []*RelationDecl {
	p.expect(kLBrace, "\"{\"")
	var rels []*RelationDecl
	var keys keySet
	for p.tok.kind != kRBrace {
		start := p.tok.start
		r := &RelationDecl{}
		if p.tok.kind == kSymbol && p.peek().kind != kColon {
			r.Name = p.name("the name of a relation")
			r.Classes = []*Name{{Span: r.Name.Span, Text: r.Name.Text}}
		} else {
			if p.tok.kind == kString {
				p.unexpectedHint("the name of a relation", p.stringHint(of, keyHint))
			}
			r.Name = p.keyName("the name of a relation or \"}\"")
			p.expect(kColon, "\":\" after the name of a relation")
			r.Classes = p.relationClasses(of)
		}
		r.Span = p.since(start)
		keys.add(p, r.Name, "for several classes write a list, as in "+r.Name.Text+": [Folder, Space]")
		rels = append(rels, r)
		if p.tok.kind != kRBrace {
			p.commas("\",\" or \"}\"")
		}
	}
	p.next()
	return rels
}

// relationClasses parses the class or the list of classes of a relation in the value of the declaration of.
func (p *parser) relationClasses(of string) []*Name {
	class := func() *Name {
		if p.tok.kind == kString {
			p.unexpectedHint("the name of a class", p.stringHint(of, "write the class without quotes"))
		}
		return p.name("the name of a class")
	}
	if !p.accept(kLBracket) {
		return []*Name{class()}
	}
	names := []*Name{class()}
	for p.tok.kind != kRBracket {
		p.commas("\",\" or \"]\"")
		if p.tok.kind != kRBracket {
			names = append(names, class())
		}
	}
	p.next()
	return names
}

// shorthand parses "head" if "implier" on "relation";
func (p *parser) shorthand() *Shorthand {
	start := p.tok.start
	s := &Shorthand{Head: p.stringLit()}
	if p.tok.kind != kIf {
		p.unexpectedHint("\"if\" after the head of a shorthand rule", say(`write "head" if "implier"; or "head" if "implier" on "relation";`))
	}
	p.next()
	s.Implier = p.quoted("a string after \"if\"")
	want := "\"on\" or \";\""
	if p.tok.kind == kSymbol {
		s.Keyword = p.name("\"on\"")
		s.Relation = p.quoted("the name of a relation in double quotes")
		want = "\";\""
	}
	if k := p.tok.kind; k == kAnd || k == kOr {
		p.unexpectedHint(want, say("a shorthand rule has one condition; write several shorthand rules, or a rule outside the block"))
	}
	p.endStatement(want)
	s.Span = p.since(start)
	return s
}

// quoted parses a string inside a block; want names what it is for.
func (p *parser) quoted(want string) *StringLit {
	switch {
	case p.tok.kind == kString:
		return p.stringLit()
	case p.tok.kind == kNot && p.peek().kind == kString:
		p.unexpectedHint(want, say("a shorthand rule has no negation; write a rule outside the block"))
	case p.tok.kind == kSymbol, p.tok.kind.isWord():
		p.unexpectedHint(want, advice{fmt.Sprintf("write it in double quotes: %q", shorten(p.text(p.tok))), p.edit(p.tok.start, p.tok.end, strconv.Quote(p.text(p.tok)))})
	}
	p.unexpected(want)
	return nil
}

// stringLit parses the next token, a string.
func (p *parser) stringLit() *StringLit {
	p.next()
	return &StringLit{Span: p.since(p.prev.start), Value: unquote(p.text(p.prev))}
}

// A keySet finds keys that occur twice. It makes a map only if there are many keys, which is rare.
type keySet struct {
	few  []string
	many map[string]bool
}

// add reports an error, with a hint, if the key was added before.
func (s *keySet) add(p *parser, key *Name, hint string) {
	found := s.many[key.Text]
	for _, k := range s.few {
		found = found || k == key.Text
	}
	if found {
		p.failAt(CodeDuplicateKey, key.Span, fmt.Sprintf("the key %q occurs twice", key.Text), hint)
	}
	if len(s.few) < 8 {
		s.few = append(s.few, key.Text)
		return
	}
	if s.many == nil {
		s.many = make(map[string]bool)
	}
	s.many[key.Text] = true
}
