package authz

// This file defines Refuse, which answers a refused request.
//
// A refusal tells the client a status and nothing else: no rule and no error of the
// program. A hidden resource and one that does not exist get the same bytes.

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net/http"
	"strconv"
)

// Refuse answers r with the status for err, as [Authorizer.Middleware] does:
//
//   - 400 for [ErrBadRequest]
//   - 401 for [ErrUnauthenticated]
//   - 403 for [ErrForbidden]
//   - 404 for [ErrNotFound]
//   - 500 for [ErrUndecided] and all other errors, nil included
//
// Clients that prefer JSON get application/problem+json (RFC 9457), and others a small HTML
// page. The settings are those of the Authorizer in the context of r, if there is one.
//
// Refuse keeps headers about the site, the client or the connection that are already set,
// such as Strict-Transport-Security, Access-Control-Allow-Origin and X-Request-Id. It drops
// all others, cookies included. Call Refuse before anything is written, and return
// afterwards.
func Refuse(w http.ResponseWriter, r *http.Request, err error) {
	a, from := settingsOf(r)
	a.refuse(w, r, err, from, nil)
}

// ReportRefusal tells the observer of the context's [Authorizer] that a client was refused
// something because of err, and logs a 500 that nobody observes. It is for adapters that answer
// in other ways than with Refuse, which does this itself. The action names what was refused,
// such as the full method of a call; it may be empty.
func ReportRefusal(ctx context.Context, action string, err error) {
	code := status(err)
	s := carrierOf(ctx)
	if s == nil {
		(*Authorizer)(nil).report(ctx, Event{Status: code, Action: action, Err: err})
		return
	}
	s.reported.Store(int32(code))
	e := Event{Status: code, Action: action, Err: err, actor: hide(s.actor)}
	if s.request != nil && s.request.http != nil {
		e.served = &servedRequest{s.request.http, nil, s.request}
	}
	s.az.report(ctx, e)
}

// report tells the observer about a refusal. a may be nil.
func (a *Authorizer) report(ctx context.Context, e Event) {
	if e.Err == nil {
		e.Err = errorf("the handler refused without an error")
	}
	e.Kind, e.Verdict, e.az = EventRefusal, NoVerdict, a
	e.id, e.Hidden = decisionOf(e.Err)
	e.Hidden = e.Hidden && e.Status == http.StatusNotFound
	if a == nil || !a.observes() {
		a.logFault(ctx, e)
		return
	}
	e.PolicyVersion = a.Version()
	a.observe(ctx, &e)
}

// settingsOf returns the Authorizer of a request, or nil, and the origin of the headers of
// its response.
func settingsOf(r *http.Request) (*Authorizer, headerOrigin) {
	s := carrierOf(r.Context())
	if s == nil {
		return nil, headerOrigin{handled: true}
	}
	return s.az, headerOrigin{handled: !s.refused, encoding: s.encoding}
}

// status returns the status for err. An undecided error is a fault before it is anything
// else, unless the request is the cause.
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
// Routes, if it is not nil, knows the route of r.
func (a *Authorizer) refuse(w http.ResponseWriter, r *http.Request, err error, from headerOrigin, routes router) {
	var cfg HTTPConfig
	if a != nil {
		cfg = a.cfg.HTTP
	}
	code := status(err)
	a.reportHTTP(r, code, err, routes)
	if code == http.StatusNotFound {
		err = ErrNotFound // and not the error behind it
	}
	h := w.Header()
	a.refusalHeader(h, code, from)
	if cfg.OnRefusal != nil {
		page := &page{w: w, code: code}
		before := h.Clone()
		if catchPanic(func() error { cfg.OnRefusal(page, r, code, err); return nil }) == nil || page.begun {
			page.begin()
			return
		}
		// The headers that it has set describe a page that it did not write.
		clear(h)
		maps.Copy(h, before)
	}
	if json, _ := prefersJSON(r.Header["Accept"]); json {
		writeProblem(w, code, err)
	} else {
		writeHTML(w, code)
	}
}

// A page is the ResponseWriter for HTTPConfig.OnRefusal, which may choose the page but not
// the status.
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

// reportHTTP tells the observer about the refusal of r, unless ReportRefusal has.
func (a *Authorizer) reportHTTP(r *http.Request, code int, err error, routes router) {
	e := Event{Status: code, Err: err, served: &servedRequest{r, routes, nil}}
	if s := carrierOf(r.Context()); s != nil {
		if s.reported.Load() == int32(code) {
			return
		}
		e.actor, e.served.seen = hide(s.actor), s.request
	}
	a.report(r.Context(), e)
}

// sentences are the texts of the HTML pages.
var sentences = map[int]string{
	http.StatusBadRequest:          "The request could be read in more than one way.",
	http.StatusUnauthorized:        "Please log in.",
	http.StatusForbidden:           "Not Authorized!",
	http.StatusNotFound:            "This page does not exist.",
	http.StatusInternalServerError: "Access could not be checked.",
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

// A problem is a problem of RFC 9457, with the decision's id as an extension, so that an
// operator can find the decision that a client reports. A 404 has no id, since there is no
// decision about a row that does not exist.
type problem struct {
	Type       string `json:"type"`
	Title      string `json:"title"`
	Status     int    `json:"status"`
	DecisionID string `json:"decision_id,omitempty"`
}

func writeProblem(w http.ResponseWriter, code int, err error) {
	p := problem{Type: "about:blank", Title: http.StatusText(code), Status: code}
	if code == http.StatusForbidden || code == http.StatusInternalServerError {
		p.DecisionID = DecisionID(err)
	}
	body, _ := json.Marshal(p) // cannot fail: it has only strings and numbers
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(code)
	w.Write(append(body, '\n'))
}
