//go:build !purego

package host

// This file defines how the parts of keys are compared in memory.

// sameVariable reports whether the variables at p and q, which l reads, hold the same key.
func sameVariable(l *loader, p, q Pointer) bool {
	switch l.op {
	case opString:
		return *(*string)(p) == *(*string)(q)
	case opBool, opInt8, opUint8:
		return *(*uint8)(p) == *(*uint8)(q)
	case opInt16, opUint16:
		return *(*uint16)(p) == *(*uint16)(q)
	case opInt32, opUint32:
		return *(*uint32)(p) == *(*uint32)(q)
	case opInt, opUint:
		return *(*uint)(p) == *(*uint)(q)
	case opInt64, opUint64:
		return *(*uint64)(p) == *(*uint64)(q)
	}
	if l.plan.Type == timeType {
		return TimeAt(p).Equal(*TimeAt(q))
	}
	return VariableAt(l.plan.Type, p).Equal(VariableAt(l.plan.Type, q))
}

// isZero reports whether the variable at p, which l reads, is the zero value of its type.
func isZero(l *loader, p Pointer) bool {
	switch l.op {
	case opString:
		return *(*string)(p) == ""
	case opBool, opInt8, opUint8:
		return *(*uint8)(p) == 0
	case opInt16, opUint16:
		return *(*uint16)(p) == 0
	case opInt32, opUint32:
		return *(*uint32)(p) == 0
	case opInt, opUint:
		return *(*uint)(p) == 0
	case opInt64, opUint64:
		return *(*uint64)(p) == 0
	case opEface, opIface:
		return !hasWord(p) // the type word, or the method table
	}
	return VariableAt(l.plan.Type, p).IsZero()
}
