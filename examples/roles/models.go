// Package roles is the code of docs/roles-in-your-tables.md: the tables of the
// application hold the roles of users, and the policy reads them there.
package roles

// This file defines the models.

import "time"

// A User is an actor.
type User struct {
	ID   int64
	Name string
}

// An Organization owns projects, and has members.
type Organization struct {
	ID          int64
	Memberships []Membership
}

// A Role is what a member is.
type Role string

// Values returns the roles, so that a policy that misspells one gets a warning.
func (Role) Values() []Role { return []Role{"member", "admin", "owner"} }

// A Membership gives a user a role in an organization.
type Membership struct {
	ID             int64
	OrganizationID int64 `gorm:"uniqueIndex:one_membership"`
	Organization   *Organization
	UserID         int64 `gorm:"uniqueIndex:one_membership"`
	Role           Role  `gorm:"size:20"`
	ExpiresAt      *time.Time
	CustomRoleID   *int64
	CustomRole     *CustomRole
}

// A CustomRole is a set of permissions that an organization has given a name.
type CustomRole struct {
	ID             int64
	OrganizationID int64
	Organization   *Organization
	Name           string
	Permissions    []RolePermission
}

// A RolePermission puts a permission into a custom role.
type RolePermission struct {
	ID           int64
	CustomRoleID int64 `gorm:"uniqueIndex:once"`
	CustomRole   *CustomRole
	Permission   string `gorm:"uniqueIndex:once;size:50"`
}

// A Project belongs to an organization. Teams get access to it by grants.
type Project struct {
	ID             int64
	OrganizationID int64 `gorm:"index"`
	Organization   *Organization
	Grants         []Grant
}

// A Team has members, and other teams inside it.
type Team struct {
	ID      int64
	Members []TeamMember
	Inside  []TeamInTeam `gorm:"foreignKey:OuterID"`
}

// A TeamMember puts a user into a team.
type TeamMember struct {
	ID     int64
	TeamID int64 `gorm:"uniqueIndex:one_member"`
	UserID int64 `gorm:"uniqueIndex:one_member"`
}

// A TeamInTeam puts a team into another one.
type TeamInTeam struct {
	ID      int64
	OuterID int64 `gorm:"uniqueIndex:one_link"`
	InnerID int64 `gorm:"uniqueIndex:one_link"`
	Inner   *Team
}

// A Grant gives a team access to a project.
type Grant struct {
	ID        int64
	ProjectID int64 `gorm:"uniqueIndex:one_grant"`
	TeamID    int64 `gorm:"uniqueIndex:one_grant"`
	Team      *Team
	Access    string `gorm:"size:20"`
}

// An AuditEntry records a change of a membership.
type AuditEntry struct {
	ID             int64
	OrganizationID int64
	Organization   *Organization
	ActorID        int64
	Change         string
	UserID         int64
	At             time.Time
}

// Models are all models.
var Models = []any{
	&User{}, &Organization{}, &Membership{}, &CustomRole{}, &RolePermission{},
	&Project{}, &Team{}, &TeamMember{}, &TeamInTeam{}, &Grant{}, &AuditEntry{},
}
