package main

// This file defines ursa vet, which runs the analyzer of package authzvet over Go packages.
//
// The command go knows how to build packages and what it has analyzed before. So ursa vet runs
// "go vet" with itself as the tool, and go vet runs it once for each package (see isVetTool).

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/tools/go/analysis/unitchecker"

	"github.com/ursa-authz/ursa/cmd/ursa/authzvet"
)

type vetCommand struct {
	Format   string   `enum:"text,json,github" default:"text" help:"How findings are printed: ${enum}."`
	Policies string   `placeholder:"PATHS" help:"Files or folders with policies, separated by commas. By default they are all files that end in .polar below the go.mod of each package."`
	Tags     string   `placeholder:"TAGS" help:"Build tags, as for go build."`
	Packages []string `arg:"" optional:"" help:"Packages, as for go vet; ./... if there are none."`
}

// isVetTool reports whether the command go runs the program as a tool of go vet.
func isVetTool(args []string) bool {
	return len(args) > 0 && (args[0] == "-V=full" || args[0] == "-flags" || strings.HasSuffix(args[len(args)-1], ".cfg"))
}

// vetTool is the program as a tool of go vet. It does not return.
func vetTool() { unitchecker.Main(authzvet.Analyzer) }

// A vetted is a finding as unitchecker prints it.
type vetted struct {
	Category string `json:"category"`
	Posn     string `json:"posn"`
	End      string `json:"end"`
	Message  string `json:"message"`
}

// Run analyzes the packages.
func (c *vetCommand) Run(env *environment) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	args := []string{"vet", "-vettool=" + self, "-json"}
	if c.Tags != "" {
		args = append(args, "-tags="+c.Tags)
	}
	if c.Policies != "" {
		var paths []string
		for path := range strings.SplitSeq(c.Policies, ",") {
			abs, err := filepath.Abs(path)
			if err != nil {
				return err
			}
			if _, err := os.Stat(abs); err != nil {
				return err
			}
			paths = append(paths, abs)
		}
		args = append(args, "-ursa.policies="+strings.Join(paths, ","))
	}
	packages := c.Packages
	if len(packages) == 0 {
		packages = []string{"./..."}
	}
	var stdout, stderr bytes.Buffer
	command := exec.CommandContext(env.ctx, "go", append(args, packages...)...)
	command.Stdout, command.Stderr = &stdout, &stderr
	if err := command.Run(); err != nil {
		return fmt.Errorf("go vet: %w\n%s", err, strings.TrimSpace(stderr.String()))
	}
	findings, err := readVetted(stdout.Bytes())
	if err != nil {
		return errors.Join(err, errors.New(strings.TrimSpace(stderr.String())))
	}
	switch c.Format {
	case "json":
		enc := json.NewEncoder(env.stdout)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", "  ")
		if err := enc.Encode(report{Findings: findings}); err != nil {
			return err
		}
	case "github":
		for _, f := range findings {
			fmt.Fprintln(env.stdout, github(f))
		}
	default:
		for _, f := range findings {
			head := fmt.Sprintf("%s:%d:%d: %s", f.File, f.Line, f.Col, f.Message)
			if hasColour(env) {
				head = "\x1b[31m" + head + "\x1b[0m"
			}
			fmt.Fprintf(env.stdout, "%s [%s]\n", head, f.Code)
		}
	}
	if len(findings) > 0 {
		return errFound
	}
	return nil
}

// readVetted reads the findings that go vet -json prints: an object for each package, after a
// line with its name. Files that are compiled twice, for tests, have the same findings.
func readVetted(out []byte) ([]finding, error) {
	var lines [][]byte
	for line := range bytes.Lines(out) {
		if !bytes.HasPrefix(line, []byte("# ")) {
			lines = append(lines, line)
		}
	}
	dec := json.NewDecoder(bytes.NewReader(bytes.Join(lines, nil)))
	findings := []finding{}
	seen := map[finding]bool{}
	for dec.More() {
		var tree map[string]map[string]json.RawMessage // package, analyzer
		if err := dec.Decode(&tree); err != nil {
			return nil, fmt.Errorf("go vet printed what cannot be read: %w", err)
		}
		for pkg, byAnalyzer := range tree {
			for _, raw := range byAnalyzer {
				var list []vetted
				if err := json.Unmarshal(raw, &list); err != nil {
					return nil, fmt.Errorf("%s: %s", pkg, raw) // an error of the analyzer
				}
				for _, v := range list {
					f := v.finding()
					if !seen[f] {
						seen[f] = true
						findings = append(findings, f)
					}
				}
			}
		}
	}
	slices.SortFunc(findings, func(a, b finding) int {
		if n := strings.Compare(a.File, b.File); n != 0 {
			return n
		}
		if n := a.Line - b.Line; n != 0 {
			return int(n)
		}
		return int(a.Col - b.Col)
	})
	return findings, nil
}

func (v vetted) finding() finding {
	f := finding{Severity: "error", Code: v.Category, Message: v.Message}
	f.File, f.Line, f.Col = splitPosn(v.Posn)
	if v.End != "" {
		_, f.EndLine, f.EndCol = splitPosn(v.End)
	}
	if wd, err := os.Getwd(); err == nil {
		if rel, err := filepath.Rel(wd, f.File); err == nil && filepath.IsLocal(rel) {
			f.File = rel
		}
	}
	return f
}

// splitPosn splits file:line:col.
func splitPosn(posn string) (file string, line, col int32) {
	rest, c, _ := cutLast(posn)
	file, l, _ := cutLast(rest)
	n, _ := strconv.ParseInt(l, 10, 32)
	m, _ := strconv.ParseInt(c, 10, 32)
	return file, int32(n), int32(m)
}

func cutLast(s string) (before, after string, found bool) {
	i := strings.LastIndexByte(s, ':')
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+1:], true
}
