package syntax_test

// This file defines dump, which writes trees as text that tests compare.

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"github.com/ursa-authz/ursa/authz/polar/syntax"
)

// dump returns n without its positions: equal trees have equal dumps. Operators
// are written like calls, (+ 1 x), and other nodes as (Type Field:value ...) without empty fields.
func dump(n any) string {
	var b strings.Builder
	dumpValue(&b, reflect.ValueOf(n))
	return b.String()
}

// dumpFile returns the dumps of the statements of a file, one per line.
func dumpFile(f *syntax.File) string {
	var b strings.Builder
	for _, s := range f.Stmts {
		dumpValue(&b, reflect.ValueOf(s))
		b.WriteByte('\n')
	}
	return b.String()
}

func dumpValue(b *strings.Builder, v reflect.Value) {
	if v.Kind() == reflect.Interface {
		v = v.Elem()
	}
	switch x := v.Interface().(type) {
	case *syntax.Name:
		b.WriteString(x.Text)
		return
	case *syntax.Var:
		b.WriteString(x.Name)
		return
	case *syntax.IntLit:
		b.WriteString(x.Text)
		if s := strconv.FormatInt(x.Value, 10); s != x.Text {
			b.WriteString("=" + s)
		}
		return
	case *syntax.FloatLit:
		fmt.Fprintf(b, "%s=%g", x.Text, x.Value)
		return
	case *syntax.StringLit:
		b.WriteString(strconv.Quote(x.Value))
		return
	case *syntax.BoolLit:
		fmt.Fprint(b, x.Value)
		return
	case *syntax.CutExpr:
		b.WriteString("cut")
		return
	case *syntax.NaryExpr:
		dumpCall(b, x.Op.String(), x.Elems...)
		return
	case *syntax.BinaryExpr:
		dumpCall(b, x.Op.String(), x.X, x.Y)
		return
	case *syntax.NotExpr:
		dumpCall(b, "not", x.X)
		return
	case *syntax.ParenExpr:
		dumpCall(b, "paren", x.X)
		return
	}
	switch v.Kind() {
	case reflect.Slice:
		b.WriteByte('[')
		for i := range v.Len() {
			if i > 0 {
				b.WriteByte(' ')
			}
			dumpValue(b, v.Index(i))
		}
		b.WriteByte(']')
	case reflect.Pointer:
		v = v.Elem()
		b.WriteString("(" + v.Type().Name())
		for i := range v.NumField() {
			f := v.Type().Field(i)
			if f.Type == reflect.TypeFor[syntax.Span]() || f.Type == reflect.TypeFor[syntax.Position]() || v.Field(i).IsZero() {
				continue
			}
			b.WriteString(" " + f.Name)
			if f.Type.Kind() != reflect.Bool {
				b.WriteByte(':')
				dumpValue(b, v.Field(i))
			}
		}
		b.WriteByte(')')
	default:
		fmt.Fprint(b, v.Interface())
	}
}

func dumpCall(b *strings.Builder, op string, args ...syntax.Expr) {
	b.WriteString("(" + op)
	for _, a := range args {
		b.WriteByte(' ')
		dumpValue(b, reflect.ValueOf(a))
	}
	b.WriteByte(')')
}

// errorsOf returns the errors among ds, one per line.
func errorsOf(ds []syntax.Diagnostic) string {
	var lines []string
	for _, d := range ds {
		if d.Severity == syntax.Error {
			lines = append(lines, d.String())
		}
	}
	return strings.Join(lines, "\n")
}

// mustParse returns the file of a source without errors.
func mustParse(t testing.TB, src string) *syntax.File {
	t.Helper()
	f, ds := syntax.Parse("", src)
	if errs := errorsOf(ds); errs != "" {
		t.Fatalf("cannot parse %q:\n%s", src, errs)
	}
	return f
}

// sources returns all policies below testdata by file name.
func sources(t testing.TB) map[string]string {
	t.Helper()
	names, err := filepath.Glob("testdata/*/*.polar")
	if err != nil || len(names) == 0 {
		t.Fatalf("no policies below testdata: %v", err)
	}
	m := make(map[string]string)
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		m[name] = string(data)
	}
	return m
}
