package main

// This file tests that the doc comment of each package says whether the package is stable,
// and that this agrees with the packages whose API a release compares.

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// unpublished are the directories without packages that other modules import.
var unpublished = []string{"internal", "examples", "policies", "testdata", "docs"}

func TestStablePackages(t *testing.T) {
	docs := packageDocs(t)
	for _, pkg := range stablePackages {
		if _, ok := docs[pkg]; !ok {
			t.Errorf("%s is not a package", pkg)
		}
	}
	for pkg, doc := range docs {
		text := strings.Join(strings.Fields(doc), " ")
		stable, unstable := strings.Contains(text, "Stable from v1 on"), strings.Contains(text, "Not stable before v1")
		if want := slices.Contains(stablePackages, pkg); stable != want || unstable == want {
			t.Errorf("%s: the doc comment says %q: %v, and %q: %v; want stable %v",
				pkg, "Stable from v1 on", stable, "Not stable before v1", unstable, want)
		}
	}
}

// packageDocs returns the doc comments of the published packages of the root module by
// import path.
func packageDocs(t *testing.T) map[string]string {
	t.Helper()
	docs := make(map[string]string)
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			_, err := os.Stat(filepath.Join(name, "go.mod"))
			if name != root && (err == nil || slices.Contains(unpublished, d.Name()) || strings.HasPrefix(d.Name(), ".")) {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments|parser.PackageClauseOnly)
		if err != nil {
			return err
		}
		dir, err := filepath.Rel(root, filepath.Dir(name))
		if err != nil {
			return err
		}
		docs[path.Join(rootPath, filepath.ToSlash(dir))] += file.Doc.Text()
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return docs
}
