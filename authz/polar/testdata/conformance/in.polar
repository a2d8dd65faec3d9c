# in goes through a list, in order.
#? x in [1, 2, 3] => x=1 ; x=2 ; x=3
#? x in [] => none
#? 2 in [1, 2, 3] => {}
#? 4 in [1, 2, 3] => none
#? 1 in [1, 1] => {} ; {}
#? 1 in [1, "a", true, 1.0] => {} ; {}
#? true in [1, true] => {}
#? nil in [nil, 1] => {}
#? x in [1, 2] and x > 1 => x=2
#? x in [1, 2] and y in [x, 3] => x=1, y=1 ; x=1, y=3 ; x=2, y=2 ; x=2, y=3
#? [1] in [[1], [2]] => {}
#? [x, 2] in [[1, 2], [1, 3], [3, 2]] => x=1 ; x=3
#? {a: x} in [{a: 1}, {b: 2}, {a: 3}] => x=1 ; x=3
#? x in [[1, 2], [3]] and y in x => x=[1, 2], y=1 ; x=[1, 2], y=2 ; x=[3], y=3
#? x in [y, 2] => x=_, y=_ ; x=2, y=_
#? x in [y, 2] and y = 1 => x=1, y=1 ; x=2, y=1
#? 1 in [x, 2] => x=1
#? not 1 in [2, 3] => {}
#? not 1 in [1] => none
#? x = 1 and x in [1] => x=1
---
# The items of a rest variable belong to the list.
#? y = [2, 3] and x in [1, *y] => x=1, y=[2, 3] ; x=2, y=[2, 3] ; x=3, y=[2, 3]
#? x in [1, *y] and y = [] => x=1, y=[]
---
# A dictionary is a list of [key, value], by ascending key.
#? x in {b: 1, a: 2} => x=["a", 2] ; x=["b", 1]
#? [k, v] in {b: 1, a: 2} => k="a", v=2 ; k="b", v=1
#? ["a", v] in {b: 1, a: 2} => v=2
#? [k, 1] in {b: 1, a: 2} => k="b"
#~ "a" in {a: 1} => none
#? ["a", 1] in {a: 1} => {}
#? x in {} => none
---
# A string has no items: whoever writes this means contains.
f(u: User) if "vip" in u.name;            ### "not a value of type String .to search for part of a string, write u.name.contains.\"vip\""
g(u: User) if not ("vip" in u.name);      ### "u.name.contains"
h(u: User, x) if x in u.name;             ### "u.name.contains.x."
i(u: User) if [_, "a"] in u.name;         ### "contains"
j(_: User{name: name}) if "a" in name;    ### "name.contains"
k(x) if x matches String and "a" in x;    ### "x.contains"
l(t: Task) if forall(c in t.status, c != "x"); ### "not a value of type Status .*t.status.contains.c."
---
# A string is not gone through: its characters, a part of it, or the string itself
# might be meant.
f(x, s) if x in s;
g(s) if not (_ in s);
#~ "a" in "abc" => error type at "\"a\" in" "contains"
#~ "ab" in "abc" => error type "contains"
#~ x in "abc" => error type "contains"
#~ x in "" => error type
#~ 1 in "1" => error type
#~ not "ab" in "abc" => error type
#~ not ("ab" in "abc") => error type
#~ forall(c in "abc", c = "a") => error type
#? f("a", "abc") => error type at "x in s" "contains"
#? not f("ab", "abc") => error type at "x in s"
#? g("abc") => error type at "_ in s"
#? f("a", ["abc", "a"]) => {}
#! f("a", open) => error type "contains"
#? f("a", s) and s = "abc" => error type at "x in s"
#? s in ["abc", ["a"]] and f("a", s) => error type at "x in s"
#? s in [["a"], "abc"] and f("a", s) => s=["a"] ; error type at "x in s"
#? "abc".contains("b") => {}
---
# What cannot be gone through is an error; nil has no items.
#? 1 in 1 => error type
#? x in 1.5 => error type
#? x in true => error type
#? x in alice => error type
#? x in User => error type
#? not 1 in 1 => error type
#? 1 in nil => none
#? x in nil => none
#? not (1 in nil) => {}
#? forall(x in nil, false) => {}
---
# An unbound right side waits.
f(x, y) if x in y and y = [1, 2];
#? x in y and y = [1, 2] => x=1, y=[1, 2] ; x=2, y=[1, 2]
#? 1 in y and y = [1, 2] => y=[1, 2]
#? 3 in y and y = [1, 2] => none
#? x in y and y = "ab" => error type
#? x in y and y = nil => none
#? x in y and y = 1 => error type
#? f(x, y) => x=1, y=[1, 2] ; x=2, y=[1, 2]
#? x in y => error unbound at "x in y"
#? 1 in x and 2 in x and x in [[1], [2], [1, 2]] => x=[1, 2]
#? x in y and y in [[1], [2]] => x=1, y=[1] ; x=2, y=[2]
---
# Parts that do not match are skipped before any rule sees them.
f(x) if [x, "admin"] in [[1, "user"], [2, "admin"], [3, "admin"]];
#? f(x) => x=2 ; x=3
