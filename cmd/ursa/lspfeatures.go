package main

// This file defines what the language server answers about a place in a text.

import (
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/ursa-authz/ursa/authz/polar/analysis"
	"github.com/ursa-authz/ursa/authz/polar/syntax"
)

// A spot is a place in an open text.
type spot struct {
	*document
	name      string
	folder    *folder
	workspace *analysis.Workspace
	at        syntax.Position
}

// spot returns the place that a request is about; ok is false if the text is not open or the
// policy has a faulty schema.
func (s *server) spot(p *documentParams) (at spot, ok bool) {
	name := path(p.TextDocument.URI)
	d := s.open[name]
	if d == nil {
		return spot{}, false
	}
	f := s.folder(filepath.Dir(name))
	w := s.workspaceOf(f)
	if w == nil {
		return spot{}, false
	}
	pos := fromPosition(d.linesOf(), p.Position)
	pos.File = name
	return spot{d, name, f, w, pos}, true
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

func (s *server) hover(p *documentParams) any {
	at, ok := s.spot(p)
	if !ok {
		return nil
	}
	h := at.workspace.Hover(at.name, at.at)
	if h == nil {
		return nil
	}
	return lspHover{lspMarkup{"markdown", strings.TrimSpace("```polar\n" + h.Code + "\n```\n\n" + h.Text)}, toRange(at.linesOf(), h.Span)}
}

// completionKinds are the kinds of the protocol.
var completionKinds = map[analysis.CompletionKind]int{
	analysis.CompleteKeyword: 14, analysis.CompleteRule: 3, analysis.CompleteVariable: 6, analysis.CompleteClass: 7,
	analysis.CompleteConstant: 21, analysis.CompleteAttribute: 5, analysis.CompleteMethod: 2, analysis.CompleteRole: 20,
	analysis.CompletePermission: 20, analysis.CompleteRelation: 20, analysis.CompleteValue: 12,
}

const snippetFormat = 2

func (s *server) completion(p *documentParams) any {
	at, ok := s.spot(p)
	if !ok {
		return nil
	}
	found, span, more := at.workspace.Complete(at.name, at.at)
	list := lspCompletions{more, []lspItem{}}
	replace := toRange(at.linesOf(), span)
	for _, c := range found {
		item := lspItem{Label: c.Name, Kind: completionKinds[c.Kind], Detail: c.Detail, Edit: lspEdit{replace, c.Name}}
		if c.Doc != "" {
			item.Doc = &lspMarkup{"markdown", c.Doc}
		}
		if c.Snippet != "" && s.snippets {
			item.Format, item.Edit.Text = snippetFormat, c.Snippet
		}
		list.Items = append(list.Items, item)
	}
	return list
}

// locations converts places in the texts of a policy.
func (s *server) locations(w *analysis.Workspace, spans []syntax.Span) []lspLocation {
	texts := newTexts(w)
	found := []lspLocation{}
	for _, span := range spans {
		found = append(found, lspLocation{s.uri(span.Start.File), toRange(texts.of(span.Start.File), span)})
	}
	return found
}

// texts has the lines of the texts of a policy, those that are needed.
type texts struct {
	sources []analysis.Source
	lines   map[string]*lines
}

func newTexts(w *analysis.Workspace) *texts { return &texts{w.Sources(), map[string]*lines{}} }

func (t *texts) of(name string) *lines {
	if t.lines[name] == nil {
		for _, src := range t.sources {
			if src.Name == name {
				t.lines[name] = newLines(src.Text)
			}
		}
	}
	return t.lines[name]
}

func (s *server) definition(p *documentParams) any {
	at, ok := s.spot(p)
	if !ok {
		return nil
	}
	symbol, ok := at.workspace.SymbolAt(at.name, at.at)
	if !ok {
		return []lspLocation{}
	}
	return s.locations(at.workspace, at.workspace.Definitions(symbol))
}

func (s *server) references(p *documentParams) any {
	at, ok := s.spot(p)
	if !ok {
		return nil
	}
	symbol, ok := at.workspace.SymbolAt(at.name, at.at)
	if !ok {
		return []lspLocation{}
	}
	var spans []syntax.Span
	for _, use := range at.workspace.Uses(symbol) {
		if !use.Def || p.Context.IncludeDeclaration {
			spans = append(spans, use.Span)
		}
	}
	return s.locations(at.workspace, spans)
}

func (s *server) prepareRename(p *documentParams) any {
	at, ok := s.spot(p)
	if !ok {
		return nil
	}
	symbol, ok := at.workspace.SymbolAt(at.name, at.at)
	if !ok {
		return nil
	}
	if err := at.workspace.CanRename(symbol); err != nil {
		return failed(err)
	}
	r := toRange(at.linesOf(), symbol.Span())
	if at.text[at.linesOf().offset(r.Start)] == '"' {
		r.Start.Character++ // without the quotes
		r.End.Character--
	}
	return lspPrepared{r, symbol.Name}
}

func (s *server) rename(p *documentParams) any {
	at, ok := s.spot(p)
	if !ok {
		return nil
	}
	symbol, ok := at.workspace.SymbolAt(at.name, at.at)
	if !ok {
		return failed(fmt.Errorf("there is nothing to rename here"))
	}
	edits, err := at.workspace.Rename(s.env.ctx, symbol, p.NewName)
	if err != nil {
		return failed(err)
	}
	texts := newTexts(at.workspace)
	changes := map[string][]lspEdit{}
	for _, e := range edits {
		uri := s.uri(e.Start.File)
		changes[uri] = append(changes[uri], lspEdit{toRange(texts.of(e.Start.File), e.Span), e.Text})
	}
	return lspWorkspace{changes}
}

func failed(err error) *rpcError { return &rpcError{codeRequestFailed, err.Error()} }

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
	text := d.linesOf()
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

// codeActions offers the fixes of the diagnostics in a range. The diagnostics have to be those
// of the text that the edits are made to, so the answer waits for the check.
func (s *server) codeActions(p *documentParams) any {
	name := path(p.TextDocument.URI)
	if s.open[name] == nil {
		return nil
	}
	return answerLater{filepath.Dir(name), func() any { return s.fixes(name, p.Range) }}
}

var didYouMean = regexp.MustCompile(`did you mean "([^"\\]+)"\?`)

// fixes returns the fixes of the diagnostics in a range.
func (s *server) fixes(name string, at lspRange) any {
	d := s.open[name]
	if d == nil {
		return nil
	}
	actions := []lspAction{}
	text := d.linesOf()
	for _, diag := range s.folder(filepath.Dir(name)).diags {
		shown := newDiagnostic(text, diag)
		if diag.Pos.File != name || shown.Range.Start.Line > at.End.Line || shown.Range.End.Line < at.Start.Line {
			continue
		}
		fix := diag.Fix
		if fix == nil {
			fix = guess(d, diag)
		}
		if fix == nil {
			continue
		}
		title := "Replace by " + fix.Text
		if fix.Start == fix.End {
			title = "Insert " + fix.Text
		}
		if !utf8.ValidString(title) || len(title) > 200 {
			title = "Replace"
		}
		action := lspAction{title, "quickfix", []lspDiagnostic{shown}, lspWorkspace{
			map[string][]lspEdit{d.uri: {{toRange(text, fix.Span), fix.Text}}},
		}}
		if !slices.ContainsFunc(actions, func(a lspAction) bool { return a.Title == title && a.Diagnostics[0] == shown }) {
			actions = append(actions, action)
		}
	}
	return actions
}

// guess returns the replacement that a hint asks about, where the diagnostic has no fix because
// another name is as near. Whoever chooses the action sees what it writes.
func guess(d *document, diag syntax.Diagnostic) *syntax.Fix {
	m := didYouMean.FindStringSubmatch(diag.Hint)
	span := syntax.Span{Start: diag.Pos, End: diag.End}
	if m == nil || span.End.Line != span.Start.Line {
		return nil
	}
	l := d.linesOf()
	old := l.text[l.offset(toPosition(l, span.Start)):l.offset(toPosition(l, span.End))]
	switch {
	case strings.HasPrefix(old, `"`) && strings.HasSuffix(old, `"`) && len(old) > 1:
		return &syntax.Fix{Span: span, Text: `"` + m[1] + `"`}
	case old != "" && !strings.ContainsAny(old, " \t(\"."):
		return &syntax.Fix{Span: span, Text: m[1]}
	}
	return nil
}
