package host

// This file defines loader, which reads one Go variable as a Value.

// A loader reads variables of one Go type. With package unsafe, each hot operation is one
// load in a switch; loadSlow has all others.
type loader struct {
	op   op
	plan *Plan      // the plan of the value; nil when it depends on the dynamic type
	off  place      // of the variable, from the given address
	ext  *loaderExt // the operands of the rarer operations
}

// loaderExt holds the operands of the rarer operations.
type loaderExt struct {
	next  loader    // opIndirect, opNull, opVia: reads what the variable leads to
	valid place     // opNull: of the Valid field, from the variable
	steps []place   // opVia: of the pointers to follow, in order
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

// resolve follows pointers, embedded pointers and sql.Null* from base to the variable that
// they lead to. It returns the address of that variable, which already includes the loader's
// own offset, and its loader. It returns false when something on the way is nil or invalid.
// It does not follow interfaces, which are variables themselves.
func (l *loader) resolve(base Pointer) (Pointer, *loader, bool) {
	for {
		p := l.off.in(base)
		switch l.op {
		case opPointer:
			p = follow(p)
			return p, l, p != nil
		case opIndirect:
			if base = follow(p); base == nil {
				return nil, nil, false
			}
		case opNull:
			if !boolAt(l.ext.valid.in(p)) {
				return nil, nil, false
			}
			base = p
		case opVia:
			for _, step := range l.ext.steps {
				if p = follow(step.in(p)); p == nil {
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

func loadBool(p *Plan, b bool) Value { v := MakeBool(b); v.Plan = p; return v }
