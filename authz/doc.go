// Package authz decides what actors may do, using policies written in the language Polar.
//
// # Decisions
//
// A policy is a set of rules. Decisions evaluate the rule allow(actor, action, resource):
//
//	allow(user: User, "read", expense: Expense) if
//	    user.id = expense.user_id;
//
// The program registers its types as classes and asks for decisions. Policies read the
// fields and call the methods of the Go values that they get. No data has to be copied
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
// With [Config].DenyRule, rules deny(actor, action, resource) override every allow.
//
// # Three outcomes
//
// A decision has three outcomes:
//
//   - Allowed: the error is nil.
//   - Denied: the error is [ErrForbidden], or [ErrNotFound] where the actor may not know
//     that the resource exists.
//   - Undecided: the error is [ErrUndecided], because of a fault in the policy, the program
//     or its database.
//
// Callers treat the third outcome as a denial. Operators should treat it as a fault: it
// returns 500 and should trigger an alert. An error is never two of these. A panic during a
// decision becomes an error too.
//
//	switch {
//	case err == nil:
//		// allowed
//	case errors.Is(err, authz.ErrForbidden), errors.Is(err, authz.ErrNotFound):
//		// denied
//	default:
//		// a fault; treat it as a denial
//	}
//
// A nil actor, typed nils included, is undecided. For visitors who have not logged in, use
// a type of your own, such as Guest, so that policies can name it.
//
// No switch turns authorization off. A test that wants everything allowed uses a policy
// that says so.
//
// # Methods
//
//   - [Authorizer.IsAllowed] and [Authorizer.Authorize] evaluate allow(actor, action,
//     resource). Authorize returns a denial as an error. Where there is no resource yet, pass
//     a class, such as ClassOf[Expense]().
//   - [Authorizer.AuthorizeField] evaluates allow_field(actor, action, resource, field).
//   - [Authorizer.AuthorizeRequest] evaluates allow_request(actor, request).
//   - [Authorizer.AuthorizedActions] and [Authorizer.AuthorizedFields] list what an actor
//     may do.
//   - [Authorizer.Filter] returns the condition for the rows that an actor may see.
//   - [Authorizer.Query] evaluates any rule, with variables.
//   - [Authorizer.Explain] says why IsAllowed answers as it does.
//
// # HTTP
//
// [Authorizer.Middleware] finds the actor of each request and decides whether the actor may
// send it. Handlers then authorize the resources that they use with [Authorize], and answer
// refused requests with [Refuse]:
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
// Package nethttp in adapters guards single routes.
//
// # Changing policies
//
// [Authorizer.Reload] and [Authorizer.Watch] replace the policy while the program runs. If
// the new policy has an error, the previous policy stays fully in force. Decisions in flight
// finish on the version that they began with.
//
// # Observing decisions
//
// [Config].Observe receives every decision, and [LogDecisions] writes them to a log. Logs
// and errors of this package show actors and resources by class and id, never by content.
//
// Stable from v1 on, except for the types of package polar that describe traces.
package authz
