package authztest

// This file defines Equivalent, which compares lists with decisions.
//
// The database evaluates the filter of a list, and the policy makes a decision in memory.
// Both must agree on every row, including rows that nobody thought of. So Equivalent adds
// rows on which databases and programs often differ: missing values, texts that differ in
// case or in a trailing space, numbers at the ends of their ranges, two rows that differ
// only in the key, and every value that occurs elsewhere in the data.

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"github.com/ursa-authz/ursa/authz"
	"github.com/ursa-authz/ursa/authz/internal/host"
)

// A Lister gives [Equivalent] access to rows. The contexts that it gets carry the
// Authorizer and, for List, the actor, as with [authz.NewContext].
type Lister interface {
	// Rows returns all rows of class, without authorization, as pointers to structs of
	// class.Type.
	Rows(ctx context.Context, class authz.Class) ([]any, error)

	// List returns the rows of class on which actor may do action, also as pointers, in the
	// same way as the application lists them.
	List(ctx context.Context, actor any, action string, class authz.Class) ([]any, error)

	// Add stores a new row of class, a pointer to a struct of class.Type. If the key is
	// zero, Add assigns one. An error means that the row cannot be stored, for example
	// because of a constraint, and that nothing has changed.
	Add(ctx context.Context, class authz.Class, row any) error
}

// maxHostile bounds the number of rows that Equivalent adds.
const maxHostile = 400

var comparedRows = flag.Int("authztest.rows", 2000,
	"how many rows of each list authztest.Equivalent compares with decisions; 0 compares all")

// The times at which Equivalent reports how far it is, and how long before the deadline of the
// test it stops.
const (
	progressEvery = 5 * time.Second
	stopBefore    = 5 * time.Second
)

// Equivalent adds hostile rows of class to the existing ones. For each of the actors and
// actions it reports an error if the list does not have exactly the rows that single
// decisions allow. The rows stay, so use a store for tests, or a transaction that is rolled
// back.
//
// Rows are identified by class.Key, or else by the fields tagged `polar:",id"`, or else by
// the field ID. New rows have zero integer keys, and other keys are random. Fields that
// hold other rows are nil, as in a row that was just read. Foreign keys are treated like
// other fields. It is an error if there are no rows to begin with, or if all lists are
// empty.
//
// In a table with more than 2,000 rows, it makes decisions about the rows that it added and a
// sample of the others, the same in each run; the flag -authztest.rows changes this number,
// and 0 means all. It logs every five seconds how far it is, and stops with an error shortly
// before the deadline of the test.
func Equivalent(t testing.TB, az *authz.Authorizer, lister Lister, class authz.Class, actors []any, actions []string) {
	t.Helper()
	if az == nil || lister == nil {
		t.Fatal("authztest: the Authorizer or the Lister is nil")
	}
	if len(actors) == 0 || len(actions) == 0 {
		t.Fatal("authztest: there are no actors or no actions, so there are no lists to compare")
	}
	e := &equivalence{t: t, az: az, lister: lister, class: class}
	if e.key = keyOf(class); e.key == nil {
		t.Fatalf("authztest: %v has no key (set Class.Key)", class.Type)
	}
	before := e.rows()
	if len(before.list) == 0 {
		t.Fatalf("authztest: there are no rows of %v to begin with (add some before the call)", class.Type)
	}
	added, refused := e.add(before, actors)
	rows := e.rows()
	compared := sample(before, rows, *comparedRows)
	listed, lists := 0, len(actors)*len(actions)
	said := time.Now()
	for i, actor := range actors {
		for j, action := range actions {
			done := i*len(actions) + j
			if d, ok := t.(interface{ Deadline() (time.Time, bool) }); ok {
				if at, ok := d.Deadline(); ok && time.Until(at) < stopBefore {
					t.Errorf("stopped before the deadline of the test, after %d of %d lists (raise -timeout, or compare fewer rows with -authztest.rows)", done, lists)
					return
				}
			}
			if time.Since(said) > progressEvery {
				said = time.Now()
				t.Logf("compared %d of %d lists", done, lists)
			}
			listed += e.compare(rows, compared, i, actor, action)
		}
	}
	some := ""
	if len(compared) < len(rows.list) {
		some = fmt.Sprintf(", and %d were compared with decisions", len(compared))
	}
	t.Logf("%d rows of %v, of which %d were added (%d more were rejected)%s; %d listed in %d lists",
		len(rows.list), class.Type, added, refused, some, listed, lists)
	switch {
	case added == 0:
		t.Errorf("all %d hostile rows were rejected", refused)
	case listed == 0:
		t.Error("all lists are empty, so the comparison shows nothing")
	}
}

// sample returns at most about n of the rows: those that are not in before, and a sample of the
// others.
func sample(before, rows rowSet, n int) []any {
	if n <= 0 || len(rows.list) <= n {
		return rows.list
	}
	var chosen, others []any
	for _, key := range rows.keys {
		if row := rows.byKey[key]; before.byKey[key] == nil {
			chosen = append(chosen, row)
		} else {
			others = append(others, row)
		}
	}
	random := rand.New(rand.NewPCG(1, 2))
	random.Shuffle(len(others), func(i, j int) { others[i], others[j] = others[j], others[i] })
	return append(chosen, others[:min(len(others), max(0, n-len(chosen)))]...)
}

// An equivalence is the state of one call of Equivalent.
type equivalence struct {
	t      testing.TB
	az     *authz.Authorizer
	lister Lister
	class  authz.Class
	key    [][]int // index paths of the key's fields
}

func (e *equivalence) context(actor any) context.Context {
	return authz.NewContext(e.t.Context(), e.az, actor)
}

// A rowSet holds all rows, in the order of the store and by key.
type rowSet struct {
	list  []any
	keys  []any // in the order of list
	byKey map[any]any
}

// rows returns all rows.
func (e *equivalence) rows() rowSet {
	e.t.Helper()
	list, err := e.lister.Rows(e.context(nil), e.class)
	if err != nil {
		e.t.Fatalf("reading all rows of %v: %v", e.class.Type, err)
	}
	rows := rowSet{list: list, byKey: make(map[any]any, len(list))}
	for _, row := range list {
		key := e.keyOf(row)
		if rows.byKey[key] != nil {
			e.t.Fatalf("two rows of %v have the key %v", e.class.Type, key)
		}
		rows.byKey[key] = row
		rows.keys = append(rows.keys, key)
	}
	return rows
}

// keyOf returns the key of a row as a comparable value.
func (e *equivalence) keyOf(row any) any {
	e.t.Helper()
	v := reflect.ValueOf(row)
	if want := host.Deref(e.class.Type); v.Kind() != reflect.Pointer || v.IsNil() || v.Elem().Type() != want {
		e.t.Fatalf("authztest: the Lister returned a %T, want a *%v", row, want)
	}
	parts := make([]any, len(e.key))
	for i, index := range e.key {
		f := v.Elem().FieldByIndex(index)
		for f.Kind() == reflect.Pointer && !f.IsNil() {
			f = f.Elem()
		}
		parts[i] = f.Interface()
	}
	if len(parts) == 1 && reflect.ValueOf(parts[0]).Comparable() {
		return parts[0]
	}
	return fmt.Sprintf("%v", parts)
}

// add adds hostile rows, and returns how many were stored and how many were rejected.
func (e *equivalence) add(rows rowSet, actors []any) (added, refused int) {
	h := newHostile(host.Deref(e.class.Type), e.key, rows.list, actors)
	for _, row := range h.rows(maxHostile, rand.New(rand.NewPCG(1, 2))) {
		if err := e.lister.Add(e.context(nil), e.class, row); err != nil {
			refused++
		} else {
			added++
		}
	}
	return added, refused
}

// maxShown bounds the number of differing rows that are shown for one list.
const maxShown = 3

// compare compares the list of actors[i] with decisions about the rows in compared, and
// returns the number of rows on it.
func (e *equivalence) compare(rows rowSet, compared []any, i int, actor any, action string) (listed int) {
	e.t.Helper()
	ctx := e.context(actor)
	list, err := e.lister.List(ctx, actor, action, e.class)
	if err != nil {
		e.t.Errorf("the list of %v on which actors[%d], a %T, may do %q: %v", e.class.Type, i, actor, action, err)
		return 0
	}
	on := make(map[any]bool, len(list))
	shown := 0
	report := func(key, row any, problem string) {
		e.t.Helper()
		if shown++; shown <= maxShown {
			e.t.Errorf("%v with the key %v %s\n%s", e.class.Type, key, problem, explain(ctx, e.az, question{actor: actor, action: action, resource: row}, nil))
		}
	}
	for _, row := range list {
		key := e.keyOf(row)
		switch {
		case on[key]:
			report(key, row, "is on the list twice")
		case rows.byKey[key] == nil:
			report(key, row, "is on the list, but not among all rows")
		}
		on[key] = true
	}
	for _, row := range compared {
		key := e.keyOf(row)
		switch ok, err := e.az.IsAllowed(ctx, actor, action, row); {
		case err != nil:
			report(key, row, "is undecided, but the list has no error")
		case ok && !on[key]:
			report(key, row, "is allowed, but not on the list")
		case !ok && on[key]:
			report(key, row, "is on the list, but not allowed")
		}
	}
	if shown > maxShown {
		e.t.Errorf("%d more rows of %v differ", shown-maxShown, e.class.Type)
	}
	return len(on)
}

// maxPointers is how many pointers to a value are followed: type P *P never ends.
const maxPointers = 32

// keyOf returns the index paths of the fields that identify rows of a class, or nil.
func keyOf(class authz.Class) [][]int {
	t := host.Deref(class.Type)
	if t == nil || t.Kind() != reflect.Struct {
		return nil
	}
	names := class.Key
	if len(names) == 0 {
		for _, f := range host.TaggedKey(t) {
			names = append(names, f.Name)
		}
	}
	if len(names) == 0 {
		names = []string{"ID"}
	}
	var key [][]int
	for _, name := range names {
		f, ok := t.FieldByName(name)
		if !ok || !f.IsExported() {
			return nil
		}
		key = append(key, f.Index)
	}
	return key
}
