package authz

// This file defines Refuse, which answers a request that is not served.
//
// A refusal tells the client a status and nothing it could learn from: no rule,
// no error of the program, and the same bytes for a resource that is hidden as
// for one that does not exist.

import (
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net/http"
	"strconv"
)

// Refuse answers r as [Authorizer.Middleware] answers what it does not let
// through, with the status that err stands for: 400 for [ErrBadRequest], 401 for
// [ErrUnauthenticated], 403 for [ErrForbidden], 404 for [ErrNotFound], and 500
// for [ErrUndecided] and any other error, nil included. Clients that ask for
// JSON get application/problem+json (RFC 9457), others a small HTML page. The
// settings are those of the Authorizer in the context of r, if there is one.
// Of the headers that are set already, a refusal keeps those that speak of the
// site, the client or the connection, such as Strict-Transport-Security,
// Access-Control-Allow-Origin and X-Request-Id, and drops all others, cookies
// among them. The response must not have begun; the caller returns afterwards.
func Refuse(w http.ResponseWriter, r *http.Request, err error) {
	a, from := settingsOf(r)
	a.refuse(w, r, err, from)
}

// settingsOf returns the Authorizer of a request, or nil, and the origin of the
// headers of its response.
func settingsOf(r *http.Request) (*Authorizer, headerOrigin) {
	s := scopeOf(r.Context())
	if s == nil {
		return nil, headerOrigin{handled: true}
	}
	return s.az, headerOrigin{handled: !s.refused, encoding: s.encoding}
}

// status returns the status that err stands for. What could not be decided is a
// fault before it is anything else, except where the request is the reason.
func status(err error) int {
	switch {
	case errors.Is(err, ErrBadRequest):
		return http.StatusBadRequest
	case errors.Is(err, ErrUndecided):
		return http.StatusInternalServerError
	case errors.Is(err, ErrUnauthenticated):
		return http.StatusUnauthorized
	case errors.Is(err, ErrForbidden):
		return http.StatusForbidden
	case errors.Is(err, ErrNotFound):
		return http.StatusNotFound
	}
	return http.StatusInternalServerError
}

// refuse is Refuse with the settings of a, which may be nil.
func (a *Authorizer) refuse(w http.ResponseWriter, r *http.Request, err error, from headerOrigin) {
	var cfg HTTPConfig
	if a != nil {
		cfg = a.cfg.HTTP
	}
	code := status(err)
	if code == http.StatusNotFound {
		err = ErrNotFound // and not what hides behind it
	}
	h := w.Header()
	a.refusalHeader(h, code, from)
	if cfg.OnRefusal != nil {
		page := &page{w: w, code: code}
		before := h.Clone()
		if guard(func() error { cfg.OnRefusal(page, r, code, err); return nil }) == nil || page.begun {
			page.begin()
			return
		}
		// What it has set describes the page that it did not write.
		clear(h)
		maps.Copy(h, before)
	}
	if json, _ := prefersJSON(r.Header["Accept"]); json {
		writeProblem(w, code, err)
	} else {
		writeHTML(w, code)
	}
}

// A page is the ResponseWriter of HTTPConfig.OnRefusal, which may choose the page
// but not the status.
type page struct {
	w     http.ResponseWriter
	code  int
	begun bool
}

func (p *page) Header() http.Header { return p.w.Header() }

func (p *page) WriteHeader(code int) {
	if code >= 200 {
		p.begin()
	}
}

func (p *page) Write(b []byte) (int, error) {
	p.begin()
	return p.w.Write(b)
}

func (p *page) begin() {
	if p.begun {
		return
	}
	p.begun = true
	fixCaching(p.w.Header())
	p.w.WriteHeader(p.code)
}

// sentences are what the HTML pages say.
var sentences = map[int]string{
	http.StatusBadRequest:          "The request could be read in more than one way.",
	http.StatusUnauthorized:        "It is not known who you are.",
	http.StatusForbidden:           "Not Authorized!",
	http.StatusNotFound:            "There is no such page.",
	http.StatusInternalServerError: "The request could not be decided.",
}

func writeHTML(w http.ResponseWriter, code int) {
	title := http.StatusText(code)
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(code)
	io.WriteString(w, "<!doctype html>\n<html lang=en>\n"+
		"<title>"+strconv.Itoa(code)+" "+title+"</title>\n"+
		"<h1>"+title+"</h1>\n"+
		"<p>"+sentences[code]+"</p>\n")
}

// A problem is a problem of RFC 9457. The decision's id is an extension: it is
// how an operator finds what the client asks about. A 404 has none, since a row
// that does not exist was not decided about.
type problem struct {
	Type       string `json:"type"`
	Title      string `json:"title"`
	Status     int    `json:"status"`
	DecisionID string `json:"decision_id,omitempty"`
}

func writeProblem(w http.ResponseWriter, code int, err error) {
	p := problem{Type: "about:blank", Title: http.StatusText(code), Status: code}
	switch code {
	case http.StatusForbidden:
		if d, ok := errors.AsType[*DeniedError](err); ok {
			p.DecisionID = d.ID()
		}
	case http.StatusInternalServerError:
		if u, ok := errors.AsType[*undecidedError](err); ok {
			p.DecisionID = u.id
		}
	}
	body, _ := json.Marshal(p) // of strings and numbers
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(code)
	w.Write(append(body, '\n'))
}
