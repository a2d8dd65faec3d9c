package authztest_test

// This file defines what the tests of this package share: the application, and a recorder
// that replaces the user's test.

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/ursa-authz/ursa/authz"
)

// The application.
type (
	User struct {
		ID    int    `polar:",id"`
		Title string `polar:",show"`
	}
	Guest   struct{}
	Expense struct {
		ID     int `polar:",id"`
		UserID int
		Paid   bool
		Amount int64
		Note   *string
	}
)

// Audit fails.
func (Expense) Audit() (bool, error) { return false, os.ErrDeadlineExceeded }

const policy = `# Expenses.
allow(user: User, "read", expense: Expense) if
    user.id = expense.user_id or
    user.title = "Accountant" and (expense.paid or expense.amount > 100);

allow(user: User, "pay", expense: Expense) if
    user.title = "Accountant" and not expense.paid;

allow(_: User, "audit", expense: Expense) if
    expense.audit();

allow_field(user: User, "read", expense: Expense, "amount") if
    user.id = expense.user_id;
`

var (
	alice   = &User{ID: 1, Title: "Engineer"}
	bob     = &User{ID: 2, Title: "Accountant"}
	lunch   = &Expense{ID: 7, UserID: 1, Amount: 12}
	trip    = &Expense{ID: 8, UserID: 3, Amount: 900}
	flowers = &Expense{ID: 9, UserID: 3, Amount: 30, Paid: true}
)

// newAuthorizer returns an Authorizer for a policy.
func newAuthorizer(t testing.TB, policy string, change ...func(*authz.Config)) *authz.Authorizer {
	t.Helper()
	cfg := authz.Config{
		Policies: authz.String("expenses.polar", policy),
		Classes:  []authz.Class{authz.ClassOf[User](), authz.ClassOf[Guest](), authz.ClassOf[Expense]()},
	}
	for _, c := range change {
		c(&cfg)
	}
	az, err := authz.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return az
}

// A recorder is a testing.TB that records reports. Its other methods panic.
type recorder struct {
	testing.TB
	ctx context.Context

	mu     sync.Mutex
	errors []string
	logs   []string
}

func (r *recorder) Helper()                  {}
func (r *recorder) Name() string             { return r.TB.Name() }
func (r *recorder) Context() context.Context { return r.ctx }
func (r *recorder) add(list *[]string, s string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	*list = append(*list, s)
}
func (r *recorder) Log(args ...any)            { r.add(&r.logs, fmt.Sprint(args...)) }
func (r *recorder) Logf(f string, args ...any) { r.add(&r.logs, fmt.Sprintf(f, args...)) }
func (r *recorder) Error(args ...any)          { r.add(&r.errors, fmt.Sprint(args...)) }
func (r *recorder) Errorf(f string, args ...any) {
	r.add(&r.errors, fmt.Sprintf(f, args...))
}
func (r *recorder) Fatal(args ...any) {
	r.Error(args...)
	runtime.Goexit()
}
func (r *recorder) Fatalf(f string, args ...any) {
	r.Errorf(f, args...)
	runtime.Goexit()
}

// record calls f with a recorder and returns the recorder.
func record(t testing.TB, f func(t testing.TB)) *recorder {
	t.Helper()
	r := &recorder{TB: t, ctx: t.Context()}
	done := make(chan struct{})
	go func() {
		defer close(done)
		f(r)
	}()
	<-done
	return r
}

// errorText returns all errors.
func (r *recorder) errorText() string { return strings.Join(r.errors, "\n") }
