package polar_test

// This file tests what policies are compiled to, as text.

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ursa-authz/ursa/authz/polar"
)

type (
	programUser struct {
		ID   int `polar:",id"`
		Name string
		Boss *programUser
		Tags []string
		Orgs []programMember
	}
	programMember struct {
		Role string
		Org  *programOrg
	}
	programOrg struct {
		ID int `polar:",id"`
	}
	programDoc struct {
		ID      int `polar:",id"`
		OwnerID int
		Status  string
		Org     *programOrg
		Parent  *programDoc
	}
)

// programs calls f for each policy in testdata/program, and compares what it writes with the
// file of the policy's name and an extension.
func programs(t *testing.T, ext string, f func(t *testing.T, text string, p *polar.Policy, w io.Writer)) {
	t.Helper()
	files, err := filepath.Glob("testdata/program/*.polar")
	if err != nil || len(files) == 0 {
		t.Fatal("there are no policies", err)
	}
	for _, name := range files {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".polar"), func(t *testing.T) {
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			p, diags, err := polar.Load(t.Context(), polar.Input{
				Sources: []polar.Source{{Name: filepath.Base(name), Text: string(text)}},
				Classes: []polar.Class{
					{Name: "User", Type: polar.ClassOf[programUser]().Type},
					{Name: "Member", Type: polar.ClassOf[programMember]().Type},
					{Name: "Org", Type: polar.ClassOf[programOrg]().Type},
					{Name: "Doc", Type: polar.ClassOf[programDoc]().Type},
				},
			})
			if err != nil {
				t.Fatal(err, diags)
			}
			var b strings.Builder
			f(t, string(text), p, &b)
			golden := strings.TrimSuffix(name, ".polar") + ext
			if *update {
				if err := os.WriteFile(golden, []byte(b.String()), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if b.String() != string(want) {
				t.Errorf("the program is\n%s\nwant\n%s\n(-update accepts it)", b.String(), want)
			}
		})
	}
}

// TestProgram compares the compiled form of each policy in testdata/program with the
// text behind it. A change of the compiler shows there.
func TestProgram(t *testing.T) {
	programs(t, ".golden", func(t *testing.T, _ string, p *polar.Policy, w io.Writer) {
		if err := polar.DumpProgram(p, w); err != nil {
			t.Fatal(err)
		}
	})
}
