package filter

// This file defines Match, the meaning of a filter as a program over rows in
// memory. It is a readable reference and not fast: lists belong in the data layer.

import (
	"context"
	"errors"
	"reflect"
	"strings"
)

// MaxSteps is the number of nodes, list values and rows that one Match may visit.
const MaxSteps = 1_000_000

// A Resolver follows relations for Match.
type Resolver interface {
	// Related returns the rows that rel leads to from row, as pointers to structs
	// of rel.Target.Type: none or one unless rel.Many. Row is a pointer to the
	// struct that holds the relation. Match neither changes nor keeps the slice.
	Related(ctx context.Context, row any, rel *Relation) ([]any, error)
}

// ResolverFunc is a function that is a Resolver.
type ResolverFunc func(ctx context.Context, row any, rel *Relation) ([]any, error)

// Related calls f.
func (f ResolverFunc) Related(ctx context.Context, row any, rel *Relation) ([]any, error) {
	return f(ctx, row, rel)
}

// ErrNotLoaded is returned by Loaded for a relation that is not in memory.
var ErrNotLoaded = errors.New("filter: relation is not loaded")

// Loaded is a Resolver that reads the field of the relation. A nil pointer leads to
// no row, an empty slice leads to no rows, and a nil slice is ErrNotLoaded.
var Loaded Resolver = ResolverFunc(loaded)

func loaded(_ context.Context, row any, rel *Relation) ([]any, error) {
	rv := reflect.ValueOf(row).Elem()
	for part := range strings.SplitSeq(rel.Name, ".") {
		if rv.Kind() == reflect.Struct {
			rv = rv.FieldByName(part)
		}
	}
	for rv.Kind() == reflect.Pointer {
		if rv.IsNil() {
			return nil, nil
		}
		rv = rv.Elem()
	}
	switch rv.Kind() {
	case reflect.Struct:
		return []any{pointerTo(rv)}, nil
	case reflect.Slice:
		if rv.IsNil() {
			return nil, ErrNotLoaded
		}
		rows := make([]any, 0, rv.Len())
		for i := range rv.Len() {
			if x := reflect.Indirect(rv.Index(i)); x.IsValid() {
				rows = append(rows, pointerTo(x))
			}
		}
		return rows, nil
	}
	return nil, ErrNotLoaded
}

// pointerTo returns a pointer to the struct, or to a copy if it is not addressable.
func pointerTo(rv reflect.Value) any {
	if rv.CanAddr() {
		return rv.Addr().Interface()
	}
	p := reflect.New(rv.Type())
	p.Elem().Set(rv)
	return p.Interface()
}

// Match reports whether the query's condition is true for row, a struct of the
// model's type or a pointer to one. It follows relations with r, which may be nil
// if the filter has none, and evaluates parts from left to right until the answer
// is known. An error means that there is no answer: r or the context failed, the
// filter is malformed, or the work exceeds MaxSteps.
func (q *Query) Match(ctx context.Context, row any, r Resolver) (bool, error) {
	if q.Model == nil {
		return false, &Error{Err: ErrInvalid, Reason: "the query has no model"}
	}
	m := matcher{ctx: ctx, resolver: r, scope: make(map[Var]binding)}
	b, err := m.binding(q.Model, row)
	if err != nil {
		return false, err
	}
	m.scope[Row] = b
	return m.expr(q.Where, 0)
}

// A binding is the row that a variable stands for.
type binding struct {
	id    int // of the row as it was found; a row found again has another
	model *Model
	row   any // a pointer
	value reflect.Value
}

type matcher struct {
	found    int // number of bindings made
	ctx      context.Context
	resolver Resolver
	scope    map[Var]binding
	steps    int
}

// step charges n units of work.
func (m *matcher) step(n int) error {
	before := m.steps
	m.steps += n
	if m.steps > MaxSteps {
		return &Error{Err: ErrBudget, Reason: "more than 1,000,000 steps"}
	}
	if before>>8 != m.steps>>8 {
		return m.ctx.Err()
	}
	return nil
}

func (m *matcher) binding(model *Model, row any) (binding, error) {
	rv, err := model.row(row)
	if err != nil {
		return binding{}, err
	}
	m.found++
	return binding{m.found, model, pointerTo(rv), rv}, nil
}

func (m *matcher) expr(e Expr, depth int) (bool, error) {
	if err := m.step(1); err != nil {
		return false, err
	}
	if depth > MaxDepth {
		return false, &Error{Err: ErrTooLarge, Reason: "nested more than 1,000 deep"}
	}
	switch e := e.(type) {
	case Const:
		return bool(e), nil
	case And:
		return m.all(e, true, depth)
	case Or:
		return m.all(e, false, depth)
	case Not:
		ok, err := m.expr(e.X, depth+1)
		return !ok && err == nil, err
	case Compare:
		return m.compare(e)
	case In:
		return m.in(e)
	case StrOp:
		return m.strOp(e)
	case Exists:
		return m.exists(e, depth)
	case Reach:
		return m.reach(e, depth)
	}
	return false, invalid("a part is missing", nil)
}

// all is And for unit true and Or for unit false.
func (m *matcher) all(parts []Expr, unit bool, depth int) (bool, error) {
	for _, p := range parts {
		ok, err := m.expr(p, depth+1)
		if err != nil {
			return false, err
		}
		if ok != unit {
			return ok, nil
		}
	}
	return unit, nil
}

func (m *matcher) compare(e Compare) (bool, error) {
	l, err := m.operand(e.L, e)
	if err != nil {
		return false, err
	}
	r, err := m.operand(e.R, e)
	if err != nil {
		return false, err
	}
	if kl, ok := e.L.(Key); ok {
		if kr, ok := e.R.(Key); ok {
			return m.compareKeys(e.Op, kl, kr, l, r)
		}
	}
	switch e.Op {
	case Eq:
		return l.Equal(r)
	case Ne:
		eq, err := l.Equal(r)
		return !eq && err == nil, err
	case Lt, Le, Gt, Ge:
		c, ok, err := l.Compare(r)
		return ok && err == nil && e.Op.holds(c), err
	}
	return false, invalid("unknown comparison operator", e)
}

// compareKeys compares the keys of two variables. Rows of different models are
// never equal, and a row is equal to itself even without a key. Two operands are
// known to be the same row if they are one variable, or the two ends of a Reach of
// zero steps.
func (m *matcher) compareKeys(op Op, kl, kr Key, l, r Value) (bool, error) {
	if op.Ordering() {
		return false, unordered(TypeKey, TypeKey)
	}
	eq := m.scope[kl.Var].id == m.scope[kr.Var].id
	if !eq && m.scope[kl.Var].model.same(m.scope[kr.Var].model) {
		var err error
		if eq, err = l.Equal(r); err != nil {
			return false, err
		}
	}
	return eq == (op == Eq), nil
}

func (m *matcher) in(e In) (bool, error) {
	x, err := m.operand(e.X, e)
	if err != nil {
		return false, err
	}
	for _, v := range e.Set {
		if err := m.step(1); err != nil {
			return false, err
		}
		if eq, err := x.Equal(v); eq || err != nil {
			return eq && err == nil, err
		}
	}
	return false, nil
}

func (m *matcher) strOp(e StrOp) (bool, error) {
	x, err := m.operand(e.X, e)
	if err != nil || x.IsNil() {
		return false, err
	}
	s, ok := x.v.(string)
	if !ok || x.typ != TypeString {
		return false, invalid("a string operation on a "+x.typ.String(), e)
	}
	switch e.Kind {
	case Prefix:
		return strings.HasPrefix(s, e.Arg), nil
	case Suffix:
		return strings.HasSuffix(s, e.Arg), nil
	case Contains:
		return strings.Contains(s, e.Arg), nil
	}
	return false, invalid("unknown string operation", e)
}

func (m *matcher) operand(o Operand, e Expr) (Value, error) {
	switch o := o.(type) {
	case Value:
		return o, nil
	case Field:
		b, err := m.bound(o.Var, e)
		if err != nil {
			return Value{}, err
		}
		f, err := b.model.Field(o.Name)
		if err != nil {
			return Value{}, err
		}
		return f.read(b.value)
	case Key:
		b, err := m.bound(o.Var, e)
		if err != nil {
			return Value{}, err
		}
		return b.model.key(b.value)
	}
	return Value{}, invalid("an operand is missing", nil)
}

func (m *matcher) bound(v Var, e Expr) (binding, error) {
	b, ok := m.scope[v]
	if !ok {
		return b, notBound(v, e)
	}
	return b, nil
}

// related returns the rows that rel leads to from b.
func (m *matcher) related(b binding, rel *Relation, e Expr) ([]any, error) {
	if rel == nil || rel.Target == nil {
		return nil, invalid("the relation has no name or no target", e)
	}
	if m.resolver == nil {
		return nil, &Error{Err: ErrInvalid, Reason: "a relation needs a Resolver", Expr: text(e, false)}
	}
	if err := m.ctx.Err(); err != nil {
		return nil, err
	}
	rows, err := m.resolver.Related(m.ctx, b.row, rel)
	if err != nil {
		return nil, err
	}
	return rows, m.step(len(rows))
}

func (m *matcher) exists(e Exists, depth int) (bool, error) {
	from, err := m.bound(e.From, e)
	if err != nil {
		return false, err
	}
	rows, err := m.related(from, e.Rel, e)
	if err != nil {
		return false, err
	}
	for _, row := range rows {
		b, err := m.binding(e.Rel.Target, row)
		if err != nil {
			return false, err
		}
		if ok, err := m.with(e.As, b, e.Where, depth); ok || err != nil {
			return ok && err == nil, err
		}
	}
	return false, nil
}

// with evaluates where with a variable bound.
func (m *matcher) with(as Var, b binding, where Expr, depth int) (bool, error) {
	old, shadowed := m.scope[as]
	m.scope[as] = b
	ok, err := m.expr(where, depth+1)
	if shadowed {
		m.scope[as] = old
	} else {
		delete(m.scope, as)
	}
	return ok, err
}

// reach visits the reachable rows, nearest first, each once.
func (m *matcher) reach(e Reach, depth int) (bool, error) {
	from, err := m.bound(e.From, e)
	if err != nil {
		return false, err
	}
	hops := e.Hops()
	if last := hops[len(hops)-1].Rel; last == nil || last.Target == nil || !from.model.same(last.Target) {
		return false, invalid("a Reach that leads to another model", e)
	}
	visited := make(map[uint64][]Value)
	queue := []binding{from}
	for first := true; len(queue) > 0; first = false {
		b := queue[0]
		queue = queue[1:]
		if !first || e.Reflexive {
			if ok, err := m.with(e.As, b, e.Where, depth); ok || err != nil {
				return ok && err == nil, err
			}
		}
		ends, err := m.leap(b, hops, e, depth)
		if err != nil {
			return false, err
		}
		for _, next := range ends {
			key, err := next.model.key(next.value)
			if err != nil {
				return false, err
			}
			h := key.hash()
			seen, err := containsKey(visited[h], key)
			if err != nil {
				return false, err
			}
			if !seen {
				visited[h] = append(visited[h], key)
				queue = append(queue, next)
			}
		}
	}
	return false, nil
}

// leap returns the rows to which one step of a Reach leads from b.
func (m *matcher) leap(b binding, hops []Hop, e Reach, depth int) ([]binding, error) {
	rows := []binding{b}
	for _, h := range hops {
		var next []binding
		for _, b := range rows {
			// A step depends only on the row that it leaves.
			around := m.scope
			m.scope = map[Var]binding{h.At: b}
			ok, err := m.expr(h.Step, depth+1)
			m.scope = around
			if err != nil {
				return nil, err
			}
			if !ok {
				continue
			}
			related, err := m.related(b, h.Rel, e)
			if err != nil {
				return nil, err
			}
			for _, row := range related {
				b, err := m.binding(h.Rel.Target, row)
				if err != nil {
					return nil, err
				}
				next = append(next, b)
			}
		}
		rows = next
	}
	return rows, nil
}

func containsKey(keys []Value, key Value) (bool, error) {
	for _, k := range keys {
		if eq, err := equalParts(k.Parts(), key.Parts()); eq || err != nil {
			return eq, err
		}
	}
	return false, nil
}
