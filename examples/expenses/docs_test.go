package main

// This file tests the pages about the program: it runs their commands in order and
// compares the output.

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/ursa-authz/ursa/internal/pagecode"
)

// pages are the pages, with the least number of blocks of each kind. Without these
// numbers the test would pass on a page in which it finds nothing.
var pages = []struct {
	file   string
	blocks map[string]int
}{
	{"../../README.md", map[string]int{"go": 1, "sh": 2, "text": 1}},
	{"../../docs/tutorial.md", map[string]int{"console": 10, "go": 4, "polar": 7, "log": 2}},
	{"../../docs/mapping.md", map[string]int{"console": 2, "polar": 2}},
	{"../../docs/migrating-from-go-oso.md", map[string]int{"go": 1}},
}

func TestPages(t *testing.T) {
	for _, page := range pages {
		t.Run(filepath.Base(page.file), func(t *testing.T) {
			t.Parallel()
			text, err := os.ReadFile(page.file)
			if err != nil {
				t.Fatal(err)
			}
			r := &reader{t: t, dir: t.TempDir()}
			seen := make(map[string]int)
			for _, part := range strings.Split(string(text), "\n```")[1:] {
				kind, block, _ := strings.Cut(part, "\n")
				block += "\n"
				seen[kind]++
				switch kind {
				case "console":
					r.console(block)
				case "polar":
					r.polar(block)
				case "log":
					for line := range strings.Lines(block) {
						r.program.wait(r.before, strings.TrimSpace(line))
					}
				case "go":
					r.partOf(block, "*.go", "../quickstart/*.go")
				case "text": // the output of a program
					output := "// Output:\n// " + strings.ReplaceAll(strings.TrimSpace(block), "\n", "\n// ")
					r.partOf(output, "../quickstart/*_test.go")
				}
			}
			for kind, n := range page.blocks {
				if seen[kind] < n {
					t.Errorf("%d blocks of %s, want %d", seen[kind], kind, n)
				}
			}
		})
	}
}

// TestDiagnosticsPage: the program prints the errors in docs/diagnostics.md when it
// starts with the policy lines that are quoted there.
func TestDiagnosticsPage(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/diagnostics.md")
	if err != nil {
		t.Fatal(err)
	}
	block := func(kind string) string {
		_, rest, _ := strings.Cut(string(page), "\n```"+kind+"\n")
		text, _, found := strings.Cut(rest, "```")
		if !found {
			t.Fatalf("the page has no block of %s", kind)
		}
		return text
	}
	(&reader{t: t}).partOf(block("go"), "*.go")
	want := block("text")
	var policy string
	for _, m := range regexp.MustCompile(`(?m)^ +\d+ \| (.*\n)`).FindAllStringSubmatch(want, -1) {
		policy += m[1]
	}
	bin, err := plain()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), bin, "-policy", "./mine")
	cmd.Dir = t.TempDir()
	if err := os.Mkdir(filepath.Join(cmd.Dir, "mine"), 0o755); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(cmd.Dir, "mine", "expenses.polar"), policy)
	out, err := cmd.CombinedOutput()
	if err == nil || filepath.ToSlash(string(out)) != want {
		t.Errorf("%v, the program prints\n%s\nwant\n%s", err, out, want)
	}
}

// A reader follows a page.
type reader struct {
	t       *testing.T
	dir     string   // its working directory
	program *program // the one it has started last
	before  int      // the length of the log before the last change
}

// console runs the commands of a block, which begin with "$ ", and compares what
// they print with the lines below.
func (r *reader) console(block string) {
	r.t.Helper()
	for _, part := range strings.Split("\n"+strings.TrimSuffix(block, "\n"), "\n$ ")[1:] {
		command, want, _ := strings.Cut(part+"\n", "\n")
		var got string
		if flags, ok := strings.CutPrefix(command, "go run ./examples/expenses"); ok {
			got = r.run(strings.Fields(flags))
		} else {
			got = r.program.curl(command).body
		}
		if got != want {
			r.t.Errorf("$ %s\n%s\nwant\n%s", command, got, want)
		}
	}
}

// run starts the program and returns its output, with the usual port in place of
// the actual one.
func (r *reader) run(flags []string) string {
	r.t.Helper()
	dir := r.dir
	if len(flags) == 0 {
		dir = filepath.Join("..", "..") // the repository's policy is there
	}
	if r.program != nil {
		r.program.cmd.Process.Kill()
		<-r.program.done
	}
	r.program, r.before = startPlain(r.t, plain, dir, flags...), 0
	out := r.program.out
	if !strings.Contains(out, "[::1]") {
		r.t.Skip("this machine has no IPv6, and the output on the pages has both addresses")
	}
	return regexp.MustCompile(`(localhost|127\.0\.0\.1|\[::1\]):\d+`).ReplaceAllString(out, "$1:5000")
}

var fileComment = regexp.MustCompile(`^# (mine/\S+)\n`)

// polar writes a policy to the file in its first line. Without such a line it must
// be part of an existing policy.
func (r *reader) polar(block string) {
	r.t.Helper()
	m := fileComment.FindStringSubmatch(block)
	if m == nil {
		r.partOf(block, "../../policies/*/*.polar", "../quickstart/*.polar")
		return
	}
	name := filepath.Join(r.dir, filepath.FromSlash(m[1]))
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		r.t.Fatal(err)
	}
	if r.program == nil {
		write(r.t, name, block)
		return
	}
	r.before = r.program.logged()
	write(r.t, name, block)
	r.program.wait(r.before, "policy ") // "has changed" or "is rejected"
}

// partOf checks that code is part of one of the files.
func (r *reader) partOf(code string, patterns ...string) {
	r.t.Helper()
	for _, pattern := range patterns {
		names, err := filepath.Glob(pattern)
		if err != nil {
			r.t.Fatal(err)
		}
		for _, name := range names {
			text, err := os.ReadFile(name)
			if err != nil {
				r.t.Fatal(err)
			}
			if strings.Contains(pagecode.Flat(string(text)), pagecode.Flat(code)) {
				return
			}
		}
	}
	r.t.Errorf("this is not in %s:\n%s", strings.Join(patterns, ", "), code)
}
