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
	index int           // among the sources
	lines *syntax.Lines // made for the first diagnostic
	at    cursor
	buf   []byte // for head
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

// head returns the head of a rule or rule type as it is written. It is a part of the source,
// unless there are line breaks or odd blanks in it.
func (s *source) head(name *syntax.Name, params []*syntax.Param, rparen syntax.Position) string {
	start := s.offset(name.Start)
	head := append(s.buf[:0], name.Text...)
	head = append(head, '(')
	for i, p := range params {
		if i > 0 {
			head = append(head, ", "...)
		}
		head = append(head, s.text(p.Range())...)
	}
	head = append(head, ')')
	s.buf = head[:0]
	end := min(s.offset(rparen)+1, len(s.file.Source))
	if written := s.file.Source[start:end]; written == string(head) {
		return written
	}
	return string(head)
}

// quote returns a name in quotes for a message.
func quote(name string) string { return strconv.Quote(name) }
