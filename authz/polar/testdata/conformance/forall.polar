# forall(c, a): every solution of c has a solution of a.
f(1); f(2);
#? forall(x in [1, 2], x < 3) => {}
#? forall(x in [1, 2], x < 2) => none
#? forall(x in [], false) => {}
#? forall(f(x), x in [1, 2, 3]) => {}
#? forall(f(x), x = 1) => none
#? forall(f(x), f(x)) => {}
#? forall(false, false) => {}
#? forall(true, true) => {}
#? forall(true, false) => none
#? forall(x in [1, 2], y in [x]) => {}
#? x = 1 and forall(f(x), x < 2) => x=1
#? x = 2 and forall(f(x), x < 2) => none
#? x in [1, 2, 3] and forall(f(y), x >= y) => x=2 ; x=3
#? forall(x in [1, 2], (x = 1 or x = 2)) => {}
#? forall([k, v] in {a: 1, b: 2}, v > 0 and k in ["a", "b"]) => {}
#? forall([_, v] in {a: 1, b: 2}, v > 1) => none
#? forall(x in [1, 2], not x = 3) => {}
#? not forall(x in [1, 2], x = 1) => {}
#? forall(x in [1, 2], forall(y in [1, 2], x + y < 5)) => {}
#? forall(x in [1, 2], forall(y in [1, 2], x + y < 4)) => none
---
# It waits for variables that occur outside, and binds no variables.
g(x) if forall(y in [1, 2], x != y);
#? forall(x in [1], y = x) and y = 1 => y=1
#? forall(x in [1], y = x) and y = 2 => none
#? forall(x in y, x > 1) and y = [2, 3] => y=[2, 3]
#? forall(x in y, x > 1) and y = [1, 2] => none
#? forall(y in [1, 2], x != y) and x in [1, 2, 3] => x=3
#? g(3) => {}
#? g(1) => none
#? g(x) and x = 3 => x=3
#? g(x) => error unbound
#? forall(x in y, x > 1) => error unbound
#? forall(x in [1], y = x) and z = y => error unbound
---
# Variables that occur only inside are local.
#? forall(x in [1, 2], y = x) => {}
#? forall(x in [1, 2], y > x) => error unbound
#? forall(x in [1, 2], y = x + 1 and y > x) => {}
#? forall(x = 1, x = 1) => {}
#? forall(x = 1, x = 2) => none
#? x = 3 and forall(x in [1, 2], false) => x=3
---
# Errors inside are errors.
#? forall(alice.nope = 1, false) => error unknown-attribute
#? forall(x in [1], x = alice.nope) => error unknown-attribute
#? forall(x in [alice], x.nope) => error unknown-attribute
#? forall(x in 1, true) => error type
#? forall(x in [0, 1], 1 = 1 mod x) => error arithmetic
#? forall(x in [1, 0], false and 1 = 1 mod x) => none
---
# forall over the attributes of instances.
all_named(xs) if forall(x in xs, x.name != "");
#? all_named([alice, bob]) => {}
#? all_named([]) => {}
#? forall(t in alice.tags, t in ["x", "y", "z"]) => {}
#? forall(t in alice.tags, t in ["x"]) => none
#? forall(t in bob.tags, false) => {}          # a nil slice is an empty list
---
# In a rule.
subset(xs, ys) if forall(x in xs, x in ys);
#? subset([1, 2], [3, 2, 1]) => {}
#? subset([1, 4], [3, 2, 1]) => none
#? subset([], []) => {}
#? subset(["a"], "abc") => error type at "x in ys"
