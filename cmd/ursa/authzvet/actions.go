package authzvet

// This file defines the check of actions: a misspelled action is denied to everybody, and no
// test of what is allowed to whom fails because of it.

import (
	"fmt"
	"go/ast"
	"go/constant"
	"go/types"
	"slices"

	"github.com/ursa-authz/ursa/authz/polar/syntax"
)

// action checks the actions among the arguments of a call.
func (c *checker) action(call *ast.CallExpr) {
	f := c.callee(call)
	if !isOf(f, "") || isOf(f, "authztest") {
		return
	}
	params := f.Signature().Params()
	for i, arg := range call.Args {
		if i < params.Len() && params.At(i).Name() == "action" && isString(params.At(i).Type()) {
			c.checkAction(arg)
		}
	}
}

func isString(t types.Type) bool {
	b, ok := t.Underlying().(*types.Basic)
	return ok && b.Kind() == types.String
}

// readAction checks Config.ReadAction.
func (c *checker) readAction(kv *ast.KeyValueExpr) {
	key, ok := kv.Key.(*ast.Ident)
	if !ok || key.Name != "ReadAction" {
		return
	}
	if v, ok := c.TypesInfo.Uses[key].(*types.Var); ok && v.Pkg() != nil && isUrsa(v.Pkg().Path()) {
		c.checkAction(kv.Value)
	}
}

// checkAction checks an expression that is an action, if its value is known.
func (c *checker) checkAction(x ast.Expr) {
	tv := c.TypesInfo.Types[x]
	if tv.Value == nil || tv.Value.Kind() != constant.String || c.module == nil {
		return
	}
	action := constant.StringVal(tv.Value)
	known := c.module.actions()
	if action == "" || known == nil || slices.Contains(known, action) {
		return
	}
	if c.module.mentions("authz.String(") {
		return // a policy in the program itself
	}
	hint := ""
	if near := syntax.Nearest(action, known); near != "" {
		hint = fmt.Sprintf(" (did you mean %q?)", near)
	}
	c.report(x, codeUnknownAction, fmt.Sprintf("no policy knows the action %q%s", action, hint))
}
