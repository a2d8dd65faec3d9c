package syntax

// This file defines hints for syntax of other languages: Python, JavaScript, Go, Prolog,
// SQL, and the policy languages Cedar, Rego and Casbin.
//
// A swap is the word or sign to write instead. If it is empty, the hint is prose only.

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A swap is a hint, and the text to write instead.
type swap struct{ hint, text string }

// write returns the swap whose hint is to write text.
func write(text string) swap { return swap{fmt.Sprintf("write %q", text), text} }

const (
	forallHint   = "write forall(x in xs, ...) if all elements must match, or x in xs if one is enough"
	elseHint     = `write alternatives with "or", or as several rules`
	bindHint     = `write only the name of the variable, and set it with "="`
	changeHint   = "a variable cannot change; use another variable for the new value"
	importHint   = "policies do not import each other; load the files together"
	packageHint  = "Polar has no packages; all files loaded together form one policy"
	headHint     = "a rule begins with its name and its parameters: name(...) if ...;"
	braceHint    = "a rule has parameters, not braces: allow(actor, action, resource) if ...;"
	functionHint = `a rule is not a function; it succeeds when the conditions after "if" do`
	likeHint     = "write x.starts_with(y), x.ends_with(y) or x.contains(y)"
	entityHint   = `Polar has no entity literals; compare an attribute, as in user.name = "alice"`
	denyHint     = "decisions use the rules named allow, and everything they do not allow is denied"
	ternaryHint  = "write conditions with and, or and not"
	placeHint    = "strings have no prefixes or placeholders; compare the parts, or write a method in Go"
	joinHint     = `join conditions with "and" or "or", not with ";"`
	percentHint  = "write the number without a percent sign"
	remainder    = "write x mod y or x rem y for the remainder of a division"
)

// signSwaps are the hints for an unexpected token that follows another one without a blank.
var signSwaps = map[[2]kind]swap{
	{kEq, kUnify}:          write("=="),
	{kNe, kUnify}:          write("!="),
	{kLt, kGt}:             write("!="),
	{kUnify, kLt}:          write("<="),
	{kUnify, kGt}:          write(">="),
	{kPlus, kUnify}:        {hint: changeHint},
	{kMinus, kUnify}:       {hint: changeHint},
	{kStar, kUnify}:        {hint: changeHint},
	{kSlash, kUnify}:       {hint: changeHint},
	{kStar, kStar}:         {hint: "Polar has no power operator"},
	{kSlash, kSlash}:       {hint: commentHint},
	{kSlash, kStar}:        {hint: commentHint},
	{kSymbol, kLBracket}:   {hint: indexHint},
	{kRBracket, kLBracket}: {hint: indexHint},
	{kRParen, kLBracket}:   {hint: indexHint},
	{kSymbol, kString}:     {hint: placeHint},
}

// bodySwaps are the signs that begin a body in other languages.
var bodySwaps = map[[2]kind]bool{
	{kColon, kMinus}: true, // Prolog
	{kLt, kMinus}:    true,
	{kMinus, kGt}:    true,
	{kUnify, kGt}:    true, // JavaScript
}

// wordSwaps are the hints for words that are unexpected after an operand, in lower case.
var wordSwaps = map[string]swap{
	"and":        write("and"),
	"or":         write("or"),
	"in":         write("in"),
	"if":         write("if"),
	"matches":    write("matches"),
	"isinstance": {hint: `write "matches"`},
	"instanceof": write("matches"),
	"eq":         write("="),
	"ne":         write("!="),
	"then":       {hint: elseHint},
	"else":       {hint: elseHint},
	"elif":       {hint: elseHint},
	"elseif":     {hint: elseHint},
	"otherwise":  {hint: elseHint},
	"unless":     {hint: `write "and not"`},
	"where":      write("if"),
	"when":       write("if"),
	"like":       {hint: likeHint},
	"ilike":      {hint: likeHint},
	"between":    {hint: "write x >= a and x <= b"},
	"for":        {hint: forallHint},
	"contains":   {hint: "write y in x for a list, and x.contains(y) for a string"},
	"has":        {hint: "write x.name != nil"},
	"as":         {hint: "write x matches Class"},
}

// beforeSwaps are the hints for an unexpected operand after a word, in lower case.
var beforeSwaps = map[string]swap{
	"return":   {hint: `rules do not return values; a rule succeeds when the conditions after "if" do`},
	"let":      {hint: bindHint},
	"var":      {hint: bindHint},
	"const":    {hint: bindHint},
	"some":     {hint: "remove it: an unbound variable matches any value"},
	"not":      write("not"),
	"for":      {hint: forallHint},
	"foreach":  {hint: forallHint},
	"every":    {hint: forallHint},
	"lambda":   {hint: functionHint},
	"switch":   {hint: elseHint},
	"case":     {hint: elseHint},
	"typeof":   {hint: "to test for a class, write x matches Class"},
	"exists":   {hint: "write only the condition: it is true if some value of its variables makes it true"},
	"select":   {hint: "use an attribute for related rows: x in resource.items and x.name = y"},
	"import":   {hint: importHint},
	"include":  {hint: importHint},
	"from":     {hint: importHint},
	"package":  {hint: packageHint},
	"function": {hint: headHint},
}

// dropped are the words of beforeSwaps whose removal is the whole replacement.
var dropped = map[string]bool{"return": true, "let": true, "var": true, "const": true, "some": true}

// headWords are words that other languages write before the name of a rule.
var headWords = map[string]bool{
	"def": true, "func": true, "function": true, "fn": true, "fun": true, "rule": true, "predicate": true, "policy": true,
}

// callMethods maps functions of other languages to the built-in methods that replace them.
var callMethods = map[string]string{
	"len": "length", "length": "length", "count": "length", "size": "length",
	"lower": "lower", "upper": "upper", "startswith": "starts_with", "endswith": "ends_with",
}

// startHint returns the hint for a token that cannot start a statement.
func (p *parser) startHint() advice {
	t := p.tok
	next := p.peek()
	adjacent := next.start.off == t.end.off
	switch t.kind {
	case kSlash, kMinus:
		if adjacent && (next.kind == t.kind || next.kind == kStar) {
			fix := p.edit(t.start, next.end, "#")
			if next.kind == kStar {
				fix = nil
			}
			return advice{commentHint, fix}
		}
	case kString:
		switch {
		case next.kind == kIf || next.kind == kSemicolon:
			return say("a shorthand rule belongs inside an actor or resource block")
		case next.start.line != t.end.line && t.end.line == t.start.line:
			return advice{commentHint, p.edit(t.start, t.start, "# ")}
		}
		return say(commentHint)
	case kSemicolon:
		return advice{"remove it; a block or a semicolon is not followed by a semicolon", p.edit(t.start, t.end, "")}
	case kRBrace:
		return say("no block is open here")
	case kIf:
		return say("write a condition after the head of a rule: head(...) if ...;")
	case kLBracket:
		return say(headHint)
	}
	return advice{}
}

// foreignToken returns the hint for a sign of another language.
func (p *parser) foreignToken() advice {
	t, prev := p.tok, p.prev
	switch t.kind {
	case kBang:
		return advice{`write "not"`, p.edit(t.start, t.end, "not ")}
	case kIsa:
		return advice{`write "matches"`, p.edit(t.start, t.end, "matches")}
	case kBar:
		next := p.peek()
		if next.kind == kBar {
			return advice{`write "or"`, p.edit(t.start, next.end, p.padded(t.start, "or", next.end))}
		}
		if p.brackets > 0 && next.kind == kSymbol && p.inList() {
			return advice{fmt.Sprintf("write the rest of a list after a comma and a star: [x, *%s]", shorten(p.text(next))), p.edit(prev.end, next.start, ", *")}
		}
		return advice{`write "or"`, p.edit(t.start, t.end, p.padded(t.start, "or", t.end))}
	case kSlash:
		if k := p.peek().kind; k == kSlash || k == kStar {
			return say(commentHint)
		}
	}
	if prev.end.off != t.start.off {
		return advice{}
	}
	if prev.kind == kInt && t.kind == kSymbol {
		a := say(digitsHint)
		if digits := strings.ReplaceAll(p.text(t), "_", ""); digits != "" && strings.Trim(digits, "0123456789") == "" {
			a.fix = p.edit(prev.start, t.end, p.text(prev)+digits)
		}
		return a
	}
	s := signSwaps[[2]kind{prev.kind, t.kind}]
	a := advice{text: s.hint}
	if s.text != "" {
		a.fix = p.edit(prev.start, t.end, s.text)
	}
	return a
}

// padded returns the word to write between two places, with blanks where it would join the text beside it.
func (p *parser) padded(start place, word string, end place) string {
	return pad(p.file.Source[:start.off], word, p.file.Source[end.off:])
}

// pad returns word with blanks where it would join the text before or after it.
func pad(before, word, after string) string {
	if last, _ := utf8.DecodeLastRuneInString(before); before != "" && !strings.ContainsRune(" \t\r\n(", last) {
		word = " " + word
	}
	if first, _ := utf8.DecodeRuneInString(after); after != "" && !strings.ContainsRune(" \t\r\n)", first) {
		word += " "
	}
	return word
}

// inList reports whether the innermost open bracket before the next token opens a list.
func (p *parser) inList() bool {
	depth := 0
	for i := p.tok.start.off - 1; i >= p.stmt.off; i-- {
		switch p.file.Source[i] {
		case ']', ')', '}':
			depth++
		case '(', '{':
			if depth == 0 {
				return false
			}
			depth--
		case '[':
			if depth == 0 {
				return true
			}
			depth--
		}
	}
	return false
}

// foreignWord returns the hint for an operand before or after a word of another language.
func (p *parser) foreignWord() advice {
	t, prev := p.tok, p.prev
	if prev.kind == kSymbol {
		word := strings.ToLower(p.text(prev))
		if s, ok := beforeSwaps[word]; ok && (word != "not" || p.text(prev) != word) {
			a := advice{text: s.hint}
			switch {
			case dropped[word]:
				a.fix = p.edit(prev.start, t.start, "")
			case s.text != "":
				a.fix = p.edit(prev.start, prev.end, s.text)
			}
			return a
		}
	}
	if t.kind != kSymbol {
		return advice{}
	}
	word := strings.ToLower(p.text(t))
	switch word {
	case "is":
		return p.identity()
	case "not":
		if next := p.peek(); next.kind == kIn || next.kind == kSymbol && strings.EqualFold(p.text(next), "in") {
			return say(`write "not" before the whole condition: not x in y`)
		}
		return advice{}
	}
	s := wordSwaps[word]
	if s.text != "" {
		return advice{s.hint, p.edit(t.start, t.end, s.text)}
	}
	return say(s.hint)
}

// identity returns the hint for the word "is", which compares with nil in Python and SQL.
func (p *parser) identity() advice {
	t := p.tok
	after := p.lookahead(2)
	end, op, operand := t.end, "=", after[0]
	if word := strings.ToLower(p.text(operand)); word == "not" {
		end, op, operand = operand.end, "!=", after[1]
	}
	text := p.text(operand)
	switch word := strings.ToLower(text); {
	case operand.kind == kSymbol && (word == "none" || word == "null" || word == "nil"):
		return advice{fmt.Sprintf("write %s nil", op), p.edit(t.start, operand.end, op+" nil")}
	case operand.kind == kSymbol && op == "=" && startsUpper(text):
		return advice{`write "=", or "matches" before a class`, nil}
	case operand.kind == kSymbol:
		return say(fmt.Sprintf(`write %q, or "matches" before a class`, op))
	}
	return advice{fmt.Sprintf("write %q", op), p.edit(t.start, end, op)}
}

func startsUpper(text string) bool {
	r, _ := utf8.DecodeRuneInString(text)
	return unicode.IsUpper(r)
}

// lookahead returns the n tokens after the next one.
func (p *parser) lookahead(n int) []token {
	s := p.scan
	s.pos, s.comments, s.flaws, s.doubts = p.tok.end, nil, nil, nil
	tokens := make([]token, n)
	for i := range tokens {
		tokens[i] = s.next()
	}
	return tokens
}

// foreignCall returns the hint for a call used as a value where a built-in method is meant.
func (p *parser) foreignCall(c *Call) advice {
	method := callMethods[c.Name.Text]
	if method == "" || len(c.Args) == 0 || len(c.Kwargs) > 0 {
		return advice{}
	}
	a := say(fmt.Sprintf("write x.%s()", method))
	if len(c.Args) > 1 {
		return say(fmt.Sprintf("write x.%s(y)", method))
	}
	switch x := c.Args[0].(type) {
	case *Var, *Lookup:
		from := x.Range()
		if text, ok := sourceText(p.file.Source, from); ok {
			a.fix = &Fix{Span: c.Span, Text: text + "." + method + "()"}
		}
	}
	return a
}

// sourceText returns the text of a span.
func sourceText(source string, s Span) (string, bool) {
	start, ok := offset(source, s.Start)
	end, ok2 := offset(source, s.End)
	if !ok || !ok2 || end < start {
		return "", false
	}
	return source[start:end], true
}

// bodyAdvice returns the hint for what follows a head instead of "if".
func (p *parser) bodyAdvice(name string) advice {
	t := p.tok
	next := p.peek()
	switch word := p.text(t); {
	case name == "forbid":
		return say("write the exception in the allow rules with not, or write deny(actor, action, resource) if ...; and set Config.DenyRule")
	case name == "permit":
		return say(fmt.Sprintf("write allow(actor, action, resource) if ...; %s", denyHint))
	case t.kind == kColon && next.kind == kSymbol && strings.EqualFold(p.text(next), "return"):
		return advice{bodyHint, p.edit(t.start, next.end, " if")}
	case bodySwaps[[2]kind{t.kind, next.kind}] && t.end.off == next.start.off:
		return advice{bodyHint, p.edit(t.start, next.end, "if")}
	case t.kind == kAssign, t.kind == kUnify:
		return advice{bodyHint, p.edit(t.start, t.end, "if")}
	case t.kind == kColon:
		return advice{bodyHint, p.edit(t.start, t.end, " if")}
	case t.kind == kSymbol && wordSwaps[strings.ToLower(word)].text == "if":
		return advice{bodyHint, p.edit(t.start, t.end, "if")}
	}
	if t.kind == kSymbol && strings.EqualFold(p.text(t), "unless") {
		return say("write if not ...")
	}
	a := p.hint()
	switch {
	case a.text != "":
	case t.kind == kEOF:
		a = p.semicolon("did you forget a semicolon?")
	case t.kind == kSymbol, t.kind == kNot, t.kind == kForall, t.kind == kTrue, t.kind == kString, t.kind == kInt:
		a = advice{`did you forget "if"?`, p.edit(t.start, t.start, "if ")}
	}
	return a
}

// foreignRune makes t an error if the rune r, which was just read, belongs to another language. It
// reports whether it does.
func (s *scanner) foreignRune(t *token, r rune) bool {
	var hint, text string
	fixed := true
	switch r {
	case '&':
		twice := s.peek(0) == '&'
		if twice {
			s.advance(1)
		}
		before := strings.TrimRight(s.src[:t.start.off], " \t")
		if !twice && s.atSymbolRune() && before != "" && strings.ContainsRune("=<>(,", rune(before[len(before)-1])) {
			hint, text = "values have no addresses; write only the name", ""
			break
		}
		hint, text = `write "and"`, pad(s.src[:t.start.off], "and", s.src[s.pos.off:])
	case '\'', '`':
		hint, fixed = "write strings in double quotes", false
		if n := s.quoted(string(r)); n > 0 {
			s.advanceRunes(n)
			text, fixed = requote(s.src[t.start.off+1 : s.pos.off-1])
		}
	case '\u2018', '\u2019', '\u201c', '\u201d', '\u00ab', '\u00bb':
		hint, fixed = `write strings in plain double quotes: "..."`, false
		if n := s.quoted("\u2019\u201d\u00bb\u2018\u201c"); n > 0 {
			s.advanceRunes(n)
			inner := s.src[t.start.off+utf8.RuneLen(r) : s.pos.off]
			_, last := utf8.DecodeLastRuneInString(inner)
			text, fixed = requote(inner[:len(inner)-last])
		}
	case '%':
		hint, fixed = remainder, false
		before := strings.TrimRight(s.src[:t.start.off], " \t")
		switch {
		case before == "" || strings.HasSuffix(before, "\n"):
			hint, text, fixed = commentHint, "#", true
		case len(before) == t.start.off && isDigit(before[len(before)-1]) && !s.operandFollows():
			hint = percentHint
		}
	case '^':
		hint, fixed = "Polar has no power operator", false
	case '?':
		hint, fixed = "an inline query begins with ?=; "+ternaryHint, false
	case '\\':
		switch s.peek(0) {
		case '+':
			s.advance(1)
			hint, text = `write "not"`, pad("", "not", s.src[s.pos.off:])
		case '=':
			s.advance(1)
			hint, text = `write "!="`, "!="
		default:
			hint, text = "remove it: a statement can continue on the next line", ""
		}
	case '$', '@':
		hint, text = "write only the name of the variable", ""
		fixed = s.atSymbolRune()
	case '~':
		hint, text = `write "not"`, "not "
	default:
		return false
	}
	s.failToken(t, CodeInvalidCharacter, "unexpected character "+runeName(r), hint)
	if fixed {
		t.bad.fix = &edit{t.start, s.pos, text}
	}
	t.bad.end = place{off: t.start.off + utf8.RuneLen(r), line: t.start.line, col: t.start.col + 1}
	if r == '&' {
		t.bad.end = s.pos
	}
	return true
}

// operandFollows reports whether the next text, after blanks, is an operand.
func (s *scanner) operandFollows() bool {
	rest := strings.TrimLeft(s.src[s.pos.off:], " \t")
	return rest != "" && (asciiClass[min(rest[0], utf8.RuneSelf-1)]&(asciiDigit|asciiSymbol) != 0 || rest[0] == '(') && !strings.HasPrefix(rest, "and") && !strings.HasPrefix(rest, "or")
}

// quoted returns the number of bytes to the end of a string on this line that ends in one of the runes
// of end, that rune included, or 0 if there is no such rune.
func (s *scanner) quoted(end string) int {
	rest := s.src[s.pos.off:]
	if i := strings.IndexByte(rest, '\n'); i >= 0 {
		rest = rest[:i]
	}
	i := strings.IndexAny(rest, end)
	if i < 0 || strings.ContainsFunc(rest[:i], isHidden) {
		return 0 // what hides is reported where it stands
	}
	_, n := utf8.DecodeRuneInString(rest[i:])
	return i + n
}

// advanceRunes skips n bytes of text without line feeds.
func (s *scanner) advanceRunes(n int) {
	s.pos.col += int32(utf8.RuneCountInString(s.src[s.pos.off : s.pos.off+n]))
	s.pos.off += n
}

// requote returns text as a Polar string, if that needs no escapes.
func requote(text string) (string, bool) {
	if strings.ContainsAny(text, "\"\\`${") {
		return "", false
	}
	return `"` + text + `"`, true
}

// skipComment skips a comment of another language at the start of a statement. It reports whether there is one.
func (p *parser) skipComment() bool {
	t := p.tok
	rest := p.file.Source[t.start.off:]
	switch {
	case strings.HasPrefix(rest, "//"), strings.HasPrefix(rest, "--"), strings.HasPrefix(rest, "%"):
		p.skipTo(t.start.off + max(strings.IndexByte(rest, '\n'), 0))
	case strings.HasPrefix(rest, "/*"):
		p.skipPast(rest, "*/")
	case strings.HasPrefix(rest, `"""`):
		p.skipPast(rest, `"""`)
	case t.kind == kString && p.peek().start.line != t.end.line:
		p.next()
	default:
		return false
	}
	return true
}

// skipPast skips a comment that starts at the next token and ends with end. Its start mark is as long as end.
func (p *parser) skipPast(rest, end string) {
	if i := strings.Index(rest[len(end):], end); i >= 0 {
		p.skipTo(p.tok.start.off + len(end) + i + len(end))
		return
	}
	p.skipTo(len(p.file.Source))
}

// skipTo moves to the first token at or after the offset, without scanning the text before it.
func (p *parser) skipTo(off int) {
	if off <= p.tok.start.off {
		off = len(p.file.Source)
	}
	s := &p.scan
	n := len(s.comments)
	for n > 0 && s.comments[n-1].Start.Line > p.tok.start.line {
		n-- // read ahead, inside text that is not part of the policy
	}
	s.comments = s.comments[:n]
	for s.pos = p.tok.start; s.pos.off < off; {
		if s.src[s.pos.off] == '\n' {
			s.newline()
			continue
		}
		_, n := utf8.DecodeRuneInString(s.src[s.pos.off:])
		s.advanceRunes(n)
	}
	p.tok, p.has = s.next(), false
}

// keywordHint reports a word of another language before the name of a rule, which is the next token.
// The word begins at start.
func (p *parser) keywordHint(start place) {
	word, next := p.text(p.prev), p.peek()
	switch {
	case headWords[strings.ToLower(word)] && next.kind == kLParen:
		d := p.diagnostic(CodeUnrecognizedToken, p.prev.start, p.prev.end, fmt.Sprintf("unexpected %q before the name of a rule", shorten(word)),
			fmt.Sprintf("remove it: %s(...) if ...;", shorten(p.text(p.tok))))
		d.Fix = p.edit(start, p.tok.start, "")
		p.add(d)
		panic(bailout{})
	case word == "default":
		p.unexpectedHint("\"(\" after the name of a rule", say("remove the line: what no rule allows is denied"))
	case beforeSwaps[word].hint != "" && next.kind != kLBrace && next.kind != kLParen:
		p.unexpectedHint("\"(\" after the name of a rule", say(beforeSwaps[word].hint))
	}
}

// nameHint returns the hint for the token after a name that begins a statement.
func (p *parser) nameHint() advice {
	t := p.tok
	_, prec := binaryOp(t.kind)
	switch {
	case t.kind == kDot && p.semicolonBefore():
		return say(joinHint)
	case t.kind == kDot:
		return say("rule names have no dots; write :: between the parts")
	case t.kind == kIf && p.peek().kind == kLBrace:
		return say(braceHint)
	case t.kind == kIf, t.kind == kSemicolon:
		return say(noParamHint)
	case t.kind == kComma, t.kind == kLBracket:
		return say(headHint)
	case prec > 0 && t.kind != kUnify && t.kind != kAssign:
		return say(joinHint)
	case prec > 0 && p.semicolonBefore():
		return say(joinHint)
	case prec > 0:
		return say(headHint)
	}
	if s := beforeSwaps[p.text(p.prev)]; s.hint != "" {
		return say(s.hint)
	}
	return p.hint()
}

// semicolonBefore reports whether a semicolon precedes the statement on its line.
func (p *parser) semicolonBefore() bool {
	return strings.HasSuffix(strings.TrimRight(p.file.Source[:p.stmt.off], " \t"), ";")
}

// typedParam returns the hint for two names where one parameter is expected: the last token and the next one.
func (p *parser) typedParam() advice {
	first, second := p.text(p.prev), p.text(p.tok)
	name, class := first, second
	if startsUpper(first) && !startsUpper(second) {
		name, class = second, first
	}
	if startsUpper(name) || !startsUpper(class) {
		return p.hint()
	}
	return advice{fmt.Sprintf("write %s: %s", shorten(name), shorten(class)), p.edit(p.prev.start, p.tok.end, name+": "+class)}
}

// isBody reports whether the next token, a brace, opens the body of a rule, as in other languages, and not a
// block of the class before it.
func (p *parser) isBody(class string) bool {
	if startsUpper(class) {
		return false
	}
	switch after := p.lookahead(2); after[0].kind {
	case kString, kRBrace, kEOF:
		return false
	case kSymbol:
		return after[1].kind != kUnify
	}
	return true
}

// stringHint returns the hint for a string in a dictionary where a name is expected.
func (p *parser) stringHint(declaration, hint string) advice {
	if declaration == "roles" || declaration == "permissions" {
		return say(fmt.Sprintf("%s are a list: %s = [\"a\", \"b\"];", declaration, declaration))
	}
	a := say(hint)
	if p.tok.kind == kString {
		if name := unquote(p.text(p.tok)); isName(name) {
			a.fix = p.edit(p.tok.start, p.tok.end, name)
		}
	}
	return a
}

// isName reports whether text is exactly one identifier.
func isName(text string) bool {
	s := scanner{src: text, pos: place{line: 1, col: 1}}
	t := s.next()
	return t.kind == kSymbol && t.start.off == 0 && t.end.off == len(text)
}

// listHint returns the hint for a declaration that is neither a list nor a dictionary.
func (p *parser) listHint(declaration string) advice {
	if p.tok.kind == kString && (declaration == "roles" || declaration == "permissions") {
		text := "[" + p.text(p.tok) + "]"
		return advice{"write a list: " + shorten(text), p.edit(p.tok.start, p.tok.end, text)}
	}
	return say(`write a list, as in ["a", "b"], or a dictionary, as in {parent: Org}`)
}
