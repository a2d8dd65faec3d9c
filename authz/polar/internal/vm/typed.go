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
	"sync"
	"sync/atomic"
	"unsafe"

	"github.com/ursa-authz/ursa/authz/internal/host"
)

const (
	typedPtrs   = 16 // pointers of a frame
	typedVals   = 8  // Values of a frame
	typedSplits = 2  // texts that a decision may split
	typedParts  = 12 // parts of a text that is split
	typedArgs   = 4  // arguments of a method

	mostTyped = 1024 // decisions of a Program
)

// A typedCode is compiled goals and all that follow them. It reports whether they hold; after
// giving up it reports true, so that nothing else is tried.
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
	args [typedArgs]Value // of a method
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
// than the run: it is passed down in calls and never stored outside of the frame. The stack
// cannot move between the two lines, where the address is a number, since it moves only when a
// function is called.
func hide[T any](f *T) *T {
	u := uintptr(unsafe.Pointer(f))
	return *(**T)(unsafe.Pointer(&u))
}

// A typedDecision is a decision for types. It is immutable.
type typedDecision struct {
	typs   [2]unsafe.Pointer // the type words of actor and resource
	action string
	other  bool // for all actions that the policy does not name
	hash   uint64

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
	n       int
}

// typedHash hashes a key of the table.
func typedHash(actor, resource unsafe.Pointer, action string) uint64 {
	var a, b uint64
	switch n := len(action); {
	case n >= 8:
		s := unsafe.Slice(unsafe.StringData(action), n)
		a, b = binary.LittleEndian.Uint64(s), binary.LittleEndian.Uint64(s[n-8:])
	case n >= 4:
		s := unsafe.Slice(unsafe.StringData(action), n)
		a, b = uint64(binary.LittleEndian.Uint32(s)), uint64(binary.LittleEndian.Uint32(s[n-4:]))
	case n > 0:
		a, b = uint64(action[0])|uint64(action[n/2])<<8, uint64(action[n-1])
	}
	const k1, k2, k3 = 0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9
	h := (uint64(uintptr(actor)) + a) * k1
	h = (h ^ h>>29 ^ uint64(uintptr(resource)) ^ b<<3) * k2
	return h ^ h>>32 + uint64(len(action))*k3
}

// find returns the decision with a key, or nil.
func (t *typedTable) find(hash uint64, actor, resource unsafe.Pointer, action string, other bool) *typedDecision {
	mask := uint64(len(t.entries) - 1)
	for i := hash & mask; ; i = (i + 1) & mask {
		d := t.entries[i].Load()
		if d == nil {
			return nil
		}
		if d.hash == hash && d.typs[0] == actor && d.typs[1] == resource && d.action == action && d.other == other {
			return d
		}
	}
}

// add adds a decision, or returns the one that is there. It returns nil if the table is full.
func (r *typedRule) add(d *typedDecision) *typedDecision {
	r.lock.Lock()
	defer r.lock.Unlock()
	t := r.table.Load()
	if old := t.find(d.hash, d.typs[0], d.typs[1], d.action, d.other); old != nil {
		return old
	}
	if t.n >= mostTyped {
		return nil
	}
	if 2*(t.n+1) > len(t.entries) {
		grown := &typedTable{entries: make([]atomic.Pointer[typedDecision], 2*len(t.entries)), n: t.n}
		for i := range t.entries {
			if old := t.entries[i].Load(); old != nil {
				grown.put(old)
			}
		}
		t = grown
	}
	t.n++
	t.put(d)
	r.table.Store(t)
	return d
}

func (t *typedTable) put(d *typedDecision) {
	mask := uint64(len(t.entries) - 1)
	i := d.hash & mask
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
// If done is false, it must be decided in another way.
func (p *Program) DecideTyped(ctx context.Context, limits *Limits, name string, actor any, action string, resource any) (allowed bool, rule *RuleInfo, done bool) {
	r := p.typedAllow
	if name != "allow" {
		if name != "deny" {
			return false, nil, false
		}
		r = p.typedDeny
	}
	if r == nil {
		return false, nil, false
	}
	at, a := host.Words(actor)
	rt, b := host.Words(resource)
	if a == nil || b == nil {
		return false, nil, false
	}
	d := r.table.Load().find(typedHash(at, rt, action), at, rt, action, false)
	if d == nil {
		if d = p.typedSlow(ctx, r, actor, action, resource); d == nil {
			return false, nil, false
		}
	}
	if d.code == nil || d.steps > limits.Steps || d.bytes > limits.Bytes || d.depth > limits.Depth {
		return false, nil, false
	}
	defer func() {
		if recover() != nil { // a bug in the code must not become an answer
			allowed, rule, done = false, nil, false
		}
	}()
	var f typedFrame
	f.p[0], f.p[1] = a, b
	f.limits, f.ctx, f.steps, f.text = limits, ctx, d.steps, action
	f.p[2] = unsafe.Pointer(hide(&f.text))
	switch {
	case d.more:
		allowed = d.runMore(hide(&f))
	case d.texts:
		allowed = d.runTexts(hide(&f))
	default:
		allowed = d.code(hide(&f))
	}
	done = !f.gaveUp && f.steps <= limits.Steps && d.bytes+f.bytes <= limits.Bytes &&
		ctx.Err() == nil // if the context has ended, the solver reports it
	return allowed && done, f.rule, done
}

// runMore runs a decision that needs all of a frame.
func (d *typedDecision) runMore(f *typedFrame) bool {
	var v typedValues
	f.more = hide(&v)
	run := d.code
	if d.texts {
		run = d.runTexts
	}
	allowed := run(f)
	runtime.KeepAlive(&v)
	return allowed
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
// action that the policy does not name. It returns nil if there is none.
func (p *Program) typedSlow(ctx context.Context, r *typedRule, actor any, action string, resource any) *typedDecision {
	at, _ := host.Words(actor)
	rt, _ := host.Words(resource)
	text, named := p.nameOf(action) // the policy's own memory, and not the caller's
	hash := typedHash(at, rt, text)
	t := r.table.Load()
	if known := t.find(hash, at, rt, text, !named); known != nil {
		return known
	}
	if ctx.Err() != nil || t.n >= mostTyped {
		return nil
	}
	d := &typedDecision{typs: [2]unsafe.Pointer{at, rt}, action: text, other: !named, hash: hash}
	p.compileTyped(ctx, d, r, actor, resource)
	if ctx.Err() != nil {
		return nil // perhaps the reason why there is no code
	}
	return r.add(d)
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
	for i := range cl.params {
		p.nameOperand(&cl.params[i].term)
	}
	if p.namedShapes[cl.shape] {
		return
	}
	p.namedShapes[cl.shape] = true
	for i := range cl.params {
		p.namePattern(cl.params[i].pat)
	}
	seen := make(map[*node]bool)
	todo := []*node{cl.body}
	for len(todo) > 0 {
		n := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if n == nil || seen[n] {
			continue
		}
		seen[n] = true
		p.nameOperand(&n.a)
		p.nameOperand(&n.b)
		p.nameOperand(&n.c)
		for i := range n.args {
			p.nameOperand(&n.args[i])
		}
		p.namePattern(n.pat)
		if n.control != nil {
			todo = append(todo, n.alts...)
			todo = append(todo, n.sub)
		}
		todo = append(todo, n.next)
	}
}

func (p *Program) namePattern(pat *pattern) {
	if pat == nil {
		return
	}
	p.nameOperand(&pat.value)
	for i := range pat.fields {
		p.namePattern(pat.fields[i].pat)
	}
	for _, e := range pat.elems {
		p.namePattern(e)
	}
}

func (p *Program) nameOperand(op *operand) {
	if op.kind == constOperand {
		p.nameValue(op.value, 0)
	}
	if op.compound != nil {
		for i := range op.elems {
			p.nameOperand(&op.elems[i])
		}
		if op.rest != nil {
			p.nameOperand(op.rest)
		}
	}
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

// WhyNotTyped says why there is no code for a decision, or "" if there is. It is for tests.
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
