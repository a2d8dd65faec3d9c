package authz_test

// This file tests that errors and decisions show only what they may.

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/ursa-authz/ursa/authz"
)

// printed returns x printed in every way that a program might print it.
func printed(x any) map[string]string {
	out := make(map[string]string)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d", "%100v"} {
		out[verb] = fmt.Sprintf(verb, x)
	}
	b, err := json.Marshal(x)
	out["json"] = fmt.Sprint(string(b), err)
	for name, h := range map[string]func(*bytes.Buffer) slog.Handler{
		"slog text": func(b *bytes.Buffer) slog.Handler { return slog.NewTextHandler(b, nil) },
		"slog json": func(b *bytes.Buffer) slog.Handler { return slog.NewJSONHandler(b, nil) },
	} {
		var buf bytes.Buffer
		slog.New(h(&buf)).Info("m", "x", x)
		_, out[name], _ = strings.Cut(buf.String(), `m`) // without the time
	}
	return out
}

func TestDeniedErrorPrintsNoValues(t *testing.T) {
	az := newAuthorizer(t, "allow alice read Expense")
	type danger struct{ Secret string }
	for _, tt := range []struct {
		action     string
		resource   any
		wantAction string
		wantClass  string
	}{
		{"pay", lunch, "pay", "Expense"},
		{"pay", *lunch, "pay", "Expense"},
		{"pay", &lunch, "pay", "Expense"},
		{"pay", danger{secret}, "pay", "danger"},
		{"pay", secret, "pay", "string"},
		{"pay", []string{secret}, "pay", "slice"},
		{"pay", map[string]danger{secret: {}}, "pay", "map"},
		{"pay", struct{ S string }{secret}, "pay", "struct"},
		{"pay", nil, "pay", "nil"},
		{"pay", authz.ClassOf[*expense](), "pay", "Expense"},
		{"pay", authz.Class{Name: "Bill"}, "pay", "Bill"},
		{strings.Repeat("é", 100) + secret, lunch, strings.Repeat("é", 32) + "...", "Expense"},
		{"a\xff\"\nb", lunch, "a\"\nb...", "Expense"},
	} {
		err := az.Authorize(t.Context(), alice, tt.action, tt.resource)
		d, ok := errors.AsType[*authz.DeniedError](err)
		if !ok {
			t.Fatalf("%v is no *DeniedError", err)
		}
		if d.Action() != tt.wantAction || d.Class() != tt.wantClass || len(d.ID()) != 26 {
			t.Errorf("denied %q on %q (%s), want %q on %q", d.Action(), d.Class(), d.ID(), tt.wantAction, tt.wantClass)
		}
		for how, text := range printed(err) {
			if strings.Contains(text, secret) || strings.Contains(text, "0x") || strings.Contains(text, "\nb") {
				t.Errorf("%s tells a value: %s", how, text)
			}
			for _, want := range []string{"forbidden", d.Class(), d.ID()} {
				if !strings.Contains(text, want) {
					t.Errorf("%s does not tell %q: %s", how, want, text)
				}
			}
		}
	}
}

// TestHiddenLooksLikeMissing compares the error for a hidden resource with ErrNotFound, the
// error for a row that does not exist.
func TestHiddenLooksLikeMissing(t *testing.T) {
	az := newAuthorizer(t, "allow alice read Expense", func(c *authz.Config) { c.ReadAction = "read" })
	err := az.Authorize(t.Context(), bob, "read", lunch)
	if outcome(t, err) != notFound {
		t.Fatal(err)
	}
	missing := printed(authz.ErrNotFound)
	for how, text := range printed(err) {
		if strings.HasPrefix(how, "slog") {
			// Logs are for operators and show what was hidden.
			if !strings.Contains(text, "not found") || !strings.Contains(text, "Expense") {
				t.Errorf("%s: %s", how, text)
			}
			continue
		}
		if text != missing[how] {
			t.Errorf("%s: %q, but a missing row is %q", how, text, missing[how])
		}
	}
	wrapped := fmt.Errorf("lookup: %w", err)
	if wrapped.Error() != fmt.Errorf("lookup: %w", authz.ErrNotFound).Error() {
		t.Error(wrapped)
	}
	if joined := errors.Join(err).Error(); joined != authz.ErrNotFound.Error() {
		t.Error(joined)
	}
}

func TestUndecidedErrorPrintsItsCause(t *testing.T) {
	az := newAuthorizer(t, "allow alice read !error")
	err := az.Authorize(t.Context(), alice, "read", lunch)
	for how, text := range printed(err) {
		if !strings.Contains(text, "could not decide: the policy failed") || strings.Contains(text, secret) {
			t.Errorf("%s: %s", how, text)
		}
	}
}

// collect returns an observer that appends events, but for refusals.
func collect(seen *[]authz.Event) func(context.Context, authz.Event) {
	return func(_ context.Context, e authz.Event) {
		if e.Kind != authz.EventRefusal {
			*seen = append(*seen, e)
		}
	}
}

// lastErr returns an observer that keeps the error of the last event that is not a refusal.
func lastErr(last *error) func(context.Context, authz.Event) {
	return func(_ context.Context, e authz.Event) {
		if e.Kind != authz.EventRefusal {
			*last = e.Err
		}
	}
}

// observed returns the decisions that an observer receives while ask runs.
func observed(t *testing.T, policy string, ask func(*authz.Authorizer, context.Context), change ...func(*authz.Config)) []authz.Event {
	t.Helper()
	var seen []authz.Event
	change = append(change, func(c *authz.Config) {
		c.Observe = collect(&seen)
	})
	ask(newAuthorizer(t, policy, change...), t.Context())
	return seen
}

func TestDecision(t *testing.T) {
	const policy = "allow alice read Expense\nallow_field alice read Expense amount\nallow alice pay !error\nallow_request alice Request"
	hide := func(c *authz.Config) { c.ReadAction = "read" }
	tests := []struct {
		name string
		ask  func(*authz.Authorizer, context.Context)
		want string // without id, version and duration
		line int32  // of the rule that allowed, or 0
	}{
		{"allowed", func(az *authz.Authorizer, ctx context.Context) { az.IsAllowed(ctx, alice, "read", lunch) },
			"kind=decision verdict=allowed actor_class=user actor_id=1 action=read resource_class=Expense resource_id=7 rule=allow by=test.polar:1:1", 1},
		{"denied", func(az *authz.Authorizer, ctx context.Context) { az.IsAllowed(ctx, bob, "read", *lunch) },
			"kind=decision verdict=denied actor_class=user actor_id=2 action=read resource_class=Expense resource_id=7 rule=allow", 0},
		{"hidden", func(az *authz.Authorizer, ctx context.Context) { az.Authorize(ctx, bob, "read", lunch) },
			"kind=decision verdict=denied hidden=true actor_class=user actor_id=2 action=read resource_class=Expense resource_id=7 rule=allow", 0},
		{"undecided", func(az *authz.Authorizer, ctx context.Context) { az.Authorize(ctx, alice, "pay", lunch) },
			`kind=decision verdict=undecided err="the policy failed" actor_class=user actor_id=1 action=pay resource_class=Expense resource_id=7 rule=allow`, 0},
		{"field", func(az *authz.Authorizer, ctx context.Context) {
			az.AuthorizeField(ctx, alice, "read", lunch, "amount")
		}, "kind=decision verdict=allowed actor_class=user actor_id=1 action=read resource_class=Expense resource_id=7 field=amount rule=allow_field", 0},
		{"request", func(az *authz.Authorizer, ctx context.Context) { az.AuthorizeRequest(ctx, alice, &authz.Request{}) },
			"kind=decision verdict=allowed actor_class=user actor_id=1 resource_class=Request rule=allow_request", 0},
		{"class", func(az *authz.Authorizer, ctx context.Context) {
			az.IsAllowed(ctx, alice, "create", authz.ClassOf[expense]())
		},
			"kind=decision verdict=denied actor_class=user actor_id=1 action=create resource_class=Expense rule=allow", 0},
		{"skipped", func(az *authz.Authorizer, ctx context.Context) {
			authz.Skip(authz.NewContext(ctx, az, alice), "it is public")
		},
			`kind=skip verdict=skipped actor_class=user actor_id=1 reason="it is public"`, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			seen := observed(t, policy, tt.ask, hide)
			if len(seen) != 1 {
				t.Fatalf("%d decisions, want 1", len(seen))
			}
			d := seen[0]
			if len(d.DecisionID()) != 26 || len(d.PolicyVersion) != 16 || d.Duration < 0 || d.Duration > time.Minute {
				t.Errorf("id %q, version %q, duration %v", d.DecisionID(), d.PolicyVersion, d.Duration)
			}
			if d.By == nil != (tt.line == 0) || d.By != nil && d.By.Pos.Line != tt.line {
				t.Errorf("by %+v, want line %d", d.By, tt.line)
			}
			text := fmt.Sprint(d)
			got := regexp.MustCompile(`( decision_id=\S+| policy_version=\S+| duration=\S+)`).ReplaceAllString(text, "")
			if got != tt.want {
				t.Errorf("printed\n%s\nwant\n%s", got, tt.want)
			}
			// Where fmt does not call Format, it shows pointers.
			if text := fmt.Sprintf("%p %v", d, struct{ d any }{struct{ d authz.Event }{d}}); strings.Contains(text, secret) {
				t.Errorf("printed around Format: %s", text)
			}
			for how, text := range printed(d) {
				if strings.Contains(text, secret) || strings.Contains(text, "0x") {
					t.Errorf("%s tells a value: %s", how, text)
				}
				if !strings.Contains(text, d.Verdict.String()) || !strings.Contains(text, d.DecisionID()) {
					t.Errorf("%s: %s", how, text)
				}
			}
		})
	}
}

func TestDecisionHasTheValues(t *testing.T) {
	d := observed(t, "allow_field * * * *", func(az *authz.Authorizer, ctx context.Context) {
		az.AuthorizeField(ctx, alice, "read", lunch, "amount")
	})[0]
	if d.Actor() != alice || d.Action != "read" || d.Resource() != lunch || d.Field != "amount" {
		t.Error(d.Actor(), d.Action, d.Resource(), d.Field)
	}
}

// TestDecisionIsOneLine tests that text from a client cannot add a line, or a pair that
// looks like one of the decision.
func TestDecisionIsOneLine(t *testing.T) {
	for _, action := range []string{"a b", "a=b", "a\"", "a\nb", "a\x1b[2Kb", "a\vb", "a\u0085b", "a\u2028b", "a\u202eb"} {
		d := observed(t, "allow alice read Expense", func(az *authz.Authorizer, ctx context.Context) { az.IsAllowed(ctx, alice, action, lunch) })[0]
		if got := fmt.Sprint(d); !strings.Contains(got, " action="+strconv.Quote(action)+" resource_class=") {
			t.Errorf("%q: %s", action, got)
		}
	}
}

func TestZeroDecision(t *testing.T) {
	var d authz.Event
	if got := fmt.Sprint(d, d.Actor()); got != "verdict=undecided duration=0s <nil>" {
		t.Error(got)
	}
}

func TestObserverThatPanics(t *testing.T) {
	az := newAuthorizer(t, "allow alice read Expense", func(c *authz.Config) {
		c.Observe = func(context.Context, authz.Event) { panic(secret) }
	})
	if ok, err := az.IsAllowed(t.Context(), alice, "read", lunch); !ok || err != nil {
		t.Error(ok, err)
	}
	if got := outcome(t, az.Authorize(t.Context(), bob, "read", lunch)); got != forbidden {
		t.Error(got)
	}
	authz.Skip(authz.NewContext(t.Context(), az, alice), "public")
}

func TestSameIDEverywhere(t *testing.T) {
	ids := make(map[string]bool)
	var err error
	seen := observed(t, "allow alice read Expense", func(az *authz.Authorizer, ctx context.Context) {
		err = az.Authorize(ctx, bob, "read", lunch)
		for range 1000 {
			az.IsAllowed(ctx, bob, "read", lunch)
		}
	})
	d, _ := errors.AsType[*authz.DeniedError](err)
	if seen[0].DecisionID() != d.ID() {
		t.Errorf("observed %s, returned %s", seen[0].DecisionID(), d.ID())
	}
	for _, d := range seen {
		ids[d.DecisionID()] = true
	}
	if len(ids) != len(seen) {
		t.Errorf("%d ids for %d decisions", len(ids), len(seen))
	}
}

// Types with ids of all kinds.
type (
	withMethod struct{ Secret string }
	panics     struct{}
	uuid       [2]byte
	withUUID   struct {
		ID uuid `polar:",id"`
	}
	twoKeys struct {
		Org  string `polar:"org,id"`
		Num  uint8  `polar:",id"`
		Note string
	}
	pointerKey struct {
		ID *int64 `polar:",id"`
	}
	base   struct{ twoKeys }
	embeds struct {
		*Inner
		Secret string
	}
	Inner struct {
		ID int `polar:",id"`
	}
	hiddenKey struct {
		id int `polar:",id"`
	}
	halfKey struct{ ID int }
	oddKey  struct {
		ID struct{ A, B int } `polar:",id"`
	}
	loop *loop
)

func (withMethod) AuthzID() string { return "m-1" }
func (panics) AuthzID() string     { panic(secret) }
func (u uuid) String() string      { return fmt.Sprintf("%x", u[:]) }

func TestIDs(t *testing.T) {
	var p loop
	p = &p
	n := int64(5)
	tests := []struct {
		x    any
		want string
	}{
		{withMethod{secret}, "m-1"},
		{&withMethod{secret}, "m-1"},
		{(*withMethod)(nil), ""},
		{panics{}, ""},
		{withUUID{uuid{0xca, 0xfe}}, "cafe"},
		{twoKeys{"foo", 3, secret}, "foo,3"},
		{base{twoKeys{"foo", 3, secret}}, "foo,3"},
		{pointerKey{&n}, "5"},
		{pointerKey{}, ""},
		{embeds{&Inner{9}, secret}, "9"},
		{embeds{nil, secret}, ""},
		{hiddenKey{5}, ""},
		{oddKey{}, ""},
		{halfKey{5}, ""},          // Class.Key also names a field that does not exist
		{expense{7, secret}, "7"}, // Class.Key
		{secret, ""},
		{map[string]any{"id": 1}, ""},
		{(*expense)(nil), ""},
		{p, ""},
		{authz.ClassOf[expense](), ""},
	}
	for _, tt := range tests {
		seen := observed(t, "allow * * *", func(az *authz.Authorizer, ctx context.Context) {
			for range 2 { // the second time from the cache
				az.IsAllowed(ctx, alice, "read", tt.x)
			}
		}, func(c *authz.Config) {
			c.Classes = append(c.Classes, authz.Class{Type: reflect.TypeFor[halfKey](), Key: []string{"ID", "Org"}})
		})
		for _, d := range seen {
			attrs := make(map[string]string)
			for _, a := range d.LogValue().Group() {
				attrs[a.Key] = a.Value.String()
			}
			if got := attrs["resource_id"]; got != tt.want {
				t.Errorf("id of %T: %q, want %q", tt.x, got, tt.want)
			}
		}
	}
}

func TestLogDecisions(t *testing.T) {
	const policy = "allow alice read Expense\nallow alice pay !error"
	var buf bytes.Buffer
	logger := slog.New(slog.NewTextHandler(&buf, &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		switch a.Key {
		case "time", "decision_id", "policy_version", "duration":
			if a.Value.String() == "" {
				t.Errorf("%s is empty", a.Key)
			}
			return slog.Attr{}
		}
		return a
	}}))
	ask := func(observe func(context.Context, authz.Event)) []string {
		buf.Reset()
		az := newAuthorizer(t, policy, func(c *authz.Config) { c.Observe = observe })
		for range 10 {
			az.IsAllowed(t.Context(), alice, "read", lunch)
		}
		for range 2 {
			az.IsAllowed(t.Context(), bob, "read", lunch)
			az.IsAllowed(t.Context(), alice, "pay", lunch)
		}
		return strings.Split(strings.TrimSpace(buf.String()), "\n")
	}
	all := ask(authz.LogDecisions(logger))
	if len(all) != 14 {
		t.Errorf("%d lines, want 14", len(all))
	}
	if want := "level=INFO msg=\"allowed: user 1 read Expense 7\" kind=decision verdict=allowed actor_class=user actor_id=1 action=read resource_class=Expense resource_id=7 rule=allow by=test.polar:1:1"; all[0] != want {
		t.Errorf("got  %s\nwant %s", all[0], want)
	}
	sampled := ask((&authz.DecisionLog{Logger: logger, AllowsPerLine: 4}).Observe)
	count := make(map[string]int)
	for _, line := range sampled {
		count[line[:strings.IndexByte(line, ' ')]]++
	}
	if want := map[string]int{"level=INFO": 3, "level=WARN": 2, "level=ERROR": 2}; !reflect.DeepEqual(count, want) {
		t.Errorf("sampled %v, want %v", count, want)
	}
	// A disabled level costs nothing and logs nothing.
	quiet := slog.New(slog.NewTextHandler(&buf, &slog.HandlerOptions{Level: slog.LevelError}))
	if lines := ask(authz.LogDecisions(quiet)); len(lines) != 2 {
		t.Errorf("%d lines at level Error, want 2", len(lines))
	}
}

func TestLogDecisionsToTheDefault(t *testing.T) {
	before := slog.Default()
	defer slog.SetDefault(before)
	observe := authz.LogDecisions(nil)
	var buf bytes.Buffer
	slog.SetDefault(slog.New(slog.NewTextHandler(&buf, nil))) // works although it is set after LogDecisions
	az := newAuthorizer(t, "allow alice read Expense", func(c *authz.Config) { c.Observe = observe })
	az.IsAllowed(t.Context(), alice, "read", lunch)
	if !strings.Contains(buf.String(), "verdict=allowed") {
		t.Errorf("logged %q", buf.String())
	}
}

// TestLogLevels tests that clients cannot cause lines at level Error.
func TestLogLevels(t *testing.T) {
	var buf bytes.Buffer
	az := newAuthorizer(t, "", withPolar, func(c *authz.Config) {
		c.Policies = authz.String("p", `
			allow(_: user, "GET", request: Request) if request.header("X-Team") = "a";
			allow(_: user, "audit", expense: Expense) if expense.audit();
		`)
		c.Observe = authz.LogDecisions(slog.New(slog.NewTextHandler(&buf, nil)))
	})
	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	for _, tt := range []struct {
		name  string
		ask   func()
		level string
	}{
		{"header twice", func() {
			get(t, az.Middleware(http.NotFoundHandler()), "GET", "/", "user", "alice", "X-Team", "a", "X-Team", "b")
		}, "WARN"},
		{"canceled", func() { az.IsAllowed(canceled, alice, "audit", lunch) }, "WARN"},
		{"method fails", func() { az.IsAllowed(t.Context(), alice, "audit", lunch) }, "ERROR"},
	} {
		buf.Reset()
		tt.ask()
		got := buf.String() // with a line at Info if a client was refused for the decision
		if strings.Count(got, "level="+tt.level) != 1 || strings.Count(got, "level=INFO") != strings.Count(got, "\n")-1 || strings.Contains(got, secret) {
			t.Errorf("%s: logged %q, want one line at %s", tt.name, got, tt.level)
		}
	}
}

func TestNoConfigActor(t *testing.T) {
	az := newAuthorizer(t, "allow * * *", func(c *authz.Config) { c.Actor = nil })
	r, _ := http.NewRequestWithContext(t.Context(), "GET", "/", nil)
	if actor, err := az.Actor(r); actor != nil || outcome(t, err) != undecided {
		t.Errorf("%v, %v, want undecided", actor, err)
	}
}

func TestActorFaultIsObserved(t *testing.T) {
	seen := observed(t, "allow * * *", func(az *authz.Authorizer, ctx context.Context) {
		for _, name := range []string{"down", "nil", "panic", "nobody", "twice", "alice"} {
			r, _ := http.NewRequestWithContext(ctx, "GET", "/", nil)
			r.Header.Set("user", name)
			az.Actor(r)
		}
	})
	if len(seen) != 3 {
		t.Fatalf("%d decisions, want 3: %v", len(seen), seen)
	}
	for _, d := range seen {
		if d.Verdict != authz.Undecided || !errors.Is(d.Err, authz.ErrUndecided) || d.Action != "GET" || strings.Contains(fmt.Sprint(d), secret) {
			t.Error(d)
		}
	}
}
