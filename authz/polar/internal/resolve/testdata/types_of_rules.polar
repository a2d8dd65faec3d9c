# Rule types.

allow(_, _); ### "invalid-rule: the rule allow._, _. must match one of: allow.actor, _action, resource.: it has 3 parameters .decisions query allow.actor, action, resource.."
allow(_);    ### "invalid-rule"
allow_field(_, _, _, _);
allow_field(_, _, _); ### "invalid-rule"
allow_request(_, _);
allow_request(_); ### "invalid-rule"
---
type allow(x, y);
allow(_, _);
allow(_, _, _);
allow(_); ### "invalid-rule: .*it has 2 parameters.*it has 3 parameters"
---
has_permission(_, _, _); ### "invalid-rule: .*parameter 1 must have the specializer Actor"
---
has_permission(_: User, "x", _: Repo); ### "invalid-rule: .*parameter 1 must be a member of Actor, which User is not .declare actor User"
---
actor User {}
resource Repo { permissions = ["x"]; }
has_permission(_: User, "x", _: Repo);
has_permission(_: Staff, "x", _: Repo{name: "a"});
has_permission(_: Actor, _: String, _: Resource);
has_permission(_: User, x, _: Repo) if x = "x"; ### "invalid-rule: .*parameter 2 must have the specializer String"
has_permission(_: User, 1, _: Repo); ### "invalid-rule: .*parameter 2 must be String"
has_permission(_: User, _: Integer, _: Repo); ### "invalid-rule: .*parameter 2 must be of class String, which Integer is not"
has_permission(_: Guest, _: String, _: Repo); ### "invalid-rule: .*declare actor Guest"
has_permission(_: User, _: String, _: Org); ### "invalid-rule: .*parameter 3 must be a member of Resource, which Org is not .declare resource Org"
has_permission(_: Resource, _: String, _: Resource); ### "invalid-rule: .*parameter 1 must be a member of Actor, which Resource is not"
has_permission(_: User, _: String, "a"); ### "invalid-rule: .*parameter 3 must be Resource"
---
# Without declared roles has_role is free.
has_role(_, _);
---
actor User {}
resource Repo { roles = ["a"]; } ### "missing-rule"
has_role(_, _); ### "invalid-rule: .*it has 3 parameters"
---
type f("a");
f("a");
f("b");      ### "invalid-rule: .*parameter 1 must match the literal of the type"
f(_);        ### "must be a literal"
f(_: String); ### "must be a literal"
f(_: "a");   ### "must be a literal"
---
type f(_x: "a");
f("a");
f(_: "a");
f(_: "b"); ### "invalid-rule"
f(_);      ### "invalid-rule"
---
type f([1, 2]);
f([2, 1, 3]);
f([1]);      ### "invalid-rule"
f([x, 1, 2]) if x = 1;
f(1);        ### "invalid-rule"
---
type f({a: 1});
f({a: 1, b: 2});
f({b: 2});   ### "invalid-rule"
f({a: 2});   ### "invalid-rule"
f({a: 1, b: x}) if x = 1;
---
type f(x: Integer);
f(1);
f(_: Integer);
f(1.5);       ### "must be Integer"
f("a");       ### "must be Integer"
f(_);         ### "must have the specializer Integer"
f(_: Float);  ### "must be of class Integer, which Float is not"
f(_: Actor);  ### "must be of class Integer, not any Actor"
f(nil);       ### "must be Integer"
f(limit);
f(Integer);   ### "must be Integer"
---
type f(x: User);
f(_: User);
f(_: Staff);
f(_: User{id: 1});
f(_: Guest);  ### "must be of class User, which Guest is not"
f(_: {id: 1}); ### "must be of class User"
f(root);
f(_: Document); ### "must be of class User, which Document is not"
---
type f(x: User{id: 1});
f(_: User{id: 1, name: "a"});
f(_: Staff{id: 1});
f(_: User);          ### "must match User.id: 1"
f(_: User{id: 2});   ### "must match User.id: 1"
---
type f(x: Document);
f(_: Document);
f(_: Page);
f(_: User);  ### "must be of class Document"
---
type f(x: Actor);
actor User {}
f(_: Actor);
f(_: User);
f(_: Staff);
f(_: Resource); ### "must be a member of Actor"
f(_: Guest);    ### "must be a member of Actor, which Guest is not"
---
# A union whose members all are of a class is of the class.
type f(x: User);
actor User {}
actor Staff {}
f(_: Actor);
---
type f(x: {id: 1});
f({id: 1, name: "a"});
f(_: {id: 1, name: "a"});
f(_: User{id: 1});
f(_: {name: "a"});  ### "must match .id: 1."
f(_: User);         ### "must match .id: 1."
f("a");             ### "must match .id: 1."
f(_);               ### "must have the specializer .id: 1."
---
type f(x: Dictionary);
f({id: 1});
f(_: {id: 1});
f(_: Dictionary{id: 1});
f(_: List);  ### "must be of class Dictionary"
---
type f(x: Dictionary{id: 1});
f({id: 1, name: 2});
f(_: {id: 1});
f({name: 1}); ### "must match Dictionary.id: 1."
---
type f(x: List);
f([1, 2]);
f([_x, *_]);
f(_: List);
f(_: [1]);
f({a: 1}); ### "must be of class List"
---
type f(x: Integer, y);
type f(x: String);
f(1, _);
f("a");
f(1);    ### "invalid-rule: .*it has 2 parameters; f.x: String.: parameter 1 must be String"
f("a", 1); ### "parameter 1 must be Integer"
---
type f(x.a); ### "invalid-rule-type: a rule type cannot contain lookups"
type f(1 + 2); ### "invalid-rule-type"
type f({a: [1, *_x]}); ### "invalid-rule-type: a rule type cannot contain the rest of a list"
type f(_: {a: [{b: [*_x]}]}); ### "invalid-rule-type"
type f([1, *_x]); ### "invalid-rule-type: a rule type cannot contain the rest of a list"
type f(x: [1, *_y]); ### "invalid-rule-type"
type g(x, y: Nope); ### "unknown-class: the class Nope"
type h(x, y, _z); 
h(1, 2, 3);
---
# option:notypes
type f(x: Nope); ### "^warning: unknown-class"
f(_: Nope); ### "^warning: unknown-class"
f(_: Other); ### "^warning: unknown-class" ### "^invalid-rule: .*must be of class Nope, which Other is not"
---
# A type alone needs no rule.
type missing(x: Integer);
---
type f(x: [1, 2]);
f(_: [1, 2]);
f(_: [1]); ### "must match .1, 2."
f(_: User); ### "must match .1, 2."
f([2, 3, 1]);
f([1]); ### "must match .1, 2."
f(1); ### "must match .1, 2."
---
type f(x: {id: 1});
f(_: [1]); ### "must match .id: 1."
---
type f(x: Integer);
f(_: [1]); ### "must be of class Integer"
f([x]) if x = 1; ### "must be Integer"
