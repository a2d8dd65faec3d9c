package gqlauthz_test

// This file tests that the code in docs/graphql.md is code that the tests run.

import (
	"path/filepath"
	"testing"

	"github.com/ursa-authz/ursa/internal/pagecode"
)

func TestDocs(t *testing.T) {
	files, _ := filepath.Glob("*_test.go")
	files = append(files, "internal/graph/schema.graphqls")
	pagecode.Code(t, "../../docs/graphql.md", []string{"go", "polar", "graphql"}, 6, files...)
}
