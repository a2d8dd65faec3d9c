package resolve

// This file defines rule types: which parameters the rules of a name may have.
//
// A rule conforms if it matches any of the types of its name. Rules of a name without
// types always conform. Types come from "type" declarations, from the language itself
// (allow and its siblings), and from blocks: if any block declares roles, has_role must
// be about an Actor and a Resource, and each declared relation is a type of has_relation.
// Blocks also require some of these rules to exist.
//
// Every relation of a policy is a type of the same name, has_relation, so comparing
// every rule with every type would be quadratic. Therefore types of relations are found
// by the relation's name and the classes of a rule's object, and other types by their
// features (typeindex.go).

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/ursa-authz/ursa/authz/internal/host"
	"github.com/ursa-authz/ursa/authz/polar/syntax"
)

// A ruleType is one type of the rules of a name.
type ruleType struct {
	name     string
	params   []Param
	vars     []string // names of the slots in params
	text     string
	src      *source     // nil for those of the language
	at       syntax.Span // where to report that a required rule is missing
	declared bool        // by "type", and not implied by the language or a block
	required bool
	matched  bool // a rule conforms to it
}

// A relationKey finds the types of relations.
type relationKey struct {
	name   string
	object *host.ClassInfo
}

// ruleTypes are all types of a policy.
type ruleTypes struct {
	byName    map[string][]*ruleType
	relations map[relationKey][]*ruleType // one for each class of the relation
	order     []*ruleType                 // relations in order of declaration
	indexes   map[indexKey]*typeIndex
}

// addRuleType resolves a declared rule type.
func (r *resolver) addRuleType(src *source, node *syntax.RuleType) {
	s := r.begin(src)
	t := &ruleType{name: node.Name.Text, text: src.head(node.Name, node.Params, node.Rparen), src: src, at: node.Span, declared: true}
	s.absent = s.hasExternal(node.Params)
	t.params = s.params(node.Params)
	if len(s.ops) > 0 {
		r.error(src, CodeInvalidRuleType, node.Span, "a rule type cannot contain lookups, calls, arithmetic or new", "")
		return
	}
	for i, p := range t.params {
		if hasRest(p) {
			r.error(src, CodeInvalidRuleType, node.Params[i].Span, "a rule type cannot contain the rest of a list", "")
			return
		}
	}
	t.vars = s.names()
	r.addType(t)
}

func (r *resolver) addType(t *ruleType) {
	if r.types.byName == nil {
		r.types.byName = make(map[string][]*ruleType)
	}
	r.types.byName[t.name] = append(r.types.byName[t.name], t)
}

// hasRest reports whether a parameter contains a list with a rest.
func hasRest(p Param) bool { return termHasRest(p.Term) || patternHasRest(p.Spec) }

func termHasRest(t Term) bool {
	switch t := t.(type) {
	case *List:
		return t.Rest != nil || slices.ContainsFunc(t.Elems, termHasRest)
	case *Dict:
		return slices.ContainsFunc(t.Vals, termHasRest)
	case *Const, *Var:
	}
	return false
}

func patternHasRest(p Pattern) bool {
	field := func(f FieldPattern) bool { return patternHasRest(f.Pattern) }
	switch p := p.(type) {
	case *ClassPattern:
		return slices.ContainsFunc(p.Fields, field)
	case *DictPattern:
		return slices.ContainsFunc(p.Fields, field)
	case *ListPattern:
		return p.Rest != nil || slices.ContainsFunc(p.Elems, patternHasRest)
	case *ValuePattern:
		return termHasRest(p.Term)
	case nil:
	}
	return false
}

// classParam is a parameter with a class or union as specializer.
func classParam(slot int, class *host.ClassInfo, union string) Param {
	p := &ClassPattern{Class: class, Name: union, Union: unionNamed(union)}
	if class != nil {
		p.Name, p.Union = class.Name, unionNamed(class.Name)
		if p.Union != UnionNone {
			p.Class = nil
		}
	}
	return Param{Term: &Var{Slot: slot}, Spec: p}
}

// impliedTypes adds the types of the language and of the blocks.
func (r *resolver) impliedTypes() {
	add := func(text string, vars ...string) {
		name := text[:strings.IndexByte(text, '(')]
		if r.mod.Preds[name] == nil {
			return // no rule to check
		}
		t := &ruleType{name: name, text: text, vars: vars, params: make([]Param, len(vars))}
		slots := make([]Var, len(vars))
		for slot := range vars {
			slots[slot].Slot = slot
			t.params[slot].Term = &slots[slot]
		}
		r.addType(t)
	}
	add("allow(actor, _action, resource)", "actor", "_action", "resource")
	add("allow_field(actor, action, resource, field)", "actor", "action", "resource", "field")
	add("allow_request(actor, request)", "actor", "request")
	if r.opts.DenyRule {
		// A rule with other parameters would never be queried, and deny nothing.
		add("deny(actor, action, resource)", "actor", "action", "resource")
		add("deny_field(actor, action, resource, field)", "actor", "action", "resource", "field")
		add("deny_request(actor, request)", "actor", "request")
	}

	typed := func(name, second string) *ruleType {
		t := &ruleType{
			name: name,
			vars: []string{"actor", second, "resource"},
			text: fmt.Sprintf("%s(actor: Actor, %s: String, resource: Resource)", name, second),
			params: []Param{
				classParam(0, nil, "Actor"),
				classParam(1, r.opts.Registry.Class("String"), ""),
				classParam(2, nil, "Resource"),
			},
		}
		r.addType(t)
		return t
	}
	if r.mod.Preds["has_permission"] != nil {
		typed("has_permission", "_permission")
	}
	for _, b := range r.blocks {
		if len(b.Roles) > 0 {
			t := typed("has_role", "role")
			t.required, t.src, t.at = true, b.src, b.roles
			break
		}
	}
	if len(r.blocks) > 0 {
		r.types.relations = make(map[relationKey][]*ruleType)
	}
	for _, b := range r.blocks {
		for _, rel := range b.Relations {
			r.poll(10)
			for _, class := range rel.Classes {
				r.addRelationType(b, rel.Name, class)
			}
		}
	}
}

// addRelationType adds the type of the rules for a relation to one of its classes.
func (r *resolver) addRelationType(b *block, name string, class *host.ClassInfo) {
	d := b.terms[name]
	t := &ruleType{
		name:     "has_relation",
		vars:     []string{"subject", "object"},
		text:     fmt.Sprintf("has_relation(subject: %s, %q, object: %s)", class.Name, name, b.Class.Name),
		src:      d.src,
		at:       d.at,
		required: d.required[class],
		params: []Param{
			classParam(0, class, ""),
			{Term: &Const{Value: host.MakeString(name)}},
			classParam(1, b.Class, ""),
		},
	}
	key := relationKey{name, b.Class}
	r.types.relations[key] = append(r.types.relations[key], t)
	r.types.order = append(r.types.order, t)
}

// checkRuleTypes checks every rule against the types of its name, and reports
// rules that are required but missing.
func (r *resolver) checkRuleTypes() {
	r.impliedTypes()
	for _, rule := range r.mod.Rules {
		r.checkRule(rule)
	}
	if r.badBlocks {
		return // a rule may be missing because it could not be expanded
	}
	for _, types := range r.types.byName {
		for _, t := range types {
			r.checkRequired(t)
		}
	}
	for _, t := range r.types.order {
		r.checkRequired(t)
	}
}

func (r *resolver) checkRequired(t *ruleType) {
	r.poll(1)
	if t.required && !t.matched {
		r.error(t.src, CodeMissingRule, t.at, "the block needs a rule "+t.text+", which is missing", "")
	}
}

// checkRule reports a rule that matches none of the types of its name.
func (r *resolver) checkRule(rule *Rule) {
	r.poll(1)
	types := r.types.byName[rule.Name]
	candidates := r.candidates(rule)
	if rule.Name == "has_relation" {
		relations := r.relationsFor(rule)
		types = append(types[:len(types):len(types)], relations...)
		candidates = append(candidates[:len(candidates):len(candidates)], relations...)
	}
	if len(types) == 0 {
		return
	}
	ok := false
	for _, t := range candidates {
		r.poll(1)
		if (!ok || t.required) && r.mismatch(t, rule, true) == "" {
			t.matched, ok = true, true
		}
	}
	if !ok && !r.suspect[rule] {
		r.invalidRule(rule, types)
	}
}

// relationsFor returns the types of relations that a rule may match: those with its name
// and object. If there are none, it returns the first types of the policy, for the message.
func (r *resolver) relationsFor(rule *Rule) []*ruleType {
	var found []*ruleType
	if len(rule.Params) == 3 {
		name, isName := literalString(rule.Params[1].Term)
		object, _ := rule.Params[2].Spec.(*ClassPattern)
		if isName && object != nil && object.Class != nil {
			for _, class := range append([]*host.ClassInfo{object.Class}, object.Class.Supers...) {
				found = append(found, r.types.relations[relationKey{name, class}]...)
			}
		}
	}
	if len(found) == 0 {
		return r.types.order[:min(len(r.types.order), maxReasons+1)]
	}
	return found
}

// literalString returns the string that t is. Of a constant from a schema it is not known.
func literalString(t Term) (string, bool) {
	if c, ok := t.(*Const); ok && c.Value.Kind() == host.String && !c.Value.Unknown() {
		return c.Value.Str(), true
	}
	return "", false
}

// maxReasons bounds how many rule types the message about one rule names.
const maxReasons = 4

// invalidRule reports a rule that matches no type. The message contains its head.
func (r *resolver) invalidRule(rule *Rule, types []*ruleType) {
	var reasons []string
	for _, t := range types[:min(len(types), maxReasons)] {
		reasons = append(reasons, r.shorten(t.text)+": "+r.shorten(r.mismatch(t, rule, false)))
	}
	if len(types) > maxReasons {
		reasons = append(reasons, "and others")
	}
	hint := ""
	for i, p := range rule.Params {
		c, ok := p.Spec.(*ClassPattern)
		if !ok || c.Class == nil {
			continue
		}
		for _, t := range r.types.byName[rule.Name] {
			if r.poll(1); i >= len(t.params) || hint != "" {
				continue
			}
			if want, ok := t.params[i].Spec.(*ClassPattern); ok && want.Union != UnionNone && !r.inUnion(c.Class, want.Union) {
				hint = fmt.Sprintf("declare %s %s { ... }", strings.ToLower(want.Name), c.Name)
			}
		}
	}
	for _, d := range decisions {
		if d.name == rule.Name && d.arity != len(rule.Params) {
			hint = "decisions query " + d.head
		}
	}
	r.error(r.ruleFrom[rule.Index], CodeInvalidRule, syntax.Span{Start: rule.Pos, End: rule.headEnd()},
		fmt.Sprintf("the rule %s must match one of: %s", r.shorten(rule.Text), strings.Join(reasons, "; ")), hint)
}

// shorten returns text, truncated to fit into a message: a head can be as long as a source.
func (r *resolver) shorten(text string) string {
	const most = 1000
	r.poll(1 + len(text)/1024)
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "") + "..."
}

// headEnd returns the end of the rule's head, or of the shorthand rule that it comes from.
func (r *Rule) headEnd() syntax.Position {
	if r.Node == nil {
		return r.End
	}
	return after(r.Node.Rparen, ")")
}

// inUnion reports whether class c is a member of a union, or a subclass of one.
func (r *resolver) inUnion(c *host.ClassInfo, u Union) bool {
	set := r.unions[u]
	return set[c] || slices.ContainsFunc(c.Supers, func(super *host.ClassInfo) bool { return set[super] })
}

// members returns the members of a union.
func (r *resolver) members(u Union) []*host.ClassInfo {
	if u == UnionActor {
		return r.mod.Actor
	}
	return r.mod.Resource
}

// mismatch returns why a rule does not match a type, or "". If quick is set, the reason has no details.
func (r *resolver) mismatch(t *ruleType, rule *Rule, quick bool) string {
	m := matcher{r: r, typeVars: t.vars, ruleVars: rule.Vars, quick: quick}
	if len(t.params) != len(rule.Params) {
		return m.failf("it has %s", count(len(t.params), "parameter"))
	}
	for i := range t.params {
		if why := m.param(t.params[i], rule.Params[i]); why != "" {
			return m.failf("parameter %d %s", i+1, why)
		}
	}
	return ""
}

// A matcher compares the parameters of a rule with those of a type. Its methods return why they
// do not match, or "".
type matcher struct {
	r                  *resolver
	typeVars, ruleVars []string
	quick              bool // only whether they match matters, not why
}

// failf returns a reason.
func (m matcher) failf(format string, args ...any) string {
	if m.quick {
		return "no"
	}
	return fmt.Sprintf(format, args...)
}

// must returns the reason that a parameter must match a pattern, but does not.
func (m matcher) must(verb string, p Pattern) string {
	if m.quick {
		return "no"
	}
	return "must " + verb + " " + patternText(p, m.typeVars)
}

func (m matcher) param(t, r Param) string {
	_, free := t.Term.(*Var)
	if !free {
		return m.value(t.Term, r.Term)
	}
	switch want := t.Spec.(type) {
	case nil:
		return ""
	case *ValuePattern:
		got := r.Term
		if v, ok := r.Spec.(*ValuePattern); ok {
			got = v.Term
		}
		return m.value(want.Term, got)
	default:
		return m.pattern(want, r)
	}
}

// value compares a parameter, or its specializer, with a value.
func (m matcher) value(want, got Term) string {
	if _, ok := got.(*Var); ok {
		return "must be a literal"
	}
	if !m.contains(want, got) {
		return "must match the literal of the type"
	}
	return ""
}

// contains reports whether a value of the rule conforms to one of the type: it is
// equal, a list that contains all elements, or a dictionary that has all entries.
func (m matcher) contains(want, got Term) bool {
	wantList, ok1 := elements(want)
	gotList, ok2 := elements(got)
	if ok1 && ok2 {
		m.r.poll(len(wantList))
		scalars := make(map[string]bool)
		for _, g := range gotList {
			m.r.poll(1)
			scalars[scalarText(g)] = true
		}
		for _, w := range wantList {
			m.r.poll(1)
			if text := scalarText(w); text != "" { // equal to scalars only
				if !scalars[text] {
					return false
				}
			} else if !slices.ContainsFunc(gotList, func(g Term) bool { return m.same(w, g) }) {
				return false
			}
		}
		return true
	}
	wantKeys, wantVals, ok1 := entries(want)
	gotKeys, gotVals, ok2 := entries(got)
	if ok1 && ok2 {
		for i, k := range wantKeys {
			if j, ok := slices.BinarySearch(gotKeys, k); !ok || !m.same(wantVals[i], gotVals[j]) {
				return false
			}
		}
		return true
	}
	return m.same(want, got)
}

// same reports whether two terms are structurally equal.
func (m matcher) same(want, got Term) bool {
	m.r.poll(1)
	w, ok1 := want.(*Const)
	g, ok2 := got.(*Const)
	if ok1 && ok2 {
		if eq, known := host.EqualQuiet(w.Value, g.Value); known {
			return eq
		}
	}
	return m.r.termText(want, m.typeVars) == m.r.termText(got, m.ruleVars)
}

// elements returns the elements of a list that was written in the policy.
func elements(t Term) ([]Term, bool) {
	switch t := t.(type) {
	case *List:
		return t.Elems, true
	case *Const:
		if elems, ok := t.Value.Elems(); ok {
			ts := make([]Term, len(elems))
			for i, e := range elems {
				ts[i] = &Const{Value: e, Pos: t.Pos}
			}
			return ts, true
		}
	}
	return nil, false
}

// entries returns the entries of a dictionary that was written in the policy.
func entries(t Term) ([]string, []Term, bool) {
	switch t := t.(type) {
	case *Dict:
		return t.Keys, t.Vals, true
	case *Const:
		if t.Value.Plan == host.EngineDict {
			keys := t.Value.Keys()
			vals := make([]Term, len(keys))
			for i, k := range keys {
				v, _, _ := t.Value.Get(k)
				vals[i] = &Const{Value: v, Pos: t.Pos}
			}
			return keys, vals, true
		}
	}
	return nil, nil, false
}

// pattern compares a parameter with a specializer that is a pattern.
func (m matcher) pattern(want Pattern, r Param) string {
	if _, ok := r.Term.(*Var); !ok {
		return m.literal(want, r.Term)
	}
	switch got := r.Spec.(type) {
	case nil:
		return m.must("have the specializer", want)
	case *ValuePattern:
		return m.literal(want, got.Term)
	default:
		return m.patterns(want, got)
	}
}

// literal compares a literal parameter with a pattern.
func (m matcher) literal(want Pattern, got Term) string {
	if keys, vals, ok := entries(got); ok {
		d := &DictPattern{}
		for i, k := range keys {
			d.Fields = append(d.Fields, FieldPattern{Name: k, Pattern: &ValuePattern{Term: vals[i]}})
		}
		return m.patterns(want, d)
	}
	if list, ok := want.(*ListPattern); ok {
		elems, _ := elements(got)
		return m.list(list, termTexts(elems, m.ruleVars))
	}
	c, ok := want.(*ClassPattern)
	if !ok {
		return m.must("match", want)
	}
	if isUnknown(c) && !m.r.opts.NoTypes {
		return "" // reported
	}
	if len(c.Fields) > 0 || !slices.ContainsFunc(m.r.classesOf(got), func(is *host.ClassInfo) bool { return m.r.isMember(is, c) }) {
		return m.must("be", want)
	}
	return ""
}

// classesOf returns the classes of a literal.
func (r *resolver) classesOf(t Term) []*host.ClassInfo {
	reg := r.opts.Registry
	c, ok := t.(*Const)
	switch {
	case !ok: // a list with variables
		return []*host.ClassInfo{reg.ClassByID(host.ListClass)}
	case c.Value.Plan == nil:
		return nil
	}
	var classes []*host.ClassInfo
	for _, id := range c.Value.Plan.Lineage() {
		classes = append(classes, reg.ClassByID(id))
	}
	return classes
}

// isMember reports whether instances of class c match the class or union of p.
func (r *resolver) isMember(c *host.ClassInfo, p *ClassPattern) bool {
	if p.Union != UnionNone {
		return r.inUnion(c, p.Union)
	}
	return p.Class != nil && c.IsA(p.Class)
}

// patterns compares a specializer of a rule with one of a type.
func (m matcher) patterns(want, got Pattern) string {
	wantFields, gotFields := patternFields(want), patternFields(got)
	switch want := want.(type) {
	case *ClassPattern:
		if why := m.class(want, got); why != "" {
			return why
		}
	case *DictPattern:
		if _, ok := got.(*ListPattern); ok {
			return m.must("match", want)
		}
	case *ListPattern:
		var elems []string
		if list, ok := got.(*ListPattern); ok {
			for _, e := range list.Elems {
				elems = append(elems, m.r.patternText(e, m.ruleVars))
			}
		}
		return m.list(want, elems)
	case *ValuePattern:
		panic("resolve: a value among patterns") // param compares it
	}
	for _, w := range wantFields {
		i, ok := slices.BinarySearchFunc(gotFields, w.Name, func(g FieldPattern, name string) int { return cmp.Compare(g.Name, name) })
		if !ok || m.r.patternText(gotFields[i].Pattern, m.ruleVars) != m.r.patternText(w.Pattern, m.typeVars) {
			return m.must("match", want)
		}
	}
	return ""
}

// list checks that all elements of a type's list are among the texts of a rule's elements.
func (m matcher) list(want *ListPattern, got []string) string {
	texts := make(map[string]bool, len(got))
	for _, text := range got {
		m.r.poll(1)
		texts[text] = true
	}
	for _, e := range want.Elems {
		if !texts[m.r.patternText(e, m.typeVars)] {
			return m.must("match", want)
		}
	}
	return ""
}

// class compares a specializer with the class or union of a type's specializer, ignoring fields.
func (m matcher) class(want *ClassPattern, got Pattern) string {
	switch got := got.(type) {
	case *DictPattern:
		if want.Class == nil || want.Class.Builtin != host.Dict {
			return "must be of class " + want.Name
		}
	case *ListPattern:
		if want.Class == nil || want.Class.Builtin != host.List {
			return "must be of class " + want.Name
		}
	case *ClassPattern:
		switch {
		case got.Name == want.Name:
		case !m.r.opts.NoTypes && (isUnknown(got) || isUnknown(want)): // reported
		case got.Union != UnionNone && want.Union == UnionNone:
			members := m.r.members(got.Union)
			if want.Class == nil || len(members) == 0 ||
				slices.ContainsFunc(members, func(c *host.ClassInfo) bool { return !c.IsA(want.Class) }) {
				return m.failf("must be of class %s, not any %s", want.Name, got.Name)
			}
		case got.Class == nil || !m.r.isMember(got.Class, want):
			if want.Union != UnionNone {
				return m.failf("must be a member of %s, which %s is not", want.Name, got.Name)
			}
			return m.failf("must be of class %s, which %s is not", want.Name, got.Name)
		}
	case *ValuePattern:
		panic("resolve: a value among patterns") // pattern compares it
	}
	return ""
}

// isUnknown reports whether the class of a pattern is not registered.
func isUnknown(p *ClassPattern) bool { return p.Class == nil && p.Union == UnionNone }

// patternFields returns the fields of a class or dictionary pattern.
func patternFields(p Pattern) []FieldPattern {
	switch p := p.(type) {
	case *ClassPattern:
		return p.Fields
	case *DictPattern:
		return p.Fields
	case *ListPattern, *ValuePattern:
	}
	return nil
}
