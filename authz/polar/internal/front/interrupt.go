package front

// This file defines how the end of the context ends a load.
//
// The time of a load is proportional to the size of the policy, which may be large
// or malicious. The passes report their work, in units of well under a microsecond
// or one small allocation. Load checks the context after a number of units.

import "context"

// pollEvery is how many units of work are done between two checks of the context.
const pollEvery = 1024

// An Interrupted is the panic of a load whose context has ended.
type Interrupted struct{ Err error }

// Poll returns a function that records work, and panics with [Interrupted] if ctx has
// ended. Only one goroutine may use it.
func Poll(ctx context.Context) func(work int) {
	left := pollEvery
	return func(work int) {
		if left -= work; left > 0 {
			return
		}
		left = pollEvery
		if err := ctx.Err(); err != nil {
			panic(Interrupted{err})
		}
	}
}
