//go:build !purego

package host

import (
	"math"
	"unsafe"
)

// This file defines how a loader reads memory.

// load reads the variable at base. The error is an [*Error]. Depth is the number of pointers
// and interfaces followed so far.
func (l *loader) load(base Pointer, depth int) (Value, error) {
	p := l.off.in(base)
	switch l.op {
	case opString:
		s := *(*string)(p)
		return Value{l.plan, Pointer(unsafe.StringData(s)), uint64(len(s))}, nil
	case opInt:
		return Value{l.plan, nil, uint64(*(*int)(p))}, nil
	case opPointer:
		if q := follow(p); q != nil {
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
		return Value{l.plan, follow(p), 0}, nil
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
func (l *loader) loadSlow(p Pointer, depth int) (Value, error) {
	if depth > maxNesting {
		return Value{}, errorf(CodeTooDeep, "pointers and interfaces are nested more than %d deep", maxNesting)
	}
	switch l.op {
	case opIndirect:
		q := follow(p)
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
		if !boolAt(l.ext.valid.in(p)) {
			return Value{}, nil
		}
		return l.ext.next.load(p, depth+1)
	case opVia:
		// p is the owner itself: opVia has no offset of its own.
		for _, step := range l.ext.steps {
			if p = follow(step.in(p)); p == nil {
				return Value{}, nil
			}
		}
		return l.ext.next.load(p, depth+1)
	case opUint, opUint64, opUintptr:
		return Value{}, errorf(CodeRange, "an integer of type %s is beyond the range of Integer", l.plan.Type)
	}
	return Value{}, l.ext.err
}
