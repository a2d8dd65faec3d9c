//go:build !purego

package vm

import (
	"unsafe"

	"github.com/ursa-authz/ursa/authz/internal/host"
)

// The sizes of what a query holds, in bytes.
const (
	valueSize  = host.ValueSize
	slotSize   = valueSize + int(unsafe.Sizeof(trailEntry{})) // a variable, and how to undo its binding
	frameSize  = int(unsafe.Sizeof(frame{}))
	choiceSize = int(unsafe.Sizeof(choice{}))
	waiterSize = int(unsafe.Sizeof(waiter{})+unsafe.Sizeof(waitLink{})) + slotSize
	callSize   = int(unsafe.Sizeof(callNode{}))
)
