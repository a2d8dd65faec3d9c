# Attributes are found by tag, by exact Go name, and by the snake_case spelling of the Go name.
#? x = alice.name => x="alice"
#? x = alice.Name => x="alice"
#? x = alice.age => x=42
#? x = alice.score => x=2.5
#? x = alice.tags => x=["x", "y"]
#? x = alice.mail => x="alice@example.org"
#? x = alice.boss => x=nil
#? x = bob.boss => x=User(alice)
#? x = names.user_id => x=1
#? x = names.UserID => x=1
#? x = names.user_ids => x=[1, 2]
#? x = names.url_path => x="/"
#? x = names.http_request => x="GET"
#? x = names.o_auth2_token => x="t"
#? x = names.id => x=2
#? x = names.label => x="label"
#? x = names.promoted => x="promoted"
#? x = names.usr => x=1
---
# option: notypes
# A tag replaces the Go name; other spellings, unexported fields, and methods without parentheses do not exist.
#? x = alice.NAME => error unknown-attribute
#? x = alice.naMe => error unknown-attribute
#? x = names.snake => error unknown-attribute
#? x = names.embedded => error unknown-attribute
#? x = names.userid => error unknown-attribute
#? x = names.get_url => error unknown-attribute
#? x = alice.hello => error unknown-attribute
#? x = names.name() => error unknown-method
---
# A tagged field keeps its Go name as a second name.
#? x = alice.Email => x="alice@example.org"
#? x = alice.email => x="alice@example.org"
---
# Attributes of attributes; list elements and values of dictionaries are reached in place.
#? x = bob.boss.name => x="alice"
#? x = bug.repo.org.name => x="acme"
#? x = kinds.org.name => x="acme"
#? x = kinds.struct.y => x=2
#? p in kinds.structs and p.x = 3 => p=Point(3, 4)
#? x = alice.meta.a => x=1
#? x = alice.meta.b => x="two"
#? x = alice.meta.c => x=nil
#? x = alice.meta.d => none
#? x = kinds.deep.k and [d] = x and y = d.x => d={x: 1}, x=[{x: 1}], y=1
#? role in alice.roles and role.name = "owner" and role.on.name = x => role=Role(owner), x="acme"
#? role.name = "reader" and role in bob.roles => role=Role(reader) ; role=Role(reader)
#? role.name = name and role in carol.roles => name="member", role=Role(member)
#? user in users and user.age > 20 => user=User(alice) ; user=User(carol)
#? alice in users => {}
#? dave in users => none
#? [a, b, *_] = users => a=User(alice), b=User(bob)
#? [_, *rest] = numbers => rest=[2, 3]
#? numbers = [1, 2, 3] => {}
#? numbers == [1, 2, 3] => {}
#? numbers != [1, 2] => {}
#? scores = {a: 1, b: 2} => {}
#? x in scores => x=["a", 1] ; x=["b", 2]
#? x = scores.a => x=1
#? x = scores.c => none
#? {a: x, b: y} = scores => x=1, y=2
#? scores matches {a: x} => x=1
---
# A word that is an operator cannot be an attribute, but the method keywords can.
#? x = {in: 1} and y = x.in => x={in: 1}, y=1
---
# Typos are never silent: not in negations, not in forall, not in class patterns.
#? x = alice.nme => error unknown-attribute "nme"
#? not alice.nme = "x" => error unknown-attribute "nme"
#? not alice.nme => error unknown-attribute "nme"
#? forall(x in [1], alice.nme = x) => error unknown-attribute "nme"
#? not alice matches User{nme: "x"} => error unknown-attribute "nme"
#? x = bob.boss.nme => error unknown-attribute "nme"
#? u in users and u.nme => error unknown-attribute "nme"
#? u in [alice] and u.nme = 1 => error unknown-attribute "nme"
#? {u: alice}.u.nme = 1 => error unknown-attribute "nme"
#? alice.nme() => error unknown-method "nme"
#? x = alice.helo() => error unknown-method "helo"
---
# Errors that are known at load are reported at load, with a suggestion.
f(u: User) if u.nme = "x"; ### "nme.*name"
g(u: User) if not u.agee > 1; ### "agee.*age"
h(u: User) if forall(t in u.tag, t = "x"); ### "tag.*tags"
i(u: User) if u.boss.nme = "x"; ### "nme.*name"
j(_: User{nme: "x"}); ### "nme.*name"
k(u: User) if u.helo() = "x"; ### "helo.*hello"
l(u: User) if u matches User{bos: nil}; ### "bos.*boss"
m(u) if u matches User and u.nme = "x"; ### "nme.*name"
n(r: Repo) if r.org.nme = "x"; ### "nme.*name"
---
# The same classes without typos are not reported.
f(u: User) if u.name = "x" and not u.age > 1;
g(u: User) if forall(t in u.tags, t = "x") and u.boss.name = "x";
h(_: User{name: "x"}) if true;
k(u: User) if u.hello() = "x" and u.mail = "x" and u.Name = "y";
l(x) if x.anything = 1 and x.any_method() = 2;
m(x: Dictionary) if x.anything = 1;
#? m({anything: 1}) => {}
---
# A dictionary pattern with an attribute that no registered class has is a typo if it is used with an instance.
f(_: {name: "alice"}); g(_: {title: "bug"}, _: {org: {name: "acme"}});
#? f(alice) => {}
#? f(acme) => none
#? g(bug, app) => {}
#? g(alice, app) => none
---
f(u: User) if u matches {agee: 1}; ### "agee"
---
# Only the nearest name is suggested.
f(u: User) if u.completely_different = 1; ### "completely_different"
