package chunked_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/ursa-authz/ursa/authz/polar/internal/chunked"
)

// A recorder is a Reporter that records errors.
type recorder struct{ reports []string }

func (r *recorder) Helper() {}

func (r *recorder) Errorf(format string, args ...any) {
	r.reports = append(r.reports, fmt.Sprintf(format, args...))
}

func (r *recorder) Fatalf(format string, args ...any) {
	r.reports = append(r.reports, "fatal: "+fmt.Sprintf(format, args...))
}

type diagnostic struct {
	line int
	msg  string
}

func TestChunks(t *testing.T) {
	const file = "testdata/sample.polar"
	tests := []struct {
		name  string
		first []diagnostic // what the first chunk produces
		then  []diagnostic // what the second produces
		want  []string
	}{
		{"all met", []diagnostic{{1, "the second"}, {1, "the first"}}, []diagnostic{{5, "fourth"}}, nil},
		{"unmet", []diagnostic{{1, "first"}}, nil, []string{
			file + `:1: expected a diagnostic that matches "sec.nd"`,
			file + `:5: expected a diagnostic that matches "fourth"`,
		}},
		{"other line", []diagnostic{{1, "first"}, {1, "second"}}, []diagnostic{{4, "fourth"}}, []string{
			file + ":4: unexpected diagnostic: fourth",
			file + `:5: expected a diagnostic that matches "fourth"`,
		}},
		{"twice", []diagnostic{{1, "first"}, {1, "first"}, {1, "second"}}, []diagnostic{{5, "fourth"}}, []string{
			file + ":1: unexpected diagnostic: first",
		}},
		{"without line", []diagnostic{{0, "first"}, {0, "second"}}, []diagnostic{{5, "fourth"}, {0, "fifth"}}, []string{
			file + ":4: unexpected diagnostic: fifth",
		}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := &recorder{}
			chunks := chunked.Read(file, r)
			if len(chunks) != 2 {
				t.Fatalf("got %d chunks, want 2", len(chunks))
			}
			for i, ds := range [][]diagnostic{test.first, test.then} {
				for _, d := range ds {
					chunks[i].GotError(d.line, d.msg)
				}
				chunks[i].Done()
			}
			if !slices.Equal(r.reports, test.want) {
				t.Errorf("got reports\n%s\nwant\n%s", strings.Join(r.reports, "\n"), strings.Join(test.want, "\n"))
			}
		})
	}
}

func TestSourceKeepsLines(t *testing.T) {
	chunks := chunked.Read("testdata/sample.polar", t)
	if got, want := chunks[1].Source, "\n\n\nthree\nfour\n"; got != want || chunks[1].Line != 4 {
		t.Errorf("got source %q on line %d, want %q on line 4", got, chunks[1].Line, want)
	}
}

func TestReadFails(t *testing.T) {
	tests := []struct{ name, content, want string }{
		{"no quotes", "a ### b\n", "malformed expectation"},
		{"nothing", "a ###\n", "malformed expectation"},
		{"text after", "a ### \"b\" c\n", "malformed expectation"},
		{"no regexp", "a ### \"(\"\n", "malformed expectation"},
		{"empty", "\n", "the file is empty"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "f.polar")
			if err := os.WriteFile(file, []byte(test.content), 0o600); err != nil {
				t.Fatal(err)
			}
			r := &recorder{}
			chunked.Read(file, r)
			if len(r.reports) != 1 || !strings.HasPrefix(r.reports[0], "fatal: ") || !strings.Contains(r.reports[0], test.want) {
				t.Errorf("got reports %q, want one fatal %q", r.reports, test.want)
			}
		})
	}
	r := &recorder{}
	chunked.Read("testdata/missing.polar", r)
	if len(r.reports) != 1 {
		t.Errorf("a missing file: got reports %q, want one", r.reports)
	}
}
