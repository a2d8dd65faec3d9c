package database

// This file tests the names of databases.

import (
	"testing"

	mysqldsn "github.com/go-sql-driver/mysql"
	"gorm.io/driver/mysql"
)

// TestMySQLQuery: the parameters in a URL reach the driver, tls above all.
func TestMySQLQuery(t *testing.T) {
	const name = "mysql://ann:s%2Fcret@db/x?tls=skip-verify&sql_mode=ANSI"
	d, err := Dialector(name)
	if err != nil {
		t.Fatal(err)
	}
	c, err := mysqldsn.ParseDSN(d.(*mysql.Dialector).DSN)
	if err != nil {
		t.Fatal(err)
	}
	if c.TLSConfig != "skip-verify" || c.Params["sql_mode"] != "ANSI" || c.Addr != "db:3306" || c.User != "ann" || c.Passwd != "s/cret" || c.DBName != "x" {
		t.Errorf("%s becomes %s", name, c.FormatDSN())
	}
	if _, err := Dialector("mysql://ann@db/x?tls=maybe"); err == nil {
		t.Error("a parameter that the driver does not know is not an error")
	}
}

func TestShown(t *testing.T) {
	for name, want := range map[string]string{
		"expenses.db": "expenses.db",
		"postgres://ann:secret@db:5432/x?sslpassword=secret": "postgres://ann:xxxxx@db:5432/x",
		"mysql://root@127.0.0.1/test":                        "mysql://root@127.0.0.1/test",
	} {
		if got := Shown(name); got != want {
			t.Errorf("%s is shown as %s", name, got)
		}
	}
}
