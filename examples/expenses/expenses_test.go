package main

// This file defines what the tests share: building and starting the program, a
// client that understands curl commands, and the walk through the application.

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/ursa-authz/ursa/authz/authztest"
	"github.com/ursa-authz/ursa/examples/internal/database"
	"github.com/ursa-authz/ursa/policies"
)

// builds is the directory of the programs that the tests have built.
var builds string

func TestMain(m *testing.M) {
	os.Exit(func() int {
		var err error
		if builds, err = os.MkdirTemp("", "expenses"); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		defer os.RemoveAll(builds)
		return m.Run()
	}())
}

// The program without and with go-oso, each built once.
var (
	plain   = sync.OnceValues(func() (string, error) { return build("expenses") })
	withOso = sync.OnceValues(func() (string, error) { return build("expenses-oso", "-tags", "oso") })
)

func build(name string, flags ...string) (string, error) {
	bin := filepath.Join(builds, name)
	if runtime.GOOS == "windows" {
		bin += ".exe"
	}
	args := append([]string{"build", "-o", bin}, flags...)
	out, err := exec.Command("go", append(args, ".")...).CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("go build: %w\n%s", err, out)
	}
	return bin, nil
}

// patience is how long a test waits for an event before it fails.
const patience = 30 * time.Second

// A program is a running program.
type program struct {
	t         *testing.T
	cmd       *exec.Cmd
	dir       string // its working directory
	db        string // its database, if start chose it
	temporary string // the directory for its temporary files
	out       string // its output until it was ready
	base      string // its URL
	done      chan struct{}
	err       error // its result, once done is closed

	mu   sync.Mutex
	log  []string      // the lines of its standard error
	more chan struct{} // closed when the log grows
}

// start starts the program in dir with a database in the test's temporary
// directory, and waits until it listens.
func start(t *testing.T, build func() (string, error), dir string, flags ...string) *program {
	t.Helper()
	db := filepath.Join(t.TempDir(), "expenses.db")
	p := startPlain(t, build, dir, append([]string{"-db", db}, flags...)...)
	p.db = db
	return p
}

// startPlain starts the program in dir with these flags, on a port of its own,
// and waits until it listens.
func startPlain(t *testing.T, build func() (string, error), dir string, flags ...string) *program {
	t.Helper()
	bin, err := build()
	if err != nil {
		t.Fatal(err)
	}
	p := &program{t: t, dir: dir, done: make(chan struct{}), more: make(chan struct{})}
	p.cmd = exec.Command(bin, append([]string{"-addr", "localhost:0"}, flags...)...)
	p.cmd.Dir = dir
	p.temporary = t.TempDir()
	p.cmd.Env = append(os.Environ(), "TMPDIR="+p.temporary, "TMP="+p.temporary)
	stdout, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	stderr, err := p.cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var reading sync.WaitGroup
	ready := make(chan string, 1)
	reading.Go(func() { p.readOutput(stdout, ready) })
	reading.Go(func() { p.readLog(stderr) })
	go func() {
		reading.Wait()
		p.err = p.cmd.Wait()
		close(p.done)
	}()
	t.Cleanup(func() {
		p.cmd.Process.Kill()
		<-p.done
		if t.Failed() {
			t.Logf("log of the program:\n%s", strings.Join(p.log, "\n"))
		}
	})
	timeout := time.After(patience)
	select {
	case p.out = <-ready:
	case <-p.done:
		t.Fatalf("the program ended: %v\n%s", p.err, strings.Join(p.log, "\n"))
	case <-timeout:
		t.Fatal("the program does not listen")
	}
	m := regexp.MustCompile(`(?m)^Listening: (http://\S+)`).FindStringSubmatch(p.out)
	if m == nil {
		t.Fatalf("the program does not print its URL:\n%s", p.out)
	}
	p.base = m[1]
	return p
}

// readOutput sends the output of the program once it is ready.
func (p *program) readOutput(r io.Reader, ready chan<- string) {
	var text strings.Builder
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		text.WriteString(lines.Text() + "\n")
		last := "/expenses"
		if strings.HasPrefix(text.String(), "Engine:    oso\n") {
			last = "/expenses/1" // go-oso has no lists
		}
		if strings.HasSuffix(lines.Text(), last) {
			ready <- text.String()
		}
	}
}

func (p *program) readLog(r io.Reader) {
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		p.mu.Lock()
		p.log = append(p.log, lines.Text())
		close(p.more)
		p.more = make(chan struct{})
		p.mu.Unlock()
	}
}

// logged returns how many lines the log has.
func (p *program) logged() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.log)
}

// wait waits for a line of the log that contains text. It starts at line from.
func (p *program) wait(from int, text string) {
	p.t.Helper()
	timeout := time.After(patience)
	for {
		p.mu.Lock()
		lines, more := p.log, p.more
		p.mu.Unlock()
		for ; from < len(lines); from++ {
			if strings.Contains(lines[from], text) {
				return
			}
		}
		select {
		case <-more:
		case <-p.done:
			p.t.Fatalf("the program ended: %v", p.err)
		case <-timeout:
			p.t.Fatalf("the log does not contain %q", text)
		}
	}
}

// curl runs a command on the program.
func (p *program) curl(command string) response {
	p.t.Helper()
	return curl(p.t, p.base, command)
}

// newServer serves the application inside the test, with these settings.
func newServer(t *testing.T, s settings) (*httptest.Server, *app) {
	t.Helper()
	if s.db == "" {
		s.db = filepath.Join(t.TempDir(), "expenses.db")
	}
	if s.policy == "" {
		s.policy = "expenses"
	}
	if s.engine == "" {
		s.engine = "polar"
	}
	a, err := newApp(t.Context(), s, t.Output())
	if err != nil {
		t.Fatal(err)
	}
	authztest.NoWarnings(t, a.az)
	server := httptest.NewServer(a.handler)
	t.Cleanup(func() {
		server.Close()
		a.close()
	})
	return server, a
}

// A response is the result of a curl command.
type response struct {
	status int
	header http.Header
	body   string
}

// curl does what a command of the form
//
//	curl -s -H "name: value" -X METHOD -d 'body' localhost:5000/path | grep word
//
// does, on the server at base instead of localhost:5000.
func curl(t *testing.T, base, command string) response {
	t.Helper()
	command, word, filtered := strings.Cut(command, " | grep ")
	words := split(t, command)
	if words[0] != "curl" {
		t.Fatalf("%s: not a curl command", command)
	}
	method, url, body := "GET", "", ""
	header := make(http.Header)
	for i := 1; i < len(words); i++ {
		option := words[i]
		if option == "-H" || option == "-X" || option == "-d" {
			i++
		}
		switch option {
		case "-s":
		case "-H":
			name, value, _ := strings.Cut(words[i], ": ")
			header.Add(name, value)
		case "-X":
			method = words[i]
		case "-d":
			body = words[i]
		default:
			rest, ok := strings.CutPrefix(option, "localhost:5000")
			if !ok || url != "" {
				t.Fatalf("%s: unknown option %s", command, option)
			}
			url = base + rest
		}
	}
	request, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatalf("%s: %v", command, err)
	}
	request.Header = header
	resp, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatalf("%s: %v", command, err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatalf("%s: %v", command, err)
	}
	r := response{resp.StatusCode, resp.Header, string(text)}
	if filtered {
		r.body = ""
		for line := range strings.Lines(string(text)) {
			if strings.Contains(line, word) {
				r.body += line
			}
		}
	}
	return r
}

// split splits a command into words and removes quotes, as a shell does.
func split(t *testing.T, command string) []string {
	t.Helper()
	var words []string
	for command = strings.TrimSpace(command); command != ""; command = strings.TrimLeft(command, " ") {
		quote, end := command[:1], " "
		if quote == `"` || quote == "'" {
			command, end = command[1:], quote
		}
		word, rest, closed := strings.Cut(command, end)
		if !closed && end != " " {
			t.Fatalf("missing quote after %s", command)
		}
		words, command = append(words, word), rest
	}
	return words
}

// walk sends requests to all routes. It inserts two rows.
func walk(t *testing.T, base string) {
	t.Helper()
	const (
		forbidden = "<!doctype html>\n<html lang=en>\n<title>403 Forbidden</title>\n<h1>Forbidden</h1>\n<p>Not Authorized!</p>\n"
		missing   = "<!doctype html>\n<html lang=en>\n<title>404 Not Found</title>\n<h1>Not Found</h1>\n<p>This page does not exist.</p>\n"
		unknown   = "<!doctype html>\n<html lang=en>\n<title>401 Unauthorized</title>\n<h1>Unauthorized</h1>\n<p>Please log in.</p>\n"
		twice     = "<!doctype html>\n<html lang=en>\n<title>400 Bad Request</title>\n<h1>Bad Request</h1>\n<p>The request could be read in more than one way.</p>\n"
	)
	for _, step := range []struct {
		command string
		status  int
		body    string
	}{
		{`curl localhost:5000/`, 200, "hello Guest\n"},
		{`curl -H "user: alice@foo.com" localhost:5000/`, 200,
			"hello User(id=1, email='alice@foo.com', title='CEO', location_id=1, organization_id=1, manager_id=None)\n"},
		{`curl -H "user: frantz@foo.com" localhost:5000/`, 200,
			"hello User(id=7, email='frantz@foo.com', title='Software Engineer', location_id=2, organization_id=1, manager_id=6)\n"},
		{`curl localhost:5000/whoami`, 403, forbidden},
		{`curl -H "user: alice@foo.com" localhost:5000/whoami`, 200,
			"You are alice@foo.com, the CEO at Foo Industries. (User ID: 1)\n"},
		{`curl -H "user: zora@bar.com" localhost:5000/whoami`, 200,
			"You are zora@bar.com, the Managing Director at Bar, Inc.. (User ID: 10)\n"},
		{`curl -H "user: nobody@foo.com" localhost:5000/whoami`, 401, unknown},
		{`curl -H "user: ALICE@foo.com" localhost:5000/whoami`, 401, unknown},
		{`curl -H "user: " localhost:5000/`, 401, unknown},
		{`curl -H "user: alice@foo.com" -H "user: cora@foo.com" localhost:5000/`, 400, twice},

		{`curl localhost:5000/expenses/2`, 403, forbidden},
		{`curl -H "user: alice@foo.com" localhost:5000/expenses/2`, 200,
			"Expense(amount=17743, description='Pug irony.', user_id=1, id=2)\n"},
		{`curl -H "user: alice@foo.com" localhost:5000/expenses/1`, 403, forbidden},
		{`curl -H "user: bhavik@foo.com" localhost:5000/expenses/2`, 403, forbidden},
		{`curl -H "user: alice@foo.com" localhost:5000/expenses/9999`, 404, missing},
		{`curl -H "user: alice@foo.com" localhost:5000/expenses/99999999999999999999`, 404, missing},
		{`curl -H "user: alice@foo.com" localhost:5000/expenses/two`, 404, missing},
		{`curl -H "user: alice@foo.com" localhost:5000/expenses/2%20or%201=1`, 404, missing},
		{`curl -H "user: alice@foo.com" localhost:5000/expenses%2F2`, 400, twice},

		{`curl -H "user: alice@foo.com" localhost:5000/organizations/1`, 200, "Organization(name='Foo Industries', id=1)\n"},
		{`curl -H "user: alice@foo.com" localhost:5000/organizations/2`, 403, forbidden},
		{`curl -H "user: zora@bar.com" localhost:5000/organizations/2`, 200, "Organization(name='Bar, Inc.', id=2)\n"},
		{`curl localhost:5000/organizations/1`, 403, forbidden},
		{`curl -H "user: alice@foo.com" localhost:5000/nowhere`, 403, forbidden},

		{`curl -H "user: alice@foo.com" -X PUT -d '{"amount": 100, "description": "Gummy Bears"}' localhost:5000/expenses/submit`, 200,
			"Expense(amount=100, description='Gummy Bears', user_id=1, id=108)\n"},
		{`curl -H "user: alice@foo.com" -X PUT -d '{"amount": 100, "description": "Gummy Bears", "user_id": 1}' localhost:5000/expenses/submit`, 200,
			"Expense(amount=100, description='Gummy Bears', user_id=1, id=109)\n"},
		{`curl -H "user: alice@foo.com" -X PUT -d '{"amount": 100, "description": "Gummy Bears", "user_id": 2}' localhost:5000/expenses/submit`, 403, forbidden},
		{`curl -X PUT -d '{"amount": 100, "description": "Gummy Bears"}' localhost:5000/expenses/submit`, 403, forbidden},
		{`curl -X PUT -d 'x' localhost:5000/expenses/submit`, 403, forbidden},
		{`curl -H "user: alice@foo.com" -X PUT -d '[]' localhost:5000/expenses/submit`, 400, "the body is not a JSON object\n"},
		{`curl -H "user: alice@foo.com" -X POST -d '{}' localhost:5000/expenses/submit`, 403, forbidden},
	} {
		got := curl(t, base, step.command)
		if got.status != step.status || got.body != step.body {
			t.Errorf("%s\n got %d %q\nwant %d %q", step.command, got.status, got.body, step.status, step.body)
		}
	}
}

// aliceExpenses is alice's list after the walk.
const aliceExpenses = `Expense(amount=17743, description='Pug irony.', user_id=1, id=2)
Expense(amount=1139, description='Earplugs.', user_id=1, id=10)
Expense(amount=8330, description='Stamps.', user_id=1, id=19)
Expense(amount=1295, description='Software licence, one year.', user_id=1, id=37)
Expense(amount=5711, description='Oat milk.', user_id=1, id=48)
Expense(amount=1606, description='Vaccination before Nairobi.', user_id=1, id=58)
Expense(amount=100, description='Gummy Bears', user_id=1, id=108)
Expense(amount=100, description='Gummy Bears', user_id=1, id=109)
`

// checkList checks the state after the walk: alice sees her own expenses, a guest
// sees none, and two rows are inserted.
func checkList(t *testing.T, base string, db *gorm.DB) {
	t.Helper()
	got := curl(t, base, `curl -H "user: alice@foo.com" localhost:5000/expenses`)
	if got.status != 200 || got.body != aliceExpenses {
		t.Errorf("alice's expenses: %d\n%s", got.status, got.body)
	}
	if got := curl(t, base, `curl localhost:5000/expenses`); got.status != 403 {
		t.Errorf("the expenses of a guest: %d\n%s", got.status, got.body)
	}
	checkRows(t, db, 109)
}

func checkRows(t *testing.T, db *gorm.DB, want int64) {
	t.Helper()
	var rows int64
	if err := db.Model(&Expense{}).Count(&rows).Error; err != nil {
		t.Fatal(err)
	}
	if rows != want {
		t.Errorf("%d rows in the table of expenses, want %d", rows, want)
	}
}

// peek opens the database of a running program.
func peek(t *testing.T, name string) *gorm.DB {
	t.Helper()
	db, filled, err := openDatabase(t.Context(), name, t.Output())
	if err != nil {
		t.Fatal(err)
	}
	if filled {
		t.Error("the program's database was empty")
	}
	t.Cleanup(func() { database.Close(db) })
	return db
}

// copyPolicy copies the policy in a folder of policies/ to a directory.
func copyPolicy(t *testing.T, folder, dir string) {
	t.Helper()
	sub, err := fs.Sub(policies.FS, folder)
	if err == nil {
		err = os.CopyFS(dir, sub)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// write replaces a file in one step.
func write(t *testing.T, name, text string) {
	t.Helper()
	err := errors.Join(os.WriteFile(name+".new", []byte(text), 0o644), os.Rename(name+".new", name))
	if err != nil {
		t.Fatal(err)
	}
}
