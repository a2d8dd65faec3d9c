package main

// This file defines the application and its routes. No handler contains a rule: repositories
// ask the policy about each row that they read or write.

import (
	"log/slog"
	"net/http"
	"strconv"

	"gorm.io/gorm"

	gormauthz "github.com/ursa-authz/ursa/adapters/gorm"
	"github.com/ursa-authz/ursa/adapters/nethttp"
	"github.com/ursa-authz/ursa/authz"
	"github.com/ursa-authz/ursa/policies"
)

// An app is the application on a database.
type app struct {
	db       *gorm.DB
	az       *authz.Authorizer
	sessions sessions
	users    *gormauthz.Repository[User]
	members  *gormauthz.Repository[Membership]
	projects *gormauthz.Repository[Project]
	issues   *gormauthz.Repository[Issue]
}

// newApp fills the database if it is empty, and makes it ask the policy about every statement.
// The engine is nil except in tests.
func newApp(db *gorm.DB, log *slog.Logger, engine authz.Engine) (*app, error) {
	if err := seed(db); err != nil {
		return nil, err
	}
	classes, err := gormauthz.Classes(db, models...)
	if err != nil {
		return nil, err
	}
	a := &app{
		db: db, sessions: newSessions(),
		users: gormauthz.NewRepository[User](db), members: gormauthz.NewRepository[Membership](db),
		projects: gormauthz.NewRepository[Project](db), issues: gormauthz.NewRepository[Issue](db),
	}
	a.az, err = authz.New(authz.Config{
		Policies:   authz.FS(policies.FS, "issues/*.polar"),
		Classes:    classes,
		Engine:     engine,
		Actor:      a.actor,
		ReadAction: "read", // what an actor may not read does not exist for them
		ChangeRule: true,   // updates ask allow_change
		Observe:    authz.LogDecisions(log),
		HTTP:       authz.HTTPConfig{RequestRule: authz.AllowRequest, OnRefusal: refused, Challenge: "Session"},
	})
	if err != nil {
		return nil, err
	}
	return a, db.Use(gormauthz.New(a.az, gormauthz.Enforce()))
}

// handler returns the pages. Those for people who have signed in are behind the policy.
func (a *app) handler() http.Handler {
	inside := http.NewServeMux()
	inside.Handle("GET /{$}", nethttp.Skip("shows no data", http.RedirectHandler("/issues", http.StatusSeeOther)))
	for pattern, handle := range map[string]nethttp.HandlerFunc{
		"GET /issues":              a.listIssues,
		"GET /issues/new":          a.newIssue,
		"POST /issues":             a.createIssue,
		"GET /issues/{id}":         a.showIssue,
		"POST /issues/{id}":        a.updateIssue,
		"POST /issues/{id}/delete": a.deleteIssue,
		"GET /issues/{id}/access":  a.showAccess,
		"GET /members":             a.listMembers,
		"POST /members/{id}":       a.updateMember,
	} {
		inside.Handle(pattern, handle)
	}

	outside := http.NewServeMux()
	outside.Handle("GET /sign-in", nethttp.HandlerFunc(a.showSignIn))
	outside.Handle("POST /sign-in", nethttp.HandlerFunc(a.signIn))
	outside.Handle("POST /sign-out", nethttp.HandlerFunc(a.signOut))
	outside.HandleFunc("GET /style.css", style)
	outside.Handle("/", a.az.Middleware(nethttp.RequireDecision(inside)))
	return secure(http.NewCrossOriginProtection().Handler(outside))
}

// secure limits what a browser does with a page: it runs no scripts, and loads only style.css.
func secure(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cache-Control", "no-store")
		r.Body = http.MaxBytesReader(w, r.Body, 64<<10)
		next.ServeHTTP(w, r)
	})
}

// pathID returns the id in the path. What is not a number is the id of nothing.
func pathID(r *http.Request) (int64, error) {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		return 0, authz.ErrNotFound
	}
	return id, nil
}

// seeOther sends the browser to another page, after a change.
func seeOther(w http.ResponseWriter, r *http.Request, path string) error {
	http.Redirect(w, r, path, http.StatusSeeOther)
	return nil
}
