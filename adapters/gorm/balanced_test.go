package gormauthz

// This file tests the scanner of conditions, also against the lexers of the databases.

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"strings"
	"testing"

	sqlauthz "github.com/ursa-authz/ursa/adapters/sql"

	"github.com/ursa-authz/ursa/internal/sqlworld"
)

func TestBalanced(t *testing.T) {
	for _, tt := range []struct {
		sql      string
		balanced string // the databases by their first letters
	}{
		{"", "spm"},
		{"a = 1", "spm"},
		{"(a = 1) OR (b IN (1, 2))", "spm"},
		{"a = '(' AND b = ')'", "spm"},
		{"a = ')' OR 1 = 1", "spm"},
		{"a = 'it''s'", "spm"},
		{"a = 'line\nline'", "spm"},
		{"a = 'é' AND \"é\" = '中'", "spm"},
		{`a = "x)"`, "spm"},
		{"a = `b(`", "sm"},
		{"a = [b)]", "s"},
		{"a = [b", "p"},
		{"a[1] = b[2]", "sp"},
		{"a @> b", "pm"},
		{"a = @b", "pm"},
		{"a::text = b", "pm"},
		{"a = $1 AND b = $23", "p"},
		{"a = '--' AND b = '/*' AND c = '#;' AND d = '$$'", "spm"},
		{"a - -1 = 2", "spm"},
		{"a / b * c = 1", "spm"},
		{"a -", "spm"},
		{"a = 1 # x", "p"},

		// Backslashes.
		{`a ~ '\d+\\.' AND b LIKE 'x\_%' AND c = "\n"`, "spm"},
		{`a = E'x\n'`, "spm"},
		{`a = E'\\'`, "spm"},
		{`a = '\\\\'`, "spm"},
		{`a = 'it\'s'`, ""},
		{`a = 'x\'`, "s"},
		{`a = 'x\\\'`, "s"},
		{`a = "x\"`, "s"},
		{"a = `x\\`", "sm"},
		{`a = 'é\\'`, "s"},
		{`a = \N`, ""},
		{`a = E'\'') OR (1 = 1 AND 'x' = E'\''`, ""},
		{"a = E'x'\n'\\'') OR (1 = 1 AND 'x' = E'x'\n'\\''", ""},
		{"a = e'x' \r\n\t'\\'') OR (1 = 1 AND 'x' = e'x' \r\n\t'\\''", ""},
		{`a = U&'\'') OR (1 = 1 AND 'x' = U&'\''`, ""},
		{`a = N'\'') OR (1 = 1 AND 'x' = N'\''`, ""},
		{`a = U&'\0041' UESCAPE '!'`, "spm"},
		{`a = B'01' OR a = X'1F' OR a = N'x'`, "spm"},

		// Quotes and parameters of one database.
		{"$$'$$ = 'x') OR ($$'$$ <> 'y'", ""},
		{"$t$'$t$ = 'x') OR ($t$'$t$ <> 'y'", ""},
		{"$é$'$é$ = 'x') OR ($é$'$é$ <> 'y'", ""},
		{"a = $", ""},
		{"$a(') = 1) OR ($a(') = 1", ""},
		{":a(') = 1) OR (:a(') = 1", "pm"},
		{"@a(') = 1) OR (@a(') = 1", "pm"},
		{"#a(') = 1) OR (#a(') = 1", "p"},
		{"(SELECT 1 AS [']) = 1) OR ((SELECT 1 AS [']) = 1", "p"},
		{"1 ` ' = 1) OR (1 = 1 ` '", ""},

		// What is not closed, or hides what follows.
		{"1 = 1) OR (1 = 1", ""},
		{"1 = 1)", ""},
		{"(1 = 1", ""},
		{"a = '", ""},
		{`a = "`, ""},
		{"a = `", ""},
		{"a = 'x''", ""},
		{"a = 1 -- x", ""},
		{"a = 1 --", ""},
		{"a /* x */ = 1", ""},
		{"a /* x /* y */ z */ = 1", ""},
		{"a /*! = 1) OR (1 = 1 */", ""},
		{"a */ = 1", ""},
		{"a = 1; DELETE FROM docs", ""},
		{"a = 1\x00", ""},
		{"a = '\x00'", ""},
		{"a = '\xbf'", ""},
	} {
		for _, d := range []*sqlauthz.Dialect{sqlauthz.SQLite, sqlauthz.Postgres, sqlauthz.MySQL} {
			if got := balanced(tt.sql, d); got != strings.Contains(tt.balanced, d.Name()[:1]) {
				t.Errorf("%q in %s: %v", tt.sql, d.Name(), got)
			}
		}
		if balanced(tt.sql, nil) {
			t.Errorf("%q in an unknown database", tt.sql)
		}
	}
}

// breakOuts are conditions that leave their parentheses in at least one session of the
// database.
var breakOuts = map[string][]string{
	"sqlite": {
		"1 = 1) OR (1 = 1",
		"(SELECT 1 AS [']) = 2) OR 1 = 1 OR ((SELECT 1 AS [']) = 2",
		"1 = 1) OR 1 = 1 --",
	},
	"postgres": {
		"1 = 1) OR (1 = 1",
		`'x' = E'\'') OR 1 = 1 OR ('x' = E'\''`,
		"'x' = E'x'\n'\\'') OR 1 = 1 OR ('x' = E'x'\n'\\''",
		"'x' = E'x' \f\r\n\t'\\'') OR 1 = 1 OR ('x' = E'x'\n'\\''",
		`'x' = '\'') OR 1 = 1 OR ('x' = '\''`,
		"$$'$$ = 'x') OR 1 = 1 OR ($$'$$ <> 'y'",
		"$t$'$t$ = 'x') OR 1 = 1 OR ($t$'$t$ <> 'y'",
	},
	"mysql": {
		"1 = 1) OR (1 = 1",
		`'x' = '\'') OR 1 = 1 OR ('x' = '\''`,
		`'x' = "\"") OR 1 = 1 OR ('x' = "\""`,
		`'x' = '\') OR (1 = 1) OR ('x' = '\'`,
		"'x' = '中\\\\') OR (1 = 1) OR ('x' = '中\\\\'",
		"1 = 1 /*! ) OR (1 = 1 */",
		"1 = 1) OR 1 = 1 #",
	},
}

// sessions are the settings of a session that change how a database reads text.
var sessions = map[string][]string{
	"sqlite":   {"SELECT 1"},
	"postgres": {"SET standard_conforming_strings = on", "SET standard_conforming_strings = off; SET escape_string_warning = off"},
	"mysql": {
		"SET sql_mode = ''", "SET sql_mode = 'NO_BACKSLASH_ESCAPES'", "SET sql_mode = 'ANSI_QUOTES'",
		"SET sql_mode = 'ANSI_QUOTES,NO_BACKSLASH_ESCAPES'", "SET sql_mode = 'MSSQL'", "SET sql_mode = 'ORACLE'",
		"SET sql_mode = '', NAMES gbk",
	},
}

// pieces are what random conditions consist of.
var pieces = []string{
	"'", "'", "'", `"`, "`", "[", "]", `\`, `\`, "\n", "\n", " ", "x", "é", "E'", "e'", "U&'", `U&"`, "N'", "B'", "X'", "q'", "_utf8'",
	"$$", "$t$", "$1", "$a(", ":a(", "@a(", "@", "#", "--", "-- ", "/*", "*/", "/*!", "/*+", ";", "(", ")", "\x00", "{", "}", "||", ",",
	"'x'", "'x'\n'", "'x' = '", " OR ", " = ", "1", "1 = 1", "1 = 2",
	") OR (1 = 1", ") OR 1 = 1 OR (1 = 1", ") OR 1 = 1 OR ('x' = ", ") OR 1 = 1 OR ('x' <> ", ") OR 1 = 1",
}

// TestBalancedConditionsStayInParentheses runs conditions on the databases. A condition
// that the scanner accepts returns no row if it is followed by AND 1 = 0.
func TestBalancedConditionsStayInParentheses(t *testing.T) {
	eachDatabase(t, func(t *testing.T, d database) {
		db := d.open(t)
		pool, err := db.DB()
		if err != nil {
			t.Fatal(err)
		}
		ctx := context.Background()
		rng := newRand(t)
		found := map[string]bool{}
		accepted, ran, refused := 0, 0, 0
		for _, session := range sessions[d.name] {
			conn, err := pool.Conn(ctx)
			if err != nil {
				t.Fatal(err)
			}
			for s := range strings.SplitSeq(session, "; ") {
				if _, err := conn.ExecContext(ctx, s); err != nil {
					t.Fatalf("%s: %v", s, err)
				}
			}
			dialect := dialectOf(db)
			try := func(fragment string) {
				ok := balanced(fragment, dialect)
				out, err := breaksOut(ctx, conn, fragment)
				switch {
				case ok && out:
					t.Errorf("%s: %q leaves its parentheses", session, fragment)
				case ok:
					accepted++
					if err == nil {
						ran++
					}
				case out:
					refused++
					found[fragment] = true
				}
			}
			for _, fragment := range breakOuts[d.name] {
				try(fragment)
			}
			for range sqlworld.Runs(t, 3000) {
				var b strings.Builder
				b.WriteString([]string{"1 = 1", "'x' = ", ""}[rng.IntN(3)])
				for range 1 + rng.IntN(8) {
					b.WriteString(pieces[rng.IntN(len(pieces))])
				}
				try(b.String())
				// Twice the same opens again what it has closed.
				try(b.String() + ") OR 1 = 1 OR (" + b.String())
			}
			// The settings end with the connection.
			conn.Raw(func(any) error { return driver.ErrBadConn })
			conn.Close()
		}
		for _, fragment := range breakOuts[d.name] {
			if !found[fragment] {
				t.Errorf("%q leaves its parentheses in no session", fragment)
			}
		}
		t.Logf("%d accepted, of which %d ran; %d refused that leave their parentheses", accepted, ran, refused)
		if random := len(found) - len(breakOuts[d.name]); ran < 20 || random < 5 {
			t.Errorf("the random conditions are too weak: %d ran, %d left their parentheses", ran, random)
		}
	})
}

// breaksOut reports whether a condition returns a row although AND 1 = 0 follows.
func breaksOut(ctx context.Context, conn *sql.Conn, fragment string) (bool, error) {
	rows, err := conn.QueryContext(ctx, "SELECT 1 FROM (SELECT 1 AS x) AS t WHERE ("+fragment+") AND 1 = 0")
	if err != nil {
		return false, err
	}
	defer rows.Close()
	return rows.Next(), rows.Err()
}
