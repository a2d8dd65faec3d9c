package main

// This file defines the pages: templates, the style, and the page of a refusal.

import (
	"bytes"
	"embed"
	"html/template"
	"net/http"
)

//go:embed pages
var files embed.FS

var templates = func() map[string]*template.Template {
	m := make(map[string]*template.Template)
	for _, name := range []string{"signin", "issues", "issue", "members", "access", "refused"} {
		m[name] = template.Must(template.ParseFS(files, "pages/layout.html", "pages/"+name+".html"))
	}
	return m
}()

// A page is what the layout shows.
type page struct {
	Title string
	User  *User // nil if nobody has signed in
	Data  any
}

// show writes a page, or nothing if its template fails.
func show(w http.ResponseWriter, status int, name string, p page) error {
	var b bytes.Buffer
	if err := templates[name].ExecuteTemplate(&b, "layout.html", p); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, err := b.WriteTo(w)
	return err
}

// refused writes the page of a refusal. It depends on the status alone, so that a page that the
// user may not know of looks like one that does not exist.
func refused(w http.ResponseWriter, _ *http.Request, status int, _ error) {
	text := map[int]string{
		http.StatusBadRequest:   "This request cannot be understood.",
		http.StatusUnauthorized: "Please sign in first.",
		http.StatusForbidden:    "You may not do this.",
		http.StatusNotFound:     "This page does not exist.",
	}[status]
	if text == "" {
		text = "Something went wrong. Please try again later."
	}
	show(w, status, "refused", page{Title: http.StatusText(status), Data: text})
}

func style(w http.ResponseWriter, r *http.Request) {
	http.ServeFileFS(w, r, files, "pages/style.css")
}
