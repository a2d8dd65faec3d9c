package main

// This file defines ursa check.

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/ursa-authz/ursa/authz/polar/syntax"
)

type checkCommand struct {
	Schema []string `type:"path" sep:"none" placeholder:"FILE" help:"The schema of the program; once for each program, if several share the policy. By default it is the nearest file ursa.schema.json in the folder of the policy or above it."`
	Format string   `enum:"text,json,github" default:"text" help:"How findings are printed: ${enum}."`
	Codes  string   `placeholder:"CODE" help:"Print what the documentation says about a code, or about all of them if CODE is all."`
	Paths  []string `arg:"" optional:"" help:"Files or folders; the current folder if there are none."`
}

// A finding is a diagnostic in JSON.
type finding struct {
	File     string `json:"file"`
	Line     int32  `json:"line"`
	Col      int32  `json:"col"`
	EndLine  int32  `json:"endLine,omitempty"`
	EndCol   int32  `json:"endCol,omitempty"`
	Severity string `json:"severity"`
	Code     string `json:"code"`
	Message  string `json:"message"`
	Hint     string `json:"hint,omitempty"`
	Fix      *fix   `json:"fix,omitempty"`
	Schema   string `json:"schema,omitempty"` // that the policy was checked against, if there are several
}

// A fix is a replacement in JSON.
type fix struct {
	Line    int32  `json:"line"`
	Col     int32  `json:"col"`
	EndLine int32  `json:"endLine"`
	EndCol  int32  `json:"endCol"`
	Text    string `json:"text"`
}

// A report is what check prints in JSON.
type report struct {
	Findings  []finding           `json:"findings"`
	Unchecked map[string][]string `json:"unchecked,omitempty"` // by policy
}

// Run checks the policies.
func (c *checkCommand) Run(env *environment) error {
	if c.Codes != "" {
		return printCode(env.stdout, c.Codes)
	}
	found, err := env.policies(c.Paths)
	if err != nil {
		return err
	}
	out := report{Findings: []finding{}, Unchecked: map[string][]string{}}
	for i := range found {
		if err := c.check(env, &found[i], &out); err != nil {
			return err
		}
	}
	if c.Format == "json" {
		enc := json.NewEncoder(env.stdout)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", "  ")
		if err := enc.Encode(out); err != nil {
			return err
		}
	}
	if len(out.Findings) > 0 {
		return errFound
	}
	return nil
}

// check checks a policy against each schema. What is wrong for several programs is reported
// for the first of them.
func (c *checkCommand) check(env *environment, p *policy, out *report) error {
	schemas := c.Schema
	if len(schemas) == 0 {
		schemas = []string{""}
	}
	type place struct {
		pos  syntax.Position
		code syntax.Code
		msg  string
	}
	seen := map[place]bool{}
	for _, path := range schemas {
		loaded, s, err := p.load(env, path)
		if err != nil {
			return err
		}
		if len(loaded.Unchecked) > 0 {
			out.Unchecked[p.name] = loaded.Unchecked
		}
		for _, d := range loaded.All(s) {
			at := place{d.Pos, d.Code, d.Msg}
			if seen[at] {
				continue
			}
			seen[at] = true
			f := newFinding(p, d)
			from := ""
			if len(schemas) > 1 {
				f.Schema = shortPath(path)
				from = " (" + f.Schema + ")"
			}
			out.Findings = append(out.Findings, f)
			switch c.Format {
			case "text":
				fmt.Fprintln(env.stdout, text(d, from, hasColour(env)))
			case "github":
				fmt.Fprintln(env.stdout, github(f))
			}
		}
		if len(loaded.Unchecked) > 0 && c.Format != "json" {
			fmt.Fprintf(env.stderr, "%s: there is no %s, so these are not checked:\n", p.name, schemaFile)
			for _, what := range loaded.Unchecked {
				fmt.Fprintln(env.stderr, "  -", what)
			}
		}
	}
	return nil
}

// shortPath returns a path relative to the current folder, if it is below it.
func shortPath(path string) string {
	if dir, err := os.Getwd(); err == nil {
		if rel, err := filepath.Rel(dir, path); err == nil && filepath.IsLocal(rel) {
			return filepath.ToSlash(rel)
		}
	}
	return path
}

// newFinding converts a diagnostic. One about the policy as a whole gets the name of the policy.
func newFinding(p *policy, d syntax.Diagnostic) finding {
	f := finding{
		File: d.Pos.File, Line: d.Pos.Line, Col: d.Pos.Col, EndLine: d.End.Line, EndCol: d.End.Col,
		Severity: d.Severity.String(), Code: string(d.Code), Message: d.Msg, Hint: d.Hint,
	}
	if f.File == "" {
		f.File = p.name
	}
	if d.Fix != nil {
		f.Fix = &fix{d.Fix.Start.Line, d.Fix.Start.Col, d.Fix.End.Line, d.Fix.End.Col, d.Fix.Text}
	}
	return f
}

// text returns a diagnostic for people, with the line that its fix makes. From says where it is
// from, or is empty.
func text(d syntax.Diagnostic, from string, colour bool) string {
	b := strings.Builder{}
	head, rest, _ := strings.Cut(d.Long(), "\n")
	if colour {
		shade := "\x1b[31m"
		if d.Severity == syntax.Warning {
			shade = "\x1b[33m"
		}
		head = shade + head + "\x1b[0m"
	}
	fmt.Fprintf(&b, "%s [%s]%s", head, d.Code, from)
	if rest != "" {
		b.WriteString("\n" + rest)
	}
	if d.Fix != nil && d.Fix.Start.Line == d.Pos.Line && d.Fix.End.Line == d.Pos.Line && d.Line != "" {
		moved := *d.Fix
		moved.Start.Line, moved.End.Line = 1, 1
		if fixed := moved.Apply(d.Line); fixed != d.Line {
			fmt.Fprintf(&b, "\n     | did you mean:\n     | %s", syntax.Visible(fixed))
		}
	}
	return b.String()
}

// hasColour reports whether standard output is a terminal that may have colours.
func hasColour(env *environment) bool {
	f, ok := env.stdout.(*os.File)
	if !ok || os.Getenv("NO_COLOR") != "" || os.Getenv("TERM") == "dumb" {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// GitHub's workflow commands escape these, and in properties these, too.
var (
	githubText     = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	githubProperty = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
)

// github returns a finding as a workflow command of GitHub Actions.
func github(f finding) string {
	msg := f.Message
	if f.Hint != "" {
		msg += " (" + f.Hint + ")"
	}
	if f.Schema != "" {
		msg += " (" + f.Schema + ")"
	}
	at := "file=" + githubProperty.Replace(f.File)
	if f.Line > 0 {
		at += fmt.Sprintf(",line=%d,col=%d", f.Line, f.Col)
		if f.EndLine == f.Line && f.EndCol > f.Col {
			at += fmt.Sprintf(",endColumn=%d", f.EndCol)
		}
	}
	return fmt.Sprintf("::%s %s,title=%s::%s", f.Severity, at, githubProperty.Replace(f.Code), githubText.Replace(msg))
}
