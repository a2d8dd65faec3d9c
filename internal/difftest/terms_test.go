package difftest

// This file compares operators on random ground terms. Unlike the programs of the
// main test, the terms are of any two kinds. Where the engines differ on purpose, the
// expected answer of package polar follows from the kinds and from the original's
// answer about =, on which both agree.

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// A term is a ground term with the properties that determine the results of
// operators.
type term struct {
	text string
	kind string // "number", "string", "boolean", "list", "dictionary", "nil", "instance"
}

var scalar = rapid.OneOf(
	rapid.Custom(func(t *rapid.T) term {
		return term{rapid.SampledFrom([]string{"0", "1", "-1", "2", "9007199254740993", "9223372036854775807", "0.0", "-0.0", "1.0",
			"0.5", "1e3", "1000", "9007199254740992.0", "-1.5"}).Draw(t, "number"), "number"}
	}),
	rapid.Custom(func(t *rapid.T) term {
		return term{rapid.SampledFrom([]string{`""`, `"a"`, `"ab"`, `"b"`, `"é"`, `"1"`, `"true"`, `"A"`}).Draw(t, "string"), "string"}
	}),
	rapid.Custom(func(t *rapid.T) term {
		return term{rapid.SampledFrom([]string{"true", "false"}).Draw(t, "boolean"), "boolean"}
	}),
	rapid.Just(term{"nil", "nil"}),
	rapid.Custom(func(t *rapid.T) term {
		return term{rapid.SampledFrom([]string{"ALICE", "BOB", "ACME", "ALICE.Boss", "R1"}).Draw(t, "instance"), "instance"}
	}),
)

// terms generates terms nested up to a depth.
func terms(depth int) *rapid.Generator[term] {
	if depth == 0 {
		return scalar
	}
	inner := terms(depth - 1)
	list := rapid.Custom(func(t *rapid.T) term {
		var parts []string
		for _, e := range rapid.SliceOfN(inner, 0, 3).Draw(t, "list") {
			parts = append(parts, e.text)
		}
		return term{"[" + strings.Join(parts, ", ") + "]", "list"}
	})
	dict := rapid.Custom(func(t *rapid.T) term {
		var parts []string
		for _, key := range []string{"a", "b", "c"} {
			if rapid.Bool().Draw(t, key) {
				parts = append(parts, key+": "+inner.Draw(t, "value").text)
			}
		}
		return term{"{" + strings.Join(parts, ", ") + "}", "dictionary"}
	})
	return rapid.OneOf(scalar, scalar, list, dict)
}

func TestOperatorsOnTerms(t *testing.T) {
	oracle := new(Oracle)
	defer oracle.Close()
	rapid.Check(t, func(t *rapid.T) {
		a := terms(2).Draw(t, "a")
		b := terms(2).Draw(t, "b")
		if rapid.IntRange(0, 2).Draw(t, "equal") == 0 {
			b = a
		}
		ops := []string{"=", "==", "!=", "<", "<=", ">", ">=", "in", "+", "-", "*", "/", "mod", "rem"}
		queries := make([]string, len(ops))
		for i, op := range ops {
			switch {
			case i < 8:
				queries[i] = a.text + " " + op + " " + b.text
			default:
				queries[i] = "x = " + a.text + " " + op + " " + b.text
			}
		}
		original, err := oracle.Ask("", queries)
		if err != nil {
			t.Fatal(err)
		}
		ours := Ours{}.Ask("", queries)
		for i, op := range ops {
			if !original[i].Verdict.Comparable() {
				continue
			}
			if op == "mod" && (len(a.text) > 15 || len(b.text) > 15) {
				continue // the original adds the divisor in between, and overflows or rounds
			}
			want := wantTerms(op, a, b, original[i], short(original[0]) == "{}")
			if got := short(ours[i]); got != want {
				t.Errorf("%s: ours %v; want %s; original %v", queries[i], ours[i], want, original[i])
			}
		}
	})
}

// wantTerms returns the expected answer to "a op b", given the original's answer to
// it, and whether a = b.
func wantTerms(op string, a, b term, original Answer, equal bool) string {
	has := func(kind string) bool { return a.kind == kind || b.kind == kind }
	truth := func(holds bool) string {
		if holds {
			return "{}"
		}
		return "no"
	}
	switch op {
	case "==":
		return truth(equal) // == is =
	case "!=":
		return truth(!equal)
	case "<", "<=", ">", ">=":
		switch {
		case has("nil"):
			return "no" // nothing is ordered with nil
		case has("instance") || has("boolean") && has("number"):
			return "no error type"
		}
	case "in":
		switch {
		case b.kind == "nil":
			return "no"
		case b.kind == "instance" || b.kind == "string":
			return "no error type"
		}
	case "+", "-", "*", "/", "mod", "rem":
		if has("nil") {
			return "no"
		}
	}
	return short(original)
}
