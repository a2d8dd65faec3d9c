package sqlauthz

// This file defines the dialect of SQLite.

import "time"

// SQLite is the dialect of SQLite, version 3.35 or later.
var SQLite = &Dialect{
	name:        "sqlite",
	quote:       '"',
	placeholder: questionMark,
	kind: func(word, _ string, _ int) (kind, int, bool) {
		// Some drivers declare numeric for bool, and real for floats.
		return kindBool, 0, word == "numeric"
	},
	uuid: kindText,
	param: func(k kind, v any) frag {
		if t, ok := v.(time.Time); ok && k == kindTime {
			return cat("(", bind(t.Unix()), ",", bind(t.Nanosecond()), ")")
		}
		return cat(bind(v))
	},
	list: func(k kind, params []frag) frag {
		if k == kindTime { // pairs
			return cat("(VALUES ", commas(params), ")")
		}
		return plainList(k, params)
	},
	operand: func(k kind, x frag) frag {
		switch k {
		case kindText, kindCast, kindChar:
			return binary(x)
		case kindTime:
			return sqliteTime(x)
		}
		return x
	},
	bytes:   binary,
	indexed: func(kind) bool { return false },

	// LIKE ignores the case of ASCII letters, and functions treat an empty blob as NULL.
	prefix: func(x frag, arg string, _ bool) frag {
		return cat("substr(CAST(", x, " AS BLOB),1,", bind(len(arg)), ") IS ", bind([]byte(arg)))
	},
	suffix: func(x frag, arg string, _ bool) frag {
		return cat("substr(CAST(", x, " AS BLOB),", bind(-len(arg)), ") IS ", bind([]byte(arg)))
	},
	contains: func(x frag, arg string, _ bool) frag {
		return cat("ifnull(instr(CAST(", x, " AS BLOB),", bind([]byte(arg)), "),0)>0")
	},
	storable:  func(string) bool { return true },
	roundTime: func(t time.Time, _ bool) (time.Time, bool) { return t.UTC(), true }, // texts hold nanoseconds
	beyond:    fourDigits,

	// SQLite never makes this change itself, and would read all rows of a table to find those
	// that belong to one known row. But if there are many related rows, EXISTS is faster.
	shape: func(s step) shape {
		if s.pinned && !s.neg {
			return byKeys
		}
		return byExists
	},
	// SQLite rejects a statement with expressions of more than 1,000 levels, and one in which it
	// meets a common table expression after 1,000 tables, counting those of each mention of
	// another. The statement around the condition needs some of both.
	depth:     900,
	tables:    900,
	chain:     900,
	fence:     " LIMIT -1",
	columnsOf: `SELECT name, type, "notnull" = 0 AND pk = 0 FROM pragma_table_info(?2, COALESCE(NULLIF(?1, ''), 'main'))`,
	indexesOf: `SELECT i.name FROM pragma_index_list(?2, COALESCE(NULLIF(?1, ''), 'main')) l, pragma_index_info(l.name) i WHERE i.seqno = 0 AND NOT l.partial
		UNION SELECT name FROM pragma_table_info(?2, COALESCE(NULLIF(?1, ''), 'main')) WHERE pk = 1`,
	noValues: " DEFAULT VALUES",
}

func binary(x frag) frag { return cat(x, " COLLATE BINARY") }

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
