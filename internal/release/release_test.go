package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const root = "../.."

// TestConsumers makes a module source of this repository, as a release does, and uses
// each module from there as users do.
func TestConsumers(t *testing.T) {
	const version = "v0.99.0"
	ctx := t.Context()
	if out, err := exec.CommandContext(ctx, "go", "list", "-m", "-versions", "gorm.io/gorm").CombinedOutput(); err != nil {
		if os.Getenv("URSA_REQUIRE_NETWORK") == "1" {
			t.Fatalf("no module proxy: %s", out)
		}
		t.Skipf("SKIPPED, because there is no module proxy (URSA_REQUIRE_NETWORK=1 makes this a failure): %s", out)
	}
	modules, err := findModules(root)
	if err != nil {
		t.Fatal(err)
	}
	published := publishedOf(modules)
	dir := t.TempDir()
	tree, source := filepath.Join(dir, "tree"), filepath.Join(dir, "source")
	if err := copyTree(ctx, root, tree); err != nil {
		t.Fatal(err)
	}
	if err := writeSource(tree, source, published, version); err != nil {
		t.Fatal(err)
	}
	for _, m := range published {
		t.Run(m.dir, func(t *testing.T) {
			if err := consume(ctx, filepath.Join(dir, "consumers", m.dir), source, tree, m, version); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestStrangers(t *testing.T) {
	gin := module{"adapters/gin", rootPath + "/adapters/gin"}
	for _, tt := range []struct {
		of       module
		required string
		want     string // "" for no error
	}{
		{gin, rootPath + " " + gin.path + " github.com/gin-gonic/gin gorm.io/gorm", ""},
		{gin, rootPath + " " + gin.path + " github.com/gin-gonic/gin github.com/labstack/echo/v5", "requires github.com/labstack/echo/v5"},
		{gin, rootPath + " " + gin.path + " github.com/gin-gonic/gin go.opentelemetry.io/otel", "requires go.opentelemetry.io/otel"},
		{gin, rootPath + " " + gin.path + " github.com/gin-gonic/gin " + rootPath + "/internal/webtest", "requires " + rootPath + "/internal/webtest"},
		{gin, rootPath + " " + gin.path, "does not require github.com/gin-gonic/gin"},
		{module{".", rootPath}, rootPath + " gorm.io/gorm", ""},
		{module{".", rootPath}, rootPath + " github.com/go-chi/chi/v5", "requires github.com/go-chi/chi/v5"},
	} {
		err := strangers(tt.of, strings.Fields(tt.required))
		if tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.HasSuffix(strings.Split(err.Error(), ", so")[0], tt.want)) {
			t.Errorf("%s with %s: %v, want %q", tt.of.dir, tt.required, err, tt.want)
		}
	}
}

// repository makes a git repository with the given files, and returns its directory.
func repository(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		name = filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, args := range [][]string{
		{"init", "--quiet"}, {"config", "user.name", "Test"}, {"config", "user.email", "test@example.com"},
		{"add", "--all"}, {"commit", "--quiet", "--message", "first"},
	} {
		if _, err := output(t.Context(), dir, "git", args...); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// TestRelease releases two modules; one requires the other.
func TestRelease(t *testing.T) {
	dir := repository(t, map[string]string{
		"LICENSE":            "license\n",
		"CHANGELOG.md":       "# Changelog\n\n## v0.2.0 (2026-01-02)\n\n- Something.\n\n## v0.1.0\n",
		"go.mod":             "module github.com/ursa-authz/ursa\n\ngo 1.26\n",
		"authz/authz.go":     "package authz\n\nfunc Name() string { return \"ursa\" }\n",
		"adapters/x/go.mod":  "module github.com/ursa-authz/ursa/adapters/x\n\ngo 1.26\n\nrequire github.com/ursa-authz/ursa v0.0.0\n\nreplace github.com/ursa-authz/ursa => ../..\n",
		"adapters/x/x.go":    "package x\n\nimport \"github.com/ursa-authz/ursa/authz\"\n\nvar Name = authz.Name()\n",
		"internal/y/go.mod":  "module github.com/ursa-authz/ursa/internal/y\n\ngo 1.26\n",
		"cmd/ursa/go.mod":    "module github.com/ursa-authz/ursa/cmd/ursa\n\ngo 1.26\n\nrequire github.com/ursa-authz/ursa/adapters/x v0.0.0\n\nrequire github.com/ursa-authz/ursa v0.0.0 // indirect\n\nreplace github.com/ursa-authz/ursa => ../..\n\nreplace github.com/ursa-authz/ursa/adapters/x => ../../adapters/x\n",
		"cmd/ursa/main.go":   "package main\n\nimport \"github.com/ursa-authz/ursa/adapters/x\"\n\nfunc main() { println(x.Name) }\n",
		"authz/testdata/t.x": "data\n",
	})
	t.Chdir(dir)
	if err := run(t.Context(), "v0.2.0", false); err != nil {
		t.Fatal(err)
	}
	tags, err := output(t.Context(), dir, "git", "tag")
	if err != nil {
		t.Fatal(err)
	}
	if got, want := strings.Fields(tags), []string{"adapters/x/v0.2.0", "cmd/ursa/v0.2.0", "v0.2.0"}; !slices.Equal(got, want) {
		t.Errorf("tags %v, want %v", got, want)
	}
	for name, want := range map[string]string{
		"adapters/x/go.mod": "require github.com/ursa-authz/ursa v0.2.0",
		"adapters/x/go.sum": "github.com/ursa-authz/ursa v0.2.0 h1:",
		"cmd/ursa/go.mod":   "require github.com/ursa-authz/ursa/adapters/x v0.2.0",
		"cmd/ursa/go.sum":   "github.com/ursa-authz/ursa/adapters/x v0.2.0/go.mod h1:",
	} {
		text, err := output(t.Context(), dir, "git", "show", "v0.2.0:"+name)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(text, want) || strings.Contains(text, "replace") {
			t.Errorf("%s in the release:\n%s\nwant %q and nothing replaced", name, text, want)
		}
	}
	if status, err := output(t.Context(), dir, "git", "status", "--porcelain"); err != nil || status != "" {
		t.Errorf("the work tree has changed: %s, %v", status, err)
	}
	if text, _ := os.ReadFile("adapters/x/go.mod"); !strings.Contains(string(text), "replace") {
		t.Error("the branch requires its own modules by version")
	}
}

// TestReleaseRefuses checks the conditions under which a release fails.
func TestReleaseRefuses(t *testing.T) {
	files := map[string]string{
		"LICENSE": "license\n", "CHANGELOG.md": "# Changelog\n\n## v0.2.0\n\n- Something.\n",
		"go.mod": "module github.com/ursa-authz/ursa\n\ngo 1.26\n", "authz/authz.go": "package authz\n",
	}
	for _, tt := range []struct {
		name, version string
		files         map[string]string
		after         func(dir string) error
		want          string
	}{
		{name: "version", version: "0.2.0", want: "is not a valid version"},
		{name: "major version without a suffix", version: "v2.0.0", want: "is not a valid version"},
		{name: "changelog", version: "v0.3.0", want: "newest section of CHANGELOG.md"},
		{name: "changed files", version: "v0.2.0", after: func(dir string) error {
			return os.WriteFile(filepath.Join(dir, "authz", "new.go"), []byte("package authz\n"), 0o644)
		}, want: "not clean"},
		{name: "replaced by something else", version: "v0.2.0", files: map[string]string{
			"adapters/x/go.mod": "module github.com/ursa-authz/ursa/adapters/x\n\ngo 1.26\n\nrequire example.com/y v0.0.0\n\nreplace example.com/y => ../y\n",
		}, want: "which is not released"},
		{name: "does not build", version: "v0.2.0", files: map[string]string{"authz/bad.go": "package authz\n\nvar _ int = \"text\"\n"}, want: "bad.go"},
		{name: "cycle", version: "v0.2.0", files: map[string]string{
			"a/go.mod": "module github.com/ursa-authz/ursa/a\n\ngo 1.26\n\nrequire github.com/ursa-authz/ursa/b v0.0.0\n\nreplace github.com/ursa-authz/ursa/b => ../b\n",
			"b/go.mod": "module github.com/ursa-authz/ursa/b\n\ngo 1.26\n\nrequire github.com/ursa-authz/ursa/a v0.0.0\n\nreplace github.com/ursa-authz/ursa/a => ../a\n",
		}, want: "in a cycle"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			all := make(map[string]string)
			for _, m := range []map[string]string{files, tt.files} {
				for name, text := range m {
					all[name] = text
				}
			}
			dir := repository(t, all)
			if tt.after != nil {
				if err := tt.after(dir); err != nil {
					t.Fatal(err)
				}
			}
			t.Chdir(dir)
			err := run(t.Context(), tt.version, false)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("%v, want %q", err, tt.want)
			}
			if tags, _ := output(t.Context(), dir, "git", "tag"); tags != "" {
				t.Errorf("tagged %s", tags)
			}
		})
	}
}

func TestCompareAPI(t *testing.T) {
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	dir := repository(t, map[string]string{
		"go.mod":         "module github.com/ursa-authz/ursa\n\ngo 1.26\n",
		"authz/authz.go": "package authz\n\nfunc Name() string { return \"ursa\" }\n\nfunc Old() {}\n",
	})
	if _, err := output(t.Context(), dir, "git", "tag", "v0.1.0"); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "authz/authz.go"), []byte("package authz\n\nfunc Name() string { return \"ursa\" }\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	t.Chdir(here)
	if err := compareAPI(t.Context(), dir, "v0.1.1"); err == nil || !strings.Contains(err.Error(), "incompatibly") {
		t.Errorf("a patch that removes a function: %v", err)
	}
	if err := compareAPI(t.Context(), dir, "v0.2.0"); err != nil {
		t.Errorf("a minor version before v1: %v", err)
	}
}

func TestMayBreak(t *testing.T) {
	for _, tt := range []struct {
		last, version string
		want          bool
	}{
		{"v0.1.0", "v0.1.1", false}, {"v0.1.0", "v0.2.0", true}, {"v0.9.0", "v1.0.0", true}, {"v1.0.0", "v1.1.0", false},
	} {
		if got := mayBreak(tt.last, tt.version); got != tt.want {
			t.Errorf("mayBreak(%s, %s) = %v", tt.last, tt.version, got)
		}
	}
	if got := lastBefore([]string{"v0.1.0", "v0.10.0", "v0.2.0", "v0.3.0-rc.1", "x"}, "v0.3.0"); got != "v0.2.0" {
		t.Error(got)
	}
}
