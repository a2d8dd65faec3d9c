package polar_test

// This file tests that realistic policies load without warnings. Each file of
// testdata/corpus is about one application, whose Go types are here. Its chunks are
// policies in the styles of different authors. A line "# source: NAME" begins another
// file of the same policy.

import (
	"database/sql"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ursa-authz/ursa/authz/polar"
	"github.com/ursa-authz/ursa/authz/polar/internal/chunked"
)

// minCorpus is the minimum number of policies. Fewer means that some were not found.
const minCorpus = 60

func TestCorpus(t *testing.T) {
	names, err := filepath.Glob("testdata/corpus/*.polar")
	if err != nil {
		t.Fatal(err)
	}
	policies := 0
	for _, name := range names {
		app := strings.TrimSuffix(filepath.Base(name), ".polar")
		classes, ok := corpusClasses[app]
		if !ok {
			t.Errorf("there are no types for %s", name)
		}
		for _, chunk := range chunked.Read(name, t) {
			policies++
			in := polar.Input{
				Sources:   corpusSources(name, chunk.Source),
				Classes:   classes,
				Constants: corpusConstants,
				DenyRule:  strings.Contains(chunk.Source, "# option: deny\n"),
			}
			_, diags, err := polar.Load(t.Context(), in)
			sameBySchema(t, in, diags)
			for _, d := range diags {
				chunk.GotError(int(d.Pos.Line), string(d.Code)+": "+d.String())
			}
			if err != nil && len(diags) == 0 {
				t.Errorf("%s:%d: %v", name, chunk.Line, err)
			}
			chunk.Done()
		}
	}
	if policies < minCorpus {
		t.Errorf("there are %d policies, want at least %d", policies, minCorpus)
	}
}

// corpusSources splits a policy into its files. The lines of each are lines of the corpus's file.
func corpusSources(name, text string) []polar.Source {
	var sources []polar.Source
	var b strings.Builder
	lines := 0
	for line := range strings.Lines(text) {
		lines++
		if next, ok := strings.CutPrefix(strings.TrimSpace(line), "# source: "); ok {
			if strings.Contains(b.String(), ";") || strings.Contains(b.String(), "{") { // not the comment above the first file
				sources = append(sources, polar.Source{Name: name, Text: b.String()})
			}
			name = next
			b.Reset()
			b.WriteString(strings.Repeat("\n", lines-1))
		}
		b.WriteString(line)
	}
	return append(sources, polar.Source{Name: name, Text: b.String()})
}

// The types of the applications.
type (
	// A code host.
	ghUser struct {
		ID        int64 `polar:",id"`
		Login     string
		SiteRole  string
		Teams     []*ghTeam
		Blocked   []string
		Suspended bool
	}
	ghBot struct {
		Name   string `polar:",id"`
		Scopes []string
		Repos  []int64
	}
	ghTeam struct {
		ID     int64 `polar:",id"`
		Slug   string
		Parent *ghTeam
		Org    *ghOrg
	}
	ghOrg struct {
		ID              int64 `polar:",id"`
		Name            string
		BaseRole        string
		Plan            string
		Owners, Members []*ghUser
		Billing         string
	}
	ghRepo struct {
		ID            int64 `polar:",id"`
		Name          string
		Public        bool
		Archived      bool
		Org           *ghOrg
		Collaborators []ghCollaborator
		Teams         map[string]string
	}
	ghCollaborator struct {
		User *ghUser
		Role string
	}
	ghIssue struct {
		ID       int64 `polar:",id"`
		Repo     *ghRepo
		Author   *ghUser
		Assignee *ghUser
		State    ghState
		Labels   []string
		Locked   bool
	}
	ghState string

	// A hospital.
	Staffer interface{ StafferID() string }
	Doctor  struct {
		ID         string `polar:",id"`
		Department string
		Patients   []string
		OnCall     bool
	}
	Nurse struct {
		ID    string `polar:",id"`
		Ward  string
		Shift string
	}
	Patient struct {
		ID        string `polar:",id"`
		Ward      string
		Physician *Doctor
		Guardian  *string
		Born      time.Time
		Consented []string
	}
	Record struct {
		ID          string `polar:",id"`
		Patient     *Patient
		Kind        RecordKind
		Department  string
		Sensitivity int
		Sealed      sql.NullBool
		Created     time.Time
	}
	RecordKind string

	// A shop.
	Customer struct {
		ID      int `polar:",id"`
		Email   string
		Level   string
		Country string
	}
	Clerk struct {
		ID    int `polar:",id"`
		Store *int
		Roles []string
		Limit int
	}
	Order struct {
		ID         int `polar:",id"`
		CustomerID int
		Customer   *Customer
		Store      *int
		Status     OrderStatus
		Total      int
		Lines      []OrderLine
		Coupon     *string
	}
	OrderLine struct {
		Product  *Product
		Quantity int
	}
	Product struct {
		ID        int `polar:",id"`
		Tags      []string
		Published bool
		MinAge    int
	}
	OrderStatus string

	// A drive with folders, groups and links.
	Account struct {
		ID     int `polar:",id"`
		Name   string
		Groups []*Group
		Tenant int
	}
	Anonymous struct{ IP string }
	LinkToken struct {
		Secret  string `polar:",id"`
		Target  int
		Expires time.Time
		Scopes  []string
	}
	Group struct {
		ID      int `polar:",id"`
		Name    string
		Parents []*Group
	}
	driveFolder struct {
		ID      int `polar:",id"`
		Name    string
		Parent  *driveFolder
		Owner   *Account
		Tenant  int
		Private bool
		Grants  []Grant
	}
	File struct {
		ID      int `polar:",id"`
		Folder  *driveFolder
		Owner   *Account
		Type    string
		Size    int64
		Trashed *time.Time
		Grants  []Grant
	}
	Grant struct {
		To    *Account
		Group *Group
		Role  string
	}

	// A service with tenants.
	Tenant struct {
		ID       string `polar:",id"`
		Plan     string
		Features []string
		Parent   *Tenant
		Disabled bool
	}
	Member struct {
		ID       string `polar:",id"`
		Tenant   *Tenant
		TenantID string
		Roles    []string
		Attrs    map[string]any
		Team     *string
	}
	APIKey struct {
		ID       string `polar:",id"`
		TenantID string
		Scopes   []string
	}
	Project struct {
		ID       string `polar:",id"`
		TenantID string
		Tenant   *Tenant
		Team     *string
		Lead     *Member
		Settings map[string]any
	}
	Bill struct {
		ID       string `polar:",id"`
		Project  *Project
		Amount   float64
		Currency string
		Approved bool
		Due      time.Time
	}
	HTTP struct {
		Method, Path string
		Segments     []string
		Host         string
	}
)

func (ghState) Values() []ghState   { return []ghState{"open", "closed", "draft"} }
func (RecordKind) Values() []string { return []string{"note", "lab", "image", "psychiatric"} }
func (OrderStatus) Values() []OrderStatus {
	return []OrderStatus{"cart", "paid", "shipped", "returned"}
}
func (d *Doctor) StafferID() string       { return d.ID }
func (n *Nurse) StafferID() string        { return n.ID }
func (p Patient) Age() int                { return 0 }
func (m Member) HasFeature(f string) bool { return m.Tenant != nil && f != "" }
func (h HTTP) Header(name string) string  { return name }
func (h HTTP) Pattern() (string, error)   { return h.Path, nil }

// corpusClasses are the classes of each application.
var corpusClasses = map[string][]polar.Class{
	"codehost": {
		named("User", polar.ClassOf[ghUser]()), named("Bot", polar.ClassOf[ghBot]()), named("Team", polar.ClassOf[ghTeam]()),
		named("Organization", polar.ClassOf[ghOrg]()), named("Repository", polar.ClassOf[ghRepo]()),
		named("Issue", polar.ClassOf[ghIssue]()), named("State", polar.ClassOf[ghState]()),
	},
	"hospital": {
		polar.ClassOf[Staffer](), polar.ClassOf[Doctor](), polar.ClassOf[Nurse](), polar.ClassOf[Patient](),
		polar.ClassOf[Record](), polar.ClassOf[RecordKind](),
	},
	"shop": {
		polar.ClassOf[Customer](), polar.ClassOf[Clerk](), polar.ClassOf[Order](), polar.ClassOf[Product](),
	},
	"drive": {
		polar.ClassOf[Account](), polar.ClassOf[Anonymous](), polar.ClassOf[LinkToken](), polar.ClassOf[Group](),
		{Name: "Folder", Type: polar.ClassOf[driveFolder]().Type}, polar.ClassOf[File](),
	},
	"tenants": {
		polar.ClassOf[Tenant](), polar.ClassOf[Member](), polar.ClassOf[APIKey](), polar.ClassOf[Project](),
		named("Invoice", polar.ClassOf[Bill]()), named("Request", polar.ClassOf[HTTP]()),
	},
}

// corpusConstants are the constants of all of them.
var corpusConstants = map[string]any{
	"approval_limit": 10_000,
	"regions":        []string{"eu", "us"},
	"role_levels":    map[string]any{"viewer": 1, "editor": 2, "owner": 3},
}

func named(name string, c polar.Class) polar.Class {
	c.Name = name
	return c
}
