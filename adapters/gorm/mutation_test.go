package gormauthz

import (
	"reflect"
	"slices"
	"testing"

	"gorm.io/gorm"
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
	onDatabases(t, func(t *testing.T, db *gorm.DB) {
		ms := migrate(t, db)
		r := newRand(t)
		m := ms.ofType(reflect.TypeFor[Doc]())
		missing := make(map[rule]string)
		for _, tt := range rules {
			if len(tt.on) == 0 || slices.Contains(tt.on, db.Dialector.Name()) {
				missing[tt.rule] = tt.name
			}
		}
		needed := len(missing)
		const maxFilters = 20_000
		runs := 0
		var w *world
		for ; runs < maxFilters && len(missing) > 0; runs++ {
			if runs%100 == 0 {
				populate(t, db, r, 30)
				insertNaN(t, db)
				w = load(t, db)
			}
			q := newGenerator(r, ms).query(m, 3)
			exact, err := ms.compile(q, m)
			if err != nil {
				t.Fatal(err)
			}
			want := matching(t, db, w, q)
			for rule := range missing {
				ms.off = rule
				p, err := ms.compile(q, m)
				ms.off = 0
				if err != nil || reflect.DeepEqual(p, exact) {
					continue // the rule does not matter here
				}
				if got, err := selected(db, p); err != nil || !slices.Equal(got, want) {
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

// insertNaN puts NaN into a row, if the database can hold it.
func insertNaN(t testing.TB, db *gorm.DB) {
	t.Helper()
	if db.Dialector.Name() != "postgres" {
		return
	}
	if err := db.Exec("UPDATE docs SET rate = 'NaN', ratio = 'NaN' WHERE id IN (1, 2)").Error; err != nil {
		t.Fatal(err)
	}
}
