package host

import (
	"reflect"
	"unsafe"
)

// This file defines Attr, one attribute of a type: a struct field, and how a policy reads it.

// An Attr is an attribute of a Go struct type. It is immutable and safe for concurrent use.
type Attr struct {
	Name     string       // the Go name of the field; a dotted path when an alias reaches into a struct
	Spelling string       // how policies spell it: the tag's name, or snake_case
	Type     reflect.Type // the declared type of the field
	Plan     *Plan        // the plan of its values, after following pointers and sql.Null*; nil when an interface leaves it to the dynamic type
	Nilable  bool         // whether the value can be nil
	Show     bool         // whether the field is tagged polar:",show"
	Relation *Relation    // nil when the field is not a registered relation

	index  []int // for reflect.Value.FieldByIndex
	owner  *Plan
	loader loader
}

// A Relation describes a registered field that holds another row, or several rows.
type Relation struct {
	Name       string  // the Go name of the field
	Many       bool    // whether it holds a slice of rows
	Target     *Plan   // the type of the rows
	ForeignKey []*Attr // for belongs-to, the fields of the owner that hold the other row's key; else empty
}

// A RelState says whether the rows of a relation are in memory.
type RelState uint8

// The states of a relation.
const (
	Loaded    RelState = iota // the field holds the rows
	Absent                    // there is no such row
	NotLoaded                 // the field is empty, so it is not known whether there are rows
)

// Load reads the attribute of the object at base, which must be memory of the type that the
// Attr belongs to. The value refers into the object. The error is an [*Error]: the field
// cannot be a value, or its name is ambiguous.
func (a *Attr) Load(base unsafe.Pointer) (Value, error) { return a.loader.load(base, 0) }

// Ambiguous returns nil, or an [*Error] with CodeAmbiguous that names the candidates when the
// name stands for more than one field. Reading such an attribute always returns that error.
func (a *Attr) Ambiguous() error {
	if a.loader.op == opFail && a.loader.ext.err.Code == CodeAmbiguous {
		return a.loader.ext.err
	}
	return nil
}

// State reports whether the relation of the object at base is loaded. A nil slice or nil
// pointer is not loaded, but a to-one relation whose foreign key is nil or zero is absent.
// The result is meaningful only when Relation is not nil.
func (a *Attr) State(base unsafe.Pointer) RelState {
	if p, l, ok := a.loader.resolve(base); ok {
		switch {
		case l.op == opSlice:
			if *(*unsafe.Pointer)(p) != nil {
				return Loaded
			}
		case l.op == opEface || l.op == opIface:
			// The first word of an interface value is its type or method table.
			if *(*unsafe.Pointer)(p) != nil {
				return Loaded
			}
		case l.op != opInstance || !isZeroRow(l.plan, p):
			return Loaded
		}
	}
	if len(a.Relation.ForeignKey) == 0 {
		return NotLoaded
	}
	zero := true
	for _, fk := range a.Relation.ForeignKey {
		p, l, ok := fk.loader.resolve(base)
		if !ok {
			return Absent
		}
		zero = zero && isZero(l, p)
	}
	if zero {
		return Absent
	}
	return NotLoaded
}

// isZeroRow reports whether the struct at p was never filled: its key is zero or, when the
// type has no key, the whole struct is.
func isZeroRow(plan *Plan, p unsafe.Pointer) bool {
	if plan.key != nil {
		return plan.key.isZero(p)
	}
	return reflect.NewAt(plan.Type, p).Elem().IsZero()
}
