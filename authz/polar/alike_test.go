package polar

// This file tests that rules that share their compiled form answer, fail and explain as rules
// of their own would.

import (
	"context"
	"fmt"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/ursa-authz/ursa/authz/internal/host"
	"github.com/ursa-authz/ursa/authz/polar/internal/chunked"
	"github.com/ursa-authz/ursa/authz/polar/internal/front"
	"github.com/ursa-authz/ursa/authz/polar/internal/resolve"
	"github.com/ursa-authz/ursa/authz/polar/syntax"
	"github.com/ursa-authz/ursa/internal/randtest"
)

// alike returns the policy with copies of its rules for "read" that are about other actions.
// If apart is set, each copy has more blanks before its end than the last, so that no two
// rules share anything.
func alike(text string, actions []string, apart bool) string {
	var b strings.Builder
	blanks := 0
	for line := range strings.Lines(text) {
		if !strings.HasPrefix(line, "allow(") || !strings.Contains(line, `"read"`) {
			b.WriteString(line)
			continue
		}
		for _, action := range actions {
			rule := strings.Replace(line, `"read"`, `"`+action+`"`, 1)
			if apart {
				blanks++
				rule = strings.TrimSuffix(rule, ";\n") + strings.Repeat(" ", blanks) + ";\n"
			}
			b.WriteString(rule)
		}
	}
	return b.String()
}

func TestAlikeRulesAgree(t *testing.T) {
	policies, seed := agreeRuns(t)
	policies /= 4
	users, docs, classes := agreeWorld()
	ctx := context.Background()
	actions := []string{"read", "rate", "ride"}
	var shared, allowed, failed, compared int
	for i := range policies {
		g := &policyGen{Writer: randtest.New(seed, i)}
		text := g.policy()
		if i%3 == 0 {
			text = strings.ReplaceAll(text, "allow(", "allow( ")
		}
		var ps [2]*Policy
		for j := range ps {
			ps[j], _, _ = load(ctx, Input{
				Sources: []Source{{"random.polar", alike(text, actions, j == 1)}}, Classes: classes, Limits: Limits{Steps: 5_000},
			}, true)
		}
		if ps[0] == nil || ps[1] == nil {
			continue
		}
		var dump strings.Builder
		if err := ps[0].prog.Dump(&dump); err != nil {
			t.Fatal(err)
		}
		shared += strings.Count(dump.String(), "goals of")
		for _, u := range users {
			for _, d := range docs {
				for _, action := range actions {
					var says [2]string
					for j, p := range ps {
						got, err := p.Decide(ctx, "allow", u, action, d)
						solved, solvedErr := p.solve(ctx, "allow", u, action, d)
						tr := p.Trace(ctx, "allow", []any{u, action, d}, TraceOptions{Values: true})
						says[j] = fmt.Sprintf("%s %v\n%s %v\n%s %v\n%s", outcomeText(got), longError(err), outcomeText(solved), longError(solvedErr),
							outcomeText(tr.Outcome), longError(tr.Err), tree(tr))
						if j == 0 && got.Allowed {
							allowed++
						}
						if j == 0 && err != nil {
							failed++
						}
					}
					compared++
					if says[0] != says[1] {
						t.Fatalf("policy %d: user %d, %s, doc %d: together\n%s\napart\n%s\n%s", i, u.ID, action, d.ID, says[0], says[1], text)
					}
				}
			}
		}
	}
	t.Logf("%d rules share their goals; %d decisions: %d allowed, %d errors", shared, compared, allowed, failed)
	if shared < policies || allowed < compared/50 || failed < compared/50 {
		t.Errorf("too few of the decisions say anything")
	}
}

// outcomeText returns an outcome with the place of its rule.
func outcomeText(o Outcome) string {
	if o.Rule == nil {
		return fmt.Sprint(o.Allowed)
	}
	return fmt.Sprintf("%v by %s at %s", o.Allowed, o.Rule.Head, o.Rule.Pos)
}

// longError returns an error with its position and stack.
func longError(err error) string {
	e, ok := err.(*Error)
	if !ok {
		return fmt.Sprint(err)
	}
	return fmt.Sprintf("%s at %s: %s in %v", e.Code, e.Pos, e.Msg, e.Stack)
}

// TestAlikeDiagnostics tests that rules that are read by their likeness to others are
// reported in the same way.
func TestAlikeDiagnostics(t *testing.T) {
	var names []string
	for _, dir := range []string{"testdata/corpus", "internal/resolve/testdata"} {
		found, err := filepath.Glob(dir + "/*.polar")
		if err != nil || len(found) == 0 {
			t.Fatal(dir, err)
		}
		names = append(names, found...)
	}
	_, _, classes := agreeWorld()
	reg, err := makeRegistry(classes, nil)
	if err != nil {
		t.Fatal(err)
	}
	head := regexp.MustCompile(`(?m)^(\s*\w+\([^()"\n]*")([^"\n]*)("[^"\n]*\).*;)[ ]*$`)
	var policies, read, again, reported int
	for _, name := range names {
		for _, chunk := range chunked.Read(name, t) {
			for _, noTypes := range []bool{true, false} {
				text := head.ReplaceAllString(chunk.Source, "$1$2$3\n$1$2$3\n${1}x$2$3 ${1}read$3\n# c\n$1$2$3")
				opts := resolve.Options{Registry: reg, Constants: map[string]host.Value{}, NoTypes: noTypes}
				sources := []front.Source{{Name: name, Text: text}}
				want, err := front.Load(t.Context(), sources, true, opts)
				if err != nil {
					t.Fatal(err)
				}
				got, err := front.LoadAlike(t.Context(), sources, true, opts)
				if err != nil {
					t.Fatal(err)
				}
				policies++
				if resolve.Alike(got.Files) {
					read++
				} else if file, _, _ := syntax.ParseAlike(t.Context(), name, text); resolve.Alike([]*syntax.File{file}) {
					again++
				}
				reported += len(want.Diags)
				if !reflect.DeepEqual(got.Diags, want.Diags) {
					t.Fatalf("%s:%d: by likeness\n%v\notherwise\n%v\n%s", name, chunk.Line, got.Diags, want.Diags, text)
				}
			}
		}
	}
	t.Logf("%d policies, %d read by likeness, %d twice; %d diagnostics", policies, read, again, reported)
	if read < policies/20 || again < policies/20 {
		t.Error("too few of the policies say anything")
	}
}
