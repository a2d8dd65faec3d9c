package gormauthz

// This file defines the tests of ways around a restriction: every entry point of GORM,
// with every kind of condition, on every database. A statement must return what it
// returns without authorization, except the rows that are not allowed.

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/ursa-authz/ursa/authz"
	"github.com/ursa-authz/ursa/authz/filter"
)

// A bypass is a database with the documents of three authors, in one of two modes.
type bypass struct {
	db    *gorm.DB
	fake  *fake
	actor *User
	ctx   context.Context // with the actor
}

// newBypass makes the rows: documents 1 to 12 of the authors 1, 2 and 3 in turn, of
// which the last three are deleted. User 1 may do anything to the documents and
// comments of user 1, and may read the users 1 and 2, all tags, and the covers of
// documents 1 and 2.
func newBypass(t testing.TB, db *gorm.DB, options ...Option) *bypass {
	t.Helper()
	migrate(t, db)
	f := newFake(db)
	fillBypass(t, db)
	if db.Dialector.Name() == "postgres" { // which has not seen the keys above
		if err := db.Exec("SELECT setval(pg_get_serial_sequence('docs', 'id'), 100)").Error; err != nil {
			t.Fatal(err)
		}
	}
	allow[Doc](f, func(u *User, action string) filter.Expr { return equals("AuthorID", u.ID) })
	allow[Comment](f, func(u *User, action string) filter.Expr { return equals("UserID", u.ID) })
	allow[User](f, func(u *User, action string) filter.Expr {
		if action != "read" {
			return filter.False
		}
		return filter.Or{equals("ID", u.ID), equals("ID", u.ID+1)}
	})
	allow[Tag](f, func(*User, string) filter.Expr { return filter.True })
	allow[Cover](f, func(*User, string) filter.Expr {
		return filter.In{X: field("DocID"), Set: []filter.Value{mustValue(1), mustValue(2)}}
	})
	if err := db.Use(New(f, options...)); err != nil {
		t.Fatal(err)
	}
	actor := &User{ID: 1}
	return &bypass{db, f, actor, as(t, actor)}
}

// fillBypass inserts the rows of newBypass.
func fillBypass(t testing.TB, db *gorm.DB) {
	t.Helper()
	one := int64(1)
	for i := int64(1); i <= 3; i++ {
		u := &User{ID: i, Name: fmt.Sprintf("user%d", i)}
		if i > 1 {
			u.ManagerID = &one
		}
		create(t, db, u)
		create(t, db, &Tag{ID: i, Name: fmt.Sprintf("tag%d", i)})
	}
	for i := int64(1); i <= 12; i++ {
		d := &Doc{Base: Base{ID: i}, Title: fmt.Sprintf("doc%d", i), Code: "c", Char: "abcd", Amount: int(i), AuthorID: (i-1)%3 + 1, Due: noon, Seen: &noon, ReviewerID: new((i+1)%3 + 1)}
		d.DeletedAt.Valid, d.DeletedAt.Time = i > 9, noon
		create(t, db, d)
		create(t, db, &Comment{ID: i, DocID: (i-1)%9 + 1, UserID: new((i-1)%3 + 1), Text: new(d.Title)})
		create(t, db, &Cover{ID: i, DocID: &i, Color: "red"})
		create(t, db, &DocTag{DocID: i, TagID: (i-1)%3 + 1})
	}
}

func create(t testing.TB, db *gorm.DB, x any) {
	t.Helper()
	if err := db.Omit(clause.Associations).Create(x).Error; err != nil {
		t.Fatal(err)
	}
}

// free returns a session that is not authorized.
func (b *bypass) free() *gorm.DB {
	return b.db.WithContext(Unrestricted(context.Background(), "test"))
}

// the IDs and their order.
type ids = []int64

func idsOf(docs []Doc) ids {
	list := ids{}
	for _, d := range docs {
		list = append(list, d.ID)
	}
	slices.Sort(list)
	return list
}

// conditionsOf are the conditions that an application may add to a chain, with the mark
// in different places. The mark is a scope, or nothing.
var chains = map[string]func(db *gorm.DB, mark func(*gorm.DB) *gorm.DB) *gorm.DB{
	"plain": func(db *gorm.DB, m func(*gorm.DB) *gorm.DB) *gorm.DB { return db.Scopes(m) },
	"where": func(db *gorm.DB, m func(*gorm.DB) *gorm.DB) *gorm.DB { return db.Where("amount > ?", 2).Scopes(m) },
	"or after": func(db *gorm.DB, m func(*gorm.DB) *gorm.DB) *gorm.DB {
		return db.Scopes(m).Where("amount < ?", 3).Or("amount > ?", 5)
	},
	"or before": func(db *gorm.DB, m func(*gorm.DB) *gorm.DB) *gorm.DB {
		return db.Where("amount < ?", 3).Or("amount > ?", 5).Scopes(m)
	},
	"or alone": func(db *gorm.DB, m func(*gorm.DB) *gorm.DB) *gorm.DB { return db.Scopes(m).Or("1 = 1") },
	"string or": func(db *gorm.DB, m func(*gorm.DB) *gorm.DB) *gorm.DB {
		return db.Where("amount < 3 OR amount > 5").Scopes(m)
	},
	"tabs": func(db *gorm.DB, m func(*gorm.DB) *gorm.DB) *gorm.DB {
		return db.Where("amount < 3\tor\namount > 5").Scopes(m)
	},
	"unbalanced": func(db *gorm.DB, m func(*gorm.DB) *gorm.DB) *gorm.DB {
		return db.Where("amount < 3) OR (amount > 5").Scopes(m)
	},
	"not": func(db *gorm.DB, m func(*gorm.DB) *gorm.DB) *gorm.DB { return db.Not("amount = ?", 4).Scopes(m) },
	"group": func(db *gorm.DB, m func(*gorm.DB) *gorm.DB) *gorm.DB {
		return db.Where(db.Where("amount = 1").Or("amount = 2")).Or(db.Where("amount > 6")).Scopes(m)
	},
	"struct": func(db *gorm.DB, m func(*gorm.DB) *gorm.DB) *gorm.DB { return db.Where(&Doc{Code: "c"}).Scopes(m) },
	"map": func(db *gorm.DB, m func(*gorm.DB) *gorm.DB) *gorm.DB {
		return db.Where(map[string]any{"code": "c"}).Scopes(m)
	},
	"later scope": func(db *gorm.DB, m func(*gorm.DB) *gorm.DB) *gorm.DB {
		return db.Where("amount < 3").Scopes(m, func(db *gorm.DB) *gorm.DB { return db.Or("1 = 1") })
	},
	"scope in scope": func(db *gorm.DB, m func(*gorm.DB) *gorm.DB) *gorm.DB {
		return db.Scopes(func(db *gorm.DB) *gorm.DB { return db.Scopes(m).Or("1 = 1") })
	},
	"unscoped": func(db *gorm.DB, m func(*gorm.DB) *gorm.DB) *gorm.DB { return db.Unscoped().Scopes(m) },
	"unscoped or": func(db *gorm.DB, m func(*gorm.DB) *gorm.DB) *gorm.DB {
		return db.Unscoped().Where("amount = 2").Or("amount > 3").Scopes(m)
	},
	"clauses": func(db *gorm.DB, m func(*gorm.DB) *gorm.DB) *gorm.DB {
		return db.Clauses(clause.Where{Exprs: []clause.Expression{clause.Or(clause.Expr{SQL: "1 = 1"})}}).Scopes(m)
	},
	"alias": func(db *gorm.DB, m func(*gorm.DB) *gorm.DB) *gorm.DB {
		return db.Table("docs AS d").Where("d.amount > 1").Scopes(m)
	},
	"quoted alias": func(db *gorm.DB, m func(*gorm.DB) *gorm.DB) *gorm.DB {
		return db.Table("docs d").Scopes(m).Or("d.amount > 1")
	},
	"own table": func(db *gorm.DB, m func(*gorm.DB) *gorm.DB) *gorm.DB { return db.Table("docs").Scopes(m).Or("1 = 1") },
	"joins": func(db *gorm.DB, m func(*gorm.DB) *gorm.DB) *gorm.DB {
		return db.Joins("Author").Scopes(m).Where("docs.amount > 1").Or("1 = 1")
	},
	"limit": func(db *gorm.DB, m func(*gorm.DB) *gorm.DB) *gorm.DB {
		return db.Scopes(m).Limit(100).Offset(0).Or("1 = 1")
	},
	"distinct": func(db *gorm.DB, m func(*gorm.DB) *gorm.DB) *gorm.DB { return db.Distinct().Scopes(m).Or("1 = 1") },
	"session": func(db *gorm.DB, m func(*gorm.DB) *gorm.DB) *gorm.DB {
		return db.Scopes(m).Session(&gorm.Session{}).Or("1 = 1")
	},
	"skip hooks": func(db *gorm.DB, m func(*gorm.DB) *gorm.DB) *gorm.DB {
		return db.Session(&gorm.Session{SkipHooks: true}).Scopes(m).Or("1 = 1")
	},
	"query fields": func(db *gorm.DB, m func(*gorm.DB) *gorm.DB) *gorm.DB {
		return db.Session(&gorm.Session{QueryFields: true}).Scopes(m)
	},
	"prepared": func(db *gorm.DB, m func(*gorm.DB) *gorm.DB) *gorm.DB {
		return db.Session(&gorm.Session{PrepareStmt: true}).Scopes(m).Or("1 = 1")
	},
	"locking": func(db *gorm.DB, m func(*gorm.DB) *gorm.DB) *gorm.DB { return locking(db).Scopes(m).Or("1 = 1") },
	"select": func(db *gorm.DB, m func(*gorm.DB) *gorm.DB) *gorm.DB {
		return db.Select("docs.*").Scopes(m).Or("1 = 1")
	},
	"omit": func(db *gorm.DB, m func(*gorm.DB) *gorm.DB) *gorm.DB { return db.Omit("Title").Scopes(m).Or("1 = 1") },
}

func locking(db *gorm.DB) *gorm.DB {
	if db.Dialector.Name() == "sqlite" {
		return db
	}
	return db.Clauses(clause.Locking{Strength: "UPDATE"})
}

// finishers are GORM's methods of reading. They return the keys of the rows, or at
// least their number.
var finishers = map[string]func(db *gorm.DB) (ids, error){
	"Find": func(db *gorm.DB) (ids, error) {
		var docs []Doc
		err := db.Find(&docs).Error
		return idsOf(docs), err
	},
	"Find pointers": func(db *gorm.DB) (ids, error) {
		var docs []*Doc
		err := db.Find(&docs).Error
		list := ids{}
		for _, d := range docs {
			list = append(list, d.ID)
		}
		slices.Sort(list)
		return list, err
	},
	"Find smaller struct": func(db *gorm.DB) (ids, error) {
		var docs []struct {
			ID    int64
			Title string
		}
		err := db.Model(&Doc{}).Find(&docs).Error
		list := ids{}
		for _, d := range docs {
			list = append(list, d.ID)
		}
		slices.Sort(list)
		return list, err
	},
	"Find maps": func(db *gorm.DB) (ids, error) {
		var docs []map[string]any
		err := db.Model(&Doc{}).Find(&docs).Error
		list := ids{}
		for _, d := range docs {
			list = append(list, d["id"].(int64))
		}
		slices.Sort(list)
		return list, err
	},
	"Scan": func(db *gorm.DB) (ids, error) {
		var docs []Doc
		err := db.Model(&Doc{}).Scan(&docs).Error
		return idsOf(docs), err
	},
	"Count": func(db *gorm.DB) (ids, error) {
		var n int64
		err := db.Model(&Doc{}).Count(&n).Error
		return make(ids, n), err
	},
	"Rows": func(db *gorm.DB) (ids, error) {
		rows, err := db.Model(&Doc{}).Rows()
		if err != nil {
			return nil, err
		}
		defer rows.Close()
		list := ids{}
		for rows.Next() {
			var d Doc
			if err := db.Session(&gorm.Session{NewDB: true}).ScanRows(rows, &d); err != nil {
				return nil, err
			}
			list = append(list, d.ID)
		}
		slices.Sort(list)
		return list, rows.Err()
	},
	"FindInBatches": func(db *gorm.DB) (ids, error) {
		list := ids{}
		var docs []Doc
		err := db.FindInBatches(&docs, 2, func(tx *gorm.DB, batch int) error {
			list = append(list, idsOf(docs)...)
			if batch > 50 {
				return errors.New("endless")
			}
			return nil
		}).Error
		slices.Sort(list)
		return list, err
	},
	"in a transaction": func(db *gorm.DB) (list ids, err error) {
		err = db.Session(&gorm.Session{NewDB: true}).Transaction(func(tx *gorm.DB) error {
			chain := db.Session(&gorm.Session{})
			chain.Statement.ConnPool = tx.Statement.ConnPool
			var docs []Doc
			err := chain.Find(&docs).Error
			list = idsOf(docs)
			return err
		})
		return list, err
	},
	"reused": func(db *gorm.DB) (ids, error) {
		var n int64
		tx := db.Model(&Doc{})
		if err := tx.Count(&n).Error; err != nil {
			return nil, err
		}
		var docs []Doc
		err := tx.Or("1 = 1").Find(&docs).Error
		if n > int64(len(docs)) {
			return nil, fmt.Errorf("counted %d, found %d", n, len(docs))
		}
		return idsOf(docs), err
	},
}

func TestReadsReturnAllowedRowsOnly(t *testing.T) {
	unmarked := func(db *gorm.DB) *gorm.DB { return db }
	onDatabases(t, func(t *testing.T, db *gorm.DB) {
		for _, mode := range []string{"marked", "enforced", "enforced and marked"} {
			t.Run(mode, func(t *testing.T) {
				b, m := (*bypass)(nil), Authorized("read")
				handle := db
				if mode != "marked" {
					handle = fresh(t, db)
					b = newBypass(t, handle, Enforce())
				} else {
					b = newBypass(t, handle)
				}
				if mode == "enforced" {
					m = unmarked
				}
				allowed := map[int64]bool{}
				var docs []Doc
				if err := b.free().Unscoped().Where("author_id = ?", b.actor.ID).Find(&docs).Error; err != nil {
					t.Fatal(err)
				}
				for _, d := range docs {
					allowed[d.ID] = true
				}
				some, less := 0, 0
				for name, chain := range chains {
					for finisher, finish := range finishers {
						if skips(name, finisher) {
							continue
						}
						all, err := finish(chain(b.free(), unmarked))
						if err != nil {
							t.Fatalf("%s, %s, unrestricted: %v", name, finisher, err)
						}
						got, err := finish(chain(b.db.WithContext(b.ctx), m))
						if err != nil {
							t.Errorf("%s, %s: %v", name, finisher, err)
							continue
						}
						if finisher == "Count" {
							all, err = finishers["Find"](chain(b.free(), unmarked))
							if err != nil {
								t.Fatal(err)
							}
						}
						want := slices.DeleteFunc(slices.Clone(all), func(id int64) bool { return !allowed[id] })
						if finisher == "Count" {
							if len(got) != len(want) {
								t.Errorf("%s, %s: %d, want %d", name, finisher, len(got), len(want))
							}
							continue
						}
						if !slices.Equal(got, want) {
							t.Errorf("%s, %s: %v, want %v of %v", name, finisher, got, want, all)
						}
						if len(want) > 0 {
							some++
						}
						if len(want) < len(all) {
							less++
						}
					}
				}
				if n := len(chains) * (len(finishers) - 2); some < n*9/10 || less < n*9/10 {
					t.Errorf("of %d statements, %d returned rows and %d were restricted", n, some, less)
				}
			})
		}
	})
}

// skips lists the chains and finishers that GORM itself does not support together.
func skips(chain, finisher string) bool {
	one := func(names ...string) bool { return slices.Contains(names, chain) }
	switch finisher {
	case "FindInBatches": // an Or without parentheses makes it endless
		return !one("plain", "where", "string or", "not", "struct", "map", "unscoped", "prepared", "query fields")
	case "Count":
		return one("locking", "distinct", "select", "query fields", "omit", "limit", "joins")
	case "reused":
		return one("locking", "distinct", "select", "query fields", "limit", "joins")
	case "Find smaller struct":
		return one("distinct", "select", "query fields", "joins", "omit")
	case "Find maps":
		return one("joins", "omit")
	case "in a transaction":
		return one("prepared")
	}
	return false
}

// fresh returns another handle on empty tables of the same server.
func fresh(t testing.TB, db *gorm.DB) *gorm.DB {
	t.Helper()
	switch db.Dialector.Name() {
	case "postgres":
		return newPostgres(t).open(t)
	case "mysql":
		return newMySQL(t).open(t)
	}
	return newSQLite(t).open(t)
}

// TestSingleRows tests the finishers that return one row or value.
func TestSingleRows(t *testing.T) {
	onDatabases(t, func(t *testing.T, db *gorm.DB) {
		b := newBypass(t, db)
		marked := func() *gorm.DB { return b.db.WithContext(b.ctx).Scopes(Authorized("read")) }
		for name, get := range map[string]func(id int) (int64, error){
			"First": func(id int) (int64, error) { var d Doc; err := marked().First(&d, id).Error; return d.ID, err },
			"First or": func(id int) (int64, error) {
				var d Doc
				err := marked().Where("1 = 0").Or("id = ?", id).First(&d).Error
				return d.ID, err
			},
			"Take": func(id int) (int64, error) { var d Doc; err := marked().Take(&d, "id = ?", id).Error; return d.ID, err },
			"Last": func(id int) (int64, error) { var d Doc; err := marked().Last(&d, id).Error; return d.ID, err },
			"First by struct": func(id int) (int64, error) {
				d := Doc{Base: Base{ID: int64(id)}}
				err := marked().First(&d).Error
				return d.ID * int64(len(d.Title)/4), err
			},
			"Pluck": func(id int) (int64, error) {
				var list ids
				err := marked().Model(&Doc{}).Where("id = ?", id).Pluck("id", &list).Error
				if err == nil && len(list) == 0 {
					err = gorm.ErrRecordNotFound
				}
				return append(list, 0)[0], err
			},
			"Row": func(id int) (int64, error) {
				var n int64
				err := marked().Model(&Doc{}).Select("id").Where("id = ?", id).Row().Scan(&n)
				if errors.Is(err, sql.ErrNoRows) {
					err = gorm.ErrRecordNotFound
				}
				return n, err
			},
			"FirstOrInit": func(id int) (int64, error) {
				d := Doc{}
				err := marked().Where("id = ?", id).FirstOrInit(&d).Error
				if err == nil && d.Title == "" {
					err = gorm.ErrRecordNotFound
				}
				return int64(len(d.Title)/4) * d.ID, err
			},
			"generics": func(id int) (int64, error) {
				d, err := gorm.G[Doc](b.db).Scopes(AuthorizedStmt("read")).Where("1 = 0").Or("id = ?", id).First(b.ctx)
				return d.ID, err
			},
			"generics Find": func(id int) (int64, error) {
				docs, err := gorm.G[Doc](b.db).Where("id = ?", id).Scopes(AuthorizedStmt("read")).Find(b.ctx)
				if err != nil || len(docs) == 0 {
					return 0, errors.Join(err, gorm.ErrRecordNotFound)
				}
				return docs[0].ID, nil
			},
		} {
			if got, err := get(1); err != nil || got != 1 {
				t.Errorf("%s of an allowed row: %d, %v", name, got, err)
			}
			if got, err := get(2); got != 0 && name != "First by struct" || !errors.Is(err, gorm.ErrRecordNotFound) {
				t.Errorf("%s of a forbidden row: %d, %v", name, got, err)
			}
		}
	})
}

// TestAssociations tests rows that are loaded together with others.
func TestAssociations(t *testing.T) {
	onDatabases(t, func(t *testing.T, db *gorm.DB) {
		for _, enforced := range []bool{false, true} {
			handle, options, m := db, []Option(nil), Authorized("read")
			if enforced {
				handle, options, m = fresh(t, db), []Option{Enforce()}, func(db *gorm.DB) *gorm.DB { return db }
			}
			b := newBypass(t, handle, options...)
			marked := func() *gorm.DB { return b.db.WithContext(b.ctx).Scopes(m) }
			var docs []Doc
			err := marked().Preload("Comments").Preload("Comments.User").Preload("Reviewer").Preload("Tags").Preload("Cover").Preload("Author.Docs").Order("docs.id").Find(&docs).Error
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, d := range docs {
				s := fmt.Sprint(d.ID, ":")
				for _, c := range d.Comments {
					s += fmt.Sprint(" c", c.ID, " u", c.User.ID)
				}
				if d.Reviewer != nil {
					s += fmt.Sprint(" r", d.Reviewer.ID)
				}
				if d.Cover != nil {
					s += fmt.Sprint(" k", d.Cover.ID)
				}
				s += fmt.Sprint(" t", len(d.Tags), " d", len(d.Author.Docs))
				got = append(got, s)
			}
			// Reviewer 3 is hidden, and so are the covers of 4 and 7, and the documents
			// of others.
			if want := "1: c1 u1 c10 u1 k1 t1 d3|4: c4 u1 t1 d3|7: c7 u1 t1 d3"; strings.Join(got, "|") != want {
				t.Errorf("preload: %q, want %q", strings.Join(got, "|"), want)
			}
			var joined []Doc
			if err := marked().Joins("Reviewer").Joins("Author").Joins("Author.Manager").Order("docs.id").Find(&joined).Error; err != nil {
				t.Fatal(err)
			}
			for _, d := range joined {
				if d.AuthorID != 1 || d.Author == nil || d.Reviewer != nil {
					t.Errorf("joins: doc %d of %v, reviewer %v", d.ID, d.Author, d.Reviewer)
				}
			}
			// The application's conditions after ON restrict further, and never widen.
			free := b.db.WithContext(b.ctx)
			for _, on := range []*gorm.DB{free.Where("1 = 0").Or("1 = 1"), free.Where("1 = 1\tor\t1 = 1"), free.Or("1 = 1")} {
				joined = nil
				tx := marked().Joins("Reviewer", on).Session(&gorm.Session{})
				for range 2 {
					if err := tx.Find(&joined).Error; err != nil || len(joined) != 3 {
						t.Fatalf("joins on: %d docs, %v", len(joined), err)
					}
					for _, d := range joined {
						if d.Reviewer != nil {
							t.Errorf("joins on: doc %d, reviewer %d", d.ID, d.Reviewer.ID)
						}
					}
				}
			}
			if err := marked().Joins("Author", free.Where("1 = 1)\tor\t(1 = 1")).Find(&joined).Error; !errors.Is(err, authz.ErrUndecided) {
				t.Errorf("joins on, unbalanced: %v", err)
			}
			var inner []Doc
			if err := marked().InnerJoins("Reviewer").Find(&inner).Error; err != nil || len(joined) != 3 || len(inner) != 0 {
				t.Errorf("joins: %d docs, inner joins: %d, %v", len(joined), len(inner), err)
			}
			// The action of the statement does not apply to its preloads.
			allow[Comment](b.fake, func(u *User, action string) filter.Expr { return filter.Const(action == "read") })
			var d Doc
			if err := b.db.WithContext(b.ctx).Scopes(Authorized("approve")).Preload("Comments").First(&d, 1).Error; err != nil || len(d.Comments) != 2 {
				t.Errorf("preload of %d comments, %v", len(d.Comments), err)
			}
			var comments []Comment
			if err := b.db.WithContext(b.ctx).Scopes(Authorized("approve")).Model(&d).Association("Comments").Find(&comments); err != nil || len(comments) != 0 {
				t.Errorf("association: %d comments, %v", len(comments), err)
			}
			var author User
			if err := marked().Model(&Doc{Base: Base{ID: 2}, AuthorID: 3}).Association("Author").Find(&author); err != nil || author.ID != 0 {
				t.Errorf("association: author %d, %v", author.ID, err)
			}
			var tags []Tag
			if err := marked().Model(&Doc{Base: Base{ID: 2}}).Association("Tags").Find(&tags); err != nil || len(tags) != 1 {
				t.Errorf("association: %d tags, %v", len(tags), err)
			}
		}
	})
}

// refused are statements that cannot be authorized, in either mode or only with
// Enforce.
func TestRefusals(t *testing.T) {
	type dto struct {
		ID    int64
		Title string
	}
	var docs []Doc
	var dtos []dto
	var n int64
	both := map[string]func(db *gorm.DB) error{
		"Raw":                func(db *gorm.DB) error { return db.Raw("SELECT * FROM docs").Find(&docs).Error },
		"Raw Scan":           func(db *gorm.DB) error { return db.Raw("SELECT * FROM docs").Scan(&docs).Error },
		"Raw Row":            func(db *gorm.DB) error { return db.Raw("SELECT id FROM docs").Row().Scan(&n) },
		"Raw Rows":           func(db *gorm.DB) error { _, err := db.Raw("SELECT id FROM docs").Rows(); return err },
		"Exec":               func(db *gorm.DB) error { return db.Exec("DELETE FROM docs").Error },
		"Exec comment":       func(db *gorm.DB) error { return db.Exec("SAVEPOINT a; DELETE FROM docs").Error },
		"Table with a DTO":   func(db *gorm.DB) error { return db.Table("docs").Find(&dtos).Error },
		"Table with a map":   func(db *gorm.DB) error { return db.Table("docs").Find(&[]map[string]any{}).Error },
		"other table":        func(db *gorm.DB) error { return db.Table("users").Find(&docs).Error },
		"other table, alias": func(db *gorm.DB) error { return db.Table("users AS docs").Find(&docs).Error },
		"table expression":   func(db *gorm.DB) error { return db.Table("(SELECT * FROM docs) AS docs").Find(&docs).Error },
		"unregistered":       func(db *gorm.DB) error { return db.Find(&[]dto{}).Error },
		"unbalanced":         func(db *gorm.DB) error { return db.Where("1 = 1)\nor\n(1 = 1").Find(&docs).Error },
		"comment":            func(db *gorm.DB) error { return db.Where("1 = 1 -- ").Find(&docs).Error },
		"block comment":      func(db *gorm.DB) error { return db.Where("1 = 1 /* ").Find(&docs).Error },
		"open quote":         func(db *gorm.DB) error { return db.Where("title = '").Find(&docs).Error },
		"statements":         func(db *gorm.DB) error { return db.Where("1 = 1; SELECT 1").Find(&docs).Error },
		"quotes of the database's own": func(db *gorm.DB) error {
			// In PostgreSQL and SQLite the text between them is not a quote, and the
			// parentheses are closed and opened again.
			q := map[string][2]string{"sqlite": {"(SELECT 1 AS [']) = 1", "(SELECT 1 AS [']) = 1"}, "postgres": {"$$'$$ <> 'x'", "$$'$$ <> 'y'"}, "mysql": {"1 = 1", "1 = 1"}}[db.Dialector.Name()]
			return db.Where(q[0] + ")\nor\n(" + q[1]).Find(&docs).Error
		},
		"alias of a subquery of ours":              func(db *gorm.DB) error { return db.Table("docs AS az1").Find(&docs).Error },
		"alias of a subquery of ours, in capitals": func(db *gorm.DB) error { return db.Table("docs AS AZ2").Find(&docs).Error },
		"upsert, by a modifier": func(db *gorm.DB) error {
			return db.Clauses(clause.Insert{Modifier: "OR REPLACE"}).Create(newDoc(2, 1)).Error
		},
		"upsert, by an expression": func(db *gorm.DB) error {
			tx := db.Session(&gorm.Session{}).Omit("none") // a separate statement
			tx.Statement.Clauses["INSERT"] = clause.Clause{AfterNameExpression: clause.Expr{SQL: "OR REPLACE"}}
			return tx.Create(newDoc(2, 1)).Error
		},
		"Create in another table": func(db *gorm.DB) error {
			return db.Clauses(clause.Insert{Table: clause.Table{Name: "others"}}).Create(newDoc(50, 1)).Error
		},
		"Update of another table": func(db *gorm.DB) error {
			return db.Clauses(clause.Update{Table: clause.Table{Name: "comments", Alias: "docs"}}).Model(&Doc{}).Where("id = 1").UpdateColumn("id", 1).Error
		},
		"Delete from another table": func(db *gorm.DB) error {
			return db.Unscoped().Clauses(clause.From{Tables: []clause.Table{{Name: "comments", Alias: "docs"}}}).Where("id = 1").Delete(&Doc{}).Error
		},
		"upsert": func(db *gorm.DB) error {
			return db.Clauses(clause.OnConflict{UpdateAll: true}).Create(&Doc{Base: Base{ID: 2}, AuthorID: 1, Code: "c", Due: noon}).Error
		},
		"upsert, do nothing": func(db *gorm.DB) error {
			return db.Clauses(clause.OnConflict{DoNothing: true}).Create(&Doc{Base: Base{ID: 2}, AuthorID: 1, Code: "c", Due: noon}).Error
		},
		"Save of a slice": func(db *gorm.DB) error {
			return db.Save([]*Doc{{Base: Base{ID: 2}, AuthorID: 1, Code: "c", Due: noon}}).Error
		},
		"Create of a map": func(db *gorm.DB) error {
			return db.Model(&Doc{}).Create(map[string]any{"id": 99, "author_id": 1}).Error
		},
		"global update":     func(db *gorm.DB) error { return db.Model(&Doc{}).Update("title", "x").Error },
		"global delete":     func(db *gorm.DB) error { return db.Delete(&Doc{}).Error },
		"Update of a table": func(db *gorm.DB) error { return db.Table("docs").Where("id = 2").Update("title", "x").Error },
		"where hints":       func(db *gorm.DB) error { return db.Where("1 = 1").Clauses(after{}).Find(&docs).Error },
		"no action":         func(db *gorm.DB) error { return db.Scopes(Authorized("")).Find(&docs).Error },
		"Find without conditions": func(db *gorm.DB) error {
			return built(db, "SELECT", "FROM").Find(&docs).Error
		},
		"Count without conditions": func(db *gorm.DB) error {
			return built(db, "SELECT", "FROM").Model(&Doc{}).Count(&n).Error
		},
		"Find with another clause": func(db *gorm.DB) error {
			return built(db, "SELECT", "FROM", "WHERE", "UNION").Clauses(unionClause{}).Find(&docs).Error
		},
		"Update without conditions": func(db *gorm.DB) error {
			return built(db, "UPDATE", "SET").Model(&Doc{}).Where("id = 1").Update("title", "x").Error
		},
		"Delete without conditions": func(db *gorm.DB) error {
			return built(db, "DELETE", "FROM").Unscoped().Where("id = 1").Delete(&Doc{}).Error
		},
		"Update after SET": func(db *gorm.DB) error {
			return around(db, "UPDATE", clause.Clause{AfterExpression: clause.Expr{SQL: "SET title = 'x' --"}}).Model(&Doc{}).Where("id = 1").Update("title", "x").Error
		},
		"RETURNING a subquery": func(db *gorm.DB) error {
			d := Doc{Base: Base{ID: 1}}
			return db.Model(&d).Clauses(clause.Returning{Columns: []clause.Column{{Name: "(SELECT title FROM docs WHERE id = 2) AS title", Raw: true}}}).Where("id = 1").Update("amount", 1).Error
		},
		"RETURNING, built": func(db *gorm.DB) error {
			return around(db, "RETURNING", clause.Clause{Builder: func(c clause.Clause, b clause.Builder) { b.WriteString("RETURNING 1") }}).Where("id = 1").Delete(&Doc{}).Error
		},
		"upsert, of an association": func(db *gorm.DB) error {
			d := newDoc(2, 2)
			d.Comments = []Comment{{ID: 2}}
			return db.Session(&gorm.Session{FullSaveAssociations: true}).Updates(d).Error
		},
	}
	enforced := map[string]func(db *gorm.DB) error{
		"raw join": func(db *gorm.DB) error { return db.Joins("JOIN users ON users.id = docs.author_id").Find(&docs).Error },
		"from": func(db *gorm.DB) error {
			return db.Clauses(clause.From{Tables: []clause.Table{{Name: "users"}}}).Find(&docs).Error
		},
		"from, joins": func(db *gorm.DB) error {
			on := clause.Where{Exprs: []clause.Expression{clause.Expr{SQL: "users.id = 3"}}}
			return db.Clauses(clause.From{Joins: []clause.Join{{Table: clause.Table{Name: "users"}, ON: on}}}).Select("docs.id, users.name AS title").Find(&docs).Error
		},
		"from, join table": func(db *gorm.DB) error {
			on := clause.Where{Exprs: []clause.Expression{clause.Expr{SQL: "doc_tags.doc_id = 2"}}}
			return db.Clauses(clause.From{Joins: []clause.Join{{Table: clause.Table{Name: "doc_tags"}, ON: on}}}).Select("docs.id, doc_tags.tag_id AS amount").Find(&docs).Error
		},
		"from, join table without columns": func(db *gorm.DB) error {
			on := clause.Where{Exprs: []clause.Expression{clause.Expr{SQL: "doc_tags.doc_id = 2"}}}
			return db.Clauses(clause.From{Joins: []clause.Join{{Table: clause.Table{Name: "doc_tags"}, ON: on}}}).Find(&docs).Error
		},
		"after FROM": func(db *gorm.DB) error {
			return around(db, "FROM", clause.Clause{AfterExpression: clause.Expr{SQL: "JOIN users ON users.id = 3"}}).Select("docs.id, users.name AS title").Find(&docs).Error
		},
		"after FROM, Rows": func(db *gorm.DB) error {
			rows, err := around(db, "FROM", clause.Clause{AfterExpression: clause.Expr{SQL: "JOIN users ON users.id = 3"}}).Model(&Doc{}).Select("docs.id").Rows()
			if err == nil {
				rows.Close()
			}
			return err
		},
		"after LIMIT": func(db *gorm.DB) error {
			return around(db.Limit(9), "LIMIT", clause.Clause{AfterExpression: clause.Expr{SQL: "UNION SELECT * FROM docs"}}).Find(&docs).Error
		},
		"FROM, built": func(db *gorm.DB) error {
			return around(db, "FROM", clause.Clause{Builder: func(c clause.Clause, b clause.Builder) { b.WriteString("FROM docs") }}).Find(&docs).Error
		},
		"subquery as table": func(db *gorm.DB) error {
			return db.Table("(?) AS docs", db.Session(&gorm.Session{NewDB: true}).Model(&Doc{})).Find(&docs).Error
		},
		"no actor": func(db *gorm.DB) error { return db.WithContext(context.Background()).Find(&docs).Error },
		"no actor, subquery": func(db *gorm.DB) error {
			return db.Where("id NOT IN (?)", db.WithContext(context.Background()).Session(&gorm.Session{}).Model(&Doc{}).Select("id")).Find(&docs).Error
		},
		"no reason": func(db *gorm.DB) error {
			return db.WithContext(Unrestricted(db.Statement.Context, "")).Find(&docs).Error
		},
		"migration": func(db *gorm.DB) error { return db.AutoMigrate(&dto{}) },
	}
	onDatabases(t, func(t *testing.T, db *gorm.DB) {
		for _, mode := range []bool{false, true} {
			handle, options := db, []Option(nil)
			if mode {
				handle, options = fresh(t, db), []Option{Enforce()}
			}
			b := newBypass(t, handle, options...)
			before := dump(t, b)
			check := func(name string, err error) {
				t.Helper()
				if !errors.Is(err, authz.ErrUndecided) && !errors.Is(err, gorm.ErrMissingWhereClause) {
					t.Errorf("%s (enforced: %v): %v", name, mode, err)
				}
				if after := dump(t, b); after != before {
					t.Errorf("%s (enforced: %v) has changed rows:\n%s\n%s", name, mode, before, after)
					before = after
				}
			}
			for name, f := range both {
				docs, dtos, n = nil, nil, 0
				tx := b.db.WithContext(b.ctx)
				if !mode {
					tx = tx.Scopes(Authorized("read")).Session(&gorm.Session{})
				}
				check(name, f(tx))
				if len(docs)+len(dtos)+int(n) > 0 {
					t.Errorf("%s (enforced: %v) returned rows", name, mode)
				}
			}
			docs = nil
			tx := b.db.WithContext(b.ctx)
			check("mark in a condition", tx.WithContext(context.Background()).Where(tx.Scopes(Authorized("read"))).Or("1 = 1").Find(&docs).Error)
			if !mode {
				continue
			}
			for name, f := range enforced {
				docs = nil
				err := f(b.db.WithContext(b.ctx))
				if name == "no actor, subquery" {
					if err == nil || len(docs) > 0 {
						t.Errorf("%s: %d rows, %v", name, len(docs), err)
					}
					continue
				}
				check(name, err)
				if len(docs) > 0 {
					t.Errorf("%s returned rows", name)
				}
			}
		}
	})
}

// built returns a statement that consists of the given clauses.
func built(db *gorm.DB, clauses ...string) *gorm.DB {
	tx := db.Session(&gorm.Session{}).Omit("none") // a separate statement
	tx.Statement.Omits = nil
	tx.Statement.BuildClauses = clauses
	return tx
}

// around returns a statement with a clause that has the expressions of c.
func around(db *gorm.DB, name string, c clause.Clause) *gorm.DB {
	tx := db.Session(&gorm.Session{}).Omit("none")
	tx.Statement.Omits = nil
	c.Name, c.Expression = name, tx.Statement.Clauses[name].Expression
	tx.Statement.Clauses[name] = c
	return tx
}

// unionClause is a clause of an application.
type unionClause struct{}

func (unionClause) Name() string                   { return "UNION" }
func (unionClause) Build(b clause.Builder)         { b.WriteString("SELECT * FROM docs") }
func (u unionClause) MergeClause(c *clause.Clause) { c.Expression = u }

// after is a clause that adds text after the conditions.
type after struct{}

func (after) Name() string               { return "WHERE" }
func (after) Build(clause.Builder)       {}
func (after) MergeClause(*clause.Clause) {}
func (after) ModifyStatement(stmt *gorm.Statement) {
	c := stmt.Clauses["WHERE"]
	c.AfterExpression = clause.Expr{SQL: "OR 1 = 1"}
	stmt.Clauses["WHERE"] = c
}

// dump returns the contents of the tables that writes may affect.
func dump(t testing.TB, b *bypass) string {
	t.Helper()
	var docs []Doc
	var comments []Comment
	var links []DocTag
	tx := b.free().Unscoped()
	for _, x := range []any{&docs, &comments, &links} {
		if err := tx.Session(&gorm.Session{}).Find(x).Error; err != nil {
			t.Fatal(err)
		}
	}
	var lines []string
	for _, d := range docs {
		lines = append(lines, fmt.Sprintf("%02d %s by %d, %d %v", d.ID, d.Title, d.AuthorID, d.Amount, d.DeletedAt.Valid))
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n") + fmt.Sprintf("\n%d comments, %d links", len(comments), len(links))
}

func TestMissingPlugin(t *testing.T) {
	onDatabases(t, func(t *testing.T, db *gorm.DB) {
		migrate(t, db)
		create(t, db, &Doc{Base: Base{ID: 1}, Code: "c", Due: noon})
		ctx := as(t, &User{ID: 1})
		var docs []Doc
		var n int64
		tx := func() *gorm.DB { return db.WithContext(ctx).Scopes(Authorized("read")) }
		for name, err := range map[string]error{
			"Find":     tx().Find(&docs).Error,
			"Count":    tx().Model(&Doc{}).Count(&n).Error,
			"Raw":      tx().Raw("SELECT * FROM docs").Find(&docs).Error,
			"Row":      tx().Model(&Doc{}).Select("id").Row().Scan(&n),
			"Update":   tx().Model(&Doc{}).Where("id = 1").Update("title", "x").Error,
			"Delete":   tx().Delete(&Doc{}, 1).Error,
			"Create":   tx().Create(&Doc{Base: Base{ID: 9}, Code: "c", Due: noon}).Error,
			"Exec":     tx().Exec("DELETE FROM docs").Error,
			"generics": func() error { _, err := gorm.G[Doc](db).Scopes(AuthorizedStmt("read")).Find(ctx); return err }(),
			"List":     func() error { _, err := NewRepository[Doc](db).List(ctx); return err }(),
		} {
			if !errors.Is(err, authz.ErrUndecided) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if err := db.Model(&Doc{}).Where("title = ''").Count(&n).Error; err != nil || n != 1 || len(docs) > 0 {
			t.Errorf("%d rows are left as they were, %v, and %d were returned", n, err, len(docs))
		}
	})
}
