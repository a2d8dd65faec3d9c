package nethttp

// This file defines Gate, the machine in RequireDecision, which adapters for
// frameworks with handlers of their own use too.

import (
	"maps"
	"net/http"

	"github.com/ursa-authz/ursa/authz"
	"github.com/ursa-authz/ursa/authz/ledger"
)

// A Gate wraps the response of one handler and sends no page before something was
// authorized. [RequireDecision] makes one for each call of an http.Handler. Use a Gate
// directly in adapters for frameworks whose handlers have another type:
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
	// passes reports whether a response passes although nothing was authorized and it is
	// not an error page. nil reports false.
	passes  func(r *http.Request, status int) bool
	foreign http.Header // the header for a response that is not the handler's; nil if it is empty
}

// NewGate returns a Gate for a response to r.
func NewGate(w http.ResponseWriter, r *http.Request) *Gate {
	ctx, l := ledger.With(r.Context())
	g := &Gate{resp: response{ResponseWriter: w}, request: r.WithContext(ctx), ledger: l}
	g.resp.gate = g
	if h := w.Header(); len(h) > 0 {
		g.foreign = h.Clone()
	}
	return g
}

// Writer returns the ResponseWriter for the handler.
func (g *Gate) Writer() http.ResponseWriter { return g.resp.writer() }

// Request returns the request for the handler. Only decisions with its context, or one
// derived from it, count.
func (g *Gate) Request() *http.Request { return g.request }

// Settled reports whether something was authorized.
func (g *Gate) Settled() bool { return g.ledger.Settled() }

// Begun reports whether the Gate has seen the response begin.
func (g *Gate) Begun() bool { return g.resp.begun }

// Begin tells the Gate that the response begins with a status, or that the handler has
// returned without writing. If the response must not begin, Begin answers 500 and returns
// an error, and nothing more may be written. Otherwise it writes nothing. A second call
// returns the result of the first.
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
	return status >= 400 && status < 600 || g.ledger.Settled() || g.passes != nil && g.passes(g.request, status)
}

// refuse answers in place of a response that may not begin.
func (g *Gate) refuse() {
	w := g.resp.ResponseWriter
	replace(w.Header(), g.foreign)
	authz.Refuse(w, g.request, ErrNoDecision)
	g.foreign = w.Header().Clone()
}

// replace makes h what other is.
func replace(h, other http.Header) {
	clear(h)
	maps.Copy(h, other)
}
