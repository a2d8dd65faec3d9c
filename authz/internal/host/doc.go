// Package host defines how policies see Go: which attributes and methods a value has and by
// which names, which kind it is, which values are equal, which of two is less, and which
// classes a type belongs to. It imports the standard library only and knows nothing of the
// policy language except the spelling of its names.
//
// A [Registry] is made from the classes that an application registers. For each Go type that
// they refer to, it has a [Plan], made once: offsets of fields, names, methods, classes.
// [Registry.ValueOf] converts the arguments of a query to [Value]s, three words that refer to
// the host's own memory. From there on the plan reads fields ([Attr]), elements and entries
// in place, and calls methods ([Method]). [Equal] and [Compare] compare values, and
// [Registry.ToGo] converts a value back.
//
// Reading neither allocates nor uses reflection where Go allows it. Every failure is an
// [*Error] with a stable code. Its text names types and fields but never shows a value.
// Panics of host code are recovered, integers beyond int64 are reported, and work is bounded
// wherever a policy or a request decides the depth or breadth of the data.
package host
