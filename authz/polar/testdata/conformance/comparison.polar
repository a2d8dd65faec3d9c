# Numbers are ordered exactly, whatever their kinds.
#? 1 < 2 => {}
#? 2 < 1 => none
#? 1 < 1 => none
#? 1 <= 1 => {}
#? 1 >= 1 => {}
#? 2 > 1.5 => {}
#? 1.5 < 2 => {}
#? 1 <= 1.0 => {}
#? 1 < 1.0 => none
#? -1 < 0.0 => {}
#? -0.0 < 0.0 => none
#? 1 < inf => {}
#? -inf < inf => {}
---
# Strings are ordered by code points.
#? "a" < "b" => {}
#? "a" < "B" => none
#? "a" < "ab" => {}
#? "" < "a" => {}
#? "abc" >= "abc" => {}
#? "z" < "é" => {}
#? "10" < "9" => {}
---
# false is before true.
#? false < true => {}
#? true > false => {}
#? true <= true => {}
#? true < true => none
#? false >= true => none
---
# Any other pair cannot be ordered, and ordering it is an error.
#? "a" < 1 => error unordered
#? 1 < "a" => error unordered
#? true < 2 => error unordered
#? 1 >= false => error unordered
#? [1] < [2] => error unordered
#? {a: 1} < {a: 2} => error unordered
#? [] <= [] => error unordered
#? alice < bob => error unordered
#? alice <= alice => error unordered
#? alice > 1 => error unordered
#? User < Org => error unordered
#? not "a" < 1 => error unordered
#? forall(x in ["a"], x < 1) => error unordered
#? "a" < 1 or true => error unordered
---
f(x, y) if 1 = 1 and x < y;
#? f(1, 2) => {}
#? f(1, "a") => error unordered at "x < y"
---
# Orderings with nil are false, in both directions.
#? nil < 1 => none
#? nil > 1 => none
#? 1 <= nil => none
#? 1 >= nil => none
#? nil < nil => none
#? nil <= nil => none
#? nil < "a" => none
#? alice > nil => none
#? [] < nil => none
#? not nil < 1 => {}
#? not nil >= 1 => {}
---
# If both sides are known, == is the same as =, and != is its negation.
#? 1 == 1 => {}
#? 1 == 2 => none
#? 1 != 2 => {}
#? 1 != 1 => none
#? "a" == "a" => {}
#? alice == alice => {}
#? alice == bob => none
#? alice != bob => {}
#~ alice == 1 => none
#~ alice != 1 => {}
#? alice != nil => {}
#? nil == nil => {}
#? nil != nil => none
#? nil != 1 => {}
#? nil == false => none
#? [alice] == [alice] => {}
#? {a: alice} != {a: bob} => {}
#? [nil] == [nil] => {}
---
# A comparison of unbound variables waits until they are bound.
#? x > 1 and x = 2 => x=2
#? x > 1 and x = 1 => none
#? x > 1 and x < 5 and x in [0, 2, 4, 6] => x=2 ; x=4
#? x == 1 and x = 1 => x=1
#? x == 1 and x = 2 => none
#? x != 1 and x = 2 => x=2
#? x != 1 and x = 1 => none
#? x < y and x = 1 and y = 2 => x=1, y=2
#? x < y and y = 1 and x = 2 => none
#? x < y and x = y and x = 1 => none
#? x <= y and x = y and y = 1 => x=1, y=1
#? x == y and x = 1 and y = 1 => x=1, y=1
#? x > 1 and x = "a" => error unordered
#? x > 1 and x = nil => none
#? x > 1 and y = x and y = 2 => x=2, y=2
#? x == [1] and x = [1] => x=[1]
#? [x] == [1] and x = 1 => x=1
#? [x] == [1] and x = 2 => none
#? {a: x} != {a: 1} and x = 2 => x=2
#? x > 1 and x = y and y in [1, 2, 3] => x=2, y=2 ; x=3, y=3
---
# A test that still waits at the end of a solution is an error at the test.
f(x) if x > 1;
g(x) if x = 1 or x > 1;
#? x > 1 => error unbound at "x > 1"
#? x == 1 => error unbound
#? x != 1 => error unbound
#? x > 1 and x < 0 => error unbound
#? x < y and x = 1 => error unbound
#? [x] == [1] => error unbound
#? f(x) => error unbound at "x > 1"
#? f(x) and x = 2 => x=2
#? f(x) and x = 1 => none
#? g(x) => x=1 ; error unbound at "x > 1"
#? g(x) and x = 3 => x=3
#? x > 1 and false => none
#? (x > 1 and x = 0) or x = 5 => x=5
#? x = 5 or x > 1 => x=5 ; error unbound
---
# Backtracking undoes waiting.
#? (x > 1 and y = 1 or y = 2) and x = 1 => x=1, y=2
#? (x > 10 or x > 1) and x = 5 => x=5
---
# One binding wakes every test that waits for it, in the order they were written.
f(x) if x > 0 and x < 10 and x != 5 and x = 5;
g(x, y) if x < y and y < 3 and x = 1 and y = 2;
#? f(x) => none
#? g(x, y) => x=1, y=2
#? x > 1 and x < "a" and x = 0 => none
#? x < "a" and x > 1 and x = 0 => error unordered
