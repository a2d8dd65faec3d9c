// Package resolve gives a parsed policy its meaning: names become slots, rules,
// classes and constants, and blocks become rules. It reports everything in the policy
// that cannot work.
package resolve

// This file defines Load, which resolves the sources of a policy, and
// Module.Query, which resolves one query against a loaded policy.
//
// Load makes these passes, each linear in the size of the policy:
//
//  1. Compare the sources: none may be given twice, and no two names may look alike
//     (lookalike.go).
//  2. Read the blocks and merge their declarations by class (block.go).
//  3. Resolve every rule (slots.go, hoist.go). A variable becomes a slot of its rule.
//     Nested operations become separate goals, so that the solver sees only flat
//     goals. Calls are recorded, and checked once all rules are known.
//  4. Expand the shorthand rules of blocks into ordinary rules (block.go).
//  5. Collect the rule types, generate those that blocks imply, and check every rule
//     against the types of its name (ruletype.go).
//  6. Check the calls and the policy as a whole (checks.go, asked.go, shared.go, given.go).
//  7. Check attributes, methods and kinds against the types of the host program (infer.go,
//     with kinds.go, members.go, declared.go, values.go, nilequal.go and actorkey.go).
//
// A pass does not stop at an error, and later passes do not require earlier ones to
// succeed: what could not be resolved is omitted or unknown. So one load reports all
// errors. Load returns a Module only if there are no errors.
//
// Recursion is over syntax trees, whose height the parser bounds.

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/ursa-authz/ursa/authz/internal/host"
	"github.com/ursa-authz/ursa/authz/polar/syntax"
)

// Load resolves files, which together form one policy. It returns all errors and
// warnings found, sorted by position. If one is an error, the module is nil. Load does
// not modify the files; the module refers to their nodes.
func Load(files []*syntax.File, opts Options) (*Module, []syntax.Diagnostic) {
	r := newResolver(opts)
	r.untilFull(func() { r.load(files) })
	return r.finish()
}

// load makes the passes.
func (r *resolver) load(files []*syntax.File) {
	r.checkConstants()
	for i, f := range files {
		r.sources = append(r.sources, &source{file: f, index: i})
		r.mod.files = append(r.mod.files, &syntax.File{Name: f.Name, Source: f.Source})
	}
	r.checkSources()
	r.checkNames()
	r.readBlocks()
	var queries []pendingQuery
	for _, src := range r.sources {
		for _, stmt := range src.file.Stmts {
			r.poll(1)
			switch stmt := stmt.(type) {
			case *syntax.Rule:
				r.addRule(src, stmt)
			case *syntax.Like:
				r.addLike(src, stmt)
			case *syntax.RuleType:
				r.addRuleType(src, stmt)
			case *syntax.InlineQuery:
				queries = append(queries, pendingQuery{src, stmt})
			}
		}
	}
	r.expandShorthands()
	r.defineUnions()
	if r.opts.Watch == nil {
		r.checkRuleTypes()
	}
	for _, q := range queries {
		r.addQuery(q.src, q.stmt)
	}
	if r.opts.Watch != nil {
		r.checkTypes()
		return
	}
	r.checkCalls()
	r.checkPolicy()
	r.checkAsked()
	r.checkShared()
	r.checkChanges()
	r.findGiven()
	if !r.opts.NoTypes {
		r.checkTypes()
	}
	r.reportNeverGiven()
	r.useForeignKeys()
}

// A pendingQuery is an inline query, which is resolved when all rules are known.
type pendingQuery struct {
	src  *source
	stmt *syntax.InlineQuery
}

// Query resolves a query on the policy; src is its text. If a diagnostic is an error,
// the query is nil. Query may be called concurrently.
func (m *Module) Query(x syntax.Expr, src string) (*Query, []syntax.Diagnostic) {
	r := newResolver(m.opts)
	r.mod = m
	r.frozen = true
	from := &source{file: &syntax.File{Name: x.Pos().File, Source: src}}
	var q *Query
	r.untilFull(func() {
		q = r.query(from, x)
		q.Text = src
		r.checkCalls()
		if !m.opts.NoTypes {
			r.checkQueryTypes(from, q)
		}
	})
	sortDiagnostics(r.diags)
	if r.errors > 0 {
		return nil, r.diags
	}
	return q, r.diags
}

// A resolver resolves one policy, or one query.
type resolver struct {
	opts     Options
	mod      *Module
	frozen   bool // mod is loaded and must not be changed
	sources  []*source
	diags    []syntax.Diagnostic
	errors   int                      // how many errors were found
	warned   int                      // how many warnings were found
	msgs     int                      // bytes of the messages of diags
	hints    int                      // how many names were looked for among those that exist
	last     int                      // the diagnostic reported last: its index in diags plus 1; 0 if it was not kept
	compared int                      // how many they were compared with
	nested   int                      // see checkNesting
	exact    map[*host.ClassInfo]bool // of the classes looked at; see isExact
	keys     bool                     // foreign keys are read where they can be; see foreignkey.go
	hasKey   bool                     // there was one, since hasKey was false
	keyed    []*Rule                  // the rules that have one

	scope     scope                                       // of the rule being resolved; reused
	latest    *Rule                                       // the last written rule, apart from those that are like another
	ruleFrom  []*source                                   // by Rule.Index: where the rule was written
	queryFrom []*source                                   // the same for Module.Queries
	badBlocks bool                                        // there are errors in blocks
	suspect   map[*Rule]bool                              // rules with variables that are something else
	unions    [UnionResource + 1]map[*host.ClassInfo]bool // the members of each union
	calls     []callSite                                  // all calls of rules
	blocks    []*block                                    // in order of first declaration
	byClass   map[*host.ClassInfo]*block
	short     []shorthand     // in source order
	names     *givenNames     // nil when not known
	oddRoles  map[*Block]bool // blocks of classes for which a rule names an undeclared role
	types     ruleTypes
	dictKeys  map[string]bool // every key of a dictionary that the policy writes
}

func newResolver(opts Options) *resolver {
	return &resolver{
		opts: opts,
		mod: &Module{
			Preds: make(map[string]*Pred),
			opts:  opts.forQueries(),
		},
		byClass: make(map[*host.ClassInfo]*block),
	}
}

// finish returns the results of Load.
func (r *resolver) finish() (*Module, []syntax.Diagnostic) {
	sortDiagnostics(r.diags)
	if r.errors > 0 {
		return nil, r.diags
	}
	return r.mod, r.diags
}

func sortDiagnostics(ds []syntax.Diagnostic) {
	slices.SortStableFunc(ds, func(a, b syntax.Diagnostic) int {
		switch {
		case a.Pos.Before(b.Pos):
			return -1
		case b.Pos.Before(a.Pos):
			return 1
		}
		return 0
	})
}

// error reports an error about the text at; src may be nil when there is none.
func (r *resolver) error(src *source, code syntax.Code, at syntax.Span, msg, hint string) {
	if r.errors++; r.errors > maxDiagnostics || r.msgs > maxMessages {
		r.diags = append(r.diags, syntax.Diagnostic{Severity: syntax.Error, Code: syntax.CodeTooManyErrors, Pos: at.Start, End: at.End,
			Msg: fmt.Sprintf("more than %d errors; the rest are not reported", len(r.diags))})
		panic(full{})
	}
	r.report(src, syntax.Diagnostic{Severity: syntax.Error, Code: code, Pos: at.Start, End: at.End, Msg: msg, Hint: hint})
}

// warn reports a warning about the text at; src may be nil when there is none.
func (r *resolver) warn(src *source, code syntax.Code, at syntax.Span, msg, hint string) {
	if r.warned++; r.warned > maxDiagnostics || r.msgs > maxMessages {
		r.last = 0
		return
	}
	r.report(src, syntax.Diagnostic{Severity: syntax.Warning, Code: code, Pos: at.Start, End: at.End, Msg: msg, Hint: hint})
}

func (r *resolver) report(src *source, d syntax.Diagnostic) {
	if r.opts.Watch != nil { // nobody reads them, and there may be any number
		r.errors, r.warned, r.diags = 0, 0, append(r.diags[:0], d)
		r.last = 1
		return
	}
	if src != nil {
		d.Line = src.line(d.Pos.Line)
	}
	r.msgs += len(d.Msg)
	r.diags = append(r.diags, d)
	r.last = len(r.diags)
}

// maxDiagnostics bounds the number of reported errors and the number of warnings, and
// maxMessages bounds the bytes of their texts: a policy can repeat a mistake a million
// times, with a name of a megabyte in each. The first error beyond a bound ends the load.
const (
	maxDiagnostics = 1000
	maxMessages    = 1 << 20
)

// full is the panic that ends a load with too many errors.
type full struct{}

// untilFull runs f until there are too many errors.
func (r *resolver) untilFull(f func()) {
	defer func() {
		if e := recover(); e != nil {
			if _, ok := e.(full); !ok {
				panic(e)
			}
		}
	}()
	f()
}

// poll reports that some work is about to be done. It may panic to end the load.
func (r *resolver) poll(work int) {
	if r.opts.Poll != nil {
		r.opts.Poll(work)
	}
}

// forQueries returns what later queries need of the options of a load.
func (o Options) forQueries() Options {
	o.Poll, o.Watch = nil, nil
	return o
}

// maxHints bounds the names for which a load searches a similar name, and maxCompared
// bounds the comparisons. Nobody reads more hints, and a comparison takes a microsecond.
const (
	maxHints    = 200
	maxCompared = 200_000
)

// nearest returns a hint with the candidate nearest to name, or "" if there is none. Fix is the
// candidate, unless another is as near.
func (r *resolver) nearest(name string, candidates []string) (hint, fix string) {
	if r.hints >= maxHints || r.compared+len(candidates) > maxCompared {
		return "", ""
	}
	r.hints++
	r.compared += len(candidates)
	// The nearest of the nearest of each part is the nearest of all.
	var near []string
	unique := true
	for part := range slices.Chunk(candidates, 500) {
		r.poll(len(part) * 4)
		if n, alone := syntax.NearestAlone(name, part); n != "" {
			near = append(near, n)
			unique = unique && alone
		}
	}
	n, alone := syntax.NearestAlone(name, near)
	if n == "" {
		return "", ""
	}
	if alone && unique {
		fix = n
	}
	return "did you mean " + quote(n) + "?", fix
}

// replace sets the fix of the last diagnostic: it replaces old, the text of the diagnostic, by fix. If fix
// is empty or the diagnostic has another text, replace does nothing.
func (r *resolver) replace(old, fix string) {
	if r.last == 0 || fix == "" {
		return
	}
	if d := &r.diags[r.last-1]; d.End == after(d.Pos, old) {
		d.Fix = &syntax.Fix{Span: syntax.Span{Start: d.Pos, End: d.End}, Text: fix}
	}
}

// hint replaces the hint of the last diagnostic.
func (r *resolver) hint(hint string) {
	if r.last > 0 {
		r.diags[r.last-1].Hint = hint
	}
}

// replaceString is replace for two strings.
func (r *resolver) replaceString(old, fix string) {
	if fix != "" {
		r.replace(quote(old), quote(fix))
	}
}

// sortedNames returns the keys of a map in order.
func sortedNames[V any](r *resolver, m map[string]V) []string {
	names := make([]string, 0, len(m))
	for name := range m {
		r.poll(1)
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int {
		r.poll(1)
		return cmp.Compare(a, b)
	})
	return names
}

// addRule resolves a written rule and adds it to the module.
func (r *resolver) addRule(src *source, node *syntax.Rule) {
	rule := r.rule(src, node)
	errors := r.errors
	r.scope.checkVariables(node)
	if r.errors > errors {
		if r.suspect == nil {
			r.suspect = make(map[*Rule]bool)
		}
		r.suspect[rule] = true
	}
	r.define(rule, src)
	r.latest = rule
}

// rule resolves a written rule.
func (r *resolver) rule(src *source, node *syntax.Rule) *Rule {
	s := r.begin(src)
	r.hasKey = false
	rule := &Rule{Name: node.Name.Text, Pos: node.Start, End: node.End, Node: node}
	start := src.offset(node.Start)
	rule.Text = src.head(node.Name, node.Params, node.Rparen)
	rule.text = textPlace{int32(src.index), int32(start), int32(src.offset(node.End))}
	s.absent = s.hasExternal(node.Params)
	rule.Params = s.params(node.Params)
	s.nodes, s.specs = node.Params, rule.Params
	headOps := slices.Clone(s.ops)
	s.ops, s.eager = s.ops[:0], false
	rule.Body = s.body(node.Body, node)
	rule.Body.Goals = append(rule.Body.Goals, headOps...)
	rule.Vars = s.names()
	r.setLocals(rule.Body, rule.Params, len(rule.Vars))
	if r.hasKey {
		r.keyed = append(r.keyed, rule)
	}
	return rule
}

// define adds a rule to the module.
func (r *resolver) define(rule *Rule, src *source) {
	rule.Index = len(r.mod.Rules)
	r.mod.Rules = append(r.mod.Rules, rule)
	r.ruleFrom = append(r.ruleFrom, src)
	p := r.pred(rule.Name)
	if i, ok := slices.BinarySearch(p.Arities, len(rule.Params)); !ok {
		p.Arities = slices.Insert(p.Arities, i, len(rule.Params))
	}
}

// pred returns the predicate of a name.
func (r *resolver) pred(name string) *Pred {
	p := r.mod.Preds[name]
	if p == nil {
		p = &Pred{Name: name}
		if !r.frozen {
			r.mod.Preds[name] = p
		}
	}
	return p
}

// addQuery resolves an inline query and adds it to the module.
func (r *resolver) addQuery(src *source, stmt *syntax.InlineQuery) {
	q := r.query(src, stmt.Query)
	r.scope.checkQueryVariables()
	q.Text = src.text(stmt.Query.Range())
	r.mod.Queries = append(r.mod.Queries, q)
	r.queryFrom = append(r.queryFrom, src)
}

// query resolves a query.
func (r *resolver) query(src *source, x syntax.Expr) *Query {
	s := r.begin(src)
	q := &Query{Pos: x.Pos()}
	calls := len(r.calls)
	q.Body = s.queryBody(x)
	for i := range r.calls[calls:] {
		r.calls[calls+i].inQuery = true
	}
	q.Vars = s.names()
	for slot, name := range q.Vars {
		if name[0] != '_' {
			q.Out = append(q.Out, slot)
		}
	}
	r.setLocals(q.Body, nil, len(q.Vars))
	return q
}
