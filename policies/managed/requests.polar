# Users may send any request, because each route asks about the rows that it uses.
# Guests may see the index.

allow(_: User, _method, _: Request);
allow(_: Guest, "GET", _: Request{path: "/"});
