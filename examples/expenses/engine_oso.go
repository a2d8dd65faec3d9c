//go:build oso

package main

// This file defines the engine that the build tag oso adds.

import osoengine "github.com/ursa-authz/ursa/adapters/oso"

func init() { engines["oso"] = osoengine.New() }
