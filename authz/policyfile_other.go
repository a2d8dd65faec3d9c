//go:build !unix

package authz

// This file defines the flags with which policy files are opened where no file can
// make an open wait.

const openFlags = 0
