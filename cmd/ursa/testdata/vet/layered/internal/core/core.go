// Package core is the domain: services that ask, ports that others implement.
package core

import (
	"context"
	"fmt"

	"github.com/ursa-authz/ursa/authz"
)

// An Action is something that an agent can do.
type Action string

// The actions.
const (
	CloseTicket  Action = "ticket:close"
	ReopenTicket Action = "ticket:reopen"
	MergeTicket  Action = "ticket:merge"
)

// An Agent works on tickets.
type Agent struct {
	Trainee bool
	Queues  []string
}

// A Ticket is a ticket.
type Ticket struct{ Queue string }

// Tickets is the port of the database.
type Tickets interface {
	Get(ctx context.Context, id int) (*Ticket, error)
}

// A Service has the use cases.
type Service struct {
	Tickets Tickets
	Az      *authz.Authorizer
}

func (s *Service) can(ctx context.Context, agent *Agent, a Action, t *Ticket) error {
	if err := s.Az.Authorize(ctx, agent, string(a), t); err != nil {
		return fmt.Errorf("core: %s: %w", a, err)
	}
	return nil
}

// Close closes a ticket.
func (s *Service) Close(ctx context.Context, agent *Agent, id int) error {
	t, err := s.Tickets.Get(ctx, id)
	if err != nil {
		return err
	}
	return s.can(ctx, agent, CloseTicket, t)
}

// Merge merges tickets.
func (s *Service) Merge(ctx context.Context, agent *Agent, t *Ticket) error {
	if err := s.Az.Authorize(ctx, agent, string(ReopenTicket), t); err != nil {
		return err
	}
	return s.Az.Authorize(ctx, agent, string(MergeTicket), t) // want `no policy knows the action "ticket:merge"`
}

// Buttons says which buttons are shown.
func (s *Service) Buttons(ctx context.Context, agent *Agent, t *Ticket) (close bool) {
	close, _ = s.Az.IsAllowed(ctx, agent, string(CloseTicket), t) // want `an outage would look like a denial`
	return close
}
