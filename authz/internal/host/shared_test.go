package host

import (
	"context"
	"reflect"
	"runtime"
	"slices"
	"sync"
	"testing"
)

// sharedList returns a new list of classes, with something in every field of Class.
func sharedList(fetch func(context.Context, any, string) (any, error)) []Class {
	return []Class{
		{
			Type: reflect.TypeFor[Clerk](), Key: []string{"Desk"}, Aliases: map[string]string{"place": "Desk"},
			Extends: []reflect.Type{reflect.TypeFor[Person]()}, Fetch: fetch,
		},
		{Type: reflect.TypeFor[Person]()},
		{Type: reflect.TypeFor[Small](), Constructor: newSmall},
	}
}

var newSmall = func(n int) *Small { return &Small{n} }

func noCheck(*Registry) error { return nil }

// sharedRegistry returns the shared registry of a list.
func sharedRegistry(t *testing.T, classes []Class) *Registry {
	t.Helper()
	r, err := Shared(classes, noCheck)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestSharedTellsListsApart(t *testing.T) {
	if PureGo {
		t.Skip("without unsafe, closures cannot be compared")
	}
	n := 0
	fetch := func(context.Context, any, string) (any, error) { n++; return nil, nil }
	r := sharedRegistry(t, sharedList(fetch))
	if sharedRegistry(t, sharedList(fetch)) != r {
		t.Error("an equal list got another registry")
	}
	changes := map[string]func(cs []Class) []Class{
		"name":        func(cs []Class) []Class { cs[0].Name = "Other"; return cs },
		"type":        func(cs []Class) []Class { cs[2] = Class{Type: reflect.TypeFor[Account]()}; return cs },
		"key":         func(cs []Class) []Class { cs[0].Key = nil; return cs },
		"alias":       func(cs []Class) []Class { cs[0].Aliases["place"] = "ID"; return cs },
		"supertypes":  func(cs []Class) []Class { cs[0].Extends = nil; return cs },
		"constructor": func(cs []Class) []Class { cs[2].Constructor = func(n int) *Small { return &Small{n} }; return cs },
		"fetch": func(cs []Class) []Class {
			cs[0].Fetch = func(context.Context, any, string) (any, error) { n--; return nil, nil }
			return cs
		},
		"no fetch": func(cs []Class) []Class { cs[0].Fetch = nil; return cs },
		"rows":     func(cs []Class) []Class { cs[0].RowInfo = partialRows{}; return cs },
		"order":    func(cs []Class) []Class { cs[1], cs[2] = cs[2], cs[1]; return cs },
		"shorter":  func(cs []Class) []Class { return cs[:2] },
		"longer":   func(cs []Class) []Class { return append(cs, Class{Type: reflect.TypeFor[Account]()}) },
	}
	for what, change := range changes {
		if sharedRegistry(t, change(sharedList(fetch))) == r {
			t.Errorf("a list with another %s got the same registry", what)
		}
	}
	if sharedRegistry(t, sharedList(fetch)) != r { // r is still in use
		t.Error("the registry was forgotten")
	}
}

// A partialRows is a RowInfo that cannot be compared.
type partialRows struct{ fields []string }

func (p partialRows) Partial(_ any, field string) bool { return slices.Contains(p.fields, field) }

// TestSharedKeepsNothingOfTheCaller changes a list after its registry was made.
func TestSharedKeepsNothingOfTheCaller(t *testing.T) {
	if PureGo {
		t.Skip("without unsafe, closures cannot be compared")
	}
	cs := sharedList(nil)
	r := sharedRegistry(t, cs)
	cs[0].Aliases["seat"], cs[0].Key[0] = "Desk", "ID"
	if sharedRegistry(t, cs) == r {
		t.Error("the registry of a list was returned for what the list became")
	}
	if sharedRegistry(t, sharedList(nil)) != r {
		t.Error("the registry of the list is not found any more")
	}
}

func TestSharedRejects(t *testing.T) {
	refused := errorf(CodeClass, "no")
	cs := []Class{{Name: "Refused", Type: reflect.TypeFor[Person]()}}
	for range 2 {
		if r, err := Shared(cs, func(*Registry) error { return refused }); err != error(refused) || r != nil {
			t.Errorf("check failed: %v, %v", r, err)
		}
	}
	if _, err := Shared(append(cs, cs...), noCheck); err == nil {
		t.Error("a class was registered twice")
	}
	sharedRegistry(t, cs)
}

// TestSharedForgets tests that the memory of registries that nobody uses is freed.
func TestSharedForgets(t *testing.T) {
	cs := []Class{{Name: "Forgotten", Type: reflect.TypeFor[Person]()}}
	hash := hashClasses(cs)
	freed := make(chan struct{})
	func() {
		runtime.AddCleanup(sharedRegistry(t, cs), func(struct{}) { close(freed) }, struct{}{})
	}()
	remembered := func() int {
		registries.Lock()
		defer registries.Unlock()
		return len(registries.byHash[hash])
	}
	if remembered() != 1 {
		t.Fatal("the registry is not remembered")
	}
	for done := false; !done; runtime.GC() {
		select {
		case <-freed:
			done = true
		default:
		}
	}
	for remembered() > 0 { // the cleanups of one object run in any order
		runtime.Gosched()
	}
}

// TestSharedConcurrently tests that goroutines that ask at the same time get one registry.
func TestSharedConcurrently(t *testing.T) {
	cs := []Class{{Name: "Asked", Type: reflect.TypeFor[Person]()}}
	got := make([]*Registry, 32)
	start := make(chan struct{})
	var wg sync.WaitGroup
	for i := range got {
		wg.Go(func() {
			<-start
			got[i], _ = Shared(cs, noCheck)
		})
	}
	close(start)
	wg.Wait()
	for _, r := range got {
		if r == nil || r != got[0] {
			t.Fatalf("registries %p and %p", got[0], r)
		}
	}
}
