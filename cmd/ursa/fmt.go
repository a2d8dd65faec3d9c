package main

// This file defines ursa fmt.

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/rogpeppe/go-internal/diff"

	"github.com/ursa-authz/ursa/authz/polar/syntax"
)

type fmtCommand struct {
	List  bool     `short:"l" help:"List the files that are not formatted. If there are any, the exit code is 1."`
	Diff  bool     `short:"d" help:"Print what formatting changes. If that is anything, the exit code is 1."`
	Write bool     `short:"w" help:"Write the result to the file."`
	Paths []string `arg:"" optional:"" help:"Files or folders; standard input if there are none."`
}

// Run formats the files.
func (c *fmtCommand) Run(env *environment) error {
	if len(c.Paths) == 0 {
		c.Paths = []string{"-"}
	}
	found, err := env.policies(c.Paths)
	if err != nil {
		return err
	}
	if c.Write && slices.Contains(c.Paths, "-") {
		return errors.New("standard input cannot be written to")
	}
	differs, failed := false, false
	for _, p := range found {
		for _, src := range p.sources {
			formatted, ds := syntax.Format(src.Text)
			if err := syntax.Errors(ds); err != nil {
				failed = true
				for _, d := range err.(syntax.ErrorList) {
					d.Pos.File = src.Name
					fmt.Fprintln(env.stderr, d.Long())
				}
				continue
			}
			differs = differs || formatted != src.Text
			if err := c.output(env, src.Name, src.Text, formatted); err != nil {
				return err
			}
		}
	}
	switch {
	case failed:
		return errors.New("a source has errors, and was left as it is")
	case differs && (c.List || c.Diff):
		return errFound
	}
	return nil
}

// output does with a formatted source what the flags say.
func (c *fmtCommand) output(env *environment, name, text, formatted string) error {
	if !c.List && !c.Diff && !c.Write {
		_, err := io.WriteString(env.stdout, formatted)
		return err
	}
	if formatted == text {
		return nil
	}
	if c.List {
		fmt.Fprintln(env.stdout, name)
	}
	if c.Diff {
		if _, err := env.stdout.Write(diff.Diff(name, []byte(text), name+" (formatted)", []byte(formatted))); err != nil {
			return err
		}
	}
	if !c.Write {
		return nil
	}
	info, err := os.Stat(name)
	if err != nil {
		return err
	}
	return os.WriteFile(name, []byte(formatted), info.Mode().Perm())
}
