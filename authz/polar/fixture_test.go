package polar_test

// This file defines the fixture of the conformance scripts and the examples of
// docs/polar.md: the Go types, registered as classes, and the values, registered as
// constants.

import (
	"cmp"
	"context"
	"database/sql"
	"database/sql/driver"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"math"
	"net"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/ursa-authz/ursa/authz/polar"
)

// People, organizations and their resources: the classes that most scripts use.
type (
	User struct {
		Name  string
		Age   int
		Score float64
		Tags  []string
		Meta  map[string]any
		Boss  *User
		Roles []Role
		Email string `polar:"mail"`
		Posts map[string]int
	}

	Role struct {
		Name string
		On   any // an *Org or a *Repo
	}

	Org struct {
		ID   int
		Name string
	}

	Repo struct {
		ID     int `polar:",id"`
		Name   string
		Org    *Org
		Owner  *User
		Public bool
	}

	Issue struct {
		Title  string
		Repo   *Repo
		Closed bool
	}
)

// Label returns the name of the user in the solutions of scripts.
func (u *User) Label() string  { return u.Name }
func (o *Org) Label() string   { return o.Name }
func (r *Repo) Label() string  { return r.Name }
func (i *Issue) Label() string { return i.Title }
func (r Role) Label() string   { return r.Name }

// The methods of User have every signature that a policy can call.
func (u User) Hello() string                               { return "hi " + u.Name }
func (u User) Greet(name string) string                    { return "hi " + name }
func (u User) Half(f float64) bool                         { return f == 0.5 }
func (u User) IsAdult() bool                               { return u.Age >= 18 }
func (u User) Older(o User) bool                           { return u.Age > o.Age }
func (u *User) ReportsTo(o *User) bool                     { return u.Boss == o }
func (u User) Add(a, b int) int                            { return a + b }
func (u User) Small(n int8) int8                           { return n }
func (u User) Sum(ns ...int) (sum int)                     { return sumOf(ns) }
func (u User) SumList(ns []int) int                        { return sumOf(ns) }
func (u User) Count(m map[string]int) int                  { return len(m) }
func (u User) Show(x any) string                           { return fmt.Sprintf("%T", x) }
func (u User) Nothing()                                    {}
func (u User) Nil() *User                                  { return nil }
func (u User) Find(tag string) (int, bool)                 { return findTag(u.Tags, tag) }
func (u User) Load(ok bool) (string, error)                { return "loaded", failUnless(ok) }
func (u User) Explode() bool                               { panic("secret of " + u.Name) }
func (u User) Waits(ctx context.Context, n int) bool       { return ctx != nil && n == u.Age }
func (u User) Ask(ctx context.Context) (string, error)     { return "asked", ctx.Err() }
func (u User) Numbers(n int) iter.Seq[int]                 { return upTo(n) }
func (u User) Forever() iter.Seq[int]                      { return upTo(math.MaxInt) }
func (u User) Pair() (int, int)                            { return 1, 2 }
func (u User) Upper(s Status) Status                       { return Status(strings.ToUpper(string(s))) }
func (u User) HTTPHeader(h http.Header, key string) string { return h.Get(key) }

func sumOf(ns []int) (sum int) {
	for _, n := range ns {
		sum += n
	}
	return sum
}

func findTag(tags []string, tag string) (int, bool) {
	for i, t := range tags {
		if t == tag {
			return i, true
		}
	}
	return 0, false
}

var errHost = errors.New("the host failed, and says a secret")

func failUnless(ok bool) error {
	if !ok {
		return errHost
	}
	return nil
}

func upTo(n int) iter.Seq[int] {
	return func(yield func(int) bool) {
		for i := 1; i <= n && yield(i); i++ {
		}
	}
}

// Names has fields whose names are spelled in a particular way.
type Names struct {
	UserID      int
	UserIDs     []int
	URLPath     string
	HTTPRequest string
	OAuth2Token string
	ID          int
	Renamed     string `polar:"label"`
	snake       string
	embedded
}

type embedded struct{ Promoted string }

// GetURL is called as get_url.
func (Names) GetURL() string { return "http://example.org/" }

// Named types: the kind decides how policies see them.
type (
	Status string
	Level  int
	Ratio  float64
	Flag   bool
	Tags   []string
	Attrs  map[string]int
)

// Loud is a method of a named string.
func (s Status) Loud() string { return strings.ToUpper(string(s)) + "!" }

// Lower hides the built-in method of strings.
func (s Status) Lower() string { return "lower of Status" }

// Task has fields of named types, which are not all registered.
type Task struct {
	Status Status
	Level  Level
	Ratio  Ratio
	Flag   Flag
	Tags   Tags
	Attrs  Attrs
}

// Kinds has a field of every kind.
type Kinds struct {
	Bool    bool
	Int     int
	Int8    int8
	Int16   int16
	Int32   int32
	Int64   int64
	Uint    uint
	Uint8   uint8
	Uint16  uint16
	Uint32  uint32
	Uint64  uint64
	TooBig  uint64
	Float32 float32
	Float64 float64
	String  string
	Bytes   []byte
	Array   [3]int
	Ints    []int
	NoInts  []int
	Map     map[string]int
	NoMap   map[string]int
	IntMap  map[int]string
	Chan    chan int
	Func    func()
	Complex complex128
	Any     any
	NoAny   any
	Ptr     *int
	PtrPtr  **int
	NoPtr   *int
	Seq     iter.Seq[string]
	Struct  Point
	Structs []Point
	Org     Org
	Orgs    []*Org
	Mixed   []any
	Deep    map[string][]map[string]int
}

// Nulls are the ways a value can be missing.
type Nulls struct {
	Str, NoStr     sql.NullString
	Int, NoInt     sql.NullInt64
	Bool, NoBool   sql.NullBool
	Float, NoFloat sql.NullFloat64
	Time, NoTime   sql.NullTime
	Any, NoAny     sql.Null[int]
	User, NoUser   *User
	Iface          fmt.Stringer // holds a nil pointer
}

// Point is comparable and has no key; Blob is not comparable; Item is identified by two fields.
type (
	Point struct{ X, Y int }
	Blob  struct{ Data []byte }
	Item  struct {
		Shop   string
		Number int
		Note   string
	}
	Node struct {
		Name string
		Next *Node
	}
)

// Label returns the name of the item in the solutions of scripts.
func (i *Item) Label() string { return i.Note }

// Label returns the name of the node in the solutions of scripts.
func (n *Node) Label() string { return n.Name }

// Letters has the keys of the dictionaries in scripts as attributes: a pattern with a
// key that no class has is reported as a misspelling.
type Letters struct{ A, B, C, X, Y any }

// Money is ordered by Compare, Version by Equal and Lt, and a Code has only Equal.
type (
	Money   struct{ Cents int }
	Version struct{ Major, Minor int }
	Code    struct{ Text string }
	Panicky struct{ N int }
	Holder  struct{ Panicky Panicky }
)

func (m Money) Compare(o Money) int    { return cmp.Compare(m.Cents, o.Cents) }
func (v Version) Equal(o Version) bool { return v == o }
func (v Version) Lt(o Version) bool {
	return v.Major < o.Major || v.Major == o.Major && v.Minor < o.Minor
}
func (c Code) Equal(o Code) bool        { return strings.EqualFold(c.Text, o.Text) }
func (p Panicky) Compare(o Panicky) int { panic("compared") }

// UUID is an array with methods: opaque.
type UUID [16]byte

func (u UUID) String() string { return fmt.Sprintf("%x", u[:2]) }

// A Folder is in another folder, or on a shelf.
type (
	Folder struct {
		Name  string
		Place any
	}
	Shelf struct{ Name string }
)

// Label returns the name of the folder in the solutions of scripts.
func (f *Folder) Label() string { return f.Name }

// Label returns the name of the shelf in the solutions of scripts.
func (s *Shelf) Label() string { return s.Name }

// Watchers is a slice with methods, such as a type for a database's column has: a list.
type Watchers []string

func (w Watchers) Value() (driver.Value, error) { return strings.Join(w, ","), nil }
func (w *Watchers) Scan(any) error              { return errors.New("not read here") }
func (w Watchers) First() (string, bool)        { return strings.Join(w[:min(1, len(w))], ""), len(w) > 0 }

// Contains ignores case, and hides the built-in method of lists.
func (w Watchers) Contains(name string) bool {
	return slices.ContainsFunc(w, func(s string) bool { return strings.EqualFold(s, name) })
}

// Ticket has watchers in all the ways that Go has; Raw is of bytes.
type Ticket struct {
	Watchers Watchers
	None     Watchers
	Pointer  *Watchers
	Nil      *Watchers
	Any      any
	Many     []Watchers
	Raw      json.RawMessage
}

// Event has times and durations.
type Event struct {
	At    time.Time
	Later *time.Time
	Never *time.Time
	Took  time.Duration
	ID    UUID
	Same  UUID
	Other UUID
	IP    net.IP
}

// Supertypes. Report declares that it extends Document; Memo only embeds it.
type (
	Document struct{ Title string }
	Report   struct {
		Document
		Pages int
	}
	Memo struct {
		Document
		To string
	}
	Annual struct {
		Report
		Year int
	}
)

// Shape, Solid and Painted are interfaces; Solid is a strict superset of Shape.
type (
	Shape interface{ Area() float64 }
	Solid interface {
		Shape
		Volume() float64
	}
	Painted interface{ Color() string }

	Square struct{ Side float64 }
	Cube   struct{ Side float64 }
	Disc   struct{ R float64 }
)

func (s Square) Area() float64 { return s.Side * s.Side }
func (c Cube) Area() float64   { return 6 * c.Side * c.Side }
func (c Cube) Volume() float64 { return c.Side * c.Side * c.Side }
func (c Cube) Color() string   { return "red" }
func (d *Disc) Area() float64  { return 3 * d.R * d.R }

// A Phase is one of twenty values, each of which leads to the next, in a circle.
type Phase struct{ N int }

func (p Phase) Next() Phase { return Phase{(p.N + 1) % 20} }

// List2 is generic: its instantiations need a name.
type Pair[A, B any] struct {
	First  A
	Second B
}

// Teams and players refer to each other. A relation that is not loaded is fetched
// for a Team, and cannot be for a Player.
type (
	Team struct {
		ID      int
		Name    string
		LeadID  *int
		Lead    *Player
		Players []Player
	}
	Player struct {
		ID     int
		Name   string
		TeamID *int
		Team   *Team
	}
)

// Label returns the name of the player in the solutions of scripts.
func (p *Player) Label() string { return p.Name }

// fetch loads the relations of the teams called blues and whites.
func fetch(_ context.Context, row any, relation string) (any, error) {
	cal := Player{ID: 3, Name: "cal"}
	team := row.(*Team)
	switch {
	case team.Name == "ghosts":
		return nil, errHost
	case relation == "Lead":
		return &cal, nil
	default:
		return []Player{cal, {ID: 4, Name: "dan"}}, nil
	}
}

// newUser and the other functions are constructors.
func newUser(name string, age int) *User { return &User{Name: name, Age: age} }

func newOrg(ctx context.Context, name string) (Org, error) {
	if name == "" {
		return Org{}, errHost
	}
	return Org{Name: name}, ctx.Err()
}

func newMoney(cents int) Money { return Money{cents} }

func newPoint(xy ...int) Point {
	if len(xy) != 2 {
		panic("a point has two coordinates")
	}
	return Point{xy[0], xy[1]}
}

// classes returns the registered classes.
func classes() []polar.Class {
	org := polar.ClassOf[Org]()
	org.Key = []string{"ID"}
	org.Constructor = newOrg
	user := polar.ClassOf[User]()
	user.Constructor = newUser
	names := polar.ClassOf[Names]()
	names.Aliases = map[string]string{"usr": "UserID"}
	item := polar.ClassOf[Item]()
	item.Key = []string{"Shop", "Number"}
	money := polar.ClassOf[Money]()
	money.Constructor = newMoney
	point := polar.ClassOf[Point]()
	point.Constructor = newPoint
	report := polar.ClassOf[Report]()
	report.Extends = extends[Document]()
	annual := polar.ClassOf[Annual]()
	annual.Extends = extends[Report]()
	pair := polar.ClassOf[Pair[string, int]]()
	pair.Name = "StringIntPair"
	team := polar.ClassOf[Team]()
	team.Key = []string{"ID"}
	team.Relations = []polar.Relation{
		{Name: "Lead", Target: reflect.TypeFor[Player](), ForeignKey: []string{"LeadID"}},
		{Name: "Players", Many: true, Target: reflect.TypeFor[Player]()},
	}
	team.Fetch = fetch
	player := polar.ClassOf[Player]()
	player.Key = []string{"ID"}
	player.Relations = []polar.Relation{{Name: "Team", Target: reflect.TypeFor[Team](), ForeignKey: []string{"TeamID"}}}
	return []polar.Class{
		team, player, user, org, polar.ClassOf[Repo](), polar.ClassOf[Issue](), polar.ClassOf[Role](),
		names, polar.ClassOf[Status](), polar.ClassOf[Task](), polar.ClassOf[Kinds](), polar.ClassOf[Nulls](),
		point, polar.ClassOf[Blob](), item, polar.ClassOf[Node](), polar.ClassOf[Letters](),
		money, polar.ClassOf[Version](), polar.ClassOf[Code](), polar.ClassOf[Panicky](), polar.ClassOf[Holder](),
		polar.ClassOf[UUID](), polar.ClassOf[Event](),
		polar.ClassOf[Document](), report, polar.ClassOf[Memo](), annual,
		polar.ClassOf[Shape](), polar.ClassOf[Solid](), polar.ClassOf[Painted](),
		polar.ClassOf[Square](), polar.ClassOf[Cube](), polar.ClassOf[Disc](),
		polar.ClassOf[Phase](), pair, polar.ClassOf[Watchers](), polar.ClassOf[Ticket](),
		polar.ClassOf[Folder](), polar.ClassOf[Shelf](),
	}
}

// extends returns T as the list of declared supertypes.
func extends[T any]() []reflect.Type { return []reflect.Type{reflect.TypeFor[T]()} }

// The time that all times of the scripts are relative to, and the value of the constant now.
var moment = time.Date(2024, 5, 6, 7, 8, 9, 0, time.UTC)

// constants returns the registered constants. It creates them for each call, so
// that a script cannot affect another.
func constants() map[string]any {
	acme := &Org{ID: 1, Name: "acme"}
	globex := &Org{ID: 2, Name: "globex"}
	app := &Repo{ID: 1, Name: "app", Org: acme, Public: true}
	lib := &Repo{ID: 2, Name: "lib", Org: globex}
	alice := &User{
		Name: "alice", Age: 42, Score: 2.5, Tags: []string{"x", "y"}, Email: "alice@example.org",
		Meta:  map[string]any{"a": 1, "b": "two", "c": nil},
		Roles: []Role{{"owner", acme}, {"reader", app}},
		Posts: map[string]int{"go": 3, "c": 1},
	}
	bob := &User{Name: "bob", Age: 17, Boss: alice, Roles: []Role{{"reader", lib}, {"reader", app}}}
	carol := &User{Name: "carol", Age: 30, Boss: bob, Roles: []Role{{"member", acme}}}
	dave := &User{Name: "dave"}
	erin := &User{Name: "erin", Boss: dave}
	dave.Boss = erin
	app.Owner, lib.Owner = alice, bob

	shelf := &Shelf{"shelf"}
	box := &Folder{"box", shelf}

	number := 7
	numberPtr := &number
	var noDisc *Disc
	ring := &Node{Name: "ring"}
	ring.Next = &Node{Name: "next", Next: ring}
	later := moment.Add(time.Hour)
	circle := map[string]any{"n": 1}
	circle["self"] = circle
	pq := slices.Values([]string{"p", "q"})
	reds := &Team{ID: 1, Name: "reds", LeadID: new(1)}
	ann, ben := &Player{ID: 1, Name: "ann", TeamID: new(1), Team: reds}, &Player{ID: 2, Name: "ben", TeamID: new(1), Team: reds}
	reds.Lead, reds.Players = ann, []Player{*ann, *ben}

	return map[string]any{
		"answer": 42, "pi": 3.5, "greeting": "hello", "truth": true, "nothing": nil,
		"no_user": (*User)(nil), "numbers": []int{1, 2, 3}, "scores": map[string]int{"b": 2, "a": 1},
		"users": []*User{alice, bob, carol}, "orgs": []Org{*acme, *globex},
		"alice": alice, "bob": bob, "carol": carol, "dave": dave, "erin": erin,
		"alice_again": &User{Name: "alice", Age: 42},
		"acme":        acme, "acme_again": &Org{ID: 1, Name: "renamed"}, "globex": globex,
		"draft": &Org{Name: "draft"}, "draft_again": &Org{Name: "draft"},
		"app": app, "app_again": &Repo{ID: 1}, "lib": lib, "orphan": &Repo{ID: 3, Name: "orphan"},
		"bug":  &Issue{Title: "bug", Repo: app},
		"wish": &Issue{Title: "wish", Repo: lib, Closed: true},
		"names": &Names{
			UserID: 1, UserIDs: []int{1, 2}, URLPath: "/", HTTPRequest: "GET", OAuth2Token: "t", ID: 2,
			Renamed: "label", snake: "hidden", embedded: embedded{"promoted"},
		},
		"open": Status("open"), "level": Level(3), "hour": time.Hour,
		"task": &Task{"open", 3, 0.5, true, Tags{"a", "b"}, Attrs{"k": 1}},
		"kinds": &Kinds{
			true, -1, -8, -16, -32, -64, 1, 8, 16, 32, 64, math.MaxUint64, 0.5, 2.25, "s", []byte{1, 2}, [3]int{1, 2, 3},
			[]int{4, 5}, nil, map[string]int{"b": 2, "a": 1}, nil, map[int]string{1: "a"}, make(chan int), func() {}, 1i,
			int16(5), nil, numberPtr, &numberPtr, nil, slices.Values([]string{"p", "q"}), Point{1, 2},
			[]Point{{1, 2}, {3, 4}}, *acme, []*Org{acme, nil, globex}, []any{1, "a", nil, alice, 2.5},
			map[string][]map[string]int{"k": {{"x": 1}}},
		},
		"nulls": &Nulls{
			Str: sql.NullString{String: "s", Valid: true}, Int: sql.NullInt64{Int64: 1, Valid: true},
			Bool: sql.NullBool{Bool: true, Valid: true}, Float: sql.NullFloat64{Float64: 0.5, Valid: true},
			Time: sql.NullTime{Time: moment, Valid: true}, Any: sql.Null[int]{V: 3, Valid: true},
			NoStr: sql.NullString{String: "stale"}, NoInt: sql.NullInt64{Int64: 9}, NoBool: sql.NullBool{Bool: true},
			User: alice, Iface: (*time.Location)(nil),
		},
		"point": Point{1, 2}, "point_again": &Point{1, 2}, "other_point": Point{2, 1}, "origin": Point{},
		"blob": &Blob{[]byte{1}}, "blob_again": &Blob{[]byte{1}},
		"item": &Item{"shop", 1, "item"}, "item_again": &Item{"shop", 1, "again"}, "other_item": &Item{"shop", 2, "other"},
		"draft_item": &Item{Note: "draft"}, "ring": ring,
		"cheap": Money{5}, "cheap_again": &Money{5}, "dear": Money{900},
		"v1": Version{1, 0}, "v1_again": Version{1, 0}, "v2": Version{2, 1},
		"code": Code{"abc"}, "code_again": Code{"ABC"}, "other_code": Code{"x"},
		"shelf": shelf, "box": box, "inner": &Folder{"inner", box}, "loose": &Folder{Name: "loose"},
		"ticket": &Ticket{
			Watchers: Watchers{"ann", "Ben"}, Pointer: &Watchers{"cal"}, Any: Watchers{"dan"},
			Many: []Watchers{{"eve"}, nil}, Raw: json.RawMessage("{}"),
		},
		"uuid": &UUID{1}, "uuid_again": &UUID{1}, "other_uuid": &UUID{2},
		"circle": circle, "odd": []float64{1, math.NaN()}, "first_phase": Phase{0}, "no_phase": Phase{99},
		"sequence": pq, "sequences": []iter.Seq[string]{pq}, "named_sequences": map[string]iter.Seq[string]{"a": pq},
		"holder": &Holder{Panicky{1}}, "panicky": Panicky{1}, "panicky_again": Panicky{2},
		"event": &Event{
			At: moment, Later: &later, Took: 90 * time.Second, ID: UUID{1}, Same: UUID{1}, Other: UUID{2},
			IP: net.IPv4(127, 0, 0, 1),
		},
		"document": &Document{"document"}, "report": &Report{Document{"report"}, 12},
		"memo": &Memo{Document{"memo"}, "alice"}, "annual": &Annual{Report{Document{"annual"}, 99}, 2023},
		"square": Square{2}, "cube": Cube{2}, "disc": &Disc{2}, "no_disc": noDisc,
		"pair": Pair[string, int]{"one", 1},
		"reds": reds, "ann": ann, "ben": ben, "cal": &Player{ID: 3, Name: "cal"}, "eve": &Player{ID: 5, Name: "eve", TeamID: new(1)},
		"blues": &Team{ID: 2, Name: "blues", LeadID: new(3)}, "whites": &Team{ID: 3, Name: "whites", LeadID: new(3)},
		"greens": &Team{ID: 4, Name: "greens", Players: []Player{}}, "ghosts": &Team{ID: 5, Name: "ghosts", LeadID: new(9)},
	}
}

// The guide's application: users, a guest, expenses, organizations and
// requests. Actor is an interface, so it defines the members of the union.
type (
	guideActor interface{ Authenticated() bool }
	guideUser  struct {
		ID             int `polar:",id"`
		OrganizationID int
		Email, Title   string
		ManagerID      *int
	}
	guideGuest   struct{}
	guideExpense struct {
		ID, UserID, Amount int
		Description        string
	}
	guideOrganization struct {
		ID   int
		Name string
	}
	guideRequest struct{ Method, Path string }
)

func (guideUser) Authenticated() bool  { return true }
func (guideGuest) Authenticated() bool { return false }

func (r guideRequest) Segments() []string { return strings.Split(strings.Trim(r.Path, "/"), "/") }

func (u *guideUser) Label() string         { return u.Email }
func (guideGuest) Label() string           { return "guest" }
func (e *guideExpense) Label() string      { return e.Description }
func (o *guideOrganization) Label() string { return o.Name }
func (r guideRequest) Label() string       { return r.Path }

// guideClasses returns the classes of the guide's application.
func guideClasses() []polar.Class {
	named := func(name string, c polar.Class) polar.Class {
		c.Name = name
		return c
	}
	return []polar.Class{
		named("Actor", polar.ClassOf[guideActor]()),
		named("User", polar.ClassOf[guideUser]()),
		named("Guest", polar.ClassOf[guideGuest]()),
		named("Expense", polar.ClassOf[guideExpense]()),
		named("Organization", polar.ClassOf[guideOrganization]()),
		named("Request", polar.ClassOf[guideRequest]()),
	}
}

// guideConstants returns the constants of the guide's application.
func guideConstants() map[string]any {
	return map[string]any{
		"max_amount": 10_000,
		"ceo":        &guideUser{ID: 1, OrganizationID: 1, Email: "alice@foo.com", Title: "CEO"},
		"accountant": &guideUser{ID: 3, OrganizationID: 1, Email: "bhavik@foo.com", Title: "Accountant", ManagerID: new(int)},
		"stranger":   &guideUser{ID: 9, OrganizationID: 2, Email: "zora@bar.com"},
		"guest":      guideGuest{},
		"pug":        &guideExpense{ID: 2, UserID: 1, Amount: 17743, Description: "Pug irony."},
		"lunch":      &guideExpense{ID: 1, UserID: 3, Amount: 500, Description: "Lunch."},
		"foo":        &guideOrganization{1, "Foo Industries"},
		"bar":        &guideOrganization{2, "Bar, Inc."},
		"get_root":   guideRequest{"GET", "/"},
		"get_whoami": guideRequest{"GET", "/whoami"},
		"get_one":    guideRequest{"GET", "/expenses/2"},
		"get_org":    guideRequest{"GET", "/organizations/1"},
		"put_submit": guideRequest{"PUT", "/expenses/submit"},
	}
}

// goValues returns values that only Go code has, which "#!" queries can pass besides constants.
func goValues() map[string]any {
	return map[string]any{
		"User": polar.ClassOf[User](), "Repo": polar.ClassOf[Repo](), "Org": polar.ClassOf[Org](), "Shape": polar.ClassOf[Shape](),
		"Unregistered": polar.ClassOf[http.Server](), "unregistered": &http.Server{Addr: "secret"},
		"user_value": User{Name: "value", Age: 1}, "user_ptr_ptr": new(&User{Name: "pointer"}),
		"big": uint64(math.MaxUint64), "fits": uint64(math.MaxInt64), "small": int8(-3), "float32": float32(0.5),
		"chan": make(chan int), "func": func() {}, "complex": 1i,
		"no_any": any(nil), "no_slice": []int(nil), "no_map": map[string]int(nil), "no_func": (func())(nil),
		"strings": []string{"a", "b"}, "array": [2]bool{true, false}, "bytes": []byte("ab"),
		"int_map": map[int]string{1: "a"}, "status_map": map[Status]int{"open": 1}, "attrs": Attrs{"k": 1}, "tags": Tags{"t"},
		"seq": iter.Seq[int](upTo(3)), "endless": iter.Seq[int](upTo(math.MaxInt)),
		"null": sql.NullString{}, "valid": sql.NullString{String: "s", Valid: true},
		"struct": struct{ A int }{1}, "err": errHost, "raw": json.RawMessage("[1]"),
	}
}
