package main

import (
	"bytes"
	"os"
	"strings"
	"testing"
)

// TestToolsPage runs the commands in the console blocks of docs/tools.md.
func TestToolsPage(t *testing.T) {
	t.Chdir("../..")
	text, err := os.ReadFile("docs/tools.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks := strings.Split(string(text), "\n```console\n")[1:]
	if len(blocks) != 3 {
		t.Errorf("there are %d console blocks, not 3", len(blocks))
	}
	for _, block := range blocks {
		block, _, _ = strings.Cut(block, "\n```")
		command, want, _ := strings.Cut(block, "\n")
		args, ok := strings.CutPrefix(command, "$ ursa ")
		if !ok {
			t.Fatalf("the block does not begin with a command: %s", command)
		}
		var stdout, stderr bytes.Buffer
		code := run(t.Context(), strings.Fields(args), strings.NewReader(""), &stdout, &stderr)
		if code != 0 || strings.TrimSpace(stdout.String()) != want {
			t.Errorf("%s: exit code %d\n%s%s\nwant:\n%s", command, code, stdout.String(), stderr.String(), want)
		}
	}
}
