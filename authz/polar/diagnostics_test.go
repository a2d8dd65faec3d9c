package polar

// This file tests that docs/diagnostics.md lists exactly the codes that exist.

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/ursa-authz/ursa/authz/polar/internal/resolve"
)

func TestEveryCodeIsDocumented(t *testing.T) {
	text, err := os.ReadFile("../../docs/diagnostics.md")
	if err != nil {
		t.Fatal(err)
	}
	documented := make(map[string]bool)
	for _, m := range regexp.MustCompile("(?m)^\\| `([a-z0-9-]+)` \\|").FindAllStringSubmatch(string(text), -1) {
		documented[m[1]] = true
	}
	var defined []string
	for _, dir := range []string{".", "syntax", "internal/front", "internal/ops", "internal/resolve", "internal/vm"} {
		defined = append(defined, codesIn(t, dir)...)
	}
	if len(defined) < 60 {
		t.Errorf("only %d codes were found", len(defined))
	}
	for _, code := range defined {
		if !documented[code] {
			t.Errorf("the code %q is not documented", code)
		}
	}
	for code := range documented {
		if !slices.Contains(defined, code) {
			t.Errorf("the code %q is documented and does not exist", code)
		}
	}
}

// TestWarningsAreDocumented checks that the page lists as warnings exactly those that can be ignored, plus
// the warnings about ursa:ignore comments and empty sources.
func TestWarningsAreDocumented(t *testing.T) {
	text, err := os.ReadFile("../../docs/diagnostics.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(text), "\n## Warnings\n")
	table, _, _ = strings.Cut(table, "\n## ")
	var documented, codes []string
	for _, m := range regexp.MustCompile("(?m)^\\| `([a-z0-9-]+)` \\|").FindAllStringSubmatch(table, -1) {
		if !slices.Contains([]string{"empty-source", "invalid-ignore", "unused-ignore"}, m[1]) {
			documented = append(documented, m[1])
		}
	}
	for _, code := range resolve.WarningCodes {
		codes = append(codes, string(code))
	}
	slices.Sort(documented)
	slices.Sort(codes)
	if !slices.Equal(documented, codes) {
		t.Errorf("the page lists the warnings\n%q, and these can be ignored:\n%q", documented, codes)
	}
}

// codesIn returns the values of the string constants named Code... in a package.
func codesIn(t *testing.T, dir string) []string {
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	var codes []string
	for _, name := range files {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			spec, ok := n.(*ast.ValueSpec)
			if !ok || !strings.HasPrefix(spec.Names[0].Name, "Code") || len(spec.Values) != 1 {
				return true
			}
			if lit, ok := spec.Values[0].(*ast.BasicLit); ok && lit.Kind == token.STRING {
				if s, err := strconv.Unquote(lit.Value); err == nil {
					codes = append(codes, s)
				}
			}
			return true
		})
	}
	return codes
}
