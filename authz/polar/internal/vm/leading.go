package vm

// This file finds the conditions on fields that the index may use.

import (
	"slices"

	"github.com/ursa-authz/ursa/authz/internal/host"
	"github.com/ursa-authz/ursa/authz/polar/internal/resolve"
)

// A fieldEquals is a condition that a body begins with: a field of a parameter
// equals a constant.
type fieldEquals struct {
	key   indexKey
	attrs []*host.Attr
	value Value
}

// leadingEquals returns the conditions of that kind at the beginning of a body.
//
// The index may skip a clause because of a condition only if no earlier goal could
// have been an error. So the conditions end before the first goal that is not a
// lookup of a plain field of a parameter of a known class, or a comparison of such
// fields with each other or with constants.
func (p *Program) leadingEquals(c *clause, r *resolve.Rule) []fieldEquals {
	type parameter struct {
		arg  int
		plan *host.Plan
	}
	params := make(map[int]parameter) // by slot
	for i := range c.params {
		pa := &c.params[i]
		if pa.fresh && pa.pat != nil && pa.pat.kind == classPattern && pa.pat.class != nil && pa.pat.class.Plan != nil {
			params[int(pa.term.slot)] = parameter{i, pa.pat.class.Plan}
		}
	}
	fields := make(map[int]indexKey) // by slot: the field whose value it is
	values := make(map[int]Value)    // by slot: the constant it is equal to
	var out []fieldEquals
	add := func(key indexKey, v Value) {
		known := slices.ContainsFunc(out, func(e fieldEquals) bool { return e.key == key })
		if isKey(v) && !known && len(out) < mostPlaces {
			out = append(out, fieldEquals{key: key, attrs: p.attrTable(key.attr), value: v})
		}
	}
	for _, g := range r.Body.Goals {
		p.poll(1)
		switch g := g.(type) {
		case *resolve.Unify:
			v, other := g.L, g.R
			if _, isVar := v.(*resolve.Var); !isVar {
				v, other = other, v
			}
			variable, isVar := v.(*resolve.Var)
			if !isVar {
				return out
			}
			if _, isParam := params[variable.Slot]; isParam {
				return out
			}
			switch other := other.(type) {
			case *resolve.Const:
				if p.isNow(other.Value) || !isScalar(other.Value.Kind()) {
					return out
				}
				if key, ok := fields[variable.Slot]; ok {
					add(key, other.Value)
				} else {
					values[variable.Slot] = other.Value
				}
			case *resolve.Var:
				// Two fields, or one and what is looked up next: no constant is known.
				if _, isParam := params[other.Slot]; isParam {
					return out
				}
			default:
				return out
			}
		case *resolve.Lookup:
			obj, isVar := g.Obj.(*resolve.Var)
			result, toVar := g.Result.(*resolve.Var)
			if !isVar || !toVar || g.Key != nil {
				return out
			}
			param, ok := params[obj.Slot]
			if !ok {
				return out
			}
			a := param.plan.Attr(g.Name)
			if a == nil || a.Relation != nil || a.Plan == nil || !isScalar(a.Plan.Kind) || a.Ambiguous() != nil {
				return out
			}
			key := indexKey{arg: param.arg, attr: g.Name}
			fields[result.Slot] = key
			if v, ok := values[result.Slot]; ok {
				add(key, v)
			}
		default:
			return out
		}
	}
	return out
}

// isScalar reports whether values of a kind compare without an error.
func isScalar(k host.Kind) bool { return k <= host.String }

// isNow reports whether a constant is the placeholder of the constant "now".
func (p *Program) isNow(v Value) bool { return p.now.Ptr != nil && v.Ptr == p.now.Ptr }
