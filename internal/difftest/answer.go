package difftest

// This file defines Answer, an engine's result for one query in a form that can be
// compared, and the classes of errors.

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
)

// A Verdict classifies how a query, or a load, ended.
type Verdict string

// The verdicts. The first is not an error. Those from VerdictTimeout on say nothing
// about the policy and are not compared.
const (
	VerdictDone        Verdict = ""            // all solutions were delivered
	VerdictParse       Verdict = "parse"       // the text is not a policy or query
	VerdictSingleton   Verdict = "singleton"   // a variable occurs once
	VerdictUndefined   Verdict = "undefined"   // a call of a rule that does not exist
	VerdictRuleType    Verdict = "rule type"   // a rule does not fit its type, a required rule is missing
	VerdictBlock       Verdict = "block"       // an actor or resource block is invalid
	VerdictClass       Verdict = "class"       // a class that is not registered
	VerdictInline      Verdict = "inline"      // an inline query has no solution
	VerdictType        Verdict = "type"        // an operand or goal of the wrong kind
	VerdictArithmetic  Verdict = "arithmetic"  // overflow, division by zero
	VerdictAttribute   Verdict = "attribute"   // an attribute or method that does not exist
	VerdictUnbound     Verdict = "unbound"     // a solution leaves a test undecided
	VerdictHost        Verdict = "host"        // another error of the host
	VerdictLimit       Verdict = "limit"       // timeout, stack overflow, too many solutions
	VerdictAborted     Verdict = "aborted"     // the worker died
	VerdictPanic       Verdict = "panic"       // Go code of the engine panicked
	VerdictBroken      Verdict = "broken"      // an error that the original's own invariants exclude
	VerdictUndecodable Verdict = "undecodable" // the result has no representation in Go (inf, nan, an open list)
)

// Comparable reports whether v says something about the policy.
func (v Verdict) Comparable() bool {
	switch v {
	case VerdictLimit, VerdictAborted, VerdictPanic, VerdictBroken, VerdictUndecodable:
		return false
	}
	return true
}

// An Answer is an engine's complete result for one query.
type Answer struct {
	Load      bool     `json:"load,omitempty"`      // the policy was not loaded; Verdict gives the reason
	Solutions []string `json:"solutions,omitempty"` // in order, each in the form of FormatBindings
	Verdict   Verdict  `json:"verdict,omitempty"`   // how the solutions ended
	Detail    string   `json:"detail,omitempty"`    // the engine's own text, not compared
}

// String prints the answer for a report.
func (a Answer) String() string {
	var b strings.Builder
	if a.Load {
		b.WriteString("not loaded: ")
	} else {
		b.WriteString(strings.Join(a.Solutions, " ; "))
		if len(a.Solutions) == 0 {
			b.WriteString("no solution")
		}
	}
	if a.Verdict != VerdictDone {
		fmt.Fprintf(&b, " error %s (%s)", a.Verdict, a.Detail)
	}
	return b.String()
}

// Equal reports whether a and b are the same answer. With sorted, the order of the
// solutions does not matter.
func (a Answer) Equal(b Answer, sorted bool) bool {
	if a.Load != b.Load || a.Verdict != b.Verdict {
		return false
	}
	if sorted {
		return slices.Equal(slices.Sorted(slices.Values(a.Solutions)), slices.Sorted(slices.Values(b.Solutions)))
	}
	return slices.Equal(a.Solutions, b.Solutions)
}

// An Unbound stands for a variable without a value in a solution.
type Unbound struct{}

// FormatBindings prints one solution: the bound variables by name. The form does not
// show which variables an unbound one is aliased to, and an unbound variable looks
// like one that is not in the solution.
func FormatBindings(m map[string]any) string {
	var b strings.Builder
	b.WriteByte('{')
	for _, name := range slices.Sorted(maps.Keys(m)) {
		if _, free := m[name].(Unbound); free {
			continue
		}
		if b.Len() > 1 {
			b.WriteString(", ")
		}
		b.WriteString(name)
		b.WriteString(": ")
		formatValue(&b, m[name])
	}
	b.WriteByte('}')
	return b.String()
}

func formatValue(b *strings.Builder, v any) {
	switch v := v.(type) {
	case nil:
		b.WriteString("nil")
	case Unbound:
		b.WriteString("_")
	case bool:
		b.WriteString(strconv.FormatBool(v))
	case int:
		b.WriteString(strconv.Itoa(v))
	case int64:
		b.WriteString(strconv.FormatInt(v, 10))
	case float64:
		if v == math.Trunc(v) && math.Abs(v) < 1e15 {
			fmt.Fprintf(b, "%.1f", v+0) // -0.0 and 0.0 are one value
		} else {
			b.WriteString(strconv.FormatFloat(v, 'g', -1, 64))
		}
	case string:
		b.WriteString(strconv.Quote(v))
	case []any:
		formatList(b, v)
	case []string:
		formatList(b, v)
	case []int:
		formatList(b, v)
	case []*Role:
		formatList(b, v)
	case map[string]any:
		b.WriteByte('{')
		for i, key := range slices.Sorted(maps.Keys(v)) {
			if i > 0 {
				b.WriteString(", ")
			}
			b.WriteString(key)
			b.WriteString(": ")
			formatValue(b, v[key])
		}
		b.WriteByte('}')
	case User:
		fmt.Fprintf(b, "User(%d)", v.ID)
	case Org:
		fmt.Fprintf(b, "Org(%d)", v.ID)
	case Repo:
		fmt.Fprintf(b, "Repo(%d)", v.ID)
	case Role:
		fmt.Fprintf(b, "Role(%d)", v.ID)
	case *User:
		formatPointer(b, v)
	case *Org:
		formatPointer(b, v)
	case *Repo:
		formatPointer(b, v)
	case *Role:
		formatPointer(b, v)
	default:
		fmt.Fprintf(b, "%T", v)
	}
}

func formatList[T any](b *strings.Builder, list []T) {
	b.WriteByte('[')
	for i, e := range list {
		if i > 0 {
			b.WriteString(", ")
		}
		formatValue(b, e)
	}
	b.WriteByte(']')
}

func formatPointer[T any](b *strings.Builder, p *T) {
	if p == nil {
		b.WriteString("nil")
		return
	}
	formatValue(b, *p)
}
