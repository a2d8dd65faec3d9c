package nethttp

// This file defines Gate, the machine in RequireDecision, which adapters for
// frameworks with handlers of their own use too.

import (
	"maps"
	"net/http"

	"github.com/ursa-authz/ursa/authz"
	"github.com/ursa-authz/ursa/authz/ledger"
)

// A Gate stands between one handler and its client, and lets no page through
// before something was authorized. [RequireDecision] puts one around each call of
// an http.Handler; a Gate by itself is for adapters to frameworks whose handlers
// have another type:
//
//	gate := nethttp.NewGate(w, r)
//	defer gate.Close()
//	... run the handler with gate.Writer() and gate.Request() ...
//	gate.Begin(http.StatusOK)
//
// A Gate is for one goroutine, as a ResponseWriter is.
type Gate struct {
	resp    response
	request *http.Request
	ledger  *ledger.Ledger
	// passes reports whether a response passes that nobody has authorized,
	// although it is not an error page.
	passes  func(status int) bool
	writer  http.ResponseWriter
	foreign http.Header // what the header has to be if the response is not the handler's
}

// NewGate returns a Gate for a response to r.
func NewGate(w http.ResponseWriter, r *http.Request) *Gate {
	ctx, l := ledger.With(r.Context())
	g := &Gate{
		resp:    response{ResponseWriter: w},
		request: r.WithContext(ctx),
		ledger:  l,
		foreign: w.Header().Clone(),
	}
	g.resp.allow = g.allows
	g.resp.refuse = func() {
		replace(w.Header(), g.foreign)
		authz.Refuse(w, g.request, ErrNoDecision)
		g.foreign = w.Header().Clone()
	}
	g.writer = g.resp.writer()
	return g
}

// Writer returns the ResponseWriter for the handler.
func (g *Gate) Writer() http.ResponseWriter { return g.writer }

// Request returns the request for the handler: decisions that count are made
// with its context, or one derived from it.
func (g *Gate) Request() *http.Request { return g.request }

// Settled reports whether something was authorized.
func (g *Gate) Settled() bool { return g.ledger.Settled() }

// Begun reports whether the response has begun, as far as the Gate has seen it.
func (g *Gate) Begun() bool { return g.resp.begun }

// Begin says that the response begins with a status, or that it has ended if the
// handler has written nothing. It returns an error if the response may not begin.
// The Gate has then answered 500 in its place, and nothing may be written. Begin
// writes nothing otherwise, and a second call returns what the first one did.
func (g *Gate) Begin(status int) error { return g.resp.start(status) }

// Close restores the header if the response is not the handler's. It is called
// when the handler has returned or panicked.
func (g *Gate) Close() {
	// A writer that buffers, such as that of http.TimeoutHandler, sends the
	// header as it is in the end, and so are trailers sent. A response that
	// has not begun is written by a middleware outside that recovers from a panic.
	if g.resp.err != nil || !g.resp.begun {
		replace(g.resp.Header(), g.foreign)
	}
}

// allows reports whether a response of that status may begin.
func (g *Gate) allows(status int) bool {
	return status >= 400 && status < 600 || g.ledger.Settled() || g.passes != nil && g.passes(status)
}

// replace makes h what other is.
func replace(h, other http.Header) {
	clear(h)
	maps.Copy(h, other)
}
