package polar

// This file keeps rules as their authors wrote them, which traces need. A loaded policy keeps
// only the compiled form of its rules and reads single rules again. That takes longer than to
// decide, so the policy remembers some of the rules that traces have read.

import (
	"github.com/ursa-authz/ursa/authz/polar/internal/resolve"
	"github.com/ursa-authz/ursa/authz/polar/internal/vm"
)

// A written is a rule as its author wrote it. It is immutable.
type written struct {
	source  *vm.Source
	outline *outline
}

// maxWritten is how many rules a policy remembers, at a few kilobytes each.
const maxWritten = 256

// A reader reads the rules of one trace. It returns the same written for each call, also if
// the policy has forgotten it in the meantime.
type reader struct {
	p    *Policy
	seen map[int]*written
	last int // index of the rule that was read last
	*written
}

func newReader(p *Policy) *reader {
	return &reader{p: p, seen: make(map[int]*written), last: -1}
}

// rule returns a rule of the policy.
func (r *reader) rule(index int) *written {
	if index == r.last {
		return r.written
	}
	w := r.seen[index]
	if w == nil {
		w = r.p.writtenRule(index)
		r.seen[index] = w
	}
	r.last, r.written = index, w
	return w
}

// source returns the source of a rule, for the solver.
func (r *reader) source(index int) *vm.Source { return r.rule(index).source }

// resolved returns a rule with its meaning.
func (w *written) resolved() *resolve.Rule { return w.source.Rule }

// writtenRule returns a rule, and remembers it.
func (p *Policy) writtenRule(index int) *written {
	p.writtenLock.Lock()
	w := p.written[index]
	p.writtenLock.Unlock()
	if w != nil {
		return w
	}
	source := p.prog.Source(index)
	w = &written{source, p.outlineOf(source.Rule)}
	p.writtenLock.Lock()
	defer p.writtenLock.Unlock()
	if p.written == nil || len(p.written) == maxWritten {
		p.written = make(map[int]*written)
	}
	p.written[index] = w
	return w
}
