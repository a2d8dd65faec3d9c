# Organizations have members and owners. Their projects have issues.
allow_request(_: User, _: Request);
allow(_: User, "read", _: User);
allow(user: User, action, resource: Resource) if has_permission(user, action, resource);

actor User {}
resource Organization {
    roles = ["member", "owner"];
    permissions = ["read"];
    "member" if "owner";
    "read" if "member";
}
resource Issue {
    permissions = ["read", "create", "update", "take", "delete", "audit"];
    relations = { organization: Organization };
    "take" if "member" on "organization";
    "read" if "owner" on "organization";
    "delete" if "owner" on "organization";
    "audit" if "owner" on "organization";
}
has_role(user: User, role: String, organization: Organization) if
    m in user.memberships and
    m.organization_id = organization.id and
    m.role = role;
has_relation(o: Organization, "organization", issue: Issue) if o = issue.project.organization;
allow(user: User, "read", project: Project) if
    project.public or
    has_role(user, "member", project.organization);
has_permission(user: User, "read", issue: Issue) if
    allow(user, "read", issue.project) and
    (not issue.confidential or user.id in [issue.author_id, issue.assignee_id]);
has_permission(user: User, "create", issue: Issue) if
    [issue.author_id, issue.status, issue.assignee_id] = [user.id, "open", nil] and
    allow(user, "read", issue.project);
has_permission(user: User, "update", issue: Issue) if
    has_permission(user, "read", issue) and
    (issue.author_id = user.id or has_permission(user, "take", issue));
allow_field(user: User, "update", issue: Issue, field) if
    field in ["title", "body", "confidential"] and
    issue.status = "open" and
    (issue.author_id = user.id or has_permission(user, "delete", issue));
allow_field(user: User, "update", issue: Issue, field) if
    field in ["status", "assignee_id"] and
    has_permission(user, "take", issue);
allow_change(user: User, "update", old: Issue, after: Issue) if
    [old.project_id, old.author_id] = [after.project_id, after.author_id] and
    (old.title = after.title or allow_field(user, "update", old, "title")) and
    (old.body = after.body or allow_field(user, "update", old, "body")) and
    (old.confidential = after.confidential or allow_field(user, "update", old, "confidential")) and
    (old.status = after.status or allow_field(user, "update", old, "status")) and
    (old.assignee_id = after.assignee_id or allow_field(user, "update", old, "assignee_id")) and
    (after.assignee_id = nil or has_permission(after.assignee, "take", after));

# Owners change the roles of others and not their own, so that the last owner stays.
allow(user: User, "read", m: Membership) if has_role(user, "member", m.organization);
allow(user: User, "update", m: Membership) if
    has_role(user, "owner", m.organization) and
    m.user_id != user.id;
allow_change(_: User, "update", old: Membership, after: Membership) if
    [old.user_id, old.organization_id] = [after.user_id, after.organization_id];
