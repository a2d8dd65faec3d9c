package benchmarks

// This file defines the application whose decisions are measured: plain Go structs
// that know nothing about authorization.

// A User is the actor of every question.
type User struct {
	ID        int
	Name      string
	ManagerID int // 0 for none
	Manager   *User
	Roles     []Role
}

// A Role is a user's role in an organization.
type Role struct {
	Name           string
	OrganizationID int
}

// A Guest is an actor without a login.
type Guest struct{}

// A Request is what a policy sees of an HTTP request.
type Request struct {
	Method   string
	Path     string
	Segments []string // of the path
}

// An Organization is where users have roles.
type Organization struct {
	ID   int
	Name string
}

// An Expense belongs to a user.
type Expense struct {
	ID           int
	UserID       int
	User         *User
	Organization *Organization
	Amount       int // in cents
	Category     string
	State        string // "draft", "submitted" or "rejected"
}

// A Repository belongs to an organization.
type Repository struct {
	ID           int
	Organization *Organization
	Public       bool
}

// A Department is the first of the five levels under an organization.
type Department struct {
	ID           int
	Organization *Organization
}

// A Unit is part of a department.
type Unit struct {
	ID         int
	Department *Department
}

// A Space belongs to a unit.
type Space struct {
	ID   int
	Unit *Unit
}

// A Folder is in a space.
type Folder struct {
	ID    int
	Space *Space
}

// A Page is in a folder, five levels under its organization.
type Page struct {
	ID     int
	Folder *Folder
}

// A Team has a leader and members.
type Team struct {
	ID           int
	Organization *Organization
	LeadID       int
	MemberIDs    []int
}

// A Project belongs to an organization and has an owner.
type Project struct {
	ID           int
	Organization *Organization
	OwnerID      int
	Public       bool
}

// A Document is part of a project.
type Document struct {
	ID       int
	Project  *Project
	AuthorID int
	State    string // "draft" or "published"
}

// A Comment is on a document.
type Comment struct {
	ID       int
	Document *Document
	AuthorID int
	Locked   bool
}

// An Invoice is paid by an organization.
type Invoice struct {
	ID           int
	Organization *Organization
	Amount       int    // in cents
	State        string // "open" or "closed"
}

// A Ticket was reported by one user and is assigned to another.
type Ticket struct {
	ID           int
	Organization *Organization
	ReporterID   int
	AssigneeID   int
	State        string // "open" or "closed"
}

// A Contract is signed by a user.
type Contract struct {
	ID           int
	Organization *Organization
	SignerID     int
	Confidential bool
	State        string // "open" or "closed"
}

// A Release belongs to a repository.
type Release struct {
	ID         int
	Repository *Repository
	State      string // "draft" or "published"
}
