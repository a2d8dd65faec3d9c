# Singletons: a variable that occurs once in a rule is a typo, unless it begins with _.
f(x) if y = 1; ### "x" "y"
g(_x, _) if _y = 1;
h(x, x);
i([x, *rest]) if x = 1; ### "rest"
j({a: x}); ### "x"
k(_: {a: x}); ### "x"
l(_: User{name: x}); ### "x"
m(x: Integer); ### "x"
n(_x: Integer);
o(_) if p = {q}; ### "p" "q"
r(_) if {a: 1}.(k) = 1; ### "k"
---
# Constants, classes, names of unions and names with :: are not singletons.
f(answer); f(User); f(Actor); f(a::b); f(nil);
g(_) if x = answer and x = 42;
---
# A variable may occur twice without any effect.
f(x, y) if x = y;
---
# Rule types and inline queries have no singletons.
type f(x, y);
?= x = 1;
f(1, 2);
---
# Inline queries run when the policy is loaded; each must have a solution.
f(1); f(2);
?= f(1);
?= f(x) and x > 1;
?= not f(3);
?= forall(f(x), x < 3);
?= x = y;
#? f(1) => {}
---
f(1);
?= f(2); ### "(?i)inline query|f\\(2\\)"
?= f(1);
?= f(3); ### "(?i)inline query|f\\(3\\)"
---
f(1);
?= f(x) and x = 1 mod 0; ### "mod|zero"
---
f(1);
?= f(x) and y > x; ### "unbound|wait|bound"
---
?= g(1); ### "g"
f(1);
---
# Calls of rules that do not exist.
f(1) if g(1); ### "g"
h(1) if not hh(1); ### "hh"
i(1) if forall(ff(1), true); ### "ff"
---
f(1);
k(1) if ff(1); ### "ff"
---
# A method is not a rule, and a rule with another number of parameters exists.
f(x) if x.g(1);
g(1, 2);
h(x) if g(x); ### warning "g"
---
# Unknown classes in patterns are errors.
f(_: Unknown); ### "Unknown"
g(x) if x matches Unknown{a: 1}; ### "Unknown"
---
# Common misspellings get a suggestion.
f(_: string); ### "String"
g(_: int); ### "Integer"
h(_: dict); ### "Dictionary"
i(_: array); ### "List"
j(_: bool); ### "Boolean"
k(_: float64); ### "Float"
l(_: Usr); ### "User"
---
# A class that is named twice is as unknown as one that is named once.
f(_: Unknown, _: Unknown); ### "Unknown" "Unknown"
---
# All errors of a policy are reported, not only the first.
f(x) if g(1); ### "x" "g"
h(y); ### "y"
i(1) if undefined_one(1); ### "undefined_one"
resource Repo { foo = ["a"]; } ### "foo"
---
# Keyword arguments.
f(1) if g(x: 1); ### "(?i)keyword|argument|name"
g(_);
---
# Kinds that can never be equal, or never ordered, are errors where types are known.
f(u: User) if u.name = 1; ### "."
g(u: User) if u.age > "a"; ### "."
h(u: User) if u.name + 1 = 2; ### "."
i(u: User) if u.name; ### "."
j(u: User) if x in u.age and x = 1; ### "."
k(u: User) if u.boss = "alice"; ### "."
l(u: User) if u.age = nil; ### warning "nil"
m(u: User) if u.boss = nil;
n(u: User) if u.age = 1.5;
o(u: User) if u.meta.a = 1 and u.meta.b = "x" and u.meta.c > 2;
p(x: Integer) if x > 1.5 and x = 2;
q(x: String) if x > 1; ### "."
r(t: Task) if t.status = "open" and t.level > 2 and t.flag and t.ratio < 1;
s(t: Task) if t.status = 1; ### "."
---
# Several definitions of a rule are alternatives, not errors, in any place.
f(1); g(1); f(2);
f(3) if g(1);
#? f(x) => x=1 ; x=2 ; x=3
---
# An empty policy is valid here.
# nothing here
#? 1 = 1 => {}
#? f(1) => error undefined-rule
---
# A loaded policy has only its rules: the names in a query are local to it.
f(1);
#? x = 1 and f(x) => x=1
#? f = 1 => f=1
#? f.f = 1 and f = {f: 1} => f={f: 1}
---
# Several sources are one policy: rules in the order of the sources, and blocks merged.
f(1) if g(1);
actor User {}
resource Org { roles = ["member"]; }
# source: second.polar
f(2);
g(1);
resource Org { permissions = ["see"]; "see" if "member"; }
has_role(_: User, "member", _: Org);
#? f(x) => x=1 ; x=2
#? has_permission(alice, "see", acme) => {}
---
f(x) if x = 1;
# source: second.polar
g(x); ### "^second.polar:\d+:3: "
h(1) if nope(1); ### "^second.polar:\d+:9: "
---
# An error in one source does not hide those in another.
f(1) if; ### "^loading.polar"
# source: second.polar
g(1,); ### "^second.polar"
