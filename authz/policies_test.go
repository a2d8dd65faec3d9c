package authz_test

// This file tests where policies come from.

import (
	"context"
	"embed"
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/ursa-authz/ursa/authz"
)

//go:embed testdata/policies
var embedded embed.FS

func names(sources []authz.Source) []string {
	var names []string
	for _, s := range sources {
		names = append(names, s.Name)
	}
	return names
}

func TestFS(t *testing.T) {
	mem := fstest.MapFS{
		"a.polar":       {Data: []byte("a")},
		"b.polar":       {Data: []byte("b")},
		"b.txt":         {Data: []byte("text")},
		"x/c.polar":     {Data: []byte("c")},
		"y/c.polar":     {Data: []byte("c")},
		"y/z/d.polar":   {Data: []byte("d")},
		"[odd]/e.polar": {Data: []byte("e")},

		".#a.polar":        {Data: []byte("an editor's")},
		"..data/c.polar":   {Data: []byte("a volume's")},
		"y/.hidden/.polar": {Data: []byte("hidden")},
	}
	tests := []struct {
		patterns []string
		want     []string
		err      string
	}{
		{[]string{"*.polar"}, []string{"a.polar", "b.polar"}, ""},
		{[]string{"b.polar", "*.polar", "a.polar"}, []string{"a.polar", "b.polar"}, ""},
		{[]string{"*/c.polar"}, []string{"x/c.polar", "y/c.polar"}, ""},
		{[]string{"*/*.polar"}, []string{"[odd]/e.polar", "x/c.polar", "y/c.polar"}, ""},
		{[]string{"y/*/?.polar"}, []string{"y/z/d.polar"}, ""},
		{[]string{"[xy]/c.polar"}, []string{"x/c.polar", "y/c.polar"}, ""},
		{[]string{`\[odd\]/e.polar`}, []string{"[odd]/e.polar"}, ""},
		{[]string{".#*.polar"}, []string{".#a.polar"}, ""},
		{[]string{`\.*.polar`}, []string{".#a.polar"}, ""},
		{[]string{"..data/*.polar"}, []string{"..data/c.polar"}, ""},
		{[]string{".*/*.polar"}, []string{"..data/c.polar"}, ""},
		{[]string{"y/.hidden/.polar"}, []string{"y/.hidden/.polar"}, ""},
		{[]string{"y/.hidden/*.polar"}, nil, "matches nothing"},
		{[]string{"[.]*.polar"}, nil, "matches nothing"},
		{nil, nil, "no patterns"},
		{[]string{"*.polar", "*.rego"}, nil, `"*.rego" matches nothing`},
		{[]string{"missing/*.polar"}, nil, "matches nothing"},
		{[]string{"missing.polar"}, nil, "matches nothing"},
		{[]string{"a.polar/*"}, nil, "matches nothing"},
		{[]string{"["}, nil, "syntax error in pattern"},
		{[]string{"*"}, nil, `"[odd]" is not a regular file`},
		{[]string{"../*.polar"}, nil, "matches nothing"},
		{[]string{"/a.polar"}, nil, "matches nothing"},
	}
	for _, tt := range tests {
		got, err := authz.FS(mem, tt.patterns...).Load(t.Context())
		if !reflect.DeepEqual(names(got), tt.want) || (err == nil) != (tt.err == "") || err != nil && !strings.Contains(err.Error(), tt.err) {
			t.Errorf("%q: %q, %v; want %q, %q", tt.patterns, names(got), err, tt.want, tt.err)
		}
	}
	got, err := authz.FS(embedded, "testdata/policies/*.polar", "testdata/policies/*/*.polar").Load(t.Context())
	if err != nil || len(got) != 2 || got[1].Text != "allow bob read Expense\n" {
		t.Errorf("embedded: %v, %v", got, err)
	}
}

// brokenFS is a file system in which a directory cannot be read.
type brokenFS struct{ fstest.MapFS }

func (b brokenFS) ReadDir(name string) ([]fs.DirEntry, error) {
	if path.Base(name) == "broken" {
		return nil, errPolicy
	}
	return b.MapFS.ReadDir(name)
}

func (b brokenFS) Stat(name string) (fs.FileInfo, error) {
	if path.Base(name) == "sealed" {
		return nil, errPolicy
	}
	return b.MapFS.Stat(name)
}

func (b brokenFS) Open(name string) (fs.File, error) {
	if path.Base(name) == "broken.polar" {
		return nil, errPolicy
	}
	return b.MapFS.Open(name)
}

func TestFSLeavesNothingOut(t *testing.T) {
	fsys := brokenFS{fstest.MapFS{
		"ok/a.polar":      {},
		"broken/b.polar":  {},
		"ok/broken.polar": {},
	}}
	for _, pattern := range []string{"*/*.polar", "ok/*.polar", "sealed/*.polar", "ok/sealed", "*/sealed"} {
		if got, err := authz.FS(fsys, pattern).Load(t.Context()); !errors.Is(err, errPolicy) || got != nil {
			t.Errorf("%s: %v, %v; want the error", pattern, names(got), err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := authz.FS(fsys, "ok/a.polar").Load(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("canceled: %v", err)
	}
}

func TestFiles(t *testing.T) {
	t.Chdir("testdata/policies")
	abs, err := filepath.Abs("a.polar")
	if err != nil {
		t.Fatal(err)
	}
	slash := func(names []string) []string {
		for i := range names {
			names[i] = filepath.ToSlash(names[i])
		}
		return names
	}
	tests := []struct {
		pattern string
		want    []string
	}{
		{"*.polar", []string{"a.polar"}},
		{"./*.polar", []string{"./a.polar"}},
		{"*/*.polar", []string{"sub/b.polar"}},
		{"sub/../*.polar", []string{"sub/../a.polar"}},
		{"../policies/a.polar", []string{"../policies/a.polar"}},
		{abs, []string{filepath.ToSlash(abs)}},
		{filepath.Join(filepath.Dir(abs), "*.polar"), []string{filepath.ToSlash(abs)}},
		{"*.rego", nil},
		{"sub", nil},
	}
	for _, tt := range tests {
		got, err := authz.Files(filepath.FromSlash(tt.pattern)).Load(t.Context())
		if !reflect.DeepEqual(slash(names(got)), tt.want) || (err == nil) != (tt.want != nil) {
			t.Errorf("%q: %q, %v; want %q", tt.pattern, names(got), err, tt.want)
		}
	}
}

func TestFilesThatAreNone(t *testing.T) {
	dir := t.TempDir()
	if err := os.Symlink(filepath.Join(dir, "missing"), filepath.Join(dir, "dangling.polar")); err != nil {
		t.Skip("no symbolic links here:", err)
	}
	if got, err := authz.Files(filepath.Join(dir, "*.polar")).Load(t.Context()); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("dangling link: %v, %v, want an error", names(got), err)
	}
}

func TestVersion(t *testing.T) {
	version := func(policies ...authz.Policies) string {
		az, err := authz.New(authz.Config{Policies: authz.Join(policies...), Engine: facts{}})
		if err != nil {
			t.Fatal(err)
		}
		return az.Version()
	}
	a, b := authz.String("a", "allow a b c"), authz.String("b", "allow d e f")
	if version(a, b) != version(b, a) {
		t.Error("the version depends on the order of the sources")
	}
	seen := make(map[string]bool)
	for _, v := range []string{
		version(a),
		version(a, b),
		version(authz.String("a", "allow a b c ")),
		version(authz.String("b", "allow a b c")),
		version(authz.String("ab", "allow d e f")),
		version(authz.String("aallow a b c", "")),
		version(a, authz.String("b", "")),
		version(authz.String("a\x0b\x00\x00\x00\x00\x00\x00\x00allow a b cb", "")),
	} {
		if seen[v] || len(v) != 16 {
			t.Errorf("version %q is not unique", v)
		}
		seen[v] = true
	}
}

func TestNotWatchable(t *testing.T) {
	files := authz.FS(os.DirFS("testdata"), "policies/*.polar")
	constant := authz.FS(embedded, "testdata/policies/*.polar")
	str := authz.String("p", "allow a b c")
	for _, tt := range []struct {
		name     string
		policies authz.Policies
		want     error
	}{
		{"string", str, authz.ErrNotWatchable},
		{"embedded", constant, authz.ErrNotWatchable},
		{"joined", authz.Join(str, constant), authz.ErrNotWatchable},
		{"directory", files, context.Canceled},
		{"joined with a directory", authz.Join(str, files), context.Canceled},
	} {
		az, err := authz.New(authz.Config{Policies: tt.policies, Engine: facts{}})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := az.Watch(ctx, time.Second); !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, err, tt.want)
		}
		if err := az.Watch(ctx, 0); err == nil {
			t.Errorf("%s: watches every 0 s", tt.name)
		}
	}
}
