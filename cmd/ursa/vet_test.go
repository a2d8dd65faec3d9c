package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// buildTool builds the command, which go vet runs.
func buildTool(t *testing.T) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "ursa")
	command := exec.Command("go", "build", "-o", name, ".")
	command.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := command.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return name
}

var want = regexp.MustCompile("// want( -1)? `([^`]*)`")

// TestVet runs the analyzer over three programs in different styles. A comment "// want" with a
// regular expression says what is reported about its line, or the line above.
func TestVet(t *testing.T) {
	if testing.Short() {
		t.Skip("builds three programs")
	}
	tool := buildTool(t)
	programs, err := filepath.Glob("testdata/vet/*/go.mod")
	if err != nil || len(programs) != 3 {
		t.Fatalf("%d programs, %v", len(programs), err)
	}
	for _, program := range programs {
		dir := filepath.Dir(program)
		t.Run(filepath.Base(dir), func(t *testing.T) {
			command := exec.Command(tool, "vet", "-format", "json", "./...")
			command.Dir = dir
			var stdout, stderr bytes.Buffer
			command.Stdout, command.Stderr = &stdout, &stderr
			if err := command.Run(); command.ProcessState.ExitCode() != exitFound {
				t.Fatalf("%v: %s", err, stderr.String())
			}
			var got report
			if err := json.Unmarshal(stdout.Bytes(), &got); err != nil {
				t.Fatal(err)
			}
			wants := readWants(t, dir)
			for _, f := range got.Findings {
				at := fmt.Sprintf("%s:%d", filepath.ToSlash(f.File), f.Line)
				list := wants[at]
				found := false
				for i, re := range list {
					if re.MatchString(f.Message) {
						wants[at], found = append(list[:i:i], list[i+1:]...), true
						break
					}
				}
				if !found {
					t.Errorf("%s: unexpected: %s [%s]", at, f.Message, f.Code)
				}
			}
			for at, list := range wants {
				for _, re := range list {
					t.Errorf("%s: not reported: %s", at, re)
				}
			}
		})
	}
}

// readWants reads the expectations in the Go files below a folder.
func readWants(t *testing.T, dir string) map[string][]*regexp.Regexp {
	wants := map[string][]*regexp.Regexp{}
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".go" {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		n := 0
		for line := range strings.Lines(string(text)) {
			n++
			for _, m := range want.FindAllStringSubmatch(line, -1) {
				at := n
				if m[1] != "" {
					at--
				}
				key := filepath.ToSlash(rel) + ":" + strconv.Itoa(at)
				wants[key] = append(wants[key], regexp.MustCompile(m[2]))
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return wants
}

// TestVetTool: the command go runs the program as its tool.
func TestVetTool(t *testing.T) {
	if testing.Short() {
		t.Skip("builds a program")
	}
	tool := buildTool(t)
	command := exec.Command("go", "vet", "-vettool="+tool, "./...")
	command.Dir = "testdata/vet/ginapp"
	out, err := command.CombinedOutput()
	if err == nil || !strings.Contains(string(out), `posts.go:71:68: no policy knows the action "update"`) {
		t.Errorf("%v\n%s", err, out)
	}
}

func TestReadVetted(t *testing.T) {
	got, err := readVetted([]byte("# p\n{\"p\": {\"ursa\": [{\"posn\": \"/x/a.go:3:4\", \"end\": \"/x/a.go:3:9\", \"message\": \"m\", \"category\": \"c\"}]}}\n# p [p.test]\n" +
		"{\"p [p.test]\": {\"ursa\": [{\"posn\": \"/x/a.go:3:4\", \"end\": \"/x/a.go:3:9\", \"message\": \"m\", \"category\": \"c\"}]}}\n"))
	if err != nil || len(got) != 1 || got[0].File != "/x/a.go" || got[0].Line != 3 || got[0].Col != 4 || got[0].EndCol != 9 {
		t.Errorf("%+v, %v", got, err)
	}
	for _, out := range []string{`{"p": {"ursa": {"error": "broken"}}}`, `{"p":`, `[]`} {
		if _, err := readVetted([]byte(out)); err == nil {
			t.Errorf("%s: no error", out)
		}
	}
	if got, err := readVetted(nil); err != nil || len(got) != 0 {
		t.Errorf("%v, %v", got, err)
	}
}
