package polar_test

// This file checks the switches over closed sets: goals, terms and patterns, nodes and
// operands of filters, operators, and the kinds of the compiled program. A switch lists all
// members of its set, or has a default that panics or returns an error, or is among
// selective, where somebody has decided that the other members do not matter.
//
// The sets are read from the sources, so that a new member makes every switch that must know
// it fail here.

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// switchDirs are the directories whose switches are checked.
var switchDirs = []string{"../filter", "syntax", "internal/ops", "internal/resolve", "internal/vm", ".", "analysis", "../../adapters/sql"}

// sealed are the closed sets of types: the package, and the method that only members have.
var sealed = map[string][]string{
	"resolve": {"goal", "term", "pattern"},
	"filter":  {"expr", "operand"},
}

// enums are the closed sets of constants: the package and their type.
var enums = map[string][]string{
	"syntax": {"Op"},
	"filter": {"Op", "StrKind"},
	"vm":     {"opcode", "operandKind", "patternKind", "symbolKind", "choiceKind"},
}

// operators are the sets of operators that a switch may be about: the comparisons, and those of
// arithmetic.
var operators = [][2]string{{"OpEq", "OpGe"}, {"OpAdd", "OpRem"}}

// selective are the functions with a switch that is about some members only: for the others
// there is nothing to do, or the function says what to do with any other.
var selective = map[string]string{
	"analysis.actionsOf":            "comparisons with an action",
	"filter.ValueOf":                "a value of a filter is a Go value like others",
	"filter.lister.add":             "any other node is a part of the list",
	"filter.lister.group":           "the nodes that can be merged",
	"filter.lister.join":            "the members of a group",
	"filter.negate":                 "any other node is negated by Not",
	"polar.callArgs":                "the arguments of rules that blocks make",
	"polar.folder.unmatched":        "the index compares classes without fields",
	"resolve.checker.goal":          "leaf knows the others",
	"resolve.checker.goalOrigins":   "the goals that say where a variable comes from",
	"resolve.checker.head":          "any other term is checked as a name",
	"resolve.checker.watchName":     "a name is a constant or a variable",
	"resolve.elements":              "lists that were written in the policy",
	"resolve.entries":               "dictionaries that were written in the policy",
	"resolve.guardWalk.goal":        "no other goal contains goals",
	"resolve.guardWalk.guards":      "orderings are all alike",
	"resolve.isSide":                "the goals that compare",
	"resolve.localizer.walk":        "Inside knows the others",
	"resolve.matcher.param":         "pattern knows the others",
	"resolve.matcher.pattern":       "patterns knows the others",
	"resolve.negates":               "Inside knows the others",
	"resolve.resolver.checkChanges": "the goals that compare",
	"resolve.scope.key":             "any other term is a key",
	"sqlauthz.closedOver":           "the operands with variables, and the nodes that bind one; Walk knows the others",
	"sqlauthz.compiler.heldText":    "the orderings that change where the text is cut",
	"sqlauthz.compiler.splits":      "the nodes that lead to other rows",
	"sqlauthz.pins":                 "the conditions that few rows fulfil; any other shape is only slower",
	"vm.Machine.run":                "step knows the others",
	"vm.Machine.traceStep":          "the goals that read values",
	"vm.Program.leadingEquals":      "the goals that the index looks through",
	"vm.Machine.testOf":             "the operands that may be the variable",
}

// A closedSet is a set of types or constants.
type closedSet struct {
	name    string
	members []string // qualified by package
}

// A goFile is a parsed file.
type goFile struct {
	path string
	pkg  string
	file *ast.File
}

func parseSwitchDirs(t *testing.T) (*token.FileSet, []goFile) {
	t.Helper()
	fset := token.NewFileSet()
	var files []goFile
	for _, dir := range switchDirs {
		entries, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			name := e.Name()
			if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
				continue
			}
			f, err := parser.ParseFile(fset, filepath.Join(dir, name), nil, parser.SkipObjectResolution)
			if err != nil {
				t.Fatal(err)
			}
			files = append(files, goFile{filepath.Join(dir, name), f.Name.Name, f})
		}
	}
	return fset, files
}

// typeName returns the name of a type or a constant with its package, and "" for other expressions.
func typeName(pkg string, x ast.Expr) string {
	switch x := x.(type) {
	case *ast.StarExpr:
		return typeName(pkg, x.X)
	case *ast.Ident:
		return pkg + "." + x.Name
	case *ast.SelectorExpr:
		if p, ok := x.X.(*ast.Ident); ok {
			return p.Name + "." + x.Sel.Name
		}
	}
	return ""
}

// findSets returns the closed sets by member.
func findSets(files []goFile) map[string]*closedSet {
	sets := make(map[string]*closedSet)
	byName := make(map[string]*closedSet)
	add := func(name, member string) {
		s := byName[name]
		if s == nil {
			s = &closedSet{name: name}
			byName[name] = s
		}
		s.members = append(s.members, member)
		sets[member] = s
	}
	for _, f := range files {
		for _, d := range f.file.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				if d.Recv != nil && slices.Contains(sealed[f.pkg], d.Name.Name) && len(d.Body.List) == 0 {
					add(f.pkg+"."+d.Name.Name, typeName(f.pkg, d.Recv.List[0].Type))
				}
			case *ast.GenDecl:
				if d.Tok != token.CONST {
					continue
				}
				typ := ""
				for _, s := range d.Specs {
					s := s.(*ast.ValueSpec)
					if s.Type != nil || s.Values != nil {
						typ = typeName(f.pkg, s.Type)
					}
					name, _ := strings.CutPrefix(typ, f.pkg+".")
					if slices.Contains(enums[f.pkg], name) && s.Names[0].Name != "_" {
						add(typ, f.pkg+"."+s.Names[0].Name)
					}
				}
			}
		}
	}
	// Operators are sets of their own.
	if all := byName["syntax.Op"]; all != nil {
		for _, ends := range operators {
			from, to := slices.Index(all.members, "syntax."+ends[0]), slices.Index(all.members, "syntax."+ends[1])
			part := &closedSet{name: "syntax." + ends[0] + " to " + ends[1], members: all.members[from : to+1]}
			for _, m := range part.members {
				sets[m] = part
			}
			byName[part.name] = part
		}
	}
	return sets
}

// refuses reports whether statements end with a panic or with an error that they make.
func refuses(body []ast.Stmt) bool {
	if len(body) == 0 {
		return false
	}
	found := false
	ast.Inspect(body[len(body)-1], func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			name := ""
			switch f := n.Fun.(type) {
			case *ast.Ident:
				name = f.Name
			case *ast.SelectorExpr:
				name = f.Sel.Name
			}
			if name == "panic" || strings.Contains(strings.ToLower(name), "error") || strings.HasPrefix(strings.ToLower(name), "unsupported") {
				found = true
			}
		case *ast.CompositeLit:
			if name := typeName("", n.Type); strings.HasSuffix(name, "Error") {
				found = true
			}
		}
		return !found
	})
	return found
}

func TestSwitchesAreExhaustive(t *testing.T) {
	fset, files := parseSwitchDirs(t)
	sets := findSets(files)
	for _, want := range []struct {
		member string
		least  int
	}{
		{"resolve.Debug", 18}, {"resolve.Dict", 4}, {"resolve.ListPattern", 4}, {"filter.Reach", 9}, {"filter.Field", 3},
		{"syntax.OpLe", 6}, {"syntax.OpMod", 6}, {"filter.Ge", 6}, {"filter.Suffix", 3}, {"vm.opNot", 20}, {"vm.nowOperand", 6},
		{"vm.listPattern", 4}, {"vm.symMany", 5}, {"vm.choiceOr", 8},
	} {
		if s := sets[want.member]; s == nil || len(s.members) < want.least {
			t.Errorf("the set of %s has too few members: %+v", want.member, s)
		}
	}
	used := make(map[string]bool)
	switches := 0
	for _, f := range files {
		if name := filepath.Base(f.path); f.pkg == "vm" && (strings.HasPrefix(name, "fast") || strings.HasPrefix(name, "typed")) {
			continue // what they do not know, they leave to the solver
		}
		for _, d := range f.file.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok || fn.Body == nil {
				continue
			}
			at := f.pkg + "." + fn.Name.Name
			if fn.Recv != nil {
				at = typeName(f.pkg, fn.Recv.List[0].Type) + "." + fn.Name.Name
			}
			after := make(map[ast.Stmt]ast.Stmt) // what follows a statement
			ast.Inspect(fn.Body, func(n ast.Node) bool {
				var list []ast.Stmt
				switch n := n.(type) {
				case *ast.BlockStmt:
					list = n.List
				case *ast.CaseClause:
					list = n.Body
				}
				for i := 1; i < len(list); i++ {
					after[list[i-1]] = list[i]
				}
				var body *ast.BlockStmt
				switch n := n.(type) {
				case *ast.TypeSwitchStmt:
					body = n.Body
				case *ast.SwitchStmt:
					if n.Tag == nil {
						return true
					}
					body = n.Body
				default:
					return true
				}
				var set *closedSet
				var cases []string
				var rest *ast.CaseClause
				for _, c := range body.List {
					c := c.(*ast.CaseClause)
					if c.List == nil {
						rest = c
					}
					for _, x := range c.List {
						name := typeName(f.pkg, x)
						cases = append(cases, name)
						if s := sets[name]; s != nil {
							set = s
						}
					}
				}
				if set == nil {
					return true
				}
				switches++
				var missing []string
				for _, m := range set.members {
					if !slices.Contains(cases, m) {
						missing = append(missing, m)
					}
				}
				switch {
				case len(missing) == 0 || rest != nil && refuses(rest.Body):
				case rest == nil && after[n.(ast.Stmt)] != nil && refuses([]ast.Stmt{after[n.(ast.Stmt)]}):
				case selective[at] != "":
					used[at] = true
				default:
					t.Errorf("%s: the switch in %s over %s does not know %s", fset.Position(n.Pos()), at, set.name, strings.Join(missing, ", "))
				}
				return true
			})
		}
	}
	for _, at := range slices.Sorted(maps.Keys(selective)) {
		if !used[at] {
			t.Errorf("%s is said to be selective, but has no such switch", at)
		}
	}
	if switches < 60 {
		t.Errorf("only %d switches found", switches)
	}
}
