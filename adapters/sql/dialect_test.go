package sqlauthz

// This file tests that a dialect is one value: it defines a fourth one.

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/ursa-authz/ursa/internal/sqlworld"
	"github.com/ursa-authz/ursa/internal/testdb"
)

// hexSQL is made up: SQLite as if it could compare texts only by their bytes in hexadecimal, had
// instants of whole nanoseconds as its only times, and numbered its arguments.
var hexSQL = &Dialect{
	name:        "hex",
	quote:       '`',
	placeholder: func(n int) string { return fmt.Sprintf("?%d", n) },
	kind:        SQLite.kind,
	uuid:        kindText,
	param: func(k kind, v any) frag {
		switch k {
		case kindText:
			return cat("hex(", bind(v), ")")
		case kindTime:
			return cat(bind(v.(time.Time).Unix()), "*1000000000+", bind(v.(time.Time).Nanosecond()))
		}
		return cat(bind(v))
	},
	list: plainList,
	operand: func(k kind, x frag) frag {
		switch k {
		case kindText, kindCast, kindChar:
			return cat("(", hexadecimal(x), ")")
		case kindTime:
			// SQLite's pair as one number.
			return cat("(SELECT column1*1000000000+column2 FROM (VALUES ", sqliteTime(x), "))")
		}
		return x
	},
	bytes:   func(x frag) frag { return cat("(", hexadecimal(x), ")") },
	indexed: func(kind) bool { return false },
	prefix: func(x frag, arg string, _ bool) frag {
		return cat("substr((", hexadecimal(x), "),1,", bind(2*len(arg)), ")=hex(", bind(arg), ")")
	},
	suffix: func(x frag, arg string, _ bool) frag {
		return cat("substr((", hexadecimal(x), "),", bind(-2*len(arg)), ")=hex(", bind(arg), ")")
	},
	contains: func(x frag, arg string, _ bool) frag {
		return cat("ifnull(instr(CAST(", x, " AS BLOB),CAST(", bind(arg), " AS BLOB)),0)>0")
	},
	storable:  func(s string) bool { return !strings.Contains(s, "\x00") },
	roundTime: SQLite.roundTime,
	beyond:    fourDigits,
	shape: func(s step) shape {
		if s.inOr {
			return byKeys
		}
		return byExists
	},
	unions:  true,
	passing: " NOT INDEXED",
}

// hexadecimal keeps NULL, where hex alone returns an empty text.
func hexadecimal(x frag) frag {
	return cat("CASE WHEN ", x, " IS NULL THEN NULL ELSE hex(", x, ") END")
}

// TestAFourthDialect runs random filters in a dialect that only this file knows.
func TestAFourthDialect(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d testdb.Database) {
		if d.Name != "sqlite" {
			return
		}
		x := newFixture(t, d)
		tables := worldTables(SQLite)
		var err error
		if x.schema, err = tables.Schema(hexSQL); err != nil {
			t.Fatal(err)
		}
		x.d = hexSQL
		sqlworld.CheckFilters(t, x.gorm, x.classes, x.selects)
	})
}
