package polar_test

// This file defines the format of conformance scripts, and reads them. A script has
// Polar policies, queries, and the answers that the queries must have.
//
// A script is a sequence of chunks, separated by lines "---". A chunk is one
// policy. Comments in it contain queries and their expected answers:
//
//	f(1); f(2);
//	#? f(x) and x > 1 => x=2
//	#? x = 1 mod 0    => error arithmetic at "1 mod 0" "by zero"
//
// Queries are
//
//	#? QUERY => OUTCOME          a query string
//	#! RULE(ARGS) => OUTCOME     a rule called from Go: arguments are literals, names of
//	                             the fixture's values, and ?x for a variable
//	#~ QUERY => OUTCOME          a query that the check against Go types rejects, and its
//	                             outcome without that check
//	#> TEXT                      the output of print during the query above, line by line
//
// An OUTCOME is "none", or the solutions in order, separated by " ; ", in which
// "..." stands for any number of solutions, or an error, or solutions and then
// an error. A solution is "{}" or a list like x=1, y="a", sorted by name, in
// the notation of render; an unbound variable is "_" and may be omitted. An
// error is "error", a code, optionally "at" and the text that its position points
// to, and optionally a regular expression that its message must match. Without a
// code, any code matches. A query that cannot be parsed has the code "parse". A
// query that the check against Go types rejects has the code of the error that it
// would have without the check, or "check" if it would have none. Two spaces and
// "# " begin a comment.
//
// Diagnostics of the load are expected where they arise:
//
//	f(x);                 ### "singleton"              one error, on this line
//	f(_: Foo);            ### warning "Foo"            one warning
//	#* error "has_role"                                one error without a line
//	#* warning "allow"                                 one warning without a line
//	#* no "allow"                                      no diagnostic that matches
//
// Errors and warnings with a line must be exactly those expected. Warnings without
// a line may be expected; most chunks have some, since they are not complete
// policies. Queries on a policy that must fail are not run.
//
// A line "# source: NAME" begins another source of the same policy. Options are for their chunk:
//
//	# option: notypes                      leave out the check against Go types
//	# option: fixture guide                the classes and constants of the guide
//	# option: limits steps=1000 depth=10   smaller limits
//	# option: cancelled                    queries whose context has ended
//
// Comments that begin with "open:" mark expectations that the language's
// description leaves open.

import (
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/ursa-authz/ursa/authz/polar"
	"github.com/ursa-authz/ursa/authz/polar/syntax"
)

// A chunk is one policy of a script, with what is expected of it.
type chunk struct {
	file    string
	line    int            // of its first line
	sources []polar.Source // each after one empty line for each line before it in the file
	wants   []*wantDiag
	queries []*query

	noTypes   bool
	guide     bool
	cancelled bool
	limits    polar.Limits
}

// A wantDiag is one expected diagnostic, or one that must not occur.
type wantDiag struct {
	line     int // where it is expected; 0 for anywhere without a line
	from     int // line of the expectation
	severity syntax.Severity
	never    bool
	re       *regexp.Regexp
	met      bool
}

// A query is one query of a chunk.
type query struct {
	line    int
	fromGo  bool // a rule call from Go
	refused bool // by the check against Go types
	text    string
	want    outcome
	prints  []string
	checks  bool // whether prints is expected
}

// An outcome is the expected answer of a query.
type outcome struct {
	solutions []string
	err       *wantError
	text      string // as written
}

// A wantError is an expected error.
type wantError struct {
	code string // empty for any
	at   string // what the position points to; empty for anything
	re   *regexp.Regexp
}

const solutionSplit = " ; "

var (
	diagComment  = regexp.MustCompile(`###\s+(.*)$`)
	quotedRegexp = regexp.MustCompile(`^\s*(warning\s+)?("(?:[^"\\]|\\.)*"|\x60[^\x60]*\x60)`)
	endComment   = regexp.MustCompile(`\s\s+# .*$`)
	errorOutcome = regexp.MustCompile("^error\\b\\s*([a-z-]*)\\s*(?:at\\s+(\"(?:[^\"\\\\]|\\\\.)*\"))?\\s*(\"(?:[^\"\\\\]|\\\\.)*\"|`[^`]*`)?$")
)

// parseScript returns the chunks of a script.
func parseScript(file, text string) ([]*chunk, error) {
	var chunks []*chunk
	var c *chunk
	number := 0
	for line := range strings.Lines(text) {
		number++
		line = strings.TrimSuffix(line, "\n")
		if line == "---" {
			c = nil
			continue
		}
		if c == nil {
			c = newChunk(file, number)
			chunks = append(chunks, c)
		}
		if err := c.add(line, number); err != nil {
			return nil, fmt.Errorf("%s:%d: %w", file, number, err)
		}
	}
	return chunks, nil
}

// newChunk returns a chunk without text that begins at a line of a file.
func newChunk(file string, line int) *chunk {
	c := &chunk{file: file, line: line}
	c.begin(file, line)
	return c
}

// begin begins a source at a line of the chunk's file.
func (c *chunk) begin(name string, line int) {
	c.sources = append(c.sources, polar.Source{Name: name, Text: strings.Repeat("\n", line-1)})
}

// add adds a line to the chunk, and reads what it says about expectations.
func (c *chunk) add(line string, number int) error {
	if name, ok := strings.CutPrefix(line, "# source: "); ok {
		c.begin(name, number)
	}
	c.sources[len(c.sources)-1].Text += line + "\n"
	return c.parseLine(line, number)
}

// parseLine reads what a line says about expectations, if anything.
func (c *chunk) parseLine(line string, number int) error {
	switch {
	case strings.HasPrefix(line, "#?"), strings.HasPrefix(line, "#!"), strings.HasPrefix(line, "#~"):
		text, want, ok := strings.Cut(line[2:], " => ")
		if !ok {
			return errors.New("no => in the query")
		}
		q := &query{line: number, fromGo: line[1] == '!', refused: line[1] == '~', text: strings.TrimSpace(text)}
		var err error
		q.want, err = parseOutcome(want)
		c.queries = append(c.queries, q)
		return err
	case strings.HasPrefix(line, "#>"):
		if len(c.queries) == 0 {
			return errors.New("print without a query above")
		}
		q := c.queries[len(c.queries)-1]
		q.checks, q.prints = true, append(q.prints, strings.TrimPrefix(line[2:], " "))
		return nil
	case strings.HasPrefix(line, "#* "):
		kind, rest, _ := strings.Cut(line[3:], " ")
		want := &wantDiag{from: number, never: kind == "no"}
		switch kind {
		case "error", "no":
		case "warning":
			want.severity = syntax.Warning
		default:
			return fmt.Errorf("%q is not a kind of diagnostic", kind)
		}
		return c.parseRegexps(rest, want)
	case strings.HasPrefix(line, "# option: "):
		return c.parseOption(strings.Fields(line)[2:])
	}
	if m := diagComment.FindStringSubmatch(line); m != nil {
		return c.parseRegexps(m[1], &wantDiag{line: number, from: number})
	}
	return nil
}

// parseRegexps adds an expectation like want for each of the regular expressions in text.
func (c *chunk) parseRegexps(text string, want *wantDiag) error {
	for strings.TrimSpace(text) != "" {
		m := quotedRegexp.FindStringSubmatch(text)
		if m == nil {
			return fmt.Errorf("malformed expectation %q", text)
		}
		text = text[len(m[0]):]
		re, err := compileQuoted(m[2])
		if err != nil {
			return err
		}
		w := *want
		w.re = re
		if m[1] != "" {
			w.severity = syntax.Warning
		}
		c.wants = append(c.wants, &w)
	}
	return nil
}

// parseOption sets the option of the chunk that the words of a line name.
func (c *chunk) parseOption(words []string) error {
	switch {
	case slices.Equal(words, []string{"notypes"}):
		c.noTypes = true
	case slices.Equal(words, []string{"fixture", "guide"}):
		c.guide = true
	case slices.Equal(words, []string{"cancelled"}):
		c.cancelled = true
	case len(words) > 1 && words[0] == "limits":
		for _, w := range words[1:] {
			name, value, _ := strings.Cut(w, "=")
			n, err := strconv.Atoi(value)
			if err != nil {
				return err
			}
			field := reflect.ValueOf(&c.limits).Elem().FieldByName(strings.ToUpper(name[:1]) + name[1:])
			if !field.IsValid() {
				return fmt.Errorf("%q is not a limit", name)
			}
			field.SetInt(int64(n))
		}
	default:
		return fmt.Errorf("%q is not an option", words)
	}
	return nil
}

func parseOutcome(text string) (outcome, error) {
	text = strings.TrimSpace(endComment.ReplaceAllString(text, ""))
	o := outcome{text: text}
	if text == "none" {
		return o, nil
	}
	parts := splitOutside(text, solutionSplit)
	if m := errorOutcome.FindStringSubmatch(parts[len(parts)-1]); m != nil {
		o.err = &wantError{code: m[1]}
		parts = parts[:len(parts)-1]
		var err error
		if m[2] != "" {
			if o.err.at, err = strconv.Unquote(m[2]); err != nil {
				return o, err
			}
		}
		if m[3] != "" {
			if o.err.re, err = compileQuoted(m[3]); err != nil {
				return o, err
			}
		}
	}
	for _, p := range parts {
		if p != "{}" && p != "..." && !strings.Contains(p, "=") {
			return o, fmt.Errorf("%q is not a solution", p)
		}
	}
	o.solutions = parts
	return o, nil
}

// compileQuoted compiles a quoted regular expression. In double quotes only \" is an escape.
func compileQuoted(quoted string) (*regexp.Regexp, error) {
	re := quoted[1 : len(quoted)-1]
	if quoted[0] == '"' {
		re = strings.ReplaceAll(re, `\"`, `"`)
	}
	return regexp.Compile(re)
}

// splitOutside splits s at separators outside string literals.
func splitOutside(s, sep string) []string {
	var parts []string
	start, quoted := 0, false
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '"':
			quoted = !quoted
		case quoted && s[i] == '\\':
			i++
		case !quoted && strings.HasPrefix(s[i:], sep):
			parts = append(parts, strings.TrimSpace(s[start:i]))
			i += len(sep) - 1
			start = i + 1
		}
	}
	return append(parts, strings.TrimSpace(s[start:]))
}
