package host

import (
	"hash/maphash"
	"maps"
	"reflect"
	"runtime"
	"slices"
	"sync"
	"weak"
)

// This file defines Shared, which makes one Registry for equal lists of classes.
//
// Making the plans of a list of classes takes much longer than loading a small policy. A
// reload has the list of the load before it, and often several Authorizers of a program have
// the same. The registries in use are remembered by weak pointers, so the memory of one is
// freed with its last user, and then it is forgotten.

// registries remembers the registries that Shared made and that are in use.
var registries = struct {
	sync.Mutex
	seed   maphash.Seed
	byHash map[uint64][]weak.Pointer[Registry]
}{seed: maphash.MakeSeed(), byHash: make(map[uint64][]weak.Pointer[Registry])}

// Shared returns the registry of the classes: one that an earlier call made for an equal
// list, if it is still in use, or else a new one that satisfies check. Lists are equal if
// NewRegistry makes the same of them; functions are equal if they are known to be the same
// closure. The
// error is that of NewRegistry or of check. Shared may be called concurrently.
func Shared(classes []Class, check func(*Registry) error) (*Registry, error) {
	hash := hashClasses(classes)
	if r := findShared(hash, classes); r != nil {
		return r, nil
	}
	specs := make([]Class, len(classes))
	for i := range classes {
		specs[i] = classes[i].clone()
	}
	r, err := NewRegistry(specs)
	if err == nil {
		err = check(r)
	}
	if err != nil {
		return nil, err
	}
	r.specs = specs
	r.names = slices.Sorted(maps.Keys(r.byName))
	return publish(hash, r), nil
}

// hashClasses returns a hash that equal lists have in common.
func hashClasses(classes []Class) uint64 {
	var h maphash.Hash
	h.SetSeed(registries.seed)
	for i := range classes {
		h.WriteString(classes[i].Name)
		if t := classes[i].Type; t != nil {
			maphash.WriteComparable(&h, t)
		}
	}
	return h.Sum64()
}

// findShared returns the registry of a list with that hash, or nil.
func findShared(hash uint64, classes []Class) *Registry {
	registries.Lock()
	defer registries.Unlock()
	return lockedFind(hash, classes)
}

func lockedFind(hash uint64, classes []Class) *Registry {
	for _, w := range registries.byHash[hash] {
		if r := w.Value(); r != nil && slices.EqualFunc(r.specs, classes, sameClass) {
			return r
		}
	}
	return nil
}

// publish remembers r until nobody uses it. It returns the registry that another goroutine
// has published for an equal list in the meantime, if there is one, else r.
func publish(hash uint64, r *Registry) *Registry {
	registries.Lock()
	defer registries.Unlock()
	if known := lockedFind(hash, r.specs); known != nil {
		return known
	}
	registries.byHash[hash] = append(registries.byHash[hash], weak.Make(r))
	runtime.AddCleanup(r, forget, hash)
	return r
}

// forget removes the registries with that hash that nobody uses.
func forget(hash uint64) {
	registries.Lock()
	defer registries.Unlock()
	left := slices.DeleteFunc(registries.byHash[hash], func(w weak.Pointer[Registry]) bool { return w.Value() == nil })
	if len(left) > 0 {
		registries.byHash[hash] = left
	} else {
		delete(registries.byHash, hash)
	}
}

// clone returns a copy that shares nothing that the caller could change.
func (c Class) clone() Class {
	c.Key = slices.Clone(c.Key)
	c.Aliases = maps.Clone(c.Aliases)
	c.Extends = slices.Clone(c.Extends)
	c.Relations = slices.Clone(c.Relations)
	for i := range c.Relations {
		r := &c.Relations[i]
		r.ForeignKey, r.Links = slices.Clone(r.ForeignKey), slices.Clone(r.Links)
	}
	return c
}

// sameClass reports whether a registry cannot tell a from b.
func sameClass(a, b Class) bool {
	return a.Name == b.Name && a.Type == b.Type &&
		slices.Equal(a.Key, b.Key) && maps.Equal(a.Aliases, b.Aliases) && slices.Equal(a.Extends, b.Extends) &&
		slices.EqualFunc(a.Relations, b.Relations, sameRelation) &&
		sameFunc(a.Fetch, b.Fetch) && sameConstructor(a.Constructor, b.Constructor) && sameRowInfo(a.RowInfo, b.RowInfo)
}

func sameRelation(a, b RelationSpec) bool {
	return a.Name == b.Name && a.Many == b.Many && a.Required == b.Required && a.Target == b.Target &&
		slices.Equal(a.ForeignKey, b.ForeignKey) && slices.Equal(a.Links, b.Links)
}

func sameConstructor(a, b any) bool {
	ta, tb := reflect.TypeOf(a), reflect.TypeOf(b)
	if ta != tb || ta == nil {
		return ta == tb
	}
	return ta.Kind() == reflect.Func && sameFunc(a, b)
}

func sameRowInfo(a, b RowInfo) bool {
	if a == nil || b == nil {
		return a == nil && b == nil
	}
	return reflect.ValueOf(a).Comparable() && reflect.ValueOf(b).Comparable() && a == b
}
