//go:build !purego

package host

import (
	"testing"
	"unsafe"
)

// TestLayouts checks the layouts that the package relies on beyond the language
// specification.
func TestLayouts(t *testing.T) {
	n := 7
	p := &n
	var x any = p
	if w := wordsOf(&x); w.data != unsafe.Pointer(p) {
		t.Error("the data word of a pointer in an interface is not the pointer")
	}
	x = n
	if w := wordsOf(&x); *(*int)(w.data) != 7 {
		t.Error("the data word of an int in an interface is not the address of an int")
	}
	var y any = 8
	if wordsOf(&x).typ != wordsOf(&y).typ {
		t.Error("one type has two type words")
	}
	m := map[string]int{"a": 1}
	x = m
	w := wordsOf(&x)
	if *(*unsafe.Pointer)(unsafe.Pointer(&m)) != w.data || len(*(*map[string]int)(unsafe.Pointer(&w.data))) != 1 {
		t.Error("a map is not one pointer")
	}
	s := make([]int, 2, 3)
	if h := *(*sliceHeader)(unsafe.Pointer(&s)); h.data != unsafe.Pointer(&s[0]) || h.len != 2 || h.cap != 3 {
		t.Error("a slice is not data, length and capacity")
	}
	if unsafe.Sizeof(Value{}) != 2*unsafe.Sizeof(x)/2+8 {
		t.Errorf("a Value has %d bytes", unsafe.Sizeof(Value{}))
	}
}
