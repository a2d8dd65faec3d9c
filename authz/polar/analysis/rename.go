package analysis

// This file defines Rename.
//
// A rename changes what a policy means if it misses a place or joins two names. So
// it is refused unless all places are known, and the policy with the edits is
// checked before they are returned.

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/ursa-authz/ursa/authz/polar/internal/resolve"
	"github.com/ursa-authz/ursa/authz/polar/syntax"
)

// An Edit replaces a stretch of text.
type Edit struct {
	syntax.Span
	Text string
}

// CanRename returns why a symbol cannot be renamed, or nil.
func (w *Workspace) CanRename(s Symbol) error {
	switch s.Kind {
	case RuleSymbol:
		if resolve.IsAsked(s.Name) {
			return fmt.Errorf("the rule %s has its name from Ursa, so it cannot be renamed", s.Name)
		}
	case VariableSymbol:
	case RoleSymbol, PermissionSymbol, RelationSymbol:
		if len(s.Classes) == 0 {
			return fmt.Errorf("no block declares %s, so nobody can tell where it is meant", quote(s.Name))
		}
	case ClassSymbol, ConstantSymbol, MemberSymbol:
		return fmt.Errorf("the %s %s is defined in Go, so it is renamed there", s.Kind, s.Name)
	}
	for _, f := range w.sorted() {
		if f.parse(); f.broken {
			return fmt.Errorf("fix the syntax errors in %s first", f.name)
		}
	}
	return nil
}

// Rename returns the edits that give a rule, variable, role, permission or relation another name,
// in all files of the policy. The error says why that is not possible, or is that of ctx.
func (w *Workspace) Rename(ctx context.Context, s Symbol, name string) ([]Edit, error) {
	if err := w.CanRename(s); err != nil {
		return nil, err
	}
	if name == s.Name {
		return nil, nil
	}
	uses := w.Uses(s)
	if err := w.isFree(s, name, uses); err != nil {
		return nil, err
	}
	var edits []Edit
	for _, u := range uses {
		text := name
		switch {
		case u.text:
			text = quote(name)
		case u.short && s.Kind == RelationSymbol:
			text = name + ": " + s.Name // the class keeps its name
		case u.short:
			text = s.Name + ": " + name // the key keeps its name
		}
		edits = append(edits, Edit{u.Span, text})
	}
	return edits, w.check(ctx, edits)
}

// isFree returns why a symbol cannot have that name.
func (w *Workspace) isFree(s Symbol, name string, uses []Use) error {
	if s.Kind != RoleSymbol && s.Kind != PermissionSymbol && !isIdentifier(name) {
		return fmt.Errorf("%s cannot be the name of a %s", quote(name), s.Kind)
	}
	switch s.Kind {
	case RuleSymbol:
		if resolve.IsAsked(name) {
			return fmt.Errorf("rules of the name %s are asked by decisions", name)
		}
		other := Symbol{Kind: RuleSymbol, Name: name, Arity: s.Arity}
		if len(w.Uses(other)) > 0 {
			return fmt.Errorf("there already is a rule %s with %d parameters", name, s.Arity)
		}
	case VariableSymbol:
		if name == "_" || w.isClass(name) || w.isConstant(name) {
			return fmt.Errorf("%s is not the name of a variable", name)
		}
		taken := false
		mentions(s.stmt, func(m mention) { taken = taken || m.kind == VariableSymbol && m.name == name })
		if taken {
			return fmt.Errorf("the rule already has a variable %s", name)
		}
	default:
		if name == "" {
			return fmt.Errorf("a %s needs a name", s.Kind)
		}
		for _, u := range uses {
			if i := slices.IndexFunc(u.also, func(c string) bool { return !slices.Contains(s.Classes, c) }); i >= 0 {
				return fmt.Errorf("%s at %v may also be the %s of %s; say of which class it is, as in x: %s", quote(s.Name), u.Start, s.Kind, u.also[i], s.Classes[0])
			}
		}
		if len(s.Classes) > 1 {
			return fmt.Errorf("%s may be the %s of %s; rename each where it is declared", quote(s.Name), s.Kind, strings.Join(s.Classes, " or of "))
		}
		for _, c := range s.Classes {
			if b := w.block(c); b != nil && b.kindOf(name) != "" {
				return fmt.Errorf("%s already declares %s as a %s", c, quote(name), b.kindOf(name))
			}
		}
	}
	return nil
}

// isIdentifier reports whether a name can be that of a variable.
func isIdentifier(name string) bool {
	x, ds := syntax.ParseQuery("", name+" = 1")
	b, ok := x.(*syntax.BinaryExpr)
	if !ok || syntax.Errors(ds) != nil {
		return false
	}
	v, ok := b.X.(*syntax.Var)
	return ok && v.Name == name
}

// check returns the first error that the policy has with the edits and does not have without.
func (w *Workspace) check(ctx context.Context, edits []Edit) error {
	before, err := Load(ctx, w.Sources(), w.schema, true)
	if err != nil {
		return err
	}
	if syntax.Errors(before.Diagnostics) != nil {
		return nil // there is nothing to compare with
	}
	sources := w.Sources()
	for i := range sources {
		sources[i].Text = apply(sources[i], edits)
	}
	after, err := Load(ctx, sources, w.schema, true)
	if err != nil {
		return err
	}
	if err := syntax.Errors(after.Diagnostics); err != nil {
		return fmt.Errorf("the policy would be wrong then: %w", err)
	}
	return nil
}

// apply returns a source with those of the edits that are about it; they are in order.
func apply(src Source, edits []Edit) string {
	var b strings.Builder
	done := 0
	c := cursor{text: src.Text, line: 1, col: 1}
	for _, e := range edits {
		if e.Start.File != src.Name {
			continue
		}
		start, end := c.to(e.Start), c.to(e.End)
		b.WriteString(src.Text[done:start] + e.Text)
		done = end
	}
	return b.String() + src.Text[done:]
}
