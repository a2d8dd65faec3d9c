package resolve

// This file defines the meaning of actor and resource blocks: their declarations
// are merged by class, and their shorthand rules become ordinary rules.
//
//	"a" if "b";           has_A(actor: Actor, "a", repo: Repo) if has_B(actor, "b", repo);
//	"a" if "b" on "r";    has_A(actor: Actor, "a", repo: Repo) if
//	                          has_relation(related_org, "r", repo) and has_B(actor, "b", related_org);
//
// The declared kind of a string (role, permission or relation) determines the rule.
// A block may be reopened anywhere in the policy, so all declarations are read before
// the first shorthand rule is expanded.
//
// A relation may name several classes. If all of them declare "b" as the same kind, the
// rule is the one above. Otherwise there is one rule for each class that declares it,
// and it tests the class:
//
//	has_A(actor: Actor, "a", doc: Doc) if has_relation(related_r, "r", doc) and
//	    related_r matches Folder and has_B(actor, "b", related_r);

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ursa-authz/ursa/authz/internal/host"
	"github.com/ursa-authz/ursa/authz/polar/syntax"
)

// A declKind is what a block declares a string as.
type declKind uint8

const (
	declRole declKind = iota
	declPermission
	declRelation
)

// declNames are the names of one kind: of a string, of its declaration, and of its rule.
type declNames struct{ noun, list, rule string }

var declKinds = [...]declNames{
	declRole:       {"role", "roles", "has_role"},
	declPermission: {"permission", "permissions", "has_permission"},
	declRelation:   {"relation", "relations", "has_relation"},
}

// A block has everything that the blocks of one class declare.
type block struct {
	Block
	terms map[string]*declared
	roles syntax.Span // of the first declaration of roles
	src   *source     // its source
	name  syntax.Span // of the class, where the class is first said to be an actor
	named *source     // its source; nil if no block says so
	bad   bool        // a declaration is invalid, so terms may be missing
}

// A declared is one declared string.
type declared struct {
	kind     declKind
	classes  []*host.ClassInfo // of a relation: those that are registered
	src      *source
	at       syntax.Span
	block    *syntax.Block            // that declared it
	required map[*host.ClassInfo]bool // the classes for which a shorthand rule needs the relation
}

// need records that a shorthand rule needs the relation to a class.
func (d *declared) need(class *host.ClassInfo) {
	if d.required == nil {
		d.required = make(map[*host.ClassInfo]bool)
	}
	d.required[class] = true
}

// A shorthand is a shorthand rule to be expanded.
type shorthand struct {
	src  *source
	of   *block
	in   *syntax.Block
	node *syntax.Shorthand
}

// readBlocks reads the declarations of all blocks.
func (r *resolver) readBlocks() {
	for _, src := range r.sources {
		for _, stmt := range src.file.Stmts {
			if node, ok := stmt.(*syntax.Block); ok {
				r.readBlock(src, node)
			}
		}
	}
}

// blockError reports an error in a block.
func (r *resolver) blockError(src *source, code syntax.Code, at syntax.Span, msg, hint string) {
	r.badBlocks = true
	r.error(src, code, at, msg, hint)
}

// block returns the block of the class with that name. If there is no such class,
// that is reported, and the block is used only to find more errors.
func (r *resolver) block(src *source, name *syntax.Name) *block {
	c := r.class(name.Text)
	if b := r.byClass[c]; b != nil && c != nil {
		return b
	}
	b := &block{Block: Block{Class: c}, terms: make(map[string]*declared)}
	if c == nil {
		r.badBlocks = true
		r.unknownClass(src, name)
		return b
	}
	r.byClass[c] = b
	r.blocks = append(r.blocks, b)
	if r.mod.Blocks == nil {
		r.mod.Blocks = make(map[*host.ClassInfo]*Block)
	}
	r.mod.Blocks[c] = &b.Block
	return b
}

func (r *resolver) readBlock(src *source, node *syntax.Block) {
	switch k := node.Keyword; {
	case k == nil:
		r.blockError(src, CodeBlock, node.Class.Span, `expected "actor" or "resource" before the name of the class`, "write resource "+node.Class.Text+" { ... }")
	case k.Text != "actor" && k.Text != "resource":
		hint, fix := r.nearest(k.Text, []string{"actor", "resource"})
		if hint == "" {
			hint = `write "resource", or "actor" for a class of actors`
		}
		r.blockError(src, CodeBlock, k.Span, `expected "actor" or "resource", found `+quote(k.Text), hint)
		r.replace(k.Text, fix)
	}
	b := r.block(src, node.Class)
	if node.Keyword != nil && node.Keyword.Text == "actor" {
		b.Actor = true
		if b.named == nil {
			b.name, b.named = node.Class.Span, src
		}
	}
	seen := make(map[string]bool)
	for _, d := range node.Decls {
		switch d := d.(type) {
		case *syntax.Declaration:
			if seen[d.Name.Text] {
				r.blockError(src, CodeBlock, d.Span, fmt.Sprintf("this block of %[2]s declares %[1]s twice", d.Name.Text, node.Class.Text), "merge the two declarations")
				continue
			}
			seen[d.Name.Text] = true
			r.readDeclaration(src, b, node, d)
		case *syntax.Shorthand:
			r.short = append(r.short, shorthand{src, b, node, d})
		}
	}
}

func (r *resolver) readDeclaration(src *source, b *block, in *syntax.Block, d *syntax.Declaration) {
	lists := make([]string, len(declKinds))
	for i, k := range declKinds {
		lists[i] = k.list
	}
	kind := declKind(slices.Index(lists, d.Name.Text))
	switch {
	case int(kind) >= len(lists):
		hint, fix := r.nearest(d.Name.Text, lists)
		if hint == "" {
			hint = "a block can declare roles, permissions and relations"
		}
		b.bad = true
		r.blockError(src, CodeBlock, d.Name.Span, "unexpected declaration "+quote(d.Name.Text), hint)
		r.replace(d.Name.Text, fix)
		return
	case kind == declRelation && !d.Dict:
		b.bad = true
		r.blockError(src, CodeBlock, d.Span, "relations must be a dictionary, not a list", "write relations = { name: Class };")
		return
	case kind != declRelation && d.Dict:
		b.bad = true
		r.blockError(src, CodeBlock, d.Span, d.Name.Text+" must be a list of strings, not a dictionary", "write "+d.Name.Text+" = "+listOf(d)+";")
		return
	}
	if kind == declRole && b.src == nil {
		b.roles, b.src = d.Span, src
	}
	for _, s := range d.Strings {
		r.poll(1)
		new := &declared{kind: kind, src: src, at: s.Span, block: in}
		if !r.declare(b, s.Value, new) {
			continue
		}
		if kind == declRole {
			b.Roles = append(b.Roles, s.Value)
		} else {
			b.Permissions = append(b.Permissions, s.Value)
		}
	}
	for _, rel := range d.Relations {
		r.poll(1)
		new := &declared{kind: kind, classes: r.relationClasses(src, rel), src: src, at: rel.Name.Span, block: in}
		if r.declare(b, rel.Name.Text, new) && len(new.classes) > 0 {
			b.Relations = append(b.Relations, BlockRelation{rel.Name.Text, new.classes})
		}
	}
}

// relationClasses returns the registered classes of a relation, and reports the
// others.
func (r *resolver) relationClasses(src *source, rel *syntax.RelationDecl) []*host.ClassInfo {
	var classes []*host.ClassInfo
	for _, name := range rel.Classes {
		switch c := r.relationClass(name); {
		case c == nil:
			r.badBlocks = true
			r.unknownClass(src, name)
		case slices.Contains(classes, c):
			r.blockError(src, CodeDuplicateTerm, name.Span, fmt.Sprintf("the relation %q names %s twice", rel.Name.Text, name.Text), "keep one of them")
		default:
			classes = append(classes, c)
		}
	}
	return classes
}

// listOf returns the names of a dictionary as the list that was probably meant.
func listOf(d *syntax.Declaration) string {
	var names []string
	for _, rel := range d.Relations[:min(len(d.Relations), 3)] {
		names = append(names, quote(rel.Name.Text))
	}
	if len(d.Relations) > 3 {
		names = append(names, "...")
	}
	return "[" + strings.Join(names, ", ") + "]"
}

// relationClass returns the class of a relation, or nil. It may be a registered class that
// defines the members of a union.
func (r *resolver) relationClass(name *syntax.Name) *host.ClassInfo {
	return r.opts.Registry.Class(name.Text)
}

// declare declares a string in a block and reports whether it is new there. A block may
// repeat a declaration of another block of the class.
func (r *resolver) declare(b *block, name string, d *declared) bool {
	old := b.terms[name]
	switch {
	case old == nil:
		b.terms[name] = d
		return true
	case old.block != d.block && old.kind == d.kind && sameClasses(old.classes, d.classes):
		return false
	case old.kind != d.kind:
		r.blockError(d.src, CodeDuplicateTerm, d.at, fmt.Sprintf("%q is already declared as a %s, at %s", name, declKinds[old.kind].noun, old.at.Start),
			renameHint(name, old, d))
	case d.kind == declRelation && !sameClasses(old.classes, d.classes):
		r.blockError(d.src, CodeDuplicateTerm, d.at, fmt.Sprintf("the relation %q is already declared, at %s", name, old.at.Start),
			fmt.Sprintf("for several classes write a list: %s: [%s]", name, listClasses(old.classes, d.classes)))
	default:
		r.blockError(d.src, CodeDuplicateTerm, d.at, fmt.Sprintf("the %s %q is already declared, at %s", declKinds[d.kind].noun, name, old.at.Start), "")
	}
	return false
}

// sameClasses reports whether two relations name the same classes.
func sameClasses(a, b []*host.ClassInfo) bool {
	return len(a) == len(b) && !slices.ContainsFunc(a, func(c *host.ClassInfo) bool { return !slices.Contains(b, c) })
}

// listClasses returns the names of classes, each once.
func listClasses(lists ...[]*host.ClassInfo) string {
	var names []string
	for _, c := range slices.Concat(lists...) {
		if !slices.Contains(names, c.Name) {
			names = append(names, c.Name)
		}
	}
	return strings.Join(names, ", ")
}

// renameHint says how to resolve a conflict between two declarations of one name. A
// shorthand rule refers to them by name only.
func renameHint(name string, old, new *declared) string {
	rel := old
	if new.kind == declRelation {
		rel = new
	}
	if rel.kind != declRelation || len(rel.classes) == 0 {
		return "roles, permissions and relations of a class share one namespace: rename one of them"
	}
	other := name + "_" + variableFor(rel.classes[0].Name)
	return fmt.Sprintf("roles, permissions and relations of a class share one namespace: rename one of them, such as the relation to %q, "+
		"in has_relation and after \"on\" too", other)
}

// expandShorthands adds the rules that the shorthand rules expand to.
func (r *resolver) expandShorthands() {
	for _, sh := range r.short {
		r.poll(1)
		r.expand(sh)
	}
}

// An implier is what the right side of a shorthand rule means for one class.
type implier struct {
	class *host.ClassInfo // of what has it
	term  *declared
}

// expand adds the rules that one shorthand rule expands to.
func (r *resolver) expand(sh shorthand) {
	node, of := sh.node, sh.of
	name := sh.in.Class.Text
	head := r.term(sh, of, node.Head, name)
	if head != nil && head.kind == declRelation {
		r.blockError(sh.src, CodeBlock, node.Head.Span, fmt.Sprintf("a shorthand rule cannot define the relation %q", node.Head.Value), "write a rule has_relation(...)")
		head = nil
	}
	if node.Relation == nil {
		term := r.term(sh, of, node.Implier, name)
		if head != nil && term != nil && of.Class != nil {
			for _, c := range term.classes {
				term.need(c)
			}
			r.addShorthand(sh, head, term.kind, nil, nil)
		}
		return
	}
	if node.Keyword.Text != "on" {
		r.blockError(sh.src, CodeBlock, node.Keyword.Span, "unexpected "+quote(node.Keyword.Text)+" in a shorthand rule", `did you mean "on"?`)
	}
	relation := r.term(sh, of, node.Relation, name)
	switch {
	case relation == nil:
		return
	case relation.kind != declRelation:
		r.blockError(sh.src, CodeBlock, node.Relation.Span, fmt.Sprintf("%q is a %s of %s, not a relation", node.Relation.Value, declKinds[relation.kind].noun, name), "")
		return
	case len(relation.classes) == 0:
		return // reported where it is declared
	}
	found := r.impliers(sh)
	if len(found) == 0 {
		r.noImplier(sh, relation)
		return
	}
	r.someImpliers(sh, relation, found)
	if head == nil || of.Class == nil {
		return
	}
	alike := len(found) == len(relation.classes)
	for _, i := range found {
		relation.need(i.class)
		if i.term.kind == declRelation {
			for _, c := range i.term.classes {
				i.term.need(c)
			}
		}
		alike = alike && i.term.kind == found[0].term.kind
	}
	if alike {
		r.addShorthand(sh, head, found[0].term.kind, relation, nil)
		return
	}
	for _, i := range found {
		r.addShorthand(sh, head, i.term.kind, relation, i.class)
	}
}

// impliers returns the meanings of the right side of a shorthand rule, one for each class
// that declares it: the block's own class, or the classes of the relation.
func (r *resolver) impliers(sh shorthand) []implier {
	of := []*host.ClassInfo{sh.of.Class}
	if rel := sh.node.Relation; rel != nil {
		d := sh.of.terms[rel.Value]
		if d == nil {
			return nil
		}
		of = d.classes
	}
	var found []implier
	for _, c := range of {
		if b := r.byClass[c]; b != nil && c != nil {
			if d := b.terms[sh.node.Implier.Value]; d != nil {
				found = append(found, implier{c, d})
			}
		}
	}
	return found
}

// noImplier reports a shorthand rule over a relation if none of its classes declares the name.
func (r *resolver) noImplier(sh shorthand, relation *declared) {
	first := relation.classes[0]
	for _, c := range relation.classes {
		if r.byClass[c] != nil {
			first = c
		}
	}
	if b := r.byClass[first]; b == nil {
		r.blockError(sh.src, CodeBlock, sh.node.Relation.Span, fmt.Sprintf("the relation %q names %s, which has no block", sh.node.Relation.Value, first.Name),
			"declare resource "+first.Name+" { ... }")
	} else {
		r.term(sh, b, sh.node.Implier, listClasses(relation.classes))
	}
}

// someImpliers warns about the classes of a relation that do not declare the name in a
// shorthand rule.
func (r *resolver) someImpliers(sh shorthand, relation *declared, found []implier) {
	without := slices.DeleteFunc(slices.Clone(relation.classes), func(c *host.ClassInfo) bool {
		return slices.ContainsFunc(found, func(i implier) bool { return i.class == c })
	})
	if len(without) > 0 {
		r.warn(sh.src, CodePartialTerm, sh.node.Implier.Span, fmt.Sprintf("%s, which the relation %q can lead to, declares no %q, so this is never true there",
			listClasses(without), sh.node.Relation.Value, sh.node.Implier.Value), "")
	}
}

// term returns the declaration of a string in a shorthand rule in the block of, which is
// the block of the class with that name. If there is none, it reports an error and
// returns nil.
func (r *resolver) term(sh shorthand, of *block, s *syntax.StringLit, class string) *declared {
	if d := of.terms[s.Value]; d != nil {
		return d
	}
	if of.bad {
		return nil // the declaration is reported
	}
	hint, fix := "", ""
	if r.hints < maxHints {
		names := slices.Concat(of.names(declRole), of.names(declPermission), of.names(declRelation))
		r.poll(len(names))
		hint, fix = r.nearest(s.Value, names)
	}
	if hint == "" {
		hint = "declare it as a role, permission or relation in that block"
	}
	r.blockError(sh.src, CodeUndeclaredTerm, s.Span, fmt.Sprintf("%q is not declared in the block of %s", s.Value, class), hint)
	r.replaceString(s.Value, fix)
	return nil
}

// addShorthand adds the rule for a shorthand rule whose right side is of a kind. The
// relation over may be nil. If only is not nil, the rule is for that class of the relation.
func (r *resolver) addShorthand(sh shorthand, head *declared, kind declKind, over *declared, only *host.ClassInfo) {
	node := sh.node
	const actor, resource, other = 0, 1, 2
	object := variableFor(sh.of.Class.Name)
	rule := &Rule{
		Name:  declKinds[head.kind].rule,
		Vars:  []string{"actor", object},
		Pos:   node.Head.Start,
		End:   node.End,
		Block: sh.in,
		Text:  fmt.Sprintf("%q if %q", node.Head.Value, node.Implier.Value),
	}
	at := node.Head.Start
	rule.Params = []Param{
		{Term: &Var{actor, at}, Spec: &ClassPattern{Union: UnionActor, Name: "Actor", Pos: at}},
		{Term: &Const{Value: host.MakeString(node.Head.Value), Pos: at}},
		{Term: &Var{resource, at}, Spec: &ClassPattern{Class: sh.of.Class, Name: sh.of.Class.Name, Pos: at}},
	}
	call := func(kind declKind, subject int, s *syntax.StringLit, object int) Goal {
		return &Call{
			At:   At{Pos: s.Start},
			Pred: r.pred(declKinds[kind].rule),
			Args: []Term{&Var{subject, s.Start}, &Const{Value: host.MakeString(s.Value), Pos: s.Start}, &Var{object, s.Start}},
		}
	}
	body := &And{At: At{Pos: node.Implier.Start}}
	if over == nil {
		body.Goals = []Goal{call(kind, actor, node.Implier, resource)}
	} else {
		related := node.Relation.Value
		if len(over.classes) == 1 {
			related = variableFor(over.classes[0].Name)
		}
		rule.Vars = append(rule.Vars, "related_"+related)
		rule.Text += fmt.Sprintf(" on %q", node.Relation.Value)
		body.Goals = []Goal{call(declRelation, other, node.Relation, resource)}
		if only != nil {
			at := node.Relation.Start
			class := classParam(other, only, "").Spec.(*ClassPattern)
			class.Pos = at
			body.Goals = append(body.Goals, &Matches{At: At{Pos: at}, Term: &Var{other, at}, Pattern: class})
		}
		body.Goals = append(body.Goals, call(kind, actor, node.Implier, other))
	}
	rule.Body = body
	r.define(rule, sh.src)
}

// variableFor returns the name of the variable for an instance of a class in the rules of blocks.
func variableFor(class string) string {
	if lower := strings.ToLower(class); lower != class {
		return lower
	}
	return class + "_instance"
}

// defineUnions sets the members of the unions. A registered interface with the union's
// name defines some members, and the blocks define the others.
func (r *resolver) defineUnions() {
	define := func(u Union, name string, declares func(*block) bool) []*host.ClassInfo {
		var set map[*host.ClassInfo]bool
		if len(r.blocks) > 0 || r.opts.Registry.Class(name) != nil {
			set = make(map[*host.ClassInfo]bool)
		}
		var members []*host.ClassInfo
		if c := r.opts.Registry.Class(name); c != nil {
			for _, m := range c.Members {
				set[m] = true
			}
			members = append(members, c.Members...)
		}
		for _, b := range r.blocks {
			if declares(b) && !set[b.Class] {
				set[b.Class] = true
				members = append(members, b.Class)
			}
		}
		r.unions[u] = set
		return members
	}
	r.mod.Actor = define(UnionActor, "Actor", func(b *block) bool { return b.Actor })
	r.mod.Resource = define(UnionResource, "Resource", func(*block) bool { return true })
}
