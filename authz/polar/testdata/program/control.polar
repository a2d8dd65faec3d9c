allow(u: User, action, d: Doc) if
    (action = "read" or action = "edit") and
    not (d.status = "draft" and d.owner_id != u.id) and
    forall(t in u.tags, t != "blocked" and not t.starts_with("x")) and
    above(d, u);
above(d: Doc, u: User) if d.parent.owner_id = u.id and cut;
above(d: Doc, u: User) if above(d.parent, u);
first([x, *_rest], {key: x});
first([], n) if (m = 1 + 2 and print(n) and k := m and n = k) or n = now;
allow(_: User{name: "root"}, "query", _: Doc) if first([1], {key: k}) and k = 1 and first([], _);
