package benchmarks

// This file defines the scenario mixed: 60 rules over 12 classes, with questions
// about random objects.

import (
	_ "embed"
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/cedar-policy/cedar-go"

	"github.com/ursa-authz/ursa/authz"
)

var (
	//go:embed policies/mixed.polar
	mixedPolar string
	//go:embed policies/mixed.cedar
	mixedCedar string
	//go:embed policies/mixed.rego
	mixedRego string
	//go:embed policies/mixed.conf
	mixedModel string
	//go:embed policies/mixed.csv
	mixedRules string
)

// The sizes of the random data. The number of questions is a power of two.
const (
	mixedOrganizations = 4
	mixedUsers         = 24
	mixedObjects       = 24 // of each class
	mixedQuestions     = 1024
)

// Mixed returns the scenario of a realistic policy.
func Mixed() *Scenario {
	users, questions := drawMixed()
	return finish(&Scenario{
		Name:      "mixed",
		About:     "the policy of a back office with 12 classes; 1,024 random questions, one after the other",
		Questions: questions,
		Draw:      true,
		Plain:     plainMixed,
		Classes: []authz.Class{
			authz.ClassOf[User](), authz.ClassOf[Organization](), authz.ClassOf[Team](), authz.ClassOf[Project](),
			authz.ClassOf[Document](), authz.ClassOf[Comment](), authz.ClassOf[Expense](), authz.ClassOf[Invoice](),
			authz.ClassOf[Ticket](), authz.ClassOf[Contract](), authz.ClassOf[Repository](), authz.ClassOf[Release](),
		},
		Polar:       mixedPolar,
		Cedar:       mixedCedar,
		CedarFacts:  cedarMixed,
		CasbinModel: mixedModel,
		CasbinRules: mixedRules + casbinMixedRoles(users),
		// For Casbin, the application computes in advance what the user is to the
		// object, and which organization matters.
		CasbinRequest: casbinMixed,
		Rego:          mixedRego,
		RegoInput: func(q Question) map[string]any {
			return map[string]any{"user": regoUser(q.Actor.(*User)), "action": q.Action, "resource": regoObject(q.Resource)}
		},
	})
}

// actions are the actions on objects of each class, in the order in which classes
// are drawn.
var actions = [][]string{
	{"read", "bill", "invite", "update", "delete"},     // Organization
	{"read", "update", "leave", "delete"},              // Team
	{"read", "update", "archive", "delete"},            // Project
	{"read", "comment", "update", "publish", "delete"}, // Document
	{"read", "update", "delete"},                       // Comment
	{"read", "update", "submit", "approve"},            // Expense
	{"read", "pay", "void"},                            // Invoice
	{"read", "close", "assign"},                        // Ticket
	{"read", "sign"},                                   // Contract
	{"read", "push"},                                   // Repository
	{"publish"},                                        // Release
}

// drawMixed returns the users of a data set that is always the same, and questions
// about it. A third of the questions are by a user with a relation to the object,
// and a third by a user with a role in its organization.
func drawMixed() ([]*User, []Question) {
	rnd := rand.New(rand.NewPCG(5, 60))
	pick := func(list ...string) string { return list[rnd.IntN(len(list))] }
	coin := func() bool { return rnd.IntN(2) == 0 }

	organizations := make([]*Organization, mixedOrganizations)
	for i := range organizations {
		organizations[i] = &Organization{ID: i + 1, Name: fmt.Sprintf("organization %d", i+1)}
	}
	users := make([]*User, mixedUsers)
	for i := range users {
		users[i] = &User{ID: i + 1, Name: fmt.Sprintf("user %d", i+1)}
		for range rnd.IntN(6) {
			role := Role{pick("member", "support", "accountant", "admin"), 1 + rnd.IntN(mixedOrganizations)}
			if !slices.Contains(users[i].Roles, role) {
				users[i].Roles = append(users[i].Roles, role)
			}
		}
	}
	organization := func() *Organization { return organizations[rnd.IntN(mixedOrganizations)] }
	user := func() int { return 1 + rnd.IntN(mixedUsers) }

	objects := make([][]any, len(actions))
	var projects []*Project
	var documents []*Document
	var repositories []*Repository
	for i := range mixedObjects {
		team := &Team{ID: i, Organization: organization(), LeadID: user(), MemberIDs: []int{user(), user(), user()}}
		project := &Project{ID: i, Organization: organization(), OwnerID: user(), Public: rnd.IntN(4) == 0}
		projects = append(projects, project)
		document := &Document{ID: i, Project: projects[rnd.IntN(i+1)], AuthorID: user(), State: pick("draft", "published")}
		documents = append(documents, document)
		repository := &Repository{ID: i, Organization: organization(), Public: coin()}
		repositories = append(repositories, repository)
		for class, object := range []any{
			organization(), team, project, document,
			&Comment{ID: i, Document: documents[rnd.IntN(i+1)], AuthorID: user(), Locked: coin()},
			&Expense{ID: i, Organization: organization(), UserID: user(), Amount: 1 + rnd.IntN(200_000), State: pick("draft", "submitted", "submitted", "rejected")},
			&Invoice{ID: i, Organization: organization(), Amount: 1 + rnd.IntN(2_000_000), State: pick("open", "closed")},
			&Ticket{ID: i, Organization: organization(), ReporterID: user(), AssigneeID: user(), State: pick("open", "closed")},
			&Contract{ID: i, Organization: organization(), SignerID: user(), Confidential: coin(), State: pick("open", "closed")},
			repository,
			&Release{ID: i, Repository: repositories[rnd.IntN(i+1)], State: pick("draft", "published")},
		} {
			objects[class] = append(objects[class], object)
		}
	}

	questions := make([]Question, mixedQuestions)
	for i := range questions {
		class := rnd.IntN(len(actions))
		q := Question{
			Actor:    users[rnd.IntN(mixedUsers)],
			Action:   pick(actions[class]...),
			Resource: objects[class][rnd.IntN(mixedObjects)],
		}
		if by := rnd.IntN(3); by > 0 {
			if list := concerned(q.Resource, users, by == 1); len(list) > 0 {
				q.Actor = list[rnd.IntN(len(list))]
			}
		}
		q.Allowed = plainMixed(q.Actor, q.Action, q.Resource)
		questions[i] = q
	}
	return users, questions
}

// concerned returns the users with a relation to an object, directly or through a
// role.
func concerned(object any, users []*User, person bool) []*User {
	var ids []int
	switch o := object.(type) {
	case *Team:
		ids = append([]int{o.LeadID}, o.MemberIDs...)
	case *Project:
		ids = []int{o.OwnerID}
	case *Document:
		ids = []int{o.AuthorID, o.Project.OwnerID}
	case *Comment:
		ids = []int{o.AuthorID, o.Document.AuthorID, o.Document.Project.OwnerID}
	case *Expense:
		ids = []int{o.UserID}
	case *Ticket:
		ids = []int{o.ReporterID, o.AssigneeID}
	case *Contract:
		ids = []int{o.SignerID}
	}
	organization := organizationOf(object)
	var list []*User
	for _, user := range users {
		if person && slices.Contains(ids, user.ID) || !person && isMember(user, organization) {
			list = append(list, user)
		}
	}
	return list
}

// organizationOf returns the organization that an object belongs to.
func organizationOf(object any) *Organization {
	switch o := object.(type) {
	case *Organization:
		return o
	case *Team:
		return o.Organization
	case *Project:
		return o.Organization
	case *Document:
		return o.Project.Organization
	case *Comment:
		return o.Document.Project.Organization
	case *Expense:
		return o.Organization
	case *Invoice:
		return o.Organization
	case *Ticket:
		return o.Organization
	case *Contract:
		return o.Organization
	case *Repository:
		return o.Organization
	case *Release:
		return o.Repository.Organization
	}
	panic(fmt.Sprintf("benchmarks: no organization of a %T", object))
}

// plainMixed is the policy in Go.
func plainMixed(actor any, action string, resource any) bool {
	u, ok := actor.(*User)
	if !ok {
		return false
	}
	switch o := resource.(type) {
	case *Organization:
		switch action {
		case "read":
			return isMember(u, o)
		case "bill":
			return holds(u, "accountant", o.ID)
		case "invite":
			return holds(u, "support", o.ID) || holds(u, "admin", o.ID)
		case "update", "delete":
			return holds(u, "admin", o.ID)
		}
	case *Team:
		switch action {
		case "read":
			return isMember(u, o.Organization)
		case "update":
			return u.ID == o.LeadID || holds(u, "admin", o.Organization.ID)
		case "leave":
			return slices.Contains(o.MemberIDs, u.ID)
		case "delete":
			return holds(u, "admin", o.Organization.ID)
		}
	case *Project:
		switch action {
		case "read":
			return o.Public || readsProject(u, o)
		case "update", "archive":
			return maintains(u, o)
		case "delete":
			return holds(u, "admin", o.Organization.ID)
		}
	case *Document:
		switch action {
		case "read":
			return readsDocument(u, o)
		case "comment":
			return readsProject(u, o.Project)
		case "publish", "delete":
			return maintains(u, o.Project)
		case "update":
			return u.ID == o.AuthorID && o.State == "draft"
		}
	case *Comment:
		switch action {
		case "read":
			return readsDocument(u, o.Document)
		case "update":
			return u.ID == o.AuthorID && !o.Locked
		case "delete":
			return u.ID == o.AuthorID || maintains(u, o.Document.Project)
		}
	case *Expense:
		switch action {
		case "read":
			return u.ID == o.UserID || holds(u, "accountant", o.Organization.ID)
		case "update":
			return u.ID == o.UserID && (o.State == "draft" || o.State == "rejected")
		case "submit":
			return u.ID == o.UserID && o.State == "draft"
		case "approve":
			return o.State == "submitted" && u.ID != o.UserID &&
				(o.Amount <= 100_000 && holds(u, "accountant", o.Organization.ID) || holds(u, "admin", o.Organization.ID))
		}
	case *Invoice:
		switch action {
		case "read":
			return holds(u, "accountant", o.Organization.ID) || holds(u, "admin", o.Organization.ID)
		case "pay":
			return o.State == "open" && o.Amount <= 1_000_000 && holds(u, "accountant", o.Organization.ID)
		case "void":
			return o.State == "open" && holds(u, "admin", o.Organization.ID)
		}
	case *Ticket:
		switch action {
		case "read":
			return isMember(u, o.Organization)
		case "close":
			return o.State == "open" && (u.ID == o.ReporterID || u.ID == o.AssigneeID)
		case "assign":
			return holds(u, "support", o.Organization.ID)
		}
	case *Contract:
		switch action {
		case "read":
			return !o.Confidential && isMember(u, o.Organization) || holds(u, "admin", o.Organization.ID)
		case "sign":
			return u.ID == o.SignerID && o.State == "open"
		}
	case *Repository:
		switch action {
		case "read":
			return o.Public
		case "push":
			return isMember(u, o.Organization)
		}
	case *Release:
		return action == "publish" && o.State == "draft" && holds(u, "admin", o.Repository.Organization.ID)
	}
	return false
}

// isMember reports whether a user has any role in an organization, since every role
// implies membership.
func isMember(u *User, o *Organization) bool {
	for i := range u.Roles {
		if u.Roles[i].OrganizationID == o.ID {
			return true
		}
	}
	return false
}

func maintains(u *User, p *Project) bool {
	return u.ID == p.OwnerID || holds(u, "admin", p.Organization.ID)
}

func readsProject(u *User, p *Project) bool { return u.ID == p.OwnerID || isMember(u, p.Organization) }

func readsDocument(u *User, d *Document) bool {
	return u.ID == d.AuthorID || d.State == "published" && readsProject(u, d.Project)
}

func cedarMixed(q Question) (cedar.Request, cedar.EntityMap) {
	user := q.Actor.(*User)
	store := entities(cedarUser(user)...)
	return q.cedarRequest(uid("User", user.ID), cedarObject(q.Resource, store)), store
}

// cedarObject adds the entities of an object, and of those it refers to, and
// returns its name.
func cedarObject(object any, store cedar.EntityMap) cedar.EntityUID {
	add := func(class string, id int, attributes cedar.RecordMap) cedar.EntityUID {
		name := uid(class, id)
		store[name] = cedar.Entity{UID: name, Attributes: cedar.NewRecord(attributes)}
		return name
	}
	user := func(id int) cedar.EntityUID { return uid("User", id) }
	switch o := object.(type) {
	case *Organization:
		return add("Organization", o.ID, cedar.RecordMap{
			"members":     roleUID("member", o.ID),
			"support":     roleUID("support", o.ID),
			"accountants": roleUID("accountant", o.ID),
			"admins":      roleUID("admin", o.ID),
		})
	case *Team:
		members := make([]cedar.Value, len(o.MemberIDs))
		for i, id := range o.MemberIDs {
			members[i] = user(id)
		}
		return add("Team", o.ID, cedar.RecordMap{
			"organization": cedarObject(o.Organization, store), "lead": user(o.LeadID), "members": cedar.NewSet(members...),
		})
	case *Project:
		return add("Project", o.ID, cedar.RecordMap{
			"organization": cedarObject(o.Organization, store), "owner": user(o.OwnerID), "public": cedar.Boolean(o.Public),
		})
	case *Document:
		return add("Document", o.ID, cedar.RecordMap{
			"project": cedarObject(o.Project, store), "author": user(o.AuthorID), "state": cedar.String(o.State),
		})
	case *Comment:
		return add("Comment", o.ID, cedar.RecordMap{
			"document": cedarObject(o.Document, store), "author": user(o.AuthorID), "locked": cedar.Boolean(o.Locked),
		})
	case *Expense:
		return add("Expense", o.ID, cedar.RecordMap{
			"organization": cedarObject(o.Organization, store), "user": user(o.UserID), "amount": cedar.Long(o.Amount), "state": cedar.String(o.State),
		})
	case *Invoice:
		return add("Invoice", o.ID, cedar.RecordMap{
			"organization": cedarObject(o.Organization, store), "amount": cedar.Long(o.Amount), "state": cedar.String(o.State),
		})
	case *Ticket:
		return add("Ticket", o.ID, cedar.RecordMap{
			"organization": cedarObject(o.Organization, store), "reporter": user(o.ReporterID), "assignee": user(o.AssigneeID), "state": cedar.String(o.State),
		})
	case *Contract:
		return add("Contract", o.ID, cedar.RecordMap{
			"organization": cedarObject(o.Organization, store), "signer": user(o.SignerID), "confidential": cedar.Boolean(o.Confidential), "state": cedar.String(o.State),
		})
	case *Repository:
		return add("Repository", o.ID, cedar.RecordMap{
			"organization": cedarObject(o.Organization, store), "public": cedar.Boolean(o.Public),
		})
	case *Release:
		return add("Release", o.ID, cedar.RecordMap{
			"repository": cedarObject(o.Repository, store), "state": cedar.String(o.State),
		})
	}
	panic(fmt.Sprintf("benchmarks: no entity for a %T", object))
}

// A casbinObject is the part of an object that Casbin's matcher sees.
type casbinObject struct {
	State  string
	Amount int
	Marks  []any // strings
	Who    []any // the user's relations to the object: strings
}

func casbinMixed(q Question) []any {
	user := q.Actor.(*User)
	view := new(casbinObject)
	is := func(id int, what string) {
		if id == user.ID {
			view.Who = append(view.Who, what)
		}
	}
	mark := func(is bool, what string) {
		if is {
			view.Marks = append(view.Marks, what)
		}
	}
	class := ""
	switch o := q.Resource.(type) {
	case *Organization:
		class = "Organization"
	case *Team:
		class = "Team"
		is(o.LeadID, "owner")
		for _, id := range o.MemberIDs {
			is(id, "member of the team")
		}
	case *Project:
		class = "Project"
		is(o.OwnerID, "owner")
		mark(o.Public, "public")
	case *Document:
		class, view.State = "Document", o.State
		is(o.AuthorID, "owner")
		is(o.Project.OwnerID, "owner of the project")
	case *Comment:
		class, view.State = "Comment", o.Document.State
		is(o.AuthorID, "owner")
		is(o.Document.AuthorID, "owner of the document")
		is(o.Document.Project.OwnerID, "owner of the project")
		mark(!o.Locked, "unlocked")
	case *Expense:
		class, view.State, view.Amount = "Expense", o.State, o.Amount
		is(o.UserID, "owner")
		mark(o.UserID != user.ID, "of somebody else")
	case *Invoice:
		class, view.State, view.Amount = "Invoice", o.State, o.Amount
	case *Ticket:
		class, view.State = "Ticket", o.State
		is(o.ReporterID, "owner")
		is(o.AssigneeID, "assignee")
	case *Contract:
		class, view.State = "Contract", o.State
		is(o.SignerID, "owner")
		mark(!o.Confidential, "for members")
	case *Repository:
		class = "Repository"
		mark(o.Public, "public")
	case *Release:
		class, view.State = "Release", o.State
	}
	return []any{
		fmt.Sprintf("user:%d", user.ID),
		fmt.Sprintf("organization:%d", organizationOf(q.Resource).ID),
		class, view, q.Action,
	}
}

// casbinMixedRoles returns the roles of the world as lines of Casbin's table.
func casbinMixedRoles(users []*User) string {
	text := casbinRoles(mixedOrganizations, users...)
	for i := range mixedOrganizations {
		text += fmt.Sprintf("g, support, member, organization:%d\ng, accountant, member, organization:%[1]d\n", i+1)
	}
	return text
}

// regoObject returns an object as input for OPA.
func regoObject(object any) map[string]any {
	switch o := object.(type) {
	case *Organization:
		return map[string]any{"type": "Organization", "id": o.ID}
	case *Team:
		members := make([]any, len(o.MemberIDs))
		for i, id := range o.MemberIDs {
			members[i] = id
		}
		return map[string]any{"type": "Team", "organization": regoObject(o.Organization), "lead": o.LeadID, "members": members}
	case *Project:
		return map[string]any{"type": "Project", "organization": regoObject(o.Organization), "owner": o.OwnerID, "public": o.Public}
	case *Document:
		return map[string]any{"type": "Document", "project": regoObject(o.Project), "author": o.AuthorID, "state": o.State}
	case *Comment:
		return map[string]any{"type": "Comment", "document": regoObject(o.Document), "author": o.AuthorID, "locked": o.Locked}
	case *Expense:
		return map[string]any{"type": "Expense", "organization": regoObject(o.Organization), "user": o.UserID, "amount": o.Amount, "state": o.State}
	case *Invoice:
		return map[string]any{"type": "Invoice", "organization": regoObject(o.Organization), "amount": o.Amount, "state": o.State}
	case *Ticket:
		return map[string]any{"type": "Ticket", "organization": regoObject(o.Organization), "reporter": o.ReporterID, "assignee": o.AssigneeID, "state": o.State}
	case *Contract:
		return map[string]any{"type": "Contract", "organization": regoObject(o.Organization), "signer": o.SignerID, "confidential": o.Confidential, "state": o.State}
	case *Repository:
		return map[string]any{"type": "Repository", "organization": regoObject(o.Organization), "public": o.Public}
	case *Release:
		return map[string]any{"type": "Release", "repository": regoObject(o.Repository), "state": o.State}
	}
	panic(fmt.Sprintf("benchmarks: no input for a %T", object))
}
