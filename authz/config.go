package authz

// This file defines Config, from which New makes an Authorizer.

import (
	"context"
	"log/slog"
	"net/http"
	"time"
)

// A Config says how an [Authorizer] works. Policies is required, and
// [Authorizer.Middleware] requires Actor. The other fields have defaults for their zero
// values. [New] copies the Config. Do not change what it refers to afterwards. Its
// functions are called concurrently.
type Config struct {
	// Policies says where the policy comes from; see [FS], [Files], [String] and [Join].
	Policies Policies

	// Candidate is a policy that is evaluated beside the current one, to see what it would
	// change before it decides. See [Candidate].
	Candidate Candidate

	// Classes are the Go types that policies may name, usually made with [ClassOf].
	// [Request] and [RPC] are added unless there is already a class of
	// that name.
	Classes []Class

	// Constants are values that policies can use, by name.
	Constants map[string]any

	// Engine compiles the policy. The default is the engine of package polar. See
	// [SolverOnly].
	Engine Engine

	// External are the schemas of other programs that use the same policy with Go types of
	// their own, as Parse of package schema returns them. Rules about a class that only an external
	// schema has load, and never apply in this program: none of its values is an instance.
	// Such rules are checked by the program that has the class. A class that is registered
	// here is this program's own, whatever a schema says about its name, and so is a constant.
	// A constant that only an external schema has may be used in rules that never apply in this
	// program, and in conditions after a test such as "x matches Ticket". Anywhere else its name
	// is an error when the policy is loaded.
	External []*Schema

	// DenyRule makes every decision evaluate deny(actor, action, resource) before allow. If
	// a deny rule holds, the request is denied, whatever allows it. In the same way,
	// deny_request(actor, request) overrides allow_request, and deny_field(actor, action,
	// resource, field) overrides allow_field. If a deny rule cannot be decided, the
	// decision is undecided. Lists and enumerations leave out what is denied. A deny rule
	// with another number of parameters is an error when the policy is loaded. A policy
	// without deny rules costs nothing more.
	DenyRule bool

	// ChangeRule makes updates evaluate allow_change(actor, action, before, after) in
	// addition to allow(actor, action, before). Without it they evaluate allow for both
	// states, so that a policy cannot say "archive what is not archived". With it, a class
	// needs an allow_change rule to be updated. Creates and deletes never evaluate it. See
	// [Authorizer.AuthorizeChange].
	ChangeRule bool

	// ReadAction is the action of seeing that a resource exists, such as "read". If it is
	// set, an actor who is denied something on a resource and may not read it either gets
	// [ErrNotFound] instead of [ErrForbidden]. This costs a second decision for each
	// denial. Requests and classes are never hidden.
	ReadAction string

	// NotFound are the errors with which a function that loads a resource for a guard says
	// that the resource does not exist, such as gorm.ErrRecordNotFound. [sql.ErrNoRows] is
	// always one of them. See [Authorizer.LoadError].
	NotFound []error

	// AllowEmpty accepts a policy without rules. Otherwise such a policy is an error: [New]
	// fails, and a reload keeps the previous policy. A file that was truncated to nothing
	// would make every decision undecided.
	AllowEmpty bool

	// Limits bound the cost of one decision.
	Limits Limits

	// Now returns the value of the policy's constant now. It is called at most once per
	// decision. The default is time.Now.
	Now func() time.Time

	// Print receives the output of print(...) in policies. If it is nil, the output is
	// discarded.
	Print func(text string)

	// Observe receives an [Event] for every decision, list, enumeration and query, after the
	// answer is known and before the caller gets it; for every write that an adapter
	// authorizes as a whole, every [Skip] and every refusal; for an actor that could not be
	// found; and for every attempt of [Authorizer.Reload] or [Authorizer.Watch] to replace the
	// policy, if the sources have changed. It is called concurrently. The next reload waits
	// until Observe returns, so it must not call Reload. Panics in Observe are recovered and
	// change nothing; the first one is logged to Logger. See [LogDecisions].
	Observe func(context.Context, Event)

	// Logger gets a line for each request that is answered with 500 and for each reload that
	// fails, if Observe is not set. If it is nil, the line goes to slog.Default at that time.
	Logger *slog.Logger

	// LogCauses makes logs show the texts of all errors behind a failed decision. Otherwise
	// errors of the program, its drivers and its database are shown by their types, since
	// their texts may hold values of rows. See [Event.Cause]. Clients never see these texts.
	LogCauses bool

	// ExplainValues makes [Authorizer.Explain] show the values of all fields and variables
	// that conditions read. Otherwise it shows only those of fields tagged `polar:",show"`.
	// Use it for development.
	ExplainValues bool

	// Actor returns the actor of a request. [ErrUnauthenticated] is answered with 401 and
	// [ErrBadRequest] with 400. Any other error, a nil actor and a panic are answered with
	// 500, so that a database outage does not look like a missing login. For anonymous
	// visitors, return a value of a type of your own, such as Guest{}.
	Actor func(*http.Request) (any, error)

	// HTTP configures [Authorizer.Middleware] and [Refuse].
	HTTP HTTPConfig
}
