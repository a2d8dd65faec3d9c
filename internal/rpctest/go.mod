module github.com/ursa-authz/ursa/internal/rpctest

go 1.26.0

require (
	connectrpc.com/connect v1.21.1
	github.com/ursa-authz/ursa v0.0.0-00010101000000-000000000000
	google.golang.org/protobuf v1.36.12
)

replace github.com/ursa-authz/ursa => ../..
