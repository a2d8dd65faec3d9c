package polar

// This file defines Class, which registers a Go type under a Polar name.

import (
	"context"
	"reflect"

	"github.com/ursa-authz/ursa/authz/internal/host"
)

// A Class registers a Go type, so that policies can name it. ClassOf makes
// one; the fields refine it. The zero values of the fields are the defaults.
type Class struct {
	// Name is the class's name in policies. Empty means the name of the Go
	// type; a generic instantiation and an unnamed type need one.
	Name string

	// Type is the Go type: a struct, any other named type, or an interface
	// with at least one method, which is a supertype of the registered
	// classes that implement it. A pointer type stands for its element.
	Type reflect.Type

	// Key names the Go fields that identify an instance. Two instances of a
	// class are equal when their keys are equal and not zero. Empty means the
	// field tagged `polar:",id"`, if there is one.
	Key []string

	// ZeroKeyActor permits an actor whose key is zero. Otherwise package authz
	// decides nothing for such an actor: the error is ErrUndecided.
	ZeroKeyActor bool

	// Aliases maps further attribute names, such as the columns of a table,
	// to Go fields. An alias never hides a name that a field has itself.
	Aliases map[string]string

	// Relations are the fields that refer to instances of other classes and
	// may have to be fetched before they can be read.
	Relations []Relation

	// Extends lists declared supertypes, most specific first: types that are
	// registered too, and that Type embeds.
	Extends []reflect.Type

	// Constructor is called for `new Name(...)`: a function, with an optional
	// leading context.Context, that returns Type, a pointer to it, or either
	// with an error. Without one, `new` is an error.
	Constructor any

	// Fetch loads the relation of row (a pointer to Type) whose Go field is
	// named relation, for decisions that meet it unloaded. It returns the
	// value of the field's type, and must be safe for concurrent use. Without
	// it such a decision is an error, never a denial.
	Fetch func(ctx context.Context, row any, relation string) (any, error)
}

// A Relation is a field of a class that refers to instances of another class.
type Relation struct {
	Name       string       // the Go field
	Many       bool         // a slice: nil means not loaded
	Target     reflect.Type // the struct type at the other end
	ForeignKey []string     // Go fields of the owner that hold the target's key; empty when the target holds the key
}

// ClassOf returns the class of the Go type T. Passed to a query as an
// argument, it stands for the class itself and never for an instance.
func ClassOf[T any]() Class {
	return Class{Type: reflect.TypeFor[T]()}
}

// PolarClass returns the name and type of the class. It is what tells a class
// from an instance when one is passed as an argument.
func (c Class) PolarClass() (name string, t reflect.Type) { return c.Name, c.Type }

// host returns the class as package host takes it.
func (c Class) host() host.Class {
	h := host.Class{
		Name: c.Name, Type: c.Type, Key: c.Key, Aliases: c.Aliases,
		Extends: c.Extends, Constructor: c.Constructor, Fetch: c.Fetch,
	}
	for _, r := range c.Relations {
		h.Relations = append(h.Relations, host.RelationSpec(r))
	}
	return h
}

// structType returns the class's type without pointers.
func (c Class) structType() reflect.Type { return host.Deref(c.Type) }
