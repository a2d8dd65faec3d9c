package ops

// This file defines the plans of terms that are not values of the host. Only evaluators make
// such terms, and what Ptr and Word of them hold is theirs to say.

import "github.com/ursa-authz/ursa/authz/internal/host"

// A Value is a term: a value of the host, or one with a plan of this file.
type Value = host.Value

// The plans of terms that only evaluators make.
var (
	VarPlan      = &host.Plan{ID: -1, Kind: host.Var}     // a variable without a value
	OpenListPlan = &host.Plan{ID: -1, Kind: host.Tail}    // a list that may contain variables
	OpenDictPlan = &host.Plan{ID: -1, Kind: host.Tail}    // a dictionary that may contain variables
	PartialPlan  = &host.Plan{ID: -1, Kind: host.Partial} // an unknown value of partial evaluation
)

// KindOf is Kind, with open lists and dictionaries counted as what they are.
func KindOf(v Value) host.Kind {
	switch v.Plan {
	case OpenListPlan:
		return host.List
	case OpenDictPlan:
		return host.Dict
	}
	return v.Kind()
}

// IsOpen reports whether v may contain variables or unknowns below its top.
func IsOpen(v Value) bool { return v.Plan == OpenListPlan || v.Plan == OpenDictPlan }

// Describe returns the class or kind of a term for messages, never the value itself.
func Describe(v Value) string {
	switch {
	case v.Plan == OpenListPlan:
		return "List"
	case v.Plan == OpenDictPlan:
		return "Dictionary"
	case v.Kind() == host.Var:
		return "variable"
	case v.Kind() == host.Partial:
		return "unknown"
	}
	return host.Describe(v)
}
