package resolve

// This file defines the checks of sources, names and calls, and of the policy as a whole.

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/ursa-authz/ursa/authz/polar/syntax"
)

// checkConstants reports constants whose names have another meaning in policies.
func (r *resolver) checkConstants() {
	var names []string
	for name := range r.opts.Constants {
		if name == "nil" || unionNamed(name) != UnionNone || r.class(name) != nil {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		r.error(nil, CodeReservedName, syntax.Span{}, "a constant cannot be named "+name+", which has another meaning in policies", "")
	}
}

// checkSources reports sources that were given twice. It does not compare sources without a name.
func (r *resolver) checkSources() {
	byName := make(map[string]*source)
	byText := make(map[string]*source)
	for _, src := range r.sources {
		name, text := src.file.Name, src.file.Source
		if name == "" {
			continue
		}
		top := syntax.Position{File: name, Line: 1, Col: 1}
		at := syntax.Span{Start: top, End: top}
		switch old := byName[name]; {
		case old != nil && old.file.Source == text:
			r.error(src, CodeDuplicateSource, at, syntax.Visible(name)+" is already loaded", "")
		case old != nil:
			r.error(src, CodeDuplicateSource, at, "another source with the name "+syntax.Visible(name)+" but different contents is already loaded", "")
		case byText[text] != nil && strings.TrimSpace(text) != "":
			r.error(src, CodeDuplicateSource, at, syntax.Visible(name)+" has the same contents as "+syntax.Visible(byText[text].file.Name), "")
		}
		byName[name] = src
		byText[text] = src
	}
}

// usualClasses are the names of the built-in classes in other languages.
var usualClasses = map[string]string{
	"int": "Integer", "int64": "Integer", "integer": "Integer", "Int": "Integer", "number": "Integer", "Number": "Integer",
	"float": "Float", "float64": "Float", "double": "Float", "Double": "Float",
	"str": "String", "string": "String", "Str": "String",
	"bool": "Boolean", "boolean": "Boolean", "Bool": "Boolean",
	"list": "List", "array": "List", "Array": "List", "slice": "List",
	"dict": "Dictionary", "dictionary": "Dictionary", "Dict": "Dictionary", "map": "Dictionary", "Map": "Dictionary", "object": "Dictionary",
}

// classHint suggests a class for a name that is not a class; fix is its name.
func (r *resolver) classHint(name string) (hint, fix string) {
	if unionNamed(name) != UnionNone {
		return "the union " + name + " is not a class", ""
	}
	if name == "nil" || foreignConstants[name] == "nil" {
		return "to test for nil, write x = nil", ""
	}
	if c, ok := usualClasses[name]; ok {
		return "did you mean " + quote(c) + "?", c
	}
	return r.nearest(name, r.opts.Registry.ClassNames())
}

// unknownClass reports a name in class position that is not a registered class.
func (r *resolver) unknownClass(src *source, name *syntax.Name) {
	hint, fix := r.classHint(name.Text)
	r.error(src, CodeUnknownClass, name.Span, "the class "+name.Text+" is not registered", hint)
	r.replace(name.Text, fix)
}

// unknownSpecializer reports a pattern of a class that is not registered. Without the check
// against Go types it is a warning, as in the original.
func (s *scope) unknownSpecializer(name *syntax.Name) {
	if s.r.opts.NoTypes {
		hint, _ := s.r.classHint(name.Text)
		s.r.warn(s.src, CodeUnknownClass, name.Span, "the class "+name.Text+" is not registered", hint)
		return
	}
	s.r.unknownClass(s.src, name)
}

// A callSite is one call of a rule.
type callSite struct {
	src     *source
	node    *syntax.Call
	call    *Call
	kwargs  bool // it has keyword arguments, which are reported
	inQuery bool
}

// checkCalls reports calls of rules that do not exist.
func (r *resolver) checkCalls() {
	var names []string
	for _, c := range r.calls {
		r.poll(1)
		p := c.call.Pred
		if len(p.Arities) == 0 {
			if r.badBlocks && slices.ContainsFunc(declKinds[:], func(k declNames) bool { return k.rule == p.Name }) {
				continue // its definition is reported
			}
			if names == nil {
				names = r.definedNames()
			}
			hint, fix := r.ruleHint(p.Name, names)
			r.error(c.src, CodeUndefinedRule, c.node.Name.Span, "there is no rule "+p.Name, hint)
			r.replace(p.Name, fix)
			continue
		}
		if n := len(c.call.Args); !slices.Contains(p.Arities, n) && !c.kwargs {
			r.warn(c.src, CodeRuleArity, c.node.Range(), fmt.Sprintf("no rule %s takes %s, so this call always fails", p.Name, count(n, "argument")), arityHint(p))
		}
	}
}

// arityHint says how many arguments the rules of a name take.
func arityHint(p *Pred) string {
	names := make([]string, 0, 1)
	for _, n := range p.Arities {
		names = append(names, strconv.Itoa(n))
	}
	return "it takes " + orList(names)
}

// ruleHint suggests a rule for a name that is not a rule; fix is its name.
func (r *resolver) ruleHint(name string, names []string) (hint, fix string) {
	if usual := usualFunctions[name]; usual != "" {
		return usual, ""
	}
	return r.nearest(name, names)
}

// definedNames returns the names of all rules.
func (r *resolver) definedNames() []string {
	return slices.DeleteFunc(sortedNames(r, r.mod.Preds), func(name string) bool { return len(r.mod.Preds[name].Arities) == 0 })
}

// checkPolicy warns if the policy as a whole lacks an allow rule.
func (r *resolver) checkPolicy() {
	defined := func(name string) bool { return r.mod.Preds[name] != nil && len(r.mod.Preds[name].Arities) > 0 }
	if !defined("allow") && !defined("allow_field") && !defined("allow_request") {
		r.warn(nil, CodeNoAllow, syntax.Span{}, "the policy has no allow rule, so nothing is allowed", "add a rule allow(actor, action, resource)")
	}
}

// count returns "1 noun" or "n nouns".
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
