package analysis

// This file defines Workspace, a policy that is being edited.

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/ursa-authz/ursa/authz/internal/host"
	"github.com/ursa-authz/ursa/authz/polar/internal/resolve"
	"github.com/ursa-authz/ursa/authz/polar/schema"
	"github.com/ursa-authz/ursa/authz/polar/syntax"
)

// A Workspace is a policy that is being edited. It answers what an editor asks about a place in
// one of its texts. Its answers cost what the file and the statement cost, and not what a
// check of the policy costs; for that, use [Load] with Sources.
//
// Only one goroutine may use a Workspace at a time.
type Workspace struct {
	schema *schema.Schema
	files  map[string]*file
	world  *world // nil if it has to be made
	blocks []*Block
}

// A file is one text of a workspace.
type file struct {
	name, text string
	parsed     *syntax.File // of text, or of an earlier one if stale is set; nil if there is none
	stale      bool
	broken     bool // parsed has syntax errors
}

// A world is what a policy can name besides its own rules.
type world struct {
	reg       *host.Registry
	constants map[string]host.Value
}

// NewWorkspace returns an empty workspace. The schema may be nil; see [Load]. The error is that
// of the schema.
func NewWorkspace(s *schema.Schema) (*Workspace, error) {
	w := &Workspace{schema: s, files: map[string]*file{}}
	if s == nil {
		return w, nil
	}
	var err error
	w.world, err = newWorld(s)
	return w, err
}

// newWorld returns the world of a schema.
func newWorld(s *schema.Schema) (*world, error) {
	reg, constants, err := host.Described(s)
	if err != nil {
		return nil, err
	}
	if constants["now"], err = reg.ValueOf(now); err != nil {
		return nil, err
	}
	return &world{reg, constants}, nil
}

// assumed returns a schema in which the named classes exist.
func assumed(names []string) *schema.Schema {
	s := &schema.Schema{Version: schema.Version}
	for _, name := range names {
		s.Classes = append(s.Classes, schema.Class{Name: name, Shape: schema.Shape{Go: name}})
	}
	return s
}

// Set adds a text to the policy, or replaces the one of that name.
func (w *Workspace) Set(name, text string) {
	f := w.files[name]
	switch {
	case f == nil:
		w.files[name] = &file{name: name, text: text, stale: true}
	case f.text != text:
		f.text, f.stale = text, true
	default:
		return
	}
	w.changed()
}

// Remove removes a text.
func (w *Workspace) Remove(name string) {
	if w.files[name] != nil {
		delete(w.files, name)
		w.changed()
	}
}

// changed forgets what was concluded from the texts.
func (w *Workspace) changed() {
	w.blocks = nil
	if w.schema == nil {
		w.world = nil
	}
}

// Sources returns the texts, sorted by name.
func (w *Workspace) Sources() []Source {
	sources := make([]Source, 0, len(w.files))
	for _, f := range w.sorted() {
		sources = append(sources, Source{f.name, f.text})
	}
	return sources
}

func (w *Workspace) sorted() []*file {
	return slices.SortedFunc(maps.Values(w.files), func(a, b *file) int { return cmp.Compare(a.name, b.name) })
}

// Adopt takes over the files that Load has parsed, as far as they are those of the
// workspace, so that they are not parsed again.
func (w *Workspace) Adopt(p *Policy) {
	for _, parsed := range p.Files {
		if f := w.files[parsed.Name]; f != nil && f.stale && f.text == parsed.Source {
			f.parsed, f.stale = parsed, false
			f.broken = !p.parsed && slices.ContainsFunc(p.Diagnostics, func(d syntax.Diagnostic) bool {
				return d.Pos.File == f.name && d.Severity == syntax.Error
			})
			w.changed()
		}
	}
}

// parse returns the parsed text of f. The statements with errors are missing.
func (f *file) parse() *syntax.File {
	if f.parsed == nil || f.stale {
		parsed, ds := syntax.Parse(f.name, f.text)
		f.parsed, f.stale, f.broken = parsed, false, syntax.Errors(ds) != nil
	}
	return f.parsed
}

// known returns what was parsed last: that is good enough to know which names exist, and
// costs nothing while somebody types.
func (f *file) known() *syntax.File {
	if f.parsed != nil {
		return f.parsed
	}
	return f.parse()
}

// refresh parses the texts that have changed. What names mean depends on all of them, so what is
// said about a name, other than which names exist, comes after it.
func (w *Workspace) refresh() {
	for _, f := range w.files {
		if f.parsed == nil || f.stale {
			f.parse()
			w.changed()
		}
	}
}

// worldOf returns the world of the policy.
func (w *Workspace) worldOf() *world {
	if w.world == nil {
		names := map[string]bool{}
		for _, f := range w.files {
			classesOf(f.known(), names)
		}
		made, err := newWorld(assumed(slices.Sorted(maps.Keys(names))))
		if err != nil { // a name that cannot be that of a class
			made, _ = newWorld(assumed(nil))
		}
		w.world = made
	}
	return w.world
}

// isClass reports whether a name is that of a class.
func (w *Workspace) isClass(name string) bool { return w.worldOf().reg.Class(name) != nil }

// isConstant reports whether a name is that of a constant. Without a schema no constants are known.
func (w *Workspace) isConstant(name string) bool {
	_, ok := w.worldOf().constants[name]
	return ok || name == "nil" || w.worldOf().reg.ExternalConstant(name)
}

// blocksOf returns what the blocks of the policy declare.
func (w *Workspace) blocksOf() []*Block {
	if w.blocks == nil {
		var files []*syntax.File
		for _, f := range w.sorted() {
			files = append(files, f.known())
		}
		w.blocks = (&Policy{Files: files}).Blocks()
	}
	return w.blocks
}

// block returns what the blocks of a class declare, or nil.
func (w *Workspace) block(class string) *Block {
	for _, b := range w.blocksOf() {
		if b.Class == class {
			return b
		}
	}
	return nil
}

// withSupers returns a class and its supertypes.
func (w *Workspace) withSupers(class string) []string {
	names := []string{class}
	if c := w.worldOf().reg.Class(class); c != nil {
		for _, super := range c.Supers {
			names = append(names, super.Name)
		}
	}
	return names
}

// stmtAt returns the statement of a file at a position, or nil.
func stmtAt(f *syntax.File, at syntax.Position) syntax.Stmt {
	i, ok := slices.BinarySearchFunc(f.Stmts, at, func(s syntax.Stmt, at syntax.Position) int {
		if s.Range().End.Before(at) {
			return -1
		}
		return 1
	})
	_ = ok // no statement is equal to a position
	if i < len(f.Stmts) && !at.Before(f.Stmts[i].Pos()) {
		return f.Stmts[i]
	}
	return nil
}

// covers reports whether a position is in a span, or at its end.
func covers(s syntax.Span, at syntax.Position) bool {
	return s.Start.IsValid() && s.Start.File == at.File && !at.Before(s.Start) && !s.End.Before(at)
}

// offset returns the byte offset of a position, or of the nearest place that text has.
func offset(text string, at syntax.Position) int {
	off := 0
	for line := int32(1); line < at.Line; line++ {
		n := strings.IndexByte(text[off:], '\n')
		if n < 0 {
			return len(text)
		}
		off += n + 1
	}
	for col := int32(1); col < at.Col && off < len(text) && text[off] != '\n'; col++ {
		_, n := utf8.DecodeRuneInString(text[off:])
		off += n
	}
	return off
}

// position returns the position of an offset.
func position(f *file, off int) syntax.Position {
	text := f.text[:off]
	start := strings.LastIndexByte(text, '\n') + 1
	return syntax.Position{File: f.name, Line: int32(strings.Count(text, "\n")) + 1, Col: int32(utf8.RuneCountInString(text[start:])) + 1}
}

// options returns the options of a check of types.
func (w *Workspace) options(watch *resolve.Watch) resolve.Options {
	world := w.worldOf()
	opts := resolve.Options{Registry: world.reg, Constants: world.constants, Watch: watch}
	if w.schema != nil {
		opts.DenyRule, opts.ChangeRule = w.schema.DenyRule, w.schema.ChangeRule
	}
	return opts
}
