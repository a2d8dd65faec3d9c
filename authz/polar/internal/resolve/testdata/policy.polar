# option:policy ### "warning: no-allow-rule: the policy has no allow rule"
f(1);
---
# option:policy
allow(_, _, _);
---
# option:policy
allow_field(_, _, _, _);
---
# option:policy
allow_request(_, _);
---
# option:policy
actor User {}
resource Org { permissions = ["read"]; }
allow(_: User, "read", _: Org);
---
# option:policy
actor User {}
resource Org { permissions = ["read"]; }
allow(a, b, c) if has_permission(a, b, c);
has_permission(_: User, "read", _: Org);
---
# A shorthand rule that implies through a permission is no decision. ### "warning: no-has-permission"
# option:policy
actor User {}
resource Org { permissions = ["read", "write"]; "read" if "write"; }
allow(_, _, _);
---
# Neither is one about a role. ### "warning: no-has-permission"
# option:policy
actor User {}
resource Org { roles = ["a"]; permissions = ["read"]; "read" if "a"; }
has_role(u: User, "a", o: Org) if u.org = o;
allow(_, _, _);
---
# Nor does an inline query. ### "warning: no-has-permission"
# option:policy
actor User {}
allow(_, _, _);
has_permission(_: User, "a", _: User{id: 3});
?= has_permission(1, 2, 3);
