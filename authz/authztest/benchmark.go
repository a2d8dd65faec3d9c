package authztest

// This file defines Benchmark, which measures the decisions of a policy.

import (
	"testing"

	"github.com/ursa-authz/ursa/authz"
)

// Benchmark measures each decision of the actors, actions and resources as a benchmark of its
// own, named ACTOR/ACTION/RESOURCE, or ACTOR/ACTION/RESOURCE/FIELD. It reports allocations. A
// decision that is undecided fails the benchmark, since an error takes another time than an
// answer.
//
//	func BenchmarkPolicy(b *testing.B) {
//		authztest.Benchmark(b, az, actors, []string{"read", "update"}, resources)
//	}
//
// It measures the decisions only. Compare two policies with benchstat.
func Benchmark(b *testing.B, az *authz.Authorizer, actors []Named, actions []string, resources []Named) {
	if az == nil {
		b.Fatal("authztest: the Authorizer is nil")
	}
	ctx := b.Context()
	for _, actor := range actors {
		for _, action := range actions {
			for _, resource := range resources {
				resource.questions(actor.value, action, func(field string, q question) {
					name := actor.name + "/" + action + "/" + resource.name
					if field != "" {
						name += "/" + field
					}
					b.Run(name, func(b *testing.B) {
						answer, q, err := ask(ctx, az, q) // with the Request of an *http.Request
						if answer == "undecided" {
							b.Fatal(err)
						}
						b.ReportAllocs()
						if q.field != "" {
							for b.Loop() {
								_ = az.AuthorizeField(ctx, q.actor, q.action, q.resource, q.field)
							}
							return
						}
						for b.Loop() {
							if _, err := az.IsAllowed(ctx, q.actor, q.action, q.resource); err != nil {
								b.Fatal(err)
							}
						}
					})
				})
			}
		}
	}
}
