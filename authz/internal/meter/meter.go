// Package meter counts what a query costs, and ends it at its limits.
//
// There is one [Account] for a query, and all ways to evaluate one charge the same amounts to
// it for the same work, so that a query has the same answer however it is evaluated, at any
// limits.
//
// A step is about 100 ns of work: a goal, a rule that may apply to a call, [StepElems] elements
// or [StepBytes] bytes that are read. Bytes are what the query holds at the moment: the
// activations, choices and values on the way from the query to the goal that is being solved.
// When the solver backtracks, it holds less again.
package meter

import (
	"context"
	"fmt"
	"sync/atomic"
)

// Limits bound a query. All fields are positive, and those of polar.Limits, which says what they
// mean; the compiler checks that they are the same.
type Limits struct {
	Steps, Bytes, Depth, Results, Fetches, SharedBytes int
}

const (
	// StepElems is how many elements of a list are read in a step. Reading one and comparing it
	// with a number takes about 12 ns, so that a search through a million numbers takes an
	// eighth of the default limit.
	StepElems = 8

	// StepBytes is how many bytes of text are read in a step. Comparing them takes about 3 ns,
	// and changing their case 60 ns.
	StepBytes = 64

	// pollSteps is the number of steps between two checks of the context, about 0.1 ms.
	pollSteps = 1024

	// FirstBytes is what a query may hold before it draws from the memory that all queries
	// share, so that small queries never wait for each other's cache lines.
	FirstBytes = 256 << 10

	// drawBytes is how much a query draws at once.
	drawBytes = 128 << 10
)

// A Reason says why a query ended.
type Reason uint8

// The reasons.
const (
	Steps  Reason = iota // more than Limits.Steps
	Bytes                // more than Limits.Bytes
	Shared               // the running queries hold more than Limits.SharedBytes together
	Ended                // the context ended
)

// An Error ends a query.
type Error struct {
	Reason Reason
	limit  int
	cause  error // of Ended
}

// Error says which limit was exceeded.
func (e *Error) Error() string {
	switch e.Reason {
	case Steps:
		return fmt.Sprintf("the query took more than %d steps", e.limit)
	case Bytes:
		return fmt.Sprintf("the query held more than %d bytes", e.limit)
	case Shared:
		return fmt.Sprintf("the queries that are running hold more than %d bytes", e.limit)
	}
	return "the query was cancelled"
}

// Unwrap returns the cause of the context's end, or nil.
func (e *Error) Unwrap() error { return e.cause }

// A Pool is the memory that queries share. It is safe for concurrent use.
type Pool struct {
	size int64
	used atomic.Int64
}

// NewPool returns a pool of that many bytes.
func NewPool(size int) *Pool { return &Pool{size: int64(size)} }

// Used returns the bytes that queries have drawn and not returned.
func (p *Pool) Used() int { return int(p.used.Load()) }

func (p *Pool) draw(n int) bool {
	if p.used.Add(int64(n)) <= p.size {
		return true
	}
	p.used.Add(-int64(n))
	return false
}

// An Account counts the cost of one query. It is not safe for concurrent use.
type Account struct {
	steps   int
	poll    int // the step from which on Charge checks more
	bytes   int // held, including kept
	kept    int // held until the query ends
	granted int // bytes that may be held without asking
	drawn   int // of granted, from the pool
	limits  *Limits
	pool    *Pool
	ctx     context.Context
	done    <-chan struct{}
}

// Open begins to count for a query. Close must be called at its end. A nil pool has no bound.
func (a *Account) Open(ctx context.Context, limits *Limits, pool *Pool) {
	a.limits, a.pool, a.ctx, a.done = limits, pool, ctx, ctx.Done()
	a.granted = min(limits.Bytes, FirstBytes)
}

// Close ends the query and returns what it drew.
func (a *Account) Close() {
	if a.drawn > 0 {
		a.pool.used.Add(-int64(a.drawn))
	}
	*a = Account{}
}

// Charge counts n steps. The error is an [*Error].
func (a *Account) Charge(n int) error {
	a.steps += n
	if a.steps < a.poll {
		return nil
	}
	return a.checkpoint()
}

// ChargeBytes counts the steps of reading n bytes of text.
func (a *Account) ChargeBytes(n int) error {
	if n < StepBytes {
		return nil
	}
	return a.Charge(n / StepBytes)
}

// ChargeElems counts the steps of reading n elements.
func (a *Account) ChargeElems(n int) error { return a.Charge((n + StepElems - 1) / StepElems) }

// ChargeElem counts the steps of reading element i, after those before it.
func (a *Account) ChargeElem(i int) error {
	if i%StepElems != 0 {
		return nil
	}
	return a.Charge(1)
}

// checkpoint checks the limit of steps and the context.
func (a *Account) checkpoint() error {
	if a.steps > a.limits.Steps {
		return &Error{Reason: Steps, limit: a.limits.Steps}
	}
	a.poll = min(a.steps+pollSteps, a.limits.Steps+1)
	return a.Ended()
}

// Look makes the next charge check the context: after calls of the host, which may take any time.
func (a *Account) Look() { a.poll = 0 }

// Ended returns an error if the context has ended.
func (a *Account) Ended() error {
	if a.done == nil {
		return nil
	}
	select {
	case <-a.done:
		return EndOf(a.ctx)
	default:
		return nil
	}
}

// EndOf returns the error of a query whose context has ended, or nil if it has not.
func EndOf(ctx context.Context) error {
	if ctx.Err() == nil {
		return nil
	}
	return &Error{Reason: Ended, cause: context.Cause(ctx)}
}

// Steps returns the steps so far.
func (a *Account) Steps() int { return a.steps }

// RoomFor returns how many items of that size can be read and held before a limit is met.
func (a *Account) RoomFor(size int) int {
	return max(0, min((a.limits.Steps-a.steps)*StepElems, (a.limits.Bytes-a.bytes)/size))
}

// Hold counts n bytes that are held until Restore goes back to before them. The error is an
// [*Error]; the bytes count in any case.
func (a *Account) Hold(n int) error {
	a.bytes += n
	if a.bytes <= a.granted {
		return nil
	}
	return a.grow()
}

// Keep counts n bytes that are held until the query ends, or until Drop.
func (a *Account) Keep(n int) error {
	a.kept += n
	return a.Hold(n)
}

// Drop takes back n bytes that Keep has counted.
func (a *Account) Drop(n int) {
	a.kept -= n
	a.bytes -= n
}

// Mark returns what is held now, for Restore.
func (a *Account) Mark() int { return a.bytes - a.kept }

// Restore goes back to what was held at a mark, and what was kept since.
func (a *Account) Restore(mark int) { a.bytes = mark + a.kept }

// grow asks for what is held beyond what was granted.
func (a *Account) grow() error {
	if a.bytes > a.limits.Bytes {
		return &Error{Reason: Bytes, limit: a.limits.Bytes}
	}
	if a.pool == nil {
		a.granted = a.limits.Bytes
		return nil
	}
	need := a.bytes - a.granted
	n := min(max(need, drawBytes), a.limits.Bytes-a.granted)
	if !a.pool.draw(n) {
		if n = need; !a.pool.draw(n) {
			return &Error{Reason: Shared, limit: int(a.pool.size)}
		}
	}
	a.granted += n
	a.drawn += n
	return nil
}

// A Sub is what an account had counted when another way to the same answer began, which is
// not to count: an explanation looks at more than a decision does.
type Sub struct{ steps, bytes, kept int }

// Save returns what was counted so far, for Rewind.
func (a *Account) Save() Sub { return Sub{a.steps, a.bytes, a.kept} }

// Rewind takes back what was counted since, and returns the steps.
func (a *Account) Rewind(s Sub) (steps int) {
	steps = a.steps - s.steps
	a.steps, a.bytes, a.kept = s.steps, s.bytes, s.kept
	return steps
}
