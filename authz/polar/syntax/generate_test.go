package syntax_test

// This file defines a generator of policies: any sequence of bytes determines a
// well-formed policy, so that fuzzing reaches what random text does not.

import (
	"strings"
	"testing"

	"github.com/ursa-authz/ursa/authz/polar/syntax"
)

// A generator makes choices from its bytes. Without bytes left, it makes the first choice.
type generator struct {
	data   []byte
	tokens []string
}

// choose returns a number below n.
func (g *generator) choose(n int) int {
	if len(g.data) == 0 {
		return 0
	}
	c := int(g.data[0]) % n
	g.data = g.data[1:]
	return c
}

// add adds tokens, which are separated by blanks.
func (g *generator) add(tokens string) { g.tokens = append(g.tokens, strings.Fields(tokens)...) }

// pick adds one of several tokens.
func (g *generator) pick(tokens ...string) { g.add(tokens[g.choose(len(tokens))]) }

func (g *generator) symbol() { g.pick("x", "y", "_", "été", "a::b", "p?", "Foo") }
func (g *generator) class()  { g.pick("Foo", "Bar", "a::B") }
func (g *generator) number() {
	g.pick("1", "-1", "+ 2", "007", "1.5", "- 1.", "1e5", "inf", "- nan")
}
func (g *generator) str() {
	g.pick(`"a"`, `""`, `"a#b"`, `"\"\\\n\z"`, `"été"`, `"\u{200D}a\u{202e}\u{301}"`, "\"می\u200cخواهم👩\u200d💻\"")
}
func (g *generator) key() { g.pick("a", "b", "c", "if", "type", "new", "in") }

// list adds up to three parts with commas between them.
func (g *generator) list(part func()) {
	for i := range g.choose(4) {
		if i > 0 {
			g.add(",")
		}
		part()
	}
}

// fields adds up to three fields with different keys.
func (g *generator) fields(value func()) {
	for i := range g.choose(4) {
		if i > 0 {
			g.pick(",", ", ,")
		}
		g.add([]string{"k", "if", "été"}[i])
		g.add(":")
		value()
	}
}

// value adds an expression that has a value.
func (g *generator) value(depth int) {
	if depth == 0 {
		g.symbol()
		return
	}
	depth--
	sub := func() { g.value(depth) }
	switch g.choose(14) {
	case 0:
		g.symbol()
	case 1:
		g.number()
	case 2:
		g.str()
	case 3:
		g.pick("true", "false")
	case 4:
		g.add("(")
		sub()
		g.pick("+", "-", "*", "/", "mod", "rem")
		sub()
		g.add(")")
	case 5, 6:
		g.add("(")
		sub()
		g.add(") .")
		g.key()
	case 7:
		g.symbol()
		g.add(".")
		g.key()
		g.add("(")
		g.args(sub)
		g.add(")")
	case 8:
		g.symbol()
		g.add(". (")
		g.pick("x", `"a"`)
		g.add(")")
	case 9:
		g.add("[")
		g.list(sub)
		g.add("]")
	case 10:
		g.add("[ x ,")
		g.pick("* y", "1 , , * _")
		g.add("]")
	case 11:
		g.add("{")
		g.fields(sub)
		g.add("}")
	case 12:
		g.add("{ x")
		g.pick("}", ", }", ", y : 1 }")
	case 13:
		g.add("new")
		g.class()
		g.add("(")
		g.args(sub)
		g.add(")")
	}
}

// args adds arguments by position or by name.
func (g *generator) args(value func()) {
	if g.choose(2) == 0 {
		g.list(value)
		return
	}
	g.fields(value)
}

// goal adds an expression that succeeds or fails.
func (g *generator) goal(depth int) {
	if depth == 0 {
		g.symbol()
		return
	}
	depth--
	value := func() { g.value(depth) }
	switch g.choose(14) {
	case 0:
		g.symbol()
	case 1:
		value()
		g.pick("=", "==", "!=", "<", "<=", ">", ">=")
		value()
	case 2:
		g.add("x :=")
		value()
	case 3:
		g.add("(")
		value()
		g.add(") in")
		g.pick("x", "[ 1 , 2 ]")
	case 4:
		g.add("(")
		value()
		g.add(") matches")
		g.pattern(depth)
	case 5, 6:
		g.chain(depth, "and")
	case 7, 8:
		g.chain(depth, "or")
	case 9:
		g.add("not (")
		g.goal(depth)
		g.add(")")
	case 10:
		g.add("not x .")
		g.key()
	case 11:
		g.add("forall (")
		g.goal(depth)
		g.add(",")
		g.goal(depth)
		g.add(")")
	case 12:
		g.pick("cut", "print ( 1 , x , )", "debug ( )", "in ( x , [ y ] )", `. ( x , "a" , y )`, "new ( A ( 1 ) , x )")
	case 13:
		g.pick("f", "a::g", "h?")
		g.add("(")
		g.args(value)
		g.add(")")
	}
}

// chain adds goals with a connective between them, with or without parentheses.
func (g *generator) chain(depth int, op string) {
	for i := range 2 + g.choose(3) {
		if i > 0 {
			g.add(op)
		}
		if op == "or" && g.choose(3) == 0 {
			g.add("x and")
		}
		g.add("(")
		g.goal(depth)
		g.add(")")
	}
}

// pattern adds a pattern that is not inside another one.
func (g *generator) pattern(depth int) {
	if depth == 0 {
		g.class()
		return
	}
	inside := func() {
		switch g.choose(4) {
		case 0:
			g.symbol()
		case 1:
			g.add("x . y")
		case 2:
			g.class()
			g.add("{")
			g.fields(func() { g.number() })
			g.add("}")
		case 3:
			g.number()
		}
	}
	switch g.choose(6) {
	case 0:
		g.class()
	case 1:
		g.pick("1", `"a"`, "true", "-1.5")
	case 2:
		g.class()
		g.add("{")
		g.fields(inside)
		g.add("}")
	case 3:
		g.add("{ x ,")
		g.pick("}", "y : [ 1 ] }")
	case 4:
		g.add("[")
		g.list(inside)
		g.add("]")
	case 5:
		g.add("[ x + 1 , * y ]")
	}
}

// params adds the parameters of a head.
func (g *generator) params() {
	g.list(func() {
		if g.choose(2) == 0 {
			g.value(2)
			return
		}
		g.symbol()
		g.add(":")
		g.pattern(2)
	})
}

// statement adds a statement.
func (g *generator) statement() {
	switch g.choose(6) {
	case 0, 1, 2:
		g.pick("f", "a::g", "allow")
		g.add("(")
		g.params()
		g.add(")")
		if g.choose(4) > 0 {
			g.add("if")
			g.goal(3)
		}
		g.add(";")
	case 3:
		g.add("type f (")
		g.params()
		g.add(") ;")
	case 4:
		g.add("?=")
		g.goal(2)
		g.add(";")
	case 5:
		g.pick("actor", "resource", "")
		g.class()
		g.add("{")
		for range g.choose(4) {
			switch g.choose(4) {
			case 0:
				g.add("roles = [")
				g.list(g.str)
				g.add("] ;")
			case 1:
				g.pick("relations = { a : B , C } ;", "relations = { } ;", "relations = { if : B , , } ;", "relations = { a : [ B , C , ] , D : [ D ] } ;")
			case 2:
				g.pick(`"a" if "b" ;`)
			case 3:
				g.pick(`"a" if "b" on "c" ;`)
			}
		}
		g.add("}")
	}
}

// generate returns the policy that data determines. Its tokens are separated by blanks, line feeds and comments.
func generate(data []byte) string {
	g := &generator{data: data}
	for range 1 + g.choose(3) {
		g.statement()
	}
	seps := []string{" ", " ", " ", " ", " ", " ", "\n", "\n\n", "\n\n\n", " # c\n", "\n# d\n", "\n\n# e\n\n# f\n", " # g\n # h\n", " \t\r\n", "#\n", "\n#i # j\r\n"}
	var b strings.Builder
	for _, t := range g.tokens {
		b.WriteString(t)
		b.WriteString(seps[g.choose(len(seps))])
	}
	return b.String()
}

// FuzzGenerated does the checks of FuzzFormat on well-formed policies.
func FuzzGenerated(f *testing.F) {
	for i := range 256 {
		f.Add([]byte(strings.Repeat(string(rune('a'+i%26)), i) + strings.Repeat("\x05\x01\x07", i)))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		src := generate(data)
		if _, ds := syntax.Parse("", src); syntax.Errors(ds) != nil {
			t.Fatalf("%s\n%s", src, errorsOf(ds))
		}
		if problem := checkFormat(src); problem != "" {
			t.Fatalf("%s\n%s", src, problem)
		}
	})
}

// TestGenerated does the same with random bytes, so that ordinary tests cover many policies.
func TestGenerated(t *testing.T) {
	var seed uint64 = 1
	for range 2_000 {
		data := make([]byte, 300)
		for i := range data {
			seed = seed*6364136223846793005 + 1442695040888963407
			data[i] = byte(seed >> 56)
		}
		src := generate(data)
		if _, ds := syntax.Parse("", src); syntax.Errors(ds) != nil {
			t.Fatalf("%s\n%s", src, errorsOf(ds))
		}
		if problem := checkFormat(src); problem != "" {
			t.Fatalf("%s\n%s", src, problem)
		}
	}
}
