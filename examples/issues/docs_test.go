package main

// This file tests the page about the example.

import (
	"os"
	"testing"

	"github.com/ursa-authz/ursa/internal/pagecode"
)

const tour = "../../docs/tour.md"

func TestTour(t *testing.T) {
	pagecode.Code(t, tour, []string{"go"}, 5, "issues.go", "app.go", "members.go", "access.go")
	pagecode.Code(t, tour, []string{"polar"}, 6, "../../policies/issues/issues.polar")
}

// TestPictures: the pictures on the page are small.
func TestPictures(t *testing.T) {
	for _, name := range []string{"list", "form", "access"} {
		info, err := os.Stat("../../docs/tour/" + name + ".png")
		if err != nil {
			t.Error(err)
		} else if info.Size() > 90_000 {
			t.Errorf("%s.png has %d bytes", name, info.Size())
		}
	}
}
