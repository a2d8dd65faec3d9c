package polar

// This file tests that rules that cannot apply cost nothing, by counting steps.

import (
	"context"
	"fmt"
	"strings"
	"testing"
)

type indexedUser struct{ ID int }

type indexedDoc struct {
	OwnerID int
	Status  string
	Level   int
}

type (
	otherDoc1 struct{ OwnerID int }
	otherDoc2 struct{ OwnerID int }
	otherDoc3 struct{ OwnerID int }
)

// TestIndexBarsOtherQuestions tests that a question that no rule is about costs the same
// however many rules there are, although the rules do not differ in what they are about.
func TestIndexBarsOtherQuestions(t *testing.T) {
	classes := []Class{
		{Name: "User", Type: ClassOf[indexedUser]().Type}, {Name: "Doc", Type: ClassOf[indexedDoc]().Type},
		{Name: "Other", Type: ClassOf[otherDoc1]().Type},
	}
	user, doc, other := &indexedUser{1}, &indexedDoc{1, "open", 3}, &otherDoc1{}
	questions := map[string][3]any{"action": {user, "write", doc}, "actor": {other, "read", doc}, "resource": {user, "read", other}}
	ctx := context.Background()
	for what, q := range questions {
		var steps []int
		for _, n := range []int{20, 10_000} {
			var b strings.Builder
			for i := range n {
				fmt.Fprintf(&b, "allow(user: User, \"read\", doc: Doc) if doc.level > %d and user.id = doc.owner_id;\n", i)
			}
			p, diags, err := Load(ctx, Input{Sources: []Source{{"rules.polar", b.String()}}, Classes: classes})
			if err != nil {
				t.Fatal(err, diags)
			}
			if got, err := p.Decide(ctx, "allow", q[0], q[1].(string), q[2]); got.Allowed || err != nil {
				t.Errorf("another %s: %v, %v", what, got.Allowed, err)
			}
			m := p.prog.Machine(ctx, &p.config)
			m.StartRule("allow", 3)
			for i, x := range q {
				if err := m.SetArg(i, x); err != nil {
					t.Fatal(err)
				}
			}
			if ok, err := m.Next(); ok || err != nil {
				t.Errorf("another %s: the solver says %v, %v", what, ok, err)
			}
			steps = append(steps, m.Steps())
			m.Release()
		}
		if steps[1] > steps[0] {
			t.Errorf("another %s: %d steps with 20 rules, %d with 10,000", what, steps[0], steps[1])
		}
	}
}

func TestIndexIsFlat(t *testing.T) {
	classes := []Class{
		{Name: "User", Type: ClassOf[indexedUser]().Type}, {Name: "Doc", Type: ClassOf[indexedDoc]().Type},
		{Name: "D0", Type: ClassOf[otherDoc1]().Type}, {Name: "D1", Type: ClassOf[otherDoc2]().Type}, {Name: "D2", Type: ClassOf[otherDoc3]().Type},
	}
	const last = `allow(user: User, "read", doc: Doc) if user.id = doc.owner_id;`
	tests := []struct {
		name  string
		other func(i int) string
		last  string
	}{
		{"by action", func(i int) string {
			return fmt.Sprintf("allow(user: User, \"a%d\", doc: Doc) if user.id = doc.owner_id;\n", i)
		}, last},
		{"by class", func(i int) string {
			return fmt.Sprintf("allow(user: User, \"read\", doc: D%d) if user.id = doc.owner_id;\n", i%3)
		}, last},
		{"by a constant in the body", func(i int) string {
			return fmt.Sprintf("allow(user: User, \"read\", doc: Doc) if doc.status = \"s%d\" and user.id = doc.owner_id;\n", i)
		}, `allow(user: User, "read", doc: Doc) if doc.status = "open" and user.id = doc.owner_id;`},
		{"by a constant behind a comparison of fields", func(i int) string {
			return fmt.Sprintf("allow(user: User, \"read\", doc: Doc) if user.id = doc.owner_id and %d = doc.level;\n", i+10)
		}, `allow(user: User, "read", doc: Doc) if user.id = doc.owner_id and 3 = doc.level;`},
		{"by an element of a list", func(i int) string {
			return fmt.Sprintf("at([\"p%d\", *_]);\n", i)
		}, `at(["open", *_]); allow(user: User, "read", doc: Doc) if at(doc.status.split("/")) and user.id = doc.owner_id;`},
		{"by an element of a list literal", func(i int) string {
			return fmt.Sprintf("at([\"open\", \"p%d\"]);\n", i)
		}, `at(["open"]); allow(user: User, "read", doc: Doc) if at(doc.status.split("/")) and user.id = doc.owner_id;`},
		{"by a looked-up variable", func(i int) string {
			return fmt.Sprintf("allow(user: User, \"read\", doc: Doc) if level = doc.level and level = %d and user.id = doc.owner_id;\n", i+10)
		}, ""},
	}
	ctx := context.Background()
	steps := func(t *testing.T, text string) int {
		p, diags, err := Load(ctx, Input{Sources: []Source{{"rules.polar", text}}, Classes: classes})
		if err != nil {
			t.Fatal(err, diags)
		}
		user, doc := &indexedUser{1}, &indexedDoc{1, "open", 3}
		m := p.prog.Machine(ctx, &p.config)
		defer m.Release()
		m.StartRule("allow", 3)
		for i, x := range []any{user, "read", doc} {
			if err := m.SetArg(i, x); err != nil {
				t.Fatal(err)
			}
		}
		ok, err := m.Next()
		if err != nil {
			t.Fatal(err)
		}
		if fast, err := p.Decide(ctx, "allow", user, "read", doc); err != nil || fast.Allowed != ok {
			t.Errorf("the fast path says %v %v, the solver %v", fast.Allowed, err, ok)
		}
		return m.Steps()
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			text := func(n int) string {
				var b strings.Builder
				for i := range n {
					b.WriteString(tt.other(i))
				}
				return b.String() + tt.last
			}
			few, many := steps(t, text(10)), steps(t, text(10_000))
			if tt.last == "" {
				t.Logf("not indexed: %d steps with 10 rules, %d with 10,000", few, many)
				return
			}
			if many > few {
				t.Errorf("%d steps with 10 other rules, %d with 10,000", few, many)
			}
		})
	}
}
