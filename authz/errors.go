package authz

// This file defines the errors of the package.
//
// A caller has to tell three outcomes apart: allowed (nil), denied, and could
// not decide. Two things would blur them. An engine's error may wrap anything,
// even an ErrForbidden that a method of the application returned while a rule
// was evaluated; so an undecided error hides a cause that looks like an answer.
// And a denial that is told as "not found" must not differ from a row that is
// not there; so it prints and marshals as ErrNotFound does, to the byte.

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"path"
	"runtime"
	"strconv"
)

// The errors that callers look for with [errors.Is].
var (
	// ErrForbidden: the policy denies it.
	ErrForbidden error = &sentinel{"authz: forbidden"}

	// ErrNotFound: there is no such resource, or the actor may not know that
	// there is. See [Config].ReadAction.
	ErrNotFound error = &sentinel{"authz: not found"}

	// ErrUnauthenticated: it is not known who asks. [Config].Actor returns it
	// when credentials are missing or wrong.
	ErrUnauthenticated error = &sentinel{"authz: unauthenticated"}

	// ErrUndecided: the question could not be answered, be it for an error in
	// the policy, the application or the database, a limit, a context that has
	// ended, or because there was no authorizer or no actor to ask about.
	// Callers treat it as a denial; operators should see a fault. An error
	// that is ErrUndecided never is ErrForbidden or ErrNotFound.
	ErrUndecided error = &sentinel{"authz: could not decide"}

	// ErrBadRequest: the HTTP request can be read in more than one way, so
	// that a policy and a handler might disagree about it.
	ErrBadRequest error = &sentinel{"authz: bad request"}

	// ErrNotWatchable: the policies come from a source that cannot change.
	ErrNotWatchable error = &sentinel{"authz: policies cannot be watched"}
)

// A sentinel is an error that is found by identity and prints as its text
// under every verb.
type sentinel struct{ text string }

func (e *sentinel) Error() string                 { return e.text }
func (e *sentinel) Format(f fmt.State, verb rune) { formatText(f, verb, e.text) }
func (e *sentinel) MarshalJSON() ([]byte, error)  { return json.Marshal(e.text) }

// A DeniedError is a denial: [ErrForbidden], or [ErrNotFound] where the actor
// may not even know that the resource exists. It holds no value of an actor or
// a resource, and does not print the action either unless that is a string. A
// DeniedError that is ErrNotFound prints and marshals exactly as ErrNotFound;
// only its accessors and its [slog.LogValuer] form, which are for operators,
// tell more.
type DeniedError struct {
	hidden            bool
	class, action, id string
}

// Class returns the name of the resource's class, such as "Expense".
func (e *DeniedError) Class() string { return e.class }

// Action returns the action, or the name of its Go type if it is not a string.
// Of a request it is the method, or "allow_request" if it was asked about as
// something other than a [Request].
func (e *DeniedError) Action() string { return e.action }

// ID returns the decision's id, which is unique and cannot be guessed. It is
// the one that [Config].Observe sees.
func (e *DeniedError) ID() string { return e.id }

// AsForbidden returns e as a denial that is [ErrForbidden]. It is for denials about what
// the caller brought itself, such as a row that is to be created: there is nothing to hide.
func (e *DeniedError) AsForbidden() *DeniedError {
	open := *e
	open.hidden = false
	return &open
}

// Is reports whether target is the answer that e stands for: ErrNotFound or
// ErrForbidden, never both.
func (e *DeniedError) Is(target error) bool {
	if e.hidden {
		return target == ErrNotFound
	}
	return target == ErrForbidden
}

// Error returns the answer with action, class and decision id, or for an error
// that is ErrNotFound the text of ErrNotFound.
func (e *DeniedError) Error() string {
	if e.hidden {
		return ErrNotFound.Error()
	}
	return ErrForbidden.Error() + ": " + strconv.Quote(e.action) + " on " + e.class + " (decision " + e.id + ")"
}

// Format writes Error, whatever the verb.
func (e *DeniedError) Format(f fmt.State, verb rune) { formatText(f, verb, e.Error()) }

// MarshalJSON returns an object of error, class, action and decision_id, or for
// an error that is ErrNotFound what that marshals as.
func (e *DeniedError) MarshalJSON() ([]byte, error) {
	if e.hidden {
		return json.Marshal(ErrNotFound)
	}
	return json.Marshal(struct {
		Error      string `json:"error"`
		Class      string `json:"class"`
		Action     string `json:"action"`
		DecisionID string `json:"decision_id"`
	}{ErrForbidden.Error(), e.class, e.action, e.id})
}

// LogValue returns the error's text, class, action and decision id as a group.
func (e *DeniedError) LogValue() slog.Value {
	text := ErrForbidden.Error()
	if e.hidden {
		text = ErrNotFound.Error()
	}
	return slog.GroupValue(
		slog.String("error", text),
		slog.String("class", e.class),
		slog.String("action", e.action),
		slog.String("decision", e.id),
	)
}

// An undecidedError is every error that is ErrUndecided.
type undecidedError struct {
	id    string // of the decision that observers are told of; empty if there is none
	cause error
}

func undecided(cause error) *undecidedError { return &undecidedError{cause: cause} }

func (e *undecidedError) Error() string                 { return ErrUndecided.Error() + ": " + e.cause.Error() }
func (e *undecidedError) Format(f fmt.State, verb rune) { formatText(f, verb, e.Error()) }
func (e *undecidedError) MarshalJSON() ([]byte, error)  { return json.Marshal(e.Error()) }
func (e *undecidedError) Is(target error) bool          { return target == ErrUndecided }

// Unwrap returns the cause, unless that is an answer to some other question.
func (e *undecidedError) Unwrap() error {
	for _, answer := range []error{ErrForbidden, ErrNotFound, ErrUnauthenticated} {
		if errors.Is(e.cause, answer) {
			return nil
		}
	}
	return e.cause
}

// A requestError is an error that is ErrBadRequest. Its reason names what is
// wrong, never what the request contained.
type requestError struct{ reason string }

func (e *requestError) Error() string        { return ErrBadRequest.Error() + ": " + e.reason }
func (e *requestError) Is(target error) bool { return target == ErrBadRequest }

// Reasons for being undecided.
var (
	errNoAuthorizer = errors.New("no authorizer in the context")
	errNoActorFunc  = errors.New("Config.Actor is not set")
)

// A panicError is a panic that was recovered on the way of a decision.
type panicError struct {
	what  string // what the value says, where that cannot give data away
	where string // function and line
}

func (e *panicError) Error() string {
	s := "panic: " + e.what
	if e.where != "" {
		s += " in " + e.where
	}
	return s
}

// recovered makes an error of a value that recover returned. It must be called
// by the deferred function itself, so that the panicking frames are still there.
func recovered(value any) error {
	e := &panicError{what: fmt.Sprintf("a value of type %T", value)}
	if re, ok := value.(runtime.Error); ok {
		e.what = re.Error() // written by the runtime: types, lengths and indices
	}
	var pcs [32]uintptr
	frames := runtime.CallersFrames(pcs[:runtime.Callers(3, pcs[:])])
	for {
		f, more := frames.Next()
		if f.Function != "" && !isRuntime(f.Function) {
			e.where = fmt.Sprintf("%s (%s:%d)", path.Base(f.Function), path.Base(f.File), f.Line)
			return e
		}
		if !more {
			return e
		}
	}
}

func isRuntime(function string) bool {
	return len(function) > 8 && function[:8] == "runtime."
}

// formatText writes text for every verb, quoted for %q.
func formatText(f fmt.State, verb rune, text string) {
	if verb == 'q' {
		text = strconv.Quote(text)
	}
	io.WriteString(f, text)
}
