package authz_test

// This file tests what adapters are made of: it answers as Middleware and Refuse
// do, and holds on to nothing that a framework uses again.

import (
	"context"
	"database/sql"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/ursa-authz/ursa/authz"
)

type admitted struct{ Name string }

func newAdmit(t *testing.T, policy string, change ...func(*authz.Config)) *authz.Authorizer {
	t.Helper()
	cfg := authz.Config{
		Policies: authz.String("admit.polar", policy),
		Classes:  []authz.Class{authz.ClassOf[admitted]()},
		Actor: func(r *http.Request) (any, error) {
			switch name := r.Header.Get("user"); name {
			case "":
				return nil, authz.ErrUnauthenticated
			case "down":
				return nil, io.ErrUnexpectedEOF
			default:
				return &admitted{name}, nil
			}
		},
	}
	for _, c := range change {
		c(&cfg)
	}
	az, err := authz.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return az
}

// TestAdmitAnswersAsMiddleware: what Admit does not let through, Refuse answers
// with the bytes of Middleware.
func TestAdmitAnswersAsMiddleware(t *testing.T) {
	az := newAdmit(t, `allow(_: admitted{name: "alice"}, "GET", _: Request);`, func(c *authz.Config) {
		c.HTTP.Challenge = "Session"
	})
	before := func(w http.ResponseWriter) {
		w.Header().Set("Set-Cookie", "visit=1") // of a middleware outside
		w.Header().Set("Content-Encoding", "identity")
		w.Header().Set("ETag", `"1"`)
	}
	statuses := map[int]bool{}
	for _, tt := range []struct{ user, path string }{{"alice", "/"}, {"bob", "/"}, {"", "/"}, {"alice", "/a/../b"}, {"down", "/"}} {
		for _, accept := range []string{"text/html", "application/json"} {
			r := httptest.NewRequest("GET", tt.path, nil)
			r.Header.Set("user", tt.user)
			r.Header.Set("Accept", accept)
			ran := false
			handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				ran = true
				if actor, ok := authz.ActorFrom(r.Context()); !ok || actor.(*admitted).Name != tt.user {
					t.Errorf("%v: the actor is %v", tt, actor)
				}
			})
			want, got := httptest.NewRecorder(), httptest.NewRecorder()
			before(want)
			az.Middleware(handler).ServeHTTP(want, r)
			wantRan := ran
			before(got)
			ran = false
			ctx, err := az.Admit(r, got.Header(), nil)
			if r = r.WithContext(ctx); err != nil {
				authz.Refuse(got, r, err)
			} else {
				handler.ServeHTTP(got, r)
			}
			if ran != wantRan || got.Code != want.Code {
				t.Errorf("%v: %d, ran %v; Middleware %d, %v", tt, got.Code, ran, want.Code, wantRan)
			}
			if g, w := answerOf(got), answerOf(want); g != w {
				t.Errorf("%v: %q; Middleware %q", tt, g, w)
			}
			if err != nil && authz.StatusOf(err) != want.Code {
				t.Errorf("%v: StatusOf is %d, want %d", tt, authz.StatusOf(err), want.Code)
			}
			statuses[got.Code] = true
		}
	}
	if len(statuses) != 5 {
		t.Errorf("statuses %v", statuses)
	}
}

var anyID = regexp.MustCompile(`"decision_id":"[^"]+"`)

// answerOf returns the header and the body that a recorder has, without the ids
// of decisions.
func answerOf(w *httptest.ResponseRecorder) string {
	var b strings.Builder
	w.Header().Write(&b) // sorted
	b.WriteString(anyID.ReplaceAllString(w.Body.String(), "ID"))
	return b.String()
}

// TestAdmitRoute: Config.HTTP.Route goes first, and a route is not looked for when
// the framework has gone on to the next request.
func TestAdmitRoute(t *testing.T) {
	var seen *authz.Request
	keep := func(c *authz.Config) {
		c.HTTP.Request = func(_ *http.Request, q *authz.Request) { seen = q }
	}
	own := func(*http.Request) (authz.Route, error) {
		return authz.Route{Pattern: "/x/:id", Value: func(name string) (string, bool) { return "7", name == "id" }}, nil
	}
	r := httptest.NewRequest("GET", "/x/7", nil)
	r.Header.Set("user", "alice")
	reads := `allow(_: admitted, "GET", r: Request) if r.pattern() = "/x/:id" and r.path_value("id") = "7";`
	if _, err := newAdmit(t, reads, keep).Admit(r, http.Header{}, own); err != nil {
		t.Error(err)
	}
	if p, err := seen.Pattern(); err != nil || *p != "/x/:id" {
		t.Errorf("after the decision that read it, the pattern is %v, %v", p, err)
	}
	if _, err := newAdmit(t, reads).Admit(r, http.Header{}, nil); !errors.Is(err, authz.ErrUndecided) {
		t.Errorf("without a route: %v", err)
	}
	_, err := newAdmit(t, reads, func(c *authz.Config) {
		c.HTTP.Route = func(*http.Request) (authz.Route, error) { return authz.Route{Pattern: "/other"}, nil }
	}).Admit(r, http.Header{}, own)
	if !errors.Is(err, authz.ErrForbidden) {
		t.Errorf("with Config.HTTP.Route: %v", err)
	}
	if _, err := newAdmit(t, `allow(_, _, _);`, keep).Admit(r, http.Header{}, own); err != nil {
		t.Error(err)
	}
	if p, err := seen.Pattern(); err == nil {
		t.Errorf("a route was looked for after Admit: %v", p)
	}
	defer func() {
		if recover() == nil {
			t.Error("Admit without Config.Actor did not panic")
		}
	}()
	newAdmit(t, reads, func(c *authz.Config) { c.Actor = nil }).Admit(r, http.Header{}, nil)
}

func TestLoad(t *testing.T) {
	az := newAdmit(t, `allow(_: admitted{name: "alice"}, "read", _: admitted);`)
	r := httptest.NewRequest("GET", "/", nil)
	load := func(x *admitted, err error) func(context.Context) (*admitted, error) {
		return func(context.Context) (*admitted, error) { return x, err }
	}
	one := &admitted{"one"}
	if _, err := authz.Load(t.Context(), "read", load(one, nil)); !errors.Is(err, authz.ErrUndecided) {
		t.Errorf("without an Authorizer: %v", err)
	}
	if ctx, err := az.Enter(r); !errors.Is(err, authz.ErrUnauthenticated) {
		t.Errorf("Enter: %v, %v", ctx, err)
	} else if x, err := authz.Load(ctx, "read", load(one, nil)); x != nil || !errors.Is(err, authz.ErrUndecided) {
		t.Errorf("with the context of a failed Enter: %v, %v", x, err)
	}
	r.Header.Set("user", "alice")
	ctx, err := az.Enter(r)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		action string
		load   func(context.Context) (*admitted, error)
		want   error
	}{
		{"read", load(one, nil), nil},
		{"edit", load(one, nil), authz.ErrForbidden},
		{"read", load(nil, nil), authz.ErrNotFound},
		{"read", load(nil, sql.ErrNoRows), authz.ErrNotFound},
		{"read", load(one, io.EOF), io.EOF},
	} {
		x, err := authz.Load(ctx, tt.action, tt.load)
		if !errors.Is(err, tt.want) || (x != nil) != (tt.want == nil) {
			t.Errorf("%s: %v, %v; want %v", tt.action, x, err, tt.want)
		}
	}
	// The actor of the context stays.
	other := httptest.NewRequest("GET", "/", nil).WithContext(ctx)
	other.Header.Set("user", "bob")
	if ctx, err = az.Enter(other); err != nil {
		t.Fatal(err)
	}
	if actor, _ := authz.ActorFrom(ctx); actor.(*admitted).Name != "alice" {
		t.Errorf("Enter has replaced the actor by %v", actor)
	}
}

// TestLoading: a repository can tell the load of a guard from everything before, after
// and beside it.
func TestLoading(t *testing.T) {
	az := newAdmit(t, `allow(_: admitted{name: "alice"}, "read", _: admitted);`)
	plain := authz.NewContext(t.Context(), az, &admitted{"alice"})
	r := httptest.NewRequest("GET", "/", nil).WithContext(plain)
	entered, err := az.Enter(r)
	if err != nil {
		t.Fatal(err)
	}
	for name, ctx := range map[string]context.Context{"NewContext": plain, "Enter": entered} {
		t.Run(name, func(t *testing.T) {
			for round := range 2 { // the second one in a handler behind the first
				var kept context.Context
				_, err := authz.Load(ctx, "read", func(inner context.Context) (*admitted, error) {
					kept = inner
					if !authz.Loading(inner) || !authz.Loading(context.WithValue(inner, anyID, "derived")) {
						t.Errorf("round %d: not loading in the load", round)
					}
					// For a request that an adapter has made with the context of Enter.
					if got, want := authz.Loading(ctx), name == "Enter" && round == 0; got != want {
						t.Errorf("round %d: the context outside is loading: %v, want %v", round, got, want)
					}
					if authz.Loading(authz.NewContext(inner, az, &admitted{"bob"})) {
						t.Errorf("round %d: loading for another actor than the guard asks about", round)
					}
					return &admitted{"one"}, nil
				})
				if err != nil || authz.Loading(kept) || authz.Loading(ctx) {
					t.Errorf("round %d: %v; loading after the load", round, err)
				}
			}
			func() {
				defer func() { recover() }()
				authz.Load(ctx, "read", func(context.Context) (*admitted, error) { panic("load") })
			}()
			if authz.Loading(ctx) {
				t.Error("loading after a panic")
			}
		})
	}
	if authz.Loading(t.Context()) {
		t.Error("loading without an Authorizer")
	}
	// The one decision comes after the load: a rule's method cannot load.
	entered, _ = az.Enter(r)
	authz.Load(entered, "read", func(ctx context.Context) (*admitted, error) {
		if _, err := authz.Load(ctx, "edit", func(context.Context) (*admitted, error) { return &admitted{"two"}, nil }); !errors.Is(err, authz.ErrForbidden) {
			t.Errorf("a load within a load: %v", err)
		}
		if !authz.Loading(ctx) {
			t.Error("a load within has ended the load outside")
		}
		return nil, nil
	})
}

// TestRefusalInParts: the parts of a refusal are those of Refuse.
func TestRefusalInParts(t *testing.T) {
	az := newAdmit(t, `allow(_: admitted{name: "alice"}, "read", _: admitted);`)
	ctx := authz.NewContext(t.Context(), az, &admitted{"bob"})
	_, denied := authz.Authorize(ctx, "read", &admitted{"one"})
	_, undecided := authz.Authorize[any](ctx, "read", nil)
	for _, err := range []error{denied, undecided, authz.ErrNotFound, authz.ErrUnauthenticated, authz.ErrBadRequest, io.EOF, nil} {
		r := httptest.NewRequest("GET", "/", nil).WithContext(ctx)
		r.Header.Set("Accept", "application/json")
		whole, parts := httptest.NewRecorder(), httptest.NewRecorder()
		for _, w := range []*httptest.ResponseRecorder{whole, parts} {
			w.Header().Set("X-Accel-Redirect", "/secret")
			w.Header().Set("X-Request-Id", "1")
		}
		authz.Refuse(whole, r, err)
		authz.RefusalHeader(parts.Header(), r, err)
		parts.Header().Set("Content-Type", "application/problem+json")
		parts.WriteHeader(authz.StatusOf(err))
		parts.Write(authz.Problem(err))
		if a, b := answerOf(whole), answerOf(parts); a != b || whole.Code != parts.Code {
			t.Errorf("%v: %d %q; Refuse: %d %q", err, parts.Code, b, whole.Code, a)
		}
	}
}

// TestPatternWithoutValues: echo sets the pattern of a request and not its path values.
// What nobody has set is not known, and not empty.
func TestPatternWithoutValues(t *testing.T) {
	az := newAdmit(t, `allow(_, _, _);`)
	r := httptest.NewRequest("GET", "/x/7", nil)
	r.Pattern = "/x/:id"
	q, err := az.Request(r)
	if err != nil {
		t.Fatal(err)
	}
	if v, err := q.PathValue("id"); err == nil {
		t.Errorf("a value that nobody has set is %q", *v)
	}
	r.SetPathValue("id", "7")
	if v, err := q.PathValue("id"); err != nil || *v != "7" {
		t.Errorf("the value is %v, %v", v, err)
	}
}
