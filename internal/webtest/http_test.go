package webtest

// This file has the frameworks whose middleware is that of net/http: net/http itself,
// chi, gorilla/mux and huma. They have no adapter: Config.HTTP.Route is all they need.
// docs/routers.md shows code of this file.

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humachi"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
	"github.com/go-chi/chi/v5"
	"github.com/gorilla/mux"

	"github.com/ursa-authz/ursa/adapters/nethttp"
	"github.com/ursa-authz/ursa/authz"
)

// A httpCall is a Call of a handler of net/http.
type httpCall struct {
	w       http.ResponseWriter
	r       *http.Request
	param   func(r *http.Request, name string) string
	pattern func(*http.Request) string
}

func (c httpCall) Request() *http.Request      { return c.r }
func (c httpCall) Writer() http.ResponseWriter { return c.w }
func (c httpCall) Param(name string) string    { return c.param(c.r, name) }
func (c httpCall) Pattern() string             { return c.pattern(c.r) }

// handlerOf returns the handler of a route.
func handlerOf(app *App, route Route, param func(*http.Request, string) string, pattern func(*http.Request) string) http.Handler {
	if route.Handle != nil {
		return nethttp.HandlerFunc(func(w http.ResponseWriter, r *http.Request) error {
			return route.Handle(httpCall{w, r, param, pattern})
		})
	}
	return nethttp.Guard(app.Authorizer, route.Action,
		func(r *http.Request) (*Expense, error) { return route.Load(httpCall{nil, r, param, pattern}) },
		func(w http.ResponseWriter, r *http.Request, e *Expense) error {
			return route.Show(httpCall{w, r, param, pattern}, e)
		})
}

// net returns RequireDecision, unless the App has none.
func (app *App) net(next http.Handler) http.Handler {
	if app.NoNet {
		return next
	}
	return nethttp.RequireDecision(next)
}

// around is the middleware of an App.
func (app *App) around(next http.Handler) http.Handler {
	return app.Authorizer.Middleware(app.net(next))
}

func plain(h http.Handler) http.Handler { return h }

// ---- net/http

func muxPattern(method, path string) string {
	if path == "/" {
		path = "/{$}"
	}
	return method + " " + strings.Replace(path, "*", "{rest...}", 1)
}

func muxOf(app *App, wrap func(http.Handler) http.Handler) *http.ServeMux {
	m := http.NewServeMux()
	for _, route := range app.Routes {
		m.Handle(muxPattern(route.Method, route.Path), wrap(handlerOf(app, route, muxParam, func(r *http.Request) string { return r.Pattern })))
	}
	return m
}

func muxParam(r *http.Request, name string) string {
	return r.PathValue(strings.Replace(name, "*", "rest", 1))
}

// ---- chi

func chiOf(app *App, use, with func(http.Handler) http.Handler) http.Handler {
	router := chi.NewRouter()
	router.Use(use)
	for _, route := range app.Routes {
		router.With(with).Method(route.Method, route.Path, handlerOf(app, route, chi.URLParam, chiPattern))
	}
	return router
}

func chiPattern(r *http.Request) string { return chi.RouteContext(r.Context()).RoutePattern() }

func chiRoute(r *http.Request) (authz.Route, error) {
	c := chi.RouteContext(r.Context())
	if c == nil || c.RoutePattern() == "" {
		return authz.Route{}, errors.New("chi has not routed this request yet")
	}
	return authz.Route{Pattern: c.RoutePattern(), Value: func(name string) (string, bool) {
		return c.URLParam(name), slices.Contains(c.URLParams.Keys, name)
	}}, nil
}

// ---- gorilla/mux

func gorillaOf(app *App, encoded bool, use mux.MiddlewareFunc) http.Handler {
	router := mux.NewRouter()
	if encoded {
		router.UseEncodedPath()
	}
	router.Use(use)
	param := func(r *http.Request, name string) string {
		value := mux.Vars(r)[strings.Replace(name, "*", "rest", 1)]
		if encoded {
			value, _ = url.PathUnescape(value)
		}
		return value
	}
	for _, route := range app.Routes {
		path := gorillaPattern(route.Method, route.Path)
		if encoded {
			path = strings.Replace(path, "é", "%C3%A9", 1)
		}
		router.Handle(path, handlerOf(app, route, param, func(*http.Request) string { return path })).Methods(route.Method)
	}
	return router
}

func gorillaPattern(_, path string) string { return strings.Replace(path, "*", "{rest:.*}", 1) }

func gorillaRoute(r *http.Request) (authz.Route, error) {
	route := mux.CurrentRoute(r)
	if route == nil {
		return authz.Route{}, errors.New("gorilla/mux has not routed this request yet")
	}
	pattern, err := route.GetPathTemplate()
	return authz.Route{Pattern: pattern, Value: func(name string) (string, bool) {
		v, ok := mux.Vars(r)[name]
		return v, ok
	}}, err
}

// gorillaEncodedRoute decodes the parameters, which UseEncodedPath does not.
func gorillaEncodedRoute(r *http.Request) (authz.Route, error) {
	route, err := gorillaRoute(r)
	if err != nil {
		return route, err
	}
	raw := route.Value
	route.Value = func(name string) (string, bool) {
		v, ok := raw(name)
		v, err := url.PathUnescape(v)
		return v, ok && err == nil
	}
	return route, nil
}

// ---- huma

// humaOf adds the routes to an API of huma, whose contexts unwrap returns as what they
// are of net/http.
func humaOf(app *App, api huma.API, unwrap func(huma.Context) (*http.Request, http.ResponseWriter), spell func(path string) string, param func(*http.Request, string) string, pattern func(*http.Request) string) {
	for _, route := range app.Routes {
		h := handlerOf(app, route, param, pattern)
		api.Adapter().Handle(&huma.Operation{Method: route.Method, Path: spell(route.Path)}, func(c huma.Context) {
			r, w := unwrap(c)
			h.ServeHTTP(w, r)
		})
	}
}

func humaConfig() huma.Config {
	config := huma.DefaultConfig("webtest", "1")
	config.OpenAPIPath, config.DocsPath, config.SchemasPath = "", "", ""
	return config
}

func humaMux(app *App) *http.ServeMux {
	m := http.NewServeMux()
	spell := func(path string) string { return strings.TrimPrefix(muxPattern("", path), " ") }
	humaOf(app, humago.New(m, humaConfig()), humago.Unwrap, spell, muxParam, func(r *http.Request) string { return r.Pattern })
	return m
}

func humaChi(app *App) http.Handler {
	router := chi.NewRouter()
	router.Group(func(group chi.Router) {
		group.Use(app.around)
		humaOf(app, humachi.New(group, humaConfig()), humachi.Unwrap, func(path string) string { return path }, chi.URLParam, chiPattern)
	})
	return router
}

// httpFrameworks are the entries of this file.
var httpFrameworks = []Framework{
	{Name: "net/http", Knows: true, Pattern: muxPattern, Canonical: true, Outside: true, HEAD: true,
		New: func(app *App) http.Handler { return app.Authorizer.Middleware(app.net(muxOf(app, plain))) }},
	{Name: "net/http, routes", Knows: true, Pattern: muxPattern, HEAD: true,
		New: func(app *App) http.Handler { return muxOf(app, app.around) }},
	{Name: "chi, Use", Route: chiRoute, Outside: true,
		New: func(app *App) http.Handler { return chiOf(app, app.around, plain) }},
	{Name: "chi, With", Route: chiRoute, Knows: true,
		New: func(app *App) http.Handler { return chiOf(app, plain, app.around) }},
	{Name: "chi, outside", Outside: true,
		New: func(app *App) http.Handler { return app.around(chiOf(app, plain, plain)) }},
	{Name: "gorilla/mux", Route: gorillaRoute, Knows: true,
		New: func(app *App) http.Handler { return gorillaOf(app, false, app.around) }},
	{Name: "gorilla/mux, UseEncodedPath", Route: gorillaEncodedRoute, Knows: true,
		New: func(app *App) http.Handler { return gorillaOf(app, true, app.around) }},
	{Name: "gorilla/mux, outside", Outside: true,
		New: func(app *App) http.Handler { return app.around(gorillaOf(app, false, plain)) }},
	{Name: "huma over net/http", Knows: true, Pattern: muxPattern, Canonical: true, Outside: true, HEAD: true,
		New: func(app *App) http.Handler { return app.Authorizer.Middleware(app.net(humaMux(app))) }},
	{Name: "huma over chi", Route: chiRoute, Knows: true,
		New: func(app *App) http.Handler { return humaChi(app) }},
}
