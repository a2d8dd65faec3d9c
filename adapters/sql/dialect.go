package sqlauthz

// This file defines Dialect: what differs between databases, as one value for each.

import (
	"time"
)

// A Dialect is a database's kind of SQL: SQLite, Postgres or MySQL. Conditions mean the same in
// all of them, and the same as in Go.
//
// Everything in which databases differ is one of its fields, so that a further database is one
// more value.
type Dialect struct {
	name string

	// quote is around names, and doubled in them. Placeholder returns the placeholder of the
	// nth argument of a statement, from 1.
	quote       byte
	placeholder func(n int) string

	// kind returns the kind of a declared type, if it differs from that in other databases,
	// by its name, what follows the name and its size in parentheses, and the first number in
	// the parentheses. uuid is the kind of the columns that usually hold a UUID.
	kind func(word, rest string, size int) (k kind, n int, ok bool)
	uuid kind

	// builtin are the types that the database has, apart from those that kind and kindOf know, if
	// programs can make enumerations with names of their own.
	builtin map[string]bool

	// param binds a value for comparison with columns of a kind, and list puts the results
	// after IN.
	param func(k kind, v any) frag
	list  func(k kind, params []frag) frag

	// operand returns the form of a column that is compared. Bytes returns that of a text:
	// byte by byte, including trailing spaces and case, whatever the column's collation and
	// character set.
	operand func(k kind, x frag) frag
	bytes   func(x frag) frag

	// indexed reports whether a comparison of operand(x) cannot use an index on x. A
	// comparison of x itself can, and finds all rows that the other finds and perhaps more,
	// because equal bytes are equal in every collation.
	indexed func(k kind) bool

	// prefix, suffix and contains compare the bytes of a text with arg, which is not empty.
	// If escape is false, characters that are special in patterns are left alone.
	prefix, suffix, contains func(x frag, arg string, escape bool) frag

	// storable reports whether a text column can hold s at all.
	storable func(s string) bool

	// roundTime rounds a time to the precision of the parameters, up or down. Exact reports
	// whether nothing was rounded off. Beyond reports whether a time is later (1) or earlier
	// (-1) than all times that a column can hold.
	roundTime func(t time.Time, up bool) (rounded time.Time, exact bool)
	beyond    func(t time.Time) int

	// asFloat and asInt convert between integers and floats. They are nil if the database
	// compares the two without rounding.
	asFloat, asInt func(x frag) frag

	decimals  bool // decimals are exact
	finite    bool // floats cannot be infinite
	ordersNaN bool // floats can be NaN, which is equal to itself and greater than all others

	// shape returns how a condition follows a relation, so that the database finds an index for
	// each way to be allowed. unions says that it finds them for a condition with several ways
	// only if each of them is a SELECT of its own.
	shape  func(s step) shape
	unions bool

	// whole, unless it is nil, is true if a recursive query found all of its n rows. If the database
	// may have cut it short, whole fails the statement.
	whole func(n frag) frag

	// depth, tables and chain are limits, unless they are 0: of nested expressions, of the tables
	// of a condition with a chain, and of those of a chain (see frag).
	depth, tables, chain int

	// perRow is written at the end of an EXISTS inside an OR, to keep the database from
	// computing it for all rows at once when the statement may need only a few.
	perRow string

	// cachesTexts says that results of subqueries are kept by the texts of the rows around
	// them, in their collation. passing is written after the tables between the first and
	// the last of a step.
	cachesTexts bool
	passing     string

	// fence is written at the end of a SELECT in FROM, to keep conditions outside of it from
	// being evaluated for its rows before its own condition.
	fence string

	// locking is written after a SELECT, to lock its rows. sharing is written after one whose
	// rows must be those that are stored now, if a transaction may otherwise read older ones
	// and still write.
	locking, sharing string

	// snapshot is a query that returns true in a transaction that reads older rows even then.
	snapshot string

	// columnsOf selects the name, the declared type and whether it may be NULL of each column of a
	// table, and indexesOf the first column of each index. Their arguments are the schema,
	// "" for the usual one, and the table.
	columnsOf, indexesOf string

	// returns says that INSERT has RETURNING. Otherwise the driver tells which integer was
	// assigned. noValues is an INSERT of a row of defaults, after the table.
	returns  bool
	noValues string
}

// Name returns "sqlite", "postgres" or "mysql".
func (d *Dialect) Name() string { return d.name }

// Fence returns what ends a SELECT in FROM so that the database evaluates the conditions around it
// only for the rows that it returns.
func (d *Dialect) Fence() string { return d.fence }

// params binds values.
func (d *Dialect) params(k kind, values []any) []frag {
	list := make([]frag, len(values))
	for i, v := range values {
		list[i] = d.param(k, v)
	}
	return list
}

// A step is a place in a condition where it follows a relation.
type step struct {
	inOr   bool // it is part of an OR
	pinned bool // it finds few rows: a column is equal to a value
	neg    bool // it is negated
	chain  bool // it has a chain
}

// A shape is a way to follow a relation.
type shape uint8

const (
	byExists shape = iota // EXISTS(SELECT ...), for each row
	byKeys                // key IN (SELECT ...), which is computed once
	byArray               // key = ANY(ARRAY(SELECT ...)), computed once and then looked up in an index; not negated
)

// plainList is the list of most databases.
func plainList(_ kind, params []frag) frag { return cat("(", commas(params), ")") }

// questionMark is the placeholder of databases that count arguments by their order.
func questionMark(int) string { return "?" }

// microseconds is roundTime for a precision of microseconds.
func microseconds(t time.Time, up bool) (rounded time.Time, exact bool) {
	t = t.UTC()
	rounded = t.Truncate(time.Microsecond)
	if exact = rounded.Equal(t); !exact && up {
		rounded = rounded.Add(time.Microsecond)
	}
	return rounded, exact
}

// fourDigits is beyond for the years 0 to 9999.
func fourDigits(t time.Time) int {
	switch year := t.UTC().Year(); {
	case year > 9999:
		return 1
	case year < 0:
		return -1
	}
	return 0
}
