//go:build !purego

package host

import (
	"math"
	"reflect"
	"strconv"
	"unsafe"
)

// This file defines Cell, which tells other packages how a Go variable of a known type is read
// in place, without making a Value of it.

// A CellOp says how a variable is read.
type CellOp uint8

const (
	CellOther    CellOp = iota // by Load only
	CellBool                   // a bool
	CellInt8                   // the integers, by size
	CellInt16                  //
	CellInt32                  //
	CellInt64                  //
	CellUint8                  //
	CellUint16                 //
	CellUint32                 //
	CellUint64                 // an error if it is more than an Integer holds
	CellFloat                  // a float, read by Load
	CellString                 // a string
	CellSlice                  // a slice
	CellStruct                 // the memory of an instance
	CellPointer                // a pointer to the memory of an instance, or nil
	CellIndirect               // a pointer to another variable, which Next reads, or nil
)

// A Cell says how a variable is read. It is immutable.
type Cell struct {
	Op   CellOp
	Off  uintptr // from the address of what has the variable
	Plan *Plan   // of the value; nil if it depends on the dynamic type
	Next *Cell   // of CellIndirect

	loader loader // with offset 0
}

// cellOps are the operations that take one load.
var cellOps = map[op]CellOp{
	opBool: CellBool, opInt8: CellInt8, opInt16: CellInt16, opInt32: CellInt32, opInt64: CellInt64,
	opUint8: CellUint8, opUint16: CellUint16, opUint32: CellUint32, opUint64: CellUint64,
	opInt: CellInt64, opUint: CellUint64, opUintptr: CellUint64,
	opFloat32: CellFloat, opFloat64: CellFloat, opString: CellString, opSlice: CellSlice,
	opInstance: CellStruct, opPointer: CellPointer, opIndirect: CellIndirect,
}

// cell returns the Cell of a loader.
func (l *loader) cell() Cell {
	c := Cell{Op: cellOps[l.op], Off: uintptr(l.off), Plan: l.plan, loader: *l}
	c.loader.off = 0
	if strconv.IntSize == 32 {
		switch l.op {
		case opInt:
			c.Op = CellInt32
		case opUint, opUintptr:
			c.Op = CellUint32
		}
	}
	if c.Op == CellIndirect {
		next := l.ext.next.cell()
		c.Next = &next
	}
	return c
}

// Load reads the variable at p, which already includes Off, as [Attr.Load] does.
func (c *Cell) Load(p unsafe.Pointer) (Value, error) { return c.loader.load(p, 0) }

// Int reads the integer at p; ok is false if it is beyond the range of Integer.
func (op CellOp) Int(p unsafe.Pointer) (i int64, ok bool) {
	switch op {
	case CellInt64:
		return *(*int64)(p), true
	case CellInt32:
		return int64(*(*int32)(p)), true
	case CellInt16:
		return int64(*(*int16)(p)), true
	case CellInt8:
		return int64(*(*int8)(p)), true
	case CellUint32:
		return int64(*(*uint32)(p)), true
	case CellUint16:
		return int64(*(*uint16)(p)), true
	case CellUint8:
		return int64(*(*uint8)(p)), true
	}
	u := *(*uint64)(p)
	return int64(u), u <= math.MaxInt64
}

// Slice returns the first element and the length of the slice at p.
func (c *Cell) Slice(p unsafe.Pointer) (data unsafe.Pointer, n int) {
	h := (*sliceHeader)(p)
	return h.data, h.len
}

// Cell returns how the attribute is read from an object. Of some classes, parts of an object
// may not have been read (RowInfo): then Readable must be called first, unless the attribute
// is a relation, whose State says it.
func (a *Attr) Cell() (c Cell, checked bool) {
	return a.loader.cell(), a.owner.Class != nil && a.owner.Class.spec.RowInfo != nil
}

// Readable reports whether the attribute of the object at base was read with it.
func (a *Attr) Readable(base unsafe.Pointer) bool { return !a.owner.isPartial(base, a.Name) }

// ElemCell returns how an element of a List is read, and the distance between elements. It
// must not be called for lists that the engine made.
func (p *Plan) ElemCell() (c Cell, stride uintptr) { return p.elem.cell(), p.stride }

// KeyTextLen returns the length of the texts in the key of the object at base.
func (p *Plan) KeyTextLen(base unsafe.Pointer) int {
	if p.key == nil {
		return 0
	}
	return p.key.textLen(base)
}

// KeyHasText reports whether a part of the key is a text.
func (p *Plan) KeyHasText() bool {
	if p.key != nil {
		for _, a := range p.key.attrs {
			if a.Plan == nil || a.Plan.Kind != Int && a.Plan.Kind != Bool {
				return true
			}
		}
	}
	return false
}

// IntKey returns how the key is read if it is one integer at a fixed place. Objects with the
// same key are equal, unless it is zero.
func (p *Plan) IntKey() (c Cell, ok bool) {
	if p.key == nil || !p.key.simple {
		return Cell{}, false
	}
	c = p.key.attrs[0].loader.cell()
	return c, CellInt8 <= c.Op && c.Op <= CellUint64
}

// Words returns the two words of an interface value: the one that identifies its dynamic
// type, and the one that is or leads to the value.
func Words(x any) (typ, data unsafe.Pointer) {
	w := wordsOf(&x)
	return w.typ, w.data
}

// ArgCell returns how interface values of the dynamic type of x are read: with CellPointer,
// the data word is the address of an instance, or nil; otherwise it is the address of a
// variable. It returns false for types that are read in another way.
func (r *Registry) ArgCell(x any) (Cell, bool) {
	w := wordsOf(&x)
	if w.typ == nil {
		return Cell{}, false
	}
	e := r.types.find(w.typ)
	if e == nil {
		e = r.lateEntry(reflect.TypeOf(x))
	}
	c := e.loader.cell()
	if e.loader.plan == nil || e.loader.plan.seq || c.Off != 0 {
		return Cell{}, false
	}
	switch e.mode {
	case modeInstance:
		c.Op = CellPointer
		return c, true
	case modeValue:
		return c, c.Op == CellStruct || CellBool <= c.Op && c.Op <= CellString
	}
	return Cell{}, false
}

// TextCell is how a variable of type string is read.
var TextCell = &Cell{Op: CellString, Plan: EngineString, loader: loader{op: opString, plan: EngineString}}

// A ZeroTest tests whether one field of a struct is zero, without reflection.
type ZeroTest struct {
	off  uintptr
	kind reflect.Kind
}

// ZeroTestOf returns the test of the field of struct type t with that index. It returns false
// if the field is neither an integer nor a string, or behind a pointer.
func ZeroTestOf(t reflect.Type, index []int) (z ZeroTest, ok bool) {
	for _, i := range index {
		if t.Kind() != reflect.Struct {
			return ZeroTest{}, false
		}
		f := t.Field(i)
		z.off += f.Offset
		t = f.Type
	}
	z.kind = t.Kind()
	return z, z.kind == reflect.String || reflect.Int <= z.kind && z.kind <= reflect.Uintptr
}

// Test reports whether the field of the struct at p is zero.
func (z ZeroTest) Test(p unsafe.Pointer) bool {
	p = unsafe.Add(p, z.off)
	switch z.kind {
	case reflect.String:
		return *(*string)(p) == ""
	case reflect.Int, reflect.Uint, reflect.Uintptr:
		return *(*uint)(p) == 0
	case reflect.Int64, reflect.Uint64:
		return *(*uint64)(p) == 0
	case reflect.Int32, reflect.Uint32:
		return *(*uint32)(p) == 0
	case reflect.Int16, reflect.Uint16:
		return *(*uint16)(p) == 0
	}
	return *(*uint8)(p) == 0
}
