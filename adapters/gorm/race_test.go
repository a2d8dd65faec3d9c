package gormauthz

// This file tests permissions that are revoked while a statement or a repository waits
// for a lock.

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/ursa-authz/ursa/adapters/internal/answer"
	"github.com/ursa-authz/ursa/authz"
	"github.com/ursa-authz/ursa/authz/filter"
)

// revocations revoke user 1's permission on document 1, or change the row and leave the
// permission.
var revocations = map[string]struct {
	do    func(tx *gorm.DB) error
	stays bool
}{
	"of the row": {func(tx *gorm.DB) error { return tx.Exec("UPDATE docs SET author_id = 2 WHERE id = 1").Error }, false},
	"of a related row": {func(tx *gorm.DB) error {
		return errors.Join(tx.Exec("UPDATE users SET name = 'x' WHERE id = 1").Error, touch(tx))
	}, false},
	"of a related row, first": {func(tx *gorm.DB) error {
		return errors.Join(touch(tx), tx.Exec("UPDATE users SET name = 'x' WHERE id = 1").Error)
	}, false},
	"by soft delete": {func(tx *gorm.DB) error {
		return errors.Join(tx.Exec("UPDATE users SET deleted_at = '2024-01-01' WHERE id = 1").Error, touch(tx))
	}, false},
	"none": {touch, true},
}

func touch(tx *gorm.DB) error { return tx.Exec("UPDATE docs SET amount = 99 WHERE id = 1").Error }

// writes are the ways to write to document 1.
var writes = map[string]func(ctx context.Context, db *gorm.DB) error{
	"Update": func(ctx context.Context, db *gorm.DB) error {
		return none(db.WithContext(ctx).Model(&Doc{Base: Base{ID: 1}}).Update("title", "written"))
	},
	"Delete": func(ctx context.Context, db *gorm.DB) error { return none(db.WithContext(ctx).Delete(&Doc{}, 1)) },
	"repository, update": func(ctx context.Context, db *gorm.DB) error {
		d := newDoc(1, 1)
		d.Title = "written"
		return NewRepository[Doc](db).Update(ctx, d, "Title")
	},
	"repository, delete": func(ctx context.Context, db *gorm.DB) error { return NewRepository[Doc](db).Delete(ctx, int64(1)) },
	"repository, Tx": func(ctx context.Context, db *gorm.DB) error {
		return NewRepository[Doc](db).Tx(ctx, func(ctx context.Context, r *Repository[Doc]) error { return r.Delete(ctx, int64(1)) })
	},
	"locked read": func(ctx context.Context, db *gorm.DB) error {
		return NewRepository[Doc](db).Tx(ctx, func(ctx context.Context, r *Repository[Doc]) error {
			d, err := r.Lookup(ctx, int64(1))
			if err != nil {
				return err
			}
			d.Title = "written"
			return r.Update(ctx, d)
		})
	},
}

// none returns an error for a statement that affected no row.
func none(tx *gorm.DB) error {
	if tx.Error == nil && tx.RowsAffected == 0 {
		return authz.ErrForbidden
	}
	return tx.Error
}

func TestRevocationWhileWaiting(t *testing.T) {
	eachDatabase(t, func(t *testing.T, d database) {
		db, second := d.open(t), d.open(t)
		b := newBypass(t, db, Enforce())
		author := b.fake.relation(&Doc{}, "Author")
		allow[Doc](b.fake, func(u *User, action string) filter.Expr {
			return filter.Exists{As: 1, From: filter.Row, Rel: author, Where: filter.And{
				filter.Compare{Op: filter.Eq, L: filter.Key{Var: 1}, R: filter.KeyOf(mustValue(u.ID))},
				filter.Compare{Op: filter.Eq, L: filter.Field{Var: 1, Name: "Name"}, R: mustValue("user1")},
			}}
		})
		for name, revocation := range revocations {
			for how, write := range writes {
				t.Run(name+"/"+how, func(t *testing.T) {
					for _, query := range []string{
						"UPDATE docs SET title = 'doc1', author_id = 1, deleted_at = NULL WHERE id = 1",
						"UPDATE users SET name = 'user1', deleted_at = NULL WHERE id = 1",
					} {
						if err := second.Exec(query).Error; err != nil {
							t.Fatal(err)
						}
					}
					ctx, cancel := context.WithTimeout(b.ctx, 20*time.Second)
					defer cancel()
					other := second.WithContext(ctx).Begin()
					if err := revocation.do(other); err != nil {
						t.Fatal(err)
					}
					var result error
					var wg sync.WaitGroup
					wg.Go(func() { result = write(ctx, db) })
					waitForLock(t, d)
					if err := other.Commit().Error; err != nil {
						t.Fatal(err)
					}
					wg.Wait()
					var doc Doc
					if err := b.free().Unscoped().First(&doc, 1).Error; err != nil {
						t.Fatal(err)
					}
					written := doc.Title == "written" || doc.DeletedAt.Valid
					if revocation.stays != written || written != (result == nil) {
						t.Errorf("written: %v, error %v", written, result)
					}
					if !revocation.stays && !answer.IsDenial(result) {
						t.Errorf("error %v", result)
					}
				})
			}
		}
	})
}

// waitForLock returns when a statement on the database waits for a lock. SQLite does
// not show this: its writers wait for each other.
func waitForLock(t testing.TB, d database) {
	t.Helper()
	query := map[string]string{
		"postgres": "SELECT count(*) FROM pg_locks l JOIN pg_class c ON c.oid = l.relation JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_stat_activity a ON a.pid = l.pid WHERE n.nspname = current_schema() AND a.wait_event_type = 'Lock'",
		"mysql":    "SELECT count(*) FROM information_schema.innodb_trx t JOIN information_schema.processlist p ON p.id = t.trx_mysql_thread_id WHERE t.trx_state = 'LOCK WAIT' AND p.db = database()",
	}[d.name]
	if query == "" {
		return
	}
	db := d.open(t)
	// InnoDB's report may be up to a tenth of a second old.
	interval := map[string]time.Duration{"postgres": time.Millisecond, "mysql": 150 * time.Millisecond}[d.name]
	for begin := time.Now(); ; <-time.After(interval) {
		var n int
		if err := db.Raw(query).Scan(&n).Error; err != nil {
			t.Fatal(err)
		}
		if n > 0 {
			return
		}
		if time.Since(begin) > 15*time.Second {
			t.Fatal("no statement waits for a lock")
		}
	}
}

// TestTxRetries makes two transactions read what the other one writes.
func TestTxRetries(t *testing.T) {
	eachDatabase(t, func(t *testing.T, d database) {
		if d.name == "sqlite" {
			t.Skip("SQLite runs transactions one after the other")
		}
		db := d.open(t)
		b := newBypass(t, db, Enforce())
		ctx, cancel := context.WithTimeout(b.ctx, 20*time.Second)
		defer cancel()
		repo := NewRepository[Doc](db)
		var read sync.WaitGroup // both have read before one writes
		read.Add(2)
		var tries [2]int
		var errs [2]error
		var wg sync.WaitGroup
		ids := []int64{1, 4}
		for i := range ids {
			wg.Go(func() {
				errs[i] = repo.Tx(ctx, func(ctx context.Context, r *Repository[Doc]) error {
					tries[i]++
					other, err := r.Lookup(ctx, ids[1-i])
					if tries[i] == 1 {
						read.Done()
						read.Wait()
					}
					if err != nil {
						return err
					}
					own, err := r.Lookup(ctx, ids[i])
					if err != nil {
						return err
					}
					own.Amount += other.Amount
					return r.Update(ctx, own, "Amount")
				})
			})
		}
		wg.Wait()
		if err := errors.Join(errs[0], errs[1]); err != nil {
			t.Fatal(err)
		}
		var docs []Doc
		if err := b.free().Order("id").Find(&docs, ids).Error; err != nil {
			t.Fatal(err)
		}
		// In sequence: 1 and 4 become 5 and 9, or 6 and 5.
		if x, y := docs[0].Amount, docs[1].Amount; (x != 5 || y != 9) && (x != 6 || y != 5) {
			t.Errorf("amounts %d and %d", x, y)
		}
		if tries[0]+tries[1] < 3 {
			t.Errorf("tries %v: there was no conflict", tries)
		}
	})
}

// TestTxActor loads a relation of an actor, changes it, and begins a transaction.
func TestTxActor(t *testing.T) {
	onDatabases(t, func(t *testing.T, db *gorm.DB) {
		migrate(t, db)
		az := authorizer(t, db, `allow(u: User, _, _: Doc) if u.manager.name = "boss";`)
		if err := db.Use(New(az)); err != nil {
			t.Fatal(err)
		}
		create(t, db, &User{ID: 2, Name: "boss"})
		create(t, db, &User{ID: 1, ManagerID: new(int64(2))})
		create(t, db, &Doc{Base: Base{ID: 1}, Due: noon})
		repo := NewRepository[Doc](db)
		var pointer User
		if err := db.Preload("Manager").First(&pointer, 1).Error; err != nil {
			t.Fatal(err)
		}
		for name, actor := range map[string]any{"pointer": &pointer, "value": pointer} {
			ctx := authz.NewContext(context.Background(), az, actor)
			for _, boss := range []string{"boss", "nobody"} {
				if err := db.Exec("UPDATE users SET name = ? WHERE id = 2", boss).Error; err != nil {
					t.Fatal(err)
				}
				err := repo.Tx(ctx, func(ctx context.Context, r *Repository[Doc]) error {
					return r.Update(ctx, &Doc{Base: Base{ID: 1}, Title: name}, "Title")
				})
				if allowed := boss == "boss"; allowed != (err == nil) || !allowed && !answer.IsDenial(err) {
					t.Errorf("%s, %s: %v", name, boss, err)
				}
				// Outside of the transaction, what the actor has is believed.
				if _, err := repo.Lookup(ctx, 1); err != nil || pointer.Manager == nil {
					t.Errorf("%s, %s: %v", name, boss, err)
				}
			}
		}
	})
}

// TestOneConnection checks that nothing waits for a connection that it holds itself.
func TestOneConnection(t *testing.T) {
	onDatabases(t, func(t *testing.T, db *gorm.DB) {
		b := newBypass(t, db, Enforce())
		b.fake.exposeRelations()
		pool, err := db.DB()
		if err != nil {
			t.Fatal(err)
		}
		pool.SetMaxOpenConns(1)
		ctx, cancel := context.WithTimeout(b.ctx, 20*time.Second)
		defer cancel()
		work := func(db *gorm.DB, repo *Repository[Doc]) {
			var docs []Doc
			var one []Doc
			_, lookup := repo.Lookup(ctx, int64(1))
			_, list := repo.List(ctx)
			_, many := repo.GetMany(ctx, int64(1), int64(4))
			for name, err := range map[string]error{
				"Find":   db.WithContext(ctx).Preload("Comments").Find(&docs).Error,
				"Update": db.WithContext(ctx).Model(&Doc{}).Where("id = 1").Update("title", "x").Error,
				"Create": db.WithContext(ctx).Create(newDoc(0, 1)).Error,
				"Delete": db.WithContext(ctx).Where("title = 'new'").Delete(&one).Error,
				"lookup": lookup,
				"list":   list,
				"many":   many,
				"create": repo.Create(ctx, newDoc(0, 1)),
				"update": repo.Update(ctx, newDoc(1, 1)),
				"delete": repo.Delete(ctx, int64(4)),
			} {
				if err != nil {
					t.Errorf("%s: %v", name, err)
				}
			}
		}
		repo := NewRepository[Doc](db)
		work(db, repo)
		if err := b.free().Exec("UPDATE docs SET deleted_at = NULL WHERE id < 10").Error; err != nil {
			t.Fatal(err)
		}
		err = db.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
			work(tx, repo.With(tx))
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	})
}

// TestPredicatesAreShared uses one filter from many goroutines.
func TestPredicatesAreShared(t *testing.T) {
	onDatabases(t, func(t *testing.T, db *gorm.DB) {
		b := newBypass(t, db)
		b.fake.exposeRelations()
		q, err := b.fake.Filter(b.ctx, b.actor, "read", authz.ClassOf[Doc]())
		if err != nil {
			t.Fatal(err)
		}
		p, err := b.fake.models.compile(q, b.fake.models.ofType(q.Model.Type))
		if err != nil {
			t.Fatal(err)
		}
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				for range 10 {
					var got []int64
					if err := db.Model(&Doc{}).Where(p).Pluck("id", &got).Error; err != nil || len(got) != 3 {
						t.Errorf("%v, %v", got, err)
					}
					var docs []Doc
					if err := db.WithContext(b.ctx).Scopes(Authorized("read")).Find(&docs).Error; err != nil || len(docs) != 3 {
						t.Errorf("%d rows, %v", len(docs), err)
					}
				}
			})
		}
		wg.Wait()
	})
}

// TestTxContention lets many writers change the same rows in one order.
func TestTxContention(t *testing.T) {
	eachDatabase(t, func(t *testing.T, d database) {
		if d.name == "sqlite" {
			t.Skip("SQLite runs transactions one after the other")
		}
		db := d.open(t)
		b := newBypass(t, db)
		allow[Doc](b.fake, func(*User, string) filter.Expr { return filter.True })
		repo := NewRepository[Doc](db)
		const writers = 32
		var wg sync.WaitGroup
		var begin sync.WaitGroup
		begin.Add(writers)
		errs, tries := make([]error, writers), make([]int, writers)
		for i := range writers {
			wg.Go(func() {
				begin.Done()
				begin.Wait()
				errs[i] = repo.Tx(b.ctx, func(ctx context.Context, r *Repository[Doc]) error {
					tries[i]++
					for _, id := range []int64{1, 4} {
						doc, err := r.Lookup(ctx, id)
						if err != nil {
							return err
						}
						doc.Amount++
						if err := r.Update(ctx, doc, "Amount"); err != nil {
							return err
						}
					}
					return nil
				})
			})
		}
		wg.Wait()
		t.Logf("at most %d tries", slices.Max(tries))
		failed := 0
		for _, err := range errs {
			if err != nil {
				failed++
			}
		}
		var doc Doc
		if err := b.free().First(&doc, 1).Error; err != nil {
			t.Fatal(err)
		}
		if failed > 0 || doc.Amount != 1+writers {
			t.Errorf("%d of %d gave up, amount %d: %v", failed, writers, doc.Amount, errors.Join(errs...))
		}
	})
}
