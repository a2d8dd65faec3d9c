package authz

// This file defines the default Authorizer, which only Middleware uses.

import (
	"net/http"
	"sync/atomic"
)

var defaultAuthorizer atomic.Pointer[Authorizer]

// SetDefault makes az the Authorizer of the function [Middleware]. Nothing else
// uses it: decisions are made by the Authorizer of the context or the one whose
// method is called. It panics if az is nil.
func SetDefault(az *Authorizer) {
	if az == nil {
		panic("authz: SetDefault with a nil Authorizer")
	}
	defaultAuthorizer.Store(az)
}

// Middleware is [Authorizer.Middleware] of the Authorizer that [SetDefault] was
// given. It panics if there is none.
func Middleware(next http.Handler) http.Handler {
	az := defaultAuthorizer.Load()
	if az == nil {
		panic("authz: Middleware without SetDefault")
	}
	return az.Middleware(next)
}
