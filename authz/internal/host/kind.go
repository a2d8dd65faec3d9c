package host

// This file defines Kind, which determines what a policy can do with a value.

// A Kind says which operators a value has in a policy.
type Kind uint8

// The kinds. The host makes values of the kinds up to ClassKind; only the solver makes the
// others.
const (
	Nil       Kind = iota // nil pointers, nil interfaces, invalid sql.Null*
	Bool                  // Word is 0 or 1
	Int                   // Word holds an int64
	Float                 // Word holds the bits of a float64
	String                // Ptr and Word are data and length in bytes
	List                  // Ptr and Word are first element and length
	Dict                  // Ptr is the map, or the engine's own dictionary
	Instance              // Ptr is the memory of the object
	ClassKind             // Ptr is a *ClassInfo: the class itself as a value
	Var                   // an unbound variable
	Tail                  // a list that ends in a variable
	Partial               // the unknown of partial evaluation
)

// kindNames are the names of the kinds in error messages. A kind that has a class in the
// policy language has the name of that class.
var kindNames = [...]string{
	Nil: "nil", Bool: "Boolean", Int: "Integer", Float: "Float", String: "String", List: "List",
	Dict: "Dictionary", Instance: "instance", ClassKind: "class", Var: "variable", Tail: "open list", Partial: "unknown",
}

// String returns the name of the kind in error messages, such as "Integer" for Int.
func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return "invalid kind"
}

// The IDs of the built-in classes, the same in every registry.
const (
	BooleanClass = iota
	IntegerClass
	FloatClass
	StringClass
	ListClass
	DictionaryClass

	numBuiltins // first ID of a registered class
)

// builtinClass returns the ID of the built-in class of the kind, or -1.
func (k Kind) builtinClass() int {
	if k >= Bool && k <= Dict {
		return int(k - Bool)
	}
	return -1
}
