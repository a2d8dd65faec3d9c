package resolve

// This file defines Watch, by which tools learn what the check of types finds out about the
// names of a policy.

import (
	"slices"

	"github.com/ursa-authz/ursa/authz/internal/host"
	"github.com/ursa-authz/ursa/authz/polar/syntax"
)

// A Watch is called during the check of types. Its functions may be nil. One place may be
// reported several times; then the last report is the one that knows most.
type Watch struct {
	// Var is called for a variable with its type after the goal in which it occurs.
	Var func(at syntax.Position, t Type)
	// Member is called for the name of an attribute or method of something of type of.
	Member func(at syntax.Position, of Type)
	// Result is called for an attribute or method with the type of its value. At is the
	// place of the whole expression.
	Result func(at syntax.Span, t Type)
	// Value is called for a string or an integer that is compared with something of type t.
	Value func(at syntax.Position, t Type)
	// Name is called for the name of a role, permission or relation, or for a variable that
	// is one, with the class of what has it.
	Name func(n WatchedName)
}

// WatchTypes checks the types of files, which are a policy or part of one, and calls the
// functions of opts.Watch. The files need the blocks of the policy, and not the rules that
// are called. Errors and warnings are not reported.
func WatchTypes(files []*syntax.File, opts Options) {
	newResolver(opts).load(files)
}

// A WatchedName is the name of a role, permission or relation, in the head or a call of a rule
// that takes one, or compared with a variable that is one.
type WatchedName struct {
	At    syntax.Position
	Text  string // empty for a variable
	Kind  string // permission, role or relation
	Known bool   // the type of what has the name is known
	// Classes are those whose blocks declare names of what has this one, supertypes included.
	Classes []string
}

// A Type is what is known of a value. The zero Type is that of any value.
type Type struct{ t *typ }

// Known reports whether anything is known.
func (t Type) Known() bool { return t.t != nil && (len(t.t.alts) > 0 || t.t.nilable) }

// String returns the names of the alternatives in policies, or "any".
func (t Type) String() string {
	if !t.Known() {
		return "any"
	}
	s := t.t.String()
	if len(t.t.alts) == 1 && t.t.alts[0].kind == host.List {
		if elem := (Type{t.t.alts[0].elemOf()}); elem.Known() && len(elem.t.alts) > 0 {
			s += " of " + elem.t.String()
		}
	}
	if t.t.nilable && !t.t.isNil() {
		s += " or nil"
	}
	return s
}

// Plans returns the Go types of the alternatives, as far as they are known.
func (t Type) Plans() []*host.Plan {
	var plans []*host.Plan
	if t.t != nil {
		for _, a := range t.t.alts[:min(len(t.t.alts), maxAlts)] {
			if a.plan != nil && a.kind != host.ClassKind {
				plans = append(plans, a.plan)
			}
		}
	}
	return plans
}

// Kinds returns the kinds of the alternatives, each once.
func (t Type) Kinds() []host.Kind {
	var kinds []host.Kind
	if t.t != nil {
		for _, a := range t.t.alts {
			if !slices.Contains(kinds, a.kind) {
				kinds = append(kinds, a.kind)
			}
		}
	}
	return kinds
}

// TypeOf returns the type of the values of a plan, which is nil for any value.
func TypeOf(p *host.Plan, nilable bool) Type { return Type{planType(p, nilable)} }

// ValueType returns the type of a constant.
func ValueType(v host.Value) Type { return Type{valueType(v)} }

// watchVar tells the type of a variable.
func (c *checker) watchVar(v *Var) {
	if w := c.r.opts.Watch; w != nil && w.Var != nil && c.vars[v.Slot] != "_" {
		w.Var(v.Pos, Type{c.slots[v.Slot].typ})
	}
}

// watchMember tells that a name is that of a member of something of type t.
func (c *checker) watchMember(at syntax.Span, t *typ) {
	if w := c.r.opts.Watch; w != nil && w.Member != nil {
		w.Member(at.Start, Type{t})
	}
}

// watchResult tells the type of the value of an attribute or method.
func (c *checker) watchResult(g Goal, t *typ) *typ {
	if w := c.r.opts.Watch; w != nil && w.Result != nil {
		w.Result(span(g), Type{t})
	}
	return t
}

// watchValue tells that a constant is compared with something of type t.
func (c *checker) watchValue(at syntax.Position, t *typ) {
	if w := c.r.opts.Watch; w != nil && w.Value != nil {
		w.Value(at, Type{t})
	}
}

// watchName tells that a term is the name of a role, permission or relation of object. At is
// the place of a constant.
func (c *checker) watchName(kind declKind, name, object Term, at syntax.Position) {
	w := c.r.opts.Watch
	if w == nil || w.Name == nil {
		return
	}
	n := WatchedName{Kind: declKinds[kind].noun}
	switch name := name.(type) {
	case *Const:
		if name.Value.Kind() != host.String || name.Named {
			return
		}
		n.At, n.Text = at, name.Value.Str()
	case *Var:
		n.At = name.Pos
	default:
		return
	}
	if t := c.term(object); t.isFew() {
		n.Known = true
		for _, a := range t.alts {
			for _, b := range c.blocksOf(a) {
				if !slices.Contains(n.Classes, b.Class.Name) {
					n.Classes = append(n.Classes, b.Class.Name)
				}
			}
		}
	}
	w.Name(n)
}
