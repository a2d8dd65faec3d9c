package authztest

// This file defines hostile rows: rows made to show a difference between a database and a
// program.

import (
	"cmp"
	"crypto/rand"
	"database/sql/driver"
	"fmt"
	"math"
	mathrand "math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"time"
)

// A hostile makes rows of one type.
type hostile struct {
	typ    reflect.Type
	key    [][]int
	bases  []reflect.Value // existing rows
	seen   seen
	fields []reflect.StructField // the fields that vary
}

// seen holds the values that occur in rows and actors, by kind.
type seen struct {
	ints   []int64
	floats []float64
	texts  []string
	times  []time.Time
	others map[reflect.Type][]reflect.Value // arrays and structs, such as a UUID
}

// maxSeen bounds the number of values of a kind: each is tried in each field.
const maxSeen = 12

// maxBases bounds the number of existing rows from which new rows are made.
const maxBases = 3

func newHostile(t reflect.Type, key [][]int, rows, actors []any) *hostile {
	h := &hostile{typ: t, key: key, seen: seen{others: make(map[reflect.Type][]reflect.Value)}}
	// A store may return rows in any order, but a test should be reproducible.
	rows = slices.SortedFunc(slices.Values(rows), func(a, b any) int {
		return cmp.Compare(fmt.Sprint(keyValues(a, key)), fmt.Sprint(keyValues(b, key)))
	})
	for _, x := range slices.Concat(actors, rows) {
		h.seen.struc(reflect.ValueOf(x))
	}
	for _, row := range rows[:min(len(rows), maxBases)] {
		h.bases = append(h.bases, reflect.ValueOf(row).Elem())
	}
	for _, f := range reflect.VisibleFields(t) {
		if f.IsExported() && !throughPointer(t, f.Index) && !h.isKey(f.Index) {
			h.fields = append(h.fields, f)
		}
	}
	return h
}

func keyValues(row any, key [][]int) []any {
	var values []any
	for _, index := range key {
		values = append(values, reflect.ValueOf(row).Elem().FieldByIndex(index).Interface())
	}
	return values
}

// throughPointer reports whether the field is in an embedded pointer.
func throughPointer(t reflect.Type, index []int) bool {
	for _, i := range index[:len(index)-1] {
		if t = t.Field(i).Type; t.Kind() == reflect.Pointer {
			return true
		}
	}
	return false
}

func (h *hostile) isKey(index []int) bool {
	return slices.ContainsFunc(h.key, func(k []int) bool {
		return len(k) >= len(index) && slices.Equal(k[:len(index)], index)
	})
}

// struc records the values of the fields of a struct.
func (s *seen) struc(v reflect.Value) {
	for n := 0; n < maxPointers && (v.Kind() == reflect.Pointer || v.Kind() == reflect.Interface); n++ {
		v = v.Elem()
	}
	if v.Kind() != reflect.Struct {
		return
	}
	for _, f := range reflect.VisibleFields(v.Type()) {
		if f.IsExported() && !f.Anonymous && !throughPointer(v.Type(), f.Index) {
			s.value(v.FieldByIndex(f.Index))
		}
	}
}

// value records the value of a field.
func (s *seen) value(v reflect.Value) {
	for n := 0; n < maxPointers && v.Kind() == reflect.Pointer; n++ {
		v = v.Elem()
	}
	if !v.IsValid() {
		return
	}
	if inner, ok := nullable(v.Type()); ok {
		v = v.FieldByIndex(inner)
	}
	switch {
	case v.CanInt():
		s.ints = remember(s.ints, v.Int())
	case v.CanUint():
		s.ints = remember(s.ints, int64(v.Uint()))
	case v.CanFloat():
		s.floats = remember(s.floats, v.Float())
	case v.Kind() == reflect.String:
		s.texts = remember(s.texts, v.String())
	case v.Type() == timeType:
		s.times = remember(s.times, v.Interface().(time.Time))
	case isOpaque(v.Type()):
		if list := s.others[v.Type()]; len(list) < maxSeen {
			s.others[v.Type()] = append(list, v)
		}
	}
}

func remember[T comparable](list []T, x T) []T {
	if len(list) == maxSeen || slices.Contains(list, x) {
		return list
	}
	return append(list, x)
}

var (
	timeType   = reflect.TypeFor[time.Time]()
	valuerType = reflect.TypeFor[driver.Valuer]()
)

// nullable returns the index of the value in a type such as sql.NullString: a struct with a
// value and Valid.
func nullable(t reflect.Type) (value []int, ok bool) {
	if t.Kind() != reflect.Struct || t.NumField() != 2 || !t.Implements(valuerType) {
		return nil, false
	}
	valid, ok := t.FieldByName("Valid")
	if !ok || valid.Type.Kind() != reflect.Bool || len(valid.Index) != 1 {
		return nil, false
	}
	return []int{1 - valid.Index[0]}, true
}

// isOpaque reports whether values of t are compared as a whole: arrays and structs that a
// database stores in one column.
func isOpaque(t reflect.Type) bool {
	return t.Kind() == reflect.Array || t.Kind() == reflect.Struct && t.Implements(valuerType)
}

// rows returns at most most new rows: for each existing row a duplicate, rows that differ
// in one field, and rows that differ in any number of fields.
func (h *hostile) rows(most int, r *mathrand.Rand) []any {
	var rows []any
	for _, base := range h.bases {
		rows = append(rows, h.row(base).Addr().Interface())
	}
	var single []any
	for _, base := range h.bases {
		for _, f := range h.fields {
			for _, v := range h.values(f.Type) {
				row := h.row(base)
				row.FieldByIndex(f.Index).Set(v)
				single = append(single, row.Addr().Interface())
			}
		}
	}
	// If there are too many, take a sample of them and leave room for the others.
	r.Shuffle(len(single), func(i, j int) { single[i], single[j] = single[j], single[i] })
	rows = append(rows, single[:min(len(single), most*3/4)]...)
	for len(rows) < most && len(single) > 0 {
		row := h.row(h.bases[r.IntN(len(h.bases))])
		for _, f := range h.fields {
			if values := h.values(f.Type); len(values) > 0 && r.IntN(2) == 0 {
				row.FieldByIndex(f.Index).Set(values[r.IntN(len(values))])
			}
		}
		rows = append(rows, row.Addr().Interface())
	}
	return rows[:min(len(rows), most)]
}

// row returns a copy of a row with its own key and without the rows that it refers to.
func (h *hostile) row(base reflect.Value) reflect.Value {
	row := reflect.New(h.typ).Elem()
	row.Set(base)
	for _, index := range h.key {
		newKey(row.FieldByIndex(index), len(h.key) == 1)
	}
	for _, f := range h.fields {
		if v := row.FieldByIndex(f.Index); isRelation(f) {
			v.SetZero()
		}
	}
	return row
}

// isRelation reports whether a field holds one or more other rows.
func isRelation(f reflect.StructField) bool {
	t := f.Type
	for n := 0; n < maxPointers && (t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice); n++ {
		t = t.Elem()
	}
	if _, ok := nullable(t); ok || f.Anonymous || t == timeType || isOpaque(t) {
		return false
	}
	return t.Kind() == reflect.Struct
}

// newKey sets a key, or a part of one. If a number is the whole key, it becomes zero, and
// the store assigns a number.
func newKey(v reflect.Value, alone bool) {
	switch {
	case v.CanInt() && !alone:
		v.SetInt(int64(1 + mathrand.IntN(math.MaxInt8)))
	case v.CanUint() && !alone:
		v.SetUint(uint64(1 + mathrand.IntN(math.MaxInt8)))
	case v.Kind() == reflect.String:
		v.SetString(rand.Text())
	case v.Kind() == reflect.Array && v.Type().Elem().Kind() == reflect.Uint8:
		for i := range v.Len() {
			v.Index(i).SetUint(uint64(mathrand.IntN(256)))
		}
	default:
		v.SetZero()
	}
}

// values returns the values to try in a field of a type. It returns none for fields that
// hold other rows, and for kinds that policies do not compare.
func (h *hostile) values(t reflect.Type) []reflect.Value {
	if t.Kind() == reflect.Pointer {
		inner := h.values(t.Elem())
		if len(inner) == 0 {
			return nil
		}
		values := []reflect.Value{reflect.Zero(t)}
		for _, v := range inner {
			p := reflect.New(t.Elem())
			p.Elem().Set(v)
			values = append(values, p)
		}
		return values
	}
	if index, ok := nullable(t); ok {
		values := []reflect.Value{reflect.Zero(t)}
		for _, inner := range h.values(t.FieldByIndex(index).Type) {
			v := reflect.New(t).Elem()
			v.FieldByIndex(index).Set(inner)
			v.FieldByName("Valid").SetBool(true)
			values = append(values, v)
		}
		return values
	}
	switch t.Kind() {
	case reflect.Bool:
		return converted(t, []bool{false, true})
	case reflect.String:
		return converted(t, h.texts())
	case reflect.Float32, reflect.Float64:
		return converted(t, append([]float64{0, 1, -1, 0.5, 1e15, -1e15, math.SmallestNonzeroFloat32}, h.seen.floats...))
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return h.integers(t)
	}
	if t == timeType {
		times := []time.Time{{}, time.Unix(0, 0).UTC(), time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC)}
		for _, at := range h.seen.times {
			times = append(times, at, at.Add(time.Microsecond), at.Add(-time.Second))
		}
		return converted(t, times)
	}
	return h.seen.others[t]
}

// integers returns the ends of the range, and the values seen with their neighbors.
func (h *hostile) integers(t reflect.Type) []reflect.Value {
	candidates := []int64{0, 1, -1, math.MaxInt64, math.MinInt64}
	if bits := t.Bits(); bits < 64 {
		candidates = append(candidates, 1<<(bits-1)-1, -1<<(bits-1), 1<<bits-1)
	}
	for _, x := range h.seen.ints {
		candidates = append(candidates, x, x+1, x-1)
	}
	slices.Sort(candidates)
	var values []reflect.Value
	zero := reflect.Zero(t)
	for _, x := range slices.Compact(candidates) {
		if zero.CanInt() && zero.OverflowInt(x) || zero.CanUint() && (x < 0 || zero.OverflowUint(uint64(x))) {
			continue
		}
		values = append(values, reflect.ValueOf(x).Convert(t))
	}
	return values
}

// texts returns texts that databases compare in unusual ways, and variations of the texts
// seen.
func (h *hostile) texts() []string {
	texts := []string{"", " ", "%", "_", "'", `\`, "\"", "null", "é", "e\u0301", strings.Repeat("a", 300)}
	for _, s := range h.seen.texts {
		texts = append(texts, s, s+" ", strings.ToUpper(s), strings.ToLower(s), s+"x", "%"+s)
	}
	return texts
}

// converted returns values converted to a type with the same underlying type.
func converted[T any](t reflect.Type, list []T) []reflect.Value {
	values := make([]reflect.Value, len(list))
	for i, x := range list {
		values[i] = reflect.ValueOf(x).Convert(t)
	}
	return values
}
