// Package page reads a page of docs/, and compares the two engines that it speaks of.
package page

// This file defines Page, whose blocks of code are what tests run.

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/ursa-authz/ursa/internal/pagecode"
)

// A Page is a page of docs/. Each of its blocks of code has to be used by a test, or
// be a part of a Go file that is one.
type Page struct {
	t      testing.TB
	text   string
	blocks []*block
}

// A block is a fenced block of code.
type block struct {
	section, lang, text string
	line                int
	used, optional      bool
}

// Open reads docs/name. When t ends, it fails for the blocks that nothing has used.
// Blocks of Go are parts of the files, and so are blocks of text, as output.
func Open(t testing.TB, name string, files ...string) *Page {
	t.Helper()
	_, self, _, _ := runtime.Caller(0)
	text, err := os.ReadFile(filepath.Join(filepath.Dir(self), "../../../docs", name))
	if err != nil {
		t.Fatal(err)
	}
	p := &Page{t: t, text: string(text)}
	p.parse()
	var code strings.Builder
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		code.WriteString(pagecode.Output(string(text)))
	}
	for _, b := range p.blocks {
		if b.lang == "go" || b.lang == "text" {
			b.used = strings.Contains(code.String(), pagecode.Output(b.text))
		}
	}
	t.Cleanup(func() {
		for _, b := range p.blocks {
			if !b.used && !b.optional {
				t.Errorf("%s:%d: no test runs this block of %s:\n%s", name, b.line, b.lang, b.text)
			}
		}
	})
	return p
}

func (p *Page) parse() {
	var section string
	var open *block
	number := 0
	for line := range strings.Lines(p.text) {
		number++
		fence, isFence := strings.CutPrefix(line, "```")
		title, isTitle := strings.CutPrefix(strings.TrimLeft(line, "#"), " ")
		switch {
		case open != nil && isFence:
			p.blocks, open = append(p.blocks, open), nil
		case open != nil:
			open.text += line
		case isFence:
			open = &block{section: section, lang: strings.TrimSpace(fence), line: number + 1}
		case isTitle && line[0] == '#':
			section = strings.TrimSpace(title)
		}
	}
	if open != nil {
		p.t.Fatalf("line %d: the block is not closed", open.line)
	}
}

// Block returns the first block of a language in a section that was not used yet.
func (p *Page) Block(section, lang string) string {
	p.t.Helper()
	for _, b := range p.blocks {
		if b.section == section && b.lang == lang && !b.used {
			b.used = true
			return b.text
		}
	}
	p.t.Fatalf("the section %q has no further block of %s", section, lang)
	return ""
}

// Partial has the page not fail for blocks that nothing has used: another test uses all.
func (p *Page) Partial() {
	for _, b := range p.blocks {
		b.optional = true
	}
}

// Says fails the test unless the page has the text.
func (p *Page) Says(text string) {
	p.t.Helper()
	if !strings.Contains(p.text, text) {
		p.t.Errorf("the page does not say %q", text)
	}
}

// Version fails the test unless the page names the version of a module that the test runs.
func (p *Page) Version(module string) {
	p.t.Helper()
	_, self, _, _ := runtime.Caller(0)
	text, err := os.ReadFile(filepath.Join(filepath.Dir(self), "../go.mod"))
	if err != nil {
		p.t.Fatal(err)
	}
	_, after, ok := strings.Cut(string(text), "\t"+module+" v")
	if !ok {
		p.t.Fatalf("go.mod does not require %s", module)
	}
	p.Says(strings.Fields(after)[0])
}
