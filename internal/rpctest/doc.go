// Package rpctest tests the pages in docs about RPC frameworks that have no adapter.
package rpctest
