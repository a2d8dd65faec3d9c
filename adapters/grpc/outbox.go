package grpcauthz

// This file defines outbox, where the metadata of a handler waits until something was
// authorized. It is used with Config.RequireDecision only.

import (
	"context"
	"sync"

	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"

	"github.com/ursa-authz/ursa/authz/ledger"
)

// An outbox is the grpc.ServerTransportStream of a handler, on which grpc.SetHeader
// and its like work.
type outbox struct {
	method string
	ledger *ledger.Ledger
	to     sink // nil if the call has no transport, as in tests of handlers

	mu              sync.Mutex
	opened          bool // headers are passed on
	header, trailer metadata.MD
}

// A sink is where metadata goes in the end.
type sink interface {
	SetHeader(metadata.MD) error
	SendHeader(metadata.MD) error
	SetTrailer(metadata.MD) error
}

// A streamSink is a sink of a stream.
type streamSink struct{ grpc.ServerStream }

func (s streamSink) SetTrailer(md metadata.MD) error {
	s.ServerStream.SetTrailer(md)
	return nil
}

// newOutbox returns an outbox and the context of a handler that uses it. Its metadata
// goes to ss, or to the transport of the context if that is nil.
func newOutbox(ctx context.Context, ss grpc.ServerStream) (context.Context, *outbox) {
	ctx, l := ledger.With(ctx)
	o := &outbox{ledger: l}
	transport := grpc.ServerTransportStreamFromContext(ctx)
	switch {
	case ss != nil:
		o.to = streamSink{ss}
	case transport != nil:
		o.to = transport
	}
	if transport != nil {
		o.method = transport.Method()
		ctx = grpc.NewContextWithServerTransportStream(ctx, o)
	}
	return ctx, o
}

// settled reports whether anything was authorized.
func (o *outbox) settled() bool { return o.ledger.Settled() }

func (o *outbox) Method() string { return o.method }

func (o *outbox) SetHeader(md metadata.MD) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.opened {
		return o.to.SetHeader(md)
	}
	o.header = metadata.Join(o.header, md)
	return nil
}

func (o *outbox) SendHeader(md metadata.MD) error {
	if !o.settled() {
		// As a status, since grpc.SendHeader makes one of any other error.
		return Refuse(context.Background(), ErrNoDecision)
	}
	if err := o.open(); err != nil {
		return err
	}
	return o.to.SendHeader(md)
}

func (o *outbox) SetTrailer(md metadata.MD) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.trailer = metadata.Join(o.trailer, md)
	return nil
}

// open passes headers on, those that wait included.
func (o *outbox) open() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.opened || o.to == nil {
		return nil
	}
	o.opened = true
	if len(o.header) == 0 {
		return nil
	}
	return o.to.SetHeader(o.header)
}

// release passes on all metadata, at the end of a call that was not refused. What the
// transport says to it comes too late for the handler.
func (o *outbox) release() {
	if o.to == nil {
		return
	}
	_ = o.open()
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.trailer) > 0 {
		_ = o.to.SetTrailer(o.trailer)
	}
}
