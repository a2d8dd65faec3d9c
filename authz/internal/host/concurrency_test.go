package host

import (
	"context"
	"slices"
	"sync"
	"testing"
)

// late is a type that a registry first meets in a query.
type late[T any] struct {
	V    T
	Self *late[T]
	Many [][]T
	Any  any
}

func (l *late[T]) Value() T { return l.V }

// TestConcurrent uses one registry from many goroutines, all of which meet the same new
// types.
func TestConcurrent(t *testing.T) {
	const goroutines = 64
	r := registry(t, classFor[Account](), classFor[Clerk](extends[Person]()), classFor[Person](), classFor[Actor](),
		classFor[Small](madeBy(func(n int) *Small { return &Small{n} })))
	clerk := &Clerk{Person: Person{ID: 3}, Desk: "d"}
	fresh := []any{
		&late[int]{V: 1}, late[string]{V: "a"}, &late[float64]{V: 1.5}, &late[UUID]{}, []late[int8]{{V: 1}}, map[string]late[int16]{"a": {}},
		&late[*Account]{V: &Account{ID: 9}}, late[[]int]{V: []int{1}}, &late[any]{V: 1},
	}
	plans := make([][]*Plan, goroutines)
	start := make(chan struct{})
	var wg sync.WaitGroup
	for g := range goroutines {
		wg.Go(func() {
			<-start
			fail := func(err error) {
				if err != nil {
					t.Error(err)
				}
			}
			for i := range fresh {
				x := fresh[(i+g)%len(fresh)]
				v, err := r.ValueOf(x)
				fail(err)
				if v.Kind() == Instance {
					for _, name := range v.Plan.AttrNames() {
						_, err := v.Plan.Attr(name).Load(v.Ptr)
						fail(err)
					}
					m := v.Plan.Method("value")
					_, _, err := m.Call(context.Background(), v, nil)
					fail(err)
				}
				_, err = r.ToGo(v)
				fail(err)
			}
			for _, x := range fresh {
				v, err := r.ValueOf(x)
				fail(err)
				plans[g] = append(plans[g], v.Plan)
			}
			v, err := r.ValueOf(clerk)
			fail(err)
			id, err := v.Plan.Attr("id").Load(v.Ptr)
			fail(err)
			if w, _, err := v.Plan.Method("actor_id").Call(t.Context(), v, nil); err != nil || w.Int() != id.Int() {
				t.Errorf("actor_id is %s, %v", Print(w), err)
			}
			made, err := r.New(t.Context(), r.Class("Small"), []Value{MakeInt(int64(g))}, nil)
			fail(err)
			if made.Plan != r.Class("Small").Plan {
				t.Error("new Small is something else")
			}
		})
	}
	close(start)
	wg.Wait()
	for g := range goroutines {
		if !slices.Equal(plans[g], plans[0]) {
			t.Fatalf("goroutine %d got other plans", g)
		}
	}
	for i, p := range plans[0] {
		if p.ID != -1 {
			t.Errorf("the plan of %T, which is late, has id %d", fresh[i], p.ID)
		}
	}
	if v := attr(t, value(t, r, fresh[6]), "v"); Target[Account](v.Ptr) != fresh[6].(*late[*Account]).V || v.Plan != r.Class("Account").Plan {
		t.Error("a late plan does not lead to the class")
	}
}
