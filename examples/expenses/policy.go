package main

// This file defines findPolicy, which finds the policy for the flag -policy.

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

// A policySource is a policy and where it comes from.
type policySource struct {
	policies authz.Policies
	shown    string // its name in messages
	onDisk   bool
}

// folders are those in policies/ that are about the classes of this program.
var folders = []string{"expenses", "expenses-oso", "managed"}

// findPolicy returns the policy for a value of the flag -policy: a folder in
// policies/ by its name, or a directory, a file or a pattern on disk. In a clone of
// the repository, the folder on disk is used, so that it can be edited while the
// program runs. Elsewhere it is the copy in the program.
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
	return policySource{}, fmt.Errorf("-policy: there is no policy %q (choose from %s, or write ./%[1]s for files on disk)",
		value, strings.Join(folders, ", "))
}

// module is the first line of the repository's go.mod.
const module = "module github.com/ursa-authz/ursa"

// repository returns the path from the working directory to the root of the
// repository, if the directory is in it.
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
