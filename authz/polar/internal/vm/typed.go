//go:build !purego

package vm

// This file defines decisions for types: a decision such as allow(actor, action, resource) that
// is compiled for the Go types of the actor and the resource and for the action.
//
// With these known, most of a policy is known before a value is seen: which rules apply and in
// which order, the type of every field, what a literal is compared with. So the compiler
// (typedcompile.go) walks the graph of goals as the solver would, with a type in place of each
// value. Rule calls are replaced by the goals of the rules. What is left are loads from known
// places in memory, comparisons of a known kind and loops over slices. These become closures
// over a frame of pointers. No Value is made where a place in memory will do.
//
// The code explores what the solver would, in the same order, and gives up where the solver
// might do anything else than succeed or fail: an error of any kind, a relation to fetch, a
// limit. Then the solver decides, from the beginning. What it cannot express at all (such as
// cut, or a goal that waits) is known when it is compiled. Such a decision is never begun.
//
// The code is charged at least what the solver charges for the same goals (account.go): it
// counts the cost of all goals that may follow at once, and of a loop for each round. So if it
// ends within the limits, the solver would have, and with the same answer.
//
// Code is made when a question is asked for the first time. A Program keeps a bounded number
// of decisions (typedtable.go). All actions that the policy does not name share one.

import (
	"context"
	"runtime"
	"slices"
	"unsafe"

	"github.com/ursa-authz/ursa/authz/internal/host"
)

const (
	typedPtrs   = 16 // pointers of a frame
	typedVals   = 8  // Values of a frame
	typedSplits = 2  // texts that a decision may split
	typedParts  = 10 // parts of a text that is split
)

// A typedCode is compiled goals and all that follow them. It reports whether they hold; after
// giving up it reports true, so that its callers stop too.
type typedCode func(f *typedFrame) bool

// A typedFrame is the state of one run.
type typedFrame struct {
	p      [typedPtrs]unsafe.Pointer // into the memory of the program; the first ones are of the question
	steps  int                       // counted so far
	bytes  int                       // held by loops and texts, beside what is known in advance
	limits *Limits
	again  uint32 // bit i: loop i has another round
	gaveUp bool
	ruled  bool // the rule is decided
	rule   *RuleInfo
	ctx    context.Context
	more   *typedValues
	texts  *typedTexts
	notes  *typedNotes
}

// typedValues is a part of a frame that few decisions need.
type typedValues struct {
	vals [typedVals]Value
	args [callArgs]Value // of a method

	calls int // methods called
	first [2]HostCall
	later []HostCall
}

// called records a call.
func (v *typedValues) called(c *HostCall) {
	if v.calls < len(v.first) {
		v.first[v.calls] = *c
	} else {
		v.later = append(v.later, *c)
	}
	v.calls++
}

// hostCalls returns the calls that were recorded.
func (v *typedValues) hostCalls() []HostCall {
	return append(slices.Clone(v.first[:min(v.calls, len(v.first))]), v.later...)
}

// typedTexts are the parts of the texts that a decision splits.
type typedTexts struct {
	parts [typedSplits][typedParts]string
	n     [typedSplits]int
}

// giveUp ends the run.
func (f *typedFrame) giveUp() bool {
	f.gaveUp = true
	return true
}

// holds records the rule by which the query holds.
func (f *typedFrame) holds(rule *RuleInfo) {
	if !f.ruled {
		f.rule = rule
	}
}

// count counts steps. It reports false after giving up.
func (f *typedFrame) count(steps int) bool {
	if f.steps += steps; f.steps > f.limits.Steps {
		f.gaveUp = true
		return false
	}
	return true
}

// hide returns f, but the compiler does not see that it does, and leaves the frame on the
// stack. That is safe because no code keeps f, or a pointer to a part of the frame, longer
// than the run: it is passed down in calls and never stored outside of the frame.
//
// For a moment the address is a number, which does not follow the stack when it moves. The
// stack moves only where a function begins, so none may be called in between. Without
// nocheckptr, builds with -race or -d=checkptr would call one, the check of the conversion.
//
//go:nosplit
//go:nocheckptr
func hide[T any](f *T) *T {
	u := uintptr(unsafe.Pointer(f))
	return *(**T)(unsafe.Pointer(&u))
}

// Where the frame has pointers to the parts of a question.
const (
	actorReg = iota
	resourceReg
	actionReg
	fieldReg
	firstReg // of the code
)

// A typedDecision is a decision for types. It is immutable.
type typedDecision struct {
	typedKey

	code    typedCode // nil if the solver decides
	why     string    // the reason, for tests
	steps   int       // what a run is charged at least, and so on
	bytes   int
	depth   int
	more    bool     // the code needs typedValues
	texts   bool     // the code needs typedTexts
	methods bool     // the code calls methods of the program
	names   []string // that the code may find, if a text of the question is open
}

// fits reports whether a run may end within limits.
func (d *typedDecision) fits(limits *Limits) bool {
	return d.code != nil && d.steps <= limits.Steps && d.bytes <= limits.Bytes && d.depth <= limits.Depth
}

// DecideTyped decides a question with code for the types of its arguments. If done is false, it
// must be decided in another way: by the solver, with the calls to replay if there are any.
func (p *Program) DecideTyped(ctx context.Context, limits *Limits, name string, q *Question) (allowed bool, rule *RuleInfo, calls []HostCall, done bool) {
	d := p.typedFor(ctx, p.typedRuleOf(name, q.Form), q)
	if d == nil || !d.fits(limits) {
		return false, nil, nil, false
	}
	defer func() {
		if !done { // a bug in the code must not become an answer; no result is set yet
			recover()
		}
	}()
	var f typedFrame
	f.limits, f.ctx, f.steps = limits, ctx, d.steps
	f.begin(q)
	var ok bool
	var called []HostCall
	switch {
	case d.more:
		ok, called = d.runMore(hide(&f))
	case d.texts:
		ok = d.runTexts(hide(&f))
	default:
		ok = d.code(hide(&f))
	}
	if !d.within(&f) || ctx.Err() != nil || ok && f.rule == nil { // without a rule nothing is allowed
		return false, nil, called, false
	}
	return ok, f.rule, called, true
}

// begin sets what a run needs to know of a question.
func (f *typedFrame) begin(q *Question) {
	f.p[actorReg], f.p[resourceReg], f.p[actionReg] = wordOf(&q.Actor), wordOf(&q.Resource), unsafe.Pointer(hide(&q.Action))
	f.p[fieldReg] = unsafe.Pointer(hide(&q.Field))
}

// wordOf returns the word of an interface value that is or leads to the value.
func wordOf(x *any) unsafe.Pointer { return (*[2]unsafe.Pointer)(unsafe.Pointer(x))[1] }

// answered reports whether a run has an answer. If the context has ended, the solver reports it.
func (d *typedDecision) answered(f *typedFrame) bool { return d.within(f) && f.ctx.Err() == nil }

// within reports whether a run did not give up, and stayed within the limits.
func (d *typedDecision) within(f *typedFrame) bool {
	return !f.gaveUp && f.steps <= f.limits.Steps && d.bytes+f.bytes <= f.limits.Bytes
}

// runMore runs a decision that needs all of a frame.
func (d *typedDecision) runMore(f *typedFrame) (allowed bool, calls []HostCall) {
	var v typedValues
	f.more = hide(&v)
	run := d.code
	if d.texts {
		run = d.runTexts
	}
	allowed = run(f)
	if v.calls > 0 && !d.answered(f) {
		calls = v.hostCalls()
	}
	runtime.KeepAlive(&v)
	return allowed, calls
}

// runTexts runs a decision that splits texts.
func (d *typedDecision) runTexts(f *typedFrame) bool {
	var t typedTexts
	f.texts = hide(&t)
	allowed := d.code(f)
	runtime.KeepAlive(&t)
	return allowed
}

// nameOf returns a text as it is in a key: in the policy's own memory if it is a literal or a
// constant of the policy, else the text that stands for all others.
func (p *Program) nameOf(text string) typedText {
	p.namedOnce.Do(func() {
		p.named, p.namedShapes = make(map[string]string), make(map[*shape]bool)
		for _, byArity := range p.preds {
			for _, pr := range byArity {
				for _, cl := range pr.clauses {
					p.nameTexts(cl)
				}
			}
		}
		p.namedShapes = nil
	})
	if own, ok := p.named[text]; ok {
		return textOf(own)
	}
	return typedText{size: otherText}
}

func (p *Program) nameTexts(cl *clause) {
	name := func(op *operand) {
		if op.kind == constOperand {
			p.nameValue(op.value, 0)
		}
	}
	for i := range cl.params {
		cl.params[i].term.each(name)
	}
	if p.namedShapes[cl.shape] {
		return
	}
	p.namedShapes[cl.shape] = true
	for i := range cl.params {
		cl.params[i].pat.each(name)
	}
	eachOperand(cl.body, nil, name)
}

func (p *Program) nameValue(v Value, depth int) {
	switch {
	case v.Kind() == host.String:
		p.named[v.Str()] = v.Str()
	case v.Kind() == host.List && depth < 8:
		elems, _ := v.Elems()
		for _, e := range elems {
			p.nameValue(e, depth+1)
		}
	}
}

// WhyNotTyped returns why a decision is not compiled, or "" if it is. It is for tests.
func (p *Program) WhyNotTyped(name string, q *Question) string {
	r := p.typedRuleOf(name, q.Form)
	if r == nil {
		return "no rule"
	}
	d := p.typedFor(context.Background(), r, q)
	if d == nil {
		return "no room, or a nil argument"
	}
	return d.why
}

// TypedDecisions returns how many decisions named allow the program keeps. It is for tests.
func (p *Program) TypedDecisions() int {
	return int(p.typedRuleOf("allow", FormAction).table.Load().n.Load())
}
