//go:build !purego

package host

import "reflect"

// This file defines how interface values are read in memory.
//
// An interface value is two words: the type, and the value if the type is a pointer or laid
// out like one, else the address of an immutable copy. So the type word alone determines how
// to read the data word. The table below maps it to a loader, by open addressing on a hash of
// the address of the type; usually one probe suffices, without reflection. NewRegistry makes
// the table. Types that are not in it go through a sync.Map.

// eface is the layout of a value of an interface type without methods.
type eface struct {
	typ, data Pointer
}

// wordsOf returns the two words of x.
func wordsOf(x *any) eface { return *(*eface)(Pointer(x)) }

// A typeMode says what the data word of an interface value is.
type typeMode uint8

const (
	modeNil      typeMode = iota // no type: the nil interface
	modeInstance                 // pointer to the object
	modePointer                  // pointer to a variable
	modeValue                    // address of an immutable variable
	modeMap                      // the map
	modeDirect                   // the variable's only word
	modeClass                    // a class value
)

// A typeEntry says how to read interface values of one dynamic type.
type typeEntry struct {
	typ    Pointer // the type word; nil in an empty entry
	mode   typeMode
	loader loader // of the variable that the data word leads to
}

// A typeTable finds the entry of a type word.
type typeTable struct {
	entries []typeEntry // length is a power of two, at most half full
	shift   uint8       // 64 minus the number of bits of an index
}

// find returns the entry for a type word, or nil. For the nil type it returns an empty entry,
// whose mode is modeNil.
func (t *typeTable) find(typ Pointer) *typeEntry {
	for i := t.index(typ); ; i++ {
		e := &t.entries[i&uint64(len(t.entries)-1)]
		if e.typ == typ {
			return e
		}
		if e.typ == nil {
			return nil
		}
	}
}

// index returns where the search for a type word begins. It uses Fibonacci hashing: the high
// bits of the product depend on all bits of the address.
func (t *typeTable) index(typ Pointer) uint64 {
	return uint64(uintptr(typ)) * 0x9E3779B97F4A7C15 >> (t.shift & 63)
}

// newTypeTable returns a table of the plans that b made, and of pointers to their types.
func newTypeTable(b *builder) typeTable {
	var all []typeEntry
	add := func(p *Plan) {
		all = append(all, b.entryFor(p.Type), b.entryFor(reflect.PointerTo(p.Type)))
	}
	for _, p := range enginePlans[:EngineList.ID] {
		add(p)
	}
	for _, p := range b.made {
		add(p)
	}
	t := typeTable{shift: 63}
	for 1<<(64-t.shift) < 2*len(all) {
		t.shift--
	}
	mask := uint64(1)<<(64-t.shift) - 1
	t.entries = make([]typeEntry, mask+1)
	for _, e := range all {
		i := t.index(e.typ)
		for t.entries[i].typ != nil {
			i = (i + 1) & mask
		}
		t.entries[i] = e
	}
	return t
}

// entryFor returns the entry of t, which is not an interface.
func (b *builder) entryFor(t reflect.Type) typeEntry {
	zero := reflect.Zero(t).Interface()
	words := wordsOf(&zero)
	e := typeEntry{typ: words.typ, mode: modeValue}
	if t.Implements(classValueType) {
		e.mode = modeClass
		return e
	}
	if t.Kind() == reflect.Pointer {
		e.loader = b.loaderFor(t.Elem())
		e.mode = modePointer
		if e.loader.op == opInstance {
			e.mode = modeInstance
		}
		return e
	}
	e.loader = b.loaderFor(t)
	switch {
	case e.loader.op == opMap:
		e.mode = modeMap
	case words.data == nil:
		// The zero value's only word is the data word itself, not the address of one.
		e.mode = modeDirect
	}
	return e
}

// Read is ValueOf into dst for the common arguments of decisions: an action, and pointers to
// registered structs. It returns false for an iterator and on an error, which ValueOf
// returns.
func (r *Registry) Read(dst *Value, x any) bool {
	if s, ok := x.(string); ok {
		*dst = MakeString(s)
		return true
	}
	w := wordsOf(&x)
	if e := r.types.find(w.typ); e != nil && e.mode == modeInstance && w.data != nil {
		*dst = Value{e.loader.plan, w.data, 0}
		return !e.loader.plan.seq
	}
	v, err := r.valueOf(x, 0)
	*dst = v
	return err == nil && (v.Plan == nil || !v.Plan.seq)
}

// valueOf is ValueOf after following depth pointers and interfaces.
func (r *Registry) valueOf(x any, depth int) (Value, error) {
	w := wordsOf(&x)
	e := r.types.find(w.typ)
	if e == nil {
		e = r.lateEntry(reflect.TypeOf(x))
	}
	switch e.mode {
	case modeInstance:
		if w.data == nil {
			return Value{}, nil
		}
		return Value{e.loader.plan, w.data, 0}, nil
	case modeValue:
		return e.loader.load(w.data, depth)
	case modePointer:
		if w.data == nil {
			return Value{}, nil
		}
		return e.loader.load(w.data, depth+1)
	case modeMap:
		return Value{e.loader.plan, w.data, 0}, nil
	case modeDirect:
		cell := new(Pointer)
		*cell = w.data
		return e.loader.load(Pointer(cell), depth)
	case modeClass:
		return r.classFromGo(x)
	}
	return Value{}, nil
}
