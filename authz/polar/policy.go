package polar

// This file defines Source and Input, from which a Policy is loaded, and the types that queries use.

import (
	"time"

	"github.com/ursa-authz/ursa/authz/polar/schema"
	"github.com/ursa-authz/ursa/authz/polar/syntax"
)

// A Source is the text of a policy file and the name that positions show.
type Source struct {
	Name string // usually the path of a file
	Text string
}

// An Input has everything that [Load] makes a [Policy] from.
type Input struct {
	Sources    []Source          // together they form one policy
	Classes    []Class           // the Go types that the policy may name
	Constants  map[string]any    // values by their names in the policy
	Limits     Limits            // bounds of every query
	Memory     *Memory           // shared with other policies; nil means that the policy has its own
	AllowEmpty bool              // accept a policy without rules
	Now        func() time.Time  // called at most once per query, for the constant "now"; nil means time.Now
	Print      func(text string) // receives the output of print(...) goals; nil discards it. Must be safe for concurrent use

	// External are the schemas of other programs that share the policy. Their classes that are not
	// among Classes are known by name, and nothing is an instance of them. The types of rules
	// about them are not checked. Constants of theirs that are not among Constants may be used
	// only where the policy requires an instance of such a class.
	External []*schema.Schema

	// DenyRule says that the authorizer queries deny, deny_request and deny_field. ChangeRule says
	// that it queries allow_change. Rules that no decision reaches get a warning.
	DenyRule, ChangeRule bool

	// SolverOnly makes the policy answer all decisions with the solver, which explanations and
	// queries use too. Otherwise decisions that allow it are compiled. The answers are the
	// same; the solver takes ten times as long or more.
	SolverOnly bool
}

// A RuleInfo identifies a rule of a policy.
type RuleInfo = syntax.RuleInfo

// An Outcome is the result of a decision.
type Outcome struct {
	Allowed bool
	Rule    *RuleInfo // the rule that allowed; nil for a denial
}

// Bindings are the values of a solution's variables, by name. The value of an
// unbound variable is a [Var]. Integers of the policy are int64, its lists are
// []any and its dictionaries are map[string]any. A value that came from Go keeps
// its type.
type Bindings map[string]any

// A Var as an argument of a query is a variable of that name. The solutions report
// its values.
type Var string

// A Diagnostic is an error or a warning about a policy source.
type Diagnostic = syntax.Diagnostic
