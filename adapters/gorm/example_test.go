//go:build cgo

package gormauthz_test

// This file has the examples of the package, which are also in docs/gorm.md and
// docs/lists.md.

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"github.com/glebarez/sqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	gormauthz "github.com/ursa-authz/ursa/adapters/gorm"
	"github.com/ursa-authz/ursa/adapters/nethttp"
	"github.com/ursa-authz/ursa/authz"
	"github.com/ursa-authz/ursa/authz/authztest"
	"github.com/ursa-authz/ursa/authz/filter"
)

type User struct {
	ID        int64
	Name      string
	ManagerID *int64
	Manager   *User
}

type Expense struct {
	ID          int64
	Amount      int
	Description *string
	UserID      int64
	User        *User
}

const policy = `
allow(user: User, "read", expense: Expense) if
    expense.user = user;

allow(boss: User, "read", expense: Expense) if
    manages(boss, expense.user);

manages(boss: User, user: User) if
    user.manager = boss;

manages(boss: User, user: User) if
    manages(boss, user.manager);

allow(user: User, action, expense: Expense) if
    action in ["create", "update", "delete"] and
    expense.user = user and
    expense.amount < 1000;
`

// open returns an empty database in memory.
func open() *gorm.DB {
	db, err := gorm.Open(sqlite.Open("file::memory:"), &gorm.Config{Logger: logger.Discard})
	if err != nil {
		log.Fatal(err)
	}
	pool, err := db.DB()
	if err != nil {
		log.Fatal(err)
	}
	pool.SetMaxOpenConns(1) // another connection would open another database
	return db
}

func setUp(db *gorm.DB) (*authz.Authorizer, error) {
	classes, err := gormauthz.Classes(db, &User{}, &Expense{})
	if err != nil {
		return nil, err
	}
	az, err := authz.New(authz.Config{
		Policies: authz.String("expenses.polar", policy),
		Classes:  classes,
	})
	if err != nil {
		return nil, err
	}
	return az, db.Use(gormauthz.New(az))
}

func setUpTenants(first *gorm.DB, others ...*gorm.DB) (*authz.Authorizer, error) {
	az, err := setUp(first)
	if err != nil {
		return nil, err
	}
	for _, db := range others {
		if _, err := gormauthz.Classes(db, &User{}, &Expense{}); err != nil {
			return nil, err
		}
		if err := db.Use(gormauthz.New(az)); err != nil {
			return nil, err
		}
	}
	return az, nil
}

// fill makes Ann, who manages Bob, who manages Cem. Each has an expense.
func fill(db *gorm.DB) (ann, bob, cem *User) {
	if err := db.AutoMigrate(&User{}, &Expense{}); err != nil {
		log.Fatal(err)
	}
	ann = &User{ID: 1, Name: "Ann"}
	bob = &User{ID: 2, Name: "Bob", ManagerID: &ann.ID}
	cem = &User{ID: 3, Name: "Cem", ManagerID: &bob.ID}
	for i, u := range []*User{ann, bob, cem} {
		if err := errors.Join(db.Create(u).Error, db.Create(&Expense{Amount: 100 * (i + 1), UserID: u.ID}).Error); err != nil {
			log.Fatal(err)
		}
	}
	return ann, bob, cem
}

func Example() {
	db := open()
	az, err := setUp(db)
	if err != nil {
		log.Fatal(err)
	}
	_, bob, _ := fill(db)

	// authz.Middleware does this for requests.
	ctx := authz.NewContext(context.Background(), az, bob)

	expenses := gormauthz.NewRepository[Expense](db)
	list, err := expenses.List(ctx, func(db *gorm.DB) *gorm.DB {
		return db.Order("amount DESC").Limit(10)
	})
	if err != nil {
		log.Fatal(err)
	}
	for _, e := range list {
		fmt.Println(e.ID, e.Amount)
	}
	_, err = expenses.Lookup(ctx, 1)
	fmt.Println(err != nil, errors.Is(err, authz.ErrForbidden))
	// Output:
	// 3 300
	// 2 200
	// true true
}

// TestLists compares the lists of the examples' policy with its decisions.
func TestLists(t *testing.T) {
	db := open()
	az, err := setUp(db)
	if err != nil {
		t.Fatal(err)
	}
	ann, bob, cem := fill(db)
	authztest.Equivalent(t, az, gormauthz.NewLister(db), authz.ClassOf[Expense](),
		[]any{ann, bob, cem}, []string{"read", "update"})
}

func ExampleListActors() {
	db := open()
	az, err := setUp(db)
	if err != nil {
		log.Fatal(err)
	}
	_, bob, _ := fill(db)
	ctx := authz.NewContext(context.Background(), az, bob)

	expense, err := gormauthz.NewRepository[Expense](db).Lookup(ctx, 3) // Cem's
	if err != nil {
		log.Fatal(err)
	}
	readers, err := gormauthz.ListActors[User](ctx, db, "read", expense, func(db *gorm.DB) *gorm.DB {
		return db.Order("name").Limit(20)
	})
	if err != nil {
		log.Fatal(err)
	}
	for _, user := range readers {
		fmt.Println(user.Name)
	}
	n, err := gormauthz.CountActors[User](ctx, db, "update", expense)
	fmt.Println(n, err)
	// Output:
	// Ann
	// Bob
	// Cem
	// 1 <nil>
}

func ExampleBarrier() {
	db := open()
	az, err := setUp(db)
	if err != nil {
		log.Fatal(err)
	}
	_, bob, _ := fill(db)
	ctx := authz.NewContext(context.Background(), az, bob)

	var list []Expense
	// The expense of 100 is hidden.
	err = db.WithContext(ctx).
		Scopes(gormauthz.Authorized("read"), gormauthz.Barrier).
		Where("100 / (amount - ?) < 50", 100).
		Find(&list).Error
	fmt.Println(len(list), err)
	// Output:
	// 2 <nil>
}

func ExampleRepository_ListWithActions() {
	db := open()
	az, err := setUp(db)
	if err != nil {
		log.Fatal(err)
	}
	_, bob, _ := fill(db)
	ctx := authz.NewContext(context.Background(), az, bob)

	expenses := gormauthz.NewRepository[Expense](db)
	rows, err := expenses.ListWithActions(ctx, []string{"update", "delete"}, func(db *gorm.DB) *gorm.DB {
		return db.Order("id").Limit(50)
	})
	if err != nil {
		log.Fatal(err)
	}
	for _, r := range rows {
		fmt.Println(r.Row.ID, r.Row.Amount, r.Actions, r.Can("update"))
	}
	// Output:
	// 2 200 [update delete] true
	// 3 300 [] false
}

func ExampleReadTx() {
	db := open()
	az, err := setUp(db)
	if err != nil {
		log.Fatal(err)
	}
	_, bob, _ := fill(db)
	ctx := authz.NewContext(context.Background(), az, bob)
	expenses := gormauthz.NewRepository[Expense](db)

	err = gormauthz.ReadTx(ctx, db, func(ctx context.Context) error {
		list, err := expenses.List(ctx)
		if err != nil {
			return err
		}
		may, err := az.IsAllowedEach(ctx, bob, "update", list)
		if err != nil {
			return err
		}
		for i, e := range list {
			fmt.Println(e.ID, may[i])
		}
		return nil
	})
	fmt.Println(err)
	// Output:
	// 2 true
	// 3 false
	// <nil>
}

// report prints who may do what with an expense.
func report(ctx context.Context, db *gorm.DB, expense *Expense) error {
	for _, action := range []string{"read", "update", "delete"} {
		users, err := gormauthz.ListActors[User](ctx, db, action, expense, func(db *gorm.DB) *gorm.DB {
			return db.Order("name")
		})
		if err != nil {
			return err
		}
		var names []string
		for _, user := range users {
			names = append(names, user.Name)
		}
		fmt.Printf("%s: %s\n", action, strings.Join(names, ", "))
	}
	return nil
}

func ExampleListActors_report() {
	db := open()
	if _, err := setUp(db); err != nil {
		log.Fatal(err)
	}
	_, _, cem := fill(db)
	if err := report(context.Background(), db, &Expense{ID: 3, Amount: 300, UserID: cem.ID}); err != nil {
		log.Fatal(err)
	}
	// Output:
	// read: Ann, Bob, Cem
	// update: Cem
	// delete: Cem
}

func ExampleAuthorized() {
	db := open()
	az, err := setUp(db)
	if err != nil {
		log.Fatal(err)
	}
	ann, _, cem := fill(db)

	for _, user := range []*User{ann, cem} {
		ctx := authz.NewContext(context.Background(), az, user)
		var n int64
		err := db.WithContext(ctx).Model(&Expense{}).
			Scopes(gormauthz.Authorized("read")).
			Where("amount < ?", 200).Or("amount > ?", 250).
			Count(&n).Error
		fmt.Println(user.Name, n, err)
	}
	// Output:
	// Ann 2 <nil>
	// Cem 1 <nil>
}

// ExampleRequired lists by the key of a user, without the table of users.
func ExampleRequired() {
	db := open()
	classes, err := gormauthz.Classes(db, gormauthz.Required(&Expense{}, "User"), &User{})
	if err != nil {
		log.Fatal(err)
	}
	az, err := authz.New(authz.Config{
		Policies: authz.String("expenses.polar", `allow(user: User, "read", expense: Expense) if expense.user.id = user.id;`),
		Classes:  classes,
	})
	if err != nil {
		log.Fatal(err)
	}
	_, bob, _ := fill(db)
	if err := db.Use(gormauthz.New(az)); err != nil {
		log.Fatal(err)
	}
	ctx := authz.NewContext(context.Background(), az, bob)
	sql := db.ToSQL(func(tx *gorm.DB) *gorm.DB {
		return tx.WithContext(ctx).Scopes(gormauthz.Authorized("read")).Find(&[]Expense{})
	})
	fmt.Println(sql)
	// Output:
	// SELECT * FROM `expenses` WHERE ((`expenses`.`user_id`<>0) AND (`expenses`.`user_id`=2))
}

func ExampleEnforce() {
	db := open()
	classes, err := gormauthz.Classes(db, &User{}, &Expense{})
	if err != nil {
		log.Fatal(err)
	}
	az, err := authz.New(authz.Config{Policies: authz.String("expenses.polar", policy), Classes: classes})
	if err != nil {
		log.Fatal(err)
	}
	_, bob, _ := fill(db)
	if err := db.Use(gormauthz.New(az, gormauthz.Enforce())); err != nil {
		log.Fatal(err)
	}
	ctx := authz.NewContext(context.Background(), az, bob)

	var list []Expense
	err = db.WithContext(ctx).Find(&list).Error
	fmt.Println(len(list), err)

	err = db.Find(&list).Error // no actor in the context
	fmt.Println(errors.Is(err, authz.ErrUndecided))

	tx := db.WithContext(ctx).Model(&Expense{}).Where("1 = 1").Update("amount", gorm.Expr("amount + 1"))
	fmt.Println(tx.RowsAffected, tx.Error)

	err = db.WithContext(ctx).Model(&Expense{}).Where("id = ?", 2).Update("user_id", 3).Error
	fmt.Println(errors.Is(err, authz.ErrForbidden)) // Bob may not give it to Cem

	ctx = gormauthz.Unrestricted(context.Background(), "monthly report")
	err = db.WithContext(ctx).Find(&list).Error
	fmt.Println(len(list), err)
	// Output:
	// 2 <nil>
	// true
	// 1 <nil>
	// true
	// 3 <nil>
}

func ExampleRepository_Create() {
	db := open()
	az, err := setUp(db)
	if err != nil {
		log.Fatal(err)
	}
	_, bob, cem := fill(db)
	ctx := authz.NewContext(context.Background(), az, bob)
	expenses := gormauthz.NewRepository[Expense](db)

	own := &Expense{Amount: 10, UserID: bob.ID}
	fmt.Println(expenses.Create(ctx, own), own.ID)

	err = expenses.Create(ctx, &Expense{Amount: 10, UserID: cem.ID})
	fmt.Println(errors.Is(err, authz.ErrForbidden))

	own.Amount = 5000
	err = expenses.Update(ctx, own, "Amount")
	fmt.Println(errors.Is(err, authz.ErrForbidden)) // over the limit in the new state
	// Output:
	// <nil> 4
	// true
	// true
}

const fieldPolicy = `
allow(user: User, "update", expense: Expense) if
    expense.user.manager = user;

allow_field(user: User, "update", expense: Expense, field) if
    field = "amount" and
    expense.user.manager = user;
`

func ExampleRepository_Update_fields() {
	db := open()
	classes, err := gormauthz.Classes(db, &User{}, &Expense{})
	if err != nil {
		log.Fatal(err)
	}
	az, err := authz.New(authz.Config{Policies: authz.String("fields.polar", fieldPolicy), Classes: classes})
	if err != nil {
		log.Fatal(err)
	}
	ann, _, _ := fill(db)
	ctx := authz.NewContext(context.Background(), az, ann)
	expenses := gormauthz.NewRepository[Expense](db)

	for _, field := range []string{"Amount", "UserID"} {
		err := expenses.Update(ctx, &Expense{ID: 2, Amount: 250, UserID: ann.ID}, field)
		fmt.Println(field, err == nil, errors.Is(err, authz.ErrForbidden))
	}
	// Output:
	// Amount true false
	// UserID false true
}

const changePolicy = `
allow(user: User, action, expense: Expense) if
    action in ["lower", "hand over"] and
    expense.user = user;

# Amounts only go down.
allow_change(_: User, "lower", before: Expense, after: Expense) if
    after.amount < before.amount and
    after.user_id = before.user_id;

# Only to a colleague with the same manager, and nothing else changes.
allow_change(_: User, "hand over", before: Expense, after: Expense) if
    after.user.manager = before.user.manager and
    after.amount = before.amount;
`

func setUpChanges(db *gorm.DB) (*authz.Authorizer, error) {
	classes, err := gormauthz.Classes(db, &User{}, &Expense{})
	if err != nil {
		return nil, err
	}
	az, err := authz.New(authz.Config{
		Policies:   authz.String("changes.polar", changePolicy),
		Classes:    classes,
		ChangeRule: true,
	})
	if err != nil {
		return nil, err
	}
	return az, db.Use(gormauthz.New(az))
}

func ExampleRepository_Update_changes() {
	db := open()
	az, err := setUpChanges(db)
	if err != nil {
		log.Fatal(err)
	}
	ann, bob, _ := fill(db)
	dan := &User{ID: 4, Name: "Dan", ManagerID: &ann.ID} // as Bob
	if err := db.Create(dan).Error; err != nil {
		log.Fatal(err)
	}
	ctx := authz.NewContext(context.Background(), az, bob)
	expenses := gormauthz.NewRepository[Expense](db)

	for _, amount := range []int{150, 250} { // 200 before
		err := expenses.WithAction("lower").Update(ctx, &Expense{ID: 2, Amount: amount}, "Amount")
		fmt.Println(amount, err == nil, errors.Is(err, authz.ErrForbidden))
	}
	for _, user := range []*User{ann, dan} {
		err := expenses.WithAction("hand over").Update(ctx, &Expense{ID: 2, UserID: user.ID}, "UserID")
		fmt.Println(user.Name, err == nil, errors.Is(err, authz.ErrForbidden))
	}
	// Output:
	// 150 true false
	// 250 false true
	// Ann false true
	// Dan true false
}

func ExampleRepository_Load() {
	db := open()
	az, err := setUp(db)
	if err != nil {
		log.Fatal(err)
	}
	_, bob, cem := fill(db)
	expenses := gormauthz.NewRepository[Expense](db)

	load := func(r *http.Request) (*Expense, error) {
		id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
		if err != nil {
			return nil, authz.ErrNotFound
		}
		return expenses.Load(r.Context(), id)
	}
	mux := http.NewServeMux()
	mux.Handle("DELETE /expenses/{id}", nethttp.Guard(az, "delete", load, deleteExpense))

	for _, user := range []*User{bob, cem} {
		ctx := authz.NewContext(context.Background(), az, user)
		for _, path := range []string{"/expenses/2", "/expenses/9", "/expenses/x"} {
			w := httptest.NewRecorder()
			mux.ServeHTTP(w, httptest.NewRequestWithContext(ctx, "DELETE", path, nil))
			fmt.Println(user.Name, path, w.Code)
		}
	}
	// Output:
	// Bob /expenses/2 204
	// Bob /expenses/9 404
	// Bob /expenses/x 404
	// Cem /expenses/2 403
	// Cem /expenses/9 404
	// Cem /expenses/x 404
}

func deleteExpense(w http.ResponseWriter, r *http.Request, e *Expense) error {
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func ExampleRepository_Tx() {
	db := open()
	az, err := setUp(db)
	if err != nil {
		log.Fatal(err)
	}
	_, bob, _ := fill(db)
	ctx := authz.NewContext(context.Background(), az, bob)
	expenses := gormauthz.NewRepository[Expense](db)

	err = expenses.Tx(ctx, func(ctx context.Context, expenses *gormauthz.Repository[Expense]) error {
		e, err := expenses.Lookup(ctx, 2)
		if err != nil {
			return err
		}
		e.Amount /= 2
		if err := expenses.Update(ctx, e, "Amount"); err != nil {
			return err
		}
		return expenses.Create(ctx, &Expense{Amount: e.Amount, UserID: e.UserID})
	})
	fmt.Println(err)
	n, err := expenses.Count(ctx)
	fmt.Println(n, err)
	// Output:
	// <nil>
	// 3 <nil>
}

func ExampleWithTx() {
	db := open()
	az, err := setUp(db)
	if err != nil {
		log.Fatal(err)
	}
	_, bob, _ := fill(db)
	ctx := context.Background()

	err = db.Transaction(func(tx *gorm.DB) error {
		e := Expense{Amount: 7, UserID: bob.ID}
		if err := tx.Create(&e).Error; err != nil {
			return err
		}
		ok, err := az.IsAllowed(gormauthz.WithTx(ctx, tx), bob, "read", &e)
		fmt.Println(ok)
		return err
	})
	fmt.Println(err)
	// Output:
	// true
	// <nil>
}

func ExampleWithTx_tenants() {
	first, second := open(), open()
	az, err := setUpTenants(first, second)
	if err != nil {
		log.Fatal(err)
	}
	fill(first)
	_, bob, cem := fill(second)
	cem.ManagerID = nil // in the second database only, Bob is not Cem's manager
	if err := second.Save(cem).Error; err != nil {
		log.Fatal(err)
	}

	e := Expense{ID: 3, UserID: cem.ID}
	for _, db := range []*gorm.DB{first, second} {
		ok, err := az.IsAllowed(gormauthz.WithTx(context.Background(), db), bob, "read", &e)
		fmt.Println(ok, err)
	}
	_, err = az.IsAllowed(context.Background(), bob, "read", &e) // in which database?
	fmt.Println(errors.Is(err, authz.ErrUndecided))
	// Output:
	// true <nil>
	// false <nil>
	// true
}

// Example_filter shows the filter that a policy becomes for a list.
func Example_filter() {
	db := open()
	az, err := setUp(db)
	if err != nil {
		log.Fatal(err)
	}
	_, bob, _ := fill(db)
	ctx := context.Background()

	q, err := az.Filter(ctx, bob, "update", authz.ClassOf[Expense]())
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(q.Kind(), q)

	q, err = az.Filter(ctx, bob, "approve", authz.ClassOf[Expense]())
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(q.Kind(), q)
	// Output:
	// conditional Expense where exists v1 in User (v1.key = ?) and Amount < ?
	// never Expense where false
}

// A Folder may be in a folder; a File is in one.
type (
	Folder struct {
		ID       int64
		Private  bool
		OwnerID  int64
		ParentID *int64
		Parent   *Folder
	}
	File struct {
		ID       int64
		FolderID int64
		Folder   *Folder
	}
)

const folders = `
allow(user: User, "read", file: File) if reader(user, file);

reader(user: User, file: File) if reader(user, file.folder);
reader(user: User, folder: Folder) if folder.owner_id = user.id;
reader(user: User, folder: Folder) if not folder.private and reader(user, folder.parent);
`

func Example_chain() {
	db := open()
	classes, err := gormauthz.Classes(db, &User{}, &Folder{}, &File{})
	if err != nil {
		log.Fatal(err)
	}
	az, err := authz.New(authz.Config{Policies: authz.String("folders.polar", folders), Classes: classes})
	if err != nil {
		log.Fatal(err)
	}
	q, err := az.Filter(context.Background(), &User{ID: 7}, "read", authz.ClassOf[File]())
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(q)
	// Output:
	// File where exists v1 in Folder (reach v2 in v1.(s1 if s1.Private != ?; Parent)* (v2.OwnerID = ?))
}

// A small adapter: the filter for a search engine that only supports fields.
func search(q *filter.Query) (string, error) {
	q, err := q.Simplify()
	if err != nil {
		return "", err
	}
	if err := q.Validate(); err != nil {
		return "", err
	}
	return term(q.Where)
}

func term(e filter.Expr) (string, error) {
	switch e := e.(type) {
	case filter.Const:
		return fmt.Sprint("all:", bool(e)), nil
	case filter.And:
		return terms(e, " AND ")
	case filter.Or:
		return terms(e, " OR ")
	case filter.Not:
		s, err := term(e.X)
		return "NOT " + s, err
	case filter.Compare:
		f, ok := e.L.(filter.Field)
		v, constant := e.R.(filter.Value)
		if ok && constant && !e.Op.Ordering() && v.Type() == filter.TypeInt {
			not := map[filter.Op]string{filter.Ne: "NOT "}[e.Op]
			return fmt.Sprintf("%s%s:%d", not, f.Name, v.Any()), nil
		}
	}
	// A node that is ignored here would make the answer too wide.
	return "", &filter.Error{Err: filter.ErrUnsupported, Reason: "the search engine does not know", Expr: filter.Text(e)}
}

func terms(parts []filter.Expr, word string) (string, error) {
	list := make([]string, len(parts))
	for i, p := range parts {
		s, err := term(p)
		if err != nil {
			return "", err
		}
		list[i] = s
	}
	return "(" + strings.Join(list, word) + ")", nil
}

func Example_adapter() {
	classes := []authz.Class{authz.ClassOf[User](), authz.ClassOf[Expense]()}
	az, err := authz.New(authz.Config{Classes: classes, Policies: authz.String("p.polar", `
		allow(user: User, "read", expense: Expense) if
		    expense.user_id = user.id and not expense.amount = 0;
		allow(_: User, "audit", expense: Expense) if
		    expense.amount > 1000;
	`)})
	if err != nil {
		log.Fatal(err)
	}
	for _, action := range []string{"read", "audit"} {
		q, err := az.Filter(context.Background(), &User{ID: 7}, action, authz.ClassOf[Expense]())
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(search(q))
	}
	// Output:
	// (UserID:7 AND NOT Amount:0) <nil>
	//  filter: not supported: the search engine does not know: Amount > ?
}

// Example_match shows the reference that adapters are tested against.
func Example_match() {
	model := &filter.Model{Name: "Expense", Type: reflect.TypeFor[Expense](), Key: []string{"ID"}}
	limit, err := filter.ValueOf(100)
	if err != nil {
		log.Fatal(err)
	}
	q := &filter.Query{Model: model, Where: filter.Compare{Op: filter.Gt, L: filter.Field{Name: "Amount"}, R: limit}}
	for _, e := range []*Expense{{Amount: 100}, {Amount: 101}} {
		ok, err := q.Match(context.Background(), e, filter.Loaded)
		fmt.Println(ok, err)
	}
	// Output:
	// false <nil>
	// true <nil>
}
