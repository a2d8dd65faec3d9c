package main

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/ursa-authz/ursa/authz/polar/syntax"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"ursa": main})
}

// TestScripts runs the commands as their users do.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:  "testdata/script",
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"exitcode": exitcode},
		Setup: func(env *testscript.Env) error {
			root, err := os.Getwd()
			if err != nil {
				return err
			}
			env.Setenv("ROOT", root+"/../..")
			for _, name := range []string{"GOCACHE", "GOPATH", "GOMODCACHE", "HOME"} {
				if os.Getenv(name) != "" {
					env.Setenv(name, os.Getenv(name))
				}
			}
			return nil
		},
	})
}

// TestEveryCode: the page of every code can be printed.
func TestEveryCode(t *testing.T) {
	codes := regexp.MustCompile("(?m)^\\| `([a-z0-9-]+)` \\|").FindAllStringSubmatch(page, -1)
	if len(codes) < 60 {
		t.Errorf("only %d codes were found", len(codes))
	}
	for _, m := range codes {
		var b bytes.Buffer
		if err := printCode(&b, m[1]); err != nil || !strings.HasPrefix(b.String(), m[1]+" (") {
			t.Errorf("%s: %v\n%s", m[1], err, b.String())
		}
	}
}

func TestGoFlags(t *testing.T) {
	for _, tt := range []struct{ in, out string }{
		{"check -format json a", "check --format json a"},
		{"check -format=json --schema x", "check --format=json --schema x"},
		{"fmt -l -d -w -", "fmt -l -d -w -"},
		{"rules -can read Expense p", "rules --can=read Expense p"},
		{"rules -can", "rules --can"},
		{"fmt -- -list", "fmt -- -list"},
	} {
		if got := strings.Join(goFlags(strings.Fields(tt.in)), " "); got != tt.out {
			t.Errorf("%s: got %s", tt.in, got)
		}
	}
}

// exitcode runs a command that has to end with an exit code: exitcode 2 ursa fmt x.polar.
func exitcode(ts *testscript.TestScript, _ bool, args []string) {
	var exit *exec.ExitError
	err := ts.Exec(args[1], args[2:]...)
	if !errors.As(err, &exit) || strconv.Itoa(exit.ExitCode()) != args[0] {
		ts.Fatalf("%s: got %v, want exit code %s", strings.Join(args[1:], " "), err, args[0])
	}
}

// TestColour: errors are red and warnings yellow on a terminal, and nowhere else.
func TestColour(t *testing.T) {
	d := syntax.Diagnostic{Severity: syntax.Warning, Code: "some-code", Msg: "message"}
	if got := text(d, "", true); got != "\x1b[33mwarning: message\x1b[0m [some-code]" {
		t.Errorf("%q", got)
	}
	d.Severity = syntax.Error
	if got := text(d, "", true); got != "\x1b[31mmessage\x1b[0m [some-code]" {
		t.Errorf("%q", got)
	}
	if got := text(d, "", false); got != "message [some-code]" {
		t.Errorf("%q", got)
	}
	if hasColour(&environment{stdout: new(bytes.Buffer)}) {
		t.Error("a buffer is not a terminal")
	}
	terminal, err := os.OpenFile("/dev/null", os.O_WRONLY, 0) // a character device, as terminals are
	if err != nil {
		t.Skip(err)
	}
	defer terminal.Close()
	t.Setenv("TERM", "xterm")
	t.Setenv("NO_COLOR", "")
	if !hasColour(&environment{stdout: terminal}) {
		t.Error("no colour on a terminal")
	}
	t.Setenv("NO_COLOR", "1")
	if hasColour(&environment{stdout: terminal}) {
		t.Error("colour in spite of NO_COLOR")
	}
}

// TestGitHub: what ends a command, or a property of it, is escaped.
func TestGitHub(t *testing.T) {
	f := finding{File: "a,b:c.polar", Line: 3, Col: 4, Severity: "error", Code: "x", Message: "100%\n::error::injected", Hint: "h"}
	if got, want := github(f), "::error file=a%2Cb%3Ac.polar,line=3,col=4,title=x::100%25%0A::error::injected (h)"; got != want {
		t.Errorf("got %q", got)
	}
}
