allow(actor, action, resource) if has_permission(actor, action, resource);

actor User {}

resource Org {
  roles = ["admin", "member"];
  "member" if "admin";
}

resource Doc {
  permissions = ["read", "edit"];
  roles = ["reader"];
  relations = { org: Org };
  "read" if "reader";
  "edit" if "admin" on "org";
  "reader" if "member" on "org";
}

has_role(user: User, name: String, org: Org) if
    m in user.orgs and m.role = name and m.org = org;
has_relation(org: Org, "org", doc: Doc) if org = doc.org;
has_role(user: User, "reader", doc: Doc) if doc.owner_id = user.id;
