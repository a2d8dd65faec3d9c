// Package authz decides who may do what, by policies that are written apart
// from the program, in the language Polar.
//
// # A decision
//
// A policy is a set of rules. The rule that every decision asks is
// allow(actor, action, resource):
//
//	allow(user: User, "read", expense: Expense) if
//	    user.id = expense.user_id;
//
// The program registers its types as classes and asks. Policies read the fields
// and call the methods of the values they are given; nothing has to be copied
// into a store:
//
//	az, err := authz.New(authz.Config{
//		Policies: authz.Files("policies/*.polar"),
//		Classes:  []authz.Class{authz.ClassOf[User](), authz.ClassOf[Expense]()},
//	})
//	...
//	err = az.Authorize(ctx, user, "read", expense)
//
// What no rule allows is denied. Package polar describes the language.
//
// With [Config].DenyRule, a rule deny(actor, action, resource) that holds denies it,
// whatever allows it.
//
// # Three outcomes
//
// A question has three outcomes, and a program that knows two of them gets one
// wrong. It is allowed; or it is denied, and the error is [ErrForbidden], or
// [ErrNotFound] where the actor may not know that the resource exists; or it
// could not be decided, for a fault in the policy, the program or its database,
// and the error is [ErrUndecided]. Who asks treats the third as a denial. Who
// operates the program treats it as a fault: it is answered 500 and should
// alarm. No error ever is two of these, and a panic on the way of a decision is
// an error too.
//
//	switch {
//	case err == nil: // go on
//	case errors.Is(err, authz.ErrForbidden), errors.Is(err, authz.ErrNotFound): // no
//	default: // a fault; no
//	}
//
// A nil actor, be it of a pointer type, is undecided: a visitor who has not
// logged in is a value of a type of its own, about which policies can speak.
//
// There is no switch that turns authorization off. A test that wants everything
// allowed says so in a policy.
//
// # Questions
//
//   - [Authorizer.IsAllowed] and [Authorizer.Authorize] ask allow(actor, action,
//     resource); the second makes an error of a denial. A class, such as
//     ClassOf[Expense](), may stand for the resource where there is none yet.
//   - [Authorizer.AuthorizeField] asks allow_field(actor, action, resource, field).
//   - [Authorizer.AuthorizeRequest] asks allow_request(actor, request).
//   - [Authorizer.AuthorizedActions] and [Authorizer.AuthorizedFields] list what
//     may be done.
//   - [Authorizer.Query] asks any rule, with variables.
//   - [Authorizer.Explain] answers as IsAllowed does, and says why.
//
// # HTTP
//
// [Authorizer.Middleware] finds the actor of each request and decides whether
// they may send it; handlers then ask about what they touch, with [Authorize],
// and answer what they do not serve with [Refuse]:
//
//	func show(w http.ResponseWriter, r *http.Request) {
//		expense, err := load(r)
//		if err == nil {
//			expense, err = authz.Authorize(r.Context(), "read", expense)
//		}
//		if err != nil {
//			authz.Refuse(w, r, err)
//			return
//		}
//		...
//	}
//
// Package nethttp, in adapters, has guards for single routes.
//
// # Policies that change
//
// [Authorizer.Reload] and [Authorizer.Watch] replace the policy while the program
// runs: all of it, or with an error nothing. Decisions in flight finish on the
// version they began with.
//
// # Seeing decisions
//
// [Config].Observe is told of every decision, and [LogDecisions] writes them to a
// log. Actors and resources are shown by class and id, never by content, and so
// in every error of the package.
//
// Stable from v1 on, except for the types of package polar that describe traces.
package authz
