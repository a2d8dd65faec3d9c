package ops_test

import (
	"context"
	"errors"
	"math"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/ursa-authz/ursa/authz/filter"
	"github.com/ursa-authz/ursa/authz/internal/host"
	"github.com/ursa-authz/ursa/authz/internal/meter"
	"github.com/ursa-authz/ursa/authz/polar/internal/ops"
	"github.com/ursa-authz/ursa/authz/polar/syntax"
)

// known implements ops.Terms for values of the host.
type known struct{ acct *meter.Account }

func (k known) Account() *meter.Account { return k.acct }

func (k known) Each(list ops.Value, f func(ops.Value) (bool, error)) (bool, error) {
	for i := range list.Len() {
		e, err := list.At(i)
		if err != nil {
			return true, err
		}
		if more, err := f(e); !more || err != nil {
			return true, err
		}
	}
	return true, nil
}

func (k known) Same(a, b ops.Value) (bool, bool, error) {
	same, err := ops.Equal(k.acct, a, b)
	return same, true, err
}

func (k known) Keys(dict ops.Value) ([]string, error) { return dict.Keys(), nil }

func (k known) Entry(dict ops.Value, key string) (ops.Value, bool, error) { return dict.Get(key) }

// newTerms returns terms with an account that has room for that many steps and bytes.
func newTerms(steps, bytes int) known {
	acct := new(meter.Account)
	acct.Open(context.Background(), &meter.Limits{Steps: steps, Bytes: bytes}, nil)
	return known{acct}
}

func code(err error) string {
	var e *ops.Error
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}

var (
	str  = host.MakeString
	num  = host.MakeInt
	null = ops.Value{}
	list = func(vals ...ops.Value) ops.Value { return host.MakeList(vals) }
	dict = host.MakeDict([]string{"a", "b"}, []ops.Value{num(1), null})
)

// TestBuiltinTable checks that the rows of the table are complete.
func TestBuiltinTable(t *testing.T) {
	for i := range ops.Builtins {
		b := &ops.Builtins[i]
		if got := ops.BuiltinOf(b.Recv, b.Name); got != b {
			t.Errorf("%s.%s: two rows", b.Recv, b.Name)
		}
		if b.Args == nil || b.Call == nil {
			t.Errorf("%s.%s: the row has no arguments or no function", b.Recv, b.Name)
		}
		if b.Elem != host.Nil && b.Result != host.List {
			t.Errorf("%s.%s: elements of a %s", b.Recv, b.Name, b.Result)
		}
		if b.Filter != nil && (b.Result != host.Bool || !slices.Equal(b.Args, []host.Kind{host.String})) {
			t.Errorf("%s.%s: a filter needs a method that tests a text by a text", b.Recv, b.Name)
		}
		if b.Name == "" || !slices.Contains(ops.BuiltinNames(b.Recv), b.Name) {
			t.Errorf("%s.%s is not among the names", b.Recv, b.Name)
		}
	}
}

// TestBuiltinsAreDocumented checks that the page of the language lists all methods.
func TestBuiltinsAreDocumented(t *testing.T) {
	page, err := os.ReadFile("../../../../docs/polar.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(page), "\n## Built-in methods\n")
	rows := map[host.Kind]string{host.String: "| strings |", host.List: "| lists |", host.Dict: "| dictionaries |"}
	for i := range ops.Builtins {
		b := &ops.Builtins[i]
		_, row, _ := strings.Cut(section, "\n"+rows[b.Recv])
		row, _, _ = strings.Cut(row, "\n")
		if !strings.Contains(row, "`"+b.Name+"(") {
			t.Errorf("docs/polar.md does not list the method %s of %s", b.Name, b.Recv)
		}
	}
}

// TestCallBuiltin checks the results of all methods.
func TestCallBuiltin(t *testing.T) {
	tests := []struct {
		recv ops.Value
		name string
		args []ops.Value
		want string // as Print shows it; "none" if the call fails; a code if it returns an error
	}{
		{str("a/b"), "split", []ops.Value{str("/")}, `["a", "b"]`},
		{str("a"), "split", []ops.Value{str("")}, ops.CodeType},
		{str("abc"), "startswith", []ops.Value{str("ab")}, "true"},
		{str("abc"), "starts_with", []ops.Value{str("b")}, "false"},
		{str("abc"), "endswith", []ops.Value{str("bc")}, "true"},
		{str("abc"), "ends_with", []ops.Value{str("b")}, "false"},
		{str("abc"), "contains", []ops.Value{str("b")}, "true"},
		{str("aBc"), "lower", nil, `"abc"`},
		{str("aBc"), "upper", nil, `"ABC"`},
		{str(" a "), "strip", nil, `"a"`},
		{str("aba"), "replace", []ops.Value{str("a"), str("cc")}, `"ccbcc"`},
		{str("äb"), "length", nil, "2"},
		{list(num(1), num(2)), "length", nil, "2"},
		{list(num(1), null), "contains", []ops.Value{{}}, "true"},
		{list(num(1)), "contains", []ops.Value{str("1")}, "false"},
		{dict, "get", []ops.Value{str("a")}, "1"},
		{dict, "get", []ops.Value{str("b")}, "nil"},
		{dict, "get", []ops.Value{str("c")}, "none"},
		{dict, "keys", nil, `["a", "b"]`},

		{str("a"), "contains", []ops.Value{{}}, "none"},
		{str("a"), "contains", []ops.Value{num(1)}, ops.CodeType},
		{dict, "get", []ops.Value{num(1)}, ops.CodeType},
		{str("a"), "contains", nil, ops.CodeType},
		{str("a"), "lower", []ops.Value{str("b")}, ops.CodeType},
		{str("a"), "lenght", nil, ops.CodeUnknownMethod},
		{num(1), "length", nil, ops.CodeUnknownMethod},
	}
	tried := make(map[string]bool)
	for _, tt := range tests {
		tried[ops.Describe(tt.recv)+"."+tt.name] = true
		v, ok, err := ops.CallBuiltin(newTerms(1000, 1<<20), tt.recv, tt.name, tt.args)
		got := "none"
		if err != nil {
			got = code(err)
		} else if ok {
			got = host.Print(v)
		}
		if got != tt.want {
			t.Errorf("%s.%s: got %s, want %s", host.Print(tt.recv), tt.name, got, tt.want)
		}
	}
	for i := range ops.Builtins {
		if b := &ops.Builtins[i]; !tried[b.Recv.String()+"."+b.Name] {
			t.Errorf("no test calls %s.%s", b.Recv, b.Name)
		}
	}
}

// TestBuiltinsCharge checks that a method of a long text ends with an error where the account
// has no steps or no bytes left.
func TestBuiltinsCharge(t *testing.T) {
	long := str(strings.Repeat("a ", 1<<12))
	args := []ops.Value{str(" "), str("long")}
	for i := range ops.Builtins {
		b := &ops.Builtins[i]
		if b.Recv != host.String {
			continue
		}
		var me *meter.Error
		if _, ok, err := ops.CallBuiltin(newTerms(1, 1<<20), long, b.Name, args[:len(b.Args)]); ok || !errors.As(err, &me) {
			t.Errorf("%s with one step: %v, %v", b.Name, ok, err)
		}
		makes := b.Result == host.List || b.Result == host.String && b.Name != "strip" // a part of the text
		_, ok, err := ops.CallBuiltin(newTerms(1<<20, 64), long, b.Name, args[:len(b.Args)])
		if refused := !ok && errors.As(err, &me); refused != makes {
			t.Errorf("%s with 64 bytes: %v, %v", b.Name, ok, err)
		}
	}
}

// TestBuiltinFilter checks that the condition of a method says what the method does.
func TestBuiltinFilter(t *testing.T) {
	type Row struct{ Name string }
	model := &filter.Model{Name: "Row", Type: reflect.TypeFor[Row]()}
	for i := range ops.Builtins {
		b := &ops.Builtins[i]
		if b.Filter == nil {
			continue
		}
		for _, name := range []string{"", "a", "ab", "ba", "bab"} {
			for _, arg := range []string{"", "a", "b"} {
				v, _, err := ops.CallBuiltin(newTerms(1000, 1<<20), str(name), b.Name, []ops.Value{str(arg)})
				if err != nil {
					t.Fatal(err)
				}
				q := &filter.Query{Model: model, Where: b.Filter(filter.Field{Var: filter.Row, Name: "Name"}, arg)}
				got, err := q.Match(context.Background(), &Row{name}, nil)
				if err != nil || got != v.Bool() {
					t.Errorf("%q.%s(%q): the filter says %v, %v", name, b.Name, arg, got, err)
				}
			}
		}
	}
}

func TestArith(t *testing.T) {
	f := host.MakeFloat
	tests := []struct {
		op   syntax.Op
		a, b ops.Value
		want string
	}{
		{syntax.OpAdd, num(1), num(2), "3"},
		{syntax.OpAdd, num(math.MaxInt64), num(1), ops.CodeArithmetic},
		{syntax.OpAdd, num(math.MinInt64), num(-1), ops.CodeArithmetic},
		{syntax.OpSub, num(1), num(2), "-1"},
		{syntax.OpSub, num(math.MinInt64), num(1), ops.CodeArithmetic},
		{syntax.OpMul, num(3), num(-2), "-6"},
		{syntax.OpMul, num(-1), num(math.MinInt64), ops.CodeArithmetic},
		{syntax.OpDiv, num(1), num(2), "0.5"},
		{syntax.OpDiv, num(4), num(2), "2.0"},
		{syntax.OpMod, num(-7), num(3), "2"},
		{syntax.OpMod, num(7), num(-3), "-2"},
		{syntax.OpRem, num(-7), num(3), "-1"},
		{syntax.OpMod, num(1), num(0), ops.CodeArithmetic},
		{syntax.OpRem, num(math.MinInt64), num(-1), ops.CodeArithmetic},
		{syntax.OpMod, f(-7), f(3), "2.0"},
		{syntax.OpRem, f(-7), num(3), "-1.0"},
		{syntax.OpAdd, num(1), f(0.5), "1.5"},
		{syntax.OpAdd, ops.Value{}, num(1), "none"},
		{syntax.OpAdd, num(1), str("1"), ops.CodeUnsupported},
		{syntax.OpAdd, ops.Value{}, str("1"), "none"},
	}
	for _, tt := range tests {
		v, ok, err := ops.Arith(tt.op, tt.a, tt.b)
		got := "none"
		if err != nil {
			got = code(err)
		} else if ok {
			got = host.Print(v)
		}
		if got != tt.want {
			t.Errorf("%s %s %s: got %s, want %s", host.Print(tt.a), tt.op, host.Print(tt.b), got, tt.want)
		}
	}
}

func TestOrdered(t *testing.T) {
	acct := newTerms(1000, 1<<20).acct
	for _, tt := range []struct {
		op   syntax.Op
		a, b ops.Value
		want string
	}{
		{syntax.OpLt, num(1), num(2), "true"},
		{syntax.OpLe, num(2), num(2), "true"},
		{syntax.OpGt, num(1), host.MakeFloat(0.5), "true"},
		{syntax.OpGe, str("a"), str("b"), "false"},
		{syntax.OpLt, str("a"), str("ab"), "true"},
		{syntax.OpLt, ops.Value{}, num(1), "false"},
		{syntax.OpGe, ops.Value{}, ops.Value{}, "false"},
		{syntax.OpLt, num(1), str("a"), ops.CodeUnordered},
		{syntax.OpLt, ops.Value{Plan: ops.OpenListPlan}, num(1), ops.CodeUnordered},
	} {
		ok, err := ops.Ordered(acct, tt.op, tt.a, tt.b)
		got := host.Print(host.MakeBool(ok))
		if err != nil {
			got = code(err)
		}
		if got != tt.want {
			t.Errorf("%s %s: got %s, want %s", tt.op, ops.Describe(tt.b), got, tt.want)
		}
	}
}

// TestUnknownOperators checks that an operator that is not one of a kind panics and gives no answer.
func TestUnknownOperators(t *testing.T) {
	for name, f := range map[string]func(){
		"comparison":   func() { ops.Holds(syntax.OpAdd, 0) },
		"int arith":    func() { ops.Arith(syntax.OpEq, num(1), num(2)) },
		"float arith":  func() { ops.Arith(syntax.OpEq, num(1), host.MakeFloat(2)) },
		"zero operand": func() { ops.Holds(0, 0) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			f()
		}()
	}
}

// TestLongTexts checks comparisons beyond one chunk.
func TestLongTexts(t *testing.T) {
	a := strings.Repeat("a", 1<<17)
	for _, b := range []string{a, a[:len(a)-1] + "b", a + "a"} {
		acct := newTerms(1<<20, 1<<20).acct
		same, err := ops.SameText(acct, a, b)
		if err != nil || same != (a == b) {
			t.Errorf("the same: %v, %v", same, err)
		}
		c, err := ops.CompareTexts(acct, a, b)
		if err != nil || c != strings.Compare(a, b) {
			t.Errorf("the order is %d, %v", c, err)
		}
		if acct.Steps() == 0 {
			t.Error("nothing was charged")
		}
	}
}
