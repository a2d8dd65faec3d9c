package authzvet

// This file defines the check of dropped errors: a decision whose error nobody looks at decides
// nothing.

import (
	"fmt"
	"go/ast"
	"go/types"
	"slices"
)

// asking are the names of Ursa's functions whose errors say that something is denied or cannot
// be decided.
var asking = []string{
	"Authorize", "AuthorizeField", "AuthorizeRequest", "AuthorizeRPC", "IsAllowed", "IsAllowedEach", "AuthorizedActions", "AuthorizedFields",
	"Load", "Filter", "FilterActors", "Lookup", "List", "Count", "Create", "Update", "Delete", "Where", "WhereActors", "AllowedExpr",
}

// mayFail reports whether a call is one whose error matters.
func (c *checker) mayFail(call *ast.CallExpr) (name string, ok bool) {
	f := c.callee(call)
	if !isOf(f, "") || isOf(f, "authztest") || !slices.Contains(asking, f.Name()) {
		return "", false
	}
	results := f.Signature().Results()
	if results.Len() == 0 || !isError(results.At(results.Len()-1).Type()) {
		return "", false
	}
	return f.Name(), true
}

func isError(t types.Type) bool { return types.Identical(t, types.Universe.Lookup("error").Type()) }

// dropped reports a call whose results nobody gets.
func (c *checker) dropped(call *ast.CallExpr, why string) {
	if name, ok := c.mayFail(call); ok {
		c.report(call, codeDroppedError, fmt.Sprintf("the error of %s says whether it is allowed: %s", name, why))
	}
}

// assigned reports an error that is assigned to the blank identifier.
func (c *checker) assigned(n *ast.AssignStmt) {
	if len(n.Rhs) != 1 || len(n.Lhs) == 0 {
		return
	}
	call, ok := ast.Unparen(n.Rhs[0]).(*ast.CallExpr)
	if !ok {
		return
	}
	last, ok := n.Lhs[len(n.Lhs)-1].(*ast.Ident)
	if !ok || last.Name != "_" {
		return
	}
	name, ok := c.mayFail(call)
	if !ok {
		return
	}
	msg := fmt.Sprintf("the error of %s says whether it is allowed", name)
	if name == "IsAllowed" || name == "IsAllowedEach" {
		msg = fmt.Sprintf("the error of %s says that it cannot be decided: an outage would look like a denial", name)
	}
	c.report(last, codeDroppedError, msg)
}
