package main

// This file makes a module source, a tree of files that GOPROXY=file://... can read,
// and uses it as a user of a module does.

import (
	"bytes"
	"context"
	"fmt"
	"go/parser"
	"go/token"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/mod/modfile"
	gomodule "golang.org/x/mod/module"
	"golang.org/x/mod/sumdb/dirhash"
	"golang.org/x/mod/zip"
)

// writeSource writes a module source with one version of the published modules. It
// changes the go.mod and go.sum files in tree so that the modules require each other
// at that version.
func writeSource(tree, source string, published []module, version string) error {
	sums := make(map[string][]string) // by module path: the lines of go.sum
	left := slices.Clone(published)
	for len(left) > 0 {
		// A module is written after the modules that it requires, because its go.sum
		// holds their sums.
		at := -1
		for i, m := range left {
			f, err := readModFile(filepath.Join(tree, m.dir))
			if err != nil {
				return err
			}
			required, err := pin(f, published, version)
			if err != nil {
				return err
			}
			if slices.ContainsFunc(required, func(path string) bool { return sums[path] == nil }) {
				continue
			}
			if err := writeModule(tree, source, m, f, required, sums, version); err != nil {
				return fmt.Errorf("%s: %w", m.path, err)
			}
			at = i
			break
		}
		if at < 0 {
			return fmt.Errorf("the modules require each other in a cycle: %v", left)
		}
		left = slices.Delete(left, at, at+1)
	}
	return nil
}

// writeModule writes one module to the tree and to the source.
func writeModule(tree, source string, m module, f *modfile.File, required []string, sums map[string][]string, version string) error {
	dir := filepath.Join(tree, filepath.FromSlash(m.dir))
	text, err := f.Format()
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, "go.mod"), text, 0o644); err != nil {
		return err
	}
	if err := addSums(filepath.Join(dir, "go.sum"), required, sums); err != nil {
		return err
	}
	if m.dir != "." { // a nested module gets the license of the repository
		license, err := os.ReadFile(filepath.Join(tree, "LICENSE"))
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, "LICENSE"), license, 0o644); err != nil {
			return err
		}
	}
	escaped, err := gomodule.EscapePath(m.path)
	if err != nil {
		return err
	}
	out := filepath.Join(source, filepath.FromSlash(escaped), "@v")
	if err := os.MkdirAll(out, 0o755); err != nil {
		return err
	}
	archive := filepath.Join(out, version+".zip")
	w, err := os.Create(archive)
	if err != nil {
		return err
	}
	if err := zip.CreateFromDir(w, gomodule.Version{Path: m.path, Version: version}, dir); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	for name, text := range map[string]string{
		"list":            version + "\n",
		version + ".info": fmt.Sprintf("{%q: %q, %q: %q}\n", "Version", version, "Time", "2006-01-02T15:04:05Z"),
		version + ".mod":  string(text),
	} {
		if err := os.WriteFile(filepath.Join(out, name), []byte(text), 0o644); err != nil {
			return err
		}
	}
	all, err := dirhash.HashZip(archive, dirhash.Hash1)
	if err != nil {
		return err
	}
	mod, err := dirhash.Hash1([]string{"go.mod"}, func(string) (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(text)), nil })
	if err != nil {
		return err
	}
	sums[m.path] = []string{m.path + " " + version + " " + all, m.path + " " + version + "/go.mod " + mod}
	return nil
}

// addSums adds the sums of the required modules to a go.sum file.
func addSums(name string, required []string, sums map[string][]string) error {
	if len(required) == 0 {
		return nil
	}
	text, err := os.ReadFile(name)
	if err != nil && !os.IsNotExist(err) {
		return err
	}
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	for _, path := range required {
		lines = slices.DeleteFunc(lines, func(line string) bool { return line == "" || strings.HasPrefix(line, path+" ") })
		lines = append(lines, sums[path]...)
	}
	slices.Sort(lines)
	return os.WriteFile(name, []byte(strings.Join(lines, "\n")+"\n"), 0o644)
}

// consume builds a program in dir that imports each package of m from the source, and
// installs each of m's programs from there. It returns an error if the program requires
// frameworks that it does not use.
func consume(ctx context.Context, dir, source, tree string, m module, version string) error {
	libraries, programs, err := packages(tree, m)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	upstream, err := output(ctx, dir, "go", "env", "GOPROXY", "GOMODCACHE")
	if err != nil {
		return err
	}
	proxy, cache, _ := strings.Cut(upstream, "\n")
	// The module cache is a separate one, without anything from another run. Other
	// modules that were downloaded before are taken from the existing cache.
	proxies := "file://" + filepath.ToSlash(source) + ",file://" + filepath.ToSlash(filepath.Join(cache, "cache", "download")) + "," + proxy
	run := func(args ...string) (string, error) {
		cmd := exec.CommandContext(ctx, "go", args...)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "GOPROXY="+proxies, "GONOSUMDB="+rootPath+","+rootPath+"/*",
			"GOFLAGS=-mod=mod -modcacherw -trimpath", "GOWORK=off", "GOMODCACHE="+filepath.Join(dir, ".cache"), "GOBIN="+filepath.Join(dir, ".bin"))
		return outputOf(cmd)
	}
	for _, program := range programs {
		if _, err := run("install", program+"@"+version); err != nil {
			return err
		}
	}
	if len(libraries) == 0 {
		return nil
	}
	var text strings.Builder
	text.WriteString("package main\n\nimport (\n")
	for _, library := range libraries {
		fmt.Fprintf(&text, "\t_ %q\n", library)
	}
	text.WriteString(")\n\nfunc main() {}\n")
	if err := os.WriteFile(filepath.Join(dir, "main.go"), []byte(text.String()), 0o644); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, "go.mod"), []byte("module example.com/consumer\n\ngo 1.26\n"), 0o644); err != nil {
		return err
	}
	if _, err := run("get", m.path+"@"+version); err != nil {
		return err
	}
	if _, err := run("mod", "tidy"); err != nil {
		return err
	}
	if _, err := run("build", "-o", filepath.Join(dir, ".bin")+string(filepath.Separator), "."); err != nil {
		return err
	}
	required, err := run("list", "-m", "-f", "{{.Path}}", "all")
	if err != nil {
		return err
	}
	return strangers(m, strings.Fields(required))
}

// rootPath is the path of the root module; the paths of the others begin with it.
const rootPath = "github.com/ursa-authz/ursa"

// packageName returns the name in the package clause of a file.
func packageName(name string) (string, error) {
	f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.PackageClauseOnly)
	if err != nil {
		return "", err
	}
	return f.Name.Name, nil
}
