package syntax

import (
	"context"
	"fmt"
	"strings"
	"testing"
)

// TestParseAlike tests which rules are read by their likeness, and that they are where
// Parse says that they are.
func TestParseAlike(t *testing.T) {
	tests := []struct{ src, want string }{
		{`f("a"); f("b"); f("");`, `rule "a", like "b", like ""`},
		{"f(\"a\");\n  f(\"bcd\");f(\"é\");f(\"x\\n\");f(\"b\", \"c\");f('b');", ``}, // an error
		{"f(\"a\");\n  f(\"bcd\");f(\"é\");f(\"x\\n\");f(\"b\", \"c\");", `rule "a", like "bcd", rule "é", rule "x\n", rule "b" "c"`},
		{"f(x, \"a\", \"b\") if x = \"c\"\n  and g(x);\nf(x, \"d\", \"e\") if x = \"c\"\n  and g(x); f(x, \"d\", \"e\") if x = \"d\"\n  and g(x);",
			`rule "a" "b", like "d" "e", rule "d" "e"`},
		{"f(\"a\"); # one\nf(\"b\"); f(\"c\");", `rule "a", rule "b", like "c"`},
		{"f(\"a\") if # one\n1 = 1;\nf(\"b\") if # one\n1 = 1;", `rule "a", rule "b"`},
		{"f(\"a\", \"é\");\nf(\"b\", \"é\");", `rule "a" "é", rule "b" "é"`},
		{"f(\"a\",\n \"b\");\nf(\"a\",\n \"b\");", `rule "a" "b", rule "a" "b"`},
		{`f(x) if x = "é"; f(x) if x = "é"; f( x) if x = "é";`, `rule, like, rule`},
		{`f("a");f("b"`, ``},
		{`f("a") if x = 1 and f("b"); f("a") if x = 1 and f("b");`, `rule "a", like "a"`},
	}
	for _, tt := range tests {
		file, ds, err := ParseAlike(context.Background(), "p.polar", tt.src)
		plain, wantDs := Parse("p.polar", tt.src)
		if err != nil || fmt.Sprint(ds) != fmt.Sprint(wantDs) || len(file.Stmts) != len(plain.Stmts) {
			t.Errorf("%q: %v, %v, want %v", tt.src, ds, err, wantDs)
			continue
		}
		var got []string
		for i, s := range file.Stmts {
			want := plain.Stmts[i].(*Rule)
			if s.Range() != want.Span {
				t.Errorf("%q: statement %d is at %v, want %v", tt.src, i, s.Range(), want.Span)
			}
			var texts []string
			for _, p := range want.Params {
				if s, ok := p.Value.(*StringLit); ok {
					texts = append(texts, s.Value)
				}
			}
			kind := "rule"
			if l, ok := s.(*Like); ok {
				kind = "like"
				if fmt.Sprint(l.Strings) != fmt.Sprint(texts) {
					t.Errorf("%q: statement %d has the strings %q, want %q", tt.src, i, l.Strings, texts)
				}
				if head := tt.src[l.Offset : l.Offset+l.Head]; !strings.HasPrefix(head, want.Name.Text+"(") || !strings.HasSuffix(head, ")") {
					t.Errorf("%q: the head of statement %d is %q", tt.src, i, head)
				}
			}
			for _, text := range texts {
				kind += fmt.Sprintf(" %q", text)
			}
			got = append(got, kind)
		}
		if tt.want != "" && strings.Join(got, ", ") != tt.want {
			t.Errorf("%q: %s, want %s", tt.src, strings.Join(got, ", "), tt.want)
		}
	}
}

// FuzzParseAlike checks that rules that are read by their likeness are the rules that Parse
// reads, and that nothing else is reported.
func FuzzParseAlike(f *testing.F) {
	for _, src := range []string{
		`f("a"); f("b"); f("");`, "f(x, \"a\") if x = \"c\"\n  and g(x);", `f("é");`, "f(\"a\"); # c\nf(\"b\");", `f("a" "b");`, `f("a"`, "f(\"\t\");",
		"a {}\nf(\"a\", \"b\") if x;", "f(\"\\\"\");", "f( \"a\" , x);", "type f(\"a\");", "f(\"a\") if debug(1) and\n\n cut;",
	} {
		f.Add(src)
	}
	f.Fuzz(func(t *testing.T, src string) {
		src += "\n" + strings.ReplaceAll(src, `"a"`, `"other"`) + "\n" + src
		plain, want := Parse("f", src)
		file, got, err := ParseAlike(t.Context(), "f", src)
		if err != nil || fmt.Sprint(got) != fmt.Sprint(want) || len(file.Stmts) != len(plain.Stmts) {
			t.Fatalf("%v, %v, %d statements; want %v, %d", err, got, len(file.Stmts), want, len(plain.Stmts))
		}
		for i, s := range file.Stmts {
			if s.Range() != plain.Stmts[i].Range() {
				t.Fatalf("statement %d is at %v, want %v", i, s.Range(), plain.Stmts[i].Range())
			}
			l, ok := s.(*Like)
			if !ok {
				continue
			}
			want := plain.Stmts[i].(*Rule)
			again := ParseRule(src, l.Offset, l.Start)
			if again == nil || RuleString(again) != RuleString(want) || again.Span != want.Span {
				t.Fatalf("statement %d is read again as %v", i, again)
			}
			copied := *l.Rule
			copied.Params = nil
			texts := l.Strings
			for _, p := range l.Rule.Params {
				if str, ok := p.Value.(*StringLit); ok {
					p = &Param{Span: p.Span, Value: &StringLit{Span: str.Span, Value: texts[0]}, Specializer: p.Specializer}
					texts = texts[1:]
				}
				copied.Params = append(copied.Params, p)
			}
			if got := RuleString(&copied); got != RuleString(want) {
				t.Fatalf("statement %d is %s, want %s", i, got, RuleString(want))
			}
		}
	})
}
