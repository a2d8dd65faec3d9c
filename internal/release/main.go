// Release makes a release of all modules of this repository, in lockstep:
//
//	go -C internal/release run . v0.2.0
//
// It checks that the work tree is clean and that CHANGELOG.md has a section for the
// version. It compares the exported API of stable packages with that of the last
// release, makes a module source of all published modules, and builds a program
// against each module from there, as go get would. Only if all of that succeeds, it
// makes the release commit, in which the modules require each other by version, and
// its tags. It does not push; it prints the commands that do. With -n it stops after
// the checks.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"

	"golang.org/x/mod/semver"
)

func main() {
	checkOnly := flag.Bool("n", false, "check only: make no commit and no tags")
	flag.Usage = func() {
		fmt.Fprintln(flag.CommandLine.Output(), "usage: release [-n] vMAJOR.MINOR.PATCH")
		flag.PrintDefaults()
	}
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if flag.NArg() != 1 {
		flag.Usage()
		os.Exit(2)
	}
	if err := run(ctx, flag.Arg(0), *checkOnly); err != nil {
		fmt.Fprintln(os.Stderr, "release:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, version string, checkOnly bool) error {
	if !semver.IsValid(version) || semver.Canonical(version) != version || semver.Major(version) > "v1" {
		return fmt.Errorf("%q is not a valid version (use the form v0.2.0; from v2 on, module paths need a suffix)", version)
	}
	root, err := output(ctx, ".", "git", "rev-parse", "--show-toplevel")
	if err != nil {
		return err
	}
	if changed, err := output(ctx, root, "git", "status", "--porcelain"); err != nil {
		return err
	} else if changed != "" {
		return errors.New("the work tree is not clean (commit or stash the changes)")
	}
	log, err := os.ReadFile(filepath.Join(root, "CHANGELOG.md"))
	if err != nil {
		return err
	}
	if err := checkChangelog(string(log), version); err != nil {
		return err
	}
	modules, err := findModules(root)
	if err != nil {
		return err
	}
	published := publishedOf(modules)

	scratch, err := os.MkdirTemp("", "release")
	if err != nil {
		return err
	}
	defer os.RemoveAll(scratch)
	tree := filepath.Join(scratch, "tree")
	if err := copyTree(ctx, root, tree); err != nil {
		return err
	}
	if err := compareAPI(ctx, root, version); err != nil {
		return err
	}
	fmt.Println("making a module source of", len(published), "modules")
	source := filepath.Join(scratch, "source")
	if err := writeSource(tree, source, published, version); err != nil {
		return err
	}
	for _, m := range published {
		fmt.Println("building a program that uses", m.path)
		if err := consume(ctx, filepath.Join(scratch, "consumers", m.dir), source, tree, m, version); err != nil {
			return err
		}
	}
	if checkOnly {
		return nil
	}
	return commit(ctx, root, tree, filepath.Join(scratch, "release"), published, version)
}

// commit commits the go.mod and go.sum files of tree on top of HEAD, and tags the
// commit. It does not change the branch and the work tree, where the modules still
// replace each other by their directories.
func commit(ctx context.Context, root, tree, dir string, published []module, version string) error {
	if _, err := output(ctx, root, "git", "worktree", "add", "--detach", dir, "HEAD"); err != nil {
		return err
	}
	defer output(context.WithoutCancel(ctx), root, "git", "worktree", "remove", "--force", dir)
	for _, m := range published {
		for _, name := range []string{"go.mod", "go.sum"} {
			if err := copyFile(filepath.Join(tree, m.dir, name), filepath.Join(dir, m.dir, name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return err
			}
		}
	}
	if _, err := output(ctx, dir, "git", "add", "--all"); err != nil {
		return err
	}
	if _, err := output(ctx, dir, "git", "commit", "--allow-empty", "--message", "Release "+version); err != nil {
		return err
	}
	head, err := output(ctx, dir, "git", "rev-parse", "HEAD")
	if err != nil {
		return err
	}
	var tags []string
	for _, m := range published {
		tags = append(tags, m.tag(version))
	}
	for _, tag := range tags {
		if _, err := output(ctx, root, "git", "tag", "--annotate", "--message", tag, tag, head); err != nil {
			return err
		}
	}
	fmt.Printf("\nTagged %s. To publish it:\n\n    git push origin %s\n", head, strings.Join(tags, " "))
	return nil
}

// output runs a command and returns its output, without surrounding white space.
func output(ctx context.Context, dir, name string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = dir
	return outputOf(cmd)
}

func outputOf(cmd *exec.Cmd) (string, error) {
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("%s: %w\n%s%s", strings.Join(cmd.Args, " "), err, out, stderr.String())
	}
	return strings.TrimSpace(string(out)), nil
}
