package testdb

// This file defines databases that fail at their Nth call.

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"sync/atomic"
	"testing"
)

// ErrFault is the error of a failing call.
var ErrFault = errors.New("fault")

// Faults is a driver that counts the calls of another one that may fail, and makes one of them
// fail.
type Faults struct {
	driver.Connector
	Calls atomic.Int64
	Fail  atomic.Int64 // the number of the call that fails; 0 for none
}

func (f *Faults) call() error {
	if n := f.Calls.Add(1); n == f.Fail.Load() {
		return ErrFault
	}
	return nil
}

func (f *Faults) Connect(ctx context.Context) (driver.Conn, error) {
	c, err := f.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	return &faultyConn{c, f}, nil
}

type faultyConn struct {
	driver.Conn
	f *Faults
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
	f *Faults
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
	f *Faults
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
	f *Faults
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

// Faulty returns a pool whose calls can be made to fail.
func Faulty(t testing.TB, driverName, dsn string) (*sql.DB, *Faults) {
	t.Helper()
	probe, err := sql.Open(driverName, dsn)
	if err != nil {
		t.Fatal(err)
	}
	f := &Faults{Connector: connector{probe.Driver(), dsn}}
	probe.Close()
	pool := sql.OpenDB(f)
	t.Cleanup(func() { pool.Close() })
	return pool, f
}
