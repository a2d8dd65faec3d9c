package filter

// This file defines the nodes of a filter: expressions and operands.

import (
	"fmt"
	"io"
)

// An Expr is a condition. The set of implementations is closed: And, Or, Not,
// Compare, In, StrOp, Exists, Reach and Const.
type Expr interface{ expr() }

// A Var stands for a row. Row is the row that the query is about. Exists and Reach
// bind other variables, whose numbers must differ from those of the variables
// around them.
type Var int

// Row is the variable of the row that the query is about.
const Row Var = 0

// And is true when all of its parts are true; an empty And is true.
type And []Expr

// Or is true when one of its parts is true; an empty Or is false.
type Or []Expr

// Not is true when X is false.
type Not struct{ X Expr }

// Const is true or false for every row.
type Const bool

// The two constants.
const (
	True  Const = true
	False Const = false
)

// An Op compares two operands.
type Op uint8

// The comparisons. Orderings are false when either side is nil.
const (
	Eq Op = iota // equal
	Ne           // not equal
	Lt           // less
	Le           // less or equal
	Gt           // greater
	Ge           // greater or equal
)

// Ordering reports whether the comparison needs an order: any but Eq and Ne.
func (o Op) Ordering() bool { return o >= Lt }

// Swap returns the operator that gives the same result with the sides exchanged.
func (o Op) Swap() Op {
	switch o {
	case Lt:
		return Gt
	case Le:
		return Ge
	case Gt:
		return Lt
	case Ge:
		return Le
	case Eq, Ne:
	}
	return o
}

// holds reports whether the comparison holds between two values that compare as c: less than
// 0, 0, or greater than 0.
func (o Op) holds(c int) bool {
	switch o {
	case Eq:
		return c == 0
	case Ne:
		return c != 0
	case Lt:
		return c < 0
	case Le:
		return c <= 0
	case Gt:
		return c > 0
	case Ge:
		return c >= 0
	}
	panic("filter: unknown comparison operator")
}

// String returns the operator: "=", "!=", "<", "<=", ">" or ">=".
func (o Op) String() string {
	if int(o) < len(opText) {
		return opText[o]
	}
	return "?"
}

var opText = [...]string{"=", "!=", "<", "<=", ">", ">="}

// A Compare is a comparison of two operands.
type Compare struct {
	Op   Op
	L, R Operand
}

// An In is true when X equals one of the values of Set.
type In struct {
	X   Operand
	Set []Value
}

// A StrKind is a test on strings.
type StrKind uint8

// The tests on strings.
const (
	Prefix   StrKind = iota // begins with
	Suffix                  // ends with
	Contains                // contains
)

// String returns "startswith", "endswith" or "contains".
func (k StrKind) String() string {
	switch k {
	case Prefix:
		return "startswith"
	case Suffix:
		return "endswith"
	case Contains:
		return "contains"
	}
	return "?"
}

// A StrOp tests the bytes of X, which is a string or nil, against Arg. It is
// false for nil.
type StrOp struct {
	Kind StrKind
	X    Operand
	Arg  string
}

// Format prints the test with a placeholder for Arg, whatever the verb.
func (e StrOp) Format(s fmt.State, verb rune) { io.WriteString(s, text(e, false)) }

// An Exists is true when the relation Rel of the row From leads to a row As for
// which Where is true. It is false when a to-one relation has no row.
type Exists struct {
	As, From Var
	Rel      *Relation
	Where    Expr
}

// A Reach is true when a row As for which Where is true can be reached from the row
// From in any number of steps: at least one or, when Reflexive, also zero (As is
// then From itself). Cycles in the data end: each row is visited once.
//
// A step follows Rel from a row At for which Step is true. So Step is a condition
// on each row that a step leaves, From included, but not on the row where the last
// step ends. With zero steps it is not evaluated. A nil Step is True. Step refers
// to At and to the variables that it binds itself, and to no others: it does not
// see the variables around it, and may use the same numbers.
//
// Usually a step is one relation, which leads from a model to itself. It can
// consist of several, as from a group to its memberships and from those to other
// groups. Then Via holds the rows in between and the relations that lead on from
// them, and the last relation leads back to the first model.
type Reach struct {
	As, From  Var
	At        Var
	Step      Expr
	Rel       *Relation
	Via       []Hop
	Reflexive bool
	Where     Expr
}

// A Hop is part of a step of a Reach: it follows Rel from a row At for which Step
// is true. A nil Step is True. Step refers only to At and to the variables that it
// binds itself.
type Hop struct {
	At   Var
	Step Expr
	Rel  *Relation
}

// Hops returns the relations that one step follows, Rel first. It replaces a nil
// Step by True.
func (e Reach) Hops() []Hop {
	hops := append([]Hop{{e.At, e.Step, e.Rel}}, e.Via...)
	for i := range hops {
		if hops[i].Step == nil {
			hops[i].Step = True
		}
	}
	return hops
}

func (And) expr()     {}
func (Or) expr()      {}
func (Not) expr()     {}
func (Const) expr()   {}
func (Compare) expr() {}
func (In) expr()      {}
func (StrOp) expr()   {}
func (Exists) expr()  {}
func (Reach) expr()   {}

// An Operand is one side of a comparison. The set of implementations is closed:
// Value, Field and Key.
type Operand interface{ operand() }

// A Field is the value of a Go field of the row Var. Name is the Go name. For a
// field of a named struct inside the row, it is a dotted path ("Audit.Author").
type Field struct {
	Var  Var
	Name string
}

// A Key is the identity of the row Var: the values of its model's key. It can equal
// only other keys, and has no order.
type Key struct{ Var Var }

func (Value) operand() {}
func (Field) operand() {}
func (Key) operand()   {}
