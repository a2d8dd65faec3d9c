# Which requests are allowed at all. The action is the method. The rules in
# rows.polar decide about rows, once a row is known.
#
# This is for go-oso: attributes have their exact Go names, and the policy reads
# request.Segments, since go-oso has no string methods.

allow(actor, method, request: Request) if
    allow_by_path(actor, method, request.Segments);

# Everybody may see the index, guests included.
allow_by_path(_, "GET", []);

# Only users may see the rest. A Guest is not a User, so these rules do not apply
# to guests.
allow_by_path(_: User, "GET", ["whoami"]);
allow_by_path(_: User, "GET", ["expenses"]);
allow_by_path(_: User, "GET", ["expenses", _id]);
allow_by_path(_: User, "PUT", ["expenses", "submit"]);
allow_by_path(_: User, "GET", ["organizations", _id]);
