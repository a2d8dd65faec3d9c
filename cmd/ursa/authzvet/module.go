package authzvet

// This file defines module, what the analyzer reads of the module of a package besides its Go
// code: the policies and the schemas.

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"golang.org/x/tools/go/analysis"

	polar "github.com/ursa-authz/ursa/authz/polar/analysis"
	"github.com/ursa-authz/ursa/authz/polar/schema"
)

// A module is the folder of a go.mod and what is below it. It reads its files when they are
// needed, and is safe for concurrent use.
type module struct {
	root string

	once   sync.Once
	known  []string // actions; nil if they are not known
	models map[string]class

	mu   sync.Mutex
	text map[string]bool
}

// A class is a registered class.
type class struct {
	name     string
	relation string // the name of one of its relations, or ""
}

// modules are the modules that were read, by root: drivers analyze many packages of one.
var modules sync.Map

// moduleOf returns the module of a package, or nil.
func moduleOf(pass *analysis.Pass) *module {
	if len(pass.Files) == 0 {
		return nil
	}
	dir := filepath.Dir(pass.Fset.Position(pass.Files[0].Package).Filename)
	for {
		if info, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil && info.Mode().IsRegular() {
			m, _ := modules.LoadOrStore(dir, &module{root: dir, text: map[string]bool{}})
			return m.(*module)
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return nil
		}
		dir = parent
	}
}

// walk calls f for the files below the root, those of other modules and of tests apart.
func (m *module) walk(f func(path string)) {
	_ = filepath.WalkDir(m.root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return nil // what cannot be read is not there
		case d.IsDir() && path != m.root:
			if name := d.Name(); strings.HasPrefix(name, ".") || name == "testdata" || name == "node_modules" || name == "vendor" {
				return filepath.SkipDir
			}
			if _, err := os.Stat(filepath.Join(path, "go.mod")); err == nil {
				return filepath.SkipDir
			}
		case !d.IsDir():
			f(path)
		}
		return nil
	})
}

// read reads the policies and schemas.
func (m *module) read() {
	m.once.Do(func() {
		m.models = map[string]class{}
		folders := map[string][]polar.Source{}
		add := func(path string) {
			switch {
			case filepath.Ext(path) == ".polar":
				if text, err := os.ReadFile(path); err == nil {
					folders[filepath.Dir(path)] = append(folders[filepath.Dir(path)], polar.Source{Name: path, Text: string(text)})
				}
			case filepath.Base(path) == "ursa.schema.json":
				m.readSchema(path)
			}
		}
		m.walk(func(path string) {
			if policyPaths == "" || filepath.Ext(path) != ".polar" {
				add(path)
			}
		})
		for path := range strings.SplitSeq(policyPaths, ",") {
			if path == "" {
				continue
			}
			if !filepath.IsAbs(path) {
				path = filepath.Join(m.root, path)
			}
			add(path)
			files, _ := filepath.Glob(filepath.Join(path, "*.polar"))
			for _, name := range files {
				add(name)
			}
		}
		m.readPolicies(folders)
	})
}

// readPolicies collects the actions of policies. If one of them may know any action, or has
// errors, the actions are not known.
func (m *module) readPolicies(folders map[string][]polar.Source) {
	var known []string
	for _, sources := range folders {
		p, err := polar.Load(context.Background(), sources, nil, true)
		if err != nil {
			return
		}
		names, complete := p.Actions()
		if !complete || p.Broken() {
			return
		}
		known = append(known, names...)
	}
	if len(known) > 0 {
		m.known = known
	}
}

func (m *module) readSchema(path string) {
	text, err := os.ReadFile(path)
	if err != nil {
		return
	}
	s, err := schema.Parse(text)
	if err != nil {
		return
	}
	for _, c := range s.Classes {
		if c.Interface || !c.Struct {
			continue
		}
		found := class{name: c.Name}
		for _, f := range c.Fields {
			if f.Relation != nil && found.relation == "" {
				found.relation = f.Name
			}
		}
		m.models[c.Go] = found
	}
}

// actions returns the actions that the policies know, or nil if that is not known.
func (m *module) actions() []string {
	m.read()
	return m.known
}

// classes returns the registered classes by Go type.
func (m *module) classes() map[string]class {
	m.read()
	return m.models
}

// mentions reports whether Go code of the module, tests apart, contains a text.
func (m *module) mentions(text string) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	found, ok := m.text[text]
	if !ok {
		m.walk(func(path string) {
			if !found && filepath.Ext(path) == ".go" && !strings.HasSuffix(path, "_test.go") {
				code, err := os.ReadFile(path)
				found = err == nil && strings.Contains(string(code), text)
			}
		})
		m.text[text] = found
	}
	return found
}
