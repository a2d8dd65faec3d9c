package benchmarks

// This file measures the classic benchmark of Prolog: reversing a list of 30 elements naively,
// which takes 496 calls.

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/ursa-authz/ursa/authz"
)

const nrevPolicy = `
nrev([], []);
nrev([first, *rest], reversed) if nrev(rest, others) and app(others, [first], reversed);
app([], list, list);
app([first, *rest], list, [first, *joined]) if app(rest, list, joined);
`

// nrevProlog prints the nanoseconds that one of 20,000 takes.
const nrevProlog = `
nrev([], []).
nrev([First|Rest], Reversed) :- nrev(Rest, Others), app(Others, [First], Reversed).
app([], List, List).
app([First|Rest], List, [First|Joined]) :- app(Rest, List, Joined).

main :-
    numlist(1, 30, List),
    statistics(cputime, Begin),
    forall(between(1, 20000, _), nrev(List, _)),
    statistics(cputime, End),
    Ns is (End - Begin) * 1.0e9 / 20000,
    print(Ns), nl.
`

// nrev returns a function that reverses the numbers from 1 to 30, and returns the last element of
// the result.
func nrev(tb testing.TB) func() any {
	az, err := authz.New(authz.Config{Policies: authz.String("nrev.polar", nrevPolicy), AllowEmpty: true})
	if err != nil {
		tb.Fatal(err)
	}
	list := make([]any, 30)
	for i := range list {
		list[i] = i + 1
	}
	return func() any {
		for b, err := range az.Query(context.Background(), "nrev", list, authz.Var("reversed")) {
			if err != nil {
				tb.Fatal(err)
			}
			got := b["reversed"].([]any)
			return got[len(got)-1]
		}
		return nil
	}
}

func TestNrev(t *testing.T) {
	if got := nrev(t)(); got != 1 && got != int64(1) {
		t.Errorf("the last element is %v", got)
	}
}

// BenchmarkNrev measures it, and SWI-Prolog with optimization if swipl is installed.
func BenchmarkNrev(b *testing.B) {
	b.Run("by=ursa", func(b *testing.B) {
		reverse := nrev(b)
		b.ReportAllocs()
		for b.Loop() {
			reverse()
		}
	})
	b.Run("by=swipl", func(b *testing.B) {
		if _, err := exec.LookPath("swipl"); err != nil {
			b.Skip("swipl is not installed")
		}
		file := filepath.Join(b.TempDir(), "nrev.pl")
		if err := os.WriteFile(file, []byte(nrevProlog), 0o600); err != nil {
			b.Fatal(err)
		}
		var ns float64
		for b.Loop() {
			out, err := exec.Command("swipl", "-O", "-g", "main", "-t", "halt", file).Output()
			if err != nil {
				b.Fatal(err)
			}
			if ns, err = strconv.ParseFloat(strings.TrimSpace(string(out)), 64); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(ns, "one-ns")
	})
}
