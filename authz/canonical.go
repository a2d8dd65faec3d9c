package authz

// This file defines Canonical, which gives the paths and hosts of requests one spelling.

import (
	"net/http"
	"net/url"
	"strings"
)

// Canonical returns a handler that calls next with the path and the host of each request in
// their canonical spelling. In the path, only the characters that package url escapes are
// escaped, in upper case. The host is in lower case. Put Canonical around a router, outside
// of everything that routes. Routers that need it include chi, echo and gorilla/mux with
// UseEncodedPath:
//
//	http.ListenAndServe(addr, authz.Canonical(router))
//
// Then every router reads "/users/alice%40foo.com" as "/users/alice@foo.com". Without
// Canonical, [Authorizer.Middleware] answers such spellings with 400, unless it wraps an
// *http.ServeMux. Ambiguous spellings stay as they are and are still answered with 400.
// Canonical panics if next is nil.
func Canonical(next http.Handler) http.Handler {
	if next == nil {
		panic("authz: Canonical with a nil handler")
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		next.ServeHTTP(w, canonical(r))
	})
}

// canonical returns r, or a copy of it, with its path and host in their
// canonical spelling.
func canonical(r *http.Request) *http.Request {
	if r.URL == nil {
		return r
	}
	raw := canonicalRawPath(r.URL)
	host, urlHost := lowerASCII(r.Host), lowerASCII(r.URL.Host)
	if raw == r.URL.RawPath && host == r.Host && urlHost == r.URL.Host {
		return r
	}
	c, u := *r, *r.URL
	u.RawPath, u.Host = raw, urlHost
	c.URL, c.Host = &u, host
	return &c
}

// canonicalRawPath returns the RawPath of the canonical spelling of u's path: empty, unless
// the path has an encoded slash. Paths that readPath rejects anyway may stay as they are.
func canonicalRawPath(u *url.URL) string {
	raw := u.RawPath
	if raw == "" || len(raw) > maxPath {
		return raw
	}
	if p, err := url.PathUnescape(raw); err != nil || p != u.Path {
		return raw
	}
	if !hasEncodedSlash(raw) {
		return ""
	}
	var b strings.Builder
	for i, s := range strings.Split(raw, "/") {
		if i > 0 {
			b.WriteByte('/')
		}
		s, _ = url.PathUnescape(s) // cannot fail: the whole path is valid
		b.WriteString(strings.ReplaceAll(escapePath("/" + s)[1:], "/", "%2F"))
	}
	return b.String()
}

// escapePath returns a decoded path in the spelling of package url.
func escapePath(path string) string { return (&url.URL{Path: path}).EscapedPath() }

// lowerASCII returns s with its ASCII letters in lower case. It keeps the letters that
// Unicode folds to ASCII letters: hosts with those are rejected.
func lowerASCII(s string) string {
	for i := 0; i < len(s); i++ {
		if c := s[i]; 'A' <= c && c <= 'Z' {
			return strings.Map(func(r rune) rune {
				if 'A' <= r && r <= 'Z' {
					r += 'a' - 'A'
				}
				return r
			}, s)
		}
	}
	return s
}
