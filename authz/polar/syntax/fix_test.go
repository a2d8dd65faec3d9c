package syntax_test

import (
	"path/filepath"
	"testing"

	"github.com/ursa-authz/ursa/authz/polar/internal/chunked"
	"github.com/ursa-authz/ursa/authz/polar/syntax"
)

func TestFixApply(t *testing.T) {
	span := func(l1, c1, l2, c2 int32) syntax.Span {
		return syntax.Span{Start: syntax.Position{Line: l1, Col: c1}, End: syntax.Position{Line: l2, Col: c2}}
	}
	const src = "é = 1;\r\nsecond\n"
	tests := []struct {
		fix  syntax.Fix
		want string
	}{
		{syntax.Fix{Span: span(1, 3, 1, 4), Text: "=="}, "é == 1;\r\nsecond\n"},
		{syntax.Fix{Span: span(1, 1, 1, 1), Text: "# "}, "# é = 1;\r\nsecond\n"},
		{syntax.Fix{Span: span(2, 1, 2, 7), Text: ""}, "é = 1;\r\n\n"},
		{syntax.Fix{Span: span(1, 6, 2, 1), Text: " "}, "é = 1 second\n"},
		{syntax.Fix{Span: span(2, 7, 2, 7), Text: ";"}, "é = 1;\r\nsecond;\n"},
		{syntax.Fix{Span: span(3, 1, 3, 1), Text: "x"}, src + "x"},
		// A span outside the source changes nothing.
		{syntax.Fix{Span: span(4, 1, 4, 1), Text: "x"}, src},
		{syntax.Fix{Span: span(2, 1, 2, 9), Text: "x"}, src},
		{syntax.Fix{Span: span(2, 3, 2, 1), Text: "x"}, src},
		{syntax.Fix{Text: "x"}, src},
	}
	for _, test := range tests {
		if got := test.fix.Apply(src); got != test.want {
			t.Errorf("%v to %q: got %q, want %q", test.fix.Span, test.fix.Text, got, test.want)
		}
	}
}

// TestFixes checks every replacement that the parser suggests: it must change the text, and the error
// must not be the same afterwards.
func TestFixes(t *testing.T) {
	names, err := filepath.Glob("testdata/errors/*.polar")
	if err != nil || len(names) == 0 {
		t.Fatalf("no policies in testdata/errors: %v", err)
	}
	fixes := 0
	for _, name := range names {
		for _, chunk := range chunked.Read(name, t) {
			_, ds := syntax.Parse("", chunk.Source)
			for _, d := range ds {
				if d.Fix == nil {
					continue
				}
				fixes++
				if d.Hint == "" || d.Fix.Start.Line > d.End.Line || d.Fix.End.Line < d.Pos.Line-1 {
					t.Errorf("%s: %v: the fix %+v has no hint, or is not near", name, d, *d.Fix)
				}
				text := d.Fix.Apply(chunk.Source)
				if text == chunk.Source {
					t.Errorf("%s: %v: the fix %+v changes nothing", name, d, *d.Fix)
				}
				_, after := syntax.Parse("", text)
				for _, e := range after {
					if e.Pos == d.Pos && e.Msg == d.Msg {
						t.Errorf("%s: %v: the fix %+v leaves the error", name, d, *d.Fix)
					}
				}
			}
		}
	}
	if fixes < 40 {
		t.Errorf("%d fixes, want at least 40", fixes)
	}
}
