package host

import (
	"reflect"
	"testing"
)

// TestPointers tests that Pointers returns what reflection does.
func TestPointers(t *testing.T) {
	type row struct{ A, B int }
	type text string
	one, two := &row{A: 1}, &row{A: 2}
	for _, slice := range []any{
		[]*row{one, nil, two}, []row{{A: 1}, {A: 2}, {A: 3}}[1:], []row{}, []row(nil), []*row(nil), []text{"a", "b"}, []struct{}{{}, {}},
		[]map[string]int{{"a": 1}, nil}, [][]int{{1}, nil}, []func(){nil}, []**row{&one, &two}, []byte("abc"),
	} {
		v := reflect.ValueOf(slice)
		for from := range v.Len() {
			list := make([]any, 1)
			if Pointers(list, v, from); list[0] != pointer(v.Index(from)) {
				t.Errorf("%T: element %d is %T %v", slice, from, list[0], list[0])
			}
		}
		list := make([]any, v.Len())
		Pointers(list, v, 0)
		for i, x := range list {
			if want := pointer(v.Index(i)); x != want {
				t.Errorf("%T: element %d is %T %v, want %T %v", slice, i, x, x, want, want)
			}
		}
	}
}

func pointer(v reflect.Value) any {
	if v.Kind() != reflect.Pointer {
		v = v.Addr()
	}
	return v.Interface()
}
