package resolve

// This file defines typeIndex, which finds the rule types that a rule can match.
//
// A policy may declare thousands of types of one name and as many rules, so comparing
// each rule with each type would be quadratic. But most types require something that the
// rule must have: a literal, an element of a list, an entry of a dictionary, a field of a
// pattern, or a class. Such a feature is represented as a text. The index has one feature
// of each type, at the parameter where the types differ most. A rule is compared with the
// types whose feature it has, and with types without a feature. A rule may have too many
// features, but never too few: a type that is found may match, and a type that is not
// found cannot match.

import (
	"math"
	"strconv"

	"github.com/ursa-authz/ursa/authz/internal/host"
)

// A typeIndex is the types of one name and number of parameters.
type typeIndex struct {
	param     int // the parameter whose features are looked at
	byFeature map[string][]*ruleType
	others    []*ruleType // without a feature there
}

// An indexKey is a name and a number of parameters.
type indexKey struct {
	name   string
	params int
}

// manyTypes is the number of types of a name from which they are indexed.
const manyTypes = 8

// candidates returns the types of its name that the rule may match.
func (r *resolver) candidates(rule *Rule) []*ruleType {
	types := r.types.byName[rule.Name]
	if len(types) < manyTypes {
		return types
	}
	key := indexKey{rule.Name, len(rule.Params)}
	index := r.types.indexes[key]
	if index == nil {
		index = r.indexTypes(types, key.params)
		if r.types.indexes == nil {
			r.types.indexes = make(map[indexKey]*typeIndex)
		}
		r.types.indexes[key] = index
	}
	if len(index.byFeature) == 0 {
		return index.others
	}
	found, ok := r.ruleFeatures(rule, rule.Params[index.param])
	if !ok {
		return types
	}
	candidates := index.others
	seen := make(map[string]bool, len(found))
	for _, feature := range found {
		if of := index.byFeature[feature]; len(of) > 0 && !seen[feature] {
			seen[feature] = true
			candidates = append(candidates[:len(candidates):len(candidates)], of...)
			r.poll(len(candidates))
		}
	}
	return candidates
}

// indexTypes indexes the types with that number of parameters.
func (r *resolver) indexTypes(types []*ruleType, params int) *typeIndex {
	index := new(typeIndex)
	for i := range params {
		at := &typeIndex{param: i, byFeature: make(map[string][]*ruleType)}
		for _, t := range types {
			if len(t.params) != params {
				continue
			}
			r.poll(1)
			if feature := r.typeFeature(t, t.params[i]); feature != "" {
				at.byFeature[feature] = append(at.byFeature[feature], t)
			} else {
				at.others = append(at.others, t)
			}
		}
		if i == 0 || len(at.byFeature) > len(index.byFeature) {
			index = at
		}
	}
	if params == 0 {
		for _, t := range types {
			if len(t.params) == 0 {
				index.others = append(index.others, t)
			}
		}
	}
	return index
}

// typeFeature returns a feature that the parameter of every rule of the type has, or "".
func (r *resolver) typeFeature(t *ruleType, p Param) string {
	literal := p.Term
	if _, free := literal.(*Var); free {
		switch spec := p.Spec.(type) {
		case *ValuePattern:
			literal = spec.Term
		case *ClassPattern:
			if len(spec.Fields) == 0 && spec.Class != nil {
				return classFeature(spec.Class)
			}
			return r.fieldFeature(spec.Fields, t.vars)
		case *DictPattern:
			return r.fieldFeature(spec.Fields, t.vars)
		case *ListPattern:
			if len(spec.Elems) > 0 {
				return elemFeature(r.patternText(spec.Elems[0], t.vars))
			}
			return ""
		default:
			return ""
		}
	}
	if scalar := scalarText(literal); scalar != "" {
		return "=" + scalar
	}
	if elems, ok := elements(literal); ok && len(elems) > 0 {
		if scalar := scalarText(elems[0]); scalar != "" {
			return "[" + scalar
		}
	}
	if keys, vals, ok := entries(literal); ok && len(keys) > 0 {
		if scalar := scalarText(vals[0]); scalar != "" {
			return "{" + strconv.Quote(keys[0]) + scalar
		}
	}
	return ""
}

func (r *resolver) fieldFeature(fields []FieldPattern, vars []string) string {
	if len(fields) == 0 {
		return ""
	}
	return namedFeature(fields[0].Name, r.patternText(fields[0].Pattern, vars))
}

func namedFeature(name, text string) string { return ":" + strconv.Quote(name) + text }
func elemFeature(text string) string        { return "(" + text }
func classFeature(c *host.ClassInfo) string { return "C" + c.Name }

// ruleFeatures returns all features of a rule's parameter; ok is false if a type that
// requires another feature may match.
func (r *resolver) ruleFeatures(rule *Rule, p Param) (features []string, ok bool) {
	literal := p.Term
	if _, free := literal.(*Var); free {
		switch spec := p.Spec.(type) {
		case nil:
			return nil, true // a type that requires anything does not match
		case *ValuePattern:
			literal = spec.Term
		case *ClassPattern:
			if spec.Class == nil {
				return nil, false // a union, or a class that is not known
			}
			features = r.fieldFeatures(spec.Fields, rule.Vars)
			for _, super := range spec.Class.Supers {
				features = append(features, classFeature(super))
			}
			return append(features, classFeature(spec.Class)), true
		case *DictPattern:
			return append(r.fieldFeatures(spec.Fields, rule.Vars), r.builtinFeature(host.DictionaryClass)), true
		case *ListPattern:
			for _, e := range spec.Elems {
				features = append(features, elemFeature(r.patternText(e, rule.Vars)))
			}
			return append(features, r.builtinFeature(host.ListClass)), true
		}
	}
	for _, c := range r.classesOf(literal) {
		features = append(features, classFeature(c))
	}
	if scalar := scalarText(literal); scalar != "" {
		features = append(features, "="+scalar)
	}
	if elems, ok := elements(literal); ok {
		for _, e := range elems {
			r.poll(1)
			features = append(features, elemFeature(r.termText(e, rule.Vars)))
			if scalar := scalarText(e); scalar != "" {
				features = append(features, "["+scalar)
			}
		}
	}
	if keys, vals, ok := entries(literal); ok {
		features = append(features, r.builtinFeature(host.DictionaryClass))
		for i, key := range keys {
			features = append(features, namedFeature(key, r.termText(vals[i], rule.Vars)))
			if scalar := scalarText(vals[i]); scalar != "" {
				features = append(features, "{"+strconv.Quote(key)+scalar)
			}
		}
	}
	return features, true
}

func (r *resolver) fieldFeatures(fields []FieldPattern, vars []string) []string {
	var features []string
	for _, f := range fields {
		features = append(features, namedFeature(f.Name, r.patternText(f.Pattern, vars)))
	}
	return features
}

func (r *resolver) builtinFeature(id int) string { return classFeature(r.opts.Registry.ClassByID(id)) }

// scalarText returns a text that is the same for two scalars if and only if they are equal, or
// "" for values that are not scalars.
func scalarText(t Term) string {
	c, ok := t.(*Const)
	if !ok {
		return ""
	}
	switch v := c.Value; v.Kind() {
	case host.Nil:
		return "nil"
	case host.Bool:
		return strconv.FormatBool(v.Bool())
	case host.String:
		return strconv.Quote(v.Str())
	case host.Int:
		return strconv.FormatInt(v.Int(), 10)
	case host.Float:
		f := v.Float()
		if math.IsNaN(f) {
			return "" // equal to nothing
		}
		if i := int64(f); f >= -1<<63 && f < 1<<63 && float64(i) == f {
			return strconv.FormatInt(i, 10)
		}
		return "f" + strconv.FormatUint(math.Float64bits(f), 16)
	}
	return ""
}

// termText and patternText are those of dump.go, charged by length.
func (r *resolver) termText(t Term, vars []string) string {
	text := termText(t, vars)
	r.poll(1 + len(text)/16)
	return text
}

func (r *resolver) patternText(p Pattern, vars []string) string {
	text := patternText(p, vars)
	r.poll(1 + len(text)/16)
	return text
}
