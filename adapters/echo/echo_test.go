package echoauthz_test

// This file tests what is echo's own: errors and the handlers that answer them, its
// writer, the places of middleware. What all frameworks share is tested in
// internal/webtest.

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/labstack/echo/v5"
	"github.com/labstack/echo/v5/middleware"

	echoauthz "github.com/ursa-authz/ursa/adapters/echo"
	"github.com/ursa-authz/ursa/authz"
	"github.com/ursa-authz/ursa/internal/pagecode"
)

const open = `
allow(_: User, "GET", _: Request);
allow(_: User, "OPTIONS", _: Request);
allow(user: User, "read", expense: Expense) if user.id = expense.user_id;
`

func newEcho(change ...func(*authz.Config)) (*echo.Echo, *authz.Authorizer) {
	az := newAuthorizer(append(change, func(c *authz.Config) { c.Policies = authz.String("open.polar", open) })...)
	e := quiet()
	e.Use(middleware.Recover(), echoauthz.Middleware(az), echoauthz.RequireDecision())
	return e, az
}

func ask(h http.Handler, method, path string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, nil)
	r.Header.Set("user", "alice@foo.com")
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// TestErrorHandlers: whatever handler answers a refusal, the status is right, nothing
// of the error and of the handler's headers is sent, and what is hidden looks like
// what is missing.
func TestErrorHandlers(t *testing.T) {
	for name, handler := range map[string]echo.HTTPErrorHandler{
		"default":          echo.DefaultHTTPErrorHandler(false),
		"default, exposed": echo.DefaultHTTPErrorHandler(true),
		"problem, exposed": echo.ProblemDetailsHTTPErrorHandler(true),
		"own, of text":     func(c *echo.Context, err error) { c.String(echo.StatusCode(err), err.Error()) },
		"ErrorHandler":     echoauthz.ErrorHandler(echo.DefaultHTTPErrorHandler(true)),
	} {
		e, az := newEcho(func(c *authz.Config) {
			c.ReadAction = "see"
			c.HTTP.Challenge = "Session"
		})
		e.HTTPErrorHandler = handler
		set := func(next echo.HandlerFunc) echo.HandlerFunc {
			return func(c *echo.Context) error {
				c.Response().Header().Set("X-Accel-Redirect", "/secret")
				c.Response().Header().Set("X-Request-Id", "kept")
				return next(c)
			}
		}
		e.GET("/expenses/:id", showExpense, set, echoauthz.Guard(az, "read", loadExpense))
		e.GET("/plain/:id", func(c *echo.Context) error {
			expense, err := loadExpense(c)
			if err != nil {
				return err
			}
			_, err = authz.Authorize(c.Request().Context(), "read", expense)
			return err
		}, set)
		e.GET("/broken/:id", showExpense, set, echoauthz.Guard(az, "read", func(*echo.Context) (*Expense, error) {
			return nil, errors.New("secret of a database")
		}))
		e.GET("/none/:id", showExpense, set, echoauthz.Guard(az, "read", func(*echo.Context) (*Expense, error) {
			return nil, echo.ErrNotFound
		}))
		answer := func(path string) string {
			w := ask(e, "GET", path)
			return fmt.Sprint(w.Code, w.Header(), w.Body)
		}
		missing := answer("/expenses/9")
		for path, want := range map[string]int{"/expenses/1": 404, "/expenses/9": 404, "/plain/1": 404, "/plain/9": 404, "/none/1": 404, "/broken/1": 500, "/a/../b": 400} {
			got := answer(path)
			if !strings.HasPrefix(got, fmt.Sprint(want, " map[")) || strings.Contains(got, "secret") || strings.Contains(got, "authz:") || !strings.Contains(got, "Cache-Control:[no-store]") {
				t.Errorf("%s, %s: %s, want %d", name, path, got, want)
			}
			if want == 404 && got != missing {
				t.Errorf("%s, %s: %s; what is missing: %s", name, path, got, missing)
			}
		}
		w := ask(e, "GET", "/expenses/2", "user", "nobody")
		if w.Code != 401 || w.Header().Get("WWW-Authenticate") != "Session" {
			t.Errorf("%s: %d %v", name, w.Code, w.Header())
		}
		if name == "default" && !strings.HasPrefix(w.Body.String(), `{"type":"about:blank","title":"Unauthorized","status":401`) {
			t.Errorf("%s: %s", name, w.Body)
		}
	}
}

// TestHiddenError: an error handler cannot tell a hidden resource from a missing one.
func TestHiddenError(t *testing.T) {
	e, az := newEcho(func(c *authz.Config) { c.ReadAction = "see" })
	var got error
	e.HTTPErrorHandler = func(_ *echo.Context, err error) { got = err }
	e.GET("/expenses/:id", showExpense, echoauthz.Guard(az, "read", loadExpense))
	for _, path := range []string{"/expenses/1", "/expenses/9"} {
		ask(e, "GET", path)
		refusal, ok := errors.AsType[*echoauthz.Error](got)
		if !ok || refusal.Unwrap() != authz.ErrNotFound || refusal.StatusCode() != 404 {
			t.Errorf("%s: %#v", path, got)
		}
	}
}

// TestOtherErrors: errors of the application stay as they are.
func TestOtherErrors(t *testing.T) {
	e, az := newEcho()
	e.HTTPErrorHandler = echoauthz.ErrorHandler(e.HTTPErrorHandler)
	e.GET("/teapot", func(*echo.Context) error { return echo.NewHTTPError(418, "short and stout") })
	e.GET("/own", func(*echo.Context) error { return echo.NewHTTPError(409, "mine").Wrap(authz.ErrForbidden) })
	e.GET("/plain", func(*echo.Context) error { return io.ErrUnexpectedEOF })
	e.GET("/odd", func(*echo.Context) error { return echo.NewHTTPError(200, "secret") })
	e.GET("/bind/:id", showExpense, echoauthz.Guard(az, "read", func(c *echo.Context) (*Expense, error) {
		id, err := echo.PathParam[int](c, "id")
		return &Expense{ID: id, UserID: 1}, err
	}))
	for path, want := range map[string]string{
		"/teapot":  `418 {"message":"short and stout"}`,
		"/own":     `409 {"message":"mine"}`,
		"/plain":   `500 {"message":"Internal Server Error"}`,
		"/odd":     "500 <!doctype html>",
		"/nowhere": `404 {"message":"Not Found"}`,
		"/bind/x":  "400 ",
		"/bind/7":  "200 an expense of 0",
	} {
		w := ask(e, "GET", path)
		if got := fmt.Sprint(w.Code, " ", w.Body); !strings.HasPrefix(got, want) || strings.Contains(got, "secret") {
			t.Errorf("%s: %s, want %s", path, got, want)
		}
	}
}

// TestWaysToWrite: whatever way of echo a handler that asked nothing takes, nothing of
// its page is sent.
func TestWaysToWrite(t *testing.T) {
	ways := map[string]func(c *echo.Context) error{
		"String":     func(c *echo.Context) error { return c.String(200, "secret") },
		"JSON":       func(c *echo.Context) error { return c.JSON(201, "secret") },
		"JSON error": func(c *echo.Context) error { c.JSON(200, "secret"); return errors.New("secret") },
		"Blob":       func(c *echo.Context) error { return c.Blob(200, "text/secret", []byte("secret")) },
		"Stream":     func(c *echo.Context) error { return c.Stream(200, "text/plain", strings.NewReader("secret")) },
		"redirect":   func(c *echo.Context) error { return c.Redirect(302, "/secret") },
		"file":       func(c *echo.Context) error { return c.File("echo_test.go") },
		"NoContent":  func(c *echo.Context) error { return c.NoContent(204) },
		"nothing":    func(c *echo.Context) error { return nil },
		"flush": func(c *echo.Context) error {
			http.NewResponseController(c.Response()).Flush()
			return c.String(200, "secret")
		},
		"stubborn": func(c *echo.Context) error {
			for range 3 {
				c.String(200, "secret")
				c.Response().Header().Set("X-Late", "secret")
			}
			return nil
		},
		"panic": func(c *echo.Context) error {
			c.Response().Header().Set("X-Late", "secret")
			panic("secret")
		},
	}
	for name, way := range ways {
		e, _ := newEcho()
		e.GET("/", func(c *echo.Context) error {
			c.Response().Header().Set("X-Secret", "secret")
			return way(c)
		})
		w := ask(e, "GET", "/")
		if answer := fmt.Sprint(w.Code, w.Header(), w.Body); w.Code != 500 || strings.Contains(answer, "secret") {
			t.Errorf("%s: %s", name, answer)
		}
	}
	// What a handler writes behind the back of echo is sent, and nothing else.
	e, _ := newEcho()
	e.GET("/", func(c *echo.Context) error {
		r, _ := echo.UnwrapResponse(c.Response())
		r.WriteHeader(200)
		io.WriteString(r, "unwrapped")
		return nil
	})
	if w := ask(e, "GET", "/"); w.Body.String() != "unwrapped" {
		t.Errorf("unwrapped: %d %s", w.Code, w.Body)
	}
}

func TestSkipper(t *testing.T) {
	az := newAuthorizer()
	e := quiet()
	e.Use(echoauthz.MiddlewareWithConfig(az, echoauthz.Config{Skipper: func(c *echo.Context) bool { return c.Path() != "/expenses/:id" }}))
	e.GET("/login", healthz)
	e.GET("/asks", func(c *echo.Context) error {
		_, err := authz.Authorize(c.Request().Context(), "read", &Expense{UserID: 1})
		if !errors.Is(err, authz.ErrUndecided) {
			t.Errorf("where Middleware is skipped: %v", err)
		}
		return err
	})
	e.GET("/guarded/:id", showExpense, echoauthz.Guard(az, "read", loadExpense))
	e.GET("/expenses/:id", healthz)
	for line, want := range map[string]int{"/login nobody": 200, "/asks nobody": 500, "/guarded/2 alice@foo.com": 200, "/guarded/1 alice@foo.com": 403, "/guarded/2 nobody": 401, "/expenses/2 nobody": 401} {
		path, user, _ := strings.Cut(line, " ")
		if w := ask(e, "GET", path, "user", user); w.Code != want {
			t.Errorf("%s: %d, want %d", line, w.Code, want)
		}
	}
}

// TestPlaces: policies know the route in Use, a group and a route, and nothing is
// allowed by it in Pre.
func TestPlaces(t *testing.T) {
	reads := func(c *authz.Config) {
		c.Policies = authz.String("reads.polar", `
			allow(_: User, _, r: Request) if r.pattern() = "/x/:id" and r.path_value("id") = "7";
			allow(_: User, _, r: Request) if r.pattern() = nil and r.path = "/none";
		`)
	}
	pass := func(c *echo.Context) error {
		// With PathValues, the values of the route are those of the *http.Request too.
		return c.String(200, c.Request().Pattern+" "+c.Request().PathValue("id"))
	}
	for _, place := range []string{"use", "pre", "group", "route"} {
		e := quiet()
		m := echoauthz.MiddlewareWithConfig(newAuthorizer(reads), echoauthz.Config{PathValues: true})
		switch place {
		case "use":
			e.Use(m)
			e.GET("/x/:id", pass)
		case "pre":
			e.Pre(m)
			e.GET("/x/:id", pass)
		case "group":
			e.Group("/x", m).GET("/:id", pass)
		case "route":
			e.GET("/x/:id", pass, m)
		}
		for path, want := range map[string]string{"/x/7": "200 /x/:id 7", "/x/8": "403", "/none": "404"} {
			if place == "pre" {
				want = "500"
			}
			w := ask(e, "GET", path)
			if got := fmt.Sprint(w.Code, " ", w.Body); !strings.HasPrefix(got, want) {
				t.Errorf("%s, %s: %s, want %s", place, path, got, want)
			}
		}
	}
}

// TestOptions: what echo answers itself to OPTIONS passes RequireDecision, if the
// policy lets the request pass.
func TestOptions(t *testing.T) {
	e, _ := newEcho()
	e.GET("/x", healthz)
	if w := ask(e, "OPTIONS", "/x"); w.Code != 204 || w.Header().Get("Allow") == "" {
		t.Errorf("%d %v", w.Code, w.Header())
	}
	if w := ask(e, "POST", "/x"); w.Code != 403 {
		t.Errorf("POST: %d", w.Code)
	}
	e.OPTIONS("/own", healthz)
	if w := ask(e, "OPTIONS", "/own"); w.Code != 500 {
		t.Errorf("a handler of OPTIONS that asks nothing: %d", w.Code)
	}
}

func TestResource(t *testing.T) {
	e, az := newEcho()
	second := func(c *echo.Context) (*Expense, error) {
		if first := echoauthz.Resource[*Expense](c); first == nil || first.ID == 7 {
			return nil, fmt.Errorf("the resource of the first Guard is %v", first)
		}
		return &Expense{ID: 7, UserID: 1, Amount: 7}, nil
	}
	e.GET("/two/:id", showExpense, echoauthz.Guard(az, "read", loadExpense), echoauthz.Guard(az, "read", second))
	e.GET("/none", showExpense, echoauthz.Skip("a test"))
	early := func(c *echo.Context) (*Expense, error) { return echoauthz.Resource[*Expense](c), nil }
	e.GET("/early", showExpense, echoauthz.Guard(az, "read", early))
	for path, want := range map[string]string{"/two/2": "200 an expense of 7", "/two/1": "403", "/none": "500", "/early": "500"} {
		if w := ask(e, "GET", path); !strings.HasPrefix(fmt.Sprint(w.Code, " ", w.Body), want) {
			t.Errorf("%s: %d %s, want %s", path, w.Code, w.Body, want)
		}
	}
}

func TestConstruction(t *testing.T) {
	az := newAuthorizer()
	nobody := newAuthorizer(func(c *authz.Config) { c.Actor = nil })
	for name, f := range map[string]func(){
		"nil Authorizer":      func() { echoauthz.Middleware(nil) },
		"no Config.Actor":     func() { echoauthz.Middleware(nobody) },
		"Guard without az":    func() { echoauthz.Guard(nil, "read", loadExpense) },
		"Guard without load":  func() { echoauthz.Guard[*Expense](az, "read", nil) },
		"Skip without reason": func() { echoauthz.Skip("") },
		"no error handler":    func() { echoauthz.ErrorHandler(nil) },
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

// TestDocs: the code of docs/echo.md is that of the examples.
func TestDocs(t *testing.T) {
	pagecode.Code(t, "../../docs/echo.md", []string{"go", "polar"}, 6, "example_test.go")
}
