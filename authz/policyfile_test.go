package authz_test

// This file tests policy files that change while they are read.

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/ursa-authz/ursa/authz"
)

// A shiftyFS is a file system whose files change between two calls.
type shiftyFS struct {
	fstest.MapFS
	opened func(name string, f fs.File) (fs.File, error) // called by Open
}

func (s *shiftyFS) Open(name string) (fs.File, error) {
	f, err := s.MapFS.Open(name)
	if err == nil && s.opened != nil && strings.HasSuffix(name, ".polar") {
		return s.opened(name, f)
	}
	return f, err
}

// Stat does not go through Open, so that opened is called for reads only.
func (s *shiftyFS) Stat(name string) (fs.FileInfo, error) { return s.MapFS.Stat(name) }

// A shiftyFile is a file with some methods replaced.
type shiftyFile struct {
	fs.File
	stat func() (fs.FileInfo, error)
	read func([]byte) (int, error)
}

func (f shiftyFile) Stat() (fs.FileInfo, error) {
	if f.stat != nil {
		return f.stat()
	}
	return f.File.Stat()
}

func (f shiftyFile) Read(b []byte) (int, error) {
	if f.read != nil {
		return f.read(b)
	}
	return f.File.Read(b)
}

// info is a FileInfo.
type info struct {
	fs.FileInfo
	mode fs.FileMode
	size int64
}

func (i info) Mode() fs.FileMode { return i.mode }
func (i info) Size() int64       { return i.size }

func TestFilesThatChange(t *testing.T) {
	const small = "allow alice read Expense"
	replaced := func(mode fs.FileMode) func(string, fs.File) (fs.File, error) {
		return func(name string, f fs.File) (fs.File, error) {
			return shiftyFile{File: f,
				stat: func() (fs.FileInfo, error) { return info{mode: mode}, nil },
				read: func([]byte) (int, error) { panic("it was read") },
			}, nil
		}
	}
	for _, tt := range []struct {
		name   string
		opened func(name string, f fs.File) (fs.File, error)
		err    string
	}{
		{"a pipe in the place of the file", replaced(fs.ModeNamedPipe | 0o600), "not a regular file"},
		{"a directory in the place of the file", replaced(fs.ModeDir | 0o700), "not a regular file"},
		{"a device in the place of the file", replaced(fs.ModeDevice | 0o600), "not a regular file"},
		{"a socket in the place of the file", replaced(fs.ModeSocket | 0o600), "not a regular file"},
		{"a file that was removed", func(string, fs.File) (fs.File, error) { return nil, fs.ErrNotExist }, fs.ErrNotExist.Error()},
		{"a file without an end", func(_ string, f fs.File) (fs.File, error) {
			return shiftyFile{File: f, read: func(b []byte) (int, error) { return len(b), nil }}, nil
		}, "larger than"},
		{"a read that gives nothing", func(_ string, f fs.File) (fs.File, error) {
			return shiftyFile{File: f, read: func([]byte) (int, error) { return 0, nil }}, nil
		}, io.ErrNoProgress.Error()},
		{"a read that fails half way", func(_ string, f fs.File) (fs.File, error) {
			return shiftyFile{File: f, read: func(b []byte) (int, error) { return copy(b, small), errPolicy }}, nil
		}, errPolicy.Error()},
		{"a file that cannot be looked at", func(_ string, f fs.File) (fs.File, error) {
			return shiftyFile{File: f, stat: func() (fs.FileInfo, error) { return nil, errPolicy }}, nil
		}, errPolicy.Error()},
		{"a file that grows with each look", func() func(string, fs.File) (fs.File, error) {
			size := int64(0)
			return func(_ string, f fs.File) (fs.File, error) {
				return shiftyFile{File: f, stat: func() (fs.FileInfo, error) {
					size++
					return info{mode: 0o600, size: size, FileInfo: must(f.Stat())}, nil
				}}, nil
			}
		}(), "changed while they were read"},
		{"a panic", func(string, fs.File) (fs.File, error) { panic("secret") }, "panic"},
	} {
		fsys := &shiftyFS{MapFS: fstest.MapFS{"a.polar": {Data: []byte(small)}}}
		az, err := authz.New(authz.Config{Policies: authz.FS(fsys, "*.polar"), Engine: facts{}})
		if err != nil {
			t.Fatal(err)
		}
		version := az.Version()
		fsys.opened = tt.opened
		err = az.Reload(t.Context())
		if err == nil || !strings.Contains(err.Error(), tt.err) || strings.Contains(err.Error(), "secret") || az.Version() != version {
			t.Errorf("%s: %v; want %q", tt.name, err, tt.err)
		}
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// TestFilesOfOneTime tests that all files are from one version of a directory, even if it
// is swapped while they are read.
func TestFilesOfOneTime(t *testing.T) {
	version := func(n int, files ...string) fstest.MapFS {
		m := fstest.MapFS{}
		for _, name := range files {
			m[name] = &fstest.MapFile{Data: fmt.Appendf(nil, "%s of version %d", name, n), ModTime: time.Unix(int64(n), 0)}
		}
		return m
	}
	first, second := version(1, "a.polar", "b.polar"), version(2, "a.polar", "b.polar", "c.polar")
	for _, after := range []string{"a.polar", "b.polar"} {
		fsys := &shiftyFS{MapFS: first}
		fsys.opened = func(name string, f fs.File) (fs.File, error) {
			if name == after {
				fsys.MapFS = second
			}
			return f, nil
		}
		got, err := authz.FS(fsys, "*.polar").Load(t.Context())
		if err != nil || len(got) != 3 {
			t.Fatalf("%v, %v", names(got), err)
		}
		for _, s := range got {
			if s.Text != s.Name+" of version 2" {
				t.Errorf("swapped at %s: %s is %q", after, s.Name, s.Text)
			}
		}
	}

	// Files that change all the time are an error.
	fsys, n := &shiftyFS{MapFS: first}, 1
	fsys.opened = func(name string, f fs.File) (fs.File, error) {
		n++
		fsys.MapFS = version(n, "a.polar", "b.polar")
		return f, nil
	}
	if got, err := authz.FS(fsys, "*.polar").Load(t.Context()); err == nil || got != nil || n > 50 {
		t.Errorf("%v, %v, %d reads", names(got), err, n)
	}
}

// TestSwappedLink tests a directory as Kubernetes mounts it: the files are links into a
// directory that is itself a link, which is swapped.
func TestSwappedLink(t *testing.T) {
	dir := t.TempDir()
	for _, v := range []string{"v1", "v2"} {
		for _, name := range []string{"a.polar", "b.polar"} {
			writeFile(t, filepath.Join(dir, ".."+v, name), v+" "+name)
		}
	}
	link := func(to string) {
		tmp := filepath.Join(dir, "..tmp")
		if err := os.Symlink(to, tmp); err != nil {
			t.Skip(err)
		}
		if err := os.Rename(tmp, filepath.Join(dir, "..data")); err != nil {
			t.Fatal(err)
		}
	}
	link("..v1")
	for _, name := range []string{"a.polar", "b.polar"} {
		if err := os.Symlink(filepath.Join("..data", name), filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	policies := authz.Files(filepath.Join(dir, "*.polar"))
	mixed := 0
	for i := range 200 {
		// One deployment while the files are read. A second one in the same moment that
		// undoes the first could not be told from none.
		swapped := make(chan struct{})
		go func() {
			defer close(swapped)
			link([]string{"..v2", "..v1"}[i%2])
		}()
		sources, err := policies.Load(t.Context())
		<-swapped
		if err != nil {
			if !strings.Contains(err.Error(), "changed while") && !errors.Is(err, fs.ErrNotExist) {
				t.Error(err)
			}
			continue
		}
		if len(sources) != 2 || sources[0].Text[:2] != sources[1].Text[:2] {
			mixed++
		}
	}
	if mixed > 0 {
		t.Errorf("%d policies are of two versions", mixed)
	}
}

func writeFile(t *testing.T, name, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestBoundsOfPolicies tests the bounds on size and number, for every kind of source.
func TestBoundsOfPolicies(t *testing.T) {
	large := strings.Repeat("#", 9<<20)
	many := fstest.MapFS{}
	for i := range 10_001 {
		many[fmt.Sprintf("%d.polar", i)] = &fstest.MapFile{}
	}
	for _, tt := range []struct {
		name     string
		policies authz.Policies
		err      string
	}{
		{"one large source", authz.String("a", large+large), "larger than"},
		{"two large sources", authz.Join(authz.String("a", large), authz.String("b", large)), "larger than"},
		{"two large files", authz.FS(fstest.MapFS{"a": {Data: []byte(large)}, "b": {Data: []byte(large)}}, "*"), "larger than"},
		{"many files", authz.FS(many, "*.polar"), "more than 10000 files"},
	} {
		if _, err := authz.New(authz.Config{Policies: tt.policies, Engine: facts{}}); err == nil || !strings.Contains(err.Error(), tt.err) {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
}

// A stuck is Policies and an Engine that hang until they are released, even if the context
// ends.
type stuck struct {
	facts
	text    string
	entered chan struct{} // receives something when a call hangs
	release chan struct{}
	loads   bool // Load hangs
	builds  bool // Compile hangs
}

func (s *stuck) hang() {
	s.entered <- struct{}{}
	<-s.release
}

func (s *stuck) Load(context.Context) ([]authz.Source, error) {
	text := s.text
	if s.loads {
		s.hang()
	}
	return []authz.Source{{Name: "p", Text: text}}, nil
}

func (s *stuck) Compile(ctx context.Context, in authz.Input) (authz.Policy, []authz.Diagnostic, error) {
	if s.builds {
		s.hang()
	}
	return s.facts.Compile(ctx, in)
}

// TestReloadEndsWithItsContext tests that a Reload returns when its context ends, even if
// the engine or the sources hang. Their result is dropped, and the next Reload waits for
// them.
func TestReloadEndsWithItsContext(t *testing.T) {
	for _, name := range []string{"load", "compile"} {
		s := &stuck{text: forAlice, entered: make(chan struct{}, 100), release: make(chan struct{})}
		az := newAuthorizer(t, "", func(c *authz.Config) { c.Policies, c.Engine = s, s })
		version := az.Version()

		s.text, s.loads, s.builds = forBob, name == "load", name == "compile"
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error)
		go func() { ended <- az.Reload(ctx) }()
		<-s.entered
		cancel()
		if err := <-ended; !errors.Is(err, context.Canceled) || az.Version() != version {
			t.Errorf("%s: %v", name, err)
		}
		// The next one cannot begin before the first has returned, and does not wait forever.
		if err := az.Reload(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: while one hangs: %v", name, err)
		}
		close(s.release) // from here on nothing hangs
		if err := az.Reload(t.Context()); err != nil || reader(t, az) != "bob" {
			t.Errorf("%s: afterwards %v, and %s may read", name, err, reader(t, az))
		}
	}
}

// TestEntriesOfDirectories tests that a pattern's directory is read in order, whatever
// its size.
func TestEntriesOfDirectories(t *testing.T) {
	dir := t.TempDir()
	var want []string
	for i := range 2500 {
		name := filepath.Join(dir, fmt.Sprintf("%d.polar", i))
		want = append(want, name)
		if err := os.WriteFile(name, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	slices.Sort(want)
	got, err := authz.Files(filepath.Join(dir, "*.polar")).Load(t.Context())
	if err != nil || !slices.Equal(names(got), want) {
		t.Errorf("%d names, %v", len(got), err)
	}
}
