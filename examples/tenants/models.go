// Package tenants is the code of docs/multi-tenancy.md: one application for several
// tenants, in one database or in a database for each.
package tenants

// This file defines the models, and the actors of the page.

import (
	"time"

	"github.com/ursa-authz/ursa/authz"
)

// A Tenant is a customer.
type Tenant struct {
	ID   int64
	Slug string `gorm:"uniqueIndex;size:50"` // in host names and paths
}

// InTenant is embedded in every model whose rows belong to a tenant.
type InTenant struct {
	TenantID int64 `gorm:"not null;index"`
}

// OfTenant returns the tenant that a row belongs to.
func (r InTenant) OfTenant() int64 { return r.TenantID }

// Tenanted is a class above all rows that belong to a tenant.
type Tenanted interface{ OfTenant() int64 }

// A User logs in. TenantID is where they work; users who work in several tenants
// have memberships.
type User struct {
	ID          int64
	TenantID    int64
	Memberships []Membership
}

// A Membership is a user in a tenant, and can be an actor itself.
type Membership struct {
	ID       int64
	UserID   int64 `gorm:"uniqueIndex:one_membership"`
	TenantID int64 `gorm:"uniqueIndex:one_membership"`
	Tenant   *Tenant
	Role     string `gorm:"size:20"`
}

// A Folder has documents.
type Folder struct {
	ID int64
	InTenant
	OwnerID int64
}

// A Document is in a folder, or in none.
type Document struct {
	ID int64
	InTenant
	OwnerID  int64
	FolderID *int64
	Folder   *Folder
}

// A Visitor has logged in, but is not a member of the tenant that they ask for.
type Visitor struct {
	UserID int64 `polar:",id"`
}

// A Support is a session of a member of the staff in one tenant.
type Support struct {
	StaffID  int64 `polar:",id"`
	TenantID int64
	Until    time.Time
}

// An Impersonation is a member of the staff who sees what a user sees.
type Impersonation struct {
	StaffID int64 `polar:",id"`
	User    *User
	Until   time.Time
}

// Models are the models of GORM, and Classes what else policies know.
var (
	Models  = []any{&Tenant{}, &User{}, &Membership{}, &Folder{}, &Document{}}
	Classes = []authz.Class{
		authz.ClassOf[Tenanted](), authz.ClassOf[Visitor](), authz.ClassOf[Support](), authz.ClassOf[Impersonation](),
	}
)
