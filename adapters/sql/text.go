package sqlauthz

// This file writes conditions as text with arguments.

import (
	"strings"
)

// A Condition is a condition, or an expression, as text, with the arguments for its
// placeholders.
type Condition struct {
	SQL  string
	Args []any
}

// A textWriter writes a condition on the rows of one table or alias.
type textWriter struct {
	b      strings.Builder
	d      *Dialect
	table  string // of the rows that the condition is about
	offset int    // the number of arguments before
	args   []any
	marks  bool // placeholders are question marks
}

// WriteSQL writes text.
func (w *textWriter) WriteSQL(text string) { w.b.WriteString(text) }

// WriteTable writes the name of a table.
func (w *textWriter) WriteTable(name string) { w.d.writeName(&w.b, name) }

// WriteColumn writes a column.
func (w *textWriter) WriteColumn(table, column string) {
	if table == "" {
		table = w.table
	}
	w.d.writeName(&w.b, table)
	w.b.WriteByte('.')
	w.d.writeQuoted(&w.b, column)
}

// WriteArg adds an argument.
func (w *textWriter) WriteArg(value any) {
	if b, ok := value.(blob); ok {
		value = []byte(b)
	}
	w.args = append(w.args, value)
	if w.marks {
		w.b.WriteByte('?')
		return
	}
	w.b.WriteString(w.d.placeholder(w.offset + len(w.args)))
}

// writeName quotes the name of a table, which may be in a schema.
func (d *Dialect) writeName(b *strings.Builder, name string) {
	for i, part := range strings.Split(name, ".") {
		if i > 0 {
			b.WriteByte('.')
		}
		d.writeQuoted(b, part)
	}
}

func (d *Dialect) writeQuoted(b *strings.Builder, name string) {
	q := string(d.quote)
	b.WriteString(q)
	b.WriteString(strings.ReplaceAll(name, q, q+q))
	b.WriteString(q)
}
