package polar

// This file defines Class, which registers a Go type under a Polar name.

import (
	"context"
	"reflect"

	"github.com/ursa-authz/ursa/authz/internal/host"
)

// A Class registers a Go type, so that policies can name it. [ClassOf] makes a
// Class; set its fields to refine it. The zero values of the fields are the defaults.
type Class struct {
	// Name is the class's name in policies. If it is empty, the name of the Go
	// type is used. Instantiations of generic types and unnamed types need a Name.
	Name string

	// Type is the Go type: a struct, any other named type, or an interface
	// with at least one method. An interface is a supertype of the registered
	// classes that implement it. A pointer type means its element type.
	Type reflect.Type

	// Key names the Go fields that identify an instance. Two instances of a
	// class are equal if their keys are equal and not zero. If Key is empty, the
	// field tagged `polar:",id"` is the key, if there is one.
	Key []string

	// ZeroKeyActor allows actors whose key is zero. By default, package authz
	// does not decide for such an actor: it returns ErrUndecided.
	ZeroKeyActor bool

	// Aliases maps additional attribute names, such as columns of a table, to
	// Go fields. An alias never hides the name of another field.
	Aliases map[string]string

	// Relations are the fields that refer to instances of other classes. They
	// may need to be fetched before they can be read.
	Relations []Relation

	// Extends lists declared supertypes, most specific first. Type must embed
	// them, and they must be registered too.
	Extends []reflect.Type

	// Constructor is the function that `new Name(...)` calls. It may have a
	// leading context.Context parameter, and returns Type or a pointer to it,
	// optionally with an error. Without a Constructor, `new` is an error.
	Constructor any

	// Fetch loads a relation that a decision reads and that is not loaded. The
	// row is a pointer to Type, which Fetch must not change, and relation is the name
	// of the Go field. Fetch returns a value of the field's type, and must be safe
	// for concurrent use.
	// Without Fetch, such a decision is an error, never a denial.
	Fetch func(ctx context.Context, row any, relation string) (any, error)

	// FetchEach is like Fetch for several rows, with one result for each of them. If it
	// returns an error, the rows are fetched one by one. Package authz calls it when it
	// decides about many rows at once. It needs Fetch, and is optional.
	FetchEach func(ctx context.Context, rows []any, relation string) ([]any, error)

	// RowInfo knows what of a row was not read. Without RowInfo, every row is
	// taken to be whole.
	RowInfo RowInfo
}

// A RowInfo knows which rows were read in part. It must be safe for concurrent use.
type RowInfo interface {
	// Partial reports whether a field of row, a pointer to the class's type, was
	// not read, or not in full. A decision that needs a partial field is an error,
	// unless the field is a relation, which is fetched. The field "" means any
	// field that is not a relation: methods may use all of them.
	Partial(row any, field string) bool
}

// A Relation is a field of a class that refers to instances of another class.
//
// The keys decide which instances are related. What the field holds is used only
// if it fits them: the Links hold, or for a relation with a ForeignKey and without
// Links, the foreign key is the key of the instance. Otherwise the relation is
// fetched, and if the foreign key is nil or zero, it is nil.
type Relation struct {
	Name       string       // the Go field
	Many       bool         // the field is a slice; nil means not loaded
	Target     reflect.Type // the struct type that the field refers to
	ForeignKey []string     // Go fields of the owner that hold the target's key; empty if the target holds the key
	Links      []Link       // fields that are equal in related instances

	// Required promises that for every foreign key that is neither nil nor zero there is a
	// row, and that rules may see it: a foreign key constraint keeps it in the database, and
	// it is never soft-deleted nor left out by Fetch. Where a rule reads only its key, as in
	// expense.user.id = user.id, decisions and filters then read the foreign key, and
	// nothing is fetched. If the promise is not kept, such a rule takes a row that is not
	// there for one that is. It is for relations with a single ForeignKey, an integer or a
	// string of the type of the key.
	Required bool
}

// A Link is a field of a relation's owner and a field of its target that are equal
// in related instances.
type Link struct{ Owner, Target string }

// ClassOf returns the class of the Go type T. As an argument of a query, it
// means the class itself, never an instance.
func ClassOf[T any]() Class {
	return Class{Type: reflect.TypeFor[T]()}
}

// PolarClass returns Name, which is empty if the class has the name of its Go type, and
// Type. The method distinguishes a class from an instance among the arguments of a query.
func (c Class) PolarClass() (name string, t reflect.Type) { return c.Name, c.Type }

// host returns the class in the form that package host needs.
func (c Class) host() host.Class {
	h := host.Class{
		Name: c.Name, Type: c.Type, Key: c.Key, Aliases: c.Aliases,
		Extends: c.Extends, Constructor: c.Constructor, Fetch: c.Fetch, RowInfo: c.RowInfo,
	}
	for _, r := range c.Relations {
		spec := host.RelationSpec{Name: r.Name, Many: r.Many, Target: r.Target, ForeignKey: r.ForeignKey, Required: r.Required}
		for _, l := range r.Links {
			spec.Links = append(spec.Links, host.LinkSpec(l))
		}
		h.Relations = append(h.Relations, spec)
	}
	return h
}

// structType returns the class's type without pointers.
func (c Class) structType() reflect.Type { return host.Deref(c.Type) }
