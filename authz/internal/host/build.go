package host

import (
	"context"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"
)

// This file defines builder, which makes the plans of types and of all types that they refer
// to.
//
// Types refer to each other in cycles, so a plan is made in two steps. The first sets its
// kind and its classes, which need nothing else. The second, from a queue, sets its fields
// and elements, which need the plans of other types. Nothing that a builder makes is visible
// to others before the queue is empty. NewRegistry uses one builder; later, a short-lived
// builder runs under a lock whenever a query meets a new type behind an interface.

// A builder makes plans for one registry.
type builder struct {
	r     *Registry
	plans map[reflect.Type]*Plan // made by this builder
	made  []*Plan                // in the order in which they were made
	queue []*Plan                // made but not yet filled
	early bool                   // in NewRegistry: plans get IDs, and errors in classes are reported
	errs  []error                // errors in registered classes

	pending []pendingRelation // relations without links so far
}

var (
	timeType    = reflect.TypeFor[time.Time]()
	errorType   = reflect.TypeFor[error]()
	contextType = reflect.TypeFor[context.Context]()
)

// plan returns the plan of t, which is not a pointer, an interface or a sql.Null*.
func (b *builder) plan(t reflect.Type) *Plan {
	if p := sharedPlan(t); p != nil {
		return p
	}
	if p := b.plans[t]; p != nil {
		return p
	}
	if p := b.r.knownPlan(t); p != nil {
		return p
	}
	p := &Plan{ID: -1, Type: t, reg: b.r, Class: b.r.primary[t], dict: dictKindOf(t)}
	p.Kind, p.unusable = classify(t)
	p.seq = t.Kind() == reflect.Func && p.unusable == ""
	if p.unusable != "" {
		p.unusable += " (" + t.String() + ")"
	}
	p.setLineage(b.r.lineageOf(t, p.Kind))
	if b.early {
		p.ID = len(enginePlans) + len(b.made)
	}
	b.plans[t] = p
	b.made = append(b.made, p)
	b.queue = append(b.queue, p)
	return p
}

// classify returns the kind of values of type t. If they cannot be used, unusable says what
// they are.
func classify(t reflect.Type) (Kind, string) {
	if t == timeType || isOpaque(t) {
		return Instance, ""
	}
	switch t.Kind() {
	case reflect.Bool:
		return Bool, ""
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		return Int, ""
	case reflect.Float32, reflect.Float64:
		return Float, ""
	case reflect.String:
		return String, ""
	case reflect.Slice, reflect.Array:
		return List, ""
	case reflect.Struct:
		return Instance, ""
	case reflect.Map:
		if t.Key().Kind() == reflect.String {
			return Dict, ""
		}
		return Instance, "a map whose keys are not strings"
	case reflect.Func:
		if t.CanSeq() && t.In(0).NumIn() == 1 {
			return Instance, ""
		}
		return Instance, "a function"
	case reflect.Chan:
		return Instance, "a channel"
	case reflect.Complex64, reflect.Complex128:
		return Instance, "a complex number"
	}
	return Instance, "an unsafe pointer"
}

// isOpaque reports whether values of t are instances although their Go kind suggests
// otherwise: named byte arrays and byte slices with methods, which are one value in many
// bytes, and types that define their own comparison. Methods on any other slice, often those
// that read and write a database column, leave it a list.
func isOpaque(t reflect.Type) bool {
	if t.Name() == "" {
		return false
	}
	methods := reflect.PointerTo(t).NumMethod()
	if methods == 0 {
		return false
	}
	switch t.Kind() {
	case reflect.Array:
		return true
	case reflect.Slice:
		if t.Elem().Kind() == reflect.Uint8 {
			return true
		}
	}
	return ComparersOf(t).Any()
}

// scalarOps are the operations for kinds that one load reads.
var scalarOps = map[reflect.Kind]op{
	reflect.Bool: opBool, reflect.String: opString,
	reflect.Int: opInt, reflect.Int8: opInt8, reflect.Int16: opInt16, reflect.Int32: opInt32, reflect.Int64: opInt64,
	reflect.Uint: opUint, reflect.Uint8: opUint8, reflect.Uint16: opUint16, reflect.Uint32: opUint32, reflect.Uint64: opUint64,
	reflect.Uintptr: opUintptr, reflect.Float32: opFloat32, reflect.Float64: opFloat64,
	reflect.Slice: opSlice, reflect.Array: opArray, reflect.Map: opMap,
}

// loaderFor returns the loader of variables of type t.
func (b *builder) loaderFor(t reflect.Type) loader { return b.loaderAt(t, 0) }

// loaderAt is loaderFor, depth pointers below the type that loaderFor was called with.
func (b *builder) loaderAt(t reflect.Type, depth int) loader {
	if depth > maxNesting {
		return failing(errorf(CodeTooDeep, "a pointer type has more than %d levels of pointers", maxNesting))
	}
	switch t.Kind() {
	case reflect.Pointer:
		next := b.loaderAt(t.Elem(), depth+1)
		if next.op == opInstance {
			return loader{op: opPointer, plan: next.plan}
		}
		return loader{op: opIndirect, plan: next.plan, ext: &loaderExt{next: next}}
	case reflect.Interface:
		if t.NumMethod() == 0 {
			return loader{op: opEface, ext: &loaderExt{reg: b.r}}
		}
		return loader{op: opIface, ext: &loaderExt{reg: b.r}}
	}
	if null, ok := b.r.nullable(t); ok {
		next := b.loaderAt(null.typ, depth+1)
		next.off = null.value.then(next.off)
		return loader{op: opNull, plan: next.plan, ext: &loaderExt{next: next, valid: null.valid}}
	}
	p := b.plan(t)
	if p.Kind == Instance {
		return loader{op: opInstance, plan: p}
	}
	return loader{op: scalarOps[t.Kind()], plan: p}
}

// failing returns a loader that always fails with err.
func failing(err *Error) loader { return loader{op: opFail, ext: &loaderExt{err: err}} }

// finish fills the plans in the queue, including those that filling adds to it.
func (b *builder) finish() {
	for len(b.queue) > 0 {
		for len(b.queue) > 0 {
			p := b.queue[0]
			b.queue = b.queue[1:]
			b.fill(p)
		}
		b.linkRelations() // which may make plans, too
	}
}

// fill sets the parts of a plan that need other plans.
func (b *builder) fill(p *Plan) {
	switch p.Kind {
	case List:
		p.elem = b.loaderFor(p.Type.Elem())
		p.elemMayBeNil(p.Type.Elem())
		p.stride = p.Type.Elem().Size()
		if p.Type.Kind() == reflect.Array {
			p.tail = b.plan(reflect.SliceOf(p.Type.Elem()))
		}
	case Dict:
		p.elem = b.loaderFor(p.Type.Elem())
		p.elemMayBeNil(p.Type.Elem())
	case Instance:
		if p.seq {
			p.elem = b.loaderFor(p.Type.In(0).In(0))
			p.elemMayBeNil(p.Type.In(0).In(0))
		}
	}
	p.order = b.bindOrdering(p)
	if p.Type.Kind() == reflect.Struct {
		b.fillFields(p)
	}
	if p.Class != nil {
		b.fillClass(p)
	}
	p.nameAttrs()
}

// report records an error in the class of plan p. For types that are not registered it does
// nothing: their errors appear when a policy uses them.
func (b *builder) report(p *Plan, format string, args ...any) {
	if b.early && p.Class != nil {
		b.errs = append(b.errs, errorf(CodeClass, "class %s: %s", p.Class.Name, fmt.Sprintf(format, args...)))
	}
}

// fillFields makes the attributes of a struct type, and the key that its tags name.
func (b *builder) fillFields(p *Plan) {
	fields, stringer := collectFields(p.Type, func(path string, err error) {
		b.report(p, "the polar tag of field %s: %v", path, err)
	})
	p.stringer = stringer
	names := nameFields(fields)
	p.attrs = make(map[string]*Attr, 2*len(fields))
	p.fields = make(map[string]*Attr, len(fields))
	made := make(map[*field]*Attr, len(fields))
	for i := range fields {
		f := &fields[i]
		spelling, ok := names.spelling[f]
		if !ok {
			continue
		}
		a := b.attr(p, f.name, f.index)
		a.Spelling, a.Show = spelling, f.tag.show
		made[f] = a
		if f.tag.show {
			p.shown = append(p.shown, a)
		}
	}
	for s, f := range names.find {
		if made[f] != nil {
			p.attrs[s] = made[f]
			p.fields[f.name] = made[f]
		}
	}
	for s, why := range names.conflicts {
		err := errorf(CodeAmbiguous, "%s of %s is ambiguous: %s", s, p.describe(), why)
		p.attrs[s] = &Attr{Name: s, Spelling: s, owner: p, loader: failing(err)}
	}
	for _, s := range slices.Sorted(maps.Keys(names.conflicts)) {
		if snake := SnakeCase(s); s == snake || names.conflicts[snake] == "" {
			b.report(p, "%s is ambiguous: %s (tag one of them `polar:\"-\"` or `polar:\"another_name\"`)", s, names.conflicts[s])
		}
	}
	b.tagKey(p, fields, made)
}

// tagKey sets the key that the tags of the fields name. A field that another field of the
// same name hides is not part of it.
func (b *builder) tagKey(p *Plan, fields []field, made map[*field]*Attr) {
	var id []*Attr
	seen := map[string]bool{}
	for i := range fields {
		f := &fields[i]
		if !f.tag.id || seen[f.name] {
			continue
		}
		seen[f.name] = true
		a := made[f]
		if a == nil {
			a = b.attr(p, f.path, f.index)
		}
		id = append(id, a)
	}
	if len(id) > 0 {
		b.setKey(p, id, "the tags `polar:\",id\"`")
	}
}

// attr returns the attribute of p for the field with that index, under the given name.
func (b *builder) attr(p *Plan, name string, index []int) *Attr {
	a := &Attr{Name: name, Spelling: SnakeCase(name), index: index, owner: p}
	var steps []place
	var off, start place
	t := p.Type
	for i, x := range index {
		if i > 0 && t.Kind() == reflect.Pointer {
			steps = append(steps, off)
			off, t = start, t.Elem()
		}
		f := t.Field(x)
		off = off.field(f)
		t = f.Type
	}
	l := b.loaderFor(t)
	a.Type, a.Plan = t, l.plan
	switch l.op {
	case opPointer, opIndirect, opEface, opIface, opNull:
		a.Nilable = true
	}
	l.off = off.then(l.off)
	if len(steps) > 0 {
		a.Nilable = true
		l = loader{op: opVia, plan: l.plan, ext: &loaderExt{next: l, steps: steps}}
	}
	a.loader = l
	return a
}

// goField returns the attribute for a Go name or a dotted path of Go names, and whether the
// field is hidden from policies. It returns nil when there is no such exported field.
func (b *builder) goField(p *Plan, path string) (a *Attr, hidden bool) {
	if a := p.fields[path]; a != nil {
		return a, false
	}
	if p.Type.Kind() != reflect.Struct {
		return nil, false
	}
	var index []int
	t := p.Type
	for name := range strings.SplitSeq(path, ".") {
		if t.Kind() == reflect.Pointer {
			t = t.Elem()
		}
		if t.Kind() != reflect.Struct {
			return nil, false
		}
		f, ok := t.FieldByName(name)
		if !ok || !f.IsExported() {
			return nil, false
		}
		hidden = hidden || hiddenOnTheWay(t, f.Index)
		index = append(index, f.Index...)
		t = f.Type
	}
	a = b.attr(p, path, index)
	if !hidden {
		p.fields[path] = a
	}
	return a, hidden
}

// hiddenOnTheWay reports whether the field of t with that index, or an embedded struct that
// leads to it, is tagged polar:"-".
func hiddenOnTheWay(t reflect.Type, index []int) bool {
	for i, x := range index {
		if i > 0 && t.Kind() == reflect.Pointer {
			t = t.Elem()
		}
		f := t.Field(x)
		if tag, err := parseTag(f.Tag.Get("polar")); err != nil || tag.hidden {
			return true
		}
		t = f.Type
	}
	return false
}

// nameAttrs lists the names of the attributes for messages.
func (p *Plan) nameAttrs() {
	set := map[string]bool{}
	for s, a := range p.attrs {
		if a.Spelling == s && a.loader.op != opFail {
			set[s] = true
		}
	}
	p.attrNames = sortedNames(set)
}
