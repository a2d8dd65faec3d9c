package host

import (
	"maps"
	"reflect"
	"slices"
	"sync"
)

// This file defines Plan, what is known about a Go type before any of its values is seen.

// A Plan defines how values of one Go type are read: their kind, fields, methods, elements
// and classes. There is one plan per type and registry, so plans may be compared with ==.
// Plans are immutable and safe for concurrent use.
type Plan struct {
	ID    int          // dense from 0 for plans that exist when NewRegistry returns; -1 for plans built later
	Type  reflect.Type // never a pointer, an interface or a sql.Null*
	Kind  Kind
	Class *ClassInfo // nil when the type is not registered; its first class when it has several names

	reg      *Registry
	isa      []uint64 // bit set over class IDs
	lineage  []int
	unusable string // for types whose values can only be passed on, what they are; else ""
	seq      bool   // an iter.Seq

	elem   loader  // elements of List and Dict
	stride uintptr // distance between the elements of a List
	tail   *Plan   // for arrays: the plan of a slice of the same elements
	dict   dictKind

	attrs     map[string]*Attr // by every spelling that finds one
	attrNames []string
	fields    map[string]*Attr // by Go path, hidden fields included, if registration looked them up
	key       *key
	order     ordering
	shown     []*Attr // fields tagged polar:",show"
	stringer  bool    // whether the type opted in to being printed by its String method

	elemNilable bool       // elements may be nil
	described   *described // of a plan that was made from a schema; see facts.go

	methodsOnce sync.Once
	methods     map[string]*Method
	methodNames []string
}

// The plans of values that the engine makes. Go's bool, int64, float64 and string share
// the first four; lists, dictionaries and classes made by the engine have plans that no
// Go type has. They are the same in every registry.
var (
	EngineBool   = enginePlan(0, Bool, reflect.TypeFor[bool]())
	EngineInt    = enginePlan(1, Int, reflect.TypeFor[int64]())
	EngineFloat  = enginePlan(2, Float, reflect.TypeFor[float64]())
	EngineString = enginePlan(3, String, reflect.TypeFor[string]())
	EngineList   = enginePlan(4, List, reflect.TypeFor[[]any]())
	EngineDict   = enginePlan(5, Dict, reflect.TypeFor[map[string]any]())
	EngineClass  = enginePlan(6, ClassKind, reflect.TypeFor[ClassRef]())

	enginePlans = []*Plan{EngineBool, EngineInt, EngineFloat, EngineString, EngineList, EngineDict, EngineClass}
)

// enginePlan returns a plan that belongs to no registry.
func enginePlan(id int, k Kind, t reflect.Type) *Plan {
	p := &Plan{ID: id, Type: t, Kind: k}
	if c := k.builtinClass(); c >= 0 {
		p.setLineage([]int{c})
	}
	return p
}

// sharedPlan returns the engine's plan for the Go types that have one, or nil.
func sharedPlan(t reflect.Type) *Plan {
	for _, p := range enginePlans[:EngineList.ID] {
		if p.Type == t {
			return p
		}
	}
	return nil
}

// setLineage sets the classes of the plan, most specific first.
func (p *Plan) setLineage(ids []int) {
	p.lineage = ids
	if len(ids) > 0 {
		p.isa = make([]uint64, slices.Max(ids)/64+1)
	}
	for _, id := range ids {
		p.isa[id/64] |= 1 << (id % 64)
	}
}

// IsA reports whether values of the plan belong to the class with that ID: the class of their
// type, one of its supertypes, or the built-in class of their kind.
func (p *Plan) IsA(classID int) bool {
	i := uint(classID) / 64
	return i < uint(len(p.isa)) && p.isa[i]>>(uint(classID)%64)&1 != 0
}

// Lineage returns the IDs of the classes of the plan, most specific first: the classes
// registered for the type, declared supertypes depth-first, interfaces (A before B when A's
// method set strictly contains B's, else in order of registration), and the built-in class of
// the kind. The caller must not modify the slice.
func (p *Plan) Lineage() []int { return p.lineage }

// Attr returns the attribute that name finds, or nil when there is none. See [NewRegistry]
// for the names of attributes.
func (p *Plan) Attr(name string) *Attr { return p.attrs[name] }

// AttrNames returns the names of the attributes as policies spell them (the tag's name or the
// snake_case spelling), sorted. The caller must not modify the slice.
func (p *Plan) AttrNames() []string { return p.attrNames }

// Method returns the method that name finds, or nil when there is none.
func (p *Plan) Method(name string) *Method {
	p.methodsOnce.Do(p.buildMethods)
	return p.methods[name]
}

// MethodNames returns the names of the methods as policies spell them, sorted. The caller
// must not modify the slice.
func (p *Plan) MethodNames() []string {
	p.methodsOnce.Do(p.buildMethods)
	return p.methodNames
}

// Key returns the fields that identify an instance, or nil when the type has no key. The
// caller must not modify the slice.
func (p *Plan) Key() []*Attr {
	if p.key == nil {
		return nil
	}
	return p.key.attrs
}

// Elem returns the plan of the elements of a List or the values of a Dictionary, or nil when
// it depends on each value's dynamic type.
func (p *Plan) Elem() *Plan { return p.elem.plan }

// IsSeq reports whether values of the plan are iterators, which [Drain] converts to lists.
func (p *Plan) IsSeq() bool { return p.seq }

// Usable returns nil, or an [*Error] with CodeUnusable when values of the type can only be
// passed on: channels, functions other than iterators, complex numbers, unsafe pointers, and
// maps whose keys are not strings.
func (p *Plan) Usable() error {
	if p.unusable == "" {
		return nil
	}
	return errorf(CodeUnusable, "%s cannot be used in a policy", p.unusable)
}

// describe returns how messages refer to a value of the plan.
func (p *Plan) describe() string {
	switch {
	case p.Class != nil:
		return p.Class.Name
	case p.Kind != Instance:
		return p.Kind.String()
	case p.unusable != "":
		return p.unusable
	}
	return p.Type.String()
}

// sortedNames returns the keys of a set of names in ascending order.
func sortedNames(set map[string]bool) []string { return slices.Sorted(maps.Keys(set)) }
