package authz_test

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/ursa-authz/ursa/authz"
	"github.com/ursa-authz/ursa/authz/authztest"
	"github.com/ursa-authz/ursa/authz/polar/analysis"
	"github.com/ursa-authz/ursa/authz/polar/schema"
)

// Two services share a policy. Each has its own User.

type billingUser struct {
	ID    int `polar:",id"`
	Name  string
	Limit int
}

type billingInvoice struct {
	ID     int `polar:",id"`
	UserID int
	Total  int
}

type supportUser struct {
	ID    int `polar:",id"`
	Name  string
	Teams []string
}

type supportTicket struct {
	ID       int `polar:",id"`
	Team     string
	AuthorID int
}

type supportNote struct{ Text string }

const sharedPolicy = `
actor User {}
resource Invoice { roles = ["payer"]; permissions = ["read", "pay"]; "read" if "payer"; "pay" if "payer"; }
resource Ticket { roles = ["agent"]; permissions = ["read", "look"]; "read" if "agent"; }

allow(user: User, action, resource: Resource) if has_permission(user, action, resource);
has_role(user: User, "payer", invoice: Invoice) if user.id = invoice.user_id and invoice.total <= user.limit;
has_role(user: User, "agent", ticket: Ticket) if ticket.team in user.teams;
allow(user: User, "list", x) if x in [Invoice, Ticket] and user.name != "";
allow(user: User, "open", thing) if thing matches Ticket and thing.author_id = user.id;
allow(user: User, "open", thing) if thing matches Invoice and thing.user_id = user.id;
allow(_: User, "note", note) if note = new Note("x");
allow(_: Guest, "look", _: Ticket);
`

// service returns an Authorizer of one of the services.
func service(t *testing.T, cfg authz.Config) *authz.Authorizer {
	t.Helper()
	cfg.Policies = authz.String("shared.polar", sharedPolicy)
	az, err := authz.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return az
}

func named(class authz.Class, name string) authz.Class {
	class.Name = name
	return class
}

var billing = authz.Config{Classes: []authz.Class{named(authz.ClassOf[billingUser](), "User"), named(authz.ClassOf[billingInvoice](), "Invoice")}}

func support() authz.Config {
	note := named(authz.ClassOf[supportNote](), "Note")
	note.Constructor = func(text string) *supportNote { return &supportNote{text} }
	return authz.Config{Classes: []authz.Class{
		named(authz.ClassOf[supportUser](), "User"), named(authz.ClassOf[supportTicket](), "Ticket"), note,
		named(authz.ClassOf[struct{ Guest bool }](), "Guest"),
	}}
}

// schemaOf returns the schema of classes alone, as the file in the other service's repository
// has it.
func schemaOf(t *testing.T, cfg authz.Config) *authz.Schema {
	t.Helper()
	cfg.Policies = authz.String("p", "allow(1, 2, 3);")
	az, err := authz.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	s, err := az.Schema()
	if err != nil {
		t.Fatal(err)
	}
	text, err := s.JSON()
	if err != nil {
		t.Fatal(err)
	}
	if s, err = schema.Parse(text); err != nil {
		t.Fatal(err)
	}
	return s
}

func TestExternal(t *testing.T) {
	forBilling, forSupport := billing, support()
	forBilling.External = []*authz.Schema{schemaOf(t, support())}
	forSupport.External = []*authz.Schema{schemaOf(t, billing)}
	b, s := service(t, forBilling), service(t, forSupport)
	authztest.NoWarnings(t, b)
	authztest.NoWarnings(t, s)

	ann, bob := &billingUser{1, "ann", 100}, &supportUser{1, "bob", []string{"core"}}
	invoice, large := &billingInvoice{7, 1, 50}, &billingInvoice{8, 1, 500}
	ticket, other := &supportTicket{7, "core", 1}, &supportTicket{8, "sales", 2}
	for _, tt := range []struct {
		az              *authz.Authorizer
		actor, resource any
		action          string
		want            bool
	}{
		{b, ann, invoice, "pay", true}, {b, ann, large, "pay", false}, {b, ann, invoice, "open", true}, {b, ann, invoice, "list", false},
		{b, ann, authz.Class{Name: "Invoice", Type: billing.Classes[1].Type}, "list", true},
		{s, bob, ticket, "read", true}, {s, bob, other, "read", false}, {s, bob, ticket, "open", true}, {s, bob, other, "open", false},
		{s, bob, ticket, "look", false}, {s, &struct{ Guest bool }{}, ticket, "look", true},
	} {
		ok, err := tt.az.IsAllowed(t.Context(), tt.actor, tt.action, tt.resource)
		if err != nil || ok != tt.want {
			t.Errorf("%T %s %+v: %v, %v; want %v", tt.actor, tt.action, tt.resource, ok, err, tt.want)
		}
		x, err := tt.az.Explain(t.Context(), tt.actor, tt.action, tt.resource)
		if err != nil || x.String() == "" {
			t.Errorf("explaining %T %s: %v", tt.actor, tt.action, err)
		}
	}

	// Lists know which rules never apply.
	q, err := b.Filter(t.Context(), ann, "read", billing.Classes[1])
	if err != nil {
		t.Fatal(err)
	}
	for row, want := range map[*billingInvoice]bool{invoice: true, large: false} {
		if ok, err := q.Match(t.Context(), row, nil); err != nil || ok != want {
			t.Errorf("%+v in the list: %v, %v", row, ok, err)
		}
	}
	actions, err := s.AuthorizedActions(t.Context(), bob, ticket)
	if err != nil || !slices.Contains(actions.Names, "read") || slices.Contains(actions.Names, "pay") {
		t.Errorf("%v, %v", actions, err)
	}

	// An instance of an external class cannot be made, which is undecided and never an allow.
	if ok, err := b.IsAllowed(t.Context(), ann, "note", invoice); ok || !errors.Is(err, authz.ErrUndecided) || !strings.Contains(err.Error(), "another program") {
		t.Errorf("%v, %v", ok, err)
	}
	if ok, err := s.IsAllowed(t.Context(), bob, "note", ticket); ok || err != nil {
		t.Errorf("%v, %v", ok, err)
	}
}

// TestExternalIsNeeded: without it, the policy does not load, and what is the program's own is
// checked with it, too.
func TestExternalIsNeeded(t *testing.T) {
	cfg := billing
	cfg.Policies = authz.String("shared.polar", sharedPolicy)
	if _, err := authz.New(cfg); err == nil || !strings.Contains(err.Error(), "is not registered") {
		t.Errorf("without External: %v", err)
	}
	cfg.External = []*authz.Schema{schemaOf(t, support())}
	for rule, want := range map[string]string{
		`allow(u: User, "x", i: Invoice) if i.totl > u.id;`:                      "no attribute totl",
		`allow(u: User, "x", i: Invoice) if u.teams = [] and i.total = 1;`:       "no attribute teams",
		`allow(u: User, "x", t: Tiket) if t.team = u.name;`:                      `did you mean "Ticket"?`,
		`allow(u: User, "x", t: Ticket) if t.whatever = u.teams;`:                "", // support checks it
		`allow(u: User, "x", t) if t matches Ticket and t.teem = u.name;`:        "no attribute teem",
		`allow(_: User, "x", x) if x in [1, 2] and not x matches Ticket;`:        "",
		`allow(u: User, "x", i: Invoice) if i matches Ticket or i.total < u.id;`: "",
	} {
		cfg.Policies = authz.String("shared.polar", sharedPolicy+rule)
		_, err := authz.New(cfg)
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: %v, want %q", rule, err, want)
		}
	}
}

// TestExternalSchema: the schema of a program marks external classes, so that tools know them and
// that two programs can name each other's schemas.
func TestExternalSchema(t *testing.T) {
	cfg := billing
	cfg.External = []*authz.Schema{schemaOf(t, support())}
	own := schemaOf(t, cfg)
	var external []string
	for _, c := range own.Classes {
		if c.External {
			external = append(external, c.Name)
		}
	}
	if got := strings.Join(external, " "); got != "Ticket Note Guest" {
		t.Errorf("external classes: %s", got)
	}
	back := support()
	back.External = []*authz.Schema{own}
	theirs := schemaOf(t, back)
	cfg.External = []*authz.Schema{theirs}
	again := schemaOf(t, cfg)
	for _, s := range []*authz.Schema{own, theirs} {
		p, err := analysis.Load(t.Context(), []analysis.Source{{Name: "shared.polar", Text: sharedPolicy}}, s, false)
		if err != nil || len(p.Diagnostics) > 0 {
			t.Errorf("a tool with the schema of one program: %v, %v", p, err)
		}
		p, err = analysis.Load(t.Context(), []analysis.Source{{Name: "shared.polar", Text: sharedPolicy + "allow(u: User, \"x\", _: Tiket) if u.id = 1;"}}, s, false)
		if err != nil || len(p.Diagnostics) != 1 {
			t.Errorf("a mistake: %v, %v", p, err)
		}
	}
	a, _ := own.JSON()
	b, _ := again.JSON()
	if string(a) != string(b) {
		t.Errorf("the schemas change each other:\n%s\n%s", a, b)
	}
}

func TestExternalFaults(t *testing.T) {
	for _, external := range [][]*authz.Schema{
		{nil},
		{{Version: 99}},
		{{Version: schema.Version, Classes: []schema.Class{{Name: "a b"}}}},
		{{Version: schema.Version, Constants: []schema.Constant{{Name: "a b", Type: "Integer"}}}},
		{{Version: schema.Version, Constants: []schema.Constant{{Name: "now", Type: "Integer"}}}},
		{{Version: schema.Version, Classes: []schema.Class{{Name: "X", Shape: schema.Shape{Kind: "Colour"}}}}},
	} {
		cfg := billing
		cfg.Policies, cfg.External = authz.String("p", `allow(_: User, "x", _);`), external
		if _, err := authz.New(cfg); err == nil || !strings.Contains(err.Error(), "external schema") {
			t.Errorf("%v: %v", external, err)
		}
	}
}

// TestExternalConstants: a constant of the other program may be used where nothing of this program
// comes, and is an error elsewhere. A tool with the schema of this program says the same.
func TestExternalConstants(t *testing.T) {
	theirs := support()
	theirs.Constants = map[string]any{"max_open": 3, "teams": []string{"core"}, "both": 1, "Invoice": 2}
	cfg := billing
	cfg.Constants = map[string]any{"both": 50}
	cfg.External = []*authz.Schema{schemaOf(t, theirs)}
	own := schemaOf(t, cfg)
	const isError = "is a constant of another program, and this rule may apply in this one (register it here, too, or give the variable another name)"
	for _, tt := range []struct {
		rule string
		want bool // whether the rule is correct
	}{
		{`allow(u: User, "x", t: Ticket) if t.author_id < max_open and u.id = t.id;`, true},
		{`allow(_: User, max_open, _: Ticket{id: max_open});`, true},
		{`allow(_: User, "x", t: Ticket) if not (t.team in [max_open, *teams] and {a: teams} = max_open);`, true},
		{`allow(u: User, "x", t) if t matches Ticket and t.id < max_open and u.id = 1;`, true},
		{`allow(u: User, "x", t) if t matches Ticket and (t.id < max_open or not t.id < max_open) and u.id = 1;`, true},
		{`allow(_: User, "x", t) if (t matches Ticket and t.id < max_open) or (t matches Invoice and t.total < both);`, true},
		{`f(_: Ticket, x) if x = max_open; allow(u: User, "x", t: Ticket) if f(t, u.id);`, true},
		{`allow(_: User, "read", i: Invoice) if i.total = both;`, true},

		{`allow(_: User, "read", i: Invoice) if i.total < max_open;`, false},
		{`allow(_: User, "read", _: Invoice{total: max_open});`, false},
		{`allow(_: User, max_open, _: Invoice);`, false},
		{`allow(_: User, "x", max_open) if max_open matches Invoice;`, false},
		{`allow(u: User, "read", _: Invoice) if max_open := u.id;`, false},
		{`allow(u: User, "read", _: Invoice) if [u.name, *teams] = ["a"];`, false},
		{`allow(_: User, "x", t) if t.id < max_open and t matches Ticket;`, false},
		{`allow(_: User, "x", t) if t matches Ticket or t.id < max_open;`, false},
		{`allow(_: User, "x", t) if not t matches Ticket and t.id < max_open;`, false},
		{`allow(_: User, "x", t) if not (t matches Ticket and t.id = 1) and t.id < max_open;`, false},
		{`allow(_: User, "x", t) if (t matches Ticket or t matches Invoice) and t.id < max_open;`, false},
		{`allow(u: User, "x", t) if forall(x in [t], x matches Ticket) and u.id < max_open;`, false},
		{`f(1); ?= f(max_open);`, false},
	} {
		cfg.Policies = authz.String("shared.polar", sharedPolicy+tt.rule)
		_, err := authz.New(cfg)
		if tt.want && err != nil || !tt.want && (err == nil || !strings.Contains(err.Error(), isError)) {
			t.Errorf("%s: %v", tt.rule, err)
		}
		p, toolErr := analysis.Load(t.Context(), []analysis.Source{{Name: "shared.polar", Text: sharedPolicy + tt.rule}}, own, false)
		if toolErr != nil {
			t.Fatal(toolErr)
		}
		if tt.want != (len(p.Diagnostics) == 0) || !tt.want && !strings.Contains(err.Error(), p.Diagnostics[0].Msg) {
			t.Errorf("%s: the tool says %v, the program %v", tt.rule, p.Diagnostics, err)
		}
	}

	// The schema marks them, and a third program does not take them from there.
	got := map[string]bool{}
	for _, c := range own.Constants {
		got[c.Name] = c.External
	}
	if want := map[string]bool{"both": false, "max_open": true, "teams": true}; !maps.Equal(got, want) {
		t.Errorf("constants of the schema: %v", got)
	}
	third := authz.Config{External: []*authz.Schema{own}}
	if s := schemaOf(t, third); len(s.Constants) != 1 || s.Constants[0].Name != "both" || !s.Constants[0].External {
		t.Errorf("constants of the schema of a third program: %v", s.Constants)
	}
}

// TestExternalConstantDecides: a rule with such a constant never applies, and changes nothing about
// the others.
func TestExternalConstantDecides(t *testing.T) {
	theirs := support()
	theirs.Constants = map[string]any{"max_open": 3}
	cfg := billing
	cfg.External = []*authz.Schema{schemaOf(t, theirs)}
	cfg.Policies = authz.String("shared.polar", strings.Replace(sharedPolicy, `allow(_: User, "note", note) if note = new Note("x");`, "", 1)+`
		allow(_: User, max_open, t: Ticket) if t.author_id = max_open;
		allow(_: User, "close", x) if x matches Ticket and x.author_id = max_open;
		allow(u: User, "close", x) if (x matches Ticket and not x.id = max_open) or (x matches Invoice and u.id = x.user_id);
	`)
	az, err := authz.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	ann := &billingUser{ID: 1}
	for _, tt := range []struct {
		action   string
		resource any
		want     bool
	}{
		{"close", &billingInvoice{ID: 3, UserID: 1}, true}, {"close", &billingInvoice{ID: 3, UserID: 2}, false},
		{"close", &supportTicket{ID: 3, AuthorID: 3}, false}, {"max_open", &billingInvoice{ID: 3, UserID: 1}, false},
		{"other", &supportTicket{ID: 3, AuthorID: 3}, false},
	} {
		if ok, err := az.IsAllowed(t.Context(), ann, tt.action, tt.resource); err != nil || ok != tt.want {
			t.Errorf("%s %+v: %v, %v", tt.action, tt.resource, ok, err)
		}
	}
	q, err := az.Filter(t.Context(), ann, "close", billing.Classes[1])
	if err != nil {
		t.Fatal(err)
	}
	for _, owner := range []int{1, 2} {
		if ok, err := q.Match(t.Context(), &billingInvoice{ID: 3, UserID: owner}, nil); err != nil || ok != (owner == 1) {
			t.Errorf("an invoice of %d in the list: %v, %v", owner, ok, err)
		}
	}
	actions, err := az.AuthorizedActions(t.Context(), ann, &billingInvoice{ID: 3, UserID: 1})
	if err != nil || actions.All || !slices.Contains(actions.Names, "close") {
		t.Errorf("%v, %v", actions, err)
	}
}
