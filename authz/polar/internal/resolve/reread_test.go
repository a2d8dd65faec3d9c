package resolve

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/ursa-authz/ursa/authz/polar/syntax"
)

// sameReread checks that a module returns the same rules after Release as before.
func sameReread(t *testing.T, m *Module) {
	t.Helper()
	var before []string
	for i := range m.Rules {
		before = append(before, everything(m.Rule(i)))
	}
	m.Release()
	if m.Rules != nil || m.Queries != nil {
		t.Error("Release kept rules or queries")
	}
	for i, want := range before {
		if got := everything(m.Rule(i)); got != want {
			t.Errorf("the rule was\n%s\nand is now\n%s", want, got)
		}
	}
}

// everything returns a text of all that a rule says, with positions.
func everything(r *Rule) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d %s %s to %s %q %q\n%s\n", r.Index, r.Name, r.Pos, r.End, r.Text, r.Vars, r)
	if r.Node != nil {
		syntax.Walk(r.Node, func(n syntax.Node) bool {
			fmt.Fprintf(&b, "%T %v\n", n, n.Range())
			return true
		})
	}
	EachLeaf(r.Body, func(g Goal) {
		at := g.Where()
		fmt.Fprintf(&b, "%T %s", g, at.Pos)
		if at.Node != nil {
			fmt.Fprintf(&b, " %T %v", at.Node, at.Node.Range())
		}
		b.WriteByte('\n')
	})
	return b.String()
}

func TestLikeness(t *testing.T) {
	const policy = `
f("a", x) if x = 1;
f("b", x) if x = 1;
  f("c", x) if x = 1; f("d", x) if x = 1;
f("long", x) if x = 1;
f("a", x) if x = 2;
f("a",  x) if x = 1;
f(1.5, x) if x = 1;
f(123, "x") if 1 = 1;
f(456, "y") if 1 = 1;
f(("a"), x) if x = 1;
f("é", x) if x = 1;
f(
"a", x) if x = 1;
`
	file, ds := syntax.Parse("p.polar", policy)
	if err := syntax.Errors(ds); err != nil {
		t.Fatal(err)
	}
	opts := testOptions(testRegistry(t))
	opts.NoTypes = true
	m, ds := Load([]*syntax.File{file}, opts)
	if m == nil {
		t.Fatal(ds)
	}
	var got []string
	first := make(map[string]int)
	for i, r := range m.Rules {
		key, ok := m.Likeness(nil, r)
		if !ok {
			got = append(got, "-")
			continue
		}
		if _, known := first[string(key)]; !known {
			first[string(key)] = i
		}
		got = append(got, fmt.Sprint(first[string(key)]))
	}
	if want := "0 0 0 0 4 5 6 0 8 8 10 - -"; strings.Join(got, " ") != want {
		t.Errorf("likenesses %s, want %s", strings.Join(got, " "), want)
	}
}

// TestReleaseFreesTrees tests that nothing of a released module keeps syntax trees alive.
func TestReleaseFreesTrees(t *testing.T) {
	const policy = `
allow(actor, action, resource) if has_permission(actor, action, resource);
actor User {}
resource Repo { roles = ["reader"]; permissions = ["read"]; relations = { org: Org }; "read" if "reader"; }
resource Org { roles = ["reader"]; "reader" if "reader"; }
has_role(u: User, "reader", _: Repo) if u.admin and u.meta = {a: 1};
has_role(u: User, "reader", _: Org) if u.admin;
has_relation(o: Org, "org", r: Repo) if o = r.org;
?= 1 = 1;
type f(x);
f(1);
`
	freed := make(chan string, 10)
	var m *Module
	func() {
		file, ds := syntax.Parse("p.polar", policy)
		if err := syntax.Errors(ds); err != nil {
			t.Fatal(err)
		}
		opts := testOptions(testRegistry(t))
		if m, ds = Load([]*syntax.File{file}, opts); m == nil {
			t.Fatal(ds)
		}
		runtime.AddCleanup(file, func(what string) { freed <- what }, "file")
		for _, s := range file.Stmts {
			switch s := s.(type) {
			case *syntax.Rule:
				runtime.AddCleanup(s, func(what string) { freed <- what }, "rule")
			case *syntax.Block:
				runtime.AddCleanup(s, func(what string) { freed <- what }, "block")
			}
		}
	}()
	m.Release()
	for n := 0; n < 9; {
		runtime.GC()
		select {
		case <-freed:
			n++
		case <-t.Context().Done():
			t.Fatalf("%d of 9 were freed", n)
		case <-time.After(10 * time.Second):
			t.Fatalf("%d of 9 were freed", n)
		}
	}
	if x, ds := syntax.ParseQuery("q", `has_role(new User(), "raeder", new Repo())`); x == nil {
		t.Fatal(ds)
	} else if _, ds := m.Query(x, ""); !strings.Contains(fmt.Sprint(ds), "reader") {
		t.Errorf("a query knows nothing of the blocks: %v", ds)
	}
}
