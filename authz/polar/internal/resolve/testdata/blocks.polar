# Actor and resource blocks.

actor User {}
resource Repo {
  roles = ["reader", "admin"];
  permissions = ["read"];
  relations = { parent: Org, owner: User };
  "read" if "reader";
  "reader" if "admin" on "parent";
  "read" if "owner";
}
resource Org { roles = ["admin"]; }
has_role(_: User, _: String, _: Resource);
has_relation(o: Org, "parent", r: Repo) if r.org = o;
has_relation(o: User, "owner", r: Repo) if r.owner = o;
---
thing User {} ### "invalid-block: expected .actor. or .resource., found .thing."
---
actr User {} ### "invalid-block: .*found .actr. .did you mean .actor."
---
User {} ### "invalid-block: expected .actor. or .resource. before the name of the class"
---
resource Repo {
  roles = ["a"];
  roles = ["b"]; ### "invalid-block: this block of Repo declares roles twice"
  permissions = [];
  permissions = []; ### "this block of Repo declares permissions twice"
  relations = {};
  relations = {}; ### "this block of Repo declares relations twice"
} 
has_role(_: Actor, _: String, _: Resource);
---
resource Repo {
  roles = {a: Org}; ### "invalid-block: roles must be a list of strings, not a dictionary"
  permissions = {a: Org}; ### "invalid-block: permissions must be a list of strings"
  relations = ["a"]; ### "invalid-block: relations must be a dictionary, not a list"
}
---
resource Repo {
  foo = ["a"]; ### "invalid-block: unexpected declaration .foo. .a block can declare roles, permissions and relations"
  rols = {a: Org}; ### "invalid-block: unexpected declaration .rols. .did you mean .roles."
  relation = {a: Org}; ### "invalid-block: unexpected declaration .relation. .did you mean .relations."
}
---
resource Repo {
  permissions = ["b", "view"];
  "a" if "b"; ### "undeclared-term: .a. is not declared in the block of Repo"
  "b" if "c"; ### "undeclared-term: .c. is not declared"
  "view" if "vew"; ### "undeclared-term: .vew. is not declared in the block of Repo .did you mean .view."
  "b" if "b" on "prent"; ### "undeclared-term: .prent. is not declared"
  "x" if "y" on "z"; ### "undeclared-term: .x." ### "undeclared-term: .z."
}
---
resource Org { roles = ["c"]; }
resource Repo {
  permissions = ["a"];
  relations = { parent: Org };
  "a" if "b" on "parent"; ### "undeclared-term: .b. is not declared in the block of Org"
  "a" if "c" on "parent";
}
has_role(_: Actor, "c", _: Org);
has_relation(o: Org, "parent", r: Repo) if r.org = o;
---
resource Repo {
  permissions = ["a"];
  relations = { parent: Org };
  "a" if "b" on "parent"; ### "invalid-block: the relation .parent. names Org, which has no block .declare resource Org"
}
---
resource Repo {
  permissions = ["a"];
  relations = { parent: Org };
  "a" if "b" of "parent"; ### "invalid-block: unexpected .of. in a shorthand rule .did you mean .on." ### "undeclared-term: .b."
}
resource Org {}
has_relation(o: Org, "parent", r: Repo) if r.org = o;
---
resource Repo {
  roles = ["a"];
  permissions = ["p"];
  "a" if "a" on "a"; ### "invalid-block: .a. is a role of Repo, not a relation"
  "a" if "a" on "p"; ### "invalid-block: .p. is a permission of Repo, not a relation"
}
has_role(_: Actor, "a", _: Resource);
---
resource Repo {
  roles = ["a", "a"]; ### "duplicate-term: the role .a. is already declared, at .*:87:12"
  permissions = ["a", "b"]; ### "duplicate-term: .a. is already declared as a role"
  relations = { b: Org, c: Org }; ### "duplicate-term: .b. is already declared as a permission"
}
has_role(_: Actor, "a", _: Resource);
---
# Blocks may be reopened, and may repeat themselves.
resource Repo { roles = ["a"]; relations = { parent: Org }; }
resource Repo { roles = ["a", "b"]; "a" if "b"; "a" if "c"; relations = { parent: Org }; }
resource Repo { roles = ["c"]; }
actor Repo {}
has_role(_: Actor, _: String, _: Resource);
---
resource Repo { roles = ["a"]; relations = { parent: Org }; }
resource Repo {
  permissions = ["a"]; ### "duplicate-term: .a. is already declared as a role"
  relations = { parent: User }; ### "duplicate-term: the relation .parent. is already declared"
}
has_role(_: Actor, "a", _: Resource);
---
# A relation to several classes.
resource Org { roles = ["a"]; permissions = ["p"]; }
resource Team { roles = ["a", "b"]; permissions = ["c"]; }
resource Repo {
  roles = ["x"];
  relations = { parent: [Org, Team], other: [Org, Issue] };
  "x" if "a" on "parent";
  "x" if "b" on "parent"; ### "^warning: partial-term: Org, which the relation .parent. can lead to, declares no .b., so this is never true there"
  "x" if "p" on "parent"; ### "partial-term: Team, which the relation"
  "x" if "a" on "other"; ### "partial-term: Issue, which the relation"
  "x" if "d" on "parent"; ### "undeclared-term: .d. is not declared in the block of Org, Team"
}
has_role(_: Actor, "a", _: Resource);
has_relation(_: Org, "parent", _: Repo);
has_relation(_: Team, "parent", _: Repo);
---
resource Repo { roles = ["a"]; relations = { parent: [Org, Issue] }; "a" if "a" on "parent"; } ### "invalid-block: the relation .parent. names Org, which has no block"
has_role(_: Actor, "a", _: Resource);
---
# Each class that a shorthand rule leads to needs a rule, and a rule is about one of the classes.
resource Org { roles = ["a"]; }
resource Team { roles = ["a"]; }
resource Repo { roles = ["a"]; relations = { parent: [Org, Team], unused: [Org, Team] }; "a" if "a" on "parent"; } ### "missing-rule: .*has_relation.subject: Team, .parent., object: Repo."
has_role(_: Actor, "a", _: Resource);
has_relation(_: Org, "parent", _: Repo);
has_relation(_: Repo, "parent", _: Repo); ### "invalid-rule: .*subject: Org, .parent.*subject: Team, .parent."
has_relation(_: Team, "unused", _: Repo);
---
resource Repo {
  relations = { a: [Org, Org], b: [Org, Foo] }; ### "duplicate-term: the relation .a. names Org twice" ### "unknown-class: the class Foo"
}
---
# Repeated with the same classes, in any order; with others it is one list that is meant.
resource Repo { relations = { a: [Org, Team], b: Org }; }
resource Repo { relations = { a: [Team, Org], b: [Org] }; }
---
resource Repo { relations = { a: [Org, Team], b: Org }; }
resource Repo { relations = { a: Org }; } ### "duplicate-term: the relation .a. is already declared, at .*for several classes write a list: a: .Org, Team..$"
resource Repo { relations = { b: Team }; } ### "duplicate-term: the relation .b. is already declared, at .*for several classes write a list: b: .Org, Team..$"
---
# A name is one thing.
resource Repo {
  roles = ["owner", "b"];
  permissions = ["b"]; ### "duplicate-term: .b. is already declared as a role, at .* .roles, permissions and relations of a class share one namespace: rename one of them.$"
  relations = { owner: User }; ### "duplicate-term: .owner. is already declared as a role, at .*: rename one of them, such as the relation to .owner_user., in has_relation and after .on. too"
}
has_role(_: Actor, "owner", _: Resource);
---
resource Foo { ### "unknown-class: the class Foo is not registered"
  roles = ["a"];
  "a" if "b"; ### "undeclared-term: .b. is not declared in the block of Foo"
}
resource limit {} ### "unknown-class: the class limit"
resource Actor {} ### "unknown-class: the class Actor .*union"
actor Repos {} ### "unknown-class: the class Repos .* .did you mean .Repo."
---
resource Repo {
  permissions = ["p"];
  relations = { a: Foo, b: Resource }; ### "unknown-class: the class Foo" ### "unknown-class: the class Resource .*union"
  "p" if "p" on "a";
}
---
resource Repo { roles = []; permissions = []; relations = {}; }
---
# Built-in classes and interfaces may have blocks.
actor String {}
resource Document { roles = ["reader"]; permissions = ["read"]; "read" if "reader"; }
has_role(_: String, "reader", p: Page) if p.title = "a";
allow(a, b, c) if has_permission(a, b, c);
---
resource Repo { relations = { owner: User }; permissions = ["p"]; "owner" if "p"; } ### "invalid-block: a shorthand rule cannot define the relation .owner."
---
# Rules that blocks need.
resource Repo { roles = ["a"]; } ### "missing-rule: the block needs a rule has_role.actor: Actor, role: String, resource: Resource., which is missing"
---
resource Repo { roles = ["a"]; "a" if "a"; } ### "^warning: never-given: no rule grants the role .a. of Repo, so nobody has it"
---
actor User {}
resource Org { roles = ["b"]; }
resource Repo { roles = ["a"]; relations = { parent: Org }; }
has_role(_: User, _: String, _: Resource);
---
actor User {}
resource Org { roles = ["b"]; }
resource Repo {
  roles = ["a"];
  relations = {
    unused: Org,
    parent: Org ### "missing-rule: the block needs a rule has_relation.subject: Org, .parent., object: Repo."
  };
  "a" if "b" on "parent";
}
has_role(_: User, _: String, _: Resource);
---
actor User {}
resource Repo { permissions = ["p"]; relations = { owner: User }; "p" if "owner"; } ### "missing-rule: .*subject: User, .owner., object: Repo"
---
actor User {}
resource Org { relations = { boss: User }; } ### "missing-rule: .*subject: User, .boss., object: Org"
resource Repo { permissions = ["p"]; relations = { parent: Org }; "p" if "boss" on "parent"; }
has_relation(o: Org, "parent", r: Repo) if r.org = o;
---
resource Repo { permissions = ["a"]; }
allow(a, p, r) if has_permission(a, p, r); ### "undefined-rule: there is no rule has_permission"
---
# Rules about relations.
actor User {}
resource Repo { relations = { parent: Org, team: Team }; }
resource Team { relations = { parent: Org }; }
has_relation(_: Org, "other", _: Repo); ### "invalid-rule: the rule has_relation._: Org, .other., _: Repo. must match one of"
has_relation(_: User, "parent", _: Repo); ### "invalid-rule: .*parameter 1 must be of class Org, which User is not"
has_relation(_: Org, "parent", _: Org); ### "invalid-rule"
has_relation(_, _, _); ### "invalid-rule: .* parameter 1 must have the specializer Org.* parameter 1 must have the specializer Team.*parameter 1 must have the specializer Org"
has_relation(o: Org, "parent", t: Team) if t.org = o;
has_relation(o: Org, name, t: Team) if t.org = o and name = "parent"; ### "invalid-rule: .*parameter 2 must be a literal"
has_relation(_: Org, "parent", t: Team{id: 1}) if t.id = 1;
