package main

// This file tests the program from outside: it builds and starts the program and
// sends requests.

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestWalk(t *testing.T) {
	t.Parallel()
	p := start(t, plain, t.TempDir())
	for _, want := range []string{
		"Engine:    polar\n",
		"Policy:    the copy of policies/expenses/*.polar in the program\n",
		"Database:  " + p.db + " (was empty, now has the rows of expenses.sql)\n",
	} {
		if !strings.Contains(p.out, want) {
			t.Errorf("the program does not print %q:\n%s", want, p.out)
		}
	}
	walk(t, p.base)
	checkList(t, p.base, peek(t, p.db))
}

// TestWalkOso repeats the walk on go-oso, which has no lists.
func TestWalkOso(t *testing.T) {
	t.Parallel()
	if out, err := exec.Command("go", "env", "CGO_ENABLED").Output(); err != nil || string(out) != "1\n" {
		t.Skip("go-oso needs cgo")
	}
	p := start(t, withOso, t.TempDir(), "-engine", "oso")
	if !strings.Contains(p.out, "policies/expenses-oso/*.polar") {
		t.Errorf("the policy is not expenses-oso:\n%s", p.out)
	}
	if strings.Contains(p.out, "/expenses\n") {
		t.Errorf("the program suggests a list:\n%s", p.out)
	}
	walk(t, p.base)
	checkRows(t, peek(t, p.db), 109)
	p.wait(0, "GET /expenses will fail")
	if got := p.curl(`curl -H "user: alice@foo.com" localhost:5000/expenses`); got.status != 500 {
		t.Errorf("a list: %d\n%s", got.status, got.body)
	}
}

// TestRepository: in the repository the policy is read from disk, and watched.
func TestRepository(t *testing.T) {
	t.Parallel()
	p := start(t, plain, filepath.Join("..", ".."))
	want := "Policy:    " + filepath.Join("policies", "expenses", "*.polar") + " (watched: edits take effect within about a second)\n"
	if !strings.Contains(p.out, want) {
		t.Errorf("the program does not print %q:\n%s", want, p.out)
	}
	if got := p.curl(`curl localhost:5000/`); got.body != "hello Guest\n" {
		t.Errorf("%d %s", got.status, got.body)
	}
}

// TestEdit edits the policy while the program runs: without the rule that lets
// users create expenses, with it, and with mistakes. Each reload logs one line.
func TestEdit(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	copyPolicy(t, "expenses", filepath.Join(dir, "mine"))
	file := filepath.Join(dir, "mine", "expenses.polar")
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	with := string(text)
	without := strings.Replace(with, `"create"`, `"create, but not now"`, 1)
	if with == without {
		t.Fatal("there is no rule that lets users create expenses")
	}
	write(t, file, without)

	p := start(t, plain, dir, "-policy", "./mine")
	const submit = `curl -H "user: alice@foo.com" -X PUT -d '{"amount": 100, "description": "Gummy Bears"}' localhost:5000/expenses/submit`
	if got := p.curl(submit); got.status != 403 {
		t.Errorf("without the rule: %d %s", got.status, got.body)
	}

	n := p.logged()
	write(t, file, with)
	p.wait(n, "policy loaded")
	if got := p.curl(submit); got.status != 200 || !strings.HasSuffix(got.body, "id=108)\n") {
		t.Errorf("with the rule: %d %s", got.status, got.body)
	}

	n = p.logged()
	write(t, file, strings.Replace(with, "user.id = expense.user_id", "user.id = expense.usr_id", 1))
	p.wait(n, "policy rejected")
	p.wait(n, filepath.Join("mine", "expenses.polar")+":10:23: Expense has no attribute usr_id")
	n = p.logged()
	write(t, file, "allow(_: Usr, _, _);\nallow(_: User, _, _: Expence);\n")
	p.wait(n, "the class Usr is not registered") // the line has both errors
	p.wait(n, "the class Expence is not registered")
	if got := p.curl(submit); got.status != 200 {
		t.Errorf("with a bad policy on disk: %d %s", got.status, got.body)
	}

	n = p.logged()
	write(t, file, without)
	p.wait(n, "policy loaded")
	if got := p.curl(submit); got.status != 403 {
		t.Errorf("without the rule again: %d %s", got.status, got.body)
	}

	n = p.logged()
	write(t, file, without+"\nunused(_: User);\n")
	p.wait(n, "policy loaded")
	p.wait(n, "unused")
	p.mu.Lock()
	defer p.mu.Unlock()
	reloads := slices.DeleteFunc(slices.Clone(p.log), func(line string) bool {
		return strings.Contains(line, "kind=") && !strings.Contains(line, "kind=reload")
	})
	if len(reloads) != 5 {
		t.Errorf("5 reloads are %d lines of the log:\n%s", len(reloads), strings.Join(reloads, "\n"))
	}
}

// TestTemporary: without -db the program leaves no database behind.
func TestTemporary(t *testing.T) {
	t.Parallel()
	p := startPlain(t, plain, t.TempDir())
	if want := "Database:  temporary, with the rows of expenses.sql (-db expenses.db keeps one)\n"; !strings.Contains(p.out, want) {
		t.Errorf("the program does not print %q:\n%s", want, p.out)
	}
	walk(t, p.base)
	if n := len(entries(t, p.temporary)); n != 1 {
		t.Errorf("%d temporary files while it runs, want the directory of the database", n)
	}
	stop(t, p)
	for _, dir := range []string{p.temporary, p.dir} {
		if left := entries(t, dir); len(left) > 0 {
			t.Errorf("the program leaves %v in %s", left, dir)
		}
	}
}

func entries(t *testing.T, dir string) []os.DirEntry {
	t.Helper()
	list, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// TestRestart: an existing database is used as it is.
func TestRestart(t *testing.T) {
	t.Parallel()
	first := start(t, plain, t.TempDir())
	walk(t, first.base)
	stop(t, first)
	second := start(t, plain, t.TempDir(), "-db", first.db)
	if strings.Contains(second.out, "filled") {
		t.Errorf("the database was filled again:\n%s", second.out)
	}
	checkList(t, second.base, peek(t, first.db))
}

// stop interrupts the program and checks that it ends without an error.
func stop(t *testing.T, p *program) {
	t.Helper()
	interrupt(t, p)
	ended(t, p)
}

func interrupt(t *testing.T, p *program) {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("processes cannot be interrupted on Windows")
	}
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
}

func ended(t *testing.T, p *program) {
	t.Helper()
	select {
	case <-p.done:
		if p.err != nil {
			t.Errorf("the program ended with %v", p.err)
		}
	case <-time.After(patience):
		t.Fatal("the program does not end")
	}
}

// TestShutdown: at shutdown, requests in progress are answered and new ones are
// not accepted.
func TestShutdown(t *testing.T) {
	t.Parallel()
	p := start(t, plain, t.TempDir())
	addr := strings.TrimPrefix(p.base, "http://")
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(patience))
	body := `{"amount": 100, "description": "Gummy Bears"}`
	fmt.Fprintf(conn, "PUT /expenses/submit HTTP/1.1\r\nHost: localhost\r\nUser: alice@foo.com\r\nContent-Length: %d\r\nExpect: 100-continue\r\n\r\n", len(body))
	r := bufio.NewReader(conn)
	if line, err := r.ReadString('\n'); line != "HTTP/1.1 100 Continue\r\n" || err != nil {
		t.Fatalf("%q, %v", line, err) // otherwise the handler is now waiting for the body
	}
	r.ReadString('\n')
	interrupt(t, p)
	for deadline := time.Now().Add(patience); ; {
		c, err := net.Dial("tcp", addr)
		if err != nil {
			break
		}
		c.Close()
		if time.Now().After(deadline) {
			t.Fatal("the program still listens")
		}
	}
	fmt.Fprint(conn, body)
	resp, err := http.ReadResponse(r, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != 200 {
		t.Errorf("status %s", resp.Status)
	}
	ended(t, p)
}

// fails runs the program, which must end with an exit code and print some text.
func fails(t *testing.T, code int, want string, flags ...string) {
	t.Helper()
	bin, err := plain()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), bin, flags...)
	cmd.Dir = t.TempDir()
	out, err := cmd.CombinedOutput()
	if err == nil || cmd.ProcessState.ExitCode() != code {
		t.Errorf("%q: %v, want exit code %d", flags, err, code)
	}
	if !strings.Contains(string(out), want) {
		t.Errorf("%q prints\n%s\nwant %q", flags, out, want)
	}
}

func TestTakenPort(t *testing.T) {
	t.Parallel()
	for _, addr := range []string{"127.0.0.1:0", "[::1]:0"} {
		l, err := net.Listen("tcp", addr)
		if err != nil {
			t.Logf("this machine has no %s", addr)
			continue
		}
		defer l.Close()
		_, port, _ := net.SplitHostPort(l.Addr().String())
		want := "expenses: " + l.Addr().String() + " is in use by another program (choose another port, such as -addr localhost:5001)"
		fails(t, 1, want, "-addr", "localhost:"+port)
		fails(t, 1, want, "-addr", l.Addr().String())
	}
}

func TestMisuse(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	other := filepath.Join(dir, "other.db")
	write(t, other, "this file is not a database, although it is longer than the header of one, which is a hundred bytes long, so it is read")
	bad := filepath.Join(dir, "bad.polar")
	write(t, bad, `allow(user: User, "read", expense: Expense) if user.id = expense.usr_id;`)
	fails(t, 1, "this program was built without go-oso (run: go run -tags oso ./examples/expenses -engine oso)", "-engine", "oso")
	fails(t, 1, `-engine: there is no engine "prolog" (choose from polar)`, "-engine", "prolog")
	fails(t, 1, `-policy: there is no policy "mine" (choose from expenses, expenses-oso, managed, or write ./mine for files on disk)`, "-policy", "mine")
	fails(t, 1, `matches nothing`, "-policy", "./mine")
	fails(t, 1, `bad.polar:1:66: Expense has no attribute usr_id (did you mean "user_id"?)`, "-policy", bad)
	fails(t, 1, "not a database", "-db", other)
	fails(t, 1, "expenses: opening the database", "-db", filepath.Join(dir, "missing", "expenses.db"))
	fails(t, 1, "-db takes postgres:// and mysql:// URLs and SQLite files", "-db", "oracle://host/db")
	fails(t, 1, "-db needs the name of a file", "-db", ":memory:")
	fails(t, 1, "-addr 5000: want host:port", "-addr", "5000")
	fails(t, 2, `expenses takes only flags, not ["5000"]`, "5000")
	fails(t, 2, "flag provided but not defined", "-port", "5000")
}

// TestExposed: the program warns if other machines can reach it.
func TestExposed(t *testing.T) {
	t.Parallel()
	p := start(t, plain, t.TempDir(), "-addr", "0.0.0.0:0")
	if port := p.base[strings.LastIndex(p.base, ":"):]; !strings.Contains(p.out, "    curl localhost"+port+"/\n") {
		t.Errorf("the program suggests requests to 0.0.0.0, which no client can send:\n%s", p.out)
	}
	p.wait(0, `The header "user:" does not authenticate anybody`)
	p = start(t, plain, t.TempDir())
	p.curl(`curl localhost:5000/`)
	p.wait(0, "kind=decision") // a warning would come before this decision
	p.mu.Lock()
	defer p.mu.Unlock()
	if strings.Contains(strings.Join(p.log, "\n"), "WARNING") {
		t.Error("the program warns although only this machine can reach it")
	}
}
