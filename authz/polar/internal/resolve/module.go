package resolve

// This file defines Module, the meaning of a policy after name resolution: rules over
// numbered slots, with expanded blocks and a separate goal for every operation. The
// solver compiles it and does not look up names at run time.

import (
	"github.com/ursa-authz/ursa/authz/internal/host"
	"github.com/ursa-authz/ursa/authz/polar/syntax"
)

// A Module is a resolved policy. It is immutable once Load, and Release if it is called,
// have returned.
type Module struct {
	Preds    map[string]*Pred  // by name, defined or called
	Rules    []*Rule           // in order: written rules in source order, then the rules of blocks in declaration order
	Queries  []*Query          // inline queries, in source order
	Actor    []*host.ClassInfo // members of the union Actor, in declaration order
	Resource []*host.ClassInfo // members of the union Resource, in declaration order
	Blocks   map[*host.ClassInfo]*Block

	opts  Options
	facts *facts // for the type check of later queries; nil with Options.NoTypes

	files []*syntax.File // the names and texts of the sources, without statements
	kept  []keptRule     // after Release: where each rule is written
}

// A Pred stands for all rules of one name, whatever their number of parameters.
type Pred struct {
	Name    string
	Arities []int // the numbers of parameters of its rules, ascending; empty if inline or later queries call a rule that does not exist
}

// A Rule is a rule over slots. Slots are numbered from 0: those of the
// parameters first, in order of occurrence.
type Rule struct {
	Name   string
	Params []Param
	Body   *And     // never nil; a fact has no goals
	Vars   []string // slot -> variable's name; temporaries have names that start with "_"
	Pos    syntax.Position
	End    syntax.Position
	Node   *syntax.Rule  // nil for a rule made from a block
	Block  *syntax.Block // the block, for a rule made from one
	Text   string        // the head as written, or the head of the rule that a shorthand rule expands to
	Index  int           // in Module.Rules
	Like   *Rule         // if not nil, an earlier rule that has the same Body, Vars and Node; see like.go
	text   textPlace     // of Node
}

// A textPlace is the text of a rule.
type textPlace struct {
	file     int32 // in Module.files
	off, end int32 // bytes of the source
}

// A Param is one parameter: the argument unifies with Term, and then matches Spec.
type Param struct {
	Term Term
	Spec Pattern // nil if there is none
}

// A Query is a goal with named variables.
type Query struct {
	Body *And
	Vars []string // slot -> variable's name
	Out  []int    // the slots whose bindings a solution reports, without temporaries, in order of occurrence
	Pos  syntax.Position
	Text string // as written
}

// A Block has everything that the actor and resource blocks of one class declare.
type Block struct {
	Class       *host.ClassInfo
	Actor       bool            // declared by an actor block, at least once
	Roles       []string        // in declaration order
	Permissions []string        // in declaration order
	Relations   []BlockRelation // in declaration order
}

// A BlockRelation is one declared relation of a block.
type BlockRelation struct {
	Name    string
	Classes []*host.ClassInfo // the classes that may be related, in declaration order
}

// A Term is a *Const, *Var, *List or *Dict. Operations are goals, never terms.
type Term interface{ term() }

// A Const is a literal, a registered constant, or a class as a value.
type Const struct {
	Value host.Value
	Pos   syntax.Position
	Named bool // written as the name of a registered constant, whose value no message may show
}

// A Var is a variable by its slot.
type Var struct {
	Slot int
	Pos  syntax.Position
}

// A List is a list term that contains a variable. A list without variables is a Const.
type List struct {
	Elems []Term
	Rest  *Var // nil if the list is closed
	Pos   syntax.Position
}

// A Dict is a dictionary term that contains a variable. Its keys are in ascending order.
type Dict struct {
	Keys []string
	Vals []Term
	Pos  syntax.Position
}

func (*Const) term() {}
func (*Var) term()   {}
func (*List) term()  {}
func (*Dict) term()  {}

// An At is the place of a goal in the source. Every goal embeds one.
type At struct {
	Pos  syntax.Position
	Node syntax.Node // the node to print for the goal; nil for goals that a block made
}

// Where returns the At itself.
func (a *At) Where() *At { return a }

// A Goal is a goal to solve. Its types are those of this file that embed At.
type Goal interface {
	Where() *At
	goal()
}

type (
	// And is a conjunction. A rule's body is always an And, as the meaning of cut requires.
	And struct {
		At
		Goals []Goal
	}

	// Or is a disjunction, whose alternatives are tried in order.
	Or struct {
		At
		Goals []Goal
	}

	// Not succeeds if Goal has no solution. Locals are the slots that
	// occur only inside it: they are fresh at each entry, and existential.
	Not struct {
		At
		Goal   Goal
		Locals []int
	}

	// Forall is not (Cond and not Body). Locals are as in Not.
	Forall struct {
		At
		Cond, Body Goal
		Locals     []int // occur only inside the Forall (in Cond, or in both)
		BodyLocals []int // occur only inside Body
	}

	// Unify is L = R.
	Unify struct {
		At
		L, R Term
	}

	// Assign is L := R.
	Assign struct {
		At
		L *Var
		R Term
	}

	// Compare is L Op R for OpEq to OpGe.
	Compare struct {
		At
		Op   syntax.Op
		L, R Term
	}

	// Arith is Result = L Op R for OpAdd to OpRem.
	Arith struct {
		At
		Op     syntax.Op
		L, R   Term
		Result Term
	}

	// Lookup is Result = Obj.Name, or Result = Obj.(Key) if Key is set.
	Lookup struct {
		At
		Obj    Term
		Name   string
		Key    Term
		Result Term
	}

	// Method is Result = Obj.Name(Args).
	Method struct {
		At
		Obj    Term
		Name   string
		Args   []Term
		Kwargs []Kwarg
		Result Term
	}

	// New is Result = new Class(Args).
	New struct {
		At
		Class  *host.ClassInfo
		Args   []Term
		Kwargs []Kwarg
		Result Term
	}

	// In is Item in Seq.
	In struct {
		At
		Item, Seq Term
	}

	// Matches is Term matches Pattern.
	Matches struct {
		At
		Term    Term
		Pattern Pattern
	}

	// Call is a call of the rules of Pred with len(Args) parameters.
	Call struct {
		At
		Pred *Pred
		Args []Term
	}

	// Truth is a term used as a goal: true, false, or a variable.
	Truth struct {
		At
		Term Term
	}

	// Cut is cut.
	Cut struct{ At }

	// Print is print(Args).
	Print struct {
		At
		Args []Term
	}

	// Debug is debug(...): it succeeds.
	Debug struct{ At }
)

// A Kwarg is a keyword argument.
type Kwarg struct {
	Name  string
	Value Term
}

func (*And) goal()     {}
func (*Or) goal()      {}
func (*Not) goal()     {}
func (*Forall) goal()  {}
func (*Unify) goal()   {}
func (*Assign) goal()  {}
func (*Compare) goal() {}
func (*Arith) goal()   {}
func (*Lookup) goal()  {}
func (*Method) goal()  {}
func (*New) goal()     {}
func (*In) goal()      {}
func (*Matches) goal() {}
func (*Call) goal()    {}
func (*Truth) goal()   {}
func (*Cut) goal()     {}
func (*Print) goal()   {}
func (*Debug) goal()   {}

// A Pattern is a *ClassPattern, *DictPattern, *ListPattern or *ValuePattern.
type Pattern interface{ pattern() }

// A ClassPattern matches instances of a class or union whose fields match.
type ClassPattern struct {
	Class  *host.ClassInfo // nil for a union, and for a class that is not registered
	Union  Union           // UnionNone unless Name is a built-in union
	Name   string          // as written
	Fields []FieldPattern  // in ascending order of names
	Pos    syntax.Position
}

// A DictPattern matches dictionaries and instances that have the fields.
type DictPattern struct {
	Fields []FieldPattern // in ascending order of names
	Pos    syntax.Position
}

// A FieldPattern is a field "name: pattern".
type FieldPattern struct {
	Name    string
	Pattern Pattern
	Pos     syntax.Position
}

// A ListPattern matches lists element by element.
type ListPattern struct {
	Elems []Pattern
	Rest  *Var
	Pos   syntax.Position
}

// A ValuePattern matches by unification.
type ValuePattern struct {
	Term Term
	Pos  syntax.Position
}

func (*ClassPattern) pattern() {}
func (*DictPattern) pattern()  {}
func (*ListPattern) pattern()  {}
func (*ValuePattern) pattern() {}

// A Union is one of the built-in unions of classes.
type Union uint8

// The unions.
const (
	UnionNone Union = iota
	UnionActor
	UnionResource
)

// Options are the inputs of Load besides the sources.
type Options struct {
	Registry   *host.Registry        // the registered classes
	Constants  map[string]host.Value // registered constants by name; "nil" and class names are implied
	DenyRule   bool                  // decisions also query deny, deny_request and deny_field
	ChangeRule bool                  // updates query allow_change
	Poll       func(work int)        // called for every few units of work; it may panic to end a load; may be nil
	Watch      *Watch                // of WatchTypes; otherwise nil
	NoTypes    bool                  // skip the check of attributes, methods and kinds against Go types, so that tests can reach run-time errors
}
