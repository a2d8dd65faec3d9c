package resolve

// This file defines the checks of attributes, methods and constructors.

import (
	"fmt"
	"slices"

	"github.com/ursa-authz/ursa/authz/internal/host"
	"github.com/ursa-authz/ursa/authz/polar/internal/ops"
	"github.com/ursa-authz/ursa/authz/polar/syntax"
)

// A memberKey is the key of a cached member.
type memberKey struct {
	typ    *typ
	name   string
	method bool
}

// A member is an attribute or method of the alternatives of a type.
type member struct {
	typ     *typ // of the attribute
	some    bool // an alternative has it
	without []alt
	methods []*host.Method // of Go, by alternative
	builtin []*ops.Builtin
}

// remember returns the result of find. It caches the result if the type has so many
// alternatives that another search would cost more.
func (c *checker) remember(key memberKey, find func(memberKey) *member) *member {
	if len(key.typ.alts) <= 4 {
		return find(key)
	}
	m := c.members[key]
	if m == nil {
		m = find(key)
		c.members[key] = m
	}
	return m
}

// findAttr looks for an attribute of a type. A dictionary may have any key.
func (c *checker) findAttr(key memberKey) *member {
	t, name := key.typ, key.name
	m := &member{}
	of := neverType
	for _, a := range t.alts {
		var found *host.Attr
		if a.plan != nil && a.kind != host.ClassKind {
			found = a.plan.Attr(name)
		}
		switch {
		case a.kind == host.Dict:
			m.some, of = true, nil
		case found == nil:
			m.without = append(m.without, a)
		case found.Ambiguous() != nil:
			m.without = append(m.without, a)
		default:
			m.some = true
			of = join(of, planType(found.Plan, found.Nilable || found.Relation != nil))
		}
	}
	m.typ = of.orUnknown()
	return m
}

// attribute checks that something of type t can have an attribute and returns its type.
func (c *checker) attribute(t *typ, name string, at syntax.Span) *typ {
	c.watchMember(at, t)
	if t == nil || len(t.alts) == 0 {
		return nil
	}
	m := c.remember(memberKey{t, name, false}, c.findAttr)
	switch {
	case !m.some:
		c.noAttribute(t, name, at)
	case len(m.without) > 0:
		c.warn(CodePartialName, at, fmt.Sprintf("%s has no attribute %s, so a value of that type is an error here", &typ{alts: m.without}, name),
			"test the class first, as in x matches Class")
	}
	return m.typ
}

// noAttribute reports an attribute that no alternative of t has.
func (c *checker) noAttribute(t *typ, name string, at syntax.Span) {
	if t.alts[0].kind == host.ClassKind {
		c.error(CodeUnknownAttribute, at, fmt.Sprintf("a class itself has no attribute %s", name), "")
		return
	}
	names := make(map[string]bool)
	for _, a := range t.alts[:min(len(t.alts), maxAlts)] {
		if a.plan == nil {
			if b := ops.BuiltinOf(a.kind, name); b != nil {
				c.methodAsAttribute(a, name, len(b.Args), at)
				return
			}
			continue
		}
		if attr := a.plan.Attr(name); attr != nil {
			c.error(CodeUnknownAttribute, at, fmt.Sprintf("the attribute %[2]s of %[1]s is ambiguous: %[3]v", a, name, attr.Ambiguous()), "")
			return
		}
		if field := a.plan.Unexported(name); field != "" {
			c.error(CodeUnexported, at, fmt.Sprintf("the field %s of %s is not exported, so policies cannot read it", field, a), "")
			return
		}
		if m := a.plan.Method(name); m != nil {
			c.methodAsAttribute(a, name, len(m.In), at)
			return
		}
		if b := ops.BuiltinOf(a.kind, name); b != nil {
			c.methodAsAttribute(a, name, len(b.Args), at)
			return
		}
		for _, n := range a.plan.AttrNames() {
			names[n] = true
		}
	}
	hint, fix := c.r.nearest(name, sortedKeys(names))
	c.error(CodeUnknownAttribute, at, fmt.Sprintf("%s has no attribute %s", t, name), hint)
	c.r.replace(name, fix)
}

// methodAsAttribute reports a method with n parameters that is used like an attribute.
func (c *checker) methodAsAttribute(a alt, name string, n int, at syntax.Span) {
	call, fix := name+"(...)", ""
	if n == 0 {
		call, fix = name+"()", name+"()"
	}
	c.error(CodeUnknownAttribute, at, fmt.Sprintf("%s has no attribute %s", a, name), "it is a method: write "+call)
	c.r.replace(name, fix)
}

// lookup checks an attribute and returns its type.
func (c *checker) lookup(g *Lookup) *typ {
	if g.Name == "" {
		return nil
	}
	at := span(g)
	if l, ok := g.Node.(*syntax.Lookup); ok && l.Name != nil {
		at = l.Name.Span
	}
	return c.attribute(c.term(g.Obj), g.Name, at)
}

// key returns the type of a field of a dictionary pattern. A value without such an
// attribute does not match. A key that no class has is probably misspelled, but the
// value may be a dictionary of the program, whose keys are not known.
func (c *checker) key(t *typ, f FieldPattern) *typ {
	c.r.poll(1)
	c.watchMember(fieldSpan(f), t)
	if t == nil || len(t.alts) == 0 {
		known, ok := c.keys[f.Name]
		if !ok {
			known = c.facts.hasKey(f.Name)
			if c.keys == nil {
				c.keys = make(map[string]bool)
			}
			c.keys[f.Name] = known
		}
		if !known {
			hint, fix := c.r.nearest(f.Name, c.r.fieldNames(c.facts))
			c.warn(CodeUnknownKey, fieldSpan(f), "no registered class has an attribute "+f.Name, hint)
			c.r.replace(f.Name, fix)
		}
		return nil
	}
	m := c.remember(memberKey{t, f.Name, false}, c.findAttr)
	if !m.some {
		c.noAttribute(t, f.Name, fieldSpan(f))
	}
	return m.typ
}

// findMethod looks for a method of a type, Go's before built-in ones.
func (c *checker) findMethod(key memberKey) *member {
	t, name := key.typ, key.name
	m := &member{}
	for _, a := range t.alts {
		if a.plan != nil && a.kind != host.ClassKind {
			if gm := a.plan.Method(name); gm != nil {
				m.some = true
				m.methods = append(m.methods, gm)
				continue
			}
		}
		if b := ops.BuiltinOf(a.kind, name); b != nil {
			m.some = true
			m.builtin = append(m.builtin, b)
			continue
		}
		if _, ok := c.facts.methods[a.kind][host.SnakeCase(name)]; ok && a.plan == nil {
			m.some = true
			m.methods = append(m.methods, nil) // of some type of the kind
			continue
		}
		m.without = append(m.without, a)
	}
	return m
}

// method checks a method call and returns the type of its result.
func (c *checker) method(g *Method) *typ {
	t := c.term(g.Obj)
	at, call := span(g), span(g)
	if l, ok := g.Node.(*syntax.Lookup); ok {
		at = l.Name.Span
	}
	c.watchMember(at, t)
	if t == nil || len(t.alts) == 0 {
		return nil
	}
	m := c.remember(memberKey{t, g.Name, true}, c.findMethod)
	if !m.some {
		c.noMethod(t, g.Name, at)
		return nil
	}
	if len(m.without) > 0 {
		c.warn(CodePartialName, at, fmt.Sprintf("%s has no method %s, so a value of that type is an error here", &typ{alts: m.without}, g.Name),
			"test the class first, as in x matches Class")
	}
	result := neverType
	var wrong []string
	fits := false
	for _, gm := range m.methods {
		if gm == nil {
			fits, result = true, nil
			continue
		}
		if err := gm.Refused(); err != nil {
			wrong = append(wrong, err.Error())
			continue
		}
		if why := countFits(gm, len(g.Args)); why != "" {
			wrong = append(wrong, why)
			continue
		}
		fits = true
		result = join(result, resultType(gm))
	}
	for _, b := range m.builtin {
		if len(g.Args) != len(b.Args) {
			wrong = append(wrong, fmt.Sprintf("%s.%s takes %s, not %d", b.Recv, b.Name, count(len(b.Args), "argument"), len(g.Args)))
			continue
		}
		fits = true
		result = join(result, kindType(b.Result, kindType(b.Elem, nil)))
	}
	if g.Kwargs != nil {
		return result.orUnknown() // reported
	}
	if !fits {
		c.error(CodeArgumentCount, call, wrong[0], "")
		return nil
	}
	c.checkArguments(m, g.Name, g.Args, g.Pos)
	return result.orUnknown()
}

// countFits returns why a method cannot be called with n arguments, or "".
func countFits(m *host.Method, n int) string {
	switch {
	case m.Variadic && n < len(m.In)-1:
		return fmt.Sprintf("%s takes at least %s, not %d", m.Spelling, count(len(m.In)-1, "argument"), n)
	case !m.Variadic && n != len(m.In):
		return fmt.Sprintf("%s takes %s, not %d", m.Spelling, count(len(m.In), "argument"), n)
	}
	return ""
}

// resultType returns the type of what m returns.
func resultType(m *host.Method) *typ {
	if m.Plan == nil {
		return nil
	}
	return planType(m.Plan, m.ResultNilable())
}

// noMethod reports a method that no alternative of t has.
func (c *checker) noMethod(t *typ, name string, at syntax.Span) {
	if t.alts[0].kind == host.ClassKind {
		c.error(CodeUnknownMethod, at, fmt.Sprintf("a class itself has no method %s", name), "")
		return
	}
	names := make(map[string]bool)
	for _, a := range t.alts[:min(len(t.alts), maxAlts)] {
		for _, n := range ops.BuiltinNames(a.kind) {
			names[n] = true
		}
		if a.plan == nil {
			for n := range c.facts.methods[a.kind] {
				names[n] = true
			}
			continue
		}
		if a.plan.Attr(name) != nil {
			c.error(CodeUnknownMethod, at, fmt.Sprintf("%s has no method %s", a, name), "it is an attribute: write it without parentheses")
			return
		}
		for _, n := range a.plan.MethodNames() {
			names[n] = true
		}
	}
	hint, fix := c.r.nearest(name, sortedKeys(names))
	if usual := usualMethods[name]; usual != "" && names[usual] {
		hint, fix = "did you mean "+quote(usual)+"?", usual
	}
	c.error(CodeUnknownMethod, at, fmt.Sprintf("%s has no method %s", t, name), hint)
	c.r.replace(name, fix)
}

// checkArguments checks that each argument fits one of the methods that may be called.
func (c *checker) checkArguments(m *member, name string, args []Term, pos syntax.Position) {
	for i, arg := range args {
		t := c.term(arg)
		if t == nil || t.nilable || len(t.alts) == 0 {
			continue
		}
		var wants []string
		for _, gm := range m.methods {
			want := ""
			if gm != nil && countFits(gm, len(args)) == "" {
				want = c.misfit(t, gm, i)
			}
			wants = append(wants, want)
		}
		for _, b := range m.builtin {
			want := ""
			if len(args) == len(b.Args) {
				want = wrongKind(t, b.Args[i])
			}
			wants = append(wants, want)
		}
		if !slices.Contains(wants, "") {
			slices.Sort(wants)
			c.error(CodeArgumentKind, termSpan(arg, pos), fmt.Sprintf("argument %d of %s must be %s, not %s", i+1, name, orList(slices.Compact(wants)), t), "")
		}
	}
}

// wrongKind returns the name of kind k if nothing of type t has it, or "". Nil means any kind.
func wrongKind(t *typ, k host.Kind) string {
	if k == host.Nil || t.any(func(a alt) bool { return a.kind == k }) {
		return ""
	}
	return k.String()
}

// misfit returns the type of parameter i of m if nothing of type t fits it, or "".
func (c *checker) misfit(t *typ, m *host.Method, i int) string {
	plan := c.facts.reg.Param(m, i)
	if plan == nil {
		return ""
	}
	want := alt{kind: plan.Kind, plan: plan}
	if t.any(want.mayEqual) || t.any(func(a alt) bool { return a.kind == host.ClassKind }) {
		return ""
	}
	return want.String()
}

// create checks new Class(...) and returns the type of its result.
func (c *checker) create(g *New) *typ {
	if g.Class == nil {
		return nil // reported
	}
	ctor := g.Class.Constructor()
	switch {
	case ctor == nil:
		c.error(CodeNoConstructor, span(g), "the class "+g.Class.Name+" has no constructor", "")
	case g.Kwargs != nil: // reported
	case countFits(ctor, len(g.Args)) != "":
		c.error(CodeArgumentCount, span(g), "new "+g.Class.Name+": "+countFits(ctor, len(g.Args)), "")
	default:
		c.checkArguments(&member{methods: []*host.Method{ctor}}, "new "+g.Class.Name, g.Args, g.Pos)
	}
	return planType(g.Class.Plan, false)
}

// sortedKeys returns the keys of a set in ascending order.
func sortedKeys(set map[string]bool) []string {
	names := make([]string, 0, len(set))
	for name := range set {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
