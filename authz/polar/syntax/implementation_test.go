package syntax

// This file checks the excerpts on the page about the implementation.

import (
	"fmt"
	"strings"
	"testing"

	"github.com/ursa-authz/ursa/internal/pagecode"
)

func TestImplementationPage(t *testing.T) {
	const page = "../IMPLEMENTATION.md"
	src := pagecode.Blocks(t, page, "polar")[0].Text
	file, diags := Parse("docs.polar", src)
	if err := Errors(diags); err != nil {
		t.Fatal(err)
	}
	rule := file.Stmts[0].(*Rule)
	head, _, _ := strings.Cut(src, "\n")
	pagecode.Excerpt(t, page, "tokens", tokens(head))

	// A node is inside the last one that it does not come after.
	var b strings.Builder
	var around []Node
	Walk(rule, func(n Node) bool {
		for len(around) > 0 && !inside(n.Range(), around[len(around)-1].Range()) {
			around = around[:len(around)-1]
		}
		text := ""
		switch n := n.(type) {
		case Expr:
			text = " " + ExprString(n)
		case *Name:
			text = " " + n.Text
		}
		fmt.Fprintf(&b, "%s%s%s\n", strings.Repeat("  ", len(around)), strings.TrimPrefix(fmt.Sprintf("%T", n), "*syntax."), text)
		around = append(around, n)
		return true
	})
	pagecode.Excerpt(t, page, "tree", b.String())
}

// inside reports whether a is inside b.
func inside(a, b Span) bool {
	before := func(p, q Position) bool { return p.Line < q.Line || p.Line == q.Line && p.Col <= q.Col }
	return before(b.Start, a.Start) && before(a.End, b.End)
}
