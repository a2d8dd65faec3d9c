package gormauthz

// This file defines the scanner that finds out whether a condition stays within the
// parentheses around it.

import (
	"strings"
	"unicode/utf8"

	sqlauthz "github.com/ursa-authz/ursa/adapters/sql"
)

// balanced reports whether the parentheses and quotes of a condition are closed, and
// nothing in it can hide what follows. It does not parse SQL, and it does not know the
// settings of the session. It returns false for everything that a database may read in
// more than one way, or that the scanner does not know.
func balanced(sql string, d *sqlauthz.Dialect) bool {
	if d == nil {
		return false
	}
	// SQLite ends a statement at a NUL. A server may take invalid UTF-8 for something else.
	if strings.IndexByte(sql, 0) >= 0 || !utf8.ValidString(sql) {
		return false
	}
	depth := 0
	for i := 0; i < len(sql); i++ {
		c := sql[i]
		switch c {
		case '\'', '"', '`', '[':
			end, ok := quoted(sql, i, d)
			if !ok {
				return false
			}
			i = end
		case '(':
			depth++
		case ')':
			if depth--; depth < 0 {
				return false
			}
		case ';', '\\':
			return false
		case '$':
			// $1 is a parameter of PostgreSQL. $$ and $tag$ are quotes, of MySQL too, and
			// $a(') is a parameter of SQLite.
			if d != sqlauthz.Postgres || i+1 == len(sql) || sql[i+1] < '0' || sql[i+1] > '9' {
				return false
			}
		case '#':
			if d != sqlauthz.Postgres { // a comment of MySQL, a parameter of SQLite
				return false
			}
		case '@', ':':
			if d == sqlauthz.SQLite { // which reads :a(') and @a(') as parameters
				return false
			}
		case '-', '/', '*':
			if next := sql[i+1:]; next != "" && (c == '-' && next[0] == '-' || c == '/' && next[0] == '*' || c == '*' && next[0] == '/') {
				return false
			}
		}
	}
	return depth == 0
}

// quoted returns the end of the quoted text or name that begins at i. A doubled quote
// ends one and begins another, which makes no difference. It returns false if the end is
// not certain.
func quoted(sql string, i int, d *sqlauthz.Dialect) (int, bool) {
	quote := sql[i]
	switch {
	case quote == '[' && d == sqlauthz.Postgres: // of an array
		return i, true
	case quote == '[' && d == sqlauthz.MySQL: // a quote in one of MariaDB's modes
		return 0, false
	case quote == '[':
		quote = ']'
	case quote == '`' && d == sqlauthz.Postgres: // part of an operator
		return 0, false
	}
	backslashes := 0 // before the current byte
	for j := i + 1; j < len(sql); j++ {
		switch {
		case sql[j] == quote:
			// Whether a backslash escapes the quote depends on the session
			// (standard_conforming_strings, NO_BACKSLASH_ESCAPES, ANSI_QUOTES), on a
			// prefix (E'') and on the text that the next line continues.
			if backslashes%2 != 0 && d != sqlauthz.SQLite && quote != '`' {
				return 0, false
			}
			return j, true
		case sql[j] == '\\':
			// In some character sets that a session of a server may use, a backslash is
			// the second byte of a character.
			if d != sqlauthz.SQLite && sql[j-1] >= utf8.RuneSelf {
				return 0, false
			}
			backslashes++
		default:
			backslashes = 0
		}
	}
	return 0, false
}
