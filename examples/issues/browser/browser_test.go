package browser

// This file defines browsers and what people do in them.

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// A browser is a running browser and the address of the application.
type browser struct {
	t   *testing.T
	ctx context.Context
	url string
}

// open starts the application and a browser. Without a browser the test is skipped, or fails if
// URSA_REQUIRE_BROWSER is 1.
func open(t *testing.T) *browser {
	t.Helper()
	program := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil && program == "" {
			program = path
		}
	}
	switch {
	case program == "" && os.Getenv("URSA_REQUIRE_BROWSER") == "1":
		t.Fatal("no chromium or google-chrome is in the path")
	case program == "":
		t.Skip("SKIPPED: the walk needs a browser, and no chromium or google-chrome is in the path (apt-get install chromium)")
	}
	url := start(t)
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(program), chromedp.WSURLReadTimeout(time.Minute))
	if os.Getuid() == 0 {
		options = append(options, chromedp.NoSandbox) // it refuses to run as root otherwise
	}
	ctx, cancel := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatal(err)
	}
	return &browser{t, ctx, url}
}

// start builds and runs the application, and returns its address.
func start(t *testing.T) string {
	t.Helper()
	program := filepath.Join(t.TempDir(), "issues")
	build := exec.Command("go", "build", "-o", program, ".")
	build.Dir = ".."
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	app := exec.Command(program, "-addr", "localhost:0")
	out, err := app.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := app.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		app.Process.Signal(os.Interrupt)
		app.Wait()
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	var url string
	if _, err := fmt.Sscanf(line, "Open %s", &url); err != nil {
		t.Fatalf("%v in %s", err, line)
	}
	return url
}

// A person uses the browser, with cookies of their own.
type person struct {
	*browser
	ctx context.Context
}

// signIn signs a person in, and returns them on the page of the list.
func (b *browser) signIn(name string) *person {
	b.t.Helper()
	ctx, cancel := chromedp.NewContext(b.ctx, chromedp.WithNewBrowserContext())
	b.t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil { // a page lives as long as the context of its first use
		b.t.Fatal(err)
	}
	p := &person{b, ctx}
	p.run(chromedp.EmulateViewport(800, 640))
	p.open("/sign-in")
	p.follow(chromedp.Click(`//button[text()="` + name + `"]`))
	return p
}

// patience is how long an action may take.
const patience = 60 * time.Second

func (p *person) run(actions ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, actions...); err != nil {
		p.t.Fatal(err)
	}
}

// follow does what leads to another page, and waits for that page.
func (p *person) follow(action chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	if _, err := chromedp.RunResponse(ctx, action); err != nil {
		p.t.Fatal(err)
	}
}

// open shows the page at a path.
func (p *person) open(path string) {
	p.t.Helper()
	p.run(chromedp.Navigate(p.url + path))
}

// text returns the string that a script evaluates to.
func (p *person) text(script string) string {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	s, err := chromedp.Run(ctx, chromedp.Evaluate[string](script))
	if err != nil {
		p.t.Fatalf("%v in %s", err, script)
	}
	return s
}

// rows returns the rows of the table: what is in the first column, and the buttons and links of
// the others.
func (p *person) rows() []string {
	p.t.Helper()
	return strings.Split(p.text(`Array.from(document.querySelectorAll("tbody tr"))
		.map(tr => [tr.querySelector("th").innerText + ":", ...Array.from(tr.querySelectorAll("td a, td button")).map(e => e.innerText)].join(" "))
		.join("\n")`), "\n")
}

// tabs presses the Tab key as many times as there are controls, and once more for the page
// itself, and returns how many of them had the focus and showed it.
func (p *person) tabs(controls int) int {
	p.t.Helper()
	p.text(`document.activeElement.blur(); window.seen = new Set(); ""`)
	for range controls + 1 {
		p.run(chromedp.KeyEvent("\t"))
		p.text(`(() => {
			const e = document.activeElement, s = getComputedStyle(e);
			if (e !== document.body && s.outlineStyle !== "none" && parseFloat(s.outlineWidth) >= 2) seen.add(e);
			return "";
		})()`)
	}
	n, err := strconv.Atoi(p.text(`seen.size + ""`))
	if err != nil {
		p.t.Fatal(err)
	}
	return n
}

// picture writes a screenshot into the folder that URSA_SCREENSHOTS names, if it is set.
func (p *person) picture(name string) {
	p.t.Helper()
	dir := os.Getenv("URSA_SCREENSHOTS")
	if dir == "" {
		return
	}
	png, err := chromedp.Run(p.ctx, chromedp.CaptureScreenshot())
	if err != nil {
		p.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, name+".png"), png, 0o666); err != nil {
		p.t.Fatal(err)
	}
}
