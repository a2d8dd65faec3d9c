package host

import (
	"errors"
	"reflect"
	"strings"
	"testing"
)

// This file defines helpers for the tests of the package.

// classFor returns a class of T, changed by the options.
func classFor[T any](options ...func(*Class)) Class {
	c := Class{Type: reflect.TypeFor[T]()}
	for _, o := range options {
		o(&c)
	}
	return c
}

func named(name string) func(*Class)      { return func(c *Class) { c.Name = name } }
func keyed(fields ...string) func(*Class) { return func(c *Class) { c.Key = fields } }
func madeBy(fn any) func(*Class)          { return func(c *Class) { c.Constructor = fn } }
func extends[T any]() func(*Class) {
	return func(c *Class) { c.Extends = append(c.Extends, reflect.TypeFor[T]()) }
}
func aliased(alias, path string) func(*Class) {
	return func(c *Class) {
		if c.Aliases == nil {
			c.Aliases = map[string]string{}
		}
		c.Aliases[alias] = path
	}
}

// registry returns a registry of classes that must be valid.
func registry(t testing.TB, classes ...Class) *Registry {
	t.Helper()
	r, err := NewRegistry(classes)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// value returns x as a value.
func value(t testing.TB, r *Registry, x any) Value {
	t.Helper()
	v, err := r.ValueOf(x)
	if err != nil {
		t.Fatalf("ValueOf(%T): %v", x, err)
	}
	return v
}

// attr returns the attribute of v.
func attr(t testing.TB, v Value, name string) Value {
	t.Helper()
	a := v.Plan.Attr(name)
	if a == nil {
		t.Fatalf("%s has no attribute %s", Describe(v), name)
	}
	w, err := a.Load(v.Ptr)
	if err != nil {
		t.Fatalf("%s.%s: %v", Describe(v), name, err)
	}
	return w
}

// codeOf returns the code of an error of this package, or a description of any other error.
func codeOf(err error) string {
	var e *Error
	switch {
	case err == nil:
		return ""
	case errors.As(err, &e):
		return e.Code
	}
	return "not an *Error: " + err.Error()
}

// wantError fails unless err has the code and its text contains all the parts.
func wantError(t testing.TB, err error, code string, parts ...string) {
	t.Helper()
	if got := codeOf(err); got != code {
		t.Fatalf("code %q (%v), want %q", got, err, code)
	}
	for _, p := range parts {
		if !strings.Contains(err.Error(), p) {
			t.Errorf("error %q does not contain %q", err, p)
		}
	}
}
