//go:build !purego

package polar_test

// This file tests which decisions are compiled for types, as text.

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/ursa-authz/ursa/authz/polar"
)

// TestProgramTypes compares which decisions about the policies in testdata/program are
// compiled for types, and why others are not, with the text in the files *.types.
func TestProgramTypes(t *testing.T) {
	name := regexp.MustCompile(`"[a-z]+"`)
	programs(t, ".types", func(_ *testing.T, text string, p *polar.Policy, w io.Writer) {
		actions := name.FindAllString(text, -1)
		slices.Sort(actions)
		actions = append(slices.Compact(actions), `"?"`)
		for _, resource := range []any{new(programDoc), new(programOrg)} {
			by := make(map[string][]string)
			for _, action := range actions {
				how := polar.WhyNotTyped(p, new(programUser), action[1:len(action)-1], resource)
				by[how] = append(by[how], action)
			}
			for _, how := range slices.Sorted(maps.Keys(by)) {
				fmt.Fprintf(w, "%T %s: %s\n", resource, strings.Join(by[how], " "), cmp.Or(how, "compiled"))
			}
		}
	})
}
