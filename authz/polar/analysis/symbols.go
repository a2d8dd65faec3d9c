package analysis

// This file defines Symbol, what a name in a policy stands for, and where the names are.

import (
	"slices"

	"github.com/ursa-authz/ursa/authz/internal/host"
	"github.com/ursa-authz/ursa/authz/polar/internal/resolve"
	"github.com/ursa-authz/ursa/authz/polar/syntax"
)

// A SymbolKind is the kind of what a name stands for.
type SymbolKind string

// The kinds of symbols.
const (
	RuleSymbol       SymbolKind = "rule"
	VariableSymbol   SymbolKind = "variable"
	ClassSymbol      SymbolKind = "class"
	ConstantSymbol   SymbolKind = "constant"
	MemberSymbol     SymbolKind = "member" // an attribute or method
	RoleSymbol       SymbolKind = "role"
	PermissionSymbol SymbolKind = "permission"
	RelationSymbol   SymbolKind = "relation"

	textSymbol SymbolKind = "text" // a string in a rule, before it is known what it is
)

// isTerm reports whether blocks declare symbols of the kind.
func (k SymbolKind) isTerm() bool {
	return k == RoleSymbol || k == PermissionSymbol || k == RelationSymbol
}

// A Symbol is what a name in a policy stands for.
type Symbol struct {
	Kind  SymbolKind
	Name  string
	Arity int // of a rule

	// Classes are those whose blocks declare a role, permission or relation. There are several
	// if the name can be that of each, and none if no block declares it.
	Classes []string

	span syntax.Span  // of the name that the symbol was found by
	stmt syntax.Stmt  // of a variable
	typ  resolve.Type // of a variable
	obj  resolve.Type // of what has a member
	of   []*host.Plan // the Go types of obj
}

// A Use is a place at which a policy has a name.
type Use struct {
	syntax.Span
	Def bool // the name is defined or declared there

	short bool   // the text stands for "key: value", of which the name is both
	text  bool   // a string literal
	class string // of the block in which a role, permission or relation is
	also  []string
}

// A mention is a name in a statement, before types are known.
type mention struct {
	Use
	kind  SymbolKind
	name  string
	arity int
}

// mentions calls f for each name in a statement, in the order of the source. Names of roles,
// permissions and relations in blocks have the class of the block; the implier of a shorthand
// rule over a relation has none.
func mentions(s syntax.Stmt, f func(mention)) {
	short := map[syntax.Node]bool{}
	name := func(kind SymbolKind, n *syntax.Name, arity int, def bool) {
		if n != nil {
			f(mention{Use{Span: n.Span, Def: def}, kind, n.Text, arity})
		}
	}
	syntax.Walk(s, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.Rule:
			name(RuleSymbol, n.Name, len(n.Params), true)
		case *syntax.RuleType:
			name(RuleSymbol, n.Name, len(n.Params), true)
		case *syntax.Call:
			name(RuleSymbol, n.Name, len(n.Args), false)
		case *syntax.New:
			name(ClassSymbol, n.Class, 0, false)
		case *syntax.ClassPattern:
			name(ClassSymbol, n.Class, 0, false)
		case *syntax.Block:
			blockMentions(n, f)
			return false
		case *syntax.Lookup:
			name(MemberSymbol, n.Name, 0, false)
		case *syntax.Field:
			if n.Short {
				short[n.Value] = true
			}
		case *syntax.PatternField:
			if !n.Short {
				name(MemberSymbol, n.Key, 0, false)
			} else if v, ok := n.Value.(*syntax.ValuePattern); ok {
				short[v.Value] = true
			}
		case *syntax.Var:
			if n.Name != "_" {
				f(mention{Use{Span: n.Span, short: short[n]}, VariableSymbol, n.Name, 0})
			}
		case *syntax.StringLit:
			f(mention{Use{Span: n.Span, text: true}, textSymbol, n.Value, 0})
		}
		return true
	})
}

// blockMentions is mentions for a block.
func blockMentions(b *syntax.Block, f func(mention)) {
	if b.Class == nil {
		return
	}
	f(mention{Use{Span: b.Class.Span, Def: true}, ClassSymbol, b.Class.Text, 0})
	text := func(lit *syntax.StringLit, kind SymbolKind, class string, def bool) {
		if lit != nil {
			f(mention{Use{Span: lit.Span, Def: def, text: true, class: class}, kind, lit.Value, 0})
		}
	}
	for _, d := range b.Decls {
		switch d := d.(type) {
		case *syntax.Declaration:
			kind := textSymbol
			if d.Name != nil {
				kind = map[string]SymbolKind{"roles": RoleSymbol, "permissions": PermissionSymbol}[d.Name.Text]
			}
			for _, s := range d.Strings {
				text(s, kind, b.Class.Text, true)
			}
			for _, r := range d.Relations {
				short := len(r.Classes) == 1 && r.Classes[0].Span == r.Name.Span
				f(mention{Use{Span: r.Name.Span, Def: true, short: short, class: b.Class.Text}, RelationSymbol, r.Name.Text, 0})
				for _, c := range r.Classes {
					f(mention{Use{Span: c.Span}, ClassSymbol, c.Text, 0})
				}
			}
		case *syntax.Shorthand:
			text(d.Head, textSymbol, b.Class.Text, false)
			if d.Relation == nil {
				text(d.Implier, textSymbol, b.Class.Text, false)
			} else {
				if d.Implier != nil {
					f(mention{Use{Span: d.Implier.Span, text: true, also: []string{b.Class.Text, d.Relation.Value}}, textSymbol, d.Implier.Value, 0})
				}
				text(d.Relation, RelationSymbol, b.Class.Text, false)
			}
		}
	}
}

// kindOf returns the kind as which a block declares a name, or "".
func (b *Block) kindOf(name string) SymbolKind {
	switch b.kind(name) {
	case "has_permission":
		return PermissionSymbol
	case "has_role":
		return RoleSymbol
	case "has_relation":
		return RelationSymbol
	}
	return ""
}

// declaring returns those of the classes, their supertypes included, whose blocks declare a
// name, and as what. Kind may be empty for any. If no classes are given, all blocks are meant.
func (w *Workspace) declaring(name string, kind SymbolKind, classes []string) ([]string, SymbolKind) {
	var found []string
	for _, b := range w.blocksOf() {
		k := b.kindOf(name)
		if k == "" || kind != "" && k != kind {
			continue
		}
		for _, c := range classes {
			if slices.Contains(w.withSupers(c), b.Class) {
				found, kind = append(found, b.Class), k
				break
			}
		}
		if classes == nil {
			found, kind = append(found, b.Class), k
		}
	}
	return found, kind
}

// inBlock returns what a mention in a block stands for.
func (w *Workspace) inBlock(m mention) (classes []string, kind SymbolKind) {
	if m.also == nil {
		if m.kind != textSymbol && m.Def {
			return []string{m.class}, m.kind
		}
		return w.declaring(m.name, "", []string{m.class})
	}
	var targets []string
	for _, c := range w.withSupers(m.also[0]) {
		if b := w.block(c); b != nil {
			for _, r := range b.Relations {
				if r.Name == m.also[1] {
					targets = append(targets, r.Classes...)
				}
			}
		}
	}
	if targets == nil {
		return nil, ""
	}
	return w.declaring(m.name, "", targets)
}

// A typed is what a check of the types of some statements has found out.
type typed struct {
	vars    map[syntax.Position]resolve.Type
	members map[syntax.Position]resolve.Type // by the position of the name: what has the member
	results map[syntax.Span]resolve.Type
	values  map[syntax.Position]resolve.Type
	names   map[syntax.Position]resolve.WatchedName
}

// typesOf checks the types of statements.
func (w *Workspace) typesOf(stmts map[*syntax.File][]syntax.Stmt) *typed {
	t := &typed{
		vars: map[syntax.Position]resolve.Type{}, members: map[syntax.Position]resolve.Type{}, results: map[syntax.Span]resolve.Type{},
		values: map[syntax.Position]resolve.Type{}, names: map[syntax.Position]resolve.WatchedName{},
	}
	watch := &resolve.Watch{
		Var:    func(at syntax.Position, of resolve.Type) { t.vars[at] = of },
		Member: func(at syntax.Position, of resolve.Type) { t.members[at] = of },
		Result: func(at syntax.Span, of resolve.Type) { t.results[at] = of },
		Value:  func(at syntax.Position, of resolve.Type) { t.values[at] = of },
		Name:   func(n resolve.WatchedName) { t.names[n.At] = n },
	}
	var files []*syntax.File
	for _, f := range w.sorted() {
		part := &syntax.File{Name: f.name, Source: f.known().Source}
		for _, s := range f.known().Stmts {
			if _, ok := s.(*syntax.Block); ok {
				part.Stmts = append(part.Stmts, s)
			}
		}
		files = append(files, part)
	}
	for f, some := range stmts {
		part := &syntax.File{Name: f.Name, Source: f.Source}
		for _, s := range some {
			if _, ok := s.(*syntax.Block); !ok {
				part.Stmts = append(part.Stmts, s)
			}
		}
		files = append(files, part)
	}
	resolve.WatchTypes(files, w.options(watch))
	for _, some := range stmts {
		for _, s := range some {
			t.throughVariables(s)
		}
	}
	return t
}

// throughVariables finds the strings that a variable is compared with which is the name of a
// role, permission or relation in a call.
func (t *typed) throughVariables(s syntax.Stmt) {
	named := map[string]resolve.WatchedName{}
	var compared []*syntax.BinaryExpr
	syntax.Walk(s, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.Var:
			if name, ok := t.names[n.Start]; ok {
				named[n.Name] = name
			}
		case *syntax.BinaryExpr:
			if slices.Contains([]syntax.Op{syntax.OpUnify, syntax.OpAssign, syntax.OpEq, syntax.OpNe, syntax.OpIn}, n.Op) {
				compared = append(compared, n)
			}
		}
		return true
	})
	if len(named) == 0 {
		return
	}
	for _, x := range compared {
		l, r := syntax.Unparen(x.X), syntax.Unparen(x.Y)
		if _, ok := r.(*syntax.Var); ok && x.Op != syntax.OpIn {
			l, r = r, l
		}
		v, ok := l.(*syntax.Var)
		if !ok {
			continue
		}
		name, ok := named[v.Name]
		if !ok {
			continue
		}
		texts := []syntax.Expr{r}
		if list, ok := r.(*syntax.ListExpr); ok && x.Op == syntax.OpIn {
			texts = list.Elems
		}
		for _, e := range texts {
			if lit, ok := e.(*syntax.StringLit); ok {
				if _, known := t.names[lit.Start]; !known {
					name.At, name.Text = lit.Start, lit.Value
					t.names[lit.Start] = name
				}
			}
		}
	}
}

// named returns what a string in a rule stands for.
func (w *Workspace) named(t *typed, lit mention) (classes []string, kind SymbolKind) {
	n, ok := t.names[lit.Start]
	if !ok {
		return nil, ""
	}
	kind = SymbolKind(n.Kind)
	if n.Known {
		if len(n.Classes) > 0 {
			classes, _ = w.declaring(lit.name, kind, n.Classes)
		}
		return classes, kind
	}
	classes, _ = w.declaring(lit.name, kind, nil)
	return classes, kind
}

// SymbolAt returns what the name at a position stands for, and the name's text; ok is false if there
// is none.
func (w *Workspace) SymbolAt(name string, at syntax.Position) (s Symbol, ok bool) {
	f := w.files[name]
	if f == nil {
		return Symbol{}, false
	}
	at.File = name
	w.refresh()
	parsed := f.parsed
	stmt := stmtAt(parsed, at)
	if stmt == nil {
		return Symbol{}, false
	}
	var found mention
	mentions(stmt, func(m mention) {
		if covers(m.Span, at) && (!ok || m.Start.Before(at) || m.Start == at) {
			found, ok = m, true
		}
	})
	if !ok {
		return Symbol{}, false
	}
	s = Symbol{Kind: found.kind, Name: found.name, Arity: found.arity, span: found.Span}
	if _, inBlock := stmt.(*syntax.Block); inBlock {
		if found.text || found.kind == RelationSymbol {
			s.Classes, s.Kind = w.inBlock(found)
		}
		return s, s.Kind != ""
	}
	switch s.Kind {
	case VariableSymbol:
		if w.isClass(s.Name) {
			s.Kind = ClassSymbol
		} else if w.isConstant(s.Name) {
			s.Kind = ConstantSymbol
		} else {
			s.stmt = stmt
			s.typ = w.typesOf(map[*syntax.File][]syntax.Stmt{parsed: {stmt}}).vars[found.Start]
		}
	case MemberSymbol:
		s.obj = w.typesOf(map[*syntax.File][]syntax.Stmt{parsed: {stmt}}).members[found.Start]
		s.of = s.obj.Plans()
	case textSymbol:
		s.Classes, s.Kind = w.named(w.typesOf(map[*syntax.File][]syntax.Stmt{parsed: {stmt}}), found)
	}
	return s, s.Kind != ""
}

// Span returns the text by which the symbol was found.
func (s Symbol) Span() syntax.Span { return s.span }

// shares reports whether two lists of classes have one in common. Names that no block
// declares are the same if their texts are.
func shares(a, b []string) bool {
	if len(a) == 0 || len(b) == 0 {
		return len(a) == len(b)
	}
	return slices.ContainsFunc(a, func(c string) bool { return slices.Contains(b, c) })
}

// Uses returns all places at which the policy has a symbol, by file and position. Files with
// syntax errors have only those in their other statements.
func (w *Workspace) Uses(s Symbol) []Use {
	var uses []Use
	if s.Kind == VariableSymbol {
		mentions(s.stmt, func(m mention) {
			if m.kind == VariableSymbol && m.name == s.Name {
				uses = append(uses, m.Use)
			}
		})
		return uses
	}
	w.refresh()
	// What needs types is found by name first.
	type candidate struct {
		mention
		file *syntax.File
	}
	var unsure []candidate
	stmts := map[*syntax.File][]syntax.Stmt{}
	for _, f := range w.sorted() {
		parsed := f.parse()
		for _, stmt := range parsed.Stmts {
			_, inBlock := stmt.(*syntax.Block)
			mentions(stmt, func(m mention) {
				switch {
				case m.kind == RuleSymbol && s.Kind == RuleSymbol && m.name == s.Name && m.arity == s.Arity:
					uses = append(uses, m.Use)
				case m.kind == ClassSymbol && s.Kind == ClassSymbol && m.name == s.Name:
					uses = append(uses, m.Use)
				case m.kind == VariableSymbol && (s.Kind == ClassSymbol || s.Kind == ConstantSymbol) && m.name == s.Name:
					uses = append(uses, m.Use)
				case s.Kind.isTerm() && inBlock && (m.text || m.kind == RelationSymbol) && m.name == s.Name:
					if classes, kind := w.inBlock(m); kind == s.Kind && shares(classes, s.Classes) {
						m.also = classes
						uses = append(uses, m.Use)
					}
				case s.Kind.isTerm() && m.kind == textSymbol && m.name == s.Name, s.Kind == MemberSymbol && m.kind == MemberSymbol && w.sameMember(s, m.name):
					unsure = append(unsure, candidate{m, parsed})
					if some := stmts[parsed]; len(some) == 0 || some[len(some)-1] != stmt {
						stmts[parsed] = append(some, stmt)
					}
				}
			})
		}
	}
	if len(unsure) > 0 {
		t := w.typesOf(stmts)
		for _, c := range unsure {
			if s.Kind == MemberSymbol {
				if w.hasSameMember(s, t.members[c.Start], c.name) {
					uses = append(uses, c.Use)
				}
				continue
			}
			if classes, kind := w.named(t, c.mention); kind == s.Kind && shares(classes, s.Classes) {
				c.also = classes
				uses = append(uses, c.Use)
			}
		}
	}
	slices.SortFunc(uses, func(a, b Use) int {
		switch {
		case a.Start.Before(b.Start):
			return -1
		case b.Start.Before(a.Start):
			return 1
		}
		return 0
	})
	return uses
}

// sameMember reports whether name may be another spelling of a member.
func (w *Workspace) sameMember(s Symbol, name string) bool {
	return name == s.Name || len(s.of) > 0 && w.hasSameMember(s, s.obj, name)
}

// hasSameMember reports whether name finds, in something of type t, the member that s is.
// If nothing is known of s, its name decides.
func (w *Workspace) hasSameMember(s Symbol, t resolve.Type, name string) bool {
	if len(s.of) == 0 {
		return name == s.Name && len(t.Plans()) == 0
	}
	for _, p := range s.of {
		for _, q := range t.Plans() {
			if a := p.Attr(s.Name); a != nil && a == q.Attr(name) {
				return true
			}
			if m := p.Method(s.Name); m != nil && m == q.Method(name) {
				return true
			}
		}
	}
	return false
}

// Definitions returns where a symbol is defined: the rules of a name, the blocks of a class, the
// declarations of a role, permission or relation, the first mention of a variable. Members and
// constants are defined in Go.
func (w *Workspace) Definitions(s Symbol) []syntax.Span {
	var spans []syntax.Span
	switch s.Kind {
	case MemberSymbol, ConstantSymbol:
		return nil
	case VariableSymbol:
		return []syntax.Span{w.Uses(s)[0].Span}
	}
	// Of roles, permissions and relations only the declarations count, which need no types.
	for _, f := range w.sorted() {
		for _, stmt := range f.parse().Stmts {
			if _, ok := stmt.(*syntax.Block); !ok && s.Kind != RuleSymbol {
				continue
			}
			mentions(stmt, func(m mention) {
				if !m.Def || m.name != s.Name || m.kind != s.Kind || m.arity != s.Arity || s.Kind.isTerm() && !slices.Contains(s.Classes, m.class) {
					return
				}
				spans = append(spans, m.Span)
			})
		}
	}
	return spans
}
