//go:build cgo && !musl && (((linux || darwin) && (amd64 || arm64)) || (windows && amd64))

package osoengine

// This file defines the check of a policy before go-oso gets it: whatever the
// original could not do, or would answer wrongly, becomes a diagnostic.
//
// The check knows the Go types that a variable can have where the policy tells:
// from the class of a parameter, from `x matches C`, from attributes and lists
// of what is known. A variable that nothing is known about may be anything, so
// a lookup on it is judged by all structs that have a field of that name. That
// is good enough where the original reports an error at run time. Inside not and forall, and
// in rules called from there, it does not report but takes a missing attribute for
// false, which turns a typo in a condition that forbids into a permission; there
// the class has to be known.

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/ursa-authz/ursa/authz/polar/syntax"
)

// codeRefused is the code of what go-oso cannot do.
const codeRefused syntax.Code = "go-oso-unsupported"

// types are the Go types that a term can have.
type types struct {
	list []reflect.Type
	open bool // or any other type
	null bool // the term is nil
}

var anything = types{open: true}

func only(t ...reflect.Type) types { return types{list: t} }

// An env is what is known about the variables in scope. A variable that is not
// in it is not bound yet.
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

// check returns what go-oso cannot do in files, and the names of the
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
				c.class(r.Class)
			}
		}
	}
}

// class finds a registered class by name, or refuses it.
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
		// The rules made from blocks ask for the related object. A call
		// that passes one is checked where it stands.
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

// bind notes that the variables of x are bound now, to anything.
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
		c.refuse(x, "", "go-oso prints to standard output")
	case *syntax.DebugExpr:
		c.refuse(x, "", "go-oso's debugger reads standard input")
	case *syntax.PrefixExpr:
		c.refuse(x, "", "the prefix form of an operator cannot be checked")
	case *syntax.CutExpr, *syntax.BoolLit:
	default:
		c.value(x, e)
		c.bind(x, e)
	}
}

// negated checks goals under not or forall. What they learn ends with them.
func (c *checker) negated(goals func(env), e env) {
	outer := c.strict
	c.strict = true
	goals(maps.Clone(e))
	c.strict = outer
}

// enqueue has the rules of that name checked strictly.
func (c *checker) enqueue(name string) {
	names := []string{name}
	if blockRules := []string{"has_permission", "has_role", "has_relation"}; c.blocks && slices.Contains(blockRules, name) {
		names = blockRules // shorthands call any of them
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

// fresh reports whether x is a variable that is not bound before.
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
			c.refuse(n, "compare their ids", "go-oso compares two objects of class %s field by field, to any depth", c.className(t))
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
		case reflect.String:
			elem = elem.with(t)
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

// value checks a term and returns the types it can have.
func (c *checker) value(x syntax.Expr, e env) types {
	switch x := syntax.Unparen(x).(type) {
	case *syntax.IntLit:
		return only(builtins["Integer"])
	case *syntax.FloatLit:
		return only(builtins["Float"])
	case *syntax.StringLit:
		return only(builtins["String"])
	case *syntax.BoolLit:
		return only(builtins["Boolean"])
	case *syntax.ListExpr:
		for _, elem := range x.Elems {
			c.value(elem, e)
		}
		return only(builtins["List"])
	case *syntax.DictExpr:
		for _, f := range x.Fields {
			c.value(f.Value, e)
		}
		return only(builtins["Dictionary"])
	case *syntax.Var:
		return c.variable(x, e)
	case *syntax.Lookup:
		return c.lookup(x, e)
	case *syntax.New:
		return c.construct(x, e)
	case *syntax.BinaryExpr:
		switch x.Op {
		case syntax.OpAdd, syntax.OpSub, syntax.OpMul, syntax.OpMod, syntax.OpRem:
			if isInt(c.value(x.X, e)) && isInt(c.value(x.Y, e)) {
				return only(builtins["Integer"])
			}
			return only(builtins["Integer"], builtins["Float"])
		case syntax.OpDiv:
			c.value(x.X, e)
			c.value(x.Y, e)
			return only(builtins["Float"])
		}
	}
	c.goal(x, e)
	return anything
}

func isInt(t types) bool {
	return !t.open && !slices.ContainsFunc(t.list, func(t reflect.Type) bool { return group(t) != reflect.Int64 })
}

// group returns the kind that stands for all kinds that are one in Polar.
func group(t reflect.Type) reflect.Kind {
	switch kind := deref(t).Kind(); kind {
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return reflect.Int64
	default:
		return kind
	}
}

func (c *checker) variable(v *syntax.Var, e env) types {
	if t, ok := c.constants[v.Name]; ok {
		if t == nil {
			return types{null: true}
		}
		return types{}.with(t)
	}
	switch {
	case v.Name == "nil":
		return types{null: true}
	case v.Name == "now":
		c.refuse(v, "", "the constant now is a time, which go-oso cannot compare")
	case c.classes[v.Name] != nil || builtins[v.Name] != nil || v.Name == "Actor" || v.Name == "Resource":
		c.refuse(v, "a pattern needs braces here: "+v.Name+"{}", "go-oso takes the class %s, used as a value, for an instance with nothing in it", v.Name)
	}
	if t, ok := e[v.Name]; ok {
		return t
	}
	return anything
}

func (c *checker) kwargs(fields []*syntax.Field) {
	if len(fields) > 0 {
		c.refuse(fields[0], "", "go-oso has no keyword arguments")
	}
}

func (c *checker) lookup(x *syntax.Lookup, e env) types {
	obj := c.value(x.X, e)
	var name string
	switch key := x.Key.(type) {
	case *syntax.StringLit:
		name = key.Value
	case *syntax.Var:
		t := c.value(key, e)
		c.bind(key, e)
		if t.null || obj.open || slices.ContainsFunc(obj.list, func(t reflect.Type) bool { return deref(t).Kind() != reflect.Map }) {
			c.refuse(x, "say that it is a Dictionary", "the name of the attribute is not known before go-oso looks it up")
		}
		return anything
	default:
		name = x.Name.Text
	}
	c.kwargs(x.Kwargs)
	if x.Called {
		return c.method(x, obj, name, e)
	}
	return c.field(x, obj, name)
}

// field checks the attribute name of a term with types obj.
func (c *checker) field(n syntax.Node, obj types, name string) types {
	c.read[name] = true
	result := types{open: obj.open}
	candidates := obj.list
	if obj.open {
		if c.strict {
			c.refuse(n, "say of which class it is, as in `x matches Class`",
				"inside not or forall, go-oso takes a missing attribute %s for false", name)
		}
		candidates = slices.Concat(candidates, c.structsWith(name))
		if len(candidates) == 0 {
			if like := c.spelledLike(name); like != "" {
				c.refuse(n, "write "+like, "go-oso knows attributes by their exact Go name")
			}
		}
	}
	for _, t := range candidates {
		switch t = deref(t); t.Kind() {
		case reflect.Struct:
			f, ok := fieldOf(t, name)
			if !ok {
				c.noField(n, t, name)
				continue
			}
			c.readable(n, t, f)
			result = result.with(f.Type)
		case reflect.Map:
			result = result.with(t.Elem())
		case reflect.Interface:
			result.open = true
		default:
			c.refuse(n, "", "a value of type %v has no attributes", t)
		}
	}
	return result
}

// structsWith returns the structs that have a field of that name.
func (c *checker) structsWith(name string) []reflect.Type {
	var found []reflect.Type
	for _, t := range c.structs {
		if _, ok := fieldOf(t, name); ok {
			found = append(found, t)
		}
	}
	return found
}

func (c *checker) noField(n syntax.Node, t reflect.Type, name string) {
	hint := ""
	for _, f := range reflect.VisibleFields(t) {
		if f.IsExported() && fold(f.Name) == fold(name) {
			hint = "write " + f.Name
		}
	}
	c.refuse(n, hint, "class %s has no field with the exact Go name %s", c.className(t), name)
}

// readable refuses the field f of t if its values do not arrive unchanged.
func (c *checker) readable(n syntax.Node, t reflect.Type, f reflect.StructField) {
	if reason := mangled(f.Type); reason != "" {
		c.refuse(n, "", "field %s of class %s is %s", f.Name, c.className(t), reason)
	}
	for _, other := range reflect.VisibleFields(t) {
		if tag, _, _ := strings.Cut(other.Tag.Get("polar"), ","); tag == f.Name && other.Name != f.Name {
			c.refuse(n, "", "by its tag, %s is field %s of class %s; go-oso knows no tags", f.Name, other.Name, c.className(t))
		}
	}
}

// spelledLike returns the Go name of a field or method that name may mean.
func (c *checker) spelledLike(name string) string {
	for _, t := range c.structs {
		for _, f := range reflect.VisibleFields(t) {
			if f.IsExported() && fold(f.Name) == fold(name) {
				return f.Name
			}
		}
	}
	return ""
}

// fold makes all spellings of a name one.
func fold(name string) string { return strings.ToLower(strings.ReplaceAll(name, "_", "")) }

func (c *checker) method(x *syntax.Lookup, obj types, name string, e env) types {
	args := make([]types, len(x.Args))
	for i, arg := range x.Args {
		args[i] = c.value(arg, e)
		c.bind(arg, e)
	}
	candidates := obj.list
	if obj.open {
		if c.strict {
			c.refuse(x, "say of which class it is, as in `x matches Class`",
				"inside not or forall, go-oso takes a missing method %s for false", name)
		}
		found := false
		for _, t := range c.structs {
			if _, ok := methodOf(t, name); ok {
				candidates, found = append(slices.Clone(candidates), t), true
			}
		}
		if !found && len(obj.list) == 0 {
			c.refuse(x, c.methodHint(name), "no registered class has a method with the exact Go name %s; go-oso has no built-in methods", name)
		}
	}
	result := types{open: obj.open}
	for _, t := range candidates {
		t = deref(t)
		if t.Kind() != reflect.Struct {
			c.refuse(x, "", "go-oso has no methods for values of type %v", t)
			continue
		}
		m, ok := methodOf(t, name)
		if !ok {
			c.refuse(x, c.methodHint(name), "class %s has no method with the exact Go name %s", c.className(t), name)
			continue
		}
		if reason := mangledMethod(m.Type, 1); reason != "" {
			c.refuse(x, "", "method %s of class %s %s", name, c.className(t), reason)
			continue
		}
		c.arguments(x, fmt.Sprintf("method %s of class %s", name, c.className(t)), m.Type, 1, args)
		result = result.with(m.Type.Out(0))
	}
	return result
}

func (c *checker) methodHint(name string) string {
	for _, t := range c.structs {
		p := reflect.PointerTo(t)
		for i := range p.NumMethod() {
			if m := p.Method(i); m.Name != name && fold(m.Name) == fold(name) {
				return "write " + m.Name
			}
		}
	}
	return ""
}

// arguments refuses arguments that go-oso would convert into something else:
// it makes "A" of 65 for a string, and 1 of 1.7 for an integer.
func (c *checker) arguments(n syntax.Node, what string, f reflect.Type, receivers int, args []types) {
	if f.NumIn()-receivers != len(args) {
		c.refuse(n, "", "%s takes %d arguments, not %d", what, f.NumIn()-receivers, len(args))
		return
	}
	for i, arg := range args {
		param := f.In(i + receivers)
		ok := !arg.open && len(arg.list) > 0
		for _, t := range arg.list {
			switch param.Kind() {
			case reflect.String, reflect.Bool, reflect.Int, reflect.Int64:
				ok = ok && group(t) == group(param)
			default:
				ok = ok && deref(t) == param
			}
		}
		if !ok {
			c.refuse(n, "say of which class the argument is", "argument %d of %s may not be a %v, and go-oso would convert it", i+1, what, param)
		}
	}
}

func (c *checker) construct(x *syntax.New, e env) types {
	c.kwargs(x.Kwargs)
	args := make([]types, len(x.Args))
	for i, arg := range x.Args {
		args[i] = c.value(arg, e)
		c.bind(arg, e)
	}
	cl := c.class(x.Class)
	if cl == nil {
		return anything
	}
	f := reflect.TypeOf(cl.constructor)
	if f == nil || f.Kind() != reflect.Func {
		c.refuse(x, "", "class %s has no constructor", cl.name)
		return only(cl.typ)
	}
	if reason := mangledMethod(f, 0); reason != "" {
		c.refuse(x, "", "the constructor of class %s %s", cl.name, reason)
	} else if f.Out(0) != cl.typ {
		c.refuse(x, "", "the constructor of class %s returns a %v; go-oso wants exactly %v", cl.name, f.Out(0), cl.typ)
	} else {
		c.arguments(x, "the constructor of class "+cl.name, f, 0, args)
	}
	return only(cl.typ)
}

// pattern checks a pattern against a term with types t, and returns the types
// that a term has which matches.
func (c *checker) pattern(p syntax.Pattern, t types, e env) types {
	switch p := p.(type) {
	case *syntax.ClassPattern:
		return c.classPattern(p, e)
	case *syntax.DictPattern:
		for _, f := range p.Fields {
			c.read[f.Key.Text] = true
			field := types{open: true}
			found := c.structsWith(f.Key.Text)
			for _, t := range found {
				sf, _ := fieldOf(t, f.Key.Text)
				c.readable(f, t, sf)
				field = field.with(sf.Type)
			}
			if like := c.spelledLike(f.Key.Text); len(found) == 0 && like != "" {
				c.refuse(f, "write "+like, "go-oso knows attributes by their exact Go name")
			}
			c.patternField(f, field, e)
		}
	case *syntax.ListPattern:
		for _, elem := range p.Elems {
			c.pattern(elem, elements(t), e)
		}
		if p.Rest != nil {
			c.bind(p.Rest, e)
		}
		return only(builtins["List"])
	case *syntax.ValuePattern:
		if c.fresh(p.Value, e) {
			c.learn(p.Value, t, e)
			return t
		}
		value := c.value(p.Value, e)
		c.compare(p, p.Value, value, nil, t)
		c.bind(p.Value, e)
	}
	return t
}

func (c *checker) classPattern(p *syntax.ClassPattern, e env) types {
	name := p.Class.Text
	var t types
	switch {
	case name == "Actor" || name == "Resource":
		if len(p.Fields) > 0 {
			c.refuse(p, "", "go-oso ignores the fields of a pattern for the union %s", name)
		}
		t.list = c.actors
		if name == "Resource" {
			t.list = c.resources
		}
		return t
	case builtins[name] != nil:
		t = only(builtins[name])
	default:
		cl := c.class(p.Class)
		if cl == nil {
			return anything
		}
		t = only(cl.typ)
	}
	for _, f := range p.Fields {
		c.patternField(f, c.field(f, t, f.Key.Text), e)
	}
	return t
}

func (c *checker) patternField(f *syntax.PatternField, t types, e env) {
	c.pattern(f.Value, t, e)
}
