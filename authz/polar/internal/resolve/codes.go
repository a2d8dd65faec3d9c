package resolve

// This file defines the codes of the diagnostics that resolving makes. Codes are stable.

import "github.com/ursa-authz/ursa/authz/polar/syntax"

// The codes of errors about names, rules and blocks.
const (
	CodeDuplicateSource  syntax.Code = "duplicate-source"   // a source was given twice, or two sources share a name
	CodeReservedName     syntax.Code = "reserved-name"      // a constant has a name that is not free
	CodeLookAlike        syntax.Code = "look-alike-name"    // a name looks like another one, and is another
	CodeSingleton        syntax.Code = "singleton-variable" // a variable occurs only once in a rule
	CodeUnknownClass     syntax.Code = "unknown-class"      // a name in class position that is no registered class
	CodeUndefinedRule    syntax.Code = "undefined-rule"     // a call of a rule that does not exist
	CodeKeywordArguments syntax.Code = "keyword-arguments"  // arguments by name where there are none
	CodePrefixForm       syntax.Code = "prefix-form"        // in(...), .(...) or new(...) with the wrong arguments
	CodeAssignment       syntax.Code = "assignment"         // := to a constant or a parameter, which always fails
	CodeBlock            syntax.Code = "invalid-block"      // an actor or resource block that does not make sense
	CodeUndeclaredTerm   syntax.Code = "undeclared-term"    // a shorthand rule names what its block does not declare
	CodeDuplicateTerm    syntax.Code = "duplicate-term"     // a block declares one string twice
	CodeInvalidRule      syntax.Code = "invalid-rule"       // a rule matches none of the rule types of its name
	CodeInvalidRuleType  syntax.Code = "invalid-rule-type"  // a rule type that contains what it cannot
	CodeMissingRule      syntax.Code = "missing-rule"       // a rule that a block needs is not there
	CodeNoConstructor    syntax.Code = "no-constructor"     // new for a class without a constructor
	CodeUnknownAttribute syntax.Code = "unknown-attribute"  // no possible class of the object has the attribute
	CodeUnknownMethod    syntax.Code = "unknown-method"     // no possible class of the object has the method
	CodeUnexported       syntax.Code = "unexported-field"   // the attribute is an unexported Go field
	CodeArgumentCount    syntax.Code = "argument-count"     // a method or constructor gets too many or too few arguments
	CodeArgumentKind     syntax.Code = "argument-kind"      // an argument can never be what the method's parameter is
	CodeNeverEqual       syntax.Code = "never-equal"        // the two sides can never be equal
	CodeNoOrder          syntax.Code = "no-order"           // the two sides have no order
	CodeNotANumber       syntax.Code = "not-a-number"       // arithmetic with something else than numbers
	CodeNotACondition    syntax.Code = "not-a-condition"    // a goal that can be neither true nor false
	CodeNotIterable      syntax.Code = "not-iterable"       // "in" something that has no elements
)

// The codes of warnings.
const (
	CodeRuleArity       syntax.Code = "rule-arity"        // no rule of the name has this number of parameters
	CodeNoAllow         syntax.Code = "no-allow-rule"     // the policy allows nothing
	CodeNoHasPermission syntax.Code = "no-has-permission" // there are blocks, but nothing asks for their permissions
	CodePartialName     syntax.Code = "partial-attribute" // only some of the possible classes have the attribute or method
	CodePartialTerm     syntax.Code = "partial-term"      // a shorthand rule over a relation names what only some of its classes declare
	CodeUnknownKey      syntax.Code = "unknown-key"       // a key of a dictionary pattern that no class has
	CodeNeverNil        syntax.Code = "never-nil"         // a comparison with nil of what cannot be nil
	CodeOnlyNil         syntax.Code = "only-nil-equal"    // the two sides are equal only when both are nil
	CodeNeverMatches    syntax.Code = "never-matches"     // a class pattern that the value can never match

	CodeUndeclaredInBlock syntax.Code = "undeclared-in-block" // an action, role, permission or relation that the block of the resource does not declare
	CodeUnaskedRule       syntax.Code = "unasked-rule"        // no decision reaches the rule
	CodeSharedRule        syntax.Code = "shared-rule"         // several files define the rule
	CodeNeverGiven        syntax.Code = "never-given"         // a role or relation that no rule gives
	CodeUnknownValue      syntax.Code = "unknown-value"       // a constant that a Go type says is none of its values
	CodeNilEqualsNil      syntax.Code = "nil-equals-nil"      // an equality that holds when both sides are nil
	CodeActorWithoutKey   syntax.Code = "actor-without-key"   // the class of an actor has an ID that is not declared as its key
	CodeInvalidIgnore     syntax.Code = "invalid-ignore"      // a comment ursa:ignore that silences nothing as it is written
	CodeUnusedIgnore      syntax.Code = "unused-ignore"       // a comment ursa:ignore for a warning that is not there
)
