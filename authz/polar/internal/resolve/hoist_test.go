package resolve

import (
	"strings"
	"testing"
)

// TestHoisting compares bodies with the goals that they become, in order.
func TestHoisting(t *testing.T) {
	tests := []struct{ src, want string }{
		// Variables become slots; underscores are all different.
		{`f(x, _, _, x);`, `f(x, _1, _2, x) if and()`},
		{`f(User, nil, limit);`, `f(User, nil, 42) if and()`},
		{`f(Actor);`, `f(Actor) if and()`},
		{`f([1, {a: nil}], [x, *y]) if y = x;`, `f([1, {a: nil}], [x, *y]) if and(y = x)`},
		{`f({b: x, a: x});`, `f({a: x, b: x}) if and()`},
		{`f({x}, x);`, `f({x: x}, x) if and()`},
		{`f(x: User{name: n}, n, x);`, `f(x: User{name: n}, n, x) if and()`},
		{`f(_: {b: 1, a: [2, *r]}, r);`, `f(_0: {a: [2, *r], b: 1}, r) if and()`},
		{`f(-1, 1.0, 2.5, true, "a\"b");`, `f(-1, 1.0, 2.5, true, "a\"b") if and()`},

		// A condition is its value, as a goal.
		{`f(x) if x;`, `f(x) if and(?x)`},
		{`f(x) if x.a;`, `f(x) if and(_1 <- x.a, ?_1)`},
		{`f(x) if x.a();`, `f(x) if and(_1 <- x.a(), ?_1)`},
		{`f() if true and false;`, `f() if and(?true, ?false)`},

		{`f(x) if x + 1;`, `f(x) if and(_1 <- x + 1, ?_1)`},
		{`f() if 1;`, `f() if and(?1)`},

		// On the left of matches, the name of a union is the union and not a variable.
		{`f(x) if Actor matches Actor and Actor matches Resource and x matches Actor;`, `f(x) if and(?true, ?false, x matches Actor)`},
		{`f() if Actor matches User and Actor = 1;`, `f() if and(Actor matches User, Actor = 1)`},

		// The rest of a list is a variable, even for the name of a constant.
		{`f([1, *langs]) if [*nil] = [*nil];`, `f([1, *_0]) if and(_1 = nil, _2 = nil, [*_1] = [*_2], _0 = <List>)`},

		// Operations before the goal, inner ones first, left to right.
		{`f(x) if g(x.a.b, x.c + 1);`, `f(x) if and(_1 <- x.a, _2 <- _1.b, _3 <- x.c, _4 <- _3 + 1, g(_2, _4))`},
		{`f(x) if x.a == x.b(x.c);`, `f(x) if and(_1 <- x.a, _2 <- x.c, _3 <- x.b(_2), _1 == _3)`},
		{`f(x) if x.a in [x.b];`, `f(x) if and(_1 <- x.a, _2 <- x.b, _1 in [_2])`},
		{`f(x) if x.a matches User{name: x.c, id: x.b};`, `f(x) if and(_1 <- x.a, _2 <- x.b, _3 <- x.c, _1 matches User{id: _2, name: _3})`},
		{`f(x) if x.a matches [x.b, 1];`, `f(x) if and(_1 <- x.a, _2 <- x.b, _1 matches [_2, 1])`},
		{`f(x) if y := x.a and y;`, `f(x) if and(_2 <- x.a, y := _2, ?y)`},
		{`f(x) if print(x.a) and debug(x.b);`, `f(x) if and(_1 <- x.a, print(_1), _2 <- x.b, debug)`},
		{`f(x) if g({b: x.b, a: x.a}, 1);`, `f(x) if and(_1 <- x.a, _2 <- x.b, g({a: _1, b: _2}, 1))`},
		{`f(x) if x.(k) = 1 and k = "a";`, `f(x) if and(_2 = 1, _2 <- x.(k), k = "a")`},
		{`f(x) if x.("a") = 1;`, `f(x) if and(_1 = 1, _1 <- x.a)`},
		{`f(x) if new Org(x.a).name == 1;`, `f(x) if and(_1 <- x.a, _2 <- new Org(_1), _3 <- _2.name, _3 == 1)`},

		// After a unification that is an argument of a connective ...
		{`f(x) if x.a = x.b;`, `f(x) if and(_1 = _2, _1 <- x.a, _2 <- x.b)`},
		{`f(x) if x.a = 1 and x.b.c = 2;`, `f(x) if and(_1 = 1, _1 <- x.a, _3 = 2, _2 <- x.b, _3 <- _2.c)`},
		{`f(x) if x.a = 1 or x.b = 2;`, `f(x) if and(or(and(_1 = 1, _1 <- x.a), and(_2 = 2, _2 <- x.b)))`},
		{`f(x) if not x.a = 1;`, `f(x) if and(not[_1](and(_1 = 1, _1 <- x.a)))`},
		{`f(x) if (x.a = 1);`, `f(x) if and(_1 = 1, _1 <- x.a)`},
		{`f(x) if x = 1 + 2 * 3;`, `f(x) if and(x = _2, _1 <- 2 * 3, _2 <- 1 + _1)`},
		{`f(x) if x = 7 rem 2;`, `f(x) if and(x = _1, _1 <- 7 rem 2)`},
		// ... unless one of them is mod or new,
		{`f(x) if [x.a, 7 mod 2] = [1, 2];`, `f(x) if and(_1 <- x.a, _2 <- 7 mod 2, [_1, _2] = [1, 2])`},
		{`f(x) if x = new Org("a");`, `f(x) if and(_1 <- new Org("a"), x = _1)`},
		{`f(x) if x = 7 mod 2 and x.a = 1;`, `f(x) if and(_1 <- 7 mod 2, x = _1, _2 = 1, _2 <- x.a)`},
		// ... or the unification is all of a query.
		{`?= 1 = 2 - 1;`, `?= and(_0 <- 2 - 1, 1 = _0)`},
		{`?= 1 = 2 - 1 and true;`, `?= and(1 = _0, _0 <- 2 - 1, ?true)`},
		{`?= not 1 = 2 - 2;`, `?= and(not[_0](and(1 = _0, _0 <- 2 - 2)))`},

		// In forall, after a single goal of any kind.
		{`f(x) if forall(x.a == 1, g(x.b, 1));`, `f(x) if and(forall[_1 _2](and(_1 == 1, _1 <- x.a), and(g(_2, 1), _2 <- x.b))[_2])`},
		{`f(x) if forall(x = 7 mod 2, true);`, `f(x) if and(forall[_1](and(x = _1, _1 <- 7 mod 2), ?true))`},
		{`f(x) if forall(x.a == 1 and x, not x.b);`, `f(x) if and(forall[_1 _2](and(_1 <- x.a, _1 == 1, ?x), not[_2](and(_2 <- x.b, ?_2)))[_2])`},
		{`f(x) if forall(x, cut);`, `f(x) if and(forall(?x, cut))`},

		// Those of the head at the end of the body.
		{`f(x.a, x);`, `f(_1, x) if and(_1 <- x.a)`},
		{`f(x + 1, new Org("a"), 7 mod 2) if x = 1;`, `f(_1, _2, _3) if and(x = 1, _1 <- x + 1, _2 <- new Org("a"), _3 <- 7 mod 2)`},
		{`f({b: x.b, a: x.a}, x) if true and cut;`, `f({a: _1, b: _2}, x) if and(?true, cut, _1 <- x.a, _2 <- x.b)`},
		{`f(x: User{name: x.b, id: x.a}) if x.id = 1;`, `f(x: User{id: _1, name: _2}) if and(_3 = 1, _3 <- x.id, _1 <- x.a, _2 <- x.b)`},

		{`f(new Org("a"), x) if x.a = 1;`, `f(_0, x) if and(_2 = 1, _2 <- x.a, _0 <- new Org("a"))`},

		// Connectives keep their shape, except for the same connective in last place.
		{`f(x) if x and (x and cut);`, `f(x) if and(?x, ?x, cut)`},
		{`f(x) if x and ((x and (x and cut)));`, `f(x) if and(?x, ?x, ?x, cut)`},
		{`f(x) if (x and cut) and x;`, `f(x) if and(and(?x, cut), ?x)`},
		{`f(x) if x and (x and cut) and x;`, `f(x) if and(?x, and(?x, cut), ?x)`},
		{`f(x) if (x and cut);`, `f(x) if and(?x, cut)`},
		{`f(x) if x or (x or cut) or (x or x);`, `f(x) if and(or(?x, or(?x, cut), ?x, ?x))`},
		{`f(x) if (x or cut) and x;`, `f(x) if and(or(?x, cut), ?x)`},
		{`f(x) if not (x and cut);`, `f(x) if and(not(and(?x, cut)))`},
		{`f(x) if x or x and cut or x;`, `f(x) if and(or(?x, and(?x, cut), ?x))`},

		// Prefix forms.
		{`f(x) if in(x, [1, x.a]);`, `f(x) if and(_1 <- x.a, x in [1, _1])`},
		{`f(x) if .(x, "a", 1) and .(x, k, k) and .(x, m(1), 2);`, `f(x) if and(1 <- x.a, k <- x.(k), 2 <- x.m(1))`},
		{`f(x) if .(x, "a");`, `f(x) if and(_1 <- x.a, ?_1)`},
		{`f(x) if new(Org("a"), x);`, `f(x) if and(x <- new Org("a"))`},

		// Locals are the variables that occur only inside the negation.
		{`f(x) if not (y = x and not (z = y and z.a));`, `f(x) if and(not[_3 y z](and(y = x, not[_3 z](and(z = y, _3 <- z.a, ?_3)))))`},
		{`f(x) if not y = x and y;`, `f(x) if and(not(y = x), ?y)`},
		{`f(x) if forall(y in x, z = y and z in y) and not (y = 1);`, `f(x) if and(forall[z](y in x, and(z = y, z in y))[z], not(y = 1))`},
		{`f(x) if forall(y in x, z = y and z in y);`, `f(x) if and(forall[y z](y in x, and(z = y, z in y))[z])`},
		{`f(x) if not (y in x) and not (y in x);`, `f(x) if and(not(y in x), not(y in x))`},
		{`?= not x = 1;`, `?= and(not[x](x = 1))`},
	}
	for _, tt := range tests {
		src := tt.src + "\ng(_, _);"
		m, ds := loadString(t, src, Options{NoTypes: true})
		if m == nil {
			t.Errorf("%s: %v", tt.src, ds)
			continue
		}
		got := m.String()
		if strings.HasPrefix(tt.src, "?=") {
			_, got, _ = strings.Cut(got, "\n")
		}
		got, _, _ = strings.Cut(got, "\n")
		if got != tt.want {
			t.Errorf("%s\n got %s\nwant %s", tt.src, got, tt.want)
		}
	}
}

// TestSlots checks that the slots of parameters come first, and what a query reports.
func TestSlots(t *testing.T) {
	m, ds := loadString(t, "f(a, [b, *c], a.d, _: User{name: e}) if f(x, _y, a, b) and e = c and x;\n?= a = b and _c = [_, a] and f(1, d, d, b);", Options{NoTypes: true})
	if m == nil {
		t.Fatal(ds)
	}
	if got, want := strings.Join(m.Rules[0].Vars, " "), "a b c _ _ e x _y"; got != want {
		t.Errorf("slots of the rule: got %s, want %s", got, want)
	}
	q := m.Queries[0]
	var out []string
	for _, slot := range q.Out {
		out = append(out, q.Vars[slot])
	}
	if got, want := strings.Join(out, " "), "a b d"; got != want {
		t.Errorf("variables of the query: got %s, want %s", got, want)
	}
	if want := "a = b and _c = [_, a] and f(1, d, d, b)"; q.Text != want {
		t.Errorf("text of the query: got %q, want %q", q.Text, want)
	}
}
