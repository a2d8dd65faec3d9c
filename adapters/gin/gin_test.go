package ginauthz_test

// This file tests what is gin's own: aborts, its writer, its contexts. What all
// frameworks share is tested in internal/webtest.

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/gin-gonic/gin"

	ginauthz "github.com/ursa-authz/ursa/adapters/gin"
	"github.com/ursa-authz/ursa/authz"
	"github.com/ursa-authz/ursa/internal/pagecode"
)

const open = `
allow(_: User, "GET", _: Request);
allow(user: User, "read", expense: Expense) if user.id = expense.user_id;
`

func engine(t *testing.T) (*gin.Engine, *authz.Authorizer) {
	t.Helper()
	gin.SetMode(gin.ReleaseMode)
	az := newAuthorizer(func(c *authz.Config) { c.Policies = authz.String("open.polar", open) })
	e := gin.New()
	e.Use(gin.RecoveryWithWriter(nil), ginauthz.Middleware(az), ginauthz.RequireDecision())
	return e, az
}

func get(h http.Handler, path string) *httptest.ResponseRecorder {
	r := httptest.NewRequest("GET", path, nil)
	r.Header.Set("user", "alice@foo.com")
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// TestWaysToWrite: whatever way of gin a handler that asked nothing takes, nothing of
// its page is sent.
func TestWaysToWrite(t *testing.T) {
	ways := map[string]func(c *gin.Context){
		"String": func(c *gin.Context) { c.String(200, "secret") },
		"JSON":   func(c *gin.Context) { c.JSON(201, gin.H{"x": "secret"}) },
		"Data":   func(c *gin.Context) { c.Data(200, "text/secret", []byte("secret")) },
		"reader": func(c *gin.Context) {
			c.DataFromReader(200, -1, "text/plain", strings.NewReader("secret"), map[string]string{"X-More": "secret"})
		},
		"redirect":     func(c *gin.Context) { c.Redirect(302, "/secret") },
		"file":         func(c *gin.Context) { c.File("gin_test.go") },
		"event":        func(c *gin.Context) { c.SSEvent("message", "secret") },
		"WriteString":  func(c *gin.Context) { c.Writer.WriteString("secret") },
		"header now":   func(c *gin.Context) { c.Status(204); c.Writer.WriteHeaderNow() },
		"status":       func(c *gin.Context) { c.Status(204) },
		"nothing":      func(c *gin.Context) {},
		"AbortWith":    func(c *gin.Context) { c.AbortWithStatusJSON(200, "secret") },
		"hints":        func(c *gin.Context) { c.Status(103); c.Writer.WriteHeaderNow(); c.Writer.WriteString("secret") },
		"odd status":   func(c *gin.Context) { c.String(600, "secret") },
		"wrong status": func(c *gin.Context) { c.String(1000, "secret") },
		// Gin permits to change a status before anything is written.
		"404, then 200": func(c *gin.Context) { c.Status(404); c.String(200, "secret") },
		"404, then 204": func(c *gin.Context) { c.Status(404); c.Status(204) },
		"flush":         func(c *gin.Context) { c.Writer.Flush(); c.Writer.WriteString("secret") },
		"stubborn": func(c *gin.Context) {
			for range 3 {
				c.Status(200)
				c.Writer.WriteString("secret")
				c.Header("X-Late", "secret")
			}
			if c.Writer.Status() != 500 || !c.Writer.Written() {
				panic(fmt.Sprint(c.Writer.Status()))
			}
		},
		"panic": func(c *gin.Context) { panic("secret") },
	}
	for name, way := range ways {
		e, _ := engine(t)
		after := false
		e.GET("/", func(c *gin.Context) {
			c.Header("X-Secret", "secret")
			c.Header("X-Accel-Redirect", "/secret")
			way(c)
		}, func(c *gin.Context) { after = c.Writer.Written() })
		w := get(e, "/")
		answer := fmt.Sprint(w.Code, w.Header(), w.Body)
		if w.Code != 500 || strings.Contains(answer, "secret") || strings.Contains(answer, "X-") && !strings.Contains(answer, "X-Content-Type-Options:[nosniff]") {
			t.Errorf("%s: %s", name, answer)
		}
		if after {
			t.Errorf("%s: the next handler ran after the refusal", name)
		}
	}
}

// TestBehindTheBack: what is written to the writer beneath is sent, nothing follows it,
// and c.Errors says so.
func TestBehindTheBack(t *testing.T) {
	gin.SetMode(gin.ReleaseMode)
	e := gin.New()
	var beneath gin.ResponseWriter
	var errs []error
	e.Use(func(c *gin.Context) {
		beneath = c.Writer
		c.Next()
		for _, err := range c.Errors {
			errs = append(errs, err.Err)
		}
	}, ginauthz.Middleware(newAuthorizer(func(c *authz.Config) { c.Policies = authz.String("open.polar", open) })), ginauthz.RequireDecision())
	e.GET("/", func(c *gin.Context) {
		beneath.WriteString("behind the back")
		c.String(200, "secret")
	})
	if w := get(e, "/"); w.Body.String() != "behind the back" {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if !slices.ContainsFunc(errs, func(err error) bool { return errors.Is(err, ginauthz.ErrNoDecision) }) {
		t.Errorf("c.Errors has %v", errs)
	}
}

// TestErrorsPass: an error that a handler answers itself passes, with what it sets.
func TestErrorsPass(t *testing.T) {
	e, _ := engine(t)
	e.GET("/404", func(c *gin.Context) { c.Status(404) })
	e.GET("/json", func(c *gin.Context) { c.Header("Retry-After", "1"); c.AbortWithStatusJSON(503, "later") })
	e.GET("/skip", ginauthz.Skip("a test"), func(c *gin.Context) { c.String(201, "page") })
	for path, want := range map[string]string{"/404": "404 ", "/json": `503 "later"`, "/skip": "201 page", "/nowhere": "404 404 page not found"} {
		if w := get(e, path); fmt.Sprint(w.Code, " ", w.Body) != want {
			t.Errorf("%s: %d %s, want %s", path, w.Code, w.Body, want)
		}
	}
	// What answers for all other paths is a handler as any other.
	e.NoRoute(func(c *gin.Context) { c.String(200, "page") })
	if w := get(e, "/nowhere"); w.Code != 500 || strings.Contains(w.Body.String(), "page\n") {
		t.Errorf("NoRoute: %d %s", w.Code, w.Body)
	}
}

// TestAbort: what is refused aborts, and says in c.Errors why.
func TestAbort(t *testing.T) {
	e, az := engine(t)
	var errs []error
	ran := ""
	note := func(name string) gin.HandlerFunc { return func(*gin.Context) { ran += name } }
	log := func(c *gin.Context) {
		c.Next()
		for _, err := range c.Errors {
			errs = append(errs, err.Err)
		}
	}
	e.GET("/denied/:id", log, ginauthz.Guard(az, "read", loadExpense), note("a"), note("b"))
	e.GET("/own/:id", log, ginauthz.Guard(az, "read", func(c *gin.Context) (*Expense, error) {
		c.AbortWithStatusJSON(422, "no id")
		return &Expense{UserID: 1}, nil
	}), note("c"))
	e.GET("/silent/:id", log, ginauthz.Guard(az, "read", func(c *gin.Context) (*Expense, error) {
		c.Abort()
		return nil, authz.ErrForbidden
	}), note("e"))
	e.GET("/mounted/:id", log, ginauthz.Middleware(newAuthorizer()), note("d")) // a policy that has no such pattern
	for _, tt := range []struct {
		path string
		want int
		ran  string
	}{
		{"/denied/1", 403, ""},
		{"/denied/2", 200, "ab"},
		{"/denied/9", 404, ""},
		{"/own/1", 422, ""},
		{"/silent/1", 403, ""},
		{"/mounted/1", 403, ""},
	} {
		errs, ran = nil, ""
		if w := get(e, tt.path); w.Code != tt.want || ran != tt.ran {
			t.Errorf("%s: %d, %q ran; want %d, %q", tt.path, w.Code, ran, tt.want, tt.ran)
		}
		denied := slices.ContainsFunc(errs, func(err error) bool { return errors.Is(err, authz.ErrForbidden) })
		if denied != (tt.want == 403) {
			t.Errorf("%s: c.Errors has %v", tt.path, errs)
		}
	}
}

func TestResource(t *testing.T) {
	e, az := engine(t)
	second := func(*gin.Context) (*Expense, error) { return &Expense{ID: 7, UserID: 1}, nil }
	e.GET("/two/:id", ginauthz.Guard(az, "read", loadExpense), ginauthz.Guard(az, "read", second), func(c *gin.Context) {
		c.String(200, "%d", ginauthz.Resource[*Expense](c).ID)
	})
	e.GET("/none", ginauthz.Skip("a test"), showExpense)
	e.GET("/other/:id", ginauthz.Guard(az, "read", loadExpense), func(c *gin.Context) {
		c.String(200, "%v", ginauthz.Resource[Expense](c))
	})
	for path, want := range map[string]string{"/two/2": "200 7", "/two/1": "403", "/none": "500 ", "/other/2": "500 "} {
		if w := get(e, path); !strings.HasPrefix(fmt.Sprint(w.Code, " ", w.Body), want) {
			t.Errorf("%s: %d %s, want %s", path, w.Code, w.Body, want)
		}
	}
}

// TestContext: the actor and the authorizer are in the request's context, and in
// gin's own if it falls back; where it does not, nothing is allowed by it.
func TestContext(t *testing.T) {
	for _, fallback := range []bool{false, true} {
		e, _ := engine(t)
		e.ContextWithFallback = fallback
		var inRequest, inGin, inCopy error
		var kept *gin.Context
		e.GET("/", func(c *gin.Context) {
			mine := &Expense{UserID: 1}
			_, inGin = authz.Authorize(c, "read", mine)
			_, inRequest = authz.Authorize(c.Request.Context(), "read", mine)
			if actor, ok := ginauthz.Actor(c); !ok || actor.(*User).ID != 1 {
				t.Errorf("the actor is %v", actor)
			}
			kept = c.Copy()
			c.String(200, "page")
		})
		if w := get(e, "/"); w.Code != 200 || inRequest != nil {
			t.Errorf("fallback %v: %d, %v", fallback, w.Code, inRequest)
		}
		if fallback != (inGin == nil) || !fallback && !errors.Is(inGin, authz.ErrUndecided) {
			t.Errorf("fallback %v: with gin's context %v", fallback, inGin)
		}
		// Somebody else's request changes nothing for a copy.
		e.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/", nil))
		if _, inCopy = authz.Authorize(kept.Request.Context(), "read", &Expense{UserID: 1}); inCopy != nil {
			t.Errorf("fallback %v: with a copy %v", fallback, inCopy)
		}
	}
}

// TestHandleContext: a handler that has gin route again is decided again, and sends one
// answer.
func TestHandleContext(t *testing.T) {
	e, az := engine(t)
	e.GET("/from/*path", func(c *gin.Context) {
		c.Request.URL.Path = c.Param("path")
		e.HandleContext(c)
		c.Abort()
	})
	e.GET("/expenses/:id", ginauthz.Guard(az, "read", loadExpense), showExpense)
	e.GET("/forgotten", func(c *gin.Context) { c.String(200, "secret") })
	for path, want := range map[string]string{"/from/expenses/2": "200 an expense of 17743", "/from/expenses/1": "403", "/from/forgotten": "500"} {
		w := get(e, path)
		if got := fmt.Sprint(w.Code, " ", w.Body); !strings.HasPrefix(got, want) || strings.Contains(got, "secret") || strings.Count(got, "<!doctype") > 1 {
			t.Errorf("%s: %s, want %s", path, got, want)
		}
	}
}

// A pusher is a writer of HTTP/2 that pushes.
type pusher struct {
	*httptest.ResponseRecorder
	pushed int
}

func (p *pusher) Push(string, *http.PushOptions) error { p.pushed++; return nil }

// TestPush: nothing is pushed before something was authorized.
func TestPush(t *testing.T) {
	e, _ := engine(t)
	push := func(c *gin.Context) {
		if p := c.Writer.Pusher(); p != nil {
			p.Push("/style.css", nil)
		}
	}
	e.GET("/", push)
	e.GET("/skip", ginauthz.Skip("a test"), push)
	for path, want := range map[string]int{"/": 0, "/skip": 1} {
		w := &pusher{ResponseRecorder: httptest.NewRecorder()}
		r := httptest.NewRequest("GET", path, nil)
		r.Header.Set("user", "alice@foo.com")
		if e.ServeHTTP(w, r); w.pushed != want {
			t.Errorf("%s: %d pushed, want %d", path, w.pushed, want)
		}
	}
}

// TestRedirects: what gin answers before its middleware shows nothing.
func TestRedirects(t *testing.T) {
	e, az := engine(t)
	e.RedirectFixedPath = true
	e.GET("/expenses/:id", ginauthz.Guard(az, "read", loadExpense), showExpense)
	for path, want := range map[string]int{"/expenses/2/": 301, "/EXPENSES/2": 301, "/expenses/2": 200} {
		if w := get(e, path); w.Code != want || w.Code == 301 && strings.Contains(w.Body.String(), "an expense") {
			t.Errorf("%s: %d %s, want %d", path, w.Code, w.Body, want)
		}
	}
}

func TestConstruction(t *testing.T) {
	az := newAuthorizer()
	nobody := newAuthorizer(func(c *authz.Config) { c.Actor = nil })
	for name, f := range map[string]func(){
		"nil Authorizer":       func() { ginauthz.Middleware(nil) },
		"no Config.Actor":      func() { ginauthz.Middleware(nobody) },
		"Guard without az":     func() { ginauthz.Guard(nil, "read", loadExpense) },
		"Guard without load":   func() { ginauthz.Guard[*Expense](az, "read", nil) },
		"Skip without reasons": func() { ginauthz.Skip("") },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			f()
		}()
	}
}

// TestDocs: the code of docs/gin.md is that of the examples.
func TestDocs(t *testing.T) {
	pagecode.Code(t, "../../docs/gin.md", []string{"go", "polar"}, 5, "example_test.go")
}
