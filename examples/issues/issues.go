package main

// This file defines the list of issues, and the form that shows one and changes it.

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"gorm.io/gorm"

	gormauthz "github.com/ursa-authz/ursa/adapters/gorm"
	"github.com/ursa-authz/ursa/authz"
)

// pageSize is the number of issues on a page of the list.
const pageSize = 10

// An issueList is one page of the list.
type issueList struct {
	Search         string
	Page           int
	Previous, Next int // the pages before and after this one, or 0
	Rows           []gormauthz.WithActions[Issue]
}

// listIssues shows the issues that the user may read, each with its buttons. It is one query,
// which asks for one row more than it shows, to know whether there is another page.
func (a *app) listIssues(w http.ResponseWriter, r *http.Request) error {
	list := issueList{Search: strings.TrimSpace(r.FormValue("q")), Page: 1}
	if n, err := strconv.Atoi(r.FormValue("page")); err == nil && n > 1 && n < 1_000_000 {
		list.Page, list.Previous = n, n-1
	}
	rows, err := a.issues.ListWithActions(r.Context(), []string{"update", "delete", "audit"}, func(db *gorm.DB) *gorm.DB {
		if list.Search != "" {
			db = db.Where("LOWER(issues.title) LIKE LOWER(?) ESCAPE '!'", "%"+likeText.Replace(list.Search)+"%")
		}
		return db.Joins("Project").Joins("Author").Order("issues.id").Limit(pageSize + 1).Offset((list.Page - 1) * pageSize)
	})
	if err != nil {
		return err
	}
	if len(rows) > pageSize {
		rows, list.Next = rows[:pageSize], list.Page+1
	}
	list.Rows = rows
	return show(w, http.StatusOK, "issues", page{Title: "Issues", User: me(r), Data: list})
}

// likeText escapes what has a meaning in a pattern of LIKE.
var likeText = strings.NewReplacer("!", "!!", "%", "!%", "_", "!_")

// findIssue returns the issue in the path, with what else the user may do, if the user may read
// it. It is one query, also for the project and its organization, which decisions then need not
// fetch.
func (a *app) findIssue(r *http.Request) (*gormauthz.WithActions[Issue], error) {
	id, err := pathID(r)
	if err != nil {
		return nil, err
	}
	rows, err := a.issues.ListWithActions(r.Context(), []string{"delete", "audit"}, func(db *gorm.DB) *gorm.DB {
		return db.Joins("Project").Joins("Project.Organization").Where("issues.id = ?", id)
	})
	if err != nil {
		return nil, err
	}
	if len(rows) == 0 {
		return nil, authz.ErrNotFound
	}
	return &rows[0], nil
}

// An issueForm shows one issue, or a new one, whose ID is 0.
type issueForm struct {
	*Issue
	Problem           string       // what the user has to correct
	Fields            authz.Grants // those that the user may change
	Projects          []Project    // to choose from for a new issue
	People            []User       // to choose the assignee from
	MayDelete, MaySee bool         // who may do what
}

// IsAssignedTo reports whether the form chooses a user as the assignee.
func (f issueForm) IsAssignedTo(u User) bool { return f.AssigneeID != nil && *f.AssigneeID == u.ID }

// showForm writes the form of a stored issue.
func (a *app) showForm(w http.ResponseWriter, r *http.Request, status int, found *gormauthz.WithActions[Issue], problem string) error {
	issue := &found.Row
	form := issueForm{Issue: issue, Problem: problem, MayDelete: found.Can("delete"), MaySee: found.Can("audit")}
	var err error
	if form.Fields, err = a.az.AuthorizedFields(r.Context(), me(r), "update", issue); err != nil {
		return err
	}
	if form.People, err = a.assignees(r.Context(), issue, form.Fields.Has("assignee_id")); err != nil {
		return err
	}
	return show(w, status, "issue", page{Title: "Issue " + strconv.FormatInt(issue.ID, 10), User: me(r), Data: form})
}

// assignees returns the people to choose the assignee of an issue from, or only the assignee if
// the user has no choice.
func (a *app) assignees(ctx context.Context, issue *Issue, choose bool) ([]User, error) {
	if choose {
		return gormauthz.ListActors[User](ctx, a.db, "take", issue, func(db *gorm.DB) *gorm.DB { return db.Order("name") })
	}
	if issue.AssigneeID == nil {
		return nil, nil
	}
	return a.users.GetMany(ctx, *issue.AssigneeID)
}

func (a *app) showIssue(w http.ResponseWriter, r *http.Request) error {
	found, err := a.findIssue(r)
	if err != nil {
		return err
	}
	return a.showForm(w, r, http.StatusOK, found, "")
}

// updateIssue writes the fields that the form has changed. The rule allow_change refuses the
// fields that are read-only for the user, whatever the request says.
func (a *app) updateIssue(w http.ResponseWriter, r *http.Request) error {
	found, err := a.findIssue(r)
	if err != nil {
		return err
	}
	issue, stored := &found.Row, found.Row
	problem, err := readForm(r, issue)
	if err != nil {
		return err
	}
	if problem != "" {
		return a.showForm(w, r, http.StatusUnprocessableEntity, found, problem)
	}
	if fields := changed(&stored, issue); len(fields) > 0 {
		if err := a.issues.Update(r.Context(), issue, fields...); err != nil {
			return err
		}
	}
	return seeOther(w, r, "/issues/"+strconv.FormatInt(issue.ID, 10))
}

// readForm sets the fields that a form has. A browser does not send those that are disabled.
// The problem is for the user to correct; an error is a request that no form sends.
func readForm(r *http.Request, issue *Issue) (problem string, err error) {
	if r.ParseForm() != nil {
		return "", authz.ErrBadRequest
	}
	for name, values := range r.PostForm {
		text := strings.TrimSpace(strings.ReplaceAll(values[0], "\r\n", "\n"))
		if len(values) != 1 || !utf8.ValidString(text) || strings.ContainsRune(text, 0) {
			return "", authz.ErrBadRequest
		}
		switch name {
		case "title":
			issue.Title = text
		case "body":
			issue.Body = text
		case "status":
			if issue.Status = Status(text); !slices.Contains(issue.Status.Values(), issue.Status) {
				return "", authz.ErrBadRequest
			}
		case "confidential":
			issue.Confidential = text == "yes"
		case "assignee":
			if issue.AssigneeID = nil; text != "" {
				id, err := strconv.ParseInt(text, 10, 64)
				if err != nil {
					return "", authz.ErrBadRequest
				}
				issue.AssigneeID = &id
			}
		}
	}
	switch {
	case issue.Title == "":
		return "Please enter a title.", nil
	case utf8.RuneCountInString(issue.Title) > 200 || utf8.RuneCountInString(issue.Body) > 4000:
		return "The title has at most 200 characters, and the description 4,000.", nil
	}
	return "", nil
}

// changed returns the names of the fields in which two states of an issue differ.
func changed(a, b *Issue) []string {
	var fields []string
	for name, same := range map[string]bool{
		"Title": a.Title == b.Title, "Body": a.Body == b.Body, "Status": a.Status == b.Status,
		"Confidential": a.Confidential == b.Confidential,
		"AssigneeID":   a.AssigneeID == b.AssigneeID || a.AssigneeID != nil && b.AssigneeID != nil && *a.AssigneeID == *b.AssigneeID,
	} {
		if !same {
			fields = append(fields, name)
		}
	}
	return fields
}

func (a *app) newIssue(w http.ResponseWriter, r *http.Request) error {
	return a.showNew(w, r, http.StatusOK, &Issue{}, "")
}

// showNew writes the form for a new issue, in one of the projects that the user may read.
func (a *app) showNew(w http.ResponseWriter, r *http.Request, status int, issue *Issue, problem string) error {
	projects, err := a.projects.List(r.Context(), func(db *gorm.DB) *gorm.DB { return db.Order("name") })
	if err != nil {
		return err
	}
	form := issueForm{Issue: issue, Problem: problem, Projects: projects, Fields: authz.Grants{Names: []string{"title", "body", "confidential"}}}
	return show(w, status, "issue", page{Title: "New issue", User: me(r), Data: form})
}

func (a *app) createIssue(w http.ResponseWriter, r *http.Request) error {
	issue := &Issue{AuthorID: me(r).ID, Status: Open}
	problem, err := readForm(r, issue)
	if err != nil {
		return err
	}
	if problem != "" {
		return a.showNew(w, r, http.StatusUnprocessableEntity, issue, problem)
	}
	if issue.ProjectID, err = strconv.ParseInt(r.PostForm.Get("project"), 10, 64); err != nil {
		return authz.ErrBadRequest
	}
	if err := a.issues.Create(r.Context(), issue); err != nil {
		return err
	}
	return seeOther(w, r, "/issues/"+strconv.FormatInt(issue.ID, 10))
}

func (a *app) deleteIssue(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID(r)
	if err != nil {
		return err
	}
	if err := a.issues.Delete(r.Context(), id); err != nil {
		return err
	}
	return seeOther(w, r, "/issues")
}
