package webtest

// This file has echo, by echoauthz.

import (
	"log/slog"
	"net/http"

	"github.com/labstack/echo/v5"
	"github.com/labstack/echo/v5/middleware"

	echoauthz "github.com/ursa-authz/ursa/adapters/echo"
)

type echoCall struct{ c *echo.Context }

func (c echoCall) Request() *http.Request      { return c.c.Request() }
func (c echoCall) Writer() http.ResponseWriter { return c.c.Response() }
func (c echoCall) Param(name string) string    { return c.c.Param(name) }
func (c echoCall) Pattern() string             { return c.c.Path() }

func echoMiddleware(app *App) []echo.MiddlewareFunc {
	if app.NoNet {
		return []echo.MiddlewareFunc{echoauthz.Middleware(app.Authorizer)}
	}
	return []echo.MiddlewareFunc{echoauthz.Middleware(app.Authorizer), echoauthz.RequireDecision()}
}

// echoOf returns an Echo with the middleware at a place: pre, use, group or route.
func echoOf(app *App, place string, config echo.RouterConfig) *echo.Echo {
	e := echo.NewWithConfig(echo.Config{Router: echo.NewRouter(config)})
	e.Logger = slog.New(slog.DiscardHandler)
	e.HTTPErrorHandler = echoauthz.ErrorHandler(echo.DefaultHTTPErrorHandler(false))
	e.Pre(middleware.Recover())
	add := e.Add
	switch place {
	case "pre":
		e.Pre(echoMiddleware(app)...)
	case "use":
		e.Use(echoMiddleware(app)...)
	case "group":
		add = e.Group("", echoMiddleware(app)...).Add
	case "route":
		add = func(method, path string, h echo.HandlerFunc, m ...echo.MiddlewareFunc) echo.RouteInfo {
			return e.Add(method, path, h, append(echoMiddleware(app), m...)...)
		}
	}
	for _, route := range app.Routes {
		path := Colons("", route.Path)
		if route.Handle != nil {
			add(route.Method, path, func(c *echo.Context) error { return route.Handle(echoCall{c}) })
			continue
		}
		add(route.Method, path, func(c *echo.Context) error { return route.Show(echoCall{c}, echoauthz.Resource[*Expense](c)) },
			echoauthz.Guard(app.Authorizer, route.Action, func(c *echo.Context) (*Expense, error) { return route.Load(echoCall{c}) }))
	}
	return e
}

func echoFramework(name, place string, config echo.RouterConfig) Framework {
	return Framework{Name: name, Knows: place != "pre", Outside: place == "pre" || place == "use", HEAD: config.AutoHandleHEAD, Pattern: Colons, New: func(app *App) http.Handler {
		return echoOf(app, place, config)
	}}
}

var echoFrameworks = []Framework{
	echoFramework("echo, Use", "use", echo.RouterConfig{}),
	echoFramework("echo, Pre", "pre", echo.RouterConfig{}),
	echoFramework("echo, group", "group", echo.RouterConfig{}),
	echoFramework("echo, route", "route", echo.RouterConfig{}),
	echoFramework("echo, decoded paths", "use", echo.RouterConfig{UseEscapedPathForMatching: true}),
	echoFramework("echo, AutoHandleHEAD", "use", echo.RouterConfig{AutoHandleHEAD: true, UnescapePathParamValues: true}),
	{Name: "echo, outside", Outside: true, New: func(app *App) http.Handler {
		return app.around(echoOf(app, "", echo.RouterConfig{}))
	}},
}
