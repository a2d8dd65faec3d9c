package polar_test

// This file defines a property test: tests wait for their variables, so the order of
// the goals of a conjunction affects only the order of its solutions.

import (
	"context"
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/ursa-authz/ursa/authz/polar"
	"github.com/ursa-authz/ursa/internal/randtest"
)

// waitingPolicy has the rules that waitingGoals call.
const waitingPolicy = `
p(1); p(2); p(3);
q(x, y) if x < y;
r(x) if not x = 2 and not x = 5;
s(x, y) if (x = 1 and y = 2) or (x > 1 and y = x);
e(1, 2); e(2, 3); e(3, 1);
i(x: Integer) if x > 1;
i(x: Integer) if x = 1 and x > 5;
d({a: x, b: y}) if x < y;
f(x, y) if forall(z in [1, 2], x + z != y);
two(x, [x, *_]);
next(x, x + 1);
boss(u.boss, u);
who(_: User{age: a}, "adult") if a > 20;
who(_: User, "user");
who(_: {name: "bob"}, "bob");
form(_: {a: 1}, "a is one");
form(_: Dictionary{b: n}, "b is two") if n = 2;
form({a: x, b: y}, [x, y]);
shape([x, *_], ["begins with", x]);
shape(_: [Integer{}, 2], "ends with two");
shape([], "empty");
`

// waitingSources give each variable its values, waitingGoals test them.
var (
	waitingSources = map[string]string{
		"x": "p(x)",
		"y": "y in [1, 2, 3]",
		"z": "z in [[1, 2], [3, 1], [2, 2], []]",
		"w": "w in [2, 3, 4]",
		"c": "c in [{a: 1, b: 2}, {a: 2, b: 1}, {b: 2}]",
		"u": "u in [alice, bob, carol]",
		"n": `n in ["alice", "bob"]`,
	}
	waitingGoals = []string{
		"x > 1", "y < 3", "x != y", "x < y", "x == y", "x mod 2 = 1", "w = x + y", "w > 3", "[x, y] == [1, 2]", "[x] != [y]",
		"q(x, y)", "r(x)", "r(y)", "s(x, y)", "e(x, y)", "i(x)", "f(x, y)", "two(x, z)", "next(x, y)",
		"z = [x, y]", "z = [x, *v] and v = [y]", "[y, *_] = z", "x in z", "y in [x, 3]", "v = [x, *z]", "z == z",
		"c = {a: x, b: y}", "c.a = 1", "c.(k) = 1", "d(c)", "c matches {b: 2}", "c matches {a: k} and k > 1",
		"u.name = n", "u.age > 20", `u matches User{boss: m} and m.name = "alice"`, "n.length() > 3", `n.startswith("a")`,
		"who(u, k)", "form(c, k)", "shape(z, k)", "boss(k, u)", "boss(alice, u)", `who(v, "bob") and v = u`,
		`not who(u, "bob")`, `not form(c, "a is one")`, "not boss(alice, u)", "not shape(z, [_, 1])",
		"(x = 1 or y = 1)", "(x > 1 or y > 1)", "(not x = 1 or y = 2)", "x matches Integer", "k = w and k > 2",
		"not x = 2", "not x = y", "not s(x, y)", "not e(x, y)", "not i(y)", "not f(y, x)", "not next(x, y)", "not x in z", "not d(c)",
		"not c.a = 1", "not c matches {a: 1}", "not u.boss = nil", "not w = 4", "not_there = 3 and not not_there = 4",
		"not (x = 1 and y = 2)", "not (x = 1 and y > 2)", "not (x = 1 or y > 2)", "not (k in z and k = 2)",
		"not (p(k) and k > x and k < 3)", "not (z = [k, _] and k = x)", "not forall(p(k), k != x)",
		"forall(k in z, k > 1)", "forall(p(k), k < w)", "forall(k = x, k < y)", "forall(k in z, not k = w)",
	}
)

// waitingOwn finds the variables that have no source.
var waitingOwn = regexp.MustCompile(`(^|[^a-z_."])([kvm]|not_there)\b`)

// How many conjunctions are tried, and in how many orders.
const (
	waitingTrials = 400
	waitingOrders = 12
)

func TestGoalOrder(t *testing.T) {
	c := &chunk{sources: []polar.Source{{Name: "waiting.polar", Text: waitingPolicy}}}
	p, _, err := c.load(variant{sources: c.sources, noTypes: true}, nil)
	if err != nil {
		t.Fatal(err)
	}
	rnd := randtest.New(randtest.Seed(t), 0).Rand
	solved := 0
	for range waitingTrials {
		goals := waitingConjunction(rnd)
		want := askSorted(p, goals)
		if strings.HasPrefix(want, "error") {
			t.Fatalf("%s\n\tgot %s", strings.Join(goals, " and "), want)
		}
		if want != "" {
			solved++
		}
		for range waitingOrders {
			rnd.Shuffle(len(goals), func(i, j int) { goals[i], goals[j] = goals[j], goals[i] })
			if got := askSorted(p, goals); got != want {
				t.Fatalf("the answers depend on the order of the goals\n%s\n\tgot  %s\n\twant %s",
					strings.Join(goals, " and "), got, want)
			}
		}
	}
	if solved < waitingTrials/4 {
		t.Errorf("only %d of %d conjunctions have solutions", solved, waitingTrials)
	}
}

// waitingConjunction returns one to three tests after the sources of their variables.
func waitingConjunction(rnd *rand.Rand) []string {
	var tests []string
	for range 1 + rnd.IntN(3) {
		goal := waitingGoals[rnd.IntN(len(waitingGoals))]
		if !slices.Contains(tests, goal) {
			tests = append(tests, goal)
		}
	}
	text := strings.Join(tests, " ")
	var goals []string
	for _, v := range []string{"x", "y", "z", "w", "c", "u", "n"} {
		if regexp.MustCompile(`(^|[^a-z_."])` + v + `([^a-z_"(:]|$)`).MatchString(text) {
			goals = append(goals, waitingSources[v])
		}
	}
	for i, test := range tests {
		// Variables of only one test must not become variables of another.
		test = waitingOwn.ReplaceAllString(test, fmt.Sprintf("${1}${2}_%d", i))
		if strings.Contains(test, " and ") && !strings.HasPrefix(test, "not (") {
			test = "(" + test + ")"
		}
		goals = append(goals, test)
	}
	return goals
}

// askSorted returns the solutions of a conjunction in sorted order.
func askSorted(p *polar.Policy, goals []string) string {
	a := ask(context.Background(), p, &query{text: strings.Join(goals, " and ")}, nil)
	if a.err != nil {
		return fmt.Sprint("error: ", a.err)
	}
	var lines []string
	for _, s := range a.solutions {
		lines = append(lines, answer{solutions: []map[string]string{s}}.String())
	}
	slices.Sort(lines)
	return strings.Join(lines, "; ")
}
