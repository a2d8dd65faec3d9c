package resolve

// This file defines the check of the variables of a rule: a variable that occurs only once is
// probably a mistake, and the hint says what was meant.
//
// Following the hint must not widen the policy. An unbound variable matches anything, so
// renaming admin to _admin, which may occur once, would make u.role = admin hold for everybody.
// So the hint suggests _x only where the meaning of the rule does not change, and suggests the
// string where a string was probably meant.

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ursa-authz/ursa/authz/polar/syntax"
)

// checkVariables reports the variables of a rule that have the name of a constant elsewhere, occur only
// once, or occur once in each alternative.
func (s *scope) checkVariables(rule *syntax.Rule) {
	var once []variable
	for _, v := range s.vars {
		switch {
		case foreignConstants[v.name] != "":
			s.foreignConstant(v)
		case v.count == 1 && v.name[0] != '_' && unionNamed(v.name) == UnionNone && !strings.Contains(v.name, "::"):
			once = append(once, v)
		}
	}
	if len(once) > 0 {
		s.reportSingletons(rule, once)
	}
	s.checkBranches(rule.Body)
}

// checkQueryVariables reports the variables of an inline query that have the name of a constant elsewhere.
func (s *scope) checkQueryVariables() {
	for _, v := range s.vars {
		if foreignConstants[v.name] != "" {
			s.foreignConstant(v)
		}
	}
}

// foreignConstant reports a variable named like nil or a boolean elsewhere.
func (s *scope) foreignConstant(v variable) {
	meant := foreignConstants[v.name]
	s.r.error(s.src, CodeForeignConstant, v.first, v.name+" is a variable here, so it matches anything", "write "+meant)
	s.r.replace(v.name, meant)
}

// reportSingletons reports the variables that occur once in a rule.
func (s *scope) reportSingletons(rule *syntax.Rule, once []variable) {
	uses := s.findUses(rule, once)
	var names, single []string // of the variables, for hints
	for _, v := range s.vars {
		if v.name[0] != '_' && foreignConstants[v.name] == "" {
			names = append(names, v.name)
		}
	}
	unnamed := false // something else has no value; an unused parameter may be meant there
	for _, v := range once {
		single = append(single, v.name)
		u := uses[v.name]
		unnamed = unnamed || !u.inHead || u.place == textParam && !isGeneric(v.name)
	}
	explained := make(map[string]bool) // singletons that another one was meant to be
	for i := len(once) - 1; i >= 0; i-- {
		v := once[i]
		if hint, fix := s.r.nearest(v.name, names); hint != "" && !explained[v.name] {
			near := syntax.Nearest(v.name, names)
			if slices.Contains(single, near) {
				explained[near] = true
			}
			s.singleton(v, hint)
			if near != uses[v.name].other {
				s.r.replace(v.name, fix)
			}
			continue
		}
		if stem, ok := strings.CutSuffix(v.name, "?"); ok && slices.Contains(names, stem) {
			s.singleton(v, "a \"?\" is part of the name; write "+stem)
			s.r.replace(v.name, stem)
			continue
		}
		u := uses[v.name]
		if explained[v.name] || unnamed && u.place == wholeParam && u.param.Specializer != nil {
			continue
		}
		hint, fix := u.hint(v.name)
		s.singleton(v, hint)
		s.r.replace(v.name, fix)
	}
}

func (s *scope) singleton(v variable, hint string) {
	s.r.error(s.src, CodeSingleton, v.first, "the variable "+v.name+" occurs only once in this rule", hint)
}

// checkBranches reports variables that every alternative of an "or" compares once with an attribute, and that
// occur nowhere else: u.role = admin or u.name = admin always holds.
func (s *scope) checkBranches(body syntax.Expr) {
	switch x := syntax.Unparen(body).(type) {
	case *syntax.NaryExpr:
		for _, e := range x.Elems {
			s.checkBranches(e)
		}
		if x.Op == syntax.OpOr {
			s.checkOr(x)
		}
	case *syntax.NotExpr:
		s.checkBranches(x.X)
	case *syntax.ForallExpr:
		s.checkBranches(x.Cond)
		s.checkBranches(x.Body)
	}
}

func (s *scope) checkOr(or *syntax.NaryExpr) {
	counts := make(map[string]int)
	var found []string
	for _, e := range or.Elems {
		goals := []syntax.Expr{e}
		if and, ok := syntax.Unparen(e).(*syntax.NaryExpr); ok && and.Op == syntax.OpAnd {
			goals = and.Elems
		}
		here := make(map[string]bool)
		for _, g := range goals {
			name := comparedWithAttribute(g)
			if name == "" || name[0] == '_' || here[name] {
				continue // what is left uncounted is not found below
			}
			here[name] = true
			if counts[name]++; counts[name] == 2 {
				found = append(found, name)
			}
		}
	}
	for _, name := range found {
		slot, ok := s.slot[name]
		if !ok || s.vars[slot].count != counts[name] {
			continue // a constant, or it has a value from elsewhere
		}
		s.r.warn(s.src, CodeAlternatives, s.vars[slot].first, "the variable "+name+" occurs only once in each alternative, so it matches anything there", "write "+quote(name)+" if you mean the string")
		s.r.replace(name, quote(name))
	}
}

// comparedWithAttribute returns the variable that a condition compares for equality with an attribute, or "".
func comparedWithAttribute(g syntax.Expr) string {
	x, ok := syntax.Unparen(g).(*syntax.BinaryExpr)
	if !ok || x.Op != syntax.OpUnify && x.Op != syntax.OpEq {
		return ""
	}
	l, r := syntax.Unparen(x.X), syntax.Unparen(x.Y)
	if _, ok := l.(*syntax.Lookup); !ok {
		l, r = r, l
	}
	_, ok = l.(*syntax.Lookup)
	if v, isVar := r.(*syntax.Var); ok && isVar {
		return v.Name
	}
	return ""
}

// A usePlace is the place of a variable.
type usePlace uint8

const (
	elsewhere  usePlace = iota
	wholeParam          // it is a parameter
	textParam           // it is a parameter that is a string: the action of allow, the role of has_role
	compared            // it, or a list with it, is compared for equality
	ordered             // it is an operand of <, or of arithmetic
	object              // it is the object of an attribute or method
	textArg             // it is an argument that is a string
	argument            // it is another argument
	restOfList          // it is the rest of a list
)

// A use is how a variable that occurs once is used.
type use struct {
	place   usePlace
	negated bool // inside not, forall or !=
	inHead  bool
	param   *syntax.Param // of wholeParam and textParam
	params  []string      // the names in the head
	free    string        // a variable of the body that is not a parameter, if there is one
	other   string        // the variable that it is compared with, if any
}

// generic are names of parameters that usually mean any string.
var generic = map[string]bool{
	"action": true, "act": true, "permission": true, "perm": true, "role": true, "relation": true, "field": true,
	"name": true, "verb": true, "method": true, "op": true, "operation": true,
}

// isGeneric reports whether name is probably the name of a parameter, and not a string.
func isGeneric(name string) bool { return generic[name] || len(name) == 1 }

// hint says what a variable that is used only once may mean; fix is what to write instead.
func (u *use) hint(name string) (hint, fix string) {
	text := quote(name)
	if meant := foreignWords[name]; meant != "" && (u.place == compared || u.place == argument) {
		return fmt.Sprintf("write %s, or %s for the string", meant, text), meant
	}
	switch u.place {
	case textParam:
		switch {
		case isGeneric(name):
			return "name it _" + name + " if it can be anything", ""
		case u.param.Specializer != nil:
			return "write " + text + " alone if you mean the string", ""
		}
		return "write " + text, text
	case wholeParam:
		if u.param.Specializer != nil && u.free != "" {
			return "the body does not use it, but uses " + u.free + ", which is not a parameter", ""
		}
		if u.param.Specializer != nil {
			return "name it _" + name + ", or _, if it is not needed", "_" + name
		}
		return "write " + name + ": Class for instances of a class, or _" + name + " for any value", ""
	case textArg, compared:
		if u.negated {
			return "write " + text + " if you mean the string", ""
		}
		return "write " + text + " if you mean the string", text
	case argument:
		return "nothing gives it a value; write " + text + " if you mean the string, or _" + name + " if it can be anything", ""
	case restOfList:
		return "write *_" + name + " if the rest does not matter", ""
	case object, ordered:
		if len(u.params) == 0 {
			return "nothing gives it a value; add it as a parameter", ""
		}
		return "nothing gives it a value; the parameters are " + strings.Join(u.params[:min(len(u.params), 4)], ", "), ""
	}
	return "nothing gives it a value, so it matches anything", ""
}

// textParams are the string parameters of the rules that the language defines.
var textParams = map[string][]int{
	"allow": {1}, "allow_field": {1, 3}, "has_permission": {1}, "has_role": {1}, "has_relation": {1},
}

// findUses returns how a rule uses the variables that occur once.
func (s *scope) findUses(rule *syntax.Rule, once []variable) map[string]*use {
	f := &useFinder{
		uses:  make(map[string]*use, len(once)),
		bound: make(map[string]bool),
		isConst: func(name string) bool {
			_, ok := s.r.constant(name)
			return ok || s.r.externalConstant(name) || unionNamed(name) != UnionNone || foreignConstants[name] != ""
		},
	}
	var params []string
	for _, p := range rule.Params {
		if v, ok := p.Value.(*syntax.Var); ok && v.Name[0] != '_' && !slices.ContainsFunc(once, func(o variable) bool { return o.name == v.Name && p.Specializer == nil }) {
			params = append(params, v.Name)
		}
	}
	for _, v := range once {
		f.uses[v.name] = &use{params: params}
	}
	f.head = true
	for i, p := range rule.Params {
		f.param = p
		at := wholeParam
		if slices.Contains(textParams[rule.Name.Text], i) {
			at = textParam
		}
		f.term(p.Value, at)
	}
	f.inPattern = true
	for _, p := range rule.Params {
		f.param = p
		f.pattern(p.Specializer)
	}
	f.head, f.inPattern = false, false
	f.goal(rule.Body)
	for _, u := range f.uses {
		u.free = f.free
	}
	return f.uses
}

// A useFinder walks a rule. The parser bounds the depth of the walk.
type useFinder struct {
	uses      map[string]*use
	head      bool
	negated   bool
	inPattern bool // in the specializer of a parameter
	param     *syntax.Param
	bound     map[string]bool // the parameters
	free      string          // the first variable of the body that is not bound
	isConst   func(string) bool
}

// goal walks a condition, which may be nil.
func (f *useFinder) goal(x syntax.Expr) {
	before := f.negated
	switch x := syntax.Unparen(x).(type) {
	case nil:
	case *syntax.NaryExpr:
		for _, e := range x.Elems {
			f.goal(e)
		}
	case *syntax.NotExpr:
		f.negated = true
		f.goal(x.X)
	case *syntax.ForallExpr:
		f.negated = true
		f.goal(x.Cond)
		f.goal(x.Body)
	default:
		f.term(x, elsewhere)
	}
	f.negated = before
}

// term walks an expression at a place.
func (f *useFinder) term(x syntax.Expr, at usePlace) {
	switch x := syntax.Unparen(x).(type) {
	case *syntax.Var:
		switch {
		case f.inPattern:
		case f.head:
			f.bound[x.Name] = true
		case f.free == "" && !f.bound[x.Name] && x.Name[0] != '_' && !f.isConst(x.Name):
			f.free = x.Name
		}
		if u := f.uses[x.Name]; u != nil {
			u.place, u.negated, u.inHead, u.param = at, f.negated, f.head, f.param
		}
	case *syntax.BinaryExpr:
		before := f.negated
		inside := compared
		switch {
		case x.Op == syntax.OpNe:
			f.negated = true
		case x.Op >= syntax.OpLt && x.Op <= syntax.OpGe, x.Op >= syntax.OpAdd && x.Op <= syntax.OpRem:
			inside = ordered
		}
		left, _ := syntax.Unparen(x.X).(*syntax.Var)
		right, _ := syntax.Unparen(x.Y).(*syntax.Var)
		if left != nil && right != nil {
			f.compare(left.Name, right.Name)
			f.compare(right.Name, left.Name)
		}
		f.term(x.X, inside)
		if right != nil && x.Op == syntax.OpIn {
			inside = object
		}
		f.term(x.Y, inside)
		f.negated = before
	case *syntax.MatchesExpr:
		f.term(x.X, object)
		f.pattern(x.Pattern)
	case *syntax.ListExpr:
		if at != compared {
			at = argument
		}
		for _, e := range x.Elems {
			f.term(e, at)
		}
		if x.Rest != nil {
			f.term(x.Rest, restOfList)
		}
	case *syntax.DictExpr:
		if at != compared {
			at = argument
		}
		for _, field := range x.Fields {
			f.term(field.Value, at)
		}
	case *syntax.Lookup:
		f.term(x.X, object)
		if x.Key != nil {
			f.term(x.Key, argument)
		}
		f.arguments("", x.Args, x.Kwargs)
	case *syntax.Call:
		f.arguments(x.Name.Text, x.Args, x.Kwargs)
	case *syntax.New:
		f.arguments("", x.Args, x.Kwargs)
	case *syntax.PrintExpr:
		f.arguments("", x.Args, nil)
	case *syntax.DebugExpr:
		f.arguments("", x.Args, nil)
	case *syntax.PrefixExpr:
		f.arguments("", x.Args, nil)
	}
}

// compare records the variable that another one is compared with.
func (f *useFinder) compare(name, other string) {
	if u := f.uses[name]; u != nil {
		u.other = other
	}
}

// arguments walks the arguments of a call of the rule of that name, or of something else.
func (f *useFinder) arguments(rule string, args []syntax.Expr, kwargs []*syntax.Field) {
	for i, x := range args {
		at := argument
		if slices.Contains(textParams[rule], i) {
			at = textArg
		}
		f.term(x, at)
	}
	for _, k := range kwargs {
		f.term(k.Value, argument)
	}
}

// pattern walks a pattern, which may be nil.
func (f *useFinder) pattern(p syntax.Pattern) {
	fields := func(fields []*syntax.PatternField) {
		for _, field := range fields {
			if field.Short {
				f.term(field.Value.(*syntax.ValuePattern).Value, elsewhere)
				continue
			}
			f.pattern(field.Value)
		}
	}
	switch p := p.(type) {
	case *syntax.ClassPattern:
		fields(p.Fields)
	case *syntax.DictPattern:
		fields(p.Fields)
	case *syntax.ListPattern:
		for _, e := range p.Elems {
			f.pattern(e)
		}
		if p.Rest != nil {
			f.term(p.Rest, restOfList)
		}
	case *syntax.ValuePattern:
		f.term(p.Value, compared)
	}
}
