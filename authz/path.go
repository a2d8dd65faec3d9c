package authz

// This file defines which spellings of a path are rejected, and what policies see of the
// others.
//
// A policy and a router both read the path of a request. Where they could read it
// differently, a rule may be about one resource and the handler about another. For example,
// "/public/%2e%2e/admin/1" begins with "/public/" and may end up at "/admin/1".
// "/admin%2f1" has one segment or two. Routers that match url.URL.RawPath, if it is set,
// take "/%70ublic/x" for another route than "/public/x". No reading of such a path is safe
// with every router, so the request is answered with 400 before any rule sees it. All other
// paths have one reading: the segments between the slashes.

import (
	"net/url"
	"strings"
	"unicode/utf8"
)

// maxPath bounds the length of a path in bytes, escaped or not. It is twice what common
// proxies forward.
const maxPath = 16 << 10

// readPath returns the path of u as policies see it, and its segments. With encodedSlash,
// "%2F" is accepted. Segments are then split before they are decoded, and the path is the
// canonical escaped one, in which a slash is a separator and "%2F" is not. An error is a
// *requestError.
func readPath(u *url.URL, encodedSlash bool) (path string, segments []string, err error) {
	decoded, raw := u.Path, u.RawPath
	if decoded == "" || decoded[0] != '/' {
		return "", nil, &requestError{reason: "the path does not begin with a slash"}
	}
	if max(len(decoded), len(raw)) > maxPath {
		return "", nil, &requestError{reason: "the path is too long"}
	}
	if raw != "" && raw != decoded {
		if p, err := url.PathUnescape(raw); err != nil || p != decoded {
			return "", nil, &requestError{reason: "the path and its escaped form differ"}
		}
	}
	if !utf8.ValidString(decoded) {
		return "", nil, &requestError{reason: "the path is not UTF-8"}
	}
	for i := 0; i < len(decoded); i++ {
		switch c := decoded[i]; {
		case c == '\\':
			return "", nil, &requestError{reason: "the path has a backslash"}
		case c < ' ' || c == 0x7f:
			return "", nil, &requestError{reason: "the path has a control character"}
		}
	}

	segments = split(decoded)
	for _, s := range segments {
		switch s {
		case "":
			return "", nil, &requestError{reason: "the path has an empty segment"}
		case ".", "..":
			return "", nil, &requestError{reason: "the path has a dot segment"}
		}
	}
	slash := hasEncodedSlash(raw)
	if slash && !encodedSlash {
		return "", nil, &requestError{reason: "the path has an encoded slash"}
	}
	// For routers that match RawPath, it must say the same as Path.
	if raw != "" && raw != decoded && raw != canonicalRawPath(u) {
		return "", nil, &requestError{reason: "the path has unusual escapes, which routers read differently (see authz.Canonical)"}
	}
	switch {
	case !encodedSlash:
		return decoded, segments, nil
	case !slash:
		return escapePath(decoded), segments, nil
	}
	segments = split(raw)
	for i, s := range segments {
		segments[i], _ = url.PathUnescape(s) // cannot fail: the whole path is valid
	}
	return raw, segments, nil
}

// split returns the segments of a path that begins with a slash. A slash at the end does
// not make a segment.
func split(path string) []string {
	if path == "/" {
		return []string{}
	}
	return strings.Split(strings.TrimSuffix(path[1:], "/"), "/")
}

func hasEncodedSlash(escaped string) bool {
	for i := 0; i+2 < len(escaped); i++ {
		if escaped[i] == '%' && escaped[i+1] == '2' && escaped[i+2]|0x20 == 'f' {
			return true
		}
	}
	return false
}
