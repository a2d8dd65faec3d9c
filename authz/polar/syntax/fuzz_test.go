package syntax_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/ursa-authz/ursa/authz/polar/syntax"
)

// seeds adds the test policies, whole and line by line, and some other texts.
func seeds(f *testing.F) {
	for _, src := range sources(f) {
		f.Add(src)
		for line := range strings.Lines(src) {
			f.Add(line)
		}
	}
	for _, src := range []string{
		"", " ", "\n", "\r", "#", "# c\r# d", ";", "}", "{", "\"", "\"\\", "\"\\\n\"", "\ufeff", "\xff", "f(\"\\u{200D}\u200d\");", "f(\"\\u{\");", "# a\rf(1);", "f(1); # \u202e\u200b\nаllow();", "f(x\u2028y, \"e\u0301\u0301\");", "f(\"می\u200cخواهم\", \"👩\u200d👧\");", "f(\"\x00\");",
		"f(x # a\n, # b\ny) # c\nif # d\nx # e\nand # f\ny # g\n; # h",
		"resource R { # a\n roles = [ # b\n \"x\" # c\n, # d\n] # e\n; # f\n} # g",
		"f() if x = [1, *r # a\n];", "f() if 1 .a.b = 1..c;", "f() if a and (b or c # x\n and d);",
		strings.Repeat("(", 2000), strings.Repeat("f(", 2000), strings.Repeat("{a:", 2000), strings.Repeat("a{", 2000), strings.Repeat("not(", 2000),
		"f() if 1" + strings.Repeat("+1", 2000) + ";", "f() if x" + strings.Repeat(".a", 2000) + ";", "?=" + strings.Repeat("x and ", 2000) + "x;",
	} {
		f.Add(src)
	}
}

// FuzzParse checks for any source that there is no panic, that there is a result, that diagnostics are complete and in order, that
// positions exist, and that files and queries agree on errors.
func FuzzParse(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, src string) {
		file, ds := syntax.Parse("f", src)
		lines := strings.Split(src, "\n")
		checkSpan := func(what string, start, end syntax.Position) {
			for _, p := range []syntax.Position{start, end} {
				if p.File != "f" || p.Line < 1 || int(p.Line) > len(lines) || p.Col < 1 || int(p.Col) > utf8.RuneCountInString(lines[p.Line-1])+2 {
					t.Fatalf("%s: no such position: %v", what, p)
				}
			}
			if end.Before(start) {
				t.Fatalf("%s: ends at %v before it starts at %v", what, end, start)
			}
		}
		for i, d := range ds {
			if d.Code == "" || d.Msg == "" || strings.Contains(d.Msg, "\n") || !utf8.ValidString(d.String()) && utf8.ValidString(src) {
				t.Fatalf("incomplete diagnostic: %#v", d)
			}
			if i > 0 && d.Pos.Before(ds[i-1].Pos) {
				t.Fatalf("%v is not in order", d)
			}
			checkSpan("diagnostic", d.Pos, d.End)
			d.Long()
		}
		for _, s := range file.Stmts {
			parent := s.Range()
			syntax.Walk(s, func(n syntax.Node) bool {
				r := n.Range()
				checkSpan("node", r.Start, r.End)
				if r.Start.Before(parent.Start) || parent.End.Before(r.End) {
					t.Fatalf("a node at %v is outside of its statement at %v", r, parent)
				}
				return true
			})
		}
		x, qs := syntax.ParseQuery("f", src)
		if (x == nil) != (syntax.Errors(qs) != nil) {
			t.Fatalf("query: got %v and %v", x, qs)
		}
		if x != nil {
			g, gs := syntax.Parse("f", "?= "+src+"\n;")
			if err := syntax.Errors(gs); err != nil {
				t.Fatalf("an error as inline query only: %v", err)
			}
			if got := dump(g.Stmts[0].(*syntax.InlineQuery).Query); got != dump(x) {
				t.Fatalf("as query %s, as inline query %s", dump(x), got)
			}
			if y, ys := syntax.ParseQuery("f", syntax.ExprString(x)); y == nil || dump(y) != dump(x) {
				t.Fatalf("%s was printed as %s (%v)", dump(x), syntax.ExprString(x), ys)
			}
		}
	})
}

// FuzzFormat checks that formatting keeps trees and comments, and is idempotent.
func FuzzFormat(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, src string) {
		if problem := checkFormat(src); problem != "" {
			t.Fatal(problem)
		}
	})
}
