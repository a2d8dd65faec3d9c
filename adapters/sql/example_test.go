package sqlauthz_test

// This file has the examples of the package, which are also in docs/sql.md.

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log"
	"testing"

	_ "github.com/glebarez/sqlite"

	sqlauthz "github.com/ursa-authz/ursa/adapters/sql"
	"github.com/ursa-authz/ursa/authz"
	"github.com/ursa-authz/ursa/internal/pagecode"
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

type Task struct {
	ID        int64    `db:"id,key,auto"`
	Title     string   `db:"title,notnull"`
	Done      bool     `db:"done,notnull"`
	ProjectID int64    `db:"project_id"`
	Project   *Project `db:"-"`
}

var tables = sqlauthz.Tables{
	sqlauthz.TableOf[User]("users"),
	sqlauthz.TableOf[Project]("projects",
		sqlauthz.Through("Members", "project_members", "project_id", "user_id")),
	sqlauthz.TableOf[Task]("tasks",
		sqlauthz.BelongsTo("Project", "project_id")),
}

const policy = `
allow(user: User, "read", task: Task) if user in task.project.members;
allow(user: User, action, task: Task) if
    action in ["read", "create", "update", "delete"] and
    task.project.owner_id = user.id;
allow(user: User, "close", task: Task) if user in task.project.members and not task.done;
`

// Which columns connect a task with its project, and a project with its members, is in the
// tables. The policy, the decisions and the SQL follow from it.
func setUp(db *sql.DB) (*authz.Authorizer, *sqlauthz.Translator, error) {
	classes, err := tables.Classes(sqlauthz.SQLite, sqlauthz.Query(db.QueryContext))
	if err != nil {
		return nil, nil, err
	}
	az, err := authz.New(authz.Config{
		Policies:   authz.String("tasks.polar", policy),
		Classes:    classes,
		ReadAction: "read",
	})
	if err != nil {
		return nil, nil, err
	}
	tr, err := sqlauthz.New(az, tables, sqlauthz.SQLite)
	return az, tr, err
}

// open returns a database with a few rows.
func open() (*sql.DB, *authz.Authorizer, *sqlauthz.Translator) {
	db, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		log.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	_, err = db.Exec(`
		CREATE TABLE users (id integer PRIMARY KEY, name text NOT NULL);
		CREATE TABLE projects (id integer PRIMARY KEY, owner_id integer NOT NULL);
		CREATE TABLE project_members (project_id integer, user_id integer, PRIMARY KEY (project_id, user_id));
		CREATE TABLE tasks (id integer PRIMARY KEY, title text NOT NULL, done boolean NOT NULL, project_id integer);
		INSERT INTO users VALUES (1, 'ann'), (2, 'bob');
		INSERT INTO projects VALUES (1, 1), (2, 3);
		INSERT INTO project_members VALUES (1, 2);
		INSERT INTO tasks VALUES (1, 'paint', false, 1), (2, 'sand', true, 1), (3, 'sweep', false, 2);
	`)
	if err != nil {
		log.Fatal(err)
	}
	az, tr, err := setUp(db)
	if err != nil {
		log.Fatal(err)
	}
	return db, az, tr
}

func Example() {
	db, az, tr := open()
	defer db.Close()
	bob := &User{ID: 2, Name: "bob"}
	ctx := authz.NewContext(context.Background(), az, bob)

	// A decision reads the project and its members from the database.
	fmt.Println(az.IsAllowed(ctx, bob, "close", &Task{ID: 1, ProjectID: 1}))

	// A list is one query.
	c, err := tr.Where(ctx, "read", "tasks", sqlauthz.Alias("t"))
	if err != nil {
		log.Fatal(err)
	}
	rows, err := db.QueryContext(ctx, "SELECT t.title FROM tasks t WHERE "+c.SQL+" ORDER BY t.id", c.Args...)
	if err != nil {
		log.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var title string
		if err := rows.Scan(&title); err != nil {
			log.Fatal(err)
		}
		fmt.Println(title)
	}
	if err := rows.Err(); err != nil {
		log.Fatal(err)
	}
	// Output:
	// true <nil>
	// paint
	// sand
}

// Conditions of your own go around that of the policy. The offset counts the arguments before it.
func ExampleTranslator_Where() {
	db, az, tr := open()
	defer db.Close()
	ctx := authz.NewContext(context.Background(), az, &User{ID: 2})

	c, err := tr.Where(ctx, "read", "tasks", sqlauthz.Alias("t"), sqlauthz.ArgOffset(1))
	if err != nil {
		log.Fatal(err)
	}
	var n int
	args := append([]any{false}, c.Args...)
	err = db.QueryRowContext(ctx, "SELECT count(*) FROM tasks t WHERE t.done = ? AND "+c.SQL, args...).Scan(&n)
	fmt.Println(n, err)

	// If nothing is allowed, or everything, the condition says so.
	c, err = tr.Where(ctx, "archive", "tasks")
	fmt.Println(c.SQL, len(c.Args), err)

	// Output:
	// 1 <nil>
	// FALSE 0 <nil>
}

func ExampleTranslator_AllowedExpr() {
	db, az, tr := open()
	defer db.Close()
	ctx := authz.NewContext(context.Background(), az, &User{ID: 2})

	read, err := tr.Where(ctx, "read", "tasks", sqlauthz.Alias("t"))
	if err != nil {
		log.Fatal(err)
	}
	button, err := tr.AllowedExpr(ctx, "close", "tasks", sqlauthz.Alias("t"))
	if err != nil {
		log.Fatal(err)
	}
	rows, err := db.QueryContext(ctx, "SELECT t.title, "+button.SQL+" FROM tasks t WHERE "+read.SQL+" ORDER BY t.id",
		append(button.Args, read.Args...)...)
	if err != nil {
		log.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var title string
		var mayClose bool
		if err := rows.Scan(&title, &mayClose); err != nil {
			log.Fatal(err)
		}
		fmt.Println(title, mayClose)
	}
	fmt.Println(rows.Err())
	// Output:
	// paint true
	// sand false
	// <nil>
}

func ExampleTranslator_From() {
	db, az, tr := open()
	defer db.Close()
	ctx := authz.NewContext(context.Background(), az, &User{ID: 2})

	visible, err := tr.From(ctx, "read", "tasks", sqlauthz.Alias("t"))
	if err != nil {
		log.Fatal(err)
	}
	rows, err := db.QueryContext(ctx, "SELECT t.title FROM "+visible.SQL+" WHERE 10 / (t.id - ?) < 1 ORDER BY t.id", append(visible.Args, 3)...)
	if err != nil {
		log.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var title string
		if err := rows.Scan(&title); err != nil {
			log.Fatal(err)
		}
		fmt.Println(title)
	}
	fmt.Println(rows.Err())
	// Output:
	// paint
	// sand
	// <nil>
}

func ExampleTranslator_WhereActors() {
	db, _, tr := open()
	defer db.Close()
	ctx := context.Background()

	c, err := tr.WhereActors(ctx, "users", "read", &Task{ID: 1, ProjectID: 1}, sqlauthz.Alias("u"))
	if err != nil {
		log.Fatal(err)
	}
	rows, err := db.QueryContext(ctx, "SELECT u.name FROM users u WHERE "+c.SQL+" ORDER BY u.name", c.Args...)
	if err != nil {
		log.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			log.Fatal(err)
		}
		fmt.Println(name)
	}
	fmt.Println(rows.Err())
	// Output:
	// ann
	// bob
	// <nil>
}

func ExampleNewRepository() {
	db, az, tr := open()
	defer db.Close()
	ann := authz.NewContext(context.Background(), az, &User{ID: 1})
	bob := authz.NewContext(context.Background(), az, &User{ID: 2})
	tasks := sqlauthz.NewRepository[Task](tr, db)

	task := &Task{Title: "polish", ProjectID: 1}
	fmt.Println(tasks.Insert(ann, task), task.ID)

	task.Title = "polish twice"
	err := tasks.Update(bob, task, "Title") // Bob may read it only
	fmt.Println(errors.Is(err, authz.ErrForbidden))

	task.ProjectID = 2 // where ann has no say
	err = tasks.Update(ann, task)
	fmt.Println(errors.Is(err, authz.ErrNotFound))

	_, err = tasks.Get(bob, 3)
	fmt.Println(errors.Is(err, authz.ErrNotFound), errors.Is(err, sql.ErrNoRows))

	list, err := tasks.List(bob, sqlauthz.Only("done", "=", false), sqlauthz.OrderBy("title DESC"), sqlauthz.Limit(10))
	for _, t := range list {
		fmt.Println(t.Title)
	}
	n, err := tasks.Count(bob)
	fmt.Println(n, err)
	// Output:
	// <nil> 4
	// true
	// true
	// true true
	// polish
	// paint
	// 3 <nil>
}

func ExampleWithHandle() {
	db, az, tr := open()
	defer db.Close()
	ctx := authz.NewContext(context.Background(), az, &User{ID: 2})

	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		log.Fatal(err)
	}
	defer tx.Rollback()
	if _, err := tx.ExecContext(ctx, "INSERT INTO project_members VALUES (2, 2)"); err != nil {
		log.Fatal(err)
	}
	// The decision sees what the transaction has written.
	inTx := sqlauthz.WithHandle(ctx, sqlauthz.Query(tx.QueryContext))
	fmt.Println(az.IsAllowed(inTx, &User{ID: 2}, "read", &Task{ID: 3, ProjectID: 2}))

	// A repository on the transaction does so by itself.
	task, err := sqlauthz.NewRepository[Task](tr, tx).Get(ctx, 3)
	fmt.Println(task.Title, err)
	// Output:
	// true <nil>
	// sweep <nil>
}

func ExampleSchema_Load() {
	db, az, tr := open()
	defer db.Close()
	ctx := context.Background()

	page := []*Task{{ID: 1, ProjectID: 1}, {ID: 2, ProjectID: 1, Done: true}, {ID: 3, ProjectID: 2}}
	if err := tr.Schema().Load(ctx, sqlauthz.Query(db.QueryContext), page, "Project"); err != nil {
		log.Fatal(err)
	}
	fmt.Println(page[0].Project.OwnerID, page[2].Project.OwnerID)

	// A decision about many rows loads what it needs by itself.
	fmt.Println(az.IsAllowedEach(ctx, &User{ID: 2}, "close", []any{page[0], page[1], page[2]}))
	// Output:
	// 1 3
	// [true false false] <nil>
}

// TestDocs checks that the code on the page is that of the examples.
func TestDocs(t *testing.T) {
	pagecode.Code(t, "../../docs/sql.md", []string{"go", "polar", "text"}, 8, "example_test.go")
}
