package nethttp

// This file defines response, a ResponseWriter that notices when the response begins.
//
// A wrapper that embeds an http.ResponseWriter can go wrong in two ways. It may hide
// optional methods of the inner writer, which flush, hijack or send a file. Or it may pass
// them through, so that the response begins unnoticed. So response has its own method for
// each way to begin a response. It has the optional methods exactly if the inner writer has
// them, directly or through Unwrap, where http.ResponseController looks for them.

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
)

// A response wraps a ResponseWriter.
type response struct {
	http.ResponseWriter
	gate  *Gate // decides whether the response may begin; nil if it always may
	begun bool  // the final status was sent, as far as response knows
	err   error // why writes are rejected

	optional flushHijacker // room for what writer returns
}

// A flushResponse is a response whose inner writer can flush.
type flushResponse struct {
	*response
	flusher
}

// A flushHijacker is a response whose inner writer can flush and hijack.
type flushHijacker struct {
	flushResponse
	hijacker
}

// allows reports whether a response of that status may begin.
func (r *response) allows(status int) bool { return r.gate == nil || r.gate.allows(status) }

// start begins the response, if it may begin.
func (r *response) start(status int) error {
	if !r.begun {
		r.begun = true
		if !r.allows(status) {
			r.err = ErrNoDecision
			r.gate.refuse()
		}
	}
	return r.err
}

// WriteHeader panics for a status without three digits, as net/http does. The response has
// then not begun.
func (r *response) WriteHeader(status int) {
	switch {
	case r.err != nil:
		return
	case r.begun:
		r.ResponseWriter.WriteHeader(status) // logs the superfluous call
		return
	case status < 100 || status > 999:
		panic(fmt.Sprintf("nethttp: invalid WriteHeader code %d", status))
	case status < 200 && status != http.StatusSwitchingProtocols:
		// A 1xx response contains all headers that are set.
		if r.allows(status) {
			r.ResponseWriter.WriteHeader(status)
		}
		return
	}
	if r.start(status) != nil {
		return
	}
	r.begun = false // stays false if the inner writer panics, so that later writes are checked
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

// ReadFrom lets the inner writer use sendfile, if it can. A source that returns no data,
// with or without an error, does not begin a response.
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

// Unwrap is for http.ResponseController, which uses it for deadlines and full duplex. It
// finds Flush and Hijack here first.
func (r *response) Unwrap() http.ResponseWriter { return r.ResponseWriter }

// A flusher adds Flush to a response.
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

// A hijacker adds Hijack to a response.
type hijacker struct{ r *response }

func (h hijacker) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	begun := h.r.begun
	if begun && !h.r.allows(http.StatusSwitchingProtocols) {
		// An error page has begun, and hijacking would allow any content.
		return nil, nil, ErrNoDecision
	}
	if err := h.r.start(http.StatusSwitchingProtocols); err != nil {
		return nil, nil, err
	}
	conn, buf, err := http.NewResponseController(h.r.ResponseWriter).Hijack()
	if err != nil {
		h.r.begun = begun // the server still owns the connection
	}
	return conn, buf, err
}

// writer returns the response with the optional methods of the inner writer.
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
	r.optional = flushHijacker{flushResponse{r, flusher{r}}, hijacker{r}}
	switch {
	case canFlush && canHijack:
		return &r.optional
	case canFlush:
		return &r.optional.flushResponse
	case canHijack:
		return struct {
			*response
			hijacker
		}{r, hijacker{r}}
	}
	return r
}
