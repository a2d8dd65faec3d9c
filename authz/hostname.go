package authz

// This file defines which spellings of a host are rejected, and what policies see of the
// others.
//
// An http.ServeMux strips the port of a host and then compares bytes. Other routers fold
// the case, or use the URL of an absolute request line. So "Admin.example.com:80" may or
// may not reach the handler of admin.example.com. A host that a router could read
// differently from a policy is answered with 400. The others are a name in lower case,
// without brackets, and a port.

import (
	"net/http"
	"net/netip"
	"strings"
)

// maxHost bounds the length of a host in bytes. No DNS name is longer.
const maxHost = 255

// readHost returns the host of a request without its port, and the port, which is -1 if the
// client sent none. The host is empty if the client sent none, as HTTP/1.0 permits. An
// error is a *requestError.
func readHost(r *http.Request) (host string, port int, err error) {
	full := r.Host
	if u := r.URL.Host; u != "" && u != full {
		return "", 0, &requestError{reason: "the URL and the request name different hosts"}
	}
	if h := r.Header["Host"]; len(h) > 1 || len(h) == 1 && h[0] != full {
		return "", 0, &requestError{reason: "the Host header and :authority differ"}
	}
	if len(full) > maxHost+len(":65535") {
		return "", 0, &requestError{reason: "the host is too long"}
	}
	host, digits, hasPort := full, "", false
	if strings.HasPrefix(full, "[") {
		end := strings.IndexByte(full, ']')
		if end < 0 || !isIPv6(full[1:end]) {
			return "", 0, &requestError{reason: "the host has brackets but is not a canonical IPv6 address"}
		}
		host = full[1:end]
		if rest := full[end+1:]; rest != "" {
			if digits, hasPort = strings.CutPrefix(rest, ":"); !hasPort {
				return "", 0, errHostName
			}
		}
	} else {
		host, digits, hasPort = strings.Cut(full, ":")
		if host == "" && hasPort || !isHostName(host) {
			return "", 0, errHostName
		}
	}
	if hasPort && r.Method == http.MethodConnect {
		// For CONNECT, ServeMux compares the host including the port.
		return "", 0, &requestError{reason: "the host of a CONNECT request has a port"}
	}
	if digits == "" {
		return host, -1, nil
	}
	if port, err = readPort(digits); err != nil {
		return "", 0, err
	}
	return host, port, nil
}

var errHostName = &requestError{reason: "the host is not a name in lower case"}

// isHostName reports whether a host has only the characters of names in the DNS and of
// machines. Upper-case letters are not among them.
func isHostName(s string) bool {
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case 'a' <= c && c <= 'z', '0' <= c && c <= '9', c == '-', c == '.', c == '_':
		default:
			return false
		}
	}
	return true
}

// isIPv6 reports whether s is the canonical text of an IPv6 address, without a
// zone.
func isIPv6(s string) bool {
	ip, err := netip.ParseAddr(s)
	return err == nil && ip.Is6() && ip.Zone() == "" && ip.String() == s
}

func readPort(digits string) (int, error) {
	port := 0
	for i := 0; i < len(digits); i++ {
		c := digits[i]
		if c < '0' || c > '9' || len(digits) > 5 {
			return 0, &requestError{reason: "the port is not a number"}
		}
		port = port*10 + int(c-'0')
	}
	if port > 65535 {
		return 0, &requestError{reason: "the port is not a number"}
	}
	return port, nil
}
