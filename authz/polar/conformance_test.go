package polar_test

// This file runs the conformance scripts of testdata/conformance. script_test.go
// defines their format, and fixture_test.go their classes and values.

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/ursa-authz/ursa/authz/polar"
	"github.com/ursa-authz/ursa/authz/polar/internal/resolve"
	"github.com/ursa-authz/ursa/authz/polar/syntax"
)

// minCases is the minimum number of cases in the scripts.
const minCases = 400

// queryTimeout bounds one query of a script. The longest take a fraction of a second.
const queryTimeout = 30 * time.Second

func TestConformance(t *testing.T) {
	files, err := filepath.Glob("testdata/conformance/*.polar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scripts: %v", err)
	}
	cases := 0
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		name := filepath.Base(file)
		chunks, err := parseScript(name, string(text))
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range chunks {
			cases += len(c.queries)
			if len(c.wants) > 0 {
				cases++
			}
		}
		t.Run(strings.TrimSuffix(name, ".polar"), func(t *testing.T) {
			for _, c := range chunks {
				t.Run(strconv.Itoa(c.line), c.run)
			}
		})
	}
	if cases < minCases {
		t.Errorf("the scripts hold %d cases, want at least %d", cases, minCases)
	}
	t.Logf("%d cases", cases)
}

// A variant is a way to load the policy of a chunk. All variants have the same answers.
type variant struct {
	name    string
	sources []polar.Source
	noTypes bool
}

// run loads the chunk's policy and runs its queries: on the policy as it is
// written, as the formatter prints it, and without the check against Go types.
func (c *chunk) run(t *testing.T) {
	written := variant{"written", c.sources, c.noTypes}
	_, diags, err := c.load(written, nil)
	c.checkDiagnostics(t, diags, err)
	if !c.noTypes {
		sameBySchema(t, c.input(written, nil), diags)
	}
	if err != nil {
		for _, q := range c.queries {
			t.Errorf("%s:%d: %s: the policy was not loaded", c.file, q.line, q.text)
		}
		return
	}
	formatted := variant{"formatted", nil, c.noTypes}
	for _, src := range c.sources {
		text, diags := syntax.Format(src.Text)
		if err := syntax.Errors(diags); err != nil {
			t.Fatalf("%s:%d: loaded, but not formatted: %v", c.file, c.line, err)
		}
		formatted.sources = append(formatted.sources, polar.Source{Name: src.Name, Text: text})
	}
	c.runVariant(t, written)
	c.runVariant(t, formatted)
	if !c.noTypes {
		c.runVariant(t, variant{"without types", c.sources, true})
	}
}

// runVariant runs the queries of the chunk.
func (c *chunk) runVariant(t *testing.T, v variant) {
	var prints []string
	p, _, err := c.load(v, func(text string) { prints = append(prints, text) })
	if err != nil {
		t.Errorf("%s:%d: %s, the policy does not load: %v", c.file, c.line, v.name, err)
		return
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	if c.cancelled {
		cancel()
	}
	values := c.values()
	for _, q := range c.queries {
		switch {
		case q.refused && !v.noTypes:
			q = &query{line: q.line, text: q.text, want: outcome{err: &wantError{code: "check"}, text: "error check"}}
		case v.noTypes && !c.noTypes && q.want.err != nil && q.want.err.code == "check":
			continue
		}
		t.Run(fmt.Sprintf("%d/%s", q.line, v.name), func(t *testing.T) {
			prints = nil
			got := ask(ctx, p, q, values)
			printed := slices.Clone(prints)
			problem := q.check(got, v.sources)
			if problem == "" {
				problem = checkFirst(ctx, p, q, values, got)
			}
			if problem == "" && q.checks && !slices.Equal(printed, q.prints) {
				problem = fmt.Sprintf("printed %q, not %q", printed, q.prints)
			}
			if problem != "" {
				t.Errorf("%s:%d: %s (%s)\n\tgot  %s\n\twant %s\n\t%s", c.file, q.line, q.text, v.name, got, q.want.text, problem)
			}
		})
	}
}

// checkFirst asks for the first solution only, as decisions do, and returns what is wrong with it.
func checkFirst(ctx context.Context, p *polar.Policy, q *query, values map[string]any, all answer) string {
	first := answer{err: all.err}
	if len(all.solutions) > 0 {
		first = answer{solutions: all.solutions[:1]}
	}
	stopped := askUpTo(ctx, p, q, values, 1)
	if len(all.solutions) > 0 && stopped.String() != first.String() {
		return "the first solution alone is " + stopped.String()
	}
	if !q.fromGo {
		return ""
	}
	rule, args, err := parseCall(q.text, values)
	if err != nil || len(args) != 3 || slices.ContainsFunc(args, func(x any) bool { _, ok := x.(polar.Var); return ok }) {
		return ""
	}
	action, ok := args[1].(string)
	if !ok {
		return ""
	}
	outcome, err := p.Decide(ctx, rule, args[0], action, args[2])
	switch {
	case outcome.Allowed != (len(first.solutions) > 0) || (err != nil) != (first.err != nil):
		return fmt.Sprintf("Decide says %v, %v", outcome.Allowed, err)
	case outcome.Allowed && (outcome.Rule == nil || outcome.Rule.Name != rule):
		return fmt.Sprintf("Decide says that it was the rule %v", outcome.Rule)
	}
	return ""
}

// load loads a variant of the chunk's policy.
func (c *chunk) load(v variant, printed func(string)) (*polar.Policy, []polar.Diagnostic, error) {
	in := c.input(v, printed)
	ctx, cancel := context.WithTimeout(context.Background(), queryTimeout)
	defer cancel()
	if v.noTypes {
		return polar.LoadNoTypes(ctx, in)
	}
	return polar.Load(ctx, in)
}

// input returns what a variant of the chunk's policy is loaded from.
func (c *chunk) input(v variant, printed func(string)) polar.Input {
	in := polar.Input{
		AllowEmpty: true,
		Sources:    v.sources,
		Classes:    classes(),
		Constants:  constants(),
		Limits:     c.limits,
		Now:        func() time.Time { return moment },
		Print:      printed,
	}
	if c.guide {
		in.Classes, in.Constants = guideClasses(), guideConstants()
	}
	return in
}

// values returns the values that arguments of queries from Go may name.
func (c *chunk) values() map[string]any {
	if c.guide {
		return guideConstants()
	}
	values := constants()
	for name, x := range goValues() {
		values[name] = x
	}
	return values
}

// checkDiagnostics compares the diagnostics of a load with those expected.
func (c *chunk) checkDiagnostics(t *testing.T, diags []polar.Diagnostic, err error) {
	t.Helper()
	failed := false
	for _, d := range diags {
		failed = failed || d.Severity == syntax.Error
		expected := d.Severity == syntax.Warning && (!d.Pos.IsValid() || d.Code == resolve.CodeUnaskedRule || d.Code == resolve.CodeSharedRule)
		for _, w := range c.wants {
			if w.never && w.re.MatchString(d.String()) {
				t.Errorf("%s:%d: unwanted diagnostic: %v", c.file, w.from, d)
			}
			if !w.met && !w.never && w.severity == d.Severity && w.line == int(d.Pos.Line) && w.re.MatchString(d.String()) {
				w.met, expected = true, true
				break
			}
		}
		if !expected {
			t.Errorf("%s: unexpected %s: %v", c.file, d.Severity, d)
		}
		known := func(src polar.Source) bool { return src.Name == d.Pos.File }
		if d.Pos.IsValid() && (!slices.ContainsFunc(c.sources, known) || d.Pos.Col < 1) {
			t.Errorf("%s: diagnostic with position %v: %v", c.file, d.Pos, d)
		}
	}
	for _, w := range c.wants {
		if !w.met && !w.never {
			t.Errorf("%s:%d: no %s that matches %q", c.file, w.from, w.severity, w.re)
		}
	}
	if failed != (err != nil) {
		t.Errorf("%s:%d: the load's error is %v, with these diagnostics: %v", c.file, c.line, err, diags)
	}
}

// check compares an answer with the expected outcome, and returns what is wrong.
func (q *query) check(got answer, sources []polar.Source) string {
	want := q.want
	if problem := matchSolutions(got.solutions, want.solutions); problem != "" {
		return problem
	}
	if want.err == nil {
		if got.err != nil {
			return "unexpected error"
		}
		return ""
	}
	if got.err == nil {
		return "no error"
	}
	if want.err.code != "" && !slices.Contains(codes(got.err), want.err.code) {
		return "another code"
	}
	if want.err.re != nil && !want.err.re.MatchString(got.err.Error()) {
		return "the message does not match"
	}
	if strings.Contains(got.err.Error(), "secret") {
		return "the message contains what only the host knows"
	}
	if want.err.at != "" {
		if at := textAt(got.err, sources, q); !strings.HasPrefix(at, want.err.at) {
			return fmt.Sprintf("the position points to %.20q", at)
		}
	}
	return ""
}

// matchSolutions compares solutions with those expected, and returns what is wrong.
func matchSolutions(got []map[string]string, want []string) string {
	for i, w := range want {
		if w == "..." {
			for skip := 0; skip <= len(got)-i; skip++ {
				if matchSolutions(got[i+skip:], want[i+1:]) == "" {
					return ""
				}
			}
			return "not these solutions behind the ..."
		}
		if i >= len(got) {
			return fmt.Sprintf("%d solutions, not %d", len(got), len(want))
		}
		if problem := matchSolution(got[i], w); problem != "" {
			return fmt.Sprintf("solution %d: %s", i+1, problem)
		}
	}
	if len(got) > len(want) {
		return fmt.Sprintf("%d solutions, not %d", len(got), len(want))
	}
	return ""
}

// matchSolution compares the bindings of a solution with those expected. The script
// may omit unbound variables.
func matchSolution(got map[string]string, want string) string {
	bound := make(map[string]string)
	for name, value := range got {
		if value != "_" || strings.Contains(want, name+"=_") {
			bound[name] = value
		}
	}
	if (answer{solutions: []map[string]string{bound}}).String() != want {
		return "other bindings"
	}
	return ""
}

// checkCodes are the codes of the check against Go types, each with the code of
// the error of a query without the check, or "" if the query would have no error.
var checkCodes = map[syntax.Code]string{
	"unknown-attribute": "unknown-attribute",
	"unexported-field":  "unknown-attribute",
	"unknown-method":    "unknown-method",
	"argument-count":    "type",
	"argument-kind":     "type",
	"keyword-arguments": "class",
	"no-constructor":    "class",
	"unknown-class":     "class",
	"no-order":          "unordered",
	"not-a-number":      "unsupported",
	"not-a-condition":   "type",
	"not-iterable":      "type",
	"assignment":        "assign",
	"undefined-rule":    "undefined-rule",
	"never-equal":       "",
	"unknown-key":       "",
}

// codes returns the codes that an error has in scripts.
func codes(err error) []string {
	var e *polar.Error
	if errors.As(err, &e) {
		return []string{e.Code}
	}
	var list syntax.ErrorList
	if !errors.As(err, &list) {
		return []string{"?"}
	}
	var codes []string
	for _, d := range list {
		code, ok := checkCodes[d.Code]
		switch {
		case !ok:
			codes = append(codes, "parse")
		case code != "":
			codes = append(codes, "check", code)
		default:
			codes = append(codes, "check")
		}
	}
	return codes
}

// textAt returns the text that the position of an error points to.
func textAt(err error, sources []polar.Source, q *query) string {
	var pos syntax.Position
	var e *polar.Error
	var list syntax.ErrorList
	switch {
	case errors.As(err, &e):
		pos = e.Pos
	case errors.As(err, &list):
		pos = list[0].Pos
	}
	if !pos.IsValid() {
		return ""
	}
	text := q.text
	for _, src := range sources {
		if pos.File == src.Name {
			text = src.Text
		}
	}
	lines := strings.Split(text, "\n")
	if int(pos.Line) > len(lines) {
		return ""
	}
	line := []rune(lines[pos.Line-1])
	if int(pos.Col) > len(line) {
		return ""
	}
	return string(line[pos.Col-1:])
}
