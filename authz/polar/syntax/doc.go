// Package syntax reads and prints Polar, the language of policies.
//
// It is the first stage of a load:
//
//	source text -> tokens -> syntax tree -> formatted text, diagnostics, or the later stages
//
// [Parse] reads the text of a policy file, [ParseQuery] that of a query. Both return a tree
// and diagnostics, and never stop at the first error: a [File] holds every
// statement that is well-formed, and there is a [Diagnostic] for every one that is
// not. A file may be used only if [Errors] returns nil for its diagnostics; what is left are warnings.
//
//	file, ds := syntax.Parse("expenses.polar", src)
//	if err := syntax.Errors(ds); err != nil {
//		return err
//	}
//	for _, stmt := range file.Stmts {
//		if rule, ok := stmt.(*syntax.Rule); ok {
//			fmt.Println(rule.Pos(), syntax.RuleString(rule))
//		}
//	}
//
// The tree says what was written and not what it means. Whether a
// variable is the name of a class, whether a rule that is called exists, or whether the
// word before a block is "actor" or "resource" is the concern of later
// stages. What the grammar does know, and Parse checks, is what is a value and what is
// a goal: f(g(1)) is an error, because a rule call has no value.
//
// Every node has a [Span]: the [Position] of its first rune, and the one past
// its last. Lines and columns start at 1, and columns count runes, not bytes.
//
// [Walk] visits the nodes of a tree. [Format] prints a file in canonical form with
// all of its comments, and [ExprString], [PatternString] and [RuleString] print single nodes for
// messages. [Nearest] finds the name that was probably meant, for a hint.
//
// Nothing here depends on the length of a hostile source alone: nesting, the number of errors and the
// size of a source are bounded, and time is linear in the size of the source.
// All functions are safe for concurrent use; trees are not changed
// after they are returned, and can be shared.
//
// The package is exported for linters, editors and generators. Not stable before v1: nodes
// and fields may change, but the codes of diagnostics do not.
package syntax
