// Package pagecode tests that the code on a page of docs/ is code that runs: that it is
// part of files that are compiled and tested. It imports only the standard library, so
// that the tests of every module can import it.
package pagecode

// This file defines the blocks of a page, and how they are compared with files.

import (
	"os"
	"slices"
	"strings"
	"testing"
)

// A Block is a fenced block on a page.
type Block struct{ Lang, Text string }

// Blocks returns the blocks of a page that have one of the languages, in their order.
// Without languages it returns all blocks.
func Blocks(t testing.TB, page string, langs ...string) []Block {
	t.Helper()
	var blocks []Block
	// Every other part is in fences.
	for i, part := range strings.Split("\n"+read(t, page), "\n```") {
		lang, text, _ := strings.Cut(part, "\n")
		if i%2 == 1 && (len(langs) == 0 || slices.Contains(langs, lang)) {
			blocks = append(blocks, Block{lang, text})
		}
	}
	return blocks
}

// Code reports an error for every block of a page in one of the languages that is not
// part of one of the files, and if there are fewer than least such blocks. A block of
// text is the output of an example, and so part of a comment.
func Code(t testing.TB, page string, langs []string, least int, files ...string) {
	t.Helper()
	var code, output []string
	for _, name := range files {
		text := read(t, name)
		code, output = append(code, Flat(text)), append(output, Output(text))
	}
	blocks := Blocks(t, page, langs...)
	for _, b := range blocks {
		in, part := code, Flat(b.Text)
		if b.Lang == "text" {
			in, part = output, Output(b.Text)
		}
		if !slices.ContainsFunc(in, func(text string) bool { return strings.Contains(text, part) }) {
			t.Errorf("%s has %s that is not part of %v:\n%s", page, b.Lang, files, b.Text)
		}
	}
	if len(blocks) < least {
		t.Errorf("%s has %d blocks of code, want %d", page, len(blocks), least)
	}
}

// Flat returns text without indentation and empty lines.
func Flat(text string) string {
	return flat(text, func(line string) string { return line })
}

// Output returns text without indentation, empty lines and the slashes of comments.
func Output(text string) string {
	return flat(text, func(line string) string { return strings.TrimSpace(strings.TrimPrefix(line, "//")) })
}

func flat(text string, change func(string) string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		if line = change(strings.TrimSpace(line)); line != "" {
			b.WriteString(line + "\n")
		}
	}
	return b.String()
}

func read(t testing.TB, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// Excerpt reports an error unless the page has got as its block of text with that name, whose
// fence begins with ```text and the name.
func Excerpt(t testing.TB, page, name, got string) {
	t.Helper()
	blocks := Blocks(t, page, "text "+name)
	if len(blocks) != 1 || strings.TrimSpace(blocks[0].Text) != strings.TrimSpace(got) {
		t.Errorf("%s has %d blocks %q; the program prints\n%s", page, len(blocks), name, got)
	}
}
