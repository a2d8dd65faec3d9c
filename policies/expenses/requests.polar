# Which requests may be sent at all. The action is the method. What a request
# does with a row is decided in the other files, when the row is known.

allow(actor: Actor, method, request: Request) if
    allow_by_path(actor, method, request.segments);

# The index is open to everybody, guests included.
allow_by_path(_: Actor, "GET", []);

# The rest is for users.
allow_by_path(_: User, "GET", ["whoami"]);
allow_by_path(_: User, "GET", ["expenses"]);
allow_by_path(_: User, "GET", ["expenses", _id]);
allow_by_path(_: User, "PUT", ["expenses", "submit"]);
allow_by_path(_: User, "GET", ["organizations", _id]);
