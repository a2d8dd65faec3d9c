package sqlauthz

// This file defines Table, Column and Relation, with which a program describes its database.

import (
	"reflect"
)

// Tables are the tables that hold the instances of an Authorizer's classes. They are values:
// copy and change them before they are used, and not afterwards.
type Tables []Table

// A Table describes a table whose rows are instances of a Go type. TableOf makes a Table from
// the type's tags.
type Table struct {
	// Name is the table's name in the database. "app.documents" is the table documents of
	// the schema, or in MySQL of the database, named app.
	Name string

	// Type is the struct that holds a row. Only a join table needs none.
	Type reflect.Type

	// Key names the columns of the primary key. They are never NULL.
	Key []string

	Columns   []Column
	Relations []Relation

	// Deleted names the column that is not NULL in rows that are deleted softly. No relation
	// leads to such a row, and Where leaves it out. If Deleted is empty, rows are never
	// deleted softly.
	Deleted string

	// Live, if set, takes the place of Deleted. It returns how to write the condition that rows
	// of an alias are not deleted softly, or nil if all rows pass.
	Live func(alias string) func(w Writer)

	// Unsupported, if not empty, says why conditions cannot be about rows of this table. Then
	// they are authz.ErrUnsupported.
	Unsupported string

	err error // of the type's tags
}

// A Column describes a column of a table.
type Column struct {
	// Name is the column's name in the database.
	Name string

	// Field is the Go field that holds its value, a dotted path for a field of a named struct
	// in the row. Columns of a join table without a Type have none.
	Field string

	// Type is the type that the database declares, such as "varchar(20)" or "numeric(12,2)".
	// If it is empty, the column has the usual type for the values of the Go type: see TableOf.
	Type string

	// NotNull says that the column never holds NULL. It saves a part of some conditions.
	NotNull bool

	// Unique says that no two rows, deleted ones aside, have the same value in this column.
	Unique bool

	// Auto says that the database assigns the value when a row is inserted. A Repository does not
	// write it.
	Auto bool

	// Unsupported, if not empty, says why conditions cannot be about this column. Then they
	// are authz.ErrUnsupported.
	Unsupported string
}

// A Relation describes a Go field of a row that holds related rows: a pointer to a struct of
// another table, or a slice of structs or of pointers to them. BelongsTo, Has and Through make
// the usual ones.
type Relation struct {
	// Field is the Go field, a dotted path if it is in an embedded struct that has a name.
	Field string

	// Links say which rows are related: those for which all links hold.
	Links []Link

	// Through, if set, is the join table that the links connect with both ends. Its columns
	// need not be described if they have the types of those that they are compared with.
	Through *Table

	// Unique says that a relation whose field is not a slice has one row at most, because the
	// database has a unique index. It need not be set if the links contain the key of the
	// target, or a column that is Unique. Other such relations are undecided, and their
	// lists authz.ErrUnsupported: which of several rows is meant?
	Unique bool

	// Unsupported, if not empty, says why conditions cannot follow the relation. Then they are
	// authz.ErrUnsupported.
	Unsupported string
}

// A Link is a column of the target's table or, in a relation through a join table, of the join
// table. At most one of Owner, Target and Value is set, and says what the column is equal to.
//
// If Column is empty, it is a column of the target's key. If Owner, Target and Value are empty,
// the column is equal to a column of the owner's key or, for a join table, once those are used,
// of the target's key. In both cases the first such link means the first column of the key, and so
// on.
type Link struct {
	Column string
	Owner  string // a column of the owner's table
	Target string // a column of the target's table
	Value  any    // a constant, such as the type of the owner
}

// BelongsTo returns the relation of a field to the row of another table whose key is in the
// given columns of the owner.
func BelongsTo(field string, columns ...string) Relation {
	r := Relation{Field: field}
	for _, c := range columns {
		r.Links = append(r.Links, Link{Owner: c})
	}
	return r
}

// Has returns the relation of a field to the rows of another table that hold the owner's key
// in the given columns. If the field is not a slice, one of the columns must be Unique, or
// Relation.Unique must be set.
func Has(field string, columns ...string) Relation {
	r := Relation{Field: field}
	for _, c := range columns {
		r.Links = append(r.Links, Link{Column: c})
	}
	return r
}

// Through returns the relation of a field, a slice, to the rows of another table that a join
// table connects with the owner. The columns are those of the join table that hold the owner's
// key, and then those that hold the target's key.
func Through(field, table string, columns ...string) Relation {
	r := Has(field, columns...)
	r.Through = &Table{Name: table}
	return r
}
