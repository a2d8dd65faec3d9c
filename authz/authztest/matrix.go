package authztest

// This file defines Matrix, a table of decisions with a golden file.

import (
	"errors"
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"text/tabwriter"

	"github.com/ursa-authz/ursa/authz"
)

// Many test packages define a flag named update. A second flag of that name would stop the
// test before it began, so this one has another name. If the test package has a flag named
// update, it works too.
var update = flag.Bool("authztest.update", false, "rewrite the golden files of authztest.Matrix and authztest.Schema")

func updating() bool {
	f := flag.Lookup("update")
	return *update || f != nil && f.Value.String() == "true"
}

// The cells of a matrix.
var cells = map[string]string{"allowed": "yes", "forbidden": "-", "not found": "hidden", "undecided": "ERROR"}

const legend = `# yes: allowed   -: forbidden   hidden: not found   ERROR: could not be decided
`

// Matrix decides whether each of the actors may do each of the actions on each of the
// resources, and on the fields that [Named.Fields] and [Named.FieldsFor] give a resource. It compares the answers
// with the golden file testdata/NAME.golden, where NAME is the name of the test. Actors,
// actions and resources keep the order in which they are given. For a resource that is an
// *http.Request, the policy sees the Request.
//
// If the file is missing or differs, the test fails. It says who gains and who loses what,
// and prints the lines that differ. With the flag -authztest.update, or with a boolean flag
// -update that the test package has defined, the test writes the file instead:
//
//	go test ./policies -run TestMatrix -authztest.update
func Matrix(t testing.TB, az *authz.Authorizer, actors []Named, actions []string, resources []Named) {
	t.Helper()
	if az == nil {
		t.Fatal("authztest: the Authorizer is nil")
	}
	if len(actors) == 0 || len(actions) == 0 || len(resources) == 0 {
		t.Fatal("authztest: the matrix has no actors, no actions or no resources")
	}
	checkNames(t, "actors", actors)
	checkNames(t, "resources", resources)
	got := table(t, az, actors, actions, resources)
	name := filepath.Join("testdata", strings.ReplaceAll(t.Name(), "/", "_")+".golden")
	if updating() {
		err := os.MkdirAll(filepath.Dir(name), 0o777)
		if err == nil {
			err = os.WriteFile(name, []byte(got), 0o666)
		}
		if err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		t.Errorf("%s does not exist (run the test with -authztest.update to write it)\n%s", name, got)
	case err != nil:
		t.Fatal(err)
	case got != strings.ReplaceAll(string(want), "\r\n", "\n"):
		t.Errorf("%s differs (if the change is intended, run the test with -authztest.update)\n%s%s", name, changes(string(want), got), diff(string(want), got))
	}
}

// table returns the matrix as text: a block for each resource, a line for each action and
// each field, and a column for each actor.
func table(t testing.TB, az *authz.Authorizer, actors []Named, actions []string, resources []Named) string {
	t.Helper()
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	line := func(first string, rest []string) {
		w.Write([]byte(first + "\t" + strings.Join(rest, "\t") + "\n"))
	}
	names := make([]string, len(actors))
	for i, a := range actors {
		names[i] = a.label()
	}
	line("", names)
	for _, resource := range resources {
		line(resource.label(), make([]string, len(actors)))
		for _, action := range actions {
			fields := append([]string{""}, resource.fieldsFor(action)...)
			rows := make(map[string][]string, len(fields))
			for _, a := range actors {
				resource.questions(a.value, action, func(field string, q question) {
					answer, _, err := ask(t.Context(), az, q)
					if answer == "undecided" {
						t.Logf("%s, %q, %s: %v", a.name, strings.TrimSpace(action+" "+field), resource.name, err)
					}
					rows[field] = append(rows[field], cells[answer])
				})
			}
			for _, field := range fields {
				if field == "" {
					line("  "+action, rows[field])
				} else {
					line("    "+field, rows[field])
				}
			}
		}
	}
	w.Flush()
	var trimmed strings.Builder
	trimmed.WriteString(legend)
	for l := range strings.Lines(b.String()) {
		trimmed.WriteString(strings.TrimRight(l, " \n") + "\n")
	}
	return trimmed.String()
}

// diff returns the lines that differ between two tables, with "-" before those of want and
// "+" before those of got. It also returns the first two lines, and those that are not
// indented, which say what the cells are about.
func diff(want, got string) string {
	a, b := strings.Split(strings.TrimSuffix(want, "\n"), "\n"), strings.Split(strings.TrimSuffix(got, "\n"), "\n")
	// longest[i][j] is the length of the longest common subsequence of a[i:] and b[j:].
	longest := make([][]int, len(a)+1)
	for i := range longest {
		longest[i] = make([]int, len(b)+1)
	}
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if a[i] == b[j] {
				longest[i][j] = longest[i+1][j+1] + 1
			} else {
				longest[i][j] = max(longest[i+1][j], longest[i][j+1])
			}
		}
	}
	var out strings.Builder
	for i, j := 0, 0; i < len(a) || j < len(b); {
		switch {
		case i < len(a) && j < len(b) && a[i] == b[j]:
			if i < 2 || !strings.HasPrefix(a[i], "  ") {
				out.WriteString("  " + a[i] + "\n")
			}
			i++
			j++
		case j == len(b) || i < len(a) && longest[i+1][j] >= longest[i][j+1]:
			out.WriteString("- " + a[i] + "\n")
			i++
		default:
			out.WriteString("+ " + b[j] + "\n")
			j++
		}
	}
	return out.String()
}
