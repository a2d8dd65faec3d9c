package ginauthz

// This file defines RequireDecision, which finds handlers that ask nothing, and the
// ResponseWriter by which it does.
//
// Gin's writer keeps the status until something is written, and permits to change it
// until then. So a status alone begins no response here, and the one that counts is
// the one that is set when the response begins.

import (
	"bufio"
	"net"
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/ursa-authz/ursa/adapters/nethttp"
	"github.com/ursa-authz/ursa/authz"
)

// ErrNoDecision is the error of a handler that writes a page although nothing was
// authorized.
var ErrNoDecision = nethttp.ErrNoDecision

// RequireDecision returns a handler that answers 500 where the handlers after it
// would succeed although they authorized nothing. It looks when the response begins,
// or when they have returned. What counts, and what passes, is as for
// [nethttp.RequireDecision]: a decision that allows something on a resource, a
// filter, or [Skip] with a reason, made with the context of c.Request or one derived
// from it. Errors with a status from 400 to 599 pass, those of gin for a request
// without a route included. With the 500, which is added to c.Errors as
// [ErrNoDecision], nothing of the handlers is sent.
//
// It goes behind [Middleware], so that its refusals use the settings of the
// Authorizer.
func RequireDecision() gin.HandlerFunc {
	return func(c *gin.Context) {
		beneath := c.Writer
		gate := nethttp.NewGate(beneath, c.Request)
		w := &writer{ResponseWriter: beneath, c: c, gate: gate, status: beneath.Status()}
		defer func() {
			gate.Close()
			c.Writer = beneath
		}()
		c.Writer, c.Request = w, gate.Request()
		c.Next()
		_ = w.begin() // gin sends it
	}
}

// Skip returns a handler that says that nothing has to be authorized in the handlers
// of a route, for the given reason, which the observer of the Authorizer gets. See
// [authz.Skip]. It panics if the reason is empty.
func Skip(reason string) gin.HandlerFunc {
	if reason == "" {
		panic("ginauthz: Skip needs a reason")
	}
	return func(c *gin.Context) { authz.Skip(c.Request.Context(), reason) }
}

// A writer is gin's writer behind a gate.
type writer struct {
	gin.ResponseWriter // the one beneath
	c                  *gin.Context
	gate               *nethttp.Gate
	status             int // the one to begin with
	begun              bool
	err                error // why nothing is passed on any more
}

// begin begins the response with the status that is set, if it may begin.
func (w *writer) begin() error {
	if w.begun {
		return w.err
	}
	w.begun = true
	switch {
	case !w.ResponseWriter.Written():
		w.err = w.gate.Begin(w.status)
	case !w.gate.Settled():
		// Somebody has written to the writer beneath, or hijacking was refused.
		// Another page behind that one helps nobody.
		w.err = ErrNoDecision
	}
	if w.err != nil {
		w.c.Abort()
		_ = w.c.Error(w.err)
		return w.err
	}
	w.ResponseWriter.WriteHeader(w.status) // which sends nothing yet
	return nil
}

func (w *writer) WriteHeader(status int) {
	if status > 0 {
		w.status = status
	}
}

func (w *writer) Status() int {
	if w.ResponseWriter.Written() {
		return w.ResponseWriter.Status()
	}
	return w.status
}

func (w *writer) WriteHeaderNow() {
	if w.begin() == nil {
		w.ResponseWriter.WriteHeaderNow()
	}
}

func (w *writer) Write(b []byte) (int, error) {
	if err := w.begin(); err != nil {
		return 0, err
	}
	return w.ResponseWriter.Write(b)
}

func (w *writer) WriteString(s string) (int, error) {
	if err := w.begin(); err != nil {
		return 0, err
	}
	return w.ResponseWriter.WriteString(s)
}

func (w *writer) Flush() {
	if w.begin() == nil {
		w.ResponseWriter.Flush()
	}
}

// Hijack hands over the connection if something was authorized.
func (w *writer) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	return http.NewResponseController(w.gate.Writer()).Hijack()
}

// Pusher returns nil until something was authorized.
func (w *writer) Pusher() http.Pusher {
	if !w.gate.Settled() {
		return nil
	}
	return w.ResponseWriter.Pusher()
}

// Unwrap is for http.ResponseController, which finds deadlines beneath. What begins
// a response it finds here first.
func (w *writer) Unwrap() http.ResponseWriter { return w.ResponseWriter }
