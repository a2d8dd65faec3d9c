// Package nethttp guards single routes of net/http, where [authz.Authorizer.Middleware]
// guards whole requests.
//
// [Guard] loads the resource of a route, authorizes the action on it, and hands
// it to the handler. [HandlerFunc] lets a handler return an error, which is
// answered as authz answers it. [RequireDecision] is the net under both: a
// handler that succeeds without having asked anything is a bug, and the client
// gets a 500 in place of its page.
//
//	mux := http.NewServeMux()
//	mux.Handle("GET /expenses/{id}", nethttp.Guard(az, "read", loadExpense, showExpense))
//	mux.Handle("GET /healthz", nethttp.Skip("says nothing about anybody", healthz))
//	http.ListenAndServe(addr, az.Middleware(nethttp.RequireDecision(mux)))
//
// That order is the recommended one: Middleware answers for itself, and what
// RequireDecision refuses goes through the Authorizer's Config.HTTP.OnRefusal, where
// it can be logged.
//
// Stable from v1 on.
package nethttp
