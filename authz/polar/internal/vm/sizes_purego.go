//go:build purego

package vm

import (
	"reflect"

	"github.com/ursa-authz/ursa/authz/internal/host"
)

// The sizes of what a query holds, in bytes.
var (
	valueSize  = host.ValueSize
	slotSize   = valueSize + sizeOf[trailEntry]()
	frameSize  = sizeOf[frame]()
	choiceSize = sizeOf[choice]()
	callSize   = sizeOf[callNode]()
)

func sizeOf[T any]() int { return int(reflect.TypeFor[T]().Size()) }
