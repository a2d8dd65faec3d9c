package gormauthz

// This file tests columns with unusual declarations.

import (
	"database/sql/driver"
	"errors"
	"strings"
	"testing"

	"gorm.io/gorm"
	"gorm.io/gorm/schema"

	"github.com/ursa-authz/ursa/authz/filter"
)

// TestUnreadFields tests columns that GORM writes and never reads. A decision sees the
// zero value, so a list must not use the stored value.
func TestUnreadFields(t *testing.T) {
	type Vault struct {
		ID     int64
		Secret string `gorm:"->:false;<-:create"`
	}
	onDatabases(t, func(t *testing.T, db *gorm.DB) {
		if err := db.AutoMigrate(&Vault{}); err != nil {
			t.Fatal(err)
		}
		create(t, db, &Vault{Secret: "x"})
		if _, err := Classes(db, &Vault{}); err != nil {
			t.Fatal(err)
		}
		f := newFake(db)
		allow[Vault](f, func(*User, string) filter.Expr { return equals("Secret", "x") })
		if err := db.Use(New(f)); err != nil {
			t.Fatal(err)
		}
		list, err := NewRepository[Vault](db).List(as(t, &User{ID: 1}))
		if !errors.Is(err, filter.ErrUnsupported) || len(list) > 0 {
			t.Errorf("%d rows, %v", len(list), err)
		}
	})
}

// An email is read in a different form than it is written. A seen and a shout are
// written in a different form, the latter only by a pointer.
type (
	email string
	seen  string
	shout string
)

func (e *email) Scan(x any) error {
	if b, ok := x.([]byte); ok {
		x = string(b)
	}
	s, _ := x.(string)
	*e = email(strings.ToLower(s))
	return nil
}
func (s seen) Value() (driver.Value, error)   { return strings.ToUpper(string(s)), nil }
func (s *shout) Value() (driver.Value, error) { return strings.ToUpper(string(*s)), nil }

// TestOneWayConversions tests types that convert database values in only one direction,
// so that what Go reads differs from the filter's value.
func TestOneWayConversions(t *testing.T) {
	type Letter struct {
		ID     int64
		From   email
		To     *email
		Seen   seen
		Shout  *shout
		Direct shout
	}
	onDatabases(t, func(t *testing.T, db *gorm.DB) {
		if err := db.AutoMigrate(&Letter{}); err != nil {
			t.Fatal(err)
		}
		create(t, db, &Letter{From: "A", To: new(email("A")), Seen: "a", Shout: new(shout("a")), Direct: "a"})
		if _, err := Classes(db, &Letter{}); err != nil {
			t.Fatal(err)
		}
		f := newFake(db)
		if err := db.Use(New(f)); err != nil {
			t.Fatal(err)
		}
		repo, ctx := NewRepository[Letter](db), as(t, &User{ID: 1})
		for _, name := range []string{"From", "To", "Seen", "Shout", "Direct"} {
			for _, op := range []filter.Op{filter.Eq, filter.Ne} {
				allow[Letter](f, func(*User, string) filter.Expr { return filter.Compare{Op: op, L: field(name), R: mustValue("a")} })
				list, err := repo.List(ctx)
				if errors.Is(err, filter.ErrUnsupported) && name != "Direct" {
					continue
				}
				var letter Letter
				if err := db.First(&letter).Error; err != nil {
					t.Fatal(err)
				}
				allowed := f.Authorize(ctx, &User{ID: 1}, "read", &letter) == nil
				if err != nil || (len(list) == 1) != allowed {
					t.Errorf("%s %s a: %d rows, %v; decision: %v", name, op, len(list), err, allowed)
				}
			}
		}
	})
}

// A folded text is stored and read in lower case.
type folded string

func (f folded) Value() (driver.Value, error) { return strings.ToLower(string(f)), nil }
func (f *folded) Scan(x any) error            { return (*email)(f).Scan(x) }

// TestLossyConversions tests types that convert several values to one.
func TestLossyConversions(t *testing.T) {
	type Mailbox struct {
		ID   int64
		Name folded
		Rate decimal // with three decimals
	}
	onDatabases(t, func(t *testing.T, db *gorm.DB) {
		if err := db.AutoMigrate(&Mailbox{}); err != nil {
			t.Fatal(err)
		}
		create(t, db, &Mailbox{Name: "A", Rate: decimal{S: "1.5"}})
		if _, err := Classes(db, &Mailbox{}); err != nil {
			t.Fatal(err)
		}
		f := newFake(db)
		if err := db.Use(New(f)); err != nil {
			t.Fatal(err)
		}
		repo, ctx := NewRepository[Mailbox](db), as(t, &User{ID: 1})
		var box Mailbox
		if err := db.First(&box).Error; err != nil {
			t.Fatal(err)
		}
		for _, tt := range []struct {
			name string
			x    any
			want bool
		}{
			{"Name", "a", true}, {"Name", "A", false}, {"Name", folded("A"), false},
			{"Rate", decimal{S: "1.50"}, true}, {"Rate", decimal{S: "1.5001"}, false},
		} {
			for _, neg := range []bool{false, true} {
				allow[Mailbox](f, func(*User, string) filter.Expr {
					if neg {
						return filter.Not{X: filter.In{X: field(tt.name), Set: []filter.Value{mustValue(tt.x)}}}
					}
					return equals(tt.name, tt.x)
				})
				list, err := repo.List(ctx)
				allowed := f.Authorize(ctx, &User{ID: 1}, "read", &box) == nil
				if err != nil || (len(list) == 1) != (tt.want != neg) || allowed != (tt.want != neg) {
					t.Errorf("%s = %v, negated: %v: %d rows, %v; decision: %v", tt.name, tt.x, neg, len(list), err, allowed)
				}
			}
		}
	})
}

// A foreign text has a declared collation: "c1" or "c2".
type foreign1 string
type foreign2 string

func (foreign1) GormDBDataType(db *gorm.DB, _ *schema.Field) string { return collated(db, 0) }
func (foreign2) GormDBDataType(db *gorm.DB, _ *schema.Field) string { return collated(db, 1) }

func collated(db *gorm.DB, i int) string {
	return map[string][2]string{
		"sqlite":   {"text COLLATE NOCASE", "text COLLATE RTRIM"},
		"postgres": {`varchar(20) COLLATE "C"`, `varchar(20) COLLATE "POSIX"`},
		"mysql":    {"varchar(20) COLLATE utf8mb4_general_ci", "varchar(20) COLLATE utf8mb4_unicode_520_ci"},
	}[db.Dialector.Name()][i]
}

type Parcel struct {
	ID      int64
	Zone    foreign1
	Zoning  *Zoning  `gorm:"foreignKey:Zone;references:Code"`
	Nearest []Zoning `gorm:"foreignKey:Code;references:Zone"`
}

type Zoning struct {
	ID   int64
	Code foreign2 `gorm:"uniqueIndex"`
}

// TestIncompatibleCollations tests relations between texts that the servers refuse to
// compare.
func TestIncompatibleCollations(t *testing.T) {
	onDatabases(t, func(t *testing.T, db *gorm.DB) {
		if err := db.AutoMigrate(&Zoning{}, &Parcel{}); err != nil {
			t.Fatal(err)
		}
		create(t, db, &Zoning{Code: "a"})
		create(t, db, &[]Parcel{{Zone: "a"}, {Zone: "A"}, {Zone: "a "}, {Zone: "b"}})
		if _, err := Classes(db, &Parcel{}); err != nil {
			t.Fatal(err)
		}
		f := newFake(db)
		if err := db.Use(New(f)); err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"Zoning", "Nearest"} {
			exists := filter.Exists{As: 1, Rel: f.relation(&Parcel{}, name), Where: filter.True}
			for _, tt := range []struct {
				e    filter.Expr
				want int
			}{
				{exists, 1},
				{filter.Not{X: exists}, 3},
				{filter.Or{exists, equals("ID", -1)}, 1},
				{filter.Or{filter.Not{X: exists}, equals("ID", -1)}, 3},
			} {
				allow[Parcel](f, func(*User, string) filter.Expr { return tt.e })
				list, err := NewRepository[Parcel](db).List(as(t, &User{ID: 1}))
				if err != nil || len(list) != tt.want {
					t.Errorf("%s: %d rows, want %d, %v, %v", filter.Text(tt.e), len(list), tt.want, err, errors.Unwrap(err))
				}
			}
		}
	})
}

// A mood is an enumeration in the databases that have them.
type mood string

// TestEnums lists by columns of enumerations, integers in decimals and addresses, and compares the lists
// with decisions.
func TestEnums(t *testing.T) {
	type (
		textDay struct {
			ID    int64
			Mood  mood   `gorm:"type:text"`
			Plain string `gorm:"type:text"`
			Maybe *mood  `gorm:"type:text"`
			Count int64  `gorm:"type:integer"`
			From  string `gorm:"type:text"`
		}
		mysqlDay struct {
			ID    int64
			Mood  mood   `gorm:"type:enum('sad','ok','Great','fine');default:'ok'"`
			Plain string `gorm:"type:enum('sad','ok','Great','fine');default:'ok'"`
			Maybe *mood  `gorm:"type:enum('sad','ok','Great','fine')"`
			Count int64  `gorm:"type:decimal(20,0)"`
			From  string `gorm:"type:inet6"`
		}
		postgresDay struct {
			ID    int64
			Mood  mood   `gorm:"type:mood_of_day"`
			Plain string `gorm:"type:mood_of_day"`
			Maybe *mood  `gorm:"type:mood_of_day"`
			Count int64  `gorm:"type:numeric(20)"`
			From  string `gorm:"type:inet"`
		}
	)
	onDatabases(t, func(t *testing.T, db *gorm.DB) {
		switch db.Dialector.Name() {
		case "postgres":
			if err := db.Exec("CREATE TYPE mood_of_day AS ENUM ('sad', 'ok', 'Great', 'fine')").Error; err != nil {
				t.Fatal(err)
			}
			testDays(t, db, func(id int64, m mood, n int64) postgresDay { return postgresDay{id, m, string(m), &m, n, "10.0.0.1"} })
			// The database says what the type is that the model names.
			for _, change := range []string{"TYPE text", "TYPE varchar(20)"} {
				if err := db.WithContext(Unrestricted(t.Context(), "test")).Exec("ALTER TABLE postgres_days ALTER COLUMN mood " + change).Error; err != nil {
					t.Fatal(err)
				}
				if _, err := Verify(t.Context(), db); err == nil || !strings.Contains(err.Error(), "postgres_days.mood") {
					t.Errorf("%s: %v", change, err)
				}
			}
		case "mysql":
			testDays(t, db, func(id int64, m mood, n int64) mysqlDay { return mysqlDay{id, m, string(m), &m, n, "::1"} })
		default:
			testDays(t, db, func(id int64, m mood, n int64) textDay { return textDay{id, m, string(m), &m, n, "::1"} })
		}
	})
}

func testDays[T any](t *testing.T, db *gorm.DB, day func(id int64, m mood, n int64) T) {
	t.Helper()
	if err := db.AutoMigrate(new(T)); err != nil {
		t.Fatal(err)
	}
	for i, m := range []mood{"sad", "ok", "Great", "fine"} {
		d := day(int64(i+1), m, []int64{1, 1 << 53, 1<<53 + 1, -5}[i])
		create(t, db, &d)
	}
	if _, err := Classes(db, new(T)); err != nil {
		t.Fatal(err)
	}
	f := newFake(db)
	if err := db.Use(New(f)); err != nil {
		t.Fatal(err)
	}
	if _, err := Verify(t.Context(), db); err != nil {
		t.Error(err)
	}
	repo, ctx := NewRepository[T](db), as(t, &User{ID: 1})
	for _, e := range []filter.Expr{
		filter.Compare{Op: filter.Eq, L: field("Mood"), R: mustValue("ok")},
		filter.Compare{Op: filter.Ne, L: field("Mood"), R: mustValue("ok")},
		filter.Compare{Op: filter.Eq, L: field("Mood"), R: mustValue("OK")},
		filter.Compare{Op: filter.Eq, L: field("Mood"), R: mustValue("unknown")},
		filter.Compare{Op: filter.Lt, L: field("Mood"), R: mustValue("ok")},
		filter.Compare{Op: filter.Ge, L: field("Plain"), R: mustValue("g")},
		filter.In{X: field("Plain"), Set: []filter.Value{mustValue("sad"), mustValue("Great"), mustValue("x")}},
		filter.StrOp{Kind: filter.Prefix, X: field("Mood"), Arg: "G"},
		filter.Compare{Op: filter.Eq, L: field("Mood"), R: field("Plain")},
		filter.Compare{Op: filter.Eq, L: field("Maybe"), R: filter.Value{}},
		filter.Compare{Op: filter.Gt, L: field("Maybe"), R: mustValue("fine")},
		filter.Compare{Op: filter.Eq, L: field("Count"), R: mustValue(int64(1<<53 + 1))},
		filter.Compare{Op: filter.Lt, L: field("Count"), R: mustValue(int64(1<<53 + 1))},
		filter.Compare{Op: filter.Gt, L: field("Count"), R: mustValue(0.5)},
		filter.Compare{Op: filter.Eq, L: field("From"), R: mustValue("10.0.0.1")},
	} {
		allow[T](f, func(*User, string) filter.Expr { return e })
		list, err := repo.List(ctx)
		address := strings.Contains(filter.Text(e), "From")
		if address && db.Dialector.Name() != "sqlite" {
			if !errors.Is(err, filter.ErrUnsupported) || !strings.Contains(err.Error(), "inet") {
				t.Errorf("%s: %v", filter.Text(e), err)
			}
			continue
		}
		var all []T
		if err := errors.Join(err, db.Find(&all).Error); err != nil {
			t.Fatalf("%s: %v", filter.Text(e), err)
		}
		allowed := 0
		for i := range all {
			if f.Authorize(ctx, &User{ID: 1}, "read", &all[i]) == nil {
				allowed++
			}
		}
		if len(list) != allowed {
			t.Errorf("%s: %d rows, decisions allow %d", filter.Text(e), len(list), allowed)
		}
	}
}
