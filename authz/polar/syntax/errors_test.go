package syntax_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ursa-authz/ursa/authz/polar/internal/chunked"
	"github.com/ursa-authz/ursa/authz/polar/syntax"
)

// TestErrors checks the diagnostics of the policies in testdata/errors: their positions, codes, words and hints.
func TestErrors(t *testing.T) {
	names, err := filepath.Glob("testdata/errors/*.polar")
	if err != nil || len(names) == 0 {
		t.Fatalf("no policies in testdata/errors: %v", err)
	}
	for _, name := range names {
		t.Run(filepath.Base(name), func(t *testing.T) {
			for _, chunk := range chunked.Read(name, t) {
				_, ds := syntax.Parse("", chunk.Source)
				for _, d := range ds {
					msg := fmt.Sprintf("%d: %s: %s", d.Pos.Col, d.Code, d.Msg)
					if d.Hint != "" {
						msg += " (" + d.Hint + ")"
					}
					chunk.GotError(int(d.Pos.Line), msg)
				}
				chunk.Done()
			}
		})
	}
}

// TestErrorPositions checks that errors have an end and the line they are on.
func TestErrorPositions(t *testing.T) {
	tests := []struct {
		src  string
		want string // the long form of the first diagnostic
	}{
		{"f(1) if x = $;", `p.polar:1:13: unexpected character $ (write only the name of the variable)
   1 | f(1) if x = $;
     |             ^`},
		{"f(1);\n\tf(1) if\té && y;\r\n", `p.polar:2:12: unexpected character & (write "and")
   2 | 	f(1) if	é && y;
     | 	       	  ^^`},
		{"f(1) if\n  x = g(y, \"é\")\n  and y;", `p.polar:2:7: a call of the rule "g" has no value and cannot be an operand of "=" (call g as a separate condition, with a variable for the result)
   2 |   x = g(y, "é")
     |       ^^^^^^^^^`},
		{"f(1) if x", `p.polar:1:10: unexpected end of the source; expected an operator or ";" (did you forget a semicolon?)
   1 | f(1) if x
     |          ^`},
		{"f(1);\r\ng(\"é\xff\");", `p.polar:2:5: the byte 0xff is not valid UTF-8 (save the file as UTF-8)
   2 | g("é�");
     |     ^`},
		{"f(" + strings.Repeat("x", 1000) + " $);", `p.polar:1:1004: unexpected character $ (write only the name of the variable)`},
	}
	for _, test := range tests {
		_, ds := syntax.Parse("p.polar", test.src)
		if len(ds) == 0 {
			t.Errorf("%q: no diagnostics", test.src)
			continue
		}
		if got := ds[0].Long(); got != test.want {
			t.Errorf("%q: got\n%s\nwant\n%s", test.src, got, test.want)
		}
	}
}

// TestInvalidUTF8 checks that a source that is not valid UTF-8 is refused as a whole, wherever the byte is.
func TestInvalidUTF8(t *testing.T) {
	for _, src := range []string{"\xff", "f(\x80);", "f(\"\xc3\");", "# \xe2\x82", "f(1); g\xed\xa0\x80(1);"} {
		f, ds := syntax.Parse("", src)
		if len(ds) != 1 || ds[0].Code != syntax.CodeInvalidUTF8 || len(f.Stmts) != 0 {
			t.Errorf("%q: got %d statements and %v, want none and one %s", src, len(f.Stmts), ds, syntax.CodeInvalidUTF8)
		}
	}
}

// TestSourceTooLarge checks that a source beyond the bound is not read.
func TestSourceTooLarge(t *testing.T) {
	f, ds := syntax.Parse("big.polar", strings.Repeat(" ", 64<<20+1))
	if len(ds) != 1 || ds[0].Code != syntax.CodeSourceTooLarge || ds[0].Pos != (syntax.Position{File: "big.polar"}) || len(f.Stmts) != 0 {
		t.Errorf("got %v, want one %s", ds, syntax.CodeSourceTooLarge)
	}
}

// TestTooManyErrors checks that the number of errors is bounded.
func TestTooManyErrors(t *testing.T) {
	for _, src := range []string{strings.Repeat(";", 5000), "resource R {" + strings.Repeat("1;", 5000) + "}"} {
		_, ds := syntax.Parse("", src)
		if len(ds) < 1000 || len(ds) > 1002 || ds[len(ds)-1].Code != syntax.CodeTooManyErrors {
			t.Errorf("%.20q...: got %d diagnostics, the last %v; want about 1000 and %s", src, len(ds), ds[len(ds)-1], syntax.CodeTooManyErrors)
		}
	}
}

// TestQueryErrors checks the errors that only queries have.
func TestQueryErrors(t *testing.T) {
	tests := []struct{ src, want string }{
		{"", "1:1: unexpected end of the source; expected an expression"},
		{"  # nothing\n", "1:1: unexpected end of the source; expected an expression"},
		{"x = 1;", `1:6: a query does not end with ";" (remove it)`},
		{"x = 1; y = 2", `1:6: unexpected ";"; expected an operator or the end of the query`},
		{"x = 1 y", `1:7: unexpected "y"; expected an operator or the end of the query`},
		{"f(1), g(1)", `1:5: unexpected ","; expected an operator or the end of the query (join conditions with "and")`},
		{"f(1) if x", `1:6: unexpected "if"; expected an operator or the end of the query`},
		{"x = 1 $", "1:7: unexpected character $ (write only the name of the variable)"},
		{"x =", "1:4: unexpected end of the source; expected an expression"},
		{"(x", `1:3: unexpected end of the source; expected an operator or ")" (did you forget a closing bracket?)`},
		{"?= x", `1:1: unexpected "?="; expected an expression`},
		{"x = g(1)", `1:5: a call of the rule "g" has no value and cannot be an operand of "=" (call g as a separate condition, with a variable for the result)`},
	}
	for _, test := range tests {
		x, ds := syntax.ParseQuery("", test.src)
		if x != nil || len(ds) != 1 || ds[0].String() != test.want {
			t.Errorf("%q: got %v and %v, want nil and\n%s", test.src, x, ds, test.want)
		}
	}
}

// TestRecovery checks which statements survive the errors beside them.
func TestRecovery(t *testing.T) {
	tests := []struct {
		name   string
		src    string
		want   string // the heads that were parsed
		errors int
	}{
		{"bad statements between good ones", "a(); b( ; c(); d() if ; e();", "a c e", 2},
		{"missing semicolon", "a()\nb();\nc();", "b c", 1},
		{"missing semicolon, indented", "  a()\n  b();\n  c();", "b c", 1},
		{"missing semicolon on one line", "a() b(); c();", "c", 1},
		{"missing bracket", "a(x\nb();\nc() if x = [1\nd();", "b d", 2},
		{"missing brace of a dictionary", "a() if x = {a: 1;\nb();", "b", 1},
		{"unfinished body", "a() if x and $\nb();", "b", 1},
		{"error in a body that goes on at the margin", "a() if $ and\nb(1) and\nc(1);\nd();", "d", 1},
		{"stray brace", "a(); } b();", "a b", 1},
		{"block with a bad head", "resource A b { roles = [\"a\"]; \"a\" if \"b\"; }\na();", "a", 1},
		{"block with a bad keyword, on one line", "if A { roles = [\"a\"]; } a();", "a", 1},
		{"errors in a block", "actor A { x; roles = [\"a\"]; y; }\na();", "A a", 2},
		{"block without a brace", "actor A { roles = [\"a\"];\na();\nb();", "A a b", 1},
		{"block without a brace, before a block", "actor A {\nactor B {}", "A B", 1},
		{"block without a brace, before a query", "actor A {\n?= a();\na();", "A a", 1},
		{"declaration without a brace", "actor A { relations = {a: B; }\na();", "A a", 1},
		{"dictionary closed after an error", "actor A { relations = {a: B; }; }\na();", "A a", 1},
		{"foreign comments", "// a\na();\n// and\nb(); // if\nc();", "a b c", 3},
		{"unclosed string", "a() if x = \"b;\nc();", "c", 1},
		{"bad characters only", "$ $ $", "", 1},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			f, ds := syntax.Parse("", test.src)
			var heads []string
			for _, s := range f.Stmts {
				switch s := s.(type) {
				case *syntax.Rule:
					heads = append(heads, s.Name.Text)
				case *syntax.Block:
					heads = append(heads, s.Class.Text)
				}
			}
			if got := strings.Join(heads, " "); got != test.want || len(ds) != test.errors {
				t.Errorf("got %q and %d errors, want %q and %d:\n%s", got, len(ds), test.want, test.errors, errorsOf(ds))
			}
		})
	}
}
