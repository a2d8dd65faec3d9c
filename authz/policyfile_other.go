//go:build !unix

package authz

// This file defines the flags for opening policy files on systems where opening a file
// cannot block.

const openFlags = 0
