# Dictionaries: a key that is not there has no solution.
#? x = {a: 1}.a => x=1
#? x = {a: 1}.b => none
#? x = {a: 1}.("a") => x=1
#? x = {a: 1}.("b") => none
#? not {a: true}.b => {}
#? not {a: true}.a => none
#? {a: {b: {c: 1}}}.a.b.c = 1 => {}
#? x = {a: [1, {b: 2}]} and y in x.a and y matches {b: z} => x={a: [1, {b: 2}]}, y={b: 2}, z=2
#? {a: true}.a => {}
#? {a: 1}.a = {b: 1}.b => {}
#? {a: 1}.b = {b: 1}.a => none
#? x = {a: nil}.a => x=nil
#? d = {a: 1} and d.a + 1 = 2 => d={a: 1}
---
# The key may be a variable: an unbound one goes through the keys, in order.
#? k = "a" and x = {a: 1}.(k) => k="a", x=1
#? k = "b" and x = {a: 1}.(k) => none
#? x = {b: 2, a: 1}.(k) => k="a", x=1 ; k="b", x=2
#? {a: 1, b: 2, c: 1}.(k) = 1 => k="a" ; k="c"
#? k = 1 and x = {a: 1}.(k) => error type
#? k = nil and x = {a: 1}.(k) => none
#? .({a: 1}, "a", x) => x=1
#? .({a: 1}, "b", x) => none
---
# Instances: by attribute name, or by a key that is a string.
#? x = alice.name => x="alice"
#? x = alice.("name") => x="alice"
#? k = "name" and x = alice.(k) => k="name", x="alice"
#? x = alice.(k) => error unbound
#? x = alice.(k) and k = "name" => k="name", x="alice"
#? k = 1 and x = alice.(k) => error type
#? x = bob.boss.name => x="alice"
#? x = {user: alice}.user.name => x="alice"
---
# Other values have no attributes.
#? x = 1.0.foo => error unknown-attribute
#? x = (1).foo => error unknown-attribute
#? x = true.foo => error unknown-attribute
#? x = "s".foo => error unknown-attribute
#? x = [1].foo => error unknown-attribute
#? not "s".foo => error unknown-attribute
#? x = "s".foo() => error unknown-method
#? x = (1).foo() => error unknown-method
#? x = [1].foo() => error unknown-method
#? x = {a: 1}.a() => error unknown-method
#? not {a: 1}.foo() => error unknown-method
---
# nil has no attributes and no methods, and asking is no error.
#? x = nil.foo => none
#? x = nil.foo() => none
#? nil.foo => none
#? not nil.foo => {}
#? not nil.foo() => {}
#? x = nil.("a") => none
#? x = alice.boss.name => none
#? x = alice.boss.boss.boss => none
#? alice.boss.name != "x" => none
#? not alice.boss.name = "x" => {}
---
# A lookup on an unbound variable waits.
f(x) if x.a = 1;
#? x.a = 1 and x = {a: 1} => x={a: 1}
#? x.a = 1 and x = {a: 2} => none
#? x.a = 1 and x = {b: 1} => none
#? x = {a: 1} and x.a = 1 => x={a: 1}
#? y = x.a and x = {a: 1} => x={a: 1}, y=1
#? x.name = "alice" and x = alice => x=User(alice)
#? x.name = "alice" and x in [bob, alice] => x=User(alice)
#? x.boss.name = "alice" and x in [alice, bob, carol] => x=User(bob)
#? x.a.b = 1 and x = {a: y} and y = {b: 1} => x={a: {b: 1}}, y={b: 1}
#? x.name.length() = 3 and x in [alice, bob] => x=User(bob)
#? x.(k) = 1 and x = {a: 1, b: 1} => k="a", x={a: 1, b: 1} ; k="b", x={a: 1, b: 1}
#? x.a = 1 and x = nil => none
#? x.a = 1 and x = 1 => error unknown-attribute
#? x.nope = 1 and x = alice => error unknown-attribute
#? f(x) and x = {a: 1} => x={a: 1}
#? x.a = 1 => error unbound at "x.a"
#? not x.a and x = {b: 1} => x={b: 1}
#? x.boss.boss = nil and x in users and x != alice => x=User(bob)
#? f(x) => error unbound at "x.a"
#? f({a: 1}) => {}
---
# open: so does a method call.
#? y = x.lower() and x = "A" => x="A", y="a"
#? y = x.lower() => error unbound
---
# A waiting lookup and the test of its result both hold.
f(x) if y = x.a and y > 1 and x in [{a: 1}, {a: 2}, {b: 3}, {a: 4}];
#? f(x) => x={a: 2} ; x={a: 4}
---
# Lookups in a head are done after the body.
owner(x.owner, x);
#? owner(alice, app) => {}
#? owner(bob, app) => none
#? owner(x, app) => x=User(alice)
---
unrelated(_x) if y.a = 1 and y.b = 2;
#? unrelated(1) => error unbound
---
# The order in which a lookup and its use are written does not matter.
#? 1 = {a: 1}.a => {}
#? {a: 1}.a == 1 => {}
#? 2 > {a: 1}.a => {}
#? [{a: 1}.a, x] = [1, 2] => x=2
#? {a: 1}.a in [1, 2] => {}
#? x in {a: [1, 2]}.a => x=1 ; x=2
---
# A key that is a value of the query is not shown by the error: it may be anybody's secret.
#? k = alice.mail and x = alice.(k) => error unknown-attribute at "alice.(k)" "User has no attribute with that name"
#? k = alice.mail and x = "a".(k) => error unknown-attribute "String has no attribute with that name"
