package syntax_test

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/ursa-authz/ursa/authz/polar/syntax"
)

// TestExpressions checks the trees of expressions.
func TestExpressions(t *testing.T) {
	tests := []struct{ src, want string }{
		// Literals and names.
		{"1", "1"},
		{"-1", "-1"},
		{"- 1", "-1"},
		{"+ # sign\n1", "+1=1"},
		{"007", "007=7"},
		{"-9223372036854775807", "-9223372036854775807"},
		{"1.5", "1.5=1.5"},
		{"1.", "1.=1"},
		{"1e400", "1e400=+Inf"},
		{"1e-400", "1e-400=0"},
		{"-inf", "-inf=-Inf"},
		{"-nan", "-nan=NaN"},
		{"+ inf", "+inf=+Inf"},
		{`"a\n"`, `"a\n"`},
		{"true", "true"},
		{"x", "x"},
		{"_", "_"},
		{"a::b?", "a::b?"},
		{"actor", "actor"},
		{"cut", "cut"},
		// Precedence, from the tightest.
		{"a.b.c", "(Lookup X:(Lookup X:a Name:b) Name:c)"},
		{"a in b.c", "(in a (Lookup X:b Name:c))"},
		{"a in b and c", "(and (in a b) c)"},
		{"1 + 2 * 3", "(+ 1 (* 2 3))"},
		{"1 * 2 + 3", "(+ (* 1 2) 3)"},
		{"10 - 2 - 3", "(- (- 10 2) 3)"},
		{"100 / 10 / 2", "(/ (/ 100 10) 2)"},
		{"7 mod 4 * 2", "(* (mod 7 4) 2)"},
		{"7 rem 4 * 2", "(* (rem 7 4) 2)"},
		{"3 - -1", "(- 3 -1)"},
		{"1 -1", "(- 1 1)"},
		{"1-1", "(- 1 1)"},
		{"a < 1 + 2", "(< a (+ 1 2))"},
		{"a <= b", "(<= a b)"},
		{"a > b", "(> a b)"},
		{"a >= b", "(>= a b)"},
		{"a == b", "(== a b)"},
		{"a != b", "(!= a b)"},
		{"a = 1 + 2", "(= a (+ 1 2))"},
		{"a := 1 + 2", "(:= a (+ 1 2))"},
		{"not a = 1", "(not (= a 1))"},
		{"not a = 1 and b", "(and (not (= a 1)) b)"},
		{"not a in b", "(not (in a b))"},
		{"not (not a)", "(not (paren (not a)))"},
		{"not(a) = b", "(not (= (paren a) b))"},
		{"a and b and c", "(and a b c)"},
		{"a or b or c", "(or a b c)"},
		{"(a and b) and c", "(and (paren (and a b)) c)"},
		{"a and (b and c)", "(and a (paren (and b c)))"},
		{"a or b and c or d", "(or a (and b c) d)"},
		{"a and not b or c", "(or (and a (not b)) c)"},
		{"((x))", "(paren (paren x))"},
		{"(1 + 1) in [2]", "(in (paren (+ 1 1)) (ListExpr Elems:[2]))"},
		// Lookups.
		{"x.type.if(1).in", "(Lookup X:(Lookup X:(Lookup X:x Name:type) Name:if Called Args:[1]) Name:in)"},
		{"x.a()", "(Lookup X:x Name:a Called)"},
		{"x.a(1, b: 2)", "(Lookup X:x Name:a Called Args:[1] Kwargs:[(Field Key:b Value:2)])"},
		{"x.(k)", "(Lookup X:x Key:k)"},
		{`x.("a b").c`, `(Lookup X:(Lookup X:x Key:"a b") Name:c)`},
		{"x . a", "(Lookup X:x Name:a)"},
		{"1.0.a", "(Lookup X:1.0=1 Name:a)"},
		{"1 .a", "(Lookup X:1 Name:a)"},
		{"-1 .a", "(Lookup X:-1 Name:a)"},
		{"(1).a", "(Lookup X:(paren 1) Name:a)"},
		{`"a".b`, `(Lookup X:"a" Name:b)`},
		{"[1].a", "(Lookup X:(ListExpr Elems:[1]) Name:a)"},
		{"{a: 1}.a", "(Lookup X:(DictExpr Fields:[(Field Key:a Value:1)]) Name:a)"},
		{"true.a", "(Lookup X:true Name:a)"},
		{"new A().b", "(Lookup X:(New Class:A) Name:b)"},
		// Calls.
		{"f()", "(Call Name:f)"},
		{"f (1)", "(Call Name:f Args:[1])"},
		{"f(1, x.a(), [2])", "(Call Name:f Args:[1 (Lookup X:x Name:a Called) (ListExpr Elems:[2])])"},
		{"f(a: 1)", "(Call Name:f Kwargs:[(Field Key:a Value:1)])"},
		{"f(1, a: 2,, if: 3,)", "(Call Name:f Args:[1] Kwargs:[(Field Key:a Value:2) (Field Key:if Value:3)])"},
		{"f(new: 1, in: 2, print: 3)", "(Call Name:f Kwargs:[(Field Key:new Value:1) (Field Key:in Value:2) (Field Key:print Value:3)])"},
		{"f(new A(), (x))", "(Call Name:f Args:[(New Class:A) (paren x)])"},
		{"new A(1, b: 2)", "(New Class:A Args:[1] Kwargs:[(Field Key:b Value:2)])"},
		{"new a::B()", "(New Class:a::B)"},
		{"print()", "(PrintExpr)"},
		{"print(1, x,)", "(PrintExpr Args:[1 x])"},
		{"debug()", "(DebugExpr)"},
		{"debug(x)", "(DebugExpr Args:[x])"},
		{"forall(x in xs, x > 1 and y)", "(ForallExpr Cond:(in x xs) Body:(and (> x 1) y))"},
		// Prefix forms, whose arguments may be goals.
		{"in(x, [1])", "(PrefixExpr Op:in Args:[x (ListExpr Elems:[1])])"},
		{`.(x, "a", y)`, `(PrefixExpr Op:. Args:[x "a" y])`},
		{".(x, g(1), y)", "(PrefixExpr Op:. Args:[x (Call Name:g Args:[1]) y])"},
		{"new(A(1), x)", "(PrefixExpr Op:new Args:[(Call Name:A Args:[1]) x])"},
		{"new ()", "(PrefixExpr Op:new)"},
		{"in(x = 1, 2,)", "(PrefixExpr Op:in Args:[(= x 1) 2])"},
		// Lists and dictionaries.
		{"[]", "(ListExpr)"},
		{"[1,,2,]", "(ListExpr Elems:[1 2])"},
		{"[1 + 2, x.a]", "(ListExpr Elems:[(+ 1 2) (Lookup X:x Name:a)])"},
		{"[*r]", "(ListExpr Rest:r)"},
		{"[1,, *r]", "(ListExpr Elems:[1] Rest:r)"},
		{"[1 *r]", "(ListExpr Elems:[(* 1 r)])"},
		{"{}", "(DictExpr)"},
		{"{a: 1,,b: 2,}", "(DictExpr Fields:[(Field Key:a Value:1) (Field Key:b Value:2)])"},
		{"{a:b}", "(DictExpr Fields:[(Field Key:a Value:b)])"},
		{"{x, y: 1 + 2}", "(DictExpr Fields:[(Field Key:x Value:x Short) (Field Key:y Value:(+ 1 2))])"},
		{"{if: 1, type: 2, new: 3, a?: 4, b::c: 5}", "(DictExpr Fields:[(Field Key:if Value:1) (Field Key:type Value:2) (Field Key:new Value:3) (Field Key:a? Value:4) (Field Key:b::c Value:5)])"},
		// Patterns.
		{"x matches A", "(MatchesExpr X:x Pattern:(ClassPattern Class:A))"},
		{"x matches A{}", "(MatchesExpr X:x Pattern:(ClassPattern Class:A Braces))"},
		{"x matches A {b: 1, c, d: e.f}", "(MatchesExpr X:x Pattern:(ClassPattern Class:A Braces Fields:[(PatternField Key:b Value:(ValuePattern Value:1)) (PatternField Key:c Value:(ValuePattern Value:c) Short) (PatternField Key:d Value:(ValuePattern Value:(Lookup X:e Name:f)))]))"},
		{"x matches {if: String}", "(MatchesExpr X:x Pattern:(DictPattern Fields:[(PatternField Key:if Value:(ValuePattern Value:String))]))"},
		{"x matches A{b: String{}}", "(MatchesExpr X:x Pattern:(ClassPattern Class:A Braces Fields:[(PatternField Key:b Value:(ClassPattern Class:String Braces))]))"},
		{"x matches [1, A{}, a, b + 1, *r]", "(MatchesExpr X:x Pattern:(ListPattern Elems:[(ValuePattern Value:1) (ClassPattern Class:A Braces) (ValuePattern Value:a) (ValuePattern Value:(+ b 1))] Rest:r))"},
		{"x matches []", "(MatchesExpr X:x Pattern:(ListPattern))"},
		{"x matches [1,,2,]", "(MatchesExpr X:x Pattern:(ListPattern Elems:[(ValuePattern Value:1) (ValuePattern Value:2)]))"},
		{"x matches {a: (b), c: [d]}", "(MatchesExpr X:x Pattern:(DictPattern Fields:[(PatternField Key:a Value:(ValuePattern Value:(paren b))) (PatternField Key:c Value:(ListPattern Elems:[(ValuePattern Value:d)]))]))"},
		{"1 matches -1", "(MatchesExpr X:1 Pattern:(ValuePattern Value:-1))"},
		{`"a" matches "a"`, `(MatchesExpr X:"a" Pattern:(ValuePattern Value:"a"))`},
		{"x matches true", "(MatchesExpr X:x Pattern:(ValuePattern Value:true))"},
		{"x.a matches x?", "(MatchesExpr X:(Lookup X:x Name:a) Pattern:(ClassPattern Class:x?))"},
		{"not x matches A and y", "(and (not (MatchesExpr X:x Pattern:(ClassPattern Class:A))) y)"},
	}
	for _, test := range tests {
		x, ds := syntax.ParseQuery("", test.src)
		errs := errorsOf(ds)
		if errs != "" {
			t.Errorf("%s: %s", test.src, errs)
		} else if got := dump(x); got != test.want {
			t.Errorf("%s:\n got %s\nwant %s", test.src, got, test.want)
		}
	}
}

// TestStatements checks the trees of statements.
func TestStatements(t *testing.T) {
	tests := []struct{ src, want string }{
		{"f();", "(Rule Name:f)"},
		{"f (1, x, _);", "(Rule Name:f Params:[(Param Value:1) (Param Value:x) (Param Value:_)])"},
		{"f() if 1;", "(Rule Name:f Body:1)"},
		{"f(x) if x;", "(Rule Name:f Params:[(Param Value:x)] Body:x)"},
		{"a::f?(x: A, y: B{c: 1}, _: 1);", "(Rule Name:a::f? Params:[(Param Value:x Specializer:(ClassPattern Class:A)) (Param Value:y Specializer:(ClassPattern Class:B Braces Fields:[(PatternField Key:c Value:(ValuePattern Value:1))])) (Param Value:_ Specializer:(ValuePattern Value:1))])"},
		{"f(x.a, x + 1, [a, *b], {k: v}, new A(), (x));", "(Rule Name:f Params:[(Param Value:(Lookup X:x Name:a)) (Param Value:(+ x 1)) (Param Value:(ListExpr Elems:[a] Rest:b)) (Param Value:(DictExpr Fields:[(Field Key:k Value:v)])) (Param Value:(New Class:A)) (Param Value:(paren x))])"},
		{"f(x: [1, *_], y: {a: 1}, z: -1);", "(Rule Name:f Params:[(Param Value:x Specializer:(ListPattern Elems:[(ValuePattern Value:1)] Rest:_)) (Param Value:y Specializer:(DictPattern Fields:[(PatternField Key:a Value:(ValuePattern Value:1))])) (Param Value:z Specializer:(ValuePattern Value:-1))])"},
		{"type f(x: Integer);", "(RuleType Name:f Params:[(Param Value:x Specializer:(ClassPattern Class:Integer))])"},
		{"type f();", "(RuleType Name:f)"},
		{"?= f(1) and g();", "(InlineQuery Query:(and (Call Name:f Args:[1]) (Call Name:g)))"},
		{"actor A {}", "(Block Keyword:actor Class:A)"},
		{"A {}", "(Block Class:A)"},
		{"thing a::B {}", "(Block Keyword:thing Class:a::B)"},
		{"resource resource {}", "(Block Keyword:resource Class:resource)"},
		{`resource A { roles = ["a",,"b",]; permissions = []; foo = {}; }`, `(Block Keyword:resource Class:A Decls:[(Declaration Name:roles Strings:["a" "b"]) (Declaration Name:permissions) (Declaration Name:foo Dict)])`},
		{`resource A { relations = {a: B,,if: C, D,}; }`, `(Block Keyword:resource Class:A Decls:[(Declaration Name:relations Dict Relations:[(RelationDecl Name:a Classes:[B]) (RelationDecl Name:if Classes:[C]) (RelationDecl Name:D Classes:[D])])])`},
		{`resource A { relations = {a: [B], b: [C, D,,E,], F}; }`, `(Block Keyword:resource Class:A Decls:[(Declaration Name:relations Dict Relations:[(RelationDecl Name:a Classes:[B]) (RelationDecl Name:b Classes:[C D E]) (RelationDecl Name:F Classes:[F])])])`},
		{`resource A { "a" if "b"; "c" if "d" on "e"; "c" if "d" of "e"; }`, `(Block Keyword:resource Class:A Decls:[(Shorthand Head:"a" Implier:"b") (Shorthand Head:"c" Implier:"d" Keyword:on Relation:"e") (Shorthand Head:"c" Implier:"d" Keyword:of Relation:"e")])`},
		{"actor A {} f();\n\n# comment\ng();", "(Block Keyword:actor Class:A)\n(Rule Name:f)\n(Rule Name:g)"},
		{"", ""},
		{"# nothing", ""},
	}
	for _, test := range tests {
		f := mustParse(t, test.src)
		if got := strings.TrimSuffix(dumpFile(f), "\n"); got != test.want {
			t.Errorf("%s:\n got %s\nwant %s", test.src, got, test.want)
		}
	}
}

// TestFile checks the fields of a file besides its statements.
func TestFile(t *testing.T) {
	const src = "# a\nf(); # b\n$\n# c"
	f, _ := syntax.Parse("p.polar", src)
	if f.Name != "p.polar" || f.Source != src || len(f.Stmts) != 1 || len(f.Comments) != 3 {
		t.Errorf("got name %q, source %q, %d statements, %d comments", f.Name, f.Source, len(f.Stmts), len(f.Comments))
	}
	if p := f.Stmts[0].Pos(); p.String() != "p.polar:2:1" {
		t.Errorf("got position %v, want p.polar:2:1", p)
	}
}

// TestSpans checks that the span of every node is the text it was parsed from: the text of an
// expression parses to the same expression, and that of a name is the name.
func TestSpans(t *testing.T) {
	srcs := sources(t)
	srcs["unicode"] = "f(é, \"日本\", {ü}) if\n\té.ö(\"a\\\nb\") = 1 and # ü\n ( é matches Ä{ö: [1]} ) or - 1 in [ x , *ß ];"
	for name, src := range srcs {
		f, ds := syntax.Parse("", src)
		lines := strings.Split(src, "\n")
		text := func(s syntax.Span) string {
			from, to := []rune(lines[s.Start.Line-1]), []rune(lines[s.End.Line-1])
			if s.Start.Line == s.End.Line {
				return string(from[s.Start.Col-1 : s.End.Col-1])
			}
			parts := []string{string(from[s.Start.Col-1:])}
			parts = append(parts, lines[s.Start.Line:s.End.Line-1]...)
			return strings.Join(append(parts, string(to[:s.End.Col-1])), "\n")
		}
		for _, stmt := range f.Stmts {
			syntax.Walk(stmt, func(n syntax.Node) bool {
				got := text(n.Range())
				switch n := n.(type) {
				case *syntax.Name:
					if got != n.Text {
						t.Errorf("%s:%v: got %q for the name %s", name, n.Pos(), got, n.Text)
					}
				case syntax.Expr:
					x, ds := syntax.ParseQuery("", got)
					if errs := errorsOf(ds); errs != "" {
						t.Errorf("%s:%v: %q: %s", name, n.Pos(), got, errs)
					} else if dump(x) != dump(n) {
						t.Errorf("%s:%v: %q: got %s, want %s", name, n.Pos(), got, dump(x), dump(n))
					}
				case syntax.Pattern:
					x, ds := syntax.ParseQuery("", "x matches ["+got+"]")
					if errs := errorsOf(ds); errs != "" {
						t.Errorf("%s:%v: %q: %s", name, n.Pos(), got, errs)
					} else if p := x.(*syntax.MatchesExpr).Pattern.(*syntax.ListPattern).Elems[0]; reflect.TypeOf(p) != reflect.TypeOf(n) && !isBareClass(n) {
						t.Errorf("%s:%v: %q: got %s, want %s", name, n.Pos(), got, dump(p), dump(n))
					}
				case syntax.Stmt:
					if _, ok := n.(*syntax.Block); ok && syntax.Errors(ds) != nil {
						break // its text may hold declarations with errors
					}
					g, ds := syntax.Parse("", got)
					if errs := errorsOf(ds); errs != "" {
						t.Errorf("%s:%v: %q: %s", name, n.Pos(), got, errs)
					} else if len(g.Stmts) != 1 || dump(g.Stmts[0]) != dump(n) {
						t.Errorf("%s:%v: %q: got %s, want %s", name, n.Pos(), got, dumpFile(g), dump(n))
					}
				}
				return true
			})
		}
	}
}

// isBareClass reports whether n is a class without braces, which would be a variable inside a list.
func isBareClass(n syntax.Node) bool {
	c, ok := n.(*syntax.ClassPattern)
	return ok && !c.Braces
}

// TestRparen checks the only position that is not a span.
func TestRparen(t *testing.T) {
	f := mustParse(t, "f ( x,\n y ) if true;\ntype g( );")
	if got := f.Stmts[0].(*syntax.Rule).Rparen; got.Line != 2 || got.Col != 4 {
		t.Errorf("got %v for the rule, want 2:4", got)
	}
	if got := f.Stmts[1].(*syntax.RuleType).Rparen; got.Line != 3 || got.Col != 9 {
		t.Errorf("got %v for the rule type, want 3:9", got)
	}
}

// TestDepth checks that terms can be nested up to the bound and not deeper, in every way of the grammar.
func TestDepth(t *testing.T) {
	tests := []struct{ name, open, inner, close string }{
		{"parentheses", "(", "x", ")"},
		{"lists", "[", "x", "]"},
		{"dictionaries", "{a: ", "x", "}"},
		{"method arguments", "x.f(", "x", ")"},
		{"keyword arguments", "x.f(a: ", "x", ")"},
		{"instances", "new A(", "x", ")"},
		{"lookups", "", "x", ".a"},
		{"sums", "", "1", " + 1"},
		{"differences", "", "1", " - (1)"},
		{"products to the right", "2 * (", "1", ")"},
		{"negations", "not (", "x", ")"},
		{"alternations", "x or (", "x", ")"},
		{"conjunctions", "x and (", "x", ")"},
		{"quantifiers", "forall(x, ", "x", ")"},
		{"prefix forms", "in(", "x", ")"},
		{"class patterns", "A{a: ", "x", "}"},
		{"list patterns", "[", "x", "]"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			build := func(n int) string {
				prefix := ""
				if strings.HasSuffix(test.name, "patterns") {
					prefix = "x matches "
				}
				return prefix + strings.Repeat(test.open, n) + test.inner + strings.Repeat(test.close, n)
			}
			if _, ds := syntax.ParseQuery("", build(300)); errorsOf(ds) != "" {
				t.Errorf("300 levels: %s", errorsOf(ds))
			}
			for _, n := range []int{10_000, 1_000_000} {
				start := time.Now()
				x, ds := syntax.ParseQuery("", build(n))
				if x != nil || len(ds) != 1 || ds[0].Code != syntax.CodeTooDeep {
					t.Fatalf("%d levels: got %v, want one %s", n, ds, syntax.CodeTooDeep)
				}
				t.Logf("%d levels: %v", n, time.Since(start))
			}
			src := "a();\nb() if " + build(10_000) + ";\nc();"
			f, ds := syntax.Parse("", src)
			if len(f.Stmts) != 2 || len(ds) != 1 || ds[0].Pos.Line != 2 {
				t.Errorf("in a file: got %d statements and %v, want 2 and one error", len(f.Stmts), ds)
			}
		})
	}
}

// TestWide checks that long but flat sources have no bound.
func TestWide(t *testing.T) {
	const n = 100_000
	for _, src := range []string{
		"x" + strings.Repeat(" and x", n),
		"x" + strings.Repeat(" or x", n),
		"[1" + strings.Repeat(", 1", n) + "]",
		"f(1" + strings.Repeat(", 1", n) + ")",
		"\"" + strings.Repeat("x", n) + "\"",
		strings.Repeat("x", n),
		strings.Repeat("#\n", n) + "x",
		strings.Repeat(" ", n) + "x",
	} {
		if _, ds := syntax.ParseQuery("", src); len(ds) != 0 {
			t.Errorf("%.20q...: %s", src, errorsOf(ds))
		}
	}
}

// TestNasty parses and formats long texts in which every part is an error, or opens a bracket that is
// never closed. Each must end without a panic, and with a bounded number of diagnostics.
func TestNasty(t *testing.T) {
	for _, unit := range []string{
		"(", ")", "{", "}", "[", "f(", "f(x", "f(x: A{b: ", "resource A {", "resource A {\n", "resource A { roles = [", "\"", "\"\n", "\"\\", "\\\n", ";", ";\n", ",",
		"and ", "not ", "f() if ", "f() if not ", "f();", "f()\n", "f() if x\n", "?= ", "type ", "x ", "x\n", ".", "x.", "1", "1.", "1e", "1 ", "+", "- ", ":", "::", "a::", "?", "#", "#\n", " #\r", "//", "// x\n",
		"x = [1, ", "{a: 1, ", "{a: 1} ", "é", "\u202e", "$", "$\n", "\x00", " ", "\t\n", "f() if x = \"\u202e\";\n", "\"a\" if \"b\";\n", "f(# c\n", "# c\nf(x) # d\nif # e\nx # f\n; # g\n",
	} {
		src := strings.Repeat(unit, 1<<17/len(unit))
		for _, src := range []string{src, "f() if g(" + src, "resource R {" + src, "f() if x = [" + src + "];"} {
			if _, ds := syntax.Format(src); len(ds) > 2002 {
				t.Errorf("%q: got %d diagnostics", unit, len(ds))
			}
		}
	}
}
