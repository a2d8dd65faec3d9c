package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestMistakes: about the mistakes that the library is tested with, ursa check says what the library
// says, and the language server offers a replacement wherever a hint asks "did you mean".
func TestMistakes(t *testing.T) {
	names, err := filepath.Glob("../../authz/polar/testdata/mistakes/*.txt")
	if err != nil {
		t.Fatal(err)
	}
	schema, err := os.ReadFile("../../authz/polar/testdata/mistakes/" + schemaFile)
	if err != nil {
		t.Fatal(err)
	}
	cases, asked := 0, 0
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for i, c := range strings.Split(string(text), "====\n") {
			policy, rest, _ := strings.Cut(c, "--- says\n")
			says, _, _ := strings.Cut(rest, "---")
			at := fmt.Sprintf("%s, case %d", filepath.Base(name), i)
			dir := t.TempDir()
			file := filepath.Join(dir, "a.polar")
			if os.WriteFile(filepath.Join(dir, schemaFile), schema, 0o666) != nil || os.WriteFile(file, []byte(policy), 0o666) != nil {
				t.Fatal("the files cannot be written")
			}
			cases++
			var stdout, stderr bytes.Buffer
			code := run(t.Context(), []string{"check", "-format", "json", dir}, strings.NewReader(""), &stdout, &stderr)
			var out report
			if err := json.Unmarshal(stdout.Bytes(), &out); err != nil || code != exitFound {
				t.Errorf("%s: exit code %d, %v: %s", at, code, err, stderr.String())
				continue
			}
			var got strings.Builder
			for _, severity := range []string{"error", "warning"} {
				for _, f := range out.Findings {
					if f.Severity != severity || f.Line == 0 || isAdvice(f.Code) {
						continue
					}
					word, hint := "", ""
					if severity == "warning" {
						word = "warning: "
					}
					if f.Hint != "" {
						hint = " (" + f.Hint + ")"
					}
					fmt.Fprintf(&got, "%d:%d: %s%s: %s%s\n", f.Line, f.Col, word, f.Code, f.Message, hint)
				}
				if got.Len() > 0 {
					break
				}
			}
			if got.String() != says {
				t.Errorf("%s: got\n%swant\n%s", at, got.String(), says)
			}

			s := newServer(&environment{ctx: t.Context(), stdout: io.Discard}, "")
			ask(t, s, "textDocument/didOpen", map[string]any{"textDocument": map[string]any{"uri": "file://" + filepath.ToSlash(file), "text": policy}})
			if err := s.checkAll(); err != nil {
				t.Fatal(err)
			}
			for _, d := range s.folder(dir).diags {
				if !strings.Contains(d.Hint, "did you mean") {
					continue
				}
				asked++
				line := lspPosition{Line: int(d.Pos.Line) - 1}
				if actions := s.fixes(file, lspRange{line, line}).([]lspAction); len(actions) == 0 {
					t.Errorf("%s: no action for %v", at, d)
				}
			}
		}
	}
	if cases < 70 || asked < 20 {
		t.Errorf("only %d cases, %d of them ask", cases, asked)
	}
}

// isAdvice reports whether a code is one of those that only tools report.
func isAdvice(code string) bool {
	return strings.Contains(page[strings.Index(page, "## Advice"):strings.Index(page, "## Rules that no decision reaches")], "| `"+code+"` |")
}
