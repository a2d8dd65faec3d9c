package difftest

// This file compares tests on unbound variables. The original evaluates most of them
// differently, so its query has an order in which every variable is bound before it
// is tested: first the goals that bind, then the tests. Package polar gets the same
// goals in any order, and must wait where necessary.

import (
	"fmt"
	"strings"
	"testing"
)

// reordered is a policy whose rules test their parameters.
const reordered = `
small(x: Integer) if x < 2;
small(x: Integer{}) if x = 2;
tiny(x: String) if x = "a" or x < "b";
even(x) if x mod 2 = 0;
kind(_: Integer, "integer");
kind(_: String, "string");
kind(_: User, "user");
kind(_, "any");
shape(_: {a: 1}, "a1");
shape(_: Dictionary{b: "b"}, "b");
shape(_: {Name: "bob"}, "bob");
shape(_, "any");
named(u: User, name) if u.Name = name;
peers(u, w) if u.Org = w.Org and u != w;
one(1); one(2); letter("a"); staff(ALICE); staff(BOB);
chief(u) if not u.Boss matches User;
`

// reordering makes binding goals and tests over their variables.
func (g *Generator) reordering() (bind, tests []string) {
	binders := []struct {
		kind kind
		text string
	}{
		{kindInt, "%s in [1, 2, 3, -1]"},
		{kindInt, "%s in [0, 2]"},
		{kindString, `%s in ["a", "b", "ab"]`},
		{kindInts, "%s in [[1, 2], [3], []]"},
		{kindDict, `%s in [{a: 1, b: "a"}, {a: 2, b: "b"}]`},
		{kindUser, "%s in [ALICE, BOB, CAROL]"},
		{kindBool, "%s in [true, false]"},
		{kindOrg, "%s in [ACME, BETA]"},
	}
	var s scope
	for range 1 + g.r.IntN(3) {
		b := pick(g, binders...)
		v := bound(g.fresh(), b.kind)
		s = append(s, v)
		bind = append(bind, fmt.Sprintf(b.text, v.name))
	}
	for range 1 + g.r.IntN(3) {
		tests = append(tests, g.pureTest(s))
	}
	return bind, tests
}

// pureTest makes a test that is not an error for any value of its variables. A result
// is bound to a variable that occurs nowhere else.
func (g *Generator) pureTest(s scope) string {
	v := pick(g, s...)
	w := v
	for _, other := range s {
		if other.kind == v.kind && other.name != v.name {
			w = other
		}
	}
	tests := map[kind][]string{
		kindInt: {"V < 2", "V != W", "V = W", "V == 1", "V in [1, 2]", "small(V)", "even(V)", "V + 1 > W", "X = V * 2 and X > 1",
			"X = V + W", "not V = 1", "not (Y in [1, 2] and Y = V)", "forall(Y in [1, 2], Y != V)", "V matches Integer", "one(V)", "not one(V)", "V in [W, 2]",
			"{a: V} = {a: 1}", "[V, X] = [2, 3]"},
		kindString: {`V = "a"`, `V < "b"`, "tiny(V)", "not tiny(V)", `V != "ab"`, "letter(V)", "V matches String", "not V matches Integer",
			`V in ["b", "a"]`},
		kindInts: {"1 in V", "[1, *_X] = V", "not 1 in V", "V = [3]", "forall(Y in V, Y > 1)", "X in V", "V matches List", "not V = []", "V matches [1, *_X]"},
		kindDict: {"V.a = 1", "X = V.a", `V matches {b: "a"}`, "not V.a = 1", `V = {a: 2, b: "b"}`, "V.a + 1 = 2", `V.b in ["a"]`, "X = V.(Y)", "shape(V, X)", `shape(V, "any")`, "V matches Dictionary{a: X}",
			"[X, Y] in V"},
		kindUser: {"V.Admin", "not V.Admin", `V.Name = "bob"`, "X = V.Org", "V.Org = ACME", `V matches User{Name: "alice"}`, `named(V, "carol")`, "named(V, X)",
			"V matches User", "not V matches Org", "V.Boss = nil", "V != W", "peers(V, W)", `V.HasTag("b")`, "staff(V)", "not staff(V)", "chief(V)", "not chief(V)", "X in V.Tags",
			"forall(Y in V.Roles, Y.Org != BETA)", "V.Boss matches User{Admin: true}", "V.Plus(1) > 30", "shape(V, X)"},
		kindBool: {"V", "not V", "V = W", "V = true", "V != W", "V matches Boolean"},
		kindOrg:  {"V.Public", "V = ACME", `V.Name = "beta"`, "V != W", "not V.Public", "V matches Org{Public: true}"},
	}
	if g.chance(0.2) {
		return "kind(" + v.name + ", " + pick(g, `"any"`, `"user"`, `"integer"`, g.fresh()) + ")"
	}
	text := pick(g, tests[v.kind]...)
	return strings.NewReplacer("V", v.name, "W", w.name, "X", g.fresh(), "Y", g.fresh()).Replace(text)
}

func TestReordered(t *testing.T) {
	oracle := new(Oracle)
	defer oracle.Close()
	s := seed(t)
	solutions, unequal := 0, 0
	want := pairs(t) / 10
	for n := range want {
		g := NewGenerator(s, uint64(n))
		bind, tests := g.reordering()
		ordered := strings.Join(append(bind, tests...), " and ")
		var shuffled []string
		// The binding goals keep their order, so the solutions do too.
		for len(bind) > 0 || len(tests) > 0 {
			if len(bind) == 0 || len(tests) > 0 && g.chance(0.6) {
				i := g.r.IntN(len(tests))
				shuffled = append(shuffled, tests[i])
				tests = append(tests[:i:i], tests[i+1:]...)
			} else {
				shuffled = append(shuffled, bind[0])
				bind = bind[1:]
			}
		}
		query := strings.Join(shuffled, " and ")
		answers, err := oracle.Ask(reordered, []string{ordered})
		if err != nil {
			t.Fatal(err)
		}
		original, ours := answers[0], Ours{}.Ask(reordered, []string{query})[0]
		if !original.Verdict.Comparable() {
			continue // a timeout on a busy machine
		}
		if original.Verdict != VerdictDone {
			t.Fatalf("%s: the original %v", ordered, original)
		}
		solutions += min(len(original.Solutions), 1)
		// The order among solutions of one binding may depend on which test
		// wakes first.
		if !original.Equal(ours, true) {
			t.Errorf("the engines differ:\noriginal: %s\n  %v\nours:     %s\n  %v", ordered, original, query, ours)
			if unequal++; unequal == 10 {
				break
			}
		}
	}
	if solutions*3 < want {
		t.Errorf("%d of %d queries have a solution", solutions, want)
	}
}
