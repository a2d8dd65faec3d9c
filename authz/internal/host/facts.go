package host

import (
	"reflect"
	"slices"
	"time"
)

// This file defines what the check of a policy against types asks about a type, beyond its
// fields and methods. The answers come from the Go type or, for a plan that was made from a
// schema, from the schema; so the check does the same with both.

// described is what a plan from a schema knows in place of a Go type.
type described struct {
	goType     string
	isStruct   bool
	ordered    bool
	unexported []string // by any spelling
	values     []any    // string or int64
	unknown    bool     // of a constant: only the type of the value is known
}

// describedMethod is what a method from a schema knows in place of Go types.
type describedMethod struct {
	params  []*Plan // nil for those that take values of more than one plan
	nilable bool    // the result may be nil
}

// Unknown reports whether v stands for a constant of which only the type is known.
func (v Value) Unknown() bool {
	return v.Plan != nil && v.Plan.described != nil && v.Plan.described.unknown
}

// GoType returns the name of the Go type, for messages.
func (p *Plan) GoType() string {
	if p.described != nil {
		return p.described.goType
	}
	return p.Type.String()
}

// IsTime reports whether the type is time.Time.
func (p *Plan) IsTime() bool { return p.Type == timeType }

// IsStruct reports whether the Go type is a struct.
func (p *Plan) IsStruct() bool {
	if p.described != nil {
		return p.described.isStruct
	}
	return p.Type.Kind() == reflect.Struct
}

// HasOrder reports whether the type may say how its values are ordered.
func (p *Plan) HasOrder() bool {
	if p.described != nil {
		return p.described.ordered
	}
	for _, name := range []string{"Compare", "Cmp", "Lt"} {
		if _, ok := reflect.PointerTo(p.Type).MethodByName(name); ok {
			return true
		}
	}
	return false
}

// ElemNilable reports whether elements of the plan may be nil.
func (p *Plan) ElemNilable() bool { return p.elemNilable }

// elemMayBeNil sets ElemNilable for a plan whose elements are of Go type t.
func (p *Plan) elemMayBeNil(t reflect.Type) {
	p.elemNilable = p.elem.plan != nil && p.elem.plan.Type != t
}

// Unexported returns the unexported field that name would find, or "".
func (p *Plan) Unexported(name string) string {
	fields := p.unexported()
	i := slices.IndexFunc(fields, func(f string) bool { return f == name || SnakeCase(f) == name })
	if i < 0 {
		return ""
	}
	return fields[i]
}

// unexported returns the Go names of the unexported fields, promoted ones included.
func (p *Plan) unexported() []string {
	if p.described != nil {
		return p.described.unexported
	}
	if p.Type.Kind() != reflect.Struct {
		return nil
	}
	var names []string
	for _, f := range reflect.VisibleFields(p.Type) {
		if !f.IsExported() && !f.Anonymous && f.Name != "_" {
			names = append(names, f.Name)
		}
	}
	return names
}

// maxValues bounds how many values of a type are read.
const maxValues = 10_000

// Values returns the values that a named string or integer type says it has, each a string
// or an int64. The type says so by a method Values that takes nothing and returns a slice of
// the type or, as ent generates it, of strings. Without such a method, and if it panics, the
// result is nil.
func (p *Plan) Values() []any {
	switch {
	case p.described != nil:
		return p.described.values
	case p.Kind != String && p.Kind != Int:
		return nil
	}
	return readValues(p.Type)
}

// readValues calls the method Values of t.
func readValues(t reflect.Type) (values []any) {
	defer func() {
		if recover() != nil {
			values = nil
		}
	}()
	m, ok := t.MethodByName("Values")
	if !ok || m.Type.NumIn() != 1 || m.Type.NumOut() != 1 {
		return nil
	}
	out := m.Type.Out(0)
	if out.Kind() != reflect.Slice || out.Elem() != t && (out.Elem() != reflect.TypeFor[string]() || t.Kind() != reflect.String) {
		return nil
	}
	list := reflect.Zero(t).Method(m.Index).Call(nil)[0]
	if list.Len() == 0 || list.Len() > maxValues || list.Len() == 1 && list.Index(0).IsZero() {
		return nil // or a method that takes its receiver apart, and found nothing in the zero value
	}
	for i := range list.Len() {
		switch v := list.Index(i); {
		case v.Kind() == reflect.String:
			values = append(values, v.String())
		case v.CanInt():
			values = append(values, v.Int())
		default:
			values = append(values, int64(v.Uint()))
		}
	}
	return values
}

// ResultNilable reports whether a call may return nil.
func (m *Method) ResultNilable() bool {
	if d := m.described; d != nil {
		return d.nilable
	}
	return m.Plan != nil && m.Out != m.Plan.Type
}

// Param returns the plan that argument i of m must have, counted from 0, or nil if the
// parameter takes values of more than one plan. An argument of another plan fits as well if
// it has the same kind and that is not Instance.
func (r *Registry) Param(m *Method, i int) *Plan {
	if d := m.described; d != nil {
		return d.params[min(i, len(d.params)-1)]
	}
	in := Deref(m.paramType(i))
	p := r.PlanOf(in)
	if p == nil || p.Type != in || p.seq || p.Usable() != nil {
		return nil
	}
	return p
}

// knownTypes are the types that a schema refers to without describing them: readers of
// schemas have them as well.
var knownTypes = []reflect.Type{
	timeType, reflect.TypeFor[time.Duration](), reflect.TypeFor[time.Month](), reflect.TypeFor[time.Weekday](), reflect.TypeFor[time.Location](),
}
