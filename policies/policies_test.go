package policies_test

// This file tests what each policy decides. A table has one line for each question,
// with all actors that are allowed.

import (
	"context"
	"errors"
	"io/fs"
	"maps"
	"net/http/httptest"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/ursa-authz/ursa/adapters/oso"
	"github.com/ursa-authz/ursa/authz"
	"github.com/ursa-authz/ursa/authz/authztest"
	"github.com/ursa-authz/ursa/policies"
)

// The classes that the policies name.
type (
	Actor interface{ IsAuthenticated() bool }
	User  struct {
		ID             int `polar:",id"`
		Title          string
		OrganizationID int
		Organization   *Organization
		ManagerID      *int
		Manager        *User
	}
	Guest   struct{}
	Expense struct {
		ID     int `polar:",id"`
		UserID int
		User   *User
	}
	Organization struct {
		ID int `polar:",id"`
	}
)

func (User) IsAuthenticated() bool  { return true }
func (Guest) IsAuthenticated() bool { return false }

// The actors and resources of the tables.
var (
	foo, bar = &Organization{ID: 1}, &Organization{ID: 2}

	ceo        = employee(1, "CEO", foo, nil)
	cfo        = employee(2, "CFO", foo, ceo)
	accountant = employee(3, "Accountant", foo, cfo)
	lead       = employee(4, "Engineering Manager", foo, ceo)
	engineer   = employee(5, "Software Engineer", foo, lead)
	director   = employee(6, "Managing Director", bar, nil)
	bookkeeper = employee(7, "Bookkeeper", bar, director)

	actors = map[string]any{
		"ceo": ceo, "cfo": cfo, "accountant": accountant, "lead": lead, "engineer": engineer,
		"director": director, "bookkeeper": bookkeeper, "guest": Guest{},
	}
)

func employee(id int, title string, org *Organization, manager *User) *User {
	u := &User{ID: id, Title: title, OrganizationID: org.ID, Organization: org, Manager: manager}
	if manager != nil {
		u.ManagerID = &manager.ID
	}
	return u
}

func by(u *User) *Expense { return &Expense{ID: 100 + u.ID, UserID: u.ID, User: u} }

// open returns an Authorizer for the policy in a folder.
func open(t *testing.T, folder string, engine authz.Engine) *authz.Authorizer {
	t.Helper()
	classes := []authz.Class{authz.ClassOf[User](), authz.ClassOf[Guest](), authz.ClassOf[Expense](), authz.ClassOf[Organization]()}
	if folder != "expenses-oso" { // go-oso has no interfaces
		classes = append(classes, authz.ClassOf[Actor]())
	}
	az, err := authz.New(authz.Config{Policies: authz.FS(policies.FS, folder+"/*.polar"), Classes: classes, Engine: engine})
	if err != nil {
		t.Fatal(err)
	}
	authztest.NoWarnings(t, az)
	return az
}

// A row is a question and the actors that are allowed.
type row struct {
	action   string
	resource any // a string is the path of a request
	allowed  string
}

// check asks the question of every row for every actor.
func check(t *testing.T, az *authz.Authorizer, rows []row) {
	t.Helper()
	for _, r := range rows {
		resource, name := r.resource, ""
		switch x := r.resource.(type) {
		case string:
			name = x
			request, err := az.Request(httptest.NewRequest(r.action, x, nil))
			if err != nil {
				t.Fatal(err)
			}
			resource = request
		case *Expense:
			name = "the expense of " + x.User.Title
		case *Organization:
			name = map[*Organization]string{foo: "foo", bar: "bar"}[x]
		}
		var allowed []string
		for _, actor := range slices.Sorted(maps.Keys(actors)) {
			ok, err := az.IsAllowed(context.Background(), actors[actor], r.action, resource)
			if err != nil {
				t.Errorf("%s: %s %s: %v", actor, r.action, name, err)
			}
			if ok {
				allowed = append(allowed, actor)
			}
		}
		if got := strings.Join(allowed, " "); got != r.allowed {
			t.Errorf("%s %s is allowed to: %q, want %q", r.action, name, got, r.allowed)
		}
	}
}

const (
	everybody = "accountant bookkeeper ceo cfo director engineer guest lead"
	users     = "accountant bookkeeper ceo cfo director engineer lead"
	ofFoo     = "accountant ceo cfo engineer lead"
)

// expenses is what the policies expenses and expenses-oso decide.
var expenses = []row{
	{"GET", "/", everybody},
	{"GET", "/whoami", users},
	{"GET", "/expenses", users},
	{"GET", "/expenses/", users},
	{"GET", "/expenses/2", users},
	{"HEAD", "/expenses/2", ""}, // Middleware decides HEAD as GET
	{"PUT", "/expenses/submit", users},
	{"GET", "/organizations/1", users},
	{"POST", "/", ""},
	{"PUT", "/expenses/2", ""},
	{"POST", "/expenses/submit", ""},
	{"DELETE", "/expenses/2", ""},
	{"GET", "/expenses/2/lines", ""},
	{"GET", "/organizations", ""},
	{"GET", "/Whoami", ""},
	{"GET", "/nowhere", ""},

	{"read", by(engineer), "engineer"},
	{"read", by(ceo), "ceo"},
	{"create", by(engineer), "engineer"},
	{"update", by(engineer), ""},
	{"delete", by(engineer), ""},
	{"GET", by(engineer), ""},
	{"read", foo, ofFoo},
	{"read", bar, "bookkeeper director"},
	{"update", foo, ""},
}

func TestExpenses(t *testing.T) { check(t, open(t, "expenses", nil), expenses) }

func TestExpensesOso(t *testing.T) {
	t.Run("polar", func(t *testing.T) { check(t, open(t, "expenses-oso", nil), expenses) })
	t.Run("oso", func(t *testing.T) {
		trivial := authz.Config{Policies: authz.String("p.polar", "allow(_, _, _);"), Engine: osoengine.New()}
		if _, err := authz.New(trivial); errors.Is(err, authz.ErrUnsupported) {
			t.Skip("go-oso has no library for this build")
		}
		check(t, open(t, "expenses-oso", osoengine.New()), expenses)
	})
}

// managed is what the policy managed decides.
var managed = []row{
	{"GET", "/", everybody},
	{"GET", "/expenses/2", users},
	{"PUT", "/expenses/submit", users},
	{"POST", "/", users},

	{"read", by(engineer), "accountant ceo cfo engineer lead"},
	{"read", by(lead), "accountant ceo cfo lead"},
	{"read", by(cfo), "accountant ceo cfo"},
	{"read", by(ceo), "accountant ceo cfo"},
	{"read", by(director), "bookkeeper director"},
	{"read", by(bookkeeper), "bookkeeper director"},
	{"create", by(engineer), "engineer"},
	{"delete", by(engineer), ""},
	{"read", foo, ofFoo},
	{"read", bar, "bookkeeper director"},
	{"create", foo, ""},
}

func TestManaged(t *testing.T) { check(t, open(t, "managed", nil), managed) }

// TestManagedLoop: the recursion ends if two users manage each other.
func TestManagedLoop(t *testing.T) {
	a, b := employee(11, "A", foo, nil), employee(12, "B", foo, nil)
	a.Manager, a.ManagerID, b.Manager, b.ManagerID = b, &b.ID, a, &a.ID
	az := open(t, "managed", nil)
	for _, tt := range []struct {
		user *User
		want bool
	}{{a, true}, {b, true}, {engineer, false}} {
		if ok, err := az.IsAllowed(t.Context(), tt.user, "read", by(a)); ok != tt.want || err != nil {
			t.Errorf("%s: %v, %v, want %v", tt.user.Title, ok, err, tt.want)
		}
	}
}

// TestFS: FS has the folders in the package comment.
func TestFS(t *testing.T) {
	files, err := fs.Glob(policies.FS, "*/*")
	if err != nil {
		t.Fatal(err)
	}
	var folders []string
	for _, f := range files {
		folders = append(folders, path.Dir(f))
	}
	if got, want := slices.Compact(folders), []string{"expenses", "expenses-oso", "issues", "managed"}; !slices.Equal(got, want) {
		t.Errorf("folders %q, want %q", got, want)
	}
}
