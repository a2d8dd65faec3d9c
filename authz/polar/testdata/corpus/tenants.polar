# Tenants by key.
allow(member: Member, "read", project: Project) if member.tenant_id = project.tenant_id;
allow(key: APIKey, "read", project: Project) if key.tenant_id = project.tenant_id and "projects:read" in key.scopes;
---
# Roles as strings.
allow(member: Member, "update", project: Project) if
  member.tenant_id = project.tenant_id and
  ("admin" in member.roles or project.lead = member);
---
# Scopes that contain the action.
allow(key: APIKey, action: String, project: Project) if
  key.tenant_id = project.tenant_id and
  scope in key.scopes and
  scope.split(":") = ["projects", action];
---
# Teams that may be missing, guarded.
allow(member: Member, "read", project: Project) if
  member.tenant_id = project.tenant_id and
  member.team != nil and member.team = project.team;
allow(member: Member, "read", project: Project) if
  member.tenant_id = project.tenant_id and project.team = nil;
---
# An intentional comparison with nil, with a comment that says so.
# ursa:ignore nil-equals-nil: what belongs to no team is for those without a team
allow(member: Member, "claim", project: Project) if member.team = project.team;
---
# Plans and features.
allow(member: Member, "export", project: Project) if
  member.tenant_id = project.tenant_id and
  member.has_feature("export") and
  project.tenant.plan in ["pro", "enterprise"] and
  "export" in project.tenant.features;
---
# Attributes in dictionaries.
allow(member: Member, "approve", invoice: Invoice) if
  member.attrs.level >= 3 and
  member.attrs.region in regions and
  invoice.amount < approval_limit;
---
# Segregation of duties.
allow(member: Member, "approve", invoice: Invoice) if
  "approver" in member.roles and
  not invoice.project.lead = member and
  not invoice.approved;
---
# Tenants of tenants.
allow(member: Member, "audit", tenant: Tenant) if
  "auditor" in member.roles and
  under(tenant, member.tenant);
under(tenant: Tenant, top: Tenant) if tenant = top;
under(tenant: Tenant, top: Tenant) if under(tenant.parent, top);
---
# Requests by method and path.
allow(_: Member, "GET", _: Request{path: "/health"});
allow(member: Member, method, request: Request) if
  method in ["GET", "HEAD"] and
  request.segments = ["projects", *_] and
  not member.tenant.disabled;
allow(_: Member, "POST", request: Request) if request.path.startswith("/api/");
---
# The same by the parts of the path.
allow(member: Member, "GET", request: Request) if by_path(member, request.path.split("/"));
by_path(_: Member, ["", "whoami"]);
by_path(member: Member, ["", "tenants", id, *_]) if member.tenant_id = id;
---
# allow_request, with its own rows.
allow_request(_: Member, request: Request) if request.host = "app.example.com";
allow_request(_: APIKey, request: Request) if request.path.startswith("/api/");
allow(member: Member, "read", project: Project) if member.tenant_id = project.tenant_id;
---
# A role of the tenant, for everything in it.
actor Member {}
actor APIKey {}
resource Tenant {
  roles = ["admin", "member"];
  permissions = ["manage", "invite"];
  "manage" if "admin";
  "invite" if "admin";
  "member" if "admin";
}
resource Project {
  roles = ["lead"];
  permissions = ["read", "update", "delete"];
  relations = { tenant: Tenant };
  "read" if "member" on "tenant";
  "update" if "lead";
  "delete" if "admin" on "tenant";
  "lead" if "admin" on "tenant";
}
has_role(member: Member, role: String, tenant: Tenant) if member.tenant = tenant and role in member.roles;
has_role(member: Member, "lead", project: Project) if project.lead = member;
has_role(key: APIKey, "member", tenant: Tenant) if key.tenant_id = tenant.id;
has_relation(tenant: Tenant, "tenant", project: Project) if project.tenant = tenant;
allow(actor, action, resource) if has_permission(actor, action, resource);
---
# Roles that only rules use.
actor Member {}
resource Tenant { roles = ["owner", "billing"]; }
has_role(member: Member, role: String, tenant: Tenant) if member.tenant_id = tenant.id and role in member.roles;
allow(member: Member, "pay", invoice: Invoice) if has_role(member, "billing", invoice.project.tenant);
allow(member: Member, "close", tenant: Tenant) if has_role(member, "owner", tenant);
---
# Permissions and other decisions side by side.
actor Member {}
resource Project { permissions = ["read", "archive"]; }
has_permission(member: Member, "read", project: Project) if member.tenant_id = project.tenant_id;
has_permission(member: Member, "archive", project: Project) if project.lead = member;
allow(member: Member, action, project: Project) if has_permission(member, action, project);
allow(member: Member, "list", Project) if not member.tenant.disabled;
allow(_: Member, "GET", _: Request);
---
# An admin of everything, and other users.
allow(member: Member, _, _) if "root" in member.roles;
allow(member, action, resource) if tenant_of(resource, tenant) and may(member, action, tenant);
tenant_of(project: Project, project.tenant_id);
tenant_of(invoice: Invoice, invoice.project.tenant_id);
may(member: Member, action, tenant) if member.tenant_id = tenant and action in ["read", "comment"];
---
# Settings of a project.
allow(member: Member, "see", project: Project) if
  project.settings.visibility = "public" or
  (project.settings.visibility = "team" and member.team = "core");
---
# Denials by tenant, in a separate file.
# option: deny
# source: allow.polar
allow(member: Member, _, project: Project) if member.tenant_id = project.tenant_id;
# source: deny.polar
deny(member: Member, _, _) if member.tenant.disabled;
deny(_: APIKey, action, _: Invoice) if action in ["approve", "pay"];
---
# Numbers and dates.
allow(member: Member, "remind", invoice: Invoice) if
  invoice.due < now and invoice.amount > 0.5 and not invoice.approved and member.tenant_id = invoice.project.tenant_id;
