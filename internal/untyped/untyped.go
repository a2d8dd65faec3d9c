// Package untyped lets tests load policies without the checks against Go types. What the
// checks would report then happens at run time, as in go-oso. Programs cannot import this
// package, and must not have the option.
package untyped

import "context"

type key struct{}

// Context returns a context in which package polar loads policies without the checks.
func Context(ctx context.Context) context.Context { return context.WithValue(ctx, key{}, true) }

// Is reports whether ctx is from Context.
func Is(ctx context.Context) bool { return ctx.Value(key{}) != nil }
