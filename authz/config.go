package authz

// This file defines Config, what an Authorizer is made from.

import (
	"context"
	"net/http"
	"time"
)

// A Config says how an [Authorizer] works. Only Policies is required, and Actor
// by [Authorizer.Middleware]; a field that is zero has its default. [New] copies
// the Config, and what it refers to must not be changed afterwards. Its
// functions are called concurrently.
type Config struct {
	// Policies are where the policy comes from; see [FS], [Files], [String]
	// and [Join].
	Policies Policies

	// Classes are the Go types that policies may name, usually made with
	// [ClassOf]. [Request] and [RPC] are added unless there is a class of that name.
	Classes []Class

	// Constants are values by the name that policies know them under.
	Constants map[string]any

	// Engine compiles the policy; nil is the engine of package polar.
	Engine Engine

	// DenyRule has every decision ask deny(actor, action, resource) before allow:
	// if a deny rule holds, the answer is a denial, whatever allows it.
	// deny_request(actor, request) overrides allow_request in the same way, and
	// deny_field(actor, action, resource, field) overrides allow_field. A deny rule
	// that cannot be decided makes the decision undecided. Lists and enumerations
	// leave out what is denied. A deny rule with another number of parameters is an
	// error when the policy is loaded; a policy without deny rules costs nothing more.
	DenyRule bool

	// ReadAction, if it is set, is the action of seeing that a resource
	// exists, such as "read": who is denied something on a resource and may
	// not read it either, gets [ErrNotFound] in place of [ErrForbidden], at
	// the price of a second decision. Requests and classes are never hidden.
	ReadAction string

	// NotFound are the errors by which a function that loads a resource for a
	// guard says that there is none, such as gorm.ErrRecordNotFound;
	// [sql.ErrNoRows] always is one. See [Authorizer.LoadError].
	NotFound []error

	// AllowEmpty accepts a policy without a single rule. Otherwise such a
	// policy is an error: [New] fails, and a reload keeps the previous policy,
	// since a file that was cut to nothing would make every decision undecided.
	AllowEmpty bool

	// Limits bound what one decision may cost.
	Limits Limits

	// Now is read at most once per decision, as the policy's constant now;
	// nil is time.Now.
	Now func() time.Time

	// Print receives what print(...) in policies says; nil drops it.
	Print func(text string)

	// Observe is told of every decision, after it was made and before the
	// caller has the answer; also of an actor that could not be found, of a
	// Request that panicked, and of what [Skip] was told. A panic in it is
	// recovered and changes nothing. See [LogDecisions].
	Observe func(context.Context, Decision)

	// ExplainValues has [Authorizer.Explain] show the values of the fields and
	// variables that conditions read, and not only those of fields tagged
	// `polar:",show"`. It is for development.
	ExplainValues bool

	// OnReload is told what came of each attempt to replace the policy, by
	// [Authorizer.Reload] or [Authorizer.Watch], that found something new. No
	// other attempt begins before it returns, so it must not call Reload.
	OnReload func(ReloadEvent)

	// Actor finds out who sends a request. An error that is
	// [ErrUnauthenticated] is answered 401, one that is [ErrBadRequest] 400,
	// any other one, a nil actor and a panic 500: a database that is down must
	// not look like a visitor who has not logged in. A visitor who may be
	// anonymous is a value of its own, such as Guest{}.
	Actor func(*http.Request) (any, error)

	// HTTP says how [Authorizer.Middleware] and [Refuse] work.
	HTTP HTTPConfig
}
