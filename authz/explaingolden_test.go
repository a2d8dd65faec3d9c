package authz_test

// This file compares the explanations of many situations with testdata/explain.

import (
	"errors"
	"flag"
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ursa-authz/ursa/authz"
)

var update = flag.Bool("update", false, "rewrite the golden files of explanations")

// The application of the golden explanations.
type (
	caseUser struct {
		ID        int `polar:",id"`
		Name      string
		Title     string
		Active    bool
		OrgRoles  []orgGrant
		RepoRoles []repoGrant
		Groups    []*caseGroup
		Boss      *caseUser
		Org       *caseOrg
		Warnings  []caseWarning
	}
	orgGrant struct {
		Role  string
		OrgID int
	}
	repoGrant struct {
		Role   string
		RepoID int
	}
	caseGroup struct {
		ID        int `polar:",id"`
		Parent    *caseGroup
		RepoRoles []repoGrant
	}
	caseWarning struct{ Level int }
	caseGuest   struct{}
	caseToken   struct {
		ID      int `polar:",id"`
		User    *caseUser
		Scopes  []string
		Revoked bool
	}
	impersonation struct{ Admin, User *caseUser }
	caseOrg       struct {
		ID     int `polar:",id"`
		Frozen bool
	}
	caseRepo struct {
		ID     int `polar:",id"`
		Org    *caseOrg
		Public bool
	}
	caseIssue struct {
		ID       int `polar:",id"`
		Repo     *caseRepo
		AuthorID int
	}
	caseItem struct {
		Checked, Sealed bool
		SealedBy        int
	}
	caseInvoice struct {
		ID       int `polar:",id"`
		AuthorID int
		Author   *caseUser
		Org      *caseOrg
		Amount   int
		Paid     bool
		Items    []caseItem
	}
	caseStranger struct{ Name string } // is not registered
	caseFolio    struct{ ID int }      // likewise
)

func (caseInvoice) Audit() (bool, error) { return false, errors.New("the auditor is ill: " + secret) }

func goldenClasses() []authz.Class {
	var classes []authz.Class
	for name, c := range map[string]authz.Class{
		"User": authz.ClassOf[caseUser](), "OrgGrant": authz.ClassOf[orgGrant](), "RepoGrant": authz.ClassOf[repoGrant](),
		"Group": authz.ClassOf[caseGroup](), "Warning": authz.ClassOf[caseWarning](), "Guest": authz.ClassOf[caseGuest](),
		"Token": authz.ClassOf[caseToken](), "Impersonation": authz.ClassOf[impersonation](), "Org": authz.ClassOf[caseOrg](),
		"Repo": authz.ClassOf[caseRepo](), "Issue": authz.ClassOf[caseIssue](), "Item": authz.ClassOf[caseItem](),
		"Invoice": authz.ClassOf[caseInvoice](),
	} {
		c.Name = name
		classes = append(classes, c)
	}
	return classes
}

func TestExplainGolden(t *testing.T) {
	acme, globex := &caseOrg{ID: 1}, &caseOrg{ID: 2}
	site, tool, old := &caseRepo{ID: 11, Org: acme, Public: true}, &caseRepo{ID: 12, Org: acme}, &caseRepo{ID: 13, Org: globex}
	bug := &caseIssue{ID: 21, Repo: tool, AuthorID: 3}
	staff := &caseGroup{ID: 31, RepoRoles: []repoGrant{{"writer", 12}}}
	team := &caseGroup{ID: 32, Parent: staff}
	boss := &caseUser{ID: 9, Title: "CEO", Active: true, Org: acme}
	lead := &caseUser{ID: 8, Title: "Lead", Active: true, Org: acme, Boss: boss}
	nobody := &caseUser{ID: 1, Title: "Intern", Org: globex}
	owner := &caseUser{ID: 2, Title: "CFO", Active: true, Org: acme, OrgRoles: []orgGrant{{"owner", 1}}}
	writer := &caseUser{ID: 3, Title: "Clerk", Active: true, Org: acme, Boss: lead, RepoRoles: []repoGrant{{"reader", 12}, {"writer", 11}}, OrgRoles: []orgGrant{{"member", 2}}}
	grouped := &caseUser{ID: 4, Title: "Clerk", Active: true, Org: acme, Groups: []*caseGroup{team}}
	warned := &caseUser{ID: 5, Title: "Clerk", Active: true, Org: acme, Warnings: []caseWarning{{1}, {4}}}
	support := &caseUser{ID: 6, Title: "Support", Active: true, Org: acme}
	invoice := &caseInvoice{ID: 41, AuthorID: 3, Author: writer, Org: acme, Amount: 5000, Items: []caseItem{{Checked: true}, {Checked: true, Sealed: true, SealedBy: 9}, {}}}
	paid := &caseInvoice{ID: 42, AuthorID: 8, Author: lead, Org: acme, Amount: 70, Paid: true}
	frozen := &caseInvoice{ID: 43, AuthorID: 3, Author: writer, Org: &caseOrg{ID: 3, Frozen: true}, Amount: 10}
	raised := *invoice
	raised.Amount = 9000
	token := &caseToken{ID: 51, User: writer, Scopes: []string{"read"}}

	policies := map[string]string{}
	for _, name := range []string{"hub", "office"} {
		text, err := os.ReadFile(filepath.Join("testdata", "explain", name+".polar"))
		if err != nil {
			t.Fatal(err)
		}
		policies[name] = string(text)
	}
	var many strings.Builder
	for i := range 30 {
		fmt.Fprintf(&many, "allow(user: User, \"read\", _: Invoice) if user.id = %d;\n", 100+i)
		fmt.Fprintf(&many, "allow(user: User, \"act%d\", _: Invoice) if user.id = %d;\n", i, i)
	}
	policies["many"] = many.String()

	open := func(policy string, values bool) *authz.Authorizer {
		az, err := authz.New(authz.Config{
			Policies: authz.String(policy+".polar", policies[policy]), Classes: goldenClasses(),
			DenyRule: true, ChangeRule: policy == "office", ExplainValues: values,
			Limits: authz.Limits{Steps: 3000},
		})
		if err != nil {
			t.Fatal(err)
		}
		return az
	}
	ctx := t.Context()
	ask := func(policy string, actor any, action string, resource any) func(bool) (*authz.Explanation, error) {
		return func(values bool) (*authz.Explanation, error) {
			return open(policy, values).Explain(ctx, actor, action, resource)
		}
	}
	request := func(actor any, method, target string) func(bool) (*authz.Explanation, error) {
		return func(values bool) (*authz.Explanation, error) {
			az := open("office", values)
			r, err := az.Request(httptest.NewRequest(method, target, nil))
			if err != nil {
				return nil, err
			}
			return az.Explain(ctx, actor, method, r)
		}
	}
	var files []string
	for _, tt := range []struct {
		file, title string
		explain     func(values bool) (*authz.Explanation, error)
		values      bool
	}{
		// Roles in blocks.
		{"role-elsewhere", "a writer of another repository pushes", ask("hub", writer, "push", tool), false},
		{"no-role", "somebody without any role reads", ask("hub", nobody, "read", tool), false},
		{"many-roles", "a reader archives: five roles would do", ask("hub", writer, "archive", tool), false},
		{"three-levels-denied", "somebody closes an issue, which a role on its repository or organization allows", ask("hub", nobody, "close", bug), false},
		{"three-levels-allowed", "an owner of the organization reads an issue", ask("hub", owner, "read", bug), false},
		{"relation-allowed", "an author closes the issue", ask("hub", writer, "close", bug), false},
		{"groups-allowed", "a role of the parent of a group", ask("hub", grouped, "push", tool), false},
		{"groups-denied", "a role of the parent of a group, on another repository", ask("hub", grouped, "push", old), false},
		{"unknown-permission", "a misspelled permission", ask("hub", writer, "puhs", site), false},
		{"permission-of-another-class", "a permission that repositories have, on an issue", ask("hub", writer, "push", bug), false},
		{"role-as-action", "a role in place of a permission", ask("hub", writer, "writer", site), false},
		{"guest", "a guest, where users may push", ask("hub", caseGuest{}, "push", site), false},
		{"guest-private", "a guest reads what is not public", ask("hub", caseGuest{}, "read", tool), false},
		{"unregistered-actor", "an actor of a type that is not registered", ask("hub", caseStranger{"v"}, "read", tool), false},
		{"unregistered-resource", "a resource of a type that is not registered", ask("hub", writer, "read", &caseFolio{1}), false},
		{"class-without-rules", "a resource that no rule is about", ask("hub", writer, "read", staff), false},
		{"token-scope", "a token without the scope", ask("hub", token, "push", site), false},
		{"token-user", "a token with the scope, of a user without the role", ask("hub", &caseToken{ID: 52, User: nobody, Scopes: []string{"push"}}, "push", site), false},
		{"token-allowed", "a token that may read", ask("hub", token, "read", tool), false},

		// Rules without blocks.
		{"near-misses", "several rules are near", ask("office", support, "read", invoice), false},
		{"near-misses-values", "the same, with values", ask("office", support, "read", invoice), true},
		{"chain-denied", "nobody in the chain of managers", ask("office", nobody, "read", invoice), false},
		{"chain-allowed", "a manager two levels up", ask("office", boss, "read", invoice), false},
		{"list", "why is this row not in my list?", ask("office", warned, "read", frozen), false},
		{"unknown-action", "a misspelled action", ask("office", writer, "aprove", invoice), false},
		{"wrong-action", "an action that no rule has", ask("office", writer, "shred", invoice), false},
		{"guest-request", "a guest asks who they are", request(caseGuest{}, "GET", "/whoami"), false},
		{"no-path", "a path that no rule has", request(writer, "GET", "/nowhere"), false},
		{"path-condition", "a path whose rule has a condition", request(support, "POST", "/invoices"), false},
		{"allow-request", "allow_request denies", func(values bool) (*authz.Explanation, error) {
			return open("office", values).ExplainRequest(ctx, nobody, httptest.NewRequest("GET", "/api/invoices", nil))
		}, false},
		{"impersonation", "in the name of a user, on what is paid", ask("office", &impersonation{support, lead}, "read", paid), false},
		{"impersonation-below", "in the name of a user without access", ask("office", &impersonation{support, nobody}, "read", invoice), false},
		{"not-rule", "a rule that forbids holds", ask("office", warned, "approve", invoice), false},
		{"not-or", "one of two things that forbid holds", ask("office", lead, "approve", paid), false},
		{"forall", "not all elements satisfy a condition", ask("office", owner, "pay", invoice), false},
		{"forall-not", "an element for which a rule holds", ask("office", support, "export", invoice), false},
		{"or", "none of two alternatives", ask("office", support, "refund", invoice), false},
		{"class-value", "may they create one?", ask("office", lead, "create", authz.ClassOf[caseInvoice]()), false},
		{"pattern", "a pattern in the head does not match", ask("office", lead, "archive", invoice), false},
		{"field-denied", "a field", func(values bool) (*authz.Explanation, error) {
			return open("office", values).ExplainField(ctx, writer, "read", invoice, "margin")
		}, false},
		{"field-unknown", "a field that no rule has", func(values bool) (*authz.Explanation, error) {
			return open("office", values).ExplainField(ctx, writer, "read", invoice, "amuont")
		}, false},
		{"field-allowed", "a field that may be read", func(values bool) (*authz.Explanation, error) {
			return open("office", values).ExplainField(ctx, writer, "read", invoice, "amount")
		}, false},
		{"change", "a change that raises the amount", func(values bool) (*authz.Explanation, error) {
			return open("office", values).ExplainChange(ctx, writer, "update", invoice, &raised)
		}, false},
		{"deny", "a deny rule holds", ask("office", writer, "approve", frozen), false},
		{"undecided", "a method returns an error", ask("office", writer, "audit", invoice), false},
		{"limit", "a limit is met", ask("office", writer, "search", invoice), false},
		{"no-actor", "no actor", ask("office", nil, "read", invoice), false},
		{"unstored-actor", "an actor that was never stored", ask("office", &caseUser{}, "read", invoice), false},
		{"many-misses", "more misses than lines", ask("many", writer, "read", invoice), false},
	} {
		t.Run(tt.file, func(t *testing.T) {
			x, err := tt.explain(tt.values)
			if err != nil {
				t.Fatal(err)
			}
			got := "# " + tt.title + "\n" + x.String() + "\n"
			if strings.Contains(got, secret) || strings.Count(x.String(), "\n") >= 10 {
				t.Errorf("tells a secret, or has more than ten lines:\n%s", got)
			}
			golden := filepath.Join("testdata", "explain", tt.file+".golden")
			files = append(files, golden)
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o666); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
	if all, _ := filepath.Glob(filepath.Join("testdata", "explain", "*.golden")); len(all) != len(files) && !t.Failed() {
		t.Errorf("%d golden files for %d situations", len(all), len(files))
	}
}
