package gormauthz

// This file compares lists with single decisions: random policies in Polar on random
// rows, by SQL, by filter.Match and row by row.

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"gorm.io/gorm"

	"github.com/ursa-authz/ursa/authz"
	"github.com/ursa-authz/ursa/authz/filter"
	"github.com/ursa-authz/ursa/authz/polar"
)

// the attributes of the models by their type, as policies spell them.
type attributes struct {
	texts, numbers, bools, times, others []string
	ones, many                           map[string]string // relation -> model
}

var polarModels = map[string]attributes{
	"Doc": {
		texts:   []string{"title", "nick", "code", "state", "category_code", "audit.reviewed", "audit_reviewed", "Title"},
		numbers: []string{"amount", "small", "limit", "big", "count", "rate", "double", "ratio", "half", "author_id", "reviewer_id", "parent_id", "audit.score", "audit_score", "id"},
		bools:   []string{"public", "flag"},
		times:   []string{"due", "seen", "ended", "deleted_at"},
		others:  []string{"token", "seal_id"},
		ones:    map[string]string{"author": "User", "reviewer": "User", "category": "Category", "place": "Place", "parent": "Doc", "cover": "Cover", "seal": "Seal"},
		many:    map[string]string{"comments": "Comment", "tags": "Tag", "children": "Doc", "notes": "Note"},
	},
	"User":     {texts: []string{"name"}, numbers: []string{"id", "age", "manager_id"}, ones: map[string]string{"manager": "User"}, many: map[string]string{"docs": "Doc"}},
	"Category": {texts: []string{"code", "name", "parent_code"}, ones: map[string]string{"parent": "Category"}},
	"Place":    {texts: []string{"country", "name", "next_country"}, numbers: []string{"number", "next_number"}, ones: map[string]string{"next": "Place"}},
	"Comment":  {texts: []string{"text"}, numbers: []string{"id", "doc_id", "user_id"}, ones: map[string]string{"user": "User"}},
	"Tag":      {texts: []string{"name"}, numbers: []string{"id"}, many: map[string]string{"related": "Tag"}},
	"Note":     {texts: []string{"text", "owner_type"}, numbers: []string{"id", "owner_id"}},
	"Cover":    {texts: []string{"color"}, numbers: []string{"id", "doc_id"}},
	"Seal":     {texts: []string{"name"}, others: []string{"id"}},
}

// An Author writes random policies. The variables in scope are rows of models.
type author struct {
	*rand.Rand
	vars    [][2]string // name, model
	fresh   int
	chained bool // whether rules may call those of chains
}

// policy returns the rules for a number of actions. With deny, some of them also have
// deny rules.
func (a *author) policy(actions int, deny bool) string {
	var b strings.Builder
	b.WriteString(`
		manages(boss: User, user: User) if user.manager = boss;
		manages(boss: User, user: User) if manages(boss, user.manager);
		inside(inner: Doc, id) if inner.id = id;
		inside(inner: Doc, id) if inside(inner.parent, id);
		below(category: Category, code) if category.code = code;
		below(category: Category, code) if below(category.parent, code);
		active(doc: Doc) if doc.public;
		active(doc: Doc) if c in doc.comments and not c.text = nil;
	`)
	a.chained = false
	b.WriteString(a.chains())
	a.chained = true
	for i := range actions {
		for range 1 + a.IntN(2) {
			a.vars, a.fresh = [][2]string{{"d", "Doc"}}, 0
			body := a.body(3)
			if a.IntN(4) == 0 {
				body = one(a.Rand, []string{"", "", "not "}) + one(a.Rand, []string{"chain0(u, d)", "chain1(u, d)", "fits(u, d)"})
			}
			fmt.Fprintf(&b, "allow(u: User, \"a%d\", d: Doc) if %s and u = u;\n", i, body)
		}
		if deny && a.IntN(4) > 0 {
			a.vars, a.fresh = [][2]string{{"d", "Doc"}}, 0
			fmt.Fprintf(&b, "deny(u: User, \"a%d\", d: Doc) if %s and u = u;\n", i, a.body(2))
		}
	}
	return b.String()
}

// chains returns rules that lead from document to document, and to users and from there
// to their documents, with conditions in between: directly, through each other, and in
// cycles.
func (a *author) chains() string {
	var b strings.Builder
	a.vars, a.fresh = [][2]string{{"d", "Doc"}}, 0
	fmt.Fprintf(&b, "boss(u: User, v: User) if v = u;\nboss(u: User, v: User) if %s and boss(u, v.manager);\n",
		one(a.Rand, []string{"v.age != 1", "not v.name = u.name", "v.manager != nil", "u.id > 2", "true"}))
	// One rule that leads from class to class.
	fmt.Fprintf(&b, `
		fits(u: User, d: Doc) if %s and fits(u, d.%s);
		fits(u: User, d: Doc) if fits(u, d.%s);
		fits(u: User, c: Category) if c.name = u.name or %s and fits(u, c.parent);
		fits(u: User, p: Place) if p.number = u.id or fits(u, p.next) and %s;
		fits(u: User, v: User) if boss(u, v);
		fits(u: User, c: Comment) if fits(u, c.user);
	`, a.atom(), one(a.Rand, []string{"category", "place", "parent"}), one(a.Rand, []string{"author", "category", "place"}),
		one(a.Rand, []string{"not c.code = \"b\"", "c.name != nil", "u.id = 1"}), one(a.Rand, []string{"p.number = 1", "not p.name = nil", "p.next.number != 0"}))
	ways := [][2]string{{"", "d.parent"}, {"", "d.parent"}, {"p = d.parent and ", "p"}, {"k in d.children and ", "k"}, {"k in d.author.docs and ", "k"}, {"", "d"}, {"", "d"}}
	mostly := one(a.Rand, ways)
	for i := range 2 {
		fmt.Fprintf(&b, "chain%d(u: User, d: Doc) if %s and u = u;\n", i, a.atom())
		for range 1 + a.IntN(3) {
			way := mostly
			if a.IntN(3) == 0 {
				way = one(a.Rand, ways)
			}
			before, after := "", ""
			switch a.IntN(4) {
			case 0, 1:
				before = a.atom() + " and "
			case 2:
				after = " and " + a.atom()
			}
			fmt.Fprintf(&b, "chain%d(u: User, d: Doc) if %s%schain%d(u, %s)%s and u = u;\n", i, before, way[0], a.IntN(2), way[1], after)
		}
		if a.IntN(2) == 0 {
			fmt.Fprintf(&b, "chain%d(u: User, d: Doc) if boss(u, d.%s);\n", i, one(a.Rand, []string{"author", "reviewer"}))
		}
	}
	return b.String()
}

func (a *author) body(depth int) string {
	if depth == 0 {
		return a.atom()
	}
	switch a.IntN(10) {
	case 0, 1, 2:
		return a.body(depth-1) + " and " + a.body(depth-1)
	case 3, 4:
		return "(" + a.scoped(depth-1) + " or " + a.scoped(depth-1) + ")"
	case 5:
		return "not (" + a.scoped(depth-1) + ")"
	case 6:
		if s, ok := a.each(depth); ok {
			return s
		}
	case 7:
		if s, ok := a.bind(); ok {
			return s
		}
	}
	return a.atom()
}

// scoped is body for a part with its own variables.
func (a *author) scoped(depth int) string {
	n := len(a.vars)
	s := a.body(depth)
	a.vars = a.vars[:n]
	return s
}

// path returns a path to a row of some model from a variable.
func (a *author) path() (path, model string) {
	v := one(a.Rand, a.vars)
	path, model = v[0], v[1]
	for a.IntN(3) == 0 {
		ones := polarModels[model].ones
		if len(ones) == 0 {
			break
		}
		name := a.key(ones)
		path, model = path+"."+name, ones[name]
	}
	return path, model
}

func (a *author) key(m map[string]string) string {
	var keys []string
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return one(a.Rand, keys)
}

func (a *author) name() string {
	a.fresh++
	return fmt.Sprint("x", a.fresh)
}

// each follows a to-many relation.
func (a *author) each(depth int) (string, bool) {
	path, model := a.path()
	many := polarModels[model].many
	if len(many) == 0 {
		return "", false
	}
	rel := a.key(many)
	x := a.name()
	n := len(a.vars)
	a.vars = append(a.vars, [2]string{x, many[rel]})
	if a.IntN(3) == 0 {
		s := fmt.Sprintf("forall(%s in %s.%s, %s and %s = %s)", x, path, rel, a.body(depth-1), x, x)
		a.vars = a.vars[:n]
		return s, true
	}
	return fmt.Sprintf("%s in %s.%s and %s and %s = %s", x, path, rel, a.body(depth-1), x, x), true
}

// bind binds a row on the path to a variable.
func (a *author) bind() (string, bool) {
	path, model := a.path()
	if !strings.Contains(path, ".") {
		return "", false
	}
	x := a.name()
	a.vars = append(a.vars, [2]string{x, model})
	return fmt.Sprintf("%s = %s and %s = %s", x, path, x, x), true
}

func quote(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
}

func (a *author) atom() string {
	path, model := a.path()
	m := polarModels[model]
	compare := func(ops ...string) string { return " " + one(a.Rand, ops) + " " }
	orders := []string{"=", "!=", "==", "<", "<=", ">", ">="}
	switch a.IntN(12) {
	case 0:
		return path + compare("=", "!=") + a.row(model)
	case 1:
		if model == "User" {
			return "manages(u, " + path + ")"
		}
		if model == "Category" {
			return "below(" + path + ", " + quote(one(a.Rand, codes)) + ")"
		}
		if model == "Doc" {
			if a.chained && a.IntN(2) == 0 {
				return one(a.Rand, []string{"chain0(u, ", "chain1(u, ", "fits(u, "}) + path + ")"
			}
			return one(a.Rand, []string{"active(" + path + ")", "inside(" + path + ", " + one(a.Rand, []string{"u.id", "2", "7"}) + ")"})
		}
	case 2:
		if len(m.bools) > 0 {
			s := path + "." + one(a.Rand, m.bools)
			return one(a.Rand, []string{s, s + " = true", s + " = false", s + " != true", "not " + s})
		}
	case 3:
		if len(m.times) > 0 {
			return path + "." + one(a.Rand, m.times) + compare(orders...) + one(a.Rand, []string{"now", "noon", path + "." + one(a.Rand, m.times)})
		}
	case 4:
		if len(m.others) > 0 {
			return path + "." + one(a.Rand, m.others) + compare("=", "!=") + one(a.Rand, []string{"token", "nil", path + "." + one(a.Rand, m.others)})
		}
	case 5, 6, 7:
		if len(m.numbers) > 0 {
			return path + "." + one(a.Rand, m.numbers) + compare(orders...) + a.number()
		}
	case 8:
		if len(m.numbers) > 0 {
			return path + "." + one(a.Rand, m.numbers) + " in [" + a.number() + ", " + a.number() + ", " + one(a.Rand, []string{"nil", `"1"`, "7"}) + "]"
		}
	}
	field := path + "." + one(a.Rand, append(m.texts, "name")[:len(m.texts)])
	text := func() string {
		if other, model := a.path(); a.IntN(3) == 0 && len(polarModels[model].texts) > 0 {
			return other + "." + one(a.Rand, polarModels[model].texts)
		}
		return one(a.Rand, []string{"u.name", quote(one(a.Rand, texts)), quote(one(a.Rand, codes))})
	}
	switch a.IntN(6) {
	case 0:
		return field + compare("=", "!=") + "nil"
	case 1:
		return field + one(a.Rand, []string{".startswith(", ".endswith(", ".contains("}) + one(a.Rand, []string{"u.name", quote(one(a.Rand, texts))}) + ")"
	case 2:
		return one(a.Rand, []string{"", "not "}) + field + " in [" + quote(one(a.Rand, texts)) + ", u.name, " + one(a.Rand, []string{"nil", "1", quote("a")}) + "]"
	}
	return field + compare(orders...) + text()
}

// number returns a term to compare with a number.
func (a *author) number() string {
	if path, model := a.path(); a.IntN(3) == 0 && len(polarModels[model].numbers) > 0 {
		return path + "." + one(a.Rand, polarModels[model].numbers)
	}
	return one(a.Rand, []string{"0", "1", "2", "3", "10", "1.5", "0.1", "u.id", "9007199254740993", "9007199254740992.0", "u.id + 1"})
}

// row returns a term to compare with a row.
func (a *author) row(model string) string {
	var rows []string
	for _, v := range a.vars {
		if v[1] == model {
			rows = append(rows, v[0])
		}
	}
	for name, m := range polarModels["Doc"].ones {
		if m == model {
			rows = append(rows, "d."+name)
		}
	}
	slices.Sort(rows)
	if model == "User" {
		rows = append(rows, "u", "u", "u.manager")
	}
	return one(a.Rand, append(rows, "nil"))
}

// fetchFrom makes the relations of classes come from a data set.
func (g *generator) fetchFrom(classes []authz.Class, w **world) {
	for i := range classes {
		classes[i].ZeroKeyActor = true // data sets have users with all keys
		m := g.models.ofType(classes[i].Type)
		classes[i].Fetch = func(ctx context.Context, row any, name string) (any, error) {
			r := m.relation(name)
			rows, err := (*w).Related(ctx, row, g.rels[r])
			if err != nil {
				return nil, err
			}
			found := reflect.MakeSlice(reflect.SliceOf(reflect.PointerTo(r.gorm.FieldSchema.ModelType)), 0, len(rows))
			for _, x := range rows {
				found = reflect.Append(found, reflect.ValueOf(x))
			}
			return fill(r.gorm.Field.FieldType, found, m, r)
		}
	}
}

// reason returns the text of an error of Filter without its position and names.
func reason(err error) string {
	words := strings.Fields(err.Error())
	for i, w := range words {
		name := i > 0 && (words[i-1] == "of" || words[i-1] == "over" || words[i-1] == "field" || words[i-1] == "(in")
		if name || strings.Contains(w, "random.polar") {
			words[i] = "_"
		}
	}
	return strings.Join(words, " ")
}

// chainsIn returns 1 or 0 for each of: whether a query has a Reach, one with conditions
// on its steps, one with steps of several relations.
func chainsIn(q *filter.Query) (chain, step, via int) {
	filter.Walk(q.Where, func(e filter.Expr) bool {
		if r, ok := e.(filter.Reach); ok {
			chain = 1
			if r.Step != nil {
				step = 1
			}
			if len(r.Via) > 0 {
				via = 1
			}
		}
		return true
	})
	return chain, step, via
}

func TestPoliciesInSQL(t *testing.T) {
	const perWorld, actions = 100, 10
	onDatabases(t, func(t *testing.T, db *gorm.DB) {
		ms := migrate(t, db)
		g := newGenerator(nil, ms)
		r := newRand(t)
		n := runs(t, 500)
		var w *world
		var classes []authz.Class
		for _, m := range ms.order {
			classes = append(classes, ms.class(m))
		}
		g.fetchFrom(classes, &w)
		ctx := context.Background()
		var conditional, nontrivial, invalid, endless, chained, steps, vias, overridden int
		refused := make(map[string]int)
		for run := 0; run < n; {
			if run%perWorld == 0 {
				populate(t, db, r, 25)
				w = load(t, db)
			}
			deny := r.IntN(2) == 0
			text := (&author{Rand: r}).policy(actions, deny)
			az, err := authz.New(authz.Config{
				Policies: authz.String("random.polar", text), Classes: classes, DenyRule: deny,
				Constants: map[string]any{"noon": noon, "token": uuids[1]},
			})
			if err != nil {
				if invalid++; invalid > n {
					t.Fatalf("too few policies are valid: %v\n%s", err, text)
				}
				continue
			}
			for i := range actions {
				run++
				action := fmt.Sprint("a", i)
				u := one(r, w.users)
				q, err := az.Filter(ctx, u, action, authz.ClassOf[Doc]())
				if errors.Is(err, authz.ErrUnsupported) {
					refused[reason(err)]++
					continue
				}
				if err != nil {
					t.Fatalf("%s: %v\n%s", action, err, text)
				}
				p, err := ms.compile(q, ms.ofType(q.Model.Type))
				if errors.Is(err, filter.ErrUnsupported) {
					refused[reason(err)]++
					continue
				}
				if err != nil {
					t.Fatalf("%s: %v\n%s", action, err, text)
				}
				want := []int64(nil)
				visible, ends := 0, true
				for _, d := range w.docs {
					if d.DeletedAt.Valid {
						continue
					}
					visible++
					ok, err := az.IsAllowed(ctx, u, action, d)
					if errors.Is(err, polar.ErrBudget) {
						ends = false // a decision tries every path
						break
					}
					if err != nil {
						t.Fatalf("%s: user %d, doc %d: the decision is an error, but the filter is %s: %v\n%s", action, u.ID, d.ID, q.Reveal(), err, text)
					}
					if ok {
						want = append(want, d.ID)
					}
					if deny {
						// The decision must agree with the rules, queried one by one.
						allows, aErr := ruleHolds(ctx, az, "allow", u, action, d)
						denies, dErr := ruleHolds(ctx, az, "deny", u, action, d)
						if errors.Is(aErr, polar.ErrBudget) && denies { // allow is not evaluated then
							aErr = nil
						}
						if err := errors.Join(aErr, dErr); err != nil {
							t.Fatalf("%s: user %d, doc %d: %v\n%s", action, u.ID, d.ID, err, text)
						}
						if ok != (allows && !denies) {
							t.Fatalf("%s: user %d, doc %d: decided %v, allow %v, deny %v\n%s", action, u.ID, d.ID, ok, allows, denies, text)
						}
						if allows && denies {
							overridden++
						}
					}
				}
				if !ends {
					endless++
					continue
				}
				slices.Sort(want)
				if got := matching(t, db, w, q); !slices.Equal(got, want) {
					t.Fatalf("%s: user %d: Match %v, decisions %v: %s\n%s", action, u.ID, got, want, q.Reveal(), text)
				}
				if got, err := selected(db, p); err != nil || !slices.Equal(got, want) {
					t.Fatalf("%s: user %d: SQL %v, %v, decisions %v: %s\n%s\n%s", action, u.ID, got, err, want, q.Reveal(), sqlOf(db, p), text)
				}
				if q.Kind() == filter.Conditional {
					conditional++
				}
				chain, step, via := chainsIn(q)
				chained, steps, vias = chained+chain, steps+step, vias+via
				if len(want) > 0 && len(want) < visible {
					nontrivial++
				}
			}
		}
		total := 0
		for why, times := range refused {
			t.Logf("%5d rejected: %s", times, why)
			total += times
		}
		t.Logf("%d policies: %d conditional, %.0f %% allow some rows and not others, %d rejected, %d allows overridden; %d sources invalid, %d decisions beyond the limits",
			n, conditional, 100*float64(nontrivial)/float64(n), total, overridden, invalid, endless)
		t.Logf("%d with chains, %d with conditions on their steps, %d with steps of two relations", chained, steps, vias)
		if nontrivial < n/4 || total > n/5 || overridden < n/4 || endless > n/50 || chained < n/8 || steps < n/30 || n >= 1000 && vias == 0 {
			t.Error("too few of the random policies are varied enough")
		}
	})
}

// ruleHolds queries a single rule. A rule that the policy does not define does not
// hold.
func ruleHolds(ctx context.Context, az *authz.Authorizer, rule string, u *User, action string, d *Doc) (bool, error) {
	for _, err := range az.Query(ctx, rule, u, action, d) {
		if errors.Is(err, authz.ErrUndefinedRule) {
			return false, nil
		}
		return err == nil, err
	}
	return false, nil
}
