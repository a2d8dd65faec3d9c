# The classic policy: blocks, roles from the data, permissions through roles.
actor User {}
resource Organization {
  roles = ["owner", "member"];
  permissions = ["read", "create_repo", "list_repos"];
  "read" if "member";
  "list_repos" if "member";
  "create_repo" if "owner";
  "member" if "owner";
}
resource Repository {
  roles = ["admin", "maintainer", "reader"];
  permissions = ["read", "push", "delete"];
  relations = { parent: Organization };
  "read" if "reader";
  "push" if "maintainer";
  "delete" if "admin";
  "maintainer" if "admin";
  "reader" if "maintainer";
  "reader" if "member" on "parent";
  "admin" if "owner" on "parent";
}
has_relation(organization: Organization, "parent", repository: Repository) if repository.org = organization;
has_role(user: User, "owner", organization: Organization) if user in organization.owners;
has_role(user: User, "member", organization: Organization) if user in organization.members;
has_role(user: User, name: String, repository: Repository) if
  collaborator in repository.collaborators and
  collaborator.user = user and
  collaborator.role = name;
allow(actor, action, resource) if has_permission(actor, action, resource);
---
# Roles given by variables for all resources at once.
actor User {}
resource Repository {
  roles = ["reader", "admin"];
  permissions = ["read", "delete"];
  "read" if "reader";
  "reader" if "admin";
  "delete" if "admin";
}
has_role(user: User, role: String, _: Resource) if user.site_role = role;
allow(actor, action, resource) if has_permission(actor, action, resource);
---
# A block that only declares a resource, with explicit rules.
actor User {}
resource Repository {}
has_permission(_: User, "read", repository: Repository) if repository.public;
has_permission(user: User, "push", repository: Repository) if user in repository.org.members;
allow(actor, action, resource) if has_permission(actor, action, resource);
---
# No blocks at all.
allow(user: User, "read", repo: Repository) if repo.public or user in repo.org.members;
allow(user: User, "push", repo: Repository) if user in repo.org.owners and not repo.archived;
allow(user: User, "list", Repository) if not user.suspended;
allow(_: User, "create", Organization);
---
# Public first, in the alternatives of one rule.
allow(user, "read", repo: Repository) if
  repo.public or
  (user matches User and user in repo.org.members) or
  (user matches Bot and repo.id in user.repos);
---
# Bots with scopes, and users.
actor User {}
actor Bot {}
resource Repository {
  permissions = ["read", "write"];
  roles = ["reader", "writer"];
  "read" if "reader";
  "write" if "writer";
  "reader" if "writer";
}
has_role(bot: Bot, "reader", repo: Repository) if "repo:read" in bot.scopes and repo.id in bot.repos;
has_role(bot: Bot, "writer", repo: Repository) if "repo:write" in bot.scopes and repo.id in bot.repos;
has_role(user: User, "writer", repo: Repository) if user in repo.org.members;
allow(actor, action, resource) if has_permission(actor, action, resource);
---
# Issues through their repository, over several relations.
actor User {}
resource Organization { roles = ["member"]; }
resource Repository {
  roles = ["triager", "reader"];
  relations = { org: Organization };
  "reader" if "triager";
  "reader" if "member" on "org";
}
resource Issue {
  permissions = ["read", "close", "comment"];
  relations = { repo: Repository, author: User };
  "read" if "reader" on "repo";
  "close" if "triager" on "repo";
  "close" if "author";
  "comment" if "author";
}
has_role(user: User, "member", org: Organization) if user in org.members;
has_role(user: User, "triager", repo: Repository) if team in user.teams and slug = team.slug and repo.teams.(slug) = "triage";
has_relation(org: Organization, "org", repo: Repository) if org = repo.org;
has_relation(repo: Repository, "repo", issue: Issue) if repo = issue.repo;
has_relation(user: User, "author", issue: Issue) if issue.author = user;
allow(user: User, action, resource: Resource) if has_permission(user, action, resource);
---
# Conditions on the state of the resource.
allow(user: User, "comment", issue: Issue) if
  not issue.locked and
  issue.state in ["open", "draft"] and
  not issue.repo.archived and
  not user.login in issue.author.blocked;
allow(user: User, "reopen", issue: Issue) if
  issue.state = "closed" and
  (issue.author = user or issue.assignee = user);
---
# Actions in lists.
allow(user: User, action, issue: Issue) if
  action in ["read", "comment", "label"] and
  user in issue.repo.org.members;
allow(user: User, action: String, _: Repository) if
  user.site_role = "staff" and action in ["read", "audit"];
---
# Teams of teams.
allow(user: User, "read", repo: Repository) if
  team in user.teams and
  reads(team, repo);
reads(team: Team, repo: Repository) if slug = team.slug and repo.teams.(slug) = "read";
reads(team: Team, repo: Repository) if reads(team.parent, repo);
---
# A hierarchy of roles as helpers, with types of rules.
type role_in(user: User, role: String, repo: Repository);
type includes(higher: String, lower: String);
role_in(user: User, role: String, repo: Repository) if
  c in repo.collaborators and c.user = user and c.role = role;
role_in(user: User, role: String, repo: Repository) if
  role_in(user, higher, repo) and includes(higher, role);
includes("admin", "write");
includes("write", "read");
allow(user: User, "read", repo: Repository) if role_in(user, "read", repo);
allow(user: User, "write", repo: Repository) if role_in(user, "write", repo);
---
# Several files: blocks in one, data in another, decisions in a third.
# source: blocks.polar
actor User {}
resource Organization { roles = ["owner"]; permissions = ["delete"]; "delete" if "owner"; }
resource Repository {
  permissions = ["read"];
  relations = { org: Organization };
  "read" if "owner" on "org";
}
# source: data.polar
has_role(user: User, "owner", org: Organization) if user in org.owners;
has_relation(org: Organization, "org", repo: Repository) if org = repo.org;
has_permission(_: User, "read", repo: Repository) if repo.public;
# source: main.polar
allow(actor, action, resource) if has_permission(actor, action, resource);
---
# Several files, each with its own decisions.
# source: repos.polar
allow(user: User, "read", repo: Repository) if is_member(user, repo.org);
# source: orgs.polar
allow(user: User, "read", org: Organization) if is_member(user, org);
# source: shared.polar
is_member(user: User, org: Organization) if user in org.members or user in org.owners;
---
# A rule that several files extend has a type.
# source: base.polar
type may_moderate(user: User, repo: Repository);
allow(user: User, "moderate", issue: Issue) if may_moderate(user, issue.repo);
# source: owners.polar
may_moderate(user: User, repo: Repository) if user in repo.org.owners;
# source: teams.polar
may_moderate(user: User, repo: Repository) if team in user.teams and team.slug = "moderators" and team.org = repo.org and repo.org != nil;
---
# Denials with deny rules.
# option: deny
allow(user: User, "push", repo: Repository) if user in repo.org.members;
deny(user: User, _action, _: Repository) if user.suspended;
deny(_: User, "push", repo: Repository) if repo.archived;
deny_field(_: User, "read", _: Organization, "billing");
deny_request(user: User, _) if user.suspended;
---
# Fields.
allow(_: User, "read", org: Organization) if org.plan != "private";
allow_field(_: User, "read", _: Organization, field) if field in ["name", "plan"];
allow_field(user: User, "read", org: Organization, "billing") if user in org.owners;
---
# The base role of an organization, from a field, mapped to more.
actor User {}
resource Repository {
  roles = ["read", "write", "admin"];
  permissions = ["pull", "push", "settings"];
  "pull" if "read";
  "push" if "write";
  "settings" if "admin";
  "read" if "write";
  "write" if "admin";
}
has_role(user: User, role: String, repo: Repository) if user in repo.org.members and role = repo.org.base_role;
has_role(user: User, "admin", repo: Repository) if user in repo.org.owners;
allow(user: User, action, repo: Repository) if has_permission(user, action, repo);
