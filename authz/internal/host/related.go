package host

import ()

// This file defines links, which tell whether the rows that a field holds are those of its
// relation. A field may hold others: the program changed a key after loading, or a client
// filled the struct. The keys decide, because they are what the database follows.

// A LinkSpec names two fields that are equal in related rows.
type LinkSpec struct {
	Owner  string // Go name of a field of the relation's owner
	Target string // Go name of a field of the other row
}

// A link is two attributes that are equal in related rows.
type link struct{ owner, target *Attr }

// A pendingRelation is a relation whose links are made when all plans are complete.
type pendingRelation struct {
	owner    *Plan
	relation *Relation
	spec     RelationSpec
}

// linkRelations makes the links of the relations that b has added.
func (b *builder) linkRelations() {
	for _, p := range b.pending {
		for _, l := range p.spec.Links {
			b.addLink(p, l)
		}
		if len(p.spec.Links) == 0 {
			p.relation.linkByKey()
		}
	}
	b.pending = nil
}

// addLink makes a link that registration names.
func (b *builder) addLink(p pendingRelation, spec LinkSpec) {
	owner, _ := b.goField(p.owner, spec.Owner)
	target, _ := b.goField(p.relation.Target, spec.Target)
	switch {
	case owner == nil:
		b.report(p.owner, "a link of relation %s names field %s, which does not exist", p.spec.Name, spec.Owner)
	case target == nil:
		b.report(p.owner, "a link of relation %s names field %s of %s, which does not exist", p.spec.Name, spec.Target, p.relation.Target.describe())
	default:
		p.relation.links = append(p.relation.links, link{owner, target})
	}
}

// linkByKey links the foreign key with the target's key, in its order, if they have the same
// types.
func (r *Relation) linkByKey() {
	key := r.Target.Key()
	if len(key) != len(r.ForeignKey) {
		return
	}
	var links []link
	for i, fk := range r.ForeignKey {
		l := link{fk, key[i]}
		if !l.comparable() {
			return
		}
		links = append(links, l)
	}
	r.links = links
}

// comparable reports whether values of the two attributes can be equal.
func (l link) comparable() bool {
	p, q := l.owner.Plan, l.target.Plan
	if p == nil || q == nil {
		return true // an interface, whose values tell
	}
	if p == q {
		return isKeyType(p.Type)
	}
	return p.Kind == q.Kind && (p.Kind == Int || p.Kind == String || p.Kind == Bool)
}

// joins reports whether the link holds between the objects at owner and target. Where it
// cannot be compared, it does not hold.
func (l link) joins(owner, target Pointer) bool {
	if !l.comparable() {
		return false
	}
	p, lp, ok := l.owner.loader.resolve(owner)
	q, lq, okq := l.target.loader.resolve(target)
	if !ok || !okq {
		return false
	}
	if lp.plan != nil && lp.plan == lq.plan && lp.op == lq.op {
		return sameVariable(lp, p, q)
	}
	v, err := l.owner.loader.load(owner, 0)
	if err != nil {
		return false
	}
	w, err := l.target.loader.load(target, 0)
	if err != nil {
		return false
	}
	eq, _ := EqualQuiet(v, w)
	return eq
}

// fits reports whether the rows in the field of the object at base are related to it by
// their keys. It takes time proportional to their number.
func (a *Attr) fits(base Pointer) bool {
	r := a.Relation
	if len(r.links) == 0 {
		return true
	}
	v, err := a.loader.load(base, 0)
	if err != nil {
		return false
	}
	if !r.Many {
		return r.joins(base, v)
	}
	if v.Kind() != List {
		return false
	}
	for i := range v.Len() {
		row, err := v.At(i)
		if err != nil || !r.joins(base, row) {
			return false
		}
	}
	return true
}

// ForeignKeyOf returns the attribute of the relation's owner that is equal to the attribute
// name of the related row, if there is such a row, or nil. With a relation that is required,
// there is one unless the foreign key is nil or zero. Both attributes have the same type, an
// integer or a string.
func (r *Relation) ForeignKeyOf(name string) *Attr {
	if !r.required || r.Many || len(r.ForeignKey) != 1 || len(r.links) != 1 {
		return nil
	}
	owner, target := r.links[0].owner, r.links[0].target
	if owner != r.ForeignKey[0] || target != r.Target.attrs[name] || owner.Plan == nil || owner.Plan != target.Plan {
		return nil
	}
	if k := owner.Plan.Kind; k != Int && k != String {
		return nil
	}
	return owner
}

// joins reports whether a row is related to the object at base.
func (r *Relation) joins(base Pointer, row Value) bool {
	if row.Plan != r.Target {
		return false
	}
	for _, l := range r.links {
		if !l.joins(base, row.Ptr) {
			return false
		}
	}
	return true
}

// isPartial reports whether the field of the object at base was not read, or not all of it.
// The name "" stands for any field.
func (p *Plan) isPartial(base Pointer, field string) bool {
	if p.Class == nil || p.Class.spec.RowInfo == nil {
		return false
	}
	return p.Class.spec.RowInfo.Partial(pointerAt(p.Type, base).Interface(), field)
}

// keyIsPartial reports whether a part of the key of the object at base was not read.
func (p *Plan) keyIsPartial(base Pointer) bool {
	if p.Class == nil || p.Class.spec.RowInfo == nil {
		return false
	}
	for _, a := range p.key.attrs {
		if p.isPartial(base, a.Name) {
			return true
		}
	}
	return false
}

// errPartial is the error of reading what of an object of plan p was not read.
func (p *Plan) errPartial(what string) *Error {
	return errorf(CodePartial, "%s of %s was not read with the row (read the whole row: no Select or Omit)", what, p.describe())
}
