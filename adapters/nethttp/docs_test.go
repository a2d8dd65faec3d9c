package nethttp_test

// This file tests that the code in docs/http.md and docs/security.md runs: it is from the
// examples, and from the tests with other routers.

import (
	"testing"

	"github.com/ursa-authz/ursa/internal/pagecode"
)

func TestDocs(t *testing.T) {
	pagecode.Code(t, "../../docs/http.md", []string{"go", "polar"}, 9,
		"example_test.go", "examples_test.go",
		"../../internal/webtest/http_test.go") // other routers are in a separate module
	pagecode.Code(t, "../../docs/security.md", []string{"go", "text"}, 4, "security_example_test.go")
}
