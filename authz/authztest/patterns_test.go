package authztest_test

// This file runs the policies of docs/patterns.md and checks the decisions on that page. It
// also checks the decisions about documents with a filter.

import (
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/ursa-authz/ursa/authz"
	"github.com/ursa-authz/ursa/authz/filter"
	"github.com/ursa-authz/ursa/authz/polar"
)

// The application of the page.
type (
	patternUser struct {
		ID          int `polar:",id"`
		TenantID    int
		Suspended   bool
		Roles       []string
		Groups      []*patternGroup
		Memberships []patternMembership
	}
	patternGuest struct{}
	patternToken struct {
		User   *patternUser
		Scopes []string
	}
	patternTenant struct {
		ID int `polar:",id"`
	}
	patternMembership struct {
		TenantID    int
		Role        string
		Permissions []string
	}
	patternGroup struct {
		ID     int `polar:",id"`
		Parent *patternGroup
	}
	patternFolder struct {
		ID       int `polar:",id"`
		OwnerID  int
		ParentID *int
		Parent   *patternFolder
	}
	patternDocument struct {
		ID           int `polar:",id"`
		OwnerID      int
		Public       bool
		Archived     bool
		ExpiresAt    *time.Time
		SharedWithID *int
		TenantID     int
		Tenant       *patternTenant
		FolderID     *int
		Folder       *patternFolder
	}
)

// patternInput returns the Input with which a policy of the page is loaded.
func patternInput(text string) polar.Input {
	tenant := &patternTenant{1}
	engineering := &patternGroup{ID: 1}
	board := &patternFolder{ID: 1, OwnerID: 2}
	drafts := &patternFolder{ID: 2, OwnerID: 9, ParentID: &board.ID, Parent: board}
	past := time.Unix(1e9, 0)
	alice := &patternUser{ID: 1, TenantID: 1, Roles: []string{"editor"}, Memberships: []patternMembership{{TenantID: 1, Role: "owner"}}}
	bob := &patternUser{
		ID: 2, TenantID: 1, Roles: []string{"viewer"}, Suspended: true,
		Groups:      []*patternGroup{{ID: 2, Parent: engineering}},
		Memberships: []patternMembership{{TenantID: 1, Role: "member", Permissions: []string{"document:read"}}},
	}
	class := func(c authz.Class, name string) authz.Class {
		c.Name = name
		return c
	}
	document := class(authz.ClassOf[patternDocument](), "Document")
	document.Relations = []authz.Relation{
		{Name: "Tenant", Target: authz.ClassOf[patternTenant]().Type, ForeignKey: []string{"TenantID"}},
		{Name: "Folder", Target: authz.ClassOf[patternFolder]().Type, ForeignKey: []string{"FolderID"}},
	}
	folder := class(authz.ClassOf[patternFolder](), "Folder")
	folder.Relations = []authz.Relation{{Name: "Parent", Target: folder.Type, ForeignKey: []string{"ParentID"}}}
	return polar.Input{
		Classes: []authz.Class{
			document, folder,
			class(authz.ClassOf[patternUser](), "User"), class(authz.ClassOf[patternGuest](), "Guest"),
			class(authz.ClassOf[patternToken](), "Token"), class(authz.ClassOf[patternTenant](), "Tenant"),
			class(authz.ClassOf[patternMembership](), "Membership"), class(authz.ClassOf[patternGroup](), "Group"),
		},
		Constants: map[string]any{
			"alice": alice, "bob": bob, "eve": &patternUser{ID: 3, TenantID: 2}, "guest": patternGuest{},
			"token": &patternToken{User: alice, Scopes: []string{"read"}},
			"plan": &patternDocument{
				ID: 1, OwnerID: 1, SharedWithID: &engineering.ID, TenantID: 1, Tenant: tenant, FolderID: &drafts.ID, Folder: drafts,
			},
			"memo": &patternDocument{ID: 2, OwnerID: 2, TenantID: 1, Tenant: tenant, Public: true, Archived: true, ExpiresAt: &past},
		},
		Sources:  []authz.Source{{Name: "pattern.polar", Text: text}},
		DenyRule: true,
	}
}

var (
	patternQuestion = regexp.MustCompile(`^#\? (.+?) +=> (yes|no)$`)
	patternAllow    = regexp.MustCompile(`^allow\((\w+), "(\w+)", (\w+)\)$`)
)

func TestPatterns(t *testing.T) {
	page, err := os.ReadFile("../../docs/patterns.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks, answers, lists, denials := 0, map[string]int{}, 0, 0
	for _, part := range strings.Split(string(page), "\n```polar\n")[1:] {
		text, _, _ := strings.Cut(part, "\n```")
		in := patternInput(text)
		p, diags, err := polar.Load(t.Context(), in)
		if err != nil || len(diags) > 0 {
			t.Errorf("%s\n%v %v", text, err, diags)
			continue
		}
		// Deny rules affect decisions and lists, but not queries.
		az, err := authz.New(authz.Config{
			Policies: authz.String("pattern.polar", text), Classes: in.Classes, Constants: in.Constants, DenyRule: true,
		})
		if err != nil {
			t.Errorf("%s\n%v", text, err)
			continue
		}
		blocks++
		if p.Defines("deny", 3) {
			denials++
		}
		for line := range strings.Lines(text) {
			if !strings.HasPrefix(line, "#") {
				continue
			}
			m := patternQuestion.FindStringSubmatch(strings.TrimSpace(line))
			if m == nil {
				t.Errorf("no question: %s", line)
				continue
			}
			question, want := m[1], m[2] == "yes"
			answers[m[2]]++
			m = patternAllow.FindStringSubmatch(question)
			if m != nil {
				lists++
				decided, err := az.IsAllowed(t.Context(), in.Constants[m[1]], m[2], in.Constants[m[3]])
				if decided != want || err != nil {
					t.Errorf("%s is %v, %v in\n%s", question, decided, err, text)
				}
				q, err := az.Filter(t.Context(), in.Constants[m[1]], m[2], in.Classes[0])
				if err != nil {
					t.Errorf("%s: %v", question, err)
					continue
				}
				if got, err := q.Match(t.Context(), in.Constants[m[3]], filter.Loaded); got != want || err != nil {
					t.Errorf("%s, as a list: %v, %v", question, got, err)
				}
				continue
			}
			got := false
			for _, err := range p.QueryString(t.Context(), question) {
				if got = err == nil; !got {
					t.Errorf("%s: %v", question, err)
				}
				break
			}
			if got != want {
				t.Errorf("%s is %v in\n%s", question, got, text)
			}
		}
	}
	if blocks < 14 || lists < 30 || answers["yes"] < 15 || answers["no"] < 15 || denials < 3 {
		t.Errorf("%d policies, %v answers, %d lists, %d policies with deny rules; the page has more", blocks, answers, lists, denials)
	}
}
