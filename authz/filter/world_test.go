package filter

// This file defines the data that the tests filter: people with a chain of
// managers, their teams and their badges, and random filters over them.

import (
	"context"
	"database/sql"
	"math"
	"math/rand/v2"
	"reflect"
	"time"
)

type status string

// code is a type with its own, case-insensitive equality.
type code struct{ s string }

func (c code) Equal(d code) bool { return len(c.s) == len(d.s) }

// version is a type with its own order.
type version struct{ major, minor int }

func (v version) Compare(w version) int {
	if v.major != w.major {
		return v.major - w.major
	}
	return v.minor - w.minor
}

type audit struct{ Author *string }

type Base struct{ ID int64 }

type person struct {
	Base
	Name    string
	Nick    *string
	Age     int
	Limit   *int32
	Rate    float64
	Status  status
	Active  bool
	Born    time.Time
	Ended   sql.NullTime
	Tag     [4]byte
	Blob    []byte
	Code    code
	Version version
	Audit   audit
	Any     any
	List    []int
	Boss    *person
	Friends []*person
	Badge   badge
	//lint:ignore U1000 an unexported field is what the tests look for
	hidden int
}

type badge struct {
	Site   string
	Number int
	Color  *string
}

var (
	personModel = &Model{Name: "Person", Type: reflect.TypeFor[person](), Key: []string{"ID"}}
	badgeModel  = &Model{Name: "Badge", Type: reflect.TypeFor[badge](), Key: []string{"Site", "Number"}}

	boss     = &Relation{Name: "Boss", Target: personModel}
	friends  = &Relation{Name: "Friends", Many: true, Target: personModel}
	badgeRel = &Relation{Name: "Badge", Target: badgeModel}
)

func ptr[T any](x T) *T { return &x }

func val(x any) Value {
	v, err := ValueOf(x)
	if err != nil {
		panic(err)
	}
	return v
}

func f(name string) Field         { return Field{Row, name} }
func fv(v Var, name string) Field { return Field{v, name} }

var noon = time.Date(2024, 5, 1, 12, 0, 0, 0, time.UTC)

// randomPeople returns people whose managers and friends form cycles.
func randomPeople(r *rand.Rand, n int) []*person {
	people := make([]*person, n)
	for i := range people {
		p := &person{
			Base: Base{int64(i)}, Name: pick(r, "", "a", "A", "b", "é"), Age: r.IntN(4), Rate: pick(r, 0, 0.5, 1, math.NaN()),
			Status: pick[status](r, "open", "a"), Active: r.IntN(2) == 0, Born: noon.Add(time.Duration(r.IntN(3)) * time.Hour),
			Friends: []*person{},
		}
		if r.IntN(2) == 0 {
			p.Nick = ptr(pick(r, "", "a", "ab"))
		}
		if r.IntN(2) == 0 {
			p.Limit = ptr(int32(r.IntN(3)))
		}
		p.Ended = sql.NullTime{Time: noon, Valid: r.IntN(2) == 0}
		p.Badge = badge{Site: pick(r, "", "a"), Number: r.IntN(2)}
		people[i] = p
	}
	for _, p := range people {
		if r.IntN(3) > 0 {
			p.Boss = people[r.IntN(n)]
		}
		for range r.IntN(3) {
			p.Friends = append(p.Friends, people[r.IntN(n)])
		}
	}
	return people
}

func pick[T any](r *rand.Rand, xs ...T) T { return xs[r.IntN(len(xs))] }

// A generator makes random valid filters.
type generator struct {
	r     *rand.Rand
	scope []*Model // by Var
	from  Var      // the least variable that the generator may use
}

func (g *generator) variable() Var { return g.from + Var(g.r.IntN(len(g.scope)-int(g.from))) }

func (g *generator) expr(depth int) Expr {
	if depth == 0 || g.r.IntN(6) == 0 {
		return g.leaf()
	}
	switch g.r.IntN(8) {
	case 0, 1:
		return And(g.exprs(depth))
	case 2, 3:
		return Or(g.exprs(depth))
	case 4, 5:
		return Not{g.expr(depth - 1)}
	case 6:
		return g.relation(depth)
	}
	return g.leaf()
}

func (g *generator) exprs(depth int) []Expr {
	parts := make([]Expr, g.r.IntN(4))
	for i := range parts {
		parts[i] = g.expr(depth - 1)
	}
	return parts
}

func (g *generator) relation(depth int) Expr {
	from := g.variable()
	if g.scope[from] != personModel {
		from = g.from // a person
	}
	rel := pick(g.r, boss, boss, friends, badgeRel)
	as := Var(len(g.scope))
	g.scope = append(g.scope, rel.Target)
	defer func() { g.scope = g.scope[:as] }()
	where := g.expr(depth - 1)
	if rel != badgeRel && g.r.IntN(3) == 0 {
		e := chain(as, from, rel, g.r.IntN(2) == 0, where)
		e.At, e.Step = as, g.step(as, personModel, depth)
		if g.r.IntN(4) == 0 {
			e.Via = []Hop{{as + 1, g.step(as+1, personModel, depth), pick(g.r, boss, friends)}}
		}
		return e
	}
	return Exists{as, from, rel, where}
}

// step returns a condition on a row that a step leaves, and sometimes none.
func (g *generator) step(at Var, m *Model, depth int) Expr {
	if g.r.IntN(3) == 0 {
		return nil
	}
	// Only the row itself may be used.
	scope, from := g.scope, g.from
	defer func() { g.scope, g.from = scope, from }()
	g.scope, g.from = make([]*Model, at+1), at
	g.scope[at] = m
	return g.expr(depth - 1)
}

// chain returns a Reach without conditions on its steps.
func chain(as, from Var, rel *Relation, reflexive bool, where Expr) Reach {
	return Reach{As: as, From: from, Rel: rel, Reflexive: reflexive, Where: where}
}

// comparable fields of each type of the two models.
var fieldsOf = map[*Model][][]string{
	personModel: {{"Name", "Nick", "Status"}, {"Age", "Limit", "Rate", "ID"}, {"Active"}, {"Born", "Ended"}},
	badgeModel:  {{"Site", "Color"}, {"Number"}},
}

func (g *generator) leaf() Expr {
	v := g.variable()
	group := g.r.IntN(len(fieldsOf[g.scope[v]]))
	name := pick(g.r, fieldsOf[g.scope[v]][group]...)
	constant := func() Value {
		if g.r.IntN(6) == 0 {
			return pick(g.r, Value{}, val("a"), val(1), val(true), val(noon))
		}
		switch group {
		case 0:
			return val(pick(g.r, "", "a", "ab", "A"))
		case 1:
			return pick(g.r, val(g.r.IntN(3)), val(pick(g.r, 0.5, 1, math.NaN())))
		case 2:
			return val(g.r.IntN(2) == 0)
		}
		return val(noon.Add(time.Duration(g.r.IntN(2)) * time.Hour))
	}
	switch g.r.IntN(8) {
	case 0:
		return Const(g.r.IntN(2) == 0)
	case 1:
		set := make([]Value, g.r.IntN(4))
		for i := range set {
			set[i] = constant()
		}
		return In{fv(v, name), set}
	case 2:
		return StrOp{StrKind(g.r.IntN(3)), fv(v, fieldsOf[g.scope[v]][0][0]), pick(g.r, "", "a", "b")}
	case 3:
		w := g.variable()
		if g.r.IntN(2) == 0 {
			return Compare{Op(g.r.IntN(2)), Key{v}, Key{w}}
		}
		return Compare{Op(g.r.IntN(2)), fv(v, name), fv(w, pick(g.r, fieldsOf[g.scope[w]][0]...))}
	case 4:
		return Compare{Op(g.r.IntN(2)), constant(), fv(v, name)}
	}
	op := Op(g.r.IntN(6))
	c := constant()
	info, err := g.scope[v].Field(name)
	if err != nil {
		panic(err)
	}
	if op.Ordering() && !c.IsNil() && !ordered(info.Type, c.Type()) {
		op = Eq
	}
	return Compare{op, fv(v, name), c}
}

// counting is a Resolver that counts its calls.
type counting struct{ calls int }

func (c *counting) Related(ctx context.Context, row any, rel *Relation) ([]any, error) {
	c.calls++
	return Loaded.Related(ctx, row, rel)
}
