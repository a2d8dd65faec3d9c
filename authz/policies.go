package authz

// This file defines Policies, where policy sources come from.
//
// A policy that lacks a file is another policy, and not always a stricter one. So nothing
// is left out silently: a pattern that matches nothing is an error. So is a directory that
// cannot be read, which fs.Glob would ignore. Only hidden names need a pattern that begins
// with a dot. An editor's lock file, or a second copy in a volume that Kubernetes mounts,
// is not part of a policy.

import (
	"cmp"
	"context"
	"crypto/sha256"
	"embed"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// Policies load the sources of a policy. Load returns all sources; together they are one
// policy. Their order does not matter, since an [Authorizer] sorts them by name. No two may
// have the same name. [New] calls Load, and so do every reload and every poll of
// [Authorizer.Watch]. An Authorizer never calls it concurrently.
type Policies interface {
	Load(ctx context.Context) ([]Source, error)
}

// constant is implemented by Policies that may be unable to change.
type constant interface{ constant() bool }

// String returns Policies with one source of the given name and text.
func String(name, text string) Policies { return literal{name, text} }

type literal Source

func (l literal) Load(context.Context) ([]Source, error) { return []Source{Source(l)}, nil }
func (l literal) constant() bool                         { return true }

// Join returns Policies with the sources of all the given ones.
func Join(policies ...Policies) Policies { return joined(policies) }

type joined []Policies

func (j joined) Load(ctx context.Context) ([]Source, error) {
	var all []Source
	for _, p := range j {
		if p == nil {
			return nil, errorf("nil Policies passed to Join")
		}
		sources, err := p.Load(ctx)
		if err != nil {
			return nil, err
		}
		all = append(all, sources...)
	}
	return all, nil
}

func (j joined) constant() bool {
	for _, p := range j {
		if c, ok := p.(constant); !ok || !c.constant() {
			return false
		}
	}
	return true
}

// FS returns Policies that read the files of fsys that match any of the patterns. The
// patterns are those of [path.Match], but only a pattern that begins with a dot matches a
// name that does, as in a shell. A pattern that matches no file is an error at load.
// Sources are named by their paths in fsys. FS reads files as [Files] does, but whether
// opening a file can block depends on fsys.
func FS(fsys fs.FS, patterns ...string) Policies {
	_, embedded := fsys.(embed.FS)
	return &files{
		patterns: patterns,
		embedded: embedded,
		sep:      "/",
		meta:     `*?[\`,
		match:    path.Match,
		stat:     func(name string) (fs.FileInfo, error) { return fs.Stat(fsys, name) },
		readDir:  func(_ context.Context, name string) ([]fs.DirEntry, error) { return fs.ReadDir(fsys, name) },
		open:     fsys.Open,
	}
}

// Files returns Policies that read the files that match any of the patterns. The patterns
// are those of [filepath.Match], but only a pattern that begins with a dot matches a name
// that does, as in a shell. A pattern that matches no file is an error at load. Sources are
// named by their paths as the patterns spell them.
//
// Files reads only regular files, all in the state of one moment: if a file changes while
// they are read, or the directory is swapped, it reads them again. A policy has at most
// 10,000 files and 16 MiB.
func Files(patterns ...string) Policies {
	f := &files{
		patterns: patterns,
		sep:      string(filepath.Separator),
		meta:     `*?[`,
		match:    filepath.Match,
		stat:     os.Stat,
		readDir:  readDir,
		open:     func(name string) (fs.File, error) { return openFile(name) },
	}
	if f.sep != `\` {
		f.meta += `\`
	}
	return f
}

// files are Policies from a file system.
type files struct {
	patterns []string
	embedded bool
	sep      string // between the elements of a name
	meta     string // the characters with a special meaning in patterns

	match   func(pattern, name string) (bool, error)
	stat    func(name string) (fs.FileInfo, error)
	readDir func(ctx context.Context, name string) ([]fs.DirEntry, error)
	open    func(name string) (fs.File, error)
}

func (f *files) constant() bool { return f.embedded }

// names returns the names of the files, sorted.
func (f *files) names(ctx context.Context) ([]string, error) {
	var names []string
	for _, pattern := range f.patterns {
		if _, err := f.match(pattern, ""); err != nil {
			return nil, errorf("policy pattern %q: %w", pattern, err)
		}
		found, err := f.glob(ctx, pattern)
		if err != nil {
			return nil, errorf("policy pattern %q: %w", pattern, err)
		}
		if len(found) == 0 {
			return nil, errorf("policy pattern %q matches nothing: %w", pattern, fs.ErrNotExist)
		}
		names = append(names, found...)
	}
	slices.Sort(names)
	if names = slices.Compact(names); len(names) > maxPolicyFiles {
		return nil, errorf("the policy has more than %d files", maxPolicyFiles)
	}
	return names, nil
}

// glob returns the names that match a pattern. It recurses once per element of the pattern.
func (f *files) glob(ctx context.Context, pattern string) ([]string, error) {
	if !strings.ContainsAny(pattern, f.meta) {
		return f.exists(pattern)
	}
	dir, last := "", pattern
	if i := strings.LastIndex(pattern, f.sep); i >= 0 {
		dir, last = pattern[:i+1], pattern[i+1:]
	}
	parent := strings.TrimRight(dir, f.sep)
	if parent == "" {
		parent = cmp.Or(dir, ".")
	}
	dirs, err := f.glob(ctx, parent)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, d := range dirs {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		info, err := f.stat(d)
		if err != nil {
			return nil, err
		}
		if !info.IsDir() {
			continue
		}
		prefix := d + f.sep
		if dir == "" {
			prefix = ""
		} else if strings.HasSuffix(d, f.sep) {
			prefix = d // the root directory
		}
		if !strings.ContainsAny(last, f.meta) {
			found, err := f.exists(prefix + last)
			if err != nil {
				return nil, err
			}
			names = append(names, found...)
			continue
		}
		entries, err := f.readDir(ctx, d)
		if err != nil {
			return nil, err
		}
		for _, e := range entries {
			if hidden(e.Name()) && !hidden(strings.TrimPrefix(last, `\`)) {
				continue
			}
			if ok, _ := f.match(last, e.Name()); ok {
				names = append(names, prefix+e.Name())
			}
		}
	}
	return names, nil
}

// hidden reports whether a name, or a pattern of names, begins with a dot.
func hidden(name string) bool { return strings.HasPrefix(name, ".") }

// exists returns the name if it is a file or directory.
func (f *files) exists(name string) ([]string, error) {
	_, err := f.stat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case err != nil:
		return nil, err
	}
	return []string{name}, nil
}

// A digest identifies the names and contents of sources.
type digest [sha256.Size]byte

// String returns the beginning of the digest in hexadecimal: long enough to distinguish
// versions, short enough for log lines.
func (d digest) String() string { return hex.EncodeToString(d[:8]) }

// digestOf returns the digest of sorted sources. It includes lengths, so that text cannot
// move from one source to the next unnoticed.
func digestOf(sources []Source) digest {
	h := sha256.New()
	var size [8]byte
	write := func(s string) {
		binary.LittleEndian.PutUint64(size[:], uint64(len(s)))
		h.Write(size[:])
		h.Write([]byte(s))
	}
	for _, s := range sources {
		write(s.Name)
		write(s.Text)
	}
	return digest(h.Sum(nil))
}
