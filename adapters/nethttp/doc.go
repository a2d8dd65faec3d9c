// Package nethttp guards single routes of net/http. For whole requests, use
// [authz.Authorizer.Middleware].
//
//   - [Guard] loads the resource of a route, authorizes the action on it, and passes it to
//     the handler.
//   - [HandlerFunc] lets a handler return an error, which is answered as in package authz.
//   - [RequireDecision] answers 500 if a handler succeeds and authorized nothing.
//
// Use them together like this:
//
//	mux := http.NewServeMux()
//	mux.Handle("GET /expenses/{id}", nethttp.Guard(az, "read", loadExpense, showExpense))
//	mux.Handle("GET /healthz", nethttp.Skip("the page is public", healthz))
//	http.ListenAndServe(addr, az.Middleware(nethttp.RequireDecision(mux)))
//
// With RequireDecision inside of Middleware, its refusals go through Config.HTTP.OnRefusal
// of the Authorizer, which can log them.
//
// Stable from v1 on.
package nethttp
