package analysis

// This file defines Complete, what can be written at a place.
//
// The tokens before the place say what can follow: a member after a dot, a class after
// "matches", and so on. Where the answer depends on types, the statement is completed with a
// name that nothing has, and its types are checked. The rest of the policy is not read
// again.

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"

	"github.com/ursa-authz/ursa/authz/internal/host"
	"github.com/ursa-authz/ursa/authz/polar/internal/ops"
	"github.com/ursa-authz/ursa/authz/polar/internal/resolve"
	"github.com/ursa-authz/ursa/authz/polar/syntax"
)

// A Completion is something that can be written at a place.
type Completion struct {
	Name    string
	Kind    CompletionKind
	Detail  string // the type, on one line
	Doc     string
	Snippet string // what to insert in place of the name, with $1 for what is to be filled in; may be empty
}

// A CompletionKind is the kind of a completion.
type CompletionKind uint8

// The kinds of completions.
const (
	CompleteKeyword CompletionKind = iota
	CompleteRule
	CompleteVariable
	CompleteClass
	CompleteConstant
	CompleteAttribute
	CompleteMethod
	CompleteRole
	CompletePermission
	CompleteRelation
	CompleteValue
)

// maxCompletions bounds how many completions are returned.
const maxCompletions = 500

// Complete returns what can be written at a position, of what begins with the name that is
// already there. The span is that of this name. More reports whether there are too many to
// return all.
func (w *Workspace) Complete(name string, at syntax.Position) (list []Completion, replace syntax.Span, more bool) {
	f := w.files[name]
	if f == nil {
		return nil, syntax.Span{}, false
	}
	p := before(f.text, offset(f.text, at))
	at = position(f, p.at)
	c := &completer{w: w, p: p, file: f}
	replace = syntax.Span{Start: at, End: at}
	switch {
	case p.comment:
		return nil, replace, false
	case p.kind(-1) == openText:
		c.begin(p.words[len(p.words)-1].start + 1)
		c.text()
	case p.kind(-1) == nameWord && p.words[len(p.words)-1].end == p.at:
		c.begin(p.words[len(p.words)-1].start)
		p.words = p.words[:len(p.words)-1]
		c.name()
	default:
		c.begin(p.at)
		c.name()
	}
	replace.Start.Col -= int32(len([]rune(c.prefix)))
	slices.SortStableFunc(c.list, func(a, b Completion) int { return strings.Compare(a.Name, b.Name) })
	c.list = slices.CompactFunc(c.list, func(a, b Completion) bool { return a.Name == b.Name && a.Kind == b.Kind })
	if len(c.list) > maxCompletions {
		return c.list[:maxCompletions], replace, true
	}
	return c.list, replace, false
}

// fits reports whether a name begins with a prefix, whatever the case.
func fits(name, prefix string) bool {
	return len(name) >= len(prefix) && strings.EqualFold(name[:len(prefix)], prefix)
}

// A completer collects completions.
type completer struct {
	w    *Workspace
	p    *place
	file *file
	from int // the offset of the name that is being written
	list []Completion

	prefix string // what is written of the name
	called bool   // arguments follow already
}

// begin notes where the name that is being written begins.
func (c *completer) begin(from int) {
	c.from, c.prefix = from, c.p.text[from:c.p.at]
	rest := strings.TrimLeftFunc(c.p.text[c.p.at:], func(r rune) bool { return r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r) })
	c.called = strings.HasPrefix(rest, "(")
}

// written returns the word that is at the place now.
func (c *completer) written() string {
	text := c.p.text[c.from:]
	return text[:max(strings.IndexAny(text+"\"", "\"\n"), 0)]
}

// add adds a completion if it begins with what is written.
func (c *completer) add(x Completion) {
	if !fits(x.Name, c.prefix) {
		return
	}
	if c.called {
		x.Snippet = ""
	}
	c.list = append(c.list, x)
}

// name completes a name.
func (c *completer) name() {
	p := c.p
	last := p.word(-1)
	if p.kind(-1) == nameWord {
		switch {
		case last == "matches", last == "new" && p.has("if"):
			c.classes(last == "new")
			return
		case len(p.words) == 1 && (last == "actor" || last == "resource"):
			c.classes(false)
			return
		case p.inBlock():
			c.inBlock()
			return
		}
	}
	in := p.innermost()
	switch {
	case p.inBlock():
		c.inBlock()
	case len(p.words) == 0:
		c.statements()
	case last == ".":
		c.members()
	case last == ":" && in >= 0 && p.word(in) == "(" && !p.has("if"):
		c.classes(false)
	case in > 0 && p.word(in) == "{" && p.kind(in-1) == nameWord && (last == "{" || last == ","):
		c.members()
	case p.kind(-1) == nameWord && !isOperator(last), p.kind(-1) == textWord, last == ")", last == "]", last == "}":
		for _, k := range keywords[:5] { // an operator
			c.add(Completion{Name: k.name, Kind: CompleteKeyword, Doc: k.doc})
		}
		if !p.has("if") {
			c.list = nil
			c.add(Completion{Name: "if", Kind: CompleteKeyword, Doc: "The conditions of the rule follow."})
		}
	case p.has("if") || p.word(0) == "?":
		c.terms(true)
	default:
		c.terms(false)
	}
}

// isOperator reports whether a value or a condition follows a word.
func isOperator(word string) bool {
	return slices.Contains([]string{"if", "and", "or", "not", "in", "mod", "rem", "print"}, word)
}

// statements completes the start of a statement.
func (c *completer) statements() {
	for _, s := range statements {
		c.add(Completion{Name: s.name, Kind: CompleteKeyword, Doc: s.doc, Snippet: s.snippet})
	}
	for _, r := range askedRules {
		var params []string
		for i, param := range strings.Split(r.params, ", ") {
			params = append(params, fmt.Sprintf("${%d:%s}", i+1, param))
		}
		c.add(Completion{Name: r.name, Kind: CompleteRule, Detail: r.name + "(" + r.params + ")", Doc: r.doc,
			Snippet: r.name + "(" + strings.Join(params, ", ") + ") if $0;"})
	}
	c.rules(false)
}

// rules completes the name of a rule; asked are those that decisions ask, too.
func (c *completer) rules(asked bool) {
	seen := map[ruleKey]bool{}
	for _, f := range c.w.sorted() {
		for _, s := range f.known().Stmts {
			r, ok := s.(*syntax.Rule)
			if !ok {
				continue
			}
			key := ruleKey{r.Name.Text, len(r.Params)}
			if seen[key] || !asked && resolve.IsAsked(key.name) {
				continue
			}
			seen[key] = true
			params := headParams(r)
			var holes []string
			for i, param := range params {
				name, _, _ := strings.Cut(param, ":")
				holes = append(holes, fmt.Sprintf("${%d:%s}", i+1, escapeSnippet(name)))
			}
			c.add(Completion{Name: key.name, Kind: CompleteRule, Detail: key.name + "(" + strings.Join(params, ", ") + ")",
				Snippet: key.name + "(" + strings.Join(holes, ", ") + ")"})
		}
	}
}

// headParams returns the parameters of a rule as text.
func headParams(r *syntax.Rule) []string {
	var params []string
	for _, param := range r.Params {
		text := syntax.ExprString(param.Value)
		if param.Specializer != nil {
			text += ": " + syntax.PatternString(param.Specializer)
		}
		params = append(params, text)
	}
	return params
}

var snippetEscapes = strings.NewReplacer(`\`, `\\`, "$", `\$`, "}", `\}`)

func escapeSnippet(s string) string { return snippetEscapes.Replace(s) }

// terms completes a value or, in a body, a condition.
func (c *completer) terms(body bool) {
	seen := map[string]bool{}
	depth := 0
	for i := range c.p.words {
		name := c.p.word(i)
		switch name {
		case "(", "[", "{":
			depth++
		case ")", "]", "}":
			depth--
		}
		next, prev := c.p.word(i+1), c.p.word(i-1)
		if c.p.kind(i) != nameWord || i == 0 || next == "(" || prev == "." || isReserved(name) || name[0] <= '9' || seen[name] || name == "_" ||
			prev == ":" || prev == "matches" || prev == "new" || c.w.isClass(name) || c.w.isConstant(name) {
			continue
		}
		seen[name] = true
		c.add(Completion{Name: name, Kind: CompleteVariable, Detail: "variable"})
	}
	world := c.w.worldOf()
	for _, name := range slices.Sorted(maps.Keys(world.constants)) {
		c.add(Completion{Name: name, Kind: CompleteConstant, Detail: resolve.ValueType(world.constants[name]).String()})
	}
	c.classes(false)
	if !body {
		c.list = slices.DeleteFunc(c.list, func(x Completion) bool { return x.Kind == CompleteVariable })
		return
	}
	c.rules(true)
	for _, k := range keywords {
		if !slices.Contains([]string{"and", "or", "matches", "mod", "rem"}, k.name) {
			c.add(Completion{Name: k.name, Kind: CompleteKeyword, Doc: k.doc})
		}
	}
}

func isReserved(name string) bool {
	return name == "if" || slices.ContainsFunc(keywords, func(k struct{ name, doc string }) bool { return k.name == name })
}

// classes completes the name of a class; with made, one that has a constructor.
func (c *completer) classes(made bool) {
	reg := c.w.worldOf().reg
	for id := range reg.NumClasses() {
		class := reg.ClassByID(id)
		if made && class.Constructor() == nil {
			continue
		}
		c.add(Completion{Name: class.Name, Kind: CompleteClass, Detail: classDetail(class)})
	}
	if !made {
		c.add(Completion{Name: "Actor", Kind: CompleteClass, Detail: "every class of actors"})
		c.add(Completion{Name: "Resource", Kind: CompleteClass, Detail: "every class of resources"})
	}
}

// classDetail returns the Go type of a class.
func classDetail(class *host.ClassInfo) string {
	switch {
	case class.Builtin != host.Nil:
		return "every value of the kind"
	case class.Plan != nil:
		return class.Plan.GoType()
	}
	return "interface"
}

// checked yields what is known of the types of the statement, completed in one way after the
// other, and the place of the filler.
func (c *completer) checked(yield func(t *typed, at syntax.Position) bool) {
	for _, text := range c.p.completed(c.from) {
		f, ds := syntax.Parse(c.file.name, text)
		if syntax.Errors(ds) != nil || len(f.Stmts) != 1 {
			continue
		}
		var at syntax.Position
		mentions(f.Stmts[0], func(m mention) {
			if strings.Contains(m.name, filler) {
				at = m.Start
			}
		})
		if at.IsValid() && !yield(c.w.typesOf(map[*syntax.File][]syntax.Stmt{f: f.Stmts}), at) {
			return
		}
	}
}

// members completes an attribute or method.
func (c *completer) members() {
	var of resolve.Type
	for t, at := range c.checked {
		if of = t.members[at]; of.Known() {
			break
		}
	}
	if !of.Known() || len(of.Kinds()) == 1 && of.Kinds()[0] == host.Instance && c.w.schema == nil {
		c.used()
		return
	}
	pattern := c.p.word(-1) != "."
	for _, p := range of.Plans() {
		for _, name := range p.AttrNames() {
			a := p.Attr(name)
			c.add(Completion{Name: name, Kind: CompleteAttribute, Detail: attrType(a).String(), Doc: attrDoc(p, a)})
		}
		if pattern {
			continue
		}
		for _, name := range p.MethodNames() {
			m := p.Method(name)
			if m.Refused() == nil {
				c.method(name, methodText(c.w.worldOf().reg, m), len(m.In), "The Go method "+p.GoType()+"."+m.Name+".")
			}
		}
	}
	if pattern {
		return
	}
	for _, k := range of.Kinds() {
		for _, name := range ops.BuiltinNames(k) {
			b := ops.BuiltinOf(k, name)
			c.method(name, builtinText(b), len(b.Args), "A method of every "+k.String()+".")
		}
	}
}

func (c *completer) method(name, text string, params int, doc string) {
	call := name + "()"
	if params > 0 {
		call = name + "($0)"
	}
	c.add(Completion{Name: name, Kind: CompleteMethod, Detail: text, Doc: doc, Snippet: call})
}

// used completes with the names of members that the policy uses, for what is known of no type.
func (c *completer) used() {
	if c.w.schema != nil {
		return
	}
	seen := map[string]bool{}
	for _, f := range c.w.sorted() {
		for _, s := range f.known().Stmts {
			mentions(s, func(m mention) {
				if m.kind == MemberSymbol && !seen[m.name] {
					seen[m.name] = true
					c.add(Completion{Name: m.name, Kind: CompleteAttribute, Detail: "used elsewhere in the policy"})
				}
			})
		}
	}
}

// text completes a string: a role, permission or relation, or a value that the type of what it
// is compared with has.
func (c *completer) text() {
	if c.p.inBlock() {
		c.textInBlock()
		return
	}
	for t, at := range c.checked {
		if c.named(t, at) {
			return
		}
	}
}

// named completes a string by what the types say about it, and reports whether they say anything.
func (c *completer) named(t *typed, at syntax.Position) bool {
	if n, ok := t.names[at]; ok {
		classes := n.Classes
		if !n.Known {
			classes = nil
			for _, b := range c.w.blocksOf() {
				classes = append(classes, b.Class)
			}
		}
		for _, class := range classes {
			c.declared(class, SymbolKind(n.Kind))
		}
		if n.Kind == string(PermissionSymbol) {
			c.actions()
		}
		return true
	}
	values, ok := t.values[at]
	for _, p := range values.Plans() {
		for _, v := range p.Values() {
			if text, ok := v.(string); ok {
				c.add(Completion{Name: text, Kind: CompleteValue, Detail: resolve.TypeOf(p, false).String()})
			}
		}
	}
	return ok
}

// declared completes with what the blocks of a class declare, of one kind or of all but relations.
func (c *completer) declared(class string, kind SymbolKind) {
	b := c.w.block(class)
	if b == nil {
		return
	}
	add := func(names []string, k SymbolKind, as CompletionKind) {
		if kind != k && kind != textSymbol {
			return
		}
		for _, name := range names {
			if isPlain(name) {
				c.add(Completion{Name: name, Kind: as, Detail: string(k) + " of " + class})
			}
		}
	}
	add(b.Roles, RoleSymbol, CompleteRole)
	add(b.Permissions, PermissionSymbol, CompletePermission)
	if kind == RelationSymbol {
		var names []string
		for _, r := range b.Relations {
			names = append(names, r.Name)
		}
		add(names, RelationSymbol, CompleteRelation)
	}
}

// isPlain reports whether a name is written in quotes as it is.
func isPlain(name string) bool {
	return !strings.ContainsFunc(name, func(r rune) bool { return r == '"' || r == '\\' || !unicode.IsPrint(r) })
}

// actions completes with the actions that rules of allow name and that no block has to declare.
func (c *completer) actions() {
	seen := map[string]bool{}
	for _, x := range c.list {
		seen[x.Name] = true
	}
	for _, f := range c.w.sorted() {
		for _, s := range f.known().Stmts {
			r, ok := s.(*syntax.Rule)
			if !ok || r.Name.Text != "allow" || len(r.Params) != 3 {
				continue
			}
			if lit, ok := r.Params[1].Value.(*syntax.StringLit); ok && !seen[lit.Value] && isPlain(lit.Value) && (f != c.file || lit.Value != c.written()) {
				seen[lit.Value] = true
				c.add(Completion{Name: lit.Value, Kind: CompleteValue, Detail: "action"})
			}
		}
	}
}

// inBlock completes a name in a block.
func (c *completer) inBlock() {
	p := c.p
	decl := p.declaration()
	switch {
	case len(decl) == 0:
		for _, d := range declarations {
			c.add(Completion{Name: d.name, Kind: CompleteKeyword, Doc: d.doc, Snippet: d.snippet})
		}
	case p.kind(-1) == textWord && len(decl) == 1:
		c.add(Completion{Name: "if", Kind: CompleteKeyword, Doc: "What implies it follows."})
	case p.kind(-1) == textWord && len(decl) == 3:
		c.add(Completion{Name: "on", Kind: CompleteKeyword, Doc: "The relation over which it is implied follows."})
	case p.word(decl[0]) == "relations" && (p.word(-1) == ":" || p.word(-1) == "[" || p.word(-1) == "," && p.word(p.innermost()) == "["):
		c.classes(false)
	}
}

// declaration returns the words of the declaration that is being written in a block.
func (p *place) declaration() []int {
	var decl []int
	depth := 0
	for i := range p.words {
		switch p.word(i) {
		case "(", "[", "{":
			if depth++; depth == 1 {
				decl = decl[:0]
				continue
			}
		case ")", "]", "}":
			depth--
		case ";":
			decl = decl[:0]
			continue
		}
		decl = append(decl, i)
	}
	return decl
}

// textInBlock completes a string in a block.
func (c *completer) textInBlock() {
	p := c.p
	class := p.word(1)
	decl := p.declaration()
	switch {
	case len(decl) > 1 && p.kind(decl[0]) == nameWord:
		// A new name: those of other classes are often meant again.
		kind := map[string]SymbolKind{"roles": RoleSymbol, "permissions": PermissionSymbol}[p.word(decl[0])]
		for _, b := range c.w.blocksOf() {
			if kind != "" && b.Class != class {
				c.declared(b.Class, kind)
			}
		}
	case p.word(-2) == "on":
		c.declared(class, RelationSymbol)
	case p.word(-2) == "if":
		c.declared(class, textSymbol)
		if b := c.w.block(class); b != nil {
			for _, r := range b.Relations {
				for _, target := range r.Classes {
					c.declared(target, textSymbol)
				}
			}
		}
	default:
		c.declared(class, textSymbol)
	}
}
