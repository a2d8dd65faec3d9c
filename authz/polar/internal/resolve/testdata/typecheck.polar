# The check against Go types. Attributes and methods, wherever they stand.

f(u: User) if u.nam = 1; ### "^unknown-attribute: User has no attribute nam .did you mean .name.."
f(u: User) if not u.nam; ### "unknown-attribute"
f(u: User) if forall(u.nam = 1, u.agge > 3); ### "attribute nam " ### "attribute agge"
f(u: User) if forall(x in u.tags, x.nope); ### "String has no attribute nope"
f(u: User) if u.age = 1 or u.agee = 2 or u.nope.nope; ### "attribute agee" ### "attribute nope"
f(u: User) if g([{a: u.nam}], 1); ### "attribute nam"
f(u: User) if x := u.nam and x; ### "attribute nam"
f(u: User) if print(u.nam); ### "attribute nam"
f(u: User) if u.boss.boss.boss.nam; ### "attribute nam"
f(u: User) if u.("nam"); ### "attribute nam"
f(u: User) if .(u, "nam", 1); ### "attribute nam"
f(u: User, u.nam); ### "attribute nam"
f(u: User{nam: 1}) if u; ### "User has no attribute nam" ### "not-a-condition: User is neither"
f(_: User{org: Org{nam: 1}}); ### "Org has no attribute nam"
f(_: {boss: User{nam: 1}}); ### "User has no attribute nam"
f(x) if x matches User{nam: 1}; ### "User has no attribute nam"
f(x) if x matches [User{nam: 1}, *_]; ### "User has no attribute nam"
f(_: String{a: 1}); ### "String has no attribute a"
f(_: Integer{a: 1}); ### "Integer has no attribute a"
f(_: Dictionary{a: 1});
g(_, _);
?= root.nam; ### "User has no attribute nam"
---
# An exact Go name and a snake_case name are one attribute; a method is none.
f(u: User) if u.Name = u.name and u.created_at = u.CreatedAt;
f(u: User) if u.has_tag; ### "unknown-attribute: User has no attribute has_tag .it is a method: write has_tag"
f(u: User) if u.name(); ### "unknown-method: User has no method name .it is an attribute"
f(u: User) if u.has_tags("a"); ### "unknown-method: User has no method has_tags .did you mean .has_tag.."
f(u: User) if u.name.length = 1; ### "String has no attribute length .it is a method"
f(u: User) if u.tags.length = 1; ### "List has no attribute length .it is a method"
f(u: User) if u.tags.first(); ### "unknown-method: List has no method first"
f(u: User) if u.meta.size(); ### "unknown-method: Dictionary has no method size"
f(u: User) if u.age.abs(); ### "unknown-method: Integer has no method abs"
f(u: User) if u.password = "a"; ### "unexported-field: the field password of User is not exported"
f(_: User{password: "a"}); ### "unexported-field"
f(_: User) if User.name = "a"; ### "unknown-attribute: a class itself has no attribute name"
f(_: User) if User.has_tag("a"); ### "unknown-method: a class itself has no method has_tag"
---
# Supertypes: what no class has is an error, what some have is a warning.
f(d: Document) if d.title = "a" and d.document_kind() = "b";
f(d: Document) if d.body = "a"; ### "^warning: partial-attribute: Sheet has no attribute body, so a value of that type is an error here"
f(d: Document) if d.cell(1, 2) = 3; ### "^warning: partial-attribute: Page has no method cell"
f(d: Document) if d.nope = 1; ### "^unknown-attribute: Document has no attribute nope"
f(d: Document) if d.nope(); ### "^unknown-method: Document has no method nope"
f(_: Document{body: "a"}); ### "^warning: partial-attribute"
f(d: Document) if d matches Page and d.body = "a" and d.cells; ### "Page has no attribute cells"
f(d: Document) if (d matches Page or d matches Sheet) and d.title;  ### "not-a-condition: String"
f(d: Document) if (d matches Page and d.body = "x" or d.title = "a") and d.body = "x"; ### "^warning: partial-attribute"
f(d: Document) if not (d matches Page) and d.body = "a"; ### "^warning: partial-attribute"
f(s: Staff) if s.level = 1 and s.name = "a" and s.nope = 1; ### "Staff has no attribute nope"
f(u: User) if u.level = 1; ### "^warning: partial-attribute: User has no attribute level"
---
actor User {}
actor Guest {}
f(a: Actor) if a.name = "x";
f(a: Actor) if a.age = 3; ### "^warning: partial-attribute: Guest has no attribute age"
f(a: Actor) if a.nope = 3; ### "^unknown-attribute: Actor has no attribute nope"
f(a: Actor) if a matches User and a.age = 3;
f(a: Actor) if a matches Repo; ### "^warning: never-matches: this is of type Actor, which never matches Repo"
f(a: Actor, b: Resource) if a.name = b.name;
---
# Narrowing ends where it was learned.
f(x) if (x matches User and x.nope or x.anything) and x.anything_else; ### "User has no attribute nope"
f(x) if not (x matches User and x.nope) and x.anything; ### "User has no attribute nope"
f(x) if x matches Repo and x = y.repo and y matches Issue and y.nope; ### "Issue has no attribute nope"
f(x) if (x matches User or x matches Guest) and x.name.nope and x.age; ### "String has no attribute nope" ### "^warning: partial-attribute: Guest has no attribute age" ### "not-a-condition"
f(u: User) if x = u and y = x and y.nope; ### "User has no attribute nope"
f(u: User) if [x, y] = [u, u.org] and x.nope and y.nope; ### "User has no attribute nope" ### "Org has no attribute nope"
f(u: User) if {a: x} = {a: u} and x.nope; ### "User has no attribute nope"
f(u: User) if t in u.teams and t.org.nope; ### "Org has no attribute nope"
f(u: User) if friend in u.friends() and friend.nope; ### "User has no attribute nope"
f(u: User) if u.manager().nope; ### "User has no attribute nope"
f(u: User) if x in [u, u.boss] and x.nope; ### "User or Staff has no attribute nope"
f(r: Repo) if r.latest().nope; ### "Version has no attribute nope"
f() if new Org("a").nope; ### "Org has no attribute nope"
f(u: User) if p in u.name.split("/") and p.nope; ### "String has no attribute nope"
f(u: User) if k in u.meta.keys() and k.nope; ### "String has no attribute nope"
---
# Numbers of arguments, and their kinds.
f(u: User) if u.has_tag(); ### "argument-count: has_tag takes 1 argument, not 0"
f(u: User) if u.has_tag("a", "b"); ### "argument-count: has_tag takes 1 argument, not 2"
f(u: User) if u.sum() > 1; ### "argument-count: sum takes at least 1 argument, not 0"
f(u: User) if u.sum(1) > 1 and u.sum(1, 2, 3) > 1;
f(u: User) if u.sum(1, "a") > 1; ### "argument-kind: argument 2 of sum must be Integer, not String"
f(u: User) if u.has_tag(1); ### "argument-kind: argument 1 of has_tag must be String, not Integer"
f(u: User) if u.knows(u) and u.knows(u.boss) and u.knows(nil);
f(u: User) if u.knows(u.org.name); ### "argument-kind: argument 1 of knows must be User, not String"
f(u: User) if u.knows(new Org("a")); ### "argument-kind"
f(u: User) if u.name.replace("a") = "b"; ### "argument-count: String.replace takes 2 arguments, not 1"
f(u: User) if u.name.startswith(1); ### "argument-kind: argument 1 of startswith must be String, not Integer"
f(u: User) if u.tags.contains(1, 2); ### "argument-count: List.contains takes 1 argument, not 2"
f(u: User) if u.nothing(); ### "argument-count: method Nothing of User returns nothing"
f() if new Org() = 1; ### "argument-count: new Org: " ### "never-equal: Org and Integer"
f() if new User("a", "b").admin; ### "argument-kind: argument 2 of new User must be Integer, not String"
f() if new Org(name: "a") = 1; ### "keyword-arguments: constructors" ### "never-equal"
---
# Kinds that can never be equal.
f(u: User) if u.name = 1; ### "^never-equal: String and Integer can never be equal .write .1..$"
f(u: User) if 1 = u.name; ### "never-equal: Integer and String"
f(u: User) if u.name == 1; ### "never-equal"
f(u: User) if u.name != 1; ### "never-equal"
f(u: User) if not u.name = 1; ### "never-equal"
f(u: User) if u.admin = 1; ### "never-equal: Boolean and Integer"
f(u: User) if u.age = 1.0 and u.score = 1;
f(u: User) if u.tags = "a"; ### "never-equal: List and String"
f(u: User) if u.meta = []; ### "never-equal: Dictionary and List"
f(u: User) if u.name in ["a", 1];
f(u: User) if u.name in [1, 2]; ### "never-equal: String and Integer"
f(u: User) if 1 in u.tags; ### "never-equal: Integer and String"
f(u: User) if u in u.teams; ### "never-equal: User and Team"
f(u: User) if u = u.org; ### "never-equal: User and Org"
f(u: User) if u.boss = u.org; ### "^warning: only-nil-equal: User and Org are equal only when both are nil"
f(u: User) if u.joined = "2024-01-01"; ### "never-equal: time.Time and String"
f(u: User, r: Repo) if u = r; ### "never-equal: User and Repo"
f(u: User) if u = User; ### "never-equal: User and a class can never be equal .a class is not one of its instances"
f(x: Integer) if x = "a"; ### "never-equal: Integer and String"
f(x) if x = 1 and x = "a"; ### "never-equal"
f(x) if x matches User and x = 1; ### "never-equal: User and Integer"
f(_: User{name: 1}); ### "never-equal: String and Integer"
f(_: User{name: String}); ### "never-equal: String and a class"
f(_: User{name: String{}});
f(_: User{org: Org{name: 1}}); ### "never-equal"
f(x) if x matches User{age: "a"}; ### "never-equal"
f(u: User) if [u.name, 1] = [2, 1]; ### "never-equal"
f(u: User) if {a: u.name} = {a: 2}; ### "never-equal"
f(u: User) if u.status = 1; ### "never-equal: Status and Integer"
f(u: User) if .(u, "name", 1); ### "never-equal: Integer and String"
---
# Order, arithmetic, conditions, iteration.
f(u: User) if u.name > 1; ### "^no-order: String and Integer cannot be ordered"
f(u: User) if u.org < u.boss.org; ### "no-order: Org and Org"
f(u: User) if u.tags <= u.tags; ### "no-order: List and List"
f(u: User) if u.joined > "2024"; ### "no-order: time.Time and String"
f(u: User) if u.joined > u.created_at and u.admin < true and u.name < "x" and u.age < 1.5;
f(r: Repo) if r.latest() > r.latest();
f(u: User) if u.age > limit and "a" > limit; ### "no-order"
f(u: User) if u.name + "a" = "b"; ### "^not-a-number: . needs numbers, not String .strings cannot be joined"
f(u: User) if u.tags - 1 = 2; ### "not-a-number: - needs numbers, not List"
f(u: User) if 1 * u.org = 2; ### "not-a-number: . needs numbers, not Org"
f(u: User) if x = u.age / 2 and x = "a"; ### "never-equal: Float and String"
f(u: User) if x = u.age + 1.5 and x.nope; ### "Float has no attribute nope"
f(u: User) if x = u.age mod 2 and x.nope; ### "Integer has no attribute nope"
f(u: User) if u.name; ### "^not-a-condition: String is neither true nor false"
f(u: User) if not u.org; ### "not-a-condition: Org"
f(u: User) if u.sum(1); ### "not-a-condition: Integer"
f(u: User) if u.email; ### "not-a-condition: String"
f() if 1; ### "not-a-condition: Integer"
f() if [true]; ### "not-a-condition: List"
f() if true and not false and not nil;
f(u: User) if u.admin and u.has_tag("a");
f(u: User) if 1 in u.age; ### "^not-iterable: in needs a List or a Dictionary, not a value of type Integer"
f(u: User) if x in u.org and x; ### "not-iterable: .*Org"
f(u: User) if x in u.admin and x; ### "not-iterable: .*Boolean"
f(u: User) if c in u.name and c = "a" and [k, v] in u.meta and k = v; ### "not-iterable: .* not a value of type String .to search for part of a string, write u.name.contains.c.."
---
# nil.
f(u: User) if u.boss = nil or u.email != nil or u.org == nil;
f(u: User) if u.age = nil; ### "^warning: never-nil: this is of type Integer, which is never nil"
f(u: User) if nil != u.name; ### "never-nil: .*String"
f(u: User) if u = nil; ### "never-nil: .*User"
f(_: User{age: nil}); ### "never-nil"
f(_: User{boss: nil});
f(x) if x = nil;
f(r: Repo) if r.owner = nil; ### "never-nil"
f(u: User) if u.meta = nil or u.extra = nil;  ### "never-nil: .*Dictionary"
---
# Patterns that never match.
f(u: User) if u matches Repo; ### "^warning: never-matches: this is of type User, which never matches Repo"
f(u: User) if u.name matches Integer; ### "^warning: never-matches: this is of type String, which never matches Integer"
f(u: User) if u.name matches [_]; ### "^warning: never-matches: this is of type String, which never matches a list"
f(u: User) if u.org matches Org and u.boss matches Staff; ### "^warning: never-matches"
f(_: User{org: Repo{}}); ### "^warning: never-matches"
f(u: User) if u matches Staff and u.level > 1;
f(x: Integer) if x matches Float; ### "^warning: never-matches"
---
# Keys of dictionary patterns.
f(_: {nope: 1}); ### "^warning: unknown-key: no registered class has an attribute nope"
f(_: {naem: 1}); ### "^warning: unknown-key: .*did you mean .name.."
f(_: {name: "a", stars: 1, title: "t"});
f(x) if x matches {nope: 1}; ### "^warning: unknown-key"
f(u: User) if u matches {name: "a"};
f(u: User) if u matches {nope: "a"}; ### "^unknown-attribute: User has no attribute nope"
f(u: User) if u.meta matches {nope: "a"} and conf matches {nope: 1} and x = {a: 1} and x matches {b: _};
f(_: {Name: "a"});
---
# Roles, permissions and relations of known classes.
actor User {}
resource Repo {
  roles = ["reader", "writer"];
  permissions = ["read"];
  relations = { owner: User };
  "read" if "reader";
}
resource Org { roles = ["member"]; }
has_role(_: User, "raeder", _: Repo); ### "^warning: undeclared-in-block: the block of Repo declares no role .raeder. .did you mean .reader.."
has_role(_: User, "read", _: Repo); ### "undeclared-in-block: .* .it is declared as a permission."
has_role(_: User, "member", _: Org);
has_role(_: User, "reader", _: Resource);
has_role(_: User, "writer", _: Repo);
has_role(_: User, "nobody", _: Resource);
has_relation(u: User, "owner", r: Repo) if r.owner = u;
has_permission(u: User, "read", r: Repo) if has_role(u, "member", r.org) and has_role(u, "writer", r);
has_permission(u: User, "read", r: Repo) if has_role(u, "reader", r.org); ### "undeclared-in-block: the block of Org declares no role .reader."
has_permission(u: User, "write", r: Repo) if r.owner = u; ### "undeclared-in-block: the block of Repo declares no permission .write."
has_permission(u: User, "read", r: Repo) if has_relation(u, "ownr", r); ### "undeclared-in-block: the block of Repo declares no relation .ownr."
has_permission(u: User, "read", r: Repo) if has_role(u, "x", r.labels) and has_role(u, name, r) and name = "x" and has_role(u, "y", z) and z = 1;
allow(u, a, r) if has_permission(u, a, r) and has_permission(u, "anything", r);
?= not has_role(root, "anything", root);
---
# Of a value of any Go type of a kind, methods of the types of that kind are possible.
f(s: String) if s.is_open() and s.IsOpen() and s.upper() = "A";
f(s: String) if s.is_opn(); ### "unknown-method: String has no method is_opn .did you mean"
f(s: String) if s matches Status and s.is_open() and s.is_opn(); ### "unknown-method: Status has no method is_opn .did you mean .is_open.."
f(s: String) if s.length = 1; ### "unknown-attribute: String has no attribute length .it is a method"
f(i: Integer) if i.length() = 1; ### "unknown-method: Integer has no method length"
f(u: User) if x = u.status and x.is_open() and x = "open" and x.is_open();
f(x, u: User) if x = u.status and x.is_open() and x.is_opne(); ### "unknown-method: String has no method is_opne"
f(d: Dictionary) if d.anything = 1 and d.get("x") = 2 and d.gett("x"); ### "unknown-method: Dictionary has no method gett .did you mean .get.."
---
# A union of many classes.
actor User {}
actor Guest {}
actor Repo {}
actor Issue {}
actor Org {}
actor Team {}
f(a: Actor) if a.id = 1 and a.id > 2 and a.id != 3;
f(a: Actor) if a.nope = 1; ### "^unknown-attribute: Actor has no attribute nope"
f(a: Actor) if a.nope = 1; ### "^unknown-attribute: Actor has no attribute nope"
f(a: Actor) if a.nope(); ### "^unknown-method: Actor has no method nope"
f(a: Actor) if a.name.nope; ### "^warning: partial-attribute: Issue or Team has no attribute name" ### "^unknown-attribute: String has no attribute nope"
f(a: Actor) if a.stars; ### "^warning: partial-attribute: User, Staff or 4 others has no attribute stars" ### "not-a-condition: Integer"
f(a: Actor, b: Actor) if a = b and a != b and a in [b];
---
# Methods that cannot be called.
f(u: User) if x in u.friends and x; ### "unknown-attribute: User has no attribute friends .it is a method: write friends"
f(u: User) if u.name.split("a", "b") = 1; ### "argument-count: String.split takes 1 argument, not 2"
