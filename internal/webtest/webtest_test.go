package webtest

import (
	"slices"
	"testing"
)

// TestFrameworks runs the suite for each framework, with its middleware at each place
// that it has for it.
func TestFrameworks(t *testing.T) {
	for _, f := range slices.Concat(httpFrameworks, ginFrameworks, echoFrameworks, ogenFrameworks) {
		t.Run(f.Name, func(t *testing.T) { Run(t, f) })
	}
}
