# print always succeeds and prints its arguments: strings in quotes, floats without needless digits.
f(x) if print(x) and x > 1;
#? print("hello") => {}
#> "hello"
#? print(1, 2.5, true, nil) => {}
#> 1, 2.5, true, nil
#? print([1, "a"], {b: 1, a: [2]}) => {}
#> [1, "a"], {a: [2], b: 1}
#? print() => {}
#>
#? print(1,) => {}
#> 1
#? x = 1 and print(x) => x=1
#> 1
#? x in [1, 2] and print("x", x) => x=1 ; x=2
#> "x", 1
#> "x", 2
#? f(2) => {}
#> 2
#? f(1) => none
#> 1
#? not print("in not") => none
#> "in not"
#? print(1 + 1) => {}
#> 2
#? print(open) => {}
#> "open"
---
# Instances are shown as the name of their class, without their fields.
#? print(alice) => {}
#> User
#? print([acme], {u: bob}) => {}
#> [Org], {u: User}
#? print(alice.name) => {}
#> "alice"
#? print(User) => {}
#> User
---
# open: an unbound variable is shown as _.
#? print(x) => {}
#> _
---
# debug is accepted, and does nothing.
f(1) if debug() and debug("a", 1);
#? f(1) => {}
