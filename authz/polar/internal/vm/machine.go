package vm

// This file defines Machine, the state of one query.

import (
	"context"
	"time"

	"github.com/ursa-authz/ursa/authz/internal/host"
	"github.com/ursa-authz/ursa/authz/internal/meter"
)

// Limits bound a query. All fields are positive.
type Limits = meter.Limits

// A Machine solves one query at a time. Each program has a pool of machines.
type Machine struct {
	prog *Program

	// The store. All of it is undone to the heights of a choice.
	cells   []Value          // variables by index
	frames  []frame          // activations; a frame stays while a choice may return to it
	choices []choice         // remaining alternatives, newest last
	trail   []trailEntry     // how to undo the bindings
	waiters []waiter         // goals that wait, and goals that waited
	links   []waitLink       // lists of waiters by variable
	args    []Value          // arguments of calls that have alternatives
	sorted  []*clause        // clauses of calls that were sorted
	calls   []callNode       // chain of recursive calls
	seen    map[uint64]int32 // newest recursive call by hash; see ancestor.go
	maybes  []uint64         // variables that negations depend on; see negation.go

	// The registers.
	frame     int32 // current activation
	protected int   // cells below it existed at the newest choice
	sealed    int   // cells below it existed when the innermost negation began; the negation must not bind them
	pending   int   // goals that wait
	serial    int   // number of the next choice
	woken     []int32
	ready     []int32
	work      []pair
	quiet     bool // compare without calling the host
	unsure    bool // a quiet comparison could not decide

	// The query.
	ctx     context.Context
	limits  *Limits
	acct    meter.Account
	fetches int
	fetched map[fetchKey]Value
	now     func() time.Time
	nowVal  Value // the value of the constant "now", once it was read
	print   func(string)
	trace   *Record
	goal    int32         // trace of the goal being solved
	decided *RuleInfo     // rule of the query's own call that led to the last solution
	partial *partialState // nil unless the query is partial
	hosted  []HostCall    // calls that were made before the query began
	started bool
	abuf    []Value // arguments of a method call
}

// A frame is the activation of a clause.
type frame struct {
	clause  *clause
	cont    *node // where to continue in the parent
	base    int32 // first cell
	parent  int32 // -1 for the query
	barrier int32 // height of the choice stack when the call began
	calls   int32 // place in the chain of recursive calls; -1 when outside
	depth   int32
	nots    int32 // negations around it
	trace   int32 // node of the trace, or -1
	site    *node // the call, for the stack of an error; may be nil
	wake    bool  // runs a goal that waited, on the cells of another activation
}

// A fetchKey is a relation of a row, whose value is remembered for the query.
type fetchKey struct {
	row  host.Pointer
	attr *host.Attr
}

func newMachine(p *Program) *Machine {
	return &Machine{prog: p, seen: make(map[uint64]int32)}
}

// Config is the configuration of a query.
type Config struct {
	Limits Limits
	Memory *meter.Pool      // what the queries hold together; nil has no bound
	Now    func() time.Time // for the constant "now"; nil means time.Now
	Print  func(string)     // receives the output of print; may be nil
}

// Machine returns a machine that is ready for a query. Release returns it to the pool.
func (p *Program) Machine(ctx context.Context, cfg *Config) *Machine {
	m := p.machines.Get().(*Machine)
	m.ctx, m.limits, m.now, m.print = ctx, &cfg.Limits, cfg.Now, cfg.Print
	m.acct.Open(ctx, m.limits, cfg.Memory)
	return m
}

// keepCells is the number of cells, and of entries of a stack, above which a machine
// is not pooled. Otherwise small queries would keep, and clear, the memory of a large one.
const keepCells = 1 << 14

// Release ends the query in any state. The machine must not be used afterwards.
func (m *Machine) Release() {
	m.acct.Close()
	if max(cap(m.cells), cap(m.trail), cap(m.frames), cap(m.choices), cap(m.waiters), cap(m.args), cap(m.calls), cap(m.work), cap(m.abuf)) > keepCells {
		return
	}
	m.reset()
	m.prog.machines.Put(m)
}

func (m *Machine) reset() {
	// Values keep host memory alive, so all must be cleared.
	clear(m.cells)
	clear(m.args)
	clear(m.trail)
	clear(m.waiters)
	clear(m.calls)
	clear(m.choices)
	clear(m.work[:cap(m.work)])
	clear(m.abuf[:cap(m.abuf)])
	if len(m.seen) > 0 {
		clear(m.seen)
	}
	*m = Machine{
		prog: m.prog, seen: m.seen,
		cells: m.cells[:0], frames: m.frames[:0], choices: m.choices[:0], trail: m.trail[:0],
		waiters: m.waiters[:0], links: m.links[:0], args: m.args[:0], sorted: m.sorted[:0],
		calls: m.calls[:0], maybes: m.maybes[:0],
		woken: m.woken[:0], ready: m.ready[:0], work: m.work[:0], abuf: m.abuf[:0],
	}
}

// value returns the value of an operand in the current activation.
func (m *Machine) value(op *operand, base int32) (Value, error) {
	switch op.kind {
	case constOperand:
		return op.value, nil
	case varOperand:
		cell := int(base + op.slot)
		c := m.cells[cell]
		switch c.Plan {
		case unboundPlan, waitingPlan:
			return makeVar(cell), nil
		case varPlan:
			return m.deref(c), nil
		}
		return c, nil
	case listOperand:
		return m.buildList(op, base)
	case dictOperand:
		return m.buildDict(op, base)
	case termOperand:
		return m.deref(op.value), nil
	case nowOperand:
		return m.nowValue()
	}
	panic("vm: unknown operand")
}

func (m *Machine) buildAll(ops []operand, base int32) (vals []Value, open bool, err error) {
	if err := m.hold(len(ops) * valueSize); err != nil {
		return nil, false, err
	}
	vals = make([]Value, len(ops))
	for i := range ops {
		if vals[i], err = m.value(&ops[i], base); err != nil {
			return nil, false, err
		}
		k := vals[i].Kind()
		open = open || k == host.Var || k == host.Tail || k == host.Partial
	}
	return vals, open, m.charge(len(ops))
}

func (m *Machine) buildList(op *operand, base int32) (Value, error) {
	vals, open, err := m.buildAll(op.elems, base)
	if err != nil {
		return Value{}, err
	}
	if op.rest == nil {
		if !open {
			return host.MakeList(vals), nil
		}
		return makeOpenList(&openList{elems: vals}), nil
	}
	rest, err := m.value(op.rest, base)
	if err != nil {
		return Value{}, err
	}
	if len(vals) == 0 && isList(rest) {
		return rest, nil
	}
	return makeOpenList(&openList{elems: vals, rest: rest, hasRest: true}), nil
}

func (m *Machine) buildDict(op *operand, base int32) (Value, error) {
	vals, open, err := m.buildAll(op.elems, base)
	if err != nil {
		return Value{}, err
	}
	if !open {
		return host.MakeDict(op.keys, vals), nil
	}
	return makeOpenDict(&openDict{keys: op.keys, vals: vals}), nil
}

func (m *Machine) nowValue() (Value, error) {
	if m.nowVal.Plan == nil {
		now := time.Now
		if m.now != nil {
			now = m.now
		}
		v, err := m.prog.reg.ValueOf(now())
		if err != nil {
			return Value{}, m.hostError(err)
		}
		m.nowVal = v
	}
	return m.nowVal, nil
}
