package fromopenfga_test

// This file runs the policy of the drive on tables, through GORM: the rows stand for
// the tuples, decisions fetch what they need, and lists are one query.

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/glebarez/sqlite"
	"gorm.io/gorm"

	gormauthz "github.com/ursa-authz/ursa/adapters/gorm"
	"github.com/ursa-authz/ursa/authz"
	"github.com/ursa-authz/ursa/internal/peers/page"
)

type (
	rowUser struct {
		ID     uint
		Name   string
		Groups []*rowGroup `gorm:"many2many:memberships"`
	}
	rowGroup struct {
		ID       uint
		Name     string
		ParentID *uint
		Parent   *rowGroup
	}
	rowFolder struct {
		ID       uint
		Name     string
		OwnerID  *uint
		Owner    *rowUser
		ParentID *uint
		Parent   *rowFolder
		Shares   []rowShare `gorm:"foreignKey:FolderID"`
	}
	rowDocument struct {
		ID        uint
		Name      string
		OwnerID   *uint
		Owner     *rowUser
		FolderID  *uint
		Folder    *rowFolder
		Shares    []rowShare `gorm:"foreignKey:DocumentID"`
		Blocked   []*rowUser `gorm:"many2many:blocked"`
		Reviewers []*rowUser `gorm:"many2many:reviewers"`
	}
	rowShare struct {
		ID         uint
		FolderID   *uint
		DocumentID *uint
		Role       string
		UserID     *uint
		User       *rowUser
		GroupID    *uint
		Group      *rowGroup
		Public     bool
		Expires    *time.Time
	}
)

// rows makes rows of values, each once.
type rows struct {
	users   map[*User]*rowUser
	groups  map[*Group]*rowGroup
	folders map[*Folder]*rowFolder
}

// once returns what made holds for x, or else fills in a new row.
func once[V, R any](made map[*V]*R, x *V, fill func(*R)) *R {
	if x == nil {
		return nil
	}
	if made[x] == nil {
		made[x] = new(R)
		fill(made[x])
	}
	return made[x]
}

func (r *rows) user(u *User) *rowUser {
	return once(r.users, u, func(row *rowUser) {
		row.Name = u.Name
		for _, g := range u.Groups {
			row.Groups = append(row.Groups, r.group(g))
		}
	})
}

func (r *rows) group(g *Group) *rowGroup {
	return once(r.groups, g, func(row *rowGroup) { row.Name, row.Parent = g.Name, r.group(g.Parent) })
}

func (r *rows) folder(f *Folder) *rowFolder {
	return once(r.folders, f, func(row *rowFolder) {
		*row = rowFolder{Name: f.Name, Owner: r.user(f.Owner), Parent: r.folder(f.Parent), Shares: r.shares(f.Shares)}
	})
}

func (r *rows) document(d *Document) *rowDocument {
	row := &rowDocument{Name: d.Name, Owner: r.user(d.Owner), Folder: r.folder(d.Folder), Shares: r.shares(d.Shares)}
	for _, u := range d.Blocked {
		row.Blocked = append(row.Blocked, r.user(u))
	}
	for _, u := range d.Reviewers {
		row.Reviewers = append(row.Reviewers, r.user(u))
	}
	return row
}

func (r *rows) shares(shares []Share) (list []rowShare) {
	for _, s := range shares {
		list = append(list, rowShare{Role: s.Role, User: r.user(s.User), Group: r.group(s.Group), Public: s.Public, Expires: s.Expires})
	}
	return list
}

func TestTables(t *testing.T) {
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	p := page.Open(t, "from-openfga.md", "example_test.go", "page_test.go")
	p.Partial()
	world := driveWorld()
	s := newStore(t, p.Block(drive, "fga"), p.Block(drive, "tuples"))

	db, err := gorm.Open(sqlite.Open(filepath.Join(t.TempDir(), "drive.db")), &gorm.Config{})
	must(err)
	models := []any{&rowUser{}, &rowGroup{}, &rowFolder{}, &rowDocument{}, &rowShare{}}
	must(db.AutoMigrate(models...))
	made := rows{map[*User]*rowUser{}, map[*Group]*rowGroup{}, map[*Folder]*rowFolder{}}
	for _, d := range world.Resources {
		must(db.Create(made.document(d)).Error)
	}
	for _, u := range world.Actors {
		must(db.Save(made.user(u)).Error)
	}

	classes, err := gormauthz.Classes(db, models...)
	must(err)
	for i := range classes {
		classes[i].Name = strings.TrimPrefix(classes[i].Type.Name(), "row")
	}
	cfg := config(p.Policy(drive))
	cfg.Classes = classes
	az := page.New(t, cfg)
	must(db.Use(gormauthz.New(az)))
	documents := gormauthz.NewRepository[rowDocument](db)

	listed := 0
	for _, u := range world.Actors {
		var actor rowUser // without its groups
		must(db.Take(&actor, "name = ?", u.Name).Error)
		ctx := authz.NewContext(t.Context(), az, &actor)
		for _, action := range world.Actions {
			want, err := s.list("user:"+u.Name, "can_"+action, "document")
			must(err)
			list, err := documents.WithAction(action).List(ctx)
			must(err)
			var got []string
			for _, d := range list {
				got = append(got, "document:"+d.Name)
			}
			listed += len(got)
			slices.Sort(want)
			slices.Sort(got)
			if !slices.Equal(got, want) {
				t.Errorf("%s %s: %v, OpenFGA says %v", u.Name, action, got, want)
			}

			var all []*rowDocument // without their relations
			must(db.Find(&all).Error)
			for _, d := range all {
				ok, err := az.IsAllowed(ctx, &actor, action, d)
				if want := slices.Contains(want, "document:"+d.Name); ok != want || err != nil {
					t.Errorf("%s %s %s: %v, %v; OpenFGA says %v", u.Name, action, d.Name, ok, err, want)
				}
			}
		}
	}
	if listed == 0 {
		t.Error("nothing was listed")
	}
}
