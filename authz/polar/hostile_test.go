package polar

// This file tests that loading any policy takes time proportional to its size, and ends
// with its context. The tests measure time in checks of the context, which a load does
// after a number of units of work, so that they are deterministic.

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
)

type hostileDoc struct {
	ID                                 int `polar:",id"`
	A, B, C, D, E, F, G, H, I, J, K, L int
	Name                               string
}

type hostileUser struct {
	ID   int `polar:",id"`
	Name string
}

func hostileInput(text string) Input {
	doc, user := ClassOf[hostileDoc](), ClassOf[hostileUser]()
	doc.Name, user.Name = "D", "U"
	return Input{Sources: []Source{{"hostile.polar", text}}, Classes: []Class{doc, user}, AllowEmpty: true}
}

// list returns n formatted texts, joined. The format is given i and i+1.
func list(n int, sep, format string) string {
	parts := make([]string, n)
	for i := range parts {
		parts[i] = strings.NewReplacer("$i", strconv.Itoa(i), "$j", strconv.Itoa(i+1), "$r", strconv.Itoa(n-i-1)).Replace(format)
	}
	return strings.Join(parts, sep)
}

// hostilePolicies are policies that are made to be slow, by the thing that they have many of.
func hostilePolicies(n int) map[string]string {
	const asks = "allow(a, b, c) if has_permission(a, b, c);\n"
	binary := func(i int) string {
		var b strings.Builder
		fmt.Fprintf(&b, "allow(_: U, _, d: D) if d.id = %d", i)
		for k, field := range "abcdefghijkl" {
			fmt.Fprintf(&b, " and d.%c = %d", field, i>>k&1)
		}
		return b.String() + ";\n"
	}
	var fields strings.Builder
	for i := range n / 4 {
		fields.WriteString(binary(i))
	}
	return map[string]string{
		// Rules and what they call.
		"rules":             list(n, "", "allow(_: U, \"a$i\", _: D);\n"),
		"equal rules":       list(n, "", "allow(_: U, \"a\", _: D);\n"),
		"names of rules":    list(n, "", "p$i(_: U, \"a\", _: D) if p$j(1, 2, 3);\n") + fmt.Sprintf("p%d(1, 2, 3);", n),
		"specializers":      list(n, "", "allow(_: U{id: $i}, \"a\", _: D{a: $i});\n"),
		"open specializers": list(n, "", "allow(_: U{id: x}, \"a\", _: D{a: x});\n"),
		"indexed fields":    fields.String(),
		"inline queries":    list(n, "", "?= 1 = 1;\n"),
		"comments":          list(n, "", "# $i\n") + "f(1);",

		// One large rule.
		"conjunction":   "f(x) if x = 1" + list(n, "", " and $i = $i") + ";",
		"disjunction":   "f(x) if x = 1" + list(n, "", " or $i = $i") + ";",
		"variables":     "f(x) if x = v0" + list(n, "", " and v$i = v$j") + fmt.Sprintf(" and v%d = x;", n),
		"attributes":    "f(x: D) if x.a = 1" + list(n, "", " and x.a = x.b") + ";",
		"unknown types": "f(x) if x.a = 1" + list(n, "", " and x.k$i = 1") + ";",
		"methods":       "f(x: D) if x.name = \"a\"" + list(n, "", " and x.name.startswith(\"a\")") + ";",
		"parameters":    "f(" + list(n, ", ", "_v$i") + ");",
		"arguments":     "f(x) if g(x, " + list(n, ", ", "$i") + "); g(_, _);",
		"comparisons":   "f(x) if x = 1" + list(n, "", " and x < $i") + ";",
		"list":          "f([" + list(n, ", ", "$i") + "]);",
		"open list":     "f([x, x, " + list(n, ", ", "$i") + "]);",
		"dictionary":    "f({" + list(n, ", ", "k$r: $i") + "});",
		"long string":   "f(\"" + strings.Repeat("x", 20*n) + "\");",
		"long name":     "f(" + strings.Repeat("x", 20*n) + ");",

		// Depth.
		"parentheses":       list(n/300, "", "f(x) if "+strings.Repeat("(", 300)+"x = 1"+strings.Repeat(")", 300)+";\n"),
		"sums":              list(n/300, "", "f(x) if x = 1"+strings.Repeat(" + 1", 300)+";\n"),
		"negations":         "f(x) if " + strings.Repeat("not (x = 1 or ", 100) + list(n/4, " and ", "w$i = w$i") + strings.Repeat(")", 100) + ";",
		"deep negations":    "f(x) if " + strings.Repeat("not (x = 1 or ", 400) + list(20*n, " and ", "w$i = w$i") + strings.Repeat(")", 400) + ";",
		"nested patterns":   list(n/300, "", "f(_: "+strings.Repeat("{a: ", 300)+"1"+strings.Repeat("}", 300)+");\n"),
		"nested lists":      list(n/300, "", "f("+strings.Repeat("[", 300)+"x, x"+strings.Repeat("]", 300)+");\n"),
		"nested in a block": "resource D { " + list(n, "", "permissions = [\"a\"]; "),

		// Blocks.
		"shorthand rules":  "resource D { permissions = [" + list(n+1, ", ", `"p$i"`) + "];\n" + list(n, "", `"p$i" if "p$j"; `) + "}\n" + asks,
		"roles":            "resource D { roles = [" + list(n, ", ", `"p$i"`) + "]; }\nhas_role(_: U, _, _: D); actor U {}\n" + asks,
		"blocks":           list(n, "", "resource D { permissions = [\"p$i\"]; }\n"),
		"relations":        "resource D { relations = {" + list(n, ", ", "r$i: D") + "}; }\n" + list(n, "", "has_relation(x: D, \"r$i\", x: D);\n"),
		"wrong relations":  "resource D { relations = {" + list(n, ", ", "r$i: D") + "}; }\n" + list(n, "", "has_relation(_: D, \"s$i\", _: D);\n"),
		"undeclared names": "resource D { permissions = [" + list(n, ", ", `"perm$i"`) + "];\n" + list(n, "", `"prem$i" if "prem$j"; `) + "}\n" + asks,
		"unheard names":    "resource D { permissions = [" + list(n, ", ", `"perm$i"`) + "]; }\n" + asks + list(n, "", "allow(u, _, d: D) if has_permission(u, \"prem$i\", d);\n"),

		// Rule types.
		"types by text":       list(n, "", "type f(x: Integer, \"a$i\");\nf(_: Integer, \"a$r\");\n"),
		"types by number":     list(n, "", "type f($i);\nf($r.0);\n"),
		"types by field":      list(n, "", "type f(x: D{a: $i});\nf(_: D{a: $r});\n"),
		"types by entry":      list(n, "", "type f({a: $i});\nf({b: 1, a: $r});\n"),
		"types by element":    list(n, "", "type f([$i]);\nf([$r, 1]);\n"),
		"types by pattern":    list(n, "", "type f(x: [$i]);\nf(_: [$r]);\n"),
		"types that mismatch": list(n, "", "type f(x: Integer, \"a$i\");\nf(_: Integer, \"b$i\");\n"),
		"a type of a list":    "type f([" + list(n, ", ", "$i") + "]);\nf([" + list(n, ", ", "$r") + "]);",
		"a type of texts":     "type f(x: [" + list(n, ", ", "$i") + "]);\nf(_: [" + list(n, ", ", "$r") + "]);",
		"a type of fields":    "type f(x: {" + list(n, ", ", "k$i: $i") + "});\nf(_: {" + list(n, ", ", "k$i: $i") + "});",

		// Mistakes.
		"syntax errors":      list(n, "", "f(x) iff x;\n"),
		"singletons":         "f(x) if x = [" + list(n, ", ", "aVariableOfALongName$i") + "];",
		"undefined rules":    list(n, "", "rule_number_$i(1);\nf(1) if rul_number_x$i(1);\n"),
		"unknown attributes": list(n, "", "f(x: D) if x.nmae$i = 1;\n"),
		"unknown classes":    list(n, "", "f(_: Dok$i);\n"),
		"unknown keys":       "f(x) if x matches {" + list(n, ", ", "k$r: $i") + "};",
		"failing queries":    list(n, "", "?= 1 = 2;\n"),
		"ambiguities":        list(n, "", "f(x) if x = 1 or x = 2 and x < 3;\n"),
	}
}

// hostileSize returns n, or less under the race detector, which makes a load ten times
// slower and has nothing to find in one goroutine.
func hostileSize(n int) int {
	if withRace {
		return n / 5
	}
	return n
}

// A counted context counts its checks, and ends at one of them.
type counted struct {
	context.Context
	looks int
	end   int    // the check at which it ends; 0 for never
	look  func() // called at each
}

var errEnded = errors.New("the context has ended")

func (c *counted) Err() error {
	c.looks++
	if c.look != nil {
		c.look()
	}
	if c.end > 0 && c.looks >= c.end {
		return errEnded
	}
	return nil
}

// load loads a hostile policy.
func (c *counted) load(text string) error {
	c.Context = context.Background()
	_, _, err := Load(c, hostileInput(text))
	return err
}

// TestLoadIsLinear tests that a policy of twice the size takes about twice the work.
func TestLoadIsLinear(t *testing.T) {
	if withRace {
		t.Skip("the counts are the same without the race detector, and made faster")
	}
	const n = 2000 // up to 1000, mistakes are compared with all others
	small, large := hostilePolicies(n), hostilePolicies(2*n)
	for _, name := range slices.Sorted(maps.Keys(small)) {
		var s, l counted
		_, _ = s.load(small[name]), l.load(large[name])
		if l.looks > 5*s.looks/2+10 {
			t.Errorf("%s: %d looks at the context, and %d for twice the policy", name, s.looks, l.looks)
		}
		if most := 100 + len(large[name])/8; l.looks > most {
			t.Errorf("%s: %d looks at the context for %d bytes", name, l.looks, len(large[name]))
		}
	}
}

// TestLoadEndsWithItsContext tests that a load ends at the check that finds its context
// ended, in every pass.
func TestLoadEndsWithItsContext(t *testing.T) {
	for name, text := range hostilePolicies(hostileSize(1000)) {
		var whole counted
		err := whole.load(text)
		if errors.Is(err, errEnded) {
			t.Fatalf("%s: %v", name, err)
		}
		for end := 1; end <= whole.looks; end += 1 + whole.looks/10 {
			c := &counted{Context: context.Background(), end: end}
			p, diags, err := Load(c, hostileInput(text))
			if c.looks < end {
				continue // sorting the keys of a map takes a varying number of steps
			}
			if !errors.Is(err, errEnded) || p != nil || diags != nil {
				t.Errorf("%s: at look %d of %d: %v, %d diagnostics, %v", name, end, whole.looks, p, len(diags), err)
			}
			if c.looks != end {
				t.Errorf("%s: %d looks after the end at look %d", name, c.looks-end, end)
			}
		}
	}
}

// TestLoadLooksOften tests that little work is done between two checks. It measures work
// by allocations, which, unlike time, are the same on every machine.
func TestLoadLooksOften(t *testing.T) {
	const most = 8 << 20
	for name, text := range hostilePolicies(hostileSize(4000)) {
		var m runtime.MemStats
		var last, gap uint64
		c := &counted{look: func() {
			runtime.ReadMemStats(&m)
			if last > 0 {
				gap = max(gap, m.TotalAlloc-last)
			}
			last = m.TotalAlloc
		}}
		_ = c.load(text)
		c.look()
		if gap > most {
			t.Errorf("%s: %d KB were allocated between two of %d looks at the context", name, gap>>10, c.looks)
		}
	}
}

// TestDiagnosticsAreBounded tests that a policy with any number of mistakes has a
// bounded number of diagnostics, of bounded length, and is not loaded.
func TestDiagnosticsAreBounded(t *testing.T) {
	n := max(maxDiagnostics, hostileSize(3000))
	mistakes := map[string]string{"long heads": ""}
	for name, text := range hostilePolicies(n) {
		mistakes[name] = text
	}
	long := strings.Repeat("x", 5_000)
	mistakes["long heads"] = "type f(" + long + ": Integer);\n" + list(n, "", "f(\"$i\", "+long+"$i);\n")
	reported := 0
	for name, text := range mistakes {
		_, diags, err := Load(context.Background(), hostileInput(text))
		size := 0
		for _, d := range diags {
			size += len(d.Msg) + len(d.Hint) + len(d.Line)
		}
		if len(diags) > 2*maxDiagnostics+4 || size > 4<<20 {
			t.Errorf("%s: %d diagnostics of %d bytes", name, len(diags), size)
		}
		if len(diags) > 900 && err != nil {
			reported++
		}
	}
	if reported < 8 {
		t.Errorf("only %d policies have many errors", reported)
	}
}

// TestErrorsInManySources tests that sources that are not read because of errors in
// others are never reported as empty.
func TestErrorsInManySources(t *testing.T) {
	in := hostileInput("allow(_, _, _);")
	for i := range 10 {
		in.Sources = append(in.Sources, Source{fmt.Sprintf("%d.polar", i), list(400, "", "f(x) if x = $i or x = 2 and x < 3;\n") + fmt.Sprintf("# %d", i)})
	}
	p, diags, err := Load(context.Background(), in)
	if err != nil || len(p.Rules()) != 4001 {
		t.Fatalf("%d warnings: %v", len(diags), err)
	}
	for i := range in.Sources[1:] {
		in.Sources[i+1].Text = list(400, "", "f(x) iff x;\n")
	}
	if _, diags, err := Load(context.Background(), in); err == nil || len(diags) > maxDiagnostics+2 {
		t.Fatalf("%d diagnostics, %v", len(diags), err)
	}
}

// BenchmarkLoadTypes loads 20,000 rule types and as many rules of one name.
func BenchmarkLoadTypes(b *testing.B) {
	text := list(20_000, "", "type f(x: Integer, \"a$i\");\nf(_: Integer, \"a$r\");\n")
	for b.Loop() {
		if _, _, err := Load(context.Background(), hostileInput(text)); err != nil {
			b.Fatal(err)
		}
	}
}
