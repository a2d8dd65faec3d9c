package resolve

// This file defines the codes of the diagnostics that package resolve reports. Codes are stable.

import "github.com/ursa-authz/ursa/authz/polar/syntax"

// The codes of errors about names, rules and blocks.
const (
	CodeDuplicateSource  syntax.Code = "duplicate-source"   // a source was given twice, or two sources share a name
	CodeReservedName     syntax.Code = "reserved-name"      // a constant has a name that means something else
	CodeLookAlike        syntax.Code = "look-alike-name"    // a name looks like another name
	CodeSingleton        syntax.Code = "singleton-variable" // a variable occurs only once in a rule
	CodeExternalConstant syntax.Code = "external-constant"  // a constant of another program, in a rule that may apply in this one
	CodeForeignConstant  syntax.Code = "foreign-constant"   // a variable is named like nil or a boolean in another language
	CodeUnknownClass     syntax.Code = "unknown-class"      // a name in class position that is not a registered class
	CodeUndefinedRule    syntax.Code = "undefined-rule"     // a call of a rule that does not exist
	CodeKeywordArguments syntax.Code = "keyword-arguments"  // keyword arguments where none are allowed
	CodePrefixForm       syntax.Code = "prefix-form"        // in(...), .(...) or new(...) with the wrong arguments
	CodeAssignment       syntax.Code = "assignment"         // := to a constant or a parameter, which always fails
	CodeBlock            syntax.Code = "invalid-block"      // an invalid declaration in an actor or resource block
	CodeUndeclaredTerm   syntax.Code = "undeclared-term"    // a shorthand rule uses a name that its block does not declare
	CodeDuplicateTerm    syntax.Code = "duplicate-term"     // a block declares a name twice
	CodeInvalidRule      syntax.Code = "invalid-rule"       // a rule matches none of the rule types of its name
	CodeInvalidRuleType  syntax.Code = "invalid-rule-type"  // a rule type contains an expression that is not allowed there
	CodeMissingRule      syntax.Code = "missing-rule"       // a rule that a block requires is missing
	CodeNoConstructor    syntax.Code = "no-constructor"     // new for a class without a constructor
	CodeUnknownAttribute syntax.Code = "unknown-attribute"  // no possible class of the object has the attribute
	CodeUnknownMethod    syntax.Code = "unknown-method"     // no possible class of the object has the method
	CodeUnexported       syntax.Code = "unexported-field"   // the attribute is an unexported Go field
	CodeArgumentCount    syntax.Code = "argument-count"     // a method or constructor gets too many or too few arguments
	CodeArgumentKind     syntax.Code = "argument-kind"      // an argument can never have the type of the parameter
	CodeNeverEqual       syntax.Code = "never-equal"        // the two sides can never be equal
	CodeNoOrder          syntax.Code = "no-order"           // the two sides cannot be ordered
	CodeNotANumber       syntax.Code = "not-a-number"       // arithmetic with values that are not numbers
	CodeNotACondition    syntax.Code = "not-a-condition"    // a goal that is never true or false
	CodeNotIterable      syntax.Code = "not-iterable"       // "in" with a value that has no elements
)

// The codes of warnings.
const (
	CodeAlternatives    syntax.Code = "variable-in-alternatives" // a variable occurs only once in each alternative
	CodeRuleArity       syntax.Code = "rule-arity"               // no rule of the name has this number of parameters
	CodeNoAllow         syntax.Code = "no-allow-rule"            // the policy allows nothing
	CodeNoHasPermission syntax.Code = "no-has-permission"        // there are blocks, but no decision reaches has_permission
	CodePartialName     syntax.Code = "partial-attribute"        // only some of the possible classes have the attribute or method
	CodePartialTerm     syntax.Code = "partial-term"             // a shorthand rule over a relation uses a name that only some of its classes declare
	CodeUnknownKey      syntax.Code = "unknown-key"              // a key of a dictionary pattern that no class has
	CodeNeverNil        syntax.Code = "never-nil"                // a value that cannot be nil is compared with nil
	CodeOnlyNil         syntax.Code = "only-nil-equal"           // the two sides are equal only if both are nil
	CodeNeverMatches    syntax.Code = "never-matches"            // a class pattern that the value can never match

	CodeUndeclaredInBlock syntax.Code = "undeclared-in-block" // an action, role, permission or relation that the block of the resource does not declare
	CodeUnaskedRule       syntax.Code = "unasked-rule"        // no decision reaches the rule
	CodeSharedRule        syntax.Code = "shared-rule"         // several files define the rule
	CodeNeverGiven        syntax.Code = "never-given"         // no rule grants a role or defines a relation
	CodeUnknownValue      syntax.Code = "unknown-value"       // a constant is not one of the values that a Go type lists
	CodeNilEqualsNil      syntax.Code = "nil-equals-nil"      // an equality also holds if both sides are nil
	CodeSameChange        syntax.Code = "same-change"         // an allow_change rule compares the two states as a whole
	CodeActorWithoutKey   syntax.Code = "actor-without-key"   // the class of an actor has a field ID that is not declared as its key
	CodeInvalidIgnore     syntax.Code = "invalid-ignore"      // an ursa:ignore comment is malformed
	CodeUnusedIgnore      syntax.Code = "unused-ignore"       // an ursa:ignore comment silences no warning
)

// The codes of the advice that only tools give (package analysis).
const (
	CodeOpenRule       syntax.Code = "open-rule"       // a rule allows everybody everything of a class
	CodeShadowedRule   syntax.Code = "shadowed-rule"   // another rule holds whenever this one does
	CodeImpliesItself  syntax.Code = "implies-itself"  // shorthand rules lead from a name back to itself
	CodeUnusedRole     syntax.Code = "unused-role"     // a role that implies nothing and that no rule asks for
	CodeUnusedRelation syntax.Code = "unused-relation" // a relation that no rule uses
)

// AdviceCodes are the codes of advice. All of it can be silenced.
var AdviceCodes = []syntax.Code{CodeOpenRule, CodeShadowedRule, CodeImpliesItself, CodeUnusedRole, CodeUnusedRelation}
