package resolve

import (
	"fmt"
	"strings"
	"testing"

	"github.com/ursa-authz/ursa/authz/polar/syntax"
)

// TestIgnore loads policies with comments that silence warnings, and compares the remaining warnings.
func TestIgnore(t *testing.T) {
	const deny = "allow(_, _, _);\n"
	tests := []struct{ name, src, want string }{
		{"the line above", deny + "# ursa:ignore unasked-rule: later\ndeny(_, _, _);", ""},
		{"the same line", deny + "deny(_, _, _); # ursa:ignore unasked-rule: later", ""},
		{"above other comments", deny + "# ursa:ignore unasked-rule: later\n# and more\n#\ndeny(_, _, _);", ""},
		{"two comments", deny + "# ursa:ignore never-nil: x\n# ursa:ignore unasked-rule: later\ndeny(u: User, _, _) if u.age != nil;", ""},
		{"without blanks", deny + "#ursa:ignore unasked-rule:later\ndeny(_, _, _);", ""},
		{"not across an empty line", deny + "# ursa:ignore unasked-rule: later\n\ndeny(_, _, _);", "2 unused-ignore; 4 unasked-rule"},
		{"not the line below", deny + "deny(_, _, _);\n# ursa:ignore unasked-rule: later", "2 unasked-rule; 3 unused-ignore"},
		{"not from behind a statement above", deny + "allow(1, 2, 3); # ursa:ignore unasked-rule: later\ndeny(_, _, _);", "2 unused-ignore; 3 unasked-rule"},
		{"another code", deny + "# ursa:ignore shared-rule: later\ndeny(_, _, _);", "2 unused-ignore; 3 unasked-rule"},
		{"no reason", deny + "# ursa:ignore unasked-rule\ndeny(_, _, _);", "2 invalid-ignore; 3 unasked-rule"},
		{"an empty reason", deny + "# ursa:ignore unasked-rule: \ndeny(_, _, _);", "2 invalid-ignore; 3 unasked-rule"},
		{"no code", deny + "# ursa:ignore: later\ndeny(_, _, _);", "2 invalid-ignore; 3 unasked-rule"},
		{"an unknown code", deny + "# ursa:ignore unaskd-rule: later\ndeny(_, _, _);", "2 invalid-ignore; 3 unasked-rule"},
		{"the code of an error", deny + "# ursa:ignore singleton-variable: later", "2 invalid-ignore"},
		{"an error stays", deny + "# ursa:ignore unasked-rule: later\nallow(x, _, _);", "3 singleton-variable"},
		{"the policy as a whole", "# ursa:ignore no-allow-rule: only queried\nf(1);", ""},
		{"the policy as a whole, too late", "f(1);\n# ursa:ignore no-allow-rule: only queried\n", "0 no-allow-rule; 2 unused-ignore"},
		{"no directive", deny + "# about ursa:ignore\n# ursa: ignore\n", ""},
		{"twice", deny + "# ursa:ignore unasked-rule: a\ndeny(_, _, _); # ursa:ignore unasked-rule: b", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			file, ds := syntax.Parse("test.polar", tt.src)
			_, more := Load([]*syntax.File{file}, testOptions(testRegistry(t)))
			var got []string
			for _, d := range Ignore([]*syntax.File{file}, append(ds, more...)) {
				got = append(got, fmt.Sprintf("%d %s", d.Pos.Line, d.Code))
				checkDiagnostic(t, file, d)
			}
			if text := strings.Join(got, "; "); text != tt.want {
				t.Errorf("got %q, want %q", text, tt.want)
			}
		})
	}
}

// TestIgnoreHints checks the warnings about invalid comments.
func TestIgnoreHints(t *testing.T) {
	for _, tt := range []struct{ comment, want string }{
		{"# ursa:ignore", "this comment does not say which warning to ignore (write # ursa:ignore CODE: reason)"},
		{"# ursa:ignore shared-rule", "this comment gives no reason to ignore the warning (write # ursa:ignore shared-rule: reason)"},
		{"# ursa:ignore sharedrule: x", `"sharedrule" is not the code of a warning that can be ignored (did you mean "shared-rule"?)`},
		{"# ursa:ignore undefined-rule: x", `"undefined-rule" is not the code of a warning that can be ignored (errors cannot be ignored)`},
	} {
		file, _ := syntax.Parse("a.polar", tt.comment)
		ds := Ignore([]*syntax.File{file}, nil)
		if len(ds) != 1 || ds[0].String() != "a.polar:1:1: warning: "+tt.want || ds[0].Line != tt.comment {
			t.Errorf("%s: got %v", tt.comment, ds)
		}
	}
}
