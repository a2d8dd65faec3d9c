package sqlauthz

// This file defines TableOf, which describes tables by the tags of structs.

import (
	"fmt"
	"reflect"
	"strings"
)

// TableOf describes the table whose rows are values of the struct type T. A field tagged
// `db:"name"` is a column; other fields are not, except those in embedded structs without a tag.
// After the name, these options may follow, separated by commas, which sqlx and pgx ignore:
//
//	key          part of the primary key. Without it, the field tagged `polar:",id"` is the key.
//	notnull      the column never holds NULL
//	unique       no two rows have the same value
//	auto         the database assigns the value when a row is inserted
//	deleted      rows in which the column is not NULL are deleted softly
//	prefix       the field is a struct, whose columns have the name as a prefix
//	type=...     the type that the database declares, such as type=numeric(12,2)
//
// Without a type, a column is taken to have the usual one: a boolean, an integer of any size, a
// float of any precision or a decimal that Go reads as a float, a text of any length without
// padding, an instant (timestamptz in PostgreSQL, and in SQLite a text in the format of the
// drivers for Go), or bytes. An array of 16 bytes whose Value method returns a UUID is taken for
// one in PostgreSQL, and for a text elsewhere. Other types with the methods Value and Scan need
// a type. So do columns of PostgreSQL that are char(n), citext, uuid read as a string, or
// timestamp without time zone, for which a condition would otherwise fail or depend on settings
// of the session.
//
// A mistake in the tags is an error of New and of Tables.Classes.
func TableOf[T any](name string, relations ...Relation) Table {
	t := Table{Name: name, Type: reflect.TypeFor[T](), Relations: relations}
	if t.Type.Kind() != reflect.Struct {
		t.err = fmt.Errorf("sqlauthz: the table %s of %s, which is not a struct", name, t.Type)
		return t
	}
	r := tagReader{table: &t}
	r.read(t.Type, "", "", nil)
	if len(t.Key) == 0 && r.id != "" {
		t.Key = []string{r.id}
	}
	return t
}

// A tagReader reads the tags of a struct.
type tagReader struct {
	table *Table
	id    string // the column of the field tagged `polar:",id"`
}

// read adds the columns of a struct at a path of the row. Within are the structs around it.
func (r *tagReader) read(t reflect.Type, path, prefix string, within []reflect.Type) {
	for _, outer := range within {
		if outer == t {
			r.fail("the struct %s contains itself", t)
			return
		}
	}
	within = append(within, t)
	for i := range t.NumField() {
		f := t.Field(i)
		tag, tagged := f.Tag.Lookup("db")
		inner := f.Type
		for inner.Kind() == reflect.Pointer {
			inner = inner.Elem()
		}
		switch {
		case !tagged && f.Anonymous && inner.Kind() == reflect.Struct:
			r.read(inner, path, prefix, within)
			continue
		case !tagged || tag == "-" || !f.IsExported():
			continue
		}
		name, options := splitTag(tag)
		c := Column{Name: prefix + name, Field: path + f.Name}
		entered := false
		for _, o := range options {
			switch {
			case o == "key":
				r.table.Key = append(r.table.Key, c.Name)
			case o == "notnull":
				c.NotNull = true
			case o == "unique":
				c.Unique = true
			case o == "auto":
				c.Auto = true
			case o == "deleted":
				r.table.Deleted = c.Name
			case o == "prefix" && inner.Kind() == reflect.Struct:
				r.read(inner, path+f.Name+".", prefix+name, within)
				entered = true
			case strings.HasPrefix(o, "type="):
				c.Type = strings.TrimPrefix(o, "type=")
			default:
				r.fail("the option %q in the db tag of %s.%s (use key, notnull, unique, auto, deleted, type=..., or for a struct prefix)", o, t, f.Name)
			}
		}
		if entered {
			continue
		}
		if _, options, _ := strings.Cut(f.Tag.Get("polar"), ","); options == "id" {
			r.id = c.Name
		}
		r.table.Columns = append(r.table.Columns, c)
	}
}

// fail keeps the first error.
func (r *tagReader) fail(format string, args ...any) {
	if r.table.err == nil {
		r.table.err = fmt.Errorf("sqlauthz: "+format, args...)
	}
}

// splitTag splits a tag at the commas outside of parentheses.
func splitTag(tag string) (name string, options []string) {
	depth, begin := 0, 0
	var parts []string
	for i, c := range tag {
		switch {
		case c == '(':
			depth++
		case c == ')':
			depth--
		case c == ',' && depth == 0:
			parts = append(parts, strings.TrimSpace(tag[begin:i]))
			begin = i + 1
		}
	}
	parts = append(parts, strings.TrimSpace(tag[begin:]))
	return parts[0], parts[1:]
}
