// Package chunked reads test files that contain many small policies and the
// diagnostics that each line must produce.
//
// Lines "---" split a file into chunks. Every chunk is a separate policy. A line
// that must produce a diagnostic ends in a comment of three number signs and a
// quoted regular expression, which the message must match:
//
//	f(x) if g(1,);    ### "unexpected"
//	---
//	f(x) if x = 'a';  ### "double quotes"
//
// A line that must produce several diagnostics has several such comments. A
// diagnostic without a line is expected on the first line of its chunk.
//
// The source of a chunk does not contain these comments. It starts with as many empty
// lines as there are lines before the chunk, so that the line numbers of its
// diagnostics are those of the file.
package chunked

// This file defines Read and Chunk.

import (
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"
)

// A Reporter receives errors. A *testing.T is a Reporter.
type Reporter interface {
	Helper()
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
}

// A Chunk is one policy of a file and the diagnostics that it must produce.
type Chunk struct {
	Source string // the policy without expectations, after one empty line for each line before it in the file
	Line   int    // the 1-based line of the file where the policy starts

	filename string
	t        Reporter
	wants    []*want
}

// A want is a diagnostic that must be produced.
type want struct {
	line int
	re   *regexp.Regexp
	met  bool
}

// Read returns the chunks of a file. It ends the test if the file cannot be read, is
// empty, or contains a malformed expectation.
func Read(filename string, t Reporter) []*Chunk {
	t.Helper()
	data, err := os.ReadFile(filename)
	if err != nil {
		t.Fatalf("%v", err)
		return nil
	}
	if len(strings.TrimSpace(string(data))) == 0 {
		t.Fatalf("%s: the file is empty", filename)
		return nil
	}
	var chunks []*Chunk
	var source strings.Builder
	start := 1
	wants := []*want{}
	flush := func(next int) {
		chunks = append(chunks, &Chunk{
			Source:   strings.Repeat("\n", start-1) + source.String(),
			Line:     start,
			filename: filename,
			t:        t,
			wants:    wants,
		})
		source.Reset()
		start, wants = next, nil
	}
	number := 0
	for line := range strings.Lines(string(data)) {
		number++
		if strings.TrimRight(line, "\r\n") == "---" {
			flush(number + 1)
			continue
		}
		policy, comments, found := strings.Cut(line, "###")
		if found {
			policy = strings.TrimRight(policy, " \t") + "\n"
			ws, err := parseWants(comments, number)
			if err != nil {
				t.Fatalf("%s:%d: malformed expectation: %v", filename, number, err)
				return nil
			}
			wants = append(wants, ws...)
		}
		source.WriteString(policy)
	}
	flush(0)
	return chunks
}

// parseWants returns the expectations on a line; comments is the text after the first "###".
func parseWants(comments string, number int) ([]*want, error) {
	var wants []*want
	for rest := comments; ; {
		rest = strings.TrimSpace(rest)
		quoted, err := strconv.QuotedPrefix(rest)
		if err != nil {
			return nil, err
		}
		pattern, err := strconv.Unquote(quoted)
		if err != nil {
			return nil, err
		}
		re, err := regexp.Compile(pattern)
		if err != nil {
			return nil, err
		}
		wants = append(wants, &want{line: number, re: re})
		rest = strings.TrimSpace(rest[len(quoted):])
		if rest == "" {
			return wants, nil
		}
		var found bool
		if rest, found = strings.CutPrefix(rest, "###"); !found {
			return nil, fmt.Errorf("unexpected %q", rest)
		}
	}
}

// GotError records that the chunk produced a diagnostic on a line of the file, or a
// diagnostic without a line if line is 0. It is an error if none was expected there.
func (c *Chunk) GotError(line int, msg string) {
	c.t.Helper()
	if line == 0 {
		line = c.Line
	}
	for _, w := range c.wants {
		if !w.met && w.line == line && w.re.MatchString(msg) {
			w.met = true
			return
		}
	}
	c.t.Errorf("%s:%d: unexpected diagnostic: %s", c.filename, line, msg)
}

// Done ends the chunk after all its diagnostics were passed to GotError. It is an error if more were expected.
func (c *Chunk) Done() {
	c.t.Helper()
	for _, w := range c.wants {
		if !w.met {
			c.t.Errorf("%s:%d: expected a diagnostic that matches %q", c.filename, w.line, w.re)
		}
	}
}
