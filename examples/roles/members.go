package roles

// This file defines changes of memberships, which leave a row in the audit table.

import (
	"context"
	"time"

	"gorm.io/gorm"

	gormauthz "github.com/ursa-authz/ursa/adapters/gorm"
)

// Members changes memberships on behalf of the user in the context.
type Members struct {
	members *gormauthz.Repository[Membership]
	audit   *gormauthz.Repository[AuditEntry]
}

// NewMembers returns the Members of a database whose models are registered.
func NewMembers(db *gorm.DB) *Members {
	return &Members{gormauthz.NewRepository[Membership](db), gormauthz.NewRepository[AuditEntry](db)}
}

// Add stores a membership.
func (s *Members) Add(ctx context.Context, by *User, m Membership) error {
	return s.members.Tx(ctx, func(ctx context.Context, members *gormauthz.Repository[Membership]) error {
		row := m // of each try
		if err := members.Create(ctx, &row); err != nil {
			return err
		}
		return s.record(ctx, by, "add", row)
	})
}

// Remove deletes a membership.
func (s *Members) Remove(ctx context.Context, by *User, id int64) error {
	return s.members.Tx(ctx, func(ctx context.Context, members *gormauthz.Repository[Membership]) error {
		row, err := members.Lookup(ctx, id)
		if err != nil {
			return err
		}
		if err := members.Delete(ctx, id); err != nil {
			return err
		}
		return s.record(ctx, by, "remove", *row)
	})
}

// record stores a row of the audit table, in the transaction of the context.
func (s *Members) record(ctx context.Context, by *User, change string, m Membership) error {
	return s.audit.Create(ctx, &AuditEntry{
		OrganizationID: m.OrganizationID, ActorID: by.ID, Change: change, UserID: m.UserID, At: time.Now().UTC(),
	})
}
