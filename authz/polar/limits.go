package polar

// This file defines Limits, the bounds of queries.

import "github.com/ursa-authz/ursa/authz/internal/meter"

// Limits bound one query. A zero field means the default. A query that exceeds a
// limit ends with an error that is ErrBudget. If it was inside a rule, the error
// names the rule and the position.
//
// A query ends at the limit that it meets first. A recursion meets Bytes before Depth
// unless its rules have hardly any variables.
type Limits struct {
	// Steps bounds the work. A step is about 100 ns: a goal, a rule that may apply to a
	// call, 8 elements of a list or 64 bytes of text that are read. Default 1,000,000,
	// about 0.1 s on one core. A search through a list of a million numbers takes
	// 125,000 steps.
	Steps int

	// Bytes bounds what a query holds at any moment: the variables, calls and
	// alternatives on the way to the goal that is being solved, the values made on
	// that way, and what was fetched. A level of recursion takes 300 to 600 bytes.
	// Default 16 MiB: 30,000 to 50,000 levels, and with SharedBytes enough for 16
	// such queries at once.
	Bytes int

	// Depth bounds the nesting of rule calls. Default 200,000: more than the default of
	// Bytes admits, so that it is Bytes that says how much memory a recursion takes.
	// Set it to bound recursion whatever the size of the rules. A call that is the last
	// goal of a rule that it calls again does not nest.
	Depth int

	// Results bounds the solutions of one query. Default 100,000, at about 100 bytes
	// for the bindings of each 10 MB.
	Results int

	// Fetches bounds the calls of Class.Fetch. Default 1,000, about 1 s at 1 ms for
	// each.
	Fetches int

	// SharedBytes bounds what all running queries hold together, beyond the first 256 KiB
	// of each. A query that needs more than is left ends with an error that is
	// ErrBudget. Default 256 MiB: what 16 queries at the default of Bytes hold, so
	// that a burst of runaway queries cannot take the memory of the program. The
	// memory of the Go heap may be up to three times of what queries hold, until the
	// garbage is collected.
	SharedBytes int
}

// The defaults of Limits.
const (
	DefaultSteps       = 1_000_000
	DefaultBytes       = 16 << 20
	DefaultDepth       = 200_000
	DefaultResults     = 100_000
	DefaultFetches     = 1_000
	DefaultSharedBytes = 256 << 20
)

// A Memory bounds what the running queries of several policies hold together, such as
// the versions of one. It is safe for concurrent use.
type Memory struct{ pool *meter.Pool }

// NewMemory returns a Memory with Limits.SharedBytes of l.
func NewMemory(l Limits) *Memory { return &Memory{meter.NewPool(l.withDefaults().SharedBytes)} }

// Used returns the bytes that running queries hold beyond the first 256 KiB of each. It is
// rounded up for each query.
func (m *Memory) Used() int { return m.pool.Used() }

func (l Limits) withDefaults() Limits {
	def := func(p *int, d int) {
		if *p <= 0 {
			*p = d
		}
	}
	def(&l.Steps, DefaultSteps)
	def(&l.Bytes, DefaultBytes)
	def(&l.Depth, DefaultDepth)
	def(&l.Results, DefaultResults)
	def(&l.Fetches, DefaultFetches)
	def(&l.SharedBytes, DefaultSharedBytes)
	return l
}
