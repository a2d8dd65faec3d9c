package gormauthz

// This file tests models whose tables are in a schema or in another database.

import (
	"errors"
	"testing"

	"gorm.io/gorm"

	"github.com/ursa-authz/ursa/authz"
)

// A shortUser is another model of the table of users.
type shortUser struct {
	ID        int64
	Name      string
	ManagerID *int64
	Manager   *User
}

func (shortUser) TableName() string { return "users" }

// TestTwoModelsOfATable lists and updates rows of one table by two models, each with its own rules.
func TestTwoModelsOfATable(t *testing.T) {
	onDatabases(t, func(t *testing.T, db *gorm.DB) {
		migrate(t, db)
		classes, err := Classes(db, &User{}, &shortUser{})
		if err != nil {
			t.Fatal(err)
		}
		az, err := authz.New(authz.Config{Classes: classes, ChangeRule: true, Policies: authz.String("p.polar", `
			allow(user: User, _, other: User) if other = user;
			allow(_: User, _, _: shortUser);
			allow_change(_: User, "update", _: shortUser, _: shortUser);
			allow_change(_: User, "promote", before: shortUser, _: shortUser) if before.manager.name = "ann";
		`)})
		if err != nil {
			t.Fatal(err)
		}
		if err := db.Use(New(az, Enforce())); err != nil {
			t.Fatal(err)
		}
		free := db.WithContext(Unrestricted(t.Context(), "test"))
		ann := &User{ID: 1, Name: "ann"}
		create(t, free, ann)
		create(t, free, &User{ID: 2, Name: "bob", ManagerID: new(int64(1))})
		ctx := authz.NewContext(t.Context(), az, ann)
		users, err := NewRepository[User](db).List(ctx)
		if err != nil || len(users) != 1 {
			t.Errorf("users: %d, %v", len(users), err)
		}
		short := NewRepository[shortUser](db)
		list, err := short.List(ctx)
		if err != nil || len(list) != 2 {
			t.Errorf("short users: %d, %v", len(list), err)
		}
		if err := short.Update(ctx, &shortUser{ID: 2, Name: "cem"}, "Name"); err != nil {
			t.Error(err)
		}
		// The update may have changed the manager, too, who is a row of the same table.
		err = short.WithAction("promote").Update(ctx, &shortUser{ID: 2, Name: "dan"}, "Name")
		if !errors.Is(err, authz.ErrUndecided) {
			t.Errorf("a change that depends on other rows of the table: %v", err)
		}
	})
}

// A paper is in a schema, and so are its sheets and its labels.
type paper struct {
	ID        int64
	Title     string
	OwnerID   int64
	Owner     *writerOf
	Sheets    []sheet `gorm:"foreignKey:PaperID"`
	DeletedAt gorm.DeletedAt
}

type sheet struct {
	ID      int64
	PaperID int64
	Text    string
}

type writerOf struct {
	ID   int64
	Name string
}

var paperSchema string

func (paper) TableName() string    { return paperSchema + ".papers" }
func (sheet) TableName() string    { return paperSchema + ".sheets" }
func (writerOf) TableName() string { return "writers" }

func TestTablesInSchemas(t *testing.T) {
	onDatabases(t, func(t *testing.T, db *gorm.DB) {
		switch db.Dialector.Name() {
		case "sqlite":
			paperSchema = "main"
		case "postgres":
			db.Raw("SELECT current_schema()").Scan(&paperSchema)
		case "mysql":
			db.Raw("SELECT database()").Scan(&paperSchema)
		}
		if err := db.AutoMigrate(&writerOf{}, &paper{}, &sheet{}); err != nil {
			t.Fatal(err)
		}
		classes, err := Classes(db, &paper{}, &sheet{}, &writerOf{})
		if err != nil {
			t.Fatal(err)
		}
		az, err := authz.New(authz.Config{Classes: classes, Policies: authz.String("p.polar", `
			allow(w: writerOf, _, p: paper) if p.owner = w;
			allow(_: writerOf, "read", p: paper) if s in p.sheets and s.text = "open";
			allow(_: writerOf, _, _: sheet);
		`)})
		if err != nil {
			t.Fatal(err)
		}
		if err := db.Use(New(az, Enforce())); err != nil {
			t.Fatal(err)
		}
		free := db.WithContext(Unrestricted(t.Context(), "test"))
		ann := &writerOf{ID: 1, Name: "ann"}
		for _, x := range []any{ann, &writerOf{ID: 2}, &paper{ID: 1, OwnerID: 1}, &paper{ID: 2, OwnerID: 2}, &paper{ID: 3, OwnerID: 2}, &sheet{ID: 1, PaperID: 2, Text: "open"}} {
			if err := free.Create(x).Error; err != nil {
				t.Fatal(err)
			}
		}
		if db.Dialector.Name() == "postgres" { // which has not seen the keys above
			if err := free.Exec("SELECT setval(pg_get_serial_sequence('papers', 'id'), 100)").Error; err != nil {
				t.Fatal(err)
			}
		}
		ctx := authz.NewContext(t.Context(), az, ann)
		repo := NewRepository[paper](db)
		list, err := repo.List(ctx)
		n, countErr := repo.Count(ctx)
		if err != nil || countErr != nil || len(list) != 2 || n != 2 {
			t.Errorf("list of %d rows, %v; count %d, %v", len(list), err, n, countErr)
		}
		for name, tx := range map[string]*gorm.DB{
			"Find":          db,
			"alias":         db.Table(paperSchema + ".papers AS e"),
			"Preload":       db.Preload("Sheets"),
			"Joins":         db.Joins("Owner"),
			"Barrier":       db.Scopes(Barrier),
			"Or":            db.Where("title = 'x'").Or("1 = 1"),
			"another table": db.Table("other.papers"),
			"unqualified":   db.Table("papers"),
		} {
			var rows []paper
			err := tx.WithContext(ctx).Find(&rows).Error
			if name == "another table" || name == "unqualified" {
				if !errors.Is(err, authz.ErrUndecided) {
					t.Errorf("%s: %v", name, err)
				}
				continue
			}
			if err != nil || len(rows) != 2 || rows[0].ID+rows[1].ID != 3 {
				t.Errorf("%s: %d rows, %v", name, len(rows), err)
			}
		}
		for id, want := range map[int64]error{1: nil, 2: nil, 3: authz.ErrForbidden} {
			if _, err := repo.Lookup(ctx, id); !errors.Is(err, want) || want == nil && err != nil {
				t.Errorf("Lookup of %d: %v", id, err)
			}
		}
		for name, want := range map[string]struct {
			err  error
			want error
		}{
			"Create":            {repo.Create(ctx, &paper{Title: "x", OwnerID: 1}), nil},
			"Create, denied":    {repo.Create(ctx, &paper{Title: "x", OwnerID: 2}), authz.ErrForbidden},
			"Update":            {repo.Update(ctx, &paper{ID: 1, Title: "x"}, "Title"), nil},
			"Update, denied":    {repo.Update(ctx, &paper{ID: 2, Title: "x"}, "Title"), authz.ErrForbidden},
			"statement":         {none(db.WithContext(ctx).Model(&paper{}).Where("id = 1").Update("title", "y")), nil},
			"statement, denied": {none(db.WithContext(ctx).Model(&paper{}).Where("id = 2").Update("title", "y")), authz.ErrForbidden},
			"Delete, denied":    {none(db.WithContext(ctx).Where("id = 2").Delete(&paper{})), authz.ErrForbidden},
		} {
			if !errors.Is(want.err, want.want) || want.want == nil && want.err != nil {
				t.Errorf("%s: %v, want %v", name, want.err, want.want)
			}
		}
		if err := none(db.WithContext(ctx).Where("id = 1").Delete(&paper{})); err != nil {
			t.Errorf("Delete: %v", err)
		}
		if _, err := Verify(ctx, db); err != nil {
			t.Error(err)
		}
	})
}
