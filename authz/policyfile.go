package authz

// This file defines how policy files are read: completely, only regular files, and all in
// the state of one moment.
//
// Anything may happen to a file between two system calls. It may become a pipe, on which
// opening and reading block forever, or a device. It may grow while it is read. A
// deployment may swap its directory, so that the first files are from the old policy and
// the last ones from the new. So files are checked again after they were opened, reads are
// bounded, and files that changed in the meantime are read again.

import (
	"cmp"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"slices"
	"time"
)

const (
	maxPolicyBytes = 16 << 20 // of all sources of a policy; 10,000 rules are about 1 MB
	maxPolicyFiles = 10_000
	maxDirEntries  = 100_000 // of a directory in which a pattern matches names

	// readTries is how often files are read that change while they are read. A deployment
	// changes them once. Files that change all the time are an error.
	readTries = 5
)

// errChanged means that files changed while they were read.
var errChanged = errorf("the policy files changed while they were read")

// A stamp identifies the state in which a file was read.
type stamp struct {
	name    string
	size    int64
	modTime time.Time
	info    fs.FileInfo
}

func stampOf(name string, info fs.FileInfo) stamp {
	return stamp{name, info.Size(), info.ModTime(), info}
}

// same reports whether there is no sign that a file has changed.
func (s stamp) same(t stamp) bool {
	return s.name == t.name && s.size == t.size && s.modTime.Equal(t.modTime) &&
		(os.SameFile(s.info, t.info) || !os.SameFile(s.info, s.info)) // os.SameFile is always false for files of other file systems
}

// Load reads the files until they are unchanged afterwards.
func (f *files) Load(ctx context.Context) ([]Source, error) {
	if len(f.patterns) == 0 {
		return nil, errorf("no patterns for policy files")
	}
	var sources []Source
	for range readTries {
		names, err := f.names(ctx)
		if err != nil {
			return nil, err
		}
		var read []stamp
		if sources, read, err = f.readAll(ctx, names); errors.Is(err, errChanged) {
			continue
		} else if err != nil {
			return nil, err
		}
		now, err := f.names(ctx)
		if err != nil {
			return nil, err
		}
		if slices.Equal(names, now) && f.unchanged(ctx, read) {
			return sources, nil
		}
	}
	return nil, errChanged
}

// readAll reads the named files.
func (f *files) readAll(ctx context.Context, names []string) ([]Source, []stamp, error) {
	sources, stamps := make([]Source, len(names)), make([]stamp, len(names))
	left := maxPolicyBytes
	for i, name := range names {
		text, at, err := f.read(ctx, name, left)
		if err != nil {
			return nil, nil, err
		}
		left -= len(text)
		sources[i], stamps[i] = Source{Name: name, Text: text}, at
	}
	return sources, stamps, nil
}

// unchanged reports whether the files are still those that were read.
func (f *files) unchanged(ctx context.Context, read []stamp) bool {
	for _, s := range read {
		info, err := f.stat(s.name)
		if err != nil || ctx.Err() != nil || !s.same(stampOf(s.name, info)) {
			return false
		}
	}
	return true
}

// read reads one file of at most most bytes.
func (f *files) read(ctx context.Context, name string, most int) (string, stamp, error) {
	if err := ctx.Err(); err != nil {
		return "", stamp{}, err
	}
	info, err := f.stat(name) // before opening, which could have an effect on a device
	if err == nil {
		err = regular(name, info)
	}
	if err != nil {
		return "", stamp{}, err
	}
	file, err := f.open(name)
	if err != nil {
		return "", stamp{}, err
	}
	defer file.Close()
	if info, err = file.Stat(); err == nil {
		err = regular(name, info) // it may be another file by now
	}
	if err != nil {
		return "", stamp{}, err
	}
	text, err := readText(ctx, file, most)
	if err != nil {
		return "", stamp{}, errorf("policy %q: %w", name, err)
	}
	before := stampOf(name, info)
	if info, err = file.Stat(); err != nil {
		return "", stamp{}, err
	}
	if !before.same(stampOf(name, info)) {
		return "", stamp{}, errChanged
	}
	return text, before, nil
}

// regular returns an error for a file that is not regular: reading a pipe might block
// forever.
func regular(name string, info fs.FileInfo) error {
	if !info.Mode().IsRegular() {
		return errorf("policy %q is not a regular file", name)
	}
	return nil
}

// errTooLarge means that a policy is too large.
var errTooLarge = errorf("the policy is larger than %d bytes", maxPolicyBytes)

// readText reads a file to its end, but at most most bytes.
func readText(ctx context.Context, file io.Reader, most int) (string, error) {
	var text []byte
	const maxIdle = 100 // consecutive reads of nothing
	for idle := 0; idle < maxIdle; {
		if err := ctx.Err(); err != nil {
			return "", err
		}
		text = slices.Grow(text, 1<<16)
		n, err := file.Read(text[len(text) : len(text)+1<<16])
		text = text[:len(text)+n]
		switch {
		case len(text) > most:
			return "", errTooLarge
		case err == io.EOF:
			return string(text), nil
		case err != nil:
			return "", err
		case n > 0:
			idle = 0
		default:
			idle++
		}
	}
	return "", io.ErrNoProgress
}

// readDir returns the entries of a directory of the operating system, sorted by name.
func readDir(ctx context.Context, name string) ([]fs.DirEntry, error) {
	dir, err := openFile(name)
	if err != nil {
		return nil, err
	}
	defer dir.Close()
	var all []fs.DirEntry
	for {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		entries, err := dir.ReadDir(1000)
		all = append(all, entries...)
		switch {
		case len(all) > maxDirEntries:
			return nil, errorf("the directory %q has more than %d entries", name, maxDirEntries)
		case err == io.EOF || err == nil && len(entries) == 0:
			slices.SortFunc(all, func(x, y fs.DirEntry) int { return cmp.Compare(x.Name(), y.Name()) })
			return all, nil
		case err != nil:
			return nil, err
		}
	}
}

// openFile opens a file without blocking: opening a pipe for reading blocks until a writer
// opens it.
func openFile(name string) (*os.File, error) {
	return os.OpenFile(name, os.O_RDONLY|openFlags, 0)
}
