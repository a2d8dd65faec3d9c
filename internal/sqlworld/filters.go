package sqlworld

// This file defines Generator, which makes random filters.

import (
	"maps"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/ursa-authz/ursa/authz"
	"github.com/ursa-authz/ursa/authz/filter"
)

// A Generator makes random filters over classes.
type Generator struct {
	r      *rand.Rand
	models map[reflect.Type]*model
	scope  []*model // by filter.Var
	from   int      // the least variable that may be used
}

// A model is what filters may name of a class.
type model struct {
	rows      *filter.Model
	columns   []*column
	relations []*filter.Relation
}

// A column is a field that filters may compare.
type column struct {
	*filter.FieldInfo
	converts bool // its type converts to and from database values
	padded   bool // the database pads it with spaces
	ordered  bool // the database orders its values
}

// NewGenerator returns a generator of filters for classes whose aliases are their columns.
func NewGenerator(r *rand.Rand, classes []authz.Class, dialect string) *Generator {
	g := &Generator{r: r, models: make(map[reflect.Type]*model)}
	for _, c := range classes {
		m := &model{rows: &filter.Model{Name: c.Type.Name(), Type: c.Type, Key: c.Key}}
		for _, path := range slices.Sorted(maps.Values(c.Aliases)) {
			info, err := m.rows.Field(path)
			if err != nil {
				panic(err)
			}
			converts := info.Elem == reflect.TypeFor[UUID]() || info.Elem == reflect.TypeFor[Decimal]()
			padded := dialect == "postgres" && path == "Char"
			exact := info.Elem == reflect.TypeFor[Decimal]() && dialect != "sqlite"
			m.columns = append(m.columns, &column{info, converts, padded, info.Ordered && !padded && (!converts || exact)})
		}
		g.models[c.Type] = m
	}
	for _, c := range classes {
		for _, r := range c.Relations {
			m := g.models[c.Type]
			m.relations = append(m.relations, &filter.Relation{Name: r.Name, Many: r.Many, Target: g.models[r.Target].rows})
		}
	}
	return g
}

// Relation returns the relation of a field.
func (g *Generator) Relation(t reflect.Type, name string) *filter.Relation {
	for _, r := range g.models[t].relations {
		if r.Name == name {
			return r
		}
	}
	return nil
}

// Query returns a random filter on the rows of a class.
func (g *Generator) Query(t reflect.Type, depth int) *filter.Query {
	m := g.models[t]
	g.scope, g.from = []*model{m}, 0
	return &filter.Query{Model: m.rows, Where: g.expr(depth)}
}

// comparable reports whether values of two columns can be equal, and every database can compare
// them.
func (c *column) comparable(d *column) bool {
	if isNumber(c.Type) && isNumber(d.Type) {
		return !c.converts && !d.converts
	}
	same := c.Type == d.Type && c.converts == d.converts && c.padded == d.padded
	return same && (c.Type != filter.TypeOther || c.Elem == d.Elem)
}

func isNumber(t filter.Type) bool { return t == filter.TypeInt || t == filter.TypeFloat }

func (g *Generator) expr(depth int) filter.Expr {
	if depth == 0 {
		return g.leaf()
	}
	switch g.r.IntN(9) {
	case 0, 1:
		return filter.And{g.expr(depth - 1), g.expr(depth - 1)}
	case 2, 3:
		return filter.Or{g.expr(depth - 1), g.expr(depth - 1)}
	case 4:
		return filter.Not{X: g.expr(depth - 1)}
	case 5, 6:
		return g.relation(depth)
	}
	return g.leaf()
}

func (g *Generator) variable() filter.Var {
	return filter.Var(g.from + g.r.IntN(len(g.scope)-g.from))
}

func (g *Generator) relation(depth int) filter.Expr {
	from := g.variable()
	m := g.scope[from]
	if len(m.relations) == 0 || len(g.scope) > 4 {
		return g.leaf()
	}
	rel := One(g.r, m.relations)
	way := []*filter.Relation{rel}
	if back := g.returning(m); len(back) > 0 && g.r.IntN(6) == 0 {
		way = One(g.r, back)
	}
	end := way[len(way)-1].Target
	as := filter.Var(len(g.scope))
	transitive := end == m.rows && (len(way) > 1 || g.r.IntN(3) > 0)
	old := g.from
	g.scope = append(g.scope, g.models[end.Type])
	if transitive {
		g.from = int(as)
	}
	where := g.expr(depth - 1)
	g.scope, g.from = g.scope[:as], old
	if !transitive {
		return filter.Exists{As: as, From: from, Rel: rel, Where: where}
	}
	e := filter.Reach{As: as, From: from, At: as, Step: g.step(as, m, depth), Rel: way[0], Reflexive: g.r.IntN(2) == 0, Where: where}
	if len(way) > 1 {
		e.Via = []filter.Hop{{At: as, Step: g.step(as, g.models[way[0].Target.Type], depth), Rel: way[1]}}
	}
	return e
}

// returning returns the pairs of relations that lead from a model back to itself.
func (g *Generator) returning(m *model) [][]*filter.Relation {
	var pairs [][]*filter.Relation
	for _, there := range m.relations {
		for _, back := range g.models[there.Target.Type].relations {
			if back.Target == m.rows {
				pairs = append(pairs, []*filter.Relation{there, back})
			}
		}
	}
	return pairs
}

// step returns a condition on the row that a step leaves, or none.
func (g *Generator) step(at filter.Var, m *model, depth int) filter.Expr {
	if g.r.IntN(3) == 0 {
		return nil
	}
	scope, from := g.scope, g.from
	defer func() { g.scope, g.from = scope, from }()
	g.scope, g.from = make([]*model, at+1), int(at)
	g.scope[at] = m
	return g.expr(depth / 2) // conditions in conditions are deep, and SQLite's parser accepts only a few levels
}

// field returns a random column, of the given type if there is one.
func (g *Generator) field(v filter.Var, want *column) (filter.Field, *column) {
	var fits []*column
	for _, c := range g.scope[v].columns {
		if want == nil || c.comparable(want) {
			fits = append(fits, c)
		}
	}
	if len(fits) == 0 {
		return filter.Field{}, nil
	}
	c := One(g.r, fits)
	return filter.Field{Var: v, Name: c.Name}, c
}

func (g *Generator) leaf() filter.Expr {
	v := g.variable()
	f, c := g.field(v, nil)
	switch g.r.IntN(10) {
	case 0:
		set := make([]filter.Value, g.r.IntN(5))
		for i := range set {
			set[i] = g.constant(c)
		}
		return filter.In{X: f, Set: set}
	case 1, 2:
		w := g.variable()
		h, d := g.field(w, c)
		if d == nil {
			break
		}
		op := filter.Op(g.r.IntN(6))
		if op.Ordering() && !(c.ordered && d.ordered) {
			op %= 2
		}
		return filter.Compare{Op: op, L: f, R: h}
	case 3:
		return g.keys(v)
	case 4:
		if c.Type == filter.TypeString && !c.converts && !c.padded {
			return filter.StrOp{Kind: filter.StrKind(g.r.IntN(3)), X: f, Arg: One(g.r, append(Texts, "\x00", "a\xff"))}
		}
	}
	op := filter.Op(g.r.IntN(6))
	k := g.constant(c)
	sameOrder := k.IsNil() || k.Type() == c.Type && (k.Type() != filter.TypeOther || reflect.TypeOf(k.Any()) == c.Elem) || isNumber(k.Type()) && isNumber(c.Type)
	s, isText := k.Any().(string)
	if op.Ordering() && (!c.ordered || !sameOrder || isText && strings.Contains(s, "\xff")) {
		op %= 2
	}
	if g.r.IntN(4) == 0 {
		return filter.Compare{Op: op.Swap(), L: k, R: f}
	}
	return filter.Compare{Op: op, L: f, R: k}
}

// keys compares identities.
func (g *Generator) keys(v filter.Var) filter.Expr {
	op := filter.Op(g.r.IntN(2))
	if w := g.variable(); g.r.IntN(2) == 0 {
		return filter.Compare{Op: op, L: filter.Key{Var: v}, R: filter.Key{Var: w}}
	}
	m := g.scope[v]
	key := func() filter.Value {
		var parts []filter.Value
		for _, path := range m.rows.Key {
			i := slices.IndexFunc(m.columns, func(c *column) bool { return c.Name == path })
			parts = append(parts, g.value(m.columns[i]))
		}
		return filter.KeyOf(parts...)
	}
	if g.r.IntN(2) == 0 {
		return filter.In{X: filter.Key{Var: v}, Set: []filter.Value{key(), key()}}
	}
	return filter.Compare{Op: op, L: filter.Key{Var: v}, R: key()}
}

// constant returns a value for comparison with a column: sometimes nil, or of another
// type.
func (g *Generator) constant(c *column) filter.Value {
	switch g.r.IntN(12) {
	case 0:
		return filter.Value{}
	case 1:
		return MustValue(One(g.r, []any{"1", "", 0, 1, 1.5, true, Noon, []byte("a"), UUID{1}, math.NaN(), math.Inf(1), math.Inf(-1)}))
	}
	return g.value(c)
}

// value returns a value of a column's type.
func (g *Generator) value(c *column) filter.Value {
	switch c.Type {
	case filter.TypeBool:
		return MustValue(g.r.IntN(2) == 0)
	case filter.TypeInt, filter.TypeFloat:
		switch g.r.IntN(5) {
		case 0:
			return MustValue(One(g.r, Reals))
		case 1:
			return MustValue(One(g.r, Bigs))
		case 2:
			return MustValue(One(g.r, Huge))
		case 3:
			return MustValue(float64(float32(0.1)))
		}
		return MustValue(One(g.r, Ints))
	case filter.TypeString:
		switch g.r.IntN(8) {
		case 0:
			return MustValue(One(g.r, []string{"\x00", "a\x00", "a\xff", "abcd", "ab  ", "open"}))
		case 1:
			return MustValue(One(g.r, Codes))
		}
		return MustValue(One(g.r, Texts))
	case filter.TypeTime:
		x := One(g.r, Times)
		if g.r.IntN(8) == 0 {
			x = time.Date(12000, 1, 1, 0, 0, 0, 0, time.UTC)
		}
		return MustValue(x)
	case filter.TypeBytes:
		return MustValue([]byte(One(g.r, Texts)))
	}
	if c.Elem == reflect.TypeFor[Decimal]() {
		return MustValue(One(g.r, Decimals))
	}
	return MustValue(One(g.r, UUIDs))
}

// MustValue returns x as a value of filters.
func MustValue(x any) filter.Value {
	v, err := filter.ValueOf(x)
	if err != nil {
		panic(err)
	}
	return v
}
