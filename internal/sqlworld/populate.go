package sqlworld

// This file fills the tables with random rows.

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"gorm.io/gorm"
)

// Values that cause problems for collations, patterns and conversions.
var (
	Texts = []string{"", "a", "A", "a ", "ab", "x%y", "x_y", "xzy", "é", "É", "e", "1", "10", "!", "Z", "ß", "\U0001F600"}
	Ints  = []int64{-1, 0, 1, 2, 3, 10}
	Bigs  = []int64{math.MinInt64, math.MaxInt64, math.MaxInt64 - 1, 1 << 53, 1<<53 + 1, 1<<53 - 1, -(1<<53 + 1), 0, 1, 3}
	Reals = []float64{-1, 0, 0.1, 0.5, 1, 1.5, 2, 2.5, 3, 10, 0.30000000000000004}
	Huge  = []float64{1 << 53, 1 << 63, -1 << 63, 1 << 62, 0, 0.5, 3, math.SmallestNonzeroFloat64, math.MaxFloat64}
	Noon  = time.Date(2024, 5, 1, 12, 0, 0, 0, time.UTC)
	east  = time.FixedZone("east", 9*3600)
	west  = time.FixedZone("west", -5*3600-1800)
	Times = []time.Time{
		Noon, Noon.Add(time.Nanosecond), Noon.Add(500), Noon.Add(time.Microsecond), Noon.Add(time.Millisecond), Noon.Add(250 * time.Millisecond),
		Noon.Add(999_999_999), Noon.Add(time.Hour).In(east), Noon.Add(-time.Hour).In(west), Noon.In(east), {}, Noon.AddDate(0, 0, 1), Noon.AddDate(-60, 0, 0),
	}
	UUIDs    = []UUID{{}, {1}, {1, 2}, {0xab, 0xcd}}
	Decimals = []Decimal{{"0"}, {"1.5"}, {"1.50"}, {"-2"}, {"12345678901234567.891"}, {"12345678901234567.892"}}
	Codes    = []string{"a", "b", "x%y", "10", "z"}
)

// One returns one of some values.
func One[T any](r *rand.Rand, xs []T) T { return xs[r.IntN(len(xs))] }

// Or returns x, or sometimes nil: NULL, whatever the Go type of the field.
func Or(r *rand.Rand, x any) any {
	if r.IntN(4) == 0 {
		return nil
	}
	return x
}

// Populate replaces all rows by random ones. It inserts them as maps, so that columns
// of fields that cannot be nil also get NULL.
func Populate(t testing.TB, db *gorm.DB, r *rand.Rand, docs int) {
	t.Helper()
	db = db.Begin() // one commit instead of one for each row: a commit waits for the disk
	defer db.Rollback()
	insert := func(table string, row map[string]any) {
		t.Helper()
		if err := db.Table(table).Create(row).Error; err != nil {
			t.Fatalf("%s %v: %v", table, row, err)
		}
	}
	for _, table := range []string{"docs", "users", "categories", "places", "seals", "covers", "comments", "tags", "notes", "doc_tags", "tag_links"} {
		if err := db.Exec("DELETE FROM " + table).Error; err != nil {
			t.Fatal(err)
		}
	}
	deleted := func() any {
		if r.IntN(4) == 0 {
			return Noon
		}
		return nil
	}
	server := db.Dialector.Name() != "sqlite"
	when := func() any {
		x := One(r, Times)
		if server && x.IsZero() {
			x = Noon // MySQL rejects the zero time
		}
		return Or(r, x)
	}
	const others = 6
	id := func() int64 { return int64(r.IntN(others + 2)) } // 0 and one value beyond the last key have no row
	zero := int64(0)
	if r.IntN(3) == 0 && db.Dialector.Name() != "mysql" {
		zero = 1 // a row with the key 0
	}
	for i := 1 - zero; i <= others; i++ {
		insert("users", map[string]any{"id": i, "name": Or(r, One(r, Texts)), "age": Or(r, One(r, Ints)), "manager_id": Or(r, id()), "deleted_at": deleted()})
		insert("tags", map[string]any{"id": i, "name": Or(r, One(r, Texts))})
	}
	for _, c := range Codes {
		insert("categories", map[string]any{"code": c, "name": Or(r, One(r, Texts)), "parent_code": Or(r, One(r, append(Codes, "A", "a ", "")))})
		insert("places", map[string]any{"country": c, "number": r.IntN(2), "name": Or(r, One(r, Texts)),
			"next_country": Or(r, One(r, append(Codes, "A"))), "next_number": Or(r, r.IntN(2))})
	}
	for _, u := range UUIDs[:3] {
		insert("seals", map[string]any{"id": u, "name": Or(r, One(r, Texts))})
	}
	for i := 1; i <= docs; i++ {
		insert("docs", map[string]any{
			"id": i, "title": Or(r, One(r, Texts)), "nick": Or(r, One(r, Texts)), "code": One(r, Texts), "char": Or(r, One(r, []string{"abcd", "ab", "a", ""})), "state": Or(r, One(r, []string{"open", "a", ""})),
			"amount": Or(r, One(r, Ints)), "small": Or(r, One(r, Ints)), "limit": Or(r, One(r, Ints)), "big": Or(r, One(r, Bigs)), "count": Or(r, One(r, Ints[1:])),
			"rate": Or(r, One(r, Reals)), "double": Or(r, One(r, append(Huge, Reals...))), "ratio": Or(r, One(r, Reals)), "half": Or(r, float32(One(r, []float64{0, 0.1, 0.5, 1, 2.5}))),
			"public": Or(r, r.IntN(2) == 0), "flag": Or(r, r.IntN(2) == 0),
			"due": when(), "seen": when(), "ended": when(),
			"token": Or(r, One(r, UUIDs)), "ref": Or(r, One(r, UUIDs)), "price": Or(r, One(r, Decimals)), "blob": Or(r, []byte(One(r, Texts))),
			"audit_reviewed": Or(r, One(r, Texts)), "audit_score": Or(r, One(r, Ints)),
			"author_id": Or(r, id()), "reviewer_id": Or(r, id()), "category_code": Or(r, One(r, append(Codes, "A", "a ", "B", ""))),
			"place_country": Or(r, One(r, append(Codes, "A"))), "place_number": Or(r, r.IntN(2)), "seal_id": Or(r, One(r, UUIDs)),
			"parent_id": Or(r, r.IntN(docs+1)), "deleted_at": deleted(),
		})
	}
	docID := func() int { return r.IntN(docs + 2) }
	for i := range docs {
		insert("comments", map[string]any{"id": i + 1, "doc_id": Or(r, docID()), "user_id": Or(r, id()), "text": Or(r, One(r, Texts)), "deleted_at": deleted()})
		insert("notes", map[string]any{"id": i + 1, "owner_id": Or(r, docID()), "owner_type": One(r, []string{"docs", "Docs", "docs ", "users"}), "text": Or(r, One(r, Texts))})
	}
	for i, n := range r.Perm(docs + 2)[:docs/2] {
		insert("covers", map[string]any{"id": i + 1, "doc_id": Or(r, n), "color": Or(r, One(r, Texts))})
	}
	pairs := map[[2]int64]bool{}
	for range docs {
		p := [2]int64{int64(docID()), id()}
		if !pairs[p] {
			pairs[p] = true
			insert("doc_tags", map[string]any{"doc_id": p[0], "tag_id": p[1], "deleted_at": deleted()})
		}
		p = [2]int64{-id(), id()}
		if !pairs[p] {
			pairs[p] = true
			insert("tag_links", map[string]any{"tag_id": -p[0], "related_id": p[1]})
		}
	}
	if err := db.Commit().Error; err != nil {
		t.Fatal(err)
	}
}

// InsertNaN puts NaN into a row, if the database can hold it.
func InsertNaN(t testing.TB, db *gorm.DB) {
	t.Helper()
	if db.Dialector.Name() != "postgres" {
		return
	}
	if err := db.Exec("UPDATE docs SET rate = 'NaN', ratio = 'NaN' WHERE id IN (1, 2)").Error; err != nil {
		t.Fatal(err)
	}
}
