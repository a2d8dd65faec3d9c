package browser

// This file defines the walk: four people, their lists and buttons, a refusal, a role given by
// somebody else, and who can see what.

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

func TestWalk(t *testing.T) {
	b := open(t)

	// Each person has a list of their own, with the buttons that work for them.
	for name, want := range map[string]string{
		"Alice": "The menu is cut off on phones: Edit Who? Delete",
		"Bob":   "The menu is cut off on phones: Edit",
		"Cem":   "The menu is cut off on phones: Edit",
		"Eve":   "The menu is cut off on phones:",
	} {
		p := b.signIn(name)
		if got := p.rows()[0]; got != want {
			t.Errorf("%s sees %q, want %q", name, got, want)
		}
		sees := slices.ContainsFunc(p.rows(), func(row string) bool { return strings.HasPrefix(row, "Anyone can read invoices") })
		if want := name == "Alice" || name == "Cem"; sees != want {
			t.Errorf("%s sees the confidential issue: %v", name, sees)
		}
	}
	alice, bob, cem := b.signIn("Alice"), b.signIn("Bob"), b.signIn("Cem")
	alice.picture("list")

	// A form whose fields are read-only for some.
	bob.open("/issues/1")
	bob.picture("form")
	if got := bob.text(`Array.from(document.querySelectorAll("[readonly],select:disabled")).map(e => e.name).join(" ")`); got != "project title body confidential" {
		t.Errorf("Bob cannot change %s", got)
	}
	bob.run(chromedp.SetValue("#status", "closed"))
	bob.follow(chromedp.Click("form.fields button"))
	bob.open("/issues/1")
	if got := bob.text(`document.querySelector("#status").value`); got != "closed" {
		t.Errorf("Bob has set the status to %s", got)
	}
	cem.open("/issues/1")
	if got := cem.text(`Array.from(document.querySelectorAll("form.fields button")).length + ""`); got != "0" {
		t.Error("Cem can save the closed issue")
	}

	// What a person may not see does not exist for them.
	for _, path := range []string{"/issues/3", "/issues/3/access", "/issues/999"} {
		bob.open(path)
		if got := bob.text(`document.body.innerText`); !strings.Contains(got, "This page does not exist") || strings.Contains(got, "invoices") {
			t.Errorf("%s says %s", path, got)
		}
	}
	bob.picture("refused")

	// A role counts at once, in a session that has begun before.
	alice.open("/members")
	alice.picture("members")
	alice.run(chromedp.SetValue(`[aria-label="Role of Bob"]`, "owner"))
	alice.follow(chromedp.Click("form.role button"))
	bob.open("/issues")
	if got := bob.rows()[2]; got != "Anyone can read invoices confidential: Edit Who? Delete" {
		t.Errorf("Bob, who is an owner now, sees %q", got)
	}

	// Who can see this, and why can somebody not?
	bob.follow(chromedp.Click(`[aria-label="Who can see “Anyone can read invoices”?"]`))
	if got := bob.rows(); !slices.Equal(got, []string{"read: Alice Bob Cem", "update: Alice Bob Cem", "delete: Alice Bob", "not even read: Eve"}) {
		t.Errorf("the report says %q", got)
	}
	bob.follow(chromedp.Click(`//a[text()="Eve"]`))
	if got := bob.text(`document.querySelector("pre").innerText`); !strings.Contains(got, `denied: User 4 "read" Issue 3`) {
		t.Errorf("the explanation says %s", got)
	}
	bob.picture("access")
}

// TestForEverybody: each page has labels, contrast and a visible focus, can be used with a
// keyboard, and fits a narrow screen.
func TestForEverybody(t *testing.T) {
	b := open(t)
	alice := b.signIn("Alice")
	for _, path := range []string{"/issues", "/issues/1", "/issues/new", "/members", "/issues/3/access?person=4", "/issues/999", "/sign-in"} {
		for _, width := range []int64{1024, 360} {
			alice.run(chromedp.EmulateViewport(width, 800))
			alice.open(path)
			if got := alice.text(unlabelled); got != "" {
				t.Errorf("%s: without a label: %s", path, got)
			}
			if got := alice.text(faint); got != "" {
				t.Errorf("%s: contrast below 4.5: %s", path, got)
			}
			if got := alice.text(`document.documentElement.scrollWidth > innerWidth ? "too wide" : ""`); got != "" {
				t.Errorf("%s at %d pixels is %s", path, width, got)
			}
		}
		controls, err := strconv.Atoi(alice.text(`document.querySelectorAll("a[href],button,input,select:enabled,textarea,pre").length + ""`))
		if err != nil {
			t.Fatal(err)
		}
		if got := alice.tabs(controls); got != controls {
			t.Errorf("%s: the Tab key reaches %d controls with a visible focus, of %d", path, got, controls)
		}
	}
	alice.open("/issues")
	alice.picture("narrow")
	alice.open("/sign-in")
	alice.run(chromedp.Focus(`//button[text()="Bob"]`))
	alice.follow(chromedp.KeyEvent("\r"))
	if got := alice.text(`document.querySelector("header strong").innerText`); got != "Bob" {
		t.Errorf("Enter signs in as %s", got)
	}
}

// unlabelled is a script that lists the controls without a name.
const unlabelled = `Array.from(document.querySelectorAll("input,select,textarea,button,a"))
	.filter(e => !(e.labels && e.labels.length) && !e.getAttribute("aria-label") && !e.innerText.trim() && !e.textContent.trim() || e.matches("select:not([aria-label])") && !e.labels.length)
	.map(e => e.outerHTML).join("\n")`

// faint is a script that lists the elements whose text has too little contrast.
const faint = `(() => {
	const rgb = c => c.match(/[\d.]+/g).map(Number);
	const light = c => { const [r, g, b] = rgb(c).map(v => (v /= 255) <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4); return .2126 * r + .7152 * g + .0722 * b; };
	const behind = e => { for (; e; e = e.parentElement) { const c = rgb(getComputedStyle(e).backgroundColor); if (c.length < 4 || c[3] > 0) return "rgb(" + c.slice(0, 3) + ")"; } return "rgb(255, 255, 255)"; };
	return Array.from(document.body.querySelectorAll("*"))
		.filter(e => e.matches("input,select,textarea") || Array.from(e.childNodes).some(n => n.nodeType == 3 && n.data.trim()))
		.filter(e => { const a = light(getComputedStyle(e).color), b = light(behind(e)); return (Math.max(a, b) + .05) / (Math.min(a, b) + .05) < 4.5; })
		.map(e => e.outerHTML).join("\n");
})()`
