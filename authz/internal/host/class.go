package host

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"strconv"

	"github.com/ursa-authz/ursa/authz/polar/schema"
)

// This file defines Class, the registration of a Go type, and ClassInfo, which is made from
// it.

// A Class registers a Go type with the policy language. Only Type is needed.
type Class struct {
	Name        string            // the name in policies; the type's own name when empty
	Type        reflect.Type      // a pointer type stands for its element
	Key         []string          // Go names of the fields that identify an instance; dotted paths reach into structs
	Aliases     map[string]string // further attribute names, each with the Go name or dotted path of its field
	Relations   []RelationSpec
	Extends     []reflect.Type // registered types that Type embeds and is a subtype of
	Constructor any            // func(...) T, *T, (T, error) or (*T, error); may take a leading context.Context
	// Fetch returns the rows of a relation that is not loaded. Row is a pointer to the
	// object. The result is the row or a pointer to it, nil when there is no row, or a slice.
	Fetch func(ctx context.Context, row any, relation string) (any, error)
	// RowInfo knows what of a row was not read; nil if every row is whole.
	RowInfo RowInfo
}

// A RowInfo knows what of a row was not read. It must be safe for concurrent use.
type RowInfo interface {
	// Partial reports whether a field of row, a pointer to the object, was not read, or not
	// in full. The field "" means any field that is not a relation.
	Partial(row any, field string) bool
}

// A RelationSpec registers a field that holds another row, or a slice of rows.
type RelationSpec struct {
	Name       string       // Go name of the field
	Many       bool         // whether it is a slice
	Target     reflect.Type // type of the rows
	ForeignKey []string     // Go names of the fields that hold the row's key, for belongs-to
	Links      []LinkSpec   // fields that are equal in related rows; for belongs-to, the key of the target if empty
	Required   bool         // a row exists for every foreign key that is not nil or zero
}

// A ClassInfo is a class as the engine knows it. It is immutable and safe for concurrent use.
type ClassInfo struct {
	ID        int // dense from 0; the built-in classes come first
	Name      string
	Plan      *Plan        // nil for an interface
	Type      reflect.Type // never a pointer
	Interface bool
	Builtin   Kind         // the kind whose values are of a built-in class; Nil for a registered class
	Supers    []*ClassInfo // all supertypes, most specific first; the built-in class of the kind last
	Members   []*ClassInfo // for an interface, the registered classes that implement it, in order of registration

	HasConstructor bool // whether new Name(...) is allowed

	reg      *Registry
	ctor     *Method
	spec     Class
	isa      map[*ClassInfo]bool
	external *schema.Class // of a class of another program, what is known of it; else nil
	extends  []reflect.Type
}

// Constructor returns the constructor, or nil when there is none. Its In lists the arguments
// it takes; [Registry.New] calls it.
func (c *ClassInfo) Constructor() *Method { return c.ctor }

// IsA reports whether every value of class c is also one of class d.
func (c *ClassInfo) IsA(d *ClassInfo) bool { return c == d || c.isa[d] }

// A ClassRef represents a class in Go code, as an argument of a method or in an answer.
type ClassRef struct{ info *ClassInfo }

// PolarClass returns the name of the class and its Go type. A ClassRef that is passed to a
// policy therefore becomes the class again.
func (c ClassRef) PolarClass() (name string, t reflect.Type) { return c.info.Name, c.info.Type }

// String returns the name of the class.
func (c ClassRef) String() string { return c.info.Name }

// classValue is the interface of authz.ClassOf's result: a class, not an instance of it.
type classValue interface {
	PolarClass() (name string, t reflect.Type)
}

var classValueType = reflect.TypeFor[classValue]()

// builtinClasses returns the classes of the kinds, in the order of their ids.
func builtinClasses() []*ClassInfo {
	var cs []*ClassInfo
	for _, p := range enginePlans[:numBuiltins] {
		cs = append(cs, &ClassInfo{ID: p.ID, Name: kindNames[p.Kind], Plan: p, Type: p.Type, Builtin: p.Kind})
	}
	return cs
}

// addClasses checks the classes and makes their ClassInfos.
func (r *Registry) addClasses(classes []Class) error {
	var errs []error
	for i := range classes {
		if err := r.addClass(classes[i]); err != nil {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// Deref returns the type that t points to, after all pointers; t may be nil. A pointer type
// that points to itself stays a pointer.
func Deref(t reflect.Type) reflect.Type {
	for n := 0; n < maxNesting && t != nil && t.Kind() == reflect.Pointer; n++ {
		t = t.Elem()
	}
	return t
}

// addClass makes the ClassInfo of one class.
func (r *Registry) addClass(c Class) error {
	t := c.Type
	if t == nil {
		return errorf(CodeClass, "class %q has no Go type", c.Name)
	}
	for n := 0; n < maxNesting && t.Kind() == reflect.Pointer && t.Name() == ""; n++ {
		t = t.Elem()
	}
	if c.Name == "" {
		c.Name = t.Name()
		switch {
		case c.Name == "":
			return errorf(CodeClass, "type %s has no name (set Class.Name)", t)
		case !isSymbol(c.Name):
			return errorf(CodeClass, "the name of type %s cannot be written in a policy (set Class.Name)", t)
		}
	}
	if why := refuseClass(c.Name, t); why != "" {
		name := c.Name
		if !isSymbol(name) {
			name = strconv.Quote(name)
		}
		return errorf(CodeClass, "class %s (%s): %s", name, typeName(t), why)
	}
	if d := r.byName[c.Name]; d != nil {
		if d.Type == t {
			return errorf(CodeClass, "class %s (%s) is registered twice", c.Name, typeName(t))
		}
		return errorf(CodeClass, "two classes are named %s: %s and %s", c.Name, typeName(d.Type), typeName(t))
	}
	info := &ClassInfo{
		ID: len(r.classes), Name: c.Name, Type: t, Interface: t.Kind() == reflect.Interface,
		reg: r, spec: c, isa: map[*ClassInfo]bool{},
	}
	if first := r.primary[t]; first == nil {
		r.primary[t] = info
	} else if len(c.Key)+len(c.Aliases)+len(c.Relations)+len(c.Extends) > 0 || c.Fetch != nil {
		return errorf(CodeClass, "class %s is another name for class %s (%s); set key, aliases, relations, supertypes and Fetch on the first", c.Name, first.Name, typeName(t))
	}
	r.byName[c.Name] = info
	r.byType[t] = append(r.byType[t], info)
	r.classes = append(r.classes, info)
	if info.Interface {
		r.ifaces = append(r.ifaces, info)
	}
	return nil
}

// refuseClass returns why t cannot be a class of that name, or "".
func refuseClass(name string, t reflect.Type) string {
	union := name == "Actor" || name == "Resource"
	switch {
	case slices.Contains(kindNames[Bool:Instance], name):
		return "the name is that of a built-in class (set Class.Name to another name)"
	case !isSymbol(name) || isReserved(name):
		return "the name cannot be written in a policy (set Class.Name to another name)"
	case union && t.Kind() != reflect.Interface:
		return "the name is that of a built-in union, whose members only an interface can define (set Class.Name to another name)"
	case t.Kind() == reflect.Interface && t.NumMethod() == 0:
		return "every type implements an interface without methods (add a method to it)"
	case t.Name() != "" && t.PkgPath() == "":
		return "Go's predeclared types are already built-in classes"
	}
	if t.Kind() == reflect.Interface {
		return ""
	}
	if t.Kind() == reflect.Pointer {
		return "the type is a pointer to itself"
	}
	if _, ok := nullStruct(t); ok && t.PkgPath() == "database/sql" {
		return "policies already see such a type as the value inside it, or as nil"
	}
	if _, unusable := classify(t); unusable != "" {
		return unusable + " cannot be used in a policy"
	}
	return ""
}
