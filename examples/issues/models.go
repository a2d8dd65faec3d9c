package main

// This file defines the models. A policy reads their columns and relations.

// A User signs in.
type User struct {
	ID          int64
	Name        string `gorm:"size:100;not null"`
	Memberships []Membership
}

// An Organization has members and projects.
type Organization struct {
	ID          int64
	Name        string `gorm:"size:100;not null"`
	Memberships []Membership
}

// A Role is what a member is in an organization.
type Role string

// The roles.
const (
	Member Role = "member"
	Owner  Role = "owner"
)

// Values returns the roles, so that a policy that misspells one gets a warning.
func (Role) Values() []Role { return []Role{Member, Owner} }

// A Membership gives a user a role in an organization.
type Membership struct {
	ID             int64
	OrganizationID int64 `gorm:"not null;uniqueIndex:one_membership"`
	Organization   *Organization
	UserID         int64 `gorm:"not null;uniqueIndex:one_membership"`
	User           *User
	Role           Role `gorm:"size:20;not null"`
}

// A Project belongs to an organization. Everybody may read a public one.
type Project struct {
	ID             int64
	OrganizationID int64 `gorm:"not null;index"`
	Organization   *Organization
	Name           string `gorm:"size:100;not null"`
	Public         bool   `gorm:"not null"`
}

// A Status says whether an issue is settled.
type Status string

// The statuses.
const (
	Open   Status = "open"
	Closed Status = "closed"
)

// Values returns the statuses.
func (Status) Values() []Status { return []Status{Open, Closed} }

// An Issue is about a project. A confidential one is for owners, its author and its
// assignee.
type Issue struct {
	ID           int64
	ProjectID    int64 `gorm:"not null;index"`
	Project      *Project
	AuthorID     int64 `gorm:"not null;index"`
	Author       *User
	AssigneeID   *int64 `gorm:"index"`
	Assignee     *User
	Title        string `gorm:"size:200;not null"`
	Body         string `gorm:"size:4000;not null"`
	Status       Status `gorm:"size:20;not null"`
	Confidential bool   `gorm:"not null"`
}

// models are all models, parents first.
var models = []any{&User{}, &Organization{}, &Membership{}, &Project{}, &Issue{}}
