package polar_test

// This file tests what policies are compiled to, as text.

import (
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

// TestProgram compares the compiled form of each policy in testdata/program with the
// text behind it. A change of the compiler shows there.
func TestProgram(t *testing.T) {
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
			if err := polar.DumpProgram(p, &b); err != nil {
				t.Fatal(err)
			}
			golden := strings.TrimSuffix(name, ".polar") + ".golden"
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
