# With a key: instances are equal if class and key are equal, whatever the pointers and the other fields.
#? acme = acme => {}
#? acme = acme_again => {}
#? acme == acme_again => {}
#? acme != acme_again => none
#? acme = globex => none
#? acme != globex => {}
#? app = app_again => {}
#? app.org = acme_again => {}
#? acme in [globex, acme_again] => {}
#? item = item_again => {}
#? item = other_item => none
#? acme in kinds.orgs => {}
#? acme = kinds.org => {}
#? [acme] = [acme_again] => {}
#? {o: acme} == {o: acme_again} => {}
#? o in orgs and o = globex => o=Org(globex)
---
# A zero key identifies nothing, so the pointer decides.
#? draft = draft => {}
#? draft = draft_again => none
#? draft != draft_again => {}
#? draft_item = draft_item => {}
#? draft_item = item => none
---
# A key of two parts is zero if both parts are zero.
#? draft_item != draft_item => none
---
# Instances of different classes are never equal, even with the same key.
#~ acme = app => none
#~ acme != app => {}
#~ acme = 1 => none
#~ app = 1 => none
#~ acme = "acme" => none
#~ acme = {name: "acme"} => none
#~ acme = Org => none
#? bug != wish => {}
---
# Without a key: by pointer.
#? alice = alice => {}
#? alice = alice_again => none
#? alice = bob.boss => {}
#? alice = bob => none
#? dave.boss.boss = dave => {}
#? alice in users => {}
#? alice_again in users => none
#? ring.next.next = ring => {}
---
# Other values and pointers are compared with Go's == where that is safe.
#? point = point_again => {}
#? point = other_point => none
#? point = origin => none
#? point in kinds.structs => {}
#? kinds.struct = point => {}
#? blob = blob => {}
#? blob = blob_again => none
#? blob != blob_again => {}
---
# An array is not an object: a pointer to one only means that it may be missing.
#? uuid = uuid_again => {}
#? uuid != uuid_again => none
#? uuid = other_uuid => none
#? uuid = event.id => {}
#? event.id = uuid => {}
#? uuid in [other_uuid, uuid_again] => {}
---
# A list or dictionary is equal to itself, whatever it contains, even if it contains itself.
#? odd = odd => {}
#? odd == odd => {}
#? odd != odd => none
#? odd = [1, nan] => none
#? circle = circle => {}
#? circle == circle.self => {}
#? circle = {n: 1, self: circle} => {}
#? circle = {n: 2, self: circle} => none
---
# Equal and Compare decide if a type has them.
#? cheap = cheap_again => {}
#? cheap = dear => none
#? cheap < dear => {}
#? cheap <= cheap_again => {}
#? dear >= cheap => {}
#? dear < cheap => none
#? cheap != dear => {}
#? v1 = v1_again => {}
#? v1 < v2 => {}
#? v1 <= v1_again => {}
#? v2 > v1 => {}
#? v2 >= v2 => {}
#? v1 > v2 => none
#? code = code_again => {}
#? code == code_again => {}
#? code = other_code => none
#? code in [other_code, code_again] => {}
#? code < code_again => error unordered
#? cheap < v1 => error unordered
#? cheap < 5 => error unordered
#~ cheap = 5 => none
#? cheap > nil => none
#? cheap = nil => none
---
# A panic in Compare is an error.
#? panicky = panicky_again => error host
#? panicky < panicky_again => error host
#? not panicky = panicky_again => error host
---
# Instances cannot be ordered.
#? acme < globex => error unordered
#? alice <= alice => error unordered
#? point < other_point => error unordered
---
# open: a value is equal to itself, without a call of its method.
#? panicky = panicky => {}
---
# Equality in heads, in shared variables and in the index.
same(x, x);
f(1, "one"); f(1.0, "one point zero"); f("1", "string"); f(true, "true");
owner(app, "owner of app"); owner(_, "any");
#? same(acme, acme_again) => {}
#? same(alice, alice_again) => none
#? same(point, point_again) => {}
#? f(1, x) => x="one" ; x="one point zero"
#? f(1.0, x) => x="one" ; x="one point zero"
#? f(true, x) => x="true"
#? owner(app_again, x) => x="owner of app" ; x="any"
#? owner(lib, x) => x="any"
---
# The index skips no rule whose literal is equal by a method, a key or a number.
f(code, "code"); f(other_code, "other");
g(acme, "acme"); g(globex, "globex"); g(draft, "draft");
h(point, "point"); h(origin, "origin");
i(9007199254740993, "exact"); i(9007199254740992.0, "float"); i(nan, "nan"); i(-0.0, "zero"); i(9223372036854775807, "max");
j(true, "true"); j(false, "false"); j("open", "open"); j(90000000000, "duration");
k([1, [2.0]], "list"); k({a: 1}, "dict"); k(User, "class"); k([User], "classes");
#? f(code_again, x) => x="code"
#? g(acme_again, x) => x="acme"
#? g(draft_again, x) => none
#? h(point_again, x) => x="point"
#? i(9007199254740993, x) => x="exact"
#? i(9007199254740992, x) => x="float"
#? i(9007199254740992.0, x) => x="float"
#? i(nan, x) => none
#? i(0, x) => x="zero"
#? i(9223372036854775807.0, x) => none
#? j(task.flag, x) => x="true"
#? j(kinds.bool, x) => x="true"
#? j(task.status, x) => x="open"
#? j(event.took, x) => x="duration"
#? k([1.0, [2]], x) => x="list"
#? k(kinds.map, x) => none
#? k({a: 1.0}, x) => x="dict"
#? k(User, x) => x="class"
#? k([User], x) => x="classes"
#? k([alice], x) => none
---
# Host methods are not called to find the rules that apply: an error in a later rule does not hide an earlier answer.
f(_: User, _: Holder, "first");
f(_, _: Holder{panicky: panicky_again}, "second");
g(_: User, _: Kinds, "first");
g(_, _: Kinds{too_big: 1}, "second");
#? f(alice, holder, x) => x="first" ; error host
#? f(bob, holder, x) and cut => x="first"
#? f(1, holder, _) => error host
#? g(alice, kinds, x) => x="first" ; error type
