module github.com/ursa-authz/ursa/internal/difftest

go 1.26.0

require (
	github.com/osohq/go-oso v0.27.3
	github.com/ursa-authz/ursa v0.0.0-00010101000000-000000000000
	pgregory.net/rapid v1.3.0
)

replace github.com/ursa-authz/ursa => ../..
