package authzvet

// This file defines the checks of queries that nothing restricts, and of requests that are decoded
// into registered classes.
//
// The registered classes are those of the schema beside the policy.

import (
	"fmt"
	"go/ast"
	"go/constant"
	"go/types"
	"slices"
	"strings"
	"unicode"
)

const gormPath = "gorm.io/gorm"

// queries checks the queries of a function that does not ask for decisions. One that does
// often loads first what it asks about.
func (c *checker) queries(d *ast.FuncDecl) {
	if c.module == nil || len(c.module.classes()) == 0 || !c.imports(gormPath) {
		return
	}
	fn, ok := c.TypesInfo.Defs[d.Name].(*types.Func)
	if !ok || c.graph.known[fn].Decides || d.Recv == nil && (d.Name.Name == "main" || d.Name.Name == "init") || !c.servesRequests(d) {
		return
	}
	ast.Inspect(d.Body, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		f := c.callee(call)
		if f == nil || f.Pkg() == nil || f.Pkg().Path() != gormPath || f.Signature().Recv() == nil || c.isRestricted(call) {
			return true
		}
		switch f.Name() {
		case "Find":
			if len(call.Args) > 0 {
				if class := c.listOf(call.Args[0]); class != "" {
					c.unscoped(call, "Find", class)
				}
			}
		case "Raw", "Exec":
			if len(call.Args) > 0 {
				if class := c.tableIn(call.Args[0]); class != "" {
					c.unscoped(call, f.Name(), class)
				}
			}
		}
		return true
	})
}

func (c *checker) unscoped(call *ast.CallExpr, method, class string) {
	if c.module.mentions("gormauthz.Enforce(") {
		return // the handle does it
	}
	at := ast.Node(call)
	if sel, ok := call.Fun.(*ast.SelectorExpr); ok {
		at = sel.Sel
	}
	what := "use Scopes(gormauthz.Authorized(action)), a repository, or a handle with gormauthz.Enforce"
	if method != "Find" {
		what = "use a repository, or a handle with gormauthz.Enforce"
	}
	c.report(at, codeUnscopedQuery, fmt.Sprintf("%s uses rows of the class %s without asking whether the actor may (%s)", method, class, what))
}

// servesRequests reports whether a function gets a request or its context. Others are jobs,
// migrations and tools.
func (c *checker) servesRequests(d *ast.FuncDecl) bool {
	fn := c.TypesInfo.Defs[d.Name].(*types.Func)
	for v := range fn.Signature().Params().Variables() {
		if carriesContext(v.Type()) {
			return true
		}
	}
	return false
}

// isRestricted reports whether the chain of a call has a scope or marks its handle.
func (c *checker) isRestricted(call *ast.CallExpr) bool {
	restricted := false
	ast.Inspect(call, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok {
			if f, ok := c.TypesInfo.Uses[id].(*types.Func); ok && (isOf(f, "") || f.Name() == "Scopes" && f.Pkg() != nil && f.Pkg().Path() == gormPath) {
				restricted = true
			}
		}
		return !restricted
	})
	return restricted
}

// listOf returns the class of whose instances an expression points to a list, or "".
func (c *checker) listOf(x ast.Expr) string {
	p, ok := types.Unalias(c.TypesInfo.TypeOf(x)).(*types.Pointer)
	if !ok {
		return ""
	}
	s, ok := p.Elem().Underlying().(*types.Slice)
	if !ok {
		return ""
	}
	elem := s.Elem()
	if p, ok := types.Unalias(elem).(*types.Pointer); ok {
		elem = p.Elem()
	}
	return c.module.classes()[typeName(elem)].name
}

// typeName returns the name of a type as package reflect has it.
func typeName(t types.Type) string {
	return types.TypeString(t, func(p *types.Package) string { return p.Name() })
}

// tableIn returns the class whose table constant SQL reads or writes, by the names that GORM
// gives tables, or "".
func (c *checker) tableIn(x ast.Expr) string {
	tv := c.TypesInfo.Types[x]
	if tv.Value == nil || tv.Value.Kind() != constant.String {
		return ""
	}
	words := strings.FieldsFunc(strings.ToLower(constant.StringVal(tv.Value)), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '_'
	})
	for i, word := range words {
		if i == 0 || !slices.Contains([]string{"from", "join", "update", "into"}, words[i-1]) {
			continue
		}
		for name, class := range c.module.classes() {
			if word == tableName(name) {
				return class.name
			}
		}
	}
	return ""
}

// tableName returns the table that GORM names after a Go type: expense_reports for
// app.ExpenseReport.
func tableName(goType string) string {
	name := goType[strings.LastIndexByte(goType, '.')+1:]
	var b strings.Builder
	for i, r := range name {
		if unicode.IsUpper(r) && i > 0 && !unicode.IsUpper(rune(name[i-1])) {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	s := b.String()
	switch {
	case strings.HasSuffix(s, "y") && len(s) > 1 && !strings.ContainsRune("aeiou", rune(s[len(s)-2])):
		return s[:len(s)-1] + "ies"
	case strings.HasSuffix(s, "s"), strings.HasSuffix(s, "x"), strings.HasSuffix(s, "ch"), strings.HasSuffix(s, "sh"):
		return s + "es"
	}
	return s + "s"
}

// binders are the methods of frameworks that decode a request.
var binders = map[string][]string{
	"github.com/gin-gonic/gin":    {"Bind", "BindJSON", "BindXML", "BindYAML", "ShouldBind", "ShouldBindJSON", "ShouldBindXML", "ShouldBindYAML", "ShouldBindBodyWith"},
	"github.com/labstack/echo/v4": {"Bind"},
	"github.com/labstack/echo/v5": {"Bind"},
	"github.com/go-chi/render":    {"DecodeJSON", "Decode"},
	"encoding/json":               {"Decode", "Unmarshal"},
	"encoding/xml":                {"Decode", "Unmarshal"},
	"github.com/goccy/go-json":    {"Decode", "Unmarshal"},
}

// decoded reports a request that is decoded into a registered class with relations: the client
// would say who owns what is decided about.
func (c *checker) decoded(call *ast.CallExpr) {
	f := c.callee(call)
	if f == nil || f.Pkg() == nil || c.module == nil || !slices.Contains(binders[f.Pkg().Path()], f.Name()) {
		return
	}
	switch {
	case f.Name() == "Unmarshal" && (len(call.Args) == 0 || !c.isBody(call.Args[0])):
		return
	case f.Name() == "Decode" && f.Signature().Recv() != nil:
		sel, ok := call.Fun.(*ast.SelectorExpr)
		if !ok || !c.isBody(sel.X) {
			return
		}
	}
	for _, arg := range call.Args {
		t := c.TypesInfo.TypeOf(arg)
		if p, ok := types.Unalias(t).(*types.Pointer); ok {
			class := c.module.classes()[typeName(p.Elem())]
			if class.name != "" && class.relation != "" {
				c.report(arg, codeDecodedResource, fmt.Sprintf(
					"a request is decoded into %s, whose relation %s the policy may read: the client could send it (decode into a type of its own, and copy the fields)",
					class.name, class.relation))
			}
		}
	}
}

// isBody reports whether a value is read from the body of a request, as in json.NewDecoder(r.Body),
// or is a variable that such a value was assigned to.
func (c *checker) isBody(x ast.Expr) bool {
	if c.mentionsBody(x) {
		return true
	}
	id, ok := ast.Unparen(x).(*ast.Ident)
	if !ok {
		return false
	}
	v := c.TypesInfo.Uses[id]
	found := false
	for _, f := range c.Files {
		if v == nil || v.Pos() < f.Pos() || f.End() < v.Pos() {
			continue
		}
		ast.Inspect(f, func(n ast.Node) bool {
			if a, ok := n.(*ast.AssignStmt); ok && len(a.Rhs) == 1 {
				if lhs, ok := a.Lhs[0].(*ast.Ident); ok && (c.TypesInfo.Defs[lhs] == v || c.TypesInfo.Uses[lhs] == v) {
					found = found || c.mentionsBody(a.Rhs[0])
				}
			}
			return true
		})
	}
	return found
}

// mentionsBody reports whether an expression has the body of a request.
func (c *checker) mentionsBody(x ast.Expr) bool {
	found := false
	ast.Inspect(x, func(n ast.Node) bool {
		if s, ok := n.(*ast.SelectorExpr); ok && s.Sel.Name == "Body" && isNamed(c.TypesInfo.TypeOf(s.X), "net/http", "Request") {
			found = true
		}
		return !found
	})
	return found
}
