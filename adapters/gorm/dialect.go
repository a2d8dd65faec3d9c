package gormauthz

// This file defines the SQL that differs between the three databases, so that the
// translation means the same as in Go. All their differences are here.

import (
	"strings"
	"time"
	"unicode/utf8"

	"github.com/ursa-authz/ursa/authz/filter"
)

// A dialect is a database, by GORM's name for it.
type dialect string

const (
	sqlite   dialect = "sqlite"
	postgres dialect = "postgres"
	mysql    dialect = "mysql" // and MariaDB
)

func (d dialect) known() bool { return d == sqlite || d == postgres || d == mysql }

// casts are the types of parameters in PostgreSQL. Without a cast, a parameter has
// the type of the column: an integer column would round 1.5, and reject values out of
// its range.
var casts = map[sqlKind]string{
	sqlBool: "boolean", sqlInt: "bigint", sqlFloat: "double precision", sqlText: "text", sqlCast: "text", sqlChar: "text",
	sqlUUID: "uuid", sqlTime: "timestamptz", sqlBytes: "bytea", sqlDecimal: "numeric",
}

// param binds a value for comparison with columns of that kind.
func (d dialect) param(kind sqlKind, v any) frag {
	switch {
	case d == postgres:
		return cat("CAST(", bind(v), " AS "+casts[kind]+")")
	case d == mysql && kind == sqlFloat: // an interpolated 0.1 would be a decimal
		return cat("(", bind(v), "+0e0)")
	case d == mysql && kind == sqlDecimal: // a string would be compared as a double
		return cat("CAST(", bind(v), " AS DECIMAL(65,30))")
	}
	if t, ok := v.(time.Time); ok && d == sqlite && kind == sqlTime {
		return cat("(", bind(t.Unix()), ",", bind(t.Nanosecond()), ")")
	}
	return cat(bind(v))
}

// operand returns the form of a column that is compared: for texts, one that compares
// byte by byte in any collation; for floats in PostgreSQL, one that is not a decimal.
func (d dialect) operand(kind sqlKind, x frag) frag {
	switch kind {
	case sqlText, sqlCast, sqlChar:
		return d.bytes(x)
	case sqlFloat:
		if d == postgres {
			return cat("CAST(", x, " AS double precision)")
		}
	case sqlTime:
		if d == sqlite {
			return sqliteTime(x)
		}
	}
	return x
}

// bytes returns the text x for comparison byte by byte, including trailing spaces and
// case, whatever the column's collation and character set.
func (d dialect) bytes(x frag) frag {
	switch d {
	case postgres:
		return cat("CAST(", x, ` AS text) COLLATE "C"`)
	case mysql:
		return cat("CAST(CONVERT(", x, " USING utf8mb4) AS BINARY)")
	}
	return cat(x, " COLLATE BINARY")
}

// indexed reports whether a comparison of operand(x) cannot use an index on x. A
// comparison of x itself can, and finds all rows that the other finds and perhaps
// more, because in the collations of the two servers equal bytes are equal.
func (d dialect) indexed(kind sqlKind) bool { return kind == sqlText && d != sqlite }

// sqliteTime returns a pair of seconds since 1970 and nanoseconds. SQLite has no type
// for times: the drivers write texts such as "2024-05-01 12:00:00.25+02:00", which
// sort correctly only within one zone. The fraction, which starts at the 20th
// character, is removed before strftime parses the text, since strftime would round
// it.
func sqliteTime(x frag) frag {
	zone := cat("ltrim(substr(", x, ",20),'.0123456789')")
	return cat("(CAST(strftime('%s',substr(", x, ",1,19)||", zone, ") AS INTEGER),",
		"CAST(substr(ltrim(substr(", x, ",20,length(", x, ")-19-length(", zone, ")),'.')||'000000000',1,9) AS INTEGER))")
}

// list writes the parameters after IN.
func (d dialect) list(kind sqlKind, params []any) frag {
	parts := []any{"("}
	if d == sqlite && kind == sqlTime { // pairs
		parts[0] = "(VALUES "
	}
	for i, p := range params {
		if i > 0 {
			parts = append(parts, ",")
		}
		parts = append(parts, d.param(kind, p))
	}
	return cat(append(parts, ")")...)
}

// search compares the bytes of a text with arg, which is not empty. If escape is
// true, LIKE's special characters match only themselves.
func (d dialect) search(kind filter.StrKind, x frag, arg string, escape bool) frag {
	if d == sqlite {
		// SQLite's LIKE ignores the case of ASCII letters, and its functions treat an
		// empty blob as NULL.
		blob := cat("CAST(", x, " AS BLOB)")
		switch needle := bind([]byte(arg)); kind {
		case filter.Prefix:
			return cat("substr(", blob, ",1,", bind(len(arg)), ") IS ", needle)
		case filter.Suffix:
			return cat("substr(", blob, ",", bind(-len(arg)), ") IS ", needle)
		default:
			return cat("ifnull(instr(", blob, ",", needle, "),0)>0")
		}
	}
	if escape {
		arg = likeEscaper.Replace(arg)
	}
	if kind != filter.Prefix {
		arg = "%" + arg
	}
	if kind != filter.Suffix {
		arg += "%"
	}
	return cat(d.bytes(x), " LIKE ", d.param(sqlText, arg), " ESCAPE '!'")
}

var likeEscaper = strings.NewReplacer("!", "!!", "%", "!%", "_", "!_")

// storable reports whether a text column can hold s at all: PostgreSQL's texts cannot
// contain NUL, and those of both servers must be valid UTF-8.
func (d dialect) storable(s string) bool {
	return d == sqlite || utf8.ValidString(s) && (d == mysql || strings.IndexByte(s, 0) < 0)
}

// roundTime rounds a time to microseconds, the precision of the servers' parameters,
// up or down. Exact reports whether nothing was rounded off. SQLite's texts hold
// nanoseconds.
func (d dialect) roundTime(t time.Time, up bool) (rounded time.Time, exact bool) {
	t = t.UTC()
	if d == sqlite {
		return t, true
	}
	rounded = t.Truncate(time.Microsecond)
	if exact = rounded.Equal(t); !exact && up {
		rounded = rounded.Add(time.Microsecond)
	}
	return rounded, exact
}

// beyond reports whether a time is later (1) or earlier (-1) than all times that a
// column can hold. PostgreSQL's range is wider than its driver can send.
func (d dialect) beyond(t time.Time) int {
	switch year := t.UTC().Year(); {
	case d == postgres:
		return 0
	case year > 9999:
		return 1
	case year < 0:
		return -1
	}
	return 0
}
