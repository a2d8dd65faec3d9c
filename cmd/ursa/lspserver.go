package main

// This file defines server, what the language server knows and answers.

import (
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/ursa-authz/ursa/authz/polar/analysis"
	"github.com/ursa-authz/ursa/authz/polar/syntax"
)

// A server is one session.
type server struct {
	env        *environment
	schemaPath string
	shutDown   bool
	open       map[string]*document       // by path
	dirty      map[string]bool            // folders whose policies have to be checked
	published  map[string]map[string]bool // by folder, the paths with diagnostics at the client
}

// A document is a text that the client has open.
type document struct {
	uri, text string
	diags     []syntax.Diagnostic // of the last check
}

// The types of the protocol, as far as they are used.
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
	documentParams struct {
		TextDocument struct {
			URI  string `json:"uri"`
			Text string `json:"text"` // of didOpen
		} `json:"textDocument"`
		Position       lspPosition `json:"position"`
		Range          lspRange    `json:"range"`
		ContentChanges []struct {
			Text string `json:"text"`
		} `json:"contentChanges"`
	}
)

func (s *server) initialize() any {
	return map[string]any{
		"capabilities": map[string]any{
			"textDocumentSync":           map[string]any{"openClose": true, "change": 1, "save": true},
			"documentFormattingProvider": true,
			"definitionProvider":         true,
			"documentSymbolProvider":     true,
			"codeActionProvider":         map[string]any{"codeActionKinds": []string{"quickfix"}},
		},
		"serverInfo": map[string]any{"name": "ursa"},
	}
}

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

func (s *server) didOpen(p *documentParams) any {
	name := path(p.TextDocument.URI)
	if name != "" {
		s.open[name] = &document{uri: p.TextDocument.URI, text: p.TextDocument.Text}
		s.dirty[filepath.Dir(name)] = true
	}
	return nil
}

func (s *server) didChange(p *documentParams) any {
	name := path(p.TextDocument.URI)
	if d := s.open[name]; d != nil && len(p.ContentChanges) > 0 {
		d.text = p.ContentChanges[len(p.ContentChanges)-1].Text // changes are whole texts
		s.dirty[filepath.Dir(name)] = true
	}
	return nil
}

func (s *server) didSave(p *documentParams) any {
	if name := path(p.TextDocument.URI); s.open[name] != nil {
		s.dirty[filepath.Dir(name)] = true // a schema may have changed
	}
	return nil
}

func (s *server) didClose(p *documentParams) any {
	name := path(p.TextDocument.URI)
	delete(s.open, name)
	s.dirty[filepath.Dir(name)] = true // the text on disk counts again
	return nil
}

// sources returns the sources of the policy in a folder, with the texts that the client has
// open in place of those on disk.
func (s *server) sources(dir string) policy {
	p := policy{name: dir, dir: dir}
	names, _ := polarFiles(dir) // a folder that is not there has the open texts only
	for name := range s.open {
		if filepath.Dir(name) == dir && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		if d := s.open[name]; d != nil {
			p.sources = append(p.sources, analysis.Source{Name: name, Text: d.text})
		} else if text, err := os.ReadFile(name); err == nil {
			p.sources = append(p.sources, analysis.Source{Name: name, Text: string(text)})
		}
	}
	return p
}

// publish checks the policies that changed, and sends their diagnostics.
func (s *server) publish() error {
	var dirs []string
	for dir := range s.dirty {
		dirs = append(dirs, dir)
	}
	slices.Sort(dirs)
	clear(s.dirty)
	for _, dir := range dirs {
		if err := s.publishDir(dir); err != nil {
			return err
		}
	}
	return nil
}

func (s *server) publishDir(dir string) error {
	p := s.sources(dir)
	byFile := map[string][]lspDiagnostic{}
	for name, d := range s.open {
		if filepath.Dir(name) == dir {
			byFile[name], d.diags = []lspDiagnostic{}, nil
		}
	}
	for name := range s.published[dir] {
		byFile[name] = []lspDiagnostic{} // what is no longer true is taken back
	}
	loaded, _, err := p.load(s.env, s.schemaPath)
	if err != nil && s.env.ctx.Err() != nil {
		return err
	}
	if err != nil { // of the schema; each open file says so
		for name := range byFile {
			byFile[name] = []lspDiagnostic{{Severity: 1, Code: "schema", Source: "ursa", Message: err.Error()}}
		}
	} else {
		texts := map[string]*lines{}
		for _, src := range p.sources {
			texts[src.Name] = newLines(src.Text)
		}
		for _, d := range loaded.Diagnostics {
			name := d.Pos.File
			if name == "" { // about the policy as a whole
				if len(p.sources) == 0 {
					continue
				}
				name = p.sources[0].Name
			}
			if open := s.open[name]; open != nil {
				open.diags = append(open.diags, d)
			}
			byFile[name] = append(byFile[name], newDiagnostic(texts[name], d))
		}
	}
	s.published[dir] = map[string]bool{}
	var names []string
	for name := range byFile {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		if len(byFile[name]) > 0 {
			s.published[dir][name] = true
		}
		if err := s.notify("textDocument/publishDiagnostics", map[string]any{"uri": s.uri(name), "diagnostics": byFile[name]}); err != nil {
			return err
		}
	}
	return nil
}

// newDiagnostic converts a diagnostic about a text with these lines.
func newDiagnostic(text *lines, d syntax.Diagnostic) lspDiagnostic {
	severity := 1
	if d.Severity == syntax.Warning {
		severity = 2
	}
	msg := d.Msg
	if d.Hint != "" {
		msg += " (" + d.Hint + ")"
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

// fromPosition is the reverse of toPosition.
func fromPosition(text *lines, p lspPosition) (lineNumber, col int32) {
	n := 0
	col = 1
	for _, r := range text.line(p.Line) {
		if n >= p.Character {
			break
		}
		n += utf16Len(r)
		col++
	}
	return int32(p.Line) + 1, col
}

// lines finds the lines of a text. All are kept, however long they are.
type lines struct {
	text   string
	starts []int // byte offset of each line
}

func newLines(text string) *lines {
	l := &lines{text: text, starts: []int{0}}
	for i, c := range []byte(text) {
		if c == '\n' {
			l.starts = append(l.starts, i+1)
		}
	}
	return l
}

// line returns line n, counted from 0, without its end; "" if there is none. A nil *lines has
// no lines.
func (l *lines) line(n int) string {
	if l == nil || n < 0 || n >= len(l.starts) {
		return ""
	}
	text, _, _ := strings.Cut(l.text[l.starts[n]:], "\n")
	return strings.TrimSuffix(text, "\r")
}

func utf16Len(r rune) int {
	if r > 0xFFFF {
		return 2
	}
	return 1
}

func (s *server) notify(method string, params any) error {
	return s.send(message{Method: method, Params: mustJSON(params)})
}

func (s *server) formatting(p *documentParams) any {
	d := s.open[path(p.TextDocument.URI)]
	if d == nil {
		return nil
	}
	formatted, ds := syntax.Format(d.text)
	if syntax.Errors(ds) != nil || formatted == d.text {
		return []lspEdit{}
	}
	end := lspPosition{Line: strings.Count(d.text, "\n")}
	for _, r := range d.text[strings.LastIndexByte(d.text, '\n')+1:] {
		end.Character += utf16Len(r)
	}
	return []lspEdit{{lspRange{End: end}, formatted}}
}

// definition finds what the name at a position means: the rules that a call asks, the blocks
// of a class, the declaration of a role, permission or relation.
func (s *server) definition(p *documentParams) any {
	name := path(p.TextDocument.URI)
	d := s.open[name]
	if d == nil {
		return nil
	}
	lineNumber, col := fromPosition(newLines(d.text), p.Position)
	file, _ := syntax.Parse(name, d.text)
	var want target
	for _, stmt := range file.Stmts {
		syntax.Walk(stmt, func(n syntax.Node) bool {
			if at := n.Range(); !covers(at, lineNumber, col) {
				return true // lists of a node may lie outside of its own text
			}
			switch n := n.(type) {
			case *syntax.Call:
				if covers(n.Name.Span, lineNumber, col) {
					want = target{rule: n.Name.Text, arity: len(n.Args)}
				}
			case *syntax.StringLit:
				want = target{declared: n.Value}
			case *syntax.ClassPattern:
				if covers(n.Class.Span, lineNumber, col) {
					want = target{class: n.Class.Text}
				}
			case *syntax.RelationDecl:
				for _, c := range n.Classes {
					if covers(c.Span, lineNumber, col) {
						want = target{class: c.Text}
					}
				}
			}
			return true
		})
	}
	locations := []lspLocation{}
	if want == (target{}) {
		return locations
	}
	for _, src := range s.sources(filepath.Dir(name)).sources {
		file, _ := syntax.Parse(src.Name, src.Text)
		text := newLines(src.Text)
		for _, at := range want.in(file) {
			locations = append(locations, lspLocation{s.uri(src.Name), toRange(text, at)})
		}
	}
	return locations
}

// A target is what a name means. One of its fields is set.
type target struct {
	rule     string
	arity    int
	declared string
	class    string
}

// in returns where a file defines the target.
func (t target) in(f *syntax.File) []syntax.Span {
	var found []syntax.Span
	for _, stmt := range f.Stmts {
		switch stmt := stmt.(type) {
		case *syntax.Rule:
			if stmt.Name.Text == t.rule && len(stmt.Params) == t.arity {
				found = append(found, stmt.Name.Span)
			}
		case *syntax.Block:
			if t.class != "" && stmt.Class.Text == t.class {
				found = append(found, stmt.Class.Span)
			}
			for _, decl := range stmt.Decls {
				decl, ok := decl.(*syntax.Declaration)
				if !ok || t.declared == "" {
					continue
				}
				for _, lit := range decl.Strings {
					if lit.Value == t.declared {
						found = append(found, lit.Span)
					}
				}
				for _, r := range decl.Relations {
					if r.Name.Text == t.declared {
						found = append(found, r.Name.Span)
					}
				}
			}
		}
	}
	return found
}

// covers reports whether a position is in a span, or at its end.
func covers(s syntax.Span, line, col int32) bool {
	p := syntax.Position{File: s.Start.File, Line: line, Col: col}
	return !p.Before(s.Start) && !s.End.Before(p)
}

// The kinds of symbols.
const (
	symbolClass    = 5
	symbolFunction = 12
)

func (s *server) symbols(p *documentParams) any {
	name := path(p.TextDocument.URI)
	d := s.open[name]
	if d == nil {
		return nil
	}
	file, _ := syntax.Parse(name, d.text)
	text := newLines(d.text)
	symbols := []lspSymbol{}
	for _, stmt := range file.Stmts {
		switch stmt := stmt.(type) {
		case *syntax.Rule:
			name := fmt.Sprintf("%s/%d", stmt.Name.Text, len(stmt.Params))
			symbols = append(symbols, lspSymbol{name, symbolFunction, toRange(text, stmt.Range()), toRange(text, stmt.Name.Span)})
		case *syntax.Block:
			symbols = append(symbols, lspSymbol{stmt.Class.Text, symbolClass, toRange(text, stmt.Range()), toRange(text, stmt.Class.Span)})
		}
	}
	return symbols
}

// codeActions offers the fixes of the diagnostics in a range.
func (s *server) codeActions(p *documentParams) any {
	name := path(p.TextDocument.URI)
	d := s.open[name]
	if d == nil {
		return nil
	}
	// The diagnostics have to be those of the text that the edits are made to.
	if err := s.publish(); err != nil {
		return nil
	}
	actions := []lspAction{}
	text := newLines(d.text)
	for _, diag := range d.diags {
		shown := newDiagnostic(text, diag)
		if diag.Fix == nil || shown.Range.Start.Line > p.Range.End.Line || shown.Range.End.Line < p.Range.Start.Line {
			continue
		}
		title := "Replace by " + diag.Fix.Text
		if !utf8.ValidString(title) || len(title) > 200 {
			title = "Replace"
		}
		actions = append(actions, lspAction{title, "quickfix", []lspDiagnostic{shown}, lspWorkspace{
			map[string][]lspEdit{d.uri: {{toRange(text, diag.Fix.Span), diag.Fix.Text}}},
		}})
	}
	return actions
}
