# Which requests may be sent at all. The action is the method; what a request
# does with a row is decided in rows.polar, when the row is known.
#
# For go-oso: attributes have their exact Go names, and the segments of the path
# come split, since go-oso has no string methods.

allow(actor, method, request: Request) if
    allow_by_path(actor, method, request.Segments);

# The index is open to everybody, guests included.
allow_by_path(_, "GET", []);

# The rest is for users. A Guest is another class, and go-oso knows no
# supertypes, so no rule for User applies to one.
allow_by_path(_: User, "GET", ["whoami"]);
allow_by_path(_: User, "GET", ["expenses"]);
allow_by_path(_: User, "GET", ["expenses", _id]);
allow_by_path(_: User, "PUT", ["expenses", "submit"]);
allow_by_path(_: User, "GET", ["organizations", _id]);
