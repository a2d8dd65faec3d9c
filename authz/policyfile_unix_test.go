//go:build unix

package authz_test

// This file tests that reading policies does not block on a pipe without a writer.

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/ursa-authz/ursa/authz"
)

func TestPipesAreNotWaitedFor(t *testing.T) {
	dir := t.TempDir()
	pipe := filepath.Join(dir, "a.polar")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Skip(err)
	}
	link := filepath.Join(dir, "link.polar")
	if err := os.Symlink(pipe, link); err != nil {
		t.Fatal(err)
	}
	for _, policies := range []authz.Policies{
		authz.Files(pipe), authz.Files(link), authz.Files(filepath.Join(dir, "*.polar")),
		authz.FS(os.DirFS(dir), "a.polar"), authz.FS(os.DirFS(dir), "*.polar"),
		authz.Files("/dev/null"), authz.Files("/dev/zero"),
	} {
		if _, err := policies.Load(t.Context()); err == nil || !strings.Contains(err.Error(), "not a regular file") {
			t.Errorf("%v", err)
		}
	}
	if _, err := authz.Files(filepath.Join(pipe, "*.polar")).Load(t.Context()); err == nil {
		t.Error("a pipe was taken for a directory")
	}
}

// TestOpenFileDoesNotWait tests the open call itself, which follows the check for pipes.
func TestOpenFileDoesNotWait(t *testing.T) {
	pipe := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Skip(err)
	}
	f, err := authz.OpenFile(pipe)
	if err != nil {
		t.Fatal(err)
	}
	f.Close()
}
