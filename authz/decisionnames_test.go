package authz_test

// This file tests the names that observers may print of a Decision.

import (
	"context"
	"testing"

	"github.com/ursa-authz/ursa/authz"
)

type namedUser struct {
	Number int `polar:",id"`
	Secret string
}

func TestDecisionNames(t *testing.T) {
	var d authz.Event
	az := newRPCAuthorizer(t, `allow(_, "read", _);`, func(c *authz.Config) {
		c.Classes = append(c.Classes, authz.ClassOf[namedUser]())
		c.Observe = func(_ context.Context, got authz.Event) { d = got }
	})
	tests := []struct {
		actor, resource any
		want            [4]string
	}{
		{&namedUser{7, "secret"}, &rpcUser{"secret"}, [4]string{"namedUser", "7", "User", ""}},
		{&rpcUser{"secret"}, authz.ClassOf[namedUser](), [4]string{"User", "", "namedUser", ""}},
		{nil, nil, [4]string{}},
		{&rpcUser{}, "secret", [4]string{"User", "", "string", ""}},
	}
	for _, tt := range tests {
		d = authz.Event{}
		_, _ = az.IsAllowed(t.Context(), tt.actor, "read", tt.resource)
		if got := [4]string{d.ActorClass(), d.ActorID(), d.ResourceClass(), d.ResourceID()}; got != tt.want {
			t.Errorf("%T, %T: %q, want %q", tt.actor, tt.resource, got, tt.want)
		}
	}
	if d := (authz.Event{}); d.ActorClass() != "" || d.ResourceID() != "" {
		t.Error("the zero Decision has names")
	}
}
