package difftest

// This file defines the generator of policies made of actor and resource blocks. The
// shorthands of a block only imply names that come later in its lists, so that most
// policies have no cycle.

import (
	"fmt"
	"strings"
)

func (g *Generator) blockProgram(queries int) *Program {
	p := new(Program)
	p.Blocks = append(p.Blocks, &Block{Head: "actor User"})

	orgRoles, orgPermissions := []string{"owner", "member", "reader"}, []string{"invite", "see"}
	org := &Block{Head: "resource Org"}
	org.Lines = append(org.Lines, list("roles", orgRoles), list("permissions", orgPermissions))
	org.Lines = append(org.Lines, g.shorthands(orgRoles, orgPermissions)...)

	repoRoles, repoPermissions := []string{"admin", "writer", "guest"}, []string{"delete", "push", "read"}
	repo := &Block{Head: "resource Repo"}
	repo.Lines = append(repo.Lines, list("roles", repoRoles), list("permissions", repoPermissions),
		"relations = { parent: Org, holder: User };")
	repo.Lines = append(repo.Lines, g.shorthands(repoRoles, repoPermissions)...)
	parent, holder := false, false
	for range g.r.IntN(3) {
		parent = true
		repo.Lines = append(repo.Lines, fmt.Sprintf("%q if %q on \"parent\";", pick(g, append(repoRoles, repoPermissions...)...), pick(g, orgRoles...)))
	}
	if g.chance(0.4) {
		holder = true
		repo.Lines = append(repo.Lines, fmt.Sprintf("%q if \"holder\";", pick(g, append(repoRoles, repoPermissions...)...)))
	}
	p.Blocks = append(p.Blocks, org, repo)

	rule := func(name string, body string, params ...string) {
		r := &Rule{Name: name, Params: params}
		if body != "" {
			for part := range strings.SplitSeq(body, " and ") {
				if r.Body == nil {
					r.Body = &Goal{Op: OpAnd}
				}
				r.Body.Kids = append(r.Body.Kids, atom(part))
			}
			r.Body = and(r.Body.Kids...)
		}
		p.Rules = append(p.Rules, r)
	}
	rule("allow", "has_permission(v1, v2, v3)", "v1", "v2", "v3")
	roles := []func(){
		func() {
			rule("has_role", "v4 in v1.Roles and v4.Name = v2 and v4.Org = v3", "v1: User", "v2: String", "v3: Org")
		},
		func() { rule("has_role", "v1.Org = v3", "v1: User", `"member"`, "v3: Org") },
		func() { rule("has_role", "v1.Admin", "v1: User", `"owner"`, "v3: Org") },
		func() { rule("has_role", "v3.Owner = v1", "v1: User", pick(g, `"admin"`, `"writer"`), "v3: Repo") },
		func() { rule("has_role", "v3.Public = true", "v1: User", `"guest"`, "v3: Repo") },
		func() {
			rule("has_role", `v3.Public and v2 in ["reader", "guest"]`, "v1: Actor", "v2: String", "v3: Resource")
		},
		func() { rule("has_role", "not v1.Admin and v1.Boss matches User", "v1: User", `"reader"`, "v3: Org") },
	}
	g.r.Shuffle(len(roles), func(i, j int) { roles[i], roles[j] = roles[j], roles[i] })
	for _, make := range roles[:1+g.r.IntN(len(roles)-1)] {
		make()
	}
	if parent {
		rule("has_relation", pick(g, "v1 = v3.Org", "v3.Org = v1"), "v1: Org", `"parent"`, "v3: Repo")
	}
	if holder {
		rule("has_relation", "v3.Owner = v1", "v1: User", `"holder"`, "v3: Repo")
	}
	if g.chance(0.3) {
		rule("has_permission", pick(g, "v1.Admin", "v3.Public", "forall(v4 in v1.Tags, v4 != \"b\")"), "v1: User",
			pick(g, `"read"`, `"see"`, "v2: String"), pick(g, "v3: Repo", "v3: Org", "v3: Resource"))
	}
	if g.chance(0.3) {
		rule("allow", "", pick(g, "v1: Actor", "v1: User{Admin: true}", "v1: User"), pick(g, `"read"`, `"see"`, "v2"), pick(g, "v3: Resource", "v3: Org", "v3: Repo{Public: true}"))
	}

	actor := func() string { return pick(g, "ALICE", "BOB", "CAROL", "ALICE", "BOB", "CAROL", "ACME") }
	resource := func() string { return pick(g, "ACME", "BETA", "R1", "R2", "R3", "R1", "R2", "R3", "ALICE") }
	action := func() string { return pick(g, `"read"`, `"push"`, `"delete"`, `"see"`, `"invite"`, "v9", "v9") }
	role := func() string { return pick(g, `"member"`, `"owner"`, `"admin"`, `"guest"`, `"writer"`, "v9", "v9") }
	for range queries {
		var text string
		switch g.r.IntN(7) {
		case 0, 1, 2:
			text = fmt.Sprintf("allow(%s, %s, %s)", actor(), action(), resource())
		case 3:
			text = fmt.Sprintf("has_permission(%s, %s, %s)", actor(), action(), resource())
		case 4, 5:
			text = fmt.Sprintf("has_role(%s, %s, %s)", actor(), role(), resource())
		case 6:
			text = fmt.Sprintf("v8 in [%s, %s] and allow(%s, %s, v8)", resource(), resource(), actor(), action())
		}
		p.Queries = append(p.Queries, atom(text))
	}
	return p
}

// list writes the declaration of a list of strings.
func list(name string, items []string) string {
	quoted := make([]string, len(items))
	for i, item := range items {
		quoted[i] = fmt.Sprintf("%q", item)
	}
	return name + " = [" + strings.Join(quoted, ", ") + "];"
}

// shorthands writes implications in a block: a role or permission is implied by a
// name before it in the lists.
func (g *Generator) shorthands(roles, permissions []string) []string {
	var lines []string
	for i := range roles {
		if i > 0 && g.chance(0.6) {
			lines = append(lines, fmt.Sprintf("%q if %q;", roles[i], roles[g.r.IntN(i)]))
		}
	}
	for i, permission := range permissions {
		if g.chance(0.7) {
			lines = append(lines, fmt.Sprintf("%q if %q;", permission, pick(g, roles...)))
		}
		if i > 0 && g.chance(0.3) {
			lines = append(lines, fmt.Sprintf("%q if %q;", permission, permissions[g.r.IntN(i)]))
		}
	}
	return lines
}
