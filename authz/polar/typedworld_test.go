//go:build !purego

package polar

// This file tests decisions for types on random policies of the kind that applications write:
// resource blocks, roles in lists, parents and managers, with cycles, missing links and keys
// that several objects share.

import (
	"database/sql"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ursa-authz/ursa/internal/randtest"
)

type typedID int32

type typedBase struct {
	ID      int64
	Created time.Time
}

type typedUser struct {
	ID      int
	Name    string
	Level   typedID
	Big     uint64
	Boss    *typedUser
	BossID  *int
	Roles   []typedRole
	Groups  []*typedGroup
	Numbers []int
	Labels  []string
	Home    *typedOrg
	Admin   bool
	Rank    float64
}

type typedRole struct {
	Name  string
	Org   int
	Owner *typedUser
	Level int
}

type typedGroup struct {
	ID     uint64
	Parent *typedGroup
	Name   string
}

type typedOrg struct {
	ID     int
	Name   string
	Parent *typedOrg
	Lead   *typedUser
}

type typedFolder struct {
	typedBase
	Org    *typedOrg
	Parent *typedFolder
	Owner  *typedUser
	Name   string
}

type typedFile struct {
	*typedBase
	Folder typedFolder
	In     *typedFolder
	Owner  *typedUser
	Any    any
	Note   sql.NullString
	Size   uint64
	Public bool
	State  string
	At     time.Time
	Ratio  float64
	Tags   [2]string
}

// Knows is a method that policies call.
func (u *typedUser) Knows(name string) bool { return u.Name == name || u.Admin }

// Top is a method with no answer for some users.
func (u *typedUser) Top() (*typedUser, bool) { return u.Boss, u.Boss != nil }

// typedClasses returns the classes; keyed says whether users, folders and groups have keys.
func typedClasses(keyed bool) []Class {
	classes := []Class{
		{Name: "User", Type: ClassOf[typedUser]().Type},
		{Name: "Role", Type: ClassOf[typedRole]().Type},
		{Name: "Group", Type: ClassOf[typedGroup]().Type},
		{Name: "Org", Type: ClassOf[typedOrg]().Type},
		{Name: "Folder", Type: ClassOf[typedFolder]().Type},
		{Name: "File", Type: ClassOf[typedFile]().Type},
	}
	if keyed {
		for _, i := range []int{0, 2, 3} {
			classes[i].Key = []string{"ID"}
		}
		classes[4].Key = []string{"ID"}
	}
	return classes
}

// typedThings returns random objects that refer to each other, in cycles too.
func typedThings(g *rand.Rand) (users []*typedUser, things []any) {
	name := func() string { return []string{"", "a", "b", "admin", strings.Repeat("long ", 20)}[g.IntN(5)] }
	users = make([]*typedUser, 5)
	orgs, folders, groups := make([]*typedOrg, 4), make([]*typedFolder, 6), make([]*typedGroup, 4)
	for i := range users {
		users[i] = &typedUser{ID: g.IntN(5), Name: name(), Level: typedID(g.IntN(3)), Big: uint64(g.IntN(3)), Admin: g.IntN(2) == 0, Rank: float64(g.IntN(3)) / 2}
	}
	for i := range orgs {
		orgs[i] = &typedOrg{ID: g.IntN(4), Name: name()}
	}
	for i := range folders {
		folders[i] = &typedFolder{typedBase: typedBase{ID: int64(g.IntN(5))}, Name: name()}
	}
	for i := range groups {
		groups[i] = &typedGroup{ID: uint64(g.IntN(4)), Name: name()}
	}
	user := func() *typedUser { return append(users, nil)[g.IntN(len(users)+1)] }
	org := func() *typedOrg { return append(orgs, nil)[g.IntN(len(orgs)+1)] }
	folder := func() *typedFolder { return append(folders, nil)[g.IntN(len(folders)+1)] }
	for _, u := range users {
		u.Boss, u.Home = user(), org()
		if u.Boss != nil && g.IntN(3) > 0 {
			u.BossID = &u.Boss.ID
		}
		if g.IntN(8) == 0 {
			u.Big = 1<<63 + uint64(g.IntN(2))
		}
		for range g.IntN(5) {
			u.Roles = append(u.Roles, typedRole{name(), g.IntN(4), user(), g.IntN(4)})
		}
		for range g.IntN(4) {
			u.Groups = append(u.Groups, append(groups, nil)[g.IntN(len(groups)+1)])
			u.Numbers = append(u.Numbers, g.IntN(4))
			u.Labels = append(u.Labels, name())
		}
	}
	for _, o := range orgs {
		o.Parent, o.Lead = org(), user()
	}
	for _, x := range groups {
		x.Parent = append(groups, nil)[g.IntN(len(groups)+1)]
	}
	for _, f := range folders {
		f.Org, f.Parent, f.Owner = org(), folder(), user()
		things = append(things, f)
	}
	for range 4 {
		f := &typedFile{In: folder(), Owner: user(), Size: uint64(g.IntN(4)), Public: g.IntN(2) == 0, State: name(), Ratio: float64(g.IntN(3)) / 2}
		if g.IntN(3) > 0 {
			f.typedBase = &typedBase{ID: int64(g.IntN(4))}
		}
		f.Folder = *folders[g.IntN(len(folders))]
		f.Any = []any{nil, 1, "a", user(), folder(), 0.5, []string{"a"}}[g.IntN(7)]
		f.Note = sql.NullString{String: name(), Valid: g.IntN(2) == 0}
		things = append(things, f, *f)
	}
	for _, o := range orgs {
		things = append(things, o)
	}
	return users, things
}

// A blockGen writes such policies.
type blockGen struct{ randtest.Writer }

// cond returns a condition on a user u and a variable of a class.
func (g *blockGen) cond(class, v string) string {
	user := g.Pick(`u.name = "a"`, "u.admin", "not u.admin", "u.id = 1", "u.level = 2", "u.level = u.id", "u.big = 2", "u.big < 2", "u.rank = 1", "u.rank = 0.5",
		"u.boss_id = u.boss.id", "u.boss_id = nil", "u.boss = nil", "u.boss.boss = u", `u.knows("b")`, "u.top().admin", "1 in u.numbers", "u.id in u.numbers",
		`"a" in u.labels`, `u.name in u.labels`, `x in u.labels and x = u.name`, "u.id != u.big", "u.id >= 2", `u.name in ["a", "b"]`,
		"g in u.groups and g.name = u.name", "g in u.groups and g = u.groups", "g in u.groups and g.parent = nil", "u.home.lead = u",
		`u.name.starts_with("a")`, `u.name.contains("m")`, `["", *_] = u.name.split("a")`, `[_, x] = u.name.split("d") and x = "min"`, "r in u.roles and r.owner = u",
		"r in u.roles and r.org = r.level", `r in u.roles and r.level = r.org and r.name = "a"`,
		"forall(r in u.roles, r.org = 1)", "not (r in u.roles and r.owner.admin)", "up(u.boss, u)", "under(u, g) and g.name = u.name", "u.numbers = u.numbers", "u matches User{name: \"a\"}", "u.boss matches User{admin: true}", "u matches {id: 1}")
	of := map[string][]string{
		"Folder": {"V.owner = u", "V.owner.id = u.id", "V.id = u.id", "V.org = u.home", "V.org.id = u.home.id", "V.parent = nil", `V.name = "a"`, "V.name = u.name", "r in u.roles and r.name = V.name and r.org = V.org.id", "V.org.lead = u", "up(u, V.owner)", "V.parent.owner = u", "within(V, f) and f.owner = u", "V.created = V.parent.created", "V = V.parent"},
		"File":   {"V.owner = u", "V.id = u.id", "V.folder.owner = u", "V.in.owner = u", "V.in = V.folder", "V.any = u", "V.any = 1", `V.any = "a"`, "V.note = nil", `V.note = "a"`, "V.note = u.name", "V.size = u.big", "V.public", "not V.public", `V.state in ["a", "b"]`, `V.state = "admin"`, "V.at = V.folder.created", "V.ratio = u.rank", "V.ratio < u.id", `"a" in V.tags`, "V.any matches User", "V.any.owner = u", `x in V.any and x = "a"`, "V.folder = V.in", "up(u, V.owner)", "V.any matches Folder{owner: u}"},
		"Org":    {"V.lead = u", "V = u.home", "V.id = u.home.id", `V.name = "a"`, "r in u.roles and r.org = V.id and r.name = V.name", "V.parent.lead = u", "up(V.lead, u)"},
	}
	list := of[class]
	if list == nil || g.IntN(2) == 0 {
		return user
	}
	return strings.ReplaceAll(list[g.IntN(len(list))], "V", v)
}

func (g *blockGen) body(class, v string) string {
	s := g.cond(class, v)
	for range g.IntN(3) {
		s = g.Pick(s+" and "+g.cond(class, v), "("+s+" or "+g.cond(class, v)+")", "not ("+s+") and "+g.cond(class, v))
	}
	return s
}

func (g *blockGen) policy() string {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	line("actor User {}")
	for _, class := range []string{"Org", "Folder", "File"} {
		line("resource %s {\n  roles = [\"reader\", \"writer\"];\n  permissions = [\"read\", \"write\"];", class)
		parent := map[string]string{"Org": "parent: Org", "Folder": "org: Org, parent: Folder", "File": "folder: Folder"}[class]
		line("  relations = { %s };", parent)
		rules := []string{`"read" if "reader";`, `"write" if "writer";`}
		if g.IntN(2) == 0 {
			rules = append(rules, `"reader" if "writer";`)
		}
		for rel := range strings.SplitSeq(parent, ", ") {
			rel, _, _ = strings.Cut(rel, ":")
			if g.IntN(3) > 0 {
				rules = append(rules, fmt.Sprintf(`"reader" if "reader" on "%s";`, rel))
			}
			if g.IntN(3) == 0 {
				rules = append(rules, fmt.Sprintf(`"writer" if "writer" on "%s";`, rel))
			}
		}
		g.Shuffle(len(rules), func(i, j int) { rules[i], rules[j] = rules[j], rules[i] })
		line("  %s\n}", strings.Join(rules, "\n  "))
	}
	line("has_relation(p: Org, \"parent\", o: Org) if p = o.parent;")
	line("has_relation(p: Org, \"org\", f: Folder) if p = f.org;")
	line("has_relation(p: Folder, \"parent\", f: Folder) if p = f.parent;")
	line("has_relation(p: Folder, \"folder\", f: File) if p = f.%s;", g.Pick("in", "folder"))
	line("has_role(u: User, %s, o: Org) if u = u and o = o and %s;", g.Pick(`"reader"`, `"writer"`, "_: String"), g.body("Org", "o"))
	line("has_role(u: User, name: String, o: Org) if r in u.roles and r.name = name and r.org = o.id;")
	line("has_role(u: User, %s, f: Folder) if u = u and f = f and %s;", g.Pick(`"reader"`, `"writer"`), g.body("Folder", "f"))
	line("has_permission(u: User, %s, it: File) if u = u and it = it and %s;", g.Pick(`"read"`, `"write"`), g.body("File", "it"))
	ups := []string{"up(u: User, v: User) if u.id = v.boss_id;", "up(u: User, v: User) if up(u, v.boss);"}
	if g.IntN(3) == 0 {
		ups[1] = "up(u: User, v: User) if v.id != 0 and up(u, v.boss);"
	}
	if g.IntN(2) == 0 {
		ups[0], ups[1] = ups[1], ups[0]
	}
	if g.IntN(3) == 0 {
		ups = append(ups, "up(u: User, u: User) if u.admin;")
	}
	if g.IntN(4) == 0 {
		ups = slices.Insert(ups, g.IntN(len(ups)+1), "up(u: User, nil) if u.admin;")
	}
	line("%s", strings.Join(ups, "\n"))
	line("within(f: Folder, g) if g = f;\nwithin(f: Folder, g) if within(f.parent, g);")
	line("under(u: User, g: Group) if g in u.groups;")
	line("allow(u: User, action, it) if has_permission(u, action, it);")
	for range g.IntN(4) {
		class := g.Pick("Org", "Folder", "File")
		line("allow(u: User, %s, it: %s) if u = u and it = it and %s;", g.Pick(`"read"`, `"write"`, "_"), class, g.body(class, "it"))
	}
	if g.IntN(3) == 0 {
		line("allow(u: User, \"read\", f: Folder) if u = u and f = f and %s;\nallow(u: User, \"read\", f: Folder) if allow(u, \"read\", f.parent);", g.body("Folder", "f"))
	}
	return b.String()
}

func TestTypedAgreesOnBlocks(t *testing.T) {
	policies, seed := agreeRuns(t)
	var n typedTally
	refused := 0
	for i := range policies {
		g := &blockGen{randtest.New(seed, i)}
		text := g.policy() + g.otherRules()
		var limits Limits
		if i%2 == 1 {
			limits = Limits{Steps: 1 + g.IntN(600), Bytes: 500 + g.IntN(20_000), Depth: 1 + g.IntN(12)}
		}
		users, things := typedThings(g.Rand)
		p, _, err := load(t.Context(), Input{Sources: []Source{{"random.polar", text}}, Classes: typedClasses(g.IntN(2) == 0), Limits: limits}, true)
		if err != nil {
			if refused++; refused == 1 {
				t.Logf("the first policy that does not load: %v\n%s", err, text)
			}
			continue
		}
		n.policies++
		for _, u := range users {
			for _, action := range []string{"read", "other"} {
				if err := n.decideEach(p, u, action, things); err != nil {
					t.Fatalf("policy %d: %s: %v\n%+v\n%s", i, action, err, limits, text)
				}
			}
			for _, x := range things {
				if err := n.ask(p, u, x, "name"); err != nil {
					t.Fatalf("policy %d: %T: %v\n%+v\n%s", i, x, err, limits, text)
				}
			}
		}
	}
	n.log(t)
	if n.each == 0 {
		t.Error("nothing was decided with others")
	}
}

// otherRules returns rules with two and four parameters, and rules that deny.
func (g *blockGen) otherRules() string {
	var b strings.Builder
	for _, head := range []string{
		`deny(u: User, %s, it: %s)`, `allow_request(u: User, it: %[2]s)`, `allow_field(u: User, %s, it: %s, "name")`, `allow_field(u: User, %s, it: %s, _)`,
		`allow_field(u: User, action, it: %[2]s, "id") if allow(u, action, it)`,
	} {
		class := g.Pick("Org", "Folder", "File")
		head = fmt.Sprintf(head+"%.0[1]s%.0[2]s", g.Pick(`"read"`, `"write"`, "_"), class)
		join := " if u = u and it = it and "
		if strings.Contains(head, " if ") {
			join = " and it = it and "
		}
		fmt.Fprintf(&b, "%s%s%s;\n", head, join, g.body(class, "it"))
	}
	return b.String()
}
