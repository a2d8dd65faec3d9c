package authz_test

// This file tests explanations of all kinds of questions on random policies: they have the
// answer of the decision, the conditions of a proof hold together, and the condition of a miss
// does not hold alone.

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/ursa-authz/ursa/authz"
	"github.com/ursa-authz/ursa/authz/polar"
	"github.com/ursa-authz/ursa/authz/polar/syntax"
	"github.com/ursa-authz/ursa/internal/randtest"
)

// every returns a random policy for all kinds of questions.
func (g randomPolicy) every() string {
	var b strings.Builder
	rule := func(head, body string) { fmt.Fprintf(&b, "%s if %s and m = m and r = r;\n", head, body) }
	for range 1 + g.IntN(2) {
		rule(g.Pick(`allow_field(m: Member, "read", r: Repo, "f")`, `allow_field(m: Member, _, r: Repo, _)`), g.body(1))
		rule(`allow_change(m: Member, "read", r: Repo, _: Repo)`, g.body(1))
		rule(`allow_request(m: Member, r: Request)`, g.Pick("m.id > 1", `m.title = "a"`, "m.boss != nil", "(role in m.roles and role.name = \"a\")")+" and "+
			g.Pick("not m.id = 2", `forall(x in m.roles, x.name = "a")`, `r.path = "/a"`))
	}
	for _, head := range []string{`deny(m: Member, "read", r: Repo)`, `deny_field(m: Member, _, r: Repo, _)`, `deny_request(m: Member, r: Request)`} {
		if g.IntN(4) == 0 {
			rule(head, g.Pick("m.id = 1", `m.title = "b"`)+" and "+g.Pick(`not m.title = "a"`, "m.boss != nil"))
		}
	}
	return g.policy() + b.String()
}

// renamed returns a condition whose variables have a suffix, and the names that they had.
func renamed(t *testing.T, condition, suffix string) (string, []string) {
	t.Helper()
	x, diags := syntax.ParseQuery("condition", condition)
	if err := syntax.Errors(diags); err != nil {
		t.Fatalf("%s: %v", condition, err)
	}
	var names []string
	syntax.Walk(x, func(n syntax.Node) bool {
		if v, ok := n.(*syntax.Var); ok && v.Name != "nil" && v.Name != "_" {
			names = append(names, v.Name)
			v.Name += suffix
		}
		return true
	})
	return syntax.ExprString(x), names
}

// entered returns the conditions that a call of a rule with the parameters m and r stands for.
func entered(t *testing.T, call, from, to string) []string {
	t.Helper()
	text, _ := renamed(t, call, from)
	x, _ := syntax.ParseQuery("call", text)
	args := x.(*syntax.Call).Args
	return []string{
		"m" + to + " = " + syntax.ExprString(args[0]), "m" + to + " matches Member",
		"r" + to + " = " + syntax.ExprString(args[1]), "r" + to + " matches Repo",
	}
}

// replay returns the conditions of a proof as one, about m_1 and r_1.
func replay(t *testing.T, proof []authz.Step) string {
	t.Helper()
	parts := []string{"true"}
	var rules []string // the suffixes of the rules around, by depth
	var call string
	for i, s := range proof {
		if s.Node.Kind == polar.TraceRule {
			suffix := fmt.Sprintf("_%d", i+1)
			if rules = rules[:s.Depth/2]; len(rules) > 0 {
				parts = append(parts, entered(t, call, rules[len(rules)-1], suffix)...)
			}
			rules = append(rules, suffix)
			continue
		}
		if call = s.Node.Text; i+1 < len(proof) && proof[i+1].Depth > s.Depth || call == "cut" {
			continue
		}
		condition, _ := renamed(t, call, rules[s.Depth/2])
		parts = append(parts, condition)
	}
	return strings.Join(parts, " and ")
}

// alone returns the condition of a miss, about m_1 and r_1, if it has no other variables. Rules
// on lines up to last are those that are evaluated first.
func alone(t *testing.T, m authz.Miss, last int32) (string, bool) {
	t.Helper()
	if m.Condition == "" || m.Condition == "cut" {
		return "", false
	}
	own := func(text string) bool {
		_, names := renamed(t, text, "")
		return !slices.ContainsFunc(names, func(n string) bool {
			return n != "m" && n != "r" && !(n == "x" && strings.HasPrefix(text, "forall("))
		})
	}
	if !own(m.Condition) {
		return "", false
	}
	if m.Call == nil {
		condition, _ := renamed(t, m.Condition, "_1")
		return condition, true
	}
	if m.Call.Pos.Line > last || !own(m.Call.Text) {
		return "", false
	}
	condition, _ := renamed(t, m.Condition, "_2")
	return strings.Join(append(entered(t, m.Call.Text, "_1", "_2"), condition), " and "), true
}

// TestExplainLaws tests explanations of all kinds of questions.
func TestExplainLaws(t *testing.T) {
	policies, seed := randtest.Runs(t, "URSA_EXPLAIN_POLICIES", 60)
	repos := []*repo{{ID: 1, Owner: 1, Tags: []string{"a"}, Secret: secret}, {ID: 1, Owner: 2, Public: true}, {ID: 1, Owner: 3, Public: true, Tags: []string{secret}}}
	boss := &member{ID: 3, Title: "b", Password: secret}
	loop := &member{ID: 4, Title: "a"}
	loop.Boss = loop
	members := []*member{boss, loop, {ID: 1, Title: "a", Boss: boss, Roles: []role{{"a", repos[0]}, {"b", repos[1]}}}, {ID: 2, Boss: loop, Roles: []role{{secret, nil}}}}
	ctx := t.Context()
	verdicts := make(map[authz.Verdict]int)
	questions, proofs, misses, denied := 0, 0, 0, 0
	for i := range policies {
		g := randomPolicy{randtest.New(seed, i)}
		policy := g.every()
		last := int32(strings.Count(policy[:strings.Index(policy, "helper(m: Member")], "\n"))
		az := explainer(t, policy, func(c *authz.Config) { c.DenyRule, c.ChangeRule = true, true })
		var rules strings.Builder
		type law struct {
			name     string
			m        *member
			resource any
			want     bool
			of       *authz.Explanation
		}
		var laws []law
		add := func(conditions string, m *member, resource any, want bool, of *authz.Explanation) {
			name := fmt.Sprintf("law%d", len(laws))
			fmt.Fprintf(&rules, "%s(m_1: Member, r_1) if %s and m_1 = m_1 and r_1 = r_1;\n", name, conditions)
			laws = append(laws, law{name, m, resource, want, of})
		}
		for _, m := range members {
			for j, r := range repos {
				after := repos[(j+1)%len(repos)]
				request, err := az.Request(httptest.NewRequest(http.MethodGet, "/"+m.Title, nil))
				if err != nil {
					t.Fatal(err)
				}
				for kind, ask := range []func() (*authz.Explanation, error, error){
					func() (*authz.Explanation, error, error) {
						x, err := az.Explain(ctx, m, "read", r)
						return x, err, az.Authorize(ctx, m, "read", r)
					},
					func() (*authz.Explanation, error, error) {
						x, err := az.ExplainField(ctx, m, "read", r, "f")
						return x, err, az.AuthorizeField(ctx, m, "read", r, "f")
					},
					func() (*authz.Explanation, error, error) {
						x, err := az.ExplainChange(ctx, m, "read", r, after)
						return x, err, az.AuthorizeChange(ctx, m, "read", r, after)
					},
					func() (*authz.Explanation, error, error) {
						x, err := az.ExplainRequest(ctx, m, request)
						return x, err, az.AuthorizeRequest(ctx, m, request)
					},
				} {
					x, err, answer := ask()
					if err != nil {
						t.Fatal(err)
					}
					questions++
					verdicts[x.Verdict]++
					var failed error
					if errors.Is(answer, authz.ErrUndecided) {
						failed = answer
					}
					text := x.String()
					if x.By != nil && strings.HasPrefix(x.By.Name, "deny") {
						denied++
					}
					want := authz.Allowed
					switch {
					case failed != nil:
						want = authz.Undecided
					case answer != nil:
						want = authz.Denied
					}
					if x.Verdict != want || strings.Contains(text, secret) || strings.Count(text, "\n") >= 10 {
						t.Fatalf("policy %d, kind %d: want %v\n%v\n%s", i, kind, want, x, policy)
					}
					resource := any(r)
					switch {
					case kind == 3:
						resource = request
					case kind == 2 && x.By != nil && x.Verdict == authz.Denied:
						resource = after // a deny rule is about the state after the change
					}
					if len(x.Proof) > 0 {
						proofs++
						add(replay(t, x.Proof), m, resource, true, x)
					}
					for _, miss := range x.Misses {
						if condition, ok := alone(t, miss, last); ok && (kind == 0 || miss.Call == nil) {
							misses++
							add(condition, m, resource, false, x)
						}
					}
				}
			}
		}
		p, _, err := polar.Load(ctx, polar.Input{
			Sources: []polar.Source{{Name: "p.polar", Text: policy}, {Name: "laws.polar", Text: rules.String()}},
			Classes: append(az.Classes(), authz.Class{Name: "Request", Type: authz.ClassOf[authz.Request]().Type}),
			Limits:  polar.Limits{Steps: 20_000},
		})
		if err != nil {
			t.Fatalf("policy %d: %v\n%s\n%s", i, err, policy, rules.String())
		}
		for _, l := range laws {
			out, err := p.Ask(ctx, l.name, l.m, l.resource)
			if err != nil || out.Allowed != l.want {
				at := strings.Index(rules.String(), l.name+"(")
				rule, _, _ := strings.Cut(rules.String()[at:], "\n")
				t.Fatalf("policy %d, member %d: %v, %v, want %v\n%s\n%v\n%s", i, l.m.ID, out.Allowed, err, l.want, rule, l.of, policy)
			}
		}
	}
	t.Logf("%d questions: %v, %d by deny rules; %d proofs and %d misses hold", questions, verdicts, denied, proofs, misses)
	if verdicts[authz.Allowed] < questions/20 || verdicts[authz.Denied] < questions/4 || proofs < questions/20 || misses < questions/10 || denied < questions/100 {
		t.Error("too few of the questions say anything")
	}
}
