// Package host is everything that a policy sees of Go: which attributes and methods a value
// has and by which names, what kind it is, when two values are equal and which is less, and
// which classes a type belongs to. It imports the standard library only and knows nothing of
// the policy language but the spelling of its names.
//
// A [Registry] is made of the classes that an application registers. For each Go type that
// they lead to it has a [Plan], made once: offsets of fields, names, methods, classes. A
// query's arguments become [Value]s by [Registry.ValueOf], three words that refer to the
// host's own memory; from there on the plan reads fields ([Attr]), elements and entries
// in place, and calls methods ([Method]). [Equal] and [Compare] decide between values, and
// [Registry.ToGo] gives a value back.
//
// All reading is free of allocation and of reflection where Go allows it. All that can go
// wrong is an [*Error] with a stable code and a text that names types and fields and shows
// no value: panics of host code are recovered, integers beyond int64 are reported, work on
// data whose depth or breadth a policy or a request decides is bounded.
package host
