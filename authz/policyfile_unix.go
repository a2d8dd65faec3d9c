//go:build unix

package authz

// This file defines the flags with which policy files are opened on Unix.

import "syscall"

const openFlags = syscall.O_NONBLOCK | syscall.O_NOCTTY
