// Package pagetest tests pages of docs/: that the code on a page is code that runs, and
// that the policies on it answer the questions that are written in them.
package pagetest

// This file defines the blocks of a page, and how their code is compared with that of
// Go files.

import (
	"os"
	"strings"
	"testing"
)

// A Block is a piece of code on a page.
type Block struct{ Lang, Text string }

// Blocks returns the blocks of a page that have the given languages, in their order.
func Blocks(t testing.TB, page string, langs ...string) []Block {
	t.Helper()
	var blocks []Block
	// Every other part is in fences.
	for i, part := range strings.Split("\n"+read(t, page), "\n```") {
		lang, text, _ := strings.Cut(part, "\n")
		for _, l := range langs {
			if i%2 == 1 && lang == l {
				blocks = append(blocks, Block{lang, text})
			}
		}
	}
	return blocks
}

// Code reports an error for every block of Go or text on a page that is not part of one
// of the files, and if there are fewer than least blocks. Indentation, empty lines and the
// slashes of comments do not matter.
func Code(t testing.TB, page string, least int, files ...string) {
	t.Helper()
	var code []string
	for _, name := range files {
		code = append(code, flat(read(t, name)))
	}
	blocks := Blocks(t, page, "go", "text")
	for _, b := range blocks {
		found := false
		for _, c := range code {
			found = found || strings.Contains(c, flat(b.Text))
		}
		if !found {
			t.Errorf("%s has %s that is not part of %v:\n%s", page, b.Lang, files, b.Text)
		}
	}
	if len(blocks) < least {
		t.Errorf("%s has %d blocks of code, want %d", page, len(blocks), least)
	}
}

// flat returns text without indentation, empty lines and the slashes of comments.
func flat(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(line), "//")); line != "" {
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
