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
	"github.com/ursa-authz/ursa/authz"
)

// frameworks make a handler of one route, with the middleware of an Authorizer if
// there is one.
var frameworks = []struct {
	name string
	make func(az *authz.Authorizer) http.Handler
}{
	{"nethttp", func(az *authz.Authorizer) http.Handler {
		mux := http.NewServeMux()
		mux.HandleFunc("GET /expenses/{id}", func(w http.ResponseWriter, r *http.Request) {
			io.WriteString(w, "expense "+r.PathValue("id"))
		})
		if az == nil {
			return mux
		}
		return az.Middleware(mux)
	}},
	{"gin", func(az *authz.Authorizer) http.Handler {
		gin.SetMode(gin.ReleaseMode)
		engine := gin.New()
		if az != nil {
			engine.Use(ginauthz.Middleware(az))
		}
		engine.GET("/expenses/:id", func(c *gin.Context) { io.WriteString(c.Writer, "expense "+c.Param("id")) })
		return engine
	}},
	{"echo", func(az *authz.Authorizer) http.Handler {
		e := echo.New()
		e.Logger = slog.New(slog.DiscardHandler)
		if az != nil {
			e.Use(echoauthz.Middleware(az))
		}
		e.GET("/expenses/:id", func(c *echo.Context) error {
			_, err := io.WriteString(c.Response(), "expense "+c.Param("id"))
			return err
		})
		return e
	}},
}

// newRouteAuthorizer is the Authorizer of newHandler.
func newRouteAuthorizer(tb testing.TB) *authz.Authorizer {
	users := map[string]*User{"alice": {ID: 1, Name: "alice"}}
	az, err := authz.New(authz.Config{
		Policies: authz.String("route.polar", Route().Polar),
		Classes:  []authz.Class{authz.ClassOf[User](), authz.ClassOf[Guest]()},
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
		for user, want := range map[string]int{"alice": http.StatusOK, "mallory": http.StatusForbidden} {
			w := httptest.NewRecorder()
			f.make(newRouteAuthorizer(t)).ServeHTTP(w, newRequest(t, "", user))
			if w.Code != want {
				t.Errorf("%s, %s: %d, want %d", f.name, user, w.Code, want)
			}
			w = httptest.NewRecorder()
			f.make(nil).ServeHTTP(w, newRequest(t, "", user))
			if w.Code != http.StatusOK {
				t.Errorf("%s alone, %s: %d", f.name, user, w.Code)
			}
		}
	}
}

// TestFrameworkAllocations: an adapter adds at most three allocations to what
// Middleware adds to net/http.
func TestFrameworkAllocations(t *testing.T) {
	az := newRouteAuthorizer(t)
	added := func(make func(*authz.Authorizer) http.Handler) float64 {
		var n [2]float64
		for i, az := range []*authz.Authorizer{nil, az} {
			h, r, w := make(az), newRequest(t, "", "alice"), &discard{http.Header{}}
			n[i] = testing.AllocsPerRun(200, func() { h.ServeHTTP(w, r) })
		}
		return n[1] - n[0]
	}
	base := added(frameworks[0].make)
	for _, f := range frameworks {
		got := added(f.make)
		t.Logf("%s: %v allocations", f.name, got)
		if got > base+3 {
			t.Errorf("%s: %v allocations, net/http %v", f.name, got, base)
		}
	}
}

// A discard is a ResponseWriter that keeps nothing.
type discard struct{ header http.Header }

func (w *discard) Header() http.Header             { return w.header }
func (*discard) Write(b []byte) (int, error)       { return len(b), nil }
func (*discard) WriteHeader(int)                   {}
func (*discard) WriteString(s string) (int, error) { return len(s), nil }

// BenchmarkFrameworks measures a handler in each framework, with its adapter and
// without.
func BenchmarkFrameworks(b *testing.B) {
	for _, f := range frameworks {
		for _, middleware := range []string{"no", "yes"} {
			b.Run("framework="+f.name+"/middleware="+middleware, func(b *testing.B) {
				var az *authz.Authorizer
				if middleware == "yes" {
					az = newRouteAuthorizer(b)
				}
				h, r, w := f.make(az), newRequest(b, "", "alice"), &discard{http.Header{}}
				b.ReportAllocs()
				for b.Loop() {
					h.ServeHTTP(w, r)
				}
			})
		}
	}
}
