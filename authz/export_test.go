package authz

// This file lets tests forget the default Authorizer, which nothing else can.

// ClearDefault undoes SetDefault.
func ClearDefault() { defaultAuthorizer.Store(nil) }
