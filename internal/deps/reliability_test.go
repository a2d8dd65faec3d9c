package deps

// This file tests that docs/reliability.md and docs/security.md name tests and variables
// that exist, and that CONTRIBUTING.md explains the variables.

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	testName = regexp.MustCompile(`\b(?:Test|Fuzz)[A-Z][A-Za-z]+`)
	testFunc = regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)[A-Z]\w*)\(`)
	variable = regexp.MustCompile(`\bURSA_[A-Z_]+`)
)

func TestReliabilityPage(t *testing.T) {
	read := func(name string) string {
		text, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	page, contributing := read("docs/reliability.md"), read("CONTRIBUTING.md")
	known := make(map[string]bool) // tests and variables
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(name, ".go") {
			return err
		}
		text, err := os.ReadFile(name)
		for _, m := range testFunc.FindAllStringSubmatch(string(text), -1) {
			known[m[1]] = true
		}
		for _, v := range variable.FindAllString(string(text), -1) {
			known[v] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	rows := strings.Count(page, "\n| ") - 1
	if rows != 20 {
		t.Errorf("the page has %d rows", rows)
	}
	table, _, _ := strings.Cut(page, "## Commands")
	security := testName.FindAllString(read("docs/security.md"), -1)
	if len(security) < 40 {
		t.Errorf("docs/security.md names %d tests", len(security))
	}
	for _, name := range append(testName.FindAllString(table, -1), security...) {
		if !known[name] {
			t.Errorf("%s does not exist", name)
		}
	}
	for _, name := range variable.FindAllString(page, -1) {
		if !known[name] {
			t.Errorf("no test reads %s", name)
		}
		if !strings.Contains(contributing, name) {
			t.Errorf("CONTRIBUTING.md does not explain %s", name)
		}
	}
}
