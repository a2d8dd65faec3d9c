package benchmarks

// This file measures what the adapters for web frameworks add to a request, beside
// the framework alone and beside net/http.

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/gin-gonic/gin"
	"github.com/labstack/echo/v5"

	echoauthz "github.com/ursa-authz/ursa/adapters/echo"
	ginauthz "github.com/ursa-authz/ursa/adapters/gin"
	"github.com/ursa-authz/ursa/adapters/nethttp"
	"github.com/ursa-authz/ursa/authz"
)

// A mode says what authorizes the requests of a handler.
type mode string

const (
	alone      mode = "no"    // nothing
	middleware mode = "yes"   // Middleware
	guarded    mode = "guard" // Middleware, RequireDecision and Guard
)

// loaded is what a Guard loads.
var loaded = &Expense{ID: 17, UserID: 1}

// frameworks make a handler of one route.
var frameworks = []struct {
	name string
	make func(az *authz.Authorizer, m mode) http.Handler
}{
	{"nethttp", func(az *authz.Authorizer, m mode) http.Handler {
		show := func(w http.ResponseWriter, r *http.Request) {
			io.WriteString(w, "expense "+r.PathValue("id"))
		}
		mux := http.NewServeMux()
		switch m {
		case alone:
			mux.HandleFunc("GET /expenses/{id}", show)
			return mux
		case middleware:
			mux.HandleFunc("GET /expenses/{id}", show)
			return az.Middleware(mux)
		}
		load := func(*http.Request) (*Expense, error) { return loaded, nil }
		mux.Handle("GET /expenses/{id}", nethttp.Guard(az, "read", load, func(w http.ResponseWriter, r *http.Request, _ *Expense) error {
			show(w, r)
			return nil
		}))
		return az.Middleware(nethttp.RequireDecision(mux))
	}},
	{"gin", func(az *authz.Authorizer, m mode) http.Handler {
		gin.SetMode(gin.ReleaseMode)
		engine := gin.New()
		show := func(c *gin.Context) { io.WriteString(c.Writer, "expense "+c.Param("id")) }
		switch m {
		case alone:
			engine.GET("/expenses/:id", show)
		case middleware:
			engine.Use(ginauthz.Middleware(az))
			engine.GET("/expenses/:id", show)
		case guarded:
			engine.Use(ginauthz.Middleware(az), ginauthz.RequireDecision())
			load := func(*gin.Context) (*Expense, error) { return loaded, nil }
			engine.GET("/expenses/:id", ginauthz.Guard(az, "read", load), show)
		}
		return engine
	}},
	{"echo", func(az *authz.Authorizer, m mode) http.Handler {
		e := echo.New()
		e.Logger = slog.New(slog.DiscardHandler)
		show := func(c *echo.Context) error {
			_, err := io.WriteString(c.Response(), "expense "+c.Param("id"))
			return err
		}
		switch m {
		case alone:
			e.GET("/expenses/:id", show)
		case middleware:
			e.Use(echoauthz.Middleware(az))
			e.GET("/expenses/:id", show)
		case guarded:
			e.Use(echoauthz.Middleware(az), echoauthz.RequireDecision())
			load := func(*echo.Context) (*Expense, error) { return loaded, nil }
			e.GET("/expenses/:id", show, echoauthz.Guard(az, "read", load))
		}
		return e
	}},
}

// newRouteAuthorizer is the Authorizer of newHandler.
func newRouteAuthorizer(tb testing.TB) *authz.Authorizer {
	users := map[string]*User{"alice": {ID: 1, Name: "alice"}}
	az, err := authz.New(authz.Config{
		Policies: authz.String("route.polar", Route().Polar+`allow(user: User, "read", expense: Expense) if user.id = expense.user_id;`),
		Classes:  []authz.Class{authz.ClassOf[User](), authz.ClassOf[Guest](), authz.ClassOf[Expense]()},
		Actor: func(r *http.Request) (any, error) {
			if user := users[r.Header.Get("user")]; user != nil {
				return user, nil
			}
			return Guest{}, nil
		},
	})
	if err != nil {
		tb.Fatal(err)
	}
	return az
}

func TestFrameworks(t *testing.T) {
	for _, f := range frameworks {
		for _, tt := range []struct {
			mode mode
			user string
			want int
		}{
			{alone, "alice", 200}, {alone, "mallory", 200},
			{middleware, "alice", 200}, {middleware, "mallory", 403},
			{guarded, "alice", 200}, {guarded, "mallory", 403},
		} {
			w := httptest.NewRecorder()
			f.make(newRouteAuthorizer(t), tt.mode).ServeHTTP(w, newRequest(t, "", tt.user))
			if w.Code != tt.want {
				t.Errorf("%s, %s, %s: %d, want %d", f.name, tt.mode, tt.user, w.Code, tt.want)
			}
		}
	}
}

// TestFrameworkAllocations: an adapter adds at most three allocations to what package
// nethttp adds to net/http.
func TestFrameworkAllocations(t *testing.T) {
	az := newRouteAuthorizer(t)
	for _, m := range []mode{middleware, guarded} {
		added := func(make func(*authz.Authorizer, mode) http.Handler) float64 {
			var n [2]float64
			for i, m := range []mode{alone, m} {
				h, r, w := make(az, m), newRequest(t, "", "alice"), &discard{http.Header{}}
				n[i] = testing.AllocsPerRun(200, func() { h.ServeHTTP(w, r) })
			}
			return n[1] - n[0]
		}
		base := added(frameworks[0].make)
		for _, f := range frameworks {
			got := added(f.make)
			t.Logf("%s, %s: %v allocations", f.name, m, got)
			if got > base+3 {
				t.Errorf("%s, %s: %v allocations, net/http %v", f.name, m, got, base)
			}
		}
	}
}

// A discard is a ResponseWriter that keeps nothing.
type discard struct{ header http.Header }

func (w *discard) Header() http.Header             { return w.header }
func (*discard) Write(b []byte) (int, error)       { return len(b), nil }
func (*discard) WriteHeader(int)                   {}
func (*discard) WriteString(s string) (int, error) { return len(s), nil }

// BenchmarkFrameworks measures a handler in each framework, alone, with the adapter's
// Middleware, and with Middleware, RequireDecision and Guard.
func BenchmarkFrameworks(b *testing.B) {
	for _, f := range frameworks {
		for _, m := range []mode{alone, middleware, guarded} {
			b.Run("framework="+f.name+"/middleware="+string(m), func(b *testing.B) {
				h, r, w := f.make(newRouteAuthorizer(b), m), newRequest(b, "", "alice"), &discard{http.Header{}}
				b.ReportAllocs()
				for b.Loop() {
					h.ServeHTTP(w, r)
				}
			})
		}
	}
}
