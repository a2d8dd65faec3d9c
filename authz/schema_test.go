package authz_test

import (
	"context"
	"database/sql"
	"flag"
	"iter"
	"net/http"
	"net/url"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ursa-authz/ursa/authz"
	"github.com/ursa-authz/ursa/authz/polar/analysis"
	"github.com/ursa-authz/ursa/authz/polar/schema"
)

// The types of the golden schema.
type (
	sPerson interface{ Admin() bool }

	sStatus string

	sMoney struct{ Cents int64 }

	sModel struct {
		ID        int `polar:",id"`
		CreatedAt time.Time
	}

	sUser struct {
		sModel
		Name    string `polar:"full_name,show"`
		Email   *string
		Phone   sql.NullString
		Hash    string `polar:"-"`
		Tags    []string
		Friends []*sUser
		Meta    map[string]any
		Extra   any
		Header  http.Header
		Home    *url.URL
		Status  sStatus
		Balance sMoney
		TeamID  int
		Team    *sTeam
		secret  string
	}

	sTeam struct {
		ID   int
		Name string
	}
)

func (sStatus) Values() []sStatus         { return []sStatus{"open", "closed"} }
func (m sMoney) Compare(n sMoney) int     { return int(m.Cents - n.Cents) }
func (m sMoney) Split(parts int) []sMoney { return nil }
func (sUser) Admin() bool                 { return false }
func (u *sUser) Manages(ctx context.Context, others ...*sUser) (bool, error) {
	return u.secret != "", nil
}
func (sUser) Reports() iter.Seq[*sUser] { return nil }
func (sUser) Nothing()                  {}
func (*sTeam) Lead() *sUser             { return nil }

func schemaConfig() authz.Config {
	type user = sUser
	return authz.Config{
		Policies: authz.String("p.polar", `allow(u: User, "read", t: Team) if u.team_id = t.id and max > 0;`),
		Classes: []authz.Class{
			{Name: "Person", Type: reflect.TypeFor[sPerson]()},
			{Name: "User", Type: reflect.TypeFor[user](), Relations: []authz.Relation{
				{Name: "Team", Target: reflect.TypeFor[sTeam](), ForeignKey: []string{"TeamID"}},
				{Name: "Friends", Many: true, Target: reflect.TypeFor[user]()},
			}, Aliases: map[string]string{"cents": "Balance.Cents"}},
			{Name: "Member", Type: reflect.TypeFor[user]()},
			{Name: "Team", Type: reflect.TypeFor[sTeam](), Key: []string{"ID"}, Constructor: func(name string) *sTeam { return nil }},
		},
		Constants: map[string]any{
			"max": 10, "token": "sesame-open", "owners": []string{"alice"}, "root": &sUser{}, "since": time.Now(),
			"teams": authz.Class{Name: "Team", Type: reflect.TypeFor[sTeam]()}, "nothing": nil,
		},
		DenyRule: true,
	}
}

// TestSchema holds a schema with one of each against its golden file.
func TestSchema(t *testing.T) {
	az, err := authz.New(schemaConfig())
	if err != nil {
		t.Fatal(err)
	}
	s, err := az.Schema()
	if err != nil {
		t.Fatal(err)
	}
	got, err := s.JSON()
	if err != nil {
		t.Fatal(err)
	}
	for range 20 { // maps have no order
		az, err := authz.New(schemaConfig())
		if err != nil {
			t.Fatal(err)
		}
		s, err := az.Schema()
		if err != nil {
			t.Fatal(err)
		}
		if again, _ := s.JSON(); string(again) != string(got) {
			t.Fatalf("two schemas differ:\n%s\n%s", got, again)
		}
	}
	if strings.Contains(string(got), "sesame") || strings.Contains(string(got), "alice") {
		t.Error("the schema contains the value of a constant")
	}
	const golden = "testdata/schema.golden.json"
	if *updateSchema {
		if err := os.WriteFile(golden, got, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != string(want) {
		t.Errorf("the schema differs from %s (run with -update-schema if it was meant to change):\n%s", golden, got)
	}
	read, err := schema.Parse(got)
	if err != nil {
		t.Fatal(err)
	}
	if again, _ := read.JSON(); string(again) != string(got) {
		t.Errorf("read and written again:\n%s", again)
	}
}

var updateSchema = flag.Bool("update-schema", false, "write the golden file of the schema")

// TestSchemaRejected: what is not a schema, or contradicts itself, is an error and never a panic.
func TestSchemaRejected(t *testing.T) {
	class := func(text string) string { return `{"version":1,"classes":[{"name":"A","go":"A",` + text + `}]}` }
	deep := strings.Repeat("[", 5000) + "String" + strings.Repeat("]", 5000)
	for _, tt := range []struct{ text, want string }{
		{``, "unexpected end"},
		{`{}`, "no version"},
		{`{"version":2}`, "version 2"},
		{`{"version":1,"colour":3}`, "unknown field"},
		{class(`"kind":"Instance"`), "not a kind"},
		{class(`"supers":["B"]`), "not one of its supertypes"},
		{class(`"supers":["A"]`), "not one of its supertypes"},
		{class(`"supers":["String"]`), "not one of its supertypes"},
		{class(`"sameAs":"A"`), "is not there"},
		{class(`"fields":[{"name":"x","go":"X","type":"Colour"}]`), `"Colour" is not a type`},
		{class(`"fields":[{"name":"x","go":"X","type":"[]"}]`), `"[]" is not a type`},
		{class(`"fields":[{"name":"x","go":"X","type":""}]`), `"" is not a type`},
		{class(`"fields":[{"name":"x","go":"X","type":"` + deep + `"}]`), "too long"},
		{class(`"fields":[{"name":"x","go":"X","type":"String"},{"name":"x","go":"Y","type":"String"}]`), "two fields"},
		{class(`"kind":"List"`), "is not a type"},
		{class(`"methods":[{"name":"f","variadic":true,"result":"any"}]`), "variadic"},
		{class(`"methods":[{"name":"f","go":"F","params":["B"],"result":"any"}]`), "is not a type"},
		{class(`"values":[1.5]`), "not an integer"},
		{class(`"values":[true]`), "neither a string nor an integer"},
		{`{"version":1,"classes":[{"name":"A","go":"A"},{"name":"A","go":"A"}]}`, "name of two"},
		{`{"version":1,"classes":[{"name":"String","go":"A"}]}`, "cannot be the name"},
		{`{"version":1,"classes":[{"name":"x y","go":"A"}]}`, "cannot be the name"},
		{`{"version":1,"types":[{"name":"any","go":"A"}]}`, "cannot be the name"},
		{`{"version":1,"constants":[{"name":"c","type":"class B"}]}`, "not a class"},
		{`{"version":1,"constants":[{"name":"c","type":"B"}]}`, "not a type"},
	} {
		s, err := schema.Parse([]byte(tt.text))
		if err == nil {
			_, err = analysis.Load(t.Context(), nil, s, true)
		}
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%.100s: got %v, want %q", tt.text, err, tt.want)
		}
	}
}

// TestSchemaIsAsGood: a policy is checked against the golden schema as against the types.
func TestSchemaIsAsGood(t *testing.T) {
	text, err := os.ReadFile("testdata/schema.golden.json")
	if err != nil {
		t.Fatal(err)
	}
	s, err := schema.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	for _, policy := range []string{
		`allow(u: User, "read", t: Team) if u.team.name = t.nmae;`,
		`allow(u: User, "read", _: Team) if u.secret = "";`,
		`allow(u: User, "read", _: Team) if u.status = "opne";`,
		`allow(u: User, "read", _: Team) if u.balance < 5;`,
		`allow(u: User, "read", _: Team) if u.balance < u.balance;`,
		`allow(u: User, "read", t: Team) if u.manages(t);`,
		`allow(u: User, "read", _: Team) if u.manages(u, u, root);`,
		`allow(u: User, "read", _: Team) if u.nothing();`,
		`allow(u: User, "read", _: Team) if r in u.reports() and r.full_name = 3;`,
		`allow(u: User, "read", _: Team) if f in u.friends and f.hash = "";`,
		`allow(u: User, "read", _: Team) if u.created_at < since and u.created_at < 5;`,
		`allow(u: User, "read", _: Team) if u.created_at.yeer() = 5;`,
		`allow(p: Person, "read", t: Team) if p.full_name = t.name;`,
		`allow(m: Member, "read", _: Team) if max = "x" or m.full_name in owners or m.cents = "1";`,
		`allow(_: User, "read", _: Team) if new Team(1) = teams;`,
		`allow(u: User, "read", t: Team) if t matches Member and u.id = 1;`,
		`deny(u: User, "read", t: Team) if u.team = t;`,
	} {
		cfg := schemaConfig()
		cfg.Policies = authz.String("p.polar", policy)
		var want []string
		az, err := authz.New(cfg)
		if err != nil {
			long, ok := unwrapAll(err).(interface{ Long() string })
			if !ok {
				t.Fatal(err)
			}
			want = append(want, long.Long())
		} else {
			for _, d := range az.Diagnostics() {
				want = append(want, d.Long())
			}
		}
		p, err := analysis.Load(t.Context(), []analysis.Source{{Name: "p.polar", Text: policy}}, s, false)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, d := range p.Diagnostics {
			if az != nil || d.Severity == 0 {
				got = append(got, d.Long())
			}
		}
		if az == nil {
			got = []string{strings.Join(got, "\n")}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s\nwith types:  %s\nwith schema: %s", policy, want, got)
		}
	}
}

// unwrapAll returns the last error of a chain.
func unwrapAll(err error) error {
	for {
		u, ok := err.(interface{ Unwrap() error })
		if !ok {
			return err
		}
		err = u.Unwrap()
	}
}
