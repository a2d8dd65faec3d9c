package host

import (
	"context"
	"fmt"
	"math"
	"reflect"
	"strconv"
	"strings"
	"time"
)

// This file defines Describe, for errors, and Print, for print().

// Describe returns how messages refer to v: the name of its class, its kind, or its Go type.
// It never shows a value.
func Describe(v Value) string {
	switch v.Kind() {
	case Nil:
		return "nil"
	case ClassKind:
		return "class " + v.ClassInfo().Name
	}
	return v.Plan.describe()
}

// The limits of Print.
const (
	printDepth = 8       // nesting of lists and dictionaries
	printElems = 100     // elements of a list or entries of a dictionary
	printBytes = 1 << 16 // approximate total size, and the bytes of a string
)

// isFull reports whether element i at that depth exceeds the limits of b.
func isFull(b *strings.Builder, i, depth int) bool {
	return i == printElems || depth == printDepth || b.Len() > printBytes
}

// Print returns v as print() in a policy shows it. It shows scalars and times by value,
// strings in quotes, and lists and dictionaries element by element up to the limits. For an
// instance it shows the class and the fields tagged `polar:",show"`. If the type has a blank
// field with that tag, Print calls its String method instead.
func Print(v Value) string {
	var b strings.Builder
	printTo(&b, v, 0)
	return b.String()
}

// printTo writes v to b.
func printTo(b *strings.Builder, v Value, depth int) {
	switch v.Kind() {
	case Nil:
		b.WriteString("nil")
	case Bool:
		b.WriteString(strconv.FormatBool(v.Bool()))
	case Int:
		b.WriteString(strconv.FormatInt(v.Int(), 10))
	case Float:
		b.WriteString(printFloat(v.Float()))
	case String:
		if s := v.Str(); len(s) > printBytes {
			b.WriteString(strconv.Quote(s[:printBytes]) + "...")
		} else {
			b.WriteString(strconv.Quote(s))
		}
	case List:
		printList(b, v, depth)
	case Dict:
		printDict(b, v, depth)
	case ClassKind:
		b.WriteString(v.ClassInfo().Name)
	case Instance:
		printInstance(b, v, depth)
	default:
		b.WriteString("_")
	}
}

// printFloat returns f in the shortest form that the policy language reads back as f.
func printFloat(f float64) string {
	switch {
	case math.IsInf(f, 1):
		return "inf"
	case math.IsInf(f, -1):
		return "-inf"
	case math.IsNaN(f):
		return "nan"
	}
	s := strconv.FormatFloat(f, 'g', -1, 64)
	if !strings.ContainsAny(s, ".e") {
		s += ".0"
	}
	return s
}

// printList writes a list.
func printList(b *strings.Builder, v Value, depth int) {
	b.WriteByte('[')
	for i := range v.Len() {
		if i > 0 {
			b.WriteString(", ")
		}
		if isFull(b, i, depth) {
			b.WriteString("...")
			break
		}
		e, err := v.At(i)
		printOr(b, e, err, depth+1)
	}
	b.WriteByte(']')
}

// printDict writes a dictionary.
func printDict(b *strings.Builder, v Value, depth int) {
	b.WriteByte('{')
	for i, k := range v.Keys() {
		if i > 0 {
			b.WriteString(", ")
		}
		if isFull(b, i, depth) {
			b.WriteString("...")
			break
		}
		if isSymbol(k) {
			b.WriteString(k)
		} else {
			b.WriteString(strconv.Quote(k))
		}
		b.WriteString(": ")
		e, _, err := v.Get(k)
		printOr(b, e, err, depth+1)
	}
	b.WriteByte('}')
}

// printOr writes v, or that it cannot be read.
func printOr(b *strings.Builder, v Value, err error, depth int) {
	if err != nil {
		b.WriteString("<error>")
		return
	}
	printTo(b, v, depth)
}

// printInstance writes as much of an instance as its type opts in to.
func printInstance(b *strings.Builder, v Value, depth int) {
	if v.Plan.Type == timeType {
		b.WriteString(TimeAt(v.Ptr).Format(time.RFC3339Nano))
		return
	}
	if v.Plan.stringer {
		if s, err := v.callString(); err == nil {
			b.WriteString(s)
			return
		}
	}
	b.WriteString(Describe(v))
	if len(v.Plan.shown) == 0 || isFull(b, 0, depth) {
		return
	}
	b.WriteByte('{')
	for i, a := range v.Plan.shown {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(a.Spelling)
		b.WriteString(": ")
		e, err := a.Load(v.Ptr)
		printOr(b, e, err, depth+1)
	}
	b.WriteByte('}')
}

// callString returns the result of the String method of an instance.
func (v Value) callString() (s string, err error) {
	m := v.Plan.Method("String")
	if m == nil || m.Out == nil || m.Out.Kind() != reflect.String {
		return "", fmt.Errorf("%s has no method String", Describe(v))
	}
	r, _, err := m.Call(context.Background(), v, nil)
	if err != nil {
		return "", err
	}
	return r.Str(), nil
}
