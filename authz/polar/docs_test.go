package polar_test

// This file runs the examples of docs/polar.md: every fenced block of Polar is
// a chunk of a conformance script.

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
)

// The minimum that the page contains. Fewer means that some were not found.
const (
	minExamples    = 30
	minDocsQueries = 120
)

func TestDocs(t *testing.T) {
	text, err := os.ReadFile("../../docs/polar.md")
	if err != nil {
		t.Fatal(err)
	}
	chunks, err := parseFences("polar.md", string(text))
	if err != nil {
		t.Fatal(err)
	}
	queries := 0
	for _, c := range chunks {
		queries += len(c.queries)
		t.Run(strconv.Itoa(c.line), c.run)
	}
	if len(chunks) < minExamples || queries < minDocsQueries {
		t.Errorf("%d examples with %d queries, want at least %d with %d", len(chunks), queries, minExamples, minDocsQueries)
	}
}

// parseFences returns the fenced blocks of Polar in a Markdown text as chunks.
func parseFences(file, text string) ([]*chunk, error) {
	var chunks []*chunk
	var c *chunk
	number := 0
	for line := range strings.Lines(text) {
		number++
		line = strings.TrimSuffix(line, "\n")
		switch {
		case c == nil && line == "```polar":
			c = newChunk(file, number+1)
			chunks = append(chunks, c)
		case c != nil && line == "```":
			c = nil
		case c != nil:
			if err := c.add(line, number); err != nil {
				return nil, fmt.Errorf("%s:%d: %w", file, number, err)
			}
		}
	}
	if c != nil {
		return nil, fmt.Errorf("%s:%d: the block is not closed", file, c.line)
	}
	return chunks, nil
}
