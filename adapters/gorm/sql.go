package gormauthz

// This file defines predicates: conditions as lists of tokens, which are built once and
// written into any number of statements.

import (
	"database/sql/driver"
	"fmt"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// A token is a piece of a condition: literal SQL or, with x, something else.
type token struct {
	text string
	x    any // tableName, columnName, bound or ownConditions
}

type (
	// A tableName is a table, or an alias, to be quoted.
	tableName string

	// A columnName is a column of a table or alias, to be quoted.
	columnName struct {
		clause.Column
		isText bool
	}

	// A bound is a value.
	bound struct{ value any }

	// ownConditions are the schema's own conditions on its rows, for the rows of an
	// alias.
	ownConditions struct {
		alias   string
		clauses []clause.Interface
	}
)

// A predicate is a condition on the rows of the statement's own table. It is
// immutable, and safe for concurrent use.
type predicate struct{ frag }

// Build writes the condition in parentheses.
func (p predicate) Build(b clause.Builder) {
	stmt, ok := b.(*gorm.Statement)
	if !ok {
		b.WriteString("1=0") // GORM has no other builder than Statement
		return
	}
	if ownAlias.MatchString(stmt.Table) {
		stmt.AddError(undecided(fmt.Sprintf("the table name %q is reserved for the subqueries of gormauthz (give the table another alias)", stmt.Table), nil))
		b.WriteString("1=0 authorization refused")
		return
	}
	b.WriteByte('(')
	p.frag.write(stmt)
	b.WriteByte(')')
}

// A frag is a condition under construction. Constants are kept separate, so that
// conditions around them can be folded.
type frag struct {
	tokens []token
	konst  konst
	simple bool // needs no parentheses
}

type konst uint8

const (
	notConst konst = iota
	constTrue
	constFalse
)

var (
	fragTrue  = frag{konst: constTrue}
	fragFalse = frag{konst: constFalse}
)

func constFrag(b bool) frag {
	if b {
		return fragTrue
	}
	return fragFalse
}

// write writes the condition to a statement.
func (f frag) write(stmt *gorm.Statement) {
	switch f.konst {
	case constTrue:
		stmt.WriteString("1=1")
	case constFalse:
		stmt.WriteString("1=0")
	}
	for _, t := range f.tokens {
		switch x := t.x.(type) {
		case nil:
			stmt.WriteString(t.text)
		case tableName:
			stmt.WriteQuoted(clause.Table{Name: string(x)})
		case *columnName:
			stmt.WriteQuoted(x.Column)
		case bound:
			stmt.AddVar(stmt, x.value)
		case *ownConditions:
			x.write(stmt)
		}
	}
}

// write writes the conditions that a schema's query clauses put on the rows of an alias:
// soft delete, or what an application has defined. As GORM does for joins, it finds them
// by letting the clauses modify a statement.
func (o *ownConditions) write(stmt *gorm.Statement) {
	// A separate statement, because Unscoped on the one being built does not apply to
	// related rows.
	own := &gorm.Statement{Table: o.alias, Context: stmt.Context, Clauses: map[string]clause.Clause{}}
	own.DB = &gorm.DB{Config: stmt.Config, Statement: own}
	for _, c := range o.clauses {
		own.AddClause(c)
	}
	where, ok := own.Clauses["WHERE"].Expression.(clause.Where)
	if !ok || len(where.Exprs) == 0 {
		stmt.WriteString("1=1")
		return
	}
	// CurrentTable in these conditions means the alias.
	table, expr := stmt.Table, stmt.TableExpr
	stmt.Table, stmt.TableExpr = o.alias, nil
	stmt.WriteByte('(')
	where.Build(stmt)
	stmt.WriteByte(')')
	stmt.Table, stmt.TableExpr = table, expr
}

func text(s string) token { return token{text: s} }

// bind binds a value. In some places GORM writes NULL for an empty slice, but not for a
// driver.Valuer.
func bind(v any) token {
	if b, ok := v.([]byte); ok {
		v = blob(b)
	}
	return token{x: bound{v}}
}

type blob []byte

// Value returns the bytes.
func (b blob) Value() (driver.Value, error) { return []byte(b), nil }

// cat concatenates tokens, texts and the tokens of fragments.
func cat(parts ...any) frag {
	n := 0
	for _, p := range parts {
		if g, ok := p.(frag); ok {
			n += len(g.tokens)
		} else {
			n++
		}
	}
	f := frag{tokens: make([]token, 0, n)}
	for _, p := range parts {
		switch p := p.(type) {
		case string:
			f.tokens = append(f.tokens, text(p))
		case token:
			f.tokens = append(f.tokens, p)
		case frag:
			f.tokens = append(f.tokens, p.tokens...)
		}
	}
	return f
}

// allOf joins conditions with AND, anyOf with OR. They are nested as a balanced tree,
// since SQLite counts a chain of n conditions as n levels of its limit.
func allOf(frags ...frag) frag { return combine(frags, " AND ", constTrue, constFalse) }

func anyOf(frags ...frag) frag { return combine(frags, " OR ", constFalse, constTrue) }

func combine(frags []frag, word string, unit, zero konst) frag {
	kept := make([]frag, 0, len(frags))
	for _, f := range frags {
		switch f.konst {
		case zero:
			return frag{konst: zero}
		case notConst:
			kept = append(kept, f)
		}
	}
	if len(kept) == 0 {
		return frag{konst: unit}
	}
	return balance(kept, word)
}

func balance(frags []frag, word string) frag {
	switch n := len(frags); n {
	case 1:
		return frags[0]
	case 2, 3, 4, 5, 6, 7, 8:
		var f frag
		for i, g := range frags {
			if i > 0 {
				f.tokens = append(f.tokens, text(word))
			}
			f.tokens = append(f.tokens, parens(g).tokens...)
		}
		return f
	default:
		return balance([]frag{balance(frags[:n/2], word), balance(frags[n/2:], word)}, word)
	}
}

// parens puts a condition in parentheses, unless it binds tightly by itself.
func parens(f frag) frag {
	if f.simple {
		return f
	}
	g := cat("(", f, ")")
	g.simple = true
	return g
}
