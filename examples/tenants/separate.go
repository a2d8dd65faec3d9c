package tenants

// This file defines applications whose tenants have a database each.

import (
	"net/http"

	"gorm.io/gorm"

	"github.com/ursa-authz/ursa/authz"
)

// Separate returns a handler for several hosts, each of a tenant with a database of its
// own. Every database has its own classes, Authorizer and plugin.
func Separate(hosts map[string]*gorm.DB, policies authz.Policies, session func(*http.Request) (int64, error)) (http.Handler, error) {
	mux := http.NewServeMux()
	for host, db := range hosts {
		app, err := New(db, policies, session)
		if err != nil {
			return nil, err
		}
		mux.Handle(host+"/", app.Handler())
	}
	return authz.Canonical(mux), nil
}
