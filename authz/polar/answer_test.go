package polar_test

// This file defines answers: how the queries of scripts run, and how their
// solutions are written.

import (
	"context"
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/ursa-authz/ursa/authz/polar"
)

// An answer is the answer of a query.
type answer struct {
	solutions []map[string]string // rendered values by variable
	err       error
}

// String returns the answer in the notation of outcomes.
func (a answer) String() string {
	var parts []string
	for _, s := range a.solutions {
		var vars []string
		for name, value := range s {
			vars = append(vars, name+"="+value)
		}
		slices.Sort(vars)
		if len(vars) == 0 {
			vars = []string{"{}"}
		}
		parts = append(parts, strings.Join(vars, ", "))
	}
	if a.err != nil {
		parts = append(parts, fmt.Sprintf("error %s %q", strings.Join(codes(a.err), "+"), a.err))
	}
	if len(parts) == 0 {
		return "none"
	}
	return strings.Join(parts, solutionSplit)
}

// ask runs a query.
func ask(ctx context.Context, p *polar.Policy, q *query, values map[string]any) answer {
	return askUpTo(ctx, p, q, values, -1)
}

// askUpTo runs a query for at most limit solutions, or to the end if limit is negative.
func askUpTo(ctx context.Context, p *polar.Policy, q *query, values map[string]any, limit int) (a answer) {
	defer func() {
		if r := recover(); r != nil {
			a.err = fmt.Errorf("PANIC: %v", r)
		}
	}()
	ctx, cancel := context.WithTimeout(ctx, queryTimeout)
	defer cancel()
	solutions := p.QueryString(ctx, q.text)
	if q.fromGo {
		rule, args, err := parseCall(q.text, values)
		if err != nil {
			return answer{err: err}
		}
		solutions = p.Query(ctx, rule, args...)
	}
	for b, err := range solutions {
		if err != nil {
			a.err = err
			continue
		}
		if a.err != nil {
			return answer{err: errors.New("a solution after an error")}
		}
		s := make(map[string]string)
		for name, x := range b {
			s[name] = render(x)
		}
		a.solutions = append(a.solutions, s)
		if len(a.solutions) == limit {
			break
		}
	}
	return a
}

// parseCall reads a rule call, whose arguments are literals, names of values, and ?x for variables.
func parseCall(text string, values map[string]any) (rule string, args []any, err error) {
	rule, rest, ok := strings.Cut(text, "(")
	if !ok || !strings.HasSuffix(rest, ")") {
		return "", nil, fmt.Errorf("%q is not a call", text)
	}
	rest = strings.TrimSuffix(rest, ")")
	if rest == "" {
		return rule, nil, nil
	}
	for _, arg := range splitOutside(rest, ",") {
		x, named := values[arg]
		switch {
		case strings.HasPrefix(arg, "?"):
			args = append(args, polar.Var(arg[1:]))
		case strings.HasPrefix(arg, `"`):
			s, err := strconv.Unquote(arg)
			if err != nil {
				return "", nil, err
			}
			args = append(args, s)
		case arg == "true" || arg == "false":
			args = append(args, arg == "true")
		case named:
			args = append(args, x)
		default:
			if n, err := strconv.Atoi(arg); err == nil {
				args = append(args, n)
			} else if f, err := strconv.ParseFloat(arg, 64); err == nil {
				args = append(args, f)
			} else {
				return "", nil, fmt.Errorf("no value is named %q", arg)
			}
		}
	}
	return rule, args, nil
}

// render returns a value of a binding as scripts write it: as in Polar, with
// sorted dictionaries, "_" for an unbound variable, instances as Class(label),
// values of named types as Type(value), and classes as "class Name".
func render(x any) string {
	switch x := x.(type) {
	case nil:
		return "nil"
	case polar.Var:
		return "_"
	case interface {
		PolarClass() (string, reflect.Type)
	}:
		name, t := x.PolarClass()
		if name == "" {
			name = t.Name()
		}
		return "class " + name
	}
	v := reflect.ValueOf(x)
	for v.Kind() == reflect.Pointer {
		if v.IsNil() {
			return "nil"
		}
		v = v.Elem()
	}
	t := v.Type()
	if label, ok := labelOf(v); ok {
		return className(t) + "(" + label + ")"
	}
	text := renderKind(v)
	if t.PkgPath() != "" && t.Kind() != reflect.Struct {
		text = className(t) + "(" + text + ")"
	}
	return text
}

func renderKind(v reflect.Value) string {
	switch v.Kind() {
	case reflect.Bool:
		return strconv.FormatBool(v.Bool())
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return strconv.FormatInt(v.Int(), 10)
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return strconv.FormatUint(v.Uint(), 10)
	case reflect.Float32, reflect.Float64:
		return renderFloat(v.Float())
	case reflect.String:
		return strconv.Quote(v.String())
	case reflect.Slice, reflect.Array:
		parts := make([]string, v.Len())
		for i := range parts {
			parts[i] = render(v.Index(i).Interface())
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case reflect.Map:
		var parts []string
		for _, k := range v.MapKeys() {
			parts = append(parts, fmt.Sprint(k)+": "+render(v.MapIndex(k).Interface()))
		}
		slices.Sort(parts)
		return "{" + strings.Join(parts, ", ") + "}"
	case reflect.Struct:
		var parts []string
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				parts = append(parts, render(v.Field(i).Interface()))
			}
		}
		return className(v.Type()) + "(" + strings.Join(parts, ", ") + ")"
	default:
		return v.Type().String()
	}
}

// renderFloat returns a float so that it does not look like an integer.
func renderFloat(f float64) string {
	switch {
	case math.IsInf(f, 1):
		return "inf"
	case math.IsInf(f, -1):
		return "-inf"
	case math.IsNaN(f):
		return "nan"
	}
	text := strconv.FormatFloat(f, 'g', -1, 64)
	if abs := math.Abs(f); abs == 0 || abs >= 1e-4 && abs < 1e15 {
		text = strconv.FormatFloat(f, 'f', -1, 64)
	}
	if !strings.ContainsAny(text, ".e") {
		text += ".0"
	}
	return text
}

// labelOf returns the label of an instance of the fixture.
func labelOf(v reflect.Value) (string, bool) {
	ptr := reflect.New(v.Type())
	ptr.Elem().Set(v)
	if l, ok := ptr.Interface().(interface{ Label() string }); ok {
		return l.Label(), true
	}
	return "", false
}

// className returns the name of a Go type in policies.
func className(t reflect.Type) string {
	name := strings.TrimPrefix(t.Name(), "guide")
	name, _, _ = strings.Cut(name, "[")
	return name
}
