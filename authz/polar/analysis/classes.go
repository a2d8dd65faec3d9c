package analysis

// This file defines classNames, the classes that a policy names.

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/ursa-authz/ursa/authz/polar/syntax"
)

// now has the type of the constant of that name.
var now = new(time.Time)

// builtin are the classes and unions that the language has.
var builtin = []string{"Boolean", "Integer", "Float", "String", "List", "Dictionary", "Actor", "Resource"}

// classNames returns the names that sources use as those of classes, without those of the
// language, sorted.
func classNames(ctx context.Context, sources []Source) ([]string, error) {
	names := make(map[string]bool)
	for _, src := range sources {
		file, _, err := syntax.ParseContext(ctx, src.Name, src.Text)
		if err != nil {
			return nil, err
		}
		classesOf(file, names)
	}
	return slices.Sorted(maps.Keys(names)), nil
}

// classesOf adds the names of classes that a file uses.
func classesOf(file *syntax.File, names map[string]bool) {
	add := func(n *syntax.Name) {
		if n != nil && !slices.Contains(builtin, n.Text) && n.Text != "nil" {
			names[n.Text] = true
		}
	}
	for _, s := range file.Stmts {
		syntax.Walk(s, func(n syntax.Node) bool {
			switch n := n.(type) {
			case *syntax.Block:
				add(n.Class)
			case *syntax.RelationDecl:
				for _, c := range n.Classes {
					add(c)
				}
			case *syntax.ClassPattern:
				add(n.Class)
			case *syntax.New:
				add(n.Class)
			}
			return true
		})
	}
}
