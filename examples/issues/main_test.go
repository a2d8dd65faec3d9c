package main

// This file tests the program: its flags, and that it serves until it is stopped.

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ursa-authz/ursa/examples/internal/database"
)

func TestRun(t *testing.T) {
	name := filepath.Join(t.TempDir(), "issues.db")
	for range 2 { // the second time, the database has the rows already
		ctx, stop := context.WithCancel(t.Context())
		out, in := io.Pipe()
		done := make(chan error, 1)
		go func() { done <- run(ctx, []string{"-addr", "localhost:0", "-db", name}, in, io.Discard) }()
		line, err := bufio.NewReader(out).ReadString('\n')
		if err != nil {
			t.Fatal(err)
		}
		var url string
		if _, err := fmt.Sscanf(line, "Open %s", &url); err != nil {
			t.Fatalf("%v in %s", err, line)
		}
		resp, err := http.Get(url + "/sign-in")
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil || strings.Count(string(body), "Alice") != 1 {
			t.Errorf("%v\n%s", err, body)
		}
		http.DefaultClient.CloseIdleConnections()
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}

func TestFlags(t *testing.T) {
	other := filepath.Join(t.TempDir(), "other.db")
	db, err := database.Open(other, t.Output())
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(db.Exec("CREATE TABLE invoices (id INTEGER)").Error, database.Close(db)); err != nil {
		t.Fatal(err)
	}
	for args, want := range map[string]string{
		"-x":                    "flag provided but not defined: -x",
		"now":                   `unexpected argument "now"`,
		"-db redis://x":         "-db takes postgres:// and mysql:// URLs and SQLite files",
		"-db " + other:          "the database has other tables",
		"-addr localhost:70000": "-addr: ",
	} {
		if err := run(t.Context(), strings.Fields(args), io.Discard, io.Discard); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", args, err, want)
		}
	}
	if err := run(t.Context(), []string{"-help"}, io.Discard, io.Discard); !errors.Is(err, flag.ErrHelp) {
		t.Errorf("-help: %v", err)
	}
}
