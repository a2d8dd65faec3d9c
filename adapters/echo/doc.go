// Package echoauthz authorizes the requests of echo (version 5).
//
// [Middleware] decides each request before its handler runs. [Guard] loads the
// resource of a route and authorizes an action on it; [Resource] returns it to the
// handler. [RequireDecision] is the net under both: a handler that succeeds without
// having asked anything is a bug, and the client gets a 500 in place of its page.
//
//	e := echo.New()
//	e.HTTPErrorHandler = echoauthz.ErrorHandler(e.HTTPErrorHandler)
//	e.Use(middleware.Recover(), echoauthz.Middleware(az), echoauthz.RequireDecision())
//	e.GET("/expenses/:id", showExpense, echoauthz.Guard(az, "read", loadExpense))
//	e.GET("/healthz", healthz, echoauthz.Skip("says nothing about anybody"))
//
// Refusals are errors, as echo's users expect: an [*Error] has a StatusCode, and the
// error handler of the application answers it. [ErrorHandler] answers it as
// [authz.Refuse] does. Echo's own handlers send the same status with a problem of RFC
// 9457 as JSON, and nothing of the error, also where they expose errors.
//
// The Authorizer and the actor are in the context of c.Request(), so that
// authz.Authorize(c.Request().Context(), ...) works in handlers, which return its
// error. Echo uses an *echo.Context again for the next request, of somebody else: a
// goroutine that outlives the handler takes the context of the request with it.
package echoauthz
