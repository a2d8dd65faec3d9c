# Rule types constrain the rules of their name; several are alternatives.
type f(x: Integer);
type f(x: String, y);
f(_: Integer);
f(1);
f(_: String, _);
f("a", "b");
#? f(1) => {} ; {}
#? f("a", "b") => {} ; {}
---
type f(x: Integer);
f("a"); ### "f"
f(_: String); ### "f"
f(_); ### "f"
f(1, 2); ### "f"
f(1);
---
# Rules of a name without types may have any parameters, and a type alone does not require a rule.
type g(x: Integer);
f(_);
f(_, _);
---
# Literals in types.
type f("a");
type f("b", x);
f("a");
f("b", 1);
f("c"); ### "f"
f(_: String); ### "f"
f("b"); ### "f"
---
# Lists and dictionaries in types: the rule must contain everything that the type contains.
type f([1, 2]);
type g({a: 1});
f([1, 2]); f([2, 1, 3]);
f([1]); ### "f"
g({a: 1}); g({a: 1, b: 2});
g({b: 2}); ### "g"
---
# A value as a specializer is like the value.
type f(_x: "a");
f("a"); f(_: "a");
f("b"); ### "f"
f(_: "b"); ### "f"
---
# A pattern with fields: the rule must have them too.
type f(_x: User{name: "a"});
f(_: User{name: "a"}); f(_: User{name: "a", age: 1});
f(_: User); ### "f"
f(_: User{name: "b"}); ### "f"
f(_: Org{name: "a"}); ### "f"
---
type f(_x: {a: 1});
f(_: {a: 1}); f(_: {a: 1, b: 2}); f({a: 1});
f(_: {b: 1}); ### "f"
f({b: 1}); ### "f"
f(1); ### "f"
---
type f(_x: Dictionary);
f(_: Dictionary); f({}); f({a: 1}); f(_: {a: 1});
f([]); ### "f"
---
# Literals have the built-in classes.
type i(_: Integer); type f(_: Float); type s(_: String); type b(_: Boolean); type l(_: List); type d(_: Dictionary);
i(1); f(1.0); s("a"); b(true); l([1]); d({a: 1});
i(1.0); ### "i"
f(1); ### "f"
s(1); ### "s"
b(1); ### "b"
l({}); ### "l"
d([]); ### "d"
---
# Supertypes: a rule for a subtype conforms.
type f(_d: Document);
f(_: Document); f(_: Report); f(_: Annual); f(_: Report{pages: 1});
f(_: Memo); ### "f"
f(_: User); ### "f"
---
type f(_s: Shape);
f(_: Shape); f(_: Square); f(_: Cube); f(_: Disc); f(_: Solid);
f(_: User); ### "f"
---
# Unions: a rule for a member conforms, and so does one for the union.
actor User {}
resource Org {}
type f(_a: Actor);
type g(_r: Resource);
f(_: Actor); f(_: User); f(_: User{name: "a"});
f(_: Org); ### "f"
f(_: Resource); ### "f"
g(_: Resource); g(_: Org); g(_: User);
g(_: Actor); ### "g"
g(_: Repo); ### "g"
---
# The built-in types can be extended, not removed.
type allow(_, _);
allow(_, _);
allow(_, _, _);
allow(_); ### "allow"
---
allow(_, _); ### "allow"
---
allow_field(_, _, _); ### "allow_field"
---
allow_request(_); ### "allow_request"
---
has_permission(_, _, _); ### "has_permission"
---
has_permission(_: User, "x", _: Repo); ### "has_permission"
---
actor User {}
resource Repo { permissions = ["x"]; }
has_permission(_: User, "x", _: Repo);
has_permission(_: Actor, "x", _: Resource);
has_permission(_: Actor, _: String, _: Resource);
has_permission(_: User, p, _: Repo) if p = "x"; ### "has_permission"
has_permission(_: User, 1, _: Repo); ### "has_permission"
has_permission(_: Org, "x", _: Repo); ### "has_permission"
---
# Roles constrain has_role only where a block declares some.
has_role(_, _);
---
actor User {}
resource Repo { roles = ["r"]; }
has_role(_, _); ### "has_role"
has_role(_: User, "r", _: Repo);
---
actor User {}
resource Org {}
resource Repo { relations = { parent: Org }; }
has_relation(_: Org, "parent", _: Repo);
has_relation(_: Org, "other", _: Repo); ### "other"
has_relation(_: User, "parent", _: Repo); ### "has_relation"
---
# Without declared relations, has_relation may have any parameters.
has_relation(_);
---
# Types have no singletons, no bodies, no lookups and no arithmetic.
type f(x, y, z);
f(1, 2, 3);
---
type f(x.a); ### "f|type"
---
type f(x + 1); ### "f|type"
---
# open: no rest variables either.
type f([1, *xs]); ### "f|type|rest"
f([1, 2]);
---
# A type for a class that does not exist.
type f(_: Nope); ### "Nope"
f(_: User);
---
# Types may be in any place, and the error says which rule does not match and why.
f(_: String, _: User);
f(_: Org, _: User); ### "Org.*String|String.*Org"
type f(_: String, _: User);
