package webtest

// This file has gin, by ginauthz.

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/gin-gonic/gin"

	ginauthz "github.com/ursa-authz/ursa/adapters/gin"
)

type ginCall struct{ c *gin.Context }

func (c ginCall) Request() *http.Request      { return c.c.Request }
func (c ginCall) Writer() http.ResponseWriter { return c.c.Writer }
func (c ginCall) Pattern() string             { return c.c.FullPath() }

func (c ginCall) Param(name string) string {
	return c.c.Param(strings.Replace(name, "*", "rest", 1))
}

// rawGinCall is ginCall with UseEscapedPath, and UnescapePathValues false.
type rawGinCall struct{ ginCall }

func (c rawGinCall) Param(name string) string {
	v, _ := url.PathUnescape(c.ginCall.Param(name))
	return v
}

func ginPattern(_, path string) string {
	return strings.Replace(Colons("", path), "*", "*rest", 1)
}

// ginHandlers are the handlers of a route.
func ginHandlers(app *App, route Route, call func(*gin.Context) Call) []gin.HandlerFunc {
	answer := func(handle func(c *gin.Context) error) gin.HandlerFunc {
		return func(c *gin.Context) {
			if err := handle(c); err != nil {
				ginauthz.Refuse(c, err)
			}
		}
	}
	if route.Handle != nil {
		return []gin.HandlerFunc{answer(func(c *gin.Context) error { return route.Handle(call(c)) })}
	}
	return []gin.HandlerFunc{
		ginauthz.Guard(app.Authorizer, route.Action, func(c *gin.Context) (*Expense, error) { return route.Load(call(c)) }),
		answer(func(c *gin.Context) error { return route.Show(call(c), ginauthz.Resource[*Expense](c)) }),
	}
}

func ginMiddleware(app *App) []gin.HandlerFunc {
	if app.NoNet {
		return []gin.HandlerFunc{ginauthz.Middleware(app.Authorizer)}
	}
	return []gin.HandlerFunc{ginauthz.Middleware(app.Authorizer), ginauthz.RequireDecision()}
}

// ginOf returns an engine with the middleware at a place: use, group or route. A
// change may have it route on the escaped path.
func ginOf(app *App, place string, change func(*gin.Engine), call func(*gin.Context) Call) *gin.Engine {
	gin.SetMode(gin.ReleaseMode)
	engine := gin.New()
	change(engine)
	engine.Use(gin.RecoveryWithWriter(nil))
	routes := engine.Group("")
	var before []gin.HandlerFunc
	switch place {
	case "use":
		engine.Use(ginMiddleware(app)...)
	case "group":
		routes = engine.Group("", ginMiddleware(app)...)
	case "route":
		before = ginMiddleware(app)
	}
	if place == "use" {
		routes = engine.Group("")
	}
	for _, route := range app.Routes {
		path := ginPattern("", route.Path)
		if engine.UseEscapedPath {
			path = strings.Replace(path, "é", "%C3%A9", 1)
		}
		routes.Handle(route.Method, path, append(before[:len(before):len(before)], ginHandlers(app, route, call)...)...)
	}
	return engine
}

func ginFramework(name, place string, change func(*gin.Engine)) Framework {
	return Framework{Name: name, Knows: true, Pattern: ginPattern, New: func(app *App) http.Handler {
		return ginOf(app, place, change, func(c *gin.Context) Call { return ginCall{c} })
	}}
}

var ginFrameworks = []Framework{
	ginFramework("gin, Use", "use", func(*gin.Engine) {}),
	ginFramework("gin, group", "group", func(*gin.Engine) {}),
	ginFramework("gin, route", "route", func(*gin.Engine) {}),
	ginFramework("gin, UseRawPath", "use", func(e *gin.Engine) { e.UseRawPath = true }),
	ginFramework("gin, fixed paths", "use", func(e *gin.Engine) {
		e.RedirectFixedPath, e.HandleMethodNotAllowed, e.RemoveExtraSlash = true, true, true
	}),
	ginFramework("gin, no redirects", "use", func(e *gin.Engine) { e.RedirectTrailingSlash = false }),
	ginFramework("gin, ContextWithFallback", "use", func(e *gin.Engine) { e.ContextWithFallback = true }),
	ginFramework("gin, UseRawPath, raw values", "use", func(e *gin.Engine) { e.UseRawPath, e.UnescapePathValues = true, false }),
	{Name: "gin, UseEscapedPath, raw values", Knows: true, Pattern: ginPattern, New: func(app *App) http.Handler {
		return ginOf(app, "use", func(e *gin.Engine) { e.UseEscapedPath, e.UnescapePathValues = true, false }, func(c *gin.Context) Call { return rawGinCall{ginCall{c}} })
	}},
	{Name: "gin, outside", Outside: true, New: func(app *App) http.Handler {
		return app.around(ginOf(app, "", func(*gin.Engine) {}, func(c *gin.Context) Call { return ginCall{c} }))
	}},
}
