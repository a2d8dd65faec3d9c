package authz

// This file defines the errors of the package.
//
// Callers have to distinguish three outcomes: allowed (nil), denied, and undecided. Two
// things could blur them. First, an engine's error may wrap anything, even an ErrForbidden
// that a method of the application returned while a rule was evaluated. So an undecided
// error hides a cause that looks like an answer. Second, a denial that is ErrNotFound must
// not differ from the error for a row that does not exist. So it prints and marshals
// exactly as ErrNotFound does.

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

// The errors that callers find with [errors.Is].
var (
	// ErrForbidden means that the policy denies it.
	ErrForbidden error = &sentinel{"authz: forbidden"}

	// ErrNotFound means that the resource does not exist, or that the actor may not know
	// that it exists. See [Config].ReadAction.
	ErrNotFound error = &sentinel{"authz: not found"}

	// ErrUnauthenticated means that the actor is not known. [Config].Actor returns it when
	// credentials are missing or wrong.
	ErrUnauthenticated error = &sentinel{"authz: unauthenticated"}

	// ErrUndecided means that there is no decision. Causes are an error in the policy, the
	// application or the database, a limit, a context that has ended, and a missing
	// authorizer or actor. Callers treat it as a denial; operators should treat it as a
	// fault. An error that is ErrUndecided is never ErrForbidden or ErrNotFound.
	ErrUndecided error = &sentinel{"authz: could not decide"}

	// ErrBadRequest means that the HTTP request is ambiguous: a policy and a handler could
	// read it differently.
	ErrBadRequest error = &sentinel{"authz: bad request"}

	// ErrNotWatchable means that the sources of the policy cannot change.
	ErrNotWatchable error = &sentinel{"authz: policies cannot be watched"}
)

// A sentinel is an error that is found by identity and prints as its text under every verb.
type sentinel struct{ text string }

func (e *sentinel) Error() string                 { return e.text }
func (e *sentinel) Format(f fmt.State, verb rune) { formatText(f, verb, e.text) }
func (e *sentinel) MarshalJSON() ([]byte, error)  { return json.Marshal(e.text) }

// A DeniedError is a denial: [ErrForbidden], or [ErrNotFound] where the actor may not know
// that the resource exists. It contains no value of an actor or a resource. A DeniedError
// that is ErrNotFound prints and marshals exactly as ErrNotFound; only its accessors and
// its [slog.LogValuer] form, which are for operators, show more.
type DeniedError struct {
	hidden        bool
	class, action string
	id            decisionID
}

// Class returns the name of the resource's class, such as "Expense".
func (e *DeniedError) Class() string { return e.class }

// Action returns the action. For a request it is the method, or "allow_request" if the
// request was not a [Request].
func (e *DeniedError) Action() string { return e.action }

// ID returns the decision's id, which is unique and unguessable. [Config].Observe receives
// the same id.
func (e *DeniedError) ID() string { return e.id.String() }

// AsForbidden returns e as a denial that is [ErrForbidden]. It is for denials about what
// the caller brought itself, such as a row that is to be created: there is nothing to hide.
func (e *DeniedError) AsForbidden() *DeniedError {
	open := *e
	open.hidden = false
	return &open
}

// Is reports whether target is the answer that e represents: ErrNotFound or ErrForbidden,
// never both.
func (e *DeniedError) Is(target error) bool {
	if e.hidden {
		return target == ErrNotFound
	}
	return target == ErrForbidden
}

// Error returns the answer with action, class and decision id, or the text of ErrNotFound
// if e is ErrNotFound.
func (e *DeniedError) Error() string {
	if e.hidden {
		return ErrNotFound.Error()
	}
	return ErrForbidden.Error() + ": " + strconv.Quote(e.action) + " on " + e.class + " (decision " + e.id.String() + ")"
}

// Format writes the text of Error, whatever the verb.
func (e *DeniedError) Format(f fmt.State, verb rune) { formatText(f, verb, e.Error()) }

// MarshalJSON returns an object with error, class, action and decision_id. If e is
// ErrNotFound, it returns the same as for ErrNotFound.
func (e *DeniedError) MarshalJSON() ([]byte, error) {
	if e.hidden {
		return json.Marshal(ErrNotFound)
	}
	return json.Marshal(struct {
		Error      string `json:"error"`
		Class      string `json:"class"`
		Action     string `json:"action"`
		DecisionID string `json:"decision_id"`
	}{ErrForbidden.Error(), e.class, e.action, e.id.String()})
}

// LogValue returns a group with the error's text, class, action and decision_id.
func (e *DeniedError) LogValue() slog.Value {
	text := ErrForbidden.Error()
	if e.hidden {
		text = ErrNotFound.Error()
	}
	return slog.GroupValue(
		slog.String("error", text),
		slog.String("class", e.class),
		slog.String("action", e.action),
		slog.String("decision_id", e.id.String()),
	)
}

// An undecidedError is an error that is ErrUndecided. Its text says of the cause what a log
// may show.
type undecidedError struct {
	id    decisionID // of the event that observers receive; zero if there is none
	cause error
}

func undecided(cause error) *undecidedError { return &undecidedError{cause: cause} }

func (e *undecidedError) Error() string {
	return ErrUndecided.Error() + ": " + causeText(e.cause, false)
}
func (e *undecidedError) Format(f fmt.State, verb rune) { formatText(f, verb, e.Error()) }
func (e *undecidedError) MarshalJSON() ([]byte, error)  { return json.Marshal(e.Error()) }
func (e *undecidedError) Is(target error) bool          { return target == ErrUndecided }

// Unwrap returns the cause, unless the cause is the answer to another question.
func (e *undecidedError) Unwrap() error {
	for _, answer := range []error{ErrForbidden, ErrNotFound, ErrUnauthenticated} {
		if errors.Is(e.cause, answer) {
			return nil
		}
	}
	return e.cause
}

// A requestError is an error that is ErrBadRequest. Its reason says what is wrong, and
// never contains data of the request.
type requestError struct {
	reason string
	id     decisionID // of the decision that read the request, if there was one
}

// of returns e as the error of the decision that failed with err.
func (e *requestError) of(err error) *requestError {
	id, _ := decisionOf(err)
	return &requestError{e.reason, id}
}

func (e *requestError) Error() string        { return ErrBadRequest.Error() + ": " + e.reason }
func (e *requestError) Is(target error) bool { return target == ErrBadRequest }

// Causes of undecided errors.
var (
	errNoAuthorizer = errorf("no authorizer in the context")
	errNoActorFunc  = errorf("Config.Actor is not set")
)

// A panicError is a panic that was recovered during a decision.
type panicError struct {
	what  string // the text of the value, where it cannot contain data
	where string // function and line
}

func (e *panicError) Error() string {
	s := "panic: " + e.what
	if e.where != "" {
		s += " in " + e.where
	}
	return s
}

// recovered turns a value that recover returned into an error. The deferred function itself
// must call it, so that the panicking frames are still on the stack.
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
