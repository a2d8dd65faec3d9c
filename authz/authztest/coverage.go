package authztest

// This file defines Coverage, which counts what parts of a policy have held in tests.
//
// A rule that was tried and failed proves nothing: without any rules, everything would be
// denied too. So a rule counts if it held at least once, and so does each alternative of
// each "or". Coverage finds them in traces: it makes every decision as usual and then
// traces it.

import (
	"cmp"
	"context"
	"flag"
	"fmt"
	"io"
	"iter"
	"slices"
	"sync"
	"testing"

	"github.com/ursa-authz/ursa/authz"
	"github.com/ursa-authz/ursa/authz/filter"
	"github.com/ursa-authz/ursa/authz/polar"
)

// A Coverage is an [authz.Engine] that counts, for all policies it compiles, which of their
// rules and alternatives have held in decisions and queries: those of [Tester], of
// [Matrix], or of the program under test. Filters do not count. Inline queries, which run
// when a policy is compiled, do not count either. If a source is compiled again with the
// same name and text, counting continues.
//
// The zero Coverage is ready to use with the default engine. It is safe for concurrent use
// and must not be copied. It makes decisions several times slower.
type Coverage struct {
	// Engine compiles the policies. The default is the engine of package polar. Its
	// policies must be Tracers with a method Branches, like those of package polar.
	Engine authz.Engine

	mu      sync.Mutex
	sources map[authz.Source]*coveredSource
}

// A coveredSource is the compiled rules and alternatives of one source.
type coveredSource struct {
	authz.Source
	branches map[start]*branchCount
}

// A start is the line and column where a branch begins.
type start struct{ line, col int32 }

// A branchCount says how often a branch was tried, and how often it held.
type branchCount struct {
	start
	alternative bool
	text        string
	tried, held int
}

// A tracedPolicy is a policy whose coverage can be counted.
type tracedPolicy interface {
	authz.Policy
	authz.Tracer
	Branches() []*polar.Branch
}

// Compile compiles with the engine.
func (c *Coverage) Compile(ctx context.Context, in authz.Input) (authz.Policy, []authz.Diagnostic, error) {
	var p authz.Policy
	var diags []authz.Diagnostic
	var err error
	if c.Engine != nil {
		p, diags, err = c.Engine.Compile(ctx, in)
	} else {
		p, diags, err = polar.Load(ctx, in)
	}
	if err != nil {
		return nil, diags, err
	}
	traced, ok := p.(tracedPolicy)
	if !ok {
		return nil, diags, fmt.Errorf("authztest: coverage needs an engine that supports traces: %w", authz.ErrUnsupported)
	}
	covered := &coveredPolicy{traced, c, c.add(in.Sources, traced.Branches())}
	d, defines := p.(authz.Definer)
	r, rules := p.(authz.FieldRuler)
	switch {
	case defines && rules:
		return coveredRuler{coveredDefiner{covered, d}, r}, diags, nil
	case defines:
		return coveredDefiner{covered, d}, diags, nil
	}
	return covered, diags, nil
}

// add adds the branches of a policy, and returns the counter of each.
func (c *Coverage) add(sources []authz.Source, branches []*polar.Branch) map[*polar.Branch]*branchCount {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.sources == nil {
		c.sources = make(map[authz.Source]*coveredSource)
	}
	byName := make(map[string]*coveredSource)
	for _, s := range sources {
		if c.sources[s] == nil {
			c.sources[s] = &coveredSource{s, make(map[start]*branchCount)}
		}
		byName[s.Name] = c.sources[s]
	}
	counts := make(map[*polar.Branch]*branchCount)
	for _, b := range branches {
		s := byName[b.Span.Start.File]
		if s == nil {
			continue
		}
		at := start{b.Span.Start.Line, b.Span.Start.Col}
		if s.branches[at] == nil {
			s.branches[at] = &branchCount{start: at, alternative: b.Alternative, text: b.Text}
		}
		counts[b] = s.branches[at]
	}
	return counts
}

// A coveredPolicy is a policy whose decisions are counted.
type coveredPolicy struct {
	tracedPolicy
	c      *Coverage
	counts map[*polar.Branch]*branchCount
}

// A coveredDefiner is a coveredPolicy that reports which rules it defines.
type coveredDefiner struct {
	*coveredPolicy
	authz.Definer
}

// A coveredRuler is a coveredDefiner that reports which classes its rules are about.
type coveredRuler struct {
	coveredDefiner
	authz.FieldRuler
}

func (p *coveredPolicy) Decide(ctx context.Context, rule string, actor any, action string, resource any) (authz.Outcome, error) {
	out, err := p.tracedPolicy.Decide(ctx, rule, actor, action, resource)
	p.count(ctx, rule, []any{actor, action, resource}, polar.TraceOptions{})
	return out, err
}

// Ask asks as an Authorizer does, whether or not the engine has Ask.
func (p *coveredPolicy) Ask(ctx context.Context, rule string, args ...any) (out authz.Outcome, err error) {
	if a, ok := p.tracedPolicy.(authz.Asker); ok {
		out, err = a.Ask(ctx, rule, args...)
	} else {
		for _, err = range p.tracedPolicy.Query(ctx, rule, args...) {
			out.Allowed = err == nil
			break
		}
	}
	p.count(ctx, rule, args, polar.TraceOptions{})
	return out, err
}

func (p *coveredPolicy) Query(ctx context.Context, rule string, args ...any) iter.Seq2[authz.Bindings, error] {
	return func(yield func(authz.Bindings, error) bool) {
		all := true
		for b, err := range p.tracedPolicy.Query(ctx, rule, args...) {
			if all = yield(b, err); !all {
				break
			}
		}
		p.count(ctx, rule, args, polar.TraceOptions{All: all})
	}
}

// Filter calls the policy and counts nothing.
func (p *coveredPolicy) Filter(ctx context.Context, rule string, actor any, action string, class authz.Class) (*filter.Query, error) {
	f, ok := p.tracedPolicy.(authz.Filterer)
	if !ok {
		return nil, fmt.Errorf("the engine does not support filters: %w", authz.ErrUnsupported)
	}
	return f.Filter(ctx, rule, actor, action, class)
}

// FilterActors calls the policy and counts nothing.
func (p *coveredPolicy) FilterActors(ctx context.Context, rule string, class authz.Class, action string, resource any) (*filter.Query, error) {
	f, ok := p.tracedPolicy.(authz.ActorFilterer)
	if !ok {
		return nil, fmt.Errorf("the engine does not support filters of actors: %w", authz.ErrUnsupported)
	}
	return f.FilterActors(ctx, rule, class, action, resource)
}

// count traces a decision or query, and counts what was tried and what held.
func (p *coveredPolicy) count(ctx context.Context, rule string, args []any, opts polar.TraceOptions) {
	t := p.Trace(ctx, rule, args, opts)
	p.c.mu.Lock()
	defer p.c.mu.Unlock()
	for _, n := range t.All() {
		if b := p.counts[n.Branch]; b != nil {
			b.tried++
			if n.Status == polar.TraceSucceeded {
				b.held++
			}
		}
	}
}

// inOrder returns the sources by name, and their branches by position. The caller holds the
// lock.
func (c *Coverage) inOrder() iter.Seq2[*coveredSource, []*branchCount] {
	return func(yield func(*coveredSource, []*branchCount) bool) {
		sources := make([]*coveredSource, 0, len(c.sources))
		for _, s := range c.sources {
			sources = append(sources, s)
		}
		slices.SortFunc(sources, func(a, b *coveredSource) int {
			return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Text, b.Text))
		})
		for _, s := range sources {
			branches := make([]*branchCount, 0, len(s.branches))
			for _, b := range s.branches {
				branches = append(branches, b)
			}
			slices.SortFunc(branches, func(a, b *branchCount) int {
				return cmp.Or(cmp.Compare(a.line, b.line), cmp.Compare(a.col, b.col))
			})
			if !yield(s, branches) {
				return
			}
		}
	}
}

// tally returns the number of rules and alternatives, and how many of them have held. The
// caller holds the lock.
func (c *Coverage) tally() (held, all int) {
	for _, branches := range c.inOrder() {
		for _, b := range branches {
			all++
			if b.held > 0 {
				held++
			}
		}
	}
	return held, all
}

// Percent returns the share of rules and alternatives that have held, from 0 to 100. It is
// 0 if there are none.
func (c *Coverage) Percent() float64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return percent(c.tally())
}

func percent(held, all int) float64 {
	if all == 0 {
		return 0
	}
	return 100 * float64(held) / float64(all)
}

// unused is the error of a Coverage that no Authorizer uses.
const unused = "authztest: the Coverage has compiled no rules; is it the Config.Engine of the Authorizer under test?"

// empty reports whether no rule has been compiled.
func (c *Coverage) empty() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	_, all := c.tally()
	return all == 0
}

// Require reports an error, with the table of [Coverage.WriteTable] and the annotated
// source, if less than the given share of rules and alternatives has held, from 0 to 100.
// Otherwise it logs the table. It also reports an error if the Coverage has compiled no
// rule, because it is not the Config.Engine of an Authorizer.
func (c *Coverage) Require(t testing.TB, least float64) {
	t.Helper()
	if c.empty() {
		t.Error(unused)
		return
	}
	w := new(report)
	c.WriteTable(w)
	got := c.Percent()
	if got >= least {
		t.Log(w)
		return
	}
	c.WriteSource(w)
	t.Errorf("%.1f %% of the policy's rules and alternatives have held, want %.1f %%\n%s", got, least, w)
}

// Main runs the tests of m, a *testing.M, and returns the exit code for TestMain. The code
// is that of the tests. If the tests pass but less than the given share of rules and
// alternatives, from 0 to 100, has held, the code is 1 and Main writes the table and the
// annotated source to w. A Coverage that has compiled no rule is an error, as for
// [Coverage.Require]. Main requires nothing if only some of the tests were run, with -run,
// -skip or -list.
func (c *Coverage) Main(m interface{ Run() int }, least float64, w io.Writer) (code int) {
	switch code = m.Run(); {
	case code != 0 || partial():
		return code
	case c.empty():
		fmt.Fprintln(w, unused)
		return 1
	case c.Percent() >= least:
		return code
	}
	fmt.Fprintf(w, "authztest: %.1f %% of the policy's rules and alternatives have held, want %.1f %%\n", c.Percent(), least)
	c.WriteTable(w)
	c.WriteSource(w)
	return 1
}

// partial reports whether flags exclude some of the tests.
func partial() bool {
	for _, name := range []string{"test.run", "test.skip", "test.list"} {
		if f := flag.Lookup(name); f != nil && f.Value.String() != "" {
			return true
		}
	}
	return false
}
