package polar

// This file defines Limits, the bounds of one query.

// Limits bound one query. A zero field means the default. A query that exceeds a
// limit ends with an error that is ErrBudget. If it was inside a rule, the error
// names the rule.
type Limits struct {
	// Steps bounds the work: every goal, every element touched and every 64
	// bytes that a built-in reads or creates is one step. Default 1,000,000,
	// about 0.1 s on one core at 100 ns a step.
	Steps int

	// Bytes bounds the memory of values that the engine creates: lists,
	// dictionaries and strings. Default 16 MiB, so that the values of a thousand
	// concurrent worst cases fit into 16 GiB. Steps and Depth bound the stacks of
	// the solver: a runaway query at the defaults of both, with alternatives left
	// at every call, was measured at 200 MiB.
	Bytes int

	// Depth bounds the nesting of rule calls. Frames live on the heap.
	// Default 200,000, at about 100 bytes a frame.
	Depth int

	// Results bounds the solutions of one query. Default 100,000.
	Results int

	// Fetches bounds the calls of Class.Fetch. Default 1,000.
	Fetches int
}

// The defaults of Limits.
const (
	DefaultSteps   = 1_000_000
	DefaultBytes   = 16 << 20
	DefaultDepth   = 200_000
	DefaultResults = 100_000
	DefaultFetches = 1_000
)

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
	return l
}
