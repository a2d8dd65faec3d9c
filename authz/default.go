package authz

// This file defines the default Authorizer, which only the function Middleware uses.

import (
	"net/http"
	"sync/atomic"
)

var defaultAuthorizer atomic.Pointer[Authorizer]

// SetDefault sets the Authorizer that the function [Middleware] uses. Nothing else uses it:
// decisions are made by the Authorizer in the context or by the one whose method is called.
// It panics if az is nil.
func SetDefault(az *Authorizer) {
	if az == nil {
		panic("authz: SetDefault with a nil Authorizer")
	}
	defaultAuthorizer.Store(az)
}

// Middleware calls [Authorizer.Middleware] of the Authorizer that was passed to
// [SetDefault]. It panics if there is none.
func Middleware(next http.Handler) http.Handler {
	az := defaultAuthorizer.Load()
	if az == nil {
		panic("authz: Middleware without SetDefault")
	}
	return az.Middleware(next)
}
