package syntax

import "strconv"

// This file defines Position and Span, which locate text in a source.

// A Position is a place in a policy source. The zero Position means "unknown".
type Position struct {
	File string // name of the source as it was given to the parser
	Line int32  // 1-based line number; 0 if unknown
	Col  int32  // 1-based column, counted in runes; 0 if unknown
}

// IsValid reports whether the position is known.
func (p Position) IsValid() bool { return p.Line > 0 }

// String returns "file:line:col", "file:line" if the column is unknown, only the
// file's name if the line is unknown, and "-" for the zero Position. It prints the
// name with [Visible], so that a name cannot add a line to a log.
func (p Position) String() string {
	switch {
	case !p.IsValid() && p.File == "":
		return "-"
	case !p.IsValid():
		return Visible(p.File)
	}
	var room [64]byte
	b := room[:0]
	if p.File != "" {
		b = append(append(b, Visible(p.File)...), ':')
	}
	b = strconv.AppendInt(b, int64(p.Line), 10)
	if p.Col > 0 {
		b = strconv.AppendInt(append(b, ':'), int64(p.Col), 10)
	}
	return string(b)
}

// Before reports whether p comes before q, ordered by file name, then line, then column.
func (p Position) Before(q Position) bool {
	if p.File != q.File {
		return p.File < q.File
	}
	if p.Line != q.Line {
		return p.Line < q.Line
	}
	return p.Col < q.Col
}

// A Span is the stretch of text that a node was parsed from.
type Span struct {
	Start Position // first rune of the text
	End   Position // one past the last rune; same File as Start
}

// Pos returns the start of the span. Every node embeds a Span and so has a Pos method.
func (s Span) Pos() Position { return s.Start }

// Range returns the span itself. It is part of Node.
func (s Span) Range() Span { return s }
