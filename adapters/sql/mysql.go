package sqlauthz

// This file defines the dialect of MySQL and MariaDB.

import "unicode/utf8"

// MySQL is the dialect of MySQL 8 and MariaDB 10.5 or later.
var MySQL = mysql()

func mysql() *Dialect {
	d := &Dialect{
		name:        "mysql",
		quote:       '`',
		placeholder: questionMark,
		kind: func(word, _ string, size int) (kind, int, bool) {
			switch word {
			case "tinyint":
				return kindBool, 0, size == 1
			case "enum":
				return kindText, 0, true
			case "binary":
				return kindBinary, max(1, size), true
			}
			return kindNone, 0, false
		},
		uuid: kindText,
		param: func(k kind, v any) frag {
			switch k {
			case kindFloat: // an interpolated 0.1 would be a decimal
				return cat("(", bind(v), "+0e0)")
			case kindDecimal: // a string would be compared as a double
				return cat("CAST(", bind(v), " AS DECIMAL(65,30))")
			}
			return cat(bind(v))
		},
		list: plainList,
		operand: func(k kind, x frag) frag {
			switch k {
			case kindText, kindCast, kindChar:
				return asBinary(x)
			}
			return x
		},
		bytes:     asBinary,
		indexed:   func(k kind) bool { return k == kindText },
		storable:  utf8.ValidString,
		roundTime: microseconds,
		beyond:    fourDigits,
		asFloat:   func(x frag) frag { return cat("(", x, "+0e0)") },
		asInt:     func(x frag) frag { return cat("CAST(", x, " AS SIGNED)") },
		decimals:  true,
		finite:    true,
		shape:     func(step) shape { return byExists }, // which becomes a join by itself
		unions:    true,
		// MariaDB looks the results up by their collation: the result for "a" would be used
		// for "A" too, although the subquery distinguishes them.
		cachesTexts: true,
		// MariaDB (10.11) finds rows that are not there if it looks such a row up by its
		// primary key and reads the next table through a join buffer.
		passing: " IGNORE INDEX (PRIMARY)",
		fence:   " LIMIT 18446744073709551615",
		locking: " FOR UPDATE",
		sharing: " LOCK IN SHARE MODE",
		columnsOf: "SELECT column_name, column_type, is_nullable = 'YES' FROM information_schema.columns" +
			" WHERE table_schema = COALESCE(NULLIF(?, ''), DATABASE()) AND table_name = ?",
		indexesOf: "SELECT column_name FROM information_schema.statistics" +
			" WHERE table_schema = COALESCE(NULLIF(?, ''), DATABASE()) AND table_name = ? AND seq_in_index = 1",
		// MariaDB (10.11) copies a common table expression wherever it is named. Chains within
		// the steps of chains, five levels deep, took 22 GB of memory and the server with them.
		chain: 100,
		// MariaDB ends a recursion after max_recursive_iterations steps, by default 1,000, and only
		// warns. Each step has found a row. The overflow is an error. MySQL, for which the variable
		// is in a comment, fails by itself.
		whole: func(n frag) frag {
			return cat(n, "<=(4294967295/*M!*0+@@max_recursive_iterations*/) OR EXP(", n, "+1000)>0")
		},
		noValues: " () VALUES ()",
	}
	d.prefix, d.suffix, d.contains = likes(d)
	return d
}

func asBinary(x frag) frag { return cat("CAST(CONVERT(", x, " USING utf8mb4) AS BINARY)") }
