# A class name is a value: the class itself, never an instance.
#? x = User => x=class User
#? User = User => {}
#? User == User => {}
#? User = Org => none
#? User != Org => {}
#~ alice = User => none
#~ alice != User => {}
#? User = nil => none
#~ Integer = 0 => none
#~ String = "" => none
#~ List = [] => none
#~ Boolean = false => none
#? x = Integer => x=class Integer
#? x in [User, Org] => x=class User ; x=class Org
#? User in [Org, User] => {}
#? [User] = [User] => {}
#? {c: User} = {c: x} => x=class User
#? Shape = Shape => {}
#~ Status = "" => none
---
# It has no attributes and no methods, cannot be ordered, has no arithmetic, and is not a condition.
#? x = User.name => error unknown-attribute
#? x = Org.id => error unknown-attribute
#? x = User.hello() => error unknown-method
#? x = User.new() => error unknown-method
#? x in User => error type
#? User < Org => error unordered
#? User + 1 = 2 => error unsupported
#? User => error type
#? not User.name = "x" => error unknown-attribute
---
# A class name as a value in a head matches the class; a specializer matches instances.
allow(_: User, "list", Repo);
allow(_: User, "read", _: Repo);
allow(_: User, "count", c) if c in [Repo, Issue];
allow(_, "any", _);
#? allow(alice, "list", Repo) => {}
#? allow(alice, "list", app) => none
#? allow(alice, "list", Org) => none
#? allow(alice, "read", app) => {}
#? allow(alice, "read", Repo) => none
#? allow(alice, "read", User) => none
#? allow(User, "list", Repo) => none
#? allow(alice, "count", Issue) => {}
#? allow(alice, "count", bug) => none
#? allow(alice, "any", Repo) => {}
#? allow(alice, "list", x) => x=class Repo
#? allow(alice, action, Repo) => action="list" ; action="count" ; action="any"
#! allow(alice, "list", Repo) => {}
#! allow(alice, "list", User) => none
#! allow(user_value, "list", Repo) => {}
---
# A class does not act as an instance with zero fields.
f(u: User) if u.name = "";
g(u) if u.name = "";
h(u: User, o) if o = u.boss;
#? f(User) => none
#? g(User) => error unknown-attribute
#? h(alice, User) => none
#! f(User) => none
#! g(User) => error unknown-attribute
---
# Classes passed from Go, and values that only Go has.
id(x, x);
kind(_: Integer, "Integer"); kind(_: Float, "Float"); kind(_: String, "String"); kind(_: Boolean, "Boolean");
kind(_: List, "List"); kind(_: Dictionary, "Dictionary"); kind(_: User, "User"); kind(nil, "nil"); kind(User, "class User");
#! kind(User, ?x) => x="class User"
#! kind(Org, ?x) => none
#! kind(user_value, ?x) => x="User"
#! kind(user_ptr_ptr, ?x) => x="User"
#! kind(alice, ?x) => x="User"
#! kind(no_user, ?x) => x="nil"
#! kind(no_any, ?x) => x="nil"
#! kind(nothing, ?x) => x="nil"
#! kind(null, ?x) => x="nil"
#! kind(valid, ?x) => x="String"
#! kind(no_slice, ?x) => x="List"
#! kind(no_map, ?x) => x="Dictionary"
#! kind(strings, ?x) => x="List"
#! kind(array, ?x) => x="List"
#! kind(bytes, ?x) => x="List"
#! kind(attrs, ?x) => x="Dictionary"
#! kind(status_map, ?x) => x="Dictionary"
#! kind(seq, ?x) => x="List"
#! kind(raw, ?x) => none
#! kind(small, ?x) => x="Integer"
#! kind(float32, ?x) => x="Float"
#! kind(fits, ?x) => x="Integer"
#! kind(1, ?x) => x="Integer"
#! kind(1.5, ?x) => x="Float"
#! kind("a", ?x) => x="String"
#! kind(true, ?x) => x="Boolean"
#! kind(open, ?x) => x="String"
#! kind(event, ?x) => none
#! kind(big, ?x) => error type
#! id(user_value, ?x) => x=User(value)
#! id(strings, ?x) => x=["a", "b"]
#! id(seq, ?x) => x=[1, 2, 3]
#! id(?x, ?y) => x=_, y=_
#! id(?x, 1) => x=1
#! id(?x, ?x) => x=_
#! id(open, "open") => {}
#! id(unregistered, unregistered) => {}
#! nope(1) => error undefined-rule
---
# A value of an unsupported Go type can be passed on, and is equal to nothing.
first(x, _, x);
test(x) if x = 1;
#! first(chan, 1, ?x) => x=chan int
#! test(chan) => none
#! test(func) => none
#! test(complex) => none
#! test(int_map) => none
#! test(Unregistered) => error class
---
# An unregistered type has attributes and methods, but no class.
f(x) if x.addr = "secret";
g(x, x.a);
#! f(unregistered) => {}
#! g(struct, ?x) => x=1
---
# option: limits steps=5000
f(x) if 0 in x;
#! f(endless) => error budget
---
# The names of the built-in unions are variables in term position.
f(Actor, Resource) if Actor = Resource;
#? f(1, 1) => {}
#? f(1, 2) => none
#? Actor = x => Actor=_, x=_
---
# The name of an unregistered class is a variable as a term, and unknown as a class.
#? Nope = 1 => Nope=1
---
f(x) if x matches Nope; ### "Nope"
---
# A class cannot be assigned to.
f(x) if User := x;  ### "User"
