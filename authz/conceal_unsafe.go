//go:build !purego

package authz

import "unsafe"

// A concealed is an any whose content package fmt does not print. It has the layout of an any.
type concealed struct{ typ, data unsafe.Pointer }

func hide(x any) concealed { return *(*concealed)(unsafe.Pointer(&x)) }

func (c concealed) value() any { return *(*any)(unsafe.Pointer(&c)) }
