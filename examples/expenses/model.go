package main

// This file defines the types that policies name, and whose fields they read.

import (
	"fmt"
	"strconv"
	"strings"
)

// An Actor sends requests. In policies it is the common supertype of User and
// Guest.
type Actor interface{ isActor() }

// A Guest sends requests without the header user.
type Guest struct{}

// A User is a row of the table users.
type User struct {
	ID             int
	Email          string
	Title          string
	LocationID     int
	OrganizationID int
	Organization   *Organization // fetched when a policy follows it
	ManagerID      *int          // nil for the head of an organization
	Manager        *User         // fetched when a policy follows it
}

// An Organization is a row of the table organizations.
type Organization struct {
	ID   int
	Name string
}

// An Expense is a row of the table expenses.
type Expense struct {
	ID          int
	UserID      int   // who submitted it
	User        *User // fetched when a policy follows it
	Amount      int64 // in cents
	Description string
}

func (Guest) isActor() {}
func (*User) isActor() {}

func (Guest) String() string { return "Guest" }

func (u *User) String() string {
	manager := "None"
	if u.ManagerID != nil {
		manager = strconv.Itoa(*u.ManagerID)
	}
	return fmt.Sprintf("User(id=%d, email=%s, title=%s, location_id=%d, organization_id=%d, manager_id=%s)",
		u.ID, quote(u.Email), quote(u.Title), u.LocationID, u.OrganizationID, manager)
}

func (o *Organization) String() string {
	return fmt.Sprintf("Organization(name=%s, id=%d)", quote(o.Name), o.ID)
}

func (e *Expense) String() string {
	return fmt.Sprintf("Expense(amount=%d, description=%s, user_id=%d, id=%d)", e.Amount, quote(e.Description), e.UserID, e.ID)
}

// quote returns s in single quotes, on one line.
func quote(s string) string {
	s = strconv.Quote(s)
	return "'" + singleQuotes.Replace(s[1:len(s)-1]) + "'"
}

// singleQuotes converts the inside of a string from strconv.Quote, where every
// double quote has a backslash before it, for single quotes.
var singleQuotes = strings.NewReplacer(`\\`, `\\`, `\"`, `"`, `'`, `\'`)
