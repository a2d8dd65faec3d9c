package authz

// This file defines which headers a refusal sends.
//
// When a refusal is written, middleware and the handler may already have set headers.
// Headers of the handler may reveal what the page was, make a cache store the refusal
// (CDN-Cache-Control overrides Cache-Control), or describe another body (Content-Encoding,
// Content-Range). They may also make a server in front send a file whatever the status is
// (X-Accel-Redirect, X-Sendfile). No list of such headers is complete. So a refusal keeps
// only known headers about the site, the client or the connection, and drops all others.

import (
	"net/http"
	"strings"
)

// keptHeaders are the headers that a refusal keeps. It also keeps those that begin with one of
// keptPrefixes.
var (
	keptHeaders = map[string]bool{
		// What browsers may do on this site.
		"Strict-Transport-Security":           true,
		"Content-Security-Policy":             true,
		"Content-Security-Policy-Report-Only": true,
		"Cross-Origin-Embedder-Policy":        true,
		"Cross-Origin-Opener-Policy":          true,
		"Cross-Origin-Resource-Policy":        true,
		"Origin-Agent-Cluster":                true,
		"Permissions-Policy":                  true,
		"Referrer-Policy":                     true,
		"Reporting-Endpoints":                 true,
		"X-Frame-Options":                     true,
		// On which request headers the answer depends; CORS needs it.
		"Vary": true,
		// Identifies the request.
		"Request-Id":       true,
		"X-Request-Id":     true,
		"X-Correlation-Id": true,
		"Traceparent":      true,
		"Tracestate":       true,
		// The connection and the server.
		"Alt-Svc":    true,
		"Connection": true,
		"Date":       true,
		"Server":     true,
	}
	keptPrefixes = []string{"Access-Control-", "Ratelimit", "X-Ratelimit-"}
)

// A headerOrigin says where the headers of a response may come from.
type headerOrigin struct {
	// handled means that a handler has run. Its cookies may belong to a login that is
	// refused.
	handled bool

	// encoding is the Content-Encoding that was set before any handler ran, by middleware
	// that compresses everything.
	encoding []string
}

// refusalHeader turns h into the header of a refusal, without the headers of its page.
func refusalHeader(h http.Header, from headerOrigin) {
	for name := range h {
		if !keepsHeader(name) && (from.handled || name != "Set-Cookie") {
			delete(h, name)
		}
	}
	if len(from.encoding) > 0 {
		h["Content-Encoding"] = from.encoding
	}
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
}

// refusalHeader is refusalHeader with the challenge of a, which may be nil.
func (a *Authorizer) refusalHeader(h http.Header, code int, from headerOrigin) {
	refusalHeader(h, from)
	if code == http.StatusUnauthorized {
		challenge := "Bearer"
		if a != nil && a.cfg.HTTP.Challenge != "" {
			challenge = a.cfg.HTTP.Challenge
		}
		h.Set("WWW-Authenticate", challenge)
	}
}

func keepsHeader(name string) bool {
	if keptHeaders[name] {
		return true
	}
	for _, p := range keptPrefixes {
		if strings.HasPrefix(name, p) {
			return true
		}
	}
	return false
}

// fixCaching prevents caches from storing a response, whatever a page has set: some caches
// prefer their own headers to Cache-Control.
func fixCaching(h http.Header) {
	for name := range h {
		if strings.HasSuffix(name, "-Cache-Control") || name == "Surrogate-Control" || name == "X-Accel-Expires" || name == "Expires" {
			delete(h, name)
		}
	}
	h.Set("Cache-Control", "no-store")
}
