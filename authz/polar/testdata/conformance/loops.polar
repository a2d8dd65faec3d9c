# A ground call that repeats one of its ancestors has no further solution.
p() if p();
q() if q();
q();
r(x) if r(x);
r(1);
a(x) if b(x);
b(x) if a(x);
b(2);
#? p() => none
#? not p() => {}
#? q() => {}
#? r(1) => {}
#? r(2) => none
#? a(2) => {}
#? a(1) => none
#? b(2) => {}
---
# Loops in data end.
reports_to(u: User, v: User) if u.boss = v;
reports_to(u: User, v: User) if reports_to(u.boss, v);
manages(v: User, u: User) if reports_to(u, v);
#? reports_to(carol, alice) => {}
#? reports_to(alice, carol) => none
#? reports_to(dave, erin) => {}
#? reports_to(dave, dave) => {}
#? reports_to(dave, alice) => none
#? reports_to(erin, alice) => none
#? not reports_to(dave, alice) => {}
#? manages(alice, carol) => {}
#? manages(alice, dave) => none
#? forall(u in users, not reports_to(u, dave)) => {}
---
# The same over edges, with the target known.
edge(1, 2); edge(2, 3); edge(3, 1); edge(3, 4);
path(x, y) if edge(x, y);
path(x, y) if edge(x, z) and path(z, y);
#? path(1, 4) => {}
#? path(1, 5) => none
#? path(4, 1) => none
#? path(1, 1) => {}
#? not path(1, 5) => {}
---
# A ring of nodes.
reach(n: Node, name) if n.name = name;
reach(n: Node, name) if reach(n.next, name);
#? reach(ring, "next") => {}
#? reach(ring, "ring") => {}
#? reach(ring, "other") => none
---
# Calls with other arguments do not repeat.
f(x) if x > 0 and f(x - 1);
f(0);
g(x, y) if x < 3 and g(x + 1, y);
g(3, "end");
#? f(3) => {}
#? g(0, "end") => {}
#? g(0, x) => x="end"
---
# option: limits steps=20000
# Calls with unbound arguments are not cut short: they find the solutions, and then exceed the budget.
r(x) if r(x);
r(1);
s(1);
s(x) if s(x);
#? r(x) => error budget
#? s(x) => x=1 ; x=1 ; ... ; error budget
---
# Recursion through a negation, over data without loops.
odd(x) if edge(x, y) and not odd(y);
edge(1, 2); edge(2, 3);
#? odd(1) => none
#? odd(2) => {}
#? odd(3) => none
---
# Equal arguments repeat, whatever the pointers: a key identifies an instance.
f(_: Org, n) if n > 0 and f(acme_again, n);
g(_: Org) if g(acme_again);
h(x) if h(x);
#? g(acme) => none
#? f(acme, 1) => none
#? h([1, {a: alice}]) => none
#? h(1.0) => none
---
# A circle of values, and a circle of more rows than are compared one by one.
reach(p, q) if p = q;
reach(p: Phase, q) if reach(p.next(), q);
#? reach(first_phase, first_phase) => {}
#? reach(first_phase, no_phase) => none
#? not reach(first_phase, no_phase) => {}
