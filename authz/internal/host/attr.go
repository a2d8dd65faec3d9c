package host

import (
	"reflect"
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

	links    []link // that the rows must have with the owner
	required bool   // see RelationSpec.Required
}

// A RelState says whether the rows of a relation are in memory.
type RelState uint8

// The states of a relation.
const (
	Loaded    RelState = iota // the field holds the rows
	Absent                    // there is no such row
	NotLoaded                 // the field does not hold the rows: it is empty, or holds others, or not all
)

// Load reads the attribute of the object at base, which must be memory of the type that the
// Attr belongs to. The value refers into the object. The error is an [*Error]: the field
// cannot be a value, or its name is ambiguous.
func (a *Attr) Load(base Pointer) (Value, error) {
	if a.Relation == nil && a.owner.isPartial(base, a.Name) {
		return Value{}, a.owner.errPartial("the attribute " + a.Spelling)
	}
	return a.loader.load(base, 0)
}

// Read is Load, unless the attribute is a relation whose rows are not in memory: then the state
// says so, and v is nil. A caller that bounds its work counts Rows first.
func (a *Attr) Read(base Pointer) (v Value, state RelState, err error) {
	if a.Relation != nil {
		if state = a.State(base); state != Loaded {
			return Value{}, state, nil
		}
	}
	v, err = a.Load(base)
	return v, Loaded, err
}

// Ambiguous returns nil, or an [*Error] with CodeAmbiguous that names the candidates when the
// name stands for more than one field. Reading such an attribute always returns that error.
func (a *Attr) Ambiguous() error {
	if a.loader.op == opFail && a.loader.ext.err.Code == CodeAmbiguous {
		return a.loader.ext.err
	}
	return nil
}

// State reports whether the relation of the object at base is loaded. The keys count: a
// to-one relation whose foreign key is nil or zero is absent, whatever the field holds, and
// rows of another key are not loaded. Nor is a nil slice or nil pointer, or a field that was
// not read in full. The result is meaningful only when Relation is not nil. State takes time
// proportional to the number of rows.
func (a *Attr) State(base Pointer) RelState {
	if a.isAbsent(base) {
		return Absent
	}
	if !a.isFilled(base) || a.owner.isPartial(base, a.Relation.Name) || !a.fits(base) {
		return NotLoaded
	}
	return Loaded
}

// Rows returns the number of rows that State compares, for callers that bound their work.
func (a *Attr) Rows(base Pointer) int {
	if !a.Relation.Many || len(a.Relation.links) == 0 {
		return 0
	}
	if p, l, ok := a.loader.resolve(base); ok && l.op == opSlice {
		return lenAt(p)
	}
	return 0
}

// isAbsent reports whether the foreign key of the object at base says that there is no row.
func (a *Attr) isAbsent(base Pointer) bool {
	if len(a.Relation.ForeignKey) == 0 {
		return false
	}
	missing, zero := false, true
	for _, fk := range a.Relation.ForeignKey {
		if a.owner.isPartial(base, fk.Name) {
			return false // it may only seem to be zero
		}
		p, l, ok := fk.loader.resolve(base)
		missing = missing || !ok
		zero = zero && (!ok || isZero(l, p))
	}
	return missing || zero
}

// isFilled reports whether the field of the object at base holds anything.
func (a *Attr) isFilled(base Pointer) bool {
	p, l, ok := a.loader.resolve(base)
	switch {
	case !ok:
		return false
	case l.op == opSlice || l.op == opEface || l.op == opIface:
		return hasWord(p)
	}
	return l.op != opInstance || !isZeroRow(l.plan, p)
}

// isZeroRow reports whether the struct at p was never filled: its key is zero or, when the
// type has no key, the whole struct is.
func isZeroRow(plan *Plan, p Pointer) bool {
	if plan.key != nil {
		return plan.key.isZero(p)
	}
	return VariableAt(plan.Type, p).IsZero()
}
