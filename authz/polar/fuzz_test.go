package polar

// This file fuzzes loading and solving: any policy and any query must end, and never
// with an internal error of the engine.

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ursa-authz/ursa/authz/filter"
)

// seeds calls f with the policies and queries of the conformance scripts.
func seeds(t testing.TB, f func(policy, query string)) {
	files, err := filepath.Glob("testdata/conformance/*.polar")
	if err != nil || len(files) == 0 {
		t.Fatal("no conformance scripts", err)
	}
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for chunk := range strings.SplitSeq(string(text), "\n---\n") {
			var policy strings.Builder
			var queries []string
			for line := range strings.Lines(chunk) {
				if q, ok := strings.CutPrefix(line, "#? "); ok {
					q, _, _ = strings.Cut(q, "=>")
					queries = append(queries, strings.TrimSpace(q))
				} else if !strings.HasPrefix(line, "#") {
					policy.WriteString(line)
				}
			}
			for _, q := range queries {
				f(policy.String(), q)
			}
		}
	}
}

func FuzzQuery(f *testing.F) {
	n := 0
	seeds(f, func(policy, query string) {
		if n++; n%5 == 0 { // a fifth of them is enough to begin with
			f.Add(policy, query)
		}
	})
	users, docs := listRows()
	classes := listClasses()
	f.Fuzz(func(t *testing.T, policy, query string) {
		ctx := context.Background()
		p, _, err := load(ctx, Input{
			Sources:    []Source{{Name: "fuzz.polar", Text: policy}},
			Classes:    classes,
			AllowEmpty: true,
			Constants:  map[string]any{"alice": users[0], "doc": docs[0], "docs": docs},
			Limits:     Limits{Steps: 20_000, Bytes: 1 << 20, Depth: 1_000, Results: 50},
		}, true)
		if err != nil {
			return
		}
		sound := func(err error) {
			var e *Error
			if errors.As(err, &e) && e.Code == "internal" {
				t.Fatalf("%v (%v)\n%s\n%s", err, errors.Unwrap(err), policy, query)
			}
		}
		for _, err := range p.QueryString(ctx, query) {
			sound(err)
		}
		if !p.Defines("allow", 3) {
			return
		}
		// The ways to decide must agree, and a filter must be exact.
		q, filterErr := p.Filter(ctx, "allow", users[1], "read", ClassOf[listDoc]())
		sound(filterErr)
		for _, d := range docs {
			got, gotErr := p.Decide(ctx, "allow", users[1], "read", d)
			want, wantErr := p.solve(ctx, "allow", users[1], "read", d)
			sound(gotErr)
			if got != want || codeOf(gotErr) != codeOf(wantErr) {
				t.Fatalf("fast path %v %v, solver %v %v\n%s", got, gotErr, want, wantErr, policy)
			}
			if filterErr != nil || q == nil {
				continue
			}
			if wantErr != nil {
				t.Fatalf("the filter is %v, but the decision is an error: %v\n%s", q.Reveal(), wantErr, policy)
			}
			if matched, err := q.Match(ctx, d, filter.Loaded); err != nil || matched != want.Allowed {
				t.Fatalf("the filter says %v %v, the decision %v: %v\n%s", matched, err, want.Allowed, q.Reveal(), policy)
			}
		}
	})
}
