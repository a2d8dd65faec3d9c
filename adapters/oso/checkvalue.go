//go:build cgo && !musl && (((linux || darwin) && (amd64 || arm64)) || (windows && amd64))

package osoengine

// This file defines the check of terms: the result of an attribute, a call or a
// constructor, and whether go-oso supports it.

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/ursa-authz/ursa/authz/polar/syntax"
)

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

// group returns the kind that represents all kinds that are the same in Polar.
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
		c.refuse(v, "a pattern needs braces here: "+v.Name+"{}", "go-oso treats the class %s, used as a value, as an empty instance", v.Name)
	}
	if t, ok := e[v.Name]; ok {
		return t
	}
	return anything
}

func (c *checker) kwargs(fields []*syntax.Field) {
	if len(fields) > 0 {
		c.refuse(fields[0], "", "go-oso does not support keyword arguments")
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
			c.refuse(x, "declare it as a Dictionary, as in `x matches Dictionary`", "the name of the attribute is not known before go-oso looks it up")
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
			c.refuse(n, "state its class, as in `x matches Class`",
				"inside not or forall, go-oso treats a missing attribute %s as false", name)
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

// readable adds a diagnostic if the values of field f of t do not arrive unchanged.
func (c *checker) readable(n syntax.Node, t reflect.Type, f reflect.StructField) {
	if reason := mangled(f.Type); reason != "" {
		c.refuse(n, "", "field %s of class %s is %s", f.Name, c.className(t), reason)
	}
	for _, other := range reflect.VisibleFields(t) {
		if tag, _, _ := strings.Cut(other.Tag.Get("polar"), ","); tag == f.Name && other.Name != f.Name {
			c.refuse(n, "", "the tag %s names field %s of class %s, but go-oso ignores tags", f.Name, other.Name, c.className(t))
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

// fold maps all spellings of a name to one.
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
			c.refuse(x, "state its class, as in `x matches Class`",
				"inside not or forall, go-oso treats a missing method %s as false", name)
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
			c.refuse(x, "", "go-oso does not support methods on values of type %v", t)
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

// arguments refuses arguments that go-oso would convert to other values: it converts 65
// to "A" for a string, and 1.7 to 1 for an integer.
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
			c.refuse(n, "state the class of the argument", "argument %d of %s may be something other than %v, and go-oso would convert it", i+1, what, param)
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
		c.refuse(x, "", "the constructor of class %s returns %v, but go-oso needs %v", cl.name, f.Out(0), cl.typ)
	} else {
		c.arguments(x, "the constructor of class "+cl.name, f, 0, args)
	}
	return only(cl.typ)
}
