package syntax_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/ursa-authz/ursa/authz/polar/syntax"
)

// manyRules returns a policy with n rules like those that applications have.
func manyRules(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "# Rule %d.\nallow(user: User, \"action%d\", expense: Expense{status: \"open\"}) if\n"+
			"    user.id = expense.user_id and\n    not expense.locked and expense.amount <= %d and\n    has_role(user, \"role%d\", expense.organization);\n", i, i, i, i)
	}
	return b.String()
}

func BenchmarkParse(b *testing.B) {
	src := manyRules(10_000)
	b.SetBytes(int64(len(src)))
	b.ReportAllocs()
	for b.Loop() {
		if f, ds := syntax.Parse("bench.polar", src); len(f.Stmts) != 10_000 || len(ds) != 0 {
			b.Fatal(len(f.Stmts), ds)
		}
	}
}

func BenchmarkFormat(b *testing.B) {
	src := manyRules(1_000)
	b.SetBytes(int64(len(src)))
	b.ReportAllocs()
	for b.Loop() {
		if _, ds := syntax.Format(src); len(ds) != 0 {
			b.Fatal(ds)
		}
	}
}

func BenchmarkParseErrors(b *testing.B) {
	src := strings.Repeat("f(x) if x = $ and g(x);\n", 1_000)
	b.ReportAllocs()
	for b.Loop() {
		if _, ds := syntax.Parse("bench.polar", src); len(ds) != 1_000 {
			b.Fatal(len(ds))
		}
	}
}
