package difftest

import (
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestShrink shrinks generated programs to the parts that an artificial difference
// needs.
func TestShrink(t *testing.T) {
	found := 0
	for n := range uint64(300) {
		p := NewGenerator(1, n).Program(1)
		differs := func(p *Program) bool {
			return strings.Contains(p.Policy(), "not ") && strings.Contains(p.Policy(), "p2(")
		}
		if !differs(p) {
			continue
		}
		found++
		small := Shrink(p, differs)
		if !differs(small) {
			t.Fatalf("program %d shrinks to one that does not differ:\n%s", n, small.Policy())
		}
		if len(small.Rules) > 2 || len(small.Policy()) > 120 || small.Queries[0].String() != "true" {
			t.Errorf("program %d shrinks no further than\n%s?= %s", n, small.Policy(), small.Queries[0])
		}
	}
	if found < 10 {
		t.Errorf("only %d programs to shrink", found)
	}
}

// TestGeneratorIsSeeded: a seed and a number identify one program, in every run.
func TestGeneratorIsSeeded(t *testing.T) {
	for n := range uint64(200) {
		a, b := NewGenerator(7, n).Program(5), NewGenerator(7, n).Program(5)
		if a.Policy() != b.Policy() || strings.Join(a.QueryTexts(), ";") != strings.Join(b.QueryTexts(), ";") {
			t.Fatalf("program %d differs from itself", n)
		}
	}
}

// TestOracleSurvives: if a query kills the worker, only its answer is lost.
func TestOracleSurvives(t *testing.T) {
	oracle := new(Oracle)
	defer oracle.Close()
	// An error after multi-byte letters makes the original abort.
	fatal := `x = "ééééé" and y = $`
	answers, err := oracle.Ask("f(1);", []string{"f(x)", fatal, "f(1)", fatal, "f(2)"})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"{x: 1}", "no error aborted", "{}", "no error aborted", "no"}
	for i, a := range answers {
		if got := short(a); got != want[i] {
			t.Errorf("answer %d: %s; want %s", i, got, want[i])
		}
	}
	if oracle.Restarts != 2 {
		t.Errorf("%d workers died; want 2", oracle.Restarts)
	}
}

// TestOracleEndsASilentWorker: its queries get no verdict, and the next worker
// answers.
func TestOracleEndsASilentWorker(t *testing.T) {
	oracle := &Oracle{Timeout: 50 * time.Millisecond}
	defer oracle.Close()
	if err := oracle.ensure(); err != nil {
		t.Fatal(err)
	}
	if err := oracle.cmd.Process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	answers, err := oracle.Ask("f(1);", []string{"f(1)"})
	if err != nil {
		t.Fatal(err)
	}
	if got := short(answers[0]); got != "no error aborted" {
		t.Errorf("a stopped worker: %s", got)
	}
	oracle.Timeout = 0
	answers, err = oracle.Ask("f(1);", []string{"f(1)"})
	if err != nil {
		t.Fatal(err)
	}
	if got := short(answers[0]); got != "{}" || oracle.Restarts != 1 {
		t.Errorf("the next worker: %s, after %d deaths", got, oracle.Restarts)
	}
}
