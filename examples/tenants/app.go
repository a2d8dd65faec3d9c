package tenants

// This file defines App, whose tenants share one database. The host of a request
// says which tenant it is for.

import (
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"

	"gorm.io/gorm"

	gormauthz "github.com/ursa-authz/ursa/adapters/gorm"
	"github.com/ursa-authz/ursa/adapters/nethttp"
	"github.com/ursa-authz/ursa/authz"
)

// An App serves the documents of all tenants.
type App struct {
	db        *gorm.DB
	az        *authz.Authorizer
	documents *gormauthz.Repository[Document]
	session   func(*http.Request) (userID int64, err error) // the user of a session
}

// New returns the App of a database.
func New(db *gorm.DB, policies authz.Policies, session func(*http.Request) (int64, error)) (*App, error) {
	classes, err := gormauthz.Classes(db, Models...)
	if err != nil {
		return nil, err
	}
	a := &App{db: db, documents: gormauthz.NewRepository[Document](db), session: session}
	a.az, err = authz.New(authz.Config{
		Policies: policies,
		Classes:  append(classes, Classes...),
		Actor:    a.actor,
		DenyRule: true,
		HTTP:     authz.HTTPConfig{RequestRule: authz.AllowRequest},
	})
	if err != nil {
		return nil, err
	}
	return a, db.Use(gormauthz.New(a.az, gormauthz.Enforce()))
}

// Handler returns the routes.
func (a *App) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /documents", nethttp.HandlerFunc(func(w http.ResponseWriter, r *http.Request) error {
		list, err := a.documents.List(r.Context())
		if err != nil {
			return err
		}
		return json.NewEncoder(w).Encode(list)
	}))
	mux.Handle("GET /documents/{id}", nethttp.HandlerFunc(func(w http.ResponseWriter, r *http.Request) error {
		id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
		if err != nil {
			return authz.ErrNotFound
		}
		document, err := a.documents.Lookup(r.Context(), id)
		if err != nil {
			return err
		}
		return json.NewEncoder(w).Encode(document)
	}))
	return a.az.Middleware(nethttp.RequireDecision(mux))
}

// actor returns the membership of the user in the tenant that the host names.
func (a *App) actor(r *http.Request) (any, error) {
	userID, err := a.session(r)
	if err != nil {
		return nil, err
	}
	request, err := a.az.Request(r)
	if err != nil {
		return nil, err
	}
	slug, _ := strings.CutSuffix(request.Host, ".example.com")
	ctx := gormauthz.Unrestricted(r.Context(), "who sends the request?")
	tenant := a.db.WithContext(ctx).Model(&Tenant{}).Select("id").Where("slug = ?", slug)
	var m Membership
	err = a.db.WithContext(ctx).Where("user_id = ? AND tenant_id = (?)", userID, tenant).Take(&m).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return &Visitor{userID}, nil
	}
	return &m, err
}
