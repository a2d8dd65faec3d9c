package deps

// This file tests that the build tag purego keeps the engine free of package unsafe.

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// addresses are the functions and methods of package reflect that make any memory a variable,
// or return an address as an unsafe.Pointer.
var addresses = []string{"NewAt", "SliceAt", "UnsafePointer", "UnsafeAddr"}

// unsafeFiles returns the files that packages of the module under authz consist of, with a
// build tag, and those of them that use unsafe or addresses.
func unsafeFiles(t *testing.T, tag string) (all, unsafe []string) {
	t.Helper()
	const format = `{{if not .Standard}}{{range .GoFiles}}{{$.Dir}}/{{.}}{{"\n"}}{{end}}{{end}}`
	cmd := exec.Command("go", "list", "-deps", "-tags", tag, "-f", format, "./authz/...")
	cmd.Dir = root
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	all = strings.Fields(string(out))
	for _, name := range all {
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		if usesUnsafe(f) {
			unsafe = append(unsafe, filepath.Base(name))
		}
	}
	return all, unsafe
}

func usesUnsafe(f *ast.File) (found bool) {
	for _, spec := range f.Imports {
		found = found || spec.Path.Value == `"unsafe"`
	}
	ast.Inspect(f, func(n ast.Node) bool {
		if s, ok := n.(*ast.SelectorExpr); ok && slices.Contains(addresses, s.Sel.Name) {
			pkg, ok := s.X.(*ast.Ident)
			// reflect.UnsafePointer is the kind.
			found = found || !ok || pkg.Name != "reflect" || s.Sel.Name != "UnsafePointer"
		}
		if d, ok := n.(*ast.FuncDecl); ok && d.Doc != nil {
			for _, c := range d.Doc.List {
				found = found || strings.HasPrefix(c.Text, "//go:linkname")
			}
		}
		return true
	})
	return found
}

func TestPureGo(t *testing.T) {
	all, unsafe := unsafeFiles(t, "purego")
	if len(all) < 200 {
		t.Errorf("only %d files", len(all))
	}
	if len(unsafe) > 0 {
		t.Errorf("with the tag purego, these files use unsafe: %q", unsafe)
	}
	if _, unsafe := unsafeFiles(t, "impure"); !slices.Contains(unsafe, "memory_unsafe.go") || !slices.Contains(unsafe, "dict_unsafe.go") {
		t.Errorf("without the tag, only these files use unsafe: %q", unsafe)
	}
}
