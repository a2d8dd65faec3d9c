// Package sqlworld defines tables for tests of adapters for databases: their models, random rows,
// random filters and policies over them, and a resolver that finds related rows independently.
package sqlworld

// This file defines the models. GORM makes the tables.

import (
	"database/sql"
	"database/sql/driver"
	"encoding/hex"
	"errors"
	"fmt"
	"math/big"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/schema"
)

// A Status is a named string.
type Status string

// A UUID is an opaque key, stored as PostgreSQL's own type or as text.
type UUID [16]byte

func (u UUID) String() string {
	s := hex.EncodeToString(u[:])
	return s[:8] + "-" + s[8:12] + "-" + s[12:16] + "-" + s[16:20] + "-" + s[20:]
}
func (u UUID) Value() (driver.Value, error) { return u.String(), nil }
func (u *UUID) Scan(x any) error {
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
func (UUID) GormDBDataType(db *gorm.DB, _ *schema.Field) string {
	return map[string]string{"postgres": "uuid", "mysql": "char(36)", "sqlite": "text"}[db.Dialector.Name()]
}

// A Decimal is exact, and equal to other spellings of the same number.
type Decimal struct{ S string }

func (d Decimal) rat() *big.Rat {
	r, ok := new(big.Rat).SetString(d.S)
	if !ok {
		return new(big.Rat)
	}
	return r
}
func (d Decimal) Cmp(e Decimal) int            { return d.rat().Cmp(e.rat()) }
func (d Decimal) Value() (driver.Value, error) { return d.rat().FloatString(3), nil }
func (d *Decimal) Scan(x any) error {
	if b, ok := x.([]byte); ok {
		x = string(b)
	}
	s, ok := x.(string)
	if !ok {
		return fmt.Errorf("a decimal from %T", x)
	}
	d.S = s
	return nil
}
func (Decimal) GormDBDataType(db *gorm.DB, _ *schema.Field) string {
	return map[string]string{"postgres": "numeric(20,3)", "mysql": "decimal(20,3)", "sqlite": "text"}[db.Dialector.Name()]
}

// A Base is embedded.
type Base struct {
	ID int64 `gorm:"primaryKey" db:"id,key"`
}

// An Audit is in columns with a prefix.
type Audit struct {
	Reviewed *string `db:"reviewed"`
	Score    int     `db:"score"`
}

// A Doc is what the tests ask about. It has columns of all kinds, and relations of all kinds.
type Doc struct {
	Base
	Title  string       `db:"title"`
	Nick   *string      `db:"nick"`
	Code   string       `gorm:"not null;size:40" db:"code,notnull"`
	Char   string       `gorm:"type:char(4)" db:"char"`
	State  Status       `db:"state"`
	Amount int          `db:"amount"`
	Small  int8         `db:"small"`
	Limit  *int32       `db:"limit"`
	Big    int64        `db:"big"`
	Count  uint32       `db:"count"`
	Rate   float64      `db:"rate"`
	Double float64      `gorm:"type:double precision" db:"double"`
	Ratio  *float64     `db:"ratio"`
	Half   float32      `db:"half"`
	Public bool         `db:"public"`
	Flag   *bool        `db:"flag"`
	Due    time.Time    `db:"due"`
	Seen   *time.Time   `gorm:"precision:6" db:"seen"`
	Ended  sql.NullTime `db:"ended"`
	Token  UUID         `db:"token"`
	Ref    *UUID        `db:"ref"`
	Price  Decimal      `db:"price"`
	Blob   []byte       `db:"blob"`
	Audit  Audit        `gorm:"embedded;embeddedPrefix:audit_" db:"audit_,prefix"`

	AuthorID     int64          `db:"author_id"`
	Author       *User          `db:"-"`
	ReviewerID   *int64         `db:"reviewer_id"`
	Reviewer     *User          `db:"-"`
	CategoryCode string         `gorm:"size:20" db:"category_code"`
	Category     *Category      `gorm:"foreignKey:CategoryCode;references:Code" db:"-"`
	PlaceCountry string         `gorm:"size:20" db:"place_country"`
	PlaceNumber  *int           `db:"place_number"`
	Place        *Place         `gorm:"foreignKey:PlaceCountry,PlaceNumber;references:Country,Number" db:"-"`
	SealID       UUID           `db:"seal_id"`
	Seal         *Seal          `db:"-"`
	ParentID     *int64         `db:"parent_id"`
	Parent       *Doc           `db:"-"`
	Children     []*Doc         `gorm:"foreignKey:ParentID" db:"-"`
	Cover        *Cover         `db:"-"`
	Comments     []Comment      `db:"-"`
	Tags         []Tag          `gorm:"many2many:doc_tags" db:"-"`
	Notes        []Note         `gorm:"polymorphic:Owner" db:"-"`
	DeletedAt    gorm.DeletedAt `db:"deleted_at,deleted"`
}

// IsLocked reads a column where a policy does not see it.
func (d *Doc) IsLocked() bool { return d.Audit.Reviewed != nil && *d.Audit.Reviewed == "locked" }

// Locks gets a row as an argument.
func (u *User) Locks(d *Doc) bool { return d.IsLocked() }

// A User is an actor.
type User struct {
	ID        int64          `db:"id,key"`
	Name      string         `db:"name"`
	Age       *int           `db:"age"`
	ManagerID *int64         `db:"manager_id"`
	Manager   *User          `db:"-"`
	Docs      []Doc          `gorm:"foreignKey:AuthorID" db:"-"`
	DeletedAt gorm.DeletedAt `db:"deleted_at,deleted"`
}

// A Category has a text as its key.
type Category struct {
	Code       string    `gorm:"primaryKey;size:20" db:"code,key"`
	Name       *string   `db:"name"`
	ParentCode string    `gorm:"size:20" db:"parent_code"`
	Parent     *Category `db:"-"`
}

// A Place has a key of two columns.
type Place struct {
	Country     string  `gorm:"primaryKey;size:20" db:"country,key"`
	Number      int     `gorm:"primaryKey;autoIncrement:false" db:"number,key"`
	Name        string  `db:"name"`
	NextCountry *string `gorm:"size:20" db:"next_country"`
	NextNumber  int     `db:"next_number"`
	Next        *Place  `gorm:"foreignKey:NextCountry,NextNumber;references:Country,Number" db:"-"`
}

// A Seal has a UUID as its key.
type Seal struct {
	ID   UUID   `gorm:"primaryKey" db:"id,key"`
	Name string `db:"name"`
}

// A Cover is one of a document.
type Cover struct {
	ID    int64  `db:"id,key"`
	DocID *int64 `gorm:"uniqueIndex" db:"doc_id,unique"`
	Color string `db:"color"`
}

// A Comment is one of many of a document.
type Comment struct {
	ID        int64          `db:"id,key"`
	DocID     int64          `db:"doc_id"`
	UserID    *int64         `db:"user_id"`
	User      *User          `db:"-"`
	Text      *string        `db:"text"`
	DeletedAt gorm.DeletedAt `db:"deleted_at,deleted"`
}

// A Tag is many to many.
type Tag struct {
	ID      int64  `db:"id,key"`
	Name    string `db:"name"`
	Related []*Tag `gorm:"many2many:tag_links" db:"-"`
}

// DocTag is a join table with soft delete.
type DocTag struct {
	DocID     int64          `gorm:"primaryKey" db:"doc_id,key"`
	TagID     int64          `gorm:"primaryKey" db:"tag_id,key"`
	DeletedAt gorm.DeletedAt `db:"deleted_at,deleted"`
}

// A Note belongs to rows of several tables.
type Note struct {
	ID        int64  `db:"id,key"`
	OwnerID   int64  `db:"owner_id"`
	OwnerType string `db:"owner_type"`
	Text      string `db:"text"`
}

// Migrate makes the tables.
func Migrate(t testing.TB, db *gorm.DB) {
	t.Helper()
	if err := db.SetupJoinTable(&Doc{}, "Tags", &DocTag{}); err != nil {
		t.Fatal(err)
	}
	if err := db.AutoMigrate(&User{}, &Category{}, &Place{}, &Seal{}, &Doc{}, &Cover{}, &Comment{}, &Tag{}, &Note{}, &DocTag{}); err != nil {
		t.Fatal(err)
	}
}
