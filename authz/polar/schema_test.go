package polar_test

// This file tests that a policy is checked against a schema as it is against Go types. The
// scripts of this package call sameBySchema for every policy they load.

import (
	"slices"
	"testing"

	"github.com/ursa-authz/ursa/authz/polar"
	"github.com/ursa-authz/ursa/authz/polar/analysis"
	"github.com/ursa-authz/ursa/authz/polar/schema"
	"github.com/ursa-authz/ursa/authz/polar/syntax"
)

// sameBySchema reports an error unless in, checked against the schema of its classes as it
// is written to a file, has the diagnostics that loading it had.
func sameBySchema(t testing.TB, in polar.Input, loaded []polar.Diagnostic) {
	t.Helper()
	s, err := polar.Schema(t.Context(), in)
	if err != nil {
		if len(loaded) > 0 {
			t.Errorf("the policy was loaded, but its classes have no schema: %v", err)
		}
		return
	}
	text, err := s.JSON()
	if err != nil {
		t.Fatal(err)
	}
	read, err := schema.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	var sources []analysis.Source
	for _, src := range in.Sources {
		sources = append(sources, analysis.Source(src))
	}
	p, err := analysis.Load(t.Context(), sources, read, in.AllowEmpty)
	if err != nil {
		t.Fatal(err)
	}
	want := diagnosticTexts(loaded)
	if got := diagnosticTexts(p.Diagnostics); !slices.Equal(got, want) {
		t.Errorf("with Go types:\n%s\nwith a schema:\n%s", join(want), join(got))
	}
}

// diagnosticTexts returns all that diagnostics say, without those of inline queries, which only run in a program.
func diagnosticTexts(ds []syntax.Diagnostic) []string {
	var texts []string
	for _, d := range ds {
		if d.Code == polar.CodeInlineQuery {
			continue
		}
		text := string(d.Code) + " " + d.End.String() + "\n" + d.Long()
		if d.Fix != nil {
			text += "\nfix: " + d.Fix.Text
		}
		texts = append(texts, text)
	}
	return texts
}

func join(texts []string) string {
	all := ""
	for _, text := range texts {
		all += "  " + text + "\n"
	}
	return all
}
