package authz_test

// This file tests that a policy is replaced completely or not at all.

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ursa-authz/ursa/authz"
)

// A store is Policies that a test can change.
type store struct {
	mu    sync.Mutex
	text  string
	err   error
	hook  func() // called by each Load
	loads int    // the number of calls
}

func (s *store) Load(context.Context) ([]authz.Source, error) {
	s.mu.Lock()
	hook := s.hook
	s.mu.Unlock()
	if hook != nil {
		hook()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.loads++
	if s.err != nil {
		return nil, s.err
	}
	return []authz.Source{{Name: "stored.polar", Text: s.text}}, nil
}

func (s *store) set(text string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.text, s.err = text, err
}

func (s *store) setHook(hook func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hook = hook
}

func (s *store) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.loads
}

const (
	forAlice = "allow alice read Expense"
	forBob   = "allow bob read Expense"
)

// reader returns the actors that may read: "alice", "bob", or both.
func reader(t *testing.T, az *authz.Authorizer) string {
	t.Helper()
	var who []string
	for _, u := range []*user{alice, bob} {
		ok, err := az.IsAllowed(context.Background(), u, "read", lunch)
		if err != nil {
			t.Error(err)
		}
		if ok {
			who = append(who, u.Name)
		}
	}
	return strings.Join(who, " and ")
}

// refusesEmpty is the engine of these tests with an error for an empty policy, as from the
// default engine.
type refusesEmpty struct{ facts }

func (e refusesEmpty) Compile(ctx context.Context, in authz.Input) (authz.Policy, []authz.Diagnostic, error) {
	p, diags, err := e.facts.Compile(ctx, in)
	if err == nil && len(p.(*table).facts) == 0 {
		return nil, diags, errSyntax
	}
	return p, diags, err
}

func newReloading(t *testing.T, p authz.Policies) (*authz.Authorizer, func() []authz.Event) {
	t.Helper()
	var mu sync.Mutex
	var events []authz.Event
	az := newAuthorizer(t, "", func(c *authz.Config) {
		c.Policies = p
		c.Observe = func(_ context.Context, e authz.Event) {
			mu.Lock()
			defer mu.Unlock()
			if e.Kind == authz.EventReload {
				events = append(events, e)
			}
		}
	})
	return az, func() []authz.Event {
		mu.Lock()
		defer mu.Unlock()
		taken := events
		events = nil
		return taken
	}
}

func TestReload(t *testing.T) {
	s := &store{text: forAlice}
	az, events := newReloading(t, s)
	first := az.Version()
	steps := []struct {
		name string
		text string
		err  error
		who  string
		fail string // part of the error
		told bool
	}{
		{"the same", forAlice, nil, "alice", "", false},
		{"changed", forBob, nil, "bob", "", true},
		{"syntax error", forAlice + "\nallow", nil, "bob", "stored.polar:2:1: a fact has", true},
		{"still bad", forAlice + "\nallow", nil, "bob", "stored.polar:2:1: a fact has", true},
		{"cannot be read", forAlice, os.ErrPermission, "bob", "permission denied", true},
		{"as it was", forBob, nil, "bob", "", true},
		{"back", forAlice + "\nwarn", nil, "alice", "", true},
	}
	for _, tt := range steps {
		s.set(tt.text, tt.err)
		before := az.Version()
		err := az.Reload(t.Context())
		if (err == nil) != (tt.fail == "") || err != nil && !strings.Contains(err.Error(), tt.fail) {
			t.Errorf("%s: %v, want %q", tt.name, err, tt.fail)
		}
		if tt.err != nil && !errors.Is(err, tt.err) {
			t.Errorf("%s: %v does not wrap %v", tt.name, err, tt.err)
		}
		if got := reader(t, az); got != tt.who {
			t.Errorf("%s: %s may read, want %s", tt.name, got, tt.who)
		}
		got := events()
		if len(got) != 1 == tt.told {
			t.Fatalf("%s: events %+v", tt.name, got)
		}
		if tt.told {
			e := got[0]
			if e.Err != err || e.PolicyVersion != az.Version() || e.Reload.Previous != before || err != nil && e.PolicyVersion != e.Reload.Previous {
				t.Errorf("%s: event %+v, version %s to %s, error %v", tt.name, e, before, az.Version(), err)
			}
		}
	}
	if az.Version() == first || len(az.Diagnostics()) != 1 {
		t.Errorf("version %s, diagnostics %v", az.Version(), az.Diagnostics())
	}
}

func TestReloadPanics(t *testing.T) {
	s := &store{text: forAlice}
	az := newAuthorizer(t, "", func(c *authz.Config) {
		c.Policies = s
		c.Observe = func(context.Context, authz.Event) { panic(secret) }
		c.Engine = facts{onCompile: func(in authz.Input) (authz.Policy, []authz.Diagnostic, error) {
			if strings.HasPrefix(in.Sources[0].Text, "boom") {
				panic(secret)
			}
			return facts{}.Compile(t.Context(), in)
		}}
	})
	s.set("boom", nil)
	if err := az.Reload(t.Context()); err == nil || strings.Contains(err.Error(), secret) {
		t.Errorf("engine panicked: %v", err)
	}
	s.setHook(func() { panic(secret) })
	if err := az.Reload(t.Context()); err == nil || strings.Contains(err.Error(), secret) {
		t.Errorf("source panicked: %v", err)
	}
	s.setHook(nil)
	if got := reader(t, az); got != "alice" {
		t.Errorf("%s may read", got)
	}
	s.set(forBob, nil)
	if err := az.Reload(t.Context()); err != nil || reader(t, az) != "bob" {
		t.Errorf("the observer panicked: %v", err)
	}
}

// TestReloadInOrder tests that a reload that has read older sources does not win over a
// newer reload.
func TestReloadInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &store{text: forAlice}
		az, _ := newReloading(t, s)
		hold := make(chan struct{})
		s.setHook(func() { <-hold })
		go az.Reload(t.Context())
		synctest.Wait()

		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := az.Reload(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("a second reload did not wait: %v", err)
		}
		done := make(chan error)
		go func() { done <- az.Reload(t.Context()) }()
		synctest.Wait()
		s.set(forBob, nil)
		close(hold)
		if err := <-done; err != nil || reader(t, az) != "bob" {
			t.Errorf("%v, %s may read", err, reader(t, az))
		}
	})
}

func TestWatch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &store{text: forAlice}
		az, events := newReloading(t, s)
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- az.Watch(ctx, time.Second) }()

		// after lets time pass, and returns the reported events and the actors that may read.
		after := func(d time.Duration, what, wantWho string, wantEvents int, wantErr string) {
			t.Helper()
			time.Sleep(d)
			synctest.Wait()
			got := events()
			if who := reader(t, az); who != wantWho || len(got) != wantEvents {
				t.Errorf("%s: %s may read, events %+v; want %s, %d", what, who, got, wantWho, wantEvents)
			}
			for _, e := range got {
				if (e.Err == nil) != (wantErr == "") || e.Err != nil && !strings.Contains(e.Err.Error(), wantErr) {
					t.Errorf("%s: event %+v, want error %q", what, e, wantErr)
				}
			}
		}
		// nextLook lets time pass until the sources have been read again.
		nextLook := func() {
			for n := s.count(); s.count() == n; synctest.Wait() {
				time.Sleep(time.Millisecond)
			}
		}
		after(10*time.Second, "nothing happens", "alice", 0, "")

		s.set(forBob, nil)
		nextLook()
		after(0, "changed, seen once", "alice", 0, "")
		after(100*time.Millisecond, "changed, seen twice", "bob", 1, "")

		// A file that is being written has no effect.
		for i := range 20 {
			s.set(strings.Repeat(forAlice+"\n", i+1), nil)
			after(100*time.Millisecond, "being written", "bob", 0, "")
		}
		after(2*time.Second, "written", "alice", 1, "")

		s.set(forAlice+"\nallow", nil)
		after(time.Minute, "bad", "alice", 1, ":2:1: a fact has")
		s.set(forAlice+"\n\nallow", nil)
		after(time.Minute, "bad in another way", "alice", 1, ":3:1: a fact has")
		s.set(forBob, nil)
		after(time.Minute, "good again", "bob", 1, "")

		// A file that an editor moves away for a moment has no effect.
		s.set("", os.ErrNotExist)
		nextLook()
		after(0, "gone, seen once", "bob", 0, "")
		s.set(forBob, nil)
		after(time.Minute, "there again", "bob", 0, "")

		// Errors that differ each time are reported once.
		var n atomic.Int64
		s.setHook(func() { s.set("", fmt.Errorf("connection %d refused", n.Add(1))) })
		after(time.Minute, "gone", "bob", 1, "refused")
		s.setHook(nil)
		s.set(forBob, nil)
		after(time.Minute, "back as it was", "bob", 1, "")

		// After a call of Reload, there is nothing to do.
		s.set(forAlice, nil)
		if err := az.Reload(ctx); err != nil {
			t.Error(err)
		}
		after(time.Minute, "reloaded by hand", "alice", 1, "")

		// A change that Reload took, and that was undone before the next look, is
		// a change too.
		s.set(forBob, nil)
		if err := az.Reload(ctx); err != nil {
			t.Error(err)
		}
		after(0, "reloaded by hand", "bob", 1, "")
		s.set(forAlice, nil)
		after(time.Minute, "taken back", "alice", 1, "")

		// An error that Reload has reported is not reported again.
		s.set("allow", nil)
		if err := az.Reload(ctx); err == nil {
			t.Error("reloaded a bad policy")
		}
		after(time.Minute, "bad, by hand", "alice", 1, "a fact has")
		s.set(forAlice, nil)
		after(time.Minute, "as it was", "alice", 1, "")

		// If Reload could not read the sources, the watch recovers when it can.
		s.set("", os.ErrPermission)
		if err := az.Reload(ctx); err == nil {
			t.Error("reloaded nothing")
		}
		s.set(forAlice, nil)
		after(0, "not readable, by hand", "alice", 1, "permission denied")
		after(time.Minute, "readable", "alice", 1, "")

		cancel()
		if err := <-done; !errors.Is(err, context.Canceled) {
			t.Errorf("Watch returned %v", err)
		}
	})
}

// TestWatchSeesWhatCameFirst changes the policy between New and Watch.
func TestWatchSeesWhatCameFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &store{text: forAlice}
		az, _ := newReloading(t, s)
		s.set(forBob, nil)
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		if err := az.Watch(ctx, time.Second); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Watch returned %v", err)
		}
		if got := reader(t, az); got != "bob" {
			t.Errorf("%s may read", got)
		}
	})
}

// TestWatchTriesWhatWasInterrupted tests that a watch tries the policy of a reload whose
// context ended.
func TestWatchTriesWhatWasInterrupted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &store{text: forAlice}
		interrupted, interrupt := context.WithCancel(t.Context())
		az := newAuthorizer(t, "", func(c *authz.Config) {
			c.Policies = s
			c.Engine = facts{onCompile: func(in authz.Input) (authz.Policy, []authz.Diagnostic, error) {
				if in.Sources[0].Text == forBob && interrupted.Err() == nil {
					interrupt()
					return nil, nil, interrupted.Err()
				}
				return facts{}.Compile(t.Context(), in)
			}}
		})
		s.set(forBob, nil)
		if err := az.Reload(interrupted); !errors.Is(err, context.Canceled) {
			t.Errorf("Reload returned %v", err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		az.Watch(ctx, time.Second)
		if got := reader(t, az); got != "bob" {
			t.Errorf("%s may read", got)
		}
	})
}

// TestWatchStopsInALook ends the context while the sources are being read.
func TestWatchStopsInALook(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &store{text: forAlice}
		az, events := newReloading(t, s)
		ctx, cancel := context.WithCancel(t.Context())
		// New did the first read. The second read sees a change, and the third would
		// act on it.
		s.set("allow", nil)
		s.setHook(func() {
			if s.count() == 2 {
				cancel()
			}
		})
		if err := az.Watch(ctx, time.Second); !errors.Is(err, context.Canceled) || len(events()) != 0 {
			t.Errorf("Watch returned %v, events %v", err, events())
		}
	})
}

// TestWatchFiles changes real files in the ways that editors and deployments do.
func TestWatchFiles(t *testing.T) {
	write := func(t *testing.T, name, text string) {
		t.Helper()
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	must := func(t *testing.T, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	tests := []struct {
		name   string
		change func(t *testing.T, dir string)
		ok     bool // a new policy, not the old one and an error
	}{
		{"write in place", func(t *testing.T, dir string) { write(t, filepath.Join(dir, "p.polar"), forBob) }, true},
		{"rename over", func(t *testing.T, dir string) {
			write(t, filepath.Join(dir, ".p.swp"), forBob)
			must(t, os.Rename(filepath.Join(dir, ".p.swp"), filepath.Join(dir, "p.polar")))
		}, true},
		{"remove and create", func(t *testing.T, dir string) {
			must(t, os.Remove(filepath.Join(dir, "p.polar")))
			write(t, filepath.Join(dir, "p.polar"), forBob)
		}, true},
		{"another file", func(t *testing.T, dir string) {
			must(t, os.Remove(filepath.Join(dir, "p.polar")))
			write(t, filepath.Join(dir, "q.polar"), forBob)
		}, true},
		{"same size and time", func(t *testing.T, dir string) {
			name := filepath.Join(dir, "p.polar")
			info, err := os.Stat(name)
			must(t, err)
			write(t, name, forBob+strings.Repeat(" ", len(forAlice)-len(forBob)))
			must(t, os.Chtimes(name, info.ModTime(), info.ModTime()))
		}, true},
		{"swap a symbolic link", func(t *testing.T, dir string) {
			// As in Kubernetes: the files stay links into a directory that is a link.
			must(t, os.Mkdir(filepath.Join(dir, "v2"), 0o700))
			write(t, filepath.Join(dir, "v2", "p.polar"), forBob)
			must(t, os.Symlink("v2", filepath.Join(dir, "data.new")))
			must(t, os.Rename(filepath.Join(dir, "data.new"), filepath.Join(dir, "data")))
		}, true},
		{"cut short", func(t *testing.T, dir string) { must(t, os.Truncate(filepath.Join(dir, "p.polar"), 7)) }, false},
		{"remove", func(t *testing.T, dir string) { must(t, os.Remove(filepath.Join(dir, "p.polar"))) }, false},
		{"become a directory", func(t *testing.T, dir string) {
			must(t, os.Remove(filepath.Join(dir, "p.polar")))
			must(t, os.Mkdir(filepath.Join(dir, "p.polar"), 0o700))
		}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			if strings.Contains(tt.name, "symbolic") {
				must(t, os.Mkdir(filepath.Join(dir, "v1"), 0o700))
				write(t, filepath.Join(dir, "v1", "p.polar"), forAlice)
				if err := os.Symlink("v1", filepath.Join(dir, "data")); err != nil {
					t.Skip("no symbolic links here:", err)
				}
				must(t, os.Symlink(filepath.Join("data", "p.polar"), filepath.Join(dir, "p.polar")))
			} else {
				write(t, filepath.Join(dir, "p.polar"), forAlice)
			}
			told := make(chan authz.Event)
			ctx, cancel := context.WithCancel(t.Context())
			az := newAuthorizer(t, "", func(c *authz.Config) {
				c.Policies = authz.Files(filepath.Join(dir, "*.polar"))
				c.Engine = refusesEmpty{} // a file is empty for a moment when it is written
				c.Observe = func(_ context.Context, e authz.Event) {
					if e.Kind != authz.EventReload {
						return
					}
					select {
					case told <- e:
					case <-ctx.Done():
					}
				}
			})
			done := make(chan error)
			go func() { done <- az.Watch(ctx, 2*time.Millisecond) }()
			tt.change(t, dir)
			// A look may happen between two steps of the change, and on a busy
			// machine so may the second look.
			for done := false; !done; {
				select {
				case event := <-told:
					who := reader(t, az)
					done = tt.ok && event.Err == nil && who == "bob" || !tt.ok && event.Err != nil
					if !tt.ok && who != "alice" {
						t.Errorf("%s may read after %v", who, event.Err)
					}
				case <-time.After(time.Minute):
					t.Fatalf("nothing happened; %s may read", reader(t, az))
				}
			}
			cancel()
			<-done
		})
	}
}

// TestReloadUnderLoad makes decisions in many goroutines while good and bad policies
// replace the current one. Each version allows one thing and denies another, so that an
// answer that no single version gives is noticed. It runs for URSA_LOAD_SECONDS, or 2.
func TestReloadUnderLoad(t *testing.T) {
	seconds := 2
	if s := os.Getenv("URSA_LOAD_SECONDS"); s != "" {
		var err error
		if seconds, err = strconv.Atoi(s); err != nil {
			t.Fatal(err)
		}
	} else if testing.Short() {
		seconds = 1
	}
	policy := func(n int) string {
		return fmt.Sprintf(`
			allow(u: user, action, _: Expense) if u.name = "alice" and action in ["read", "v%d"];
			allow(u: user, "GET", _: Request) if u.name = "alice";
		`, n)
	}
	var n atomic.Int64 // the number of the latest version
	s := &store{text: policy(0)}
	versions := sync.Map{} // version -> its number
	var wrong atomic.Int64
	fail := func(format string, args ...any) {
		if wrong.Add(1) < 10 {
			t.Errorf(format, args...)
		}
	}
	type key struct{}
	az := newAuthorizer(t, "", withPolar, func(c *authz.Config) {
		c.Policies = s
		// The caller finds its decision through the context.
		c.Observe = func(ctx context.Context, d authz.Event) {
			if got := ctx.Value(key{}); got != nil {
				*got.(*authz.Event) = d
			}
		}
	})
	versions.Store(az.Version(), 0)

	ctx, cancel := context.WithTimeout(t.Context(), time.Duration(seconds)*time.Second)
	defer cancel()
	var group sync.WaitGroup
	var reloads, failures, questions atomic.Int64
	group.Go(func() {
		tick := time.NewTicker(3 * time.Millisecond)
		defer tick.Stop()
		for i := 1; ; i++ {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
			if i%3 == 0 {
				s.set(policy(i)[:70], nil)
				if az.Reload(context.Background()) == nil {
					fail("a bad policy was loaded")
				}
				failures.Add(1)
				continue
			}
			s.set(policy(i), nil)
			if err := az.Reload(context.Background()); err != nil {
				fail("reload: %v", err)
			}
			versions.Store(az.Version(), i)
			n.Store(int64(i))
			reloads.Add(1)
		}
	})
	handler := az.Middleware(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, err := authz.Authorize(r.Context(), "read", lunch); err != nil {
			fail("in a handler: %v", err)
		}
	}))
	for range 64 {
		group.Go(func() {
			var d authz.Event
			asked := context.WithValue(context.Background(), key{}, &d)
			for ctx.Err() == nil {
				runtime.Gosched() // otherwise the reloads wait for 64 time slices
				questions.Add(4)
				if err := az.Authorize(asked, alice, "read", lunch); err != nil {
					fail("read: %v", err)
				}
				if err := az.Authorize(asked, bob, "read", lunch); !errors.Is(err, authz.ErrForbidden) {
					fail("bob: %v", err)
				}
				before := n.Load()
				err := az.Authorize(asked, alice, fmt.Sprintf("v%d", before), lunch)
				number, known := versions.Load(d.PolicyVersion)
				switch {
				case err != nil && !errors.Is(err, authz.ErrForbidden):
					fail("version %d: %v", before, err)
				case known && (err == nil) != (int64(number.(int)) == before):
					fail("version %v answers about %d: %v", number, before, err)
				}
				w := httptest.NewRecorder()
				r := httptest.NewRequest("GET", "/", nil)
				r.Header.Set("user", "alice")
				if handler.ServeHTTP(w, r); w.Code != http.StatusOK {
					fail("request: %d", w.Code)
				}
			}
		})
	}
	group.Wait()
	if reloads.Load() < 4 || failures.Load() < 2 || questions.Load() < 1000 {
		t.Errorf("%d reloads, %d failed ones, %d questions: no load", reloads.Load(), failures.Load(), questions.Load())
	}
	t.Logf("%d reloads, %d failed ones, %d questions, %d wrong", reloads.Load(), failures.Load(), questions.Load(), wrong.Load())
}
