package authz

// This file lets tests forget the default Authorizer, which nothing else can, and open
// policy files.

// ClearDefault undoes SetDefault.
func ClearDefault() { defaultAuthorizer.Store(nil) }

// OpenFile opens a policy file.
var OpenFile = openFile
