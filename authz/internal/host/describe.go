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

// This file defines Describe, which is for errors, and Print, which is for print().

// Describe returns what v is called in messages: the name of its class, its kind, or its
// Go type. It never shows a value.
func Describe(v Value) string {
	switch v.Kind() {
	case Nil:
		return "nil"
	case ClassKind:
		return "class " + v.ClassInfo().Name
	}
	return v.Plan.describe()
}

// The bounds of what Print shows.
const (
	printDepth = 8       // nesting of lists and dictionaries
	printElems = 100     // elements of a list or entries of a dictionary
	printBytes = 1 << 16 // all of it, about; and the bytes of a string
)

// isFull reports whether no element i is to be written to b at that depth.
func isFull(b *strings.Builder, i, depth int) bool {
	return i == printElems || depth == printDepth || b.Len() > printBytes
}

// Print returns v as print() in a policy shows it: scalars and times by their value, strings
// in quotes, lists and dictionaries element by element within bounds. Of an instance it shows
// the class only, and those of its fields that are tagged `polar:",show"`. A type with a
// blank field of that tag is shown by its method String.
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

// printFloat returns f in the shortest form that the policy language reads as f.
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

// printInstance writes an instance as far as its type asks for it.
func printInstance(b *strings.Builder, v Value, depth int) {
	if v.Plan.Type == timeType {
		b.WriteString(timeAt(v.Ptr).Format(time.RFC3339Nano))
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

// callString returns what the String method of an instance says.
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
