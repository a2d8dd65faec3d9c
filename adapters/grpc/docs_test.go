package grpcauthz_test

// This file tests that the code in docs/grpc.md is code that runs: that of the examples
// and tests here, and of the test with connect.

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// flat returns text without indentation and empty lines.
func flat(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			b.WriteString(line + "\n")
		}
	}
	return b.String()
}

func TestDocs(t *testing.T) {
	page, err := os.ReadFile("../../docs/grpc.md")
	if err != nil {
		t.Fatal(err)
	}
	files, _ := filepath.Glob("*_test.go")
	var code strings.Builder
	for _, name := range append(files, "../../internal/rpctest/connect_test.go") {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		code.WriteString(flat(string(text)))
	}
	blocks := 0
	for _, part := range strings.Split(string(page), "\n```")[1:] {
		lang, block, _ := strings.Cut(part, "\n")
		if lang != "go" && lang != "polar" {
			continue
		}
		blocks++
		if !strings.Contains(code.String(), flat(block)) {
			t.Errorf("docs/grpc.md has code that no test runs:\n%s", block)
		}
	}
	if blocks < 6 {
		t.Errorf("only %d blocks of code", blocks)
	}
}
