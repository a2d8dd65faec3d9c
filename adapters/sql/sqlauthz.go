// Package sqlauthz turns policies into SQL, for any data layer: database/sql, pgx, sqlx, query
// builders, and libraries that map objects.
//
//	tables := sqlauthz.Tables{
//		sqlauthz.TableOf[User]("users"),
//		sqlauthz.TableOf[Expense]("expenses", sqlauthz.BelongsTo("Owner", "owner_id")),
//	}
//	classes, err := tables.Classes(sqlauthz.Postgres, sqlauthz.Query(db.QueryContext)) // for authz.Config.Classes
//	az, err := authz.New(authz.Config{Classes: classes, ...})
//	tr, err := sqlauthz.New(az, tables, sqlauthz.Postgres)
//
//	c, err := tr.Where(ctx, "read", "expenses", sqlauthz.Alias("e"))
//	rows, err := db.QueryContext(ctx, "SELECT e.* FROM expenses e WHERE "+c.SQL, c.Args...)
//
// The actor comes from the context; authz.Middleware or authz.NewContext puts it there.
//
// A row fulfils a condition exactly when the decision for that row in memory allows the action. A
// policy that cannot be translated in this way is an error, never a wider list. A database
// failure is authz.ErrUndecided, never a denial and never an empty list.
//
// The package imports no driver and no library beyond the standard one.
//
// Not stable before v1.
package sqlauthz
