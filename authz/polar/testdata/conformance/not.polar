# not has a solution if its goal has none, and binds no variables.
f(1); f(2);
#? not 1 = 2 => {}
#? not 1 = 1 => none
#? not f(3) => {}
#? not f(1) => none
#? x = 1 and not x = 2 => x=1
#? x = 1 and not x = 1 => none
#? x = 3 and not f(x) => x=3
#? x = 1 and not f(x) => none
#? x in [1, 2, 3] and not f(x) => x=3
#? x in [1, 2, 3] and not x > 1 => x=1
#? not (1 = 1 and 1 = 2) => {}
#? not (1 = 1 or 1 = 2) => none
#? not (not 1 = 1) => {}
#? not (not f(3)) => none
#? not false => {}
#? not true => none
#? x = true and not x => none
#? x = false and not x => x=false
#? x = nil and not x => x=nil
---
# Precedence: not takes one comparison, unification or call.
#? not 1 = 2 and 2 = 2 => {}
#? not 1 = 1 or 2 = 2 => {}
#? not 1 + 1 = 3 => {}
#? not 1 in [2] => {}
#? not 1 matches String => {}
---
# With a variable that occurs nowhere else, not tests that no value satisfies the goal.
f(1); f(2);
g(x, y) if [x, y] in [[1, 2], [2, 3]];
#? not x = 1 => none
#? not f(x) => none
#? not f(_) => none
#? not (f(x) and x > 2) => {}
#? not (f(x) and x > 1) => none
#? not (x in []) => {}
#? not (x in [1]) => none
#? not (not x = 1) => {}
#? not g(1, _) => none
#? not g(3, _) => {}
#? y = 1 and not (g(y, x) and x > 2) => y=1
#? not not_there = 1 => none
---
# not waits for a variable that also occurs outside it.
#? not x = 1 and x = 2 => x=2
#? not x = 1 and x = 1 => none
#? not (x > 1) and x = 0 => x=0
#? not (x > 1) and x = 2 => none
#? x = 0 and not (x > 1) => x=0
#? not action = "b" and action in ["a", "b"] => action="a"
#? not x = y and x = 1 and y = 2 => x=1, y=2
#? not x = y and x = 1 and y = 1 => none
#? not x = y and x = 1 and x = y => none
#? not x in [1, 2] and x in [1, 3] => x=3
#? not x matches Integer and x in [1, "a"] => x="a"
#? not x.a = 1 and x in [{a: 1}, {a: 2}, {b: 1}] => x={a: 2} ; x={b: 1}
#? (not x = 1 or x = 1) and x in [1, 2] => x=2 ; x=1
#? not x = 1 and y = x and y = 2 => x=2, y=2
---
# If the variable is bound to a structure, not waits for the parts of the structure.
#? x = [y] and not x = [1] and y = 2 => x=[2], y=2
#? x = [y] and not x = [1] and y = 1 => none
#? x = {a: y} and not x.a = 1 and y in [1, 2] => x={a: 2}, y=2
#? x = [1, *y] and not x = [1, 2] and y = [3] => x=[1, 3], y=[3]
---
# Parameters occur outside.
h(x) if not x = 1;
g(x) if not f(x) and x = 3;
f(1); f(2);
i(x, y) if not (f(y) and y = x);
#? h(2) => {}
#? h(1) => none
#? h(x) and x = 2 => x=2
#? h(x) and x = 1 => none
#? h(x) and x in [1, 2, 3] => x=2 ; x=3
#? g(x) => x=3
#? i(3, 2) => {}
#? i(1, 1) => none
#? i(x, 1) and x = 2 => x=2
---
# A not that still waits at the end of a solution is an error.
h(x) if not x = 1;
#? h(x) => error unbound at "not x = 1"
#? not x = 1 and y = x => error unbound
#? x = [y] and not x = [1] => error unbound
#? not [x, y] = [1, 2] and y = 2 and z = x => error unbound
#? not x = 1 and false => none
---
# A test inside on a local variable that nothing binds is an error too: not does not guess.
#? not (x > 1) => error unbound
#? not x matches Integer => error unbound
#? not x.a => error unbound
#? not (x > 1 and x = 2) => none
#? not (x > 1 and x = 1) => {}
#? not (x > 1 and false) => {}
---
# A not inside a not waits for the variables of the outer one.
f(1); f(2); g(2);
#? not (f(x) and not g(x)) => none
#? not (f(x) and not f(x)) => {}
#? not (x = 1 and not x = 2) => none
#? not (not x = 2 and x = 1) => none
#? not (not x = 2 and x = 2) => {}
#? not (not x = 1) and x = 1 => x=1
#? not (not x = 1) and x = 2 => none
---
# Bindings made inside are not visible outside.
f(1);
#? not (x = 1 and x = 2) and x = 3 => x=3
#? y = 2 and not (f(x) and x = y) => y=2
#? not (f(_x) and _x = 2) => {}
---
# Errors inside are errors.
bad(x) if x = 1 mod 0;
#? not 1 = 1 mod 0 => error arithmetic
#? not alice.nope => error unknown-attribute
#? not alice.nope = 1 => error unknown-attribute
#? not alice.nope() => error unknown-method
#? not bad(_) => error arithmetic
#? not "a" < 1 => error unordered
#? not undefined(1) => error undefined-rule
#? not 1 => error parse
#? x = 1 and not x => error type
---
# open: not ends with the first solution, so a later error does not occur.
#? not (true or 1 = 1 mod 0) => none
---
# Typical negations of rules.
banned("eve");
member("alice"); member("eve");
may_post(name) if member(name) and not banned(name);
may_read(name) if not banned(name) and member(name);
#? may_post("alice") => {}
#? may_post("eve") => none
#? may_post("bob") => none
#? may_post(x) => x="alice"
#? may_read(x) => x="alice"
#? may_read("alice") => {}
---
# While it waits, no test runs with a value that only the negated goal would give.
div(x) if 1 = 7 mod x;
#? x < 5 and not x = "a" and x = 1 => x=1
#? x < 5 and not x = "a" and x = 5 => none
#? 1 = 7 mod x and not x = 0 and x = 3 => x=3
#? div(x) and not x = 0 and x in [2, 3, 4] => x=2 ; x=3
#? x.name = "alice" and not x = 1 and x in [alice, bob] => x=User(alice)
#? forall(x in ["a", 1], x != y) and y < 5 and y = 2 => y=2
---
# Negation over partly known structures.
#? not [x, 1] = [2, y] and x = 2 and y = 2 => x=2, y=2
#? not [x, 1] = [2, y] and x = 2 and y = 1 => none
#? not {a: x} = {a: 1} and x = 2 => x=2
#? not {a: x} = {b: 1} and x = 2 => x=2
#? x = {a: y} and not x matches {a: 1} and y = 2 => x={a: 2}, y=2
#? not x in [[1], [2]] and x = [y] and y = 3 => x=[3], y=3
#? not (x = 1 and y = 2) and x = 1 and y = 3 => x=1, y=3
#? not (x = 1 and y = 2) and x = 1 and y = 2 => none
#? not (x = 1 or y = 2) and x = 2 and y = 3 => x=2, y=3
#? not (x = 1 or y = 2) and x = 2 and y = 2 => none
---
# A goal that would not end without the value does not begin without it.
above(v, u) if u.boss = v;
above(v, u) if above(v, u.boss);
#? u in [alice, bob] and not above(alice, u) => u=User(alice)
#? not above(alice, u) and u in [alice, bob] => u=User(alice)
---
# A rule that depends on its own negation has no answer.
p() if not p();
q(x) if x = 1 and not r(x);
r(x) if q(x);
even(0);
even(n) if n > 0 and not even(n - 1);
#? p()     => error negative-loop
#? q(1)    => error negative-loop
#? even(4) => {}
#? even(5) => none
