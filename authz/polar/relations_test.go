package polar

// This file tests relations to several classes in filters and traces.

import (
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/ursa-authz/ursa/authz/filter"
)

type (
	placeUser   struct{ ID int }
	placeFolder struct {
		ID      int
		OwnerID int
	}
	placeSpace struct {
		ID      int
		AdminID int
		Open    bool
	}
	placeDoc struct {
		ID       int
		FolderID *int
		Folder   *placeFolder
		SpaceID  *int
		Space    *placeSpace
		In       any // either of them
	}
)

func placeClasses() []Class {
	folder, space := reflect.TypeFor[placeFolder](), reflect.TypeFor[placeSpace]()
	return []Class{
		{Name: "User", Type: reflect.TypeFor[placeUser](), Key: []string{"ID"}},
		{Name: "Folder", Type: folder, Key: []string{"ID"}},
		{Name: "Space", Type: space, Key: []string{"ID"}},
		{Name: "Doc", Type: reflect.TypeFor[placeDoc](), Key: []string{"ID"}, Relations: []Relation{
			{Name: "Folder", Target: folder, ForeignKey: []string{"FolderID"}},
			{Name: "Space", Target: space, ForeignKey: []string{"SpaceID"}},
		}},
	}
}

const placeBlocks = `
allow(actor, action, resource) if has_permission(actor, action, resource);
actor User {}
resource Folder { roles = ["owner"]; permissions = ["see"]; "see" if "owner"; }
resource Space { roles = ["admin", "see"]; "see" if "admin"; }
resource Doc {
  permissions = ["read", "keep"];
  relations = { parent: [Folder, Space] };
  "read" if "see" on "parent"; # a permission there, a role here
  "keep" if "owner" on "parent"; # of folders only
}
has_role(user: User, "owner", folder: Folder) if folder.owner_id = user.id;
has_role(user: User, "admin", space: Space) if space.admin_id = user.id;
has_role(_: User, name: String, resource: Resource) if name in ["owner"] and resource matches Space and resource.open; # which Space does not declare
`

func TestRelationsToSeveralClasses(t *testing.T) {
	folders := []*placeFolder{nil, {ID: 1, OwnerID: 1}, {ID: 2, OwnerID: 2}}
	spaces := []*placeSpace{nil, {ID: 1, AdminID: 1}, {ID: 2, AdminID: 2, Open: true}}
	var docs []*placeDoc
	for _, f := range folders {
		for _, s := range spaces {
			d := &placeDoc{ID: len(docs) + 1, Folder: f, Space: s}
			if f != nil {
				d.FolderID, d.In = &f.ID, f
			}
			if s != nil {
				d.SpaceID, d.In = &s.ID, s
			}
			docs = append(docs, d)
		}
	}
	const columns = placeBlocks + `
has_relation(folder: Folder, "parent", doc: Doc) if folder = doc.folder;
has_relation(space: Space, "parent", doc: Doc) if space = doc.space;
`
	const either = placeBlocks + `
has_relation(folder: Folder, "parent", doc: Doc) if folder = doc.in;
has_relation(space: Space, "parent", doc: Doc) if space = doc.in;
`
	want := map[string]func(d *placeDoc, u *placeUser) bool{
		columns + "read": func(d *placeDoc, u *placeUser) bool {
			return d.Folder != nil && d.Folder.OwnerID == u.ID || d.Space != nil && d.Space.AdminID == u.ID
		},
		columns + "keep": func(d *placeDoc, u *placeUser) bool { return d.Folder != nil && d.Folder.OwnerID == u.ID },
		either + "read": func(d *placeDoc, u *placeUser) bool {
			f, _ := d.In.(*placeFolder)
			s, _ := d.In.(*placeSpace)
			return f != nil && f.OwnerID == u.ID || s != nil && s.AdminID == u.ID
		},
		either + "keep": func(d *placeDoc, u *placeUser) bool {
			f, _ := d.In.(*placeFolder)
			return f != nil && f.OwnerID == u.ID
		},
	}
	ctx := t.Context()
	for _, policy := range []string{columns, either} {
		p, diags, err := load(ctx, Input{Sources: []Source{{"places.polar", policy}}, Classes: placeClasses()}, false)
		if err != nil {
			t.Fatal(err)
		}
		warned := false
		for _, d := range diags {
			warned = warned || d.Code == "partial-term" && strings.Contains(d.Msg, "Space")
		}
		if !warned {
			t.Errorf("no warning that Space has no owner: %v", diags)
		}
		for _, action := range []string{"read", "keep"} {
			for _, u := range []*placeUser{{1}, {2}, {3}} {
				q, err := p.Filter(ctx, "allow", u, action, ClassOf[placeDoc]())
				if policy == either {
					if !errors.Is(err, ErrUnsupported) {
						t.Errorf("%s by an interface: %v %v", action, q, err)
					}
				} else if err != nil {
					t.Errorf("%s: %v", action, err)
				}
				for _, d := range docs {
					want := want[policy+action](d, u)
					out, err := p.Decide(ctx, "allow", u, action, d)
					if out.Allowed != want || err != nil {
						t.Errorf("user %d, doc %d, %s: decided %v %v; want %v", u.ID, d.ID, action, out.Allowed, err, want)
					}
					tr := p.Trace(ctx, "allow", []any{u, action, d}, TraceOptions{})
					if problem := inconsistent(tr); tr.Outcome != out || tr.Err != nil || problem != "" {
						t.Errorf("user %d, doc %d, %s: traced %v %v %s", u.ID, d.ID, action, tr.Outcome, tr.Err, problem)
					}
					if q != nil {
						if got, err := q.Match(ctx, d, filter.Loaded); got != want || err != nil {
							t.Errorf("user %d, doc %d, %s: the filter says %v %v; want %v", u.ID, d.ID, action, got, err, want)
						}
					}
				}
			}
		}
	}
}
