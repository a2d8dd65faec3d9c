package syntax

// This file defines the documents that the printer makes, and their layout on lines.
//
// A document is text with places where it may be broken. These belong to groups. A
// group is laid out on one line if it fits. Otherwise all of its own places are broken,
// and each group inside it is laid out by the same rule. Most formatters use this
// scheme of Oppen and Wadler. Comments are special: a comment always ends its line, so
// it forces the groups around it to be broken, but it does not count for their width.

import (
	"strings"
	"unicode/utf8"
)

// A docKind is the kind of a document.
type docKind uint8

const (
	docText     docKind = iota // text
	docComment                 // a blank, and text up to the end of the line
	docLine                    // a blank, or a line feed if its group is broken
	docSoft                    // nothing, or a line feed if its group is broken
	docHard                    // a line feed
	docBlank                   // the end of a line without indentation: before a docHard, an empty line
	docIfBroken                // text if its group is broken, else nothing
	docConcat                  // parts
	docNest                    // parts, indented by one more level
	docGroup                   // parts, broken together
)

// A doc is a document, or part of one.
type doc struct {
	kind  docKind
	text  string
	parts []*doc
	hard  bool // it contains a line feed that no layout removes
}

var (
	line     = &doc{kind: docLine}
	softLine = &doc{kind: docSoft}
	hardLine = &doc{kind: docHard, hard: true}
	blank    = &doc{kind: docBlank, hard: true}
	nothing  = &doc{kind: docText}
)

func text(s string) *doc     { return &doc{kind: docText, text: s} }
func ifBroken(s string) *doc { return &doc{kind: docIfBroken, text: s} }

func concat(parts ...*doc) *doc { return newDoc(docConcat, parts) }
func nest(parts ...*doc) *doc   { return newDoc(docNest, parts) }
func group(parts ...*doc) *doc  { return newDoc(docGroup, parts) }

func newDoc(kind docKind, parts []*doc) *doc {
	d := &doc{kind: kind, parts: parts}
	for _, p := range parts {
		d.hard = d.hard || p.hard
	}
	return d
}

const indentation = "    "

// A placed is a document still to be laid out.
type placed struct {
	doc    *doc
	indent int
	broken bool // its group is broken
}

// A layout lays out documents. It does not recurse.
type layout struct {
	b     strings.Builder
	width int // runes on a line; unlimited when negative
	col   int // runes on the line so far
	todo  []placed
}

// render lays out d on lines of at most width runes where possible, or on one
// line if width is negative.
func render(d *doc, width int) string {
	l := &layout{width: width, todo: []placed{{doc: d, broken: width >= 0}}}
	for len(l.todo) > 0 {
		p := l.todo[len(l.todo)-1]
		l.todo = l.todo[:len(l.todo)-1]
		l.place(p)
	}
	return l.b.String()
}

// place lays out p, or puts its parts before the rest of the documents to lay out.
func (l *layout) place(p placed) {
	switch d := p.doc; d.kind {
	case docText:
		l.write(d.text)
	case docComment:
		l.write(" ")
		l.write(d.text)
	case docIfBroken:
		if p.broken {
			l.write(d.text)
		}
	case docLine, docSoft, docHard:
		switch {
		case p.broken || d.hard:
			l.newline(p.indent)
		case d.kind == docLine:
			l.write(" ")
		}
	case docBlank:
		l.b.WriteByte('\n')
	case docConcat:
		l.todo = push(l.todo, d, p.indent, p.broken)
	case docNest:
		l.todo = push(l.todo, d, p.indent+1, p.broken)
	case docGroup:
		l.todo = push(l.todo, d, p.indent, d.hard || !l.fits(p))
	}
}

// push puts the parts of d on the stack todo, the first on top.
func push(todo []placed, d *doc, indent int, broken bool) []placed {
	for i := len(d.parts) - 1; i >= 0; i-- {
		todo = append(todo, placed{d.parts[i], indent, broken})
	}
	return todo
}

func (l *layout) write(s string) {
	l.b.WriteString(s)
	l.col += utf8.RuneCountInString(s)
}

// newline starts a line. Text must follow.
func (l *layout) newline(indent int) {
	l.b.WriteByte('\n')
	l.b.WriteString(strings.Repeat(indentation, indent))
	l.col = len(indentation) * indent
}

// fits reports whether the group p, laid out on one line, and the text after it
// up to the next possible line feed fit on the current line.
func (l *layout) fits(p placed) bool {
	if l.width < 0 {
		return true
	}
	room := l.width - l.col
	stack := push(nil, p.doc, 0, false)
	rest := len(l.todo)
	for room >= 0 {
		if len(stack) == 0 {
			if rest == 0 {
				return true
			}
			rest--
			stack = append(stack, l.todo[rest])
		}
		q := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		switch d := q.doc; d.kind {
		case docText:
			room -= utf8.RuneCountInString(d.text)
		case docIfBroken:
			if q.broken {
				room -= utf8.RuneCountInString(d.text)
			}
		case docLine, docSoft, docHard, docBlank:
			if q.broken || d.hard {
				return true
			}
			if d.kind == docLine {
				room--
			}
		case docConcat, docNest:
			stack = push(stack, d, 0, q.broken)
		case docGroup:
			stack = push(stack, d, 0, q.broken || d.hard)
		}
	}
	return false
}
