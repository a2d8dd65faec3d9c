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
	"io"
	"net"
	"net/http"
)

// A response passes on a response. The zero begin lets everything pass.
type response struct {
	http.ResponseWriter
	begin func(status int) error // asked before the final status is sent; with an error it has answered itself and is not asked again
	begun bool                   // the final status was sent, as far as can be told from here
	err   error                  // of begin; then nothing is passed on
}

// start asks begin, unless the response has begun.
func (r *response) start(status int) error {
	if !r.begun {
		r.begun = true
		if r.begin != nil {
			r.err = r.begin(status)
		}
	}
	return r.err
}

func (r *response) WriteHeader(status int) {
	informational := status >= 100 && status < 200 && status != http.StatusSwitchingProtocols
	if informational && r.err == nil || r.start(status) == nil {
		r.ResponseWriter.WriteHeader(status)
	}
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
