package main

// This file defines server: the texts that a client has open, the policies that they belong
// to, and the checks of these.

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"

	"github.com/ursa-authz/ursa/authz/polar/analysis"
	"github.com/ursa-authz/ursa/authz/polar/schema"
	"github.com/ursa-authz/ursa/authz/polar/syntax"
)

// A server is one session.
type server struct {
	env        *environment
	schemaPath string
	shutDown   bool
	snippets   bool                 // the client can insert snippets
	open       map[string]*document // by path
	folders    map[string]*folder   // by path

	running *check      // the check that runs, or nil
	cancel  func()      // cancels it
	checked chan *check // receives it when it has ended
	later   []pending   // requests that wait for checks
}

// A document is a text that the client has open.
type document struct {
	uri, text string
	lines     *lines // of text; nil until needed
}

// A folder is one policy.
type folder struct {
	dir        string
	workspace  *analysis.Workspace
	schemaText string
	schema     *schema.Schema
	fault      error // of the schema
	read       bool  // the files and the schema were read since the last change outside of the editor
	dirty      bool  // it has to be checked
	published  map[string]bool
	diags      []syntax.Diagnostic // of the last check
}

// A check is one check of a folder.
type check struct {
	*folder
	policy *analysis.Policy
	found  []syntax.Diagnostic // with advice
	err    error
}

// An answerLater answers a request when the check of a folder has ended.
type answerLater struct {
	dir    string
	answer func() any
}

// A pending is a request that waits.
type pending struct {
	id json.RawMessage
	answerLater
}

func newServer(env *environment, schemaPath string) *server {
	return &server{env: env, schemaPath: schemaPath, open: map[string]*document{}, folders: map[string]*folder{}, checked: make(chan *check, 1), cancel: func() {}}
}

func (s *server) initialize(p *initializeParams) any {
	s.snippets = p.Capabilities.TextDocument.Completion.Item.Snippets
	return map[string]any{
		"capabilities": map[string]any{
			"textDocumentSync":           map[string]any{"openClose": true, "change": 2, "save": true},
			"documentFormattingProvider": true,
			"hoverProvider":              true,
			"completionProvider":         map[string]any{"triggerCharacters": []string{".", `"`, ":"}},
			"definitionProvider":         true,
			"referencesProvider":         true,
			"renameProvider":             map[string]any{"prepareProvider": true},
			"documentSymbolProvider":     true,
			"codeActionProvider":         map[string]any{"codeActionKinds": []string{"quickfix"}},
		},
		"serverInfo": map[string]any{"name": "ursa"},
	}
}

// folder returns the policy in a folder.
func (s *server) folder(dir string) *folder {
	f := s.folders[dir]
	if f == nil {
		f = &folder{dir: dir, published: map[string]bool{}}
		s.folders[dir] = f
	}
	return f
}

// changed notes that a policy has changed: in an open text, or perhaps on disk.
func (s *server) changed(dir string, onDisk bool) {
	f := s.folder(dir)
	f.dirty = true
	f.read = f.read && !onDisk
	if s.running != nil && s.running.folder == f {
		s.cancel()
	}
}

func (s *server) didOpen(p *documentParams) any {
	if name := path(p.TextDocument.URI); name != "" {
		s.open[name] = &document{uri: p.TextDocument.URI, text: p.TextDocument.Text}
		s.changed(filepath.Dir(name), true)
	}
	return nil
}

func (s *server) didChange(p *documentParams) any {
	name := path(p.TextDocument.URI)
	d := s.open[name]
	if d == nil {
		return nil
	}
	for _, change := range p.ContentChanges {
		if change.Range == nil {
			d.text = change.Text
		} else {
			l := d.linesOf()
			start, end := l.offset(change.Range.Start), l.offset(change.Range.End)
			d.text = d.text[:start] + change.Text + d.text[max(start, end):]
		}
		d.lines = nil
	}
	dir := filepath.Dir(name)
	s.changed(dir, false)
	if w := s.folder(dir).workspace; w != nil {
		w.Set(name, d.text)
	}
	return nil
}

func (s *server) didSave(p *documentParams) any {
	if name := path(p.TextDocument.URI); name != "" && s.open[name] != nil {
		s.changed(filepath.Dir(name), true) // a schema may have changed
	}
	return nil
}

func (s *server) didClose(p *documentParams) any {
	name := path(p.TextDocument.URI)
	if name == "" {
		return nil
	}
	delete(s.open, name)
	s.changed(filepath.Dir(name), true) // the text on disk counts again
	return nil
}

// didChangeFiles is called if a policy or a schema has changed outside of the editor. A schema is of
// all folders below it, so all folders are read again.
func (s *server) didChangeFiles(*struct{}) any {
	for dir := range s.folders {
		s.changed(dir, true)
	}
	return nil
}

func (d *document) linesOf() *lines {
	if d.lines == nil {
		d.lines = newLines(d.text)
	}
	return d.lines
}

// workspaceOf returns the workspace of a folder with the texts that the client has open in
// place of those on disk, or nil if the schema is faulty.
func (s *server) workspaceOf(f *folder) *analysis.Workspace {
	if !f.read {
		f.read = true
		s.read(f)
	}
	return f.workspace
}

// read reads the schema and the files of a folder.
func (s *server) read(f *folder) {
	name := s.schemaPath
	if name == "" {
		name, f.fault = nearestSchema(f.dir)
	}
	text := []byte{}
	if name != "" {
		text, f.fault = os.ReadFile(name)
	}
	if f.fault == nil && (f.workspace == nil || string(text) != f.schemaText) {
		f.workspace, f.schema, f.schemaText = nil, nil, string(text)
		if name != "" {
			f.schema, f.fault = schema.Parse(text)
		}
		if f.fault == nil {
			f.workspace, f.fault = analysis.NewWorkspace(f.schema)
		}
	}
	if f.fault != nil {
		f.workspace = nil
		return
	}
	names, _ := polarFiles(f.dir) // a folder that is not there has the open texts only
	for name := range s.open {
		if filepath.Dir(name) == f.dir && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	for _, src := range f.workspace.Sources() {
		if !slices.Contains(names, src.Name) {
			f.workspace.Remove(src.Name)
		}
	}
	for _, name := range names {
		if d := s.open[name]; d != nil {
			f.workspace.Set(name, d.text)
		} else if text, err := os.ReadFile(name); err == nil {
			f.workspace.Set(name, string(text))
		}
	}
}

// startCheck starts the check of a policy that needs one, if none is running.
func (s *server) startCheck() {
	if s.running != nil {
		return
	}
	var next *folder
	for _, f := range s.folders {
		if f.dirty && (next == nil || f.dir < next.dir) {
			next = f
		}
	}
	if next == nil {
		return
	}
	next.dirty = false
	c := &check{folder: next}
	s.running = c
	w := s.workspaceOf(next)
	if w == nil {
		c.err = next.fault
		s.checked <- c
		return
	}
	ctx, cancel := context.WithCancel(s.env.ctx)
	s.cancel = cancel
	sources, schema := w.Sources(), next.schema
	go func() {
		if c.policy, c.err = analysis.Load(ctx, sources, schema, false); c.err == nil {
			c.found = c.policy.All(schema)
		}
		cancel()
		s.checked <- c
	}()
}

// endCheck reports what a check has found, if the policy did not change since it began.
func (s *server) endCheck(c *check) error {
	s.running = nil
	if !c.dirty && s.env.ctx.Err() == nil {
		if err := s.publish(c); err != nil {
			return err
		}
	}
	if c.policy != nil && c.workspace != nil {
		c.workspace.Adopt(c.policy)
	}
	return s.answer()
}

// answer answers the requests that have waited long enough.
func (s *server) answer() error {
	waiting := s.later
	s.later = nil
	for _, p := range waiting {
		if f := s.folder(p.dir); f.dirty || s.running != nil && s.running.folder == f {
			s.later = append(s.later, p)
			continue
		}
		if err := s.respond(p.id, p.answerLater.answer(), nil); err != nil {
			return err
		}
	}
	return nil
}

// publish sends the diagnostics of a folder.
func (s *server) publish(c *check) error {
	byFile := map[string][]lspDiagnostic{}
	for name := range s.open {
		if filepath.Dir(name) == c.dir {
			byFile[name] = []lspDiagnostic{}
		}
	}
	for name := range c.published {
		byFile[name] = []lspDiagnostic{} // what is no longer true is taken back
	}
	c.diags = nil
	if c.err != nil { // of the schema; each open file says so
		for name := range byFile {
			byFile[name] = []lspDiagnostic{{Severity: 1, Code: "schema", Source: "ursa", Message: c.err.Error()}}
		}
	} else {
		sources := c.workspace.Sources()
		texts := map[string]*lines{}
		for _, src := range sources {
			texts[src.Name] = newLines(src.Text)
		}
		c.diags = c.found
		for _, d := range c.diags {
			name := d.Pos.File
			if name == "" { // about the policy as a whole
				if len(sources) == 0 {
					continue
				}
				name = sources[0].Name
			}
			byFile[name] = append(byFile[name], newDiagnostic(texts[name], d))
		}
	}
	clear(c.published)
	var names []string
	for name := range byFile {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		if len(byFile[name]) > 0 {
			c.published[name] = true
		}
		if err := s.notify("textDocument/publishDiagnostics", map[string]any{"uri": s.uri(name), "diagnostics": byFile[name]}); err != nil {
			return err
		}
	}
	return nil
}

func (s *server) notify(method string, params any) error {
	return s.send(message{Method: method, Params: mustJSON(params)})
}
