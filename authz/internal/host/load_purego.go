//go:build purego

package host

import (
	"math"
	"reflect"
)

// This file defines how a loader reads variables by reflection.

// load reads the variable at base. The error is an [*Error]. Depth is the number of pointers
// and interfaces followed so far.
func (l *loader) load(base Pointer, depth int) (Value, error) {
	return l.read(variable(base), depth)
}

// read is load for a variable.
func (l *loader) read(base reflect.Value, depth int) (Value, error) {
	v := l.off.within(base)
	switch l.op {
	case opBool:
		return loadBool(l.plan, v.Bool()), nil
	case opInt, opInt8, opInt16, opInt32, opInt64:
		return Value{l.plan, nil, uint64(v.Int())}, nil
	case opUint, opUint8, opUint16, opUint32, opUint64, opUintptr:
		if u := v.Uint(); u <= math.MaxInt64 {
			return Value{l.plan, nil, u}, nil
		}
	case opFloat32, opFloat64:
		return Value{l.plan, nil, math.Float64bits(v.Float())}, nil
	case opString:
		return stringValue(l.plan, v.String()), nil
	case opSlice:
		return Value{l.plan, held(v), uint64(v.Len())}, nil
	case opArray:
		return Value{l.plan, memory(v), uint64(v.Len())}, nil
	case opMap:
		// The map itself, wherever the variable is: two Values of one map are the same.
		return Value{l.plan, held(reflect.ValueOf(v.Interface())), 0}, nil
	case opInstance:
		return Value{l.plan, memory(v), 1}, nil
	case opPointer:
		if v.IsNil() {
			return Value{}, nil
		}
		return Value{l.plan, memory(v.Elem()), 0}, nil
	}
	return l.readSlow(v, depth)
}

// readSlow reads the variable v where that takes more than one step, or fails.
func (l *loader) readSlow(v reflect.Value, depth int) (Value, error) {
	if depth > maxNesting {
		return Value{}, errorf(CodeTooDeep, "pointers and interfaces are nested more than %d deep", maxNesting)
	}
	switch l.op {
	case opIndirect:
		if v.IsNil() {
			return Value{}, nil
		}
		return l.ext.next.read(v.Elem(), depth+1)
	case opEface, opIface:
		return l.ext.reg.contentOf(v.Elem(), depth+1)
	case opNull:
		if !l.ext.valid.within(v).Bool() {
			return Value{}, nil
		}
		return l.ext.next.read(v, depth+1)
	case opVia:
		for _, step := range l.ext.steps {
			if v = step.within(v); v.IsNil() {
				return Value{}, nil
			}
			v = v.Elem()
		}
		return l.ext.next.read(v, depth+1)
	case opUint, opUint64, opUintptr:
		return Value{}, errorf(CodeRange, "an integer of type %s is beyond the range of Integer", l.plan.Type)
	}
	return Value{}, l.ext.err
}

// sameVariable reports whether the variables at p and q, which l reads, hold the same key.
func sameVariable(l *loader, p, q Pointer) bool {
	if l.plan.Type == timeType {
		return TimeAt(p).Equal(*TimeAt(q))
	}
	return variable(p).Equal(variable(q))
}

// isZero reports whether the variable at p, which l reads, is the zero value of its type.
func isZero(_ *loader, p Pointer) bool { return variable(p).IsZero() }
