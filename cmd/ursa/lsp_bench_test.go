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

// BenchmarkDiagnostics checks a policy of 10,000 rules after a change, with a schema.
func BenchmarkDiagnostics(b *testing.B) {
	dir := b.TempDir()
	schema := `{"version":1,"classes":[{"name":"User","go":"User","struct":true,"key":["ID"],"fields":[{"name":"id","go":"ID","type":"Integer","id":true}]},` +
		`{"name":"Doc","go":"Doc","struct":true,"fields":[{"name":"owner_id","go":"OwnerID","type":"Integer"},{"name":"kind","go":"Kind","type":"String"}]}]}`
	if err := os.WriteFile(filepath.Join(dir, schemaFile), []byte(schema), 0o666); err != nil {
		b.Fatal(err)
	}
	var text strings.Builder
	for i := range 10_000 {
		fmt.Fprintf(&text, "allow(u: User, \"action%d\", d: Doc) if u.id = d.owner_id and d.kind = \"k%d\";\n", i, i%100)
	}
	s := &server{env: &environment{ctx: b.Context(), stdout: io.Discard}, open: map[string]*document{}, dirty: map[string]bool{}, published: map[string]map[string]bool{}}
	params, err := json.Marshal(map[string]any{"textDocument": map[string]any{"uri": "file://" + filepath.ToSlash(dir) + "/a.polar", "text": text.String()}})
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := s.call("textDocument/didOpen", params); err != nil {
			b.Fatal(err)
		}
		if err := s.publish(); err != nil {
			b.Fatal(err)
		}
	}
}
