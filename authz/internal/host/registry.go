package host

import (
	"errors"
	"maps"
	"reflect"
	"slices"
	"sync"
)

// This file defines Registry, the classes of a policy and the plans of all types they lead to.

// A Registry holds the registered classes and the plans of Go types. NewRegistry fixes the
// classes; plans of types that are met later, behind interfaces, are added to a cache. A
// Registry is safe for concurrent use.
type Registry struct {
	classes []*ClassInfo // by ID
	ifaces  []*ClassInfo // those of classes that are interfaces, in order of registration
	byName  map[string]*ClassInfo
	byType  map[reflect.Type][]*ClassInfo // in order of registration
	primary map[reflect.Type]*ClassInfo   // the first class of each type

	plans map[reflect.Type]*Plan // made by NewRegistry
	made  []*Plan                // the same plans by ID
	types typeTable              // how to read arguments of their types
	specs []Class                // what Shared made it from
	names []string               // of all classes, sorted

	externalConstants map[string]bool // names of constants of other programs; see AddExternal

	derived sync.Map // see Derived

	mu        sync.Mutex // serializes the making of later plans
	latePlans sync.Map   // reflect.Type: *Plan
	lateTypes sync.Map   // reflect.Type: *typeEntry
}

// NewRegistry returns a Registry of the classes. Its error joins one [*Error] for each
// problem with them.
//
// An attribute name finds, in this order: the field tagged `polar:"name"`, the field with
// exactly that Go name, the one exported field with that snake_case spelling, the field that
// Class.Aliases gives. A field tagged `polar:"-"` has no name. Methods are found by their Go
// name or its snake_case spelling.
func NewRegistry(classes []Class) (*Registry, error) {
	r := &Registry{
		classes: builtinClasses(),
		byName:  map[string]*ClassInfo{},
		byType:  map[reflect.Type][]*ClassInfo{},
		primary: map[reflect.Type]*ClassInfo{},
		plans:   map[reflect.Type]*Plan{},
	}
	for _, c := range r.classes {
		r.byName[c.Name] = c
	}
	if err := r.addClasses(classes); err != nil {
		return nil, err
	}
	if err := r.link(); err != nil {
		return nil, err
	}
	b := &builder{r: r, plans: map[reflect.Type]*Plan{}, early: true}
	for _, t := range predeclared {
		b.plan(t)
	}
	for _, c := range r.classes[numBuiltins:] {
		if !c.Interface {
			c.Plan = b.plan(c.Type)
		}
	}
	b.finish()
	for _, c := range r.classes[numBuiltins:] {
		b.bindConstructor(c)
	}
	b.finish()
	if err := errors.Join(b.errs...); err != nil {
		return nil, err
	}
	r.plans, r.made = b.plans, b.made
	r.types = newTypeTable(b)
	return r, nil
}

// predeclared are the types that are common as arguments of queries.
var predeclared = []reflect.Type{
	reflect.TypeFor[bool](), reflect.TypeFor[string](), reflect.TypeFor[float32](), reflect.TypeFor[float64](),
	reflect.TypeFor[int](), reflect.TypeFor[int8](), reflect.TypeFor[int16](), reflect.TypeFor[int32](), reflect.TypeFor[int64](),
	reflect.TypeFor[uint](), reflect.TypeFor[uint8](), reflect.TypeFor[uint16](), reflect.TypeFor[uint32](), reflect.TypeFor[uint64](),
	reflect.TypeFor[uintptr](), reflect.TypeFor[[]string](), reflect.TypeFor[[]any](), reflect.TypeFor[map[string]any](), timeType,
}

// Class returns the class of that name, built-in classes included, or nil.
func (r *Registry) Class(name string) *ClassInfo { return r.byName[name] }

// ClassByID returns the class with that ID, which must be at least 0 and below NumClasses.
func (r *Registry) ClassByID(id int) *ClassInfo { return r.classes[id] }

// ClassOf returns the first class registered for t, after following pointers, or nil.
func (r *Registry) ClassOf(t reflect.Type) *ClassInfo {
	return r.primary[Deref(t)]
}

// ClassNames returns the names of all classes, sorted. The caller must not modify the slice.
func (r *Registry) ClassNames() []string {
	if r.names == nil { // made by Described
		return slices.Sorted(maps.Keys(r.byName))
	}
	return r.names
}

// Derived returns what derive returned for the key, for other packages that compute something
// from all classes of a registry: once, and not for every policy. Keys are of types of their
// own. Derive may be called more than once if goroutines ask at the same time.
func (r *Registry) Derived(key any, derive func() any) any {
	if x, ok := r.derived.Load(key); ok {
		return x
	}
	x, _ := r.derived.LoadOrStore(key, derive())
	return x
}

// NumClasses returns the number of classes, built-in ones included.
func (r *Registry) NumClasses() int { return len(r.classes) }

// NumPlans returns the number of plans that have an ID.
func (r *Registry) NumPlans() int { return len(enginePlans) + len(r.made) }

// PlanByID returns the plan with that ID, which must be at least 0 and below NumPlans.
func (r *Registry) PlanByID(id int) *Plan {
	if id < len(enginePlans) {
		return enginePlans[id]
	}
	return r.made[id-len(enginePlans)]
}

// PlanOf returns the plan of values of type t, after following pointers and sql.Null*. It
// returns nil for interfaces, whose values have the plan of their dynamic type. A new type
// gets a plan whose ID is -1.
func (r *Registry) PlanOf(t reflect.Type) *Plan {
	if p := r.knownPlan(t); p != nil { // without the lock of the builder
		return p
	}
	return r.loaderOf(t).plan
}

// knownPlan returns the plan of t if it is complete, else nil.
func (r *Registry) knownPlan(t reflect.Type) *Plan {
	if p := r.plans[t]; p != nil {
		return p
	}
	if p, ok := r.latePlans.Load(t); ok {
		return p.(*Plan)
	}
	return nil
}

// loaderOf returns the loader of variables of type t and makes plans for new types.
func (r *Registry) loaderOf(t reflect.Type) (l loader) {
	r.build(func(b *builder) { l = b.loaderFor(t) })
	return l
}

// build runs f with a builder, completes the plans that it made, and then publishes them.
func (r *Registry) build(f func(b *builder)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	b := &builder{r: r, plans: map[reflect.Type]*Plan{}}
	f(b)
	b.finish()
	for t, p := range b.plans {
		r.latePlans.Store(t, p)
	}
}
