// Package ogenapi is the server that ogen generates for the routes of the suite, and for the
// program of docs/routers.md.
package ogenapi

//go:generate go run github.com/ogen-go/ogen/cmd/ogen@v1.25.0 --target . --package ogenapi --clean --config ogen.yml openapi.yml
