package main

// This file compares the exported API of stable packages with that of the last
// release.

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/mod/semver"
)

// stablePackages are the packages whose API is stable within a major version; their
// doc comments say so.
var stablePackages = []string{
	rootPath + "/authz", rootPath + "/authz/authztest", rootPath + "/authz/filter",
	rootPath + "/adapters/gorm", rootPath + "/adapters/nethttp",
}

// compareAPI prints the differences between the API of the work tree and that of the
// last release. An incompatible change is an error, unless the version may have one:
// before v1, a minor version may.
func compareAPI(ctx context.Context, root, version string) error {
	tags, err := output(ctx, root, "git", "tag", "--list", "v*")
	if err != nil {
		return err
	}
	last := lastBefore(strings.Fields(tags), version)
	if last == "" {
		fmt.Println("there is no earlier release, so there is no API to compare with")
		return nil
	}
	before, err := os.MkdirTemp("", "release")
	if err != nil {
		return err
	}
	defer os.RemoveAll(before)
	old := filepath.Join(before, "tree")
	if _, err := output(ctx, root, "git", "worktree", "add", "--detach", old, last); err != nil {
		return err
	}
	defer output(context.WithoutCancel(ctx), root, "git", "worktree", "remove", "--force", old)
	incompatible := false
	for _, pkg := range stablePackages {
		was, is := hasPackage(old, pkg), hasPackage(root, pkg)
		var report string
		switch {
		case !was:
			continue
		case !is:
			report = "Incompatible changes:\n- the package was removed"
		default:
			if report, err = apiDiff(ctx, before, old, root, pkg); err != nil {
				return err
			}
		}
		if report != "" {
			fmt.Printf("%s since %s:\n%s\n", pkg, last, report)
		}
		incompatible = incompatible || strings.Contains(report, "Incompatible changes:")
	}
	if incompatible && !mayBreak(last, version) {
		return fmt.Errorf("%s changes the API of %s incompatibly (choose a higher version)", version, last)
	}
	return nil
}

// lastBefore returns the highest of the versions that is lower than version, or "".
func lastBefore(versions []string, version string) string {
	semver.Sort(versions)
	for _, v := range slices.Backward(versions) {
		if semver.IsValid(v) && semver.Prerelease(v) == "" && semver.Compare(v, version) < 0 {
			return v
		}
	}
	return ""
}

// mayBreak reports whether version may change the API of last incompatibly.
func mayBreak(last, version string) bool {
	if semver.Major(last) != semver.Major(version) {
		return true
	}
	return semver.Major(version) == "v0" && semver.MajorMinor(last) != semver.MajorMinor(version)
}

// hasPackage reports whether a tree has a package of the root module.
func hasPackage(tree, pkg string) bool {
	_, err := os.Stat(filepath.Join(tree, filepath.FromSlash(strings.TrimPrefix(pkg, rootPath+"/"))))
	return err == nil
}

// apiDiff returns apidiff's report on a package in two trees.
func apiDiff(ctx context.Context, scratch, old, now, pkg string) (string, error) {
	here, err := os.Getwd()
	if err != nil {
		return "", err
	}
	var files []string
	tool := filepath.Join(scratch, "apidiff")
	if _, err := os.Stat(tool); err != nil {
		if _, err := output(ctx, here, "go", "build", "-o", tool, "golang.org/x/exp/cmd/apidiff"); err != nil {
			return "", err
		}
	}
	for name, tree := range map[string]string{"old": old, "new": now} {
		file := filepath.Join(scratch, name+".export")
		cmd := exec.CommandContext(ctx, tool, "-w", file, pkg)
		cmd.Dir = tree
		cmd.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=-mod=mod")
		if _, err := outputOf(cmd); err != nil {
			return "", err
		}
		files = append(files, file)
	}
	slices.Sort(files)                                 // new.export, old.export
	return output(ctx, here, tool, files[1], files[0]) // old, then new
}
