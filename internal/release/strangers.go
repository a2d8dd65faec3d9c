package main

// This file defines which modules a program may require that uses one of ours: those of the
// framework that it chose, and of no other one.

import (
	"fmt"
	"slices"
	"strings"
)

// frameworks are the modules of frameworks, by the directories of the modules of the
// repository whose users may have them in "go list -m all".
var frameworks = map[string][]string{
	"github.com/gin-gonic/gin":         {"adapters/gin"},
	"github.com/labstack/echo/v5":      {"adapters/echo"},
	"google.golang.org/grpc":           {"adapters/grpc"},
	"github.com/99designs/gqlgen":      {"adapters/gqlgen"},
	"go.opentelemetry.io/otel":         {"adapters/otel", "adapters/grpc"}, // grpc-go itself requires it
	"go.opentelemetry.io/otel/sdk":     {"adapters/otel", "adapters/grpc"},
	"github.com/go-chi/chi/v5":         nil,
	"github.com/gorilla/mux":           nil,
	"github.com/danielgtaylor/huma/v2": nil,
	"github.com/ogen-go/ogen":          nil,
	"connectrpc.com/connect":           nil,
}

// strangers returns an error if a program that uses the module m requires the framework of
// another one, another adapter, or a module that is not released.
func strangers(m module, required []string) error {
	var found []string
	for _, path := range required {
		users, known := frameworks[path]
		ours := strings.HasPrefix(path, rootPath+"/") && path != m.path
		if ours || known && !slices.Contains(users, m.dir) {
			found = append(found, path)
		}
	}
	if len(found) > 0 {
		return fmt.Errorf("a program that uses %s requires %s", m.path, strings.Join(found, ", "))
	}
	for framework, users := range frameworks {
		if len(users) > 0 && users[0] == m.dir && !slices.Contains(required, framework) {
			return fmt.Errorf("a program that uses %s does not require %s, so its list of modules is not the right one", m.path, framework)
		}
	}
	return nil
}
