package polar

// This file tests traces: their contents, and that they do not change an answer.

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/ursa-authz/ursa/internal/randtest"
)

type (
	traceUser struct {
		ID    int
		Title string `polar:",show"`
		Roles []traceRole
		Boss  *traceUser
	}
	traceRole struct {
		Name string
		Repo *traceRepo
	}
	traceRepo struct {
		ID     int
		Public bool
		Owner  int
	}
)

func (traceUser) Fail() (bool, error) { return false, errors.New("down") }
func (u traceUser) Twice() int        { return 2 * u.ID }

// traced returns a policy over these types.
func traced(t *testing.T, text string) *Policy {
	t.Helper()
	p, diags, err := Load(t.Context(), Input{
		Sources: []Source{{"p.polar", text}},
		Classes: []Class{
			{Name: "User", Type: ClassOf[traceUser]().Type, Key: []string{"ID"}},
			{Name: "Role", Type: ClassOf[traceRole]().Type},
			{Name: "Repo", Type: ClassOf[traceRepo]().Type, Key: []string{"ID"}},
		},
		Limits: Limits{Steps: 100_000},
	})
	if err != nil {
		t.Fatal(err, diags)
	}
	return p
}

// tree returns a trace as text, one node per line.
func tree(t *Trace) string {
	var b strings.Builder
	for depth, n := range t.All() {
		if depth < 2 {
			continue // the query, and the call that it consists of
		}
		fmt.Fprintf(&b, "%s%v %v %d:%d %s", strings.Repeat("  ", depth-2), n.Kind, n.Status, n.Pos.Line, n.Pos.Col, n.Text)
		if n.Before > 0 {
			fmt.Fprintf(&b, " [%d before]", n.Before)
		}
		if n.Loop {
			b.WriteString(" (loop)")
		}
		for _, v := range n.Values {
			fmt.Fprintf(&b, " <%s is %s>", v.Expr, v.Value)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func TestTraceTree(t *testing.T) {
	repo, other := &traceRepo{ID: 1, Owner: 9}, &traceRepo{ID: 2}
	user := &traceUser{ID: 1, Title: "CEO", Roles: []traceRole{{"reader", other}, {"writer", other}}, Boss: &traceUser{ID: 3}}
	loop := &traceUser{ID: 5}
	loop.Boss = loop
	tests := []struct {
		name, policy string
		actor        any
		opts         TraceOptions
		want         string
	}{
		{
			name:   "what was written, and not what it was compiled to",
			policy: `allow(u: User, "read", r: Repo) if u.id + 1 = r.id + 1 and r.owner = u.id;`,
			want: `
rule failed 1:1 allow(u: User, "read", r: Repo)
  goal succeeded 1:36 u.id + 1 = r.id + 1
  goal failed 1:60 r.owner = u.id [1 before]
`,
		},
		{
			name:   "alternatives, and values that may be shown",
			policy: `allow(u: User, "read", r: Repo) if u.id = 1 and (r.public or u.title = "X" or (u.title = "CEO" and r.owner = u.id)) and r.public;`,
			want: `
rule failed 1:1 allow(u: User, "read", r: Repo)
  goal succeeded 1:36 u.id = 1
  branch failed 1:50 r.public
    goal failed 1:50 r.public [1 before]
  branch failed 1:62 u.title = "X"
    goal failed 1:62 u.title = "X" [1 before] <u.title is "CEO">
  branch failed 1:79 u.title = "CEO" and r.owner = u.id
    goal succeeded 1:80 u.title = "CEO" [1 before] <u.title is "CEO">
    goal failed 1:100 r.owner = u.id [2 before]
`,
		},
		{
			name:   "an alternative that holds, and what comes after all of them",
			policy: `allow(u: User, "read", r: Repo) if (u.id = 1 or (u.id = 1 or u.id = 3) or u.id = 2) and r.public;`,
			want: `
rule failed 1:1 allow(u: User, "read", r: Repo)
  branch succeeded 1:37 u.id = 1
    goal succeeded 1:37 u.id = 1
  goal failed 1:89 r.public [1 before]
  branch succeeded 1:49 u.id = 1 or u.id = 3
    branch succeeded 1:50 u.id = 1
      goal succeeded 1:50 u.id = 1
  goal failed 1:89 r.public [1 before]
  branch failed 1:49 u.id = 1 or u.id = 3
    branch failed 1:62 u.id = 3
      goal failed 1:62 u.id = 3
  branch failed 1:75 u.id = 2
    goal failed 1:75 u.id = 2
`,
		},
		{
			name: "negations and forall",
			policy: `allow(_: User, "read", r: Repo) if not (r.public or r.id = 1);
allow(u: User, "read", _: Repo) if forall(x in u.roles, x.name = "reader");
allow(u: User, "read", _: Repo) if not blocked(u) and forall(x in u.roles, not blocked(x));
blocked(u: User) if u.id = 7;
blocked(r: Role) if r.name = "writer";`,
			want: `
rule failed 1:1 allow(_: User, "read", r: Repo)
  not failed 1:36 not (r.public or r.id = 1)
    branch failed 1:41 r.public
      goal failed 1:41 r.public
    branch succeeded 1:53 r.id = 1
      goal succeeded 1:53 r.id = 1
rule failed 2:1 allow(u: User, "read", _: Repo)
  not failed 2:36 forall(x in u.roles, x.name = "reader")
    goal succeeded 2:43 x in u.roles
    goal succeeded 2:57 x.name = "reader" [1 before]
    goal succeeded 2:43 x in u.roles
    goal failed 2:57 x.name = "reader" [1 before]
rule failed 3:1 allow(u: User, "read", _: Repo)
  not succeeded 3:36 not blocked(u)
    call failed 3:40 blocked(u)
      rule failed 4:1 blocked(u: User)
        goal failed 4:21 u.id = 7
  not failed 3:55 forall(x in u.roles, not blocked(x)) [1 before]
    goal succeeded 3:62 x in u.roles
    not succeeded 3:76 not blocked(x) [1 before]
      call failed 3:80 blocked(x)
        rule failed 5:1 blocked(r: Role)
          goal failed 5:21 r.name = "writer"
    goal succeeded 3:62 x in u.roles
    not failed 3:76 not blocked(x) [1 before]
      call succeeded 3:80 blocked(x)
        rule succeeded 5:1 blocked(r: Role)
          goal succeeded 5:21 r.name = "writer"
`,
		},
		{
			name: "blocks",
			policy: `actor User {}
resource Repo {
    permissions = ["read"];
    roles = ["reader", "writer"];
    relations = { owner: User };
    "read" if "reader";
    "reader" if "writer";
    "writer" if "self" on "owner";
}
resource User { roles = ["self"]; }
has_role(u: User, name: String, r: Repo) if role in u.roles and role.name = name and role.repo = r;
has_role(u: User, "self", u: User);
has_relation(_: User, "owner", r: Repo) if r.public;
allow(actor, action, resource) if has_permission(actor, action, resource);`,
			opts: TraceOptions{Values: true},
			want: `
rule failed 14:1 allow(actor, action, resource)
  call failed 14:35 has_permission(actor, action, resource)
    rule failed 6:5 "read" if "reader"
      call failed 6:15 has_role(actor, "reader", repo)
        rule failed 11:1 has_role(u: User, name: String, r: Repo)
          goal succeeded 11:45 role in u.roles <u.roles is [Role, Role]>
          goal succeeded 11:65 role.name = name [1 before] <name is "reader"> <role.name is "reader">
          goal failed 11:86 role.repo = r [2 before]
          goal succeeded 11:45 role in u.roles
          goal failed 11:65 role.name = name [1 before] <name is "reader"> <role.name is "writer">
        rule failed 7:5 "reader" if "writer"
          call failed 7:17 has_role(actor, "writer", repo)
            rule failed 11:1 has_role(u: User, name: String, r: Repo)
              goal succeeded 11:45 role in u.roles <u.roles is [Role, Role]>
              goal failed 11:65 role.name = name [1 before] <name is "writer"> <role.name is "reader">
              goal succeeded 11:45 role in u.roles
              goal succeeded 11:65 role.name = name [1 before] <name is "writer"> <role.name is "writer">
              goal failed 11:86 role.repo = r [2 before]
            rule failed 8:5 "writer" if "self" on "owner"
              call failed 8:27 has_relation(related_user, "owner", repo)
                rule failed 13:1 has_relation(_: User, "owner", r: Repo)
                  goal failed 13:44 r.public <r.public is false>
`,
		},
		{
			name: "what the index leaves out for its first conditions, and heads that do not match",
			policy: `allow(_: User, "read", r: Repo) if r.owner = 1;
allow(_: User, "read", r: Repo) if r.owner = 2;
allow(_: User, "read", r: Repo) if r.owner = 3;
allow(_: User, "read", r: Repo) if r.owner = 9 and r.public;
allow(_: User, "read", _: Repo{id: 4});
allow(_: User, "read", r: Repo) if r.owner = 5;
allow(_: User, "write", r: Repo) if r.owner = 9;
allow(r: Repo, "read", r: Repo) if r.owner = 9;`,
			want: `
rule failed 5:1 allow(_: User, "read", _: Repo{id: 4})
rule failed 1:1 allow(_: User, "read", r: Repo)
  goal failed 1:36 r.owner = 1
rule failed 2:1 allow(_: User, "read", r: Repo)
  goal failed 2:36 r.owner = 2
rule failed 3:1 allow(_: User, "read", r: Repo)
  goal failed 3:36 r.owner = 3
rule failed 4:1 allow(_: User, "read", r: Repo)
  goal succeeded 4:36 r.owner = 9
  goal failed 4:52 r.public [1 before]
rule failed 6:1 allow(_: User, "read", r: Repo)
  goal failed 6:36 r.owner = 5
`,
		},
		{
			name:   "operations in a head, methods and debug",
			policy: `allow(u: User, "read", _: Repo{id: u.boss.id}) if debug() and u.twice() = 2 and (debug() or u.id = 2);`,
			opts:   TraceOptions{Values: true},
			want: `
rule failed 1:1 allow(u: User, "read", _: Repo{id: u.boss.id})
  goal succeeded 1:63 u.twice() = 2 <u.twice() is 2>
  goal failed 1:24 _: Repo{id: u.boss.id} [2 before] <u.boss.id is 3>
  branch failed 1:93 u.id = 2
    goal failed 1:93 u.id = 2 [1 before] <u.id is 1>
`,
		},
		{
			name: "a goal that waits, and one that wakes",
			policy: `allow(u: User, "read", _: Repo) if role.name = "none" and role in u.roles;
allow(u: User, "read", _: Repo) if (x < 0 or x < 1) and y = u.id and x = y;
allow(u: User, "read", _: Repo) if not x = 1 and y = u.id and x = y;`,
			want: `
rule failed 1:1 allow(u: User, "read", _: Repo)
  goal waiting 1:36 role.name = "none"
  goal succeeded 1:59 role in u.roles [1 before]
  goal failed 1:36 role.name = "none"
  goal succeeded 1:59 role in u.roles [1 before]
  goal failed 1:36 role.name = "none"
rule failed 2:1 allow(u: User, "read", _: Repo)
  branch waiting 2:37 x < 0
    goal waiting 2:37 x < 0
  goal succeeded 2:57 y = u.id [1 before]
  goal succeeded 2:70 x = y [2 before]
  branch failed 2:37 x < 0
    goal failed 2:37 x < 0
  branch waiting 2:46 x < 1
    goal waiting 2:46 x < 1
  goal succeeded 2:57 y = u.id [1 before]
  goal succeeded 2:70 x = y [2 before]
  branch failed 2:46 x < 1
    goal failed 2:46 x < 1
rule failed 3:1 allow(u: User, "read", _: Repo)
  not waiting 3:36 not x = 1
  goal succeeded 3:50 y = u.id [1 before]
  goal succeeded 3:63 x = y [2 before]
  not failed 3:36 not x = 1
    goal succeeded 3:40 x = 1
`,
		},
		{
			name: "an allow ends it",
			policy: `allow(u: User, "read", _: Repo) if x in [3, 2, 1] and x = u.id;
allow(_, _, _);`,
			want: `
rule succeeded 1:1 allow(u: User, "read", _: Repo)
  goal succeeded 1:36 x in [3, 2, 1]
  goal failed 1:55 x = u.id [1 before]
  goal succeeded 1:36 x in [3, 2, 1]
  goal failed 1:55 x = u.id [1 before]
  goal succeeded 1:36 x in [3, 2, 1]
  goal succeeded 1:55 x = u.id [1 before]
`,
		},
		{
			name:   "all solutions",
			policy: `allow(_: User, "read", _: Repo); allow(_, _, _);`,
			opts:   TraceOptions{All: true},
			want: `
rule succeeded 1:1 allow(_: User, "read", _: Repo)
rule succeeded 1:34 allow(_, _, _)
`,
		},
		{
			name: "an error",
			policy: `allow(_: User, "read", r: Repo) if r.public;
allow(u: User, "read", _: Repo) if broken(u);
broken(u: User) if u.id = 1 and (u.fail() or u.id = 2);
allow(_, _, _);`,
			want: `
rule failed 1:1 allow(_: User, "read", r: Repo)
  goal failed 1:36 r.public
rule error 2:1 allow(u: User, "read", _: Repo)
  call error 2:36 broken(u)
    rule error 3:1 broken(u: User)
      goal succeeded 3:20 u.id = 1
      branch error 3:34 u.fail()
        goal error 3:34 u.fail() [1 before]
`,
		},
		{
			name:  "a loop in the data",
			actor: loop,
			policy: `allow(u: User, "read", _: Repo) if above(u);
above(u: User) if u.id = 9 or above(u.boss);`,
			want: `
rule failed 1:1 allow(u: User, "read", _: Repo)
  call failed 1:36 above(u)
    rule failed 2:1 above(u: User)
      branch failed 2:19 u.id = 9
        goal failed 2:19 u.id = 9
      branch failed 2:31 above(u.boss)
        call failed 2:31 above(u.boss) (loop)
`,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := traced(t, tt.policy)
			if tt.actor == nil {
				tt.actor = user
			}
			tr := p.Trace(t.Context(), "allow", []any{tt.actor, "read", repo}, tt.opts)
			if got := "\n" + tree(tr); got != tt.want {
				t.Errorf("got %s\nwant %s", got, tt.want)
			}
			want, err := p.Decide(t.Context(), "allow", tt.actor, "read", repo)
			if tr.Outcome != want || codeOf(tr.Err) != codeOf(err) {
				t.Errorf("%+v, %v; Decide says %+v, %v", tr.Outcome, tr.Err, want, err)
			}
		})
	}
}

func TestTraceOfQueries(t *testing.T) {
	p := traced(t, `f(1, 1); f(2, 2); f(1, 2); g(x) if x < 1;`)
	ctx := t.Context()
	all := TraceOptions{All: true}
	for _, tt := range []struct {
		rule       string
		args       []any
		held, have int
		err        string
	}{
		{"f", []any{Var("x"), Var("x")}, 2, 3, "<nil>"},
		{"f", []any{Var("x"), Var("y")}, 3, 3, "<nil>"},
		{"f", []any{Var("x")}, 0, 0, "<nil>"},
		{"none", nil, 0, 0, "undefined-rule"},
		{"g", []any{Var("x")}, 1, 1, "unbound"},
		{"f", []any{make(chan int), 1}, 0, 3, "<nil>"},
	} {
		tr := p.Trace(ctx, tt.rule, tt.args, all)
		held := 0
		for _, n := range tr.All() {
			if n.Kind == TraceRule && n.Status == TraceSucceeded {
				held++
			}
		}
		if held != tt.held || tr.Rules != tt.have || codeOf(tr.Err) != tt.err || tr.Err != nil && tr.Outcome.Allowed {
			t.Errorf("%s(%v): %d of %d rules held, %v, want %d of %d, %s", tt.rule, tt.args, held, tr.Rules, tr.Err, tt.held, tt.have, tt.err)
		}
	}
}

// TestTraceFull tests that a full trace changes no answer.
func TestTraceFull(t *testing.T) {
	p, _, err := Load(t.Context(), Input{Sources: []Source{{"p.polar", `
allow(n, _, _) if count(n);
count(0);
count(n) if n > 0 and m = n - 1 and not n = m and count(m);
`}}, Limits: Limits{Bytes: 64 << 20}})
	if err != nil {
		t.Fatal(err)
	}
	tr := p.Trace(t.Context(), "allow", []any{30_000, 1, 1}, TraceOptions{})
	if !tr.Outcome.Allowed || tr.Err != nil || !tr.Full {
		t.Fatalf("%+v, %v, full: %v", tr.Outcome, tr.Err, tr.Full)
	}
	n := 0
	for range tr.All() {
		n++
	}
	if n > maxTrace || n < maxTrace/2 {
		t.Errorf("%d nodes", n)
	}
	if tr := p.Trace(t.Context(), "allow", []any{3, 1, 1}, TraceOptions{}); tr.Full || !tr.Outcome.Allowed {
		t.Errorf("%+v, full: %v", tr.Outcome, tr.Full)
	}
}

// TestTraceValuesAreBounded tests that a trace shows only the beginning of large values, and not all of many.
func TestTraceValuesAreBounded(t *testing.T) {
	p := traced(t, `allow(u: User, _, _: Repo) if x in [1, 2, 3] and y in u.roles and y.name = "" and x = 4;`)
	user := traceUser{Roles: make([]traceRole, 2_000)}
	user.Roles[0].Name = strings.Repeat("é", 1000)
	tr := p.Trace(t.Context(), "allow", []any{user, "read", &traceRepo{}}, TraceOptions{Values: true})
	values, longest := 0, 0
	for _, n := range tr.All() {
		for _, v := range n.Values {
			values++
			longest = max(longest, len(v.Value))
		}
	}
	if tr.Err != nil || values < 900 || values > 1000 || longest < 90 || longest > 110 {
		t.Errorf("%v: %d values, the longest of %d bytes", tr.Err, values, longest)
	}
}

func TestBranches(t *testing.T) {
	p := traced(t, `f(x) if x = 1 or (x = 2 and (x = 3 or not (x = 4 or x = 5)));
resource Repo { roles = ["a", "b"]; "a" if "b"; }
g(1);
has_role(_: User, _: String, _: Repo);
actor User {}`)
	var got []string
	for _, b := range p.Branches() {
		got = append(got, fmt.Sprintf("%d:%d-%d:%d %v %s", b.Span.Start.Line, b.Span.Start.Col, b.Span.End.Line, b.Span.End.Col, b.Alternative, b.Text))
	}
	want := `1:1-1:62 false f(x)
1:9-1:14 true x = 1
1:18-1:61 true x = 2 and (x = 3 or not (x = 4 or x = 5))
1:30-1:35 true x = 3
1:39-1:59 true not (x = 4 or x = 5)
1:44-1:49 true x = 4
1:53-1:58 true x = 5
3:1-3:6 false g(1)
4:1-4:39 false has_role(_: User, _: String, _: Repo)
2:37-2:48 false "a" if "b"`
	if strings.Join(got, "\n") != want {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), want)
	}
}

// TestTraceAgrees tests that a trace of a random decision has the same answer, and shows why.
func TestTraceAgrees(t *testing.T) {
	policies, seed := agreeRuns(t)
	users, docs, classes := agreeWorld()
	ctx := context.Background()
	var decided, allowed, failed, limited int
	for i := range policies {
		g := &policyGen{Writer: randtest.New(seed, i)}
		text := g.policy()
		p, _, err := load(ctx, Input{Sources: []Source{{"random.polar", text}}, Classes: classes, Limits: Limits{Steps: 5_000}}, true)
		if err != nil {
			continue
		}
		for _, u := range users {
			for _, d := range docs {
				want, wantErr := p.Decide(ctx, "allow", u, "read", d)
				tr := p.Trace(ctx, "allow", []any{u, "read", d}, TraceOptions{Values: i%2 == 0})
				decided++
				if errors.Is(tr.Err, ErrBudget) || errors.Is(wantErr, ErrBudget) {
					limited++ // a trace needs more steps
					continue
				}
				if tr.Outcome != want || codeOf(tr.Err) != codeOf(wantErr) {
					t.Fatalf("policy %d: user %d, doc %d: the trace says %v %v, the decision %v %v\n%s",
						i, u.ID, d.ID, tr.Outcome, tr.Err, want, wantErr, text)
				}
				if want.Allowed {
					allowed++
				}
				if wantErr != nil {
					failed++
				}
				if problem := inconsistent(tr); problem != "" {
					t.Fatalf("policy %d: user %d, doc %d: %s\n%s\n%s", i, u.ID, d.ID, problem, tree(tr), text)
				}
			}
		}
	}
	t.Logf("%d decisions: %d allowed, %d errors, %d met a limit", decided, allowed, failed, limited)
	if allowed < decided/50 || failed < decided/50 || limited > decided/10 {
		t.Errorf("too few of the decisions say anything")
	}
}

// inconsistent returns an inconsistency in a trace, or "".
func inconsistent(tr *Trace) string {
	if len(tr.Root.Children) != 1 {
		return "the query is not one call"
	}
	var deciding *RuleInfo
	tried := 0
	var path []*TraceNode // from the root to n
	for depth, n := range tr.All() {
		path = append(path[:depth], n)
		if depth == 2 {
			tried++
			if n.Status == TraceSucceeded {
				deciding = n.Rule
			}
		}
		if (n.Kind == TraceRule) != (n.Rule != nil) || (n.Kind == TraceRule || n.Kind == TraceBranch) != (n.Branch != nil) {
			return "a rule without its info, or another node with one"
		}
		if n.Status == TraceErred && tr.Err == nil {
			return "an error in a decision without one"
		}
		// What fails may be something that waited, in a rule that held before or
		// in one that n was called from.
		reason := len(n.Children) == 0
		for _, c := range (&Trace{Root: n}).All() {
			reason = reason || c != n && c.Status == TraceFailed
		}
		for i := range depth {
			for _, c := range path[i].Children {
				waited := c.Kind == TraceGoal || c.Kind == TraceNot || c.Kind == TraceBranch && c.Branch == path[i+1].Branch
				reason = reason || c != path[i+1] && waited && (c.Status == TraceFailed || c.Status == TraceErred)
			}
		}
		if n.Kind == TraceRule && n.Status == TraceFailed && !reason {
			return fmt.Sprintf("%v failed, and nothing in it did", n.Pos)
		}
		if n.Kind == TraceCall && n.Status == TraceSucceeded {
			held := false
			for _, c := range n.Children {
				held = held || c.Status == TraceSucceeded
			}
			if !held {
				return fmt.Sprintf("%v succeeded, and no rule below it did", n.Pos)
			}
		}
	}
	if tr.Err == nil && deciding != tr.Outcome.Rule {
		return fmt.Sprintf("%v decided, and the trace says %v", tr.Outcome.Rule, deciding)
	}
	if tried > tr.Rules {
		return "more rules were tried than there are"
	}
	return ""
}

// TestTraceHeads tests which rules a trace finds near to a call that fails.
func TestTraceHeads(t *testing.T) {
	repo := &traceRepo{ID: 1}
	for _, tt := range []struct {
		name, policy string
		args         []any
		want         []string // of the call, then of its heads and those of its rules
	}{
		{"another actor, and not another action too", `
allow(_: Repo, "read", _: Repo);
allow(_: Repo, "write", _: Repo);
allow(_: User, "write", _: Repo);
allow(u: User, "read", _: Repo) if u.id = 7;`,
			[]any{&traceUser{ID: 1}, "read", repo}, []string{"", "the actor must be a Repo, and is a User"}},
		{"an action", `
allow(_: User, "read", _: Repo);
allow(_: User, "write", _: Repo);
allow(_: User, "erase", _: User);`,
			[]any{&traceUser{ID: 1}, "raed", repo}, []string{`no rule names the action "raed" for a Repo (did you mean "read"?)`}},
		{"no action", `
allow(_: User, "read", _: Repo);
allow(_: User, "write", _: Repo);
allow(_: User, "erase", _: User);`,
			[]any{&traceUser{ID: 1}, "x", repo}, []string{`no rule names the action "x" for a Repo (actions with a rule: "read" and "write")`}},
		{"an action that a rule names", `
allow(_: User, "read", _: Repo{id: 7});
allow(_: User, "raed", _: Repo);`,
			[]any{&traceUser{ID: 1}, "read", repo}, []string{"", "the resource is not Repo{id: 7}"}},
		{"a string in place of a resource is a value", `
allow(_: User, "read", "door");`,
			[]any{&traceUser{ID: 1}, "read", "dor"}, []string{""}},
		{"classes, nil and a class", `
allow(_: User, "read", _: Repo);
allow(_: User, "read", User);`,
			[]any{&traceUser{ID: 1}, "read", ClassOf[traceRepo]()}, []string{"", "the resource must be a Repo, and is the class Repo", "the resource must be the class User, and is the class Repo"}},
		{"elements of a list", `
allow(_: User, "read", ["a", x]) if x = 1;
allow(_: Repo, "read", ["a", _]);
allow(_: Repo, "read", ["b", _]);`,
			[]any{&traceUser{ID: 1}, "read", []string{"a", "c"}}, []string{"", "the actor must be a Repo, and is a User"}},
		{"two arguments that may not match", `
allow(x: User{id: 7}, "read", _: Repo{id: 8}) if x = x;`,
			[]any{&traceUser{ID: 1}, "read", repo}, []string{""}},
	} {
		p := traced(t, tt.policy)
		for _, heads := range []bool{true, false} {
			tr := p.Trace(t.Context(), "allow", tt.args, TraceOptions{Heads: heads})
			call := tr.Root.Children[0]
			got := []string{call.Why}
			for _, n := range append([]*TraceNode{call}, call.Children...) {
				for _, h := range n.Heads {
					got = append(got, h.Why())
				}
			}
			want := tt.want
			if !heads {
				want = []string{""}
			}
			if fmt.Sprintf("%q", got) != fmt.Sprintf("%q", want) || tr.Err != nil || tr.Outcome.Allowed {
				t.Errorf("%s, heads %v: %v\n got %q\nwant %q", tt.name, heads, tr.Err, got, want)
			}
		}
	}
}

// TestTraceOfManyRules tests traces of more rules than a policy remembers, and the bounds of what
// a trace finds near to a call.
func TestTraceOfManyRules(t *testing.T) {
	const rules = 3 * maxWritten
	var policy strings.Builder
	for i := range rules {
		fmt.Fprintf(&policy, "allow(u: User, \"read\", r: Repo) if u.id = %d and r.public;\n", i+10)
		fmt.Fprintf(&policy, "allow(u: User, \"act%d\", r: Repo) if u.id = %d and r.public;\n", i, i)
		fmt.Fprintf(&policy, "allow(_: Repo, \"none\", r: Repo) if r.id = %d and r.public;\n", i)
	}
	p := traced(t, policy.String())
	user, repo := &traceUser{ID: 1}, &traceRepo{ID: 1}
	var wait sync.WaitGroup
	for range 4 {
		wait.Go(func() {
			tr := p.Trace(t.Context(), "allow", []any{user, "read", repo}, TraceOptions{Heads: true})
			failed := make(map[string]bool)
			for _, n := range tr.All() {
				if n.Kind == TraceGoal {
					failed[n.Text] = true
				}
			}
			if len(failed) != rules || tr.Err != nil {
				t.Errorf("%d conditions of %d rules, %v", len(failed), rules, tr.Err)
			}
		})
	}
	wait.Wait()
	tr := p.Trace(t.Context(), "allow", []any{user, "none", repo}, TraceOptions{Heads: true})
	call := tr.Root.Children[0]
	if n := len(call.Heads); n == 0 || n > 100 || !strings.HasSuffix(call.Why, " and others)") {
		t.Errorf("%d heads, %q", n, call.Why)
	}
	if n := len(p.written); n > maxWritten {
		t.Errorf("the policy remembers %d rules", n)
	}
}

// TestTracesShareNothing tests that a trace stays as it is while others are made, of other
// policies and sizes, although they use the memory of finished ones.
func TestTracesShareNothing(t *testing.T) {
	policies := []*Policy{
		traced(t, `allow(u: User, _, r: Repo) if r.public or (role in u.roles and role.name = "writer") or u.boss.id = r.owner;`),
		traced(t, `allow(u: User, _, r: Repo) if forall(role in u.roles, role.name != "none") and not r.public and u.title = "CEO";`),
		traced(t, `allow(u: User, "read", r: Repo) if u.id = r.id;`),
	}
	user, repo := &traceUser{ID: 1, Title: "CEO", Boss: &traceUser{ID: 3}}, &traceRepo{ID: 1, Owner: 9}
	for range 50 {
		user.Roles = append(user.Roles, traceRole{"reader", repo})
	}
	trace := func(p *Policy) *Trace {
		return p.Trace(t.Context(), "allow", []any{user, "read", repo}, TraceOptions{Heads: true})
	}
	var want []string
	for _, p := range policies {
		want = append(want, tree(trace(p)))
	}
	var wait sync.WaitGroup
	for range 4 {
		wait.Go(func() {
			kept := make([]*Trace, len(policies))
			for i := range 50 {
				at := i % len(policies)
				if tr := kept[at]; tr != nil && tree(tr) != want[at] {
					t.Errorf("a trace has changed to\n%s\nwant\n%s", tree(tr), want[at])
					return
				}
				kept[at] = trace(policies[at])
			}
		})
	}
	wait.Wait()
}
