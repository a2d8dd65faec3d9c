package host

import (
	"math"
	"unsafe"
)

// This file defines loader, which reads one Go variable as a Value.

// A loader reads variables of one Go type. Each hot operation is one load in a switch;
// loadSlow has all others.
type loader struct {
	op   op
	plan *Plan      // the plan of the value; nil when it depends on the dynamic type
	off  uintptr    // offset of the variable from the given address
	ext  *loaderExt // the operands of the rarer operations
}

// loaderExt holds the operands of the rarer operations.
type loaderExt struct {
	next  loader    // opIndirect, opNull, opVia: reads what the variable leads to
	valid uintptr   // opNull: offset of the Valid field from the variable
	steps []uintptr // opVia: offsets of the pointers to follow, in order
	reg   *Registry // opEface, opIface: knows the dynamic types
	err   *Error    // opFail: the error
}

// An op is how a variable is read.
type op uint8

const (
	opFail     op = iota // an error
	opBool               // bool
	opInt                // int
	opInt8               // int8
	opInt16              // int16
	opInt32              // int32
	opInt64              // int64
	opUint               // uint
	opUint8              // uint8
	opUint16             // uint16
	opUint32             // uint32
	opUint64             // uint64
	opUintptr            // uintptr
	opFloat32            // float32
	opFloat64            // float64
	opString             // string
	opSlice              // slice
	opArray              // array
	opMap                // map with keys of kind string
	opInstance           // struct, or another opaque type: its memory
	opPointer            // pointer to what opInstance reads
	opIndirect           // pointer to anything else
	opEface              // interface without methods
	opIface              // interface with methods
	opNull               // sql.Null*
	opVia                // promoted through an embedded pointer
)

// maxNesting bounds the pointers and interfaces between a variable and its value. Real
// programs have two or three; an interface that holds its own address has no end.
const maxNesting = 64

// sliceHeader is the layout of a slice in memory.
type sliceHeader struct {
	data     unsafe.Pointer
	len, cap int
}

// load reads the variable at base. The error is an [*Error]. Depth is the number of pointers
// and interfaces followed so far.
func (l *loader) load(base unsafe.Pointer, depth int) (Value, error) {
	p := unsafe.Add(base, l.off)
	switch l.op {
	case opString:
		s := *(*string)(p)
		return Value{l.plan, unsafe.Pointer(unsafe.StringData(s)), uint64(len(s))}, nil
	case opInt:
		return Value{l.plan, nil, uint64(*(*int)(p))}, nil
	case opPointer:
		if q := *(*unsafe.Pointer)(p); q != nil {
			return Value{l.plan, q, 0}, nil
		}
		return Value{}, nil
	case opInstance:
		return Value{l.plan, p, 1}, nil
	case opBool:
		return Value{l.plan, nil, uint64(*(*uint8)(p))}, nil
	case opSlice:
		h := (*sliceHeader)(p)
		return Value{l.plan, h.data, uint64(h.len)}, nil
	case opArray:
		return Value{l.plan, p, uint64(l.plan.Type.Len())}, nil
	case opMap:
		return Value{l.plan, *(*unsafe.Pointer)(p), 0}, nil
	case opInt8:
		return Value{l.plan, nil, uint64(*(*int8)(p))}, nil
	case opInt16:
		return Value{l.plan, nil, uint64(*(*int16)(p))}, nil
	case opInt32:
		return Value{l.plan, nil, uint64(*(*int32)(p))}, nil
	case opInt64:
		return Value{l.plan, nil, uint64(*(*int64)(p))}, nil
	case opUint8:
		return Value{l.plan, nil, uint64(*(*uint8)(p))}, nil
	case opUint16:
		return Value{l.plan, nil, uint64(*(*uint16)(p))}, nil
	case opUint32:
		return Value{l.plan, nil, uint64(*(*uint32)(p))}, nil
	case opUint:
		if u := uint64(*(*uint)(p)); u <= math.MaxInt64 {
			return Value{l.plan, nil, u}, nil
		}
	case opUint64:
		if u := *(*uint64)(p); u <= math.MaxInt64 {
			return Value{l.plan, nil, u}, nil
		}
	case opUintptr:
		if u := uint64(*(*uintptr)(p)); u <= math.MaxInt64 {
			return Value{l.plan, nil, u}, nil
		}
	case opFloat64:
		return Value{l.plan, nil, *(*uint64)(p)}, nil
	case opFloat32:
		f := MakeFloat(float64(*(*float32)(p)))
		f.Plan = l.plan
		return f, nil
	}
	return l.loadSlow(p, depth)
}

// loadSlow reads the variable at p where that takes more than one load, or fails.
func (l *loader) loadSlow(p unsafe.Pointer, depth int) (Value, error) {
	if depth > maxNesting {
		return Value{}, errorf(CodeTooDeep, "pointers and interfaces are nested more than %d deep", maxNesting)
	}
	switch l.op {
	case opIndirect:
		q := *(*unsafe.Pointer)(p)
		if q == nil {
			return Value{}, nil
		}
		return l.ext.next.load(q, depth+1)
	case opEface:
		return l.ext.reg.valueOf(*(*any)(p), depth+1)
	case opIface:
		// The conversion to any takes the type from the method table, whatever its methods.
		return l.ext.reg.valueOf(any(*(*interface{ method() })(p)), depth+1)
	case opNull:
		if !*(*bool)(unsafe.Add(p, l.ext.valid)) {
			return Value{}, nil
		}
		return l.ext.next.load(p, depth+1)
	case opVia:
		// p is the owner itself: opVia has no offset of its own.
		for _, off := range l.ext.steps {
			if p = *(*unsafe.Pointer)(unsafe.Add(p, off)); p == nil {
				return Value{}, nil
			}
		}
		return l.ext.next.load(p, depth+1)
	case opUint, opUint64, opUintptr:
		return Value{}, errorf(CodeRange, "an integer of type %s is beyond the range of Integer", l.plan.Type)
	}
	return Value{}, l.ext.err
}

// resolve follows pointers, embedded pointers and sql.Null* from base to the variable that
// they lead to. It returns the address of that variable, which already includes the loader's
// own offset, and its loader. It returns false when something on the way is nil or invalid.
// It does not follow interfaces, which are variables themselves.
func (l *loader) resolve(base unsafe.Pointer) (unsafe.Pointer, *loader, bool) {
	for {
		p := unsafe.Add(base, l.off)
		switch l.op {
		case opPointer:
			p = *(*unsafe.Pointer)(p)
			return p, l, p != nil
		case opIndirect:
			if base = *(*unsafe.Pointer)(p); base == nil {
				return nil, nil, false
			}
		case opNull:
			if !*(*bool)(unsafe.Add(p, l.ext.valid)) {
				return nil, nil, false
			}
			base = p
		case opVia:
			for _, off := range l.ext.steps {
				if p = *(*unsafe.Pointer)(unsafe.Add(p, off)); p == nil {
					return nil, nil, false
				}
			}
			base = p
		default:
			return p, l, true
		}
		l = &l.ext.next
	}
}
