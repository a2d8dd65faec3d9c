# The built-in classes are strict about kinds.
f(_: Integer, "Integer"); f(_: Float, "Float"); f(_: String, "String");
f(_: Boolean, "Boolean"); f(_: List, "List"); f(_: Dictionary, "Dictionary");
#? f(1, x) => x="Integer"
#? f(1.0, x) => x="Float"
#? f("a", x) => x="String"
#? f(true, x) => x="Boolean"
#? f([], x) => x="List"
#? f([1, "a"], x) => x="List"
#? f({}, x) => x="Dictionary"
#? f({a: 1}, x) => x="Dictionary"
#? f(nil, x) => none
#? f(alice, x) => none
#? f(User, x) => none
#? 1 matches Integer => {}
#? 1 matches Float => none
#? 1.0 matches Integer => none
#? true matches Integer => none
#? "a" matches List => none
#? nil matches Dictionary => none
#? not nil matches Dictionary => {}
---
# Values as patterns unify.
#? 1 matches 1 => {}
#? 1 matches 1.0 => {}
#? 1 matches 2 => none
#? "a" matches "a" => {}
#? "a" matches "b" => none
#~ "1" matches 1 => none
#? true matches true => {}
#~ true matches 1 => none
#? x = 1 and x matches 1 => x=1
---
# Dictionary patterns: the dictionary may have more keys.
#? {a: 1, b: 2} matches {a: 1} => {}
#? {a: 1} matches {a: 1, b: 2} => none
#? {a: 1} matches {a: 2} => none
#? {a: 1} matches {a: x} => x=1
#? {a: 1, b: 1} matches {a: x, b: x} => x=1
#? {a: 1, b: 2} matches {a: x, b: x} => none
#? {x: 1} matches {x} => x=1
#? {a: {b: 1, c: 2}} matches {a: {b: 1}} => {}
#? {a: {b: 1}} matches {a: {b: x}} => x=1
#? {a: 1} matches Dictionary => {}
#? {a: 1} matches Dictionary{a: 1} => {}
#? {a: 1} matches Dictionary{a: 2} => none
#? {a: 1, b: 2} matches Dictionary{b: x} => x=2
#? {a: nil} matches {a: nil} => {}
#? {a: 1} matches {a: nil} => none
---
# The empty pattern matches everything.
#? {} matches {} => {}
#? {a: 1} matches {} => {}
#? 1 matches {} => {}
#? "a" matches {} => {}
#? alice matches {} => {}
---
# open: nil too, since {} is not a class.
#? nil matches {} => {}
---
# A dictionary pattern never matches a number, a string, a list or nil.
#~ 1 matches {a: 1} => none
#~ "abc" matches {a: 1} => none
#~ [1] matches {a: 1} => none
#? nil matches {a: 1} => none
#~ true matches {a: 1} => none
#~ not 1 matches {a: 1} => {}
---
# List patterns match element by element.
#? [1, 2] matches [1, 2] => {}
#? [1, 2] matches [1] => none
#? [1, 2] matches [x, y] => x=1, y=2
#? [1, 2] matches [x, x] => none
#? [1, {a: 1, b: 2}] matches [1, {a: 1}] => {}
#? [1, "a"] matches [Integer{}, String{}] => {}
#? [1, "a"] matches [Integer{}, Integer{}] => none
#? [1, 2, 3] matches [1, *rest] => rest=[2, 3]
#? [1] matches [1, *rest] => rest=[]
#? [] matches [1, *rest] => none
#? [] matches [] => {}
#? [[1, 2]] matches [[1, x]] => x=2
#? {a: [1, 2]} matches {a: [x, *_]} => x=1
#? 1 matches [1] => none
#? "a" matches ["a"] => none
---
# Directly after matches a bare name is a class; inside a pattern it is a variable or a constant.
#? alice matches User{name: String{}} => {}
#? alice matches User{name: Integer{}} => none
#? alice matches User{name: "alice"} => {}
#? alice matches User{name: x} => x="alice"
#? alice matches User{name} => name="alice"
#? alice matches User{name: "bob"} => none
#? x = "alice" and alice matches User{name: x} => x="alice"
#? x = "bob" and alice matches User{name: x} => none
#? alice matches User{name: "alice", age: 42} => {}
#? alice matches User{name: "alice", age: 43} => none
#? alice matches User{tags: ["x", *_]} => {}
#? alice matches User{meta: {a: 1}} => {}
#? alice matches User => {}
#? alice matches User{} => {}
#? alice matches Org => none
#? bob matches User{boss: User{name: "alice"}} => {}
#? bob matches User{boss: User{name: "bob"}} => none
#? bob matches User{boss: {name: x}} => x="alice"
#? alice matches User{boss: nil} => {}
#? alice matches User{boss: User{}} => none
#? alice matches User{boss: {name: "x"}} => none
#? alice matches {name: x} => x="alice"
#? app matches Repo{org: Org{name: "acme"}} => {}
#? app matches {org: {name: x}, name: y} => x="acme", y="app"
---
# option: notypes
# The name of a class inside a pattern is the class itself.
#? alice matches User{name: String} => none
#? [1, 2] matches [Integer, Integer] => none
#? [Integer] matches [Integer] => {}
---
# A class pattern must name attributes that the class has.
#? alice matches User{nope: 1} => error unknown-attribute
#? not alice matches User{nope: 1} => error unknown-attribute
#? acme matches User{nope: 1} or true => error check
---
# option: notypes
# A dictionary pattern does not match an instance without the attribute.
f(_: {nope: 1}, "dictionary"); f(_, "any");
#? alice matches {nope: 1} => none
#? not alice matches {nope: 1} => {}
#? f(alice, x) => x="any"
#? f({nope: 1}, x) => x="dictionary" ; x="any"
#? alice matches {name: "alice", nope: 1} => none
---
# option: notypes
# A pattern with an attribute that the class does not have is an error only for instances of the class.
#? alice matches User{nope: 1} => error unknown-attribute
#? acme matches User{nope: 1} => none
#? 1 matches User{nope: 1} => none
#? alice matches User{name: "bob", nope: 1} => error unknown-attribute
---
# Classes that are not registered.
#? 1 matches Foo => error class
#? x = 1 and 1 matches x => error class
#? nil matches nil => error class
#? 1 matches answer => error class
---
# Class values are not instances.
#? User matches User => none
#? User matches Dictionary => none
#? Integer matches Integer => none
#? not User matches User => {}
#? User matches {} => {}
#~ User matches {name: ""} => none
---
# An unbound left side waits.
f(x) if x matches Integer;
g(x: Integer) if x > 1;
h(_: User{name: "alice"});
#? x matches Integer and x = 1 => x=1
#~ x matches Integer and x = "a" => none
#? x matches Integer and x in ["a", 1, 2.0, 3] => x=1 ; x=3
#? x matches Integer => error unbound at "x matches Integer"
#? x matches {a: 1} and x = {a: 1, b: 2} => x={a: 1, b: 2}
#? x matches {a: y} and x = {a: 1} => x={a: 1}, y=1
#? x matches User{name: y} and x in [1, alice, acme, bob] => x=User(alice), y="alice" ; x=User(bob), y="bob"
#~ x matches User and x matches Org and x = alice => none
#? x matches User and x matches Org => none
#? o matches Org{name: "acme"} and r = app and o = r.org => o=Org(acme), r=Repo(app)
#? o matches Org{name: "globex"} and r = app and o = r.org => none
#? f(x) and x = 1 => x=1
#? f(x) => error unbound
#? g(x) and x = 2 => x=2
#? g(x) and x = 1 => none
#? g(x) and x = "a" => none
#? h(x) and x in [alice, bob, acme] => x=User(alice)
#? h(x) => error unbound
#? x matches Actor => none             # no block declares an actor
---
# Class tests of one variable that no value can pass fail, whatever their order and
# origin; tests that some value can pass wait.
both(x, y) if x matches User and y matches Org;
org(x: Org) if name(x);
name(_: String);
#? x matches String and x matches Integer => none
#? x matches Integer and x matches Dictionary => none
#? x matches List and x matches User => none
#? x matches User{name: "alice"} and x matches Org{name: "acme"} => none
#? x matches User and x matches User{name: "alice"} => error unbound
#~ x matches User and y matches Org and x = y => none
#? x matches User and y = x and y matches Org => none
#? both(x, x) => none
#? both(x, y) and x = y => none
#? both(x, y) and z = x and z = y => none
#? org(x) => none
#? org(x) or x = 1 => x=1
#? not org(x) => {}
#? x matches User and not org(x) and x = alice => x=User(alice)
#? x = 1 and x matches String => none
#~ x matches String and x = 1 => none
#? [x, y] = [y, x] and x matches User and y matches Org => none
#? {a: x} matches {a: User{}} and x matches Org => none
#? [x] matches [User{}] and x matches Org => none
#? x matches User and x matches User => error unbound at "x matches User"
#? x matches User and x matches User and x = alice => x=User(alice)
---
# A type may belong to several classes: those that it embeds and extends, interfaces, and its kind.
#? x matches Document and x matches Report => error unbound
#? x matches Report and x matches Document and x in [document, report] => x=Report(Document("report"), 12)
#? x matches Report and x matches Memo => none
#? x matches Annual and x matches Document and x = annual => x=Annual(Report(Document("annual"), 99), 2023)
#? x matches Shape and x matches Painted => error unbound
#? x matches Shape and x matches Painted and x in [square, cube] => x=Cube(2.0)
#? x matches Square and x matches Painted => none
#? x matches Square and x matches Shape and x = square => x=Square(2.0)
#? x matches Disc and x matches Shape and x = disc => x=Disc(2.0)
#? x matches Shape and x matches User => none
#? x matches Shape and x matches String => none
#? x matches Document and x matches Shape => none
#? x matches Status and x matches String => error unbound
#? x matches String and x matches Status and x in ["a", open] => x=Status("open")
#? x matches Status and x matches Integer => none
---
# No value belongs to these three, but one belongs to each two.
#? x matches Painted and x matches Solid and x matches Square => none
---
# Unions consist of the classes with blocks.
actor User {}
resource Org {}
resource Repo {}
#? x matches Actor and x matches Org => none
#? x matches Org and x matches Actor => none
#? x matches Actor and x matches Resource => error unbound
#? x matches Actor and x matches Resource and x = alice => x=User(alice)
#? x matches Resource and x matches Repo => error unbound
#? x matches Actor and x matches User and x = alice => x=User(alice)
#? x matches Issue and x matches Resource => none
#? x matches Actor and x matches String => none
---
# So do a class and its negation.
#? x matches User and not x matches User => none
#? not x matches User and x matches User => none
#? x matches Report and not x matches Document => none
#? not x matches Document and x matches Report => none
#? x matches Document and not x matches Report and x in [document, report] => x=Document("document")
#? x matches Status and not x matches String => none
#? x matches String and not x matches Status and x in ["a", open] => x="a"
#? x matches User and not x matches Org and x = alice => x=User(alice)
#? not x matches Org and not x matches User and x in [acme, alice, 1] => x=1
#? not x matches Org and not x matches User => error unbound at "not x matches Org"
#? x matches User and not x matches User{name: "alice"} => error unbound
#? x matches User and not x matches User{name: "alice"} and x in [alice, bob] => x=User(bob)
#? x matches Shape and not x matches Square and not x matches Disc and not x matches Cube => none
---
# A class that is not registered is an error once there is a value, and does not restrict a variable.
#? x matches Nope and x matches User and x = alice => error class
#? x matches User and x matches Nope and x = alice => error class
#? x matches User and not x matches Nope and x = alice => error class
#~ x matches User and x matches Nope => error unbound
---
# Rules of other classes are not tried for a variable that is restricted to a class.
f(_: User, 1); f(_: Org, 2) if endless(1); f(_: Repo, 3);
endless(n) if endless(n + 1);
g(x, y) if x matches User and f(x, y);
first(_: User, "user") if cut; first(_: Org, "org");
h(x, y) if x matches Org and first(x, y) and x = acme;
#? g(x, y) and x = alice => x=User(alice), y=1
#? g(x, y) and x = acme => none
#? h(x, y) => x=Org(acme), y="org"
---
# Parts of a value that are unbound wait too.
#? {a: x} matches {a: Integer{}} and x = 1 => x=1
#? {a: x} matches {a: Integer{}} and x = "a" => none
#? {a: x} matches {a: Integer{}} => error unbound
#? {a: x} matches {a: 1} => x=1
#? {a: x} matches {a: y} and y = 1 => x=1, y=1
#? [x, 1] matches [Integer{}, Integer{}] and x = 2 => x=2
#? [x] matches [1] => x=1
---
# open: against a plain value an unbound left side is bound, as by =.
#? x matches 1 => x=1
#? x matches "a" and x = "b" => none
---
# open: against a list of values and variables likewise.
#? x matches [1, y] and x = [1, 2] => x=[1, 2], y=2
---
# A list with unbound elements or an unbound end is bound by a list pattern, too, as by =.
#? [*xs] matches [1] => xs=[1]
#? [ys] matches [1] => ys=1
#? [*ys] matches [1, 2] => ys=[1, 2]
#? [*xs] matches [] => xs=[]
#? [1, *ys] matches [1, 2] => ys=[2]
#? [2, *ys] matches [1, 2] => none
#? [1, 2, 3, *ys] matches [1, 2] => none
#? x matches [1] => x=[1]
#? x matches [] => x=[]
#? x matches [1, [2, "a"]] => x=[1, [2, "a"]]
#? x matches [y] => x=[_]
#? x matches [y] and y = 1 => x=[1], y=1
#? x matches [*y] and y = [1] => x=[1], y=[1]
#? x matches [*y] and x = [1] => x=[1], y=[1]
#~ x matches [*y] and x = 1 => none
#? x matches [1, *y] and y = [2] => x=[1, 2], y=[2]
#? x matches [1, *y] => error unbound
#? [*ys] matches [*zs] and ys = [1] => ys=[1], zs=[1]
#? [1, *ys] matches [1, *zs] and zs = [2] => ys=[2], zs=[2]
#? [x] matches [[1]] => x=[1]
#? [[*x]] matches [[1]] => x=[1]
#? {a: x} matches {a: [1]} => x=[1]
#? {a: [*x]} matches {a: [1]} => x=[1]
#? x = [1, *y] and x matches [1, 2] => x=[1, 2], y=[2]
#? x matches [1] and x = [*y] => x=[1], y=[1]
#? [x, x] matches [1, 2] => none
#? x matches [1] and x matches [y] => x=[1], y=1
#? x matches [1] and x matches [2] => none
#? x matches List and x matches [1] => x=[1]
#? x matches String and x matches [1] => none
#? x matches User and x matches [*_] => none
#? x matches [x] => none
#? x matches [y, *y] and y = [1] => x=[[1], 1], y=[1]
---
# If an element must only be of a class, or have fields, the test waits until the element is known.
#? x matches [Integer{}] and x = [1] => x=[1]
#? x matches [Integer{}] and x = ["a"] => none
#? x matches [Integer{}] and x = [1, 2] => none
#? x matches [Integer{}] => error unbound at "Integer{}"
#? x matches [Integer{}, y] and x = [1, 2] => x=[1, 2], y=2
#? x matches [{a: y}] and x = [{a: 1}] => x=[{a: 1}], y=1
#? x matches [{}] => x=[_]
#? [1, *x] matches [Integer{}, 2] => x=[2]
#? ["a", *x] matches [Integer{}, 2] => none
#? [*x] matches [Integer{}, *y] and x = [1, 2] => x=[1, 2], y=[2]
#? [x, y] matches [User{}, User{name: n}] and x = y and x = alice => n="alice", x=User(alice), y=User(alice)
---
# Inside not, a variable from outside is not bound.
#? not x matches [1] and x = [2] => x=[2]
#? not [*x] matches [1] and x = [2] => x=[2]
#? not [x] matches [1] and x = 1 => none
#? y = [x] and not y matches [1] and x = 2 => x=2, y=[2]
#? not (x matches [1] and x matches [2]) => {}
#? forall(x matches [1], x = [1]) => {}
---
# In heads.
f(_: [1], "one"); f(_: [x], ["x", x]); f(_: [x, *xs], ["cons", x, xs]); f(_: [*xs], ["all", xs]); f(_: [], "empty");
g(_: [x, x]);
h(x, _: [x]);
i([x], _: [x]) if x = 1;
j(_: [Integer{}], "integer"); j(_: [String{}], "string");
#? f([1], r) => r="one" ; r=["x", 1] ; r=["cons", 1, []] ; r=["all", [1]]
#? f([*l], "one") => l=[1]
#? f(l, "empty") => l=[]
#? f(l, ["x", 2]) => l=[2]
#? f(l, ["cons", 1, [2]]) => l=[1, 2]
#? f([1, *l], ["x", y]) => l=[], y=1
#? g(l) and l = [1, y] => l=[1, 1], y=1
#? g([1, *l]) => l=[1]
#? h(1, r) => r=[1]
#? h(x, [*r]) and x = 1 => r=[1], x=1
#? i(x, y) => x=[1], y=[1]
#? j(l, r) and l = ["a"] => l=["a"], r="string"
#? j([x], r) and x = 1 => r="integer", x=1
---
# Specializers: the same patterns.
f(_: {a: x, b: [x, *_]}, x);
g(_: [Integer{}, *_]);
h(_: "a");
i(_: [1, [x]], x);
#? f({a: 1, b: [1, 2], c: 3}, x) => x=1
#? f({a: 1, b: [2]}, x) => none
#? g([1, "a"]) => {}
#? g(["a"]) => none
#? g([]) => none
#? h("a") => {}
#? h("b") => none
#? i([1, [2]], x) => x=2
---
# Without blocks the unions have no members.
f(_: Actor, "actor"); f(_: Resource, "resource"); f(_, "any");
#? f(alice, x) => x="any"
#? f(nil, x) => x="any"
#? Actor matches Actor => {}
#? Resource matches Resource => {}
#? Resource matches Actor => none
---
# With blocks they have members: an actor is a resource too.
actor User {}
resource Org {}
f(_: Actor, "actor"); f(_: Resource, "resource"); f(_: User, "user"); f(_: {name: "alice"}, "dict"); f(_, "any");
#? f(alice, x) => x="user" ; x="dict" ; x="actor" ; x="resource" ; x="any"
#? f(acme, x) => x="resource" ; x="any"
#? f(app, x) => x="any"
#? f(1, x) => x="any"
#? f(nil, x) => x="any"
#? alice matches Actor => {}
#? acme matches Actor => none
#? acme matches Resource => {}
#? User matches Actor => none
#? x matches Actor and x in [acme, alice] => x=User(alice)
