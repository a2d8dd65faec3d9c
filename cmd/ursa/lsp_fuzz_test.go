package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf16"
	"unicode/utf8"
)

// A typist is the text of a document as the protocol counts: in UTF-16.
type typist []uint16

// at returns the position of an offset.
func (t typist) at(off int) map[string]any {
	line, start := 0, 0
	for i, c := range t[:off] {
		if c == '\n' {
			line, start = line+1, i+1
		}
	}
	return map[string]any{"line": line, "character": off - start}
}

// splits reports whether an offset is between the halves of a character or of a line's end, where
// no editor has its cursor.
func (t typist) splits(off int) bool {
	return off > 0 && off < len(t) && (utf16.IsSurrogate(rune(t[off])) && utf16.IsSurrogate(rune(t[off-1])) || t[off-1] == '\r')
}

// FuzzSession makes edits and requests: each three bytes are one. After every edit the text of
// the server is that of the client, and nothing ends the session.
func FuzzSession(f *testing.F) {
	policy, err := os.ReadFile("../../policies/managed/roles.polar")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(string(policy), []byte("a09 (00 )44 \"33 .88 +91 x10"))
	f.Add("allow(u: User, \"é😀\", r: Repo) if u.name = \"😀\";\r\n", []byte{0, 200, 1, 1, 16, 3, 2, 30, 0, 3, 30, 0, 4, 16, 0, 5, 12, 1, 6, 40, 0, 7, 40, 0, 8, 3, 3, 9, 2, 2})
	f.Fuzz(func(t *testing.T, text string, steps []byte) {
		if len(text) > 10_000 || !utf8.ValidString(text) || len(steps) > 300 {
			t.Skip()
		}
		dir := t.TempDir()
		s := newServer(&environment{ctx: t.Context(), stdout: io.Discard}, "")
		uri := "file://" + filepath.ToSlash(dir) + "/a.polar"
		doc := map[string]any{"uri": uri, "text": text}
		ask(t, s, "textDocument/didOpen", map[string]any{"textDocument": doc})
		model := typist(utf16.Encode([]rune(text)))
		words := []string{"", "u.", "\"", ";", "\n", "😀", "allow(u: User, \"read\", r)", " if ", "}", "resource A { roles = [\"a\"]; }"}
		for ; len(steps) >= 3; steps = steps[3:] {
			from := int(steps[1]) * len(model) / 256
			to := min(from+int(steps[2]%8), len(model))
			switch method := []string{
				"", "", "", "textDocument/hover", "textDocument/completion", "textDocument/references", "textDocument/definition",
				"textDocument/rename", "textDocument/prepareRename", "textDocument/codeAction", "textDocument/formatting",
			}[steps[0]%11]; {
			case method != "":
				params := map[string]any{"textDocument": doc, "position": model.at(from), "newName": "other", "range": map[string]any{"start": model.at(from), "end": model.at(to)}}
				body := mustJSON(params)
				if _, failure := s.call(method, body); failure != nil {
					t.Fatalf("%s: %v", method, failure)
				}
			case model.splits(from) || model.splits(to):
			default:
				word := words[int(steps[0]/3)%len(words)]
				ask(t, s, "textDocument/didChange", map[string]any{"textDocument": doc, "contentChanges": []any{
					map[string]any{"range": map[string]any{"start": model.at(from), "end": model.at(to)}, "text": word}}})
				model = append(append(append(typist{}, model[:from]...), utf16.Encode([]rune(word))...), model[to:]...)
				if got, want := s.open[path(uri)].text, string(utf16.Decode(model)); got != want {
					t.Fatalf("the server has %q, the client %q", got, want)
				}
			}
			if steps[2]%5 == 0 {
				if err := s.checkAll(); err != nil {
					t.Fatal(err)
				}
			}
		}
	})
}

// TestEditCancelsCheck: a check of a text that has changed since ends early and is not reported.
func TestEditCancelsCheck(t *testing.T) {
	var out bytes.Buffer
	s := newServer(&environment{ctx: t.Context(), stdout: &out}, "")
	uri := "file://" + filepath.ToSlash(t.TempDir()) + "/a.polar"
	doc := map[string]any{"uri": uri, "text": strings.Repeat("allow(u: User, \"x\", _: Repo) if u.id = 1 and u.nmae = 2;\n", 20_000)}
	ask(t, s, "textDocument/didOpen", map[string]any{"textDocument": doc})
	s.startCheck()
	ask(t, s, "textDocument/didChange", map[string]any{"textDocument": doc, "contentChanges": []any{map[string]any{"text": "f(1"}}})
	c := <-s.checked
	if !errors.Is(c.err, context.Canceled) {
		t.Errorf("the check ended with %v", c.err)
	}
	if err := s.endCheck(c); err != nil {
		t.Fatal(err)
	}
	if out.Len() > 0 {
		t.Errorf("the check of the old text was reported: %.200s", out.String())
	}
	if err := s.checkAll(); err != nil {
		t.Fatal(err)
	}
	if got := out.String(); strings.Count(got, "publishDiagnostics") != 1 || !strings.Contains(got, "unrecognized-eof") {
		t.Errorf("the new text: %s", got)
	}
}

// TestFilesChange: a schema that changes outside of the editor is read again.
func TestFilesChange(t *testing.T) {
	var out bytes.Buffer
	s := newServer(&environment{ctx: t.Context(), stdout: &out}, "")
	dir := t.TempDir()
	write := func(field string) {
		text := `{"version":1,"classes":[{"name":"User","go":"User","struct":true,"fields":[{"name":"` + field + `","go":"X","type":"Integer"}]}]}`
		if err := os.WriteFile(filepath.Join(dir, schemaFile), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	write("id")
	doc := map[string]any{"uri": "file://" + filepath.ToSlash(dir) + "/a.polar", "text": "allow(u: User, \"x\", _) if u.id = 1;\n"}
	ask(t, s, "textDocument/didOpen", map[string]any{"textDocument": doc})
	for _, want := range []bool{false, true, false} {
		if err := s.checkAll(); err != nil {
			t.Fatal(err)
		}
		if got := strings.Contains(out.String(), "User has no attribute id"); got != want {
			t.Errorf("%s", out.String())
		}
		out.Reset()
		write(map[bool]string{false: "key", true: "id"}[want])
		ask(t, s, "workspace/didChangeWatchedFiles", map[string]any{"changes": []any{}})
	}
}

// TestActionsWait: the fixes of a text that is being checked are those of the new text.
func TestActionsWait(t *testing.T) {
	var out bytes.Buffer
	s := newServer(&environment{ctx: t.Context(), stdout: &out}, "")
	uri := "file://" + filepath.ToSlash(t.TempDir()) + "/a.polar"
	doc := map[string]any{"uri": uri, "text": "small(1);\nallow(_, _, x) if smal(x);\n"}
	ask(t, s, "textDocument/didOpen", map[string]any{"textDocument": doc})
	request := `{"jsonrpc":"2.0","id":7,"method":"textDocument/codeAction","params":` + string(mustJSON(map[string]any{
		"textDocument": doc, "range": map[string]any{"start": map[string]any{"line": 1}, "end": map[string]any{"line": 1}}})) + "}"
	if _, err := s.handle([]byte(request)); err != nil {
		t.Fatal(err)
	}
	if out.Len() > 0 {
		t.Errorf("answered before the check: %s", out.String())
	}
	if err := s.checkAll(); err != nil {
		t.Fatal(err)
	}
	if got := out.String(); !strings.Contains(got, `"id":7`) || !strings.Contains(got, "Replace by small") {
		t.Errorf("%s", got)
	}
}
