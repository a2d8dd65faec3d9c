allow(_: User, "a", d: Doc) if d.status = "x";
allow(_: User, "b", d: Doc) if d.status = "y";
allow(_: User, "c", d: Doc) if d.status = "z";
allow(_: User, "d", d: Doc) if d.status = "x";
allow(_: User, "e", _: Org);
allow(_: User, "f", _: Org);
allow(_: User, _, d: Doc) if d.status = "open";
