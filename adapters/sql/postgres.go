package sqlauthz

// This file defines the dialect of PostgreSQL.

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Postgres is the dialect of PostgreSQL.
var Postgres = postgres()

func postgres() *Dialect {
	d := &Dialect{
		name:        "postgres",
		quote:       '"',
		placeholder: func(n int) string { return "$" + strconv.Itoa(n) },
		kind: func(word, rest string, size int) (kind, int, bool) {
			switch word {
			case "char", "character", "bpchar", "nchar":
				return kindChar, max(1, size), true
			case "uuid":
				return kindUUID, 0, true
			case "citext", "name", "enum": // a type that CREATE TYPE ... AS ENUM has made
				return kindCast, 0, true
			case "timestamp":
				return kindNone, 0, !strings.HasPrefix(rest, "with time zone")
			}
			return kindNone, 0, false
		},
		uuid:    kindUUID,
		builtin: postgresTypes,
		// Without a cast, a parameter has the type of the column: an integer column would
		// round 1.5, and reject values out of its range.
		param: func(k kind, v any) frag { return cat("CAST(", bind(v), " AS "+casts[k]+")") },
		list:  plainList,
		operand: func(k kind, x frag) frag {
			switch k {
			case kindText, kindCast, kindChar:
				return textC(x)
			case kindFloat: // a decimal is not one
				return double(x)
			}
			return x
		},
		bytes:   textC,
		indexed: func(k kind) bool { return k == kindText },
		// A text is valid UTF-8 without NUL.
		storable:  func(s string) bool { return utf8.ValidString(s) && strings.IndexByte(s, 0) < 0 },
		roundTime: microseconds,
		beyond:    func(time.Time) int { return 0 }, // the range is wider than the driver can send
		asFloat:   double,
		asInt:     func(x frag) frag { return cat("CAST(", x, " AS bigint)") },
		ordersNaN: true,
		// PostgreSQL changes EXISTS to a join itself, except inside an OR. There it compares all
		// rows of the table with the keys, unless they are in an array. It takes chains for longer than
		// they are, and would do the same for them.
		shape: func(s step) shape {
			switch {
			case (s.inOr || s.chain) && s.pinned && !s.neg:
				return byArray
			case s.inOr:
				return byKeys
			}
			return byExists
		},
		perRow:   " OFFSET 0",
		fence:    " OFFSET 0",
		locking:  " FOR UPDATE",
		snapshot: "SELECT current_setting('transaction_isolation')='repeatable read'",
		decimals: true,
		columnsOf: `SELECT a.attname, CASE t.typtype WHEN 'e' THEN 'enum' ELSE format_type(a.atttypid, a.atttypmod) END, NOT a.attnotnull
			FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
			WHERE a.attrelid = ` + regclass + ` AND a.attnum > 0 AND NOT a.attisdropped`,
		indexesOf: `SELECT a.attname FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
			WHERE i.indrelid = ` + regclass + ` AND i.indisvalid AND i.indpred IS NULL`,
		returns:  true,
		noValues: " DEFAULT VALUES",
	}
	d.prefix, d.suffix, d.contains = likes(d)
	return d
}

// postgresTypes are the types that PostgreSQL itself has, except for those that kindOf knows.
var postgresTypes = set(`aclitem bit box cid cidr circle date datemultirange daterange gtsvector inet int2vector
	int4multirange int4range int8multirange int8range interval json jsonb jsonpath line lseg macaddr macaddr8 money
	nummultirange numrange oid oidvector path point polygon refcursor regclass regcollation regconfig regdictionary
	regnamespace regoper regoperator regproc regprocedure regrole regtype tid time timestamp timetz tsmultirange tsquery
	tsrange tstzmultirange tstzrange tsvector txid_snapshot pg_snapshot pg_lsn varbit xid xid8 xml`)

func set(words string) map[string]bool {
	m := make(map[string]bool)
	for _, w := range strings.Fields(words) {
		m[w] = true
	}
	return m
}

// regclass is the table of the arguments of columnsOf, or NULL.
const regclass = `to_regclass(CASE CAST($1 AS text) WHEN '' THEN '' ELSE quote_ident(CAST($1 AS text)) || '.' END || quote_ident(CAST($2 AS text)))`

var casts = map[kind]string{
	kindBool: "boolean", kindInt: "bigint", kindFloat: "double precision", kindText: "text", kindCast: "text", kindChar: "text",
	kindUUID: "uuid", kindTime: "timestamptz", kindBytes: "bytea", kindDecimal: "numeric",
}

func textC(x frag) frag  { return cat("CAST(", x, ` AS text) COLLATE "C"`) }
func double(x frag) frag { return cat("CAST(", x, " AS double precision)") }
