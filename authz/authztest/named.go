package authztest

// This file defines Named, a value with its name in a table.

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/ursa-authz/ursa/authz"
	"github.com/ursa-authz/ursa/authz/internal/host"
)

// A Named is an actor or a resource and its name in a table. Make it with [Name].
type Named struct {
	name   string
	value  any
	fields []namedField
}

// A namedField is a field that is decided for an action, or for all of them if action is "".
type namedField struct{ name, action string }

// Name gives a value a name. The value is an actor or a resource: a row, a class
// ([authz.ClassOf]), an *http.Request, or anything else that decisions are about.
func Name(name string, value any) Named { return Named{name: name, value: value} }

// Fields returns n as a resource whose fields are decided too: for each action that is done
// on the resource, and each of these fields, by allow_field.
//
// If fields are decided for some of the actions only, use [Named.FieldsFor], which leaves out the
// other lines.
func (n Named) Fields(fields ...string) Named { return n.addFields("", fields) }

// FieldsFor returns n as a resource whose fields are decided for one action, by allow_field. For
// the other actions of the table they are not.
func (n Named) FieldsFor(action string, fields ...string) Named { return n.addFields(action, fields) }

func (n Named) addFields(action string, fields []string) Named {
	n.fields = slices.Clone(n.fields)
	for _, f := range fields {
		n.fields = append(n.fields, namedField{f, action})
	}
	return n
}

// fieldsFor returns the fields that are decided for an action, each once.
func (n Named) fieldsFor(action string) []string {
	var list []string
	for _, f := range n.fields {
		if (f.action == "" || f.action == action) && !slices.Contains(list, f.name) {
			list = append(list, f.name)
		}
	}
	return list
}

// ByName gives the values of a map the names that are their keys, in the order of these names.
func ByName(values map[string]any) []Named {
	var list []Named
	for _, name := range slices.Sorted(maps.Keys(values)) {
		list = append(list, Name(name, values[name]))
	}
	return list
}

// Stored returns the rows of the classes that lister has, for [Diff] and [Matrix]. Their names
// are those of the class and the key, such as "Expense 7", and they are in the order of the
// store.
func Stored(t testing.TB, az *authz.Authorizer, lister Lister, classes ...authz.Class) []Named {
	t.Helper()
	var list []Named
	for _, class := range classes {
		key := keyOf(class)
		if key == nil {
			t.Fatalf("authztest: %v has no key (set Class.Key)", class.Type)
		}
		rows, err := lister.Rows(authz.NewContext(t.Context(), az, nil), class)
		if err != nil {
			t.Fatalf("reading all rows of %v: %v", class.Type, err)
		}
		for _, row := range rows {
			list = append(list, Name(className(class)+" "+strings.Join(keyTexts(row, key), ","), row))
		}
	}
	return list
}

func className(class authz.Class) string {
	if class.Name != "" {
		return class.Name
	}
	return host.Deref(class.Type).Name()
}

// keyTexts returns the parts of the key of a row as texts.
func keyTexts(row any, key [][]int) []string {
	var parts []string
	for _, index := range key {
		f := reflect.Indirect(reflect.Indirect(reflect.ValueOf(row)).FieldByIndex(index))
		parts = append(parts, fmt.Sprint(f.Interface()))
	}
	return parts
}

// label returns the name, and says of a class that it is one.
func (n Named) label() string {
	c, ok := n.value.(authz.Class)
	switch {
	case !ok:
		return n.name
	case n.name == className(c):
		return n.name + " (class)"
	}
	return n.name + " (class " + className(c) + ")"
}

// A question is what a decision of this package is about.
type question struct {
	actor    any
	action   string
	resource any
	field    string // for allow_field
	request  bool   // for allow_request, about resource
}

// questions yields the questions about a resource, with their labels: for each action the
// action, and then the fields.
func (n Named) questions(actor any, action string, yield func(field string, q question)) {
	yield("", question{actor: actor, action: action, resource: n.value})
	for _, f := range n.fieldsFor(action) {
		yield(f, question{actor: actor, action: action, resource: n.value, field: f})
	}
}

// checkNames reports an error for names that are empty or not unique, which a table cannot
// tell apart.
func checkNames(t testing.TB, what string, list []Named) {
	t.Helper()
	seen := make(map[string]bool)
	for _, n := range list {
		switch {
		case strings.TrimSpace(n.name) != n.name || n.name == "" || strings.Contains(n.name, "  ") || strings.ContainsAny(n.name, "\t\n") || n.name[0] == '#':
			t.Fatalf("authztest: %q is not a name of %s (it must be one line that begins neither with a space nor with #, without two spaces in a row)", n.name, what)
		case seen[n.name]:
			t.Fatalf("authztest: two %s have the name %q", what, n.name)
		}
		seen[n.name] = true
	}
}
