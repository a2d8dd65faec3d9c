# Precedence: lookup, in and matches, * / mod rem, + -, comparison, =, not, and, or.
#? x = 1 + 2 * 3 => x=7
#? x = (1 + 2) * 3 => x=9
#? x = 10 - 2 - 3 => x=5
#? x = 100 / 10 / 2 => x=5.0
#? x = 7 mod 4 * 2 => x=6
#? x = 2 * 7 mod 4 => x=2
#? x = 2 + 3 * 4 - 5 => x=9
#? x = 2 - 3 * 4 rem 5 => x=0
#? 1 + 1 in [2] => error parse
#? (1 + 1) in [2] => {}
#? 1 + x in [2] => error parse
#? 1 + 1 == 2 => {}
#? 1 + 1 > 1 and 2 < 1 + 2 => {}
#? not 1 = 2 and 1 = 1 => {}
#? not 1 = 1 or 1 = 1 => {}
#? not (1 = 2 and 1 = 1) => {}
#? (x = 1 and x = 2) or x = 3 => x=3
#? x = 1 and (x = 2 or x = 1) => x=1
#? x = {a: {b: 1}}.a.b => x=1
#? x = {a: [1, 2]} and y in x.a => x={a: [1, 2]}, y=1 ; x={a: [1, 2]}, y=2
#? (x = 1) => x=1
#? ((x)) = 1 => x=1
#? x = ((1)) => x=1
---
# Without parentheses, and binds tighter than or.
f(x) if x = 1 and x = 2 or x = 3; ### warning "."
f(x) if x = 4 or x = 5 and x = 6; ### warning "."
f(x) if (x = 7 and x = 7) or (x = 8 and x = 8);
#? f(x) => x=3 ; x=4 ; x=7 ; x=8
---
# Comparisons, unifications and in do not chain.
#? 1 < 2 < 3 => error parse
#? x = y = 1 => error parse
#? 1 == 1 == 1 => error parse
#? x = 1 == 1 => error parse
#? x in [1] in [2] => error parse
#? (x = 1) = 1 => error parse
#? x = (1 == 1) => error parse
#? (x in [1]) and x = 1 => x=1
---
# Operators that do not exist.
#? not not 1 = 1 => error parse
#? not (not 1 = 1) => {}
#? x = -y => error parse
#? x = --1 => error parse
#? x = 3 - -1 => x=4
#? x = 1 -1 => x=0
#? x = 3 - - 1 => x=4
#? x = 2 * -3 => x=-6
#? x => x=true
---
# A query is one expression without a semicolon.
#? x = 1; => error parse
#?  => error parse
#? x = 1, y = 2 => error parse
#? x = => error parse
#? = 1 => error parse
#? (x = 1 => error parse
#? x = 1) => error parse
#? f(1) if true => error parse
---
# Calls are goals, never values; method calls are values.
g(1);
#? g(g(1)) => error parse
#? x = g(1) => error parse
#? x in g(1) => error parse
#? x = "a b".split(" ") => x=["a", "b"]
#? "A".lower() = "a" => {}
#? g("abc".length()) => none
#? g("a".length()) => {}
#? g (1) => {}
#? (g)(1) => error parse
---
f(g(1));   ### `:3: `
---
f(x) if x = g(1);   ### `:13: `
g(1);
---
f(1) if (g(1)) + 1 = 2;   ### `:9: `
g(1);
---
# No empty statements, no missing semicolons.
f(1);;   ### `:6: `
---
f(1)
g(1);   ### `:1: `
---
f(1) if ;   ### `:9: `
---
f(1,);   ### `:5: `
---
f(,1);   ### `:3: `
---
f 1;   ### `:3: `
---
cut(1);   ### `:1: `
---
if(1);   ### `:1: `
---
f(x) if not not x;   ### `:13: `
---
f(x) if !x;   ### `:9: `
---
f(x) := 1;   ### `:6: `
---
# Trailing commas: lists, dictionaries and keyword arguments allow them, calls do not.
f(1, 2);
#? x = [1, 2,] => x=[1, 2]
#? x = [1,,2,] => x=[1, 2]
#? x = [,] => error parse
#? x = [,1] => error parse
#? x = {a: 1, b: 2,} => x={a: 1, b: 2}
#? x = {a: 1,,b: 2} => x={a: 1, b: 2}
#? x = {,} => error parse
#? x = {,a: 1} => error parse
#? f(1, 2,) => error parse
#? f(1,, 2) => error parse
#? forall(true, true,) => error parse
#? x = [] => x=[]
#? x = {} => x={}
---
# Lists: elements are sums, and a rest variable is allowed only at the end.
#? x = [1 + 1, 2 * 3] => x=[2, 6]
#? x = [1 == 1] => error parse
#? x = [y = 1] => error parse
#? x = [*y, 1] => error parse
#? x = [*y, *z] => error parse
#? x = [1, *2] => error parse
#? x = [1, *[2]] => error parse
#? x = [1, *y,] => error parse
#? y = [2] and x = [1, *y] => x=[1, 2], y=[2]
#? x = [[1], [[2]]] => x=[[1], [[2]]]
---
# Dictionaries: keys are symbols; {x} is short for {x: x}.
#? x = {a: 1, b: {c: 2}} => x={a: 1, b: {c: 2}}
#? y = 1 and x = {y} => x={y: 1}, y=1
#? y = 1 and z = 2 and x = {y, a: 0, z} => x={a: 0, y: 1, z: 2}, y=1, z=2
#? x = {"a": 1} => error parse
#? x = {1: 1} => error parse
#? x = {a: 1, a: 2} => error parse
#? x = {b: 1, a: 2} => x={a: 2, b: 1}
#? x = {a: 1 + 1} => x={a: 2}
#? x = {a 1} => error parse
#? x = {a: } => error parse
---
f({a: 1, a: 2});   ### `twice`
---
f(_: {a: 1, a: 2});   ### `twice`
---
f(_: User{name: "a", name: "b"});   ### `twice`
---
# Assignment needs a variable on its left.
#? x := 1 => x=1
#? 1 := x => error parse
#? {a: 1}.a := 1 => error parse
#? [x] := [1] => error parse
---
# cut takes no parentheses; forall takes two arguments that are goals.
#? cut() => error parse
#? cut => {}
#? forall(1, 2) => error parse
#? forall(true) => error parse
#? forall(true, true, true) => error parse
#? forall(true, true) => {}
#? not 1 => error parse
#? debug() => {}
#? debug("a", 1) => {}
---
# Prefix forms of in and of lookup.
#? in(x, [1, 2]) => x=1 ; x=2
#? .({a: 1}, "a", x) => x=1
---
# Specializers follow plain variables, and do not allow operators.
f(1: Integer);   ### `:4: `
---
f([x]: List) if x = 1;   ### `:6: `
---
f(_: 1 + 2);   ### `:8: `
---
f(x) if x matches User{age: 8 + 1};   ### `:31: `
---
f(_: (1));   ### `:6: `
---
#? 1 matches (1) => error parse
#? 1 matches 1 => {}
#? 1 matches 1 + 1 => error parse
#? [1] matches [1] => {}
---
# A lookup's key is a name, a variable in parentheses, or a string in parentheses.
#? x = {a: 1}.("a") => x=1
#? k = "a" and x = {a: 1}.(k) => k="a", x=1
#? x = {a: 1}.(1) => error parse
#? x = {a: 1}.("a" + "b") => error parse
#? x = {a: 1}."a" => error parse
#? x = {a: 1}.[1] => error parse
#? x = {a: 1}. => error parse
---
# A rule type has no body, a block no trailing semicolon.
type f(x) if x = 1;   ### `:11: `
---
resource Repo { roles = ["a"] }   ### `:31: `
---
resource Repo { roles = ["a"]; };   ### `:33: `
---
actor User { ### `:12: `
---
# Positional arguments come before keyword arguments.
#? x = new User(name: "a", "b") => error parse
---
# Deep nesting is bounded: no text can exhaust the parser.
f(x) if x = [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]];
#? f(x) and x = [y] and y = [z] and z = [_] => x=[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]], y=[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]], z=[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]
---
# The prefix form of new.
#? new(User("zoe", 5), x) => x=User(zoe)
#? in(x, [1], [2]) => error parse
#? .({a: 1}, "a") => error type
