# := binds a variable that must be unbound.
f(x) if y := x and y = 1;
g(y) if x := [y, 1] and x = [2, _];
#? x := 1 => x=1
#? x := 1 + 2 => x=3
#? x := [y] and y = 1 => x=[1], y=1
#? x := {a: 1}.a => x=1
#? x := 1 and x = 1 => x=1
#? x := 1 and x = 2 => none
#? x := 1 and y := x => x=1, y=1
#? (x := 1 and x = 2) or x := 3 => x=3
#? f(x) => x=1
#? f(2) => none
#? g(x) => x=2
---
# Assigning to a variable that has a value is an error, even to the same value.
#? x := 1 and x := 1 => error assign
#? x = 1 and x := 1 => error assign
#? x := 1 and x := 2 => error assign
#? x in [1, 2] and x := 1 => error assign
#? answer := 42 => error assign
#? nil := 1 => error assign
#? User := 1 => error assign
#? not (x = 1 and x := 2) => error assign
---
# So is assigning to a parameter, and to a variable that is aliased to another.
f(x) if x := 1; ### "x"
g([x, y]) if x := y; ### "x"
h(x) if not x := 1; ### "x"
---
#? x = y and x := 1 => error assign
#? x = y and y := 1 => error assign
---
# open: a variable that a test waits for counts as used, so it cannot be assigned.
#? x > 1 and x := 2 => error assign
---
# A variable cannot be assigned a value that contains the variable.
#? x := [x] => none
