//go:build !purego

package vm

// This file defines where a Program keeps its decisions for types, and how they are found.
//
// The key of a decision has the types of actor and resource, and the texts of the question. Both
// are compared as words. A question without a field or an action has an empty one.

import (
	"context"
	"encoding/binary"
	"math/bits"
	"sync"
	"sync/atomic"
	"unsafe"

	"github.com/ursa-authz/ursa/authz/internal/host"
)

// mostTyped bounds the decisions of a rule.
const mostTyped = 1024

// typedNames are the rules whose decisions are compiled for types.
var typedNames = [...]struct {
	name string
	form Form
}{
	{"allow", FormAction}, {"deny", FormAction},
	{"allow_field", FormField}, {"deny_field", FormField},
	{"allow_request", FormRequest}, {"deny_request", FormRequest},
}

// typedIndex returns the index of a name in typedNames, or -1. It takes less time than a search.
func typedIndex(name string) int {
	switch name {
	case "allow":
		return 0
	case "deny":
		return 1
	case "allow_field":
		return 2
	case "deny_field":
		return 3
	case "allow_request":
		return 4
	case "deny_request":
		return 5
	}
	return -1
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
	action, field   typedText
}

func (t *typedText) equals(u *typedText) bool { return t.is(u.a, u.b, u.size, u.text) }

func textOf(s string) typedText {
	a, b := textWords(s)
	return typedText{a, b, len(s), s}
}

// A typedRule has the decisions for types of one rule.
type typedRule struct {
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
	n := len(s)
	switch p := unsafe.Slice(unsafe.StringData(s), n); {
	case n >= 8:
		a, b = binary.LittleEndian.Uint64(p), binary.LittleEndian.Uint64(p[n-8:])
	case n >= 4:
		a, b = uint64(binary.LittleEndian.Uint32(p)), uint64(binary.LittleEndian.Uint32(p[n-4:]))
	case n > 0:
		a, b = uint64(p[0])|uint64(p[n/2])<<8, uint64(p[n-1])
	}
	return a, b
}

// typedHash returns where the search for a key begins.
func typedHash(actor, resource unsafe.Pointer, a, b, fa, fb uint64) uint64 {
	h := uint64(uintptr(actor)) ^ bits.RotateLeft64(uint64(uintptr(resource)), 17) ^ a ^ bits.RotateLeft64(b, 29) ^ bits.RotateLeft64(fa, 41) ^ bits.RotateLeft64(fb, 53)
	return h * 0x9E3779B97F4A7C15 >> 40
}

func (k *typedKey) hash() uint64 {
	return typedHash(k.actor, k.resource, k.action.a, k.action.b, k.field.a, k.field.b)
}

// find returns the decision with a key, or nil.
func (t *typedTable) find(k *typedKey) *typedDecision {
	mask := uint64(len(t.entries) - 1)
	for i := k.hash() & mask; ; i = (i + 1) & mask {
		d := t.entries[i].Load()
		if d == nil || d.resource == k.resource && d.actor == k.actor && d.action.equals(&k.action) && d.field.equals(&k.field) {
			return d
		}
	}
}

// add adds a decision, or returns the one that is there. It returns nil if the table is full.
func (r *typedRule) add(d *typedDecision) *typedDecision {
	r.lock.Lock()
	defer r.lock.Unlock()
	t := r.table.Load()
	if old := t.find(&d.typedKey); old != nil {
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
	i := d.hash() & mask
	for t.entries[i].Load() != nil {
		i = (i + 1) & mask
	}
	t.entries[i].Store(d)
}

// makeTyped sets the rules of the program whose decisions are compiled for types.
func (p *Program) makeTyped() {
	for i, n := range typedNames {
		if pr := p.preds[n.name][n.form.arity()]; pr != nil {
			r := &typedRule{form: n.form, pred: pr}
			r.table.Store(&typedTable{entries: make([]atomic.Pointer[typedDecision], 2)})
			p.typed[i] = r
		}
	}
}

// typedRuleOf returns the rule of that name for questions of a form, or nil.
func (p *Program) typedRuleOf(name string, form Form) *typedRule {
	if i := typedIndex(name); i >= 0 {
		if r := p.typed[i]; r != nil && r.form == form {
			return r
		}
	}
	return nil
}

// typedFor returns the decision for a question, or nil if it is not compiled now. R may be nil.
// Most decisions are where their search begins.
func (p *Program) typedFor(ctx context.Context, r *typedRule, q *Question) *typedDecision {
	if r == nil {
		return nil
	}
	at, actor := host.Words(q.Actor)
	rt, resource := host.Words(q.Resource)
	if actor == nil || resource == nil {
		return nil
	}
	a, b := textWords(q.Action)
	var fa, fb uint64
	if q.Form == FormField {
		fa, fb = textWords(q.Field)
	}
	t := r.table.Load()
	d := t.entries[typedHash(at, rt, a, b, fa, fb)&uint64(len(t.entries)-1)].Load()
	if d != nil && d.resource == rt && d.actor == at && d.action.is(a, b, len(q.Action), q.Action) && d.field.is(fa, fb, len(q.Field), q.Field) {
		return d
	}
	if d = t.find(&typedKey{at, rt, typedText{a, b, len(q.Action), q.Action}, typedText{fa, fb, len(q.Field), q.Field}}); d != nil {
		return d
	}
	return p.typedSlow(ctx, r, q, false)
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
	last := &k.action
	if r.form == FormField {
		k.field = p.nameOf(q.Field)
		last = &k.field
	}
	if open {
		*last = typedText{size: openText}
	}
	t := r.table.Load()
	if known := t.find(&k); known != nil {
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
