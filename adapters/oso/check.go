//go:build cgo && !musl && (((linux || darwin) && (amd64 || arm64)) || (windows && amd64))

package osoengine

// This file defines the check of a policy before go-oso gets it: everything that the
// original cannot do, or would answer wrongly, becomes a diagnostic.
//
// The check knows the Go types of a variable if the policy states them: in the class of a
// parameter, in `x matches C`, in attributes and lists of known types. Any other variable
// may have any type, so a lookup on it is checked against all structs that have a field
// of that name. That is sufficient where the original reports an error at run time.
// Inside not and forall, and in rules called from there, it does not: it treats a missing
// attribute as false, which turns a typo in a condition that forbids into a permission.
// There the class must be known.

import (
	"fmt"
	"maps"
	"reflect"
	"slices"

	"github.com/ursa-authz/ursa/authz/polar/syntax"
)

// codeRefused is the code of the diagnostics about what go-oso cannot do.
const codeRefused syntax.Code = "go-oso-unsupported"

// types are the Go types that a term can have.
type types struct {
	list []reflect.Type
	open bool // or any other type
	null bool // the term is nil
}

var anything = types{open: true}

func only(t ...reflect.Type) types { return types{list: t} }

// An env is what is known about the variables in scope. A variable that is not in it is
// not yet bound.
type env map[string]types

type checker struct {
	*universe
	constants map[string]reflect.Type // nil for nil
	actors    []reflect.Type          // members of the union Actor
	resources []reflect.Type          // members of the union Resource
	blocks    bool                    // there are shorthand rules
	rules     map[string][]*syntax.Rule
	lines     map[string]*syntax.Lines

	read     map[string]bool // the attributes that the policy reads
	strict   bool            // inside not or forall, or in a rule called from there
	queue    []string        // rules to be checked strictly
	queued   map[string]bool
	outputs  map[string]bool // head variables that callers leave unbound
	reported map[syntax.Diagnostic]bool
	diags    []syntax.Diagnostic
}

// check returns diagnostics for what go-oso cannot do in files, and the names of the
// attributes that they read.
func check(files []*syntax.File, lines map[string]*syntax.Lines, u *universe, constants map[string]reflect.Type) ([]syntax.Diagnostic, map[string]bool) {
	c := &checker{
		universe: u, constants: constants, lines: lines,
		rules: make(map[string][]*syntax.Rule), read: make(map[string]bool),
		queued: make(map[string]bool), reported: make(map[syntax.Diagnostic]bool),
	}
	for _, f := range files {
		for _, stmt := range f.Stmts {
			switch stmt := stmt.(type) {
			case *syntax.Rule:
				c.rules[stmt.Name.Text] = append(c.rules[stmt.Name.Text], stmt)
			case *syntax.Block:
				c.block(stmt)
			}
		}
	}
	for _, f := range files {
		for _, stmt := range f.Stmts {
			switch stmt := stmt.(type) {
			case *syntax.Rule:
				c.rule(stmt)
			case *syntax.RuleType:
				c.params(stmt.Params, make(env))
			case *syntax.InlineQuery:
				c.goal(stmt.Query, make(env))
			}
		}
	}
	c.strict = true
	for len(c.queue) > 0 {
		name := c.queue[0]
		c.queue = c.queue[1:]
		for _, r := range c.rules[name] {
			c.rule(r)
		}
	}
	return c.diags, c.read
}

// refuse adds a diagnostic, once.
func (c *checker) refuse(n syntax.Node, hint, format string, args ...any) {
	span := n.Range()
	d := syntax.Diagnostic{
		Code: codeRefused, Pos: span.Start, End: span.End,
		Msg: fmt.Sprintf(format, args...), Hint: hint,
	}
	if lines := c.lines[d.Pos.File]; lines != nil {
		d.Line = lines.Text(d.Pos.Line)
	}
	if !c.reported[d] {
		c.reported[d] = true
		c.diags = append(c.diags, d)
	}
}

func (c *checker) block(b *syntax.Block) {
	cl := c.class(b.Class)
	if cl == nil {
		return
	}
	c.resources = append(c.resources, cl.typ)
	if b.Keyword != nil && b.Keyword.Text == "actor" {
		c.actors = append(c.actors, cl.typ)
	}
	for _, decl := range b.Decls {
		switch decl := decl.(type) {
		case *syntax.Shorthand:
			c.blocks = true
		case *syntax.Declaration:
			for _, r := range decl.Relations {
				if len(r.Classes) > 1 {
					c.refuse(r, "", "go-oso does not support relations to several classes")
				}
				for _, name := range r.Classes {
					c.class(name)
				}
			}
		}
	}
}

// class finds a registered class by name, or adds a diagnostic.
func (c *checker) class(name *syntax.Name) *class {
	cl := c.classes[name.Text]
	if cl == nil {
		c.refuse(name, "", "class %s is not registered", name.Text)
	}
	return cl
}

func (c *checker) rule(r *syntax.Rule) {
	e := make(env)
	c.outputs = make(map[string]bool)
	if len(r.Params) > 0 && r.Name.Text == "has_relation" {
		// The rules made from blocks look up the related object. A call that passes one
		// is checked at its position.
		if v, ok := syntax.Unparen(r.Params[0].Value).(*syntax.Var); ok {
			c.outputs[v.Name] = true
		}
	}
	c.params(r.Params, e)
	if r.Body != nil {
		c.goal(r.Body, e)
	}
}

func (c *checker) params(params []*syntax.Param, e env) {
	for _, p := range params {
		t := c.value(p.Value, e)
		if v, ok := syntax.Unparen(p.Value).(*syntax.Var); ok && v.Name != "_" {
			if before, seen := e[v.Name]; seen {
				c.compare(p, p.Value, before, nil, anything) // f(x, x)
			} else {
				e[v.Name] = t
			}
			if p.Specializer != nil {
				e[v.Name] = c.pattern(p.Specializer, t, e)
			}
		} else if p.Specializer != nil {
			c.pattern(p.Specializer, t, e)
		}
		c.bind(p.Value, e)
	}
}

// bind records that the variables of x are now bound, to values of any type.
func (c *checker) bind(x syntax.Expr, e env) {
	syntax.Walk(x, func(n syntax.Node) bool {
		if v, ok := n.(*syntax.Var); ok && v.Name != "_" && !c.isName(v.Name) {
			if _, seen := e[v.Name]; !seen {
				e[v.Name] = anything
			}
		}
		return true
	})
}

// isName reports whether a symbol stands for something other than a variable.
func (c *checker) isName(name string) bool {
	_, constant := c.constants[name]
	return constant || name == "nil" || c.classes[name] != nil || builtins[name] != nil
}

// goal checks a goal, and adds to e what holds after it.
func (c *checker) goal(x syntax.Expr, e env) {
	switch x := syntax.Unparen(x).(type) {
	case *syntax.NaryExpr:
		for _, elem := range x.Elems {
			inner := e
			if x.Op == syntax.OpOr {
				inner = maps.Clone(e)
			}
			c.goal(elem, inner)
		}
		if x.Op == syntax.OpOr {
			c.bind(x, e)
		}
	case *syntax.NotExpr:
		c.negated(func(e env) { c.goal(x.X, e) }, e)
	case *syntax.ForallExpr:
		c.negated(func(e env) { c.goal(x.Cond, e); c.goal(x.Body, e) }, e)
	case *syntax.BinaryExpr:
		c.binary(x, e)
	case *syntax.MatchesExpr:
		t := c.value(x.X, e)
		t = c.pattern(x.Pattern, t, e)
		if v, ok := syntax.Unparen(x.X).(*syntax.Var); ok && v.Name != "_" {
			e[v.Name] = t
		}
	case *syntax.Call:
		c.kwargs(x.Kwargs)
		for i, arg := range x.Args {
			t := c.value(arg, e)
			if i == 0 && x.Name.Text == "has_relation" && !c.fresh(arg, e) {
				c.compare(arg, arg, t, nil, anything) // see rule
			}
			c.bind(arg, e)
		}
		if c.strict {
			c.enqueue(x.Name.Text)
		}
	case *syntax.PrintExpr:
		c.refuse(x, "", "go-oso would print to standard output")
	case *syntax.DebugExpr:
		c.refuse(x, "", "go-oso's debugger would read standard input")
	case *syntax.PrefixExpr:
		c.refuse(x, "", "the prefix form of an operator cannot be checked")
	case *syntax.CutExpr, *syntax.BoolLit:
	default:
		c.value(x, e)
		c.bind(x, e)
	}
}

// negated checks goals under not or forall. What is learned in them ends with them.
func (c *checker) negated(goals func(env), e env) {
	outer := c.strict
	c.strict = true
	goals(maps.Clone(e))
	c.strict = outer
}

// enqueue adds the rules of that name to those that are checked strictly.
func (c *checker) enqueue(name string) {
	names := []string{name}
	if blockRules := []string{"has_permission", "has_role", "has_relation"}; c.blocks && slices.Contains(blockRules, name) {
		names = blockRules // shorthands can call any of them
	}
	for _, name := range names {
		if !c.queued[name] {
			c.queued[name] = true
			c.queue = append(c.queue, name)
		}
	}
}

func (c *checker) binary(x *syntax.BinaryExpr, e env) {
	left, right := c.value(x.X, e), c.value(x.Y, e)
	switch x.Op {
	case syntax.OpAssign, syntax.OpUnify:
		switch {
		case c.fresh(x.X, e):
			c.learn(x.X, right, e)
		case c.fresh(x.Y, e):
			c.learn(x.Y, left, e)
		default:
			c.compare(x, x.X, left, x.Y, right)
		}
	case syntax.OpIn:
		if slices.ContainsFunc(right.list, func(t reflect.Type) bool { return deref(t).Kind() == reflect.String }) {
			c.refuse(x, "", "in on a string is an error, but go-oso iterates over its characters")
		}
		elem := elements(right)
		if c.fresh(x.X, e) {
			c.learn(x.X, elem, e)
		} else {
			c.compare(x, x.X, left, x.Y, elem)
		}
	default:
		c.compare(x, x.X, left, x.Y, right)
	}
	c.bind(x.X, e)
	c.bind(x.Y, e)
}

// fresh reports whether x is a variable that is not yet bound.
func (c *checker) fresh(x syntax.Expr, e env) bool {
	v, ok := syntax.Unparen(x).(*syntax.Var)
	if !ok || c.isName(v.Name) {
		return false
	}
	_, bound := e[v.Name]
	return !bound
}

func (c *checker) learn(x syntax.Expr, t types, e env) {
	if name := syntax.Unparen(x).(*syntax.Var).Name; name != "_" {
		e[name] = t
	}
}

// compare refuses a comparison of objects that go-oso would compare deeply.
func (c *checker) compare(n syntax.Node, x syntax.Expr, left types, y syntax.Expr, right types) {
	if left.null || right.null {
		return
	}
	if c.isOutput(x) || c.isOutput(y) {
		return // binds
	}
	for _, t := range slices.Concat(left.list, right.list) {
		if t = deref(t); t.Kind() == reflect.Struct && deep(t) && mayBeObject(left) && mayBeObject(right) {
			c.refuse(n, "compare their IDs", "go-oso compares two objects of class %s field by field, to any depth", c.className(t))
			return
		}
	}
}

func (c *checker) isOutput(x syntax.Expr) bool {
	v, ok := syntax.Unparen(x).(*syntax.Var)
	return ok && c.outputs[v.Name]
}

func mayBeObject(t types) bool {
	return t.open || slices.ContainsFunc(t.list, func(t reflect.Type) bool {
		kind := deref(t).Kind()
		return kind == reflect.Struct || kind == reflect.Interface
	})
}

// elements returns the types that the elements of a term can have.
func elements(t types) types {
	elem := types{open: t.open}
	for _, t := range t.list {
		switch t = deref(t); t.Kind() {
		case reflect.Slice, reflect.Array:
			elem = elem.with(t.Elem())
		case reflect.Map:
			elem = elem.with(builtins["List"])
		case reflect.Interface:
			elem.open = true
		}
	}
	return elem
}

// with adds a type. An interface may hold anything.
func (t types) with(more reflect.Type) types {
	if deref(more).Kind() == reflect.Interface {
		t.open = true
	} else if !slices.Contains(t.list, more) {
		t.list = append(slices.Clone(t.list), more)
	}
	return t
}
