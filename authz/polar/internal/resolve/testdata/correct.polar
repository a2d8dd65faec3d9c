# option:policy
# Policies without mistakes: none of them is reported.

# 1. The smallest policy.
allow("alice@example.com", "read", "report");
allow(_, "ping", _);
---
# 2. The guide: an interface as base class, a request with paths, attributes in snake_case.
allow(user: User, "GET", request) if
  request.path.split("/") = ["", "expenses", id] and
  id = user.name;
allow(user: User, "GET", request) if
  allow_by_path(user, request.path.split("/"));
allow_by_path(_user, ["", "whoami", *_rest]);
allow_by_path(user: User, ["", "organizations", *rest]) if rest = [_] and user.admin;
---
# 3. Attributes of untyped parameters are not checked.
allow(actor, action, resource) if
  actor.whatever = resource.something.else and
  actor.can(action, resource) and
  resource.list.first = 1;
---
# 4. Roles and relations.
# option:policy
actor User {}
resource Org {
  roles = ["owner", "member"];
  permissions = ["read", "delete"];
  "read" if "member";
  "delete" if "owner";
  "member" if "owner";
}
resource Repo {
  roles = ["contributor"];
  permissions = ["read", "push"];
  relations = { organization: Org };
  "read" if "contributor";
  "push" if "contributor";
  "contributor" if "owner" on "organization";
}
has_role(user: User, name: String, org: Org) if team in user.teams and team.org = org and name = "member";
has_role(user: User, "contributor", repo: Repo) if repo.owner = user;
has_relation(org: Org, "organization", repo: Repo) if repo.org = org;
allow(actor, action, resource) if has_permission(actor, action, resource);
---
# 5. Permissions named by variables.
actor User {}
resource Repo { permissions = ["read", "write"]; }
has_permission(user: User, permission: String, repo: Repo) if
  permission in ["read", "write"] and repo.owner.id = user.id;
allow(actor, action, resource) if has_permission(actor, action, resource);
---
# 6. Nothing is known about any and dictionaries.
allow(user: User, _, _) if
  user.extra.deep.thing = 1 and user.extra = "a" and
  user.meta.role = "admin" and user.meta.level > 3 and user.meta.get("x") = [1] and
  key in user.meta.keys() and key.startswith("a") and
  [k, v] in user.meta and k = "role" and v = 1;
---
# 7. Pointers may be nil.
allow(user: User, "read", repo: Repo) if
  user.boss = nil or user.boss.name = "b" or
  repo.org != nil and user.org = repo.org and user.email != nil or
  user.email = "a@b.c" and user.email.endswith(".c");
---
# 8. Operators treat all numbers as one kind.
allow(user: User, _, _) if
  user.age > 1.5 and user.score = 3 and user.id * 2 < user.score / 3 and
  x = user.age + 1 and x >= limit and user.age mod 2 = 1 and 7 rem user.age != 0.5;
---
# 9. Narrowing, in conjunctions and alternatives.
allow(actor, "read", thing) if
  (actor matches User and actor.age > 3 or actor matches Guest and actor.name = "g") and
  actor.id = 1 and
  (thing matches Repo{public: true} or thing matches Page and thing.body = "x" and thing.title != "y") and
  not (thing matches Page and thing.body = "z");
---
# 10. What an alternative learns holds only inside it.
allow(x, _, _) if
  (x matches Integer and x > 3) or (x matches String and x.length() > 3) or (x matches User and x.admin);
---
# 11. A parent class and its subclass.
allow(user: User, "boast", _) if user matches Staff and user.level > 3;
allow(staff: Staff, "work", _) if staff.name = "s" and staff.boss.name = "b" and staff.has_tag("x");
allow(staff: Staff, "meet", user: User) if staff = user or user.knows(staff.boss);
---
# 12. An interface: the attributes that all members have.
allow(_: User, "read", document: Document) if
  document.title != "secret" and document.id > 3 and document.document_kind() = "page";
---
# 13. Actor is a union.
actor User {}
actor Guest {}
allow(actor: Actor, "see", other: Actor) if
  actor.id = other.id and actor.name = other.name and actor != other and actor.principal_id() = "x";
allow(a, b, c) if has_permission(a, b, c);
has_permission(_: Actor, "a", _: Resource) if true;
resource Repo { permissions = ["a"]; }
---
# 14. Classes as values.
allow(user: User, "create", Repo) if user.admin;
allow(user: User, "create", class) if class in [Issue, Page] and user.age > 3;
allow(_, "list", resource) if resource = Repo;
---
# 15. Named types have their kind and their class.
allow(user: User, _, _) if
  user.status = "open" and user.status != "closed" and user.status in ["open", "new"] and
  user.status matches Status and user.status matches String and
  user.status.is_open() and user.status.startswith("o") and user.status < "z";
---
# 16. Times and versions can be ordered.
allow(user: User, _, repo: Repo) if
  user.joined < user.created_at and user.joined != user.created_at and
  v = repo.latest() and repo.latest() >= v and v.major > 1;
---
# 17. Results of methods.
allow(user: User, _, _) if
  friend in user.friends() and friend.org.name = "acme" and
  user.manager().name = "m" and user.sum(1) = 1 and user.sum(1, 2, 3) > user.sum(0) and
  user.manager() = user.boss;
---
# 18. Lists.
allow(user: User, _, repo: Repo) if
  "a" in user.tags and user.tags.contains("a") and user.tags.length() > 0 and
  user.tags = ["a", *rest] and rest = [second, *_] and second.upper() = "B" and
  [user.name, repo.public] = ["n", true] and
  x in [1, "a", nil, user] and x = user and
  repo.labels matches [_, *_] and
  lang in langs and lang.startswith("g");
---
# 19. Constants.
allow(user, "root", _) if user = root or root.name = user.name or root.age < limit;
allow(_, conf.a, _) if conf.b = 1 and conf.keys().length() > 0;
---
# 20. Dictionaries of the policy itself, in patterns and as arguments.
allow(_, "config", _) if
  settings = {region: "eu", limits: {size: 3}} and
  settings.region = "eu" and settings.limits.size > 2 and settings.nothing = 1 and
  in_region(settings);
in_region(_: {region: "eu", limits: {size: 3}});
in_region(_: Dictionary{zone: "eu"});
---
# 21. Patterns by attribute.
allow(_: {id: 1}, "x", _: {name: name}) if name = "a";
allow(user: User{name: "a", org: Org{name: org}}, _, repo: Repo{owner: {id: id}}) if user.id = id and repo.name = org;
allow(_, "y", x) if x matches {title, body: "b"} and title = "t";
---
# 22. Negation and forall.
allow(user: User, _, repo: Repo) if
  not user.admin and not (user matches Staff) and
  forall(issue in repo.issues(), issue.closed and not issue.creator = user) and
  not (issue in repo.issues() and issue.title = "x");
---
# 23. Recursion over a hierarchy.
allow(user: User, "manage", other: User) if manages(user, other);
allow(_: User, "join", [left, right, both]) if append(left, right, both);
manages(user: User, other: User) if other.boss = user;
manages(user: User, other: User) if manages(user, other.boss);
append([], l, l);
append([h, *t], l, [h, *r]) if append(t, l, r);
---
# 24. A variable of any type, tested later.
allow(actor, _, resource) if
  name = actor.name and name = "a" and
  owner = resource.owner and owner matches User{age: age} and age > 3;
---
# 25. Assignments and cuts.
allow(user: User, action, _) if n := user.age and n > 3 and (action = "a" and cut or action = "b");
---
# 26. Constructors, print and debug.
allow(user: User, _, _) if
  org = new Org("acme") and org.name = user.org.name and new User("a", 3).age = 3 and
  print(user.name, org) and debug(user.age);
---
# 27. Lookups by key.
allow(user: User, key, _) if
  user.(key) = 1 and user.("name") = "n" and {a: user}.a.name = "x" and .(user, "age", 3);
---
# 28. Prefix forms.
allow(user: User, "x", _) if in(user.name, ["a"]) and .(user, has_tag("a"), true) and new(Org("x"), o) and o.id = 1;
---
# 29. Methods of strings return strings.
allow(_, action: String, _) if
  action.contains("a") and part in action.split("_") and part.length() > 1 and
  action.replace("a", "b").strip().lower().upper().contains("B") and action.ends_with("d");
---
# 30. Rule types.
type is_admin(user: User);
type is_admin(name: String);
is_admin(user: User) if user.admin;
is_admin("root");
allow(user: User, _, _) if is_admin(user) or is_admin(user.name);
---
# 31. Built-in classes as actors and resources.
actor String {}
resource Document { roles = ["reader"]; permissions = ["read"]; "read" if "reader"; }
has_role(name: String, "reader", document: Document) if document.title = name;
allow(actor, action, resource) if has_permission(actor, action, resource);
---
# 32. Unions with different members: each rule uses only what its class has.
actor User { roles = ["self"]; permissions = ["edit"]; "edit" if "self"; }
resource Repo { roles = ["owner"]; permissions = ["push"]; "push" if "owner"; }
has_role(user: User, "self", user);
has_role(user: User, "owner", repo: Repo) if repo.owner = user;
has_role(actor: Actor, role, resource: Resource) if has_role(actor, role, resource.id) and role = 1;
type has_role(a, b, c);
allow(actor, action, resource) if has_permission(actor, action, resource);
---
# 33. Fields and requests.
allow_field(user: User, "read", repo: Repo, field) if field in ["name", "stars"] and repo.public and user.age > 1;
allow_request(user: User, request) if request.method = "GET" and user.id != 0;
---
# 34. A role of a class is also one of its subclasses.
resource User { roles = ["friend"]; permissions = ["poke"]; "poke" if "friend"; }
actor User {}
has_role(a: User, "friend", b: Staff) if a.boss.id = b.id;
allow(a: User, "poke", b: Staff) if has_permission(a, "poke", b) and has_role(a, "friend", b);
---
# 35. Equality of lists and dictionaries is by element.
allow(user: User, _, repo: Repo) if
  {name: user.name, tags: user.tags} = {name: "a", tags: ["b"]} and
  user.org != nil and [user.org, user.boss, nil] = [repo.org, repo.owner, nil] and user.meta = {a: 1};
---
# 36. The same name in different rules means different variables.
allow(x: User, "a", y: Repo) if x.admin and y.public;
allow(x: Guest, "b", y: Page) if x.id = y.id;
---
# 37. Truth of values of unknown type.
allow(user: User, _, thing) if user.extra and thing.flag and flag = user.admin and flag and not thing.ok();
---
# 38. Widened literals: "in" over mixed lists, and values that come from several branches.
allow(user: User, _, _) if
  (x = user.age or x = user.name or x = user) and (x = 3 or x = "a" or x = user) and y in [1, 2.5] and y > user.age;
---
# 39. Aliases of one variable.
allow(a, b, a) if b = a and a matches User and b = c and c.name = "x" and a.age > 3;
---
# 40. A rule that is called only with other arguments.
helper(x: Integer) if x > 3;
helper(x: String) if x.length() > 3;
allow(user: User, _, _) if helper(user.age) or helper(user.name) or helper(user.extra);
