package sqltest

// This file has the code of the page. Each function lists the tasks that the actor in the context
// may read and that are not done.

import (
	"context"
	"strings"

	entsql "entgo.io/ent/dialect/sql"
	sq "github.com/Masterminds/squirrel"
	"github.com/doug-martin/goqu/v9"
	_ "github.com/doug-martin/goqu/v9/dialect/mysql"
	_ "github.com/doug-martin/goqu/v9/dialect/postgres"
	_ "github.com/doug-martin/goqu/v9/dialect/sqlite3"
	"github.com/jmoiron/sqlx"
	"github.com/uptrace/bun"

	sqlauthz "github.com/ursa-authz/ursa/adapters/sql"
)

type Task struct {
	bun.BaseModel `db:"-" bun:"table:tasks,alias:t"`

	ID        int64    `db:"id,key"`
	Title     string   `db:"title,notnull"`
	Done      bool     `db:"done,notnull"`
	ProjectID int64    `db:"project_id,notnull"`
	Project   *Project `db:"-" bun:"-"`
}

func withSqlx(ctx context.Context, db *sqlx.DB, tr *sqlauthz.Translator) (list []Task, err error) {
	c, err := tr.Where(ctx, "read", "tasks", sqlauthz.Alias("t"), sqlauthz.QuestionMarks())
	if err != nil {
		return nil, err
	}
	query := db.Rebind("SELECT t.* FROM tasks t WHERE t.done = ? AND " + c.SQL + " ORDER BY t.id")
	err = db.SelectContext(ctx, &list, query, append([]any{false}, c.Args...)...)
	return list, err
}

func withSquirrel(ctx context.Context, db sq.StatementBuilderType, tr *sqlauthz.Translator) (string, []any, error) {
	c, err := tr.Where(ctx, "read", "tasks", sqlauthz.Alias("t"), sqlauthz.QuestionMarks())
	if err != nil {
		return "", nil, err
	}
	return db.Select("t.id").From("tasks t").
		Where(sq.Eq{"t.done": false}).
		Where(sq.Expr(c.SQL, c.Args...)).
		OrderBy("t.id").ToSql()
}

func withGoqu(ctx context.Context, db goqu.DialectWrapper, tr *sqlauthz.Translator) (string, []any, error) {
	c, err := tr.Where(ctx, "read", "tasks", sqlauthz.Alias("t"), sqlauthz.QuestionMarks())
	if err != nil {
		return "", nil, err
	}
	return db.From(goqu.T("tasks").As("t")).Select("t.id").
		Where(goqu.I("t.done").IsFalse(), goqu.L(c.SQL, c.Args...)).
		Order(goqu.I("t.id").Asc()).
		Prepared(true).ToSQL()
}

func withBun(ctx context.Context, db *bun.DB, tr *sqlauthz.Translator) (list []Task, err error) {
	c, err := tr.Where(ctx, "read", "tasks", sqlauthz.Alias("t"), sqlauthz.QuestionMarks())
	if err != nil {
		return nil, err
	}
	err = db.NewSelect().Model(&list).
		Where("t.done = ?", false).
		Where(c.SQL, c.Args...).
		Order("t.id").Scan(ctx)
	return list, err
}

// allowed is a predicate of ent: client.Task.Query().Where(allowed(ctx, tr, "read", "tasks")).
func allowed(ctx context.Context, tr *sqlauthz.Translator, action, table string) func(*entsql.Selector) {
	return func(s *entsql.Selector) {
		c, err := tr.Where(ctx, action, table, sqlauthz.Alias(s.TableName()), sqlauthz.QuestionMarks())
		if err != nil {
			s.AddError(err)
			s.Where(entsql.False())
			return
		}
		s.Where(entsql.P(func(b *entsql.Builder) {
			for i, text := range strings.Split(c.SQL, "?") {
				if i > 0 {
					b.Arg(c.Args[i-1])
				}
				b.WriteString(text)
			}
		}))
	}
}

// A generated query of sqlc has a fixed text. It gets the keys of the rows that are allowed.
func withSqlc(ctx context.Context, db *sqlx.DB, tr *sqlauthz.Translator) ([]Task, error) {
	c, err := tr.Where(ctx, "read", "tasks", sqlauthz.Alias("t"))
	if err != nil {
		return nil, err
	}
	var ids []int64
	if err := db.SelectContext(ctx, &ids, "SELECT t.id FROM tasks t WHERE "+c.SQL+" ORDER BY t.id LIMIT 1000", c.Args...); err != nil {
		return nil, err
	}
	return New(db).OpenTasks(ctx, ids)
}
