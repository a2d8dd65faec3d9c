package tenants

// This file runs docs/multi-tenancy.md on SQLite, PostgreSQL and MySQL.

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	gormauthz "github.com/ursa-authz/ursa/adapters/gorm"
	"github.com/ursa-authz/ursa/authz"
	"github.com/ursa-authz/ursa/authz/authztest"
	"github.com/ursa-authz/ursa/internal/pagecode"
	"github.com/ursa-authz/ursa/internal/pagetest"
	"github.com/ursa-authz/ursa/internal/testdb"
)

const page = "../../docs/multi-tenancy.md"

// fill makes the tenants of the page.
func fill(t *testing.T, db *gorm.DB) pagetest.World {
	t.Helper()
	if err := db.AutoMigrate(Models...); err != nil {
		t.Fatal(err)
	}
	alice, bob, eve := &User{ID: 1, TenantID: 1}, &User{ID: 2, TenantID: 1}, &User{ID: 3, TenantID: 2}
	bobAcme := &Membership{ID: 2, TenantID: 1, UserID: 2, Role: "viewer"}
	bobOther := &Membership{ID: 3, TenantID: 2, UserID: 2, Role: "editor"}
	plan := &Document{ID: 1, InTenant: InTenant{1}, OwnerID: 1}
	memo := &Document{ID: 2, InTenant: InTenant{1}, OwnerID: 2}
	secret := &Document{ID: 3, InTenant: InTenant{2}, OwnerID: 3}
	for _, row := range []any{
		&Tenant{1, "acme"}, &Tenant{2, "other"}, alice, bob, eve,
		&Membership{ID: 1, TenantID: 1, UserID: 1, Role: "editor"}, bobAcme, bobOther,
		&Membership{ID: 4, TenantID: 2, UserID: 3, Role: "editor"},
		&Folder{ID: 1, InTenant: InTenant{1}, OwnerID: 1}, plan, memo, secret,
	} {
		// The database assigns the ids, so that it knows which are taken.
		id := reflect.ValueOf(row).Elem().FieldByName("ID")
		want := id.Int()
		id.SetInt(0)
		if err := db.Omit(clause.Associations).Create(row).Error; err != nil || id.Int() != want {
			t.Fatalf("%T %d: %v, id %d", row, want, err, id.Int())
		}
	}
	later, earlier := time.Now().Add(time.Hour), time.Now().Add(-time.Hour)
	return pagetest.World{Models: Models, Classes: Classes, Names: map[string]any{
		"alice": alice, "bob": bob, "eve": eve, "bob_acme": bobAcme, "bob_other": bobOther,
		"plan": plan, "memo": memo, "secret": secret,
		"helper": &Support{StaffID: 7, TenantID: 1, Until: later}, "late_helper": &Support{StaffID: 7, TenantID: 1, Until: earlier},
		"as_alice": &Impersonation{StaffID: 7, User: alice, Until: later},
	}}
}

func TestPolicies(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d testdb.Database) {
		w := fill(t, d.Open(t))
		policies, yes, no := 0, 0, 0
		for _, b := range pagecode.Blocks(t, page, "polar") {
			y, n := w.Ask(t, d.Open(t), b.Text)
			policies, yes, no = policies+1, yes+y, no+n
		}
		if policies < 7 || yes < 13 || no < 16 {
			t.Errorf("%d policies with %d and %d answers; the page has more", policies, yes, no)
		}
	})
}

func TestCode(t *testing.T) {
	pagecode.Code(t, page, []string{"go", "text"}, 7, "models.go", "app.go", "separate.go", "tenants_test.go")
}

// policy returns the policy of the page that contains a text.
func policy(t *testing.T, text string) string {
	t.Helper()
	for _, block := range pagecode.Blocks(t, page, "polar") {
		if strings.Contains(block.Text, text) {
			return block.Text
		}
	}
	t.Fatalf("the page has no policy with %q", text)
	return ""
}

// documentsOf are the rules of App: of requests, and of documents by the member's role.
func documentsOf(t *testing.T) string {
	return `
		allow_request(_: Membership, _: Request);
	` + policy(t, `m.role = "editor"`)
}

// TestSQL holds the SQL on the page against what the database is sent.
func TestSQL(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d testdb.Database) {
		if d.Name != "sqlite" {
			return // the page shows the SQL of SQLite
		}
		w := fill(t, d.Open(t))
		db := d.Open(t)
		az := w.Authorizer(t, db, policy(t, `permitted(_: User, "read", _: Document)`))
		ctx := authz.NewContext(t.Context(), az, w.Names["bob"])
		scope := gormauthz.Authorized("read")
		got := db.WithContext(ctx).Session(&gorm.Session{DryRun: true}).Scopes(scope).Find(&[]Document{}).Statement.SQL.String()
		if want := strings.TrimSpace(pagecode.Blocks(t, page, "sql")[0].Text); got != want {
			t.Errorf("the SQL is\n%s", got)
		}
	})
}

// TestNoRuleCrossesTenants tries rules that allow everything.
func TestNoRuleCrossesTenants(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d testdb.Database) {
		w := fill(t, d.Open(t))
		db := d.Open(t)
		az := w.Authorizer(t, db, policy(t, "same_tenant(_: User, _: Request)")+`
			allow(_, _, _: Folder);
			allow(_, _, _: Document);
			allow(_, _, _: Tenant);
			allow(_, _, Document);
		`)
		alice := w.Names["alice"]
		p := authztest.New(t, az)
		for _, row := range []any{
			&Folder{ID: 9, InTenant: InTenant{2}, OwnerID: 1},
			&Document{ID: 9, InTenant: InTenant{2}, OwnerID: 1},
		} {
			for _, action := range []string{"read", "create", "update", "delete"} {
				p.Deny(alice, action, row)
			}
		}
		p.Allow(alice, "read", &Folder{ID: 9, InTenant: InTenant{1}})
		p.Deny(alice, "read", &Tenant{ID: 1})              // a class without a line
		p.Deny(alice, "create", authz.ClassOf[Document]()) // the class itself
		p.Deny(w.Names["helper"], "read", w.Names["plan"]) // an actor without a line
		authztest.Equivalent(t, az, gormauthz.NewLister(db), authz.ClassOf[Document](), []any{alice, w.Names["eve"]}, []string{"read", "update"})
	})
}

// TestShortForm holds what the page says of the rule without same_tenant.
func TestShortForm(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d testdb.Database) {
		w := fill(t, d.Open(t))
		az := w.Authorizer(t, d.Open(t), `
			allow(_, "read", _);
			deny(user: User, _, row) if row.tenant_id != user.tenant_id;
		`)
		p := authztest.New(t, az)
		p.Allow(w.Names["alice"], "read", w.Names["plan"])
		p.Deny(w.Names["alice"], "read", w.Names["secret"])
		p.Allow(w.Names["late_helper"], "read", w.Names["secret"])
		if ok, err := az.IsAllowed(t.Context(), w.Names["alice"], "read", &Tenant{ID: 1}); ok || !errors.Is(err, authz.ErrUndecided) {
			t.Errorf("a row without the column: %v, %v", ok, err)
		}
	})
}

// session takes the number of the user from a header, which only a test may do.
func session(r *http.Request) (int64, error) {
	id, err := strconv.ParseInt(r.Header.Get("user"), 10, 64)
	if err != nil {
		return 0, authz.ErrUnauthenticated
	}
	return id, nil
}

// get returns the response to a request of a user.
func get(h http.Handler, user int64, host, path string) *httptest.ResponseRecorder {
	r := httptest.NewRequest("GET", path, nil)
	r.Host = host
	r.Header.Set("user", fmt.Sprint(user))
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// list returns the status of GET /documents, and the ids of the documents.
func list(h http.Handler, user int64, host string) (status int, ids []int64) {
	w := get(h, user, host, "/documents")
	var documents []Document
	if w.Code == http.StatusOK && json.Unmarshal(w.Body.Bytes(), &documents) != nil {
		return 0, nil
	}
	for _, d := range documents {
		ids = append(ids, d.ID)
	}
	slices.Sort(ids)
	return w.Code, ids
}

func TestTenantOfTheRequest(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d testdb.Database) {
		fill(t, d.Open(t))
		app, err := New(d.Open(t), authz.String("app.polar", documentsOf(t)), session)
		if err != nil {
			t.Fatal(err)
		}
		h := app.Handler()
		for _, tt := range []struct {
			user   int64
			host   string
			status int
			ids    []int64
		}{
			{1, "acme.example.com", 200, []int64{1, 2}},
			{1, "acme.example.com:8443", 200, []int64{1, 2}},
			{2, "acme.example.com", 200, []int64{1, 2}},
			{2, "other.example.com", 200, []int64{3}},
			{1, "other.example.com", 403, nil},
			{1, "nobody.example.com", 403, nil},
			{1, "acme", 200, []int64{1, 2}},
			{3, "acme.example.com", 403, nil},
			{3, "acme.example.com:", 403, nil},
			{3, "acme.example.com.other.example.com", 403, nil},
			{1, "acme.example.com/other", 400, nil},
			{1, "[acme.example.com]", 400, nil},
		} {
			status, ids := list(h, tt.user, tt.host)
			if status != tt.status || !slices.Equal(ids, tt.ids) {
				t.Errorf("user %d at %s: %d, %v, want %d, %v", tt.user, tt.host, status, ids, tt.status, tt.ids)
			}
		}
	})
}

// TestSeparateDatabases has two databases with the same ids in both. Who owns a
// folder is found by a relation, which has to come from the same database.
func TestSeparateDatabases(t *testing.T) {
	rules := `
		allow_request(_: Membership, _: Request);
		allow(m: Membership, "read", document: Document) if document.folder.owner_id = m.user_id;
	`
	testdb.Each(t, func(t *testing.T, d testdb.Database) {
		hosts := make(map[string]*gorm.DB)
		for owner, host := range map[int64]string{1: "acme.example.com", 2: "other.example.com"} {
			d := d.Another(t)
			db := d.Open(t)
			fill(t, db)
			err := errors.Join(
				db.Model(&Folder{}).Where("id = 1").Update("owner_id", owner).Error,
				db.Model(&Document{}).Where("id = 1").Update("folder_id", 1).Error,
			)
			if err != nil {
				t.Fatal(err)
			}
			hosts[host] = d.Open(t)
		}
		h, err := Separate(hosts, authz.String("app.polar", rules), session)
		if err != nil {
			t.Fatal(err)
		}
		for _, tt := range []struct {
			user    int64
			host    string
			listed  []int64
			fetched int
		}{
			{1, "acme.example.com", []int64{1}, 200},
			{2, "acme.example.com", nil, 403},
			{2, "Other.example.com", []int64{1}, 200},
		} {
			if status, ids := list(h, tt.user, tt.host); status != 200 || !slices.Equal(ids, tt.listed) {
				t.Errorf("user %d at %s: %d, %v, want %v", tt.user, tt.host, status, ids, tt.listed)
			}
			if status := get(h, tt.user, tt.host, "/documents/1").Code; status != tt.fetched {
				t.Errorf("document of user %d at %s: %d, want %d", tt.user, tt.host, status, tt.fetched)
			}
		}
		if status, _ := list(h, 1, "nobody.example.com"); status != 404 {
			t.Errorf("a tenant without a database: %d", status)
		}
	})
}

func TestTenantIndexIsUsed(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d testdb.Database) {
		w := fill(t, d.Open(t))
		db := d.Open(t)
		pool, err := db.DB()
		if err != nil {
			t.Fatal(err)
		}
		pool.SetMaxOpenConns(1) // for the settings below
		az := w.Authorizer(t, db, policy(t, "same_tenant(_: User, _: Request)"))
		ctx := authz.NewContext(t.Context(), az, w.Names["eve"])
		scope := gormauthz.Authorized("read")
		stmt := db.WithContext(ctx).Session(&gorm.Session{DryRun: true}).Scopes(scope).Find(&[]Document{}).Statement
		many := make([]Document, 300)
		for i := range many {
			many[i].TenantID = int64(i + 10)
		}
		prepare, explain := []string(nil), "EXPLAIN "
		switch d.Name {
		case "sqlite":
			explain = "EXPLAIN QUERY PLAN "
		case "postgres":
			prepare = []string{"ANALYZE documents", "SET enable_seqscan = off"}
		case "mysql":
			prepare = []string{"ANALYZE TABLE documents"}
		}
		if err := d.Open(t).Create(&many).Error; err != nil {
			t.Fatal(err)
		}
		for _, s := range prepare {
			if _, err := pool.Exec(s); err != nil {
				t.Fatal(err)
			}
		}
		rows, err := pool.Query(explain+stmt.SQL.String(), stmt.Vars...)
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		columns, err := rows.Columns()
		if err != nil {
			t.Fatal(err)
		}
		plan := ""
		for rows.Next() {
			cells := make([]any, len(columns))
			for i := range cells {
				cells[i] = new(any)
			}
			if err := rows.Scan(cells...); err != nil {
				t.Fatal(err)
			}
			for i, c := range cells {
				if columns[i] != "possible_keys" {
					plan += fmt.Sprintf("%s ", *c.(*any))
				}
			}
		}
		if err := rows.Err(); err != nil || !strings.Contains(plan, "idx_documents_tenant_id") {
			t.Errorf("the plan is %s, %v", plan, err)
		}
	})
}
