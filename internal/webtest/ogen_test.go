package webtest

// This file has servers that ogen generates. They are handlers of net/http, and
// Config.HTTP.Route asks them for the route. docs/routers.md shows code of this file.

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/ogen-go/ogen/middleware"
	"github.com/ogen-go/ogen/ogenerrors"

	"github.com/ursa-authz/ursa/adapters/nethttp"
	"github.com/ursa-authz/ursa/authz"
	"github.com/ursa-authz/ursa/internal/webtest/internal/ogenapi"
)

// ---- the program of the page

type expensesAPI struct{ ogenapi.UnimplementedHandler }

func (expensesAPI) GetExpense(ctx context.Context, params ogenapi.GetExpenseParams) (*ogenapi.Expense, error) {
	expense, err := authz.Load(ctx, "read", func(context.Context) (*Expense, error) { return findExpense(params.ID) })
	if err != nil {
		return nil, err
	}
	return &ogenapi.Expense{ID: expense.ID}, nil
}

func withOgen() http.Handler {
	az := newExample("/expenses/{id}", ogenRoute)

	server, err := ogenapi.NewServer(expensesAPI{}, ogenapi.WithErrorHandler(ogenError))
	if err != nil {
		panic(err)
	}
	return authz.Canonical(az.Middleware(nethttp.RequireDecision(server)))
}

// ogenError answers the errors that ogen has a status for as ogen does, and all others as
// package authz does. ogen would send their text.
func ogenError(ctx context.Context, w http.ResponseWriter, r *http.Request, err error) {
	if ogenerrors.ErrorCode(err) != http.StatusInternalServerError {
		ogenerrors.DefaultErrorHandler(ctx, w, r, err)
		return
	}
	authz.Refuse(w, r, err)
}

// ogenRoutes is a server that only finds routes.
var ogenRoutes, _ = ogenapi.NewServer(ogenapi.UnimplementedHandler{})

var ogenWildcard = regexp.MustCompile(`\{[^}]+\}`)

func ogenRoute(r *http.Request) (authz.Route, error) {
	route, ok := ogenRoutes.FindPath(r.Method, r.URL)
	if !ok {
		return authz.Route{}, nil
	}
	names, values := ogenWildcard.FindAllString(route.PathPattern(), -1), slices.Clone(route.Args())
	return authz.Route{Pattern: route.PathPattern(), Value: func(name string) (string, bool) {
		i := slices.Index(names, "{"+name+"}")
		if i < 0 {
			return "", false
		}
		return values[i], true
	}}, nil
}

// ---- the server of the suite

// An ogenCall is a Call of an operation. ogen hands its handlers neither request nor
// ResponseWriter, so these come by the context.
type ogenCall struct {
	w       http.ResponseWriter
	r       *http.Request
	params  middleware.Parameters
	pattern string
}

func (c ogenCall) Request() *http.Request      { return c.r }
func (c ogenCall) Writer() http.ResponseWriter { return c.w }
func (c ogenCall) Pattern() string             { return c.pattern }

func (c ogenCall) Param(name string) string {
	v, _ := c.params.Path(strings.Replace(name, "*", "rest", 1))
	text, _ := v.(string)
	return text
}

// with returns the call with another context.
func (c ogenCall) with(ctx context.Context) ogenCall {
	c.r = c.r.WithContext(ctx)
	return c
}

type ogenWriterKey struct{}

// errAnswered is the error of a handler that has answered by itself.
var errAnswered = errors.New("answered")

func ogenPattern(_, path string) string { return strings.Replace(path, "*", "{rest}", 1) }

// ogenOf returns a server whose middleware runs the handlers of an App in place of those of
// the operations.
func ogenOf(app *App) http.Handler {
	for _, route := range app.Routes {
		u := &url.URL{Path: ogenWildcard.ReplaceAllString(ogenPattern("", route.Path), "0")}
		if found, ok := ogenRoutes.FindPath(route.Method, u); !ok || found.PathPattern() != ogenPattern("", route.Path) {
			panic("openapi.yml has no operation " + route.Method + " " + route.Path)
		}
	}
	operation := func(req middleware.Request, _ middleware.Next) (middleware.Response, error) {
		w := req.Context.Value(ogenWriterKey{}).(http.ResponseWriter)
		found, _ := ogenRoutes.FindPath(req.Raw.Method, req.Raw.URL)
		call := ogenCall{w, req.Raw, req.Params, found.PathPattern()}
		i := slices.IndexFunc(app.Routes, func(route Route) bool {
			return route.Method == req.Raw.Method && ogenPattern("", route.Path) == call.pattern
		})
		if i < 0 || found.OperationID() != req.OperationID {
			http.NotFound(w, req.Raw)
			return middleware.Response{}, errAnswered
		}
		err := ogenServe(app.Routes[i], call)
		if err == nil {
			err = errAnswered
		}
		return middleware.Response{}, err
	}
	server, err := ogenapi.NewServer(ogenapi.UnimplementedHandler{}, ogenapi.WithMiddleware(operation),
		ogenapi.WithErrorHandler(func(ctx context.Context, w http.ResponseWriter, r *http.Request, err error) {
			if _, ok := errors.AsType[*ogenerrors.DecodeParamsError](err); ok {
				http.NotFound(w, r) // an empty parameter, which other routers have no route for
			} else if err != errAnswered {
				ogenError(ctx, w, r, err)
			}
		}))
	if err != nil {
		panic(err)
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		server.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), ogenWriterKey{}, w)))
	})
}

// ogenServe runs the handler of a route.
func ogenServe(route Route, call ogenCall) error {
	if route.Handle != nil {
		return route.Handle(call)
	}
	ctx := call.r.Context()
	e, err := authz.Load(ctx, route.Action, func(ctx context.Context) (*Expense, error) { return route.Load(call.with(ctx)) })
	if err != nil {
		return err
	}
	return route.Show(call, e)
}

var ogenFrameworks = []Framework{
	{Name: "ogen", Route: ogenRoute, Knows: true, Outside: true, Pattern: ogenPattern,
		New: func(app *App) http.Handler { return app.around(ogenOf(app)) }},
}
