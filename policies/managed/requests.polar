# Users may send any request: each route asks about the rows it touches, and
# that is where the answers are. Guests may see the index.

allow(_: User, _method, _: Request);
allow(_: Guest, "GET", _: Request{path: "/"});
