//go:build !purego

package authz

// This file defines how actors of types that were seen before are checked without reflection.

import (
	"reflect"
	"sync/atomic"
	"unsafe"

	"github.com/ursa-authz/ursa/authz/internal/host"
)

// A quickActor says how to check actors of one dynamic type that is a pointer to a struct.
type quickActor struct {
	typ   unsafe.Pointer // the type word
	keyed bool
	zero  host.ZeroTest // of the key, if there is one
}

// quickActors is the size of the cache of quickActors. Programs have one or two types of
// actors.
const quickActors = 16

// quickTypes is a cache of quickActors.
type quickTypes struct {
	types [quickActors]atomic.Pointer[quickActor]
}

// checkActor returns an error if x cannot be an actor.
func (c *classes) checkActor(x any) error {
	typ, data := host.Words(x)
	if q := c.quick.types[uintptr(typ)>>5%quickActors].Load(); q != nil && q.typ == typ && data != nil && (!q.keyed || !q.zero.Test(data)) {
		return nil
	}
	return c.checkAnyActor(x)
}

// remember puts actors of the type of x into the cache, if they can be checked without
// reflection.
func (c *classes) remember(x any, a *actorType) {
	typ, _ := host.Words(x)
	slot := &c.quick.types[uintptr(typ)>>5%quickActors]
	if a.pointers != 1 || len(a.key) > 1 || slot.Load() != nil {
		return
	}
	q := &quickActor{typ: typ, keyed: len(a.key) == 1}
	if q.keyed {
		var ok bool
		if q.zero, ok = host.ZeroTestOf(reflect.TypeOf(x).Elem(), a.key[0]); !ok {
			return
		}
	}
	slot.Store(q)
}
