package authz

// This file defines which headers a refusal sends.
//
// When a refusal is written, the header holds what others have set: the
// middleware outside, and the handler for the page that it meant to send. The
// handler's may tell what that page was, have a cache keep the refusal
// (CDN-Cache-Control goes before Cache-Control), describe another body
// (Content-Encoding, Content-Range), or have a server in front send a file
// whatever the status is (X-Accel-Redirect, X-Sendfile). Nobody knows all of
// these names. So a refusal keeps a short list of headers that speak of the
// site, the client or the connection and not of a page, and drops the others.

import (
	"net/http"
	"strings"
)

// keptHeaders are the headers that a refusal keeps, and keptPrefixes the
// beginnings of others.
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
		// For which requests this answer would be the same; CORS needs it.
		"Vary": true,
		// Which request this was.
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

// A headerOrigin says who may have set the headers of a response.
type headerOrigin struct {
	// handled says that a handler may have. Its cookies may be those of a
	// login that is refused.
	handled bool

	// encoding is the Content-Encoding that was set before any handler ran,
	// by a middleware that compresses whatever is written.
	encoding []string
}

// refusalHeader makes h the header of a refusal, whose page is to be set yet.
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

// fixCaching has no cache keep a response, whatever a page has set: some caches
// look at headers of their own before Cache-Control.
func fixCaching(h http.Header) {
	for name := range h {
		if strings.HasSuffix(name, "-Cache-Control") || name == "Surrogate-Control" || name == "X-Accel-Expires" || name == "Expires" {
			delete(h, name)
		}
	}
	h.Set("Cache-Control", "no-store")
}
