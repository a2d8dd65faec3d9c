package deps

// This file tests that every relative link on every page leads to a file, and to a
// heading of it, and that docs/README.md lists every page.

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	link     = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	code     = regexp.MustCompile("`[^`]*`")
	heading  = regexp.MustCompile(`^#+ (.*)`)
	unlinked = regexp.MustCompile(`[^\p{L}\p{N}_ -]`) // what an anchor leaves out of a heading
)

// pages returns the Markdown files of the repository, below root.
func pages(t *testing.T) (names []string) {
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (d.Name() == "testdata" || d.Name() == "node_modules" || strings.HasPrefix(d.Name(), ".") && name != root):
			return filepath.SkipDir
		case filepath.Ext(name) == ".md":
			names = append(names, name)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// prose returns the lines of a page that are not in fences.
func prose(text string) (lines []string) {
	fenced := false
	for line := range strings.Lines(text) {
		if strings.HasPrefix(strings.TrimSpace(line), "```") {
			fenced = !fenced
		} else if !fenced {
			lines = append(lines, strings.TrimRight(line, "\r\n"))
		}
	}
	return lines
}

// anchors returns the anchors of a page's headings, as GitHub generates them.
func anchors(text string) map[string]bool {
	found := make(map[string]bool)
	for _, line := range prose(text) {
		m := heading.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		title := strings.ToLower(strings.TrimSpace(link.ReplaceAllString(m[1], "]")))
		first := strings.ReplaceAll(unlinked.ReplaceAllString(title, ""), " ", "-")
		anchor := first
		for i := 1; found[anchor]; i++ {
			anchor = fmt.Sprintf("%s-%d", first, i)
		}
		found[anchor] = true
	}
	return found
}

// links returns the relative links of a page.
func links(text string) (targets []string) {
	for _, m := range link.FindAllStringSubmatch(code.ReplaceAllString(strings.Join(prose(text), "\n"), "``"), -1) {
		if !strings.Contains(m[1], "://") && !strings.HasPrefix(m[1], "mailto:") {
			targets = append(targets, m[1])
		}
	}
	return targets
}

// follow returns why a link on a page leads nowhere, or nil.
func follow(page, target string) error {
	name, anchor, _ := strings.Cut(target, "#")
	file := page
	if name != "" {
		file = filepath.Join(filepath.Dir(page), filepath.FromSlash(name))
	}
	info, err := os.Stat(file)
	if err != nil {
		return fmt.Errorf("there is no file %s", name)
	}
	if anchor == "" || info.IsDir() || filepath.Ext(file) != ".md" {
		return nil
	}
	text, err := os.ReadFile(file)
	if err == nil && !anchors(string(text))[anchor] {
		err = fmt.Errorf("%s has no heading #%s", filepath.Base(file), anchor)
	}
	return err
}

func TestLinks(t *testing.T) {
	n := 0
	for _, page := range pages(t) {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, target := range links(string(text)) {
			n++
			if err := follow(page, target); err != nil {
				t.Errorf("%s: the link %s is broken: %v", page, target, err)
			}
		}
	}
	if n < 250 {
		t.Errorf("only %d links found", n)
	}
}

// TestBrokenLinks: the functions above find what is broken, and nothing else.
func TestBrokenLinks(t *testing.T) {
	page := filepath.Join(t.TempDir(), "page.md")
	text := "# One `two`, (three)\n## Same\n## Same\n[a](#same-1) [b](https://example.com/x) `[c](none.md)`\n" +
		"```\n# code\n[d](none.md)\n```\n[e](page.md#one-two-three)\n"
	if err := os.WriteFile(page, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	targets := links(text)
	if got := strings.Join(targets, " "); got != "#same-1 page.md#one-two-three" {
		t.Errorf("links %s", got)
	}
	for _, target := range targets {
		if err := follow(page, target); err != nil {
			t.Errorf("%s: %v", target, err)
		}
	}
	for _, target := range []string{"none.md", "#same-2", "#code", "page.md#none"} {
		if follow(page, target) == nil {
			t.Errorf("%s is not reported", target)
		}
	}
}

// TestContents: docs/README.md has a link to every other page in docs/.
func TestContents(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(root, "docs", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	listed := make(map[string]bool)
	for _, target := range links(string(text)) {
		listed[target] = true
	}
	names, err := filepath.Glob(filepath.Join(root, "docs", "*.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if base := filepath.Base(name); base != "README.md" && !listed[base] {
			t.Errorf("docs/README.md does not list %s", base)
		}
	}
}
