package authz

// This file defines RPC, what policies see of a remote procedure call, and the
// decision about one. Package grpcauthz makes them for gRPC; interceptors for other
// frameworks, such as connect, need nothing else.

import (
	"context"
	"errors"
	"net/textproto"
	"strings"
	"sync/atomic"

	"github.com/ursa-authz/ursa/authz/internal/host"
)

// An RPC is what policies see of a remote procedure call, or of one message of a
// stream. Every [Authorizer] registers it as the class RPC, unless the application
// registers a class of that name itself. In Polar:
//
//	allow(_: User, "/expenses.v1.Expenses/Get", _: RPC);
//	allow(_: Admin, _, _: RPC{service: "expenses.v1.Admin"});
//
// The action is the full method, with its leading slash. The attributes are
// service, method, full_method, message and outgoing; metadata(name) is a method.
//
// [NewRPC] makes one.
type RPC struct {
	// Service is the full name of the service, such as "expenses.v1.Expenses".
	Service string

	// Method is the name of the method within its service, such as "Get".
	Method string

	// FullMethod is "/" + Service + "/" + Method, as generated code has it.
	FullMethod string

	// Message is the message that the decision is about, or nil if it is about
	// opening a stream. Policies can read its fields if its type is registered as
	// a class.
	Message any

	// Outgoing says that Message is one that the server sends.
	Outgoing bool

	metadata func(name string) []string
	fault    atomic.Pointer[requestError]
}

// NewRPC returns the RPC of a method and a message. The full method is
// "/pkg.Service/Method". If it does not name both a service and a method, the error
// is [ErrBadRequest]. The function metadata returns the values of a name, which it
// is given in lower case; it is called when a policy reads metadata. If it is nil,
// there is none.
func NewRPC(fullMethod string, metadata func(name string) []string, message any) (*RPC, error) {
	// The last slash separates service and method, as it does in grpc-go.
	i := strings.LastIndexByte(fullMethod, '/')
	if i < 2 || fullMethod[0] != '/' || i == len(fullMethod)-1 {
		return nil, &requestError{reason: "the name of the method is malformed"}
	}
	return &RPC{
		Service:    fullMethod[1:i],
		Method:     fullMethod[i+1:],
		FullMethod: fullMethod,
		Message:    message,
		metadata:   metadata,
	}, nil
}

// Metadata returns the value of a metadata name, or nil if the client did not send
// it. Names are not case-sensitive. If the client sent a name twice, it does not have
// one value: the call is refused as [ErrBadRequest]. Credentials (authorization,
// proxy-authorization, cookie), the host, names of HTTP/2 such as ":authority", and
// binary values ("-bin") are not visible, and reading them is an error.
func (r *RPC) Metadata(name string) (*string, error) {
	lower := strings.ToLower(name)
	if isInvisible(textproto.CanonicalMIMEHeaderKey(name)) || strings.HasPrefix(name, ":") || strings.HasSuffix(lower, "-bin") {
		return nil, errorf("this metadata is not visible to policies")
	}
	if r.metadata == nil {
		return nil, nil
	}
	values := r.metadata(lower)
	switch len(values) {
	case 0:
		return nil, nil
	case 1:
		return &values[0], nil
	}
	return nil, r.bad()
}

// clone returns a copy that marks nothing as bad in r.
func (r *RPC) clone() *RPC {
	if r == nil {
		return nil
	}
	return &RPC{
		Service: r.Service, Method: r.Method, FullMethod: r.FullMethod, Message: r.Message,
		Outgoing: r.Outgoing, metadata: r.metadata,
	}
}

// bad remembers that a policy read metadata that does not have one value, so that the
// call is refused for it whatever an engine makes of the error.
func (r *RPC) bad() error {
	err := &requestError{reason: "metadata was sent twice"}
	r.fault.Store(err)
	return &host.Error{Code: host.CodeHost, Msg: err.reason, Cause: err}
}

// AuthorizeRPC returns nil if actor may make the call, or send or receive its message,
// by allow(actor, rpc.FullMethod, rpc). The errors are those of Authorize, but never
// ErrNotFound, and [ErrBadRequest]. As with requests, the decision says nothing about
// the resources that the handler uses: guards such as grpcauthz's RequireDecision do
// not count it.
func (a *Authorizer) AuthorizeRPC(ctx context.Context, actor any, rpc *RPC) error {
	if rpc == nil {
		return &requestError{reason: "there is no call"}
	}
	_, err := a.ask(ctx, &question{rule: ruleAllow, actor: actor, action: rpc.FullMethod, resource: rpc}, false, true)
	if fault := rpc.fault.Load(); fault != nil {
		return fault.of(err)
	}
	return err
}

// FindActor calls find, which looks for the actor of a call, and returns that actor,
// or an error that is ErrUnauthenticated, ErrBadRequest or ErrUndecided. A nil actor, a
// panic and any other error of find are ErrUndecided, and observers are notified of
// them as decisions about action that could not be made. It is for adapters whose
// calls are not an *http.Request; for those there is [Authorizer.Actor].
func (a *Authorizer) FindActor(ctx context.Context, action string, find func(context.Context) (any, error)) (any, error) {
	return a.findActor(ctx, action, nil, func() (any, error) { return find(ctx) })
}

// DecisionID returns the id of the decision that err is about, as refusals show it to
// clients, or "" if there is none. An error that is [ErrNotFound] has none, since a row
// that does not exist was not decided about.
func DecisionID(err error) string {
	id, hidden := decisionOf(err)
	if hidden {
		return ""
	}
	return id.String()
}

// decisionOf returns the id of the decision that err is about, and whether clients must not
// see it.
func decisionOf(err error) (id decisionID, hidden bool) {
	if errors.Is(err, ErrUndecided) {
		if u, ok := errors.AsType[*undecidedError](err); ok {
			return u.id, false
		}
		return decisionID{}, false
	}
	if d, ok := errors.AsType[*DeniedError](err); ok {
		return d.id, d.hidden
	}
	if r, ok := errors.AsType[*requestError](err); ok {
		return r.id, true // the client is told what is wrong with its request
	}
	return decisionID{}, false
}
