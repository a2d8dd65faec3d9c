package vm

// This file defines where a Program keeps its decisions for types, and how they are found.
//
// The key of a decision has the types of the arguments that are objects, and the texts of those
// that are names in the policy. Both are compared as words. The four forms of questions share
// one kind of key: those with three arguments or less have no last one, and that about a
// request has an empty action.

import (
	"context"
	"encoding/binary"
	"sync"
	"sync/atomic"
	"unsafe"

	"github.com/ursa-authz/ursa/authz/internal/host"
)

// mostTyped bounds the decisions of a rule.
const mostTyped = 1024

// typedNames are the rules whose decisions are compiled for types, the most frequent first.
var typedNames = [...]struct {
	name string
	form Form
}{
	{"allow", FormAction}, {"deny", FormAction},
	{"allow_field", FormField}, {"deny_field", FormField},
	{"allow_request", FormRequest}, {"deny_request", FormRequest},
	{"allow_change", FormChange},
}

// Sizes of texts that stand for more than one text.
const (
	otherText = -1 - iota // all that the policy does not name
	openText              // a variable
)

// A typedText is a text in a key.
type typedText struct {
	a, b uint64 // its words
	size int    // its length, or otherText or openText
	text string
}

// is reports whether two texts are the same.
func (t *typedText) is(a, b uint64, size int, text string) bool {
	return t.a == a && t.b == b && t.size == size && (size <= 16 || t.text == text)
}

// A typedKey identifies a decision of a rule.
type typedKey struct {
	actor, resource unsafe.Pointer // type words
	action          typedText
	last            typedLast
}

// A typedLast is the fourth argument in a key: a text, or an object of a type.
type typedLast struct {
	typ unsafe.Pointer // the type word; nil for a text
	typedText
}

func (l *typedLast) equals(m *typedLast) bool {
	return l.typ == m.typ && l.is(m.a, m.b, m.size, m.text)
}

// lastOf returns the fourth argument of a question as it is in a key. It returns false for nil.
func lastOf(q *Question) (l typedLast, ok bool) {
	if q.Form == FormField {
		return typedLast{typedText: textOf(q.Field)}, true
	}
	var data unsafe.Pointer
	l.typ, data = host.Words(q.After)
	return l, data != nil
}

func textOf(s string) typedText {
	a, b := textWords(s)
	return typedText{a, b, len(s), s}
}

// A typedRule has the decisions for types of one rule.
type typedRule struct {
	name  string
	form  Form
	pred  *pred
	table atomic.Pointer[typedTable]
	lock  sync.Mutex
}

// A typedTable finds decisions by open addressing. Entries are only added.
type typedTable struct {
	entries []atomic.Pointer[typedDecision] // length is a power of two, at most half full
	n       atomic.Int32                    // entries in use
}

// textWords returns the bytes of a text: all of them if there are at most 16.
func textWords(s string) (a, b uint64) {
	switch n := len(s); {
	case n >= 8:
		p := unsafe.Slice(unsafe.StringData(s), n)
		return binary.LittleEndian.Uint64(p), binary.LittleEndian.Uint64(p[n-8:])
	case n >= 4:
		p := unsafe.Slice(unsafe.StringData(s), n)
		return uint64(binary.LittleEndian.Uint32(p)), uint64(binary.LittleEndian.Uint32(p[n-4:]))
	case n > 0:
		return uint64(s[0]) | uint64(s[n/2])<<8, uint64(s[n-1])
	}
	return 0, 0
}

// typedHash returns where the search for a key begins. Last is nil if there are at most three
// arguments.
func typedHash(actor, resource unsafe.Pointer, a, b uint64, last *typedLast) uint64 {
	h := (uint64(uintptr(actor)) ^ a) * 0x9E3779B97F4A7C15
	if last != nil {
		h ^= (uint64(uintptr(last.typ)) ^ last.a ^ last.b*31) * 0xD6E8FEB86659FD93
	}
	h = (h>>32 ^ uint64(uintptr(resource)) ^ b) * 0xC2B2AE3D27D4EB4F
	return h >> 32
}

// find returns the decision with a key, or nil. The action has the words a and b.
func (t *typedTable) find(actor, resource unsafe.Pointer, a, b uint64, size int, action string, last *typedLast) *typedDecision {
	mask := uint64(len(t.entries) - 1)
	for i := typedHash(actor, resource, a, b, last) & mask; ; i = (i + 1) & mask {
		d := t.entries[i].Load()
		if d == nil {
			return nil
		}
		if d.resource == resource && d.actor == actor && d.action.is(a, b, size, action) && (last == nil || d.last.equals(last)) {
			return d
		}
	}
}

// findKey is find for a key.
func (r *typedRule) findKey(t *typedTable, k *typedKey) *typedDecision {
	return t.find(k.actor, k.resource, k.action.a, k.action.b, k.action.size, k.action.text, r.last(k))
}

// last returns the part of a key that only rules with four parameters have.
func (r *typedRule) last(k *typedKey) *typedLast {
	if r.form.hasLast() {
		return &k.last
	}
	return nil
}

// add adds a decision, or returns the one that is there. It returns nil if the table is full.
func (r *typedRule) add(d *typedDecision) *typedDecision {
	r.lock.Lock()
	defer r.lock.Unlock()
	t := r.table.Load()
	if old := r.findKey(t, &d.typedKey); old != nil {
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
				r.put(grown, old)
			}
		}
		t = grown
	}
	t.n.Add(1)
	r.put(t, d)
	r.table.Store(t)
	return d
}

func (r *typedRule) put(t *typedTable, d *typedDecision) {
	mask := uint64(len(t.entries) - 1)
	i := typedHash(d.actor, d.resource, d.action.a, d.action.b, r.last(&d.typedKey)) & mask
	for t.entries[i].Load() != nil {
		i = (i + 1) & mask
	}
	t.entries[i].Store(d)
}

// typedPreds returns the rules of the program whose decisions are compiled for types.
func (p *Program) typedPreds() (rules []*typedRule) {
	for _, n := range typedNames {
		if pr := p.preds[n.name][n.form.arity()]; pr != nil {
			r := &typedRule{name: n.name, form: n.form, pred: pr}
			r.table.Store(&typedTable{entries: make([]atomic.Pointer[typedDecision], 2)})
			rules = append(rules, r)
		}
	}
	return rules
}

// typedRuleOf returns the rule of that name for questions of a form, or nil.
func (p *Program) typedRuleOf(name string, form Form) *typedRule {
	for _, r := range p.typed {
		if r.form == form && r.name == name {
			return r
		}
	}
	return nil
}

// typedFor returns the decision for a question, or nil if it is not compiled now. R may be nil.
func (p *Program) typedFor(ctx context.Context, r *typedRule, q *Question) *typedDecision {
	if r == nil {
		return nil
	}
	at, a := host.Words(q.Actor)
	rt, b := host.Words(q.Resource)
	if a == nil || b == nil {
		return nil
	}
	t := r.table.Load()
	wa, wb := textWords(q.Action)
	var d *typedDecision
	if r.form.hasLast() {
		last, ok := lastOf(q)
		if !ok {
			return nil
		}
		d = t.find(at, rt, wa, wb, len(q.Action), q.Action, &last)
	} else {
		d = t.find(at, rt, wa, wb, len(q.Action), q.Action, nil)
	}
	if d == nil {
		d = p.typedSlow(ctx, r, q, false)
	}
	return d
}

// typedSlow returns the decision for a question that is asked for the first time, or whose texts
// the policy does not name. With open, the last text of the question is a variable. It returns
// nil if the decision is not compiled now.
func (p *Program) typedSlow(ctx context.Context, r *typedRule, q *Question, open bool) *typedDecision {
	var k typedKey
	k.actor, _ = host.Words(q.Actor)
	k.resource, _ = host.Words(q.Resource)
	if r.form != FormRequest {
		k.action = p.nameOf(q.Action)
	}
	text := &k.action
	switch r.form {
	case FormField:
		k.last.typedText = p.nameOf(q.Field)
		text = &k.last.typedText
	case FormChange:
		k.last.typ, _ = host.Words(q.After)
	}
	if open {
		*text = typedText{size: openText}
	}
	t := r.table.Load()
	if known := r.findKey(t, &k); known != nil {
		return known
	}
	if ctx.Err() != nil || t.n.Load() >= mostTyped {
		return nil
	}
	made := &typedDecision{typedKey: k}
	p.compileTyped(ctx, made, r, q)
	if ctx.Err() != nil {
		return nil // the compiler may have stopped because of that
	}
	return r.add(made)
}
