package difftest

// This file defines the generator of programs.
//
// A generator that draws from the grammar at random produces policies that
// fail to load, queries without solutions, and, where a test meets an unbound
// variable, the corners in which the two engines differ on purpose. So this
// one knows what it writes. Every variable has a kind and is bound or not;
// every predicate has a signature of kinds and says which parameters it
// expects bound (in) and which it binds (out). A goal is only written where
// its operands are bound, unless the profile is a loose one. Predicates call
// predicates that were generated before them, and themselves only in the
// shape of a recursion that ends.

import (
	"math/rand/v2"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// A Profile says what the programs of a generator are made of. The numbers
// are probabilities.
type Profile struct {
	Name     string
	Objects  bool    // instances, their attributes, methods and classes
	Cut      float64 // of a cut as a goal
	Mistakes float64 // of a goal that is an error whenever it is reached
	Loose    float64 // of an unbound variable where a bound one belongs
	Blocks   bool    // the program is made of actor and resource blocks
}

// Profiles are the profiles of the main test with their shares in percent.
var Profiles = []struct {
	Profile
	Share int
}{
	{Profile{Name: "values"}, 34},
	{Profile{Name: "objects", Objects: true}, 30},
	{Profile{Name: "cut", Objects: true, Cut: 0.12}, 12},
	{Profile{Name: "mistakes", Objects: true, Mistakes: 0.1}, 6},
	{Profile{Name: "loose", Loose: 0.12}, 8},
	{Profile{Name: "blocks", Objects: true, Blocks: true}, 10},
}

// A kind is what a term stands for.
type kind uint8

const (
	kindInt kind = iota
	kindFloat
	kindString
	kindBool
	kindInts // a list of integers
	kindStrings
	kindDict // a: kindInt, b: kindString, c: kindInts; keys may be missing
	kindUser
	kindMaybeUser // a user, or nil
	kindOrg
	kindRepo
	kindRole
)

var valueKinds = []kind{kindInt, kindInt, kindInt, kindString, kindString, kindBool, kindInts, kindInts, kindStrings, kindDict, kindFloat}
var objectKinds = []kind{kindUser, kindUser, kindOrg, kindRepo, kindRole}

// A slot is a variable in scope.
type slot struct {
	name  string
	kind  kind
	bound bool
	head  bool // a parameter of the rule
}

func bound(name string, k kind) slot { return slot{name: name, kind: k, bound: true} }

// A scope is what a goal can refer to.
type scope []slot

func (s scope) clone() scope { return slices.Clone(s) }

// bind marks name as bound.
func (s scope) bind(name string) {
	for i := range s {
		if s[i].name == name {
			s[i].bound = true
		}
	}
}

// A predicate is a rule name with its signature.
type predicate struct {
	name  string
	kinds []kind
	out   []bool // the rules bind this parameter; else the caller does
}

// Generator makes programs. The same seed makes the same programs.
type Generator struct {
	r       *rand.Rand
	profile Profile
	negate  bool // the program has not and forall
	preds   []*predicate
	vars    int
}

// NewGenerator returns a generator for program number n of a run.
func NewGenerator(seed, n uint64) *Generator {
	g := &Generator{r: rand.New(rand.NewPCG(seed, n))}
	share := g.r.IntN(100)
	for _, p := range Profiles {
		if share -= p.Share; share < 0 {
			g.profile = p.Profile
			break
		}
	}
	// Under not and forall the original takes a missing attribute for false,
	// looks for all solutions, errors behind the first included, and decides
	// tests on unbound variables. So a program has either negation or that.
	g.negate = g.profile.Mistakes == 0 && g.profile.Loose == 0 && g.chance(0.75)
	return g
}

// Program makes one program with the given number of queries.
func (g *Generator) Program(queries int) *Program {
	if g.profile.Blocks {
		return g.blockProgram(queries)
	}
	p := new(Program)
	for range 1 + g.r.IntN(4) {
		switch g.r.IntN(8) {
		case 0, 1:
			p.Rules = append(p.Rules, g.recursion()...)
		case 2:
			p.Rules = append(p.Rules, g.table()...)
		default:
			p.Rules = append(p.Rules, g.rules(g.signature())...)
		}
	}
	if g.chance(0.3) { // rules of one name need not stand together
		g.r.Shuffle(len(p.Rules), func(i, j int) { p.Rules[i], p.Rules[j] = p.Rules[j], p.Rules[i] })
	}
	for range queries {
		p.Queries = append(p.Queries, g.untwinned(g.query))
	}
	return p
}

// untwinned returns what generate makes, in a program with cuts without two
// calls or connectives in one body that are written the same. The original
// compares goals by value when it executes a cut, and takes such twins for one.
func (g *Generator) untwinned(generate func() *Goal) *Goal {
	body := generate()
	for g.profile.Cut > 0 && hasTwins(body) {
		body = generate()
	}
	return body
}

func hasTwins(g *Goal) bool {
	seen := make(map[string]bool)
	twins := false
	g.walk(func(g *Goal) {
		if g.Op == OpAtom && !strings.HasPrefix(g.Text, "p") {
			return
		}
		text := g.String()
		twins = twins || seen[text]
		seen[text] = true
	})
	return twins
}

func (g *Generator) chance(p float64) bool { return g.r.Float64() < p }

func pick[T any](g *Generator, list ...T) T { return list[g.r.IntN(len(list))] }

func (g *Generator) fresh() string {
	g.vars++
	return "v" + strconv.Itoa(g.vars)
}

// kind draws the kind of a parameter or variable.
func (g *Generator) kind() kind {
	if g.profile.Objects && g.chance(0.5) {
		return pick(g, objectKinds...)
	}
	return pick(g, valueKinds...)
}

// signature makes a predicate without rules.
func (g *Generator) signature() *predicate {
	p := &predicate{name: "p" + strconv.Itoa(len(g.preds)+1)}
	for range 1 + g.r.IntN(3) {
		p.kinds = append(p.kinds, g.kind())
		p.out = append(p.out, g.chance(0.4))
	}
	return p
}

// rules makes the rules of p, and adds p to the predicates.
func (g *Generator) rules(p *predicate) []*Rule {
	var rules []*Rule
	for range 1 + g.r.IntN(4) {
		rules = append(rules, g.rule(p))
	}
	g.preds = append(g.preds, p)
	return rules
}

// table makes a predicate of many facts, for the index over rules: literals
// of one or of mixed kinds, and rules that apply to every argument in between.
func (g *Generator) table() []*Rule {
	p := &predicate{name: "p" + strconv.Itoa(len(g.preds)+1), kinds: []kind{pick(g, kindInt, kindString), pick(g, kindInt, kindString, kindBool)}, out: []bool{false, true}}
	if g.chance(0.5) {
		p.out[0] = true
	}
	var rules []*Rule
	for range 5 + g.r.IntN(25) {
		params := make([]string, len(p.kinds))
		for i, k := range p.kinds {
			if !p.out[i] && g.chance(0.15) {
				k = pick(g, kindInt, kindFloat, kindString, kindBool, kindInts)
			}
			params[i] = g.literal(k)
			if !p.out[i] && g.chance(0.1) {
				params[i] = g.fresh() + pick(g, "", ": Integer", ": String", ": 1", ": {}")
			}
		}
		rules = append(rules, &Rule{Name: p.name, Params: params})
	}
	g.preds = append(g.preds, p)
	return rules
}

func (g *Generator) rule(p *predicate) *Rule {
	rule := &Rule{Name: p.name}
	var s scope
	var late []*Goal // bind what the head leaves open
	for i, kind := range p.kinds {
		if p.out[i] {
			rule.Params = append(rule.Params, g.outParam(&s, kind, &late))
		} else {
			twin := "" // a variable that this may be, too
			if i > 0 && p.kinds[i-1] == kind {
				twin = rule.Params[i-1]
			}
			rule.Params = append(rule.Params, g.inParam(&s, kind, twin))
		}
	}
	open := slices.ContainsFunc(s, func(v slot) bool { return !v.bound })
	if len(late) == 0 && !open && g.chance(0.3) || g.profile.Loose > 0 && g.chance(0.08) {
		return rule
	}
	rule.Body = g.untwinned(func() *Goal {
		s := s.clone()
		goals := g.goals(&s, 1+g.r.IntN(4), 2)
		for _, slot := range s { // an out parameter that no goal has bound
			if !slot.bound {
				goals = append(goals, g.binding(&s, slot))
			}
		}
		return and(append(goals, late...)...)
	})
	return rule
}

// inParam writes a parameter that the caller passes bound. It may be the twin, a
// parameter of the same kind: one of another would bring a boolean to where a
// number is expected, if an argument is not bound after all.
func (g *Generator) inParam(s *scope, k kind, twin string) string {
	if variable.MatchString(twin) && !strings.ContainsAny(twin, ":[{") && g.chance(0.2) { // f(x, x)
		return twin
	}
	if g.chance(0.15) && k != kindMaybeUser {
		return g.literal(k)
	}
	if k == kindInts && g.chance(0.4) {
		as := ""
		if g.profile.Loose == 0 && g.chance(0.4) {
			as = g.fresh() + ": " // the list as a specializer
		}
		head, tail := g.fresh(), g.fresh()
		switch g.r.IntN(4) {
		case 0:
			return as + "[]"
		case 1:
			*s = append(*s, bound(head, kindInt), bound(tail, kindInt))
			return as + "[" + head + ", " + tail + "]"
		case 2:
			*s = append(*s, bound(tail, kindInts))
			return as + "[*" + tail + "]"
		}
		*s = append(*s, bound(head, kindInt), bound(tail, kindInts))
		return as + "[" + head + ", *" + tail + "]"
	}
	name := g.fresh()
	*s = append(*s, slot{name: name, kind: k, bound: true, head: true})
	if g.chance(0.5) {
		return name
	}
	return name + ": " + g.pattern(s, k, true)
}

// outParam writes a parameter that the rule binds.
func (g *Generator) outParam(s *scope, k kind, late *[]*Goal) string {
	if g.chance(0.35) && k != kindMaybeUser {
		return g.literal(k)
	}
	name := g.fresh()
	if k == kindInts && g.chance(0.2) {
		tail := g.fresh()
		*s = append(*s, slot{name: name, kind: kindInt, head: true}, slot{name: tail, kind: kindInts, head: true})
		as := ""
		if g.profile.Loose == 0 && g.chance(0.4) {
			as = g.fresh() + ": "
		}
		return as + "[" + name + ", *" + tail + "]"
	}
	if g.chance(0.2) { // bound last of all: head(v), ..., v = term
		*late = append(*late, atom(name+" = "+g.literal(k)))
		return name
	}
	*s = append(*s, slot{name: name, kind: k, head: true})
	return name
}

// pattern writes what a value of kind k may be matched with. With binding, a
// field may bind a variable.
func (g *Generator) pattern(s *scope, k kind, binding bool) string {
	class := map[kind]string{kindInt: "Integer", kindFloat: "Float", kindString: "String", kindBool: "Boolean",
		kindInts: "List", kindStrings: "List", kindDict: "Dictionary",
		kindUser: "User", kindMaybeUser: "User", kindOrg: "Org", kindRepo: "Repo", kindRole: "Role"}[k]
	if g.profile.Loose == 0 && g.chance(0.08) { // or two classes may be asked of what is never bound
		return pick(g, "Integer", "Float", "String", "Boolean", "List", "Dictionary", "User", "Org", "Repo", "Role")
	}
	switch k {
	case kindInt, kindString, kindBool:
		if text := g.literal(k); g.chance(0.15) && !constant.MatchString(text) {
			return text
		}
		return class
	case kindDict:
		if g.chance(0.2) {
			return class
		}
		var fields []string
		for _, f := range []field{{"a", kindInt}, {"b", kindString}, {"c", kindInts}} {
			if g.chance(0.5) {
				fields = append(fields, g.patternField(s, f, binding))
			}
		}
		return pick(g, "", "", class) + "{" + strings.Join(fields, ", ") + "}"
	case kindUser, kindMaybeUser, kindOrg, kindRepo, kindRole:
		if g.chance(0.6) {
			return class
		}
		var fields []string
		for _, f := range attributes(k) {
			if f.kind != kindMaybeUser && g.chance(1.5/float64(len(attributes(k)))) {
				fields = append(fields, g.patternField(s, f, binding))
			}
		}
		if k == kindMaybeUser {
			return class + "{" + strings.Join(fields, ", ") + "}"
		}
		return pick(g, "", class, class) + "{" + strings.Join(fields, ", ") + "}"
	}
	return class
}

// constant matches the name of a registered constant, which as a pattern would
// be taken for the name of a class.
var constant = regexp.MustCompile(`^[A-Z]+$`)

// A field is an attribute of a class, or a key of a dictionary.
type field struct {
	name string
	kind kind
}

func attributes(k kind) []field {
	switch k {
	case kindUser, kindMaybeUser:
		return []field{{"ID", kindInt}, {"Name", kindString}, {"Age", kindInt}, {"Admin", kindBool}, {"Tags", kindStrings},
			{"Meta", kindDict}, {"Boss", kindMaybeUser}, {"Org", kindOrg}}
	case kindOrg:
		return []field{{"ID", kindInt}, {"Name", kindString}, {"Public", kindBool}}
	case kindRepo:
		return []field{{"ID", kindInt}, {"Name", kindString}, {"Stars", kindInt}, {"Public", kindBool}, {"Org", kindOrg}, {"Owner", kindUser}}
	case kindRole:
		return []field{{"ID", kindInt}, {"Name", kindString}, {"Org", kindOrg}}
	}
	return nil
}

func (g *Generator) patternField(s *scope, f field, binding bool) string {
	switch {
	case binding && g.chance(0.35):
		name := g.fresh()
		*s = append(*s, bound(name, f.kind))
		return f.name + ": " + name
	case f.kind == kindOrg || f.kind == kindUser:
		return f.name + ": " + pick(g, "Org{}", "User{}", `{Name: "acme"}`, `Org{Name: "acme"}`)
	case f.kind == kindDict:
		return f.name + ": {a: 1}"
	}
	return f.name + ": " + g.literal(f.kind)
}

// recursion makes a predicate that calls itself and ends.
func (g *Generator) recursion() []*Rule {
	name := "p" + strconv.Itoa(len(g.preds)+1)
	p := &predicate{name: name}
	var rules []*Rule
	rule := func(body *Goal, params ...string) {
		rules = append(rules, &Rule{Name: name, Params: params, Body: body})
	}
	call := func(args ...string) *Goal { return atom(name + "(" + strings.Join(args, ", ") + ")") }
	h, t, n, m, x, y := g.fresh(), g.fresh(), g.fresh(), g.fresh(), g.fresh(), g.fresh()
	cons := "[" + h + ", *" + t + "]"
	s := scope{bound(h, kindInt)}
	switch g.r.IntN(7) {
	case 0: // membership by hand, with a condition on the way
		p.kinds, p.out = []kind{kindInt, kindInts}, []bool{true, false}
		rule(nil, h, cons)
		rule(and(g.single(g.test(&s, 1)), call(x, t)), x, cons)
	case 1: // sum of a list
		p.kinds, p.out = []kind{kindInts, kindInt}, []bool{false, true}
		rule(nil, "[]", "0")
		rule(and(call(t, x), atom(y+" = "+x+" + "+h)), cons, y)
	case 2: // append: every split of a list, or a concatenation
		p.kinds, p.out = []kind{kindInts, kindInts, kindInts}, []bool{true, true, false}
		rule(nil, "[]", x, x)
		rule(call(t, y, n), cons, y, "["+h+", *"+n+"]")
	case 3: // counting down
		p.kinds, p.out = []kind{kindInt, kindInt}, []bool{false, true}
		rule(nil, "0", g.literal(kindInt))
		rule(and(atom(n+" > 0"), atom(m+" = "+n+" - 1"), call(m, x), atom(y+" = "+x+" + "+n)), n, y)
	case 4: // a filter
		p.kinds, p.out = []kind{kindInts, kindInts}, []bool{false, true}
		rule(nil, "[]", "[]")
		rule(and(g.single(g.test(&s, 1)), call(t, x)), cons, "["+h+", *"+x+"]")
		rule(and(call(t, x)), "["+h+", *"+t+"]", x)
	case 5: // reverse with an accumulator
		p.kinds, p.out = []kind{kindInts, kindInts, kindInts}, []bool{false, false, true}
		rule(nil, "[]", x, x)
		rule(call(t, "["+h+", *"+x+"]", y), cons, x, y)
	case 6: // up a chain of objects
		if !g.profile.Objects {
			return g.rules(g.signature())
		}
		p.kinds, p.out = []kind{kindUser, kindUser}, []bool{false, true}
		rule(nil, x+": User", x)
		rule(and(atom(y+" = "+x+".Boss"), atom(y+" matches User"), call(y, n)), x+": User", n)
	}
	g.preds = append(g.preds, p)
	return rules
}

// query makes a query: a call with the odd open argument, or any conjunction.
func (g *Generator) query() *Goal {
	var s scope
	if len(g.preds) > 0 && g.chance(0.6) {
		goals := []*Goal{g.call(&s, pick(g, g.preds...))}
		if g.chance(0.3) {
			goals = append(goals, g.goals(&s, 1+g.r.IntN(2), 1)...)
		}
		return and(goals...)
	}
	return and(g.goals(&s, 1+g.r.IntN(4), 2)...)
}

// goals makes a conjunction of n goals. Variables of s that are not bound yet
// may be bound by it.
func (g *Generator) goals(s *scope, n, depth int) []*Goal {
	goals := make([]*Goal, 0, n)
	for range n {
		goals = append(goals, g.goal(s, depth))
	}
	if n > 2 && g.chance(0.1) { // a conjunction in a conjunction, which a cut can tell from one
		i := g.r.IntN(n - 1)
		goals = slices.Replace(goals, i, i+2, &Goal{Op: OpAnd, Kids: slices.Clone(goals[i : i+2])})
	}
	return goals
}

// goal makes a goal of any sort.
func (g *Generator) goal(s *scope, depth int) *Goal { return g.single(g.anyGoal(s, depth)) }

// single keeps goals with one variable twice out of loose programs: x = [x] has no
// answer here, by the occurs check, and x == x is decided, where the original
// makes a circle and an expression. Nor may two variables become one, as of a list
// too, whose elements may be variables.
func (g *Generator) single(goal *Goal) *Goal {
	if g.profile.Loose > 0 && goal.Op == OpAtom {
		names := variable.FindAllString(goal.Text, -1)
		slices.Sort(names)
		if len(slices.Compact(slices.Clone(names))) < len(names) || alias.MatchString(goal.Text) {
			return atom("true")
		}
	}
	return goal
}

var alias = regexp.MustCompile(`^(v[0-9]+ (=|in) v[0-9]+|[\[{].*v[0-9].* = [\[{].*v[0-9].*)$`)

func (g *Generator) anyGoal(s *scope, depth int) *Goal {
	if g.chance(g.profile.Cut) {
		return atom("cut")
	}
	if g.chance(g.profile.Mistakes) {
		return g.mistake(s)
	}
	if g.chance(0.45) {
		return g.test(s, depth)
	}
	for _, open := range *s {
		if !open.bound && g.chance(0.5) {
			return g.binding(s, open)
		}
	}
	v := slot{name: g.fresh(), kind: g.kind()}
	*s = append(*s, v)
	return g.binding(s, v)
}

// binding makes a goal that binds v.
func (g *Generator) binding(s *scope, v slot) *Goal {
	goal := g.bindingGoal(s, v)
	s.bind(v.name)
	return goal
}

func (g *Generator) bindingGoal(s *scope, v slot) *Goal {
	if g.chance(0.12) { // either way
		left, right := s.clone(), s.clone()
		return or(
			and(append(g.localGoals(&left, g.r.IntN(2)), g.bindingGoal(&left, v))...),
			and(append(g.localGoals(&right, g.r.IntN(2)), g.bindingGoal(&right, v))...))
	}
	if g.chance(0.3) { // a predicate with an out parameter of this kind
		var able []*predicate
		for _, p := range g.preds {
			for i := range p.kinds {
				if p.out[i] && p.kinds[i] == v.kind {
					able = append(able, p)
				}
			}
		}
		if len(able) > 0 {
			return g.callWith(s, pick(g, able...), &v)
		}
	}
	if g.profile.Loose == 0 && g.chance(0.12) {
		if text := g.bindingPattern(s, v); text != "" {
			return atom(text)
		}
	}
	switch v.kind {
	case kindInt:
		switch g.r.IntN(5) {
		case 0:
			return atom(v.name + " in " + g.term(s, kindInts, 1))
		case 1:
			if d := g.boundOf(s, kindDict); d != "" {
				return atom(v.name + " = " + d + ".a")
			}
		case 2:
			rest := g.fresh()
			goal := atom("[" + v.name + ", *" + rest + "] = " + g.term(s, kindInts, 1))
			*s = append(*s, bound(rest, kindInts))
			return goal
		}
	case kindString:
		switch g.r.IntN(6) {
		case 0, 1:
			return atom(v.name + " in " + g.term(s, kindStrings, 1))
		case 4:
			return atom("in(" + v.name + ", " + g.term(s, kindStrings, 1) + ")") // the prefix form
		case 2:
			value := g.fresh() // of any kind, so not put in scope
			return atom("[" + v.name + ", " + value + "] in " + g.term(s, kindDict, 1))
		case 3:
			if d := g.boundOf(s, kindDict); d != "" {
				return atom("_" + g.fresh() + " = " + d + ".(" + v.name + ")") // enumerates keys
			}
		}
	case kindInts:
		if g.chance(0.1) { // [[a], b] = [term, ...]
			return atom("[" + v.name + ", " + "_" + g.fresh() + "] = [" + g.term(s, kindInts, 1) + ", " + g.term(s, kindString, 0) + "]")
		}
		if g.chance(0.2) {
			first := g.fresh()
			goal := atom("[" + first + ", *" + v.name + "] = " + g.term(s, kindInts, 1))
			*s = append(*s, bound(first, kindInt))
			return goal
		}
	case kindDict:
		if g.chance(0.2) {
			return atom("{a: _" + g.fresh() + ", d: " + v.name + "} = {d: " + g.term(s, kindDict, 1) + ", a: " + g.term(s, kindInt, 1) + "}")
		}
	case kindBool:
		if g.chance(0.2) {
			return atom(v.name) // a variable as a goal is true
		}
	case kindRole:
		if u := g.boundOf(s, kindUser); u != "" {
			return atom(v.name + " in " + u + ".Roles")
		}
	case kindUser, kindOrg, kindRepo:
		if g.chance(0.3) {
			return atom(v.name + " in [" + g.term(s, v.kind, 0) + ", " + g.term(s, v.kind, 0) + "]")
		}
	}
	op := " = "
	if g.chance(0.08) && !v.head {
		op = " := "
	}
	left, right := v.name, g.term(s, v.kind, 2)
	if op == " := " && mentions(right, v.name) {
		op = " = " // the original finds the variable bound then
	}
	if op == " = " && g.chance(0.15) {
		left, right = right, left
	}
	return atom(left + op + right)
}

// mentions reports whether a term has the variable of that name in it.
func mentions(term, name string) bool {
	return regexp.MustCompile(`\b` + regexp.QuoteMeta(name) + `\b`).MatchString(term)
}

// bindingPattern writes a match with a list or dictionary pattern that binds v, whichever
// side it is on, or returns "". What else is in it has a value: of two variables, the
// original makes an expression.
func (g *Generator) bindingPattern(s *scope, v slot) string {
	item := func(k kind) string { // a value, as it may stand in a pattern
		if name := g.boundOf(s, k); name != "" && g.chance(0.4) {
			return name
		}
		for {
			if text := g.literal(k); !constant.MatchString(text) {
				return text
			}
		}
	}
	rest := "_" + g.fresh()
	switch v.kind {
	case kindInt, kindString, kindBool:
		switch x := item(v.kind); g.r.IntN(7) {
		case 0:
			return "[" + v.name + "] matches [" + x + "]"
		case 1:
			return "[" + v.name + ", " + item(kindInt) + "] matches [" + x + ", " + item(kindInt) + "]"
		case 2:
			return "[" + v.name + ", *" + rest + "] matches [" + x + ", " + item(kindInt) + "]"
		case 3:
			return "{a: " + v.name + "} matches {a: " + x + "}"
		case 4:
			return "[1, " + x + "] matches [1, " + v.name + "]"
		case 5:
			return "[[" + v.name + "], 1] matches [[" + x + "], *" + rest + "]"
		}
		if v.kind == kindInt {
			return g.term(s, kindInts, 1) + " matches [" + v.name + ", *" + rest + "]"
		}
	case kindInts, kindStrings:
		elem := kindInt
		if v.kind == kindStrings {
			elem = kindString
		}
		x, y := item(elem), item(elem)
		switch g.r.IntN(9) {
		case 0:
			return v.name + " matches [" + x + pick(g, "", ", "+y) + "]"
		case 1:
			return v.name + " matches []"
		case 2:
			if xs := g.boundOf(s, v.kind); xs != "" {
				return v.name + " matches [" + x + ", *" + xs + "]"
			}
		case 3:
			return "[*" + v.name + "] matches [" + x + pick(g, "", ", "+y) + "]"
		case 4:
			return "[" + x + ", *" + v.name + "] matches [" + pick(g, x, y) + ", " + y + "]"
		case 5:
			return g.term(s, v.kind, 1) + " matches [*" + v.name + "]"
		case 6:
			return g.term(s, v.kind, 1) + " matches [_" + g.fresh() + ", *" + v.name + "]"
		case 7:
			return pick(g, "{a: "+v.name+"}", "{a: [*"+v.name+"]}") + " matches {a: [" + x + ", " + y + "]}"
		}
		return "[1, " + pick(g, v.name, "[*"+v.name+"]") + "] matches [1, [" + x + "]]"
	}
	return ""
}

// localGoals makes goals whose new variables stay their own.
func (g *Generator) localGoals(s *scope, n int) []*Goal {
	inner := boundOnly(*s)
	return g.goals(&inner, n, 0)
}

// boundOnly returns a copy of s without the open variables, for goals that
// must not bind them.
func boundOnly(s scope) scope {
	return slices.DeleteFunc(s.clone(), func(v slot) bool { return !v.bound })
}

// test makes a goal that binds nothing.
func (g *Generator) test(s *scope, depth int) *Goal {
	inner := boundOnly(*s)
	if depth > 0 && g.chance(0.3) {
		form := g.r.IntN(3)
		if !g.negate {
			form = 2
		}
		switch form {
		case 0:
			return &Goal{Op: OpNot, Kids: []*Goal{and(g.goals(&inner, 1+g.r.IntN(2), depth-1)...)}}
		case 1:
			cond := and(g.goals(&inner, 1+g.r.IntN(2), depth-1)...)
			return &Goal{Op: OpForall, Kids: []*Goal{early(cond), early(and(g.goals(&inner, 1, depth-1)...))}}
		default:
			left, right := inner.clone(), inner.clone()
			return or(and(g.goals(&left, 1+g.r.IntN(2), depth-1)...), and(g.goals(&right, 1+g.r.IntN(2), depth-1)...))
		}
	}
	switch g.r.IntN(9) {
	case 0, 1: // comparison of one kind
		switch g.r.IntN(4) {
		case 0, 1:
			return g.compare(g.number(&inner), g.number(&inner))
		case 2:
			return g.compare(g.term(&inner, kindString, 1), g.term(&inner, kindString, 1))
		}
		return g.compare(g.term(&inner, kindBool, 1), g.term(&inner, kindBool, 1))
	case 2: // unification of one kind
		k := g.kind()
		return atom(g.term(&inner, k, 1) + " = " + g.term(&inner, k, 1))
	case 3: // unification of any two kinds
		if g.profile.Loose == 0 && g.chance(0.3) {
			return atom(g.term(&inner, g.kind(), 1) + ` in [1, 1.0, "a", true, [1], {a: 1}, nil, 2]`)
		}
		left, right := g.kind(), g.kind()
		if g.profile.Loose > 0 {
			right = left // or it may bind a variable to what has no order
		}
		return atom(g.term(&inner, left, 1) + " = " + g.term(&inner, right, 1))
	case 4:
		if g.chance(0.4) {
			return atom(g.term(&inner, kindString, 1) + " in " + g.term(&inner, kindStrings, 1))
		}
		return atom(g.term(&inner, kindInt, 1) + " in " + g.term(&inner, kindInts, 1))
	case 5:
		switch k := g.kind(); {
		case g.profile.Loose == 0 && g.chance(0.15):
			return atom("[" + g.term(&inner, k, 1) + ", " + g.term(&inner, kindInt, 1) + "] matches [" +
				pick(g, g.literal(k)+", *_"+g.fresh(), "_, 1", "*_"+g.fresh(), "_, Integer{}", "_, {}", "String{}, Integer{}") + "]")
		default:
			return atom(g.term(&inner, k, 1) + " matches " + g.pattern(&inner, k, false))
		}
	case 6:
		if b := g.boundOf(&inner, kindBool); b != "" {
			return atom(b)
		}
		if g.profile.Objects {
			return g.objectTest(&inner)
		}
		return atom(pick(g, "true", "true", "false"))
	case 7:
		if len(g.preds) > 0 {
			return g.call(&inner, pick(g, g.preds...))
		}
	}
	if g.profile.Objects {
		return g.objectTest(&inner)
	}
	return atom(g.number(&inner) + g.comparison() + g.number(&inner))
}

// early makes an operand of forall evaluate its operations before the goal
// that uses them, as everywhere else. Directly inside a forall the original
// does it after, so that a call sees an unbound variable.
func early(g *Goal) *Goal {
	if g.Op == OpAtom && strings.ContainsAny(g.Text, ".(") {
		return and(atom("true"), g)
	}
	return g
}

func (g *Generator) compare(left, right string) *Goal { return atom(left + g.comparison() + right) }

func (g *Generator) comparison() string { return pick(g, " == ", " != ", " < ", " <= ", " > ", " >= ") }

func (g *Generator) objectTest(s *scope) *Goal {
	u := g.term(s, kindUser, 1)
	switch g.r.IntN(8) {
	case 0:
		return atom(u + ".Admin")
	case 1:
		return atom(u + ".HasTag(" + g.term(s, kindString, 1) + ")")
	case 2:
		return atom(g.term(s, kindMaybeUser, 1) + pick(g, " = ", " != ", " == ") + pick(g, "nil", "nil", g.term(s, kindUser, 1)))
	case 3:
		return atom(g.term(s, kindOrg, 1) + pick(g, " = ", " == ", " != ") + g.term(s, kindOrg, 1))
	case 4:
		return atom(g.term(s, kindRepo, 1) + ".Public")
	case 5:
		return atom(g.term(s, kindMaybeUser, 1) + " matches " + g.pattern(s, kindMaybeUser, false))
	case 6:
		return atom(g.term(s, kindUser, 1) + " in [" + g.term(s, kindUser, 1) + ", " + g.term(s, kindUser, 0) + "]")
	}
	return atom(g.term(s, kindRepo, 1) + ".Org = " + g.term(s, kindOrg, 1))
}

// mistake makes a goal that ends the query.
func (g *Generator) mistake(s *scope) *Goal {
	goal := g.mistakeGoal(s)
	if !strings.Contains(goal.Text, ".") && g.chance(0.15) {
		return &Goal{Op: OpNot, Kids: []*Goal{goal}}
	}
	return goal
}

func (g *Generator) mistakeGoal(s *scope) *Goal {
	switch g.r.IntN(9) {
	case 0:
		return atom(g.term(s, kindInt, 1) + " < " + g.term(s, kindString, 1))
	case 1:
		return atom("_" + g.fresh() + " = " + g.term(s, kindString, 1) + pick(g, " + ", " - ", " * ", " / ") + g.term(s, kindInt, 1))
	case 2:
		return atom("_" + g.fresh() + " in " + g.term(s, pick(g, kindInt, kindBool), 1))
	case 3:
		return atom("_" + g.fresh() + " = 9223372036854775807 + " + strconv.Itoa(1+g.r.IntN(3)))
	case 4:
		return atom("_" + g.fresh() + " = " + g.term(s, kindInt, 1) + pick(g, " mod 0", " rem 0"))
	case 5:
		if v := g.boundOf(s, pick(g, kindInt, kindString, kindInts, kindDict)); v != "" {
			return atom(v) // as a goal
		}
	case 6:
		if v := g.boundOf(s, pick(g, kindInt, kindString, kindUser)); v != "" {
			return atom(v + " := 1")
		}
	case 7:
		return atom("_" + g.fresh() + " = " + g.term(s, pick(g, kindUser, kindOrg), 1) + pick(g, ".Nope", ".Nope()", ".Nope(1)"))
	case 8:
		if v := g.boundOf(s, kindDict); v != "" {
			return atom("_" + g.fresh() + " = " + v + ".(1)")
		}
	}
	return atom(g.term(s, kindString, 1) + pick(g, " > ", " <= ") + g.term(s, kindInt, 1))
}

// call writes a call of p: bound terms where p expects them, open variables or
// terms where p binds.
func (g *Generator) call(s *scope, p *predicate) *Goal { return g.callWith(s, p, nil) }

// callWith writes a call of p in which want, if any, is one of the out arguments.
func (g *Generator) callWith(s *scope, p *predicate, want *slot) *Goal {
	var args []string
	var results scope // not to be used among the arguments
	for i, k := range p.kinds {
		switch {
		case want != nil && p.out[i] && k == want.kind:
			args = append(args, want.name)
			want = nil
		case p.out[i] && g.chance(0.6):
			v := bound(g.fresh(), k)
			args = append(args, v.name)
			results = append(results, v)
		case !p.out[i] && k <= kindBool && g.chance(g.profile.Loose):
			args = append(args, g.fresh()) // once, so that no two of them are one
		default:
			args = append(args, g.argument(s, k))
		}
	}
	*s = append(*s, results...)
	if g.chance(0.02) {
		args = append(args, "1") // no rule has that many parameters
	}
	return atom(p.name + "(" + strings.Join(args, ", ") + ")")
}

func (g *Generator) argument(s *scope, k kind) string {
	if k >= kindUser && !g.negate && g.chance(0.1) { // an instance of another class
		k = pick(g, objectKinds...)
	}
	return g.term(s, k, 1)
}

// boundOf returns a bound variable of kind k, or "".
func (g *Generator) boundOf(s *scope, k kind) string {
	var names []string
	for _, v := range *s {
		if v.bound && v.kind == k {
			names = append(names, v.name)
		}
	}
	if len(names) == 0 {
		return ""
	}
	return pick(g, names...)
}

// number writes a term that is an integer or a float.
func (g *Generator) number(s *scope) string {
	if g.chance(0.2) {
		return g.term(s, kindFloat, 1)
	}
	return g.term(s, kindInt, 1)
}

// term writes a term of kind k over the bound variables of s. It nests
// operations up to depth.
func (g *Generator) term(s *scope, k kind, depth int) string {
	// Not an unbound list: [x, *l] = l has no answer here, by the occurs check,
	// and a circular one in the original.
	if g.chance(g.profile.Loose/2) && k != kindInts && k != kindStrings && k != kindDict {
		for _, v := range *s {
			if !v.bound && v.kind == k {
				return v.name
			}
		}
	}
	if g.chance(0.55) {
		if name := g.boundOf(s, k); name != "" {
			return name
		}
	}
	if depth > 0 && g.chance(0.45) {
		if text := g.operation(s, k, depth-1); text != "" {
			return text
		}
	}
	return g.literal(k)
}

// operation writes an operation that results in kind k, or returns "".
func (g *Generator) operation(s *scope, k kind, depth int) string {
	if g.profile.Objects && g.chance(0.5) {
		owner := pick(g, objectKinds...)
		var names []string
		for _, f := range attributes(owner) {
			if f.kind == k {
				names = append(names, f.name)
			}
		}
		if len(names) > 0 {
			return g.term(s, owner, depth) + "." + pick(g, names...)
		}
	}
	switch k {
	case kindInt:
		if g.profile.Objects && g.chance(0.2) {
			return g.term(s, kindUser, depth) + ".Plus(" + g.term(s, kindInt, depth) + ")"
		}
		if g.chance(0.3) {
			return "(" + g.term(s, k, depth) + pick(g, " mod ", " rem ") + pick(g, "2", "3", "-2", "-3") + ")"
		}
		return "(" + g.term(s, k, depth) + pick(g, " + ", " - ", " * ") + g.term(s, k, depth) + ")"
	case kindFloat:
		if g.chance(0.4) {
			return "(" + g.term(s, kindInt, depth) + " / " + pick(g, "2", "4", "-1", "8", "0.5") + ")"
		}
		return "(" + g.term(s, k, depth) + pick(g, " + ", " - ", " * ") + g.number(s) + ")"
	case kindString:
		if g.profile.Objects && g.chance(0.3) {
			return g.term(s, kindUser, depth) + ".Hello()"
		}
	case kindInts:
		return "[" + g.term(s, kindInt, depth) + ", " + g.term(s, kindInt, depth) + "]"
	case kindDict:
		return "{a: " + g.term(s, kindInt, depth) + ", b: " + g.term(s, kindString, depth) + "}"
	case kindOrg:
		if g.chance(0.3) {
			return pick(g, `new Org(3, "gamma")`, `new Org(4, "acme")`)
		}
	}
	return ""
}

// literal writes a ground term of kind k.
func (g *Generator) literal(k kind) string {
	switch k {
	case kindInt:
		return pick(g, "0", "1", "1", "1", "2", "2", "3", "-1", "20", "TEN", "1.0")
	case kindFloat:
		return pick(g, "0.5", "1.0", "1.5", "2.0", "-0.5", "3.25")
	case kindString:
		return pick(g, `"a"`, `"b"`, `"c"`, `"ab"`, `""`, `"é"`, `"alice"`, `"acme"`, "WORD")
	case kindBool:
		return pick(g, "true", "false")
	case kindInts:
		return pick(g, "[]", "[1]", "[1, 2]", "[2, 1, 3]", "[1, 1]", "[0, -1, 2, 3]", "NUMS")
	case kindStrings:
		return pick(g, `[]`, `["a"]`, `["a", "b"]`, `["b", "c", "a"]`)
	case kindDict:
		return pick(g, "{}", "{a: 1}", `{a: 2, b: "b"}`, `{a: 1, b: "a", c: [1, 2]}`, `{b: "c"}`, "DICT")
	case kindUser:
		return pick(g, "ALICE", "BOB", "CAROL")
	case kindMaybeUser:
		return pick(g, "ALICE.Boss", "CAROL.Boss", "BOB.Boss", "nil")
	case kindOrg:
		return pick(g, "ACME", "BETA")
	case kindRepo:
		return pick(g, "R1", "R2", "R3")
	}
	return pick(g, "OWNER", "MEMBER", "READER")
}
