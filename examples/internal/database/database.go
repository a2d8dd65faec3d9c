// Package database opens the databases of the example applications, which are named on
// their command lines: a SQLite file, or the URL of a server.
package database

// This file defines Open and its parts.

import (
	"errors"
	"fmt"
	"io"
	"log"
	"net/url"
	"path/filepath"
	"strings"
	"time"

	mysqldsn "github.com/go-sql-driver/mysql"
	"gorm.io/driver/mysql"
	"gorm.io/driver/postgres"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"
)

// Open opens a database, named by a SQLite file or a URL that begins with postgres:// or
// mysql://. It logs the errors of statements to w, without values.
func Open(name string, w io.Writer) (*gorm.DB, error) {
	dialector, err := Dialector(name)
	if err != nil {
		return nil, err
	}
	db, err := gorm.Open(dialector, &gorm.Config{Logger: logger.Discard}) // the caller reports the error
	if err != nil {
		return nil, fmt.Errorf("opening the database %s: %w", Shown(name), err)
	}
	db.Logger = logger.New(log.New(w, "", log.LstdFlags), logger.Config{
		LogLevel:                  logger.Error,
		SlowThreshold:             time.Second,
		ParameterizedQueries:      true,
		IgnoreRecordNotFoundError: true, // an answer, not a fault
	})
	return db, nil
}

// Close closes the connections of a handle.
func Close(db *gorm.DB) error {
	pool, err := db.DB()
	if err != nil {
		return err
	}
	return pool.Close()
}

// Dialector returns the GORM dialector for a database.
func Dialector(name string) (gorm.Dialector, error) {
	switch {
	case strings.HasPrefix(name, "postgres://"), strings.HasPrefix(name, "postgresql://"):
		return postgres.Open(name), nil
	case strings.HasPrefix(name, "mysql://"):
		u, err := url.Parse(name)
		if err != nil {
			return nil, errors.New("-db is not a URL of the form mysql://user:password@host:port/database")
		}
		c, err := mysqldsn.ParseDSN("/?" + u.RawQuery) // the driver's parameters, such as tls
		if err != nil {
			return nil, fmt.Errorf("-db: the MySQL driver rejects the query of the URL: %w", err)
		}
		c.Net, c.Addr = "tcp", u.Host
		if u.Port() == "" {
			c.Addr += ":3306"
		}
		c.User = u.User.Username()
		c.Passwd, _ = u.User.Password()
		c.DBName = strings.TrimPrefix(u.Path, "/")
		return mysql.Open(c.FormatDSN()), nil
	case name == "" || strings.Contains(name, ":memory:"):
		return nil, errors.New("-db needs the name of a file or a URL")
	case strings.Contains(name, "://"):
		return nil, errors.New("-db takes postgres:// and mysql:// URLs and SQLite files")
	}
	return openSQLite(fileURI(name)), nil
}

// fileURI returns the URI of a SQLite file.
func fileURI(name string) string {
	path := filepath.ToSlash(name)
	if filepath.VolumeName(name) != "" {
		path = "/" + path
	}
	return "file:" + (&url.URL{Path: path}).EscapedPath()
}

// Shown returns the name of a database without its password and parameters.
func Shown(name string) string {
	if u, err := url.Parse(name); err == nil && u.Host != "" {
		u.RawQuery = ""
		return u.Redacted()
	}
	return name
}
