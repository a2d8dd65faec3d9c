package main

// This file defines where the policy comes from: from a folder of policies/ on
// disk where there is one, so that it can be edited while the program runs, else
// from the copy in the program; or from any files.

import (
	"bufio"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/ursa-authz/ursa/authz"
	"github.com/ursa-authz/ursa/policies"
)

// A policySource is where a policy comes from.
type policySource struct {
	policies authz.Policies
	shown    string // for people
	onDisk   bool
}

// findPolicy returns the policy that the flag -policy means: the name of a folder
// of policies/, or else a directory, a file or a pattern on disk.
func findPolicy(value string) (policySource, error) {
	if strings.ContainsAny(value, `/\*?[.`) {
		pattern := value
		if info, err := os.Stat(value); err == nil && info.IsDir() {
			pattern = filepath.Join(value, "*.polar")
		}
		return policySource{authz.Files(pattern), pattern, true}, nil
	}
	if dir, ok := repository(); ok {
		folder := filepath.Join(dir, "policies", value)
		if info, err := os.Stat(folder); err == nil && info.IsDir() {
			pattern := filepath.Join(folder, "*.polar")
			return policySource{authz.Files(pattern), pattern, true}, nil
		}
	}
	if found, _ := fs.Glob(policies.FS, value+"/*.polar"); len(found) > 0 {
		pattern := value + "/*.polar"
		return policySource{authz.FS(policies.FS, pattern), "the copy of policies/" + pattern + " in the program", false}, nil
	}
	var names []string
	if entries, err := fs.ReadDir(policies.FS, "."); err == nil {
		for _, e := range entries {
			names = append(names, e.Name())
		}
	}
	return policySource{}, fmt.Errorf("-policy: there is no %q, but %s; files on disk are named with a slash or a dot in it, as in ./%[1]s",
		value, strings.Join(names, ", "))
}

// module is how the file go.mod of the repository begins.
const module = "module github.com/ursa-authz/ursa"

// repository returns the path to the repository that the working directory
// belongs to, relative to it.
func repository() (dir string, ok bool) {
	wd, err := os.Getwd()
	if err != nil {
		return "", false
	}
	dir = "."
	for {
		if firstLine(filepath.Join(dir, "go.mod")) == module {
			return dir, true
		}
		parent := filepath.Dir(wd)
		if parent == wd {
			return "", false
		}
		wd, dir = parent, filepath.Join(dir, "..")
	}
}

// firstLine returns the first line of a file, or "".
func firstLine(name string) string {
	f, err := os.Open(name)
	if err != nil {
		return ""
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Scan()
	return lines.Text()
}
