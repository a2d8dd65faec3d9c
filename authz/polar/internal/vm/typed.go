//go:build !purego

package vm

// This file defines decisions for types: a decision name(actor, action, resource) that is
// compiled for the Go types of the actor and the resource and for the action.
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
// of decisions. All actions that the policy does not name share one.

import (
	"context"
	"encoding/binary"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"unsafe"

	"github.com/ursa-authz/ursa/authz/internal/host"
)

const (
	typedPtrs   = 16 // pointers of a frame
	typedVals   = 8  // Values of a frame
	typedSplits = 2  // texts that a decision may split
	typedParts  = 10 // parts of a text that is split

	mostTyped = 1024 // decisions of a Program
)

// A typedCode is compiled goals and all that follow them. It reports whether they hold; after
// giving up it reports true, so that its callers stop too.
type typedCode func(f *typedFrame) bool

// A typedFrame is the state of one run.
type typedFrame struct {
	p      [typedPtrs]unsafe.Pointer // into the memory of the program; the first two are of actor and resource, the third of the action
	steps  int                       // counted so far
	bytes  int                       // held by loops and texts, beside what is known in advance
	limits *Limits
	again  uint32 // bit i: loop i has another round
	gaveUp bool
	ruled  bool // the rule is decided
	rule   *RuleInfo
	ctx    context.Context
	text   string // the action
	more   *typedValues
	texts  *typedTexts
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

// A typedDecision is a decision for types. It is immutable.
type typedDecision struct {
	actor, resource unsafe.Pointer // type words
	a, b            uint64         // the words of the action
	size            int            // its length, or -1 for all that the policy does not name
	action          string

	code  typedCode // nil if the solver decides
	why   string    // the reason, for tests
	steps int       // what a run is charged at least, and so on
	bytes int
	depth int
	more  bool // the code needs typedValues
	texts bool // the code needs typedTexts
}

// A typedRule has the decisions for types of one rule.
type typedRule struct {
	pred  *pred
	table atomic.Pointer[typedTable]
	lock  sync.Mutex
}

// A typedTable finds decisions by open addressing. Entries are only added.
type typedTable struct {
	entries []atomic.Pointer[typedDecision] // length is a power of two, at most half full
	n       atomic.Int32                    // entries in use
}

// actionWords returns the bytes of an action: all of them if there are at most 16.
func actionWords(action string) (a, b uint64) {
	switch n := len(action); {
	case n >= 8:
		s := unsafe.Slice(unsafe.StringData(action), n)
		return binary.LittleEndian.Uint64(s), binary.LittleEndian.Uint64(s[n-8:])
	case n >= 4:
		s := unsafe.Slice(unsafe.StringData(action), n)
		return uint64(binary.LittleEndian.Uint32(s)), uint64(binary.LittleEndian.Uint32(s[n-4:]))
	case n > 0:
		return uint64(action[0]) | uint64(action[n/2])<<8, uint64(action[n-1])
	}
	return 0, 0
}

// typedHash returns where the search for a key begins.
func typedHash(actor, resource unsafe.Pointer, a, b uint64) uint64 {
	h := (uint64(uintptr(actor)) ^ a) * 0x9E3779B97F4A7C15
	h = (h>>32 ^ uint64(uintptr(resource)) ^ b) * 0xC2B2AE3D27D4EB4F
	return h >> 32
}

// find returns the decision for the types and the action, whose words are a and b, or nil. Size
// is the length of the action, or -1 for all that the policy does not name.
func (t *typedTable) find(actor, resource unsafe.Pointer, a, b uint64, size int, action string) *typedDecision {
	mask := uint64(len(t.entries) - 1)
	for i := typedHash(actor, resource, a, b) & mask; ; i = (i + 1) & mask {
		d := t.entries[i].Load()
		if d == nil {
			return nil
		}
		if d.resource == resource && d.a == a && d.b == b && d.size == size && d.actor == actor && (size <= 16 || d.action == action) {
			return d
		}
	}
}

// add adds a decision, or returns the one that is there. It returns nil if the table is full.
func (r *typedRule) add(d *typedDecision) *typedDecision {
	r.lock.Lock()
	defer r.lock.Unlock()
	t := r.table.Load()
	if old := t.find(d.actor, d.resource, d.a, d.b, d.size, d.action); old != nil {
		return old
	}
	if t.n.Load() >= mostTyped {
		return nil
	}
	if 2*int(t.n.Load()+1) > len(t.entries) {
		grown := &typedTable{entries: make([]atomic.Pointer[typedDecision], 2*len(t.entries))}
		grown.n.Store(t.n.Load())
		for i := range t.entries {
			if old := t.entries[i].Load(); old != nil {
				grown.put(old)
			}
		}
		t = grown
	}
	t.n.Add(1)
	t.put(d)
	r.table.Store(t)
	return d
}

func (t *typedTable) put(d *typedDecision) {
	mask := uint64(len(t.entries) - 1)
	i := typedHash(d.actor, d.resource, d.a, d.b) & mask
	for t.entries[i].Load() != nil {
		i = (i + 1) & mask
	}
	t.entries[i].Store(d)
}

func newTypedRule(pr *pred) *typedRule {
	r := &typedRule{pred: pr}
	r.table.Store(&typedTable{entries: make([]atomic.Pointer[typedDecision], 2)})
	return r
}

// DecideTyped decides name(actor, action, resource) with code for the types of the arguments.
// If done is false, it must be decided in another way: by the solver, with the calls to replay
// if there are any.
func (p *Program) DecideTyped(ctx context.Context, limits *Limits, name string, actor any, action string, resource any) (allowed bool, rule *RuleInfo, calls []HostCall, done bool) {
	r := p.typedAllow
	if name != "allow" {
		if name != "deny" {
			return false, nil, nil, false
		}
		r = p.typedDeny
	}
	if r == nil {
		return false, nil, nil, false
	}
	at, a := host.Words(actor)
	rt, b := host.Words(resource)
	if a == nil || b == nil {
		return false, nil, nil, false
	}
	wa, wb := actionWords(action)
	d := r.table.Load().find(at, rt, wa, wb, len(action), action)
	if d == nil {
		if d = p.typedSlow(ctx, r, actor, action, resource); d == nil {
			return false, nil, nil, false
		}
	}
	if d.code == nil || d.steps > limits.Steps || d.bytes > limits.Bytes || d.depth > limits.Depth {
		return false, nil, nil, false
	}
	returned := false
	defer func() {
		if !returned { // a bug in the code must not become an answer
			recover()
			allowed, rule, calls, done = false, nil, nil, false
		}
	}()
	var f typedFrame
	f.p[0], f.p[1] = a, b
	f.limits, f.ctx, f.steps, f.text = limits, ctx, d.steps, action
	f.p[2] = unsafe.Pointer(hide(&f.text))
	switch {
	case d.more:
		allowed, calls = d.runMore(hide(&f))
	case d.texts:
		allowed = d.runTexts(hide(&f))
	default:
		allowed = d.code(hide(&f))
	}
	done = d.answered(&f) && (!allowed || f.rule != nil) // without a rule nothing is allowed
	returned = true
	return allowed && done, f.rule, calls, done
}

// answered reports whether a run has an answer: it did not give up, and stayed within the limits.
// If the context has ended, the solver reports it.
func (d *typedDecision) answered(f *typedFrame) bool {
	return !f.gaveUp && f.steps <= f.limits.Steps && d.bytes+f.bytes <= f.limits.Bytes && f.ctx.Err() == nil
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

// typedSlow returns the decision for a question that is asked for the first time, or about an
// action that the policy does not name. It returns nil if the decision is not compiled now.
func (p *Program) typedSlow(ctx context.Context, r *typedRule, actor any, action string, resource any) *typedDecision {
	at, _ := host.Words(actor)
	rt, _ := host.Words(resource)
	text, named := p.nameOf(action) // the policy's own memory, and not the caller's
	d := typedDecision{actor: at, resource: rt, size: len(text), action: text}
	if !named {
		d.size = -1
	}
	d.a, d.b = actionWords(text)
	t := r.table.Load()
	if known := t.find(at, rt, d.a, d.b, d.size, text); known != nil {
		return known
	}
	if ctx.Err() != nil || t.n.Load() >= mostTyped {
		return nil
	}
	made := d
	p.compileTyped(ctx, &made, r, actor, resource)
	if ctx.Err() != nil {
		return nil // the compiler may have stopped because of that
	}
	return r.add(&made)
}

// nameOf returns a text if it is a literal or a constant of the policy, else "" and false.
func (p *Program) nameOf(text string) (string, bool) {
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
	own, ok := p.named[text]
	return own, ok
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
func (p *Program) WhyNotTyped(name string, actor any, action string, resource any) string {
	r := p.typedAllow
	if name == "deny" {
		r = p.typedDeny
	}
	if r == nil {
		return "no rule"
	}
	d := p.typedSlow(context.Background(), r, actor, action, resource)
	if d == nil {
		return "no room"
	}
	return d.why
}

// TypedDecisions returns how many decisions named allow the program keeps. It is for tests.
func (p *Program) TypedDecisions() int { return int(p.typedAllow.table.Load().n.Load()) }
