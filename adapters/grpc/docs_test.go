package grpcauthz_test

// This file tests that the code in docs/grpc.md is code that runs: that of the examples
// and tests here, and of the test with connect.

import (
	"path/filepath"
	"testing"

	"github.com/ursa-authz/ursa/internal/pagecode"
)

func TestDocs(t *testing.T) {
	files, _ := filepath.Glob("*_test.go")
	files = append(files, "../../internal/rpctest/connect_test.go")
	pagecode.Code(t, "../../docs/grpc.md", []string{"go", "polar"}, 6, files...)
}
