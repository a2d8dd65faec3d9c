package webtest

// This file tests responses that last: server-sent events, WebSockets; and many
// requests at a time.

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/ursa-authz/ursa/authz"
)

// testEvents: an event is sent when it is flushed, if something was authorized, and
// the handler learns when the client has gone.
func testEvents(t *testing.T, f Framework) {
	next, gone := make(chan struct{}), make(chan struct{})
	stream := func(c Call) error {
		c.Writer().Header().Set("Content-Type", "text/event-stream")
		flush := http.NewResponseController(c.Writer())
		fmt.Fprint(c.Writer(), "data: first\n\n")
		if err := flush.Flush(); err != nil {
			return err
		}
		<-next
		fmt.Fprint(c.Writer(), "data: second\n\n")
		if err := flush.Flush(); err != nil {
			return err
		}
		<-c.Request().Context().Done()
		close(gone)
		return nil
	}
	w := serve(t, f, &App{Routes: []Route{
		{Method: "GET", Path: "/events/{id}", Action: "read", Load: load, Show: func(c Call, _ *Expense) error { return stream(c) }},
		{Method: "GET", Path: "/forgotten", Handle: func(c Call) error {
			c.Writer().Header().Set("Content-Type", "text/event-stream")
			http.NewResponseController(c.Writer()).Flush()
			fmt.Fprint(c.Writer(), "data: first\n\n")
			http.NewResponseController(c.Writer()).Flush()
			return nil
		}},
	}})
	conn := w.dial()
	defer conn.Close()
	io.WriteString(conn, "GET /events/1 HTTP/1.1\r\nHost: h\r\n"+as(1)+"\r\n\r\n")
	answer := bufio.NewReader(conn)
	resp, err := http.ReadResponse(answer, nil)
	if err != nil {
		t.Fatal(err)
	}
	body := bufio.NewReader(resp.Body)
	first, err := body.ReadString('\n')
	if resp.StatusCode != 200 || first != "data: first\n" || err != nil {
		t.Fatalf("%d %q, %v", resp.StatusCode, first, err)
	}
	next <- struct{}{}
	body.ReadString('\n')
	if second, err := body.ReadString('\n'); second != "data: second\n" {
		t.Errorf("%q, %v", second, err)
	}
	conn.Close()
	<-gone
	for path, want := range map[string]int{"/events/101": 403, "/forgotten": 500} {
		if got := w.send("GET "+path, as(1)); got.status != want || strings.Contains(got.raw, "data:") || got.header.Get("Content-Type") == "text/event-stream" {
			t.Errorf("%s: %q", path, got.raw)
		}
	}
}

// testSockets: a WebSocket is authorized at the upgrade.
func testSockets(t *testing.T, f Framework) {
	upgrade := func(c Call) error {
		conn, buf, err := http.NewResponseController(c.Writer()).Hijack()
		if err != nil {
			return err
		}
		defer conn.Close()
		io.WriteString(conn, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n")
		line, err := buf.ReadString('\n')
		if err == nil {
			io.WriteString(conn, "echo "+line)
		}
		return nil
	}
	w := serve(t, f, &App{Routes: []Route{
		{Method: "GET", Path: "/sockets/{id}", Action: "read", Load: load, Show: func(c Call, _ *Expense) error { return upgrade(c) }},
		{Method: "GET", Path: "/forgotten", Handle: upgrade},
	}})
	for path, want := range map[string]string{
		"/sockets/1":   "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\necho hello\n",
		"/sockets/101": "HTTP/1.1 403 Forbidden\r\n",
		"/forgotten":   "HTTP/1.1 500 Internal Server Error\r\n",
	} {
		conn := w.dial()
		io.WriteString(conn, "GET "+path+" HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"+as(1)+"\r\n\r\n")
		io.WriteString(conn, "hello\n")
		got := make([]byte, len(want))
		if _, err := io.ReadFull(conn, got); err != nil || string(got) != want {
			t.Errorf("%s: %q, %v; want %q", path, got, err, want)
		}
		conn.Close()
	}
}

// testCrowd has many users at a time each get their own, and nothing of another: the
// contexts of frameworks are used again.
func testCrowd(t *testing.T, f Framework) {
	w := serve(t, f, &App{Routes: []Route{
		{Method: "GET", Path: "/mine/{id}", Action: "read",
			Load: func(c Call) (*Expense, error) {
				var e Expense
				_, err := fmt.Sscanf(c.Param("id"), "%d-%d", &e.ID, &e.UserID)
				return &e, err
			},
			Show: func(c Call, e *Expense) error {
				actor, _ := authz.ActorFrom(c.Request().Context())
				_, err := fmt.Fprintf(c.Writer(), "%d %d %s", e.ID, actor.(*User).ID, c.Param("id"))
				return err
			},
		},
	}}, func(c *authz.Config) { c.ReadAction = "read" })
	client := w.server.Client()
	client.Transport.(*http.Transport).MaxIdleConnsPerHost = 64
	var group sync.WaitGroup
	for user := 1; user <= 64; user++ {
		group.Go(func() {
			for i := 1; i <= 12; i++ {
				owner := user
				if i%3 == 0 {
					owner++ // somebody else's
				}
				id := fmt.Sprintf("%d-%d", i, owner)
				r, err := http.NewRequest("GET", w.server.URL+"/mine/"+id, nil)
				if err != nil {
					t.Error(err)
					return
				}
				r.Header.Set("user", (&User{user}).Email())
				resp, err := client.Do(r)
				if err != nil {
					t.Error(err)
					return
				}
				body, _ := io.ReadAll(resp.Body)
				resp.Body.Close()
				want := fmt.Sprintf("%d %d %s", i, user, id)
				if owner != user && resp.StatusCode != 404 || owner == user && (resp.StatusCode != 200 || string(body) != want) {
					t.Errorf("user %d, %s: %d %q", user, id, resp.StatusCode, body)
				}
			}
		})
	}
	group.Wait()
}
