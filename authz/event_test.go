package authz_test

// This file tests which events there are, and what they cost.

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"github.com/ursa-authz/ursa/authz"
	"github.com/ursa-authz/ursa/authz/internal/host"
)

// observing returns an observer that keeps every event.
func observing(seen *[]authz.Event) func(*authz.Config) {
	return func(c *authz.Config) {
		c.Observe = func(_ context.Context, e authz.Event) { *seen = append(*seen, e) }
	}
}

// TestEventKinds tests that everything that is asked or answered is one event.
func TestEventKinds(t *testing.T) {
	const policy = `
allow(u: user, "read", e: Expense) if e.id = 7 and u.name = "alice";
allow(u: user, "list", e: Expense) if e.audit() and u.name = "alice";
allow(u: user, "audit", _: Expense) if u.name = "nobody";
allow(_: user, "GET", request: Request) if not request.path = "/secret";
allow_field(_: user, "read", _: Expense, "id");
names("alice"); names("bob");
`
	refuse := func(err error) func(context.Context, *authz.Authorizer) {
		return func(ctx context.Context, _ *authz.Authorizer) {
			authz.Refuse(httptest.NewRecorder(), httptest.NewRequestWithContext(ctx, "PUT", "/expenses/7?q=secret", nil), err)
		}
	}
	for _, tt := range []struct {
		name string
		ask  func(ctx context.Context, az *authz.Authorizer)
		want string // of the last event, without version, id and duration
		line string // the message in a log
	}{
		{"list of some", func(ctx context.Context, az *authz.Authorizer) {
			az.Filter(ctx, alice, "read", authz.ClassOf[expense]())
		}, "kind=list verdict=answered actor_class=user actor_id=1 action=read resource_class=Expense rule=allow matches=some",
			"list answered: user 1 read Expense"},
		{"list of none", func(ctx context.Context, az *authz.Authorizer) {
			az.Filter(ctx, alice, "audit", authz.ClassOf[expense]())
		}, "kind=list verdict=answered actor_class=user actor_id=1 action=audit resource_class=Expense rule=allow matches=none",
			"list answered: user 1 audit Expense (no rows)"},
		{"list that cannot be made", func(ctx context.Context, az *authz.Authorizer) {
			az.Filter(ctx, alice, "list", authz.ClassOf[expense]())
		}, `kind=list verdict=undecided err="p:3:39: the method audit of the unknown Expense cannot become a filter`,
			"list undecided: user 1 list Expense"},
		{"actions", func(ctx context.Context, az *authz.Authorizer) { az.AuthorizedActions(ctx, alice, lunch) },
			`kind=enumeration verdict=undecided err="p:3:39: method Audit of Expense returned an error`,
			"enumeration undecided: user 1 actions on Expense 7"},
		{"fields", func(ctx context.Context, az *authz.Authorizer) { az.AuthorizedFields(ctx, alice, "read", lunch) },
			"kind=enumeration verdict=answered actor_class=user actor_id=1 action=read resource_class=Expense resource_id=7 rule=allow_field count=1",
			"enumeration answered: user 1 read fields of Expense 7"},
		{"actors", func(ctx context.Context, az *authz.Authorizer) {
			az.FilterActors(ctx, authz.ClassOf[user](), "read", lunch)
		}, "kind=actors verdict=answered actor_class=user action=read resource_class=Expense resource_id=7 rule=allow matches=some",
			"actors answered: user that may read Expense 7"},
		{"query", func(ctx context.Context, az *authz.Authorizer) {
			for range az.Query(ctx, "names", authz.Var("x")) {
			}
		}, "kind=query verdict=answered rule=names count=2", "query answered: names"},
		{"query left early", func(ctx context.Context, az *authz.Authorizer) {
			for range az.Query(ctx, "names", authz.Var("x")) {
				break
			}
		}, "kind=query verdict=answered rule=names count=1", "query answered: names"},
		{"query without the rule", func(ctx context.Context, az *authz.Authorizer) {
			for range az.Query(ctx, "nothing", authz.Var("x")) {
			}
		}, `kind=query verdict=undecided err="`, "query undecided: nothing"},
		{"write", func(ctx context.Context, az *authz.Authorizer) {
			az.ReportWrite(ctx, authz.Write{Actor: alice, Action: "update", Class: authz.ClassOf[expense](), Rows: 3})
		}, "kind=write verdict=allowed actor_class=user actor_id=1 action=update resource_class=Expense rule=allow count=3",
			"write allowed: user 1 update Expense"},
		{"write denied", func(ctx context.Context, az *authz.Authorizer) {
			az.ReportWrite(ctx, authz.Write{Actor: alice, Action: "update", Class: authz.ClassOf[expense](), Rows: 3, Denied: "rows in their new state"})
		}, `kind=write verdict=denied actor_class=user actor_id=1 action=update resource_class=Expense rule=allow count=3 reason="rows in their new state"`,
			"write denied: user 1 update Expense, rows in their new state"},
		{"skip", func(ctx context.Context, az *authz.Authorizer) { authz.Skip(ctx, "a public page") },
			`kind=skip verdict=skipped actor_class=user actor_id=1 reason="a public page"`, "skipped: user 1, a public page"},
		{"request", func(ctx context.Context, az *authz.Authorizer) {
			r, _ := http.NewRequestWithContext(ctx, "GET", "/secret?q=secret", nil)
			mux := http.NewServeMux()
			mux.HandleFunc("GET /{name}", func(http.ResponseWriter, *http.Request) {})
			r.Header.Set("user", "alice")
			az.Middleware(mux).ServeHTTP(httptest.NewRecorder(), r)
		}, "kind=refusal status=403 actor_class=user actor_id=1 path=/secret route=\"GET /{name}\"", "refused 403: user 1 GET /secret"},
		{"refused without a decision", refuse(authz.ErrUnauthenticated),
			`kind=refusal status=401 err="authz: unauthenticated" actor_class=user actor_id=1 path=/expenses/7`, "refused 401: user 1 PUT /expenses/7"},
		{"refused for an error of the program", refuse(errors.New(secret)),
			`kind=refusal status=500 err=*errors.errorString actor_class=user actor_id=1 path=/expenses/7`, "refused 500: user 1 PUT /expenses/7"},
		{"refused by an adapter", func(ctx context.Context, az *authz.Authorizer) {
			authz.ReportRefusal(ctx, "/pkg.Service/Method", authz.ErrForbidden)
		}, `kind=refusal status=403 err="authz: forbidden" actor_class=user actor_id=1 action=/pkg.Service/Method`, "refused 403: user 1 /pkg.Service/Method"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var seen []authz.Event
			var log bytes.Buffer
			observe := authz.LogDecisions(slog.New(slog.NewTextHandler(&log, nil)))
			az := newAuthorizer(t, "", withPolar, func(c *authz.Config) {
				c.Policies = authz.String("p", policy)
				c.Observe = func(ctx context.Context, e authz.Event) {
					seen = append(seen, e)
					observe(ctx, e)
				}
			})
			tt.ask(authz.NewContext(t.Context(), az, alice), az)
			if len(seen) == 0 {
				t.Fatal("the observer received nothing")
			}
			last := seen[len(seen)-1]
			if got := fmt.Sprint(last); !strings.HasPrefix(got, tt.want) || strings.Contains(log.String(), secret) {
				t.Errorf("got  %s\nwant %s\n%s", got, tt.want, log.String())
			}
			if !strings.Contains(log.String(), tt.line+`"`) && !strings.Contains(log.String(), "msg="+tt.line) {
				t.Errorf("logged %s\nwant a line %q", log.String(), tt.line)
			}
			if last.Kind != authz.EventRefusal && len(last.DecisionID()) != 26 || last.PolicyVersion != az.Version() {
				t.Errorf("id %q, version %q", last.DecisionID(), last.PolicyVersion)
			}
		})
	}
}

// TestRefusalHasTheDecision tests that a refusal has the id of its decision, also where the
// client does not see it, and is logged at Info, since the decision is logged.
func TestRefusalHasTheDecision(t *testing.T) {
	var seen []authz.Event
	az := newAuthorizer(t, "allow alice read Expense\nallow alice pay !error", observing(&seen), func(c *authz.Config) { c.ReadAction = "read" })
	for _, tt := range []struct {
		actor  *user
		action string
		status int
		hidden bool
	}{{alice, "write", 403, false}, {bob, "write", 404, true}, {alice, "pay", 500, false}} {
		seen = nil
		err := az.Authorize(t.Context(), tt.actor, tt.action, lunch)
		authz.Refuse(httptest.NewRecorder(), httptest.NewRequest("GET", "/", nil).WithContext(authz.NewContext(t.Context(), az, tt.actor)), err)
		if len(seen) != 2 || seen[1].Kind != authz.EventRefusal || seen[1].Status != tt.status || seen[1].Hidden != tt.hidden ||
			seen[1].Verdict != authz.NoVerdict || seen[1].DecisionID() == "" || seen[1].DecisionID() != seen[0].DecisionID() {
			t.Errorf("%s: %v", tt.action, seen)
		}
	}
}

// TestWriteHasTheDecision tests that a denied write is ErrForbidden, with the id that the
// observer receives.
func TestWriteHasTheDecision(t *testing.T) {
	var seen []authz.Event
	az := newAuthorizer(t, "allow * * *", observing(&seen))
	err := az.ReportWrite(t.Context(), authz.Write{Actor: alice, Action: "update", Class: authz.ClassOf[expense](), Denied: "rows in their new state"})
	if outcome(t, err) != forbidden || authz.DecisionID(err) == "" || authz.DecisionID(err) != seen[0].DecisionID() {
		t.Errorf("%v: %v", err, seen)
	}
}

// TestFaultWithoutObserver tests that an undecided that a client is answered 500 for is
// logged if nobody observes, and nothing else is.
func TestFaultWithoutObserver(t *testing.T) {
	var log bytes.Buffer
	logger := slog.New(slog.NewTextHandler(&log, nil))
	with := func(c *authz.Config) { c.Logger = logger }
	az := newAuthorizer(t, "allow alice pay !error\nallow alice GET *", with)
	h := az.Middleware(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, err := authz.Authorize(r.Context(), r.URL.Query().Get("action"), lunch); err != nil {
			authz.Refuse(w, r, err)
		}
	}))
	for _, tt := range []struct {
		user, path string
		status     int
		want       string
	}{
		{"alice", "/x?action=pay", 500, `level=ERROR msg="refused 500: user 1 GET /x" kind=refusal status=500 err="the policy failed"`},
		{"alice", "/x?action=write", 403, ""},
		{"bob", "/x", 403, ""},
		{"down", "/x", 500, `err="finding the actor: *errors.errorString"`},
	} {
		log.Reset()
		resp, _ := get(t, h, "GET", tt.path, "user", tt.user)
		if got := log.String(); resp.StatusCode != tt.status || !strings.Contains(got, tt.want) || (got == "") != (tt.want == "") || strings.Count(got, "\n") > 1 {
			t.Errorf("%s %s: %d, logged %q, want %s", tt.user, tt.path, resp.StatusCode, got, tt.want)
		}
	}
	log.Reset()
	observed := newAuthorizer(t, "allow alice pay !error", with, func(c *authz.Config) { c.Observe = func(context.Context, authz.Event) {} })
	ctx := authz.NewContext(t.Context(), observed, alice)
	authz.Refuse(httptest.NewRecorder(), httptest.NewRequest("GET", "/", nil).WithContext(ctx), observed.Authorize(ctx, alice, "pay", lunch))
	if log.Len() > 0 {
		t.Errorf("logged beside the observer: %s", &log)
	}
	// Without an Authorizer it goes to slog's default.
	before := slog.Default()
	defer slog.SetDefault(before)
	slog.SetDefault(logger)
	authz.Refuse(httptest.NewRecorder(), httptest.NewRequest("GET", "/", nil), authz.ErrUndecided)
	if !strings.Contains(log.String(), "refused 500: GET /") {
		t.Errorf("logged %q", &log)
	}
}

// TestReloadWithoutObserver tests that a rejected policy is logged if nobody observes.
func TestReloadWithoutObserver(t *testing.T) {
	var log bytes.Buffer
	s := &store{text: forAlice}
	az := newAuthorizer(t, "", func(c *authz.Config) {
		c.Policies, c.Logger = s, slog.New(slog.NewTextHandler(&log, nil))
	})
	s.set(forBob, nil)
	if err := az.Reload(t.Context()); err != nil || log.Len() > 0 {
		t.Errorf("%v, logged %q", err, &log)
	}
	s.set("allow", nil)
	if err := az.Reload(t.Context()); err == nil || !strings.Contains(log.String(), `level=ERROR msg="policy rejected" kind=reload err=`) {
		t.Errorf("%v, logged %q", err, &log)
	}
}

// TestObserverPanicIsLogged tests that the first panic of an observer is logged, without its
// value.
func TestObserverPanicIsLogged(t *testing.T) {
	var log bytes.Buffer
	az := newAuthorizer(t, "allow * * *", func(c *authz.Config) {
		c.Logger = slog.New(slog.NewTextHandler(&log, nil))
		c.Observe = func(context.Context, authz.Event) { panic(secret) }
	})
	for range 3 {
		az.IsAllowed(t.Context(), alice, "read", lunch)
	}
	if got := log.String(); strings.Count(got, "\n") != 1 || !strings.Contains(got, "the observer panicked") || strings.Contains(got, secret) {
		t.Errorf("logged %q", got)
	}
}

// Errors that drivers return.
type (
	driverError struct{ state, detail string }
	foreign     struct{ cause error }
	panicking   struct{}
)

func (e *driverError) Error() string    { return e.detail }
func (e *driverError) SQLState() string { return e.state }
func (e *foreign) Error() string        { return "foreign " + secret }
func (e *foreign) Unwrap() error        { return e.cause }
func (panicking) Error() string         { panic(secret) }

// TestCauses tests what a log says of errors.
func TestCauses(t *testing.T) {
	dial := &net.OpError{Op: "dial", Net: "tcp", Addr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 5432}, Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}
	for _, tt := range []struct {
		err        error
		want, full string
	}{
		{errors.New(secret), "*errors.errorString", secret},
		{fmt.Errorf("user %s: %w", secret, io.ErrUnexpectedEOF), "unexpected EOF", "user " + secret + ": unexpected EOF"},
		{&foreign{io.EOF}, "*authz_test.foreign: EOF", "foreign " + secret},
		{dial, dial.Error(), dial.Error()},
		{&net.OpError{Op: "dial", Err: errors.New(secret)}, "*net.OpError: *errors.errorString", "dial: " + secret},
		{fmt.Errorf("%w", &os.PathError{Op: "open", Path: "/p.polar", Err: syscall.EACCES}), "open /p.polar: permission denied", "open /p.polar: permission denied"},
		{errors.Join(errors.New(secret), context.DeadlineExceeded), "*errors.errorString: context deadline exceeded", secret + ": context deadline exceeded"},
		{&driverError{"23505", secret}, "*authz_test.driverError (SQLSTATE 23505)", secret},
		{&driverError{secret, secret}, "*authz_test.driverError", secret},
		{errors.New("sql: database is closed"), "sql: database is closed", "sql: database is closed"},
		{authz.ErrForbidden, "authz: forbidden", "authz: forbidden"},
		{panicking{}, "", ""},
	} {
		for _, all := range []bool{false, true} {
			var seen []authz.Event
			az := newAuthorizer(t, "allow * * *", observing(&seen), func(c *authz.Config) {
				c.LogCauses = all
				c.Actor = func(*http.Request) (any, error) { return nil, tt.err }
			})
			_, err := az.Actor(httptest.NewRequest("GET", "/", nil))
			if tt.err == authz.ErrForbidden && err == nil {
				t.Error("no error")
			}
			want := tt.want
			if all {
				want = tt.full
			}
			if got := seen[0].Cause(); got != strings.TrimSuffix("finding the actor: "+want, ": ") {
				t.Errorf("%T, all %v: %q, want %q", tt.err, all, got, want)
			}
			if text := fmt.Sprint(err); strings.Contains(text, secret) {
				t.Errorf("the error says %s", text)
			}
		}
	}
}

// TestEventHidesFromFmt tests the values of an event where fmt does not call its methods.
func TestEventHidesFromFmt(t *testing.T) {
	var seen []authz.Event
	az := newAuthorizer(t, "allow * * *", observing(&seen))
	az.IsAllowed(t.Context(), *alice, "read", *lunch)
	if text := fmt.Sprintf("%v %+v %#v", struct{ e authz.Event }{seen[0]}, []any{struct{ e authz.Event }{seen[0]}}, struct{ e *authz.Event }{&seen[0]}); strings.Contains(text, secret) {
		t.Error(text)
	}
	if seen[0].Actor() != any(*alice) || seen[0].Resource() != any(*lunch) {
		t.Error(seen[0].Actor(), seen[0].Resource())
	}
}

// TestObserverAllocations tests that an observer that reads no id costs no allocation.
func TestObserverAllocations(t *testing.T) {
	if host.PureGo {
		t.Skip("without unsafe, decisions allocate")
	}
	var verdicts [5]int
	for _, allowed := range []bool{true, false} {
		az := newInstant(t, allowed, func(c *authz.Config) {
			c.Observe = func(_ context.Context, e authz.Event) {
				verdicts[e.Verdict]++
				if e.Action != "read" || e.ActorClass() != "user" || e.Actor() != alice || e.Resource() != lunch || e.Duration < 0 {
					t.Error(e)
				}
			}
		})
		if n := testing.AllocsPerRun(1000, func() {
			if ok, err := az.IsAllowed(t.Context(), alice, "read", lunch); ok != allowed || err != nil {
				t.Fatal(ok, err)
			}
		}); n != 0 {
			t.Errorf("allowed %v: %v allocations", allowed, n)
		}
	}
	if verdicts[authz.Allowed] < 1000 || verdicts[authz.Denied] < 1000 {
		t.Errorf("observed %v", verdicts)
	}
}

// TestErrorsCanBeLogged tests that the package makes errors with errorf: a log shows only the
// types of those of errors.New and fmt.Errorf. The errors that begin with "authz: " are returned
// to the program and never behind a decision.
func TestErrorsCanBeLogged(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	foreign := regexp.MustCompile(`(errors\.New|fmt\.Errorf)\("(.*)`)
	found := 0
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range foreign.FindAllStringSubmatch(string(text), -1) {
			found++
			if !strings.HasPrefix(m[2], "authz: ") && !strings.HasPrefix(m[2], "%w: %w") {
				t.Errorf("%s: %s (use errorf)", file, m[0])
			}
		}
	}
	if found < 5 {
		t.Errorf("found %d errors", found)
	}
}
