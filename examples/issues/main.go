// Command issues is a web application for issues of several organizations. A policy
// decides what each user sees, which buttons there are, and which fields are read-only.
//
// From the repository's root:
//
//	go run ./examples/issues
//
// It creates a temporary database and prints the address to open in a browser. README.md
// says what to try. The policy is in policies/issues.
package main

// This file defines the flags, and serves the application.

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/ursa-authz/ursa/examples/internal/database"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "issues:", err)
		os.Exit(1)
	}
}

// run serves until ctx ends.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) (err error) {
	flags := flag.NewFlagSet("issues", flag.ContinueOnError)
	flags.SetOutput(stderr)
	addr := flags.String("addr", "localhost:5000", "the address to listen on, `host:port`")
	name := flags.String("db", "", "the database: a SQLite `file`, or a URL that begins with postgres:// or mysql://;\nan empty one gets the rows of the example\n(default a temporary file, removed when the program ends)")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("unexpected argument %q (issues takes flags only, see -help)", flags.Arg(0))
	}
	if *name == "" {
		dir, err := os.MkdirTemp("", "issues")
		if err != nil {
			return err
		}
		defer os.RemoveAll(dir)
		*name = filepath.Join(dir, "issues.db")
	}
	db, err := database.Open(*name, stderr)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, database.Close(db)) }()
	log := slog.New(slog.NewTextHandler(stderr, nil))
	a, err := newApp(db, log, nil)
	if err != nil {
		return fmt.Errorf("the database %s: %w", database.Shown(*name), err)
	}
	listener, err := net.Listen("tcp", *addr)
	if err != nil {
		return fmt.Errorf("-addr: %w", err)
	}
	fmt.Fprintf(stdout, "Open http://%s in a browser. Anybody who can reach it can sign in as anybody.\n", listener.Addr())
	server := &http.Server{
		Handler:           a.handler(),
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       30 * time.Second,
		IdleTimeout:       2 * time.Minute,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelError),
	}
	stopped := make(chan error, 1)
	context.AfterFunc(ctx, func() {
		grace, done := context.WithTimeout(context.Background(), 10*time.Second)
		defer done()
		stopped <- server.Shutdown(grace)
	})
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return <-stopped
}
