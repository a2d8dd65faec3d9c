package analysis

// This file defines what is before a place in a text that may not be a policy yet: the tokens
// of the statement that is being written.

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/ursa-authz/ursa/authz/polar/syntax"
)

// A cursor finds the offsets of positions that come in order.
type cursor struct {
	text      string
	off       int
	line, col int32
}

// to returns the offset of a position, which is not before the last one.
func (c *cursor) to(at syntax.Position) int {
	for c.off < len(c.text) && (c.line < at.Line || c.line == at.Line && c.col < at.Col) {
		r, n := utf8.DecodeRuneInString(c.text[c.off:])
		c.off += n
		c.col++
		if r == '\n' {
			c.line++
			c.col = 1
		}
	}
	return c.off
}

// A word is a token: an identifier or number, a string, or one character of punctuation.
type word struct {
	start, end int // in the text
	kind       wordKind
}

type wordKind uint8

const (
	nameWord wordKind = iota
	textWord
	openText // a string that has no end before the place
	signWord
)

// A place is what is before an offset of a text.
type place struct {
	text    string
	start   int // of the statement
	at      int // the offset
	words   []word
	open    []int // indexes of the words that are open brackets
	comment bool  // the place is in a comment
}

// text returns word i, counted from the end if i is negative, or "".
func (p *place) word(i int) string {
	if i < 0 {
		i += len(p.words)
	}
	if i < 0 || i >= len(p.words) {
		return ""
	}
	return p.text[p.words[i].start:p.words[i].end]
}

func (p *place) kind(i int) wordKind {
	if i < 0 {
		i += len(p.words)
	}
	if i < 0 || i >= len(p.words) {
		return signWord
	}
	return p.words[i].kind
}

// before reads the text up to an offset. It begins anew with each statement, and where a line
// that is not indented looks like the start of one, so that a statement without its end does
// not spoil those after it.
func before(text string, at int) *place {
	p := &place{text: text, at: at}
	block := false // the statement is a block
	end := func(next int) {
		p.start, p.words, p.open, block = next, p.words[:0], p.open[:0], false
	}
	for i := 0; i < at; {
		c := text[i]
		switch {
		case c == '\n' || c == ' ' || c == '\t' || c == '\r':
			i++
			if len(p.words) == 0 {
				p.start = i
			}
		case c == '#':
			n := strings.IndexByte(text[i:at], '\n')
			if n < 0 {
				p.comment = true
				return p
			}
			i += n
		case c == '"':
			j := i + 1
			for j < at && text[j] != '"' && text[j] != '\n' {
				if text[j] == '\\' {
					j++
				}
				j++
			}
			switch {
			case j >= at:
				p.words = append(p.words, word{i, at, openText})
				return p
			case text[j] == '"':
				j++
			}
			p.words = append(p.words, word{i, j, textWord})
			i = j
		case isNameByte(c):
			j := i
			for j < len(text) && isNameByte(text[j]) {
				j++
			}
			if len(p.words) > 0 && (i == 0 || text[i-1] == '\n') && begins(text, i, j) {
				end(i)
			}
			p.words = append(p.words, word{i, min(j, at), nameWord})
			i = j
		default:
			_, n := utf8.DecodeRuneInString(text[i:])
			p.words = append(p.words, word{i, i + n, signWord})
			switch c {
			case '(', '[', '{':
				block = block || c == '{' && len(p.open) == 0 && len(p.words) == 3 && p.kind(0) == nameWord && p.kind(1) == nameWord
				p.open = append(p.open, len(p.words)-1)
			case ')', ']', '}':
				if len(p.open) > 0 {
					p.open = p.open[:len(p.open)-1]
				}
				if c == '}' && block && len(p.open) == 0 {
					end(i + n)
				}
			case ';':
				if len(p.open) == 0 {
					end(i + n)
				}
			}
			i += n
		}
	}
	return p
}

// isNameByte reports whether a byte can be part of an identifier or a number.
func isNameByte(c byte) bool {
	return c == '_' || c >= utf8.RuneSelf || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}

// begins reports whether a name at the start of a line looks like the start of a statement.
func begins(text string, i, j int) bool {
	switch text[i:j] {
	case "actor", "resource", "type":
		return j < len(text) && text[j] == ' '
	case "and", "or", "not", "if", "forall", "cut", "print", "in", "matches", "new":
		return false
	}
	return j < len(text) && text[j] == '('
}

// isIn returns the index of the word that is the innermost open bracket, or -1.
func (p *place) innermost() int {
	if len(p.open) == 0 {
		return -1
	}
	return p.open[len(p.open)-1]
}

// inBlock reports whether the statement is a block.
func (p *place) inBlock() bool {
	return len(p.open) > 0 && p.open[0] == 2 && p.word(2) == "{" && p.kind(0) == nameWord && p.kind(1) == nameWord
}

// has reports whether the statement has that word outside of brackets.
func (p *place) has(name string) bool {
	depth := 0
	for i := range p.words {
		switch p.word(i) {
		case "(", "[", "{":
			depth++
		case ")", "]", "}":
			depth--
		case name:
			if depth == 0 && p.kind(i) == nameWord {
				return true
			}
		}
	}
	return false
}

// filler stands for the name that is being written. No policy has it.
const filler = "ursa_completes_here"

// completed returns texts of the statement with a filler in place of the name or string between
// from and at, best first. They begin with as many lines and blanks as the statement has before
// it, so that positions are those of the text.
func (p *place) completed(from int) []string {
	inText := p.kind(-1) == openText
	rest := p.text[p.at:]
	for rest != "" { // the rest of the word
		r, n := utf8.DecodeRuneInString(rest)
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '_' {
			break
		}
		rest = rest[n:]
	}
	head := strings.Map(func(r rune) rune {
		if r == '\n' {
			return r
		}
		return ' '
	}, p.text[strings.LastIndexByte(p.text[:p.start], '\n')+1:p.start])
	head = strings.Repeat("\n", strings.Count(p.text[:p.start], "\n")) + head + p.text[p.start:from] + filler
	var texts []string
	whole := rest
	if inText {
		head += `"`
		whole = strings.TrimPrefix(rest, `"`)
	}
	if end := strings.IndexByte(whole, ';'); end >= 0 && end < 10_000 {
		texts = append(texts, head+whole[:end+1])
	}
	if line, _, _ := strings.Cut(whole, "\n"); strings.TrimSpace(line) != "" {
		texts = append(texts, head+line+";")
	}
	closing := ""
	for _, i := range p.open {
		closing = map[string]string{"(": ")", "[": "]", "{": "}"}[p.word(i)] + closing
	}
	forall := ""
	if i := p.innermost(); i > 0 && p.word(i-1) == "forall" {
		forall = ", true"
	}
	missing := ""
	if i := p.innermost(); i > 0 && p.kind(i-1) == nameWord {
		missing = ", _" // the arguments after a name
	}
	for _, suffix := range []string{forall, " = _", missing, missing + missing, forall + " = _"} {
		texts = append(texts, head+suffix+closing+";")
	}
	return texts
}
