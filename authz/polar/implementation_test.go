package polar

// This file checks the excerpts on the page about the implementation.

import (
	"context"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/ursa-authz/ursa/internal/pagecode"
)

type (
	pageUser struct{ ID int }
	pageOrg  struct{ ID, OwnerID int }
	pageDoc  struct {
		ID, OrgID int
		Status    string
		Org       *pageOrg
	}
)

func TestImplementationPage(t *testing.T) {
	const page = "IMPLEMENTATION.md"
	ctx := context.Background()
	p, _, err := Load(ctx, Input{
		Sources: []Source{{"docs.polar", pagecode.Blocks(t, page, "polar")[0].Text}},
		Classes: []Class{
			{Name: "User", Type: reflect.TypeFor[pageUser](), Key: []string{"ID"}},
			{Name: "Org", Type: reflect.TypeFor[pageOrg](), Key: []string{"ID"}},
			{Name: "Doc", Type: reflect.TypeFor[pageDoc](), Key: []string{"ID"}, Relations: []Relation{
				{Name: "Org", Target: reflect.TypeFor[pageOrg](), ForeignKey: []string{"OrgID"}},
			}},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	pagecode.Excerpt(t, page, "slots", p.module.Rule(0).String())

	var dump strings.Builder
	if err := p.prog.Dump(&dump); err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(dump.String(), "\n  index: ")
	index, code, _ := strings.Cut(rest, "\n  0: ")
	code, _, _ = strings.Cut(code, "\n  1: ")
	pagecode.Excerpt(t, page, "index", "index: "+index)
	pagecode.Excerpt(t, page, "code", "0: "+code)

	doc := &pageDoc{ID: 1, OrgID: 7, Status: "open", Org: &pageOrg{ID: 7, OwnerID: 3}}
	trace := p.Trace(ctx, "allow", []any{&pageUser{ID: 2}, "read", doc}, TraceOptions{})
	var b strings.Builder
	for depth, n := range trace.All() {
		fmt.Fprintf(&b, "%s%s %s: %s\n", strings.Repeat("  ", depth), n.Kind, n.Text, n.Status)
	}
	pagecode.Excerpt(t, page, "solver", b.String())

	q, err := p.Filter(ctx, "allow", &pageUser{ID: 2}, "read", ClassOf[pageDoc]())
	if err != nil {
		t.Fatal(err)
	}
	pagecode.Excerpt(t, page, "filter", q.String())
}
