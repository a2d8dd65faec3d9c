package nethttp

// This file defines response, a ResponseWriter that notices when the response
// begins.
//
// A wrapper that embeds an http.ResponseWriter has two ways to go wrong. It
// hides what the writer beneath can do besides: flush, hijack, send a file. Or
// it lets these through unseen, and the response begins behind its back. So
// every way to begin a response is a method of its own here, and a writer shows
// the optional ones exactly where the one beneath has them, be it through
// Unwrap, as http.ResponseController looks for them.

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
)

// A response passes on a response. The zero response lets everything pass.
type response struct {
	http.ResponseWriter
	allow  func(status int) bool // reports whether a response of that status may begin
	refuse func()                // answers in place of one that may not
	begun  bool                  // the final status was sent, as far as can be told from here
	err    error                 // why nothing is passed on any more
}

// allows reports whether a response of that status may begin.
func (r *response) allows(status int) bool { return r.allow == nil || r.allow(status) }

// start begins the response, if it may.
func (r *response) start(status int) error {
	if !r.begun {
		r.begun = true
		if !r.allows(status) {
			r.err = ErrNoDecision
			r.refuse()
		}
	}
	return r.err
}

// WriteHeader panics for a status without three digits, as net/http does. The
// response has not begun then.
func (r *response) WriteHeader(status int) {
	switch {
	case r.err != nil:
		return
	case r.begun:
		r.ResponseWriter.WriteHeader(status) // which complains
		return
	case status < 100 || status > 999:
		panic(fmt.Sprintf("nethttp: invalid WriteHeader code %d", status))
	case status < 200 && status != http.StatusSwitchingProtocols:
		// It is sent with all headers that are set.
		if r.allows(status) {
			r.ResponseWriter.WriteHeader(status)
		}
		return
	}
	if r.start(status) != nil {
		return
	}
	r.begun = false // stays if the writer beneath panics, so that what comes then is looked at
	r.ResponseWriter.WriteHeader(status)
	r.begun = true
}

func (r *response) Write(b []byte) (int, error) {
	if err := r.start(http.StatusOK); err != nil {
		return 0, err
	}
	return r.ResponseWriter.Write(b)
}

func (r *response) WriteString(s string) (int, error) {
	if err := r.start(http.StatusOK); err != nil {
		return 0, err
	}
	return io.WriteString(r.ResponseWriter, s)
}

// ReadFrom lets the writer beneath use sendfile, if it can. A source that gives
// nothing, be it for an error, begins no response.
func (r *response) ReadFrom(src io.Reader) (int64, error) {
	begun := r.begun
	if err := r.start(http.StatusOK); err != nil {
		return 0, err
	}
	n, err := io.Copy(r.ResponseWriter, src)
	if n == 0 {
		r.begun = begun
	}
	return n, err
}

// Unwrap is for http.ResponseController, which finds deadlines and full duplex
// beneath. Flush and Hijack it finds here first.
func (r *response) Unwrap() http.ResponseWriter { return r.ResponseWriter }

// A flusher is the part of a response that flushes.
type flusher struct{ r *response }

func (f flusher) Flush() { _ = f.FlushError() }

func (f flusher) FlushError() error {
	begun := f.r.begun
	if err := f.r.start(http.StatusOK); err != nil {
		return err
	}
	err := http.NewResponseController(f.r.ResponseWriter).Flush()
	if errors.Is(err, http.ErrNotSupported) {
		f.r.begun = begun // nothing was sent
	}
	return err
}

// A hijacker is the part of a response that hands over the connection.
type hijacker struct{ r *response }

func (h hijacker) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	begun := h.r.begun
	if begun && !h.r.allows(http.StatusSwitchingProtocols) {
		// An error page has begun, and could go on as anything.
		return nil, nil, ErrNoDecision
	}
	if err := h.r.start(http.StatusSwitchingProtocols); err != nil {
		return nil, nil, err
	}
	conn, buf, err := http.NewResponseController(h.r.ResponseWriter).Hijack()
	if err != nil {
		h.r.begun = begun // the connection is still the server's
	}
	return conn, buf, err
}

// writer returns the response with the abilities of the writer beneath.
func (r *response) writer() http.ResponseWriter {
	var canFlush, canHijack bool
	for w := r.ResponseWriter; w != nil; {
		switch w.(type) {
		case http.Flusher, interface{ FlushError() error }:
			canFlush = true
		}
		if _, ok := w.(http.Hijacker); ok {
			canHijack = true
		}
		u, ok := w.(interface{ Unwrap() http.ResponseWriter })
		if !ok {
			break
		}
		w = u.Unwrap()
	}
	switch {
	case canFlush && canHijack:
		return struct {
			*response
			flusher
			hijacker
		}{r, flusher{r}, hijacker{r}}
	case canFlush:
		return struct {
			*response
			flusher
		}{r, flusher{r}}
	case canHijack:
		return struct {
			*response
			hijacker
		}{r, hijacker{r}}
	}
	return r
}
