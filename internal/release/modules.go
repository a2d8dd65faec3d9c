package main

// This file finds the modules of the repository.

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/mod/modfile"
)

// A module is a module of the repository.
type module struct {
	dir  string // relative to the root, with slashes; "." for the root itself
	path string
}

// tag is the name of the tag by which the go command finds a version.
func (m module) tag(version string) string {
	if m.dir == "." {
		return version
	}
	return m.dir + "/" + version
}

// findModules returns the modules below root, the root first.
func findModules(root string) ([]module, error) {
	var modules []module
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && name != root && (strings.HasPrefix(d.Name(), ".") || d.Name() == "testdata"):
			return filepath.SkipDir
		case d.Name() != "go.mod":
			return nil
		}
		f, err := readModFile(filepath.Dir(name))
		if err != nil {
			return err
		}
		if f.Module == nil {
			return fmt.Errorf("%s does not name a module", name)
		}
		dir, err := filepath.Rel(root, filepath.Dir(name))
		if err != nil {
			return err
		}
		modules = append(modules, module{filepath.ToSlash(dir), f.Module.Mod.Path})
		return nil
	})
	slices.SortFunc(modules, func(a, b module) int { return strings.Compare(a.path, b.path) })
	return modules, err
}

// publishedOf returns the released modules: those that others can import.
func publishedOf(modules []module) []module {
	return slices.DeleteFunc(slices.Clone(modules), func(m module) bool {
		first, _, _ := strings.Cut(m.dir, "/")
		return first == "internal" || first == "benchmarks" || first == "examples" || slices.Contains(strings.Split(m.dir, "/"), "internal")
	})
}

// copyTree copies the files of the repository that git tracks or would add, as they
// are in the work tree.
func copyTree(ctx context.Context, root, to string) error {
	list, err := output(ctx, root, "git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
	if err != nil {
		return err
	}
	for name := range strings.SplitSeq(strings.TrimSuffix(list, "\x00"), "\x00") {
		err := copyFile(filepath.Join(root, filepath.FromSlash(name)), filepath.Join(to, filepath.FromSlash(name)))
		if err != nil && !errors.Is(err, fs.ErrNotExist) { // deleted but not committed
			return err
		}
	}
	return nil
}

func copyFile(from, to string) error {
	text, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return err
	}
	return os.WriteFile(to, text, 0o644)
}

func readModFile(dir string) (*modfile.File, error) {
	name := filepath.Join(dir, "go.mod")
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	return modfile.Parse(name, text, nil)
}

// pin makes a module require the other modules of the repository by version instead
// of replacing them by their directories. It returns the paths of the modules that it
// requires.
func pin(f *modfile.File, published []module, version string) (required []string, err error) {
	for _, r := range slices.Clone(f.Replace) {
		if !strings.HasPrefix(r.New.Path, "./") && !strings.HasPrefix(r.New.Path, "../") {
			return nil, fmt.Errorf("%s replaces %s by %s (remove the replace directive: a released module must not have one)", f.Module.Mod.Path, r.Old.Path, r.New.Path)
		}
		if !slices.ContainsFunc(published, func(m module) bool { return m.path == r.Old.Path }) {
			return nil, fmt.Errorf("%s replaces %s, which is not released", f.Module.Mod.Path, r.Old.Path)
		}
		if err := f.DropReplace(r.Old.Path, r.Old.Version); err != nil {
			return nil, err
		}
	}
	for _, m := range published {
		for _, r := range f.Require {
			if r.Mod.Path == m.path {
				if err := f.AddRequire(m.path, version); err != nil {
					return nil, err
				}
				required = append(required, m.path)
			}
		}
	}
	f.Cleanup()
	return required, nil
}

// packages returns the import paths of a module's packages that others can import,
// and those of its programs.
func packages(tree string, m module) (libraries, programs []string, err error) {
	base := filepath.Join(tree, filepath.FromSlash(m.dir))
	found := make(map[string]string) // import path -> name of the package
	err = filepath.WalkDir(base, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			_, err := os.Stat(filepath.Join(name, "go.mod"))
			if name != base && (err == nil || strings.HasPrefix(d.Name(), ".") || d.Name() == "testdata" || d.Name() == "internal" || d.Name() == "examples") {
				return filepath.SkipDir
			}
			return nil
		}
		if filepath.Ext(name) != ".go" || strings.HasSuffix(name, "_test.go") {
			return nil
		}
		pkg, err := packageName(name)
		if err != nil {
			return err
		}
		dir, err := filepath.Rel(base, filepath.Dir(name))
		if err != nil {
			return err
		}
		found[path.Join(m.path, filepath.ToSlash(dir))] = pkg
		return nil
	})
	for imported, name := range found {
		if name == "main" {
			programs = append(programs, imported)
		} else {
			libraries = append(libraries, imported)
		}
	}
	slices.Sort(libraries)
	slices.Sort(programs)
	return libraries, programs, err
}
