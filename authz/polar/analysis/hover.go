package analysis

// This file defines Hover, what an editor shows about a name.

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ursa-authz/ursa/authz/internal/host"
	"github.com/ursa-authz/ursa/authz/polar/internal/ops"
	"github.com/ursa-authz/ursa/authz/polar/internal/resolve"
	"github.com/ursa-authz/ursa/authz/polar/syntax"
)

// A Hover is what is known of a name.
type Hover struct {
	syntax.Span
	Code string // one line in the manner of the language
	Text string // paragraphs, in Markdown
}

// Hover returns what is known of the name at a position, or nil.
func (w *Workspace) Hover(name string, at syntax.Position) *Hover {
	s, ok := w.SymbolAt(name, at)
	if !ok {
		return w.keyword(name, at)
	}
	h := &Hover{Span: s.span}
	var text []string
	say := func(format string, args ...any) { text = append(text, fmt.Sprintf(format, args...)) }
	switch s.Kind {
	case RuleSymbol:
		w.aboutRule(s, h, say)
	case VariableSymbol:
		h.Code = s.Name + ": " + s.typ.String()
		for _, p := range s.typ.Plans() {
			if p.Kind == host.Instance || p.Class != nil {
				say("Go type `%s`", p.GoType())
			}
		}
		if len(text) > 5 {
			text = append(text[:5], fmt.Sprintf("and %d more", len(text)-5))
		}
	case ClassSymbol:
		w.aboutClass(s.Name, h, say)
	case ConstantSymbol:
		if s.Name == "nil" {
			return w.keyword(name, at)
		}
		if w.worldOf().reg.ExternalConstant(s.Name) {
			h.Code = s.Name
			say("A constant of another program that shares the policy.")
			break
		}
		h.Code = s.Name + ": " + resolve.ValueType(w.worldOf().constants[s.Name]).String()
		if s.Name == "now" {
			say("The time of the decision.")
		} else {
			say("A constant of the program.")
		}
	case MemberSymbol:
		w.aboutMember(s, h, say)
	case RoleSymbol, PermissionSymbol, RelationSymbol:
		w.aboutTerm(s, h, say)
	}
	h.Text = strings.Join(text, "\n\n")
	return h
}

// keyword returns what a word of the language means, or nil.
func (w *Workspace) keyword(name string, at syntax.Position) *Hover {
	f := w.files[name]
	if f == nil {
		return nil
	}
	off := offset(f.text, at)
	start, end := off, off
	for start > 0 && isNameByte(f.text[start-1]) {
		start--
	}
	for end < len(f.text) && isNameByte(f.text[end]) {
		end++
	}
	word := f.text[start:end]
	if p := before(f.text, end); p.comment || p.kind(-1) == openText {
		return nil
	}
	span := syntax.Span{Start: position(f, start), End: position(f, end)}
	for _, k := range keywords {
		if k.name == word {
			return &Hover{span, word, k.doc}
		}
	}
	for _, k := range slices.Concat(statements, declarations) {
		if k.name == word {
			return &Hover{span, word, k.doc}
		}
	}
	return nil
}

// maxShown bounds how many rules a hover lists.
const maxShown = 5

func (w *Workspace) aboutRule(s Symbol, h *Hover, say func(string, ...any)) {
	h.Code = fmt.Sprintf("%s/%d", s.Name, s.Arity)
	if i := slices.IndexFunc(askedRules, func(r struct{ name, params, doc string }) bool {
		return r.name == s.Name && strings.Count(r.params, ",") == s.Arity-1
	}); i >= 0 {
		h.Code = s.Name + "(" + askedRules[i].params + ")"
		say("%s", askedRules[i].doc)
	}
	var heads []string
	doc := ""
	n := 0
	for _, f := range w.sorted() {
		for _, stmt := range f.parse().Stmts {
			r, ok := stmt.(*syntax.Rule)
			if !ok || r.Name.Text != s.Name || len(r.Params) != s.Arity {
				continue
			}
			if n++; n <= maxShown {
				heads = append(heads, s.Name+"("+strings.Join(headParams(r), ", ")+")")
			}
			if s.span.Start == r.Name.Start || doc == "" && !resolve.IsAsked(s.Name) {
				if text := comments(f.parse(), r); text != "" {
					doc = text
				}
			}
		}
	}
	if doc != "" {
		say("%s", doc)
	}
	switch {
	case n == 0:
		say("The policy has no such rule.")
	case n <= maxShown:
		say("```polar\n%s\n```", strings.Join(heads, "\n"))
	default:
		say("```polar\n%s\n```\nand %d more", strings.Join(heads, "\n"), n-maxShown)
	}
}

// comments returns the text of the comments directly above a statement.
func comments(f *syntax.File, s syntax.Stmt) string {
	i, _ := slices.BinarySearchFunc(f.Comments, s.Pos(), func(c *syntax.Comment, at syntax.Position) int {
		if c.Start.Before(at) {
			return -1
		}
		return 1
	})
	var lines []string
	for line := s.Pos().Line - 1; i > 0 && f.Comments[i-1].Alone() && f.Comments[i-1].Start.Line == line; line-- {
		i--
		lines = append(lines, strings.TrimSpace(strings.TrimLeft(f.Comments[i].Text, "#")))
	}
	slices.Reverse(lines)
	return strings.Join(lines, "\n")
}

func (w *Workspace) aboutClass(name string, h *Hover, say func(string, ...any)) {
	h.Code = "class " + name
	class := w.worldOf().reg.Class(name)
	switch {
	case name == "Actor" || name == "Resource":
		say("Every class that an %s block is about, or that the program registers as one.", strings.ToLower(name))
	case class == nil:
		say("Nothing describes this class.")
	case class.Builtin != host.Nil:
		say("Every value of the kind %s.", name)
	case w.schema == nil:
		say("There is no schema, so nothing is known of the Go type.")
	case class.Plan == nil:
		say("A Go interface. Its classes are %s.", classList(class.Members))
	default:
		say("Go type `%s`", class.Plan.GoType())
		var key []string
		for _, a := range class.Plan.Key() {
			key = append(key, a.Spelling)
		}
		if key != nil {
			say("Instances with the same %s are equal.", strings.Join(key, " and "))
		}
		if len(class.Supers) > 0 {
			say("Also %s.", classList(class.Supers))
		}
	}
	if b := w.block(name); b != nil {
		if b.Roles != nil {
			say("Roles: %s", strings.Join(b.Roles, ", "))
		}
		if b.Permissions != nil {
			say("Permissions: %s", strings.Join(b.Permissions, ", "))
		}
		for _, r := range b.Relations {
			say("Relation %s: %s", r.Name, strings.Join(r.Classes, ", "))
		}
	}
}

func classList(classes []*host.ClassInfo) string {
	var names []string
	for _, c := range classes {
		names = append(names, c.Name)
	}
	return strings.Join(names, ", ")
}

// attrType returns the type of an attribute.
func attrType(a *host.Attr) resolve.Type {
	return resolve.TypeOf(a.Plan, a.Nilable || a.Relation != nil && !a.Relation.Many)
}

// attrDoc says what is known of an attribute besides its type.
func attrDoc(p *host.Plan, a *host.Attr) string {
	text := []string{fmt.Sprintf("Go field `%s.%s`", p.GoType(), a.Name)}
	if a.Plan != nil && a.Plan.Kind != host.Instance && strings.Contains(a.Plan.GoType(), ".") {
		text = append(text, fmt.Sprintf("Go type `%s`", a.Plan.GoType()))
	}
	if slices.Contains(p.Key(), a) {
		text = append(text, "Part of the key.")
	}
	if r := a.Relation; r != nil {
		what := "A relation to one %s."
		if r.Many {
			what = "A relation to any number of %s."
		}
		text = append(text, fmt.Sprintf(what, resolve.TypeOf(r.Target, false)))
	}
	if a.Show {
		text = append(text, "Explanations may show its value.")
	}
	return strings.Join(text, "\n\n")
}

// methodText returns the parameters and the result of a Go method.
func methodText(reg *host.Registry, m *host.Method) string {
	var params []string
	for i := range m.In {
		param := resolve.TypeOf(reg.Param(m, i), false).String()
		if m.Variadic && i == len(m.In)-1 {
			param += "..."
		}
		params = append(params, param)
	}
	return "(" + strings.Join(params, ", ") + "): " + resolve.TypeOf(m.Plan, m.ResultNilable()).String()
}

// builtinText is methodText for a built-in method.
func builtinText(b *ops.Builtin) string {
	name := func(k host.Kind) string {
		if k == host.Nil {
			return "any"
		}
		return k.String()
	}
	args := make([]string, len(b.Args))
	for i, k := range b.Args {
		args[i] = name(k)
	}
	return "(" + strings.Join(args, ", ") + "): " + name(b.Result)
}

func (w *Workspace) aboutMember(s Symbol, h *Hover, say func(string, ...any)) {
	h.Code = s.Name
	var types []string
	for _, p := range s.of {
		text := ""
		if a := p.Attr(s.Name); a != nil && a.Ambiguous() == nil {
			text = ": " + attrType(a).String()
			say("%s", attrDoc(p, a))
		} else if m := p.Method(s.Name); m != nil {
			text = methodText(w.worldOf().reg, m)
			say("Go method `%s.%s`", p.GoType(), m.Name)
		}
		if text != "" && !slices.Contains(types, text) {
			types = append(types, text)
		}
	}
	if len(types) == 0 {
		for _, k := range s.obj.Kinds() {
			if b := ops.BuiltinOf(k, s.Name); b != nil {
				types = append(types, builtinText(b))
				say("A method of every %s.", k)
			}
		}
	}
	switch {
	case len(types) > 0:
		h.Code += strings.Join(types, " or ")
	case s.obj.Known() && w.schema != nil:
		say("%s has no member of this name.", s.obj)
	case w.schema == nil:
		say("There is no schema, so nothing is known of the Go field.")
	default:
		say("The type of what has it is not known here.")
	}
}

func (w *Workspace) aboutTerm(s Symbol, h *Hover, say func(string, ...any)) {
	h.Code = string(s.Kind) + " " + quote(s.Name)
	if len(s.Classes) == 0 {
		if s.Kind == PermissionSymbol {
			h.Code = "action " + quote(s.Name)
		}
		say("No block declares it.")
		return
	}
	h.Code += " of " + strings.Join(s.Classes, " or ")
	for _, class := range s.Classes {
		b := w.block(class)
		if b == nil {
			continue
		}
		for _, r := range b.Relations {
			if s.Kind == RelationSymbol && r.Name == s.Name {
				say("Relation to %s", strings.Join(r.Classes, " or "))
			}
		}
		for _, im := range b.Implied {
			if im.Head == s.Name || im.Relation == "" && im.Implier == s.Name || im.Relation == s.Name && s.Kind == RelationSymbol {
				say("%s: `%s`", class, im.Text())
			}
		}
	}
}
