package authztest

// This file defines the part of TestEngine about policies without rules.

import (
	"context"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/ursa-authz/ursa/authz"
)

// testEngineEmpty tests that a policy without rules is an error, at start and at a reload,
// unless Config.AllowEmpty is set. A source without rules beside others is a warning.
func testEngineEmpty(t testing.TB, newEngine func() authz.Engine) {
	const policy = `allow(u: User, "read", d: Doc) if u.ID = d.Owner;`
	for _, tt := range []struct {
		about  string
		text   string
		second string // the text of another source
		empty  bool
		warns  bool
	}{
		{about: "nothing", empty: true},
		{about: "blanks", text: " \n\t\n", empty: true},
		{about: "comments", text: "# " + policy + "\n", empty: true},
		{about: "an inline query", text: "?= 1 = 1;", empty: true},
		{about: "a rule type", text: "type owns(u: User, d: Doc);", empty: true},
		{about: "a block that only declares", text: `resource Doc { permissions = ["read"]; }`, empty: true},
		{about: "two empty sources", text: "# a", second: "# b", empty: true},
		{about: "a rule", text: policy},
		{about: "a rule and a rule type", text: policy, second: "type owns(u: User, d: Doc);"},
		{about: "a rule and comments", text: policy, second: "# nothing yet\n", warns: true},
	} {
		files := func(text, second string) fstest.MapFS {
			fsys := fstest.MapFS{"a.polar": {Data: []byte(text)}}
			if second != "" {
				fsys["b.polar"] = &fstest.MapFile{Data: []byte(second)}
			}
			return fsys
		}
		serve := func(fsys fstest.MapFS, allow bool) (*authz.Authorizer, error) {
			return authz.New(authz.Config{
				Policies:   authz.FS(fsys, "*.polar"),
				Classes:    engineClasses(),
				Engine:     newEngine(),
				AllowEmpty: allow,
			})
		}
		az, err := serve(files(tt.text, tt.second), false)
		if tt.empty != (err != nil) || tt.empty && !strings.Contains(err.Error(), "no rules") {
			t.Errorf("%s: New = %v", tt.about, err)
		}
		if az != nil && tt.warns != warnsOfEmpty(az.Diagnostics()) {
			t.Errorf("%s: warnings %v", tt.about, az.Diagnostics())
		}
		if _, err := serve(files(tt.text, tt.second), true); err != nil {
			t.Errorf("%s, allowed: %v", tt.about, err)
		}

		stored := files(policy, "")
		az, err = serve(stored, false)
		if err != nil {
			t.Fatal(err)
		}
		version := az.Version()
		for name, f := range files(tt.text, tt.second) {
			stored[name] = f
		}
		err = az.Reload(context.Background())
		if tt.empty != (err != nil) || tt.empty && az.Version() != version {
			t.Errorf("%s: Reload = %v", tt.about, err)
		}
		if ok, err := az.IsAllowed(context.Background(), engineAlice, "read", engineDocA); !ok || err != nil {
			t.Errorf("%s: after the reload the decision is %v, %v", tt.about, ok, err)
		}
	}
}

// warnsOfEmpty reports whether a warning is about a source without rules.
func warnsOfEmpty(diags []authz.Diagnostic) bool {
	for _, d := range diags {
		if d.Code == "empty-source" {
			return true
		}
	}
	return false
}
