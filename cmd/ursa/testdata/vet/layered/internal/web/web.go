// Package web has the handlers. It knows the services, and nothing of authorization.
package web

import (
	"context"
	"encoding/json"
	"net/http"

	"layered/internal/core"
	"layered/internal/store"
)

// A Closer closes tickets.
type Closer interface {
	Close(ctx context.Context, agent *core.Agent, id int) error
}

// Handlers are the handlers.
type Handlers struct {
	Closer  Closer
	Service *core.Service
	Store   *store.Store
}

// Close may ask: the service decides.
func (h Handlers) Close(w http.ResponseWriter, r *http.Request) {
	if err := h.Closer.Close(r.Context(), nil, 1); err != nil {
		w.WriteHeader(http.StatusForbidden)
	}
}

// Merge asks in another package.
func (h Handlers) Merge(w http.ResponseWriter, r *http.Request) {
	if err := h.Service.Merge(r.Context(), nil, nil); err != nil {
		w.WriteHeader(http.StatusForbidden)
	}
}

// List asks by the handle.
func (h Handlers) List(w http.ResponseWriter, r *http.Request) {
	ts, err := h.Store.List(r.Context())
	if err != nil {
		w.WriteHeader(http.StatusForbidden)
		return
	}
	_ = json.NewEncoder(w).Encode(ts)
}

// Version asks nothing.
func (h Handlers) Version(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("1")) }

// Import decodes a request into a class without relations.
func (h Handlers) Import(w http.ResponseWriter, r *http.Request) {
	var t core.Ticket
	if err := json.NewDecoder(r.Body).Decode(&t); err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	h.Merge(w, r)
}
