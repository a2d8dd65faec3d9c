//go:build !(cgo && !musl && (((linux || darwin) && (amd64 || arm64)) || (windows && amd64)))

package osoengine

// This file defines New for platforms without the original's libraries.

import (
	"context"
	"fmt"

	"github.com/ursa-authz/ursa/authz"
)

// New returns an engine whose Compile fails: go-oso has no library for this platform, or
// the program was built without cgo.
func New() authz.Engine { return absent{} }

type absent struct{}

func (absent) Compile(context.Context, authz.Input) (authz.Policy, []authz.Diagnostic, error) {
	return nil, nil, fmt.Errorf("%w: go-oso needs cgo, and Linux or macOS on amd64 or arm64 or Windows on amd64, without musl", authz.ErrUnsupported)
}
