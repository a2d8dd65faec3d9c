package authz

// This file exports to tests what the package does not export.

// ClearDefault undoes SetDefault.
func ClearDefault() { defaultAuthorizer.Store(nil) }

// PrefersJSON reads Accept headers, up to MaxAccept bytes.
var PrefersJSON = prefersJSON

const MaxAccept = maxAccept

// OpenFile opens a policy file.
var OpenFile = openFile
