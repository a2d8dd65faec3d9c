// Package otelauthz reports what an Authorizer decides to OpenTelemetry: as events of
// the span in the context, and as metrics.
//
//	observer, err := otelauthz.New(otelauthz.Config{})
//	az, err := authz.New(authz.Config{
//		Policies: policies,
//		Observe:  observer.Observe,
//	})
//	_, err = observer.Register(az) // version and age of the policy
//
// Metrics have no ids of actors or resources among their attributes, and nothing that a
// client chooses. Span events have the ids that a decision log has. All names are in
// names.go.
package otelauthz
