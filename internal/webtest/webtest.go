// Package webtest is the conformance suite of the adapters for web frameworks.
//
// A [Framework] says how an [App] becomes a server: which of its routes are guarded,
// what their handlers do, and where its middleware goes. [Run] starts such servers on
// real sockets and sends them requests, many of them byte by byte. What a client gets
// may not depend on the framework.
//
// The frameworks themselves are in the tests of this package, as entries of one
// table. Adapters do not import it.
package webtest

import (
	"net/http"
	"strings"
	"testing"

	"github.com/ursa-authz/ursa/authz"
)

// A Framework is a framework with the middleware at one of the places that it has for
// middleware.
type Framework struct {
	Name string

	// New returns the handler of a server for an App, with the middleware and,
	// unless the App has none, RequireDecision.
	New func(app *App) http.Handler

	// Route is Config.HTTP.Route.
	Route func(*http.Request) (authz.Route, error)

	// Knows says that policies can read pattern and values of a route, and
	// Pattern how the framework spells a pattern, if not as in Route.Path.
	Knows   bool
	Pattern func(method, path string) string

	// Canonical says that unusual spellings of a path are not refused, since the
	// middleware sees them before the router.
	Canonical bool

	// Outside says that the middleware sees all requests, those without a route
	// and those that the router redirects included.
	Outside bool

	// HEAD says that HEAD runs the handler of GET.
	HEAD bool
}

// pattern returns the pattern of a route as policies see it.
func (f Framework) pattern(method, path string) string {
	if f.Pattern == nil {
		return path
	}
	return f.Pattern(method, path)
}

// Colons spells a path as gin and echo do: "/expenses/:id" and "/files/*".
func Colons(_, path string) string {
	return strings.NewReplacer("{", ":", "}", "").Replace(path)
}

// An App is an application of the suite.
type App struct {
	Authorizer *authz.Authorizer
	Routes     []Route
	NoNet      bool // without RequireDecision
}

// A Route is a route of an App. It has Load and Show, which are for a Guard, or
// Handle.
type Route struct {
	Method string
	Path   string // such as "/expenses/{id}" or "/files/*"
	Action string // of the Guard

	Load   func(Call) (*Expense, error)
	Show   func(Call, *Expense) error
	Handle func(Call) error
}

// A Call is a request in a handler of the framework, by whose means it is read and
// answered. An error that the handler returns is answered in the framework's way.
type Call interface {
	Request() *http.Request
	Writer() http.ResponseWriter
	Param(name string) string // "*" is the rest of the path
	Pattern() string
}

// Run tests a framework.
func Run(t *testing.T, f Framework) {
	for name, test := range map[string]func(*testing.T, Framework){
		"walk":      testWalk,
		"refusals":  testRefusals,
		"hidden":    testHidden,
		"loads":     testLoads,
		"spellings": testSpellings,
		"http2":     testHTTP2,
		"methods":   testMethods,
		"twice":     testTwice,
		"routes":    testRoutes,
		"panics":    testPanics,
		"gone":      testGone,
		"events":    testEvents,
		"sockets":   testSockets,
		"forgotten": testForgotten,
		"crowd":     testCrowd,
	} {
		t.Run(name, func(t *testing.T) { test(t, f) })
	}
}
