package authz_test

// This file tests Explain: what it shows, what it must not show, and that its answer is
// that of IsAllowed.

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/ursa-authz/ursa/authz"
	"github.com/ursa-authz/ursa/authz/ledger"
	"github.com/ursa-authz/ursa/authz/polar"
	"github.com/ursa-authz/ursa/internal/randtest"
)

// The application of these tests.
type (
	member struct {
		ID       int    `polar:",id"`
		Title    string `polar:",show"`
		Password string
		Roles    []role
		Boss     *member
	}
	role struct {
		Name string
		Repo *repo
	}
	repo struct {
		ID     int `polar:",id"`
		Public bool
		Owner  int
		Tags   []string
		Secret string
	}
)

func (repo) Audit() (bool, error) { return false, errors.New("cannot audit " + secret) }

const roles = `
actor Member {}

resource Repo {
    permissions = ["read", "push"];
    roles = ["reader", "writer"];

    "read" if "reader";
    "push" if "writer";
    "reader" if "writer";
}

has_role(member: Member, name: String, repo: Repo) if
    role in member.roles and
    role.name = name and
    role.repo = repo;

allow(actor, action, resource) if
    has_permission(actor, action, resource);

allow(member: Member, "read", repo: Repo) if
    repo.public and not banned(member);

allow(member: Member, "delete", repo: Repo) if
    member.title = "CEO" and (repo.owner = member.id or "old" in repo.tags);

allow(member: Member, "delete", _: Repo{owner: 7}) if
    member.title = "Janitor";

allow(_: Member, "audit", repo: Repo) if
    audited(repo);

audited(repo: Repo) if
    repo.audit();

banned(member: Member) if
    member.password = "12345";

allow(member: Member, "reach", _: Repo) if
    reaches(member);

reaches(member: Member) if
    member.id = 9 or member.boss.id != 0 and reaches(member.boss);
`

// explainer returns an Authorizer for these types.
func explainer(t testing.TB, policy string, change ...func(*authz.Config)) *authz.Authorizer {
	t.Helper()
	cfg := authz.Config{
		Policies: authz.String("p.polar", policy),
		Classes: []authz.Class{
			{Name: "Member", Type: authz.ClassOf[member]().Type},
			{Name: "Role", Type: authz.ClassOf[role]().Type},
			{Name: "Repo", Type: authz.ClassOf[repo]().Type},
		},
		Limits: authz.Limits{Steps: 20_000},
	}
	for _, c := range change {
		c(&cfg)
	}
	az, err := authz.New(cfg)
	if err != nil {
		t.Fatalf("%v\n%s", err, policy)
	}
	return az
}

func TestExplain(t *testing.T) {
	mine, other := &repo{ID: 1, Owner: 1, Secret: secret}, &repo{ID: 2, Owner: 7, Public: true, Secret: secret}
	ann := &member{ID: 1, Title: "CEO", Password: "12345", Roles: []role{{"reader", other}, {"writer", mine}}}
	bob := &member{ID: 2, Title: "Engineer", Password: secret, Roles: []role{{"reader", other}}}
	circle := &member{ID: 4}
	circle.Boss = circle
	tests := []struct {
		name     string
		actor    any
		action   string
		resource any
		values   bool
		want     string
	}{
		{name: "denied", actor: bob, action: "push", resource: mine, want: `
denied: Member 2 "push" Repo 1
  p.polar:15:5: role.name = name failed (in has_role(member: Member, name: String, repo: Repo), for "push" if "writer" at p.polar:9:5)
  5 other rules are about other actions or classes`},
		{name: "denied, with values", actor: bob, action: "push", resource: mine, values: true, want: `
denied: Member 2 "push" Repo 1
  p.polar:15:5: role.name = name failed: name is "writer", role.name is "reader" (in has_role(member: Member, name: String, repo: Repo), for "push" if "writer" at p.polar:9:5)
  5 other rules are about other actions or classes`},
		{name: "nearest miss first, in the data, in a negation", actor: ann, action: "read", resource: &repo{ID: 3, Public: true}, want: `
denied: Member 1 "read" Repo 3
  p.polar:16:5: role.repo = repo failed (in has_role(member: Member, name: String, repo: Repo), for "read" if "reader" and "reader" if "writer")
  p.polar:22:21: not banned(member) failed: banned(member: Member) holds, since member.password = "12345" at p.polar:37:5 (in allow(member: Member, "read", repo: Repo))
  4 other rules are about other actions or classes`},
		{name: "alternatives, values that may be shown, and heads", actor: bob, action: "delete", resource: mine, want: `
denied: Member 2 "delete" Repo 1
  p.polar:25:5: member.title = "CEO" failed: member.title is "Engineer" (in allow(member: Member, "delete", repo: Repo))
  p.polar:27:1: allow(member: Member, "delete", _: Repo{owner: 7}) does not match: the resource is not Repo{owner: 7}
  3 other rules are about other actions or classes`},
		{name: "both alternatives", actor: ann, action: "delete", resource: other, want: `
denied: Member 1 "delete" Repo 2
  p.polar:25:31: neither repo.owner = member.id nor "old" in repo.tags holds (in allow(member: Member, "delete", repo: Repo))
  p.polar:28:5: member.title = "Janitor" failed: member.title is "CEO" (in allow(member: Member, "delete", _: Repo{owner: 7}))
  3 other rules are about other actions or classes`},
		{name: "allowed by a rule", actor: bob, action: "read", resource: other, want: `
allowed: Member 2 "read" Repo 2
  p.polar:22:5: repo.public and not banned(member) (in allow(member: Member, "read", repo: Repo))`},
		{name: "allowed by roles", actor: ann, action: "push", resource: mine, values: true, want: `
allowed: Member 1 "push" Repo 1
  p.polar:14:5: role in member.roles and role.name = name and role.repo = repo: name is "writer", role.name is "writer" (in has_role(member: Member, name: String, repo: Repo), for "push" if "writer" at p.polar:9:5)
  p.polar:18:1: allow(actor, action, resource)`},
		{name: "undecided", actor: ann, action: "audit", resource: mine, want: `
undecided: Member 1 "audit" Repo 1
  p.polar:34:5: method Audit of Repo returned an error (in audited): *errors.errorString
    in audited at p.polar:34:5
    in allow at p.polar:31:5`},
		{name: "a loop in the data", actor: circle, action: "reach", resource: mine, want: `
denied: Member 4 "reach" Repo 1
  p.polar:43:46: reaches(member.boss) failed: it repeats a call in progress (in reaches(member: Member), for reaches(member) at p.polar:40:5)
  p.polar:43:5: member.id = 9 failed (in reaches(member: Member), for reaches(member) at p.polar:40:5)
  4 other rules are about other actions or classes`},
		{name: "no actor", actor: nil, action: "read", resource: mine, want: `
undecided: nil "read" Repo 1
  the actor is nil`},
		{name: "nothing asked", actor: role{}, action: "", resource: nil, want: `
denied: Role "" nil
  p.polar:19:5: has_permission(actor, action, resource) failed: no rule matches (in allow(actor, action, resource))
  5 other rules are about other actions or classes`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			az := explainer(t, roles, func(c *authz.Config) { c.ExplainValues = tt.values })
			x, err := az.Explain(t.Context(), tt.actor, tt.action, tt.resource)
			if err != nil {
				t.Fatal(err)
			}
			if got := "\n" + x.String(); got != tt.want {
				t.Errorf("got %s\nwant %s", got, tt.want)
			}
			ok, err := az.IsAllowed(t.Context(), tt.actor, tt.action, tt.resource)
			if problem := disagree(x, ok, err); problem != "" {
				t.Error(problem)
			}
			text, err := json.Marshal(x)
			if err != nil {
				t.Fatal(err)
			}
			for _, printed := range []string{x.String(), string(text), fmt.Sprintf("%v %+v", x, x)} {
				if strings.Contains(printed, secret) || strings.Contains(printed, `is "12345"`) {
					t.Errorf("the explanation tells a value: %s", printed)
				}
			}
		})
	}
}

// disagree returns how an explanation contradicts the answer of IsAllowed, or "".
func disagree(x *authz.Explanation, ok bool, err error) string {
	want := authz.Denied
	if ok {
		want = authz.Allowed
	}
	if err != nil {
		want = authz.Undecided
	}
	denied := want == authz.Denied && x.By != nil && x.By.Name == "deny"
	switch {
	case x.Verdict != want:
		return fmt.Sprintf("explained as %v, decided as %v", x.Verdict, want)
	case (x.By != nil) != (ok || denied):
		return fmt.Sprintf("by %v", x.By)
	case (x.Err != nil) != (err != nil) || err != nil && !errors.Is(x.Err, authz.ErrUndecided):
		return fmt.Sprintf("error %v", x.Err)
	case (want != authz.Denied || denied) && len(x.Misses) > 0, want != authz.Allowed && !denied && len(x.Proof) > 0:
		return "reasons for another answer"
	case strings.Count(x.String(), "\n") >= 10:
		return "more than ten lines:\n" + x.String()
	}
	return ""
}

func TestExplainCounts(t *testing.T) {
	var policy strings.Builder
	for i := range 30 {
		fmt.Fprintf(&policy, "allow(m: Member, \"read\", _: Repo) if m.id = %d;\n", 100+i)
		fmt.Fprintf(&policy, "allow(m: Member, \"a%d\", _: Repo) if m.id = %d;\n", i, i)
	}
	policy.WriteString(`allow(m: Member, "loop", _: Repo) if x in [1, 2, 3, 4, 5, 6, 7] and x = m.id;`)
	az := explainer(t, policy.String())
	x, err := az.Explain(t.Context(), member{ID: 50}, "read", repo{})
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(x.String(), "\n")
	if len(lines) != 10 || lines[9] != "  22 more; 31 other rules are about other actions or classes" || len(x.Misses) != 30 || x.Others != 31 || x.Rules != 61 {
		t.Errorf("%d misses, %d others of %d:\n%s", len(x.Misses), x.Others, x.Rules, x)
	}
	x, err = az.Explain(t.Context(), member{ID: 50}, "loop", repo{})
	if err != nil || len(x.Misses) != 1 || x.Misses[0].Times != 7 || !strings.Contains(x.String(), "x = m.id failed, 7 times") {
		t.Errorf("%v, %v", x, err)
	}
	if x, _ := explainer(t, `allow(_: Member, "a", _: Repo);`).Explain(t.Context(), 7, "a", 7); !strings.HasSuffix(x.String(), "\n  1 other rule is about another action or class") {
		t.Errorf("%v", x)
	}
}

func TestExplainJSON(t *testing.T) {
	az := explainer(t, roles)
	ann := &member{ID: 1, Title: "CEO"}
	for _, tt := range []struct{ action, want string }{
		{"delete", `{"verdict":"denied","actor":{"class":"Member","id":"1"},"action":"delete","resource":{"class":"Repo","id":"2"},"rule":"allow","policy_version":"VERSION",` +
			`"misses":[` +
			`{"rule":{"head":"allow(member: Member, \"delete\", repo: Repo)","at":"p.polar:24:1"},"condition":"repo.owner = member.id","at":"p.polar:25:31","held_before":1,"times":1},` +
			`{"rule":{"head":"allow(member: Member, \"delete\", repo: Repo)","at":"p.polar:24:1"},"condition":"\"old\" in repo.tags","at":"p.polar:25:57","held_before":1,"times":1},` +
			`{"rule":{"head":"allow(member: Member, \"delete\", _: Repo{owner: 7})","at":"p.polar:27:1"},"why":"the resource is not Repo{owner: 7}","at":"p.polar:27:1","held_before":0,"times":1},` +
			`{"rule":{"head":"allow(actor, action, resource)","at":"p.polar:18:1"},"condition":"has_permission(actor, action, resource)","why":"no rule matches","at":"p.polar:19:5","held_before":0,"times":1}],` +
			`"other_rules":3,"tried":[` +
			`{"kind":"rule","status":"failed","at":"p.polar:27:1","text":"allow(member: Member, \"delete\", _: Repo{owner: 7})"},` +
			`{"kind":"rule","status":"failed","at":"p.polar:24:1","text":"allow(member: Member, \"delete\", repo: Repo)","tried":[` +
			`{"kind":"goal","status":"succeeded","at":"p.polar:25:5","text":"member.title = \"CEO\"","values":{"member.title":"\"CEO\""}},` +
			`{"kind":"branch","status":"failed","at":"p.polar:25:31","text":"repo.owner = member.id","tried":[{"kind":"goal","status":"failed","at":"p.polar:25:31","text":"repo.owner = member.id"}]},` +
			`{"kind":"branch","status":"failed","at":"p.polar:25:57","text":"\"old\" in repo.tags","tried":[{"kind":"goal","status":"failed","at":"p.polar:25:57","text":"\"old\" in repo.tags"}]}]},` +
			`{"kind":"rule","status":"failed","at":"p.polar:18:1","text":"allow(actor, action, resource)","tried":[` +
			`{"kind":"call","status":"failed","at":"p.polar:19:5","text":"has_permission(actor, action, resource)"}]}]}`},
	} {
		x, err := az.Explain(t.Context(), ann, tt.action, &repo{ID: 2})
		if err != nil {
			t.Fatal(err)
		}
		got, err := json.Marshal(x)
		want := strings.ReplaceAll(tt.want, "VERSION", az.Version())
		if string(got) != want || err != nil {
			t.Errorf("%v\n got %s\nwant %s", err, got, want)
		}
	}
}

// TestExplainQuotesIDs tests that an id that a user chooses cannot add a line to an
// explanation.
func TestExplainQuotesIDs(t *testing.T) {
	type account struct {
		Name string `polar:",id"`
	}
	az := explainer(t, `allow(_: Member, "read", _: Repo);`)
	x, err := az.Explain(t.Context(), account{"eve\n  allowed: all is well"}, "read", account{"a b"})
	if want := `denied: account "eve\n  allowed: all is well" "read" account "a b"` +
		"\n  authz_test.account is not a registered class, so no rule about a class applies to it (add it to Config.Classes)\n  1 other rule is about another action or class"; err != nil || x.String() != want {
		t.Errorf("%v\n got %s\nwant %s", err, x, want)
	}
}

// TestExplainLarge tests that long and deep searches have short explanations.
func TestExplainLarge(t *testing.T) {
	az := explainer(t, `
allow(m: Member, "deep", _: Repo) if below(m.id);
below(n: Integer) if n > 0 and below(n - 1) and true;
allow(m: Member, "deeper", r: Repo) if allow(m, "deep", r);
`)
	x, err := az.Explain(t.Context(), member{ID: 1500}, "deep", repo{})
	if err != nil {
		t.Fatal(err)
	}
	if problem := disagree(x, false, nil); problem != "" {
		t.Error(problem)
	}
	text, err := json.Marshal(x)
	if err != nil || len(text) > 1<<20 || !strings.Contains(string(text), `"tried_not_shown":`) {
		t.Errorf("%d bytes, %v", len(text), err)
	}
	// The explanation needs more steps than the decision allows. It says so and keeps the answer.
	x, err = az.Explain(t.Context(), member{ID: 2_700}, "deep", repo{})
	if err != nil {
		t.Fatal(err)
	}
	ok, err := az.IsAllowed(t.Context(), member{ID: 2_700}, "deep", repo{})
	if problem := disagree(x, ok, err); problem != "" {
		t.Error(problem)
	}
}

func TestExplainWithoutTracer(t *testing.T) {
	az := newAuthorizer(t, "allow alice read Expense")
	x, err := az.Explain(t.Context(), alice, "read", lunch)
	if x != nil || !errors.Is(err, authz.ErrUnsupported) || !errors.Is(err, authz.ErrUndecided) {
		t.Errorf("%v, %v", x, err)
	}
}

// traces is a policy with the Trace of a test.
type traces struct {
	authz.Policy
	trace func() *polar.Trace
}

func (p traces) Trace(context.Context, string, []any, polar.TraceOptions) *polar.Trace {
	return p.trace()
}

// TestExplainKeepsTheAnswer tests that the answer is that of the decision, whatever the
// trace says.
func TestExplainKeepsTheAnswer(t *testing.T) {
	for name, tt := range map[string]struct {
		trace func() *polar.Trace
		want  string
	}{
		"panic":       {func() *polar.Trace { panic(secret) }, "this explanation is incomplete: panic: a value of type string"},
		"nil":         {func() *polar.Trace { return nil }, "this explanation is incomplete: the engine returned no trace"},
		"other":       {func() *polar.Trace { return &polar.Trace{Outcome: authz.Outcome{}} }, "the policy gave a different answer when it was evaluated again"},
		"error":       {func() *polar.Trace { return &polar.Trace{Err: errors.New("no room")} }, "this explanation is incomplete: no room"},
		"full":        {func() *polar.Trace { return &polar.Trace{Outcome: authz.Outcome{Allowed: true}, Full: true} }, "the trace is too large"},
		"unsupported": {func() *polar.Trace { return &polar.Trace{Err: authz.ErrUnsupported} }, "unsupported"},
	} {
		engine := facts{}
		engine.onCompile = func(in authz.Input) (authz.Policy, []authz.Diagnostic, error) {
			p, diags, err := facts{}.Compile(t.Context(), in)
			return traces{p, tt.trace}, diags, err
		}
		az := newAuthorizer(t, "allow alice read Expense", func(c *authz.Config) { c.Engine = engine })
		x, err := az.Explain(t.Context(), alice, "read", lunch)
		if name == "unsupported" {
			if !errors.Is(err, authz.ErrUnsupported) {
				t.Errorf("%s: %v, %v", name, x, err)
			}
			continue
		}
		if err != nil || x.Verdict != authz.Allowed || x.By == nil || !strings.Contains(x.String(), tt.want) || strings.Contains(x.String(), secret) {
			t.Errorf("%s: %v, %v", name, x, err)
		}
		text, err := json.Marshal(x)
		if err != nil || !strings.Contains(string(text), `"incomplete":"`) || !strings.Contains(string(text), tt.want) {
			t.Errorf("%s: %s, %v", name, text, err)
		}
	}
}

// TestExplainIsNotADecision tests that observers and ledgers ignore Explain.
func TestExplainIsNotADecision(t *testing.T) {
	az := explainer(t, `allow(_: Member, "read", _: Repo) if print("hello");`, func(c *authz.Config) {
		c.Observe = func(context.Context, authz.Event) { t.Error("observed") }
	})
	ctx, l := ledger.With(t.Context())
	if x, err := az.Explain(ctx, member{ID: 1}, "read", repo{}); err != nil || x.Verdict != authz.Allowed || l.Settled() {
		t.Errorf("%v, %v, settled: %v", x, err, l.Settled())
	}
}

// A randomPolicy generates policies that load.
type randomPolicy struct{ randtest.Writer }

func (g randomPolicy) condition(depth int) string {
	if depth < 3 {
		switch g.IntN(9) {
		case 0:
			return "not " + g.condition(9)
		case 1:
			return "(" + g.body(depth+1) + " or " + g.body(depth+1) + ")"
		case 2:
			return "forall(x in m.roles, " + g.Pick(`x.name = "a"`, "x.repo = r", `not x.name = "b"`) + ")"
		case 3:
			return "(role in m.roles and " + g.Pick(`role.name = "a"`, "role.repo = r", `role.name = "b" and role.repo.public`) + ")"
		}
	}
	return g.Pick("m.id = r.owner", "m.id > 1", "r.public", `m.title = "a"`, `"a" in r.tags`, "m.boss.id = r.owner", "m.boss != nil",
		"helper(m, r)", "helper(m.boss, r)", "above(m, r)", "n = m.id and n = r.owner", `r.owner in [1, 2]`, "m matches Member{id: 1}", "r.audit()", "cut")
}

func (g randomPolicy) body(depth int) string {
	parts := []string{g.condition(depth)}
	for g.IntN(2) == 0 && len(parts) < 4 {
		parts = append(parts, g.condition(depth))
	}
	return strings.Join(parts, " and ")
}

func (g randomPolicy) policy() string {
	var b strings.Builder
	for range 1 + g.IntN(4) {
		fmt.Fprintf(&b, "allow(m: Member, %s, %s) if %s and m = m and r = r;\n",
			g.Pick(`"read"`, `"read"`, `"write"`, "_"), g.Pick("r: Repo", "r: Repo", "r: Repo{public: true}"), g.body(0))
	}
	b.WriteString("helper(m: Member, r: Repo) if " + g.Pick("m.id = r.owner", "r.public", `m.title = "a" or r.public`) + " and m = m and r = r;\n")
	b.WriteString("above(m: Member, r: Repo) if m.id = r.owner or above(m.boss, r);\n")
	return b.String()
}

// TestExplainAgrees tests Explain on random policies: the answer is that of IsAllowed,
// every denial has a reason and every allow a proof, and nothing is shown that must not be.
func TestExplainAgrees(t *testing.T) {
	policies, seed := randtest.Runs(t, "URSA_EXPLAIN_POLICIES", 300)
	repos := []*repo{{ID: 1, Owner: 1, Tags: []string{"a"}, Secret: secret}, {ID: 2, Owner: 2, Public: true}, {ID: 3, Owner: 3, Public: true, Tags: []string{secret}}, {}}
	boss := &member{ID: 3, Title: "b", Password: secret}
	loop := &member{ID: 4, Title: "a"}
	loop.Boss = loop
	members := []*member{boss, loop, {ID: 1, Title: "a", Boss: boss, Roles: []role{{"a", repos[0]}, {"b", repos[1]}}}, {ID: 2, Boss: loop, Roles: []role{{secret, nil}}}}
	counts := make(map[authz.Verdict]int)
	for i := range policies {
		g := randomPolicy{randtest.New(seed, i)}
		policy := g.policy()
		az := explainer(t, policy)
		for _, m := range members {
			for _, r := range repos {
				x, err := az.Explain(t.Context(), m, "read", r)
				if err != nil {
					t.Fatal(err)
				}
				counts[x.Verdict]++
				ok, err := az.IsAllowed(t.Context(), m, "read", r)
				problem := disagree(x, ok, err)
				text, jsonErr := json.Marshal(x)
				switch {
				case problem != "":
				case jsonErr != nil:
					problem = jsonErr.Error()
				case x.Trace.Err != nil && x.Err == nil:
					problem = "the trace ended early: " + x.Trace.Err.Error()
				case ok && x.Proof[0].Node.Rule != x.By:
					problem = "the proof is of another rule"
				case x.Verdict == authz.Denied && len(x.Misses) == 0 && x.Others < x.Rules:
					problem = "a denial without a reason"
				case strings.Contains(x.String()+string(text), secret):
					problem = "a secret: " + string(text)
				}
				if problem != "" {
					t.Fatalf("policy %d, member %d, repo %d: %s\n%v\n%s", i, m.ID, r.ID, problem, x, policy)
				}
			}
		}
	}
	t.Logf("%d policies: %v", policies, counts)
	for v, least := range map[authz.Verdict]int{authz.Allowed: policies, authz.Denied: policies, authz.Undecided: policies / 10} {
		if counts[v] < least {
			t.Errorf("only %d were %v", counts[v], v)
		}
	}
}
