package host

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"strconv"
)

// This file defines Class, what is registered of a Go type, and ClassInfo, what becomes of it.

// A Class tells the policy language of a Go type. Only Type is needed.
type Class struct {
	Name        string            // in the policy language; the type's own name when empty
	Type        reflect.Type      // a pointer type stands for its element
	Key         []string          // Go names of the fields that tell instances apart; dotted paths reach into structs
	Aliases     map[string]string // further attribute names, each with the Go name or dotted path of its field
	Relations   []RelationSpec
	Extends     []reflect.Type // registered types that Type embeds and is a subtype of
	Constructor any            // func(...) T, *T, (T, error) or (*T, error); may take a leading context.Context
	// Fetch returns the rows of a relation that is not loaded. Row is a pointer to the object;
	// the result is the row or a pointer to it, nil when there is none, or a slice.
	Fetch func(ctx context.Context, row any, relation string) (any, error)
}

// A RelationSpec registers a field that holds another row, or a slice of rows.
type RelationSpec struct {
	Name       string       // Go name of the field
	Many       bool         // whether it is a slice
	Target     reflect.Type // type of the rows
	ForeignKey []string     // Go names of the fields that hold the row's key, for belongs-to
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

	HasConstructor bool // whether new Name(...) is possible

	reg     *Registry
	ctor    *Method
	spec    Class
	isa     map[*ClassInfo]bool
	extends []reflect.Type
}

// Constructor returns the constructor, nil when there is none. Its In says what arguments
// it takes; it is called by [Registry.New].
func (c *ClassInfo) Constructor() *Method { return c.ctor }

// IsA reports whether every value of class c is also one of class d.
func (c *ClassInfo) IsA(d *ClassInfo) bool { return c == d || c.isa[d] }

// A ClassRef is what a class is to Go code: the argument of a method, or an answer.
type ClassRef struct{ info *ClassInfo }

// PolarClass returns the name of the class and its Go type, so that a ClassRef given to a
// policy is the class again.
func (c ClassRef) PolarClass() (name string, t reflect.Type) { return c.info.Name, c.info.Type }

// String returns the name of the class.
func (c ClassRef) String() string { return c.info.Name }

// classValue is what authz.ClassOf returns: a class, not an instance of it.
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

// addClasses checks the classes one by one and makes their ClassInfos.
func (r *Registry) addClasses(classes []Class) error {
	var errs []error
	for i := range classes {
		if err := r.addClass(classes[i]); err != nil {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// Deref returns the type that t leads to over pointers; t may be nil. A pointer type
// that leads to itself stays a pointer.
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
			return errorf(CodeClass, "the type %s has no name of its own: give the class a Name", t)
		case !isSymbol(c.Name):
			return errorf(CodeClass, "the name of the type %s cannot be written in a policy: give the class a Name", t)
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
		return errorf(CodeClass, "class %s is another name for class %s (%s): key, aliases, relations, supertypes and Fetch belong to the first", c.Name, first.Name, typeName(t))
	}
	r.byName[c.Name] = info
	r.byType[t] = append(r.byType[t], info)
	r.classes = append(r.classes, info)
	return nil
}

// refuseClass returns why t cannot be the class of that name, or "".
func refuseClass(name string, t reflect.Type) string {
	union := name == "Actor" || name == "Resource"
	switch {
	case slices.Contains(kindNames[Bool:Instance], name):
		return "the name is that of a built-in class"
	case !isSymbol(name) || reserved[name]:
		return "the name cannot be written in a policy"
	case union && t.Kind() != reflect.Interface:
		return "the name is that of a built-in union, and only an interface can say who its members are"
	case t.Kind() == reflect.Interface && t.NumMethod() == 0:
		return "an interface without methods would have every class as a member"
	case t.Name() != "" && t.PkgPath() == "":
		return "Go's predeclared types are the built-in classes already"
	}
	if t.Kind() == reflect.Interface {
		return ""
	}
	if t.Kind() == reflect.Pointer {
		return "the type is its own pointer"
	}
	if _, ok := nullStruct(t); ok && t.PkgPath() == "database/sql" {
		return "in a policy it is the value inside, or nil"
	}
	if _, unusable := classify(t); unusable != "" {
		return unusable + " cannot be used in a policy"
	}
	return ""
}
