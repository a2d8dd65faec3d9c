package main

// This file tests that an operator of the program finds the cause of a fault in one line of
// the log.

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/ursa-authz/ursa/adapters/nethttp"
)

// Audited is a method that policies of this test call, and that fails.
func (u *User) Audited() (bool, error) {
	if u.ID == 1 {
		panic("hunter2")
	}
	return false, fmt.Errorf("no audit of %s: %w", u.Email, errors.New("hunter2"))
}

// A Location is not registered as a class.
type Location struct{ ID int }

// requests permits every request of users.
const requests = `
allow(_: User, "GET", _: Request);
`

// TestOperator breaks one thing at a time, sends a request, and looks for the line of the log
// that says what is broken.
func TestOperator(t *testing.T) {
	for _, tt := range []struct {
		name   string
		policy string // besides requests
		fault  func(t *testing.T, a *app)
		header []string
		user   string
		path   string
		status int
		want   []string // parts of one line
	}{
		{name: "a method returns an error",
			policy: `allow(user: User, "read", _: Expense) if user.audited();`,
			user:   "bhavik@foo.com", status: 500,
			want: []string{`level=ERROR msg="undecided: User 3 read Expense 2"`, "expenses.polar:3:42: method Audited of User returned an error (in allow): *errors.errorString", "GET /expenses/{id}"}},
		{name: "a method panics",
			policy: `allow(user: User, "read", _: Expense) if user.audited();`,
			status: 500,
			want:   []string{`level=ERROR msg="undecided: User 1 read Expense 2"`, "expenses.polar:3:42: method Audited of User panicked"}},
		{name: "the database is closed",
			fault:  func(t *testing.T, a *app) { closeDatabase(a.db) },
			status: 500,
			want:   []string{`level=ERROR msg="undecided: GET /expenses/2"`, "finding the actor: sql: database is closed"}},
		{name: "a table is missing",
			policy: `allow(user: User, "read", expense: Expense) if expense.user.organization.name = user.title;`,
			fault: func(t *testing.T, a *app) {
				if err := a.db.Exec("ALTER TABLE organizations RENAME TO gone").Error; err != nil {
					t.Fatal(err)
				}
			},
			status: 500,
			want:   []string{`level=ERROR msg="undecided: User 1 read Expense 2"`, "expenses.polar:3:48: ", "the relation organization", "(error 1)"}},
		{name: "a rule never ends",
			policy: "allow(user: User, \"read\", _: Expense) if above(user.id);\nabove(n: Integer) if above(n + 1);",
			status: 500,
			want:   []string{`level=ERROR msg="undecided: User 1 read Expense 2"`, "expenses.polar:4:22: the query held more than 16777216 bytes (in above)"}},
		{name: "a list that cannot be made",
			policy: `allow(user: User, "read", expense: Expense) if expense.description.length() > user.id;`,
			path:   "/expenses", status: 500,
			want: []string{`level=ERROR msg="list undecided: User 1 read Expense"`, "expenses.polar:3:48: ", "cannot become a filter"}},
		{name: "a proxy sends a header twice",
			policy: `allow(_: Guest, "GET", request: Request) if request.header("X-Team") = "finance";`,
			header: []string{"X-Team", "finance", "X-Team", "finance"},
			user:   "-", status: 400,
			want: []string{`level=WARN msg="undecided: Guest GET /expenses/2"`, "expenses.polar:3:45: method Header of Request: a header was sent twice"}},
		{name: "a path in two spellings",
			path: "/expenses//2", status: 400,
			want: []string{`level=WARN msg="refused 400: GET /expenses//2"`, "segment"}},
		{name: "a class that is not registered",
			path: "/location", status: 403,
			want: []string{`level=WARN msg="denied: User 1 read Location, of the unregistered type main.Location"`, "unregistered=main.Location"}},
		{name: "a handler that authorizes nothing",
			path: "/forgotten", status: 500,
			want: []string{`level=ERROR msg="refused 500: User 1 GET /forgotten"`, "nethttp: nothing was authorized for this response"}},
		{name: "a handler that fails",
			path: "/broken", status: 500,
			want: []string{`level=ERROR msg="refused 500: User 1 GET /broken"`, "*fs.PathError", "/broken"}},
		{name: "a user with an e-mail address in two rows of headers",
			header: []string{"user", "alice@foo.com"},
			status: 400,
			want:   []string{`level=WARN msg="refused 400: GET /expenses/2"`, "bad request"}},
		{name: "a policy file with a typo",
			fault: func(t *testing.T, a *app) {
				replace(t, a, `allow(user: User, "read", expense: Expense) if expense.usr_id = user.id;`)
			},
			status: 200,
			want:   []string{`level=ERROR msg="policy rejected"`, `expenses.polar:1:56: Expense has no attribute usr_id (did you mean \"user_id\"?)`}},
		{name: "a policy file that is empty",
			fault:  func(t *testing.T, a *app) { replace(t, a, "") },
			status: 200,
			want:   []string{`level=ERROR msg="policy rejected"`, "the policy has no rules"}},
		{name: "policy files that are gone",
			fault: func(t *testing.T, a *app) {
				files, err := filepath.Glob(a.policy.shown)
				if err != nil || len(files) != 1 {
					t.Fatal(files, err)
				}
				if err := os.Remove(files[0]); err != nil {
					t.Fatal(err)
				}
				if a.az.Reload(t.Context()) == nil {
					t.Error("a policy without files was loaded")
				}
			},
			status: 200,
			want:   []string{`level=ERROR msg="policy rejected"`, "expenses.polar", "matches nothing"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			policy := tt.policy
			if policy == "" {
				policy = `allow(user: User, "read", expense: Expense) if expense.user_id = user.id;`
			}
			write(t, filepath.Join(dir, "expenses.polar"), requests+policy+"\n")
			var log lines
			a, err := newApp(t.Context(), settings{db: filepath.Join(t.TempDir(), "expenses.db"), policy: filepath.Join(dir, "expenses.polar"), engine: "polar"}, &log)
			if err != nil {
				t.Fatal(err)
			}
			defer a.close()
			server := httptest.NewServer(withFaults(a))
			defer server.Close()
			log.take()
			if tt.fault != nil {
				tt.fault(t, a)
			}
			path := tt.path
			if path == "" {
				path = "/expenses/2"
			}
			r, err := http.NewRequestWithContext(t.Context(), "GET", server.URL+path, nil)
			if err != nil {
				t.Fatal(err)
			}
			switch tt.user {
			case "":
				r.Header.Add("user", "alice@foo.com")
			case "-":
			default:
				r.Header.Add("user", tt.user)
			}
			for i := 0; i < len(tt.header); i += 2 {
				r.Header.Add(tt.header[i], tt.header[i+1])
			}
			resp, err := http.DefaultClient.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			resp.Body.Close()
			if resp.StatusCode != tt.status {
				t.Errorf("status %d, want %d", resp.StatusCode, tt.status)
			}
			found := 0
			all := log.take()
			for line := range strings.Lines(all) {
				has := true
				for _, part := range tt.want {
					has = has && strings.Contains(line, part)
				}
				if has {
					found++
					_, line, _ = strings.Cut(line, " ")
					t.Log(line)
				}
			}
			if found != 1 || strings.Contains(all, "hunter2") || strings.Contains(all, "bhavik@") {
				t.Errorf("%d lines with %q:\n%s", found, tt.want, all)
			}
		})
	}
}

// withFaults is the application with three more routes.
func withFaults(a *app) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /forgotten", func(w http.ResponseWriter, r *http.Request) { fmt.Fprintln(w, "data") })
	mux.Handle("GET /broken", nethttp.HandlerFunc(func(w http.ResponseWriter, r *http.Request) error {
		_, err := os.Open(filepath.Join(os.TempDir(), "ursa", "broken"))
		return fmt.Errorf("hunter2: %w", &os.PathError{Op: "open", Path: "/broken", Err: errors.Join(err, errors.New("hunter2"))})
	}))
	mux.Handle("GET /location", nethttp.Guard(a.az, "read",
		func(*http.Request) (*Location, error) { return &Location{7}, nil },
		func(w http.ResponseWriter, r *http.Request, l *Location) error { return say(w, l.ID) }))
	faults := a.az.Middleware(nethttp.RequireDecision(mux))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/forgotten", "/broken", "/location":
			faults.ServeHTTP(w, r)
		default:
			a.handler.ServeHTTP(w, r)
		}
	})
}

// replace writes the policy and reloads it, which fails.
func replace(t *testing.T, a *app, policy string) {
	t.Helper()
	write(t, a.policy.shown, policy)
	if a.az.Reload(t.Context()) == nil {
		t.Error("the policy was loaded")
	}
}

// lines is a writer that keeps what is written.
type lines struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *lines) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(b)
}

// take returns what was written since the last call.
func (l *lines) take() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	defer l.text.Reset()
	return l.text.String()
}
