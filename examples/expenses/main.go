// Command expenses is an application whose authorization is a policy: users
// submit expenses and see their own.
//
// From the repository's root:
//
//	go run ./examples/expenses
//
// It creates a temporary database, listens on port 5000 and prints what to try.
// The policy is in policies/expenses, and can be edited while the program runs.
// The first build takes a minute or more, most of it for SQLite, and go run
// prints nothing until it is done.
package main

// This file defines the flags and the application.

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"gorm.io/gorm"

	gormauthz "github.com/ursa-authz/ursa/adapters/gorm"
	"github.com/ursa-authz/ursa/authz"
)

// engines are the engines by name. Without the build tag oso there is only authz's
// own, which is nil.
var engines = map[string]authz.Engine{"polar": nil}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the program at once
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
		os.Exit(0)
	case errors.Is(err, errUsage):
		os.Exit(2)
	case err != nil:
		fmt.Fprintln(os.Stderr, "expenses:", explained(err))
		os.Exit(1)
	}
}

// explained returns the text of an error: for a bad policy every error, each with
// its source line.
func explained(err error) string {
	var all interface{ Long() string }
	if errors.As(err, &all) {
		return "the policy is bad\n" + all.Long()
	}
	return err.Error()
}

// settings are the values of the flags.
type settings struct {
	addr, db, policy, engine string
	watch                    bool
}

// errUsage is returned for wrong flags, after the message is printed.
var errUsage = errors.New("wrong usage")

func parseFlags(args []string, stderr io.Writer) (settings, error) {
	var s settings
	flags := flag.NewFlagSet("expenses", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&s.addr, "addr", "localhost:5000", "the address to listen on, `host:port`")
	flags.StringVar(&s.db, "db", "", "the database: a SQLite `file`, or a URL that begins with postgres:// or mysql://;\nan empty one gets the rows of expenses.sql\n(default a temporary file, removed when the program ends)")
	flags.StringVar(&s.policy, "policy", "", "the policy: the name of a `folder` in policies/, or files on disk, such as ./mine/*.polar\n(default expenses, or expenses-oso for -engine oso)")
	flags.StringVar(&s.engine, "engine", "polar", "the engine: polar, or oso if built with the tag oso")
	flags.BoolVar(&s.watch, "watch", true, "check every second whether the policy on disk has changed")
	if err := flags.Parse(args); errors.Is(err, flag.ErrHelp) {
		return s, err
	} else if err != nil {
		return s, errUsage
	}
	if flags.NArg() > 0 {
		fmt.Fprintf(stderr, "expenses takes only flags, not %q\n", flags.Args())
		flags.Usage()
		return s, errUsage
	}
	if s.policy == "" {
		s.policy = "expenses"
		if s.engine == "oso" {
			s.policy = "expenses-oso"
		}
	}
	return s, nil
}

// run is the program: it serves until ctx ends.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	s, err := parseFlags(args, stderr)
	if err != nil {
		return err
	}
	app, err := newApp(ctx, s, stderr)
	if err != nil {
		return err
	}
	defer app.close()
	listeners, err := listen(s.addr)
	if err != nil {
		return err
	}
	app.introduce(stdout, stderr, listeners)
	return app.serve(ctx, listeners)
}

// An app is the application, ready to serve.
type app struct {
	settings
	policy    policySource
	temporary string // the directory of a temporary database, or ""
	filled    bool   // the database was empty
	lists     bool   // GET /expenses can be answered
	log       *slog.Logger
	db        *gorm.DB
	az        *authz.Authorizer
	handler   http.Handler
}

func newApp(ctx context.Context, s settings, stderr io.Writer) (*app, error) {
	a := &app{settings: s, log: slog.New(slog.NewTextHandler(stderr, nil))}
	engine, ok := engines[s.engine]
	if !ok && s.engine == "oso" {
		return nil, errors.New("this program was built without go-oso (run: go run -tags oso ./examples/expenses -engine oso)")
	} else if !ok {
		return nil, fmt.Errorf("-engine: there is no engine %q (choose from %s)", s.engine, strings.Join(slices.Sorted(maps.Keys(engines)), ", "))
	}
	var err error
	if a.policy, err = findPolicy(s.policy); err != nil {
		return nil, err
	}
	name := s.db
	if name == "" {
		if a.temporary, err = os.MkdirTemp("", "expenses"); err != nil {
			return nil, err
		}
		name = filepath.Join(a.temporary, "expenses.db")
	}
	if a.db, a.filled, err = openDatabase(ctx, name, stderr); err == nil {
		err = a.authorize(engine)
	}
	if err != nil {
		a.close()
		return nil, err
	}
	return a, nil
}

// authorize creates the Authorizer and the handler that it guards.
func (a *app) authorize(engine authz.Engine) error {
	classes, err := gormauthz.Classes(a.db, &User{}, &Expense{}, &Organization{})
	if err != nil {
		return err
	}
	classes = append(classes, authz.ClassOf[Guest]())
	if a.engine != "oso" { // go-oso has no supertypes
		classes = append(classes, authz.ClassOf[Actor]())
	}
	a.az, err = authz.New(authz.Config{
		Policies: a.policy.policies,
		Classes:  classes,
		Engine:   engine,
		Actor:    a.actor,
		HTTP:     authz.HTTPConfig{Challenge: `User realm="expenses"`},
		Observe:  a.observe,
	})
	if err != nil {
		return err
	}
	if err := a.db.Use(gormauthz.New(a.az)); err != nil {
		return err
	}
	a.lists = a.checkLists()
	rt := &routes{
		db:            a.db,
		expenses:      gormauthz.NewRepository[Expense](a.db),
		organizations: gormauthz.NewRepository[Organization](a.db),
	}
	a.handler = rt.handler(a.az)
	return nil
}

// actor returns the actor of a request: the user whose e-mail address is in the
// header user. Anybody can send this header. A real application checks a session
// or a token here.
func (a *app) actor(r *http.Request) (any, error) {
	emails := r.Header.Values("user")
	if len(emails) == 0 {
		return Guest{}, nil
	}
	if len(emails) > 1 {
		return nil, fmt.Errorf("%w: several user headers", authz.ErrBadRequest)
	}
	var users []*User
	if err := a.db.WithContext(r.Context()).Where("email = ?", emails[0]).Find(&users).Error; err != nil {
		return nil, err
	}
	for _, u := range users {
		if u.Email == emails[0] { // some databases find ALICE@foo.com too
			return u, nil
		}
	}
	return nil, authz.ErrUnauthenticated
}

// checkLists reports whether the engine can make a list of expenses from the
// policy, and logs a warning if not. It runs before the first request needs it.
func (a *app) checkLists() bool {
	err := a.az.CheckFilter(context.Background(), authz.ClassOf[Expense](), "read", &User{ID: 1, OrganizationID: 1}, Guest{})
	if err != nil {
		a.log.Warn("GET /expenses will fail", "error", err)
	}
	return err == nil
}

// observe logs every event, and checks the lists of a new policy.
func (a *app) observe(ctx context.Context, e authz.Event) {
	authz.LogDecisions(a.log)(ctx, e)
	if e.Kind == authz.EventReload && e.Err == nil {
		a.checkLists()
	}
}

// introduce prints what runs, where it listens, and requests to try.
func (a *app) introduce(stdout, stderr io.Writer, listeners []net.Listener) {
	for _, d := range a.az.Diagnostics() {
		fmt.Fprintln(stderr, "policy:", d)
	}
	policy := a.policy.shown
	if a.watches() {
		policy += " (watched: edits take effect within about a second)"
	}
	database := shown(a.settings.db)
	switch {
	case a.temporary != "":
		database = "temporary, with the rows of expenses.sql (-db expenses.db keeps one)"
	case a.filled:
		database += " (was empty, now has the rows of expenses.sql)"
	}
	var urls []string
	for _, l := range listeners {
		urls = append(urls, "http://"+l.Addr().String())
		if !isLoopback(l) {
			fmt.Fprintf(stderr, "WARNING: other machines can reach %s. The header \"user:\" does not authenticate anybody:\n"+
				"any client can pretend to be any user.\n", l.Addr())
		}
	}
	host := listeners[0].Addr().String()
	if addr, ok := listeners[0].Addr().(*net.TCPAddr); ok && (len(listeners) > 1 || addr.IP.IsUnspecified()) {
		host = net.JoinHostPort("localhost", strconv.Itoa(addr.Port))
	}
	fmt.Fprintf(stdout, `Engine:    %s
Policy:    %s
Database:  %s
Listening: %s

Try:
    curl %[5]s/
    curl -H "user: alice@foo.com" %[5]s/whoami
    curl -H "user: alice@foo.com" %[5]s/expenses/2
    curl -H "user: alice@foo.com" %[5]s/expenses/1
`, a.settings.engine, policy, database, strings.Join(urls, " and "), host)
	if a.lists {
		fmt.Fprintf(stdout, "    curl -H \"user: alice@foo.com\" %s/expenses\n", host)
	}
}

func (a *app) watches() bool { return a.watch && a.policy.onDisk }

// shutdownTime limits how long requests in progress may take at shutdown.
const shutdownTime = 10 * time.Second

// serve answers requests until ctx ends, and then finishes those in progress.
func (a *app) serve(ctx context.Context, listeners []net.Listener) error {
	server := &http.Server{
		Handler:           a.handler,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       30 * time.Second,
		IdleTimeout:       2 * time.Minute,
		ErrorLog:          slog.NewLogLogger(a.log.Handler(), slog.LevelError),
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var work sync.WaitGroup
	for _, l := range listeners {
		work.Go(func() {
			if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
				cancel(err)
			}
		})
	}
	if a.watches() {
		work.Go(func() {
			if err := a.az.Watch(ctx, time.Second); ctx.Err() == nil {
				cancel(err)
			}
		})
	}
	<-ctx.Done()
	var failed error
	if cause := context.Cause(ctx); !errors.Is(cause, context.Canceled) {
		failed = cause
	}
	grace, done := context.WithTimeout(context.WithoutCancel(ctx), shutdownTime)
	defer done()
	err := server.Shutdown(grace)
	work.Wait()
	return errors.Join(failed, err)
}

func (a *app) close() {
	var err error
	if a.db != nil {
		err = closeDatabase(a.db)
	}
	if a.temporary != "" {
		err = errors.Join(err, os.RemoveAll(a.temporary))
	}
	if err != nil {
		a.log.Error("closing the database", "error", err)
	}
}
