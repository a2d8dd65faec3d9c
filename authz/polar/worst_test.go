package polar

// This file tests worst cases of data and policy: that the steps of each are in proportion to
// what it reads, and that a loop over it ends within the limits.

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/ursa-authz/ursa/authz/internal/meter"
	"github.com/ursa-authz/ursa/authz/polar/internal/vm"
)

// A worstDoc has data of a size that an attacker chooses.
type worstDoc struct {
	Loop        []int
	Text, Other string // equal except for the last byte
	Same        string // equal to Text, in other memory
	Nums, More  []int  // equal except for the last element
	Texts       []string
	Map, Maps   map[string]int
	Any         any
	Block, Bloc worstBlock
	Deep        []any
	Row, Twin   *worstRow
	Next        *worstDoc
}

// A worstBlock is compared by ==.
type worstBlock struct {
	Name string
	Data [512]int
}

// A worstRow has a long key.
type worstRow struct{ Key string }

func (d *worstDoc) Count(xs []int) int        { return len(xs) }
func (d *worstDoc) Size(m map[string]int) int { return len(m) }
func (d *worstDoc) Seq() iter.Seq[int]        { return slices.Values(d.Nums) }
func (d *worstDoc) Take(xs []any) int         { return len(xs) }
func (d *worstDoc) TextOf(s string) string    { return s + "." }

func newWorstDoc(n int) *worstDoc {
	text := strings.Repeat("x", n)
	d := &worstDoc{Text: text, Other: text[1:] + "y", Same: strings.Clone(text), Map: make(map[string]int), Maps: make(map[string]int)}
	for i := range n {
		d.Nums, d.More = append(d.Nums, i), append(d.More, i)
		d.Map[fmt.Sprint(i)], d.Maps[fmt.Sprint(i)] = i, i
		d.Texts = append(d.Texts, fmt.Sprint("t", i))
	}
	d.More[n-1], d.Maps["0"] = -1, -1
	d.Block.Name, d.Bloc.Name = text, strings.Clone(text)
	d.Row, d.Twin = &worstRow{text}, &worstRow{strings.Clone(text)}
	for range n {
		d.Deep = append(d.Deep, []any{1, "a"})
	}
	for range 2000 {
		d.Loop = append(d.Loop, len(d.Loop))
	}
	chain := d
	for range n {
		chain.Next = &worstDoc{Loop: d.Loop, Nums: []int{1}}
		chain = chain.Next
	}
	return d
}

// worstCases are goals on a resource d, with how many elements, or bytes of text, they read for
// each unit of its size. What a case reads is charged at least.
var worstCases = []struct {
	name, goal   string
	elems, bytes int
	rules        string
}{
	{"texts, less", `d.text < d.other`, 0, 1, ""},
	{"texts, greater or equal", `d.text >= d.same`, 0, 1, ""},
	{"texts, equal", `d.text = d.same`, 0, 1, ""},
	{"texts, ==", `d.text == d.same`, 0, 1, ""},
	{"texts, !=", `d.text != d.other`, 0, 1, ""},
	{"text in list", `d.text in [d.other, d.same]`, 0, 1, ""},
	{"text contains", `d.text.contains("y") = false`, 0, 1, ""},
	{"text ends with", `d.text.ends_with(d.other) = false`, 0, 2, ""},
	{"text length", `d.text.length() > 0`, 0, 1, ""},
	{"text lower", `d.text.lower() != ""`, 0, 1, ""},
	{"text replace", `d.text.replace("x", "yy") != ""`, 0, 1, ""},
	{"text split", `d.text.split("x") != []`, 1, 1, ""},
	{"text strip", `d.text.strip() != ""`, 0, 1, ""},
	{"number in list", `not -1 in d.nums`, 1, 0, ""},
	{"text in texts", `not "z" in d.texts`, 1, 0, ""},
	{"every element", `forall(x in d.nums, x >= 0)`, 1, 0, ""},
	{"lists, equal", `not d.nums = d.more`, 1, 0, ""},
	{"lists, ==", `not d.nums == d.more`, 1, 0, ""},
	{"lists in lists", `(d.deep = d.deep or d.deep == d.deep)`, 0, 0, ""},
	{"list length", `d.nums.length() > 0`, 1, 0, ""},
	{"list contains", `d.nums.contains(-1) = false`, 1, 0, ""},
	{"map, equal", `not d.map = d.maps`, 1, 0, ""},
	{"map, every entry", `forall([_, v] in d.map, v >= 0)`, 1, 0, ""},
	{"map, keys", `d.map.keys() != []`, 1, 0, ""},
	{"map, long key", `not d.map.get(d.text) = 1`, 0, 1, ""},
	{"map, lookup by a long key", `k = d.text and not d.map.(k) = 1`, 0, 1, ""},
	{"arrays", `d.block = d.bloc`, 0, 1, ""},
	{"rows with long keys", `d.row = d.twin`, 0, 1, ""},
	{"list to a method", `d.count(d.nums) > 0`, 1, 0, ""},
	{"map to a method", `d.size(d.map) > 0`, 1, 0, ""},
	{"list of lists to a method", `d.take(d.deep) > 0`, 1, 0, ""},
	{"iterator", `not -1 in d.seq()`, 1, 0, ""},
	{"recursion over a list", `all(d.nums)`, 1, 0, "all([]); all([x, *rest]) if x >= 0 and all(rest);"},
	{"recursion over rows", `last(d)`, 1, 0, "last(d: Doc) if d.next = nil; last(d: Doc) if d.next != nil and last(d.next);"},
	{"alternatives at every level", `any(d)`, 1, 0, "any(d: Doc) if d.next = nil; any(d: Doc) if any(d.next); any(d: Doc) if 5 in d.nums and any(d.next);"},
	{"rules for a long text", `named(d.text)`, 0, 0, `named(s) if s != "` + strings.Repeat("x", 50) + `"; named("` + strings.Repeat("y", 50) + `");`},
	{"waiting tests", `x < 5 and x in d.nums`, 0, 0, ""},
}

func loadWorst(t *testing.T, goal, rules string, limits Limits) *Policy {
	t.Helper()
	p, _, err := load(context.Background(), Input{
		Sources: source0("allow(_, \"read\", d: Doc) if " + goal + ";\n" + rules),
		Classes: []Class{{Name: "Doc", Type: reflect.TypeFor[worstDoc]()}, {Name: "Row", Type: reflect.TypeFor[worstRow](), Key: []string{"Key"}}},
		Limits:  limits,
	}, true)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestWorstCasesAreProportional(t *testing.T) {
	const small, large = 2_000, 8_000
	if len(worstCases) < 33 {
		t.Errorf("only %d cases", len(worstCases))
	}
	docs := map[int]*worstDoc{small: newWorstDoc(small), large: newWorstDoc(large)}
	ctx := context.Background()
	for _, tt := range worstCases {
		p := loadWorst(t, tt.goal, tt.rules, Limits{Steps: 1 << 40, Bytes: 1 << 30})
		steps := make(map[int]int)
		for n, d := range docs {
			var direct, solved vm.Cost
			p.config.Cost = &direct
			out, err := p.Decide(ctx, "allow", "u", "read", d)
			p.config.Cost = &solved
			want, wantErr := p.solve(ctx, "allow", "u", "read", d)
			if !out.Allowed || out != want || err != nil || wantErr != nil {
				t.Errorf("%s: decided %v %v, solved %v %v", tt.name, out.Allowed, err, want.Allowed, wantErr)
			}
			if direct.Steps != solved.Steps {
				t.Errorf("%s: %d steps decided, %d solved", tt.name, direct.Steps, solved.Steps)
			}
			steps[n] = direct.Steps
			if least := n*tt.elems/meter.StepElems + n*tt.bytes/meter.StepBytes; direct.Steps < least {
				t.Errorf("%s: %d steps, but %d were read", tt.name, direct.Steps, least)
			}
		}
		if steps[large] > 5*steps[small]+1000 {
			t.Errorf("%s: %d steps for %d, and %d for %d", tt.name, steps[small], small, steps[large], large)
		}
	}
}

func TestWorstCasesEnd(t *testing.T) {
	const n = 20_000
	d := newWorstDoc(n)
	ctx := context.Background()
	limits := Limits{Steps: 100_000, Bytes: 4 << 20}
	for _, tt := range worstCases {
		p := loadWorst(t, "_x in d.loop and "+tt.goal+" and 1 = 2", tt.rules, limits)
		for way, ask := range map[string]func() (Outcome, error){
			"decided": func() (Outcome, error) { return p.Decide(ctx, "allow", "u", "read", d) },
			"solved":  func() (Outcome, error) { return p.solve(ctx, "allow", "u", "read", d) },
			"traced": func() (Outcome, error) {
				tr := p.Trace(ctx, "allow", []any{"u", "read", d}, TraceOptions{})
				return tr.Outcome, tr.Err
			},
		} {
			var cost vm.Cost
			p.config.Cost = &cost
			out, err := ask()
			if out.Allowed || err != nil && !errors.Is(err, ErrBudget) {
				t.Errorf("%s: %s %v %v", tt.name, way, out.Allowed, err)
			}
			// The last charge may be for all that one goal reads.
			if cost.Steps > limits.Steps+20*n || cost.Held > limits.Bytes+100*n {
				t.Errorf("%s: %s, %d steps and %d bytes at limits of %d and %d", tt.name, way, cost.Steps, cost.Held, limits.Steps, limits.Bytes)
			}
			var pe *Error
			if err != nil && (!errors.As(err, &pe) || !pe.Pos.IsValid() || len(pe.Stack) == 0 || pe.Stack[0].Rule == "query") {
				t.Errorf("%s: %s: the error names no rule or position: %v", tt.name, way, err)
			}
		}
	}
}
