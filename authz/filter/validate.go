package filter

// This file defines Validate, which checks that a filter is well formed.

import (
	"reflect"
	"strconv"
)

// Validate returns an *Error that is ErrTooLarge or ErrInvalid if the query is too
// large or malformed. A query is malformed if
//
//   - a part is missing, or a relation has no name or no target,
//   - a variable is not bound where it is used, or is bound twice on one path,
//   - a model does not have a field that is used, or has no key and one is used,
//   - a key has a different number of values from the one it is compared with,
//   - a Reach does not lead from a model to itself, or its steps depend on rows
//     other than those they leave,
//   - an ordering compares types that have no order.
//
// A comparison for equality of different types is well formed, and false.
//
// Validate does not call methods of values. It need not be called before Match, which
// checks the parts that it evaluates.
func (q *Query) Validate() error {
	if q.Model == nil || q.Model.Type == nil {
		return &Error{Err: ErrInvalid, Reason: "the query has no model"}
	}
	if err := measure(q.Where); err != nil {
		return err
	}
	v := validator{scope: map[Var]*Model{Row: q.Model}}
	return v.expr(q.Where)
}

// A validator holds the models of the variables that are bound at a node.
type validator struct{ scope map[Var]*Model }

func (v *validator) expr(e Expr) error {
	switch e := e.(type) {
	case Const:
		return nil
	case And:
		return v.all(e)
	case Or:
		return v.all(e)
	case Not:
		return v.expr(e.X)
	case Compare:
		return v.compare(e)
	case In:
		return v.in(e)
	case StrOp:
		t, err := v.operand(e.X, e)
		if err == nil && t.typ != TypeString && t.typ != TypeNil {
			err = invalid("a string operation on a "+t.typ.String(), e)
		}
		return err
	case Exists:
		return v.bind(e, e.As, e.From, e.Rel, e.Where)
	case Reach:
		return v.reach(e)
	}
	return invalid("unknown node type", nil)
}

func (v *validator) all(parts []Expr) error {
	for _, p := range parts {
		if err := v.expr(p); err != nil {
			return err
		}
	}
	return nil
}

// reach checks the steps of a Reach, each separately, and then its end.
func (v *validator) reach(e Reach) error {
	begin := v.scope[e.From]
	if begin == nil {
		return notBound(e.From, e)
	}
	m, hops := begin, e.Hops()
	for _, h := range hops {
		if h.Rel == nil || h.Rel.Name == "" || h.Rel.Target == nil || h.Rel.Target.Type == nil {
			return invalid("the relation has no name or no target", e)
		}
		step := validator{scope: map[Var]*Model{h.At: m}}
		if err := step.expr(h.Step); err != nil {
			return err
		}
		m = h.Rel.Target
	}
	switch {
	case !begin.same(m):
		return invalid("a Reach that leads to another model", e)
	case len(m.Key) == 0:
		return invalid("a Reach over a model without a key", e)
	}
	return v.bind(e, e.As, e.From, hops[len(hops)-1].Rel, e.Where)
}

func notBound(v Var, e Expr) error {
	return invalid("variable "+strconv.Itoa(int(v))+" is not bound", e)
}

// bind checks a relation and the condition that follows it.
func (v *validator) bind(e Expr, as, from Var, rel *Relation, where Expr) error {
	switch {
	case rel == nil || rel.Name == "" || rel.Target == nil || rel.Target.Type == nil:
		return invalid("the relation has no name or no target", e)
	case v.scope[from] == nil:
		return notBound(from, e)
	case v.scope[as] != nil:
		return invalid("variable "+strconv.Itoa(int(as))+" is already bound", e)
	}
	v.scope[as] = rel.Target
	err := v.expr(where)
	delete(v.scope, as)
	return err
}

// operandType is what is known about an operand before any row is seen.
type operandType struct {
	typ     Type
	ordered bool
	model   *Model       // of a Key
	goType  reflect.Type // of TypeOther
}

func (v *validator) compare(e Compare) error {
	if int(e.Op) >= len(opText) {
		return invalid("unknown comparison operator", e)
	}
	l, err := v.operand(e.L, e)
	if err != nil {
		return err
	}
	r, err := v.operand(e.R, e)
	if err != nil {
		return err
	}
	if err := keysFit(l, e.R, e); err != nil {
		return err
	}
	if err := keysFit(r, e.L, e); err != nil {
		return err
	}
	if !e.Op.Ordering() || l.typ == TypeNil || r.typ == TypeNil {
		return nil
	}
	if !ordered(l.typ, r.typ) || !l.ordered || !r.ordered || l.goType != r.goType {
		return invalid(l.typ.String()+" and "+r.typ.String()+" have no order", e)
	}
	return nil
}

func (v *validator) in(e In) error {
	t, err := v.operand(e.X, e)
	if err != nil {
		return err
	}
	for _, x := range e.Set {
		if err := keysFit(t, x, e); err != nil {
			return err
		}
	}
	return nil
}

// keysFit checks that a constant key has as many values as the key it is
// compared with.
func keysFit(t operandType, o Operand, e Expr) error {
	if c, ok := o.(Value); ok && t.model != nil && c.typ == TypeKey && len(c.Parts()) != len(t.model.Key) {
		return invalid("the keys have different numbers of values", e)
	}
	return nil
}

func (v *validator) operand(o Operand, e Expr) (operandType, error) {
	switch o := o.(type) {
	case Value:
		t := operandType{typ: o.typ, ordered: ordered(o.typ, o.typ)}
		if o.typ == TypeOther {
			info := typeInfoOf(goType(o))
			t.ordered, t.goType = info.compare.ok(), goType(o)
		}
		return t, nil
	case Field:
		m := v.scope[o.Var]
		if m == nil {
			return operandType{}, notBound(o.Var, e)
		}
		f, err := m.Field(o.Name)
		if err != nil {
			return operandType{}, err
		}
		t := operandType{typ: f.Type, ordered: f.Ordered}
		if f.Type == TypeOther {
			t.goType = f.Elem
		}
		return t, nil
	case Key:
		m := v.scope[o.Var]
		if m == nil {
			return operandType{}, notBound(o.Var, e)
		}
		if len(m.Key) == 0 {
			return operandType{}, invalid("the class "+m.Name+" has no key", e)
		}
		return operandType{typ: TypeKey, model: m}, nil
	}
	return operandType{}, invalid("an operand is missing", nil)
}

// invalid returns an error about e, which may be nil or malformed.
func invalid(reason string, e Expr) error {
	err := &Error{Err: ErrInvalid, Reason: reason}
	if e != nil {
		err.Expr = text(e, false)
	}
	return err
}
