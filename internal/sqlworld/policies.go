package sqlworld

// This file defines Author, which writes random policies in Polar.

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
)

// The attributes of the models by their type, as policies spell them.
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
type Author struct {
	*rand.Rand
	vars    [][2]string // name, model
	fresh   int
	chained bool // whether rules may call those of chains
}

// Policy returns the rules for a number of actions. With deny, some of them also have
// deny rules. Their conditions are about the document.
func (a *Author) Policy(actions int, deny bool) string {
	return a.policy(actions, deny, [2]string{"d", "Doc"})
}

// PolicyAboutActors is Policy with conditions that are mostly about the actor.
func (a *Author) PolicyAboutActors(actions int, deny bool) string {
	return a.policy(actions, deny, [2]string{"u", "User"}, [2]string{"u", "User"}, [2]string{"d", "Doc"})
}

// policy is Policy with conditions about some variables.
func (a *Author) policy(actions int, deny bool, about ...[2]string) string {
	var b strings.Builder
	b.WriteString(`
		manages(boss: User, user: User) if user.manager = boss;
		manages(boss: User, user: User) if manages(boss, user.manager);
		limited(name, n) if n <= {a: 0, A: 3, b: nil, ab: 10, Z: 1.5}.(name);
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
			a.vars, a.fresh = slices.Clone(about), 0
			body := a.body(3)
			if a.IntN(4) == 0 {
				body = One(a.Rand, []string{"", "", "not "}) + One(a.Rand, []string{"chain0(u, d)", "chain1(u, d)", "fits(u, d)"})
			}
			fmt.Fprintf(&b, "allow(u: User, \"a%d\", d: Doc) if %s and u = u and d = d;\n", i, body)
		}
		if deny && a.IntN(4) > 0 {
			a.vars, a.fresh = slices.Clone(about), 0
			fmt.Fprintf(&b, "deny(u: User, \"a%d\", d: Doc) if %s and u = u and d = d;\n", i, a.body(2))
		}
	}
	return b.String()
}

// chains returns rules that lead from document to document, and to users and from there
// to their documents, with conditions in between: directly, through each other, and in
// cycles.
func (a *Author) chains() string {
	var b strings.Builder
	a.vars, a.fresh = [][2]string{{"d", "Doc"}}, 0
	fmt.Fprintf(&b, "boss(u: User, v: User) if v = u;\nboss(u: User, v: User) if %s and boss(u, v.manager);\n",
		One(a.Rand, []string{"v.age != 1", "not v.name = u.name", "v.manager != nil", "u.id > 2", "true"}))
	// One rule that leads from class to class.
	fmt.Fprintf(&b, `
		fits(u: User, d: Doc) if %s and fits(u, d.%s);
		fits(u: User, d: Doc) if fits(u, d.%s);
		fits(u: User, c: Category) if c.name = u.name or %s and fits(u, c.parent);
		fits(u: User, p: Place) if p.number = u.id or fits(u, p.next) and %s;
		fits(u: User, v: User) if boss(u, v);
		fits(u: User, c: Comment) if fits(u, c.user);
	`, a.atom(), One(a.Rand, []string{"category", "place", "parent"}), One(a.Rand, []string{"author", "category", "place"}),
		One(a.Rand, []string{"not c.code = \"b\"", "c.name != nil", "u.id = 1"}), One(a.Rand, []string{"p.number = 1", "not p.name = nil", "p.next.number != 0"}))
	ways := [][2]string{{"", "d.parent"}, {"", "d.parent"}, {"p = d.parent and ", "p"}, {"k in d.children and ", "k"}, {"k in d.author.docs and ", "k"}, {"", "d"}, {"", "d"}}
	mostly := One(a.Rand, ways)
	for i := range 2 {
		fmt.Fprintf(&b, "chain%d(u: User, d: Doc) if %s and u = u;\n", i, a.atom())
		for range 1 + a.IntN(3) {
			way := mostly
			if a.IntN(3) == 0 {
				way = One(a.Rand, ways)
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
			fmt.Fprintf(&b, "chain%d(u: User, d: Doc) if boss(u, d.%s);\n", i, One(a.Rand, []string{"author", "reviewer"}))
		}
	}
	return b.String()
}

func (a *Author) body(depth int) string {
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
func (a *Author) scoped(depth int) string {
	n := len(a.vars)
	s := a.body(depth)
	a.vars = a.vars[:n]
	return s
}

// path returns a path to a row of some model from a variable.
func (a *Author) path() (path, model string) {
	v := One(a.Rand, a.vars)
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

func (a *Author) key(m map[string]string) string {
	var keys []string
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return One(a.Rand, keys)
}

func (a *Author) name() string {
	a.fresh++
	return fmt.Sprint("x", a.fresh)
}

// each follows a to-many relation.
func (a *Author) each(depth int) (string, bool) {
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
func (a *Author) bind() (string, bool) {
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

func (a *Author) atom() string {
	path, model := a.path()
	m := polarModels[model]
	compare := func(ops ...string) string { return " " + One(a.Rand, ops) + " " }
	orders := []string{"=", "!=", "==", "<", "<=", ">", ">="}
	switch a.IntN(12) {
	case 0:
		return path + compare("=", "!=") + a.row(model)
	case 1:
		if model == "User" {
			return "manages(u, " + path + ")"
		}
		if model == "Category" {
			return "below(" + path + ", " + quote(One(a.Rand, Codes)) + ")"
		}
		if model == "Doc" {
			if a.chained && a.IntN(2) == 0 {
				return One(a.Rand, []string{"chain0(u, ", "chain1(u, ", "fits(u, "}) + path + ")"
			}
			return One(a.Rand, []string{"active(" + path + ")", "inside(" + path + ", " + One(a.Rand, []string{"u.id", "2", "7"}) + ")"})
		}
	case 2:
		if len(m.bools) > 0 {
			s := path + "." + One(a.Rand, m.bools)
			return One(a.Rand, []string{s, s + " = true", s + " = false", s + " != true", "not " + s})
		}
	case 3:
		if len(m.times) > 0 {
			return path + "." + One(a.Rand, m.times) + compare(orders...) + One(a.Rand, []string{"now", "noon", path + "." + One(a.Rand, m.times)})
		}
	case 4:
		if len(m.others) > 0 {
			return path + "." + One(a.Rand, m.others) + compare("=", "!=") + One(a.Rand, []string{"token", "nil", path + "." + One(a.Rand, m.others)})
		}
	case 5, 6, 7:
		if len(m.numbers) > 0 {
			return path + "." + One(a.Rand, m.numbers) + compare(orders...) + a.number()
		}
	case 8:
		if len(m.numbers) > 0 {
			return path + "." + One(a.Rand, m.numbers) + " in [" + a.number() + ", " + a.number() + ", " + One(a.Rand, []string{"nil", `"1"`, "7"}) + "]"
		}
	}
	field := path + "." + One(a.Rand, append(m.texts, "name")[:len(m.texts)])
	text := func() string {
		if other, model := a.path(); a.IntN(3) == 0 && len(polarModels[model].texts) > 0 {
			return other + "." + One(a.Rand, polarModels[model].texts)
		}
		return One(a.Rand, []string{"u.name", quote(One(a.Rand, Texts)), quote(One(a.Rand, Codes))})
	}
	switch a.IntN(7) {
	case 0:
		return field + compare("=", "!=") + "nil"
	case 1:
		return field + One(a.Rand, []string{".startswith(", ".endswith(", ".contains("}) + One(a.Rand, []string{"u.name", quote(One(a.Rand, Texts))}) + ")"
	case 2:
		return One(a.Rand, []string{"", "not "}) + field + " in [" + quote(One(a.Rand, Texts)) + ", u.name, " + One(a.Rand, []string{"nil", "1", quote("a")}) + "]"
	case 3:
		return One(a.Rand, []string{"", "not "}) + "limited(" + field + ", " + a.number() + ")"
	}
	return field + compare(orders...) + text()
}

// number returns a term to compare with a number.
func (a *Author) number() string {
	if path, model := a.path(); a.IntN(3) == 0 && len(polarModels[model].numbers) > 0 {
		return path + "." + One(a.Rand, polarModels[model].numbers)
	}
	return One(a.Rand, []string{"0", "1", "2", "3", "10", "1.5", "0.1", "u.id", "9007199254740993", "9007199254740992.0", "u.id + 1"})
}

// row returns a term to compare with a row.
func (a *Author) row(model string) string {
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
	return One(a.Rand, append(rows, "nil"))
}
