package syntax_test

import (
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/ursa-authz/ursa/authz/polar/syntax"
)

var update = flag.Bool("update", false, "write the golden files of the formatter")

// TestFormatGolden compares the formatted files of testdata/format/*.polar with the golden files.
func TestFormatGolden(t *testing.T) {
	names, err := filepath.Glob("testdata/format/*.polar")
	if err != nil || len(names) == 0 {
		t.Fatalf("no policies in testdata/format: %v", err)
	}
	for _, name := range names {
		t.Run(filepath.Base(name), func(t *testing.T) {
			src, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			got, ds := syntax.Format(string(src))
			if errs := errorsOf(ds); errs != "" {
				t.Fatal(errs)
			}
			golden := strings.TrimSuffix(name, ".polar") + ".golden"
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("%s\n--- got ---\n%s", firstDifference(got, string(want)), got)
			}
			if problem := checkFormat(string(src)); problem != "" {
				t.Error(problem)
			}
		})
	}
}

// firstDifference describes the first line in which two texts differ.
func firstDifference(got, want string) string {
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range min(len(g), len(w)) {
		if g[i] != w[i] {
			return fmt.Sprintf("line %d: got %q, want %q", i+1, g[i], w[i])
		}
	}
	return fmt.Sprintf("got %d lines, want %d", len(g), len(w))
}

// checkFormat returns what is wrong with the formatted form of src, or "": it must parse to the same tree, hold
// the same comments, and be its own formatted form.
func checkFormat(src string) string {
	before, ds := syntax.Parse("", src)
	out, _ := syntax.Format(src)
	if syntax.Errors(ds) != nil {
		if out != src {
			return fmt.Sprintf("a source with errors was changed to %q", out)
		}
		return ""
	}
	after, ds := syntax.Parse("", out)
	if errs := errorsOf(ds); errs != "" {
		return fmt.Sprintf("the formatted text has errors:\n%s\n%s", errs, out)
	}
	if b, a := dumpFile(before), dumpFile(after); a != b {
		return fmt.Sprintf("the tree changed: %s\n%s", firstDifference(a, b), out)
	}
	if b, a := comments(before), comments(after); a != b {
		return fmt.Sprintf("the comments changed: %s\n%s", firstDifference(a, b), out)
	}
	if again, _ := syntax.Format(out); again != out {
		return fmt.Sprintf("formatting is not idempotent: %s\n--- once ---\n%s--- twice ---\n%s", firstDifference(again, out), out, again)
	}
	for i, line := range strings.Split(out, "\n") {
		if strings.TrimRight(line, " \t") != line {
			return fmt.Sprintf("line %d ends in blanks: %q", i+1, line)
		}
	}
	return ""
}

// comments returns the comments of a file, one per line, without the blanks at their ends.
func comments(f *syntax.File) string {
	var b strings.Builder
	for _, c := range f.Comments {
		b.WriteString(strings.TrimRight(c.Text, " \t") + "\n")
	}
	return b.String()
}

// TestFormatKeepsComments puts a comment between any two tokens of a policy and formats the result.
func TestFormatKeepsComments(t *testing.T) {
	tokens := strings.Fields(`f ( x : A { b : 1 , c } , [ y , * z ] ) if x . g ( 1 , h : 2 ) = ( y + 1 ) and
		not { d : 3 } . e or forall ( i in [ ] , true ) ;
		type t ( v ) ; ?= w and q ( ) ;
		resource R { roles = [ "a" , "b" ] ; relations = { s : T , U , v : [ W , X ] } ; "a" if "b" on "s" ; }`)
	for i := range len(tokens) + 1 {
		for _, comment := range []string{" # one\n", "\n# one\n", " # one\n # two\n\n # three\n", "\n\n# one\n\n\n# two\n"} {
			src := strings.Join(tokens[:i], " ") + comment + strings.Join(tokens[i:], " ")
			if problem := checkFormat(src); problem != "" {
				t.Errorf("comment %q before token %d: %s", comment, i, problem)
			}
		}
	}
	src := strings.Join(tokens, " # c\n") + " # c"
	if problem := checkFormat(src); problem != "" {
		t.Errorf("comments everywhere: %s", problem)
	}
}

// TestFormatErrors checks that a source with errors is not changed.
func TestFormatErrors(t *testing.T) {
	const src = "f( 1 ) ;  g( ;"
	out, ds := syntax.Format(src)
	if out != src || syntax.Errors(ds) == nil {
		t.Errorf("got %q and %v, want the source and an error", out, ds)
	}
	out, ds = syntax.Format("f() if a and b or c;")
	if want := "f() if a and b or c;\n"; out != want || len(ds) != 1 || ds[0].Severity != syntax.Warning {
		t.Errorf("got %q and %v, want %q and a warning", out, ds, want)
	}
	if out, ds := syntax.Format(" \n"); out != "" || len(ds) != 0 {
		t.Errorf("of nothing, got %q and %v", out, ds)
	}
}

// TestFormatWidth checks that lines are broken if they do not fit, and only then.
func TestFormatWidth(t *testing.T) {
	for n := 1; n < 120; n++ {
		name := strings.Repeat("é", n)
		src := "f(" + name + ") if g(" + name + ", 1) and " + name + " = [" + name + "];"
		out, _ := syntax.Format(src)
		lines := strings.Split(strings.TrimSuffix(out, "\n"), "\n")
		if flat := utf8.RuneCountInString(src); (flat <= 100) != (len(lines) == 1) {
			t.Errorf("%d columns: got %d lines:\n%s", flat, len(lines), out)
		}
		if n > 80 {
			continue // a name alone may be too long for a line
		}
		for _, line := range lines {
			if utf8.RuneCountInString(line) > 100 && !strings.Contains(line, " = ") {
				t.Errorf("name of %d runes: the line %q is too long", n, line)
			}
		}
	}
}

// TestStrings checks how single nodes are printed, and that trees without positions and
// parentheses get those that they need.
func TestStrings(t *testing.T) {
	v := func(name string) syntax.Expr { return &syntax.Var{Name: name} }
	bin := func(op syntax.Op, x, y syntax.Expr) syntax.Expr { return &syntax.BinaryExpr{Op: op, X: x, Y: y} }
	or := &syntax.NaryExpr{Op: syntax.OpOr, Elems: []syntax.Expr{v("a"), v("b")}}
	tests := []struct {
		x    syntax.Expr
		want string
	}{
		{bin(syntax.OpMul, bin(syntax.OpAdd, v("a"), v("b")), v("c")), "(a + b) * c"},
		{bin(syntax.OpSub, v("a"), bin(syntax.OpSub, v("b"), v("c"))), "a - (b - c)"},
		{bin(syntax.OpSub, bin(syntax.OpSub, v("a"), v("b")), v("c")), "a - b - c"},
		{bin(syntax.OpEq, v("a"), bin(syntax.OpAdd, v("b"), v("c"))), "a == b + c"},
		{&syntax.NaryExpr{Op: syntax.OpAnd, Elems: []syntax.Expr{or, v("c")}}, "(a or b) and c"},
		{&syntax.NotExpr{X: or}, "not (a or b)"},
		{&syntax.NotExpr{X: &syntax.NotExpr{X: v("a")}}, "not (not a)"},
		{&syntax.Lookup{X: bin(syntax.OpAdd, v("a"), v("b")), Name: &syntax.Name{Text: "c"}}, "(a + b).c"},
		{&syntax.IntLit{Value: -7}, "-7"},
		{&syntax.FloatLit{Value: 1}, "1.0"},
		{&syntax.FloatLit{Value: 1e100}, "1e+100"},
		{&syntax.FloatLit{Value: math.NaN()}, "nan"},
		{&syntax.FloatLit{Value: math.Inf(1)}, "inf"},
		{&syntax.FloatLit{Value: math.Inf(-1)}, "-inf"},
		{&syntax.StringLit{Value: "\"\\\n\r\t\x00é"}, `"\"\\\n\r\t\0é"`},
		{&syntax.ListExpr{Elems: []syntax.Expr{v("a")}, Rest: &syntax.Var{Name: "r"}}, "[a, *r]"},
	}
	for _, test := range tests {
		got := syntax.ExprString(test.x)
		if got != test.want {
			t.Errorf("got %s, want %s", got, test.want)
		}
		if _, ds := syntax.ParseQuery("", got); len(ds) != 0 {
			t.Errorf("%s: %s", got, errorsOf(ds))
		}
	}
	f := mustParse(t, "f( x : A{ b : 1 , c } ) # comment\n if\n x . d = 1\n and y ;")
	rule := f.Stmts[0].(*syntax.Rule)
	if got, want := syntax.RuleString(rule), "f(x: A{b: 1, c}) if x.d = 1 and y;"; got != want {
		t.Errorf("RuleString: got %s, want %s", got, want)
	}
	if got, want := syntax.PatternString(rule.Params[0].Specializer), "A{b: 1, c}"; got != want {
		t.Errorf("PatternString: got %s, want %s", got, want)
	}
}

// TestStringsRoundTrip prints all expressions of the test policies on one line and reads them again.
func TestStringsRoundTrip(t *testing.T) {
	for name, src := range sources(t) {
		f, _ := syntax.Parse("", src)
		for _, stmt := range f.Stmts {
			syntax.Walk(stmt, func(n syntax.Node) bool {
				if x, ok := n.(syntax.Expr); ok {
					s := syntax.ExprString(x)
					y, ds := syntax.ParseQuery("", s)
					if errs := errorsOf(ds); errs != "" {
						t.Errorf("%s:%v: %s: %s", name, n.Pos(), s, errs)
					} else if dump(x) != dump(y) || strings.Contains(s, "\n") {
						t.Errorf("%s:%v: %s: got %s, want %s", name, n.Pos(), s, dump(y), dump(x))
					}
				}
				return true
			})
		}
	}
}
