package gormauthz

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/ursa-authz/ursa/authz"
)

func TestClasses(t *testing.T) {
	db := newSQLite(t).open(t)
	if err := db.SetupJoinTable(&Doc{}, "Tags", &DocTag{}); err != nil {
		t.Fatal(err)
	}
	classes, err := Classes(db, &Doc{}, User{})
	if err != nil {
		t.Fatal(err)
	}
	byName := map[string]authz.Class{}
	var names []string
	for _, c := range classes {
		if c.Fetch == nil || c.Name != "" {
			t.Errorf("%v: name %q, fetch %v", c.Type, c.Name, c.Fetch != nil)
		}
		byName[c.Type.Name()] = c
		names = append(names, c.Type.Name())
	}
	slices.Sort(names)
	if got, want := strings.Join(names, " "), "Category Comment Cover Doc Note Place Seal Tag User"; got != want {
		t.Errorf("classes %s, want %s", got, want)
	}
	for name, want := range map[string][]string{"Doc": {"ID"}, "Category": {"Code"}, "Place": {"Country", "Number"}, "Seal": {"ID"}} {
		if got := byName[name].Key; !slices.Equal(got, want) {
			t.Errorf("key of %s: %v", name, got)
		}
	}
	doc := byName["Doc"]
	for alias, want := range map[string]string{"id": "ID", "author_id": "AuthorID", "audit_reviewed": "Audit.Reviewed", "audit_score": "Audit.Score", "deleted_at": "DeletedAt", "limit": "Limit"} {
		if doc.Aliases[alias] != want {
			t.Errorf("the column %s is %q, want %q", alias, doc.Aliases[alias], want)
		}
	}
	type links []authz.Link
	relation := func(target any, name string, many bool, links links, keys ...string) authz.Relation {
		return authz.Relation{Name: name, Many: many, Target: reflect.TypeOf(target), ForeignKey: keys, Links: links}
	}
	want := []authz.Relation{
		relation(User{}, "Author", false, links{{Owner: "AuthorID", Target: "ID"}}, "AuthorID"),
		relation(Category{}, "Category", false, links{{Owner: "CategoryCode", Target: "Code"}}, "CategoryCode"),
		relation(Doc{}, "Children", true, links{{Owner: "ID", Target: "ParentID"}}),
		relation(Comment{}, "Comments", true, links{{Owner: "ID", Target: "DocID"}}),
		relation(Cover{}, "Cover", false, links{{Owner: "ID", Target: "DocID"}}),
		relation(Note{}, "Notes", true, links{{Owner: "ID", Target: "OwnerID"}}),
		relation(Doc{}, "Parent", false, links{{Owner: "ParentID", Target: "ID"}}, "ParentID"),
		relation(Place{}, "Place", false, links{{Owner: "PlaceCountry", Target: "Country"}, {Owner: "PlaceNumber", Target: "Number"}}, "PlaceCountry", "PlaceNumber"),
		relation(User{}, "Reviewer", false, links{{Owner: "ReviewerID", Target: "ID"}}, "ReviewerID"),
		relation(Seal{}, "Seal", false, links{{Owner: "SealID", Target: "ID"}}, "SealID"),
		relation(Tag{}, "Tags", true, nil),
	}
	for i, r := range doc.Relations {
		if i >= len(want) || !reflect.DeepEqual(r, want[i]) {
			t.Errorf("relation %d: %+v", i, r)
		}
	}
	if len(doc.Relations) != len(want) {
		t.Errorf("%d relations, want %d", len(doc.Relations), len(want))
	}
	again, err := Classes(db, &Doc{}, &User{}, Doc{})
	if err != nil || len(again) != len(classes) {
		t.Errorf("registered again: %d classes, %v; want %d", len(again), err, len(classes))
	}
	for _, c := range again { // an Authorizer of its own can be made of them
		if !reflect.DeepEqual(c.Relations, byName[c.Type.Name()].Relations) {
			t.Errorf("registered again, %s has the relations %+v", c.Type, c.Relations)
		}
	}
}

type Inner struct {
	OwnerID *int64
	Owner   *User
	Note    string
}

type Outer struct {
	ID    int64
	Inner `gorm:"embedded"`
	Named Inner `gorm:"embedded;embeddedPrefix:named_"`
}

func TestEmbeddedAssociations(t *testing.T) {
	onDatabases(t, func(t *testing.T, db *gorm.DB) {
		classes, err := Classes(db, &Outer{})
		if err != nil {
			t.Fatal(err)
		}
		if err := db.AutoMigrate(&User{}, &Outer{}); err != nil {
			t.Fatal(err)
		}
		create(t, db, &User{ID: 1, Name: "one"})
		create(t, db, &Outer{ID: 1, Inner: Inner{OwnerID: new(int64(1)), Note: "x"}})
		var outer authz.Class
		for _, c := range classes {
			if c.Type.Name() == "Outer" {
				outer = c
			}
		}
		if outer.Aliases["note"] != "Note" || outer.Aliases["named_note"] != "Named.Note" {
			t.Errorf("aliases %v", outer.Aliases)
		}
		for _, r := range outer.Relations {
			got, err := outer.Fetch(context.Background(), &Outer{Inner: Inner{OwnerID: new(int64(1))}}, r.Name)
			if err != nil || (got != nil) != (r.Name == "Owner") {
				t.Errorf("%s: %v, %v", r.Name, got, err)
			}
		}
		if _, err := authz.New(authz.Config{Classes: classes, Policies: authz.String("p.polar", `allow(u: User, "read", o: Outer) if o.owner = u;`)}); err != nil {
			t.Error(err)
		}
	})
}

type broken struct {
	ID    int64
	Other *struct{ Name string }
}

func TestClassesErrors(t *testing.T) {
	for name, values := range map[string][]any{
		"not a model":        {7},
		"nil":                {nil},
		"broken association": {&broken{}},
	} {
		db := newSQLite(t).open(t)
		if classes, err := Classes(db, values...); err == nil || classes != nil {
			t.Errorf("%s: %d classes, %v", name, len(classes), err)
		}
	}
}

func TestPluginIsNeeded(t *testing.T) {
	db := newSQLite(t).open(t)
	if err := db.Use(New(nil)); err == nil {
		t.Error("a plugin without an Authorizer was accepted")
	}
}

// TestClassesAfterThePlugin registers models after the plugin.
func TestClassesAfterThePlugin(t *testing.T) {
	db := newSQLite(t).open(t)
	if err := db.AutoMigrate(&User{}, &Doc{}); err != nil {
		t.Fatal(err)
	}
	create(t, db, &User{ID: 1})
	f := newFake(db)
	if err := db.Use(New(f, Enforce())); err != nil {
		t.Fatal(err)
	}
	ctx := as(t, &User{ID: 1})
	var users []User
	if err := db.WithContext(ctx).Find(&users).Error; !errors.Is(err, authz.ErrUndecided) {
		t.Errorf("before: %v", err)
	}
	if _, err := Classes(db, &User{}); err != nil {
		t.Fatal(err)
	}
	f.models = modelsOf(db)
	if err := db.WithContext(ctx).Find(&users).Error; err != nil || len(users) != 0 {
		t.Errorf("after: %d rows, %v", len(users), err)
	}
}

// lines is a logger that records messages of level Info.
type lines struct {
	logger.Interface
	infos []string
}

func (l *lines) LogMode(logger.LogLevel) logger.Interface { return l }
func (l *lines) Info(_ context.Context, format string, args ...any) {
	l.infos = append(l.infos, fmt.Sprintf(format, args...))
}

func TestUnrestrictedIsLogged(t *testing.T) {
	db := newSQLite(t).open(t)
	b := newBypass(t, db, Enforce())
	l := &lines{Interface: logger.Discard}
	tx := db.Session(&gorm.Session{Logger: l, Context: Unrestricted(context.Background(), "nightly report")})
	var docs []Doc
	if err := tx.Find(&docs).Error; err != nil || len(docs) != 9 {
		t.Errorf("%d rows, %v", len(docs), err)
	}
	if err := tx.Exec("UPDATE docs SET title = 'x'").Error; err != nil {
		t.Error(err)
	}
	want := []string{`gormauthz: unrestricted read on "docs": nightly report`, `gormauthz: unrestricted raw SQL on "": nightly report`}
	if !slices.Equal(l.infos, want) {
		t.Errorf("got %q, want %q", l.infos, want)
	}
	// A mark takes precedence.
	if err := tx.Scopes(Authorized("read")).Find(&docs).Error; !errors.Is(err, authz.ErrUndecided) {
		t.Errorf("without an actor: %v", err)
	}
	docs = nil
	marked := tx.WithContext(Unrestricted(b.ctx, "x")).Scopes(Authorized("read"))
	if err := marked.Find(&docs).Error; err != nil || len(docs) != 3 {
		t.Errorf("%d rows, %v", len(docs), err)
	}
}
