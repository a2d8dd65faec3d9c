package resolve

// This file defines source, a file being resolved, and how to quote from it.

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/ursa-authz/ursa/authz/polar/syntax"
)

// A source is one file of the policy.
type source struct {
	file  *syntax.File
	lines *syntax.Lines // made for the first diagnostic
	at    cursor
}

// A cursor is a place in the text: the byte offset of a line and column. It moves
// only forward, so that quotes in source order read the text once.
type cursor struct {
	line, col int32
	off       int
}

// line returns the text of a line, for a diagnostic.
func (s *source) line(number int32) string {
	if number < 1 {
		return ""
	}
	if s.lines == nil {
		s.lines = syntax.NewLines(s.file.Source)
	}
	return s.lines.Text(number)
}

// offset returns the byte offset of a position of the source.
func (s *source) offset(p syntax.Position) int {
	c, src := s.at, s.file.Source
	if c.line == 0 || p.Line < c.line || p.Line == c.line && p.Col < c.col {
		c = cursor{line: 1, col: 1}
	}
	for c.line < p.Line {
		n := strings.IndexByte(src[c.off:], '\n')
		if n < 0 {
			return len(src)
		}
		c.off += n + 1
		c.line++
		c.col = 1
	}
	for c.col < p.Col && c.off < len(src) {
		_, n := utf8.DecodeRuneInString(src[c.off:])
		c.off += n
		c.col++
	}
	s.at = c
	return c.off
}

// text returns the text of a span on one line: line breaks with the blanks around them become one blank.
func (s *source) text(span syntax.Span) string {
	start := s.offset(span.Start)
	text := s.file.Source[start:max(start, s.offset(span.End))]
	if !strings.ContainsAny(text, "\r\n") {
		return text
	}
	return strings.Join(strings.FieldsFunc(text, func(c rune) bool { return c == '\n' || c == '\r' || c == '\t' || c == ' ' }), " ")
}

// head returns the head of a rule or rule type as it is written.
func (s *source) head(name *syntax.Name, params []*syntax.Param) string {
	var b strings.Builder
	b.WriteString(name.Text)
	b.WriteByte('(')
	for i, p := range params {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(s.text(p.Range()))
	}
	b.WriteByte(')')
	return b.String()
}

// quote returns a name in quotes for a message.
func quote(name string) string { return strconv.Quote(name) }
