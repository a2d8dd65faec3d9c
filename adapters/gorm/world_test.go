package gormauthz

// This file defines the models of the tests, random rows for them, and a resolver that
// finds related rows independently.

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/schema"

	"github.com/ursa-authz/ursa/authz/filter"
)

type status string

// A uuid is an opaque key, stored as PostgreSQL's own type or as text.
type uuid [16]byte

func (u uuid) String() string {
	s := hex.EncodeToString(u[:])
	return s[:8] + "-" + s[8:12] + "-" + s[12:16] + "-" + s[16:20] + "-" + s[20:]
}
func (u uuid) Value() (driver.Value, error) { return u.String(), nil }
func (u *uuid) Scan(x any) error {
	if b, ok := x.([]byte); ok {
		x = string(b)
	}
	s, ok := x.(string)
	if !ok {
		return fmt.Errorf("a uuid from %T", x)
	}
	b, err := hex.DecodeString(strings.ReplaceAll(s, "-", ""))
	if err != nil || len(b) != 16 {
		return errors.New("no uuid")
	}
	copy(u[:], b)
	return nil
}
func (uuid) GormDBDataType(db *gorm.DB, _ *schema.Field) string {
	return map[string]string{"postgres": "uuid", "mysql": "char(36)", "sqlite": "text"}[db.Dialector.Name()]
}

// A decimal is exact, and equal to other spellings of the same number.
type decimal struct{ s string }

func (d decimal) rat() *big.Rat {
	r, ok := new(big.Rat).SetString(d.s)
	if !ok {
		return new(big.Rat)
	}
	return r
}
func (d decimal) Cmp(e decimal) int            { return d.rat().Cmp(e.rat()) }
func (d decimal) Value() (driver.Value, error) { return d.rat().FloatString(3), nil }
func (d *decimal) Scan(x any) error {
	if b, ok := x.([]byte); ok {
		x = string(b)
	}
	s, ok := x.(string)
	if !ok {
		return fmt.Errorf("a decimal from %T", x)
	}
	d.s = s
	return nil
}
func (decimal) GormDBDataType(db *gorm.DB, _ *schema.Field) string {
	return map[string]string{"postgres": "numeric(20,3)", "mysql": "decimal(20,3)", "sqlite": "text"}[db.Dialector.Name()]
}

type Base struct {
	ID int64 `gorm:"primaryKey"`
}

type audit struct {
	Reviewed *string
	Score    int
}

type Doc struct {
	Base
	Title  string
	Nick   *string
	Code   string `gorm:"not null;size:40"`
	Char   string `gorm:"type:char(4)"`
	State  status
	Amount int
	Small  int8
	Limit  *int32
	Big    int64
	Count  uint32
	Rate   float64
	Double float64 `gorm:"type:double precision"`
	Ratio  *float64
	Half   float32
	Public bool
	Flag   *bool
	Due    time.Time
	Seen   *time.Time `gorm:"precision:6"`
	Ended  sql.NullTime
	Token  uuid
	Ref    *uuid
	Price  decimal
	Blob   []byte
	Audit  audit `gorm:"embedded;embeddedPrefix:audit_"`

	AuthorID     int64
	Author       *User
	ReviewerID   *int64
	Reviewer     *User
	CategoryCode string    `gorm:"size:20"`
	Category     *Category `gorm:"foreignKey:CategoryCode;references:Code"`
	PlaceCountry string    `gorm:"size:20"`
	PlaceNumber  *int
	Place        *Place `gorm:"foreignKey:PlaceCountry,PlaceNumber;references:Country,Number"`
	SealID       uuid
	Seal         *Seal
	ParentID     *int64
	Parent       *Doc
	Children     []*Doc `gorm:"foreignKey:ParentID"`
	Cover        *Cover
	Comments     []Comment
	Tags         []Tag  `gorm:"many2many:doc_tags"`
	Notes        []Note `gorm:"polymorphic:Owner"`
	DeletedAt    gorm.DeletedAt
}

type User struct {
	ID        int64
	Name      string
	Age       *int
	ManagerID *int64
	Manager   *User
	Docs      []Doc `gorm:"foreignKey:AuthorID"`
	DeletedAt gorm.DeletedAt
}

type Category struct {
	Code       string `gorm:"primaryKey;size:20"`
	Name       *string
	ParentCode string `gorm:"size:20"`
	Parent     *Category
}

type Place struct {
	Country     string `gorm:"primaryKey;size:20"`
	Number      int    `gorm:"primaryKey;autoIncrement:false"`
	Name        string
	NextCountry *string `gorm:"size:20"`
	NextNumber  int
	Next        *Place `gorm:"foreignKey:NextCountry,NextNumber;references:Country,Number"`
}

type Seal struct {
	ID   uuid `gorm:"primaryKey"`
	Name string
}

type Cover struct {
	ID    int64
	DocID *int64 `gorm:"uniqueIndex"`
	Color string
}

type Comment struct {
	ID        int64
	DocID     int64
	UserID    *int64
	User      *User
	Text      *string
	DeletedAt gorm.DeletedAt
}

type Tag struct {
	ID      int64
	Name    string
	Related []*Tag `gorm:"many2many:tag_links"`
}

// DocTag is a join table with soft delete.
type DocTag struct {
	DocID     int64 `gorm:"primaryKey"`
	TagID     int64 `gorm:"primaryKey"`
	DeletedAt gorm.DeletedAt
}

type Note struct {
	ID        int64
	OwnerID   int64
	OwnerType string
	Text      string
}

// migrate makes the tables, and registers the models.
func migrate(t testing.TB, db *gorm.DB) *models {
	t.Helper()
	if err := db.SetupJoinTable(&Doc{}, "Tags", &DocTag{}); err != nil {
		t.Fatal(err)
	}
	if err := db.AutoMigrate(&User{}, &Category{}, &Place{}, &Seal{}, &Doc{}, &Cover{}, &Comment{}, &Tag{}, &Note{}, &DocTag{}); err != nil {
		t.Fatal(err)
	}
	if _, err := Classes(db, &Doc{}); err != nil {
		t.Fatal(err)
	}
	return modelsOf(db)
}

// values that cause problems for collations, patterns and conversions.
var (
	texts = []string{"", "a", "A", "a ", "ab", "x%y", "x_y", "xzy", "é", "É", "e", "1", "10", "!", "Z", "ß", "\U0001F600"}
	ints  = []int64{-1, 0, 1, 2, 3, 10}
	bigs  = []int64{math.MinInt64, math.MaxInt64, math.MaxInt64 - 1, 1 << 53, 1<<53 + 1, 1<<53 - 1, -(1<<53 + 1), 0, 1, 3}
	reals = []float64{-1, 0, 0.1, 0.5, 1, 1.5, 2, 2.5, 3, 10, 0.30000000000000004}
	huge  = []float64{1 << 53, 1 << 63, -1 << 63, 1 << 62, 0, 0.5, 3, math.SmallestNonzeroFloat64, math.MaxFloat64}
	noon  = time.Date(2024, 5, 1, 12, 0, 0, 0, time.UTC)
	east  = time.FixedZone("east", 9*3600)
	west  = time.FixedZone("west", -5*3600-1800)
	times = []time.Time{
		noon, noon.Add(time.Nanosecond), noon.Add(500), noon.Add(time.Microsecond), noon.Add(time.Millisecond), noon.Add(250 * time.Millisecond),
		noon.Add(999_999_999), noon.Add(time.Hour).In(east), noon.Add(-time.Hour).In(west), noon.In(east), {}, noon.AddDate(0, 0, 1), noon.AddDate(-60, 0, 0),
	}
	uuids    = []uuid{{}, {1}, {1, 2}, {0xab, 0xcd}}
	decimals = []decimal{{"0"}, {"1.5"}, {"1.50"}, {"-2"}, {"12345678901234567.891"}, {"12345678901234567.892"}}
	codes    = []string{"a", "b", "x%y", "10", "z"}
)

func one[T any](r *rand.Rand, xs []T) T { return xs[r.IntN(len(xs))] }

// or returns x, or sometimes nil: NULL, whatever the Go type of the field.
func or(r *rand.Rand, x any) any {
	if r.IntN(4) == 0 {
		return nil
	}
	return x
}

// populate replaces all rows by random ones. It inserts them as maps, so that columns
// of fields that cannot be nil also get NULL.
func populate(t testing.TB, db *gorm.DB, r *rand.Rand, docs int) {
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
			return noon
		}
		return nil
	}
	server := db.Dialector.Name() != "sqlite"
	when := func() any {
		x := one(r, times)
		if server && x.IsZero() {
			x = noon // MySQL rejects the zero time
		}
		return or(r, x)
	}
	const others = 6
	id := func() int64 { return int64(r.IntN(others + 2)) } // 0 and one value beyond the last key have no row
	zero := int64(0)
	if r.IntN(3) == 0 && db.Dialector.Name() != "mysql" {
		zero = 1 // a row with the key 0
	}
	for i := 1 - zero; i <= others; i++ {
		insert("users", map[string]any{"id": i, "name": or(r, one(r, texts)), "age": or(r, one(r, ints)), "manager_id": or(r, id()), "deleted_at": deleted()})
		insert("tags", map[string]any{"id": i, "name": or(r, one(r, texts))})
	}
	for _, c := range codes {
		insert("categories", map[string]any{"code": c, "name": or(r, one(r, texts)), "parent_code": or(r, one(r, append(codes, "A", "a ", "")))})
		insert("places", map[string]any{"country": c, "number": r.IntN(2), "name": or(r, one(r, texts)),
			"next_country": or(r, one(r, append(codes, "A"))), "next_number": or(r, r.IntN(2))})
	}
	for _, u := range uuids[:3] {
		insert("seals", map[string]any{"id": u, "name": or(r, one(r, texts))})
	}
	for i := 1; i <= docs; i++ {
		insert("docs", map[string]any{
			"id": i, "title": or(r, one(r, texts)), "nick": or(r, one(r, texts)), "code": one(r, texts), "char": or(r, one(r, []string{"abcd", "ab", "a", ""})), "state": or(r, one(r, []string{"open", "a", ""})),
			"amount": or(r, one(r, ints)), "small": or(r, one(r, ints)), "limit": or(r, one(r, ints)), "big": or(r, one(r, bigs)), "count": or(r, one(r, ints[1:])),
			"rate": or(r, one(r, reals)), "double": or(r, one(r, append(huge, reals...))), "ratio": or(r, one(r, reals)), "half": or(r, float32(one(r, []float64{0, 0.1, 0.5, 1, 2.5}))),
			"public": or(r, r.IntN(2) == 0), "flag": or(r, r.IntN(2) == 0),
			"due": when(), "seen": when(), "ended": when(),
			"token": or(r, one(r, uuids)), "ref": or(r, one(r, uuids)), "price": or(r, one(r, decimals)), "blob": or(r, []byte(one(r, texts))),
			"audit_reviewed": or(r, one(r, texts)), "audit_score": or(r, one(r, ints)),
			"author_id": or(r, id()), "reviewer_id": or(r, id()), "category_code": or(r, one(r, append(codes, "A", "a ", "B", ""))),
			"place_country": or(r, one(r, append(codes, "A"))), "place_number": or(r, r.IntN(2)), "seal_id": or(r, one(r, uuids)),
			"parent_id": or(r, r.IntN(docs+1)), "deleted_at": deleted(),
		})
	}
	docID := func() int { return r.IntN(docs + 2) }
	for i := range docs {
		insert("comments", map[string]any{"id": i + 1, "doc_id": or(r, docID()), "user_id": or(r, id()), "text": or(r, one(r, texts)), "deleted_at": deleted()})
		insert("notes", map[string]any{"id": i + 1, "owner_id": or(r, docID()), "owner_type": one(r, []string{"docs", "Docs", "docs ", "users"}), "text": or(r, one(r, texts))})
	}
	for i, n := range r.Perm(docs + 2)[:docs/2] {
		insert("covers", map[string]any{"id": i + 1, "doc_id": or(r, n), "color": or(r, one(r, texts))})
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

// A world is all rows in memory.
type world struct {
	docs       []*Doc
	users      []*User
	categories []*Category
	places     []*Place
	seals      []*Seal
	covers     []*Cover
	comments   []*Comment
	tags       []*Tag
	notes      []*Note
	docTags    []*DocTag
	tagLinks   [][2]int64
}

func load(t testing.TB, db *gorm.DB) *world {
	t.Helper()
	w := &world{}
	for _, rows := range []any{&w.docs, &w.users, &w.categories, &w.places, &w.seals, &w.covers, &w.comments, &w.tags, &w.notes, &w.docTags} {
		if err := db.Unscoped().Find(rows).Error; err != nil {
			t.Fatal(err)
		}
	}
	var links []struct{ TagID, RelatedID int64 }
	if err := db.Table("tag_links").Find(&links).Error; err != nil {
		t.Fatal(err)
	}
	for _, l := range links {
		w.tagLinks = append(w.tagLinks, [2]int64{l.TagID, l.RelatedID})
	}
	return w
}

// Related finds related rows by comparing all rows.
func (w *world) Related(_ context.Context, row any, rel *filter.Relation) ([]any, error) {
	var found []any
	user := func(id int64) {
		for _, u := range w.users {
			if u.ID == id && id != 0 && !u.DeletedAt.Valid {
				found = append(found, u)
			}
		}
	}
	doc := func(ok func(*Doc) bool) {
		for _, d := range w.docs {
			if ok(d) && !d.DeletedAt.Valid {
				found = append(found, d)
			}
		}
	}
	category := func(code string) {
		for _, c := range w.categories {
			if c.Code == code && code != "" {
				found = append(found, c)
			}
		}
	}
	place := func(country string, number int) {
		for _, p := range w.places {
			if p.Country == country && p.Number == number && (country != "" || number != 0) {
				found = append(found, p)
			}
		}
	}
	tag := func(id int64) {
		for _, g := range w.tags {
			if g.ID == id && id != 0 {
				found = append(found, g)
			}
		}
	}
	deref := func(p *int64) int64 {
		if p == nil {
			return 0
		}
		return *p
	}
	switch x := row.(type) {
	case *Doc:
		switch rel.Name {
		case "Author":
			user(x.AuthorID)
		case "Reviewer":
			user(deref(x.ReviewerID))
		case "Category":
			category(x.CategoryCode)
		case "Place":
			if x.PlaceNumber != nil {
				place(x.PlaceCountry, *x.PlaceNumber)
			}
		case "Seal":
			for _, s := range w.seals {
				if s.ID == x.SealID && s.ID != (uuid{}) {
					found = append(found, s)
				}
			}
		case "Parent":
			doc(func(d *Doc) bool { return d.ID == deref(x.ParentID) && d.ID != 0 })
		case "Children":
			doc(func(d *Doc) bool { return deref(d.ParentID) == x.ID })
		case "Cover":
			for _, c := range w.covers {
				if deref(c.DocID) == x.ID {
					found = append(found, c)
				}
			}
		case "Comments":
			for _, c := range w.comments {
				if c.DocID == x.ID && !c.DeletedAt.Valid {
					found = append(found, c)
				}
			}
		case "Tags":
			for _, l := range w.docTags {
				if l.DocID == x.ID && !l.DeletedAt.Valid {
					tag(l.TagID)
				}
			}
		case "Notes":
			for _, n := range w.notes {
				if n.OwnerID == x.ID && n.OwnerType == "docs" {
					found = append(found, n)
				}
			}
		}
	case *User:
		switch rel.Name {
		case "Manager":
			user(deref(x.ManagerID))
		case "Docs":
			if x.ID != 0 {
				doc(func(d *Doc) bool { return d.AuthorID == x.ID })
			}
		}
	case *Category:
		category(x.ParentCode)
	case *Place:
		if x.NextCountry != nil {
			place(*x.NextCountry, x.NextNumber)
		}
	case *Comment:
		user(deref(x.UserID))
	case *Tag:
		for _, l := range w.tagLinks {
			if l[0] == x.ID && x.ID != 0 {
				tag(l[1])
			}
		}
	default:
		return nil, fmt.Errorf("no relation %s of %T", rel.Name, row)
	}
	return found, nil
}

// A generator makes random filters over registered models.
type generator struct {
	r      *rand.Rand
	models *models
	scope  []*model // by filter.Var
	from   int      // the least variable that may be used
	rels   map[*relation]*filter.Relation
}

func newGenerator(r *rand.Rand, ms *models) *generator {
	g := &generator{r: r, models: ms, rels: make(map[*relation]*filter.Relation)}
	for _, m := range ms.order {
		for _, rel := range m.relations {
			g.rels[rel] = &filter.Relation{Name: rel.name, Many: rel.many, Target: ms.ofType(rel.gorm.FieldSchema.ModelType).rows}
		}
	}
	return g
}

// query returns a random filter on the rows of a model.
func (g *generator) query(m *model, depth int) *filter.Query {
	g.scope, g.from = []*model{m}, 0
	return &filter.Query{Model: m.rows, Where: g.expr(depth)}
}

func (g *generator) expr(depth int) filter.Expr {
	if depth == 0 {
		return g.leaf()
	}
	switch g.r.IntN(9) {
	case 0, 1:
		return filter.And{g.expr(depth - 1), g.expr(depth - 1)}
	case 2, 3:
		return filter.Or{g.expr(depth - 1), g.expr(depth - 1)}
	case 4:
		return filter.Not{X: g.expr(depth - 1)}
	case 5, 6:
		return g.relation(depth)
	}
	return g.leaf()
}

func (g *generator) variable() filter.Var {
	return filter.Var(g.from + g.r.IntN(len(g.scope)-g.from))
}

func (g *generator) relation(depth int) filter.Expr {
	from := g.variable()
	m := g.scope[from]
	if len(m.relations) == 0 || len(g.scope) > 4 {
		return g.leaf()
	}
	rel := g.rels[one(g.r, m.relations)]
	way := []*filter.Relation{rel}
	if back := g.returning(m); len(back) > 0 && g.r.IntN(6) == 0 {
		way = one(g.r, back)
	}
	end := way[len(way)-1].Target
	as := filter.Var(len(g.scope))
	transitive := end == m.rows && (len(way) > 1 || g.r.IntN(3) > 0)
	old := g.from
	g.scope = append(g.scope, g.models.ofType(end.Type))
	if transitive {
		g.from = int(as)
	}
	where := g.expr(depth - 1)
	g.scope, g.from = g.scope[:as], old
	if !transitive {
		return filter.Exists{As: as, From: from, Rel: rel, Where: where}
	}
	e := filter.Reach{As: as, From: from, At: as, Step: g.step(as, m, depth), Rel: way[0], Reflexive: g.r.IntN(2) == 0, Where: where}
	if len(way) > 1 {
		e.Via = []filter.Hop{{At: as, Step: g.step(as, g.models.ofType(way[0].Target.Type), depth), Rel: way[1]}}
	}
	return e
}

// returning returns the pairs of relations that lead from a model back to itself.
func (g *generator) returning(m *model) [][]*filter.Relation {
	var pairs [][]*filter.Relation
	for _, there := range m.relations {
		for _, back := range g.models.ofType(g.rels[there].Target.Type).relations {
			if g.rels[back].Target == m.rows {
				pairs = append(pairs, []*filter.Relation{g.rels[there], g.rels[back]})
			}
		}
	}
	return pairs
}

// step returns a condition on the row that a step leaves, or none.
func (g *generator) step(at filter.Var, m *model, depth int) filter.Expr {
	if g.r.IntN(3) == 0 {
		return nil
	}
	scope, from := g.scope, g.from
	defer func() { g.scope, g.from = scope, from }()
	g.scope, g.from = make([]*model, at+1), int(at)
	g.scope[at] = m
	return g.expr(depth / 2) // conditions in conditions are deep, and SQLite's parser accepts only a few levels
}

// field returns a random column, of the given type if there is one.
func (g *generator) field(v filter.Var, want *column) (filter.Field, *column) {
	m := g.scope[v]
	var fits []*column
	for _, f := range m.schema.Fields {
		c := m.byName[f.DBName]
		if c == nil || c.kind == sqlNone {
			continue
		}
		if want == nil {
			fits = append(fits, c)
			continue
		}
		if same, possible := c.comparable(want); same && possible {
			fits = append(fits, c)
		}
	}
	if len(fits) == 0 {
		return filter.Field{}, nil
	}
	c := one(g.r, fits)
	return filter.Field{Var: v, Name: c.info.Name}, c
}

func (g *generator) leaf() filter.Expr {
	v := g.variable()
	f, c := g.field(v, nil)
	ordered := c.info.Ordered && !c.converts && c.kind != sqlChar
	switch g.r.IntN(10) {
	case 0:
		set := make([]filter.Value, g.r.IntN(5))
		for i := range set {
			set[i] = g.constant(c)
		}
		return filter.In{X: f, Set: set}
	case 1, 2:
		w := g.variable()
		h, d := g.field(w, c)
		if d == nil {
			break
		}
		op := filter.Op(g.r.IntN(6))
		if op.Ordering() && (!ordered || !d.info.Ordered) {
			op %= 2
		}
		return filter.Compare{Op: op, L: f, R: h}
	case 3:
		return g.keys(v)
	case 4:
		if c.info.Type == filter.TypeString && !c.converts && c.kind != sqlChar {
			return filter.StrOp{Kind: filter.StrKind(g.r.IntN(3)), X: f, Arg: one(g.r, append(texts, "\x00", "a\xff"))}
		}
	}
	op := filter.Op(g.r.IntN(6))
	k := g.constant(c)
	sameOrder := k.IsNil() || k.Type() == c.info.Type || isNumber(k.Type()) && isNumber(c.info.Type)
	s, isText := k.Any().(string)
	if op.Ordering() && (!ordered || !sameOrder || isText && strings.Contains(s, "\xff")) {
		op %= 2
	}
	if g.r.IntN(4) == 0 {
		return filter.Compare{Op: op.Swap(), L: k, R: f}
	}
	return filter.Compare{Op: op, L: f, R: k}
}

// keys compares identities.
func (g *generator) keys(v filter.Var) filter.Expr {
	op := filter.Op(g.r.IntN(2))
	if w := g.variable(); g.r.IntN(2) == 0 {
		return filter.Compare{Op: op, L: filter.Key{Var: v}, R: filter.Key{Var: w}}
	}
	m := g.scope[v]
	key := func() filter.Value {
		var parts []filter.Value
		for _, path := range m.key {
			parts = append(parts, g.value(m.columns[path]))
		}
		return filter.KeyOf(parts...)
	}
	if g.r.IntN(2) == 0 {
		return filter.In{X: filter.Key{Var: v}, Set: []filter.Value{key(), key()}}
	}
	return filter.Compare{Op: op, L: filter.Key{Var: v}, R: key()}
}

// constant returns a value for comparison with a column: sometimes nil, or of another
// type.
func (g *generator) constant(c *column) filter.Value {
	switch g.r.IntN(12) {
	case 0:
		return filter.Value{}
	case 1:
		return mustValue(one(g.r, []any{"1", "", 0, 1, 1.5, true, noon, []byte("a"), uuid{1}, math.NaN(), math.Inf(1), math.Inf(-1)}))
	}
	return g.value(c)
}

// value returns a value of a column's type.
func (g *generator) value(c *column) filter.Value {
	switch c.info.Type {
	case filter.TypeBool:
		return mustValue(g.r.IntN(2) == 0)
	case filter.TypeInt, filter.TypeFloat:
		switch g.r.IntN(5) {
		case 0:
			return mustValue(one(g.r, reals))
		case 1:
			return mustValue(one(g.r, bigs))
		case 2:
			return mustValue(one(g.r, huge))
		case 3:
			return mustValue(float64(float32(0.1)))
		}
		return mustValue(one(g.r, ints))
	case filter.TypeString:
		switch g.r.IntN(8) {
		case 0:
			return mustValue(one(g.r, []string{"\x00", "a\x00", "a\xff", "abcd", "ab  ", "open"}))
		case 1:
			return mustValue(one(g.r, codes))
		}
		return mustValue(one(g.r, texts))
	case filter.TypeTime:
		x := one(g.r, times)
		if g.r.IntN(8) == 0 {
			x = time.Date(12000, 1, 1, 0, 0, 0, 0, time.UTC)
		}
		return mustValue(x)
	case filter.TypeBytes:
		return mustValue([]byte(one(g.r, texts)))
	}
	if c.info.Elem == reflect.TypeFor[decimal]() {
		return mustValue(one(g.r, decimals))
	}
	return mustValue(one(g.r, uuids))
}

func mustValue(x any) filter.Value {
	v, err := filter.ValueOf(x)
	if err != nil {
		panic(err)
	}
	return v
}
