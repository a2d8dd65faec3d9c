package main

// This file defines the types of the protocol, as far as they are used, and how its positions
// are converted.

import (
	"fmt"
	"net/url"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"github.com/ursa-authz/ursa/authz/polar/syntax"
)

type (
	lspPosition struct {
		Line      int `json:"line"`
		Character int `json:"character"` // in UTF-16
	}
	lspRange struct {
		Start lspPosition `json:"start"`
		End   lspPosition `json:"end"`
	}
	lspLocation struct {
		URI   string   `json:"uri"`
		Range lspRange `json:"range"`
	}
	lspEdit struct {
		Range lspRange `json:"range"`
		Text  string   `json:"newText"`
	}
	lspDiagnostic struct {
		Range    lspRange `json:"range"`
		Severity int      `json:"severity"`
		Code     string   `json:"code"`
		Source   string   `json:"source"`
		Message  string   `json:"message"`
	}
	lspSymbol struct {
		Name      string   `json:"name"`
		Kind      int      `json:"kind"`
		Range     lspRange `json:"range"`
		Selection lspRange `json:"selectionRange"`
	}
	lspAction struct {
		Title       string          `json:"title"`
		Kind        string          `json:"kind"`
		Diagnostics []lspDiagnostic `json:"diagnostics"`
		Edit        lspWorkspace    `json:"edit"`
	}
	lspWorkspace struct {
		Changes map[string][]lspEdit `json:"changes"`
	}
	lspMarkup struct {
		Kind  string `json:"kind"`
		Value string `json:"value"`
	}
	lspHover struct {
		Contents lspMarkup `json:"contents"`
		Range    lspRange  `json:"range"`
	}
	lspCompletions struct {
		Incomplete bool      `json:"isIncomplete"`
		Items      []lspItem `json:"items"`
	}
	lspItem struct {
		Label  string     `json:"label"`
		Kind   int        `json:"kind"`
		Detail string     `json:"detail,omitempty"`
		Doc    *lspMarkup `json:"documentation,omitempty"`
		Format int        `json:"insertTextFormat,omitempty"`
		Edit   lspEdit    `json:"textEdit"`
	}
	lspPrepared struct {
		Range       lspRange `json:"range"`
		Placeholder string   `json:"placeholder"`
	}
	initializeParams struct {
		Capabilities struct {
			TextDocument struct {
				Completion struct {
					Item struct {
						Snippets bool `json:"snippetSupport"`
					} `json:"completionItem"`
				} `json:"completion"`
			} `json:"textDocument"`
		} `json:"capabilities"`
	}
	documentParams struct {
		TextDocument struct {
			URI  string `json:"uri"`
			Text string `json:"text"` // of didOpen
		} `json:"textDocument"`
		Position       lspPosition `json:"position"`
		Range          lspRange    `json:"range"`
		NewName        string      `json:"newName"`
		ContentChanges []struct {
			Range *lspRange `json:"range"`
			Text  string    `json:"text"`
		} `json:"contentChanges"`
		Context struct {
			IncludeDeclaration bool `json:"includeDeclaration"`
		} `json:"context"`
	}
)

// path returns the path of a URI, or "" if it has none.
func path(uri string) string {
	u, err := url.Parse(uri)
	if err != nil || u.Scheme != "file" {
		return ""
	}
	p := u.Path
	if len(p) > 2 && p[0] == '/' && p[2] == ':' {
		p = p[1:] // a drive of Windows
	}
	return filepath.FromSlash(p)
}

// uri returns the URI of a path: the one that the client has for it, if it is open.
func (s *server) uri(name string) string {
	if d := s.open[name]; d != nil {
		return d.uri
	}
	p := filepath.ToSlash(name)
	if !strings.HasPrefix(p, "/") {
		p = "/" + p
	}
	return (&url.URL{Scheme: "file", Path: p}).String()
}

// newDiagnostic converts a diagnostic about a text with these lines.
func newDiagnostic(text *lines, d syntax.Diagnostic) lspDiagnostic {
	severity := 1
	if d.Severity == syntax.Warning {
		severity = 2
	}
	msg := d.Msg
	if d.Hint != "" {
		msg += fmt.Sprintf(" (%s)", d.Hint)
	}
	end := d.End
	if end.Before(d.Pos) || !end.IsValid() {
		end = d.Pos
	}
	return lspDiagnostic{toRange(text, syntax.Span{Start: d.Pos, End: end}), severity, string(d.Code), "ursa", msg}
}

// toRange converts a span of a text with these lines.
func toRange(text *lines, s syntax.Span) lspRange {
	return lspRange{toPosition(text, s.Start), toPosition(text, s.End)}
}

// toPosition converts a position, whose columns count characters from 1.
func toPosition(text *lines, p syntax.Position) lspPosition {
	if !p.IsValid() {
		return lspPosition{}
	}
	pos := lspPosition{Line: int(p.Line) - 1}
	col := int32(1)
	for _, r := range text.line(int(p.Line) - 1) {
		if col >= p.Col {
			break
		}
		col++
		pos.Character += utf16Len(r)
	}
	return pos
}

// fromPosition is the reverse of toPosition. The result has no file.
func fromPosition(text *lines, p lspPosition) syntax.Position {
	n := 0
	col := int32(1)
	for _, r := range text.line(p.Line) {
		if n >= p.Character {
			break
		}
		n += utf16Len(r)
		col++
	}
	return syntax.Position{Line: int32(max(p.Line, 0)) + 1, Col: col}
}

// lines finds the lines of a text. All are kept, however long they are.
type lines struct {
	text   string
	starts []int // byte offset of each line
}

func newLines(text string) *lines {
	l := &lines{text: text, starts: make([]int, 1, strings.Count(text, "\n")+1)}
	for i := 0; ; {
		n := strings.IndexByte(text[i:], '\n')
		if n < 0 {
			return l
		}
		i += n + 1
		l.starts = append(l.starts, i)
	}
}

// line returns line n, counted from 0, without its end; "" if there is none. A nil *lines has
// no lines.
func (l *lines) line(n int) string {
	if l == nil || n < 0 || n >= len(l.starts) {
		return ""
	}
	text := l.text[l.starts[n]:]
	if n+1 < len(l.starts) {
		text = l.text[l.starts[n] : l.starts[n+1]-1]
	}
	return strings.TrimSuffix(text, "\r")
}

// offset returns the byte offset of a position, or of the nearest place that the text has.
func (l *lines) offset(p lspPosition) int {
	switch {
	case p.Line < 0:
		return 0
	case p.Line >= len(l.starts):
		return len(l.text)
	}
	off := l.starts[p.Line]
	n := 0
	for _, r := range l.line(p.Line) {
		if n >= p.Character {
			break
		}
		n += utf16Len(r)
		off += max(utf8.RuneLen(r), 1)
	}
	return min(off, len(l.text))
}

func utf16Len(r rune) int {
	if r > 0xFFFF {
		return 2
	}
	return 1
}
