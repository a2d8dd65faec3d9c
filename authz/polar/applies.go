package polar

// This file says which classes rules may be about, and how the policy spells their fields. It is for
// adapters that ask about the fields that a statement writes.

// MayApply reports whether the policy has a rule with the given name and number of parameters that may
// hold for instances of class as its argument with that index, from 0, as far as the heads of the
// rules tell.
func (p *Policy) MayApply(rule string, arity, argument int, class Class) bool {
	return class.Type != nil && p.prog.MayApply(rule, arity, argument, class.Type)
}

// FieldName returns the policy's name for a field of class: that of its tag, or else its Go name in snake
// case. Path is the Go name, or a dotted path of Go names into structs.
func (p *Policy) FieldName(class Class, path string) string {
	return p.prog.SpelledPath(class.Type, path)
}
