package grpcauthz

// This file defines stream, a stream whose messages are decided.
//
// A handler can ignore the error of a message that was refused. So the first refusal
// ends the stream: no message passes after it, in either direction, and it is what the
// client gets whatever the handler returns.

import (
	"context"
	"reflect"
	"sync"

	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/proto"
)

type stream struct {
	grpc.ServerStream
	*call
	ctx context.Context // of the handler
	out *outbox         // nil without RequireDecision

	mu      sync.Mutex // one goroutine may send while another one receives
	refusal error      // what the client gets; nil if nothing was refused
}

// Context returns the context of the handler, which carries Authorizer and actor.
func (s *stream) Context() context.Context { return s.ctx }

// refused returns the refusal of the stream, or nil.
func (s *stream) refused() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.refusal
}

// end ends the stream with the refusal that err stands for, unless it has ended.
func (s *stream) end(err error) error {
	refusal := Refuse(s.ServerStream.Context(), err)
	s.mu.Lock()
	first := s.refusal == nil
	if first {
		s.refusal = refusal
	} else {
		refusal = s.refusal
	}
	s.mu.Unlock()
	if first {
		s.notify(s.ServerStream.Context(), s.method, err)
	}
	return refusal
}

// RecvMsg receives a message and decides it. With an error, m is empty.
func (s *stream) RecvMsg(m any) error {
	if err := s.refused(); err != nil {
		return err
	}
	if err := s.ServerStream.RecvMsg(m); err != nil {
		return err
	}
	if err := s.authorize(s.ctx, m, false); err != nil {
		reset(m)
		return s.end(err)
	}
	return nil
}

// errPrepared is why a message that is encoded already is not sent.
var errPrepared = constError("grpcauthz: a policy cannot see what is in a PreparedMsg")

// SendMsg decides a message and sends it.
func (s *stream) SendMsg(m any) error {
	if err := s.refused(); err != nil {
		return err
	}
	if s.out != nil && !s.out.settled() {
		return s.end(ErrNoDecision)
	}
	if _, ok := m.(*grpc.PreparedMsg); ok {
		return s.end(errPrepared)
	}
	if err := s.authorize(s.ctx, m, true); err != nil {
		return s.end(err)
	}
	if s.out != nil {
		if err := s.out.open(); err != nil {
			return err
		}
	}
	return s.ServerStream.SendMsg(m)
}

// finish returns what the client gets when the handler has returned err.
func (s *stream) finish(err error) error {
	if refusal := s.refused(); refusal != nil {
		return refusal
	}
	if s.out != nil && succeeds(err) && !s.out.settled() {
		return s.end(ErrNoDecision)
	}
	refused, err := s.answer(s.ServerStream.Context(), s.method, err)
	if s.out != nil && !refused {
		s.out.release()
	}
	return err
}

// SetHeader sets metadata, which waits if nothing was authorized yet.
func (s *stream) SetHeader(md metadata.MD) error {
	if s.out != nil {
		return s.out.SetHeader(md)
	}
	return s.ServerStream.SetHeader(md)
}

// SendHeader sends metadata, unless nothing was authorized yet.
func (s *stream) SendHeader(md metadata.MD) error {
	if err := s.refused(); err != nil {
		return err
	}
	if s.out != nil {
		return s.out.SendHeader(md)
	}
	return s.ServerStream.SendHeader(md)
}

// SetTrailer sets metadata that is sent at the end, unless the stream is refused.
func (s *stream) SetTrailer(md metadata.MD) {
	if s.out != nil {
		_ = s.out.SetTrailer(md) // waits, so it cannot fail here
		return
	}
	s.ServerStream.SetTrailer(md)
}

// reset empties a message, so that a handler that ignores the error has nothing to use.
func reset(m any) {
	if p, ok := m.(proto.Message); ok {
		proto.Reset(p)
		return
	}
	if v := reflect.ValueOf(m); v.Kind() == reflect.Pointer && !v.IsNil() {
		v.Elem().SetZero()
	}
}
