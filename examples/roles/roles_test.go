package roles

// This file runs docs/roles-in-your-tables.md on SQLite, PostgreSQL and MySQL.

import (
	"context"
	"errors"
	"reflect"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	gormauthz "github.com/ursa-authz/ursa/adapters/gorm"
	"github.com/ursa-authz/ursa/authz"
	"github.com/ursa-authz/ursa/internal/pagecode"
	"github.com/ursa-authz/ursa/internal/pagetest"
	"github.com/ursa-authz/ursa/internal/testdb"
)

const page = "../../docs/roles-in-your-tables.md"

// fill makes the organizations of the page.
func fill(t *testing.T, db *gorm.DB) pagetest.World {
	t.Helper()
	if err := db.AutoMigrate(Models...); err != nil {
		t.Fatal(err)
	}
	past := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)
	alice, bob, cem := &User{1, "Alice"}, &User{2, "Bob"}, &User{3, "Cem"}
	dan, eve := &User{4, "Dan"}, &User{5, "Eve"}
	acme, other := &Organization{ID: 1}, &Organization{ID: 2}
	managers, editors, readers, cleaners := int64(1), int64(2), int64(3), int64(4) // custom roles of acme
	alices := &Membership{ID: 1, OrganizationID: 1, UserID: 1, Role: "owner", CustomRoleID: &managers}
	bobs := &Membership{ID: 2, OrganizationID: 1, UserID: 2, Role: "admin", CustomRoleID: &readers}
	cems := &Membership{ID: 3, OrganizationID: 1, UserID: 3, Role: "member", CustomRoleID: &editors}
	managersManage := &RolePermission{ID: 1, CustomRoleID: managers, Permission: "members.manage"}
	cleanersDelete := &RolePermission{ID: 2, CustomRoleID: cleaners, Permission: "project.delete"}
	dans := &Membership{ID: 4, OrganizationID: 1, UserID: 4, Role: "member", ExpiresAt: &past, CustomRoleID: &cleaners}
	site, secret := &Project{ID: 1, OrganizationID: 1}, &Project{ID: 2, OrganizationID: 2}
	entry := &AuditEntry{ID: 1, OrganizationID: 1, ActorID: 1, Change: "add", UserID: 3, At: past}
	for _, row := range []any{
		alice, bob, cem, dan, eve, acme, other, alices, bobs, cems, dans,
		&Membership{ID: 5, OrganizationID: 2, UserID: 5, Role: "admin", CustomRoleID: &managers},
		&CustomRole{ID: managers, OrganizationID: 1, Name: "managers"},
		&CustomRole{ID: editors, OrganizationID: 1, Name: "editors"},
		&CustomRole{ID: readers, OrganizationID: 1, Name: "readers"},
		&CustomRole{ID: cleaners, OrganizationID: 1, Name: "cleaners"},
		managersManage, cleanersDelete,
		&RolePermission{ID: 3, CustomRoleID: managers, Permission: "project.read"},
		&RolePermission{ID: 4, CustomRoleID: managers, Permission: "project.update"},
		&RolePermission{ID: 5, CustomRoleID: editors, Permission: "project.update"},
		&RolePermission{ID: 6, CustomRoleID: readers, Permission: "project.read"},
		site, secret,
		&Team{ID: 1}, &Team{ID: 2}, &TeamInTeam{ID: 1, OuterID: 1, InnerID: 2}, &TeamInTeam{ID: 2, OuterID: 2, InnerID: 1},
		&TeamMember{ID: 1, TeamID: 2, UserID: 3}, &Grant{ID: 1, ProjectID: 1, TeamID: 1, Access: "edit"},
		entry,
	} {
		// The database assigns the ids, so that it knows which are taken.
		id := reflect.ValueOf(row).Elem().FieldByName("ID")
		want := id.Int()
		id.SetInt(0)
		if err := db.Omit(clause.Associations).Create(row).Error; err != nil || id.Int() != want {
			t.Fatalf("%T %d: %v, id %d", row, want, err, id.Int())
		}
	}
	return pagetest.World{Models: Models, Names: map[string]any{
		"alice": alice, "bob": bob, "cem": cem, "dan": dan, "eve": eve, "acme": acme, "other": other,
		"alices": alices, "bobs": bobs, "cems": cems, "dans": dans,
		"managers_manage": managersManage, "cleaners_delete": cleanersDelete,
		"site": site, "secret": secret, "alices_entry": entry,
	}}
}

func TestRecipes(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d testdb.Database) {
		w := fill(t, d.Open(t))
		policies, yes, no := 0, 0, 0
		for _, b := range pagecode.Blocks(t, page, "polar") {
			y, n := w.Ask(t, d.Open(t), b.Text)
			policies, yes, no = policies+1, yes+y, no+n
		}
		if policies < 7 || yes < 13 || no < 15 {
			t.Errorf("%d policies with %d and %d answers; the page has more", policies, yes, no)
		}
	})
}

func TestCode(t *testing.T) {
	pagecode.Code(t, page, []string{"go", "text"}, 4, "models.go", "members.go")
}

// policy returns the policies of the page that contain one of the texts.
func policy(t *testing.T, texts ...string) string {
	t.Helper()
	var b strings.Builder
	for _, text := range texts {
		for _, block := range pagecode.Blocks(t, page, "polar") {
			if strings.Contains(block.Text, text) {
				b.WriteString(block.Text + "\n")
			}
		}
	}
	if b.Len() == 0 {
		t.Fatalf("the page has no policy with %q", texts)
	}
	return b.String()
}

// TestSQL holds the SQL on the page against what the database is sent.
func TestSQL(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d testdb.Database) {
		if d.Name != "sqlite" {
			return // the page shows the SQL of SQLite
		}
		w := fill(t, d.Open(t))
		db := d.Open(t)
		az := w.Authorizer(t, db, policy(t, "in_team(user, grant.team)"))
		ctx := authz.NewContext(t.Context(), az, w.Names["cem"])
		scope := gormauthz.Authorized("read")
		got := db.WithContext(ctx).Session(&gorm.Session{DryRun: true}).Scopes(scope).Find(&[]Project{}).Statement.SQL.String()
		want := pagecode.Blocks(t, page, "sql")[0].Text
		if blanks.ReplaceAllString(got, "") != blanks.ReplaceAllString(want, "") {
			t.Errorf("the SQL is\n%s", got)
		}
	})
}

var blanks = regexp.MustCompile(`\s`)

func TestNobodyGrantsMoreThanTheyHold(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d testdb.Database) {
		w := fill(t, d.Open(t))
		db := d.Open(t)
		az := w.Authorizer(t, db, policy(t, "includes(own.role, m.role)"))
		members := gormauthz.NewRepository[Membership](db)
		as := func(name string) context.Context { return authz.NewContext(t.Context(), az, w.Names[name]) }
		for _, tt := range []struct {
			what string
			err  error
			want error
		}{
			{"an admin adds an owner", members.Create(as("bob"), &Membership{OrganizationID: 1, UserID: 7, Role: "owner"}), authz.ErrForbidden},
			{"an admin adds an admin", members.Create(as("bob"), &Membership{OrganizationID: 1, UserID: 7, Role: "admin"}), nil},
			{"an admin adds a member elsewhere", members.Create(as("bob"), &Membership{OrganizationID: 2, UserID: 7, Role: "member"}), authz.ErrForbidden},
			{"an admin becomes an owner", members.Update(as("bob"), &Membership{ID: 2, Role: "owner"}, "Role"), authz.ErrForbidden},
			{"an admin becomes an owner by another row", members.Update(as("bob"), &Membership{ID: 2, UserID: 7}, "UserID"), authz.ErrForbidden},
			{"an admin lowers an owner", members.Update(as("bob"), &Membership{ID: 1, Role: "member"}, "Role"), authz.ErrForbidden},
			{"an admin moves a member away", members.Update(as("bob"), &Membership{ID: 3, OrganizationID: 2}, "OrganizationID"), authz.ErrForbidden},
			{"a member becomes an admin", members.Update(as("cem"), &Membership{ID: 3, Role: "admin"}, "Role"), authz.ErrForbidden},
			{"an admin raises a member", members.Update(as("bob"), &Membership{ID: 3, Role: "admin"}, "Role"), nil},
			{"an admin leaves", members.Delete(as("bob"), int64(2)), nil},
			{"an owner makes an owner", members.Update(as("alice"), &Membership{ID: 3, Role: "owner"}, "Role"), nil},
		} {
			if !errors.Is(tt.err, tt.want) {
				t.Errorf("%s: %v, want %v", tt.what, tt.err, tt.want)
			}
		}
	})
}

func TestCustomRolesGrantNoMore(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d testdb.Database) {
		w := fill(t, d.Open(t))
		db := d.Open(t)
		az := w.Authorizer(t, db, policy(t, "holds(user, p.permission, p.custom_role.organization)"))
		ctx := authz.NewContext(t.Context(), az, w.Names["alice"])
		members, permissions := gormauthz.NewRepository[Membership](db), gormauthz.NewRepository[RolePermission](db)
		editors, cleaners := int64(2), int64(4)
		for _, tt := range []struct {
			what string
			err  error
			want error
		}{
			{"a role that is held", members.Create(ctx, &Membership{OrganizationID: 1, UserID: 7, CustomRoleID: &editors}), nil},
			{"a role that holds more", members.Create(ctx, &Membership{OrganizationID: 1, UserID: 8, CustomRoleID: &cleaners}), authz.ErrForbidden},
			{"a role of another organization", members.Create(ctx, &Membership{OrganizationID: 2, UserID: 8, CustomRoleID: &editors}), authz.ErrForbidden},
			{"a role that holds more, of one's own", members.Update(ctx, &Membership{ID: 1, CustomRoleID: &cleaners}, "CustomRoleID"), authz.ErrForbidden},
			{"a permission that is held", permissions.Create(ctx, &RolePermission{CustomRoleID: editors, Permission: "project.read"}), nil},
			{"a permission that is not held", permissions.Create(ctx, &RolePermission{CustomRoleID: 1, Permission: "project.delete"}), authz.ErrForbidden},
		} {
			if !errors.Is(tt.err, tt.want) {
				t.Errorf("%s: %v, want %v", tt.what, tt.err, tt.want)
			}
		}
	})
}

// ofOwners is the policy of the last owner, and of the audit table.
func ofOwners(t *testing.T) string { return policy(t, "another_owner(m)", "entry.actor_id = user.id") }

func TestAuditRowsAreInTheTransaction(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d testdb.Database) {
		free := d.Open(t)
		w := fill(t, free)
		db := d.Open(t)
		az := w.Authorizer(t, db, ofOwners(t)+`allow(_: User, "create", m: Membership) if m.role = "member";`)
		members := NewMembers(db)
		alice, bob := w.Names["alice"].(*User), w.Names["bob"].(*User)
		ctx := authz.NewContext(t.Context(), az, alice)
		count := func(model any) (n int64) {
			if err := free.Model(model).Count(&n).Error; err != nil {
				t.Fatal(err)
			}
			return n
		}
		rows, entries := count(&Membership{}), count(&AuditEntry{})
		check := func(what string, err, want error, changed, recorded int64) {
			t.Helper()
			rows, entries = rows+changed, entries+recorded
			if !errors.Is(err, want) || count(&Membership{}) != rows || count(&AuditEntry{}) != entries {
				t.Errorf("%s: %v; %d memberships, %d entries, want %d and %d", what, err, count(&Membership{}), count(&AuditEntry{}), rows, entries)
			}
		}
		check("add", members.Add(ctx, alice, Membership{OrganizationID: 1, UserID: 7, Role: "member"}), nil, 1, 1)
		check("add an owner", members.Add(ctx, alice, Membership{OrganizationID: 1, UserID: 8, Role: "owner"}), authz.ErrForbidden, 0, 0)
		check("an entry about another", members.Add(ctx, bob, Membership{OrganizationID: 1, UserID: 8, Role: "member"}), authz.ErrForbidden, 0, 0)
		check("remove", members.Remove(ctx, alice, 3), nil, -1, 1)
		check("remove the last owner", members.Remove(ctx, alice, 1), authz.ErrForbidden, 0, 0)
		entry := &AuditEntry{ID: 1, Change: "nothing"}
		check("change an entry", gormauthz.NewRepository[AuditEntry](db).Update(ctx, entry, "Change"), authz.ErrForbidden, 0, 0)
	})
}

// TestLastOwnerStays has two owners remove each other at the same moment.
func TestLastOwnerStays(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d testdb.Database) {
		free := d.Open(t)
		w := fill(t, free)
		db := d.Open(t)
		az := w.Authorizer(t, db, ofOwners(t))
		if err := free.Model(&Membership{}).Where("id = 2").Update("role", "owner").Error; err != nil {
			t.Fatal(err)
		}
		members := NewMembers(db)
		var wg sync.WaitGroup
		results := make([]error, 2)
		start := make(chan struct{})
		for i, name := range []string{"alice", "bob"} {
			by := w.Names[name].(*User)
			wg.Go(func() {
				<-start
				results[i] = members.Remove(authz.NewContext(t.Context(), az, by), by, int64(2-i))
			})
		}
		close(start)
		wg.Wait()
		if (results[0] == nil) == (results[1] == nil) || !errors.Is(errors.Join(results...), authz.ErrForbidden) {
			t.Errorf("the owners are told %v", results)
		}
		var owners int64
		if err := free.Model(&Membership{}).Where("role = 'owner'").Count(&owners).Error; err != nil || owners != 1 {
			t.Errorf("%d owners are left, %v", owners, err)
		}
	})
}
