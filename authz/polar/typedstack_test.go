//go:build !purego

package polar

// This file tests that a decision for types keeps its frame while the stack moves.

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// TestTypedWhileStacksShrink makes decisions on stacks that were large, so that each garbage
// collection moves them, wherever the goroutine happens to be.
func TestTypedWhileStacksShrink(t *testing.T) {
	// The policy does not name the action, so that the code reads it from the question.
	p := typedPolicy(t, true, `allow(u: User, action, v: User) if u.id = v.id and action = u.name;`)
	ctx := context.Background()
	u := &typedUser{ID: 1, Name: "borrow"}
	var over atomic.Bool
	time.AfterFunc(2*time.Second, func() { over.Store(true) })
	var decided, wrong atomic.Int64
	var group sync.WaitGroup
	for range 32 {
		group.Go(func() {
			for !over.Load() {
				deepStack(100)
				for range 30 {
					ok, rule, _, done := p.prog.DecideTyped(ctx, &p.config.Limits, "allow", about(u, "borrow", u))
					if !ok || rule == nil || !done {
						wrong.Add(1)
					}
				}
				decided.Add(30)
			}
		})
	}
	for !over.Load() {
		runtime.GC()
	}
	group.Wait()
	t.Logf("%d decisions", decided.Load())
	if wrong.Load() > 0 {
		t.Errorf("%d wrong", wrong.Load())
	}
}

//go:noinline
func deepStack(n int) byte {
	var b [512]byte
	if n > 0 {
		b[n%512] = deepStack(n - 1)
	}
	return b[0] + b[n%512]
}
