package host

import (
	"database/sql"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"
)

type (
	everyName   string
	everyLevel  int8
	everyFlag   bool
	everyRatio  float32
	everyList   []everyName
	everyDict   map[everyName]int
	everyInner  struct{ A, B int }
	everySquare [2][2]int16
)

// EveryBase is embedded by value and by pointer.
type EveryBase struct {
	BaseName string
	BaseAge  *int
}

type everyDeep struct {
	EveryBase
	Deep string
}

// every has a field of every kind, in an order that leaves gaps.
type every struct {
	Bool    bool
	Int     int
	Int8    int8
	Int64   int64
	Int16   int16
	Int32   int32
	Uint    uint
	Uint8   uint8
	Uint64  uint64
	Uint16  uint16
	Uint32  uint32
	Uintptr uintptr
	Float32 float32
	Str     string
	Float64 float64

	Name  everyName
	Level everyLevel
	Flag  everyFlag
	Ratio everyRatio
	Month time.Month
	Span  time.Duration

	Inner    everyInner
	PInner   *everyInner
	PPInner  **everyInner
	PInt     *int
	PStr     *string
	PPStr    **string
	PSlice   *[]string
	PMap     *map[string]string
	Strs     []string
	Inners   []everyInner
	PInners  []*everyInner
	Names    everyList
	Square   everySquare
	Anys     []any
	Dict     map[string]string
	Multi    map[string][]string
	AnyDict  map[string]any
	NameDict everyDict
	Structs  map[string]everyInner
	Any      any
	Stringer fmt.Stringer
	PAny     *any

	Null    sql.NullString
	NullInt sql.NullInt64
	NullT   sql.Null[everyInner]
	PNull   *sql.NullBool
	Time    time.Time
	PTime   *time.Time
	Empty   struct{}
	EmptyA  [0]int

	//lint:ignore U1000 an unexported field is what the tests look for
	hidden int
	everyDeep
}

// filler fills variables with random values, nil and zero among them.
type filler struct{ *rand.Rand }

func (f filler) fill(v reflect.Value, depth int) {
	if f.IntN(8) == 0 || depth > 5 || !v.CanSet() {
		return
	}
	switch v.Kind() {
	case reflect.Bool:
		v.SetBool(f.IntN(2) == 1)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		v.SetInt(int64(f.Uint64()))
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		v.SetUint(f.Uint64())
	case reflect.Float32, reflect.Float64:
		v.SetFloat(f.NormFloat64())
	case reflect.String:
		v.SetString(fmt.Sprint("s", f.IntN(100)))
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		f.fill(v.Elem(), depth+1)
	case reflect.Struct:
		if v.Type() == timeType {
			v.Set(reflect.ValueOf(time.Unix(f.Int64N(1e9), 0)))
			return
		}
		for i := range v.NumField() {
			f.fill(v.Field(i), depth)
		}
	case reflect.Array:
		for i := range v.Len() {
			f.fill(v.Index(i), depth+1)
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), f.IntN(4), 4))
		for i := range v.Len() {
			f.fill(v.Index(i), depth+1)
		}
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		for i := range f.IntN(4) {
			e := reflect.New(v.Type().Elem()).Elem()
			f.fill(e, depth+1)
			v.SetMapIndex(reflect.ValueOf(fmt.Sprint("k", i)).Convert(v.Type().Key()), e)
		}
	case reflect.Interface:
		choices := []any{time.March, 3 * time.Second, &everyInner{1, 2}, everyInner{3, 4}, (*everyInner)(nil)}
		if v.NumMethod() == 0 {
			choices = append(choices, 1, "s", 2.5, true, uint64(math.MaxUint64), []int{1}, []any{1, "x", nil},
				map[string]any{"a": 1}, everyName("n"), map[string]int{"z": 1}, [2]bool{true})
		}
		if x := reflect.ValueOf(choices[f.IntN(len(choices))]); x.Type().Implements(v.Type()) {
			v.Set(x)
		}
	}
}

// want uses only reflection to compute what a policy must see of rv, in the form of Print.
func want(rv reflect.Value) string {
	switch rv.Kind() {
	case reflect.Invalid:
		return "nil"
	case reflect.Pointer, reflect.Interface:
		if rv.IsNil() {
			return "nil"
		}
		return want(rv.Elem())
	case reflect.Bool:
		return fmt.Sprint(rv.Bool())
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return fmt.Sprint(rv.Int())
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		if rv.Uint() > math.MaxInt64 {
			return "<error>"
		}
		return fmt.Sprint(rv.Uint())
	case reflect.Float32, reflect.Float64:
		return printFloat(rv.Float())
	case reflect.String:
		return fmt.Sprintf("%q", rv.String())
	case reflect.Slice, reflect.Array:
		s := "["
		for i := range rv.Len() {
			if i > 0 {
				s += ", "
			}
			s += want(rv.Index(i))
		}
		return s + "]"
	case reflect.Map:
		s := "{"
		for i := range 4 {
			for _, k := range []string{"a", "k", "z"} {
				name := k
				if k == "k" {
					name = fmt.Sprint(k, i)
				} else if i > 0 {
					continue
				}
				if e := rv.MapIndex(reflect.ValueOf(name).Convert(rv.Type().Key())); e.IsValid() {
					if len(s) > 1 {
						s += ", "
					}
					s += name + ": " + want(e)
				}
			}
		}
		return s + "}"
	}
	if rv.Type() == timeType {
		return rv.Interface().(time.Time).Format(time.RFC3339Nano)
	}
	if rv.Type().PkgPath() == "database/sql" {
		if !rv.FieldByName("Valid").Bool() {
			return "nil"
		}
		return want(rv.Field(0))
	}
	return rv.Type().String()
}

// TestLoadAgainstReflect reads every field of random structs by plan and by reflection.
func TestLoadAgainstReflect(t *testing.T) {
	r := registry(t)
	f := filler{rand.New(rand.NewPCG(1, 2))}
	errors, nils, rounds := 0, 0, 300
	for range rounds {
		x := new(every)
		f.fill(reflect.ValueOf(x).Elem(), 0)
		for _, arg := range []any{x, *x, &x} {
			v := value(t, r, arg)
			fields := reflect.VisibleFields(reflect.TypeFor[every]())
			for _, sf := range fields {
				if !sf.IsExported() {
					continue
				}
				a := v.Plan.Attr(sf.Name)
				if a == nil || v.Plan.Attr(SnakeCase(sf.Name)) != a {
					t.Fatalf("no attribute %s", sf.Name)
				}
				got := ""
				if w, err := a.Load(v.Ptr); err != nil {
					got = "<error>"
				} else {
					got = Print(w)
					if w.Kind() == Nil && !a.Nilable {
						t.Errorf("%s is nil and not nilable", sf.Name)
					}
				}
				wanted := want(reflect.ValueOf(x).Elem().FieldByIndex(sf.Index))
				if got != wanted {
					t.Fatalf("%s (%s): %s, want %s", sf.Name, sf.Type, got, wanted)
				}
				if got == "<error>" {
					errors++
				}
				if got == "nil" {
					nils++
				}
			}
			if v.Plan.Attr("hidden") != nil {
				t.Fatal("an unexported field exists")
			}
		}
	}
	if errors < rounds || nils < 10*rounds {
		t.Errorf("only %d errors and %d nils: the structs are not random enough", errors, nils)
	}
}

// TestToGoRoundTrip converts every field back to Go and compares it with the original.
func TestToGoRoundTrip(t *testing.T) {
	r := registry(t)
	f := filler{rand.New(rand.NewPCG(3, 4))}
	for range 100 {
		x := new(every)
		f.fill(reflect.ValueOf(x).Elem(), 0)
		v := value(t, r, x)
		for _, name := range v.Plan.AttrNames() {
			a := v.Plan.Attr(name)
			w, err := a.Load(v.Ptr)
			if err != nil {
				continue
			}
			got, err := r.ToGo(w)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			rv := reflect.ValueOf(x).Elem().FieldByIndex(a.index)
			for rv.Kind() == reflect.Interface || rv.Kind() == reflect.Pointer && rv.Type().Elem().Kind() != reflect.Struct {
				if rv.IsNil() {
					break
				}
				rv = rv.Elem()
			}
			wanted := rv.Interface()
			if n, ok := nullStruct(rv.Type()); ok {
				wanted = rv.Field(0).Interface()
				_ = n
			}
			if w.Kind() == Nil {
				wanted = nil
			}
			if p, ok := wanted.(*sql.NullBool); ok {
				wanted = p.Bool
			}
			if !reflect.DeepEqual(got, wanted) {
				t.Fatalf("%s: %T, want %T, or another value", name, got, wanted)
			}
		}
	}
}
