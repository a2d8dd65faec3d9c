package resolve

// This file tests that the index of rule types finds every type that a rule matches.

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/ursa-authz/ursa/authz/polar/syntax"
)

// typeParams are parameters of rule types and of rules.
var typeParams = []string{
	"x", "x: User", "x: Org", "x: Staff", "x: Staff{id: 1}", "x: Document", "x: Page", "x: Integer", "x: String", "x: List", "x: Dictionary", "x: Actor", "x: Resource",
	"1", "1.0", "-1", "\"a\"", "\"b\"", "true", "nil", "x: 1", "x: \"a\"", "nan", "Org",
	"[1]", "[1, 2]", "[2, 1.0]", "[]", "[\"a\", 1]", "[[1], 1]", "[[1]]", "[y, 1]", "x: [1]", "x: [User]", "x: [1, User]", "x: []",
	"{a: 1}", "{a: 1.0, b: 2}", "{b: 2}", "{}", "{a: [1]}", "x: {a: 1}", "x: {b: 2, a: 1}", "x: {}",
	"x: User{id: 1}", "x: User{name: \"a\", id: 1}", "x: User{id: 2}", "x: Org{id: 1}", "x: User{org: Org{id: 1}}",
}

func TestTypeIndex(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	matches, misses := 0, 0
	for range 200 {
		var text strings.Builder
		head := func() string {
			params := make([]string, 1+rng.IntN(2))
			for i := range params {
				// Names are set apart by parameter, and may be singletons.
				params[i] = strings.NewReplacer("x:", fmt.Sprintf("_x%d:", i), "y", fmt.Sprintf("_y%d", i)).Replace(typeParams[rng.IntN(len(typeParams))])
				if params[i] == "x" {
					params[i] = fmt.Sprintf("_x%d", i)
				}
			}
			return "f(" + strings.Join(params, ", ") + ");\n"
		}
		for range manyTypes + rng.IntN(20) {
			text.WriteString("type " + head())
		}
		for range 20 {
			text.WriteString(head())
		}
		file, ds := syntax.Parse("types.polar", text.String())
		if err := syntax.Errors(ds); err != nil {
			t.Fatalf("%v\n%s", err, text.String())
		}
		r := newResolver(Options{Registry: testRegistry(t)})
		r.untilFull(func() { r.load([]*syntax.File{file}) })
		for _, rule := range r.mod.Rules {
			candidates := r.candidates(rule)
			for _, typ := range r.types.byName["f"] {
				if r.mismatch(typ, rule, true) != "" {
					misses++
					continue
				}
				matches++
				if !slices.Contains(candidates, typ) {
					t.Errorf("%s matches %s, which the index does not find", rule.Text, typ.text)
				}
			}
		}
	}
	if matches < 1000 || misses < 1000 {
		t.Errorf("%d matches and %d misses show little", matches, misses)
	}
}
