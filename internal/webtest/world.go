package webtest

// This file defines the application of the suite, its server, and how requests are
// sent to it.

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ursa-authz/ursa/authz"
)

// A User is an actor. Nobody is a Guest.
type User struct {
	ID int `polar:",id"`
}

// Email is the value of the header by which a user is found.
func (u *User) Email() string { return fmt.Sprintf("user%d@foo.com", u.ID) }

// A Guest is an actor without an account.
type Guest struct{}

// An Expense is a resource.
type Expense struct {
	ID     int `polar:",id"`
	UserID int
}

// Explode is a method that panics.
func (*Expense) Explode() bool { panic("secret of a rule's method") }

// policy is the guide's, with a rule for each kind of request of the suite.
const policy = `
allow(_: Guest, "GET", _: Request{path: "/"});
allow(_: User, "GET", request: Request) if request.segments = [] or request.segments.length() > 0;
allow(_: User, "POST", request: Request) if request.path.startswith("/expenses");

allow(user: User, "read", expense: Expense) if user.id = expense.user_id;
allow(user: User, "edit", expense: Expense) if user.id = expense.user_id and expense.id < 1000;
allow(_: User, "explode", expense: Expense) if expense.explode();
`

// A world is a framework's server of an application.
type world struct {
	*testing.T
	server *httptest.Server
	az     *authz.Authorizer

	mu     sync.Mutex
	logged bytes.Buffer // by the server
}

// config is the usual Config of an App.
func config(f Framework) authz.Config {
	return authz.Config{
		Policies: authz.String("webtest.polar", policy),
		Classes:  []authz.Class{authz.ClassOf[User](), authz.ClassOf[Guest](), authz.ClassOf[Expense]()},
		Actor:    currentUser,
		HTTP:     authz.HTTPConfig{Route: f.Route},
	}
}

// currentUser trusts a header.
func currentUser(r *http.Request) (any, error) {
	switch email := r.Header.Get("user"); email {
	case "":
		return Guest{}, nil
	case "down":
		return nil, errors.New("secret of the database")
	case "panic":
		panic("secret of Config.Actor")
	default:
		var id int
		if _, err := fmt.Sscanf(email, "user%d@foo.com", &id); err != nil || id == 0 {
			return nil, authz.ErrUnauthenticated
		}
		return &User{id}, nil
	}
}

// serve starts a server of an application with the usual Config, changed.
func serve(t *testing.T, f Framework, app *App, change ...func(*authz.Config)) *world {
	t.Helper()
	cfg := config(f)
	for _, c := range change {
		c(&cfg)
	}
	az, err := authz.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	app.Authorizer = az
	return start(t, az, f.New(app), false)
}

// start starts a server of a handler, of HTTP/2 if so asked.
func start(t *testing.T, az *authz.Authorizer, h http.Handler, http2 bool) *world {
	w := &world{T: t, az: az}
	w.server = httptest.NewUnstartedServer(h)
	w.server.Config.ErrorLog = log.New(w, "", 0)
	if http2 {
		w.server.Config.Protocols = new(http.Protocols)
		w.server.Config.Protocols.SetUnencryptedHTTP2(true)
	}
	w.server.Start()
	t.Cleanup(w.server.Close)
	return w
}

// Write keeps what the server logs.
func (w *world) Write(b []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.logged.Write(b)
}

// An answer is what a client got.
type answer struct {
	status int
	header http.Header
	body   string
	raw    string // all bytes, without the line of the date
}

// dial connects to the server.
func (w *world) dial() net.Conn {
	w.Helper()
	conn, err := net.Dial("tcp", w.server.Listener.Addr().String())
	if err != nil {
		w.Fatal(err)
	}
	if err := conn.SetDeadline(time.Now().Add(time.Minute)); err != nil {
		w.Fatal(err)
	}
	return conn
}

// send sends a request line with headers, given as lines, and returns the answer. An
// answer that is cut off, as after a panic of a handler, has the status 0.
func (w *world) send(line string, headers ...string) answer {
	w.Helper()
	conn := w.dial()
	defer conn.Close()
	request := line + " HTTP/1.1\r\n"
	if !strings.Contains(strings.Join(headers, "\n"), "Host:") {
		request += "Host: h\r\n"
	}
	for _, h := range headers {
		request += h + "\r\n"
	}
	if _, err := io.WriteString(conn, request+"Connection: close\r\n\r\n"); err != nil {
		w.Fatal(err)
	}
	raw, err := io.ReadAll(conn)
	if err != nil {
		w.Fatalf("%s: %v", line, err)
	}
	return read(line, raw)
}

// read parses the bytes of an answer.
func read(line string, raw []byte) answer {
	method, _, _ := strings.Cut(line, " ")
	resp, err := http.ReadResponse(bufio.NewReader(bytes.NewReader(raw)), &http.Request{Method: method})
	if err != nil {
		return answer{raw: string(raw)}
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	a := answer{resp.StatusCode, resp.Header, string(body), string(raw)}
	if err != nil {
		a.status = 0 // the connection was closed in the middle
	}
	if before, after, ok := strings.Cut(a.raw, "Date: "); ok {
		_, after, _ = strings.Cut(after, "\r\n")
		a.raw = before + after
	}
	return a
}

// as is the header of a user.
func as(id int) string { return "user: " + (&User{id}).Email() }

// ---- routes that several tests have

// load loads an expense: those below 100 belong to user 1, those of 1xx and 10xx to
// user 2; those of 9xx do not exist.
func load(c Call) (*Expense, error) {
	id, err := strconv.Atoi(c.Param("id"))
	switch {
	case err != nil || id/100 == 9:
		return nil, authz.ErrNotFound
	case id < 100:
		return &Expense{id, 1}, nil
	}
	return &Expense{id, 2}, nil
}

// show shows an expense.
func show(c Call, e *Expense) error {
	_, err := fmt.Fprintf(c.Writer(), "expense %d of user %d\n", e.ID, e.UserID)
	return err
}

// guarded is a route with a Guard.
func guarded(method, path, action string) Route {
	return Route{Method: method, Path: path, Action: action, Load: load, Show: show}
}

// public is a route where nothing has to be authorized.
func public(method, path, text string) Route {
	return Route{Method: method, Path: path, Handle: func(c Call) error {
		authz.Skip(c.Request().Context(), "says nothing about anybody")
		_, err := io.WriteString(c.Writer(), text)
		return err
	}}
}
