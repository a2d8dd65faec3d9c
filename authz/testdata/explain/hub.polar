# Roles in blocks on three levels: organizations, repositories, issues.

actor User {}
actor Token {}

resource Org {
    roles = ["member", "billing", "owner"];
    permissions = ["read", "invite", "pay"];

    "read" if "member";
    "invite" if "owner";
    "pay" if "billing";
    "member" if "owner";
    "billing" if "owner";
}

resource Repo {
    roles = ["reader", "triager", "writer", "maintainer", "admin"];
    permissions = ["read", "label", "push", "merge", "archive"];
    relations = { org: Org };

    "read" if "reader";
    "label" if "triager";
    "push" if "writer";
    "merge" if "maintainer";
    "archive" if "admin";
    "reader" if "triager";
    "triager" if "writer";
    "writer" if "maintainer";
    "maintainer" if "admin";
    "reader" if "member" on "org";
    "admin" if "owner" on "org";
}

resource Issue {
    permissions = ["read", "close"];
    relations = { repo: Repo, author: User };

    "read" if "read" on "repo";
    "close" if "maintainer" on "repo";
    "close" if "author";
}

allow(actor, action, resource) if
    has_permission(actor, action, resource);

# A token may do what its user may, within its scopes.
allow(token: Token, action, resource) if
    not token.revoked and
    action in token.scopes and
    has_permission(token.user, action, resource);

has_role(user: User, name: String, org: Org) if
    grant in user.org_roles and
    grant.role = name and
    grant.org_id = org.id;

has_role(user: User, name: String, repo: Repo) if
    grant in user.repo_roles and
    grant.role = name and
    grant.repo_id = repo.id;

has_role(user: User, name: String, repo: Repo) if
    group in user.groups and
    group_has_role(group, name, repo);

group_has_role(group: Group, name: String, repo: Repo) if
    grant in group.repo_roles and
    grant.role = name and
    grant.repo_id = repo.id;

group_has_role(group: Group, name: String, repo: Repo) if
    group_has_role(group.parent, name, repo);

has_relation(org: Org, "org", repo: Repo) if
    org = repo.org;

has_relation(repo: Repo, "repo", issue: Issue) if
    repo = issue.repo;

has_relation(user: User, "author", issue: Issue) if
    user.id = issue.author_id;

allow(_: Guest, "read", repo: Repo) if
    repo.public;
