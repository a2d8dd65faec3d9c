package benchmarks

// This file defines the scenarios rbac and deep: roles in organizations, and the
// permissions that they give on other objects.

import (
	"fmt"

	"github.com/cedar-policy/cedar-go"

	"github.com/ursa-authz/ursa/authz"
)

// tenRoles returns a user with roles in ten organizations, the last of them with
// the number ten.
func tenRoles(id int, last string) *User {
	user := &User{ID: id, Name: "alice"}
	for i := range 9 {
		user.Roles = append(user.Roles, Role{"member", i + 1})
	}
	user.Roles = append(user.Roles, Role{last, 10})
	return user
}

// cedarUser returns the entities of a user, whose parents are the roles, and of the
// roles. Every role but a guest's has the member's as its parent.
func cedarUser(user *User) []cedar.Entity {
	parents := make([]cedar.EntityUID, len(user.Roles))
	list := make([]cedar.Entity, 1, len(user.Roles)+1)
	for i, role := range user.Roles {
		parents[i] = roleUID(role.Name, role.OrganizationID)
		if role.Name != "member" && role.Name != "guest" {
			list = append(list, cedar.Entity{UID: parents[i], Parents: cedar.NewEntityUIDSet(roleUID("member", role.OrganizationID))})
		}
	}
	list[0] = cedar.Entity{UID: uid("User", user.ID), Parents: cedar.NewEntityUIDSet(parents...)}
	return list
}

func roleUID(name string, organization int) cedar.EntityUID {
	return cedar.NewEntityUID("Role", cedar.String(fmt.Sprintf("%d/%s", organization, name)))
}

// casbinRoles returns the roles of users as lines of Casbin's table, where an
// admin of an organization is a member of it.
func casbinRoles(organizations int, users ...*User) string {
	text := ""
	for i := range organizations {
		text += fmt.Sprintf("g, admin, member, organization:%d\n", i+1)
	}
	for _, user := range users {
		for _, role := range user.Roles {
			text += fmt.Sprintf("g, user:%d, %s, organization:%d\n", user.ID, role.Name, role.OrganizationID)
		}
	}
	return text
}

// regoUser returns a user with roles as input for OPA.
func regoUser(user *User) map[string]any {
	roles := make([]any, len(user.Roles))
	for i, role := range user.Roles {
		roles[i] = map[string]any{"name": role.Name, "organization": role.OrganizationID}
	}
	return map[string]any{"id": user.ID, "roles": roles}
}

// holds reports whether a user has a role in an organization.
func holds(user *User, name string, organization int) bool {
	for i := range user.Roles {
		if user.Roles[i].OrganizationID == organization && user.Roles[i].Name == name {
			return true
		}
	}
	return false
}

// RBAC returns the scenario of resource blocks: a role on the parent gives a
// permission on the child.
func RBAC() *Scenario {
	admin, member, stranger := tenRoles(1, "admin"), tenRoles(2, "member"), tenRoles(3, "guest")
	repo := func(organization int) *Repository {
		return &Repository{ID: 4, Organization: &Organization{ID: organization, Name: "acme"}}
	}
	return finish(&Scenario{
		Name:  "rbac",
		About: "resource blocks: an admin of the organization, by the last of ten roles, reads one of its repositories",
		Questions: []Question{
			{admin, "read", repo(10), true},
			{member, "read", repo(10), true},
			{stranger, "read", repo(10), false},
			{stranger, "read", repo(9), true},
			{admin, "read", repo(11), false},
			{admin, "write", repo(10), true},
			{member, "write", repo(10), false},
			{admin, "delete", repo(10), false},
		},
		Plain: func(actor any, action string, resource any) bool {
			user, ok := actor.(*User)
			if !ok {
				return false
			}
			repository, ok := resource.(*Repository)
			if !ok {
				return false
			}
			organization := repository.Organization.ID
			switch action {
			case "read":
				return holds(user, "member", organization) || holds(user, "admin", organization)
			case "write":
				return holds(user, "admin", organization)
			}
			return false
		},
		Classes: []authz.Class{
			authz.ClassOf[User](), authz.ClassOf[Role](), authz.ClassOf[Organization](), authz.ClassOf[Repository](),
		},
		Polar: `
allow(actor, action, resource) if has_permission(actor, action, resource);

actor User {}

resource Organization {
    roles = ["member", "admin"];
    "member" if "admin";
}

resource Repository {
    roles = ["reader", "writer"];
    permissions = ["read", "write"];
    relations = { organization: Organization };
    "read" if "reader";
    "write" if "writer";
    "reader" if "member" on "organization";
    "writer" if "admin" on "organization";
}

has_relation(organization: Organization, "organization", repository: Repository) if
    organization = repository.Organization;

has_role(user: User, name: String, organization: Organization) if
    role in user.Roles and role.Name = name and role.OrganizationID = organization.ID;
`,
		// In Cedar a role is an entity that is a parent of the user.
		Cedar: `
permit(principal is User, action == Action::"read", resource is Repository) when { principal in resource.organization.members };
permit(principal is User, action == Action::"write", resource is Repository) when { principal in resource.organization.admins };
`,
		CedarFacts: func(q Question) (cedar.Request, cedar.EntityMap) {
			user, repository := q.Actor.(*User), q.Resource.(*Repository)
			organization := uid("Organization", repository.Organization.ID)
			resource := uid("Repository", repository.ID)
			list := append(cedarUser(user),
				cedar.Entity{UID: organization, Attributes: cedar.NewRecord(cedar.RecordMap{
					"members": roleUID("member", repository.Organization.ID),
					"admins":  roleUID("admin", repository.Organization.ID),
				})},
				cedar.Entity{UID: resource, Attributes: cedar.NewRecord(cedar.RecordMap{"organization": organization})},
			)
			return q.cedarRequest(uid("User", user.ID), resource), entities(list...)
		},
		// Casbin stores the roles of users in its own graph, and caches the roles
		// that it has found.
		CasbinModel: `
[request_definition]
r = sub, dom, class, act
[policy_definition]
p = role, class, act
[role_definition]
g = _, _, _
[policy_effect]
e = some(where (p.eft == allow))
[matchers]
m = r.class == p.class && r.act == p.act && g(r.sub, p.role, r.dom)
`,
		CasbinRules: "p, member, Repository, read\np, admin, Repository, write\n" + casbinRoles(11, admin, member, stranger),
		CasbinRequest: func(q Question) []any {
			return []any{
				fmt.Sprintf("user:%d", q.Actor.(*User).ID),
				fmt.Sprintf("organization:%d", q.Resource.(*Repository).Organization.ID),
				"Repository", q.Action,
			}
		},
		Rego: `package bench

default allow := false

allow if { input.action == "read"; input.resource.type == "Repository"; has_role("member") }
allow if { input.action == "write"; input.resource.type == "Repository"; has_role("admin") }

implied := {"member": {"member", "admin"}, "admin": {"admin"}}

has_role(name) if {
	some role in input.user.roles
	role.organization == input.resource.organization.id
	role.name in implied[name]
}
`,
		RegoInput: func(q Question) map[string]any {
			repository := q.Resource.(*Repository)
			return map[string]any{
				"user":   regoUser(q.Actor.(*User)),
				"action": q.Action,
				"resource": map[string]any{
					"type": "Repository", "id": repository.ID,
					"organization": map[string]any{"id": repository.Organization.ID},
				},
			}
		},
	})
}

// Deep returns the scenario of a role that is inherited over five levels.
func Deep() *Scenario {
	reader, stranger := tenRoles(1, "reader"), tenRoles(2, "guest")
	page := func(organization int) *Page {
		return &Page{6, &Folder{5, &Space{4, &Unit{3, &Department{2, &Organization{ID: organization, Name: "acme"}}}}}}
	}
	return finish(&Scenario{
		Name:  "deep",
		About: "a role in the organization is inherited over five levels: department, unit, space, folder, page",
		Questions: []Question{
			{reader, "read", page(10), true},
			{reader, "read", page(9), false},
			{stranger, "read", page(10), false},
			{reader, "write", page(10), false},
		},
		Plain: func(actor any, action string, resource any) bool {
			user, ok := actor.(*User)
			if !ok || action != "read" {
				return false
			}
			page, ok := resource.(*Page)
			return ok && holds(user, "reader", page.Folder.Space.Unit.Department.Organization.ID)
		},
		Classes: []authz.Class{
			authz.ClassOf[User](), authz.ClassOf[Role](), authz.ClassOf[Organization](), authz.ClassOf[Department](),
			authz.ClassOf[Unit](), authz.ClassOf[Space](), authz.ClassOf[Folder](), authz.ClassOf[Page](),
		},
		Polar: `
allow(actor, action, resource) if has_permission(actor, action, resource);

actor User {}

resource Organization { roles = ["reader"]; }
resource Department {
    roles = ["reader"];
    relations = { parent: Organization };
    "reader" if "reader" on "parent";
}
resource Unit {
    roles = ["reader"];
    relations = { parent: Department };
    "reader" if "reader" on "parent";
}
resource Space {
    roles = ["reader"];
    relations = { parent: Unit };
    "reader" if "reader" on "parent";
}
resource Folder {
    roles = ["reader"];
    relations = { parent: Space };
    "reader" if "reader" on "parent";
}
resource Page {
    roles = ["reader"];
    permissions = ["read"];
    relations = { parent: Folder };
    "read" if "reader";
    "reader" if "reader" on "parent";
}

has_relation(parent: Organization, "parent", child: Department) if parent = child.Organization;
has_relation(parent: Department, "parent", child: Unit) if parent = child.Department;
has_relation(parent: Unit, "parent", child: Space) if parent = child.Unit;
has_relation(parent: Space, "parent", child: Folder) if parent = child.Space;
has_relation(parent: Folder, "parent", child: Page) if parent = child.Folder;

has_role(user: User, name: String, organization: Organization) if
    role in user.Roles and role.Name = name and role.OrganizationID = organization.ID;
`,
		// In Cedar each level's readers are a group within the group of the
		// level below, so that the organization's readers are the page's.
		Cedar: `
permit(principal is User, action == Action::"read", resource is Page) when { principal in resource.readers };
`,
		CedarFacts: func(q Question) (cedar.Request, cedar.EntityMap) {
			user, page := q.Actor.(*User), q.Resource.(*Page)
			folder := page.Folder
			space := folder.Space
			unit := space.Unit
			department := unit.Department
			organization := department.Organization
			groups := []cedar.EntityUID{
				roleUID("reader", organization.ID), uid("DepartmentReaders", department.ID), uid("UnitReaders", unit.ID),
				uid("SpaceReaders", space.ID), uid("FolderReaders", folder.ID), uid("PageReaders", page.ID),
			}
			store := make(cedar.EntityMap, 10)
			parents := make([]cedar.EntityUID, len(user.Roles))
			for i, role := range user.Roles {
				parents[i] = roleUID(role.Name, role.OrganizationID)
			}
			principal, resource := uid("User", user.ID), uid("Page", page.ID)
			store[principal] = cedar.Entity{UID: principal, Parents: cedar.NewEntityUIDSet(parents...)}
			store[resource] = cedar.Entity{UID: resource, Attributes: cedar.NewRecord(cedar.RecordMap{"readers": groups[5]})}
			for i, group := range groups[:5] {
				store[group] = cedar.Entity{UID: group, Parents: cedar.NewEntityUIDSet(groups[i+1])}
			}
			return q.cedarRequest(principal, resource), store
		},
		// Casbin stores two graphs: users and roles, and the hierarchy of objects.
		CasbinModel: `
[request_definition]
r = sub, obj, act
[policy_definition]
p = role, obj, act
[role_definition]
g = _, _
g2 = _, _
[policy_effect]
e = some(where (p.eft == allow))
[matchers]
m = r.act == p.act && g2(r.obj, p.obj) && g(r.sub, p.role)
`,
		CasbinRules: func() string {
			text := ""
			for i := range 10 {
				text += fmt.Sprintf("p, reader:%d, organization:%[1]d, read\n", i+1)
			}
			for _, user := range []*User{reader, stranger} {
				for _, role := range user.Roles {
					text += fmt.Sprintf("g, user:%d, %s:%d\n", user.ID, role.Name, role.OrganizationID)
				}
			}
			for _, organization := range []int{9, 10} { // the page is part of one or the other
				at := fmt.Sprintf("@%d", organization)
				text += "g2, page:6" + at + ", folder:5" + at + "\ng2, folder:5" + at + ", space:4" + at + "\n" +
					"g2, space:4" + at + ", unit:3" + at + "\ng2, unit:3" + at + ", department:2" + at + "\n" +
					fmt.Sprintf("g2, department:2%s, organization:%d\n", at, organization)
			}
			return text
		}(),
		CasbinRequest: func(q Question) []any {
			page := q.Resource.(*Page)
			organization := page.Folder.Space.Unit.Department.Organization.ID
			return []any{
				fmt.Sprintf("user:%d", q.Actor.(*User).ID),
				fmt.Sprintf("page:%d@%d", page.ID, organization),
				q.Action,
			}
		},
		// Rego has no recursion; the five levels are written out.
		Rego: `package bench

default allow := false

allow if {
	input.action == "read"
	input.resource.type == "Page"
	some role in input.user.roles
	role.name == "reader"
	role.organization == input.resource.parent.parent.parent.parent.parent.id
}
`,
		RegoInput: func(q Question) map[string]any {
			page := q.Resource.(*Page)
			folder := page.Folder
			space := folder.Space
			unit := space.Unit
			department := unit.Department
			node := func(class string, id int, parent any) map[string]any {
				return map[string]any{"type": class, "id": id, "parent": parent}
			}
			return map[string]any{
				"user":   regoUser(q.Actor.(*User)),
				"action": q.Action,
				"resource": node("Page", page.ID, node("Folder", folder.ID, node("Space", space.ID,
					node("Unit", unit.ID, node("Department", department.ID,
						map[string]any{"type": "Organization", "id": department.Organization.ID}))))),
			}
		},
	})
}
