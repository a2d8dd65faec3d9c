package polar

// This file tests the memo of a query: that it changes no answer, and that groups in groups
// cost what there are of groups and edges.

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/ursa-authz/ursa/authz/polar/internal/vm"
)

type memoUser struct{ ID int }

// A memoGroup has users and groups. Its relations are loaded or fetched.
type memoGroup struct {
	ID     int
	Users  []*memoUser
	Groups []*memoGroup
	Ban    bool
}

type memoDoc struct {
	ID      int
	Readers *memoGroup
}

const memoPolicy = `
allow(u: User, "read", d: Doc) if member(u, d.readers);
member(u: User, g: Group) if u in g.users;
member(u: User, g: Group) if s in g.groups and member(u, s);
`

// A memoWorld is groups and the functions that fetch their relations.
type memoWorld struct {
	groups  []*memoGroup
	fetches int
	fetched bool // relations are fetched, each time into new objects
}

func (w *memoWorld) classes() []Class {
	user := Class{Name: "User", Type: reflect.TypeFor[memoUser](), Key: []string{"ID"}}
	group := Class{Name: "Group", Type: reflect.TypeFor[memoGroup](), Key: []string{"ID"}}
	doc := Class{Name: "Doc", Type: reflect.TypeFor[memoDoc](), Key: []string{"ID"}}
	if w.fetched {
		group.Relations = []Relation{{Name: "Users", Many: true, Target: user.Type}, {Name: "Groups", Many: true, Target: group.Type}}
		group.Fetch = func(_ context.Context, row any, relation string) (any, error) {
			w.fetches++
			g := w.groups[row.(*memoGroup).ID-1]
			if relation == "Users" {
				return slices.Clone(g.Users), nil
			}
			groups := []*memoGroup{}
			for _, s := range g.Groups {
				groups = append(groups, &memoGroup{ID: s.ID, Ban: s.Ban})
			}
			return groups, nil
		}
	}
	return []Class{user, group, doc}
}

// first returns the first group as a decision is given it.
func (w *memoWorld) first() *memoGroup {
	if w.fetched {
		return &memoGroup{ID: w.groups[0].ID}
	}
	return w.groups[0]
}

// layers makes a group, and layers of two groups that each have both of the next layer.
func layers(n int, fetched bool) *memoWorld {
	w := &memoWorld{fetched: fetched}
	group := func() *memoGroup {
		g := &memoGroup{ID: len(w.groups) + 1, Users: []*memoUser{}, Groups: []*memoGroup{}}
		w.groups = append(w.groups, g)
		return g
	}
	above := []*memoGroup{group()}
	for range n {
		next := []*memoGroup{group(), group()}
		for _, g := range above {
			g.Groups = slices.Clone(next)
		}
		above = next
	}
	above[1].Users = append(above[1].Users, &memoUser{ID: 1})
	return w
}

func TestLayersOfGroups(t *testing.T) {
	ctx := context.Background()
	for _, fetched := range []bool{false, true} {
		for n := 2; n <= 24; n++ {
			w := layers(n, fetched)
			p, _, err := Load(ctx, Input{Sources: source0(memoPolicy), Classes: w.classes()})
			if err != nil {
				t.Fatal(err)
			}
			edges := 4*n - 2
			for _, user := range []int{1, 2} { // one is in the last group, the other in none
				u, d := &memoUser{ID: user}, &memoDoc{ID: 1, Readers: w.first()}
				ways := map[string]func() (Outcome, error){
					"Decide": func() (Outcome, error) { return p.Decide(ctx, "allow", u, "read", d) },
					"Ask":    func() (Outcome, error) { return p.Ask(ctx, "allow", u, "read", d) },
					"Trace": func() (Outcome, error) {
						tr := p.Trace(ctx, "allow", []any{u, "read", d}, TraceOptions{})
						return tr.Outcome, tr.Err
					},
				}
				for name, ask := range ways {
					var cost vm.Cost
					p.config.Cost, w.fetches = &cost, 0
					out, err := ask()
					if err != nil || out.Allowed != (user == 1) {
						t.Fatalf("%d layers, fetched %v, user %d: %s: %v %v", n, fetched, user, name, out.Allowed, err)
					}
					if most := 40*len(w.groups) + 20*edges; cost.Steps > most+2000 {
						t.Errorf("%d layers, fetched %v, user %d: %s took %d steps for %d groups and %d edges", n, fetched, user, name, cost.Steps, len(w.groups), edges)
					}
					if w.fetches > 2*len(w.groups) {
						t.Errorf("%d layers, user %d: %s fetched %d relations of %d groups", n, user, name, w.fetches, len(w.groups))
					}
				}
			}
		}
	}
}

func source0(text string) []Source { return []Source{{"test.polar", text}} }

// randomGroups makes groups whose edges may lead anywhere, also in a circle.
func randomGroups(r *rand.Rand, fetched bool) *memoWorld {
	w := &memoWorld{fetched: fetched}
	for i := range 2 + r.IntN(5) {
		g := &memoGroup{ID: i + 1, Users: []*memoUser{}, Groups: []*memoGroup{}, Ban: r.IntN(8) == 0}
		for id := range 3 {
			if r.IntN(5) == 0 {
				g.Users = append(g.Users, &memoUser{ID: id + 1})
			}
		}
		w.groups = append(w.groups, g)
	}
	for _, g := range w.groups {
		for range r.IntN(3) {
			g.Groups = append(g.Groups, w.groups[r.IntN(len(w.groups))])
		}
	}
	return w
}

// randomRecursion makes a policy of rules that call each other over groups.
func randomRecursion(r *rand.Rand) string {
	var b strings.Builder
	b.WriteString("allow(u: User, \"read\", d: Doc) if r0(u, d.readers);\n")
	pick := func(options ...string) string { return options[r.IntN(len(options))] }
	for i := range 3 {
		for range 1 + r.IntN(3) {
			var goals []string
			for range 1 + r.IntN(3) {
				to := r.IntN(3)
				goals = append(goals, pick(
					"u in g.users", "g.ban = false", "g.id < 3", "g.id > 1",
					fmt.Sprintf("_s%d in g.groups and r%d(u, _s%d)", len(goals), to, len(goals)),
					fmt.Sprintf("_s%d in g.groups and r%d(u, _s%d)", len(goals), to, len(goals)),
					fmt.Sprintf("_s%d in g.groups and _t%d in _s%d.groups and r%d(u, _t%d)", len(goals), len(goals), len(goals), to, len(goals)),
					fmt.Sprintf("not r%d(u, g)", to),
					fmt.Sprintf("forall(_s%d in g.groups, r%d(u, _s%d))", len(goals), to, len(goals)),
					fmt.Sprintf("(r%d(u, g) or g.id = 2)", to),
					fmt.Sprintf("r%d(u, g)", to),
					"cut",
				))
			}
			fmt.Fprintf(&b, "r%d(u: User, g: Group) if %s and u = u and g = g;\n", i, strings.Join(goals, " and "))
		}
	}
	return b.String()
}

// TestMemoChangesNoAnswer tests that decisions, solutions and errors are the same with and
// without the memo, and that all ways to decide still cost the same with it.
func TestMemoChangesNoAnswer(t *testing.T) {
	policies, seed := agreeRuns(t)
	ctx := context.Background()
	var decided, allowed, failed, direct, saved int
	for i := range policies {
		r := rand.New(rand.NewPCG(seed, uint64(i)))
		text := randomRecursion(r)
		w := randomGroups(r, r.IntN(4) == 0)
		in := Input{Sources: source0(text), Classes: w.classes(), Limits: Limits{Steps: 20_000, Fetches: 1 << 20}}
		on, _, err := load(ctx, in, true)
		if err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		off, _, _ := load(ctx, in, true)
		on.prog.MemoFrom, off.prog.MemoFrom = 0, math.MaxInt
		for id := 1; id <= 3; id++ {
			u, d := &memoUser{ID: id}, &memoDoc{ID: 1, Readers: w.first()}
			var fast, slow, traced, without vm.Cost
			off.config.Cost = &without
			want, wantErr := off.solve(ctx, "allow", u, "read", d)
			if codeOf(wantErr) == vm.CodeBudget {
				continue // the memo may save it
			}
			on.config.Cost = &fast
			got, gotErr := on.Decide(ctx, "allow", u, "read", d)
			on.config.Cost = &slow
			solved, solvedErr := on.solve(ctx, "allow", u, "read", d)
			on.config.Cost = &traced
			tr := on.Trace(ctx, "allow", []any{u, "read", d}, TraceOptions{})
			fail := func(what string) {
				t.Fatalf("policy %d, user %d: %s: without the memo %v %v %+v, decided %v %v %+v, solved %v %v %+v, traced %v %v %+v\n%s", i, id, what,
					want.Allowed, wantErr, without, got.Allowed, gotErr, fast, solved.Allowed, solvedErr, slow, tr.Outcome.Allowed, tr.Err, traced, text)
			}
			if got.Allowed != want.Allowed || codeOf(gotErr) != codeOf(wantErr) || solved.Allowed != want.Allowed || codeOf(solvedErr) != codeOf(wantErr) ||
				tr.Outcome.Allowed != want.Allowed || codeOf(tr.Err) != codeOf(wantErr) {
				fail("answers")
			}
			if fast.Steps != slow.Steps || traced.Steps != slow.Steps {
				fail("steps")
			}
			decided++
			if want.Allowed {
				allowed++
			}
			if wantErr != nil {
				failed++
			}
			if slow.Steps < without.Steps {
				saved++
			}
			if _, _, done, _ := on.prog.Decide(ctx, &on.config, "allow", u, "read", d); done {
				direct++
			}
			if a, b := solutionsOf(on, u, d), solutionsOf(off, u, d); a != b && b != "" {
				t.Fatalf("policy %d, user %d: solutions %s, without the memo %s\n%s", i, id, a, b, text)
			}
		}
	}
	t.Logf("%d decisions: %d allowed, %d errors, %d direct, %d cheaper by the memo", decided, allowed, failed, direct, saved)
	if allowed < decided/20 || saved < decided/50 || direct < decided/10 {
		t.Errorf("too few of the random policies say anything")
	}
}

// solutionsOf returns the solutions of a query and the code of its error.
func solutionsOf(p *Policy, u *memoUser, d *memoDoc) string {
	var b strings.Builder
	n := 0
	for s, err := range p.Query(context.Background(), "allow", u, Var("action"), d) {
		if err != nil {
			if codeOf(err) == vm.CodeBudget {
				return ""
			}
			b.WriteString(codeOf(err))
			break
		}
		if n++; n > 200 {
			break
		}
		fmt.Fprint(&b, s)
	}
	return b.String()
}
