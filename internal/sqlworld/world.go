package sqlworld

// This file defines World, the rows in memory.

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"testing"

	"gorm.io/gorm"

	"github.com/ursa-authz/ursa/authz"
	"github.com/ursa-authz/ursa/authz/filter"
)

// A World is all rows in memory.
type World struct {
	Docs       []*Doc
	Users      []*User
	Categories []*Category
	Places     []*Place
	Seals      []*Seal
	Covers     []*Cover
	Comments   []*Comment
	Tags       []*Tag
	Notes      []*Note
	DocTags    []*DocTag
	TagLinks   [][2]int64
}

// Load reads all rows, deleted ones too.
func Load(t testing.TB, db *gorm.DB) *World {
	t.Helper()
	w := &World{}
	for _, rows := range []any{&w.Docs, &w.Users, &w.Categories, &w.Places, &w.Seals, &w.Covers, &w.Comments, &w.Tags, &w.Notes, &w.DocTags} {
		if err := db.Unscoped().Find(rows).Error; err != nil {
			t.Fatal(err)
		}
	}
	var links []struct{ TagID, RelatedID int64 }
	if err := db.Table("tag_links").Find(&links).Error; err != nil {
		t.Fatal(err)
	}
	for _, l := range links {
		w.TagLinks = append(w.TagLinks, [2]int64{l.TagID, l.RelatedID})
	}
	return w
}

// Related finds related rows by comparing all rows.
func (w *World) Related(_ context.Context, row any, rel *filter.Relation) ([]any, error) {
	var found []any
	user := func(id int64) {
		for _, u := range w.Users {
			if u.ID == id && id != 0 && !u.DeletedAt.Valid {
				found = append(found, u)
			}
		}
	}
	doc := func(ok func(*Doc) bool) {
		for _, d := range w.Docs {
			if ok(d) && !d.DeletedAt.Valid {
				found = append(found, d)
			}
		}
	}
	category := func(code string) {
		for _, c := range w.Categories {
			if c.Code == code && code != "" {
				found = append(found, c)
			}
		}
	}
	place := func(country string, number int) {
		for _, p := range w.Places {
			if p.Country == country && p.Number == number && (country != "" || number != 0) {
				found = append(found, p)
			}
		}
	}
	tag := func(id int64) {
		for _, g := range w.Tags {
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
			for _, s := range w.Seals {
				if s.ID == x.SealID && s.ID != (UUID{}) {
					found = append(found, s)
				}
			}
		case "Parent":
			doc(func(d *Doc) bool { return d.ID == deref(x.ParentID) && d.ID != 0 })
		case "Children":
			doc(func(d *Doc) bool { return deref(d.ParentID) == x.ID })
		case "Cover":
			for _, c := range w.Covers {
				if deref(c.DocID) == x.ID {
					found = append(found, c)
				}
			}
		case "Comments":
			for _, c := range w.Comments {
				if c.DocID == x.ID && !c.DeletedAt.Valid {
					found = append(found, c)
				}
			}
		case "Tags":
			for _, l := range w.DocTags {
				if l.DocID == x.ID && !l.DeletedAt.Valid {
					tag(l.TagID)
				}
			}
		case "Notes":
			for _, n := range w.Notes {
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
		for _, l := range w.TagLinks {
			if l[0] == x.ID && x.ID != 0 {
				tag(l[1])
			}
		}
	default:
		return nil, fmt.Errorf("no relation %s of %T", rel.Name, row)
	}
	return found, nil
}

// Matching returns the keys of the documents that a query is true for, sorted: of those that are
// not deleted or, if unscoped, of all.
func (w *World) Matching(t testing.TB, q *filter.Query, unscoped bool) []int64 {
	t.Helper()
	var ids []int64
	for _, d := range w.Docs {
		if d.DeletedAt.Valid && !unscoped {
			continue
		}
		ok, err := q.Match(context.Background(), d, w)
		if err != nil {
			t.Fatalf("%s: %v", q.Reveal(), err)
		}
		if ok {
			ids = append(ids, d.ID)
		}
	}
	slices.Sort(ids)
	return ids
}

// Fetch makes the relations of classes come from *w, and allows actors with all keys.
func (g *Generator) Fetch(classes []authz.Class, w **World) {
	for i, c := range classes {
		classes[i].ZeroKeyActor = true
		classes[i].Fetch = func(ctx context.Context, row any, name string) (any, error) {
			rel := g.Relation(c.Type, name)
			rows, err := (*w).Related(ctx, row, rel)
			if err != nil {
				return nil, err
			}
			if !rel.Many {
				if len(rows) == 0 {
					return nil, nil
				}
				return rows[0], nil
			}
			f, _ := c.Type.FieldByName(name)
			list := reflect.MakeSlice(f.Type, 0, len(rows))
			for _, x := range rows {
				v := reflect.ValueOf(x)
				if f.Type.Elem().Kind() != reflect.Pointer {
					v = v.Elem()
				}
				list = reflect.Append(list, v)
			}
			return list.Interface(), nil
		}
	}
}
