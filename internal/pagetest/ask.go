// Package pagetest asks the questions that are written in the policies on pages of docs/.
package pagetest

// This file defines Ask, which asks the questions that are written in a policy.
//
// A question is a comment: "#? allow(alice, "read", plan) => yes". It is asked as a
// decision and, if the resource is a row, as a list, which has the row or does not.

import (
	"net/http/httptest"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"gorm.io/gorm"

	gormauthz "github.com/ursa-authz/ursa/adapters/gorm"
	"github.com/ursa-authz/ursa/authz"
)

// A World is what the questions of a page are about.
type World struct {
	Models  []any          // of GORM
	Classes []authz.Class  // other classes
	Names   map[string]any // actors, and pointers to rows that are stored
}

var question = regexp.MustCompile(`^#\? allow\((\w+), "(\w+)", ("?)([^"]+)"?\) +=> (yes|no)$`)

// Authorizer returns an Authorizer of a policy on a handle, with Config.DenyRule, and
// installs the plugin. It reports an error for every warning.
func (w World) Authorizer(t testing.TB, db *gorm.DB, policy string, options ...gormauthz.Option) *authz.Authorizer {
	t.Helper()
	classes, err := gormauthz.Classes(db, w.Models...)
	if err != nil {
		t.Fatal(err)
	}
	az, err := authz.New(authz.Config{
		Policies: authz.String("page.polar", policy),
		Classes:  append(classes, w.Classes...),
		DenyRule: true,
	})
	if err != nil {
		t.Fatalf("%v\n%s", err, policy)
	}
	for _, d := range az.Diagnostics() {
		t.Errorf("%s\n%s", d, policy)
	}
	if err := db.Use(gormauthz.New(az, options...)); err != nil {
		t.Fatal(err)
	}
	return az
}

// Ask asks the questions of a policy on a handle that has the rows, and returns how
// many were answered yes and no.
func (w World) Ask(t testing.TB, db *gorm.DB, policy string) (yes, no int) {
	t.Helper()
	az := w.Authorizer(t, db, policy)
	for line := range strings.Lines(policy) {
		line = strings.TrimSpace(line)
		if !strings.HasPrefix(line, "#?") {
			continue
		}
		m := question.FindStringSubmatch(line)
		if m == nil {
			t.Errorf("this is not a question: %s", line)
			continue
		}
		want := m[5] == "yes"
		if want {
			yes++
		} else {
			no++
		}
		actor, ok := w.Names[m[1]]
		if !ok {
			t.Errorf("nobody is called %s", m[1])
			continue
		}
		resource := w.resource(t, az, m[4], m[3] != "")
		got, err := az.IsAllowed(t.Context(), actor, m[2], resource)
		if err != nil || got != want {
			t.Errorf("%s, but the decision is %v, %v in\n%s", line, got, err, policy)
		}
		if m[3] != "" || reflect.TypeOf(resource).Kind() != reflect.Pointer {
			continue
		}
		rows := reflect.New(reflect.SliceOf(reflect.TypeOf(resource)))
		ctx := authz.NewContext(t.Context(), az, actor)
		if err := db.WithContext(ctx).Scopes(gormauthz.Authorized(m[2])).Find(rows.Interface()).Error; err != nil {
			t.Errorf("%s: %v", line, err)
			continue
		}
		if got := holds(rows.Elem(), resource); got != want {
			t.Errorf("%s, but that the row is listed is %v in\n%s", line, got, policy)
		}
	}
	return yes, no
}

// resource returns what a question is about: a row, a class, or the request of a URL.
func (w World) resource(t testing.TB, az *authz.Authorizer, name string, isURL bool) any {
	t.Helper()
	if isURL {
		request, err := az.Request(httptest.NewRequest("GET", name, nil))
		if err != nil {
			t.Fatal(err)
		}
		return request
	}
	if row, ok := w.Names[name]; ok {
		return row
	}
	for _, m := range w.Models {
		if t := reflect.TypeOf(m).Elem(); t.Name() == name {
			return authz.Class{Name: name, Type: t}
		}
	}
	t.Fatalf("nothing is called %s", strconv.Quote(name))
	return nil
}

// holds reports whether one of the rows has the ID of row.
func holds(rows reflect.Value, row any) bool {
	id := func(v reflect.Value) int64 { return v.Elem().FieldByName("ID").Int() }
	for i := range rows.Len() {
		if id(rows.Index(i)) == id(reflect.ValueOf(row)) {
			return true
		}
	}
	return false
}
