package polar

// This file defines Policy, a loaded policy, and what goes into it.

import (
	"time"

	"github.com/ursa-authz/ursa/authz/polar/syntax"
)

// A Source is one policy text with the name that positions give it.
type Source struct {
	Name string // usually a file's path
	Text string
}

// An Input is what Load makes a Policy from.
type Input struct {
	Sources   []Source          // together they are one policy
	Classes   []Class           // the Go types that the policy may name
	Constants map[string]any    // values by the name the policy knows them under
	Limits    Limits            // bounds of every query
	Now       func() time.Time  // read at most once per query, for the constant "now"; nil means time.Now
	Print     func(text string) // receives what the policy's print(...) goals say; nil drops it. Must be safe for concurrent use

	// DenyRule says that deny, deny_request and deny_field are asked, so that
	// rules of these names are not reported as unused.
	DenyRule bool
}

// A RuleInfo identifies a rule of a policy. It is shared and must not be modified.
type RuleInfo struct {
	Name string          // of the rule, such as "allow"
	Head string          // the head as written, or what a shorthand of a block stands for
	Pos  syntax.Position // of the head
}

// An Outcome is the answer of a decision.
type Outcome struct {
	Allowed bool
	Rule    *RuleInfo // the rule that allowed; nil for a denial
}

// Bindings are the values of a solution's variables, by name. An unbound
// variable has a Var as its value. Policy integers are int64, lists made by
// the policy are []any and dictionaries map[string]any; a value that came
// from Go keeps its type.
type Bindings map[string]any

// A Var, passed as an argument of a query, is a variable of that name, whose
// values the solutions report.
type Var string

// A Diagnostic is an error or a warning about a policy source.
type Diagnostic = syntax.Diagnostic
