package sqlauthz

// This file defines Predicate, a condition that is not yet text, and how it is written.

import "regexp"

// A Writer receives a condition piece by piece, and quotes the names. It is for packages that
// connect sqlauthz with a library that builds statements; others use Translator.Where.
type Writer interface {
	// WriteSQL writes text as it is.
	WriteSQL(text string)
	// WriteTable writes the name of a table or of an alias.
	WriteTable(name string)
	// WriteColumn writes a column of a table or alias. An empty table means the rows that the
	// condition is about.
	WriteColumn(table, column string)
	// WriteArg writes a placeholder and adds its argument.
	WriteArg(value any)
}

// A Predicate is a condition on the rows of a table. It is immutable, and safe for concurrent
// use.
type Predicate struct{ f frag }

// Write writes the condition in parentheses. It is TRUE for the rows that the filter is true
// for, and for others FALSE or NULL: AND and OR may follow, but not NOT.
func (p *Predicate) Write(w Writer) {
	w.WriteSQL("(")
	p.f.write(w)
	w.WriteSQL(")")
}

// Const returns the condition's value if it is the same for all rows.
func (p *Predicate) Const() (value, ok bool) { return p.f.konst == constTrue, p.f.konst != notConst }

// IsReserved reports whether a name of a table or alias may be one of those that conditions
// use in their subqueries. A statement must not have such an alias, since a subquery would
// confuse its own rows with those around it.
func IsReserved(name string) bool { return ownAlias.MatchString(name) }

// ownAlias matches the aliases of nextAlias in either case, because some databases ignore case.
var ownAlias = regexp.MustCompile(`^(?i)az\d+$`)
