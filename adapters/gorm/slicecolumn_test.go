package gormauthz

// This file defines the tests of columns that hold a list: a slice that reads and writes
// itself. To a policy it is a list; a condition in SQL says nothing about what is in it.

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"gorm.io/gorm"

	"github.com/ursa-authz/ursa/authz"
)

// A names is stored as one text, and nil as NULL.
type names []string

func (l names) Value() (driver.Value, error) {
	if l == nil {
		return nil, nil
	}
	return strings.Join(l, ","), nil
}

func (l *names) Scan(x any) error {
	switch x := x.(type) {
	case nil:
		*l = nil
	case []byte:
		*l = strings.Split(string(x), ",")
	case string:
		*l = strings.Split(x, ",")
	default:
		return fmt.Errorf("names: %T", x)
	}
	return nil
}

func (names) GormDataType() string { return "varchar(100)" }
func (l names) Only() string       { return strings.Join(l, ",") }

func TestSliceColumns(t *testing.T) {
	type Memo struct {
		ID      int64
		Readers names
		Writers names
		Maybe   *names
	}
	rules := []string{
		`"a" in memo.readers`,
		`not "a" in memo.readers`,
		`reader in memo.readers and reader = "a"`,
		`memo.readers = ["a"]`,
		`memo.readers != ["a"]`,
		`memo.readers = []`,
		`memo.readers = nil`,
		`memo.readers != nil`,
		`memo.maybe = nil`,
		`memo.maybe = []`,
		`"a" in memo.maybe`,
		`memo.readers = memo.writers`,
		`memo.readers != memo.writers`,
		`memo.maybe = memo.writers`,
		`memo.readers = memo.readers`,
		`memo.readers = [_, *_]`,
		`memo.readers matches ["a", *_]`,
		`memo.readers matches List`,
		`memo.maybe matches List`,
		`memo.readers in [["a"], []]`,
		`memo.readers.contains("a")`,
		`memo.readers.length() = 0`,
		`memo.readers.only() = "a"`,
		`["a"] = memo.readers and user.id = 1`,
	}
	const supported = `memo.id < 3 and not memo.id = 1`
	onDatabases(t, func(t *testing.T, db *gorm.DB) {
		if err := db.AutoMigrate(&Memo{}); err != nil {
			t.Fatal(err)
		}
		a := names{"a"}
		for _, n := range []*Memo{
			{Readers: names{"a"}, Writers: names{"a"}}, {Readers: names{"b", "a"}, Writers: names{"a"}, Maybe: &a}, {}, {Readers: names{"b"}, Maybe: &a},
		} {
			create(t, db, n)
		}
		var policy strings.Builder
		for i, rule := range append(rules, supported) {
			fmt.Fprintf(&policy, "allow(user: User, \"%d\", memo: Memo) if user = user and %s;\n", i, rule)
		}
		classes, err := Classes(db, &Memo{}, &User{})
		if err != nil {
			t.Fatal(err)
		}
		az, err := authz.New(authz.Config{Policies: authz.String("memos.polar", policy.String()), Classes: classes})
		if err != nil {
			t.Fatal(err)
		}
		if err := db.Use(New(az)); err != nil {
			t.Fatal(err)
		}
		user := &User{ID: 1}
		ctx := authz.NewContext(context.Background(), az, user)
		var memos []Memo
		if err := db.Order("id").Find(&memos).Error; err != nil {
			t.Fatal(err)
		}
		decided, refused := 0, 0
		for i, rule := range append(rules, supported) {
			action := fmt.Sprint(i)
			var want ids
			for j := range memos {
				ok, err := az.IsAllowed(ctx, user, action, &memos[j])
				if err != nil {
					t.Errorf("%s: memo %d: %v", rule, memos[j].ID, err)
				}
				if ok {
					want = append(want, memos[j].ID)
				}
			}
			if len(want) > 0 && len(want) < len(memos) {
				decided++
			}
			list, err := NewRepository[Memo](db).WithAction(action).List(ctx)
			if errors.Is(err, authz.ErrUnsupported) && rule != supported {
				refused++
				continue
			}
			var got ids
			for _, n := range list {
				got = append(got, n.ID)
			}
			if err != nil || !slices.Equal(got, want) {
				t.Errorf("%s: the list is %v, %v; want %v", rule, got, err, want)
			}
		}
		if decided < 10 || refused < 10 {
			t.Errorf("only %d rules tell rows apart, and only %d lists are refused", decided, refused)
		}
	})
}
