package vm

// This file defines symbols, the unknown values of partial evaluation: the unknown
// row, and values that are read from it.

import (
	"github.com/ursa-authz/ursa/authz/filter"
	"github.com/ursa-authz/ursa/authz/internal/host"
)

// A symbolKind is the kind of a symbol.
type symbolKind uint8

const (
	symRow   symbolKind = iota // a row that exists
	symOne                     // the row at the end of a to-one relation, or nil
	symMany                    // the rows at the end of a to-many relation
	symField                   // a field of a row, which may be nil
	symCond                    // a Boolean: whether a condition holds
)

// A symbol is an unknown value of a known type. It is never modified.
type symbol struct {
	kind  symbolKind
	row   filter.Var  // the row, or the row that the relation or field is of
	plan  *host.Plan  // of the row, of the rows at the relation's end, or of the field; nil for a field of interface type
	owner *host.Plan  // of symOne, symMany and symField: the plan of the row
	attr  *host.Attr  // of symOne and symMany; of symField, the last one
	name  string      // of symField: the Go name, dotted inside nested structs
	cond  filter.Expr // of symCond: true exactly when the value is true
}

func makeSymbol(s *symbol) Value { return Value{Plan: partialPlan, Ptr: host.PointerTo(s)} }

func isPartial(v Value) bool { return v.Plan == partialPlan }

func asSymbol(v Value) *symbol { return host.Target[symbol](v.Ptr) }

// sameSymbol reports whether two symbols stand for the same value.
func sameSymbol(a, b *symbol) bool {
	return a == b || a.kind == b.kind && a.kind != symCond && a.row == b.row && a.attr == b.attr && a.name == b.name
}

// describeSymbol names a symbol for messages: "the unknown Expense".
func describeSymbol(s *symbol) string {
	switch s.kind {
	case symRow:
		return "the unknown " + host.Describe(Value{Plan: s.plan})
	case symOne, symMany:
		return "the relation " + s.attr.Name + " of the unknown row"
	case symField:
		return "the field " + s.name + " of the unknown row"
	case symCond:
		return "a condition on the unknown row"
	}
	panic("vm: unknown symbol")
}
