# Folders in folders, in blocks.
actor Account {}
resource Folder {
  roles = ["viewer", "editor", "owner"];
  permissions = ["read", "write", "share"];
  relations = { parent: Folder };
  "read" if "viewer";
  "write" if "editor";
  "share" if "owner";
  "viewer" if "editor";
  "editor" if "owner";
  "viewer" if "viewer" on "parent";
  "editor" if "editor" on "parent";
}
has_relation(parent: Folder, "parent", folder: Folder) if folder.parent = parent;
has_role(account: Account, "owner", folder: Folder) if folder.owner = account;
has_role(account: Account, role: String, folder: Folder) if grant in folder.grants and grant.to = account and grant.role = role;
allow(actor, action, resource) if has_permission(actor, action, resource);
---
# Files in folders.
actor Account {}
resource Folder { roles = ["reader"]; permissions = ["read"]; "read" if "reader"; }
resource File {
  permissions = ["read", "trash"];
  relations = { folder: Folder, owner: Account };
  "read" if "reader" on "folder";
  "trash" if "owner";
  "read" if "owner";
}
has_role(account: Account, "reader", folder: Folder) if
  folder.owner = account or
  (grant in folder.grants and grant.to = account);
has_relation(folder: Folder, "folder", file: File) if folder = file.folder;
has_relation(owner: Account, "owner", file: File) if owner = file.owner;
allow(actor, action, resource) if has_permission(actor, action, resource);
---
# Recursion by hand.
allow(account: Account, "read", folder: Folder) if may_read(account, folder);
may_read(account: Account, folder: Folder) if folder.owner = account;
may_read(account: Account, folder: Folder) if not folder.private and may_read(account, folder.parent);
---
# With a guard, which other engines need.
allow(account: Account, "read", folder: Folder) if above(account, folder);
above(account: Account, folder: Folder) if folder.owner = account;
above(account: Account, folder: Folder) if folder.parent != nil and above(account, folder.parent);
---
# Groups of groups.
allow(account: Account, "read", file: File) if
  grant in file.grants and
  member(account, grant.group);
member(account: Account, group: Group) if group in account.groups;
member(account: Account, group: Group) if g in account.groups and inside(g, group);
inside(group: Group, outer: Group) if outer in group.parents;
inside(group: Group, outer: Group) if parent in group.parents and inside(parent, outer);
---
# Links with tokens that expire.
allow(token: LinkToken, action, file: File) if
  token.target = file.id and
  action in token.scopes and
  token.expires > now;
allow(_: Anonymous, "read", file: File) if file.type = "public";
---
# Trash: a time that may be missing.
allow(account: Account, "read", file: File) if file.owner = account and file.trashed = nil;
allow(account: Account, "restore", file: File) if file.owner = account and file.trashed != nil;
---
# Tenants first.
allow(account: Account, action, folder: Folder) if
  account.tenant = folder.tenant and
  may(account, action, folder);
may(account, "read", folder) if grant in folder.grants and grant.to = account;
may(account, _action, folder) if folder.owner = account;
---
# Levels from a table of numbers, as a constant.
allow(account: Account, "write", file: File) if
  grant in file.grants and grant.to = account and
  role_levels.get(grant.role) >= 2;
allow(account: Account, "read", file: File) if
  grant in file.grants and grant.to = account and
  role = grant.role and role_levels.(role) >= 1;
---
# The style of old Polar, with patterns for everything.
allow(_: Account{id: id}, "read", _: File{owner: Account{id: id}});
allow(account: Account, "read", _: File{folder: folder}) if folder.owner = account;
---
# Exact paths, from the inside out.
allow(_: Anonymous, "read", folder: Folder) if path(folder, ["images", "public"]);
path(folder: Folder, [name]) if folder.parent = nil and folder.name = name;
path(folder: Folder, [name, *names]) if folder.name = name and path(folder.parent, names);
---
# Cut, assignments and print.
allow(account: Account, "debug", file: File) if
  owner := file.owner and
  print("owner", owner) and
  owner = account;
allow(_: Account, "first", folder: Folder) if pick(folder, name) and name = "home";
pick(folder, name) if name = folder.name and cut;
pick(_, "none");
---
# A rule that the program queries with Query.
type shared_with(account: Account, file: File);
shared_with(account: Account, file: File) if grant in file.grants and account = grant.to;
allow(account: Account, "read", file: File) if file.owner = account;
---
# Sizes and types.
allow(account: Account, "upload", file: File) if
  file.owner = account and file.size < 10 * 1024 * 1024 and
  file.type.split("/") = ["image", kind] and kind in ["png", "jpeg"];
