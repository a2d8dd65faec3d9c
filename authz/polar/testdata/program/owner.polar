allow(user: User, "read", doc: Doc) if
    user.id = doc.owner_id;
