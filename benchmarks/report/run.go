package main

// This file defines runner, which runs benchmarks and describes the machine.

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/ursa-authz/ursa/benchmarks"
)

// A runner runs the benchmarks of the current directory.
type runner struct {
	bench     string
	count     int
	benchtime string
	shapes    int    // files among which BenchmarkShapes lists; 0 to leave it out
	plans     string // the file for its plans
}

// run writes the measurements in the format of Go's benchmarks, after a head that
// describes the machine and the versions.
func (r runner) run(w io.Writer) error {
	dir, err := os.MkdirTemp("", "ursa-benchmarks")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	binary := filepath.Join(dir, "benchmarks.test")
	if out, err := exec.Command("go", "test", "-c", "-o", binary, ".").CombinedOutput(); err != nil {
		return fmt.Errorf("go test -c: %w\n%s", err, out)
	}
	r.head(w)
	for i := range r.count {
		begin := time.Now()
		cmd := exec.Command(binary, "-test.run=^$", "-test.timeout=0", "-test.bench="+r.bench, "-test.skip=^BenchmarkShapes$", "-test.benchtime="+r.benchtime)
		if err := r.copyOutput(w, cmd); err != nil {
			return fmt.Errorf("round %d: %w", i+1, err)
		}
		fmt.Fprintf(os.Stderr, "round %d of %d took %s\n", i+1, r.count, time.Since(begin).Round(time.Second))
	}
	return r.runShapes(w, binary)
}

// runShapes runs BenchmarkShapes once, if it is among the benchmarks: it takes the best of its
// rounds by itself, since making its tables takes minutes.
func (r runner) runShapes(w io.Writer, binary string) error {
	first, _, _ := strings.Cut(r.bench, "/")
	if found, err := regexp.MatchString(first, "BenchmarkShapes"); !found || err != nil || r.shapes == 0 {
		return err
	}
	fmt.Fprintf(w, "files: %d\n", r.shapes)
	cmd := exec.Command(binary, "-test.run=^$", "-test.timeout=0", "-test.bench=^BenchmarkShapes$", "-test.benchtime=5x")
	cmd.Env = append(os.Environ(), fmt.Sprintf("URSA_SHAPES=%d", r.shapes), "URSA_SHAPE_PLANS="+r.plans)
	begin := time.Now()
	if err := r.copyOutput(w, cmd); err != nil {
		return fmt.Errorf("shapes of lists: %w", err)
	}
	fmt.Fprintf(os.Stderr, "the shapes of lists took %s\n", time.Since(begin).Round(time.Second))
	return nil
}

// copyOutput runs a command and writes its output when it has succeeded.
func (r runner) copyOutput(w io.Writer, cmd *exec.Cmd) error {
	var text bytes.Buffer
	cmd.Stdout = &text
	cmd.Stderr = os.Stderr
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%w\n%s", err, text.Bytes())
	}
	_, err := text.WriteTo(w)
	return err
}

// head writes lines of the benchmark format.
func (r runner) head(w io.Writer) {
	line := func(key, value string) {
		if value != "" {
			fmt.Fprintf(w, "%s: %s\n", key, value)
		}
	}
	line("date", time.Now().UTC().Format(time.DateOnly))
	line("rounds", fmt.Sprint(r.count))
	line("benchtime", r.benchtime)
	line("revision", output("git", "describe", "--always", "--dirty"))
	line("go-version", runtime.Version())
	line("processors", fmt.Sprint(runtime.NumCPU()))
	line("memory", firstMatch("/proc/meminfo", `MemTotal:\s*(\S+ \S+)`))
	line("kernel", output("uname", "-sr"))
	for _, m := range modules() {
		line("module-"+m.Path, m.Version)
	}
	for _, e := range benchmarks.Engines {
		line("engine-"+e.Name, e.Note)
	}
	for _, s := range benchmarks.Scenarios() {
		line("scenario-"+s.Name, s.About)
	}
}

// shown are the modules whose versions are reported: the other engines, and the
// modules between a list and its database.
var shown = []string{
	"github.com/cedar-policy/cedar-go", "github.com/casbin/casbin/v3", "github.com/open-policy-agent/opa",
	"github.com/osohq/go-oso", "gorm.io/gorm",
}

// modules returns the shown modules with which this program, and so the benchmarks,
// is built.
func modules() []*debug.Module {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return nil
	}
	return slices.DeleteFunc(info.Deps, func(m *debug.Module) bool { return !slices.Contains(shown, m.Path) })
}

// output returns the output of a command in one line, or "" if it fails.
func output(name string, args ...string) string {
	out, err := exec.Command(name, args...).Output()
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(out))
}

// firstMatch returns the first group of a pattern in a file, or "".
func firstMatch(file, pattern string) string {
	text, err := os.ReadFile(file)
	if err != nil {
		return ""
	}
	if m := regexp.MustCompile(pattern).FindSubmatch(text); m != nil {
		return string(m[1])
	}
	return ""
}
