//go:build !purego

package vm

// This file decides one question about many resources with code for types. The decision is
// looked up once for resources of one type that follow each other, and they share a frame.

import (
	"context"
	"runtime"
	"unsafe"

	"github.com/ursa-authz/ursa/authz/internal/host"
)

// pollEach is how many resources are decided between two looks at the context.
const pollEach = 64

// DecideEach decides for resources, in order, whether the rule allow holds and the rule deny
// does not. Deny may be "". The resource of q is not used. DecideEach returns the number of
// resources that it has decided, and stops at the first that must be decided in another way. It
// calls no method of the program.
func (p *Program) DecideEach(ctx context.Context, limits *Limits, deny, allow string, q *Question, resources []any, allowed []bool) (n int) {
	rules := [...]*typedRule{p.typedRuleOf(deny, q.Form), p.typedRuleOf(allow, q.Form)}
	if rules[1] == nil || rules[0] == nil && deny != "" {
		return 0
	}
	returned := false
	defer func() {
		if !returned { // a bug in the code must not become an answer; n are decided
			recover()
		}
	}()
	one := *q
	var f typedFrame
	f.limits, f.ctx = limits, ctx
	f.begin(q)
	var v typedValues
	var t typedTexts
	f.more, f.texts = hide(&v), hide(&t)
	var typ unsafe.Pointer
	var ds [2]*typedDecision
	allowed = allowed[:len(resources)]
each:
	for n < len(resources) {
		rt, data := host.Words(resources[n])
		if rt != typ || data == nil {
			one.Resource = resources[n]
			for i, r := range rules {
				if r == nil {
					continue
				}
				if ds[i] = p.typedFor(ctx, r, &one); ds[i] == nil || !ds[i].fits(limits) || ds[i].methods {
					break each
				}
			}
			typ = rt
		}
		f.p[resourceReg] = data
		ok := false
		for i, d := range &ds {
			if d == nil {
				continue
			}
			f.steps, f.bytes, f.again, f.ruled, f.rule = d.steps, 0, 0, false, nil
			ok = d.code(hide(&f))
			if !d.within(&f) || ok && f.rule == nil {
				break each
			}
			if i == 0 && ok {
				ok = false // denied
				break
			}
		}
		allowed[n] = ok
		n++
		if n%pollEach == 0 && ctx.Err() != nil {
			break
		}
	}
	returned = true
	runtime.KeepAlive(&v)
	runtime.KeepAlive(&t)
	return n
}
