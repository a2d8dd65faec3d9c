package sqlauthz

// This file defines fragments: conditions as lists of tokens, which are built once and
// written into any number of statements.

import "database/sql/driver"

// A token is a piece of a condition: literal SQL or, with x, something else.
type token struct {
	text string
	x    any // tableName, *columnName, bound or func(Writer)
}

type (
	// A tableName is a table, or an alias, to be quoted.
	tableName string

	// A columnName is a column of a table or alias, to be quoted. The rows that the condition
	// is about have no alias yet.
	columnName struct {
		table, name string
		isText      bool
	}

	// A bound is a value.
	bound struct{ value any }
)

// A frag is a condition under construction. Constants are kept separate, so that
// conditions around them can be folded.
type frag struct {
	tokens []token
	konst  konst
	simple bool // needs no parentheses

	// height is at least the height of the condition as a tree of expressions. Nested is at least
	// the sum of the heights of the conditions of SELECTs in SELECTs, along the worst path.
	height, nested int

	// tables is the number of tables in FROM, those of common table expressions counted at each
	// place where they are named.
	tables int
}

// depth is at least the depth that SQLite counts for a condition: where it meets a SELECT, it goes
// on counting.
func (f frag) depth() int { return f.height + f.nested }

// over makes f as deep as one of its parts, and adds the part's tables.
func (f *frag) over(part frag) {
	f.height, f.nested = max(f.height, part.height), max(f.nested, part.nested)
	f.tables = min(f.tables+part.tables, 1<<20) // which doubles with each level of chains in chains
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

// write writes the condition. Constants are written as comparisons, which every database
// accepts as part of a condition.
func (f frag) write(w Writer) {
	switch f.konst {
	case constTrue:
		w.WriteSQL("1=1")
	case constFalse:
		w.WriteSQL("1=0")
	}
	for _, t := range f.tokens {
		switch x := t.x.(type) {
		case nil:
			w.WriteSQL(t.text)
		case tableName:
			w.WriteTable(string(x))
		case *columnName:
			w.WriteColumn(x.table, x.name)
		case bound:
			w.WriteArg(x.value)
		case func(Writer):
			x(w)
		}
	}
}

func text(s string) token { return token{text: s} }

// bind binds a value. Some layers above database/sql take an empty slice for a list of
// arguments, but not a driver.Valuer.
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
			f.over(p)
		}
	}
	f.height++
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
			f.over(g)
		}
		f.height += n - 1
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
	g.simple, g.height = true, f.height
	return g
}

func commas(frags []frag) frag {
	var f frag
	for i, g := range frags {
		if i > 0 {
			f.tokens = append(f.tokens, text(","))
		}
		f.tokens = append(f.tokens, g.tokens...)
		f.over(g)
	}
	return f
}

func tuple(frags []frag) frag {
	if len(frags) == 1 {
		return frags[0]
	}
	return cat("(", commas(frags), ")")
}
