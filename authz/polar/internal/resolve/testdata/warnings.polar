# Warnings that protect, each with policies that must cause it.
# option:policy

# 1. Rules that no decision reaches.
allow(_: User, "read", _: Repo);
deny(_: User, "read", _: Issue); ### "^warning: unasked-rule: no decision queries deny, so this rule has no effect .set Config.DenyRule to enable it.$"
deny(_: User, "close", _: Issue);
deny_request(_: Guest, _); ### "unasked-rule: no decision queries deny_request, .*Config.DenyRule"
deny_field(_: User, "read", _: Repo, "owner"); ### "unasked-rule: no decision queries deny_field, .*Config.DenyRule"
forbid(_: User, "read", _: Issue); ### "unasked-rule: no decision queries forbid, so this rule denies nothing .name it deny, and set Config.DenyRule"
allow_change(_: User, _, _, _); ### "unasked-rule: no decision queries allow_change, .*set Config.ChangeRule"
deny(_: User, "read"); ### "unasked-rule: decisions query deny.actor, action, resource., never deny with 2 parameters .and only if Config.DenyRule is set."
---
# option:policy option:deny option:change
allow(_: User, "read", _: Repo);
deny(u: User, "read", i: Issue) if blocked(u, i);
blocked(u: User, i: Issue) if i.creator = u;
deny_request(_: Guest, _);
deny_field(_: User, "read", _: Repo, "owner");
allow_change(_: User, _, _, _);
forbid(_: User, "read", _: Issue); ### "no decision queries forbid, so this rule denies nothing .name it deny.$"
---
# option:policy option:deny
allow(_: User, "read", _: Repo);
deny(_: User); ### "invalid-rule: the rule deny._: User. must match one of: deny.actor, action, resource.: it has 3 parameters .decisions query deny.actor, action, resource.."
---
# option:policy
# An inline query does not make a deny rule reached. Rules that only the deny rule calls are not reported.
allow(_: User, "read", _: Repo);
deny(u: User, "read", r: Repo) if blocked(u, r); ### "unasked-rule: no decision queries deny"
blocked(u: User, r: Repo) if not r.owner = u;
?= deny(root, "read", 1) or true;
---
# option:policy
# A misspelled decision.
alow(u: User, "read", r: Repo) if helper(u, r); ### "unasked-rule: no decision reaches the rule alow.u: User, \"read\", r: Repo. .did you mean \"allow\".."
allow_feild(_: User, "read", _: Repo, "name"); ### "unasked-rule: .*did you mean \"allow_field\""
allow(_: User, "push", _: Repo);
helper(u: User, r: Repo) if r.owner = u;
---
# option:policy ### "no-allow-rule"
alow(_: User, "read", _: Repo); ### "unasked-rule: .*did you mean \"allow\""
something_else(1);
---
# option:policy
# Unused helpers: one calls itself, and two call each other.
allow(_: User, "read", _: Repo);
unused(x) if used_by_it(x); ### "unasked-rule: no decision reaches the rule unused.x. .call it, remove it, or declare its type if the program evaluates it with Query."
used_by_it(1);
above(x: User, y: User) if y.boss != nil and above(x, y.boss); ### "unasked-rule: no decision reaches the rule above"
ping(x) if pong(x); ### "unasked-rule: no decision reaches the rule ping"
pong(x) if ping(x);
fits(1);
fits(1, 2); ### "unasked-rule: no decision reaches the rule fits.1, 2."
allow(_: User, "x", x: Integer) if fits(x);
---
# option:policy
# A rule that the program queries has a type, with the same number of parameters.
allow(_: User, "read", _: Repo);
type can_see(user: User, page: Page);
can_see(u: User, p: Page) if visible(p) and u.admin;
can_see(_, _, _); ### "invalid-rule" 
visible(p: Page) if p.title = "x";
---
# option:policy
# A rule that an inline query calls counts as reached.
allow(_: User, "read", _: Repo);
double(x, y) if y = x * 2;
?= double(2, 4);
---
# option:policy
# Roles and relations that nothing asks for.
actor User {}
resource Repo { roles = ["owner"]; relations = { org: Org }; }
allow(u: User, "read", r: Repo) if r.owner = u;
has_role(u: User, "owner", r: Repo) if r.owner = u; ### "unasked-rule: no decision reaches the rule has_role"
has_relation(o: Org, "org", r: Repo) if r.org = o; ### "unasked-rule: no decision reaches the rule has_relation"
---
# 2. Actions, permissions, roles and relations that the block does not declare.
actor User {}
resource Issue { permissions = ["read", "update", "close"]; roles = ["author", "triager"]; relations = { repo: Repo }; }
allow(_: User, "raed", _: Issue); ### "^warning: undeclared-in-block: the block of Issue declares no permission .raed. .did you mean .read...$"
allow(_: User, "author", _: Issue); ### "declares no permission .author. .it is declared as a role."
allow(_: User, action, _: Issue) if action in ["read", "udpate"]; ### "declares no permission .udpate. .did you mean .update.."
allow(_: User, action, _: Issue) if action = "raed" or action == "clsoe"; ### "raed" ### "clsoe"
allow(_: User, action, _: Issue) if not action = "raed" and action != "updaet"; ### "raed" ### "updaet"
allow(_: User, action, i) if i matches Issue and action in ["raed"]; ### "raed"
allow_field(_: User, "raed", _: Issue, "title"); ### "raed"
allow_field(_: User, action, _: Issue, field) if action in ["raed"] and field in ["title"]; ### "raed"
has_role(u: User, "autor", i: Issue) if i.creator = u; ### "declares no role .autor. .did you mean .author.."
has_role(u: User, role: String, i: Issue) if i.creator = u and role in ["author", "triagr"]; ### "declares no role .triagr."
has_permission(u: User, "read", i: Issue) if has_role(u, "triger", i); ### "declares no role .triger. .did you mean .triager.."
has_permission(u: User, p: String, i: Issue) if p = "raed" and i.creator = u; ### "raed"
has_permission(_: User, "read", i: Issue) if has_relation(_, "rpo", i); ### "declares no relation .rpo. .did you mean .repo.."
has_relation(r: Repo, "repo", i: Issue) if i.repo = r;
?= not allow(root, "raed", 1) or allow(root, "read", root);
---
# option:deny option:change
# A denial of an undeclared action denies nothing.
actor User {}
resource Issue { permissions = ["read", "update"]; }
deny(_: User, "updaet", _: Issue); ### "undeclared-in-block: .*did you mean \"update\""
deny(_: User, action, _: Issue) if action in ["raed", "update"]; ### "undeclared-in-block: .*raed"
deny_field(_: User, "raed", _: Issue, "title"); ### "undeclared-in-block: .*raed"
allow_change(_: User, "updaet", before: Issue, after: Issue) if before.creator = after.creator and after.creator != nil; ### "undeclared-in-block: .*updaet"
---
# option:change
# A comparison of the states of a change as a whole.
allow(_: User, _, _: Issue);
allow_change(_: User, "a", before: Issue, after: Issue) if before = after; ### "^warning: same-change: this compares the keys of the two states, which are always the same .compare fields: before.field = after.field.$"
allow_change(_: User, "b", x: Issue, y: Issue) if not y == x and x.title = y.title; ### "same-change"
allow_change(_: User, "c", before, after) if before.title = after.title or before != after; ### "same-change"
allow_change(_: User, "d", same: Issue, same); ### "same-change: .* .give the two states different names.$"
allow_change(_: User, "e", before: Issue, after: Issue) if before.title = before.title and after = after and helper(before, after);
allow_change(_, _, _);  ### "unasked-rule"
helper(x: Issue, y: Issue) if x = y;
---
# A block that declares no names of a kind accepts any name.
actor User {}
resource Repo {}
resource Org { roles = ["member"]; }
has_permission(_: User, "read", r: Repo) if r.public;
has_permission(u: User, "read", o: Org) if has_role(u, "member", o) or has_role(u, "x", o.id);
has_role(u: User, "member", o: Org) if u.org = o;
has_role(u: User, "anything", r: Repo) if r.owner = u;
allow(_: User, "list", Repo);
allow(_: User, "list", _: Page);
allow(u: User, action, o: Org) if action in ["a", "b"] and has_permission(u, action, o);
---
# 3. Constants compared with Go types that list their values.
allow(_: User, "a", t: Ticket) if t.state = "oepn"; ### "^warning: unknown-value: State has no value \"oepn\" .did you mean \"open\"..$"
allow(_: User, "b", t: Ticket) if "colsed" == t.state; ### "unknown-value: State has no value \"colsed\" .did you mean \"closed\".."
allow(_: User, "c", t: Ticket) if t.state != "clsoed"; ### "unknown-value: .*clsoed"
allow(_: User, "d", t: Ticket) if t.state in ["open", "clsed"]; ### "unknown-value: .*clsed"
allow(_: User, "e", _: Ticket{state: "opn"}); ### "unknown-value: .*opn"
allow(_: User, "f", t: Ticket) if "oppen" in t.past; ### "unknown-value: .*oppen"
allow(_: User, "g", t: Ticket) if x = t.state and x = "opeen"; ### "unknown-value: .*opeen"
allow(_: User, "h", t: Ticket) if t.priority = 4; ### "unknown-value: Priority has no value 4$"
allow(_: User, "i", t: Ticket) if t.role = "admni"; ### "unknown-value: Rank has no value \"admni\" .did you mean \"admin\".."
allow(_: User, "j", t: Ticket) if t matches {state: "onpe"}; ### "unknown-value: .*onpe"
allow(_: User, "k", t: Ticket) if t.state = "open" or t.state = "" or t.priority = 0 or t.priority = 3 or t.role = "admin" or t.state in ["closed"];
allow(_: User, "l", t: Ticket) if t.odd = "anything" or t.tuple = "a,b" or t.broken = "x" or t.state.upper() = "OPEN" or t.state.startswith("o") or t.priority > 17;
---
# 4. Equalities that also hold if both sides are nil.
allow(u: User, "a", r: Repo) if u.org = r.org; ### "^warning: nil-equals-nil: u.org = r.org also holds when both are nil .add u.org != nil.$"
allow(u: User, "b", r: Repo) if r.org == u.org and r.public; ### "nil-equals-nil: r.org == u.org"
allow(u: User, "c", r: Repo) if o = u.org and r.org = o; ### "nil-equals-nil: r.org = o"
allow(_: User{org: o}, "d", _: Repo{org: o}); ### "nil-equals-nil: this also holds when both are nil .test that one of them is not nil."
allow(u: User, "e", r: Repo) if r matches Repo{org: o} and u.org = o; ### "nil-equals-nil: u.org = o"
allow(u: User, "f", r: Repo) if [u.org, 1] = [r.org, 1]; ### "nil-equals-nil: this also holds"
allow(u: User, "g", r: Repo) if u.org = r.org or u.org != nil and r.public; ### "nil-equals-nil"
allow(u: User, "h", r: Repo) if not (u.org != r.org); ### "nil-equals-nil: u.org != r.org"
allow(u: User, "i", r: Repo) if forall(t in r.labels, t = "x" and u.org = r.org); ### "nil-equals-nil"
allow(u: User, "j", o: User) if u.boss.boss = o.boss.boss; ### "nil-equals-nil: u.boss.boss = o.boss.boss"
allow(u: User, "k", r: Repo) if u.boss != nil and u.org = r.org; ### "nil-equals-nil"
type helper(user, repo);
helper(u: User, r: Repo) if u.email = r.owner.email; ### "nil-equals-nil"
---
# Equalities that are guarded, fail for nil, or make the rule hold less.
allow(u: User, "a", r: Repo) if u.org != nil and u.org = r.org;
allow(u: User, "b", r: Repo) if u.org = r.org and r.org != nil;
allow(u: User, "c", r: Repo) if u.org = r.org and not u.org = nil and not (r.org = nil or r.public);
allow(u: User, "d", r: Repo) if o = u.org and o != nil and r.org = o;
allow(_: User{org: o}, "e", _: Repo{org: o}) if o != nil;
allow(u: User, "f", r: Repo) if u.org = r.org and u.org.name = "x";
allow(u: User, "g", r: Repo) if u.org = r.org and r.org matches Org;
allow(_: User{org: o}, "h", r: Repo{org: Org{name: "x"}}) if r.org = o;
allow(u: User, "i", r: Repo) if u.org.id = r.org.id;
allow(u: User, "j", r: Repo) if r.owner = u and u.boss = r.owner;
allow(u: User, "k", r: Repo) if not u.org = r.org and u.org != r.org;
allow(u: User, "l", r: Repo) if r.public and (u.email in ["a", "b"] and u.email = r.owner.email);
allow(u: User, "m", r: Repo) if u.org != nil and (r.public or u.org = r.org);
allow(u: User, "n", r: Repo) if u.email = "x" and u.email = r.owner.email;
allow(u: User, "o", t: Ticket) if t.owner_id = u.id or t.member_id = u.id;
allow(m: Member, "p", t: Ticket) if t.member_id = m.id;
allow(u: User, "q", t: Ticket) if t.past = u.tags;
allow(u: User, "r", t: Ticket) if m in t.members and n in t.members and m = n and u.admin;
allow(u: User, "s", t: Ticket) if u.extra = t.extra and u.meta.x = t.extra;
---
# 5. Actors whose ID is not declared as the key.
allow(_: Person, "a", _: Repo); ### "^warning: actor-without-key: Person has a field ID that is not declared as its key, so an actor whose ID is not set is treated like any other .declare the key: tag the field with .polar:\",id\"., or set Class.Key.$"
allow(_: Person, "b", _: Repo);
allow(_: Robot, "c", _: Repo);
allow(_: Member, "d", _: Repo);
allow(_: User, "e", _: Person);
---
allow_request(_: Person, _); ### "actor-without-key"
---
allow_field(_: Person, "read", _: Repo, "name"); ### "actor-without-key"
---
# option:deny
deny(_: Person, "read", _: Repo); ### "actor-without-key"
---
actor Person {} ### "actor-without-key: Person"
actor Robot {}
resource Repo { permissions = ["read"]; }
allow(a, b, c) if has_permission(a, b, c);
has_permission(_: Actor, "read", _: Repo);
---
actor Person {}
resource Repo { roles = ["owner"]; permissions = ["read"]; "read" if "owner"; }
allow(a, b, c) if has_permission(a, b, c);
has_role(p: Person, "owner", r: Repo) if r.id = p.id; ### "actor-without-key: Person"
---
# 6. Roles and relations that no rule gives.
actor User {}
resource Org { roles = ["owner", "member"]; }
resource Repo {
  roles = [
    "reader",
    "writer",
    "admin", ### "^warning: never-given: no rule grants the role .admin. of Repo, so nobody has it .write a has_role rule for it.$"
    "unused"
  ];
  permissions = ["read", "push"];
  relations = { org: Org, owner: User };
  "read" if "reader";
  "reader" if "writer";
  "writer" if "admin";
}
has_role(u: User, "owner", o: Org) if u.org = o;
has_permission(u: User, "push", r: Repo) if has_role(u, "member", r.org); ### "never-given: no rule grants the role .member. of Org, so nobody has it"
has_permission(u: User, "push", r: Repo) if has_role(u, "unused", r); ### "never-given: no rule grants the role .unused. of Repo"
has_permission(_: User, "push", r: Repo) if has_relation(_, "org", r);
has_relation(o: Org, "org", r: Repo) if r.org = o;
has_permission(u: User, "read", r: Repo) if has_relation(u, "owner", r); ### "never-given: no rule defines the relation .owner. of Repo, so this is never true .write a has_relation rule for it."
---
# A role may come from another role, from a permission, from a rule for all roles, or for a supertype.
actor User {}
resource Org { roles = ["owner"]; permissions = ["manage"]; "owner" if "manage"; }
resource Repo { roles = ["reader", "writer"]; permissions = ["read"]; relations = { org: Org }; "read" if "reader"; "reader" if "owner" on "org"; "reader" if "writer"; }
resource Document { roles = ["viewer"]; permissions = ["view"]; "view" if "viewer"; }
resource Page { roles = ["viewer", "editor"]; permissions = ["view"]; "view" if "viewer"; "view" if "editor"; }
has_permission(u: User, "manage", o: Org) if u.org = o;
has_relation(o: Org, "org", r: Repo) if r.org = o;
has_role(u: User, role: String, r: Repo) if role = "writer" and r.owner = u;
has_role(u: User, "viewer", d: Document) if d.title = u.name;
has_role(u: User, "editor", p: Page) if p.body = u.name;
---
actor User {}
resource Repo { roles = ["a", "b"]; "a" if "b"; "b" if "a"; permissions = ["p"]; "p" if "a"; } ### "never-given: no rule grants the role .a. of Repo"
---
# A rule for any resource gives every role.
actor User {}
resource Repo { roles = ["a"]; permissions = ["p"]; "p" if "a"; }
has_role(u: User, _: String, r: Resource) if r.id = u.id;
