package resolve

// This file defines what a policy may say about classes and constants of other programs that
// share it (Input.External).
//
// No value of this program is an instance of a class of another one, so what comes after a test
// for such a class is never reached. There, and nowhere else, a rule may use constants of other
// programs. They become variables that occur once, of which nothing is known.

import "github.com/ursa-authz/ursa/authz/polar/syntax"

// externalConstant reports whether a name is that of a constant that only other programs have.
func (r *resolver) externalConstant(name string) bool {
	return r.opts.Registry.ExternalConstant(name)
}

// external translates the name of a constant of another program.
func (s *scope) external(x *syntax.Var) *Var {
	if !s.absent {
		s.r.error(s.src, CodeExternalConstant, x.Span, quote(x.Name)+" is a constant of another program, and this rule may apply in this one",
			"register it here, too, or give the variable another name")
	}
	return s.temp(x.Start)
}

// hasExternal reports whether a parameter has to be an instance of a class of another program.
func (s *scope) hasExternal(params []*syntax.Param) bool {
	for _, p := range params {
		if p, ok := p.Specializer.(*syntax.ClassPattern); ok {
			if class := s.r.class(p.Class.Text); class != nil && class.External() {
				return true
			}
		}
	}
	return false
}

// isExternal reports whether a pattern is one of a class of another program.
func isExternal(p Pattern) bool {
	class, ok := p.(*ClassPattern)
	return ok && class.Class != nil && class.Class.External()
}

// neverApplies reports whether a parameter of a rule has to be an instance of a class of another
// program that shares the policy.
func neverApplies(rule *Rule) bool {
	for _, p := range rule.Params {
		if isExternal(p.Spec) {
			return true
		}
	}
	return false
}
