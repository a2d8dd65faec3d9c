// Package syntax reads and prints Polar, the language of policies.
//
// It is the first stage of a load:
//
//	source text -> tokens -> syntax tree -> formatted text, diagnostics, or the later stages
//
// [Parse] reads the text of a policy file, and [ParseQuery] reads the text of a query. Both
// return a tree and diagnostics. They do not stop at the first error: a [File] holds every
// well-formed statement, and every other statement has a [Diagnostic]. Use a file only if
// [Errors] returns nil for its diagnostics; the remaining diagnostics are warnings.
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
// The tree represents what was written, not what it means. Later stages check
// whether a variable is the name of a class, whether a called rule exists, and whether
// the word before a block is "actor" or "resource". Parse does check that values and goals
// are used where the grammar allows them: f(g(1)) is an error, because a rule call has no
// value.
//
// Every node has a [Span]: the [Position] of its first rune and the position after
// its last. Lines and columns start at 1. Columns count runes, not bytes.
//
// [ParseAlike] and [ParseRule] are for the loader, which keeps no trees.
//
// [Walk] visits the nodes of a tree. [Format] prints a file in canonical form with
// its comments. [ExprString], [PatternString] and [RuleString] print single nodes for
// messages. [Nearest] finds the name that was probably meant, for a hint.
//
// The package is safe for hostile sources: it bounds the size of a source, the depth of
// nesting and the number of errors, and its running time is linear in the size of the
// source. All functions are safe for concurrent use. Trees do not change after they are
// returned, and can be shared.
//
// The package is exported for linters, editors and generators. Not stable before v1: nodes
// and fields may change, but the codes of diagnostics do not.
package syntax
