//go:build !(cgo && !musl && (((linux || darwin) && (amd64 || arm64)) || (windows && amd64)))

package osoengine_test

import (
	"errors"
	"testing"

	osoengine "github.com/ursa-authz/ursa/adapters/oso"
	"github.com/ursa-authz/ursa/authz"
)

func TestAbsent(t *testing.T) {
	p, diags, err := osoengine.New().Compile(t.Context(), authz.Input{
		Sources: []authz.Source{{Name: "p.polar", Text: "allow(_, _, _);"}},
	})
	if p != nil || diags != nil || !errors.Is(err, authz.ErrUnsupported) {
		t.Errorf("Compile = %v, %v, %v; want an error that is ErrUnsupported", p, diags, err)
	}
}
