package polar

// This file defines how a load ends with its context.
//
// A load takes time in proportion to the policy, and a policy may be large or made
// to be slow. Its passes report their work, in units of well under a microsecond or
// of one small allocation, and every so many units the context is looked at.

import "context"

// pollEvery is how many units of work are done between two looks at the context.
const pollEvery = 1024

// interrupted is the panic of a load whose context has ended.
type interrupted struct{ err error }

// pollOf returns a function that takes note of work, and panics with interrupted
// when it finds that ctx has ended. It is for one goroutine.
func pollOf(ctx context.Context) func(work int) {
	left := pollEvery
	return func(work int) {
		if left -= work; left > 0 {
			return
		}
		left = pollEvery
		if err := ctx.Err(); err != nil {
			panic(interrupted{err})
		}
	}
}
