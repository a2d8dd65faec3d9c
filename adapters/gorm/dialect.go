package gormauthz

// This file defines how the three databases spell what the translation needs,
// so that it means what it means in Go. Their differences are all here.

import (
	"strings"
	"time"
	"unicode/utf8"

	"github.com/ursa-authz/ursa/authz/filter"
)

// A dialect is a database by the name that GORM gives it.
type dialect string

const (
	sqlite   dialect = "sqlite"
	postgres dialect = "postgres"
	mysql    dialect = "mysql" // and MariaDB
)

func (d dialect) known() bool { return d == sqlite || d == postgres || d == mysql }

// casts are the types that parameters are given in PostgreSQL, which would
// otherwise take the type of the column: an integer column would cut 1.5 to 1,
// and refuse what does not fit into it.
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

// operand makes of a column what is compared: for texts, what compares byte by
// byte in any collation; in PostgreSQL for floats, what is not a decimal.
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

// bytes returns the text x for comparison byte by byte, trailing spaces and case
// included, whatever the column's collation and character set.
func (d dialect) bytes(x frag) frag {
	switch d {
	case postgres:
		return cat("CAST(", x, ` AS text) COLLATE "C"`)
	case mysql:
		return cat("CAST(CONVERT(", x, " USING utf8mb4) AS BINARY)")
	}
	return cat(x, " COLLATE BINARY")
}

// indexed reports whether a comparison of operand(x) cannot use an index on x,
// but one of x finds all rows that it would, and perhaps more: the collations of
// the two servers find bytes that are equal to be equal.
func (d dialect) indexed(kind sqlKind) bool { return kind == sqlText && d != sqlite }

// sqliteTime returns a pair of seconds since 1970 and nanoseconds. SQLite has no
// type for times: the drivers write texts such as "2024-05-01 12:00:00.25+02:00",
// which order right only within one zone. The fraction, which starts at the 20th
// character, is taken off before strftime sees the text, since that would round.
func sqliteTime(x frag) frag {
	zone := cat("ltrim(substr(", x, ",20),'.0123456789')")
	return cat("(CAST(strftime('%s',substr(", x, ",1,19)||", zone, ") AS INTEGER),",
		"CAST(substr(ltrim(substr(", x, ",20,length(", x, ")-19-length(", zone, ")),'.')||'000000000',1,9) AS INTEGER))")
}

// list puts parameters behind IN.
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

// search tests the bytes of a text, for arg, which is not empty. The characters
// that LIKE itself knows are taken for themselves if escape is true.
func (d dialect) search(kind filter.StrKind, x frag, arg string, escape bool) frag {
	if d == sqlite {
		// Its LIKE is for ASCII letters of either case, and its functions take
		// an empty blob for NULL.
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

// storable reports whether a text column can hold s at all: PostgreSQL has no
// NUL in its texts, and the servers no invalid UTF-8.
func (d dialect) storable(s string) bool {
	return d == sqlite || utf8.ValidString(s) && (d == mysql || strings.IndexByte(s, 0) < 0)
}

// roundTime cuts a time to microseconds, which is what the servers' parameters
// carry: up to the next one, or down. Exact reports whether nothing was cut.
// SQLite's texts carry nanoseconds.
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

// beyond reports whether a time is later (1) or earlier (-1) than all times that
// a column can hold. PostgreSQL's range is wider than what its driver sends.
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
