package syntax_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/ursa-authz/ursa/authz/polar/syntax"
)

// describeNode returns the type of n, and its text if it has one.
func describeNode(n syntax.Node) string {
	name := reflect.TypeOf(n).Elem().Name()
	switch n := n.(type) {
	case *syntax.Name:
		return name + " " + n.Text
	case *syntax.Var:
		return name + " " + n.Name
	}
	return name
}

func TestWalk(t *testing.T) {
	f := mustParse(t, "f(x: A{b: [c, *d]}) if g(x.e(1, h: 2)) and not {i, j: 3} = (k);")
	var got []string
	syntax.Walk(f.Stmts[0], func(n syntax.Node) bool {
		got = append(got, describeNode(n))
		return true
	})
	want := []string{
		"Rule", "Name f", "Param", "Var x", "ClassPattern", "Name A", "PatternField", "Name b", "ListPattern", "ValuePattern", "Var c", "Var d",
		"NaryExpr", "Call", "Name g", "Lookup", "Var x", "Name e", "IntLit", "Field", "Name h", "IntLit",
		"NotExpr", "BinaryExpr", "DictExpr", "Field", "Name i", "Var i", "Field", "Name j", "IntLit", "ParenExpr", "Var k",
	}
	if g, w := strings.Join(got, "\n"), strings.Join(want, "\n"); g != w {
		t.Errorf("got\n%s\nwant\n%s", g, w)
	}
}

// TestWalkPrunes checks that Walk skips the nodes below a node for which the function returns false.
func TestWalkPrunes(t *testing.T) {
	f := mustParse(t, "f() if g(h) and i;")
	var got []string
	syntax.Walk(f.Stmts[0], func(n syntax.Node) bool {
		got = append(got, describeNode(n))
		_, call := n.(*syntax.Call)
		return !call
	})
	if g, w := strings.Join(got, ", "), "Rule, Name f, NaryExpr, Call, Var i"; g != w {
		t.Errorf("got %s, want %s", g, w)
	}
}

// TestWalkComplete checks, with reflection, that Walk visits all nodes of all trees of the test policies, once and in
// the order of their fields.
func TestWalkComplete(t *testing.T) {
	kinds := make(map[string]bool)
	for name, src := range sources(t) {
		f, _ := syntax.Parse("", src)
		for _, stmt := range f.Stmts {
			var want []syntax.Node
			collect(reflect.ValueOf(stmt), &want)
			var got []syntax.Node
			syntax.Walk(stmt, func(n syntax.Node) bool {
				kinds[reflect.TypeOf(n).Elem().Name()] = true
				got = append(got, n)
				return true
			})
			if len(got) != len(want) {
				t.Fatalf("%s:%v: got %d nodes, want %d", name, stmt.Pos(), len(got), len(want))
			}
			for i := range got {
				if got[i] != want[i] {
					t.Fatalf("%s:%v: node %d: got %s at %v, want %s", name, stmt.Pos(), i, describeNode(got[i]), got[i].Pos(), describeNode(want[i]))
				}
			}
		}
	}
	if len(kinds) != 35 {
		t.Errorf("the test policies have %d kinds of nodes, want all 35: %v", len(kinds), kinds)
	}
}

// collect adds the nodes of a tree in the order of their fields.
func collect(v reflect.Value, nodes *[]syntax.Node) {
	switch v.Kind() {
	case reflect.Interface:
		if !v.IsNil() {
			collect(v.Elem(), nodes)
		}
	case reflect.Slice:
		for i := range v.Len() {
			collect(v.Index(i), nodes)
		}
	case reflect.Pointer:
		if v.IsNil() {
			return
		}
		*nodes = append(*nodes, v.Interface().(syntax.Node))
		for i := range v.Elem().NumField() {
			collect(v.Elem().Field(i), nodes)
		}
	}
}

func TestUnparen(t *testing.T) {
	for _, src := range []string{"x", "(x)", "(((x)))"} {
		x, _ := syntax.ParseQuery("", src)
		if got := dump(syntax.Unparen(x)); got != "x" {
			t.Errorf("%s: got %s, want x", src, got)
		}
	}
}

func ExampleWalk() {
	file, _ := syntax.Parse("", `allow(user, "read", expense) if user.id = expense.user_id;`)
	syntax.Walk(file.Stmts[0], func(n syntax.Node) bool {
		if l, ok := n.(*syntax.Lookup); ok {
			fmt.Println(l.Pos(), syntax.ExprString(l))
		}
		return true
	})
	// Output:
	// 1:33 user.id
	// 1:43 expense.user_id
}
