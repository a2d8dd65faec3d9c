package gormauthz

// This file defines the tests with a database that fails at its Nth call.

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"

	gosqlite "github.com/glebarez/sqlite"
	mysqldriver "gorm.io/driver/mysql"
	postgresdriver "gorm.io/driver/postgres"
	"gorm.io/gorm"

	"github.com/ursa-authz/ursa/authz"
	"github.com/ursa-authz/ursa/internal/testdb"
)

// errFault is the error of the failing database.
var errFault = errors.New("fault")

// A faulty driver counts the calls of another driver that may fail, and makes one of
// them fail.
type faulty struct {
	driver.Connector
	calls atomic.Int64
	fail  atomic.Int64 // the number of the call that fails; 0 for none
	open  atomic.Int64 // connections
}

func (f *faulty) call() error {
	if n := f.calls.Add(1); n == f.fail.Load() {
		return errFault
	}
	return nil
}

func (f *faulty) Connect(ctx context.Context) (driver.Conn, error) {
	c, err := f.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	f.open.Add(1)
	return &faultyConn{c, f}, nil
}

type faultyConn struct {
	driver.Conn
	f *faulty
}

func (c *faultyConn) Close() error {
	c.f.open.Add(-1)
	return c.Conn.Close()
}

func (c *faultyConn) BeginTx(ctx context.Context, o driver.TxOptions) (driver.Tx, error) {
	if err := c.f.call(); err != nil {
		return nil, err
	}
	tx, err := c.Conn.(driver.ConnBeginTx).BeginTx(ctx, o)
	return &faultyTx{tx, c.f}, err
}

func (c *faultyConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	if err := c.f.call(); err != nil {
		return nil, err
	}
	rows, err := c.Conn.(driver.QueryerContext).QueryContext(ctx, query, args)
	if err != nil {
		return nil, err
	}
	return &faultyRows{rows, c.f}, nil
}

func (c *faultyConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	if err := c.f.call(); err != nil {
		return nil, err
	}
	return c.Conn.(driver.ExecerContext).ExecContext(ctx, query, args)
}

func (c *faultyConn) PrepareContext(ctx context.Context, query string) (driver.Stmt, error) {
	if err := c.f.call(); err != nil {
		return nil, err
	}
	s, err := c.Conn.(driver.ConnPrepareContext).PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	return &faultyStmt{s, c.f}, nil
}

func (c *faultyConn) CheckNamedValue(v *driver.NamedValue) error {
	if checker, ok := c.Conn.(driver.NamedValueChecker); ok {
		return checker.CheckNamedValue(v)
	}
	return driver.ErrSkip
}

func (c *faultyConn) ResetSession(ctx context.Context) error {
	if r, ok := c.Conn.(driver.SessionResetter); ok {
		return r.ResetSession(ctx)
	}
	return nil
}

type faultyStmt struct {
	driver.Stmt
	f *faulty
}

func (s *faultyStmt) QueryContext(ctx context.Context, args []driver.NamedValue) (driver.Rows, error) {
	if err := s.f.call(); err != nil {
		return nil, err
	}
	rows, err := s.Stmt.(driver.StmtQueryContext).QueryContext(ctx, args)
	if err != nil {
		return nil, err
	}
	return &faultyRows{rows, s.f}, nil
}

func (s *faultyStmt) ExecContext(ctx context.Context, args []driver.NamedValue) (driver.Result, error) {
	if err := s.f.call(); err != nil {
		return nil, err
	}
	return s.Stmt.(driver.StmtExecContext).ExecContext(ctx, args)
}

type faultyTx struct {
	driver.Tx
	f *faulty
}

func (t *faultyTx) Commit() error {
	if err := t.f.call(); err != nil {
		t.Tx.Rollback()
		return err
	}
	return t.Tx.Commit()
}

func (t *faultyTx) Rollback() error {
	err := t.Tx.Rollback()
	return errors.Join(err, t.f.call())
}

// faultyRows fails between rows, and where an empty result would end.
type faultyRows struct {
	driver.Rows
	f *faulty
}

func (r *faultyRows) Next(dest []driver.Value) error {
	if err := r.f.call(); err != nil {
		return err
	}
	return r.Rows.Next(dest)
}

// connector makes a driver.Connector from a driver and a DSN.
type connector struct {
	driver driver.Driver
	dsn    string
}

func (c connector) Connect(ctx context.Context) (driver.Conn, error) {
	if d, ok := c.driver.(driver.DriverContext); ok {
		next, err := d.OpenConnector(c.dsn)
		if err != nil {
			return nil, err
		}
		return next.Connect(ctx)
	}
	return c.driver.Open(c.dsn)
}
func (c connector) Driver() driver.Driver { return c.driver }

// openFaulty returns a handle on the rows of db through a faulty driver.
func openFaulty(t testing.TB, name, driverName, dsn string) (*gorm.DB, *faulty) {
	t.Helper()
	probe, err := sql.Open(driverName, dsn)
	if err != nil {
		t.Fatal(err)
	}
	f := &faulty{Connector: connector{probe.Driver(), dsn}}
	probe.Close()
	pool := sql.OpenDB(f)
	t.Cleanup(func() { pool.Close() })
	var d gorm.Dialector
	switch name {
	case "sqlite":
		d = &gosqlite.Dialector{Conn: pool}
	case "postgres":
		d = postgresdriver.New(postgresdriver.Config{Conn: pool})
	case "mysql":
		d = mysqldriver.New(mysqldriver.Config{Conn: pool})
	}
	db, err := gorm.Open(d, testdb.Config())
	if err != nil {
		t.Fatal(err)
	}
	return db, f
}

// TestFaults makes every call of every operation fail in turn. An operation whose call
// fails must fail, return no row that is not allowed and no list at all, change
// nothing, and release its connection.
func TestFaults(t *testing.T) {
	eachDatabase(t, func(t *testing.T, d database) {
		db, f := openFaulty(t, d.name, d.driver, d.dsn)
		b := newBypass(t, db, Enforce())
		b.fake.exposeRelations()
		before := dump(t, b)
		repo := NewRepository[Doc](db)
		type result struct {
			ids ids
			err error
		}
		read := func(list ids, err error) result { return result{list, err} }
		write := func(err error) result { return result{nil, err} }
		operations := map[string]func() result{
			"Find": func() result {
				var docs []Doc
				err := db.WithContext(b.ctx).Preload("Comments").Preload("Tags").Joins("Author").Find(&docs).Error
				return read(idsOf(docs), err)
			},
			"Rows": func() result { return read(finishers["Rows"](db.WithContext(b.ctx))) },
			"Row": func() result {
				var n int64
				err := db.WithContext(b.ctx).Model(&Doc{}).Select("id").Order("id").Row().Scan(&n)
				return read(ids{n}, err)
			},
			"List":    func() result { docs, err := repo.List(b.ctx); return read(idsOf(docs), err) },
			"GetMany": func() result { docs, err := repo.GetMany(b.ctx, int64(1), int64(2)); return read(idsOf(docs), err) },
			"Lookup": func() result {
				doc, err := repo.Lookup(b.ctx, int64(1))
				if doc == nil {
					return read(nil, err)
				}
				return read(ids{doc.ID}, err)
			},
			"Create": func() result { return write(repo.Create(b.ctx, newDoc(0, 1))) },
			"Update": func() result { return write(repo.Update(b.ctx, newDoc(1, 1))) },
			"Delete": func() result { return write(repo.Delete(b.ctx, int64(1))) },
			"statements": func() result {
				return write(db.WithContext(b.ctx).Model(&Doc{}).Where("1 = 1").Update("title", "x").Error)
			},
			"deletes": func() result { return write(db.WithContext(b.ctx).Where("1 = 1").Delete(&Doc{}).Error) },
			"creates": func() result { return write(db.WithContext(b.ctx).Create([]*Doc{newDoc(0, 1), newDoc(0, 1)}).Error) },
			"Tx": func() result {
				return write(repo.Tx(b.ctx, func(ctx context.Context, r *Repository[Doc]) error { return r.Delete(ctx, int64(1)) }))
			},
		}
		pool, err := db.DB()
		if err != nil {
			t.Fatal(err)
		}
		faults := 0
		for name, op := range operations {
			for n := int64(1); ; n++ {
				if n > 200 {
					t.Fatalf("%s makes more than 200 calls", name)
				}
				f.calls.Store(0)
				f.fail.Store(n)
				got := op()
				reached := f.calls.Load() >= n
				f.fail.Store(0)
				if used := pool.Stats().InUse; used > 0 {
					t.Fatalf("%s, call %d: %d connections are still in use", name, n, used)
				}
				after := dump(t, b)
				if !reached { // it has succeeded without a fault
					if got.err != nil {
						t.Fatalf("%s: %v", name, got.err)
					}
					if after != before {
						reset(t, b)
						before = dump(t, b)
					}
					break
				}
				faults++
				if got.err == nil {
					if fresh := slices.Clone(got.ids); after == before && got.ids != nil && complete(fresh) {
						continue // the fault came after all the work was done
					}
					t.Errorf("%s, call %d: no error, ids %v", name, n, got.ids)
				}
				if got.err != nil && (errors.Is(got.err, authz.ErrForbidden) || errors.Is(got.err, authz.ErrNotFound) || errors.Is(got.err, gorm.ErrRecordNotFound)) {
					t.Errorf("%s, call %d: a fault looks like an answer: %v", name, n, got.err)
				}
				if got.err != nil && len(got.ids) > 0 && name != "Find" && name != "Rows" && name != "Row" {
					t.Errorf("%s, call %d: %v with %v", name, n, got.ids, got.err)
				}
				for _, id := range got.ids {
					if id != 0 && id%3 != 1 {
						t.Errorf("%s, call %d: returned %d", name, n, id)
					}
				}
				if after != before {
					t.Fatalf("%s, call %d, %v: %s", name, n, got.err, changes(before, after))
				}
			}
		}
		t.Logf("%d faults", faults)
		if faults < 60 {
			t.Errorf("only %d faults", faults)
		}
	})
}

// complete reports whether ids are those of a complete answer.
func complete(list ids) bool {
	return fmt.Sprint(list) == "[1 4 7]" || fmt.Sprint(list) == "[1]"
}

// reset undoes the changes that operations have made to documents.
func reset(t testing.TB, b *bypass) {
	t.Helper()
	tx := b.free().Session(&gorm.Session{})
	for _, query := range []string{
		"DELETE FROM docs WHERE id > 12",
		"UPDATE docs SET deleted_at = NULL WHERE id < 10",
	} {
		if err := tx.Exec(query).Error; err != nil {
			t.Fatal(err)
		}
	}
}
