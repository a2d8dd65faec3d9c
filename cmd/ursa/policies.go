package main

// This file defines how paths become policies.

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/ursa-authz/ursa/authz/polar/analysis"
	"github.com/ursa-authz/ursa/authz/polar/schema"
)

// schemaFile is the name of the file with a schema that is looked for beside a policy. It is
// the one that authztest.Schema writes.
const schemaFile = "ursa.schema.json"

// maxSource is how long a source may be; the parser says the same of a longer one.
const maxSource = 16<<20 + 1

// A policy is the sources of one policy.
type policy struct {
	name    string // for people
	dir     string // where its schema is looked for
	sources []analysis.Source
}

// policies returns the policies that paths name.
func (env *environment) policies(paths []string) ([]policy, error) {
	if len(paths) == 0 {
		paths = []string{"."}
	}
	var found []policy
	var files policy
	seen := make(map[string]bool)
	add := func(dir string, required bool) error {
		if dir = filepath.Clean(dir); seen[dir] {
			return nil
		}
		seen[dir] = true
		names, err := polarFiles(dir)
		if err != nil || len(names) == 0 && !required {
			return err
		}
		if len(names) == 0 {
			return fmt.Errorf("%s: there is no file that ends in .polar (write %s/... for the folders below it)", dir, dir)
		}
		p := policy{name: dir, dir: dir}
		for _, name := range names {
			if err := p.read(env, name); err != nil {
				return err
			}
		}
		found = append(found, p)
		return nil
	}
	for _, path := range paths {
		if root, ok := strings.CutSuffix(path, "..."); ok && (root == "" || strings.HasSuffix(root, "/") || strings.HasSuffix(root, string(filepath.Separator))) {
			before := len(found)
			err := filepath.WalkDir(filepath.Clean(root), func(name string, d fs.DirEntry, err error) error {
				if err != nil || !d.IsDir() {
					return err
				}
				if name != filepath.Clean(root) && (strings.HasPrefix(d.Name(), ".") || d.Name() == "testdata" || d.Name() == "node_modules") {
					return filepath.SkipDir
				}
				return add(name, false)
			})
			if err != nil {
				return nil, err
			}
			if len(found) == before {
				return nil, fmt.Errorf("%s: there is no file that ends in .polar", path)
			}
			continue
		}
		if path != "-" {
			info, err := os.Stat(path)
			if err != nil {
				return nil, err
			}
			if info.IsDir() {
				if err := add(path, true); err != nil {
					return nil, err
				}
				continue
			}
		}
		if len(files.sources) == 0 {
			files.name, files.dir = path, filepath.Dir(path)
		}
		if err := files.read(env, path); err != nil {
			return nil, err
		}
	}
	if len(files.sources) > 0 {
		found = append([]policy{files}, found...)
	}
	return found, nil
}

// polarFiles returns the names of the policy files in a folder, sorted.
func polarFiles(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, e := range entries {
		if !e.IsDir() && filepath.Ext(e.Name()) == ".polar" {
			names = append(names, filepath.Join(dir, e.Name()))
		}
	}
	slices.Sort(names)
	return names, nil
}

// read adds a file, or standard input, to the policy.
func (p *policy) read(env *environment, name string) error {
	shown := name
	in := env.stdin
	if name == "-" {
		shown = "stdin"
	} else {
		f, err := os.Open(name)
		if err != nil {
			return err
		}
		defer f.Close()
		in = f
	}
	text, err := io.ReadAll(io.LimitReader(in, maxSource))
	if err != nil {
		return err
	}
	p.sources = append(p.sources, analysis.Source{Name: shown, Text: string(text)})
	return nil
}

// schema returns the schema of a policy: the file at path, or if path is empty the nearest
// one in its folder and those above. Without one it is nil. It also returns the file's path.
func (p *policy) schema(path string) (*schema.Schema, string, error) {
	if path == "" {
		var err error
		if path, err = nearestSchema(p.dir); path == "" || err != nil {
			return nil, "", err
		}
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, "", err
	}
	s, err := schema.Parse(text)
	if err != nil {
		return nil, "", fmt.Errorf("%s: %w", path, err)
	}
	return s, path, nil
}

// nearestSchema returns the path of the schema in a folder, or else in the nearest one above it
// that has one, or "".
func nearestSchema(dir string) (string, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	for {
		if name := filepath.Join(dir, schemaFile); isFile(name) {
			return name, nil
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", nil
		}
		dir = parent
	}
}

func isFile(name string) bool {
	info, err := os.Stat(name)
	return err == nil && info.Mode().IsRegular()
}

// load reads a policy and checks it.
func (p *policy) load(env *environment, schemaPath string) (*analysis.Policy, *schema.Schema, error) {
	s, path, err := p.schema(schemaPath)
	if err != nil {
		return nil, nil, err
	}
	loaded, err := analysis.Load(env.ctx, p.sources, s, false)
	if err != nil && path != "" {
		err = fmt.Errorf("%s: %w", path, err)
	}
	return loaded, s, err
}

// one returns the only policy that paths name.
func (env *environment) one(paths []string) (*policy, error) {
	found, err := env.policies(paths)
	if err != nil {
		return nil, err
	}
	if len(found) != 1 {
		return nil, errors.New("the paths are those of several policies; name one")
	}
	return &found[0], nil
}
