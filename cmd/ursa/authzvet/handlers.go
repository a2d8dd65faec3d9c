package authzvet

// This file defines the check of handlers under RequireDecision: one from which no path asks
// answers 500 as soon as it succeeds.

import (
	"fmt"
	"go/ast"
	"go/types"
	"slices"
)

// handlers checks the handlers that a function puts under RequireDecision.
func (c *checker) handlers(d *ast.FuncDecl) {
	var stack []ast.Node
	ast.Inspect(d.Body, func(n ast.Node) bool {
		if n == nil {
			stack = stack[:len(stack)-1]
			return true
		}
		stack = append(stack, n)
		x, ok := n.(ast.Expr)
		if !ok {
			return true
		}
		fn := c.function(x)
		if fn == nil || fn.Name() != "RequireDecision" || !isOf(fn, "") {
			return true
		}
		if _, ok := n.(*ast.Ident); ok && len(stack) > 1 {
			if sel, ok := stack[len(stack)-2].(*ast.SelectorExpr); ok && sel.Sel == n {
				return true // the selector was seen
			}
		}
		parent := func(i int) ast.Node {
			if i >= len(stack) {
				return nil
			}
			return stack[len(stack)-1-i]
		}
		outer := parent(1)
		if call, ok := outer.(*ast.CallExpr); ok && call.Fun == n {
			if len(call.Args) == 1 && types.IsInterface(c.TypesInfo.TypeOf(call.Args[0])) || len(call.Args) == 1 && isOf(fn, "nethttp") {
				c.underHandler(d.Body, call.Args[0])
				return true
			}
			outer = parent(2) // ginauthz.RequireDecision()
		}
		if use, ok := outer.(*ast.CallExpr); ok {
			if sel, ok := use.Fun.(*ast.SelectorExpr); ok && sel.Sel.Name == "Use" {
				c.underRouter(d.Body, sel.X, use)
			}
		}
		return true
	})
}

// underHandler checks a handler, or the routes of a mux.
func (c *checker) underHandler(body *ast.BlockStmt, x ast.Expr) {
	switch x := ast.Unparen(x).(type) {
	case *ast.Ident:
		if _, ok := c.TypesInfo.Uses[x].(*types.Var); ok {
			c.underRouter(body, x, nil)
			return
		}
	case *ast.CallExpr:
		if !c.TypesInfo.Types[x.Fun].IsType() {
			for _, arg := range x.Args { // a middleware around it
				if isNamed(c.TypesInfo.TypeOf(arg), "net/http", "Handler") || isNamed(c.TypesInfo.TypeOf(arg), "net/http", "ServeMux") {
					c.underHandler(body, arg)
				}
			}
			return
		}
	}
	c.handler(x)
}

// underRouter checks the handlers that a function gives to a router after a call of Use, or all if
// use is nil.
func (c *checker) underRouter(body *ast.BlockStmt, router ast.Expr, use *ast.CallExpr) {
	name, ok := ast.Unparen(router).(*ast.Ident)
	if !ok {
		return
	}
	v := c.TypesInfo.Uses[name]
	ast.Inspect(body, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok || use != nil && call.Pos() <= use.End() {
			return true
		}
		sel, ok := call.Fun.(*ast.SelectorExpr)
		if !ok || sel.Sel.Name == "Use" || sel.Sel.Name == "Group" || sel.Sel.Name == "Route" || sel.Sel.Name == "With" {
			return true
		}
		if on, ok := ast.Unparen(sel.X).(*ast.Ident); !ok || c.TypesInfo.Uses[on] != v {
			return true
		}
		var given []ast.Expr
		for _, arg := range call.Args {
			if isHandler(c.TypesInfo.TypeOf(arg)) {
				given = append(given, arg)
			}
		}
		// Of several, as in gin, one may ask for all.
		if !slices.ContainsFunc(given, func(x ast.Expr) bool { return !c.isSilent(x) }) && len(given) > 0 {
			c.noDecision(given[len(given)-1])
		}
		return true
	})
}

// isHandler reports whether a type is that of handlers of requests.
func isHandler(t types.Type) bool {
	if t == nil {
		return false
	}
	if s, ok := t.Underlying().(*types.Signature); ok {
		for v := range s.Params().Variables() {
			if carriesContext(v.Type()) {
				return true
			}
		}
		return false
	}
	return isNamed(t, "net/http", "Handler")
}

// handler checks one handler.
func (c *checker) handler(x ast.Expr) {
	if c.isSilent(x) {
		c.noDecision(x)
	}
}

// isSilent reports whether it is certain that a handler does not ask.
func (c *checker) isSilent(x ast.Expr) bool {
	a, known := c.graph.of(x)
	if !known || a.Decides {
		return false
	}
	return !a.Queries || c.module != nil && !c.module.mentions("gormauthz.Enforce(")
}

func (c *checker) noDecision(x ast.Expr) {
	name := "this handler"
	if fn := c.function(x); fn != nil {
		name = fn.Name()
	}
	c.report(x, codeNoDecision, fmt.Sprintf("%s is under RequireDecision and never asks for a decision, so it answers 500 (call authz.Authorize, or authz.Skip with a reason)", name))
}
