// Package ginauthz authorizes the requests of gin.
//
// [Middleware] decides each request before its handlers run. [Guard] loads the
// resource of a route and authorizes an action on it; [Resource] returns it to the
// handler. [Refuse] answers an error and aborts. [RequireDecision] is the net under
// all of them: a handler that succeeds without having asked anything is a bug, and
// the client gets a 500 in place of its page.
//
//	router := gin.New()
//	router.Use(gin.Recovery(), ginauthz.Middleware(az), ginauthz.RequireDecision())
//	router.GET("/expenses/:id", ginauthz.Guard(az, "read", loadExpense), showExpense)
//	router.GET("/healthz", ginauthz.Skip("says nothing about anybody"), healthz)
//
// Gin gives a route the middleware that was in use when the route was added: call
// Use first.
//
// The Authorizer and the actor are in the context of c.Request, so that
// authz.Authorize(c.Request.Context(), ...) works in handlers. With the engine's
// ContextWithFallback, authz.Authorize(c, ...) works too; without it, that is an
// error and never an allow. Gin uses a *gin.Context again for the next request, of
// somebody else: a goroutine that outlives the handler takes c.Request.Context(), or
// c.Copy(), with it.
package ginauthz
