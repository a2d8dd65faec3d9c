package syntax

// This file defines RuleInfo, by which decisions and traces name a rule.

// A RuleInfo identifies a rule of a policy. It is shared and must not be modified.
type RuleInfo struct {
	Name string   // of the rule, such as "allow"
	Head string   // the head as written, or the head of the rule that a shorthand rule expands to
	Pos  Position // of the head
}
