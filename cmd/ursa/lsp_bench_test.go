package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// checkAll runs the checks that are due, to their ends.
func (s *server) checkAll() error {
	for s.startCheck(); s.running != nil; s.startCheck() {
		if err := s.endCheck(<-s.checked); err != nil {
			return err
		}
	}
	return nil
}

// largePolicy opens a policy of 10,000 rules with a schema, and returns its URI and text.
func largePolicy(b *testing.B) (s *server, uri, text string) {
	dir := b.TempDir()
	schema := `{"version":1,"classes":[{"name":"User","go":"User","struct":true,"key":["ID"],"fields":[{"name":"id","go":"ID","type":"Integer","id":true}]},` +
		`{"name":"Doc","go":"Doc","struct":true,"fields":[{"name":"owner_id","go":"OwnerID","type":"Integer"},{"name":"kind","go":"Kind","type":"String"}]}]}`
	if err := os.WriteFile(filepath.Join(dir, schemaFile), []byte(schema), 0o666); err != nil {
		b.Fatal(err)
	}
	var t strings.Builder
	for i := range 10_000 {
		fmt.Fprintf(&t, "allow(u: User, \"action%d\", d: Doc) if u.id = d.owner_id and d.kind = \"k%d\";\n", i, i%100)
	}
	s = newServer(&environment{ctx: b.Context(), stdout: io.Discard}, "")
	uri = "file://" + filepath.ToSlash(dir) + "/a.polar"
	ask(b, s, "textDocument/didOpen", map[string]any{"textDocument": map[string]any{"uri": uri, "text": t.String()}})
	if err := s.checkAll(); err != nil {
		b.Fatal(err)
	}
	return s, uri, t.String()
}

// ask sends a message as a client does, and returns the result.
func ask(tb testing.TB, s *server, method string, params any) any {
	tb.Helper()
	body, err := json.Marshal(params)
	if err != nil {
		tb.Fatal(err)
	}
	result, failure := s.call(method, body)
	if failure != nil {
		tb.Fatalf("%s: %s", method, failure.Message)
	}
	return result
}

// edit types or removes a character in the middle of the policy.
func edit(uri string, i int) any {
	at := func(col int) map[string]any { return map[string]any{"line": 5000, "character": col} }
	r, text := map[string]any{"start": at(0), "end": at(0)}, " "
	if i%2 == 1 {
		r, text = map[string]any{"start": at(0), "end": at(1)}, ""
	}
	return map[string]any{"textDocument": map[string]any{"uri": uri}, "contentChanges": []any{map[string]any{"range": r, "text": text}}}
}

// BenchmarkDiagnostics checks a policy of 10,000 rules after a change, with a schema.
func BenchmarkDiagnostics(b *testing.B) {
	s, uri, _ := largePolicy(b)
	for i := 0; b.Loop(); i++ {
		ask(b, s, "textDocument/didChange", edit(uri, i))
		if err := s.checkAll(); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkCompletion types a dot in a policy of 10,000 rules, and asks what may follow.
func BenchmarkCompletion(b *testing.B) {
	for _, tt := range []struct{ name, old, text string }{
		{"member", "u.id = d.owner_id", "u."},
		{"action", "\"action9999\"", "\""},
		{"name", "u.id = d.owner_id", ""},
	} {
		b.Run(tt.name, func(b *testing.B) {
			s, uri, text := largePolicy(b)
			lines := strings.Split(text, "\n")
			last := lines[9999]
			col := strings.Index(last, tt.old)
			at := func(line, col int) map[string]any { return map[string]any{"line": line, "character": col} }
			doc := map[string]any{"uri": uri}
			change := func(from, to int, text string) {
				ask(b, s, "textDocument/didChange", map[string]any{"textDocument": doc, "contentChanges": []any{
					map[string]any{"range": map[string]any{"start": at(9999, from), "end": at(9999, to)}, "text": text}}})
			}
			for b.Loop() {
				change(col, col+len(tt.old), tt.text)
				list := ask(b, s, "textDocument/completion", map[string]any{"textDocument": doc, "position": at(9999, col+len(tt.text))})
				if len(list.(lspCompletions).Items) == 0 {
					b.Fatal("nothing")
				}
				change(col, col+len(tt.text), tt.old)
			}
		})
	}
}
