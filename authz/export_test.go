package authz

// This file gives tests what nothing else can have.

// ClearDefault undoes SetDefault.
func ClearDefault() { defaultAuthorizer.Store(nil) }

// PrefersJSON and MaxAccept are what a refusal reads of Accept headers.
var PrefersJSON = prefersJSON

const MaxAccept = maxAccept
