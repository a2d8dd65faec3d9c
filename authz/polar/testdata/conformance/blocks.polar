# Roles, permissions and relations: what follows from what.
actor User {}
resource Org { roles = ["member", "admin", "owner"]; "member" if "admin"; }
resource Repo {
  roles = ["reader", "writer", "maintainer"];
  permissions = ["read", "push", "delete"];
  relations = { org: Org, owner: User };

  "read" if "reader";
  "push" if "writer";
  "delete" if "maintainer";

  "writer" if "maintainer";
  "reader" if "writer";
  "reader" if "member" on "org";
}
has_role(u: User, name: String, r: Resource) if role in u.roles and role.name = name and role.on = r;
has_relation(o: Org, "org", r: Repo) if o = r.org;
has_relation(u: User, "owner", r: Repo) if u = r.owner;
allow(actor, action, resource) if has_permission(actor, action, resource);
#? has_role(alice, "reader", app) => {}
#? has_role(alice, "owner", acme) => {}
#? has_role(carol, "member", acme) => {}
#? has_role(carol, "reader", app) => {}
#? has_role(carol, "writer", app) => none
#? has_role(bob, "reader", lib) => {}
#? allow(alice, "read", app) => {}
#? allow(carol, "read", app) => {}
#? allow(carol, "push", app) => none
#? allow(carol, "read", lib) => none
#? allow(bob, "read", lib) => {}
#? allow(bob, "read", app) => {}
#? allow(bob, "delete", lib) => none
#? allow(alice, "read", orphan) => none
#? allow(alice, "fly", app) => none
#? allow(alice, action, app) => action="read"
#? has_role(carol, role, app) => role="reader"
#? has_permission(bob, permission, lib) => permission="read"
#? has_relation(x, "org", app) => x=Org(acme)
#? has_relation(x, "owner", app) => x=User(alice)
#? has_relation(x, relation, app) => relation="org", x=Org(acme) ; relation="owner", x=User(alice)
#? not allow(carol, "push", app) => {}
#? r in [app, lib] and allow(bob, "read", r) => r=Repo(app) ; r=Repo(lib)
#? allow(alice, "read", Repo) => none
#? allow(nil, "read", app) => none
---
# Over several steps, and through relations of relations.
actor User {}
resource Org { roles = ["member"]; permissions = ["see"]; "see" if "member"; }
resource Repo { permissions = ["see", "fork"]; relations = { org: Org }; "see" if "see" on "org"; "fork" if "see"; }
resource Issue { permissions = ["comment"]; relations = { repo: Repo }; "comment" if "fork" on "repo"; }
has_role(u: User, name: String, o: Org) if role.name = name and role in u.roles and role.on = o;
has_relation(o: Org, "org", r: Repo) if o = r.org;
has_relation(r: Repo, "repo", i: Issue) if r = i.repo;
allow(a, p, r) if has_permission(a, p, r);
#? allow(carol, "comment", bug) => {}
#? allow(carol, "comment", wish) => none
#? allow(carol, "fork", app) => {}
#? allow(alice, "comment", bug) => none
#? allow(carol, p, app) => p="see" ; p="fork"
---
# What a rule stands for: the head's kind picks has_role, has_permission or has_relation.
resource Org { roles = ["a"]; permissions = ["b"]; "b" if "a"; }
has_role(_: User, "a", _: Org) if true;
actor User {}
#? has_permission(alice, "b", acme) => {}
#? has_permission(alice, "a", acme) => none
#? has_role(alice, "a", acme) => {}
#? has_role(alice, "b", acme) => none
#? has_permission(alice, x, acme) => x="b"
#? has_role(x, y, acme) and x = alice => x=User(alice), y="a"
---
# A relation as the local reason: the actor itself is related.
actor User {}
resource Repo { permissions = ["delete"]; relations = { owner: User }; "delete" if "owner"; }
has_relation(u: User, "owner", r: Repo) if r.owner = u;
allow(a, p, r) if has_permission(a, p, r);
#? allow(alice, "delete", app) => {}
#? allow(bob, "delete", app) => none
#? allow(x, "delete", app) and x in users => x=User(alice)
---
# Explicit rules come before those of blocks, and blocks in the order of their declaration.
actor User {}
resource Org { roles = ["member"]; permissions = ["x", "z"]; "x" if "member"; }
resource Org { permissions = ["y"]; "y" if "member"; }
has_permission(_: Actor, "z", _: Org);
has_role(_: User, "member", _: Org);
#? has_permission(alice, p, acme) => p="z" ; p="x" ; p="y"
---
# Blocks can be opened again, with the same declarations; an actor can be a resource too.
actor User { permissions = ["follow"]; relations = { boss: User }; "follow" if "boss"; }
resource User { roles = ["friend"]; permissions = ["greet"]; "greet" if "friend"; }
actor User { roles = ["friend"]; }
has_relation(b: User, "boss", u: User) if b = u.boss;
has_role(a: User, "friend", b: User) if a.name = "carol" and b.name = "bob";
allow(a, p, r) if has_permission(a, p, r);
#? allow(alice, "follow", bob) => {}
#? allow(bob, "follow", alice) => none
#? allow(carol, "greet", bob) => {}
#? allow(bob, "greet", carol) => none
---
# Empty blocks and empty declarations declare membership of the unions.
actor User { roles = []; permissions = []; relations = {}; }
resource Org {}
allow(_: Actor, _, _: Resource);
#? allow(alice, "x", acme) => {}
#? allow(alice, "x", bob) => {}
#? allow(acme, "x", alice) => none
#? allow(alice, "x", app) => none
---
# Keywords may name relations; {Org} is short for {Org: Org}.
actor User {}
resource Org { permissions = ["read"]; roles = ["member"]; "read" if "member"; }
resource Repo { permissions = ["read", "inside"]; relations = { in: Org, Org }; "read" if "read" on "in"; "inside" if "read" on "Org"; }
has_role(_: User, "member", o: Org) if o.name = "acme";
has_relation(o: Org, "in", r: Repo) if o = r.org;
has_relation(o: Org, "Org", r: Repo) if o = r.org;
#? has_permission(alice, "read", app) => {}
#? has_permission(alice, "inside", app) => {}
#? has_permission(alice, "inside", lib) => none
---
# A relation whose first argument is never bound cannot be answered.
actor User {}
resource Org { roles = ["member"]; }
resource Repo { permissions = ["read"]; relations = { org: Org }; "read" if "member" on "org"; }
has_relation(_: Org, "org", _: Repo);
has_role(_: User, "member", o: Org) if o.name = "acme";
#? has_permission(alice, "read", app) => error unbound
---
# What a relation leads to is of its class, so rules of other classes are not tried for it:
# something public on a parent that nothing names ends there.
actor User {}
resource Org { roles = ["admin"]; permissions = ["read"]; "read" if "admin"; }
resource Repo { roles = ["admin"]; permissions = ["read"]; relations = { org: Org }; "admin" if "admin" on "org"; "read" if "admin"; }
resource Team { permissions = ["read"]; relations = { repo: Repo }; "read" if "read" on "repo"; }
has_relation(_: Org, "org", _: Repo);
has_relation(_: Repo, "repo", _: Team);
has_role(u: User, "admin", o: Org) if u.name = "alice" and o = acme;
allow(actor, action, resource) if has_permission(actor, action, resource);
allow(_, "list", r) if has_permission(_, "read", r) and false;
#? allow(alice, "read", app) => {}
#? allow(bob, "read", app) => none
#? allow(bob, "list", app) => none
#? allow(alice, "read", reds) => error unbound at "Repo, \"repo\", _: Team"
#? allow(bob, "read", reds) => none
---
# A relation to several classes: its rules are about any of them, and a shorthand rule over it asks each of them.
actor User {}
resource Shelf { roles = ["keeper"]; permissions = ["read"]; "read" if "keeper"; }
resource Folder {
  roles = ["owner"];
  permissions = ["read"];
  relations = { place: [Folder, Shelf] };
  "read" if "owner";
  "read" if "read" on "place";
}
has_role(u: User, "keeper", s: Shelf) if u.name = "alice" and s.name = "shelf";
has_role(u: User, "owner", f: Folder) if u.name = "bob" and f.name = "box";
has_relation(f: Folder, "place", x: Folder) if f = x.place;
has_relation(s: Shelf, "place", x: Folder) if s = x.place;
allow(a, p, r) if has_permission(a, p, r);
#? allow(alice, "read", box) => {}
#? allow(alice, "read", inner) => {}
#? allow(bob, "read", box) => {}
#? allow(bob, "read", inner) => {}
#? allow(bob, "read", shelf) => none
#? allow(carol, "read", inner) => none
#? allow(alice, "read", loose) => none
#? allow(alice, p, inner) => p="read"
#? has_relation(x, "place", inner) => x=Folder(box)
#? has_relation(x, "place", box) => x=Shelf(shelf)
#? has_relation(x, "place", loose) => none
#? not allow(carol, "read", inner) => {}
---
# The classes may declare the name as something else each. What one declares is asked of it alone.
actor User {}
resource Shelf { roles = ["look"]; }
resource Folder {
  roles = ["owner"];
  permissions = ["look"];
  relations = { place: [Folder, Shelf] };
  "look" if "owner";
  "look" if "look" on "place";
}
has_role(u: User, "look", _: Shelf) if u.name = "alice";
has_role(u: User, "owner", f: Folder) if u.name = "bob" and f.name = "box";
has_role(u: User, name: String, _: Resource) if u.name = "carol" and name in ["look"];
has_relation(f: Folder, "place", x: Folder) if f = x.place;
has_relation(s: Shelf, "place", x: Folder) if s = x.place;
#? has_permission(alice, "look", inner) => {}
#? has_permission(bob, "look", inner) => {}
#? has_permission(bob, "look", box) => {}
#? has_permission(dave, "look", inner) => none
#? has_permission(carol, "look", box) => {}         # the shelf's role
#? has_permission(carol, "look", loose) => none
---
# Where only some declare it, it never holds over the others, whatever the data say.
actor User {}
resource Shelf { roles = ["keeper"]; }
resource Folder {
  permissions = ["read"];
  relations = { place: [Folder, Shelf] };
  "read" if "keeper" on "place";            ### warning "partial-term.*Folder|Folder, which the relation"
}
has_role(_: User, name: String, _: Resource) if name in ["keeper"];
has_relation(f: Folder, "place", x: Folder) if f = x.place;
has_relation(s: Shelf, "place", x: Folder) if s = x.place;
#? has_permission(alice, "read", box) => {}
#? has_permission(alice, "read", inner) => none     # it is in a folder, which has no keepers
---
# The actor itself may be of one of the classes.
actor User {}
actor Shelf {}
resource Folder { permissions = ["read"]; relations = { place: [Shelf, User] }; "read" if "place"; }
has_relation(s: Shelf, "place", x: Folder) if s = x.place;
has_relation(u: User, "place", x: Folder) if u.name = x.name;
#? has_permission(shelf, "read", box) => {}
#? has_permission(shelf, "read", inner) => none
#? has_permission(alice, "read", box) => none
---
# A list of one class is that class.
actor User {}
resource Shelf { roles = ["keeper"]; }
resource Folder { permissions = ["read"]; relations = { place: [Shelf] }; "read" if "keeper" on "place"; }
has_role(u: User, "keeper", _: Shelf) if u.name = "alice";
has_relation(s: Shelf, "place", x: Folder) if s = x.place;
#? has_permission(alice, "read", box) => {}
#? has_permission(alice, "read", inner) => none
---
resource Folder { relations = { place: Folder, place: Shelf }; }  ### "occurs twice.*place: .Folder, Space."
---
actor User {}
resource Folder {
  roles = ["owner"];
  relations = { owner: User };              ### "rename one of them, such as the relation to .owner_user."
}
has_role(_: User, "owner", _: Folder);
---
# Members of the unions are exactly the classes with blocks.
actor User {}
resource Repo { roles = ["r"]; "r" if "r"; } ### warning "nobody has it"
f(_: Actor, "Actor"); f(_: Resource, "Resource");
#? f(alice, x) => x="Actor" ; x="Resource"
#? f(app, x) => x="Resource"
#? f(acme, x) => none
#? has_role(alice, "r", app) => none
---
# Errors in blocks.
thing User {} ### "actor.*resource|resource.*actor"
---
User {} ### "actor.*resource|resource.*actor"
---
resource Repo {
  permissions = ["x"];
  roles = [];
  roles = ["b"]; ### "(?i)roles.*(twice|again|already|multiple|second|one)"
}
---
resource Repo {
  permissions = ["a"];
  permissions = ["a"]; ### "(?i)permissions.*(twice|again|already|multiple|second|one)"
}
---
resource Repo { roles = {a: Org}; } ### "list"
---
resource Repo { permissions = {a: Org}; } ### "list"
---
resource Repo { relations = ["a"]; } ### "dictionary"
---
resource Repo { foo = ["a"]; } ### "foo"
---
resource Repo { role = ["a"]; } ### "role.*roles"
---
resource Repo { foo = {a: Org}; } ### "foo"
---
resource Repo {
  permissions = ["a"];
  "a" if "b"; ### "b.*Repo"
}
---
resource Repo {
  permissions = ["b"];
  "a" if "b"; ### "a.*Repo"
}
---
resource Org {}
resource Repo {
  permissions = ["a"]; relations = { parent: Org };
  "a" if "b" on "parent"; ### "b.*Org"
}
---
resource Repo { permissions = ["a"]; relations = { parent: Org }; "a" if "b" on "parent"; } ### "Org"
---
resource Repo {
  permissions = ["a", "b"]; relations = { parent: Repo };
  "a" if "b" of "parent"; ### "of.*on"
}
---
resource Repo {
  permissions = ["a", "b", "c"];
  "a" if "b" on "c"; ### "c"
}
---
resource Repo {
  permissions = ["a", "b"];
  "a" if "b" on "parent"; ### "parent"
}
---
resource Repo { permissions = ["a"]; roles = ["a"]; } ### "already"
---
resource Repo { permissions = ["a", "a"]; } ### "already"
---
resource Repo { permissions = ["org"]; relations = { org: Org }; } ### "already"
---
resource Nope {} ### "Nope"
---
resource Repo { relations = { parent: Nope }; } ### "Nope"
---
# What a block needs must be there.
resource Repo { roles = ["r"]; } ### "has_role"
---
actor User {}
resource Org { roles = ["m"]; }
resource Repo { permissions = ["p"]; relations = { org: Org }; "p" if "m" on "org"; } ### "has_relation"
has_role(_: User, "m", _: Org);
---
actor User {}
resource Repo { permissions = ["p"]; }
allow(a, p, r) if has_permission(a, p, r); ### "has_permission"
---
# A relation that no rule goes through needs no rules.
actor User {}
resource Org { roles = ["b"]; }
resource Repo { roles = ["a"]; relations = { parent: Org }; }
has_role(_: User, "a", _: Repo);
#? has_role(alice, "a", app) => {}
---
# Blocks of which nothing asks for the permissions are worth a warning.
actor User {}
resource Repo { permissions = ["p"]; roles = ["r"]; "p" if "r"; }
has_role(_: User, "r", _: Repo);
allow(_: User, "p", _: Repo);
#* warning "has_permission"
---
# A policy without an allow rule too.
f(1);
#* warning "allow"
---
allow(_, _, _);
#* no "allow"
---
allow_request(_, _);
#* no "allow"
---
allow_field(_, _, _, _);
#* no "allow"
---
# The names of a block can be misspelled in rules, too.
actor User {}
resource Repo { roles = ["reader"]; permissions = ["read"]; "read" if "reader"; relations = { owner: User }; }
has_role(_: User, "raeder", _: Repo); ### warning "raeder"
has_role(_: User, "reader", _: Repo);
has_permission(_: User, "raed", _: Repo); ### warning "raed"
has_relation(_: User, "onwer", _: Repo); ### "onwer.*owner"
---
# Tests on unbound variables in rules of blocks wait, whichever goal comes first.
actor User {}
resource Org { roles = ["member"]; }
resource Repo { permissions = ["read"]; relations = { org: Org }; "read" if "member" on "org"; }
has_role(u: User, name: String, o: Org) if role.name = name and role in u.roles and role.on = o;
has_relation(org: Org, "org", r: Repo) if org.name != "globex" and org = r.org;
#? has_permission(carol, "read", app) => {}
#? has_permission(carol, "read", lib) => none
#? has_permission(bob, "read", app) => none
---
# Who has which role where: what is known comes first, what cannot be found is an error.
actor User {}
resource Org { roles = ["member", "admin"]; "member" if "admin"; }
resource Repo { roles = ["reader"]; relations = { org: Org }; "reader" if "member" on "org"; }
has_role(u: User, name: String, r: Resource) if role in u.roles and role.name = name and role.on = r;
has_relation(o: Org, "org", r: Repo) if o = r.org;
#? has_role(carol, role, x) => role="member", x=Org(acme) ; error unbound
#? has_role(carol, role, x) and x in [acme, app, lib] => role="member", x=Org(acme) ; role="reader", x=Repo(app)
#? has_role(u, "reader", app) and u in users => u=User(alice) ; u=User(bob) ; u=User(carol)
---
# open: a value that is a member of a union in two ways is so once.
actor User {}
resource Document {}
resource Report {}
f(_: Resource, "Resource");
#? report matches Resource => {}
#? annual matches Resource => {}
#? f(report, x) => x="Resource"
