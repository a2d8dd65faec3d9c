package authz_test

// This file runs the queries of docs/operating.md on a log in JSON.

import (
	"bytes"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/ursa-authz/ursa/authz"
)

// TestQueriesOfTheLog runs each filter of the page on the log of an allow, a denial, a fault,
// a refusal and a policy that is rejected.
func TestQueriesOfTheLog(t *testing.T) {
	jq, err := exec.LookPath("jq")
	if err != nil {
		t.Skip("jq is not installed")
	}
	page, err := os.ReadFile("../docs/operating.md")
	if err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	s := &store{text: "allow alice read Expense\nallow alice pay !error"}
	az := newAuthorizer(t, "", func(c *authz.Config) {
		c.Policies, c.Observe = s, authz.LogDecisions(slog.New(slog.NewJSONHandler(&log, nil)))
	})
	ctx := authz.NewContext(t.Context(), az, alice)
	az.IsAllowed(ctx, alice, "read", lunch)
	err = az.Authorize(ctx, bob, "read", lunch)
	authz.Refuse(httptest.NewRecorder(), httptest.NewRequestWithContext(ctx, http.MethodGet, "/", nil), err)
	az.IsAllowed(ctx, alice, "pay", lunch)
	s.set("allow", nil)
	az.Reload(ctx)
	polar := newAuthorizer(t, "", withPolar, func(c *authz.Config) {
		c.Policies = authz.String("p", `allow(u: user, "read", _: Expense) if u.name = "nobody";`)
		c.Observe = authz.LogDecisions(slog.New(slog.NewJSONHandler(&log, nil)))
	})
	polar.Filter(ctx, alice, "read", authz.ClassOf[expense]())

	want := []struct {
		filter string // how it begins
		lines  int
		part   string
	}{
		{`select(.level == "ERROR"`, 2, `"verdict":"undecided"`},
		{`select(.kind == "reload"`, 1, "policy rejected"},
		{`select(.kind == "decision"`, 1, "user read Expense"},
		{`select(.kind == "list"`, 1, "user read Expense"},
		{`select(.decision_id`, 2, `"kind":"refusal"`},
	}
	found := 0
	for line := range strings.Lines(string(page)) {
		line = strings.TrimSpace(line)
		if !strings.HasPrefix(line, "select(") {
			continue
		}
		if found == len(want) || !strings.HasPrefix(line, want[found].filter) {
			t.Fatalf("the page has the filter %s", line)
		}
		w := want[found]
		found++
		line = strings.Replace(line, "J4D7R2WQ5TL6ZP3XKYH7NMA2QE", authz.DecisionID(err), 1)
		cmd := exec.Command(jq, "-c", line)
		cmd.Stdin = strings.NewReader(log.String())
		out, err := cmd.CombinedOutput()
		if err != nil || strings.Count(string(out), "\n") != w.lines || !strings.Contains(string(out), w.part) {
			t.Errorf("%s: %v\n%s\nwant %d lines", line, err, out, w.lines)
		}
	}
	if found != len(want) {
		t.Errorf("the page has %d filters, want %d", found, len(want))
	}
}
