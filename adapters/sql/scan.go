package sqlauthz

// This file reads rows into structs.

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/ursa-authz/ursa/adapters/internal/answer"
)

// indexOf returns the index of the field at a dotted path, through pointers too.
func indexOf(t reflect.Type, path string) []int {
	var index []int
	for name := range strings.SplitSeq(path, ".") {
		for t.Kind() == reflect.Pointer {
			t = t.Elem()
		}
		f, ok := t.FieldByName(name)
		if !ok {
			return nil
		}
		index = append(index, f.Index...)
		t = f.Type
	}
	return index
}

// fieldAt returns a field of a struct, and makes the structs on the way to it.
func fieldAt(v reflect.Value, index []int) reflect.Value {
	for _, i := range index {
		for v.Kind() == reflect.Pointer {
			if v.IsNil() {
				v.Set(reflect.New(v.Type().Elem()))
			}
			v = v.Elem()
		}
		v = v.Field(i)
	}
	return v
}

// scanRow reads a row of a table, all of its columns in their order, into row, a pointer to a
// struct, and what follows them into more. NULL leaves the zero value in a field that cannot be
// nil.
func (t *table) scanRow(scan func(dest ...any) error, row reflect.Value, more ...any) error {
	dest := make([]any, 0, len(t.Columns)+len(more))
	var held []reflect.Value // pointers to pointers, for NULL
	var fields []reflect.Value
	for _, c := range t.Columns {
		f := fieldAt(row.Elem(), t.byName[c.Name].index)
		if f.Kind() == reflect.Pointer || !t.byName[c.Name].maybeNull {
			dest = append(dest, f.Addr().Interface())
			continue
		}
		p := reflect.New(reflect.PointerTo(f.Type()))
		held, fields = append(held, p), append(fields, f)
		dest = append(dest, p.Interface())
	}
	if err := scan(append(dest, more...)...); err != nil {
		return answer.Undecided(fmt.Sprintf("a row of %s could not be read into %s", t.Name, t.Type), err)
	}
	for i, p := range held {
		if x := p.Elem(); !x.IsNil() {
			fields[i].Set(x.Elem())
		}
	}
	return nil
}

// columnsOf returns the columns of a table under an alias, for SELECT.
func columnsOf(t *table, alias string) frag {
	list := make([]frag, len(t.Columns))
	for i, c := range t.Columns {
		list[i] = ref{t.byName[c.Name], alias}.x()
	}
	return commas(list)
}
