package resolve

import (
	"strings"
	"testing"

	"github.com/ursa-authz/ursa/authz/polar/syntax"
)

// basePolicy is a correct policy, into which TestMutations puts mistakes.
const basePolicy = `
actor User {
  relations = { boss: User };
}
actor Guest {}
resource Org {
  roles = ["member", "admin"];
  permissions = ["view", "invite", "audit"];
  "view" if "member";
  "invite" if "admin";
  "member" if "admin";
}
resource Repo {
  roles = ["reader", "writer"];
  permissions = ["read", "write"];
  relations = { parent: Org, owner: User };
  "read" if "reader";
  "write" if "writer";
  "reader" if "writer";
  "reader" if "member" on "parent";
  "writer" if "owner";
}
resource Issue {
  permissions = ["read", "close", "label", "assign"];
  relations = { repo: Repo, creator: User };
  "read" if "reader" on "repo";
  "close" if "creator";
}
type region_allowed(name: String, region: String);

allow(actor, action, resource) if has_permission(actor, action, resource);
allow(_: Guest, "read", repo: Repo) if repo.public;
allow(user: User, "list", Repo) if user.age >= 18 and user.status.is_open();
allow(user: User, "see", other: User) if
  other.boss = user or
  (other.org != nil and other.org.id = user.org.id) or
  user.knows(other);
allow(user: User, "audit", org: Org) if
  forall(team in user.teams, team.org = org) and
  not user.tags.contains("external") and
  "auditor" in user.tags;
allow(_: User, "read", page: Page{title: "public"}) if page.body.length() < limit;
allow(_: User, "print", document: Document) if
  document matches Sheet and document.cell(0, 1) > 0 or
  document matches Page{body: text} and text.split(" ").length() <= 100;
allow(user: User, "spend", amount: Integer) if
  half = user.score / 2 and
  amount + 1 <= half * 100 - 5 mod 3;
allow(user: User, "pair", [first, second]) if pair_ok(user, first, second);
allow(user: User, action, issue: Issue) if
  action in ["label", "assign"] and
  issue.repo matches Repo{owner: owner} and owner.id = user.id and
  not issue.closed and
  issue.title.lower().startswith("bug") and
  region_allowed(issue.repo.name, "eu");

pair_ok(user: User, first: Repo, second: Repo) if
  first.stars > second.stars and
  user in [first.owner, second.owner] and
  cut;
pair_ok(_, first, second) if first = second and not first = new Org("x");

region_allowed(name: String, "eu") if name.ends_with(".eu") or name = "any";

has_role(user: User, "member", org: Org) if user.org = org;
has_role(user: User, "admin", org: Org) if user.org = org and user.admin;
has_role(user: User, role: String, repo: Repo) if
  has_role(user, "admin", repo.org) and role in ["reader", "writer"];
has_relation(org: Org, "parent", repo: Repo) if repo.org = org;
has_relation(user: User, "owner", repo: Repo) if repo.owner = user;
has_relation(boss: User, "boss", user: User) if user.boss = boss;
has_relation(repo: Repo, "repo", issue: Issue) if repo = issue.repo;
has_relation(user: User, "creator", issue: Issue) if issue.creator = user;

?= region_allowed("acme.eu", "eu");
?= not region_allowed("acme", "eu");
`

// TestMutations puts one mistake at a time into a correct policy: each must be
// found, with the right code and on the right line.
func TestMutations(t *testing.T) {
	const base = basePolicy
	mutations := []struct {
		old, new string
		code     syntax.Code
	}{
		// Attributes.
		{"repo.public;", "repo.pubic;", CodeUnknownAttribute},
		{"user.age >= 18", "user.agee >= 18", CodeUnknownAttribute},
		{"other.boss = user", "other.bos = user", CodeUnknownAttribute},
		{"other.org != nil", "other.organisation != nil", CodeUnknownAttribute},
		{"other.org.id =", "other.org.identity =", CodeUnknownAttribute},
		{"= user.org.id", "= user.org.id.value", CodeUnknownAttribute},
		{"team in user.teams", "team in user.team", CodeUnknownAttribute},
		{"team.org = org", "team.organization = org", CodeUnknownAttribute},
		{`Page{title: "public"}`, `Page{titel: "public"}`, CodeUnknownAttribute},
		{"Page{body: text}", "Page{txt: text}", CodeUnknownAttribute},
		{"Repo{owner: owner}", "Repo{ownr: owner}", CodeUnknownAttribute},
		{"owner.id = user.id", "owner.uid = user.id", CodeUnknownAttribute},
		{"not issue.closed", "not issue.close", CodeUnknownAttribute},
		{"issue.title.lower()", "issue.titel.lower()", CodeUnknownAttribute},
		{"first.stars > second.stars", "first.stars > second.starz", CodeUnknownAttribute},
		{"[first.owner, second.owner]", "[first.owner, second.owners]", CodeUnknownAttribute},
		{"and user.admin;", "and user.is_admin;", CodeUnknownAttribute},
		{"repo.org = org;", "repo.organization = org;", CodeUnknownAttribute},
		{"repo = issue.repo", "repo = issue.repository", CodeUnknownAttribute},
		{"user.score / 2", "user.scores / 2", CodeUnknownAttribute},
		{"user.score / 2", "user.sum / 2", CodeUnknownAttribute},
		{"text.split(\" \").length()", "text.split(\" \").length", CodeUnknownAttribute},
		{"page.body.length()", "page.body.length", CodeUnknownAttribute},
		{"repo.public;", "repo.Public.value;", CodeUnknownAttribute},
		{"repo.owner = user;", "Repo.owner = user;", CodeUnknownAttribute},
		{"user.admin;", "user.password = \"x\";", CodeUnexported},

		// Methods.
		{"user.knows(other)", "user.know(other)", CodeUnknownMethod},
		{"user.status.is_open()", "user.status.is_closed()", CodeUnknownMethod},
		{"user.tags.contains(", "user.tags.has(", CodeUnknownMethod},
		{".lower()", ".lowercase()", CodeUnknownMethod},
		{".startswith(", ".beginswith(", CodeUnknownMethod},
		{"name.ends_with(", "name.endwith(", CodeUnknownMethod},
		{"repo.public;", "repo.public();", CodeUnknownMethod},
		{"document.cell(0, 1)", "document.body(0, 1)", CodeUnknownMethod},
		{"user.knows(other)", "User.knows(other)", CodeUnknownMethod},
		{"user.age >= 18", "user.age.abs() >= 18", CodeUnknownMethod},
		{"user.knows(other)", "user.knows()", CodeArgumentCount},
		{"document.cell(0, 1)", "document.cell(0)", CodeArgumentCount},
		{"document.cell(0, 1)", "document.cell(0, 1, 2)", CodeArgumentCount},
		{".split(\" \")", ".split()", CodeArgumentCount},
		{".lower()", ".lower(1)", CodeArgumentCount},
		{"new Org(\"x\")", "new Org()", CodeArgumentCount},
		{"user.knows(other)", "user.nothing()", CodeArgumentCount},
		{"document.cell(0, 1)", "document.cell(0, \"1\")", CodeArgumentKind},
		{"user.knows(other)", "user.knows(other.org_name)", CodeUnknownAttribute},
		{"user.knows(other)", "user.knows(\"other\")", CodeArgumentKind},
		{".split(\" \")", ".split(1)", CodeArgumentKind},
		{"new Org(\"x\")", "new Repo(\"x\")", CodeNoConstructor},

		// Kinds.
		{"user.age >= 18", "user.age >= \"18\"", CodeNoOrder},
		{"user.age >= 18", "user.org >= 18", CodeNoOrder},
		{"first.stars > second.stars", "first > second", CodeNoOrder},
		{"page.body.length() < limit", "page.body < limit", CodeNoOrder},
		{"other.org.id = user.org.id", "other.org.id = user.org", CodeNeverEqual},
		{"other.boss = user", "other.boss = user.org", CodeOnlyNil},
		{"repo.owner = user;", "repo.owner = nil and user.admin;", CodeNeverNil},
		{"user.age >= 18", "user.age != nil", CodeNeverNil},
		{"document matches Sheet and", "document matches User and", CodeNeverMatches},
		{"document matches Sheet and", "document.body = 1 and", CodeNeverEqual},
		{"document matches Sheet and", "document.cells != [] and", CodePartialName},
		{"team.org = org", "team = org", CodeNeverEqual},
		{"owner.id = user.id", "owner = user.id", CodeNeverEqual},
		{"\"auditor\" in user.tags", "1 in user.tags", CodeNeverEqual},
		{"role in [\"reader\", \"writer\"]", "role in [1, 2]", CodeNeverEqual},
		{"name = \"any\"", "name = any_name and any_name = 1", CodeNeverEqual},
		{"repo.org = org;", "repo.org == repo;", CodeNeverEqual},
		{"first = second and not first", "first = second and not second", ""}, // still correct
		{"Page{title: \"public\"}", "Page{title: 1}", CodeNeverEqual},
		{"Repo{owner: owner}", "Repo{owner: String}", CodeNeverEqual},
		{"repo.owner = user;", "repo.owner = User and user.admin;", CodeNeverEqual},
		{"user.score / 2", "user.name / 2", CodeNotANumber},
		{"amount + 1", "amount + \"1\"", CodeNotANumber},
		{"5 mod 3", "5 mod user.tags", CodeNotANumber},
		{"and user.admin;", "and user.name;", CodeNotACondition},
		{"not issue.closed", "not issue.title", CodeNotACondition},
		{"repo.public;", "repo.stars;", CodeNotACondition},
		{"\"auditor\" in user.tags", "\"auditor\" in user.age", CodeNotIterable},
		{"team in user.teams", "team in user.org", CodeNotIterable},

		// Names.
		{"has_permission(actor, action, resource);", "has_permision(actor, action, resource);", CodeUndefinedRule},
		{"pair_ok(user, first, second)", "pairs_ok(user, first, second)", CodeUndefinedRule},
		{"?= region_allowed(", "?= region_alowed(", CodeUndefinedRule},
		{"pair_ok(user, first, second)", "pair_ok(user, first)", CodeSingleton},
		{"issue.creator = user;", "issue.creator = usr;", CodeSingleton},
		{"(_: Guest, \"read\", repo: Repo)", "(_: Gest, \"read\", repo: Repo)", CodeUnknownClass},
		{"document matches Sheet and", "document matches Sheets and", CodeUnknownClass},
		{"new Org(\"x\")", "new Orgs(\"x\")", CodeUnknownClass},
		{"amount: Integer", "amount: int", CodeUnknownClass},
		{"region_allowed(name: String, \"eu\")", "region_allowed(name, \"eu\")", CodeInvalidRule},

		// Blocks and their declarations.
		{"\"view\" if \"member\";", "\"view\" if \"membr\";", CodeUndeclaredTerm},
		{"\"reader\" if \"member\" on \"parent\";", "\"reader\" if \"writer\" on \"parent\";", CodeUndeclaredTerm},
		{"\"read\" if \"reader\" on \"repo\";", "\"read\" if \"reader\" on \"rep\";", CodeUndeclaredTerm},
		{"permissions = [\"view\", \"invite\", ", "permission = [\"view\", \"invite\", ", CodeBlock},
		{"roles = [\"member\", \"admin\"];", "roles = [\"member\", \"admin\", \"member\"];", CodeDuplicateTerm},
		{"has_role(user: User, \"member\", org: Org)", "has_role(user: User, \"membr\", org: Org)", CodeUndeclaredInBlock},
		{"has_role(user, \"admin\", repo.org)", "has_role(user, \"owner\", repo.org)", CodeUndeclaredInBlock},
		{"has_role(user, \"admin\", repo.org)", "has_role(user, \"view\", repo.org)", CodeUndeclaredInBlock},
		{"has_role(user: User, \"admin\", org: Org)", "has_role(user: User, \"reader\", org: Org)", CodeUndeclaredInBlock},
		{"has_relation(org: Org, \"parent\", repo: Repo)", "has_relation(org: Org, \"parents\", repo: Repo)", CodeInvalidRule},
		{"has_relation(user: User, \"owner\", repo: Repo)", "has_relation(user: Guest, \"owner\", repo: Repo)", CodeInvalidRule},
		{"has_relation(repo: Repo, \"repo\", issue: Issue)", "has_relation(repo: Issue, \"repo\", issue: Issue)", CodeInvalidRule},
	}
	reg := testRegistry(t)
	load := func(src string) (*Module, []syntax.Diagnostic) {
		file, ds := syntax.Parse("base.polar", src)
		if err := syntax.Errors(ds); err != nil {
			t.Fatal(err)
		}
		return Load([]*syntax.File{file}, testOptions(reg))
	}
	if m, ds := load(base); m == nil || len(ds) > 0 {
		for _, d := range ds {
			t.Errorf("the policy without faults: %v", d)
		}
		t.FailNow()
	}
	caught := 0
	for _, mut := range mutations {
		before, _, ok := strings.Cut(base, mut.old)
		if !ok {
			t.Errorf("the policy does not contain %q", mut.old)
			continue
		}
		line := strings.Count(before, "\n") + 1
		m, ds := load(strings.Replace(base, mut.old, mut.new, 1))
		if mut.code == "" {
			if m == nil {
				t.Errorf("%q for %q: %v", mut.new, mut.old, ds)
			}
			continue
		}
		found, failed := false, false
		for _, d := range ds {
			found = found || d.Code == mut.code && int(d.Pos.Line) == line
			failed = failed || d.Severity == syntax.Error
		}
		if !found || failed != (m == nil) {
			t.Errorf("%q for %q, on line %d: got %v, want %s", mut.new, mut.old, line, ds, mut.code)
			continue
		}
		caught++
	}
	t.Logf("%d mutated policies caught", caught)
}
