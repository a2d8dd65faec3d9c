# Rules are alternatives, in the order of the source; equal solutions are kept.
f(1); f(2); f(1);
g(x) if x = 1 or x = 1; g(1);
#? f(x) => x=1 ; x=2 ; x=1
#? f(1) => {} ; {}
#? f(3) => none
#? g(x) => x=1 ; x=1 ; x=1
#? g(1) and g(1) => {} ; {} ; {} ; {} ; {} ; {} ; {} ; {} ; {}
#? f(x) and g(x) => x=1 ; x=1 ; x=1 ; x=1 ; x=1 ; x=1
---
# A rule that is defined with another number of parameters has no solution; an undefined rule is an error.
f(1); f(1, 2);
#? f() => none
#? f(1, 2, 3) => none
#? f(1, x) => x=2
#? g(1) => error undefined-rule "g"
#? not g(1) => error undefined-rule
#? 1 = 2 and g(1) => error undefined-rule      # found before the query runs
#? f(x: 1) => error check
---
# Variables belong to one activation of one rule.
f(x) if y = x and y = 1;
g(x, y) if f(x) and f(y);
h(x) if f(y) and x = [y];
#? f(x) => x=1
#? y = 2 and f(x) => x=1, y=2
#? g(x, y) => x=1, y=1
#? h(x) => x=[1]
#? x = 2 and f(y) => x=2, y=1
---
# Rules without parameters.
ready() if 1 = 1;
never() if 1 = 2;
#? ready() => {}
#? never() => none
#? ready => ready=true        # a variable
---
# Parameters may be any terms.
f(1, "one");
f([], "empty list");
f([_, *_], "list");
f({a: x}, x);
f({}, "empty dictionary");
f(true, "yes");
f(nil, "nil");
f(1.5, "float");
#? f(1, x) => x="one"
#? f([], x) => x="empty list"
#? f([1, 2], x) => x="list"
#? f({a: 3}, x) => x=3
#? f({}, x) => x="empty dictionary"
#? f({a: 1, b: 2}, x) => none
#? f(true, x) => x="yes"
#? f(nil, x) => x="nil"
#? f(1.0, x) => x="one"
#? f(1.5, x) => x="float"
#? f("1", x) => none
---
# Anonymous variables are all distinct; named temporaries are not.
k(_, _);
h(_x, _x) if true;
#? k(1, 2) => {}
#? k(x, y) => x=_, y=_
#? h(1, 2) => none
#? h(1, 1) => {}
---
# Recursion: lists forwards and backwards.
append([], l, l);
append([h, *t], l, [h, *r]) if append(t, l, r);
reverse(xs, ys) if reverse(xs, [], ys);
reverse([], ys, ys);
reverse([x, *xs], acc, ys) if reverse(xs, [x, *acc], ys);
member(x, [x, *_]);
member(x, [_, *ys]) if member(x, ys);
#? append([1], [2], x) => x=[1, 2]
#? append(x, y, [1, 2]) => x=[], y=[1, 2] ; x=[1], y=[2] ; x=[1, 2], y=[]
#? append([1], x, [1, 2, 3]) => x=[2, 3]
#? append([1, *x], [3], [1, 2, 3]) => x=[2]
#? reverse([1, 2, 3], x) => x=[3, 2, 1]
#? member(x, [1, 2, 3]) => x=1 ; x=2 ; x=3
#? member(2, [1, 2, 3]) => {}
#? member(4, [1, 2, 3]) => none
---
# Mutual recursion.
even(0);
even(n) if n > 0 and odd(n - 1);
odd(n) if n > 0 and even(n - 1);
#? even(10) => {}
#? odd(10) => none
#? odd(101) => {}
---
# A goal that is a variable tests whether it is true; an unbound one becomes true.
f(x) if x;
g(x) if x and x = true;
#? f(true) => {}
#? f(false) => none
#? f(x) => x=true
#? f(nil) => none              # nil as a goal is false
#? f(1) => error type
#? f("true") => error type
#? f([]) => error type
#? f({}) => error type
#? f(alice) => error type
#? g(x) => x=true
#? x = false and x => none
#? x = true and x => x=true
#? true => {}
#? false => none
#? nil => none
#? not nil => {}
#? not false => {}
#? 1 => error type
#? "a" => error type
#? [true] => error type
#? {a: 1}.a => error type
#? {a: true}.a => {}
#? {a: false}.a => none
#? {a: nil}.a => none
#? not {a: nil}.a => {}
#? not {a: false}.a => {}
---
# An error ends the whole query: it is not a failure, and later alternatives are not tried.
f(1) if x = 1 mod 0 and x = 1;
f(2);
#? f(2) => {}
#? f(1) => error arithmetic
#? f(x) => error arithmetic
#? 1 = 1 mod 0 or true => error arithmetic
#? true or 1 = 1 mod 0 => {} ; error arithmetic
#? x = 2 or x = 1 mod 0 or x = 3 => x=2 ; error arithmetic
---
# Order: a rule whose parameter has a specializer comes before one without; literals do not count as specializers.
f("a", "lit"); f(_: String, "typed"); f(_, "any");
g(_, "any"); g(_: String, "typed"); g("a", "lit");
#? f("a", x) => x="typed" ; x="lit" ; x="any"
#? g("a", x) => x="typed" ; x="any" ; x="lit"
#? f("b", x) => x="typed" ; x="any"
#? f(1, x) => x="any"
---
# A value as a specializer ties with a class.
f(_: 1, "one"); f(_: Integer, "int"); f(_, "any");
g(_: Integer, "int"); g(_: 1, "one");
#? f(1, x) => x="one" ; x="int" ; x="any"
#? f(2, x) => x="int" ; x="any"
#? g(1, x) => x="int" ; x="one"
---
# The first parameter that differs decides.
f(_, _: {a: 1}, "1");
f(_: Integer, _, "2");
f(_, _, "3");
f(_: Integer, _: {a: 1}, "4");
#? f(1, {a: 1}, x) => x="4" ; x="2" ; x="1" ; x="3"
#? f(1, {a: 2}, x) => x="2" ; x="3"
#? f("a", {a: 1}, x) => x="1" ; x="3"
---
# Dictionary patterns: more fields are more specific; a class beats a dictionary pattern.
f(_: {a: 1}, "d1"); f(_: {a: 1, b: 2}, "d2"); f(_: Dictionary, "D"); f(_, "any");
#? f({a: 1, b: 2}, x) => x="D" ; x="d2" ; x="d1" ; x="any"
#? f({a: 1}, x) => x="D" ; x="d1" ; x="any"
#? f({}, x) => x="D" ; x="any"
#? f(1, x) => x="any"
---
# The same specializer on both sides is a tie, and the order of the source is kept.
f(_: Integer, _: String, 1); f(_: Integer, _: String, 2); f(_: Integer, _, 3);
#? f(1, "a", x) => x=1 ; x=2 ; x=3
---
# Rest variables are not specializers.
f([*_], "all"); f([_x, *_xs], "cons"); f([], "empty");
#? f([], x) => x="all" ; x="empty"
#? f([1], x) => x="all" ; x="cons"
#? f(1, x) => none
---
# The order is that of an insertion sort: a step moves a rule up while it is more specific than the rule above it.
f(_: {a: 1}, 1); f(_: 1, 2); f(_, 3); f(_: Integer, 4); f(_: {}, 5);
#? f(1, x) => x=2 ; x=4 ; x=5 ; x=3
#? f({a: 1}, x) => x=1 ; x=5 ; x=3
---
# Classes of patterns with fields: more fields of the same class are more specific.
f(_: User{name: "alice"}, "one field");
f(_: User, "class");
f(_: User{name: "alice", age: 42}, "two fields");
f(_: {name: "alice"}, "dictionary");
f(_, "any");
#? f(alice, x) => x="two fields" ; x="one field" ; x="class" ; x="dictionary" ; x="any"
#? f(bob, x) => x="class" ; x="any"
#? f({name: "alice"}, x) => x="dictionary" ; x="any"
---
# An unbound argument does not determine which rules apply: its specializers wait.
f(_: Integer, 1); f(_: {a: 1}, 4); f(7, 5);
#? f(x, y) and x = 7 => x=7, y=1 ; x=7, y=5
#? f(x, y) and x = {a: 1} => x={a: 1}, y=4
#? f(x, y) and x = "a" => none
#? f(x, y) => error unbound
#? f(7, y) => y=1 ; y=5
---
f(7, 1); f(_: Integer, 2);
#? f(x, y) and x in [7, 8] => x=7, y=2 ; x=8, y=2 ; x=7, y=1
---
# A literal in a head selects before any body runs.
f(1, x) if x = "one";
f(2, x) if x = 1 mod 0;
f(3, _) if y = 1 and y = 2;
#? f(1, x) => x="one"
#? f(3, x) => none
#? f(2, x) => error arithmetic
---
# Specializers are checked after the arguments are unified.
f(x: Integer, x);
g(x, x: String);
h(_: {a: y}, y);
#? f(1, y) => y=1
#? f(y, 1) => y=1
#? f("a", _) => none
#? g(x, "a") => x="a"
#? g(1, _) => none
#? h({a: 2}, x) => x=2
#? h({a: 2}, 3) => none
---
# Different rules for different kinds, as in the guide.
describe(x: Integer, "number") if x != 0;
describe(0, "zero");
describe(_: String, "text");
describe(x: List, ["list", n]) if n = x.length();
#? describe(1, x) => x="number"
#? describe(0, x) => x="zero"
#? describe("a", x) => x="text"
#? describe([1, 2], x) => x=["list", 2]
#? describe(1.5, x) => none
---
# An early answer is an answer: what comes after it is not evaluated until it is needed.
allow("alice", "read", "doc");
allow(u, _, r) if u.name = r;
#? allow("alice", "read", "doc") => {} ; error unknown-attribute
#! allow("alice", "read", "doc") => {} ; error unknown-attribute
#? alice.nope or true => error unknown-attribute
---
# A constant is not a class.
h(_: answer); ### "answer"
---
# Solutions of conjunctions vary from the right.
f(1); f(2); g("a"); g("b");
#? f(x) and g(y) => x=1, y="a" ; x=1, y="b" ; x=2, y="a" ; x=2, y="b"
#? (f(x) or g(x)) and not x = 2 => x=1 ; x="a" ; x="b"
---
# Many parameters.
f(a, b, c, d, e, f, g, h) if [h, g, f, e, d, c, b, a] = [1, 2, 3, 4, 5, 6, 7, 8];
#? f(a, b, c, d, e, f, g, h) => a=8, b=7, c=6, d=5, e=4, f=3, g=2, h=1
#? f(8, 7, 6, 5, 4, 3, 2, 1) => {}
---
# Puzzles: what a logic language can do.
select(x, [x, *xs], xs);
select(x, [y, *ys], [y, *zs]) if select(x, ys, zs);
permutation([], []);
permutation(xs, [x, *ys]) if select(x, xs, rest) and permutation(rest, ys);
safe([]);
safe([q, *qs]) if no_attack(q, qs, 1) and safe(qs);
no_attack(_, [], _);
no_attack(q, [p, *ps], d) if q != p + d and q != p - d and no_attack(q, ps, d + 1);
queens(n, qs) if permutation(n, qs) and safe(qs);
#? permutation([1, 2, 3], x) => x=[1, 2, 3] ; x=[1, 3, 2] ; x=[2, 1, 3] ; x=[2, 3, 1] ; x=[3, 1, 2] ; x=[3, 2, 1]
#? queens([1, 2, 3, 4], qs) => qs=[2, 4, 1, 3] ; qs=[3, 1, 4, 2]
#? queens([1, 2, 3], qs) => none
#? queens([1, 2, 3, 4, 5, 6], qs) and cut => qs=[2, 4, 6, 1, 3, 5]
---
# Quicksort and naive reverse.
sort([], []);
sort([x, *xs], sorted) if split(x, xs, small, large) and sort(small, s) and sort(large, l) and append(s, [x, *l], sorted);
split(_, [], [], []);
split(x, [y, *ys], [y, *s], l) if y <= x and split(x, ys, s, l);
split(x, [y, *ys], s, [y, *l]) if y > x and split(x, ys, s, l);
append([], ys, ys);
append([x, *xs], ys, [x, *zs]) if append(xs, ys, zs);
nrev([], []);
nrev([x, *xs], r) if nrev(xs, rs) and append(rs, [x], r);
#? sort([3, 1, 2, 5, 4], x) => x=[1, 2, 3, 4, 5]
#? sort([2, 1, 2], x) => x=[1, 2, 2]
#? nrev([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30], [x, *_]) => x=30
---
# Which rules apply is determined without errors: an unreadable value is an error
# when the rule is tried, and not before.
f(_: Cube, _, "cube");
f(_: Shape, _: {too_big: 1}, "shape");
g(_: Shape, [1, *_], "shape");
g(_: Cube, _, "cube");
#? f(cube, kinds, x) => x="cube" ; error type "Integer"
#? f(square, kinds, x) => error type "Integer"
#? g(cube, [1], x) => x="cube" ; x="shape"
