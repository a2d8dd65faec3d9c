// Package gqlauthz authorizes what a gqlgen server resolves by Ursa policies.
//
// [Directive] implements the directive @authorize, which authorizes what a field
// resolves to. [Fields] asks allow_field for each field of an object. [Guard] does
// both steps of a resolver that loads a resource. [RequireDecision] finds operations that
// authorize nothing, and [Batch], which is part of it, decides about all objects of a list
// at once. [ErrorPresenter] keeps the errors of authz from clients.
//
//	resolvers := graph.Config{Resolvers: &Resolver{}}
//	resolvers.Directives.Authorize = gqlauthz.Directive
//	srv := handler.New(graph.NewExecutableSchema(resolvers))
//	srv.SetErrorPresenter(gqlauthz.ErrorPresenter(graphql.DefaultErrorPresenter))
//	srv.AroundOperations(gqlauthz.RequireDecision)
//	http.Handle("/query", az.Middleware(srv))
//
// The Authorizer and the actor are those of the context, which
// [authz.Authorizer.Middleware] puts there.
package gqlauthz
