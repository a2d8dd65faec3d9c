package difftest

// This file compares which texts the engines accept as policies. Generated policies
// with a few changed tokens must load in both engines, or fail in both for a reason
// that both give.

import (
	"context"
	"errors"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/ursa-authz/ursa/authz/polar"
	"github.com/ursa-authz/ursa/authz/polar/syntax"
	"github.com/ursa-authz/ursa/internal/untyped"
)

// token splits a policy into tokens: names, numbers, strings, white space, operators
// of two characters, and other single characters.
var token = regexp.MustCompile(`[A-Za-z_][A-Za-z0-9_]*|[0-9]+(?:\.[0-9]+)?|"[^"\n]*"|\s+|==|!=|<=|>=|:=|\?=|.`)

// vocabulary is the tokens to insert.
var vocabulary = []string{"(", ")", "[", "]", "{", "}", ",", ";", ":", "*", ".", "=", ":=", "==", "<", "+", "-", "/", "?=", "?", "|", "!",
	"if", "and", "or", "not", "in", "matches", "cut", "forall", "new", "type", "print", "debug", "mod", "rem", "isa", "true", "inf", "nan",
	"v1", "_", "x::y", "Integer", "User", "Nope", "1", "1.5", "1e5", "1e", "0x1", "9223372036854775808", `"a"`, `"\n"`, `"`, "#", "\n", " ", "é",
	"actor", "resource", "on", "p1", "p9", "allow"}

// mutate changes up to three tokens of a text. In half of the cases it replaces names
// by names and strings by strings, which keeps the text grammatical.
func mutate(r *rand.Rand, text string) string {
	if r.IntN(8) == 0 { // a line fewer
		lines := strings.SplitAfter(text, "\n")
		i := r.IntN(len(lines))
		return strings.Join(slices.Delete(lines, i, i+1), "")
	}
	tokens := token.FindAllString(text, -1)
	gentle := r.IntN(2) == 0
	for range 1 + r.IntN(3) {
		i, j := r.IntN(len(tokens)), r.IntN(len(tokens))
		if gentle {
			for range 100 {
				if i != j && sort(tokens[i]) == sort(tokens[j]) {
					break
				}
				i, j = r.IntN(len(tokens)), r.IntN(len(tokens))
			}
			tokens[i] = tokens[j]
			continue
		}
		switch r.IntN(5) {
		case 0:
			tokens = slices.Delete(tokens, i, i+1)
		case 1:
			tokens = slices.Insert(tokens, i, tokens[i])
		case 2:
			tokens[i], tokens[j] = tokens[j], tokens[i]
		case 3:
			tokens[i] = vocabulary[r.IntN(len(vocabulary))]
		case 4:
			tokens = slices.Insert(tokens, i, vocabulary[r.IntN(len(vocabulary))])
		}
		if len(tokens) == 0 {
			break
		}
	}
	return strings.Join(tokens, "")
}

// sort distinguishes names, strings and other tokens by the first letter.
func sort(token string) byte {
	switch c := token[0]; {
	case c == '_' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z':
		return 'a'
	default:
		return c
	}
}

func TestMutatedPolicies(t *testing.T) {
	oracle := new(Oracle)
	defer oracle.Close()
	s := seed(t)
	counts := make(map[string]int)
	want := pairs(t) / 4
	for n := range want {
		g := NewGenerator(s, uint64(n))
		policy := g.Program(1).Policy()
		if len(policy) == 0 {
			continue
		}
		policy = mutate(g.r, policy)
		answers, err := oracle.Ask(policy, []string{"1 = 1"})
		if err != nil {
			t.Fatal(err)
		}
		original := answers[0]
		if !original.Verdict.Comparable() {
			continue
		}
		_, _, err = polar.Load(untyped.Context(context.Background()), Input(policy))
		if err == nil && !original.Load {
			counts["loaded"]++
			continue
		}
		ours := verdicts(err)
		if original.Load && slices.Contains(ours, original.Verdict) {
			counts[string(original.Verdict)]++
			continue
		}
		if intended(policy, original, err) != "" {
			counts["on purpose"]++
			continue
		}
		t.Errorf("the engines differ:\n%s\noriginal: %v\nours:     %v", policy, original, err)
		if counts["different"]++; counts["different"] == 10 {
			break
		}
	}
	t.Log(counts)
	for _, verdict := range []Verdict{VerdictParse, VerdictSingleton, "loaded"} {
		if counts[string(verdict)]*50 < want {
			t.Errorf("only %d of %d policies end as %q", counts[string(verdict)], want, verdict)
		}
	}
}

// verdicts returns package polar's verdicts on a policy: the kinds of all errors.
func verdicts(err error) []Verdict {
	var list syntax.ErrorList
	if !errors.As(err, &list) {
		if err != nil {
			return []Verdict{VerdictHost}
		}
		return nil
	}
	var vs []Verdict
	for _, d := range list {
		vs = append(vs, ourVerdict(syntax.ErrorList{d}))
	}
	return vs
}

// loadExceptions are the intended differences in loading.
var loadExceptions = []struct {
	reason  string
	applies func(policy string, original Answer, ours []syntax.Diagnostic) bool
}{
	{"a goal that can only fail when it is reached is rejected at load", func(_ string, original Answer, ours []syntax.Diagnostic) bool {
		late := []syntax.Code{"assignment", "keyword-arguments", "unknown-class"}
		return !original.Load && !slices.ContainsFunc(ours, func(d syntax.Diagnostic) bool { return !slices.Contains(late, d.Code) })
	}},
	{"prefix forms with operands that the infix forms do not allow are rejected at load", func(policy string, original Answer, ours []syntax.Diagnostic) bool {
		return !original.Load && prefixForm.MatchString(policy) && slices.ContainsFunc(ours, func(d syntax.Diagnostic) bool {
			return d.Code == "prefix-form" || d.Code == "wrong-value-type"
		})
	}},
	{"a variable is not used because a class has its name", func(policy string, _ Answer, ours []syntax.Diagnostic) bool {
		return ours[0].Code == "singleton-variable" &&
			regexp.MustCompile(`(?::|\bmatches)\s*`+regexp.QuoteMeta(marked(ours[0]))+`\b`).MatchString(policy)
	}},
	{"a parameter with the name of a class is that class, not an instance", func(policy string, original Answer, ours []syntax.Diagnostic) bool {
		return !original.Load && (ours[0].Code == "invalid-rule" || ours[0].Code == "missing-rule") && classAsVariable.MatchString(policy)
	}},
	{"an invalid shorthand for a relation is an error in the block, not only in the rule made from it", func(_ string, original Answer, ours []syntax.Diagnostic) bool {
		return original.Verdict == VerdictRuleType && ours[0].Code == "invalid-block"
	}},
	{"arithmetic on a list, a dictionary or a pattern in a list pattern, which can only fail, does not parse", func(_ string, _ Answer, ours []syntax.Diagnostic) bool {
		d := ours[0]
		before := strings.TrimRight(string([]rune(d.Line)[:d.Pos.Col-1]), " ")
		return d.Code == syntax.CodeUnrecognizedToken && strings.Contains("+-*/", marked(d)) &&
			(strings.HasSuffix(before, "]") || strings.HasSuffix(before, "}"))
	}},
	{"keyword arguments of a rule in an inline query are rejected before it is run", func(_ string, original Answer, ours []syntax.Diagnostic) bool {
		return original.Verdict == VerdictHost && ours[0].Code == "keyword-arguments"
	}},
}

var (
	prefixForm      = regexp.MustCompile(`(?:\bin|\bnew|\.)\s*\(`)
	classAsVariable = regexp.MustCompile(`[(,]\s*(?:User|Org|Repo|Role|Actor|Resource|Integer|String|Boolean|List|Dictionary|Float|[A-Z]+)\s*:`)
)

// marked returns the text that a diagnostic is about.
func marked(d syntax.Diagnostic) string {
	line := []rune(d.Line)
	if d.Pos.Line != d.End.Line || int(d.End.Col) > len(line)+1 {
		return d.Line
	}
	return string(line[d.Pos.Col-1 : d.End.Col-1])
}

// intended returns the reason for an intended difference in loading.
func intended(policy string, original Answer, err error) string {
	var list syntax.ErrorList
	if errors.As(err, &list) {
		for _, e := range loadExceptions {
			if e.applies(policy, original, list) {
				return e.reason
			}
		}
	}
	return ""
}

// TestLoadExceptions tests each of the exceptions.
func TestLoadExceptions(t *testing.T) {
	oracle := new(Oracle)
	defer oracle.Close()
	for i, policy := range []string{
		"p(_) if TEN := 1;",
		"p(_) if in(1 = 2, [1]);",
		"p(x: v1) if x = v1;",
		`actor User {} resource Org { roles = ["a"]; } has_role(User: User, "a", _: Org);`,
		`actor User {} resource Org { roles = ["a"]; relations = { r: Org }; "r" if "a"; } has_role(_: User, "a", _: Org); has_relation(_: Org, "r", _: Org);`,
		"p(x) if x matches [[1] * 2];",
		"p(_: Integer); ?= p(_x: 2);",
	} {
		answers, err := oracle.Ask(policy, []string{"1 = 1"})
		if err != nil {
			t.Fatal(err)
		}
		_, _, err = polar.Load(untyped.Context(context.Background()), Input(policy))
		if got, want := intended(policy, answers[0], err), loadExceptions[i].reason; got != want {
			t.Errorf("%s\noriginal: %v\nours: %v\ndiffer because %q; want because %q", policy, answers[0], err, got, want)
		}
	}
}

// TestEmptyPolicyIsAnError tests an exception that the other tests avoid by allowing
// empty policies: the original loads one.
func TestEmptyPolicyIsAnError(t *testing.T) {
	oracle := new(Oracle)
	defer oracle.Close()
	for _, policy := range []string{"", "# nothing", "type f(x: Integer);", "?= 1 = 1;"} {
		answers, err := oracle.Ask(policy, []string{"1 = 1"})
		if err != nil || answers[0].Load {
			t.Errorf("%q: the original answers %v, %v", policy, answers, err)
		}
		in := Input(policy)
		in.AllowEmpty = false
		if _, diags, err := polar.Load(t.Context(), in); err == nil || diags[0].Code != polar.CodeNoRules {
			t.Errorf("%q: %v", policy, err)
		}
	}
}
