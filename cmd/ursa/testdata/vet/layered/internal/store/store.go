// Package store implements the ports on a handle that enforces.
package store

import (
	"context"

	"gorm.io/gorm"

	gormauthz "github.com/ursa-authz/ursa/adapters/gorm"
	"github.com/ursa-authz/ursa/authz"

	"layered/internal/core"
)

// A Store is the database.
type Store struct{ db *gorm.DB }

// Open makes the handle enforce.
func Open(db *gorm.DB, az *authz.Authorizer) (*Store, error) {
	return &Store{db}, db.Use(gormauthz.New(az, gormauthz.Enforce()))
}

// Get gets a ticket.
func (s *Store) Get(ctx context.Context, id int) (*core.Ticket, error) {
	var t core.Ticket
	err := s.db.WithContext(ctx).First(&t, id).Error
	return &t, err
}

// List lists tickets: the handle restricts it.
func (s *Store) List(ctx context.Context) (ts []core.Ticket, err error) {
	return ts, s.db.WithContext(ctx).Find(&ts).Error
}
