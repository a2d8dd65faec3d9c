package main

// This file tests the service over HTTP, on a PostgreSQL server.

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/ursa-authz/ursa/internal/pagecode"
)

// serve starts the service on an empty schema of the server that URSA_POSTGRES_DSN names, and
// returns its URL.
func serve(t *testing.T, queries *[]string) string {
	t.Helper()
	ctx := context.Background()
	config, err := pgxpool.ParseConfig(cmp.Or(os.Getenv("URSA_POSTGRES_DSN"), "postgres://postgres@127.0.0.1:5432/test?sslmode=disable"))
	if err != nil {
		t.Fatal(err)
	}
	admin, err := pgx.ConnectConfig(ctx, config.ConnConfig.Copy())
	switch {
	case err != nil && os.Getenv("URSA_REQUIRE_DATABASES") == "1":
		t.Fatal(err)
	case err != nil:
		t.Skipf("this example needs PostgreSQL (set URSA_POSTGRES_DSN): %v", err)
	}
	name := fmt.Sprintf("ursa_%016x", rand.Uint64())
	exec := func(query string) {
		if _, err := admin.Exec(ctx, query); err != nil {
			t.Fatal(err)
		}
	}
	exec("CREATE SCHEMA " + name)
	t.Cleanup(func() {
		exec("DROP SCHEMA " + name + " CASCADE")
		admin.Close(ctx)
	})
	config.ConnConfig.RuntimeParams["search_path"] = name
	config.ConnConfig.Tracer = tracer{queries}
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	if _, err := pool.Exec(ctx, schema); err != nil {
		t.Fatal(err)
	}
	handler, err := newApp(pool)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server.URL
}

// A tracer collects statements.
type tracer struct{ queries *[]string }

func (t tracer) TraceQueryStart(ctx context.Context, _ *pgx.Conn, q pgx.TraceQueryStartData) context.Context {
	*t.queries = append(*t.queries, q.SQL)
	return ctx
}
func (tracer) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

func TestService(t *testing.T) {
	var queries []string
	url := serve(t, &queries)
	for _, tt := range []struct {
		user, method, path, body string
		status                   int
		want                     string
	}{
		{"", "GET", "/expenses", "", 401, ""},
		{"9", "GET", "/expenses", "", 401, ""},
		{"1 OR 1=1", "GET", "/expenses", "", 401, ""},
		{"1", "GET", "/expenses", "", 200, `[{"id":3,"owner_id":2,"cents":900000,"note":"car","approvable":false},` +
			`{"id":2,"owner_id":2,"cents":7000,"note":"train","approvable":true},{"id":1,"owner_id":1,"cents":500,"note":"tea","approvable":false}]`},
		{"3", "GET", "/expenses", "", 200, `[{"id":4,"owner_id":3,"cents":100,"note":"tea","approvable":false}]`},
		{"2", "GET", "/expenses?note=te", "", 200, `[{"id":4,"owner_id":3,"cents":100,"note":"tea","approvable":true}]`},
		{"2", "GET", "/expenses?note=')+OR+(1=1", "", 200, `[]`},
		{"1", "GET", "/expenses/2", "", 200, `{"id":2,"owner_id":2,"cents":7000,"note":"train"}`},
		{"1", "GET", "/expenses/4", "", 404, ""}, // of an employee of an employee
		{"1", "GET", "/expenses/99", "", 404, ""},
		{"1", "GET", "/expenses/x", "", 404, ""},
		{"1", "POST", "/expenses", `{"OwnerID": 1, "Cents": 5, "Note": "pen", "ID": 1}`, 201, `{"id":100,"owner_id":1,"cents":5,"note":"pen"}`},
		{"1", "GET", "/expenses/100", "", 200, `{"id":100,"owner_id":1,"cents":5,"note":"pen"}`},
		{"1", "POST", "/expenses", `{"OwnerID": 2, "Cents": 5}`, 403, ""},
		{"1", "POST", "/expenses", `{"OwnerID": 1, "Cents": -5}`, 403, ""},
		{"1", "POST", "/expenses", `[]`, 400, "the body is not an expense"},
		{"1", "DELETE", "/expenses/1", "", 403, ""},
	} {
		req, err := http.NewRequest(tt.method, url+tt.path, strings.NewReader(tt.body))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("X-User", tt.user)
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil {
			t.Fatal(err)
		}
		if resp.StatusCode != tt.status || tt.want != "" && strings.TrimSpace(string(body)) != tt.want {
			t.Errorf("%s %s as %q: %d %s, want %d %s", tt.method, tt.path, tt.user, resp.StatusCode, body, tt.status, tt.want)
		}
	}
	const list = `SELECT e.*, COALESCE((`
	i := slices.IndexFunc(queries, func(q string) bool { return strings.HasPrefix(q, list) })
	if i < 0 || !strings.Contains(queries[i], `"e"."owner_id"=CAST($2 AS bigint)`) {
		t.Errorf("the list is not one query with the policy in it: %q", queries)
	}
}

// TestDocs tests that the code on the page is that of this example.
func TestDocs(t *testing.T) {
	pagecode.Code(t, "../../docs/pgx.md", []string{"go"}, 4, "main.go")
}
