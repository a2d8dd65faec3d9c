// Package guarded defines the context in which a guard of a single route hands the resource
// that it has authorized to the handler.
package guarded

import (
	"context"
	"fmt"
	"io"
	"sync/atomic"
)

// A Context is the context of a guarded request. It has a place for the resource, so that the
// request need not be copied once more when the resource is authorized.
type Context[T any] struct {
	context.Context
	resource   T
	authorized atomic.Bool // and so resource is set
}

// key is the key of the innermost Context of T with a resource.
type key[T any] struct{}

// Value returns the Context itself for its key, once it has a resource.
func (c *Context[T]) Value(k any) any {
	if k == (key[T]{}) && c.authorized.Load() {
		return c
	}
	return c.Context.Value(k)
}

// Format writes the name of the type, since the resource must not be in logs.
func (*Context[T]) Format(f fmt.State, _ rune) { io.WriteString(f, "guarded.Context") }

// New returns a Context in ctx without a resource.
func New[T any](ctx context.Context) *Context[T] { return &Context[T]{Context: ctx} }

// Authorized hands over the resource. It may be called once.
func (c *Context[T]) Authorized(resource T) {
	c.resource = resource
	c.authorized.Store(true)
}

// Resource returns the resource of type T that was authorized last in ctx.
func Resource[T any](ctx context.Context) (resource T, ok bool) {
	c, ok := ctx.Value(key[T]{}).(*Context[T])
	if !ok {
		return resource, false
	}
	return c.resource, true
}
