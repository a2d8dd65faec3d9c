//go:build unix

package authz

// This file defines the flags for opening policy files on Unix.

import "syscall"

const openFlags = syscall.O_NONBLOCK | syscall.O_NOCTTY
