package deps

// This file tests that a program that uses the adapter for one framework downloads
// none of the others: no adapter requires the framework of another one, and none
// requires the suite that all of them pass.

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// ownModules are the modules of frameworks, by the only directory whose go.mod may
// name them.
var ownModules = map[string]string{
	"github.com/gin-gonic/gin":         "adapters/gin",
	"github.com/labstack/echo/v5":      "adapters/echo",
	"github.com/go-chi/chi/v5":         "",
	"github.com/gorilla/mux":           "",
	"github.com/danielgtaylor/huma/v2": "",
	modulePath + "/internal/webtest":   "",
}

func TestAdaptersAreApart(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(root, "adapters", "*", "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	files = append(files, filepath.Join(root, "go.mod"))
	seen := map[string]bool{}
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		dir, err := filepath.Rel(root, filepath.Dir(name))
		if err != nil {
			t.Fatal(err)
		}
		words := strings.Fields(string(text))
		for module, own := range ownModules {
			if !slices.Contains(words, module) {
				continue
			}
			seen[module] = true
			if filepath.ToSlash(dir) != own {
				t.Errorf("%s names %s", name, module)
			}
		}
	}
	for module, own := range ownModules {
		if own != "" && !seen[module] {
			t.Errorf("%s does not name %s", own, module)
		}
	}
}
