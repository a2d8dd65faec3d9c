package fromcedar_test

// This file runs the policies of docs/from-cedar.md on both engines.

import (
	"fmt"
	"net/netip"
	"strconv"
	"testing"

	"github.com/cedar-policy/cedar-go"
	"github.com/cedar-policy/cedar-go/types"

	"github.com/ursa-authz/ursa/authz"
	"github.com/ursa-authz/ursa/internal/peers/page"
)

func classes() []authz.Class {
	return page.Classes(
		authz.ClassOf[Photo](), authz.ClassOf[Album](), authz.ClassOf[Invoice](),
		authz.ClassOf[User](), authz.ClassOf[Group](), authz.ClassOf[Session](),
		authz.ClassOf[Repository](), authz.ClassOf[Grant](),
	)
}

func config(policy authz.Policies) authz.Config {
	return authz.Config{
		Policies: policy, Classes: classes(), DenyRule: true,
		Constants: map[string]any{"office": netip.MustParsePrefix("10.0.0.0/8")},
	}
}

// A store is a set of policies of Cedar and the entities that it decides on.
type store struct {
	policies *cedar.PolicySet
	entities cedar.EntityMap
}

func newStore(t testing.TB, policies string) *store {
	t.Helper()
	set, err := cedar.NewPolicySetFromBytes("policy.cedar", []byte(policies))
	if err != nil {
		t.Fatal(err)
	}
	return &store{set, cedar.EntityMap{}}
}

func uid(typ cedar.EntityType, id string) cedar.EntityUID {
	return cedar.NewEntityUID(typ, cedar.String(id))
}

// add adds an entity, unless it is there.
func (s *store) add(id cedar.EntityUID, attributes cedar.RecordMap, parents ...cedar.EntityUID) cedar.EntityUID {
	s.entities[id] = cedar.Entity{UID: id, Attributes: cedar.NewRecord(attributes), Parents: cedar.NewEntityUIDSet(parents...)}
	return id
}

func (s *store) ask(principal cedar.EntityUID, action string, resource cedar.EntityUID, context cedar.RecordMap) (bool, error) {
	decision, diagnostic := cedar.Authorize(s.policies, s.entities, cedar.Request{
		Principal: principal, Action: uid("Action", action), Resource: resource, Context: cedar.NewRecord(context),
	})
	if len(diagnostic.Errors) > 0 {
		return decision == cedar.Allow, fmt.Errorf("%v", diagnostic.Errors[0])
	}
	return decision == cedar.Allow, nil
}

func (s *store) user(u *User) cedar.EntityUID {
	attributes := cedar.RecordMap{"department": cedar.String(u.Department)}
	if u.Limit != nil {
		attributes["limit"] = decimal(*u.Limit)
	}
	var skills []types.Value
	for _, skill := range u.Skills {
		skills = append(skills, cedar.String(skill))
	}
	attributes["skills"] = cedar.NewSet(skills...)
	var parents []cedar.EntityUID
	for _, g := range u.Groups {
		parents = append(parents, s.group(g))
	}
	return s.add(uid("User", u.Name), attributes, parents...)
}

func (s *store) group(g *Group) cedar.EntityUID {
	if g.Parent == nil {
		return s.add(uid("Group", g.Name), nil)
	}
	return s.add(uid("Group", g.Name), nil, s.group(g.Parent))
}

func (s *store) album(a *Album) cedar.EntityUID {
	if a.Parent == nil {
		return s.add(uid("Album", a.Name), nil)
	}
	return s.add(uid("Album", a.Name), nil, s.album(a.Parent))
}

func (s *store) photo(p *Photo) cedar.EntityUID {
	var parents []cedar.EntityUID
	if p.Album != nil {
		parents = append(parents, s.album(p.Album))
	}
	return s.add(uid("Photo", p.Name), cedar.RecordMap{"owner": uid("User", p.Owner.Name), "private": cedar.Boolean(p.Private)}, parents...)
}

// decimal returns an amount in cents as Cedar has it.
func decimal(cents int) cedar.Decimal {
	d, err := cedar.NewDecimal(int64(cents), -2)
	if err != nil {
		panic(err)
	}
	return d
}

func TestPage(t *testing.T) {
	p := page.Open(t, "from-cedar.md", "example_test.go")
	p.Version("github.com/cedar-policy/cedar-go")

	everybody := &Group{Name: "everybody"}
	friends := &Group{Name: "friends", Parent: everybody}
	alice := &User{Name: "alice", Department: "sales", Skills: []string{"finance"}, Limit: new(10000)}
	bob := &User{Name: "bob", Department: "sales", Skills: []string{"audit", "law"}, Groups: []*Group{{Name: "close friends", Parent: friends}}}
	carol := &User{Name: "carol", Department: "sales", Skills: []string{"law"}, Limit: new(99999), Groups: []*Group{friends}}
	eve := &User{Name: "eve", Department: "legal", Skills: []string{"audit"}, Limit: new(10000), Groups: []*Group{everybody}}

	const hierarchies = "Hierarchies and forbid"
	trip := &Album{Name: "trip", Parent: &Album{Name: "2026"}}
	photos := page.World[*User, *Photo]{
		Actors:  []*User{alice, bob, carol, eve},
		Actions: []string{"view", "comment", "delete"},
		Resources: []*Photo{
			{Name: "beach", Owner: alice, Album: trip},
			{Name: "night", Owner: alice, Album: &Album{Name: "day 2", Parent: trip}},
			{Name: "secret", Owner: alice, Album: trip, Private: true},
			{Name: "year", Owner: carol, Album: trip.Parent},
			{Name: "loose", Owner: bob},
			{Name: "diary", Owner: bob, Private: true},
		},
	}
	s := newStore(t, p.Block(hierarchies, "cedar"))
	photos.Compare(t, p, hierarchies, config(p.Policy(hierarchies)), func(u *User, action string, photo *Photo) (bool, error) {
		return s.ask(s.user(u), action, s.photo(photo), nil)
	})

	const attributes = "Attributes, context and extension types"
	invoices := page.World[*Session, *Invoice]{
		Actions: []string{"read", "export", "approve", "delete"},
		Resources: []*Invoice{
			{ID: 1, Department: "sales", Amount: 10000, Author: bob},
			{ID: 2, Department: "sales", Amount: 10001, Author: bob},
			{ID: 3, Department: "sales", Amount: 1, Author: alice},
			{ID: 4, Department: "legal", Amount: 9999, Author: carol},
			{ID: 5, Department: "legal", Amount: 9999, Author: eve},
		},
	}
	for _, u := range []*User{alice, bob, carol, eve} {
		for _, addr := range []string{"10.0.0.0", "10.255.255.255", "11.0.0.0", "::1"} {
			for _, mfa := range []bool{true, false} {
				invoices.Actors = append(invoices.Actors, &Session{User: u, MFA: mfa, Addr: netip.MustParseAddr(addr)})
			}
		}
	}
	s = newStore(t, p.Block(attributes, "cedar"))
	invoices.Compare(t, p, attributes, config(p.Policy(attributes)), func(session *Session, action string, i *Invoice) (bool, error) {
		ip, err := types.ParseIPAddr(session.Addr.String())
		if err != nil {
			return false, err
		}
		resource := s.add(uid("Invoice", strconv.Itoa(i.ID)), cedar.RecordMap{
			"department": cedar.String(i.Department), "amount": decimal(i.Amount), "author": uid("User", i.Author.Name),
		})
		return s.ask(s.user(session.User), action, resource, cedar.RecordMap{"mfa": cedar.Boolean(session.MFA), "ip": ip})
	})

	const templates = "Templates and roles"
	repositories := page.World[*User, *Repository]{
		Actors:  []*User{alice, bob, eve},
		Actions: []string{"pull", "fork", "push", "delete"},
		Resources: []*Repository{
			{Name: "app", Grants: []Grant{{"writer", alice}, {"reader", bob}}},
			{Name: "docs", Grants: []Grant{{"writer", bob}}},
			{Name: "private"},
		},
	}
	if _, err := cedar.NewPolicySetFromBytes("template.cedar", []byte(p.Block(templates, "cedar"))); err == nil {
		t.Error("cedar-go reads templates; the page says that it does not")
	}
	s = newStore(t, p.Block(templates, "cedar"))
	write := s.add(uid("Action", "write"), nil)
	read := s.add(uid("Action", "read"), nil, write)
	s.add(uid("Action", "pull"), nil, read)
	s.add(uid("Action", "fork"), nil, read)
	s.add(uid("Action", "push"), nil, write)
	repositories.Compare(t, p, templates, config(p.Policy(templates)), func(u *User, action string, r *Repository) (bool, error) {
		return s.ask(s.user(u), action, s.add(uid("Repository", r.Name), nil), nil)
	})
}
