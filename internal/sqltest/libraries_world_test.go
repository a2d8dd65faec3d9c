package sqltest

// This file runs the code of the page on three databases, and compares the lists with decisions.

import (
	"context"
	"database/sql"
	"slices"
	"testing"

	"entgo.io/ent/dialect"
	entsql "entgo.io/ent/dialect/sql"
	sq "github.com/Masterminds/squirrel"
	"github.com/doug-martin/goqu/v9"
	"github.com/jmoiron/sqlx"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/mysqldialect"
	"github.com/uptrace/bun/dialect/pgdialect"
	"github.com/uptrace/bun/dialect/sqlitedialect"
	"github.com/uptrace/bun/schema"

	sqlauthz "github.com/ursa-authz/ursa/adapters/sql"
	"github.com/ursa-authz/ursa/authz"
	"github.com/ursa-authz/ursa/internal/pagecode"
	"github.com/ursa-authz/ursa/internal/testdb"
)

type User struct {
	ID   int64  `db:"id,key"`
	Name string `db:"name,notnull"`
}

type Project struct {
	ID      int64  `db:"id,key"`
	OwnerID int64  `db:"owner_id,notnull"`
	Members []User `db:"-"`
}

var tables = sqlauthz.Tables{
	sqlauthz.TableOf[User]("users"),
	sqlauthz.TableOf[Project]("projects", sqlauthz.Through("Members", "members", "project_id", "user_id")),
	sqlauthz.TableOf[Task]("tasks", sqlauthz.BelongsTo("Project", "project_id")),
}

const policy = `
	allow(user: User, "read", task: Task) if task.title = user.name or task.project.owner_id = user.id;
	allow(user: User, "read", task: Task) if user in task.project.members and not task.title.startswith("?");
	allow("admin", "read", _: Task);
`

// Queries stands for what sqlc generates.
type Queries struct{ db *sqlx.DB }

// New returns the queries.
func New(db *sqlx.DB) *Queries { return &Queries{db} }

// OpenTasks returns the tasks with some ids that are not done.
func (q *Queries) OpenTasks(ctx context.Context, ids []int64) (list []Task, err error) {
	if len(ids) == 0 {
		return nil, nil
	}
	query, args, err := sqlx.In("SELECT * FROM tasks WHERE id IN (?) AND done = ? ORDER BY id", ids, false)
	if err != nil {
		return nil, err
	}
	return list, q.db.SelectContext(ctx, &list, q.db.Rebind(query), args...)
}

// A flavor is what the libraries call a database.
type flavor struct {
	dialect *sqlauthz.Dialect
	driver  string // of sqlx
	sq      sq.PlaceholderFormat
	goqu    string
	bun     func() schema.Dialect
	ent     string
}

var flavors = map[string]flavor{
	"sqlite":   {sqlauthz.SQLite, "sqlite3", sq.Question, "sqlite3", func() schema.Dialect { return sqlitedialect.New() }, dialect.SQLite},
	"postgres": {sqlauthz.Postgres, "pgx", sq.Dollar, "postgres", func() schema.Dialect { return pgdialect.New() }, dialect.Postgres},
	"mysql":    {sqlauthz.MySQL, "mysql", sq.Question, "mysql", func() schema.Dialect { return mysqldialect.New() }, dialect.MySQL},
}

// names are titles of tasks and names of users, which a library must not take for SQL.
var names = []string{"paint", "Paint", `a\' OR 1=1 -- `, `'`, `\`, "?", "$1", "a ? b", `"`, "`", "x'); DROP TABLE tasks; --"}

func TestLibraries(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d testdb.Database) {
		f := flavors[d.Name]
		pool, err := d.Open(t).DB()
		if err != nil {
			t.Fatal(err)
		}
		az, tr := setUp(t, pool, f)
		x := sqlx.NewDb(pool, f.driver)
		ids := func(list []Task, err error) ([]int64, error) {
			var ids []int64
			for _, t := range list {
				ids = append(ids, t.ID)
			}
			return ids, err
		}
		libraries := map[string]func(ctx context.Context) ([]int64, error){
			"sqlx": func(ctx context.Context) ([]int64, error) { return ids(withSqlx(ctx, x, tr)) },
			"sqlc": func(ctx context.Context) ([]int64, error) { return ids(withSqlc(ctx, x, tr)) },
			"bun":  func(ctx context.Context) ([]int64, error) { return ids(withBun(ctx, bun.NewDB(pool, f.bun()), tr)) },
			"squirrel": func(ctx context.Context) ([]int64, error) {
				return selected(x)(withSquirrel(ctx, sq.StatementBuilder.PlaceholderFormat(f.sq), tr))
			},
			"goqu": func(ctx context.Context) ([]int64, error) {
				return selected(x)(withGoqu(ctx, goqu.Dialect(f.goqu), tr))
			},
			"ent": func(ctx context.Context) ([]int64, error) {
				s := entsql.Dialect(f.ent).Select("id").From(entsql.Table("tasks"))
				s.Where(entsql.EQ(s.C("done"), false))
				allowed(ctx, tr, "read", "tasks")(s)
				query, args := s.OrderBy(s.C("id")).Query()
				return selected(x)(query, args, s.Err())
			},
		}
		actors := []any{"admin", "nobody"}
		for i, name := range names {
			actors = append(actors, &User{ID: int64(i + 1), Name: name})
		}
		some := 0
		for _, actor := range actors {
			ctx := authz.NewContext(context.Background(), az, actor)
			var want []int64
			for i, title := range names {
				for j := range 3 {
					task := &Task{ID: int64(3*i + j + 1), Title: title, Done: j == 2, ProjectID: int64(i % 3)}
					ok, err := az.IsAllowed(ctx, actor, "read", task)
					if err != nil {
						t.Fatal(err)
					}
					if ok && !task.Done {
						want = append(want, task.ID)
					}
				}
			}
			some += len(want)
			for library, list := range libraries {
				if got, err := list(ctx); err != nil || !slices.Equal(got, want) {
					t.Errorf("%s, %v: %v, %v; want %v", library, actor, got, err, want)
				}
			}
		}
		if some == 0 {
			t.Error("nothing is allowed")
		}
		for library, list := range libraries {
			if got, err := list(context.Background()); err == nil || len(got) > 0 {
				t.Errorf("%s without an actor: %v, %v", library, got, err)
			}
		}
	})
}

// selected runs a query that a library has built.
func selected(db *sqlx.DB) func(query string, args []any, err error) ([]int64, error) {
	return func(query string, args []any, err error) ([]int64, error) {
		if err != nil {
			return nil, err
		}
		var ids []int64
		return ids, db.Select(&ids, query, args...)
	}
}

func setUp(t *testing.T, pool *sql.DB, f flavor) (*authz.Authorizer, *sqlauthz.Translator) {
	t.Helper()
	x := sqlx.NewDb(pool, f.driver)
	exec := func(query string, args ...any) {
		if _, err := x.Exec(x.Rebind(query), args...); err != nil {
			t.Fatalf("%s: %v", query, err)
		}
	}
	exec("CREATE TABLE users (id bigint PRIMARY KEY, name varchar(40) NOT NULL)")
	exec("CREATE TABLE projects (id bigint PRIMARY KEY, owner_id bigint NOT NULL)")
	exec("CREATE TABLE members (project_id bigint, user_id bigint)")
	exec("CREATE TABLE tasks (id bigint PRIMARY KEY, title varchar(40) NOT NULL, done boolean NOT NULL, project_id bigint NOT NULL)")
	exec("INSERT INTO projects VALUES (1, 2), (2, 5)")
	exec("INSERT INTO members VALUES (1, 1), (1, 3), (2, 3)")
	for i, name := range names {
		exec("INSERT INTO users VALUES (?, ?)", i+1, name)
		for j := range 3 {
			exec("INSERT INTO tasks VALUES (?, ?, ?, ?)", 3*i+j+1, name, j == 2, i%3)
		}
	}
	classes, err := tables.Classes(f.dialect, sqlauthz.Query(pool.QueryContext))
	if err != nil {
		t.Fatal(err)
	}
	az, err := authz.New(authz.Config{Classes: classes, Policies: authz.String("tasks.polar", policy)})
	if err != nil {
		t.Fatal(err)
	}
	tr, err := sqlauthz.New(az, tables, f.dialect)
	if err != nil {
		t.Fatal(err)
	}
	return az, tr
}

// TestDocs tests that the code on the page is that of this module.
func TestDocs(t *testing.T) {
	pagecode.Code(t, "../../docs/query-builders.md", []string{"go"}, 6, "libraries_test.go")
}
