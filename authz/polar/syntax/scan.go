package syntax

// This file defines the scanner, which splits a source into tokens.
//
// A source is UTF-8. Lines end with a line feed, and columns count runes. The
// scanner reads ASCII text byte by byte and decodes runes only at bytes of 0x80 or
// more, so that a typical policy is never decoded.
//
// Text that is invisible or looks like other text is rejected (hidden.go, names.go).
// The scanner collects such errors and makes the token as if it were valid, so that the
// parser can report other errors. Therefore the scanner accepts more in identifiers than
// names may contain: any Unicode letter, mark, number or symbol, and hidden characters.
// Punctuation ends an identifier. This matters for curly quotes, a likely accident:
// role = “admin” must not compare with a variable.

import (
	"context"
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A scanner reads tokens from src, and collects comments.
type scanner struct {
	name     string
	src      string
	pos      place // of the next byte to read
	comments []*Comment
	flaws    []badToken // errors in the text itself, in order
	doubts   []badToken // warnings about strings, in order; at most maxErrors
	near     *nameRange // the range of the last letter of a name, which often has the next one too

	ctx   context.Context // nil if the parse cannot be cancelled
	until int             // tokens until the next check of ctx
	err   error           // the error of ctx; the source appears to end where it was found
}

// pollEvery is how many tokens are read between two checks of the context.
const pollEvery = 1024

// poll checks the context from time to time. The parser returns as soon as the source
// ends, so poll makes the source end when the context does.
func (s *scanner) poll() {
	if s.until--; s.until > 0 || s.ctx == nil || s.err != nil {
		return
	}
	s.until = pollEvery
	if s.err = s.ctx.Err(); s.err != nil {
		s.src = s.src[:s.pos.off]
	}
}

// Classes of ASCII bytes. Bytes of 0x80 and more have the class 0.
const (
	asciiSymbol = 1 << iota // allowed in an identifier
	asciiDigit
	asciiPlain  // stands for itself in a comment
	asciiString // the same in a string
	asciiHidden // control characters other than tabs and line ends
)

var asciiClass = func() (t [256]uint8) {
	for c := range utf8.RuneSelf {
		switch b := byte(c); {
		case 'a' <= b && b <= 'z', 'A' <= b && b <= 'Z', b == '_':
			t[c] = asciiSymbol
		case '0' <= b && b <= '9':
			t[c] = asciiSymbol | asciiDigit
		}
		switch b := byte(c); {
		case b == '"', b == '\\':
			t[c] |= asciiPlain
		case ' ' <= b && b <= '~', b == '\t':
			t[c] |= asciiPlain | asciiString
		case b != '\r' && b != '\n':
			t[c] |= asciiHidden
		}
	}
	return t
}()

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// isSymbolRune reports whether the scanner reads the non-ASCII rune r as part of an
// identifier; start is set if r would be its first rune.
func isSymbolRune(r rune, start bool) bool {
	switch {
	case r == '\u00b7': // the dot inside Catalan words
		return !start
	case unicode.Is(unicode.Pc, r): // connectors like "_"
		return true
	case hiddenFlaw(r) != flaw{}:
		return !start
	}
	return !unicode.In(r, unicode.Z, unicode.C, unicode.P)
}

// advance skips n bytes of ASCII text without line feeds.
func (s *scanner) advance(n int) {
	s.pos.off += n
	s.pos.col += int32(n)
}

// run skips the bytes of an ASCII class, up to end.
func (s *scanner) run(class uint8, end int) {
	i := s.pos.off
	for i < end && asciiClass[s.src[i]]&class != 0 {
		i++
	}
	s.advance(i - s.pos.off)
}

// newline skips a line feed.
func (s *scanner) newline() {
	s.pos.off++
	s.pos.line++
	s.pos.col = 1
}

// peek returns the byte n bytes ahead, or 0 at the end of the source.
func (s *scanner) peek(n int) byte {
	if i := s.pos.off + n; i < len(s.src) {
		return s.src[i]
	}
	return 0
}

// next returns the next token.
func (s *scanner) next() token {
	s.space()
	s.poll()
	t := token{start: s.pos}
	if s.pos.off >= len(s.src) {
		t.end = s.pos
		return t
	}
	c := s.src[s.pos.off]
	switch {
	case c >= utf8.RuneSelf:
		if r, _ := utf8.DecodeRuneInString(s.src[s.pos.off:]); isSymbolRune(r, true) {
			s.symbol(&t)
		} else {
			s.badRune(&t)
		}
	case asciiClass[c]&asciiDigit != 0:
		s.number(&t)
	case asciiClass[c]&asciiSymbol != 0:
		s.symbol(&t)
	case c == '"':
		s.str(&t)
	default:
		s.operator(&t, c)
	}
	t.end = s.pos
	return t
}

// space skips blanks and comments.
func (s *scanner) space() {
	for s.pos.off < len(s.src) {
		switch c := s.src[s.pos.off]; c {
		case ' ', '\t':
			s.advance(1)
		case '\n':
			s.newline()
		case '#':
			s.comment()
			s.poll()
		case '\r':
			s.odd(inCode)
		default:
			if asciiClass[c]&asciiHidden == 0 && (c < utf8.RuneSelf || !s.atHidden()) {
				return
			}
			s.odd(inCode)
		}
	}
}

// comment reads a comment and records it.
func (s *scanner) comment() {
	start := s.pos
	end := len(s.src)
	if i := strings.IndexByte(s.src[start.off:], '\n'); i >= 0 {
		end = start.off + i
		if s.src[end-1] == '\r' {
			end--
		}
	}
	for s.run(asciiPlain, end); s.pos.off < end; s.run(asciiPlain, end) {
		s.odd(inComment)
	}
	before := strings.TrimRight(s.src[:start.off], " \t")
	alone := before == "" || strings.HasSuffix(before, "\n")
	s.comments = append(s.comments, &Comment{Span: s.span(start, s.pos), Text: s.src[start.off:end], alone: alone})
}

// atHidden reports whether the next rune, which is not ASCII, is a hidden character.
func (s *scanner) atHidden() bool {
	r, _ := utf8.DecodeRuneInString(s.src[s.pos.off:])
	return isHidden(r)
}

// odd skips the next rune, which is not plain ASCII, and reports what is wrong with it.
func (s *scanner) odd(in setting) {
	start := s.pos
	r, n := utf8.DecodeRuneInString(s.src[start.off:])
	s.pos.off += n
	s.pos.col++
	var f flaw
	if r != '\r' {
		f = flawOf(s.src[:start.off], r, s.src[s.pos.off:], in)
	} else if s.peek(0) != '\n' {
		f = loneReturn
	}
	if f.msg != "" {
		s.report(CodeHiddenCharacter, start, s.pos, f)
	}
}

// report records a flaw of the text from start to end. A run of hidden characters
// is one flaw.
func (s *scanner) report(code Code, start, end place, f flaw) {
	if n := len(s.flaws); n > 0 {
		last := &s.flaws[n-1]
		if code == CodeHiddenCharacter && last.code == code && last.end == start && last.hint == f.hint {
			last.end = end
			return
		}
		if n > maxErrors {
			return
		}
	}
	s.flaws = append(s.flaws, badToken{code: code, start: start, end: end, msg: f.msg, hint: f.hint})
}

// symbol scans an identifier or reserved word.
func (s *scanner) symbol(t *token) {
	t.kind = kSymbol
	wide, flaws := false, len(s.flaws)
scan:
	for s.pos.off < len(s.src) {
		c := s.src[s.pos.off]
		switch {
		case asciiClass[c]&asciiSymbol != 0:
			s.run(asciiSymbol, len(s.src))
			continue
		case c >= utf8.RuneSelf:
			r, n := utf8.DecodeRuneInString(s.src[s.pos.off:])
			if s.near = s.near.find(r); s.near != nil {
				s.pos.off += n
				s.pos.col++
				wide = true
				continue
			}
			if isSymbolRune(r, s.pos.off == t.start.off) {
				s.odd(inCode)
				wide = true
				continue
			}
		case asciiClass[c]&asciiHidden != 0:
			s.odd(inCode)
			continue
		case c == ':' && s.peek(1) == ':':
			s.advance(2)
			if !s.atSymbolRune() && s.peek(0) != '?' && !(s.peek(0) == ':' && s.peek(1) == ':') {
				hint := "write a name after \"::\""
				if s.peek(0) == '"' {
					hint = entityHint
				}
				s.fail(t, CodeInvalidCharacter, s.pos.off-1, s.pos.col-1, 1,
					fmt.Sprintf("the name %q ends in \"::\"", s.src[t.start.off:s.pos.off]),
					hint)
				return
			}
			continue
		case c == '?':
			s.advance(1) // a "?" ends a symbol, and no reserved word has one
		}
		break scan
	}
	if wide && len(s.flaws) == flaws {
		s.check(t.start)
	}
	t.kind = s.word(t)
}

// check reports what is wrong with the identifier from start to here, which has characters beyond ASCII.
func (s *scanner) check(start place) {
	text := s.src[start.off:s.pos.off]
	at, n, code, f := checkName(text)
	if code == "" {
		return
	}
	start = start.after(text[:at])
	s.report(code, start, start.after(text[at:at+n]), f)
}

// word returns the kind of the identifier that starts at t and ends here.
func (s *scanner) word(t *token) kind {
	return wordKind(s.src[t.start.off:s.pos.off])
}

// atSymbolRune reports whether the next rune can continue an identifier.
func (s *scanner) atSymbolRune() bool {
	if s.pos.off >= len(s.src) {
		return false
	}
	c := s.src[s.pos.off]
	if c < utf8.RuneSelf {
		return asciiClass[c]&asciiSymbol != 0
	}
	r, _ := utf8.DecodeRuneInString(s.src[s.pos.off:])
	return isSymbolRune(r, false)
}

// number scans an integer or a float without its sign. A float extends over all
// digits, "e", digits, sign and digits, even if they are not a number together. So
// "1e5+3" is one malformed float and not a sum, as it always was in Polar.
func (s *scanner) number(t *token) {
	t.kind = kInt
	s.digits()
	if s.peek(0) == '.' {
		t.kind = kFloat
		s.advance(1)
		s.digits()
	}
	if c := s.peek(0); c == 'e' || c == 'E' {
		t.kind = kFloat
		s.advance(1)
		s.digits()
		if c := s.peek(0); c == '+' || c == '-' {
			s.advance(1)
			s.digits()
		}
	}
	text := s.src[t.start.off:s.pos.off]
	if t.kind == kInt {
		if _, err := strconv.ParseInt(text, 10, 64); err != nil {
			s.failToken(t, CodeIntegerOverflow, fmt.Sprintf("the integer %s does not fit into 64 bits", shorten(text)), overflowHint(text))
		}
	} else if _, ok := parseFloat(text); !ok {
		s.failToken(t, CodeInvalidFloat, fmt.Sprintf("%s is not a valid float", shorten(text)), floatHint(text))
	}
}

func (s *scanner) digits() {
	for isDigit(s.peek(0)) {
		s.advance(1)
	}
}

// overflowHint returns what to write instead of the integer text.
func overflowHint(text string) string {
	if strings.TrimLeft(text, "0") == "9223372036854775808" {
		return "the largest integer is 9223372036854775807; write the smallest as -9223372036854775807 - 1"
	}
	return "integers range from -9223372036854775808 to 9223372036854775807; write a float for larger values"
}

// floatHint returns what to write instead of the malformed float text.
func floatHint(text string) string {
	i := strings.IndexAny(text, "eE")
	exp := text[i+1:]
	if j := strings.IndexAny(exp, "+-"); j > 0 {
		return fmt.Sprintf("write spaces around the operator: %s %c %s", text[:i+1+j], exp[j], exp[j+1:])
	}
	return "write digits after the e, as in 1e5"
}

// parseFloat returns the value of a float literal. A literal out of range is infinite, as in Polar.
func parseFloat(text string) (float64, bool) {
	if strings.HasSuffix(text, "nan") {
		return math.NaN(), true // a sign before it means nothing
	}
	v, err := strconv.ParseFloat(text, 64)
	return v, err == nil || math.IsInf(v, 0)
}

// str scans a string. An unescaped line feed ends it with an error, so that the next line
// is read as usual.
func (s *scanner) str(t *token) {
	t.kind = kString
	wide := false
	s.advance(1)
	for s.pos.off < len(s.src) {
		switch c := s.src[s.pos.off]; {
		case asciiClass[c]&asciiString != 0:
			s.run(asciiString, len(s.src))
		case c == '"':
			s.advance(1)
			if wide {
				s.doubt(t.start)
			}
			return
		case c == '\n':
			s.fail(t, CodeInvalidCharacter, t.start.off, t.start.col, 1, "the string is not closed before the end of the line",
				`write \n for a line feed inside a string, and " at its end`)
			return
		case c == '\\':
			s.escape()
		default:
			s.odd(inString)
			wide = true
		}
	}
	s.fail(t, CodeInvalidCharacter, t.start.off, t.start.col, 1, "the string is not closed", `write " at its end`)
}

// doubt warns about the string from start to here if a word in it mixes scripts.
func (s *scanner) doubt(start place) {
	text := s.src[start.off:s.pos.off]
	at, n, f := strangeWord(text)
	if f.msg == "" || len(s.doubts) == maxErrors {
		return
	}
	start = start.after(text[:at])
	s.doubts = append(s.doubts, badToken{code: CodeMixedScripts, start: start, end: start.after(text[at : at+n]), msg: f.msg, hint: f.hint})
}

// escape skips a backslash and the character that it escapes, if any.
func (s *scanner) escape() {
	start := s.pos
	s.advance(1)
	switch c := s.peek(0); {
	case s.pos.off >= len(s.src):
	case c == '\n':
		s.newline()
	case c == 'u':
		_, n := codePoint(s.src[start.off:])
		if n == 0 {
			s.advance(1)
			s.report(CodeInvalidCharacter, start, s.pos, flaw{`\u must be followed by the number of a character in braces`,
				`write \u{E9}, with the number in hexadecimal, or \\u for a backslash and a u`})
			return
		}
		s.advance(n - 1)
	case asciiClass[c]&asciiPlain != 0:
		s.advance(1)
	default:
		s.odd(inString)
	}
}

// codePoint returns the character of the escape at the start of text, such as
// \u{200D}, and the length of the escape, or 0 if there is no valid one.
func codePoint(text string) (r rune, n int) {
	const most = len(`\u{10FFFF}`)
	digits, ok := strings.CutPrefix(text[:min(len(text), most)], `\u{`)
	if !ok {
		return 0, 0
	}
	end := strings.IndexByte(digits, '}')
	if end <= 0 {
		return 0, 0
	}
	for i := range end {
		d := strings.IndexByte("0123456789abcdef", digits[i]|0x20)
		if d < 0 || digits[i] < '0' {
			return 0, 0
		}
		r = r<<4 | rune(d)
	}
	if !utf8.ValidRune(r) {
		return 0, 0
	}
	return r, len(`\u{}`) + end
}

// unquote returns the value of the string token text. The escapes are \n, \r,
// \t, \0 and \u{...}; any other character after a backslash stands for itself.
func unquote(text string) string {
	text = text[1 : len(text)-1]
	i := strings.IndexByte(text, '\\')
	if i < 0 {
		return text
	}
	var b strings.Builder
	b.Grow(len(text))
	for i >= 0 {
		b.WriteString(text[:i])
		c := text[i+1]
		switch c {
		case 'n':
			c = '\n'
		case 'r':
			c = '\r'
		case 't':
			c = '\t'
		case '0':
			c = 0
		}
		if r, n := codePoint(text[i:]); n > 0 {
			b.WriteRune(r)
			text = text[i+n:]
		} else {
			b.WriteByte(c) // the first byte of a rune; any others follow in text
			text = text[i+2:]
		}
		i = strings.IndexByte(text, '\\')
	}
	b.WriteString(text)
	return b.String()
}

// operator scans an operator or a punctuation mark that starts with c.
func (s *scanner) operator(t *token, c byte) {
	n := 1
	second := s.peek(1)
	switch c {
	case ',':
		t.kind = kComma
	case ';':
		t.kind = kSemicolon
	case '.':
		t.kind = kDot
	case '(':
		t.kind = kLParen
	case ')':
		t.kind = kRParen
	case '[':
		t.kind = kLBracket
	case ']':
		t.kind = kRBracket
	case '{':
		t.kind = kLBrace
	case '}':
		t.kind = kRBrace
	case '*':
		t.kind = kStar
	case '/':
		t.kind = kSlash
	case '+':
		t.kind = kPlus
	case '-':
		t.kind = kMinus
	case '|':
		t.kind = kBar
	case ':':
		t.kind = kColon
		if second == '=' {
			t.kind, n = kAssign, 2
		}
	case '=':
		t.kind = kUnify
		if second == '=' {
			t.kind, n = kEq, 2
		}
	case '<':
		t.kind = kLt
		if second == '=' {
			t.kind, n = kLe, 2
		}
	case '>':
		t.kind = kGt
		if second == '=' {
			t.kind, n = kGe, 2
		}
	case '!':
		t.kind = kBang
		if second == '=' {
			t.kind, n = kNe, 2
		}
	case '?':
		if second == '=' {
			t.kind, n = kQuery, 2
			break
		}
		s.badRune(t)
		return
	default:
		s.badRune(t)
		return
	}
	s.advance(n)
}

// badRune makes t the error that the rune at its start cannot begin a token.
func (s *scanner) badRune(t *token) {
	r, n := utf8.DecodeRuneInString(s.src[s.pos.off:])
	s.pos.off += n
	s.pos.col++
	if s.foreignRune(t, r) {
		return
	}
	msg := "unexpected character " + runeName(r)
	var hint string
	if unicode.IsSpace(r) {
		hint = "separate words with spaces, tabs and line feeds"
	}
	s.failToken(t, CodeInvalidCharacter, msg, hint)
}

// runeName returns how a message names r: the character if it is printable, and its number unless it is ASCII.
func runeName(r rune) string {
	if unicode.IsPrint(r) && r < unicode.MaxASCII {
		return string(r)
	}
	if unicode.IsPrint(r) {
		return fmt.Sprintf("%c (%U)", r, r)
	}
	return fmt.Sprintf("%U", r)
}

// failToken makes t an error about the whole text scanned since its start.
func (s *scanner) failToken(t *token, code Code, msg, hint string) {
	t.kind = kBad
	t.bad = &badToken{code: code, start: t.start, end: s.pos, msg: msg, hint: hint}
}

// fail makes t an error about the n bytes of ASCII text at an offset on its line.
func (s *scanner) fail(t *token, code Code, off int, col int32, n int, msg, hint string) {
	t.kind = kBad
	start := place{off: off, line: s.pos.line, col: col}
	if off == t.start.off {
		start = t.start
	}
	end := start
	end.off += n
	end.col += int32(n)
	t.bad = &badToken{code: code, start: start, end: end, msg: msg, hint: hint}
}

// span returns the span from start to end.
func (s *scanner) span(start, end place) Span {
	return Span{
		Start: Position{File: s.name, Line: start.line, Col: start.col},
		End:   Position{File: s.name, Line: end.line, Col: end.col},
	}
}

// shorten returns text, truncated to a length that fits into a message.
func shorten(text string) string {
	const most = 40
	n := 0
	for i := range text { // a name can be as long as a source
		if n == most {
			return text[:i] + "..."
		}
		n++
	}
	return text
}
