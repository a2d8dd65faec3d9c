//go:build cgo && !musl && (((linux || darwin) && (amd64 || arm64)) || (windows && amd64))

package osoengine_test

// This file runs the conformance suite for engines.

import (
	"testing"

	osoengine "github.com/ursa-authz/ursa/adapters/oso"
	"github.com/ursa-authz/ursa/authz/authztest"
)

func TestEngine(t *testing.T) { authztest.TestEngine(t, osoengine.New) }
