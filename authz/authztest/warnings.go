package authztest

// This file defines NoWarnings, which keeps a policy free of warnings.

import (
	"testing"

	"github.com/ursa-authz/ursa/authz"
)

// NoWarnings reports an error for each warning about the current policy of az, in its long
// form with the line and a caret. To suppress a warning, write this comment in the policy:
//
//	# ursa:ignore CODE: reason
func NoWarnings(t testing.TB, az *authz.Authorizer) {
	t.Helper()
	if az == nil {
		t.Fatal("authztest: the Authorizer is nil")
	}
	for _, d := range az.Diagnostics() {
		t.Errorf("%s\n%s", d.Code, d.Long())
	}
}
