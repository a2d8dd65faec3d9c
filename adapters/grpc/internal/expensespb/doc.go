// Package expensespb is the service of the tests and examples of package grpcauthz,
// generated from expenses.proto.
package expensespb

//go:generate protoc --go_out=. --go_opt=paths=source_relative --go-grpc_out=. --go-grpc_opt=paths=source_relative expenses.proto
