package gormauthz

// This file defines which database a decision fetches from, when one Authorizer serves
// several handles.

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"sync"
	"weak"

	"gorm.io/gorm"

	"github.com/ursa-authz/ursa/authz"
)

// A family is the handles that one Authorizer serves. It holds them weakly, because programs
// open and close handles, one for each tenant for instance.
type family struct{ members []weak.Pointer[models] }

// handles are all handles of the process, by the types registered with them.
var handles = struct {
	mu     sync.Mutex // also of every family
	byType map[reflect.Type][]weak.Pointer[models]
}{byType: make(map[reflect.Type][]weak.Pointer[models])}

// announce records that a type is registered with ms. If it is registered with other handles,
// too, all of them begin to note which rows they read.
func (ms *models) announce(t reflect.Type) {
	handles.mu.Lock()
	defer handles.mu.Unlock()
	list := alive(handles.byType[t])
	self := weak.Make(ms)
	if !slices.Contains(list, self) {
		list = append(list, self)
	}
	handles.byType[t] = list
	if len(list) > 1 {
		for _, p := range list {
			if other := p.Value(); other != nil {
				other.shared.Store(true)
			}
		}
	}
}

// alive returns the handles that still exist.
func alive(list []weak.Pointer[models]) []weak.Pointer[models] {
	return slices.DeleteFunc(list, func(p weak.Pointer[models]) bool { return p.Value() == nil })
}

// join puts ms into one family with the handles whose classes the authorizer has.
func (ms *models) join(az Authorizer) {
	a, ok := az.(interface{ Classes() []authz.Class })
	if !ok {
		return
	}
	handles.mu.Lock()
	defer handles.mu.Unlock()
	for _, c := range a.Classes() {
		info, ok := c.RowInfo.(*rowInfo)
		if !ok || info.models == ms {
			continue
		}
		g := info.models.familyLocked()
		for _, p := range ms.familyLocked().members {
			if !slices.Contains(g.members, p) {
				g.members = append(g.members, p)
			}
			if other := p.Value(); other != nil {
				other.family = g
			}
		}
	}
}

// familyLocked returns the handle's family. The caller holds handles.mu.
func (ms *models) familyLocked() *family {
	if ms.family == nil {
		ms.family = &family{[]weak.Pointer[models]{weak.Make(ms)}}
	}
	return ms.family
}

// peers returns the handles of the same Authorizer that a type is registered with.
func (ms *models) peers(t reflect.Type) []*models {
	handles.mu.Lock()
	defer handles.mu.Unlock()
	g := ms.familyLocked()
	g.members = alive(g.members)
	var list []*models
	for _, p := range g.members {
		if other := p.Value(); other != nil && other.ofType(t) != nil {
			list = append(list, other)
		}
	}
	return list
}

// A source is where a decision fetches from: a handle's models, and the handle or one of its
// transactions.
type source struct {
	models *models
	db     *gorm.DB
}

// source returns where to fetch what is related to a row: in the transaction or handle of
// the context, else in the handle that the row was read by, else in the only one there is.
func (ms *models) source(ctx context.Context, row reflect.Value) (source, error) {
	t := row.Type().Elem()
	unknown := false
	for h := handlesOf(ctx); h != nil; h = h.next {
		if h.models.ofType(t) != nil {
			return source{h.models, h.db}, nil
		}
		unknown = unknown || h.models == nil
	}
	if unknown {
		return source{}, undecided(fmt.Sprintf("the handle given to gormauthz.WithTx has no models, so %s cannot be fetched from it (call gormauthz.Classes with that handle, too)", t), nil)
	}
	if n := rows.of(row); n != nil && n.from.ofType(t) != nil {
		return source{n.from, n.from.db}, nil
	}
	if peers := ms.peers(t); len(peers) > 1 {
		return source{}, undecided(fmt.Sprintf("%s is in %d databases, and it is not known which of them this row is from (use gormauthz.WithTx(ctx, db), or pass the row that was read and not a copy)", t, len(peers)), nil)
	}
	return source{ms, ms.db}, nil
}
