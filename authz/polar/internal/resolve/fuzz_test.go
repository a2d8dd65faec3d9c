package resolve

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ursa-authz/ursa/authz/polar/syntax"
)

// FuzzLoad loads arbitrary sources, with and without the check against Go types. Loading must end with a
// module or with errors that have a position in the source, and the result must be the same each time.
func FuzzLoad(f *testing.F) {
	names, err := filepath.Glob("testdata/*.polar")
	if err != nil || len(names) == 0 {
		f.Fatalf("no seeds: %v", err)
	}
	f.Add(basePolicy, false)
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		for chunk := range strings.SplitSeq(string(data), "\n---\n") {
			f.Add(chunk, strings.Contains(chunk, "option:notypes"))
		}
	}
	opts := testOptions(testRegistry(f))
	f.Fuzz(func(t *testing.T, src string, noTypes bool) {
		file, _ := syntax.Parse("fuzz.polar", src)
		opts := opts
		opts.NoTypes = noTypes
		m, ds := Load([]*syntax.File{file}, opts)
		if errs := errorsOnly(ds); (m == nil) != (len(errs) > 0) {
			t.Fatalf("module %v with %d errors", m != nil, len(errs))
		}
		for _, d := range ds {
			if strings.ContainsAny(d.Msg, "\n\r") || d.Msg == "" || d.Code == "" {
				t.Errorf("bad diagnostic: %#v", d)
			}
		}
		if _, again := Load([]*syntax.File{file}, opts); texts(again) != texts(ds) {
			t.Errorf("two loads differ:\n%s\n%s", texts(ds), texts(again))
		}
		if m == nil {
			return
		}
		checkModule(t, m)
		if x, _ := syntax.ParseQuery("", src); x != nil {
			m.Query(x, src)
		}
	})
}

// checkModule checks the invariants that the solver relies on.
func checkModule(t *testing.T, m *Module) {
	t.Helper()
	for i, r := range m.Rules {
		if r.Index != i || r.Body == nil {
			t.Fatalf("rule %d: %v", i, r)
		}
		inRange := func(v *Var) {
			if v.Slot < 0 || v.Slot >= len(r.Vars) {
				t.Errorf("%v uses slot %d of %d", r, v.Slot, len(r.Vars))
			}
		}
		for _, p := range r.Params {
			eachVar(p.Term, inRange)
			EachPatternVar(p.Spec, inRange)
		}
		checkGoal(t, r.Body, len(r.Vars), r.Node != nil)
	}
	for _, q := range m.Queries {
		checkGoal(t, q.Body, len(q.Vars), true)
	}
}

// checkGoal checks that slots are those of the rule, and that written goals have a place and a node.
func checkGoal(t *testing.T, g Goal, slots int, written bool) {
	t.Helper()
	if at := g.Where(); written && (!at.Pos.IsValid() || at.Node == nil) {
		t.Errorf("%T has no place", g)
	}
	switch g := g.(type) {
	case *And:
		for _, sub := range g.Goals {
			checkGoal(t, sub, slots, written)
		}
	case *Or:
		for _, sub := range g.Goals {
			checkGoal(t, sub, slots, written)
		}
	case *Not:
		checkGoal(t, g.Goal, slots, written)
	case *Forall:
		checkGoal(t, g.Cond, slots, written)
		checkGoal(t, g.Body, slots, written)
	default:
		EachVar(g, func(v *Var) {
			if v.Slot < 0 || v.Slot >= slots {
				t.Errorf("%T uses slot %d of %d", g, v.Slot, slots)
			}
		})
	}
}
