package polar

// This file tests laws: changes of a policy that do not change its decisions, or change
// them only in one direction. The tests need no other engine to compare with, so the laws
// cover policies that go-oso cannot evaluate.
//
// If a law changes the order of evaluation, a decision that ended in an error may become
// an answer, and the reverse. Answers without an error on both sides are the same. Such
// laws hold for policies without cut and :=, whose meaning depends on the order.

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/ursa-authz/ursa/authz/polar/internal/vm"
	"github.com/ursa-authz/ursa/authz/polar/syntax"
	"github.com/ursa-authz/ursa/internal/randtest"
)

// A law is a change of a policy.
type law struct {
	name string

	// change returns the changed policy. It may modify the file, and may add more
	// sources.
	change func(g *policyGen, f *syntax.File) []Source

	pure    bool // only of policies without cut and :=
	ordered bool // errors stay what they are, too

	// allows replaces equality: with more, an allow must not become a denial; with
	// less, a denial must not become an allow.
	more, less bool
}

// printed returns a file as the only source.
func printed(f *syntax.File) []Source { return []Source{{"law.polar", syntax.FormatFile(f)}} }

// rules returns the rules of a file that have a body, of one name or of all.
func rules(f *syntax.File, name string) []*syntax.Rule {
	var rs []*syntax.Rule
	for _, s := range f.Stmts {
		if r, ok := s.(*syntax.Rule); ok && r.Body != nil && (name == "" || r.Name.Text == name) {
			rs = append(rs, r)
		}
	}
	return rs
}

func paren(x syntax.Expr) syntax.Expr { return &syntax.ParenExpr{X: x} }
func negated(x syntax.Expr) syntax.Expr {
	return &syntax.NotExpr{X: paren(x)}
}

// shuffleChains shuffles the operands of every chain of one operator.
func shuffleChains(op syntax.Op) func(*policyGen, *syntax.File) []Source {
	return func(g *policyGen, f *syntax.File) []Source {
		for _, r := range rules(f, "") {
			syntax.Walk(r, func(n syntax.Node) bool {
				if x, ok := n.(*syntax.NaryExpr); ok && x.Op == op {
					g.Shuffle(len(x.Elems), func(i, j int) { x.Elems[i], x.Elems[j] = x.Elems[j], x.Elems[i] })
				}
				return true
			})
		}
		return printed(f)
	}
}

// add returns a change that adds statements.
func add(text func(g *policyGen) string) func(*policyGen, *syntax.File) []Source {
	return func(g *policyGen, f *syntax.File) []Source {
		return append(printed(f), Source{"more.polar", text(g)})
	}
}

// conditional renames the allow rules to base. The new allow holds if base does and deny does not.
func conditional(f *syntax.File) string {
	for _, r := range rules(f, "allow") {
		r.Name.Text = "base"
	}
	return syntax.FormatFile(f) + "allow(u, a, d) if base(u, a, d) and not deny(u, a, d);\ndeny(nil, nil, nil);\n"
}

var laws = []law{
	{name: "printing", ordered: true, change: func(_ *policyGen, f *syntax.File) []Source { return printed(f) }},
	{name: "renamed variables", ordered: true, change: func(_ *policyGen, f *syntax.File) []Source {
		names := map[string]bool{"nil": true, "User": true, "Doc": true, "Actor": true}
		seen := make(map[*syntax.Var]bool)
		for _, s := range f.Stmts {
			syntax.Walk(s, func(n syntax.Node) bool {
				if v, ok := n.(*syntax.Var); ok && v.Name != "_" && !names[v.Name] && !seen[v] {
					seen[v] = true
					v.Name = "_" + strings.Repeat("z", 3) + v.Name
				}
				return true
			})
		}
		return printed(f)
	}},
	// A cut while a test waits is an error if another rule could have applied, so a second
	// rule can make one.
	{name: "every rule twice", ordered: true, pure: true, change: func(_ *policyGen, f *syntax.File) []Source {
		var stmts []syntax.Stmt
		for _, s := range f.Stmts {
			stmts = append(stmts, s)
			if _, ok := s.(*syntax.Rule); ok {
				stmts = append(stmts, s)
			}
		}
		f.Stmts = stmts
		return printed(f)
	}},
	{name: "a source for each statement", ordered: true, change: func(_ *policyGen, f *syntax.File) []Source {
		var sources []Source
		for i, s := range f.Stmts {
			one := &syntax.File{Stmts: []syntax.Stmt{s}}
			sources = append(sources, Source{fmt.Sprintf("%03d.polar", i), syntax.FormatFile(one) + fmt.Sprintf("# %d\n", i)})
		}
		return sources
	}},
	{name: "rules that nothing calls", ordered: true, change: add(func(g *policyGen) string {
		return g.rule("unrelated(u, d)") + g.rule("h0(u, d, _)") + "type further(x: Integer);\nfurther(1);\n"
	})},
	{name: "a block of a class that no rule is about", ordered: true, change: add(func(*policyGen) string {
		return "resource Role { permissions = [\"read\", \"write\"]; \"read\" if \"write\"; }\n"
	})},
	{name: "a rule for another action", ordered: true, change: add(func(g *policyGen) string {
		return g.rule(`allow(u, "unheard of", d)`)
	})},
	{name: "rules in another order", pure: true, change: func(g *policyGen, f *syntax.File) []Source {
		g.Shuffle(len(f.Stmts), func(i, j int) { f.Stmts[i], f.Stmts[j] = f.Stmts[j], f.Stmts[i] })
		return printed(f)
	}},
	{name: "sources in another order", pure: true, change: func(g *policyGen, f *syntax.File) []Source {
		half := 1 + g.IntN(len(f.Stmts)-1)
		a, b := &syntax.File{Stmts: f.Stmts[:half]}, &syntax.File{Stmts: f.Stmts[half:]}
		return []Source{{"b.polar", syntax.FormatFile(b)}, {"a.polar", syntax.FormatFile(a)}}
	}},
	{name: "conjunctions in another order", pure: true, change: shuffleChains(syntax.OpAnd)},
	{name: "alternatives in another order", pure: true, change: shuffleChains(syntax.OpOr)},
	{name: "alternatives as rules", pure: true, change: func(_ *policyGen, f *syntax.File) []Source {
		// h(...) if a or b; is h(...) if a; and h(...) if b;
		var stmts []syntax.Stmt
		for _, s := range f.Stmts {
			r, ok := s.(*syntax.Rule)
			if !ok || r.Body == nil {
				stmts = append(stmts, s)
				continue
			}
			and, ok := r.Body.(*syntax.NaryExpr)
			if !ok || and.Op != syntax.OpAnd {
				stmts = append(stmts, s)
				continue
			}
			at := slices.IndexFunc(and.Elems, func(x syntax.Expr) bool {
				or, ok := syntax.Unparen(x).(*syntax.NaryExpr)
				return ok && or.Op == syntax.OpOr
			})
			if at < 0 {
				stmts = append(stmts, s)
				continue
			}
			for _, alternative := range syntax.Unparen(and.Elems[at]).(*syntax.NaryExpr).Elems {
				elems := slices.Clone(and.Elems)
				elems[at] = paren(alternative)
				copied := *r
				copied.Body = &syntax.NaryExpr{Span: and.Span, Op: syntax.OpAnd, Elems: elems}
				stmts = append(stmts, &copied)
			}
		}
		f.Stmts = stmts
		return printed(f)
	}},
	{name: "a body that is denied twice", pure: true, change: func(_ *policyGen, f *syntax.File) []Source {
		for _, r := range rules(f, "allow") {
			r.Body = negated(negated(r.Body))
		}
		return printed(f)
	}},
	{name: "a negated alternative", pure: true, change: func(_ *policyGen, f *syntax.File) []Source {
		// not (a or b) is not a and not b.
		for _, r := range rules(f, "") {
			syntax.Walk(r, func(n syntax.Node) bool {
				x, ok := n.(*syntax.NaryExpr)
				if !ok {
					return true
				}
				for i, e := range x.Elems {
					not, ok := syntax.Unparen(e).(*syntax.NotExpr)
					if !ok {
						continue
					}
					if or, ok := syntax.Unparen(not.X).(*syntax.NaryExpr); ok && or.Op == syntax.OpOr {
						and := &syntax.NaryExpr{Span: or.Span, Op: syntax.OpAnd}
						for _, e := range or.Elems {
							and.Elems = append(and.Elems, negated(e))
						}
						x.Elems[i] = paren(and)
					}
				}
				return true
			})
		}
		return printed(f)
	}},
	{name: "a rule more that allows", pure: true, more: true, change: add(func(g *policyGen) string {
		return g.rule("allow(u, _, d)")
	})},
	{name: "a rule less that allows", pure: true, less: true, change: func(g *policyGen, f *syntax.File) []Source {
		allows := rules(f, "allow")
		gone := allows[g.IntN(len(allows))]
		f.Stmts = slices.DeleteFunc(f.Stmts, func(s syntax.Stmt) bool { return s == syntax.Stmt(gone) })
		return append(printed(f), Source{"more.polar", "allow(nil, nil, nil);"})
	}},
	{name: "a condition more", pure: true, less: true, change: func(g *policyGen, f *syntax.File) []Source {
		for _, r := range rules(f, "allow") {
			g.vars, g.fresh = nil, 100
			file, _ := syntax.Parse("", "f(u, d) if ("+pure(g.body(2))+") and u = u and d = d;")
			r.Body = &syntax.NaryExpr{Op: syntax.OpAnd, Elems: []syntax.Expr{paren(r.Body), paren(file.Stmts[0].(*syntax.Rule).Body)}}
		}
		return printed(f)
	}},
	{name: "a rule that denies", pure: true, less: true, change: func(g *policyGen, f *syntax.File) []Source {
		return []Source{{"law.polar", conditional(f)}, {"more.polar", pure(g.rule("deny(u, _, d)"))}}
	}},
	{name: "a rule for deny that never applies", pure: true, change: func(_ *policyGen, f *syntax.File) []Source {
		return []Source{{"law.polar", conditional(f)}, {"more.polar", "deny(_, \"unheard of\", _);"}}
	}},
}

// pure returns a policy without cut and :=.
func pure(text string) string {
	return strings.NewReplacer("cut", "1 = 1", "_v0 := 1", "1 = 1").Replace(text)
}

func TestLaws(t *testing.T) {
	policies, seed := randtest.Runs(t, "URSA_LAW_POLICIES", 60)
	tallies := make([]lawTally, len(laws))
	for i := range policies {
		var bases [2]*lawBase // without and with cut and :=
		for k := range laws {
			l := &laws[k]
			g := &policyGen{Writer: randtest.New(seed, i)}
			text := g.policy()
			base := &bases[0]
			if l.pure {
				text = pure(text)
			} else {
				base = &bases[1]
			}
			if *base == nil {
				*base = newLawBase(t, text)
			}
			if (*base).answers != nil {
				l.test(t, i, g, *base, &tallies[k])
			}
		}
	}
	for k, tally := range tallies {
		t.Run(strings.ReplaceAll(laws[k].name, " ", "-"), func(t *testing.T) {
			t.Logf("%d policies, %d of them changed, %d decisions, %d of them allowed", tally.loaded, tally.changed, tally.decided, tally.allowed)
			if tally.loaded < policies/3 || tally.decided < 2*policies || tally.changed < tally.loaded/100 && laws[k].name != "printing" ||
				policies >= 60 && tally.allowed == 0 {
				t.Error("the law was hardly tried")
			}
		})
	}
}

// A lawTally counts what a law was tried on.
type lawTally struct{ loaded, changed, decided, allowed int }

// A lawBase is a random policy before a change, with its answers. Laws share it, since loading
// and asking takes longer than changing.
type lawBase struct {
	text    string
	printed string
	answers []lawAnswer // nil if the policy does not load, which TestFastPathAgrees examines
}

type lawAnswer struct {
	allowed bool
	code    string // of the error, or ""
}

func newLawBase(t *testing.T, text string) *lawBase {
	b := &lawBase{text: text}
	answers, err := lawAnswers([]Source{{"law.polar", text}})
	if err != nil {
		return b
	}
	file, _ := syntax.Parse("law.polar", text)
	b.printed, b.answers = fmt.Sprint(printed(file)), answers
	return b
}

// lawAnswers returns the answers of a policy about each user and document.
func lawAnswers(sources []Source) ([]lawAnswer, error) {
	users, docs, classes := agreeWorld()
	ctx := context.Background()
	p, _, err := load(ctx, Input{Sources: sources, Classes: classes, Limits: Limits{Steps: 20_000}}, true)
	if err != nil {
		return nil, err
	}
	var answers []lawAnswer
	for _, u := range users {
		for _, d := range docs {
			out, err := p.Decide(ctx, "allow", u, "read", d)
			a := lawAnswer{allowed: out.Allowed}
			if err != nil {
				a.code = codeOf(err)
			}
			answers = append(answers, a)
		}
	}
	return answers, nil
}

// test compares the answers of a policy with those of the changed policy.
func (l *law) test(t *testing.T, policy int, g *policyGen, base *lawBase, tally *lawTally) {
	file, _ := syntax.Parse("law.polar", base.text)
	sources := l.change(g, file)
	answers, err := lawAnswers(sources)
	if err != nil {
		t.Fatalf("%s: policy %d: the changed one does not load: %v\n%s\n--- changed\n%v", l.name, policy, err, base.text, sources)
	}
	tally.loaded++
	if fmt.Sprint(sources) != base.printed {
		tally.changed++
	}
	for i, b := range base.answers {
		a := answers[i]
		if b.code == vm.CodeBudget || a.code == vm.CodeBudget || !l.ordered && (b.code != "" || a.code != "") {
			continue
		}
		tally.decided++
		if b.allowed {
			tally.allowed++
		}
		ok := a == b
		switch {
		case l.more:
			ok = a.allowed || !b.allowed
		case l.less:
			ok = b.allowed || !a.allowed
		}
		if !ok {
			t.Fatalf("%s: policy %d: answer %d is %v, and afterwards %v\n%s\n--- changed\n%v", l.name, policy, i, b, a, base.text, sources)
		}
	}
}
