package resolve

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/ursa-authz/ursa/authz/internal/host"
	"github.com/ursa-authz/ursa/authz/polar/syntax"
)

// The types for the policies of the tests.
type (
	Principal interface{ PrincipalID() string } // registered as Actor in some tests

	User struct {
		ID        int
		Name      string
		Email     *string
		Age       int
		Score     float64
		Admin     bool
		Tags      []string
		Meta      map[string]any
		Boss      *User
		Org       *Org
		Teams     []Team
		Joined    time.Time
		Status    Status
		Extra     any
		password  string
		CreatedAt time.Time
	}
	Guest struct {
		ID   int
		Name string
	}
	Org struct {
		ID   int
		Name string
	}
	Team struct {
		ID  int
		Org Org
	}
	Repo struct {
		ID     int
		Name   string
		Public bool
		Org    *Org
		Owner  User
		Stars  int64
		Labels []string
	}
	Issue struct {
		ID      int
		Title   string
		Repo    *Repo
		Creator *User
		Closed  bool
	}
	// Staff is a User with more fields.
	Staff struct {
		User
		Level int
	}
	// Version compares by a method.
	Version struct{ Major, Minor int }
	Status  string
	// Document is a registered interface.
	Document interface{ DocumentKind() string }
	Page     struct {
		ID    int
		Title string
		Body  string
	}
	Sheet struct {
		ID    int
		Title string
		Cells []int
	}
)

// Types that list their values.
type (
	State    string
	Priority int
	Rank     string
	Odd      string // lists them with a method of another signature
	Tuple    string // has a method Values that means something else
	Broken   string // has one that panics
	Ticket   struct {
		ID       int
		State    State
		Past     []State
		Priority Priority
		Role     Rank
		Odd      Odd
		Tuple    Tuple
		Broken   Broken
		OwnerID  *int
		MemberID *int
		Members  []*User
		Extra    any
	}
)

func (State) Values() []State       { return []State{"open", "closed"} }
func (Priority) Values() []Priority { return []Priority{1, 2, 3} }
func (Rank) Values() []string       { return []string{"admin", "user"} }
func (Odd) Values() map[string]bool { return nil }
func (t Tuple) Values() []string    { return strings.Split(string(t), ",") }
func (Broken) Values() []Broken     { panic("broken") }

// Actors with and without a key.
type (
	Person struct {
		ID   int
		Name string
	}
	Robot  struct{ Name string }
	Member struct{ ID *int }
)

func (u *User) PrincipalID() string         { return u.Name }
func (g Guest) PrincipalID() string         { return g.Name }
func (u User) HasTag(tag string) bool       { return len(u.Tags) > 0 && u.Tags[0] == tag && u.password == "" }
func (u User) Friends() ([]User, error)     { return nil, nil }
func (u *User) Manager() (*User, bool)      { return u.Boss, u.Boss != nil }
func (u User) Sum(base int, xs ...int) int  { return base + len(xs) }
func (u User) Knows(other *User) bool       { return other != nil }
func (u User) Nothing()                     {}
func (s Status) IsOpen() bool               { return s == "open" }
func (v Version) Compare(w Version) int     { return v.Major - w.Major }
func (p Page) DocumentKind() string         { return "page" }
func (s Sheet) DocumentKind() string        { return "sheet" }
func (s Sheet) Cell(row, column int) int    { return s.Cells[row+column] }
func (r Repo) Issues() []Issue              { return nil }
func (r Repo) Latest() (v Version, ok bool) { return Version{}, false }

// testRegistry returns a registry of the types above.
func testRegistry(t testing.TB, more ...host.Class) *host.Registry {
	t.Helper()
	classes := append([]host.Class{
		{Type: reflect.TypeFor[User](), Key: []string{"ID"}, Constructor: func(name string, age int) User { return User{Name: name, Age: age} }},
		{Type: reflect.TypeFor[Guest](), Key: []string{"ID"}},
		{Type: reflect.TypeFor[Org](), Key: []string{"ID"}, Constructor: func(name string) Org { return Org{Name: name} }},
		{Type: reflect.TypeFor[Team]()},
		{Type: reflect.TypeFor[Repo](), Key: []string{"ID"}},
		{Type: reflect.TypeFor[Issue](), Key: []string{"ID"}},
		{Type: reflect.TypeFor[Staff](), Key: []string{"ID"}, Extends: []reflect.Type{reflect.TypeFor[User]()}},
		{Type: reflect.TypeFor[Version]()},
		{Type: reflect.TypeFor[Status]()},
		{Type: reflect.TypeFor[State]()},
		{Type: reflect.TypeFor[Priority]()},
		{Type: reflect.TypeFor[Rank]()},
		{Type: reflect.TypeFor[Ticket](), Key: []string{"ID"}},
		{Type: reflect.TypeFor[Person]()},
		{Type: reflect.TypeFor[Robot]()},
		{Type: reflect.TypeFor[Member](), Key: []string{"ID"}},
		{Type: reflect.TypeFor[Document]()},
		{Type: reflect.TypeFor[Page]()},
		{Type: reflect.TypeFor[Sheet]()},
	}, more...)
	reg, err := host.NewRegistry(classes)
	if err != nil {
		t.Fatal(err)
	}
	return reg
}

// loadString loads one source with the test registry, unless opts has one.
func loadString(t testing.TB, src string, opts Options) (*Module, []syntax.Diagnostic) {
	t.Helper()
	return loadSources(t, opts, src)
}

// loadSources loads sources; they are named test.polar, test2.polar and so on.
func loadSources(t testing.TB, opts Options, srcs ...string) (*Module, []syntax.Diagnostic) {
	t.Helper()
	var files []*syntax.File
	for i, src := range srcs {
		name := "test.polar"
		if i > 0 {
			name = "test" + string(rune('1'+i)) + ".polar"
		}
		f, ds := syntax.Parse(name, src)
		if err := syntax.Errors(ds); err != nil {
			t.Fatalf("%s: %v", src, err)
		}
		files = append(files, f)
	}
	if opts.Registry == nil {
		opts.Registry = testRegistry(t)
	}
	if opts.Constants == nil {
		opts.Constants = testOptions(opts.Registry).Constants
	}
	m, ds := Load(files, opts)
	sameBySchema(t, files, opts, ds)
	return m, ds
}

// sameBySchema reports an error unless the files have the same diagnostics when the types
// are those that the schema of the registry describes.
func sameBySchema(t testing.TB, files []*syntax.File, opts Options, want []syntax.Diagnostic) {
	t.Helper()
	s, err := opts.Registry.Schema(opts.Constants)
	if err != nil {
		t.Fatal(err)
	}
	if opts.Registry, opts.Constants, err = host.Described(s); err != nil {
		t.Fatal(err)
	}
	if _, got := Load(files, opts); texts(got) != texts(want) {
		t.Errorf("with Go types:\n%s\nwith a schema:\n%s", texts(want), texts(got))
	}
}
