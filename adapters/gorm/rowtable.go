package gormauthz

// This file defines rowTable, which remembers how rows were read: from which handle, and
// what of them was left out. It holds the rows weakly, so its size is bounded by the rows that
// are still in use.

import (
	"reflect"
	"runtime"
	"sync"
	"sync/atomic"
	"weak"
)

// A note says how a row was read. Rows that were read together share it.
type note struct {
	from   *models         // the handle; nil if it does not matter
	unread map[string]bool // Go paths of the columns that were not read
	loose  map[string]bool // relations whose field may not hold all related rows, or more
}

// isEmpty reports whether the note says nothing.
func (n note) isEmpty() bool { return n.from == nil && len(n.unread) == 0 && len(n.loose) == 0 }

// A rowTable maps the addresses of rows to notes.
type rowTable struct {
	size   atomic.Int64
	shards [64]rowShard
}

// A rowShard is the part of a table for some addresses.
type rowShard struct {
	mu   sync.RWMutex
	rows map[uintptr]rowEntry
}

// A rowEntry is the note of the row that row points to. An address can be used again, so the
// pointer is compared before the note is believed.
type rowEntry struct {
	row  weak.Pointer[byte]
	note *note
}

// rows are the rows that GORM has read in this process. A pointer says nothing about the
// handle that a row came from, so there is one table.
var rows rowTable

func (t *rowTable) shard(at uintptr) *rowShard {
	const granule = 16 // bytes; most rows are larger
	return &t.shards[at/granule%uintptr(len(t.shards))]
}

// of returns the note of a row, a pointer to a struct, or nil. It does not allocate.
func (t *rowTable) of(row reflect.Value) *note {
	if t.size.Load() == 0 {
		return nil
	}
	s := t.shard(row.Pointer())
	s.mu.RLock()
	e, ok := s.rows[row.Pointer()]
	s.mu.RUnlock()
	if !ok || e.row.Value() != (*byte)(row.UnsafePointer()) {
		return nil
	}
	return e.note
}

// set replaces the note of a row, a pointer to a struct. A nil note removes it.
func (t *rowTable) set(row reflect.Value, n *note) {
	if n == nil && t.size.Load() == 0 {
		return
	}
	at := row.Pointer()
	s := t.shard(at)
	s.mu.Lock()
	defer s.mu.Unlock()
	e, ok := s.rows[at]
	known := ok && e.row.Value() == (*byte)(row.UnsafePointer())
	if n == nil {
		if ok {
			delete(s.rows, at)
			t.size.Add(-1)
		}
		return
	}
	if known {
		s.rows[at] = rowEntry{e.row, n}
		return
	}
	if s.rows == nil {
		s.rows = make(map[uintptr]rowEntry)
	}
	p := (*byte)(row.UnsafePointer())
	if !ok {
		t.size.Add(1)
	}
	s.rows[at] = rowEntry{weak.Make(p), n}
	runtime.AddCleanup(p, t.forget, at)
}

// forget removes the entry of a row that is gone, unless the address has another row now.
func (t *rowTable) forget(at uintptr) {
	s := t.shard(at)
	s.mu.Lock()
	defer s.mu.Unlock()
	if e, ok := s.rows[at]; ok && e.row.Value() == nil {
		delete(s.rows, at)
		t.size.Add(-1)
	}
}
