package vm

// This file defines comparisons and methods in the fast path.

import (
	"strings"

	"github.com/ursa-authz/ursa/authz/internal/host"
	"github.com/ursa-authz/ursa/authz/polar/internal/ops"
	"github.com/ursa-authz/ursa/authz/polar/internal/resolve"
	"github.com/ursa-authz/ursa/authz/polar/syntax"
)

// compare compares two values. After giving up it reports false.
func (r *run) compare(op syntax.Op, a, b Value) bool {
	if a.Kind() == host.Int && b.Kind() == host.Int {
		return ordered(op, compareInts(a.Int(), b.Int()))
	}
	if op == syntax.OpEq || op == syntax.OpNe {
		return r.equal(a, b) == (op == syntax.OpEq) && !r.gaveUp
	}
	c, ok, err := host.Compare(a, b)
	if err != nil {
		r.gaveUp = true
		return false
	}
	return ok && ordered(op, c)
}

// method compiles a method call. Keyword arguments are an error, which the solver reports.
func (c *fastCompiler) method(g *resolve.Method) []build {
	if len(g.Kwargs) > 0 {
		return c.give("a method with keyword arguments")
	}
	obj, free, ok := c.known(g.Obj)
	if !ok {
		return c.wait(free, g.Obj, g)
	}
	args := make([]place, len(g.Args))
	for i, t := range g.Args {
		if args[i], free, ok = c.known(t); !ok {
			return c.wait(free, t, g)
		}
	}
	check, after := c.unifyWith(g.Result)
	name, builtin := g.Name, ops.BuiltinOf(host.String, g.Name)
	first := func(next step) step {
		return func(r *run, base int) bool {
			v, ok := r.callMethod(obj.load(r, base), name, builtin, args, base)
			if !ok || !check(r, base, v) {
				return r.gaveUp
			}
			return next(r, base)
		}
	}
	return append([]build{first}, after...)
}

// callMethod calls a method, or the built-in method of strings of that name. It reports false
// when the call has no solution, and after giving up.
func (r *run) callMethod(obj Value, name string, builtin *ops.Builtin, args []place, base int) (Value, bool) {
	if obj.Kind() == host.Nil {
		return Value{}, false
	}
	if obj.Kind() == host.ClassKind {
		r.gaveUp = true
		return Value{}, false
	}
	m := obj.Plan.Method(name)
	if m == nil {
		return r.stringMethod(obj, builtin, args, base)
	}
	from := len(r.args)
	for i := range args {
		r.args = append(r.args, args[i].load(r, base))
	}
	v, ok, err := m.Call(r.ctx, obj, r.args[from:])
	if len(args) <= callArgs {
		call := HostCall{method: m, obj: obj, n: len(args), result: v, ok: ok, err: err}
		copy(call.args[:], r.args[from:])
		r.calls = append(r.calls, call)
	} else {
		r.lost = true
	}
	clear(r.args[from:])
	r.args = r.args[:from]
	if err != nil || ok && isSeq(v) || r.ctx.Err() != nil {
		r.gaveUp = true
		return Value{}, false
	}
	return v, ok
}

// maxFastText bounds the strings that the fast path looks into, since it does not charge for them.
const maxFastText = 4096

// stringMethod calls the built-in methods of strings that routes are made of.
func (r *run) stringMethod(obj Value, b *ops.Builtin, args []place, base int) (Value, bool) {
	if b == nil || obj.Kind() != host.String || len(args) != 1 || obj.Word > maxFastText {
		r.gaveUp = true
		return Value{}, false
	}
	arg := args[0].load(r, base)
	if arg.Kind() != host.String || arg.Word == 0 {
		r.gaveUp = true
		return Value{}, false
	}
	s, t := obj.Str(), arg.Str()
	switch {
	case b.Test != nil:
		return host.MakeBool(b.Test(s, t)), true
	case b.Name == "split":
		return r.split(s, t), true
	}
	r.gaveUp = true
	return Value{}, false
}

// split returns the parts of s. No list outlives the decision, so that all of them
// share the run's memory.
func (r *run) split(s, sep string) Value {
	n := strings.Count(s, sep) + 1
	from := len(r.made)
	if from+n > cap(r.made) {
		// The lists made before stay where they are.
		r.made, from = make([]Value, 0, max(2*cap(r.made), n, 16)), 0
	}
	r.made = ops.AppendParts(r.made, s, sep)
	return host.MakeList(r.made[from:])
}
