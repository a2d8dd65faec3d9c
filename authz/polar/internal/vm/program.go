package vm

// This file defines Program, a compiled policy: predicates, clauses and the
// graph of nodes that the machine walks. A Program is immutable after Compile
// and contains no values of queries.

import (
	"sync"
	"sync/atomic"

	"github.com/ursa-authz/ursa/authz/internal/host"
	"github.com/ursa-authz/ursa/authz/polar/internal/resolve"
	"github.com/ursa-authz/ursa/authz/polar/syntax"
)

// A Program is a compiled policy. It is safe for concurrent use.
type Program struct {
	reg       *host.Registry
	module    *resolve.Module
	preds     map[string]map[int]*pred // by name, then number of parameters
	rules     []RuleInfo               // by resolve.Rule.Index
	actor     union
	resource  union
	actors    []*host.Plan // the types of a union
	resources []*host.Plan
	*classTables
	now      Value // the placeholder of the constant "now"
	machines sync.Pool
	poll     func(work int) // of the compilation; does nothing afterwards
	key      []byte
	shapes   map[string]*shape // during the compilation: by resolve.Module.Likeness

	decisions map[string]*fastPred // rules of three parameters, all given
	allow     *fastPred            // decisions["allow"], without a map lookup
	deny      *fastPred            // decisions["deny"], likewise
	fastLock  sync.Mutex
	fast      map[fastKey]*fastPred // in other modes
	runs      sync.Pool

	typed       [len(typedNames)]*typedRule // the rules whose decisions are compiled for types
	namedOnce   sync.Once
	named       map[string]string // the texts of the policy; made when an unknown one is met
	namedShapes map[*shape]bool   // while named is made
}

// A RuleInfo identifies a rule, or a query.
type RuleInfo = syntax.RuleInfo

// A pred has the rules of one name and number of parameters.
type pred struct {
	name      string
	arity     int
	clauses   []*clause
	index     *indexNode
	query     atomic.Pointer[clause] // the query that calls it; see queryOf
	given     *fastPred              // with values for all arguments; see fastPredOf
	recursive bool                   // it may call itself, directly or indirectly
	component int                    // of the call graph: predicates that call each other share it
}

// A clause is a compiled rule.
type clause struct {
	*shape
	info   *RuleInfo
	rule   int // index in the program; -1 for a query
	params []param
	order  int // position among the clauses of its predicate
}

// A shape is what rules have in common that differ only in constants of their heads.
type shape struct {
	equals []fieldEquals // the conditions that the body begins with; see leading.go
	params []param       // of one of the rules
	slots  int           // cells of an activation
	body   *node         // first goal

	signature string // clauses with the same signature are equally specific; "" if the signature is unique
}

// A param is one parameter of a clause.
type param struct {
	term  operand
	pat   *pattern // specializer; nil when there is none
	match *node    // the specializer as a goal that can wait
	fresh bool     // term is a variable's first occurrence
}

// An opcode is the operation of a node.
type opcode uint8

const (
	opHalt      opcode = iota // a solution of the query
	opReturn                  // the end of a clause's body
	opMark                    // record in slot a which choices exist
	opNotEnd                  // the end of sub
	opCollected               // the end of a call that a partial query solves separately
	opUnify                   // a = b
	opAssign                  // a := b
	opCompare                 // a cmp b
	opArith                   // c = a cmp b
	opLookup                  // c = a.name, or c = a.(b) when name is empty
	opMethod                  // c = a.name(args)
	opNew                     // c = new class(args)
	opIn                      // a in b
	opMatches                 // a matches pat
	opCall                    // pred(args)
	opTruth                   // a
	opCut                     // drop the choices above the mark in slot a, or of the clause
	opOr                      // alts
	opNot                     // not sub
	opPrint                   // print(args)
	opFail                    // false
)

// firstGoal is the first opcode of a goal; those before it only connect goals.
const firstGoal = opUnify

// A node is a goal and its continuation.
type node struct {
	op     opcode
	cmp    syntax.Op
	tail   bool // opCall: the last goal of a body that belongs to the same component
	kwargs bool
	goal   int32 // the number of the resolved goal, from 1, in the order of compilation; 0 if it is not one. See source.go

	name    string
	a, b, c operand
	args    []operand
	attrs   []*host.Attr // opLookup: attribute by plan ID
	pat     *pattern
	pred    *pred
	class   *host.ClassInfo
	*control
	next *node
	solo *node // the same goal, followed by opReturn: what runs when it wakes; nil for a goal that never waits. Of opCall, followed by opCollected
	pos  relPos
}

// endNode is the end of every body, and of every goal that runs separately.
var endNode = &node{op: opReturn}

// A control has the additional fields of opOr and opNot nodes.
type control struct {
	alts   []*node // opOr
	sub    *node   // opNot
	locals []int32 // opNot: slots that are fresh inside
	shared []int32 // opNot: slots that are shared with the outside
}

// An operandKind is the kind of an operand.
type operandKind uint8

const (
	constOperand operandKind = iota
	varOperand
	listOperand
	dictOperand
	nowOperand
	termOperand // a term of the query, in a goal that the machine made
)

// An operand is a term over slots.
type operand struct {
	kind  operandKind
	first bool // varOperand: the first occurrence of the variable, so nothing refers to it yet
	slot  int32
	value Value
	*compound
}

// isText reports whether the operand is a string literal of the policy.
func (o *operand) isText() bool { return o.kind == constOperand && o.value.Kind() == host.String }

// A compound has the additional fields of a listOperand or dictOperand. They are
// separate because policies have many operands, and few of them are compounds.
type compound struct {
	elems []operand // of a list, or the values of a dictionary
	keys  []string
	rest  *operand
}

// A patternKind is the kind of a pattern.
type patternKind uint8

const (
	classPattern patternKind = iota
	dictPattern
	listPattern
	valuePattern
)

// A pattern is a compiled specializer or right side of matches.
type pattern struct {
	kind   patternKind
	class  *host.ClassInfo // classPattern of a class
	union  resolve.Union   // classPattern of a union
	name   string
	fields []patternField
	elems  []*pattern
	rest   *operand
	value  operand
	key    string // equal keys mean structurally equal patterns; "" if the pattern has variables
	pos    relPos
}

// isClass reports whether the pattern tests only for a class.
func (p *pattern) isClass() bool {
	return p.kind == classPattern && p.class != nil && p.union == resolve.UnionNone && len(p.fields) == 0
}

// A patternField is one field of a pattern.
type patternField struct {
	name  string
	attrs []*host.Attr
	pat   *pattern
}

// A union has the classes of Actor or of Resource.
type union []*host.ClassInfo

// has reports whether values of plan belong to the union.
func (u union) has(p *host.Plan) bool {
	for _, c := range u {
		if p.IsA(c.ID) {
			return true
		}
	}
	return false
}

// Rules returns the rules in the module's order. The caller must not modify the slice.
func (p *Program) Rules() []RuleInfo { return p.rules }

// NumRules returns how many rules have the given name and number of parameters.
func (p *Program) NumRules(rule string, arity int) int {
	if pr := p.preds[rule][arity]; pr != nil {
		return len(pr.clauses)
	}
	return 0
}

// Defines reports whether a rule with the given name exists.
func (p *Program) Defines(rule string) bool { return len(p.preds[rule]) > 0 }

// DefinesArity reports whether a rule with the given name and number of parameters exists.
func (p *Program) DefinesArity(rule string, arity int) bool { return p.preds[rule][arity] != nil }
