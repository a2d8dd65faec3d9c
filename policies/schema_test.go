package policies_test

import (
	"testing"

	"github.com/ursa-authz/ursa/authz/authztest"
)

// TestSchema: the schemas beside the policies describe the classes that they are tested with.
func TestSchema(t *testing.T) {
	for _, folder := range []string{"expenses", "expenses-oso", "managed"} {
		t.Run(folder, func(t *testing.T) {
			authztest.Schema(t, open(t, folder, nil), folder)
		})
	}
}
