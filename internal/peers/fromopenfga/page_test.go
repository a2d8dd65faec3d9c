package fromopenfga_test

// This file runs the models of docs/from-openfga.md on both engines.

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	openfgav1 "github.com/openfga/api/proto/openfga/v1"
	"github.com/openfga/language/pkg/go/transformer"
	"github.com/openfga/openfga/pkg/server"
	"github.com/openfga/openfga/pkg/storage/memory"
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/ursa-authz/ursa/authz"
	"github.com/ursa-authz/ursa/internal/peers/page"
)

// now is the time of all questions.
var now = time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)

// A store is a store of OpenFGA, with a model and tuples.
type store struct {
	server    *server.Server
	id, model string
	context   *structpb.Struct
}

// newStore returns a store. A tuple is a line "user relation object", which may end in
// "until:" and a time, the context of the condition not_expired.
func newStore(t testing.TB, model, tuples string) *store {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	ds := memory.New()
	s := &store{server: server.MustNewServerWithOpts(server.WithDatastore(ds))}
	t.Cleanup(func() { s.server.Close(); ds.Close() })
	created, err := s.server.CreateStore(t.Context(), &openfgav1.CreateStoreRequest{Name: "page"})
	must(err)
	s.id = created.GetId()
	parsed, err := transformer.TransformDSLToProto(model)
	must(err)
	written, err := s.server.WriteAuthorizationModel(t.Context(), &openfgav1.WriteAuthorizationModelRequest{
		StoreId: s.id, SchemaVersion: parsed.GetSchemaVersion(), TypeDefinitions: parsed.GetTypeDefinitions(), Conditions: parsed.GetConditions(),
	})
	must(err)
	s.model = written.GetAuthorizationModelId()
	var keys []*openfgav1.TupleKey
	for line := range strings.Lines(tuples) {
		word := strings.Fields(line)
		key := &openfgav1.TupleKey{User: word[0], Relation: word[1], Object: word[2]}
		if len(word) > 3 {
			until, err := structpb.NewStruct(map[string]any{"expires": strings.TrimPrefix(word[3], "until:")})
			must(err)
			key.Condition = &openfgav1.RelationshipCondition{Name: "not_expired", Context: until}
		}
		keys = append(keys, key)
	}
	for some := range slices.Chunk(keys, 100) { // as many as a request may have
		_, err = s.server.Write(t.Context(), &openfgav1.WriteRequest{
			StoreId: s.id, AuthorizationModelId: s.model, Writes: &openfgav1.WriteRequestWrites{TupleKeys: some},
		})
		must(err)
	}
	s.context, err = structpb.NewStruct(map[string]any{"current_time": now.Format(time.RFC3339)})
	must(err)
	return s
}

func (s *store) check(user, relation, object string) (bool, error) {
	response, err := s.server.Check(context.Background(), &openfgav1.CheckRequest{
		StoreId: s.id, AuthorizationModelId: s.model, Context: s.context,
		TupleKey: &openfgav1.CheckRequestTupleKey{User: user, Relation: relation, Object: object},
	})
	return response.GetAllowed(), err
}

func (s *store) list(user, relation, typ string) ([]string, error) {
	response, err := s.server.ListObjects(context.Background(), &openfgav1.ListObjectsRequest{
		StoreId: s.id, AuthorizationModelId: s.model, Context: s.context, User: user, Relation: relation, Type: typ,
	})
	return response.GetObjects(), err
}

func config(policy authz.Policies) authz.Config {
	return authz.Config{
		Policies: policy,
		Classes: page.Classes(
			authz.ClassOf[User](), authz.ClassOf[Team](), authz.ClassOf[Membership](), authz.ClassOf[Organization](),
			authz.ClassOf[Repo](), authz.ClassOf[Grant](),
			authz.ClassOf[Group](), authz.ClassOf[Folder](), authz.ClassOf[Document](), authz.ClassOf[Share](),
		),
		DenyRule: true,
		Now:      func() time.Time { return now },
	}
}

const drive = "A drive"

// driveWorld returns what the tuples of the drive say, as values.
func driveWorld() page.World[*User, *Document] {
	all := &Group{Name: "all"}
	staff := &Group{Name: "staff", Parent: all}
	anne := &User{Name: "anne", Groups: []*Group{staff}}
	beth := &User{Name: "beth", Groups: []*Group{all}}
	carl, dora, eric := &User{Name: "carl"}, &User{Name: "dora"}, &User{Name: "eric"}
	fred, gina, hugo := &User{Name: "fred"}, &User{Name: "gina"}, &User{Name: "hugo"}
	// The model has no role "commenter", so there is no tuple for it.
	plans := &Folder{Name: "plans", Owner: carl, Shares: []Share{{Role: "viewer", Group: all}, {Role: "commenter", User: hugo}}}
	folder := &Folder{Name: "2026", Parent: plans}
	return page.World[*User, *Document]{
		Actors:  []*User{anne, beth, carl, dora, eric, fred, gina, hugo},
		Actions: []string{"read", "write", "publish"},
		Resources: []*Document{
			{
				Name: "roadmap", Folder: folder, Owner: dora, Blocked: []*User{beth}, Reviewers: []*User{eric, gina},
				Shares: []Share{{Role: "writer", User: eric}},
			},
			{
				Name: "readme", Owner: fred, Blocked: []*User{fred},
				Shares: []Share{{Role: "viewer", Public: true}, {Role: "writer", Group: staff}},
			},
			{
				Name: "budget",
				Shares: []Share{
					{Role: "viewer", User: dora, Expires: new(time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC))},
					{Role: "viewer", User: eric, Expires: new(time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC))},
				},
			},
		},
	}
}

func TestPage(t *testing.T) {
	p := page.Open(t, "from-openfga.md", "example_test.go", "page_test.go")
	p.Version("github.com/openfga/openfga")

	const codehost = "A code host"
	acme := &Organization{Name: "acme", BaseRole: "repo_reader"}
	other := &Organization{Name: "other"}
	backend := &Team{Name: "backend"}
	core := &Team{Name: "core", Parent: backend}

	anne := &User{Name: "anne", Teams: []*Team{core}}
	beth := &User{Name: "beth", Teams: []*Team{backend}}
	carl := &User{Name: "carl", Memberships: []Membership{{"owner", acme}}}
	dora := &User{Name: "dora", Memberships: []Membership{{"member", acme}}}
	eric := &User{Name: "eric", Memberships: []Membership{{"repo_admin", acme}}}
	fred := &User{Name: "fred"}
	gina := &User{Name: "gina", Memberships: []Membership{{"repo_writer", acme}}}
	hugo := &User{Name: "hugo"}

	app := &Repo{Name: "app", Organization: acme, Grants: []Grant{{Role: "triager", User: fred}, {Role: "maintainer", Team: backend}}}
	site := &Repo{Name: "site", Organization: other, Grants: []Grant{{Role: "admin", Team: core}, {Role: "writer", User: dora}}}
	empty := &Repo{Name: "empty", Organization: other}

	repos := page.World[*User, *Repo]{
		Actors:    []*User{anne, beth, carl, dora, eric, fred, gina, hugo},
		Actions:   []string{"read", "label", "push", "tag", "delete"},
		Resources: []*Repo{app, site, empty},
	}
	s := newStore(t, p.Block(codehost, "fga"), p.Block(codehost, "tuples"))
	cfg := config(authz.Join(authz.String("blocks.polar", p.Block(codehost, "polar")), authz.String("data.polar", p.Block(codehost, "polar"))))
	repos.Compare(t, p, codehost, cfg, func(u *User, action string, r *Repo) (bool, error) {
		return s.check("user:"+u.Name, "can_"+action, "repo:"+r.Name)
	})
	compareLists(t, page.New(t, cfg), s, repos, func(r *Repo) string { return "repo:" + r.Name })

	documents := driveWorld()
	s = newStore(t, p.Block(drive, "fga"), p.Block(drive, "tuples"))
	cfg = config(p.Policy(drive))
	documents.Compare(t, p, drive, cfg, func(u *User, action string, d *Document) (bool, error) {
		return s.check("user:"+u.Name, "can_"+action, "document:"+d.Name)
	})
	compareLists(t, page.New(t, cfg), s, documents, func(d *Document) string { return "document:" + d.Name })
}

// compareLists compares ListObjects with Filter.
func compareLists[R any](t *testing.T, az *authz.Authorizer, s *store, w page.World[*User, R], object func(R) string) {
	t.Helper()
	for _, user := range w.Actors {
		for _, action := range w.Actions {
			typ, _, _ := strings.Cut(object(w.Resources[0]), ":")
			want, err := s.list("user:"+user.Name, "can_"+action, typ)
			if err != nil {
				t.Fatal(err)
			}
			listed, err := page.List(t.Context(), az, user, action, w.Resources)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for i, r := range w.Resources {
				if listed[i] {
					got = append(got, object(r))
				}
			}
			slices.Sort(want)
			slices.Sort(got)
			if !slices.Equal(got, want) {
				t.Errorf("%s: %v, OpenFGA says %v", fmt.Sprint(user.Name, " ", action), got, want)
			}
		}
	}
}
