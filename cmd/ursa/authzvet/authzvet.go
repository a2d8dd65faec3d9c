// Package authzvet defines an analyzer for Go programs that use Ursa, for go vet and other
// drivers of golang.org/x/tools/go/analysis. The command "ursa vet" runs it.
//
// It reports
//
//   - actions in calls that no policy of the module knows,
//   - errors of decisions that are dropped,
//   - handlers under RequireDecision from which no path asks for a decision,
//   - queries for rows of registered models that nothing restricts,
//   - requests that are decoded into registered classes with relations.
//
// A comment "//ursa:skip reason", on the line of a finding or above it, silences it.
//
// Not stable before v1.
package authzvet

// This file defines Analyzer.

import (
	"go/ast"
	"go/types"
	"strings"

	"golang.org/x/tools/go/analysis"
)

const doc = `report mistakes in programs that use Ursa

The analyzer reads the policies and the schemas (ursa.schema.json) below the go.mod of the
package. What it cannot know without them, it does not check.`

// Analyzer reports mistakes in programs that use Ursa.
var Analyzer = &analysis.Analyzer{
	Name: "ursa", Doc: doc, Run: run,
	FactTypes: []analysis.Fact{new(asks)},
	URL:       "https://github.com/ursa-authz/ursa/blob/main/docs/tools.md#check-go-programs",
}

// policyPaths is the flag -policies.
var policyPaths string

func init() {
	Analyzer.Flags.StringVar(&policyPaths, "policies", "", "files or folders with policies, separated by commas, relative to the folder of go.mod (default: all files that end in .polar below it)")
}

// The codes of findings, which are the categories of their diagnostics.
const (
	codeUnknownAction   = "unknown-action"
	codeDroppedError    = "dropped-error"
	codeNoDecision      = "no-decision"
	codeUnscopedQuery   = "unscoped-query"
	codeDecodedResource = "decoded-resource"
	codeInvalidSkip     = "invalid-skip"
)

// ursaPath is the path of Ursa's module.
const ursaPath = "github.com/ursa-authz/ursa"

// A checker checks one package.
type checker struct {
	*analysis.Pass
	module *module          // nil if the package is in none
	skips  map[place]string // the reasons of comments
	graph  *graph
}

// A place is a line of a file.
type place struct {
	file string
	line int
}

func run(pass *analysis.Pass) (any, error) {
	c := &checker{Pass: pass, skips: map[place]string{}}
	if isUrsa(pass.Pkg.Path()) {
		return nil, nil // what its functions do is known by their names
	}
	if c.isDependency() {
		return nil, nil
	}
	c.graph = newGraph(c)
	c.graph.export()
	if !c.importsUrsa() && !c.imports("gorm.io/gorm") {
		return nil, nil
	}
	c.readSkips()
	c.module = moduleOf(pass)
	for _, f := range pass.Files {
		if c.isTest(f) {
			continue
		}
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.CallExpr:
				c.action(n)
				c.decoded(n)
			case *ast.KeyValueExpr:
				c.readAction(n)
			case *ast.ExprStmt:
				if call, ok := n.X.(*ast.CallExpr); ok {
					c.dropped(call, "the result is not used")
				}
			case *ast.GoStmt:
				c.dropped(n.Call, "nobody gets the result of a go statement")
			case *ast.DeferStmt:
				c.dropped(n.Call, "nobody gets the result of a deferred call")
			case *ast.AssignStmt:
				c.assigned(n)
			}
			return true
		})
		for _, d := range f.Decls {
			if d, ok := d.(*ast.FuncDecl); ok && d.Body != nil {
				c.handlers(d)
				c.queries(d)
			}
		}
	}
	return nil, nil
}

// isUrsa reports whether a package is one of Ursa's, examples and tools apart.
func isUrsa(path string) bool {
	rest, ok := strings.CutPrefix(path, ursaPath)
	if !ok || rest != "" && rest[0] != '/' {
		return false
	}
	return strings.HasPrefix(rest, "/authz") || strings.HasPrefix(rest, "/adapters")
}

// isDependency reports whether the package is of the standard library, or of a module that the
// program depends on and that knows nothing of Ursa.
func (c *checker) isDependency() bool {
	if c.Module != nil && c.Module.Version == "" && c.Module.Path != "" {
		return false
	}
	if c.Module == nil && !isStandard(c.Pkg.Path()) {
		return false // a driver that does not tell modules
	}
	return !c.importsUrsa()
}

func isStandard(path string) bool {
	first, _, _ := strings.Cut(path, "/")
	return !strings.Contains(first, ".") && first != "command-line-arguments"
}

func (c *checker) importsUrsa() bool {
	for _, p := range c.Pkg.Imports() {
		if isUrsa(p.Path()) {
			return true
		}
	}
	return false
}

func (c *checker) imports(path string) bool {
	for _, p := range c.Pkg.Imports() {
		if p.Path() == path {
			return true
		}
	}
	return false
}

func (c *checker) isTest(f *ast.File) bool {
	return strings.HasSuffix(c.Fset.Position(f.Package).Filename, "_test.go")
}

// readSkips reads the comments that silence findings.
func (c *checker) readSkips() {
	for _, f := range c.Files {
		for _, group := range f.Comments {
			for _, comment := range group.List {
				reason, ok := strings.CutPrefix(comment.Text, "//ursa:skip")
				if !ok || reason != "" && reason[0] != ' ' {
					continue
				}
				at := c.Fset.Position(comment.Pos())
				if strings.TrimSpace(reason) == "" {
					c.Report(analysis.Diagnostic{Pos: comment.Pos(), End: comment.End(), Category: codeInvalidSkip,
						Message: "this comment gives no reason (write //ursa:skip and the reason)"})
					continue
				}
				c.skips[place{at.Filename, at.Line}] = reason
				c.skips[place{at.Filename, c.Fset.Position(group.End()).Line + 1}] = reason
			}
		}
	}
}

// report reports a finding, unless a comment silences it.
func (c *checker) report(at ast.Node, code, msg string) {
	pos := c.Fset.Position(at.Pos())
	if c.skips[place{pos.Filename, pos.Line}] != "" {
		return
	}
	c.Report(analysis.Diagnostic{Pos: at.Pos(), End: at.End(), Category: code, Message: msg})
}

// callee returns the function or method that a call calls, or nil if that is not known before
// it runs.
func (c *checker) callee(call *ast.CallExpr) *types.Func {
	return c.function(call.Fun)
}

// function returns the function that an expression names, or nil.
func (c *checker) function(x ast.Expr) *types.Func {
	switch x := ast.Unparen(x).(type) {
	case *ast.Ident:
		f, _ := c.TypesInfo.Uses[x].(*types.Func)
		return origin(f)
	case *ast.SelectorExpr:
		f, _ := c.TypesInfo.Uses[x.Sel].(*types.Func)
		return origin(f)
	case *ast.IndexExpr:
		return c.function(x.X)
	case *ast.IndexListExpr:
		return c.function(x.X)
	}
	return nil
}

func origin(f *types.Func) *types.Func {
	if f == nil {
		return nil
	}
	return f.Origin()
}

// isOf reports whether a function is of one of Ursa's packages, the last element of whose path is
// pkg, or of any if pkg is empty.
func isOf(f *types.Func, pkg string) bool {
	return f != nil && f.Pkg() != nil && isUrsa(f.Pkg().Path()) && (pkg == "" || strings.HasSuffix(f.Pkg().Path(), "/"+pkg))
}

// isNamed reports whether a type, or what it points to, is the named one of a package.
func isNamed(t types.Type, pkg, name string) bool {
	if p, ok := types.Unalias(t).(*types.Pointer); ok {
		t = p.Elem()
	}
	n, ok := types.Unalias(t).(*types.Named)
	return ok && n.Obj().Pkg() != nil && n.Obj().Pkg().Path() == pkg && n.Obj().Name() == name
}

// isDynamic reports whether a method is one of an interface.
func isDynamic(f *types.Func) bool {
	recv := f.Signature().Recv()
	return recv != nil && types.IsInterface(recv.Type())
}
