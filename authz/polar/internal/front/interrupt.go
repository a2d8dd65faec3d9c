package front

// This file defines how a load ends with its context.
//
// A load takes time in proportion to the policy, and a policy may be large or made
// to be slow. Its passes report their work, in units of well under a microsecond or
// of one small allocation, and every so many units the context is looked at.

import "context"

// pollEvery is how many units of work are done between two looks at the context.
const pollEvery = 1024

// An Interrupted is the panic of a load whose context has ended.
type Interrupted struct{ Err error }

// Poll returns a function that takes note of work, and panics with an [Interrupted]
// when it finds that ctx has ended. It is for one goroutine.
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
