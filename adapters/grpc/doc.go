// Package grpcauthz authorizes calls of grpc-go servers by Ursa policies.
//
// [Middleware] decides every call, and every message of a stream, before a handler
// sees it. In handlers, [authz.Authorize] authorizes the resources; errors of it are
// answered with the right code. [Guard] makes a unary handler of a load function
// a resource and one that uses it.
//
//	server := grpc.NewServer(grpcauthz.Middleware(az, grpcauthz.Config{
//		Actor:           currentUser,
//		Exempt:          map[string]string{healthpb.Health_Check_FullMethodName: "asked by the load balancer"},
//		RequireDecision: true,
//	})...)
//
// A policy sees a call as the class [authz.RPC]. The action is the full method:
//
//	allow(_: User, "/expenses.v1.Expenses/Get", _: RPC);
//
// Two questions are asked, and neither replaces the other: may the actor make this
// call, and may they do this with that resource? Only the handler knows the resource.
package grpcauthz
