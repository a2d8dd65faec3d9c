package authzvet

// This file defines graph, which functions ask for decisions.
//
// A function asks if it calls or mentions a function that does: one of Ursa's, or one for which
// a fact says so. A call whose target is known only when the program runs may ask if it gets the
// context or the request, without which nothing can be asked. So the answer "does not ask"
// is certain enough to report, and "asks" need not be true.

import (
	"go/ast"
	"go/types"
	"slices"
)

// An asks is the fact that a function asks for a decision, or may. The zero value is the fact that
// it is known not to.
type asks struct {
	Decides bool // whatever the handle of the database does
	Queries bool // it uses GORM, whose plugin may ask
}

// AFact marks the type as one of facts.
func (*asks) AFact() {}

// String returns the fact for messages of drivers.
func (a *asks) String() string {
	switch {
	case a.Decides:
		return "asks"
	case a.Queries:
		return "queries"
	}
	return "does not ask"
}

func (a asks) or(b asks) asks { return asks{a.Decides || b.Decides, a.Queries || b.Queries} }

// silent are the names of Ursa's functions that do not ask.
var silent = []string{
	"Refuse", "FromContext", "ActorFrom", "NewContext", "ClassOf", "StatusOf", "Problem", "DecisionID", "AuthorizeRequest",
	"New", "FS", "Files", "String", "SetDefault", "Middleware", "RequireDecision", "HandlerFunc", "Unrestricted", "Error", "Unwrap", "Is",
}

// A graph has what the functions of a package ask.
type graph struct {
	*checker
	known map[*types.Func]asks
}

// newGraph finds which functions of the package ask.
func newGraph(c *checker) *graph {
	g := &graph{c, map[*types.Func]asks{}}
	mentioned := map[*types.Func][]*types.Func{}
	var all []*types.Func
	for _, f := range c.Files {
		for _, d := range f.Decls {
			d, ok := d.(*ast.FuncDecl)
			if !ok || d.Body == nil {
				continue
			}
			fn, ok := c.TypesInfo.Defs[d.Name].(*types.Func)
			if !ok {
				continue
			}
			all = append(all, fn)
			g.known[fn] = g.direct(d.Body, func(other *types.Func) { mentioned[fn] = append(mentioned[fn], other) })
		}
	}
	for changed := true; changed; {
		changed = false
		for _, fn := range all {
			a := g.known[fn]
			for _, other := range mentioned[fn] {
				a = a.or(g.known[other])
			}
			if a != g.known[fn] {
				g.known[fn], changed = a, true
			}
		}
	}
	return g
}

// export exports the facts.
func (g *graph) export() {
	for fn, a := range g.known {
		if a != (asks{}) || isHandler(fn.Type()) {
			g.ExportObjectFact(fn, &a)
		}
	}
}

// direct returns what a piece of code asks itself, and calls mention for the functions of the
// package that it mentions.
func (g *graph) direct(n ast.Node, mention func(*types.Func)) asks {
	var a asks
	ast.Inspect(n, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Ident:
			fn, ok := g.TypesInfo.Uses[n].(*types.Func)
			if !ok {
				return true
			}
			fn = fn.Origin()
			switch {
			case fn.Pkg() == nil:
			case isUrsa(fn.Pkg().Path()):
				a.Decides = a.Decides || !slices.Contains(silent, fn.Name())
			case fn.Pkg().Path() == "gorm.io/gorm":
				a.Queries = true
			case fn.Pkg() == g.Pkg:
				mention(fn)
			default:
				var fact asks
				if g.ImportObjectFact(fn, &fact) {
					a = a.or(fact)
				}
			}
		case *ast.CallExpr:
			a.Decides = a.Decides || g.mayAsk(n)
		}
		return true
	})
	return a
}

// mayAsk reports whether a call may ask because its target is not known.
func (g *graph) mayAsk(call *ast.CallExpr) bool {
	if tv := g.TypesInfo.Types[call.Fun]; tv.IsType() || tv.IsBuiltin() {
		return false
	}
	if fn := g.callee(call); fn != nil && !isDynamic(fn) {
		return false
	}
	if _, ok := ast.Unparen(call.Fun).(*ast.FuncLit); ok {
		return false // it is read where it stands
	}
	return slices.ContainsFunc(call.Args, func(arg ast.Expr) bool { return carriesContext(g.TypesInfo.TypeOf(arg)) })
}

// carriesContext reports whether a value of type t has the context of a request.
func carriesContext(t types.Type) bool {
	return t != nil && (isNamed(t, "context", "Context") || isNamed(t, "net/http", "Request") ||
		isNamed(t, "github.com/gin-gonic/gin", "Context") || isNamed(t, "github.com/labstack/echo/v5", "Context") || isNamed(t, "github.com/labstack/echo/v4", "Context"))
}

// of returns what an expression that is a handler asks: the functions that it mentions, and
// what is written in it. Known reports whether the code of the handler is known.
func (g *graph) of(x ast.Expr) (a asks, known bool) {
	if call, ok := ast.Unparen(x).(*ast.CallExpr); ok && !g.TypesInfo.Types[call.Fun].IsType() && !g.returnsLiterals(g.callee(call)) {
		return asks{}, false
	}
	a = g.direct(x, func(fn *types.Func) {
		_, ok := g.known[fn]
		known = known || ok
	})
	ast.Inspect(x, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			known = true
		case *ast.Ident:
			switch obj := g.TypesInfo.Uses[n].(type) {
			case *types.Func:
				a = a.or(g.known[obj.Origin()])
				var fact asks
				known = known || g.ImportObjectFact(obj.Origin(), &fact)
			case *types.Var:
				// A value that asks when it is called, or has fields that do.
				if _, ok := obj.Type().Underlying().(*types.Signature); ok && !declaredIn(x, obj) {
					a.Decides = true
				}
			}
		}
		return true
	})
	return a, known
}

// returnsLiterals reports whether a function of the package returns only functions that are
// written there, as a middleware does.
func (g *graph) returnsLiterals(fn *types.Func) bool {
	literals := false
	for _, f := range g.Files {
		for _, d := range f.Decls {
			d, ok := d.(*ast.FuncDecl)
			if !ok || d.Body == nil || fn == nil || g.TypesInfo.Defs[d.Name] != fn {
				continue
			}
			literals = true
			ast.Inspect(d.Body, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.FuncLit:
					return false
				case *ast.ReturnStmt:
					for _, result := range n.Results {
						if call, ok := result.(*ast.CallExpr); ok && len(call.Args) == 1 && g.TypesInfo.Types[call.Fun].IsType() {
							result = call.Args[0] // http.HandlerFunc(func(...) {...})
						}
						_, ok := result.(*ast.FuncLit)
						literals = literals && ok
					}
				}
				return true
			})
		}
	}
	return literals
}

// declaredIn reports whether a variable is declared in the code.
func declaredIn(x ast.Node, v *types.Var) bool {
	return x.Pos() <= v.Pos() && v.Pos() < x.End()
}
