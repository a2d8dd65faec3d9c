package benchmarks

// This file defines the shapes of lists: in how many and in which ways rows may be allowed, each
// with the SQL that an expert writes for it.

import (
	"strings"

	sqlauthz "github.com/ursa-authz/ursa/adapters/sql"
)

// The classes of the shapes. A file may be seen for many reasons.
type (
	viewer struct {
		ID int64 `db:"id,key"`
	}
	drawer struct {
		ID       int64   `db:"id,key"`
		OwnerID  int64   `db:"owner_id,notnull"`
		ParentID *int64  `db:"parent_id"`
		Parent   *drawer `db:"-"`
		Children []drawer
		Files    []paper
	}
	crew struct {
		ID      int64 `db:"id,key"`
		Members []member
	}
	member struct {
		ID      int64  `db:"id,key"`
		CrewID  int64  `db:"crew_id,notnull"`
		UserID  int64  `db:"user_id,notnull"`
		Role    string `db:"role,type=varchar(20),notnull"`
		Expires *int64 `db:"expires"`
		KindID  int64  `db:"kind_id,notnull"`
		Kind    *kind
	}
	kind struct {
		ID          int64 `db:"id,key"`
		Permissions []permission
	}
	permission struct {
		ID     int64  `db:"id,key"`
		KindID int64  `db:"kind_id,notnull"`
		Name   string `db:"name,type=varchar(20),notnull"`
	}
	circle struct {
		ID       int64  `db:"id,key"`
		ParentID *int64 `db:"parent_id"`
		Parent   *circle
		People   []fellow
	}
	fellow struct {
		ID       int64 `db:"id,key"`
		CircleID int64 `db:"circle_id,notnull"`
		UserID   int64 `db:"user_id,notnull"`
	}
	share struct {
		ID     int64 `db:"id,key"`
		FileID int64 `db:"file_id,notnull"`
		UserID int64 `db:"user_id,notnull"`
	}
	block struct {
		ID     int64 `db:"id,key"`
		FileID int64 `db:"file_id,notnull"`
		UserID int64 `db:"user_id,notnull"`
	}
	topic struct {
		ID        int64 `db:"id,key"`
		Followers []viewer
	}
	paper struct {
		ID         int64 `db:"id,key"`
		OwnerID    int64 `db:"owner_id,notnull"`
		ReviewerID int64 `db:"reviewer_id,notnull"`
		FolderID   int64 `db:"folder_id,notnull"`
		CrewID     int64 `db:"crew_id,notnull"`
		CircleID   int64 `db:"circle_id,notnull"`
		Created    int64 `db:"created,notnull"`
		Folder     *drawer
		Crew       *crew
		Circle     *circle
		Shares     []share
		Blocks     []block
		Topics     []topic
	}
)

var shapeTables = sqlauthz.Tables{
	sqlauthz.TableOf[viewer]("people"),
	sqlauthz.TableOf[drawer]("folders", sqlauthz.BelongsTo("Parent", "parent_id"), sqlauthz.Has("Children", "parent_id"), sqlauthz.Has("Files", "folder_id")),
	sqlauthz.TableOf[crew]("crews", sqlauthz.Has("Members", "crew_id")),
	sqlauthz.TableOf[member]("memberships", sqlauthz.BelongsTo("Kind", "kind_id")),
	sqlauthz.TableOf[kind]("kinds", sqlauthz.Has("Permissions", "kind_id")),
	sqlauthz.TableOf[permission]("permissions"),
	sqlauthz.TableOf[circle]("circles", sqlauthz.BelongsTo("Parent", "parent_id"), sqlauthz.Has("People", "circle_id")),
	sqlauthz.TableOf[fellow]("fellows"),
	sqlauthz.TableOf[share]("shares"),
	sqlauthz.TableOf[block]("blocks"),
	sqlauthz.TableOf[topic]("topics", sqlauthz.Through("Followers", "follows", "topic_id", "user_id")),
	sqlauthz.TableOf[paper]("files",
		sqlauthz.BelongsTo("Folder", "folder_id"), sqlauthz.BelongsTo("Crew", "crew_id"), sqlauthz.BelongsTo("Circle", "circle_id"),
		sqlauthz.Has("Shares", "file_id"), sqlauthz.Has("Blocks", "file_id"), sqlauthz.Through("Topics", "taggings", "file_id", "topic_id")),
}

const shapePolicy = `
own(u: viewer, f: paper) if f.owner_id = u.id;
shared(u: viewer, f: paper) if s in f.Shares and s.user_id = u.id;
crew(u: viewer, f: paper) if m in f.Crew.Members and m.user_id = u.id;

allow(u: viewer, "own", f: paper) if own(u, f);
allow(u: viewer, "shared", f: paper) if shared(u, f);
allow(u: viewer, "two", f: paper) if own(u, f) or shared(u, f);
allow(u: viewer, "three", f: paper) if allow(u, "two", f) or crew(u, f);
allow(u: viewer, "four", f: paper) if allow(u, "three", f) or f.Folder.owner_id = u.id;
allow(u: viewer, "five", f: paper) if allow(u, "four", f) or f.reviewer_id = u.id;
allow(u: viewer, "six", f: paper) if allow(u, "five", f) or topics(u, f);

allow(u: viewer, "role", f: paper) if own(u, f) or
    m in f.Crew.Members and m.user_id = u.id and m.role in ["editor", "admin"];
allow(u: viewer, "expiry", f: paper) if own(u, f) or
    m in f.Crew.Members and m.user_id = u.id and (m.expires = nil or m.expires > 5);
allow(u: viewer, "custom roles", f: paper) if own(u, f) or
    m in f.Crew.Members and m.user_id = u.id and p in m.Kind.Permissions and p.name = "read";
allow(u: viewer, "groups", f: paper) if in_circle(u, f.Circle);
in_circle(u, c: circle) if x in c.People and x.user_id = u.id;
in_circle(u, c: circle) if in_circle(u, c.Parent);
allow(u: viewer, "tree up", f: paper) if in_tree(u, f.Folder);
in_tree(u, d: drawer) if d.owner_id = u.id;
in_tree(u, d: drawer) if in_tree(u, d.Parent);
allow(u: viewer, "tree down", d: drawer) if below(u, d);
below(u, d: drawer) if d.owner_id = u.id;
below(u, d: drawer) if child in d.Children and below(u, child);
topics(u, f: paper) if t in f.Topics and u in t.Followers;
allow(u: viewer, "many to many", f: paper) if topics(u, f);
allow(u: viewer, "negation", f: paper) if allow(u, "two", f) and not blocked(u, f);
blocked(u, f: paper) if b in f.Blocks and b.user_id = u.id;
`

// A shape is a list. Suffix follows the condition.
type shape struct {
	name, action, table string
	half                bool // half of the table is allowed
	broad               bool // with the hint for that
	count               bool
	suffix              string
	hand                string // %[1]d is the user
	handSQLite          string // if another form is faster there
}

const (
	newest = " ORDER BY f.created DESC LIMIT 50"

	handOwn    = "SELECT f.id FROM files f WHERE f.owner_id = %[1]d"
	handShared = " UNION SELECT s.file_id FROM shares s WHERE s.user_id = %[1]d"
	handCrew   = " UNION SELECT f.id FROM memberships m JOIN files f ON f.crew_id = m.crew_id WHERE m.user_id = %[1]d"
	handFolder = " UNION SELECT f.id FROM folders o JOIN files f ON f.folder_id = o.id WHERE o.owner_id = %[1]d"
	handReview = " UNION SELECT f.id FROM files f WHERE f.reviewer_id = %[1]d"
	handTopics = "SELECT g.file_id AS id FROM follows w JOIN taggings g ON g.topic_id = w.topic_id WHERE w.user_id = %[1]d"
	handTwo    = handOwn + handShared
	handThree  = handTwo + handCrew
	handSix    = handThree + handFolder + handReview + " UNION " + handTopics
)

// union returns a query for the files that another query finds.
func union(query string) string {
	return "SELECT f.id FROM (" + query + ") k JOIN files f ON f.id = k.id"
}

func shapes() []shape {
	list := func(name, action, hand string) shape {
		return shape{name: name, action: action, table: "files", hand: hand}
	}
	page := func(s shape) shape {
		s.name, s.suffix = s.name+", page", newest
		return s
	}
	counted := func(s shape) shape {
		s.name, s.count = s.name+", count", true
		return s
	}
	half := func(s shape, broad bool) shape {
		s.name, s.half, s.broad = s.name+", half of the table", true, broad
		if broad {
			s.name += ", Broad"
		}
		return s
	}
	// A tree is walked down from what the user has.
	tree := func(name, action, start, table, column string) shape {
		walk := "WITH RECURSIVE c(id) AS (" + start + " UNION SELECT x.id FROM c JOIN " + table + " x ON x.parent_id = c.id) "
		s := list(name, action, walk+"SELECT f.id FROM c JOIN files f ON f."+column+" = c.id")
		s.handSQLite = "SELECT f.id FROM files f WHERE f." + column + " IN (" + walk + "SELECT id FROM c)"
		return s
	}
	two := list("two ways", "two", union(handTwo))
	three := list("three ways", "three", union(handThree))
	six := list("six ways", "six", union(handSix))
	exists := list("two ways", "two", handOwn+" OR EXISTS (SELECT 1 FROM shares s WHERE s.file_id = f.id AND s.user_id = %[1]d)")
	below := list("tree down", "tree down",
		"WITH RECURSIVE c(id) AS (SELECT d.id FROM folders d WHERE d.owner_id = %[1]d UNION SELECT x.parent_id FROM c JOIN folders x ON x.id = c.id WHERE x.parent_id IS NOT NULL) SELECT c.id FROM c")
	below.table = "folders"
	return []shape{
		list("one way: a column", "own", handOwn),
		list("one way: shares", "shared", union(strings.TrimPrefix(strings.ReplaceAll(handShared, "s.file_id", "s.file_id AS id"), " UNION "))),
		two, page(two), counted(two),
		three, page(three), counted(three),
		page(list("four ways", "four", union(handThree+handFolder))),
		page(list("five ways", "five", union(handThree+handFolder+handReview))),
		six, page(six),
		page(list("a role", "role", union(handOwn+handCrew+" AND m.role IN ('editor', 'admin')"))),
		page(list("expiry", "expiry", union(handOwn+handCrew+" AND (m.expires IS NULL OR m.expires > 5)"))),
		page(list("custom roles", "custom roles", union(handOwn+handCrew+
			" AND EXISTS (SELECT 1 FROM permissions p WHERE p.kind_id = m.kind_id AND p.name = 'read')"))),
		page(tree("groups in groups", "groups", "SELECT w.circle_id FROM fellows w WHERE w.user_id = %[1]d", "circles", "circle_id")),
		page(tree("tree up", "tree up", "SELECT d.id FROM folders d WHERE d.owner_id = %[1]d", "folders", "folder_id")),
		below,
		page(list("many to many", "many to many", union(strings.Replace(handTopics, "SELECT", "SELECT DISTINCT", 1)))),
		page(list("negation", "negation", union(handTwo)+" WHERE NOT EXISTS (SELECT 1 FROM blocks b WHERE b.file_id = f.id AND b.user_id = %[1]d)")),
		half(page(exists), true), half(counted(exists), false),
	}
}
