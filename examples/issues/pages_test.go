package main

// This file tests the pages over HTTP.

import (
	"encoding/base64"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ursa-authz/ursa/internal/testdb"
)

// title is an issue in the list.
var title = regexp.MustCompile(`(?s)<tr>\s*<th scope="row"><a href="/issues/(\d+)">.*?</tr>`)

// listed returns the issues of a page of the list, each as its id and its buttons.
func (got answer) listed() string {
	var rows []string
	for _, m := range title.FindAllStringSubmatch(got.body, -1) {
		row := m[1]
		for _, button := range []string{"Edit", "Who?", "Delete"} {
			if strings.Contains(m[0], ">"+button+"<") {
				row += button[:1]
			}
		}
		rows = append(rows, row)
	}
	return strings.Join(rows, " ")
}

// TestPages is what each person sees and may do, on each database.
func TestPages(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d testdb.Database) {
		signIn := serve(t, openApp(t, d.Open(t), &coverage))
		for id, want := range map[string]string{
			alice: "1EWD 2EWD 3EWD 4EWD 5EWD 6EWD 8EWD 9EWD 10EWD 11EWD",
			bob:   "1E 2E 4E 5E 8E 9E 10E 11E 12E 13E",
			cem:   "1E 2 3E 8 9 10 11 12 13 14",
			eve:   "1 2 7EWD 8 9 10 11 12 13 14",
		} {
			if got := signIn(id).get("/issues").listed(); got != want {
				t.Errorf("person %s sees %s, want %s", id, got, want)
			}
		}
		a, b, c := signIn(alice), signIn(bob), signIn(cem)

		// The list: search and pages.
		if got := a.get("/issues?page=3").listed(); got != "22EWD 23EWD 24EWD 25EWD 26EWD 27EWD" {
			t.Errorf("page 3 has %s", got)
		}
		for search, want := range map[string]string{"KEY": "4E", "%": "", "_": "", "!": "", "page+1": "8E 17E 18E 19E 20E 21E 22E 23E 24E 25E", "'": "", "nobody": ""} {
			if got := b.get("/issues?q=" + strings.ReplaceAll(search, "%", "%25")).listed(); got != want {
				t.Errorf("the search for %s finds %s, want %s", search, got, want)
			}
		}
		b.get("/issues?q=page+1").is(t, 200, `<a rel="next" href="?q=page%201&amp;page=2">`, `!rel="prev"`)
		b.get("/issues?q=page+1&page=2").is(t, 200, `<a rel="prev" href="?q=page%201&amp;page=1">`, `!rel="next"`)
		b.get("/issues?page=-1").is(t, 200, "Page 1<")
		b.get("/issues?page=999999").is(t, 200, "There are no issues here")

		// The form: what is read-only in it is refused from any client.
		readonly := func(field string) string { return `id="` + field + `"[^>]* (readonly|disabled)>` }
		for _, tt := range []struct {
			who      *browser
			path     string
			readonly string
		}{
			{a, "/issues/1", ""},
			{b, "/issues/1", "title body confidential"},
			{c, "/issues/1", "status assignee"},
			{c, "/issues/8", "title body confidential status assignee"},
			{b, "/issues/2", "title body confidential"}, // closed
		} {
			page := tt.who.get(tt.path)
			page.is(t, 200)
			var got []string
			for _, field := range []string{"title", "body", "confidential", "status", "assignee"} {
				if regexp.MustCompile(readonly(field)).MatchString(page.body) {
					got = append(got, field)
				}
			}
			if strings.Join(got, " ") != tt.readonly {
				t.Errorf("%s: %s are read-only, want %s", tt.path, got, tt.readonly)
			}
		}
		b.post("/issues/1", "title", "Hijacked").is(t, 403, "You may not do this", "!allow", "!polar")
		b.post("/issues/1", "title", "The menu is cut off on phones", "status", "closed", "assignee", bob).is(t, 303)
		b.get("/issues/1").is(t, 200, "<option selected>closed", `<option value="2" selected>Bob`)
		b.post("/issues/1", "status", "open", "assignee", eve).is(t, 403)
		b.post("/issues/1", "assignee", "").is(t, 303)
		b.get("/issues/1").is(t, 200, "<option selected>closed", "!selected>Bob")
		c.post("/issues/1", "title", "x").is(t, 403)
		c.post("/issues/8", "body", "x").is(t, 403)
		c.get("/issues/8").is(t, 200, "!<button>Save", "!Delete", "!Who can see")
		a.post("/issues/4", "title", " ").is(t, 422, "Please enter a title")
		a.post("/issues/4", "title", strings.Repeat("é", 201)).is(t, 422, "at most 200")
		a.post("/issues/4", "title", strings.Repeat("é", 200)).is(t, 303)
		a.post("/issues/4", "title", "a", "title", "b").is(t, 400)
		a.post("/issues/4", "status", "gone").is(t, 400)
		a.post("/issues/4", "assignee", "x").is(t, 400)
		a.post("/issues/4", "title", "a\x00").is(t, 400)
		a.post("/issues/4", "body", strings.Repeat("x", 70_000)).is(t, 400)

		// A new issue.
		c.get("/issues/new").is(t, 200, ">Website<", "!Backend", "!Engine")
		c.post("/issues", "project", "1", "title", "<b>Bold</b>", "body", "a\r\nb", "confidential", "yes").is(t, 303)
		c.get("/issues/28").is(t, 200, "&lt;b&gt;Bold&lt;/b&gt;", "!<b>Bold", "a\nb", "Owners, its author and its assignee", `<option value="yes" selected>`)
		c.post("/issues", "project", "2", "title", "x").is(t, 403) // a project that Cem does not see
		c.post("/issues", "project", "99", "title", "x").is(t, 403)
		c.post("/issues", "project", "1", "title", "x", "assignee", cem).is(t, 403)
		c.post("/issues", "project", "1", "title", "").is(t, 422, "Please enter a title")
		c.post("/issues", "project", "x", "title", "x").is(t, 400)
		b.get("/issues/28").is(t, 404)

		// Deletes.
		b.post("/issues/1/delete").is(t, 403)
		b.post("/issues/28/delete").is(t, 404)
		a.post("/issues/28/delete").is(t, 303)
		a.get("/issues/28").is(t, 404)

		// Roles count at once.
		a.get("/members").is(t, 200, "Acme", `aria-label="Role of Bob"`, "!Role of Alice", "!Eve")
		b.get("/members").is(t, 200, "Alice", "!<select")
		c.get("/members").is(t, 200, "You are not a member")
		b.post("/members/2", "role", "owner").is(t, 403)
		c.post("/members/2", "role", "owner").is(t, 404)
		a.post("/members/1", "role", "member").is(t, 403) // the last owner
		a.post("/members/2", "role", "boss").is(t, 400)
		a.post("/members/99", "role", "member").is(t, 404)
		b.get("/issues/3").is(t, 404)
		a.post("/members/2", "role", "owner").is(t, 303)
		b.get("/issues/3").is(t, 200, "Anyone can read invoices")
		b.get("/issues/3/access").is(t, 200)
		b.post("/members/1", "role", "member").is(t, 303)
		a.get("/issues/3").is(t, 404)
		a.post("/members/2", "role", "member").is(t, 403)
		b.post("/members/1", "role", "owner").is(t, 303)

		// Who may, and why not?
		a.get("/issues/3/access").is(t, 200, `<a href="?person=3">Cem</a>`, "Choose a person")
		a.get("/issues/3/access?person=4").is(t, 200, "Why can’t Eve read it?", "issues.polar:", "not issue.confidential")
		a.get("/issues/3/access?person=3").is(t, 200, "Why can Cem read it?", "issues.polar:")
		a.get("/issues/3/access?person=99").is(t, 200, "Choose a person")
	})
}

// TestRefusals: who is refused sees neither rules nor whether an issue exists. A page that is
// hidden has the bytes and headers of one that does not exist.
func TestRefusals(t *testing.T) {
	signIn := serve(t, sqliteApp(t))
	b, c := signIn(bob), signIn(cem)
	for _, path := range []string{"/issues/%d", "/issues/%d/access", "/issues/%d/access?person=1"} {
		hidden, missing := b.get(fmt.Sprintf(path, 3)), b.get(fmt.Sprintf(path, 999))
		same(t, path, hidden, missing, 404)
		same(t, path, b.get(strings.Replace(path, "%d", "x", 1)), missing, 404)
	}
	same(t, "update", b.post("/issues/3", "title", "x"), b.post("/issues/999", "title", "x"), 404)
	same(t, "delete", b.post("/issues/3/delete"), b.post("/issues/999/delete"), 404)
	same(t, "member", c.post("/members/1", "role", "owner"), c.post("/members/999", "role", "owner"), 404)
	same(t, "create", c.post("/issues", "project", "2", "title", "x"), c.post("/issues", "project", "999", "title", "x"), 403)

	// Bob reads issue 4, but is not an owner.
	b.get("/issues/4/access?person=3").is(t, 403, "You may not do this", "!polar", "!allow", "!Rotate", "!Alice")
	c.get("/issues/1/access").is(t, 403)
	b.get("/nowhere").is(t, 404)
	if got := b.get("/"); got.status != 303 || got.header.Get("Location") != "/issues" {
		t.Errorf("/ is answered with %d %s", got.status, got.header)
	}
}

// same reports an error if two refusals differ in anything that a client sees.
func same(t *testing.T, name string, a, b answer, status int) {
	t.Helper()
	if a.status != status || a.body != b.body || a.status != b.status || !maps.EqualFunc(a.header, b.header, slices.Equal) {
		t.Errorf("%s: %d %v\n%s\nand\n%d %v\n%s", name, a.status, a.header, a.body, b.status, b.header, b.body)
	}
	if strings.Contains(a.body, "polar") {
		t.Errorf("%s shows a rule", name)
	}
}

// TestSessions: only a cookie that the program has signed, and that has not ended, signs in.
func TestSessions(t *testing.T) {
	a := sqliteApp(t)
	signIn := serve(t, a)
	b := signIn("")
	b.get("/sign-in").is(t, 200, "Alice", "Eve")
	b.get("/issues").is(t, 401, "Please sign in", "!menu")
	b.get("/issues/3").is(t, 401)
	valid := a.sessions.sign(1, time.Now().Add(time.Minute))
	raw, err := base64.RawURLEncoding.DecodeString(valid)
	if err != nil {
		t.Fatal(err)
	}
	flip := func(i int) string {
		forged := slices.Clone(raw)
		forged[i] ^= 1
		return base64.RawURLEncoding.EncodeToString(forged)
	}
	for cookie, want := range map[string]int{
		valid:   200,
		flip(7): 401, flip(8): 401, flip(20): 401, flip(len(raw) - 1): 401,
		"": 401, "1": 401, valid[:21]: 401, valid + "A": 401, valid + "=": 401, valid[:len(valid)-1]: 401,
		valid + "; session=" + valid:                       401,
		a.sessions.sign(1, time.Now().Add(-time.Second)):   401,
		a.sessions.sign(99, time.Now().Add(time.Minute)):   401, // nobody
		a.sessions.sign(0, time.Now().Add(time.Minute)):    401,
		newSessions().sign(1, time.Now().Add(time.Minute)): 401,
	} {
		b.header.Set("Cookie", cookieName+"="+cookie)
		if got := b.get("/issues"); got.status != want {
			t.Errorf("cookie %q: %d, want %d", cookie, got.status, want)
		}
	}
	c := signIn(alice)
	c.get("/issues").is(t, 200)
	c.post("/sign-out").is(t, 303)
	c.get("/issues").is(t, 401)
	c.post("/sign-in", "user", "x").is(t, 400)
}

// TestCookie: scripts cannot read the cookie, and other sites do not send it with a form.
func TestCookie(t *testing.T) {
	b := serve(t, sqliteApp(t))("")
	cookie, err := http.ParseSetCookie(b.post("/sign-in", "user", alice).header.Get("Set-Cookie"))
	if err != nil || !cookie.HttpOnly || cookie.SameSite != http.SameSiteLaxMode || cookie.Path != "/" || cookie.Expires.Before(time.Now()) {
		t.Errorf("%v, %v", cookie, err)
	}
}

// TestCrossSite: forms of other sites change nothing, and pages allow no scripts.
func TestCrossSite(t *testing.T) {
	b := serve(t, sqliteApp(t))(alice)
	for name, value := range map[string]string{"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"} {
		b.header = http.Header{name: {value}}
		b.post("/issues/1/delete").is(t, 403)
		b.post("/members/2", "role", "owner").is(t, 403)
		b.post("/sign-out").is(t, 403)
		b.post("/sign-in", "user", eve).is(t, 403)
		b.get("/issues/1").is(t, 200)
	}
	b.header = http.Header{"Sec-Fetch-Site": {"same-origin"}}
	b.get("/issues/1/delete").is(t, 405)
	page := b.get("/issues/1")
	page.is(t, 200, "!<script")
	for _, got := range []answer{page, b.get("/issues/999"), b.get("/sign-in")} {
		if csp := got.header.Get("Content-Security-Policy"); !strings.Contains(csp, "default-src 'none'") || !strings.Contains(csp, "frame-ancestors 'none'") {
			t.Errorf("Content-Security-Policy: %s", csp)
		}
		if got.header.Get("Cache-Control") != "no-store" {
			t.Errorf("Cache-Control: %s", got.header.Get("Cache-Control"))
		}
	}
	b.post("/issues/1/delete").is(t, 303)
}

// TestStatements asserts the statements of each page. The first two find the user and the
// memberships.
func TestStatements(t *testing.T) {
	a := openApp(t, sqlite(t), nil) // a Coverage evaluates each decision again
	signIn := serve(t, a)
	person := map[string]*browser{alice: signIn(alice), bob: signIn(bob), cem: signIn(cem), "": signIn("")}
	statements := record(a.db)
	for _, tt := range []struct {
		who, path    string
		status, want int
	}{
		{"", "/sign-in", 200, 1},
		{"", "/style.css", 200, 0},
		{"", "/issues", 401, 0},
		{alice, "/issues", 200, 3},
		{alice, "/issues?q=page&page=2", 200, 3},
		{cem, "/issues", 200, 3},
		{alice, "/issues/new", 200, 3},
		{alice, "/members", 200, 3},
		{alice, "/issues/4", 200, 4},
		{bob, "/issues/4", 200, 4},
		{cem, "/issues/1", 200, 4},
		{bob, "/issues/3", 404, 3},
		{bob, "/issues/999", 404, 3},
		{alice, "/issues/4/access", 200, 7},
		{alice, "/issues/4/access?person=3", 200, 9}, // an explanation decides twice
		{bob, "/issues/4/access", 403, 3},
	} {
		person[tt.who].get(tt.path).is(t, tt.status)
		if got := statements.take(); len(got) != tt.want {
			t.Errorf("%s makes %d statements, want %d:\n%s", tt.path, len(got), tt.want, strings.Join(got, "\n"))
		}
	}
}
