package grpcauthz_test

// This file tests streams: each message is decided, and the first refusal ends the
// stream whatever its handler does.

import (
	"context"
	"errors"
	"io"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	grpcauthz "github.com/ursa-authz/ursa/adapters/grpc"
	pb "github.com/ursa-authz/ursa/adapters/grpc/internal/expensespb"
	"github.com/ursa-authz/ursa/authz"
)

func TestServerStream(t *testing.T) {
	client := pb.NewExpensesClient(serve(t, &service{list: func(req *pb.ListRequest, ss grpc.ServerStreamingServer[pb.Expense]) error {
		for id := int64(1); id <= 3; id++ { // this handler forgets to look whose they are
			if err := ss.Send(expense(id)); err != nil {
				return err
			}
		}
		return nil
	}}, grpcauthz.Middleware(newAuthorizer(t, ""), withActor())...))
	tests := []struct {
		user   string
		of     int64
		sent   int
		ending codes.Code
	}{
		{"auditor", 1, 3, codes.OK},
		{"alice", 1, 1, codes.PermissionDenied}, // the second is Bob's
		{"bob", 1, 0, codes.PermissionDenied},   // the request is for Alice's
		{"bob", 2, 0, codes.PermissionDenied},   // the first is Alice's
		{"mallory", 1, 0, codes.Unauthenticated},
	}
	for _, tt := range tests {
		list, err := client.List(as(t.Context(), tt.user), &pb.ListRequest{UserId: tt.of})
		if err != nil {
			t.Fatal(err)
		}
		sent := 0
		for {
			var e *pb.Expense
			if e, err = list.Recv(); err != nil {
				break
			}
			if tt.user != "auditor" && e.GetUserId() != tt.of {
				t.Errorf("%s gets %v", tt.user, e)
			}
			sent++
		}
		if errors.Is(err, io.EOF) {
			err = nil
		}
		if sent != tt.sent || status.Code(err) != tt.ending {
			t.Errorf("%s lists those of %d: %d messages, %v; want %d, %v", tt.user, tt.of, sent, err, tt.sent, tt.ending)
		}
	}
}

func TestClientStream(t *testing.T) {
	client := pb.NewExpensesClient(serve(t, &service{submit: func(ss grpc.ClientStreamingServer[pb.Expense, pb.Summary]) error {
		sum := new(pb.Summary)
		for {
			e, err := ss.Recv()
			if errors.Is(err, io.EOF) {
				return ss.SendAndClose(sum)
			}
			if err != nil {
				return err
			}
			sum.Amount += e.GetAmount()
		}
	}}, grpcauthz.Middleware(newAuthorizer(t, ""), withActor())...))
	for _, tt := range []struct {
		amounts []int64
		want    codes.Code
	}{{[]int64{1, 2}, codes.OK}, {[]int64{1, 1000}, codes.PermissionDenied}} {
		submit, err := client.Submit(as(t.Context(), "alice"))
		if err != nil {
			t.Fatal(err)
		}
		for _, amount := range tt.amounts {
			if err := submit.Send(&pb.Expense{Amount: amount}); err != nil {
				t.Fatal(err)
			}
		}
		got, err := submit.CloseAndRecv()
		if status.Code(err) != tt.want || tt.want == codes.OK && got.GetAmount() != 3 {
			t.Errorf("%v: %v, %v; want %v", tt.amounts, got, err, tt.want)
		}
	}
}

// TestIgnoredRefusal tests a handler that ignores the error of a message that was
// refused: it has nothing to use, nothing passes any more, and the client learns of it.
func TestIgnoredRefusal(t *testing.T) {
	type result struct {
		message            string
		recv, send, second error
	}
	results := make(chan result, 1)
	var refusals int
	cfg := withActor(func(c *grpcauthz.Config) {
		c.OnRefusal = func(context.Context, string, error) { refusals++ }
	})
	client := pb.NewExpensesClient(serve(t, &service{discuss: func(ss grpc.BidiStreamingServer[pb.Note, pb.Note]) error {
		var r result
		var note pb.Note
		r.recv = ss.RecvMsg(&note)
		r.message = note.GetText()
		r.send = ss.Send(&pb.Note{Text: "fine"})
		_, r.second = ss.Recv()
		results <- r
		return nil
	}}, grpcauthz.Middleware(newAuthorizer(t, ""), cfg)...))
	discuss, err := client.Discuss(as(t.Context(), "alice"))
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"forbidden", "fine"} {
		if err := discuss.Send(&pb.Note{Text: text}); err != nil {
			t.Fatal(err)
		}
	}
	if note, err := discuss.Recv(); status.Code(err) != codes.PermissionDenied {
		t.Errorf("the client gets %v, %v", note, err)
	}
	r := <-results
	if r.message != "" {
		t.Errorf("the handler has %q of the message that was refused", r.message)
	}
	for _, err := range []error{r.recv, r.send, r.second} {
		if status.Code(err) != codes.PermissionDenied || !errors.Is(err, authz.ErrForbidden) {
			t.Errorf("the handler gets %v", err)
		}
	}
	if refusals != 1 {
		t.Errorf("OnRefusal was notified %d times", refusals)
	}
}

// TestRefusedSend tests that a message that was refused is not sent, and that the
// handler cannot hide it.
func TestRefusedSend(t *testing.T) {
	client := pb.NewExpensesClient(serve(t, &service{discuss: func(ss grpc.BidiStreamingServer[pb.Note, pb.Note]) error {
		_ = ss.Send(&pb.Note{Text: "fine"})
		_ = ss.Send(&pb.Note{Text: "forbidden"})
		_ = ss.Send(&pb.Note{Text: "fine"})
		return errors.New("which does not count")
	}}, grpcauthz.Middleware(newAuthorizer(t, ""), withActor())...))
	discuss, err := client.Discuss(as(t.Context(), "alice"))
	if err != nil {
		t.Fatal(err)
	}
	if note, err := discuss.Recv(); err != nil || note.GetText() != "fine" {
		t.Fatal(note, err)
	}
	if note, err := discuss.Recv(); status.Code(err) != codes.PermissionDenied {
		t.Errorf("the client gets %v, %v", note, err)
	}
}

// TestPreparedMsg tests that a message that no policy can see is not sent.
func TestPreparedMsg(t *testing.T) {
	client := pb.NewExpensesClient(serve(t, &service{discuss: func(ss grpc.BidiStreamingServer[pb.Note, pb.Note]) error {
		var prepared grpc.PreparedMsg
		if err := prepared.Encode(ss, &pb.Note{Text: "forbidden"}); err != nil {
			return err
		}
		return ss.SendMsg(&prepared)
	}}, grpcauthz.Middleware(newAuthorizer(t, "allow(_, _, _: RPC);"), withActor())...))
	discuss, err := client.Discuss(as(t.Context(), "alice"))
	if err != nil {
		t.Fatal(err)
	}
	if note, err := discuss.Recv(); status.Code(err) != codes.Internal {
		t.Errorf("the client gets %v, %v", note, err)
	}
}

// TestRevokedStream tests that a stream ends when its actor loses the permission.
func TestRevokedStream(t *testing.T) {
	var src source
	before, after := policy, `deny(_, "/expenses.v1.Expenses/Discuss", _: RPC);`+policy
	src.text.Store(&before)
	az := newAuthorizer(t, "", func(c *authz.Config) {
		c.Policies = &src
		c.DenyRule = true
	})
	client := pb.NewExpensesClient(serve(t, &service{discuss: func(ss grpc.BidiStreamingServer[pb.Note, pb.Note]) error {
		for {
			note, err := ss.Recv()
			if err != nil {
				return err
			}
			if err := ss.Send(note); err != nil {
				return err
			}
		}
	}}, grpcauthz.Middleware(az, withActor())...))
	discuss, err := client.Discuss(as(t.Context(), "alice"))
	if err != nil {
		t.Fatal(err)
	}
	for i := range 3 {
		if i == 2 {
			src.text.Store(&after)
			if err := az.Reload(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if err := discuss.Send(&pb.Note{Text: "fine"}); err != nil {
			t.Fatal(err)
		}
		note, err := discuss.Recv()
		if i < 2 && err != nil || i == 2 && status.Code(err) != codes.PermissionDenied {
			t.Errorf("message %d: %v, %v", i, note, err)
		}
	}
}

// TestSendAndReceive tests a stream whose handler sends and receives at the same time,
// until a message is refused.
func TestSendAndReceive(t *testing.T) {
	cfg := withActor(func(c *grpcauthz.Config) { c.RequireDecision = true })
	client := pb.NewExpensesClient(serve(t, &service{discuss: func(ss grpc.BidiStreamingServer[pb.Note, pb.Note]) error {
		authz.Skip(ss.Context(), "a test")
		received := make(chan error, 1)
		go func() {
			for {
				if _, err := ss.Recv(); err != nil {
					received <- err
					return
				}
			}
		}()
		for {
			if err := ss.Send(&pb.Note{Text: "fine"}); err != nil {
				<-received
				return err
			}
		}
	}}, grpcauthz.Middleware(newAuthorizer(t, ""), cfg)...))
	discuss, err := client.Discuss(as(t.Context(), "alice"))
	if err != nil {
		t.Fatal(err)
	}
	for i := range 100 {
		text := "fine"
		if i == 99 {
			text = "forbidden"
		}
		if err := discuss.Send(&pb.Note{Text: text}); err != nil {
			t.Fatal(err)
		}
	}
	for err == nil {
		_, err = discuss.Recv()
	}
	if status.Code(err) != codes.PermissionDenied {
		t.Errorf("the stream ends with %v", err)
	}
}
