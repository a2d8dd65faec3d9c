# Which requests are allowed at all. The action is the method. The other files
# decide about rows, once a row is known.

allow(actor: Actor, method, request: Request) if
    allow_by_path(actor, method, request.segments);

# Everybody may see the index, guests included.
allow_by_path(_: Actor, "GET", []);

# Only users may see the rest.
allow_by_path(_: User, "GET", ["whoami"]);
allow_by_path(_: User, "GET", ["expenses"]);
allow_by_path(_: User, "GET", ["expenses", _id]);
allow_by_path(_: User, "PUT", ["expenses", "submit"]);
allow_by_path(_: User, "GET", ["organizations", _id]);
