# option: limits steps=20000
# Endless rules exceed the budget, whatever their shape.
loop(x) if loop(x + 1);
left(x) if left(y) and x = y;
grow(x) if grow([x]);
pump(x) if pump(x) or x = 1;
both(x) if both([1, *x]) and both([2, *x]);
#? loop(0) => error budget "loop"
#? left(_) => error budget "left"
#? grow(0) => error budget "grow"
#? pump(_) => error budget "pump"
#? both([]) => error budget "both"
#? not loop(0) => error budget
#? forall(loop(0), true) => error budget
---
# option: limits steps=20000
# Exponential backtracking.
digit(x) if x in [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
six(a, b, c, d, e, f) if digit(a) and digit(b) and digit(c) and digit(d) and digit(e) and digit(f) and a > 9;
#? six(_, _, _, _, _, _) => error budget "digit|six"
---
# option: limits steps=20000
# Solutions that are found before the budget ends are returned.
nat(0);
nat(n) if nat(m) and n = m + 1;
#? nat(x) and x = 3 => x=3 ; error budget
#? nat(x) => x=0 ; x=1 ; x=2 ; ... ; error budget
#? nat(x) and x > 2 and cut => x=3
---
# option: limits depth=1000
# The depth of calls is bounded separately.
down(0);
down(n) if n > 0 and down(n - 1) and true;
#? down(500) => {}
#? down(5000) => error budget "down"
---
# The Go stack does not bound recursion: the default is a hundred thousand calls.
down(0);
down(n) if n > 0 and down(n - 1) and n > 0;
build(0, []);
build(n, [n, *rest]) if n > 0 and build(n - 1, rest);
nest(0, 0);
nest(n, [x]) if n > 0 and nest(n - 1, x);
length([], 0);
length([_, *xs], n) if length(xs, m) and n = m + 1;
#? down(25000) => {}
#? build(10000, xs) and length(xs, n) and xs = [10000, *_] and n = 10000 and xs = ys and ys = xs and 1 = 2 => none
#? nest(10000, x) and nest(10000, y) and x = y and x == y and not x != y and 1 = 2 => none
---
# option: limits results=10
# Solutions are bounded.
f(1); f(2); f(3);
#? f(x) and f(y) => x=1, y=1 ; x=1, y=2 ; x=1, y=3 ; x=2, y=1 ; x=2, y=2 ; x=2, y=3 ; x=3, y=1 ; x=3, y=2 ; x=3, y=3
#? f(x) and f(1) and f(y) and f(z) and z = 1 => x=1, y=1, z=1 ; x=1, y=2, z=1 ; x=1, y=3, z=1 ; x=2, y=1, z=1 ; x=2, y=2, z=1 ; x=2, y=3, z=1 ; x=3, y=1, z=1 ; x=3, y=2, z=1 ; x=3, y=3, z=1
#? f(_) and f(_) and f(_) => {} ; {} ; {} ; {} ; {} ; {} ; {} ; {} ; {} ; {} ; error budget
#? f(x) and f(_) and f(_) => x=1 ; ... ; x=2 ; error budget
---
# option: limits bytes=10000
# So is the memory of the values that a query creates.
grow(0, []);
grow(n, [n, *xs]) if n > 0 and grow(n - 1, xs);
#? grow(10, xs) => xs=[10, 9, 8, 7, 6, 5, 4, 3, 2, 1]
#? grow(100000, _) => error budget
---
# option: cancelled
# A query ends with its context.
loop(x) if loop(x + 1);
#? loop(0) => error cancelled
#! loop(0) => error cancelled
