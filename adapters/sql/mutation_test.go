package sqlauthz

// This file tests that each rule of the translation is needed.

import (
	"reflect"
	"slices"
	"testing"

	"github.com/ursa-authz/ursa/internal/sqlworld"
)

// TestEveryRuleIsNeeded switches each rule of the translation off, and expects the
// property test to fail on the databases where the rule matters.
func TestEveryRuleIsNeeded(t *testing.T) {
	rules := []struct {
		rule rule
		name string
		on   []string // databases; all when empty
	}{
		{ruleLeaves, "negation at the leaves", nil},
		{ruleNull, "or column is null", nil},
		{ruleZero, "null reads as zero", nil},
		{ruleNullPairs, "null in pairs of columns", nil},
		{ruleKinds, "kinds", nil},
		{ruleBytes, "bytes", []string{"mysql"}},
		{ruleFractions, "fractions", []string{"postgres"}},
		{ruleExactFloat, "exact floats", []string{"postgres", "mysql"}},
		{ruleTimes, "precision of times", []string{"postgres", "mysql"}},
		{ruleZones, "zones", []string{"sqlite"}},
		{ruleNaN, "NaN", []string{"postgres"}},
		{ruleStorable, "texts that cannot be stored", []string{"postgres", "mysql"}},
		{rulePattern, "patterns", []string{"postgres", "mysql"}},
		{ruleDeleted, "soft delete", nil},
		{ruleZeroKeys, "zero keys", nil},
		{ruleSteps, "conditions on steps", nil},
		{ruleBetween, "conditions within a step", nil},
	}
	last := rules[len(rules)-1].rule
	if last<<1 != ruleEnd {
		t.Error("a rule is missing in this test")
	}
	onDatabases(t, func(t *testing.T, x *fixture) {
		r := sqlworld.NewRand(t)
		missing := make(map[rule]string)
		for _, tt := range rules {
			if len(tt.on) == 0 || slices.Contains(tt.on, x.d.Name()) {
				missing[tt.rule] = tt.name
			}
		}
		needed := len(missing)
		const maxFilters = 20_000
		runs := 0
		var w *sqlworld.World
		for ; runs < maxFilters && len(missing) > 0; runs++ {
			if runs%100 == 0 {
				sqlworld.Populate(t, x.gorm, r, 30)
				sqlworld.InsertNaN(t, x.gorm)
				w = sqlworld.Load(t, x.gorm)
			}
			q := sqlworld.NewGenerator(r, x.classes, x.d.Name()).Query(reflect.TypeFor[sqlworld.Doc](), 3)
			exact, err := x.schema.Translate(q)
			if err != nil {
				t.Fatal(err)
			}
			want := w.Matching(t, q, false)
			for rule := range missing {
				x.schema.off = rule
				p, err := x.schema.Translate(q)
				x.schema.off = 0
				if err != nil || reflect.DeepEqual(p, exact) {
					continue // the rule does not matter here
				}
				if got, _, err := x.keys(p, x.schema.byName["docs"][0], false); err != nil || !slices.Equal(got, want) {
					delete(missing, rule)
				}
			}
		}
		t.Logf("%d missing rules were noticed within %d filters", needed-len(missing), runs)
		for _, name := range missing {
			t.Errorf("no test fails without the rule %q", name)
		}
	})
}
