package resolve

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/ursa-authz/ursa/authz/internal/host"
	"github.com/ursa-authz/ursa/authz/polar/internal/chunked"
	"github.com/ursa-authz/ursa/authz/polar/syntax"
)

// TestDiagnostics loads the policies of testdata, which say on which line which
// diagnostic is expected. A diagnostic has the form "code: message (hint)", and a warning
// "warning: code: message (hint)". The two warnings about a policy as a whole count
// only in chunks with "option:policy". Chunks with "option:notypes" skip the check against
// Go types. With "option:deny", decisions query deny and its siblings, and with
// "option:change", they query allow_change.
func TestDiagnostics(t *testing.T) {
	names, err := filepath.Glob("testdata/*.polar")
	if err != nil || len(names) == 0 {
		t.Fatalf("no test data: %v", err)
	}
	reg := testRegistry(t)
	for _, name := range names {
		t.Run(filepath.Base(name), func(t *testing.T) {
			for _, chunk := range chunked.Read(name, t) {
				file, ds := syntax.Parse(name, chunk.Source)
				if err := syntax.Errors(ds); err != nil {
					t.Errorf("%v", err)
					continue
				}
				opts := testOptions(reg)
				opts.NoTypes = strings.Contains(chunk.Source, "option:notypes")
				opts.DenyRule = strings.Contains(chunk.Source, "option:deny")
				opts.ChangeRule = strings.Contains(chunk.Source, "option:change")
				m, ds := Load([]*syntax.File{file}, opts)
				sameBySchema(t, []*syntax.File{file}, opts, ds)
				failed := false
				for _, d := range ds {
					failed = failed || d.Severity == syntax.Error
					if (d.Code == CodeNoAllow || d.Code == CodeNoHasPermission) && !strings.Contains(chunk.Source, "option:policy") {
						continue
					}
					chunk.GotError(int(d.Pos.Line), diagnosticText(d))
					checkDiagnostic(t, file, d)
				}
				if failed != (m == nil) {
					t.Errorf("%s:%d: errors: %v; module: %v", name, chunk.Line, failed, m != nil)
				}
				chunk.Done()
				if m != nil {
					sameReread(t, m)
				}
			}
		})
	}
}

// testOptions returns options with the constants that the tests of types use.
func testOptions(reg *host.Registry) Options {
	value := func(x any) host.Value {
		v, err := reg.ValueOf(x)
		if err != nil {
			panic(err)
		}
		return v
	}
	return Options{Registry: reg, Constants: map[string]host.Value{
		"limit": host.MakeInt(42),
		"root":  value(User{Name: "root"}),
		"langs": value([]string{"go", "polar"}),
		"conf":  value(map[string]any{"a": 1}),
	}}
}

func diagnosticText(d syntax.Diagnostic) string {
	text := string(d.Code) + ": " + d.Msg
	if d.Hint != "" {
		text += " (" + d.Hint + ")"
	}
	if d.Severity == syntax.Warning {
		text = "warning: " + text
	}
	return text
}

// checkDiagnostic checks the properties of every diagnostic.
func checkDiagnostic(t *testing.T, file *syntax.File, d syntax.Diagnostic) {
	t.Helper()
	if strings.ContainsAny(d.Msg+d.Hint, "\n\r") || d.Msg == "" {
		t.Errorf("%v: the message is not one line", d)
	}
	if !d.Pos.IsValid() {
		return
	}
	lines := strings.Split(file.Source, "\n")
	if int(d.Pos.Line) > len(lines) || d.Line != strings.TrimSuffix(lines[d.Pos.Line-1], "\r") {
		t.Errorf("%v: the source line is %q", d, d.Line)
		return
	}
	if int(d.Pos.Col) > len([]rune(d.Line))+1 || d.End.Before(d.Pos) {
		t.Errorf("%v: from column %d to %v", d, d.Pos.Col, d.End)
	}
}
