# cut commits the rule to the choices it has made, the remaining rules included.
f(1) if cut; f(2);
g(x) if x in [1, 2, 3] and cut; g(4);
h(x) if x in [1, 2, 3] and x > 1 and cut; h(4);
i(x) if x = 1 and cut and x = 2; i(3);
#? f(x) => x=1
#? f(2) => {}
#? g(x) => x=1
#? g(2) => {}
#? g(4) => {}
#? h(x) => x=2
#? h(4) => {}
#? i(x) => none
#? i(3) => {}
---
# It does not reach the caller.
f(1) if cut; f(2);
g(x) if f(x); g(10);
h(x, y) if x in [1, 2] and f(y);
#? g(x) => x=1 ; x=10
#? h(x, y) => x=1, y=1 ; x=2, y=1
#? f(x) and f(y) => x=1, y=1
---
# Choices made after it stay.
f(x, y) if x in [1, 2] and cut and y in [1, 2];
#? f(x, y) => x=1, y=1 ; x=1, y=2
---
# Inside an or it commits to the branch, not to the rule.
f(x) if (x = 1 and cut) or x = 2; f(3);
g(x) if x in [1, 2, 3] and (x = 2 and cut or x = 3); g(4); ### warning "."
#? f(x) => x=1 ; x=3
#? f(2) => {}
#? g(x) => x=2 ; x=3 ; x=4
---
# Precisely: it commits the choices made since the connective around its own connective began.
f(x) if x in [1, 2] and (cut or true); f(3);
g(x) if x in [1, 2] and (true and cut); g(3);
h(x) if x in [1, 2] and ((x = 1 and cut) or true); h(3);
i(x) if x in [1, 2] and (((true or true) and cut) or x = 1); i(3);
j(x) if (x = 1 or x = 2) and ((cut or true) and true); j(3);
#? f(x) => x=1 ; x=3
#? g(x) => x=1                  # parentheses around and change nothing
#? h(x) => x=1 ; x=2 ; x=3
#? i(x) => x=1 ; x=2 ; x=3
#? j(x) => x=1 ; x=3
---
# In a query it commits the query.
#? x in [1, 2] and cut => x=1
#? x in [1, 2] and cut and y in [1, 2] => x=1, y=1 ; x=1, y=2
#? x in [1, 2] and (cut or true) => x=1
#? x in [1, 2] and (y = x and cut) => x=1, y=1
#? cut => {}
#? cut or true => {}
#? (x = 1 or x = 2) and cut => x=1
---
# Inside not and forall it has no effect outside.
f(x) if not (g(x) and cut); g(1); g(2); f(5);
h(x) if x in [1, 2] and not (x = 1 and cut);
i(x) if x in [1, 2] and forall(y in [1, 2], (y > 0 and cut));
#? f(3) => {}
#? f(1) => none
#? f(5) => {} ; {}
#? h(x) => x=2
#? i(x) => x=1 ; x=2
#? x in [1, 2] and not (false and cut) => x=1 ; x=2
---
# Two calls of the same rule do not disturb each other.
q(1) if cut; q(2);
p(x) if x in [1, 2] and q(1);
r(x) if x in [1, 2];
s(x) if r(x) and r(x) and cut;
#? q(x) and q(x) => x=1
#? p(x) => x=1 ; x=2
#? p(x) and q(1) => x=1 ; x=2
#? s(x) => x=1
#? r(x) and q(y) => x=1, y=1 ; x=2, y=1
---
# Two calls of the same rule with the same arguments; the second one cuts.
q(x) if x in [1, 2];
c(x) if x in [1, 2] and cut;
t(x, y) if q(x) and c(y);
u(x, y) if q(x) and q(y) and c(y);
#? t(x, y) => x=1, y=1 ; x=2, y=1
#? u(x, y) => x=1, y=1 ; x=1, y=2 ; x=2, y=1 ; x=2, y=2
---
# The usual idiom: a default.
rate(x, "gold") if x > 100 and cut;
rate(x, "silver") if x > 10 and cut;
rate(_, "none");
#? rate(200, x) => x="gold"
#? rate(50, x) => x="silver"
#? rate(1, x) => x="none"
---
# A cut while a test still waits would commit to a guess: that is an error.
f(x) if x > 1 and cut; f(_);
g(x) if x > 1 and x = 2 and cut; g(_);
h(x) if not x = 1 and cut; h(_);
i(x) if x matches Integer and cut; i(_);
#? f(x) => error unbound
#? f(x) and x = 2 => error unbound
#? f(2) => {}
#? f(1) => {}
#? g(x) => x=2
#? h(x) => error unbound
#? h(2) => {}
#? h(1) => {}
#? i(x) => error unbound
#? i(1) => {}
#? x > 1 and cut and x = 2 => x=2             # there is nothing to cut
#? x > 1 and x = 2 and cut => x=2
---
# open: a cut ignores a test that has waited since before the choices of the cut.
f(y) if y in [1, 2] and cut;
#? x > 1 and f(y) and x = 2 => x=2, y=1
#? x > 1 and (y = 1 or y = 2) and cut and x = 2 => x=2, y=1
#? (x > 1 or x > 2) and cut and x = 2 => error unbound
---
# Each test counts: if an older test has got its variable, another test that still waits is still an error.
f(x, y, z) if x > 0 and y in [1, 2] and x = y and y > z and cut;
#? f(x, y, 1) => x=2, y=2
#? f(x, y, 0) => x=1, y=1
#? f(x, y, z) and z = 1 => error unbound
---
# A rule whose head does not match the call is not an alternative, in any place.
f(_: String, _: Integer) if cut;
f(x, x: Integer);
g(_: String, _: Integer) if cut;
g(_, _: Integer);
h(y) if (y = 1 or y = 2) and f("a", y) and cut;
#? f("a", y) and y = 1 => y=1
#? f("a", y) and y = "b" => none
#? f(1, 1) => {}
#? g("a", y) and y = 1 => error unbound
#? g("a", 1) => {}
#? h(y) => y=1
