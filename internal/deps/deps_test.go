// Package deps has tests of the imports of the module's packages, and of what a
// program that imports them downloads.
package deps

// This file tests the imports: packages are on levels, and import only from
// lower ones.

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// root is the module's directory, and modulePath its import path.
const (
	root       = "../.."
	modulePath = "github.com/ursa-authz/ursa"
)

// lattice defines the level of each package and the other modules that it may import.
// A package may import packages of lower levels, never of its own. Its tests may
// import any package of the module. Tests under authz/ may import nothing else except
// the standard library, so that a program that imports authz does not download their
// dependencies; other tests may also import testModules.
const lattice = `
	11 examples/expenses   gorm.io/gorm
	11 examples/issues     gorm.io/gorm
	11 examples/quickstart
	11 examples/roles      gorm.io/gorm
	11 examples/tenants    gorm.io/gorm
	0  examples/internal/database  github.com/go-sql-driver/mysql github.com/glebarez/sqlite gorm.io/gorm gorm.io/driver/mysql gorm.io/driver/postgres gorm.io/driver/sqlite
	10 adapters/gorm       gorm.io/gorm
	9  adapters/sql
	8  adapters/internal/answer
	0  adapters/internal/guarded
	10 adapters/nethttp
	8  adapters/oso        github.com/osohq/go-oso
	8  authz/authztest
	7  authz
	6  authz/polar
	6  authz/polar/analysis
	5  authz/polar/internal/front
	5  authz/polar/internal/vm
	4  authz/polar/internal/resolve
	3  authz/polar/internal/ops
	2  authz/filter
	1  authz/internal/host
	0  authz/internal/meter
	0  authz/polar/schema
	0  authz/polar/syntax
	0  authz/polar/internal/chunked
	0  authz/ledger
	0  docs
	0  policies
	8  internal/sqlworld   gorm.io/gorm
	1  internal/testdb     github.com/glebarez/sqlite gorm.io/gorm gorm.io/driver/mysql gorm.io/driver/postgres
	11 internal/pagetest   gorm.io/gorm
	0  internal/pagecode
	0  internal/deps
	0  internal/untyped
	0  internal/randtest
`

// testModules are the modules that tests outside authz/ may import.
var testModules = []string{
	"github.com/google/go-cmp",
	"github.com/jackc/pgx/v5", "github.com/go-sql-driver/mysql", "github.com/glebarez/sqlite",
	"gorm.io/gorm", "gorm.io/driver/mysql", "gorm.io/driver/postgres", "gorm.io/driver/sqlite",
	"github.com/osohq/go-oso",
}

// A place is a package's line in the lattice.
type place struct {
	level   int
	modules []string
}

func parseLattice(t *testing.T) map[string]place {
	t.Helper()
	places := make(map[string]place)
	for line := range strings.Lines(lattice) {
		words := strings.Fields(line)
		if len(words) == 0 {
			continue
		}
		level, err := strconv.Atoi(words[0])
		if err != nil || len(words) < 2 {
			t.Fatalf("malformed line %q", line)
		}
		if _, ok := places[words[1]]; ok {
			t.Fatalf("two lines for %s", words[1])
		}
		places[words[1]] = place{level, words[2:]}
	}
	return places
}

// A file is a Go file of the module.
type file struct {
	dir     string // its package's directory in the module
	name    string
	imports []string
}

func (f file) isTest() bool { return strings.HasSuffix(f.name, "_test.go") }

// goFiles returns all Go files of the module, whatever their build constraints,
// without those of nested modules.
func goFiles(t *testing.T) []file {
	t.Helper()
	var files []file
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			_, err := os.Stat(filepath.Join(name, "go.mod"))
			nested := err == nil && name != root
			hidden := strings.HasPrefix(d.Name(), ".") && name != root
			if nested || hidden || d.Name() == "testdata" {
				return filepath.SkipDir
			}
			return nil
		}
		if filepath.Ext(name) != ".go" {
			return nil
		}
		src, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), name, src, parser.ImportsOnly)
		if err != nil {
			return err
		}
		dir, err := filepath.Rel(root, filepath.Dir(name))
		if err != nil {
			return err
		}
		f := file{dir: filepath.ToSlash(dir), name: d.Name()}
		for _, spec := range parsed.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			f.imports = append(f.imports, imported)
		}
		files = append(files, f)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// isStandard reports whether a package is in the standard library.
func isStandard(imported string) bool {
	first, _, _ := strings.Cut(imported, "/")
	return !strings.Contains(first, ".") && imported != "C"
}

// inModule reports whether a package is in one of the modules.
func inModule(imported string, modules []string) bool {
	return slices.ContainsFunc(modules, func(m string) bool {
		return imported == m || strings.HasPrefix(imported, m+"/")
	})
}

func TestImports(t *testing.T) {
	places := parseLattice(t)
	found := make(map[string]bool)
	for _, f := range goFiles(t) {
		found[f.dir] = true
		at, ok := places[f.dir]
		if !ok {
			t.Errorf("%s has no level", f.dir)
			continue
		}
		for _, imported := range f.imports {
			if msg := judge(places, at, f, imported); msg != "" {
				t.Errorf("%s imports %s: %s", path.Join(f.dir, f.name), imported, msg)
			}
		}
	}
	for dir := range places {
		if !found[dir] {
			t.Errorf("%s has a level, but is not a package", dir)
		}
	}
}

// judge describes what is wrong with an import of a file, or returns "".
func judge(places map[string]place, at place, f file, imported string) string {
	if isStandard(imported) {
		return ""
	}
	if dir, ok := strings.CutPrefix(imported, modulePath+"/"); ok {
		other, ok := places[dir]
		switch {
		case !ok:
			return "it is on no level"
		case f.isTest() || other.level < at.level:
			return ""
		}
		return "it is not on a lower level"
	}
	modules := at.modules
	if f.isTest() && !strings.HasPrefix(f.dir+"/", "authz/") {
		modules = append(slices.Clone(modules), testModules...)
	}
	if !inModule(imported, modules) {
		return "the module is not among those that it may import"
	}
	return ""
}

// TestJudge checks that the test above finds violations.
func TestJudge(t *testing.T) {
	places := parseLattice(t)
	for _, tt := range []struct {
		dir, name, imported string
		ok                  bool
	}{
		{"authz", "x.go", "strings", true},
		{"authz", "x.go", modulePath + "/authz/polar", true},
		{"authz", "x.go", modulePath + "/authz/authztest", false},
		{"authz", "x.go", modulePath + "/adapters/gorm", false},
		{"authz", "x.go", modulePath + "/authz/nowhere", false},
		{"authz", "x.go", "gorm.io/gorm", false},
		{"authz", "x.go", "C", false},
		{"authz", "x_test.go", modulePath + "/authz/authztest", true},
		{"authz", "x_test.go", "github.com/google/go-cmp/cmp", false},
		{"authz/polar", "x_test.go", "gorm.io/gorm", false},
		{"authz/polar/syntax", "x.go", modulePath + "/authz/internal/host", false},
		{"adapters/gorm", "x.go", "gorm.io/gorm/schema", true},
		{"adapters/gorm", "x.go", "gorm.io/driver/sqlite", false},
		{"adapters/gorm", "x_test.go", "gorm.io/driver/sqlite", true},
		{"adapters/gorm", "x.go", "gorm.io/gormless", false},
		{"adapters/gorm", "x.go", modulePath + "/adapters/nethttp", false},
		{"policies", "x.go", modulePath + "/authz", false},
		{"examples/expenses", "x.go", modulePath + "/policies", true},
	} {
		f := file{dir: tt.dir, name: tt.name}
		if msg := judge(places, places[tt.dir], f, tt.imported); (msg == "") != tt.ok {
			t.Errorf("%s/%s imports %s: %q", tt.dir, tt.name, tt.imported, msg)
		}
	}
}
