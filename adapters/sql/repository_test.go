package sqlauthz

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ursa-authz/ursa/adapters/internal/answer"
	"github.com/ursa-authz/ursa/authz"
	"github.com/ursa-authz/ursa/authz/polar"
	"github.com/ursa-authz/ursa/internal/sqlworld"
	"github.com/ursa-authz/ursa/internal/testdb"
)

// A team has a key that the program assigns.
type team struct {
	Code string `db:"code,key,type=varchar(20)"`
	Open bool   `db:"open"`
}

// A task has a key that the database assigns, a default and a soft delete.
type task struct {
	ID       int64      `db:"id,key,auto"`
	Title    string     `db:"title"`
	Points   *int       `db:"points"`
	Status   string     `db:"status,auto"`
	TeamCode string     `db:"team_code"`
	Team     *team      `db:"-"`
	Gone     *time.Time `db:"gone,deleted"`
}

const taskPolicy = `
	allow(name: String, "read", t: task) if visible(name, t);
	visible(name, t: task) if t.title = name;
	visible(_, t: task) if t.team.open;
	allow(name: String, "create", t: task) if t.title = name and t.status in ["", "fresh"];
	allow(name: String, "update", t: task) if t.title = name and not t.points > 10;
	allow(name: String, "delete", t: task) if t.title = name;
	allow(name: String, "archive", t: task) if t.title = name;
	allow_change(_: String, "archive", before: task, after: task) if before.points != 9 and after.points = 9;
	allow_change(name: String, "update", _: task, after: task) if allow(name, "update", after);
	allow(_: String, "read", _: team);
	allow("ann", "create", _: team);
`

// A shop is a database with teams and tasks.
type shop struct {
	pool  *sql.DB
	d     *Dialect
	az    *authz.Authorizer
	tr    *Translator
	tasks *Repository[task]
	ctx   context.Context // of ann
}

func newShop(t testing.TB, name string, pool *sql.DB, change func(*authz.Config)) *shop {
	t.Helper()
	s := &shop{pool: pool, d: dialects[name]}
	id := map[string]string{"sqlite": "integer PRIMARY KEY AUTOINCREMENT", "postgres": "bigserial PRIMARY KEY", "mysql": "bigint AUTO_INCREMENT PRIMARY KEY"}[name]
	when := map[string]string{"sqlite": "datetime", "postgres": "timestamptz", "mysql": "datetime(6)"}[name]
	for _, q := range []string{
		"CREATE TABLE teams (code varchar(20) PRIMARY KEY, open boolean)",
		"CREATE TABLE tasks (id " + id + ", title varchar(40), points integer, status varchar(20) DEFAULT 'fresh', team_code varchar(20), gone " + when + ")",
	} {
		if _, err := pool.Exec(q); err != nil {
			t.Fatal(err)
		}
	}
	tables := Tables{TableOf[team]("teams"), TableOf[task]("tasks", BelongsTo("Team", "team_code"))}
	classes, err := tables.Classes(s.d, Query(pool.QueryContext))
	if err != nil {
		t.Fatal(err)
	}
	cfg := authz.Config{Classes: classes, Policies: authz.String("tasks.polar", taskPolicy), ReadAction: "read"}
	if change != nil {
		change(&cfg)
	}
	if s.az, err = authz.New(cfg); err != nil {
		t.Fatal(err)
	}
	if s.tr, err = New(s.az, tables, s.d); err != nil {
		t.Fatal(err)
	}
	s.tasks = NewRepository[task](s.tr, pool)
	s.ctx = s.as("ann")
	s.fill(t)
	return s
}

func (s *shop) as(name string) context.Context {
	return authz.NewContext(context.Background(), s.az, name)
}

// fill replaces all rows.
func (s *shop) fill(t testing.TB) {
	t.Helper()
	for _, q := range []string{
		"DELETE FROM teams", "DELETE FROM tasks",
		"INSERT INTO teams VALUES ('open', TRUE), ('shut', FALSE)",
		`INSERT INTO tasks (id, title, points, team_code, gone) VALUES
			(1, 'ann', 3, 'shut', NULL), (2, 'bob', NULL, 'shut', NULL), (3, 'bob', 3, 'open', NULL),
			(4, 'ann', 20, 'open', NULL), (5, 'ann', 1, NULL, NULL), (6, 'ann', 1, 'open', '2024-01-01 00:00:00')`,
	} {
		if _, err := s.pool.Exec(q); err != nil {
			t.Fatalf("%s: %v", q, err)
		}
	}
	if s.d == Postgres { // whose sequence does not know of these keys
		if _, err := s.pool.Exec("SELECT setval(pg_get_serial_sequence('tasks', 'id'), 100)"); err != nil {
			t.Fatal(err)
		}
	}
}

// dump returns all rows as text.
func (s *shop) dump(t testing.TB) string {
	t.Helper()
	var b strings.Builder
	for _, q := range []string{"SELECT code, open, '', '', '' FROM teams ORDER BY code", "SELECT id, title, points, status, gone FROM tasks ORDER BY id"} {
		rows, err := s.pool.Query(q)
		if err != nil {
			t.Fatal(err)
		}
		for rows.Next() {
			var c [5]sql.NullString
			if err := rows.Scan(&c[0], &c[1], &c[2], &c[3], &c[4]); err != nil {
				t.Fatal(err)
			}
			fmt.Fprintln(&b, c)
		}
		if err := errors.Join(rows.Err(), rows.Close()); err != nil {
			t.Fatal(err)
		}
	}
	return b.String()
}

// onShops runs a test on a shop in each database.
func onShops(t *testing.T, change func(*authz.Config), f func(t *testing.T, s *shop)) {
	testdb.Each(t, func(t *testing.T, d testdb.Database) {
		pool, err := d.Open(t).DB()
		if err != nil {
			t.Fatal(err)
		}
		f(t, newShop(t, d.Name, pool, change))
	})
}

// TestLoad tests that Load reads a row for a guard, which makes the only decision, and for
// nobody else.
func TestLoad(t *testing.T) {
	asked := 0
	observe := func(c *authz.Config) { c.Observe = func(context.Context, authz.Event) { asked++ } }
	onShops(t, observe, func(t *testing.T, s *shop) {
		for _, tt := range []struct {
			key  any
			want error
		}{
			{1, nil}, {3, nil}, {2, authz.ErrNotFound}, {77, authz.ErrNotFound}, {6, authz.ErrNotFound}, {"1", authz.ErrUndecided},
		} {
			load := func(ctx context.Context) (*task, error) { return s.tasks.Load(ctx, tt.key) }
			asked = 0
			row, err := authz.Load(s.ctx, "read", load)
			if !errors.Is(err, tt.want) || (row != nil) != (tt.want == nil) {
				t.Errorf("load of %v: %v, %v, want %v", tt.key, row, err, tt.want)
			}
			if found := tt.key == 1 || tt.key == 2 || tt.key == 3; found && asked != 1 || !found && asked != 0 {
				t.Errorf("load of %v: asked %d times", tt.key, asked)
			}
			if row, err := load(s.ctx); row != nil || !errors.Is(err, authz.ErrUndecided) {
				t.Errorf("load of %v without a guard: %v, %v", tt.key, row, err)
			}
		}
	})
}

func taskIDs(list []task) []int64 {
	var ids []int64
	for _, x := range list {
		ids = append(ids, x.ID)
	}
	return ids
}

func TestRepository(t *testing.T) {
	onShops(t, nil, func(t *testing.T, s *shop) {
		before := s.dump(t)
		get := func(key any) error { _, err := s.tasks.Get(s.ctx, key); return err }
		for name, tt := range map[string]struct {
			err  error
			want error
		}{
			"get":                                 {get(int64(1)), nil},
			"get by another integer type":         {get(1), nil},
			"get what the team shows":             {get(3), nil},
			"get a hidden row":                    {get(2), authz.ErrNotFound},
			"get a missing row":                   {get(77), authz.ErrNotFound},
			"get a deleted row":                   {get(6), authz.ErrNotFound},
			"get by a text":                       {get("1"), authz.ErrUndecided},
			"get by two values":                   {get([]any{1, 2}), authz.ErrUndecided},
			"archive what may be read":            {second(s.tasks.WithAction("archive").Get(s.ctx, 3)), authz.ErrForbidden},
			"update a hidden row":                 {s.tasks.Update(s.ctx, &task{ID: 2, Title: "ann"}), authz.ErrNotFound},
			"update a missing row":                {s.tasks.Update(s.ctx, &task{ID: 77, Title: "ann"}), authz.ErrNotFound},
			"update a deleted row":                {s.tasks.Update(s.ctx, &task{ID: 6, Title: "ann"}), authz.ErrNotFound},
			"update a row that may only be read":  {s.tasks.Update(s.ctx, &task{ID: 3, Title: "ann"}), authz.ErrForbidden},
			"give away":                           {s.tasks.Update(s.ctx, &task{ID: 1, Title: "bob", TeamCode: "open"}), authz.ErrForbidden},
			"give away, out of sight":             {s.tasks.Update(s.ctx, &task{ID: 5, Title: "bob"}), authz.ErrNotFound},
			"too many points":                     {s.tasks.Update(s.ctx, &task{ID: 1, Title: "ann", Points: new(11)}), authz.ErrForbidden},
			"update a row that is denied now":     {s.tasks.Update(s.ctx, &task{ID: 4, Title: "ann", Points: new(1)}), authz.ErrForbidden},
			"update an unknown field":             {s.tasks.Update(s.ctx, &task{ID: 1}, "Titel"), authz.ErrUndecided},
			"update the key":                      {s.tasks.Update(s.ctx, &task{ID: 1}, "ID"), authz.ErrUndecided},
			"delete a hidden row":                 {s.tasks.Delete(s.ctx, 2), authz.ErrNotFound},
			"delete a row that may only be read":  {s.tasks.Delete(s.ctx, 3), authz.ErrForbidden},
			"insert for others":                   {s.tasks.Insert(s.ctx, &task{Title: "bob"}), authz.ErrForbidden},
			"insert with a key":                   {s.tasks.Insert(s.ctx, &task{ID: 9, Title: "ann"}), ErrKeySet},
			"insert nothing":                      {s.tasks.Insert(s.ctx, nil), authz.ErrUndecided},
			"no actor":                            {second(s.tasks.Get(context.Background(), 1)), authz.ErrUndecided},
			"no connection":                       {second(NewRepository[task](s.tr, nil).Get(s.ctx, 1)), authz.ErrUndecided},
			"no table":                            {second(NewRepository[shop](s.tr, s.pool).Get(s.ctx, 1)), authz.ErrUndecided},
			"insert what the database rejects":    {NewRepository[team](s.tr, s.pool).Insert(s.ctx, &team{Code: "open"}), authz.ErrUndecided},
			"insert what only ann may":            {NewRepository[team](s.tr, s.pool).Insert(s.as("bob"), &team{Code: "new"}), authz.ErrForbidden},
			"write through neither pool nor a tx": {s.tasks.With(struct{ Conn }{s.pool}).Delete(s.ctx, 1), authz.ErrUndecided},
		} {
			if !errors.Is(tt.err, tt.want) || tt.want == authz.ErrUndecided && answer.IsDenial(tt.err) || tt.want == authz.ErrForbidden && errors.Is(tt.err, authz.ErrNotFound) {
				t.Errorf("%s: %v, want %v", name, tt.err, tt.want)
			}
			if errors.Is(tt.want, authz.ErrNotFound) && (!errors.Is(tt.err, sql.ErrNoRows) || fmt.Sprintf("%v %+v %#v", tt.err, tt.err, tt.err) != fmt.Sprintf("%v %+v %#v", authz.ErrNotFound, authz.ErrNotFound, authz.ErrNotFound)) {
				t.Errorf("%s differs from a missing row: %#v", name, tt.err)
			}
		}
		if after := s.dump(t); after != before {
			t.Errorf("rows were changed:\n%s\n%s", before, after)
		}

		// What is allowed.
		row := &task{Title: "ann", Points: new(5), Status: "ignored?", TeamCode: "shut"}
		row.Status = ""
		if err := s.tasks.Insert(s.ctx, row); err != nil || row.ID == 0 || row.Status != "fresh" || *row.Points != 5 {
			t.Errorf("inserted %+v, %v", row, err)
		}
		row.Points, row.TeamCode = new(7), "open"
		if err := s.tasks.Update(s.ctx, row, "points"); err != nil || *row.Points != 7 || row.TeamCode != "shut" {
			t.Errorf("updated %+v, %v", row, err)
		}
		row.TeamCode = "open"
		if err := s.tasks.Update(s.ctx, row); err != nil || row.TeamCode != "open" || *row.Points != 7 {
			t.Errorf("updated %+v, %v", row, err)
		}
		if got, err := s.tasks.Get(s.ctx, row.ID); err != nil || got.Title != "ann" || *got.Points != 7 || got.Status != "fresh" || got.TeamCode != "open" {
			t.Errorf("got %+v, %v", got, err)
		}
		if err := s.tasks.Delete(s.ctx, row.ID); err != nil {
			t.Error(err)
		}
		if err := get(row.ID); !errors.Is(err, authz.ErrNotFound) {
			t.Errorf("after the delete: %v", err)
		}
		var gone sql.NullTime
		if err := s.pool.QueryRow("SELECT gone FROM tasks WHERE id > 6").Scan(&gone); err != nil || !gone.Valid {
			t.Errorf("not deleted softly: %v, %v", gone, err)
		}
		teams := NewRepository[team](s.tr, s.pool)
		if err := teams.Insert(s.ctx, &team{Code: "new", Open: true}); err != nil {
			t.Error(err)
		}
		if err := teams.WithAction("create").Delete(s.ctx, "new"); err != nil {
			t.Error(err)
		}
		if _, err := teams.Get(s.ctx, "new"); !errors.Is(err, sql.ErrNoRows) {
			t.Error(err)
		}
	})
}

func second[T any](_ T, err error) error { return err }

func TestRepositoryLists(t *testing.T) {
	onShops(t, nil, func(t *testing.T, s *shop) {
		for _, tt := range []struct {
			name    string
			options []ListOption
			want    []int64
			count   int64
		}{
			{"all", nil, []int64{1, 3, 4, 5}, 4},
			{"points", []ListOption{Only("points", "<", 20)}, []int64{1, 3, 5}, 3},
			{"two conditions", []ListOption{Only("Points", ">=", 3), Only("title", "=", "ann")}, []int64{1, 4}, 2},
			{"like", []ListOption{Only("title", "like", "b%")}, []int64{3}, 1},
			{"null", []ListOption{Only("team_code", "=", nil)}, []int64{5}, 1},
			{"not null", []ListOption{Only("TeamCode", "<>", (*string)(nil))}, []int64{1, 3, 4}, 3},
			{"order", []ListOption{OrderBy("points DESC")}, []int64{4, 1, 3, 5}, 4},
			{"order by the key", []ListOption{OrderBy("id desc")}, []int64{5, 4, 3, 1}, 4},
			{"two orders", []ListOption{OrderBy("title", "Points  DESC")}, []int64{4, 1, 5, 3}, 4},
			{"page", []ListOption{Limit(2), Offset(1)}, []int64{3, 4}, 4},
			{"offset", []ListOption{Offset(3)}, []int64{5}, 4},
			{"no rows", []ListOption{Limit(0)}, nil, 4},
		} {
			list, err := s.tasks.List(s.ctx, tt.options...)
			if got := taskIDs(list); err != nil || !slices.Equal(got, tt.want) || list == nil {
				t.Errorf("%s: %v, %v; want %v", tt.name, got, err, tt.want)
			}
			if n, err := s.tasks.Count(s.ctx, tt.options...); n != tt.count || err != nil {
				t.Errorf("%s: %d, %v; want %d", tt.name, n, err, tt.count)
			}
		}
		for _, options := range [][]ListOption{
			{Only("nope", "=", 1)}, {Only("points", "= 1 OR 1 =", 1)}, {Only("points OR 1=1 --", "=", 1)}, {OrderBy("points, (SELECT 1)")}, {OrderBy("points NULLS FIRST")}, {OrderBy("nope")},
		} {
			if list, err := s.tasks.List(s.ctx, options...); list != nil || !errors.Is(err, authz.ErrUndecided) {
				t.Errorf("%v, %v", list, err)
			}
		}
		if list, err := s.tasks.WithAction("nothing").List(s.ctx); err != nil || list == nil || len(list) != 0 {
			t.Errorf("%v, %v", list, err)
		}
		if n, err := s.tasks.WithAction("nothing").Count(s.ctx); n != 0 || err != nil {
			t.Errorf("%v, %v", n, err)
		}
		if list, err := s.tasks.List(context.Background()); list != nil || !errors.Is(err, authz.ErrUndecided) {
			t.Errorf("without an actor: %v, %v", list, err)
		}
	})
}

// TestRepositoryInATransaction tests writes in a transaction of the caller.
func TestRepositoryInATransaction(t *testing.T) {
	onShops(t, nil, func(t *testing.T, s *shop) {
		s.pool.SetMaxOpenConns(1)
		ctx, cancel := context.WithTimeout(s.ctx, 20*time.Second)
		defer cancel()
		tx, err := s.pool.BeginTx(ctx, nil)
		if err != nil {
			t.Fatal(err)
		}
		tasks := s.tasks.With(tx)
		row := &task{Title: "ann", TeamCode: "new"}
		if _, err := tx.ExecContext(ctx, "INSERT INTO teams VALUES ('new', TRUE)"); err != nil {
			t.Fatal(err)
		}
		if err := tasks.Insert(ctx, row); err != nil {
			t.Fatal(err)
		}
		// Bob may read it, because the transaction has written its team.
		bob := authz.NewContext(ctx, s.az, "bob")
		if _, err := tasks.Get(bob, row.ID); err != nil {
			t.Error(err)
		}
		if list, err := tasks.List(bob, Only("team_code", "=", "new")); len(list) != 1 || err != nil {
			t.Errorf("%v, %v", list, err)
		}
		if err := tasks.Delete(bob, row.ID); !errors.Is(err, authz.ErrForbidden) {
			t.Error(err)
		}
		// That has rolled back the transaction.
		if err := tx.Commit(); err == nil {
			t.Error("committed after a denial")
		}
		if _, err := s.tasks.Get(ctx, row.ID); !errors.Is(err, authz.ErrNotFound) {
			t.Errorf("after the rollback: %v", err)
		}
	})
}

// TestChanges tests updates under authz.Config.ChangeRule.
func TestChanges(t *testing.T) {
	onShops(t, func(c *authz.Config) { c.ChangeRule = true }, func(t *testing.T, s *shop) {
		archive := s.tasks.WithAction("archive")
		for _, tt := range []struct {
			name string
			err  error
			want error
		}{
			{"archive", archive.Update(s.ctx, &task{ID: 1, Points: new(9)}, "points"), nil},
			{"archive again", archive.Update(s.ctx, &task{ID: 1, Points: new(9)}, "points"), authz.ErrForbidden},
			{"archive halfway", archive.Update(s.ctx, &task{ID: 5, Points: new(8)}, "points"), authz.ErrForbidden},
			{"update", s.tasks.Update(s.ctx, &task{ID: 5, Title: "ann", Points: new(8)}), nil},
			{"update too far", s.tasks.Update(s.ctx, &task{ID: 5, Title: "ann", Points: new(18)}), authz.ErrForbidden},
		} {
			if !errors.Is(tt.err, tt.want) || tt.want == nil && tt.err != nil {
				t.Errorf("%s: %v, want %v", tt.name, tt.err, tt.want)
			}
		}
	})
}

// TestFieldsOfUpdates updates columns with rules about fields.
func TestFieldsOfUpdates(t *testing.T) {
	onShops(t, func(c *authz.Config) {
		c.Policies = authz.String("p.polar", `
			allow(_: String, action: String, _: task) if action in ["read", "create", "update"];
			allow(_: String, _, _: team);
			allow_field(name: String, "update", t: task, field) if field in ["title", "team_code"] and t.title = name;
			allow_field(_: String, "update", t: task, "points") if t.team.open;
		`)
	}, func(t *testing.T, s *shop) {
		teams := NewRepository[team](s.tr, s.pool)
		for name, tt := range map[string]struct {
			update func() error
			want   error
		}{
			"allowed":                  {func() error { return s.tasks.Update(s.ctx, &task{ID: 1, Title: "x"}, "Title") }, nil},
			"denied":                   {func() error { return s.tasks.Update(s.ctx, &task{ID: 1, Points: new(3)}, "points") }, authz.ErrForbidden},
			"allowed by a related row": {func() error { return s.tasks.Update(s.ctx, &task{ID: 3, Points: new(4)}, "points") }, nil},
			"one of two": {func() error {
				return s.tasks.Update(s.ctx, &task{ID: 1, Title: "x", Points: new(4)}, "Title", "points")
			}, authz.ErrForbidden},
			"changed, allowed":     {func() error { return s.tasks.Update(s.ctx, &task{ID: 1, Title: "x", Points: new(3), TeamCode: "shut"}) }, nil},
			"changed, denied":      {func() error { return s.tasks.Update(s.ctx, &task{ID: 1, Title: "ann", TeamCode: "shut"}) }, authz.ErrForbidden},
			"on the stored row":    {func() error { return s.tasks.Update(s.ctx, &task{ID: 2, Title: "ann", TeamCode: "shut"}, "Title") }, authz.ErrForbidden},
			"create":               {func() error { return s.tasks.Insert(s.ctx, &task{Title: "x", Points: new(4)}) }, nil},
			"a type without rules": {func() error { return teams.Update(s.ctx, &team{Code: "shut", Open: true}) }, nil},
		} {
			s.fill(t)
			before := s.dump(t)
			err := tt.update()
			if !errors.Is(err, tt.want) || tt.want == nil && err != nil {
				t.Errorf("%s: %v, want %v", name, err, tt.want)
			}
			if changed := s.dump(t) != before; changed != (err == nil) {
				t.Errorf("%s: changed %v", name, changed)
			}
		}
	})
}

// TestRevokedBeforeTheWrite revokes a right, which comes from another table, after a transaction
// has begun and before it writes.
func TestRevokedBeforeTheWrite(t *testing.T) {
	onShops(t, func(c *authz.Config) {
		c.Policies = authz.String("p.polar", `allow(_: String, action: String, t: task) if action in ["read", "update", "delete"] and t.team.open;`)
	}, func(t *testing.T, s *shop) {
		if s.d == SQLite {
			return // one transaction at a time
		}
		ctx, cancel := context.WithTimeout(s.ctx, 20*time.Second)
		defer cancel()
		for name, write := range map[string]func(*Repository[task]) error{
			"update": func(r *Repository[task]) error { return r.Update(ctx, &task{ID: 3, Title: "x", TeamCode: "open"}) },
			"delete": func(r *Repository[task]) error { return r.Delete(ctx, 3) },
		} {
			for _, level := range []sql.IsolationLevel{sql.LevelDefault, sql.LevelRepeatableRead} {
				s.fill(t)
				tx, err := s.pool.BeginTx(ctx, &sql.TxOptions{Isolation: level})
				if err != nil {
					t.Fatal(err)
				}
				// The snapshot of the transaction begins here.
				if _, err := s.tasks.With(tx).List(ctx); err != nil {
					t.Fatal(err)
				}
				if _, err := s.pool.ExecContext(ctx, "UPDATE teams SET open = FALSE"); err != nil {
					t.Fatal(err)
				}
				err = write(s.tasks.With(tx))
				refused := s.d == Postgres && level == sql.LevelRepeatableRead
				if refused && (answer.IsDenial(err) || !errors.Is(err, authz.ErrUndecided)) || !refused && !answer.IsDenial(err) {
					t.Errorf("%s, %s: %v", name, level, err)
				}
				tx.Rollback()
			}
		}
	})
}

// TestFaults makes every call of every operation fail in turn. An operation whose call fails must
// fail, return no row that is not allowed and no list at all, change nothing, and release its
// connection.
func TestFaults(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d testdb.Database) {
		pool, f := d.Faulty(t)
		s := newShop(t, d.Name, pool, nil)
		before := s.dump(t)
		one := func(row *task, err error) ([]int64, error) {
			if row == nil {
				return nil, err
			}
			return []int64{row.ID}, err
		}
		write := func(err error) ([]int64, error) { return nil, err }
		faults := 0
		for name, op := range map[string]func() ([]int64, error){
			"Get":    func() ([]int64, error) { return one(s.tasks.Get(s.ctx, 3)) },
			"List":   func() ([]int64, error) { list, err := s.tasks.List(s.ctx); return taskIDs(list), err },
			"Count":  func() ([]int64, error) { n, err := s.tasks.Count(s.ctx); return make([]int64, n), err },
			"Insert": func() ([]int64, error) { return write(s.tasks.Insert(s.ctx, &task{Title: "ann", TeamCode: "shut"})) },
			"Update": func() ([]int64, error) {
				return write(s.tasks.Update(s.ctx, &task{ID: 1, Title: "ann", TeamCode: "open"}))
			},
			"Delete": func() ([]int64, error) { return write(s.tasks.Delete(s.ctx, 1)) },
			"IsAllowed": func() ([]int64, error) {
				ok, err := s.az.IsAllowed(s.ctx, "bob", "read", &task{ID: 3, TeamCode: "open"})
				if ok {
					return []int64{3}, err
				}
				return nil, err
			},
			"Load": func() ([]int64, error) {
				rows := []task{{ID: 3, TeamCode: "open"}}
				err := s.tr.Schema().Load(s.ctx, Query(pool.QueryContext), rows, "Team")
				if err != nil && rows[0].Team != nil {
					t.Error("a failed Load has set a field")
				}
				return nil, err
			},
		} {
			for n := int64(1); ; n++ {
				if n > 100 {
					t.Fatalf("%s makes more than 100 calls", name)
				}
				f.Calls.Store(0)
				f.Fail.Store(n)
				ids, err := op()
				reached := f.Calls.Load() >= n
				f.Fail.Store(0)
				if used := pool.Stats().InUse; used > 0 {
					t.Fatalf("%s, call %d: %d connections are still in use", name, n, used)
				}
				after := s.dump(t)
				if !reached { // it has succeeded without a fault
					if err != nil {
						t.Fatalf("%s: %v", name, err)
					}
					if after != before {
						s.fill(t)
						before = s.dump(t)
					}
					break
				}
				faults++
				if after != before && err != nil {
					t.Fatalf("%s, call %d, %v: changed\n%s\n%s", name, n, err, before, after)
				}
				if err == nil && f.Calls.Load() > n {
					continue // database/sql has tried again
				}
				if !errors.Is(err, authz.ErrUndecided) || answer.IsDenial(err) || errors.Is(err, sql.ErrNoRows) || len(ids) > 0 || !errors.Is(err, testdb.ErrFault) {
					t.Errorf("%s, call %d: %v, ids %v", name, n, err, ids)
				}
			}
		}
		if t.Logf("%d faults", faults); faults < 40 {
			t.Errorf("only %d faults", faults)
		}
	})
}

// TestRepositoryAgrees compares Get, List and Count with decisions, for random policies.
func TestRepositoryAgrees(t *testing.T) {
	onDatabases(t, func(t *testing.T, x *fixture) {
		r := sqlworld.NewRand(t)
		lists := 0
		for range max(1, sqlworld.Runs(t, 60)/20) {
			sqlworld.Populate(t, x.gorm, r, 20)
			w := sqlworld.Load(t, x.gorm)
			az, err := authz.New(authz.Config{
				Policies: authz.String("random.polar", (&sqlworld.Author{Rand: r}).Policy(10, false)), Classes: x.classes,
				Constants: map[string]any{"noon": sqlworld.Noon, "token": sqlworld.UUIDs[1]},
			})
			if err != nil {
				continue // not every random policy is valid
			}
			tr, err := New(az, worldTables(x.d), x.d)
			if err != nil {
				t.Fatal(err)
			}
			docs := NewRepository[sqlworld.Doc](tr, x.pool)
			for i := range 10 {
				u := sqlworld.One(r, w.Users)
				if u.ID == 0 {
					continue
				}
				repo, ctx := docs.WithAction(fmt.Sprint("a", i)), authz.NewContext(context.Background(), az, u)
				list, err := repo.List(ctx)
				if errors.Is(err, authz.ErrUnsupported) {
					continue
				}
				if err != nil {
					t.Fatalf("%v: %v", err, errors.Unwrap(err))
				}
				if n, err := repo.Count(ctx); int(n) != len(list) || err != nil {
					t.Errorf("%d rows, count %d, %v", len(list), n, err)
				}
				lists++
				for _, d := range w.Docs {
					listed := slices.ContainsFunc(list, func(l sqlworld.Doc) bool { return l.ID == d.ID })
					_, err := repo.Get(ctx, d.ID)
					if errors.Is(err, polar.ErrBudget) { // a decision tries every path
						continue
					}
					if listed != (err == nil) || err != nil && !answer.IsDenial(err) {
						t.Errorf("document %d, listed %v: %v", d.ID, listed, err)
					}
				}
			}
		}
		if lists == 0 {
			t.Error("no list was compared")
		}
	})
}
