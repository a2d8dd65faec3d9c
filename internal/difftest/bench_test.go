package difftest

// These benchmarks compare go-oso with package polar, on the same policies and with
// the same registered types: loading, a decision on attributes, roles through blocks,
// and backtracking. The sub-benchmarks "oso" run the original, in this process and
// without the overhead of a timeout; "ursa" is package polar.

import (
	"fmt"
	"strings"
	"testing"

	"github.com/ursa-authz/ursa/authz/polar"
)

const benchRoles = `
actor User {}
resource Org { roles = ["owner", "member"]; permissions = ["read"]; "member" if "owner"; "read" if "member"; }
resource Repo {
  roles = ["reader"];
  permissions = ["read"];
  relations = { parent: Org };
  "reader" if "member" on "parent";
  "read" if "reader";
}
has_role(u: User, name: String, o: Org) if role in u.Roles and role.Name = name and role.Org = o;
has_relation(o: Org, "parent", r: Repo) if o = r.Org;
allow(actor, action, resource) if has_permission(actor, action, resource);
`

var benchQueries = []struct {
	name   string
	policy string
	rule   string
	args   []string // names of constants, or "#n" for an integer
}{
	{"attribute", `allow(u: User, "read", r: Repo) if u.ID = r.Owner.ID;`, "allow", []string{"BOB", `"read"`, "R1"}},
	{"roles", benchRoles, "allow", []string{"BOB", `"read"`, "R1"}},
	{"backtracking", `allow(_, _, _) if x in [1, 2, 3, 4, 5, 6] and y in [1, 2, 3, 4, 5, 6] and x * y = 36;`, "allow", []string{"BOB", `"read"`, "R1"}},
	{"recursion", `allow(_, _, _) if count(100); count(0); count(n) if n > 0 and m = n - 1 and count(m);`, "allow", []string{"BOB", `"read"`, "R1"}},
}

// values replaces names by the values of constants.
func values(names []string) []any {
	constants := Constants()
	args := make([]any, len(names))
	for i, name := range names {
		if text, ok := strings.CutPrefix(name, `"`); ok {
			args[i] = strings.TrimSuffix(text, `"`)
		} else {
			args[i] = constants[name]
		}
	}
	return args
}

func BenchmarkQuery(b *testing.B) {
	for _, q := range benchQueries {
		args := values(q.args)
		b.Run(q.name+"/oso", func(b *testing.B) {
			e, err := newOriginal()
			if err != nil {
				b.Fatal(err)
			}
			if a, ok := e.load(q.policy); !ok {
				b.Fatal(a)
			}
			b.ReportAllocs()
			for b.Loop() {
				if ok, err := e.oso.QueryRuleOnce(q.rule, args...); err != nil || !ok {
					b.Fatal(ok, err)
				}
			}
		})
		b.Run(q.name+"/ursa", func(b *testing.B) {
			p, _, err := polar.Load(b.Context(), Input(q.policy))
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				if out, err := p.Decide(b.Context(), q.rule, args[0], args[1].(string), args[2]); err != nil || !out.Allowed {
					b.Fatal(out, err)
				}
			}
		})
	}
}

func BenchmarkLoad(b *testing.B) {
	for _, rules := range []int{10, 1000} {
		var text strings.Builder
		for i := range rules {
			fmt.Fprintf(&text, "allow(u: User, \"action%d\", r: Repo) if u.ID = r.Owner.ID and r.Stars > %d;\n", i, i)
		}
		policy := text.String()
		b.Run(fmt.Sprintf("rules=%d/oso", rules), func(b *testing.B) {
			e, err := newOriginal()
			if err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				if a, ok := e.load(policy); !ok {
					b.Fatal(a)
				}
			}
		})
		b.Run(fmt.Sprintf("rules=%d/ursa", rules), func(b *testing.B) {
			for b.Loop() {
				if _, _, err := polar.Load(b.Context(), Input(policy)); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
