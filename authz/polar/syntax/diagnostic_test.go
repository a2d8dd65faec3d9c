package syntax_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/ursa-authz/ursa/authz/polar/syntax"
)

func TestPosition(t *testing.T) {
	tests := []struct {
		pos  syntax.Position
		want string
	}{
		{syntax.Position{}, "-"},
		{syntax.Position{File: "f"}, "f"},
		{syntax.Position{File: "f", Line: 1}, "f:1"},
		{syntax.Position{File: "f", Line: 1, Col: 2}, "f:1:2"},
		{syntax.Position{Line: 1, Col: 2}, "1:2"},
	}
	for _, test := range tests {
		if got := test.pos.String(); got != test.want {
			t.Errorf("%#v: got %q, want %q", test.pos, got, test.want)
		}
	}
	ordered := []syntax.Position{{}, {Line: 1, Col: 1}, {Line: 1, Col: 2}, {Line: 2, Col: 1}, {File: "a"}, {File: "a", Line: 1}, {File: "b"}}
	for i, p := range ordered {
		for j, q := range ordered {
			if got := p.Before(q); got != (i < j) {
				t.Errorf("%v before %v: got %v", p, q, got)
			}
		}
	}
}

func TestDiagnostic(t *testing.T) {
	at := syntax.Position{File: "f", Line: 2, Col: 3}
	end := syntax.Position{File: "f", Line: 2, Col: 5}
	tests := []struct {
		d           syntax.Diagnostic
		short, long string
	}{
		{syntax.Diagnostic{Msg: "m"}, "m", "m"},
		{syntax.Diagnostic{Msg: "m", Hint: "h", Pos: at}, "f:2:3: m (h)", "f:2:3: m (h)"},
		{syntax.Diagnostic{Severity: syntax.Warning, Msg: "m", Pos: at, Line: "abcdef"}, "f:2:3: warning: m", "f:2:3: warning: m\n   2 | abcdef\n     |   ^"},
		{syntax.Diagnostic{Msg: "m", Pos: at, End: end, Line: "a\tcdef"}, "f:2:3: m", "f:2:3: m\n   2 | a\tcdef\n     |  \t^^"},
	}
	for _, test := range tests {
		if got := test.d.Error(); got != test.short {
			t.Errorf("got %q, want %q", got, test.short)
		}
		if got := test.d.Long(); got != test.long {
			t.Errorf("got %q, want %q", got, test.long)
		}
	}
}

func TestErrorsOfDiagnostics(t *testing.T) {
	diag := func(line int32, severity syntax.Severity) syntax.Diagnostic {
		return syntax.Diagnostic{Severity: severity, Pos: syntax.Position{Line: line, Col: 1}, Msg: fmt.Sprintf("m%d", line)}
	}
	if err := syntax.Errors(nil); err != nil {
		t.Errorf("of nothing, got %v", err)
	}
	if err := syntax.Errors([]syntax.Diagnostic{diag(1, syntax.Warning)}); err != nil {
		t.Errorf("of a warning, got %v", err)
	}
	err := syntax.Errors([]syntax.Diagnostic{diag(3, syntax.Error), diag(1, syntax.Warning), diag(2, syntax.Error)})
	if got, want := err.Error(), "2:1: m2 (and 1 more error)"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	var list syntax.ErrorList
	if !errors.As(err, &list) || len(list) != 2 {
		t.Errorf("got %d errors, want 2", len(list))
	}
	if got, want := list.Long(), "2:1: m2\n3:1: m3"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	var d syntax.Diagnostic
	if !errors.As(err, &d) || d.Msg != "m2" {
		t.Errorf("got %v, want the first error", d)
	}
}

func TestLines(t *testing.T) {
	long := strings.Repeat("é", 500)
	l := syntax.NewLines("one\r\n\nthree\n" + long + "\n" + long + "x\nlast")
	tests := []struct {
		number int32
		want   string
	}{{-1, ""}, {0, ""}, {1, "one"}, {2, ""}, {3, "three"}, {4, long}, {5, ""}, {6, "last"}, {7, ""}}
	for _, test := range tests {
		if got := l.Text(test.number); got != test.want {
			t.Errorf("line %d: got %q, want %q", test.number, got, test.want)
		}
	}
}
