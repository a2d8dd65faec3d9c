package main

// This file defines what the tests share: the application on a database, browsers of its
// people, and the statements that the database gets.

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	gormauthz "github.com/ursa-authz/ursa/adapters/gorm"
	"github.com/ursa-authz/ursa/authz"
	"github.com/ursa-authz/ursa/authz/authztest"
	"github.com/ursa-authz/ursa/examples/internal/database"
)

// The people of seed.
const alice, bob, cem, eve = "1", "2", "3", "4"

// coverage counts the rules that the tests of this package have used.
var coverage authztest.Coverage

func TestMain(m *testing.M) { os.Exit(coverage.Main(m, 100, os.Stderr)) }

// openApp returns the application on an empty database.
func openApp(t *testing.T, db *gorm.DB, engine authz.Engine) *app {
	t.Helper()
	a, err := newApp(db, slog.New(slog.DiscardHandler), engine)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// sqlite returns an empty SQLite database.
func sqlite(t *testing.T) *gorm.DB {
	t.Helper()
	db, err := database.Open(filepath.Join(t.TempDir(), "issues.db"), t.Output())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { database.Close(db) })
	return db
}

// sqliteApp returns the application on SQLite, with its coverage counted.
func sqliteApp(t *testing.T) *app {
	t.Helper()
	return openApp(t, sqlite(t), &coverage)
}

// all returns the rows of a table, in the order of their ids.
func all[T any](t *testing.T, db *gorm.DB) []T {
	t.Helper()
	var rows []T
	ctx := gormauthz.Unrestricted(t.Context(), "test")
	if err := db.WithContext(ctx).Order("id").Find(&rows).Error; err != nil {
		t.Fatal(err)
	}
	return rows
}

// A browser sends requests over HTTP and keeps cookies. It does not follow redirects.
type browser struct {
	t      *testing.T
	url    string
	client *http.Client
	header http.Header // of the next requests
}

// An answer is what a browser has received.
type answer struct {
	status int
	header http.Header
	body   string
}

// serve starts the application, and returns a function that signs a person in, or nobody for
// the empty id.
func serve(t *testing.T, a *app) (signIn func(id string) *browser) {
	t.Helper()
	server := httptest.NewServer(a.handler())
	t.Cleanup(server.Close)
	return func(id string) *browser {
		t.Helper()
		jar, err := cookiejar.New(nil)
		if err != nil {
			t.Fatal(err)
		}
		b := &browser{t, server.URL, &http.Client{
			Transport:     server.Client().Transport,
			Jar:           jar,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		}, make(http.Header)}
		if id != "" {
			b.post("/sign-in", "user", id).is(t, http.StatusSeeOther)
		}
		return b
	}
}

func (b *browser) do(method, path, body string) answer {
	b.t.Helper()
	r, err := http.NewRequest(method, b.url+path, strings.NewReader(body))
	if err != nil {
		b.t.Fatal(err)
	}
	r.Header = b.header.Clone()
	if body != "" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	resp, err := b.client.Do(r)
	if err != nil {
		b.t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	resp.Header.Del("Date")
	return answer{resp.StatusCode, resp.Header, string(text)}
}

func (b *browser) get(path string) answer {
	b.t.Helper()
	return b.do("GET", path, "")
}

// post sends a form of names and values.
func (b *browser) post(path string, form ...string) answer {
	b.t.Helper()
	values := make(url.Values)
	for i := 0; i < len(form); i += 2 {
		values.Add(form[i], form[i+1])
	}
	return b.do("POST", path, values.Encode())
}

// is reports an error unless the answer has a status and contains texts. A text that begins
// with "!" must not be in it.
func (got answer) is(t *testing.T, status int, texts ...string) {
	t.Helper()
	if got.status != status {
		t.Errorf("status %d, want %d\n%s", got.status, status, got.body)
		return
	}
	for _, text := range texts {
		absent, not := strings.CutPrefix(text, "!")
		if not == strings.Contains(got.body, absent) {
			t.Errorf("want %s in\n%s", text, got.body)
		}
	}
}

// A recorder is a logger that records statements.
type recorder struct {
	mu   sync.Mutex
	list []string
}

// record makes a handle record its statements.
func record(db *gorm.DB) *recorder {
	r := new(recorder)
	db.Logger = r
	return r
}

// take returns the statements since the last call.
func (r *recorder) take() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	list := r.list
	r.list = nil
	return list
}

func (r *recorder) LogMode(logger.LogLevel) logger.Interface { return r }
func (r *recorder) Info(context.Context, string, ...any)     {}
func (r *recorder) Warn(context.Context, string, ...any)     {}
func (r *recorder) Error(context.Context, string, ...any)    {}
func (r *recorder) Trace(_ context.Context, _ time.Time, statement func() (string, int64), _ error) {
	sql, _ := statement()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.list = append(r.list, sql)
}
