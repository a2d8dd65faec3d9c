package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/ursa-authz/ursa/authz/polar/syntax"
)

var update = flag.Bool("update", false, "write what the server answers into the sessions in testdata/lsp")

// A client is the other end of a session.
type client struct {
	t      *testing.T
	in     io.Writer
	out    *bufio.Reader
	ended  chan int
	stderr bytes.Buffer
}

func newClient(t *testing.T) *client {
	inRead, inWrite := io.Pipe()
	outRead, outWrite := io.Pipe()
	c := &client{t: t, in: inWrite, out: bufio.NewReader(outRead), ended: make(chan int, 1)}
	go func() {
		c.ended <- run(t.Context(), []string{"lsp"}, inRead, outWrite, &c.stderr)
		outWrite.Close()
	}()
	t.Cleanup(func() { inWrite.Close() })
	return c
}

func (c *client) send(body string) {
	if _, err := fmt.Fprintf(c.in, "Content-Length: %d\r\n\r\n%s", len(body), body); err != nil {
		c.t.Fatal(err)
	}
}

func (c *client) receive() string {
	body, err := readMessage(c.out)
	if err != nil {
		c.t.Fatalf("no answer: %v", err)
	}
	return string(body)
}

// TestSessions plays recorded sessions: in the comment of each archive, lines that begin with
// "> " are sent, and each line below them that begins with "< " is an answer. $WORK is the
// folder with the files of the archive.
func TestSessions(t *testing.T) {
	names, err := filepath.Glob("testdata/lsp/*.txtar")
	if err != nil || len(names) < 4 {
		t.Fatalf("%d sessions, %v", len(names), err)
	}
	for _, name := range names {
		t.Run(filepath.Base(name), func(t *testing.T) {
			archive, err := txtar.ParseFile(name)
			if err != nil {
				t.Fatal(err)
			}
			work := t.TempDir()
			for _, f := range archive.Files {
				file := filepath.Join(work, f.Name)
				if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(file, f.Data, 0o666); err != nil {
					t.Fatal(err)
				}
			}
			c := newClient(t)
			var played []string
			for line := range strings.Lines(string(archive.Comment)) {
				line = strings.TrimSuffix(line, "\n")
				switch {
				case strings.HasPrefix(line, "> "):
					c.send(strings.ReplaceAll(line[2:], "$WORK", filepath.ToSlash(work)))
				case strings.HasPrefix(line, "<"):
					line = "< " + strings.ReplaceAll(c.receive(), filepath.ToSlash(work), "$WORK")
				}
				played = append(played, line)
			}
			if code := <-c.ended; code != 0 {
				t.Errorf("exit code %d: %s", code, c.stderr.String())
			}
			got := strings.Join(played, "\n") + "\n"
			if *update {
				archive.Comment = []byte(got)
				if err := os.WriteFile(name, txtar.Format(archive), 0o666); err != nil {
					t.Fatal(err)
				}
			} else if got != string(archive.Comment) {
				t.Errorf("got:\n%s\nwant:\n%s", got, archive.Comment)
			}
		})
	}
}

// TestSessionFaults: what is not a message, or not JSON, ends the session or is answered
// with an error, and never with a panic.
func TestSessionFaults(t *testing.T) {
	for _, tt := range []struct {
		in   string
		code int
	}{
		{"", 0},
		{"Content-Length: x\r\n\r\n", 2},
		{"Content-Length: -1\r\n\r\n", 2},
		{"Content-Length: 99999999999\r\n\r\n", 2},
		{"Content-Length: 10\r\n\r\n{}", 2},
		{"nonsense\r\n\r\n", 2},
		{frame(`{"jsonrpc":"2.0","method":"exit"}`), 2},
		{frame(`{"jsonrpc":"2.0","id":1,"method":"shutdown"}`) + frame(`{"method":"exit"}`), 0},
		{frame(`[`) + frame(`{"id":1,"method":"fly"}`) + frame(`{"id":1,"method":"textDocument/formatting","params":3}`), 0},
		{frame(`{"id":1,"method":"textDocument/definition","params":{"textDocument":{"uri":"http://x"},"position":{"line":-5,"character":-7}}}`), 0},
		{frame(`{"method":"textDocument/didClose","params":{"textDocument":{"uri":"file:///nowhere/a.polar"}}}`), 0},
		{frame(`{"method":"textDocument/didOpen","params":{"textDocument":{"uri":"file:///nowhere/a.polar","text":"f(1);"}}}`) +
			frame(`{"id":1,"method":"textDocument/definition","params":{"textDocument":{"uri":"file:///nowhere/a.polar"},"position":{"line":2147483647,"character":4}}}`), 0},
	} {
		var out, stderr bytes.Buffer
		if code := run(t.Context(), []string{"lsp"}, strings.NewReader(tt.in), &out, &stderr); code != tt.code {
			t.Errorf("%q: exit code %d, want %d: %s", tt.in, code, tt.code, stderr.String())
		}
	}
}

func frame(body string) string { return fmt.Sprintf("Content-Length: %d\r\n\r\n%s", len(body), body) }

// TestPositions: columns of the protocol count UTF-16, those of diagnostics characters.
func TestPositions(t *testing.T) {
	text := newLines("a\n\"😀é\" x\r\n")
	for _, tt := range []struct {
		pos  syntax.Position
		want lspPosition
	}{
		{syntax.Position{Line: 1, Col: 1}, lspPosition{0, 0}},
		{syntax.Position{Line: 2, Col: 2}, lspPosition{1, 1}},
		{syntax.Position{Line: 2, Col: 3}, lspPosition{1, 3}},
		{syntax.Position{Line: 2, Col: 6}, lspPosition{1, 6}},
		{syntax.Position{}, lspPosition{}},
	} {
		if got := toPosition(text, tt.pos); got != tt.want {
			t.Errorf("%v: got %v, want %v", tt.pos, got, tt.want)
		}
		if tt.pos.IsValid() {
			if back := fromPosition(text, tt.want); back != tt.pos {
				t.Errorf("%v: back to %v", tt.pos, back)
			}
		}
	}
}

// TestEveryPrefix: most texts on the way to a policy are not policies.
func TestEveryPrefix(t *testing.T) {
	text, err := os.ReadFile("../../policies/managed/roles.polar")
	if err != nil {
		t.Fatal(err)
	}
	s := newServer(&environment{ctx: t.Context(), stdout: io.Discard}, "")
	dir := t.TempDir()
	uri := "file://" + filepath.ToSlash(filepath.Join(dir, "a.polar"))
	for n := range len(text) {
		open, _ := json.Marshal(map[string]any{"textDocument": map[string]any{"uri": uri, "text": string(text[:n])}})
		at, _ := json.Marshal(map[string]any{"textDocument": map[string]any{"uri": uri}, "position": map[string]any{"line": strings.Count(string(text[:n]), "\n"), "character": n % 40}})
		for _, call := range []struct{ method, params string }{
			{"textDocument/didOpen", string(open)}, {"textDocument/documentSymbol", string(at)}, {"textDocument/definition", string(at)},
			{"textDocument/formatting", string(at)}, {"textDocument/codeAction", string(at)}, {"textDocument/hover", string(at)},
			{"textDocument/completion", string(at)}, {"textDocument/references", string(at)},
		} {
			if _, err := s.call(call.method, json.RawMessage(call.params)); err != nil {
				t.Fatalf("%s after %d bytes: %v", call.method, n, err)
			}
		}
	}
}
