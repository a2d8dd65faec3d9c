# Rules that differ only in literals of their heads share their goals. The length of a
# literal counts, since it moves the rest of the line.
allow(u: User, "a", d: Doc) if u.id = d.owner_id;
allow(u: User, "b", d: Doc) if u.id = d.owner_id;
allow(u: User, "bb", d: Doc) if u.id = d.owner_id;
allow(u: User, "c",  d: Doc) if u.id = d.owner_id;
allow(u: User, "d", d: Doc) if u.id != d.owner_id;
allow(u: User, "e", d: Doc)
    if u.id = d.owner_id;
allow(u: User, "f", d: Doc)
    if u.id = d.owner_id;
allow(u: User, "g", d: Org) if u.id = d.id;
limit("low", 1, d: Doc) if d.owner_id < 1;
limit("mid", 2, d: Doc) if d.owner_id < 1;
