package authz

// This file defines ColonRoute, the Route of routers that spell wildcards with a
// colon, such as those of gin and echo.

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// ColonRoute returns the [Route] of a request that a router has matched with a
// pattern such as "/expenses/:id" or "/files/*path". Names and values are those
// of the wildcards, in the order of the pattern; ColonRoute keeps neither slice.
// It is for adapters.
//
// Some routers hand out values as they were sent, others decoded, and for some it
// is a setting. ColonRoute puts the values into the pattern, compares the result
// with the path of r, and decodes them if need be. If the result is not the path
// either way, policies would see other values than the path has: that is an error.
// The Route of an empty pattern is that of a request without a route.
func ColonRoute(r *http.Request, pattern string, names, values []string) (Route, error) {
	if pattern == "" {
		return Route{}, nil
	}
	path, ok := fillColons(pattern, values)
	if !ok || len(names) != len(values) {
		return Route{}, errColonRoute
	}
	names, values = slices.Clone(names), slices.Clone(values)
	if path != r.URL.Path {
		if decoded, err := url.PathUnescape(path); err != nil || decoded != r.URL.Path {
			return Route{}, errColonRoute
		}
		for i, v := range values {
			if values[i], ok = unescape(v); !ok {
				return Route{}, errColonRoute
			}
		}
	}
	return Route{pattern, func(name string) (string, bool) {
		i := slices.Index(names, name)
		if i < 0 {
			return "", false
		}
		return values[i], true
	}}, nil
}

var errColonRoute = errorf("the path is not the pattern of the route with the values of its wildcards")

// fillColons returns a pattern with values in place of its wildcards. A wildcard
// goes up to the next slash or backslash; a backslash before a colon says that it
// begins none. The value of a "*" may begin with the slash that stands before it.
func fillColons(pattern string, values []string) (path string, ok bool) {
	var b strings.Builder
	for pattern != "" {
		i := strings.IndexAny(pattern, `:*\`)
		if i < 0 {
			b.WriteString(pattern)
			break
		}
		b.WriteString(pattern[:i])
		mark, rest := pattern[i], pattern[i+1:]
		if mark == '\\' {
			pattern = rest
			if strings.HasPrefix(rest, ":") {
				b.WriteByte(':')
				pattern = rest[1:]
			}
			continue
		}
		if len(values) == 0 {
			return "", false
		}
		value := values[0]
		values = values[1:]
		if mark == '*' {
			value = strings.TrimPrefix(value, "/")
		}
		b.WriteString(value)
		pattern = ""
		if end := strings.IndexAny(rest, `/\`); end >= 0 {
			pattern = rest[end:]
		}
	}
	return b.String(), len(values) == 0
}
