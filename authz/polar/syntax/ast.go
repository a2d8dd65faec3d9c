package syntax

// This file defines the nodes of the syntax tree. The comment on a node shows
// the concrete syntax that it stands for. Lists keep the order of the source.

// A Node is any node of the syntax tree.
type Node interface {
	Pos() Position // where the node starts
	Range() Span   // the text the node was parsed from
}

// A File is a parsed source.
type File struct {
	Name     string     // as given to Parse
	Source   string     // the text that was parsed
	Stmts    []Stmt     // in source order
	Comments []*Comment // in source order
}

// A Comment is a "# ..." comment, up to the end of its line.
type Comment struct {
	Span
	Text string // with the leading "#", without the line's end

	alone bool // it is preceded only by blanks on its line
}

// Alone reports whether the comment is preceded only by blanks on its line.
func (c *Comment) Alone() bool { return c.alone }

// A Stmt is a top-level statement: *Rule, *RuleType, *InlineQuery or *Block.
type Stmt interface {
	Node
	stmt()
}

// A Rule is
//
//	Name(Params...);
//	Name(Params...) if Body;
type Rule struct {
	Span
	Name   *Name
	Params []*Param
	Rparen Position // of the ")" after the parameters
	Body   Expr     // nil when there is no "if"
}

// A RuleType is
//
//	type Name(Params...);
type RuleType struct {
	Span
	Name   *Name
	Params []*Param
	Rparen Position // of the ")" after the parameters
}

// An InlineQuery is
//
//	?= Query;
type InlineQuery struct {
	Span
	Query Expr
}

// A Block is
//
//	actor Class { Decls... }
//	resource Class { Decls... }
//
// The parser accepts any keyword, or none. Name resolution checks that it is
// "actor" or "resource", as in the original.
type Block struct {
	Span
	Keyword *Name // nil when missing
	Class   *Name
	Decls   []BlockDecl
}

// A BlockDecl is a *Declaration or a *Shorthand.
type BlockDecl interface {
	Node
	blockDecl()
}

// A Declaration is
//
//	roles = ["a", "b"];
//	relations = { parent: Org };
//
// Dict determines which of Strings and Relations is set.
type Declaration struct {
	Span
	Name      *Name
	Dict      bool            // the value was written with braces
	Strings   []*StringLit    // the value when Dict is false
	Relations []*RelationDecl // the value when Dict is true
}

// A RelationDecl is "Name: Class" inside a declaration, "Name: [Class, ...]", or "Class" alone,
// which means "Class: Class".
type RelationDecl struct {
	Span
	Name    *Name
	Classes []*Name // at least one
}

// A Shorthand is
//
//	"head" if "implier";
//	"head" if "implier" on "relation";
type Shorthand struct {
	Span
	Head     *StringLit
	Implier  *StringLit
	Keyword  *Name      // "on" when well-formed; nil when there is no relation
	Relation *StringLit // nil when there is no relation
}

// A Name is an identifier that is not a variable: of a rule, a class, a
// field, a relation, a keyword argument or a declaration.
type Name struct {
	Span
	Text string
}

// A Param is one parameter of a rule head.
//
//	Value
//	Value: Specializer
type Param struct {
	Span
	Value       Expr
	Specializer Pattern // nil when there is none; then Value may be any term, else it is a *Var
}

// An Expr is an expression: a value, a goal, or something that can be either.
type Expr interface {
	Node
	expr()
}

// An IntLit is an integer literal with its sign.
type IntLit struct {
	Span
	Value int64
	Text  string // as written, for the formatter
}

// A FloatLit is a float literal with its sign, or inf or nan.
type FloatLit struct {
	Span
	Value float64
	Text  string // as written, for the formatter
}

// A StringLit is "...". Value has the escapes resolved.
type StringLit struct {
	Span
	Value string
}

// A BoolLit is true or false.
type BoolLit struct {
	Span
	Value bool
}

// A Var is an identifier in term position: a variable, or the name of a
// constant or class. Name resolution distinguishes them.
type Var struct {
	Span
	Name string // "_" for the anonymous variable
}

// A ListExpr is [Elems...] or [Elems..., *Rest].
type ListExpr struct {
	Span
	Elems []Expr
	Rest  *Var // nil when there is none
}

// A DictExpr is { Fields... }.
type DictExpr struct {
	Span
	Fields []*Field
}

// A Field is "Key: Value" in a dictionary or among keyword arguments. In a
// dictionary, {x} is short for {x: x}, and Short is true.
type Field struct {
	Span
	Key   *Name
	Value Expr
	Short bool
}

// A Call is Name(Args..., Kwargs...): a rule call.
type Call struct {
	Span
	Name   *Name
	Args   []Expr
	Kwargs []*Field
}

// A New is new Class(Args..., Kwargs...).
type New struct {
	Span
	Class  *Name
	Args   []Expr
	Kwargs []*Field
}

// A Lookup is an attribute or a method call.
//
//	X.Name
//	X.Name(Args..., Kwargs...)
//	X.(Key)
//
// Exactly one of Name and Key is set. Called distinguishes X.name() from X.name.
type Lookup struct {
	Span
	X      Expr
	Name   *Name
	Key    Expr // *Var or *StringLit
	Called bool
	Args   []Expr
	Kwargs []*Field
}

// An Op is an operator.
type Op uint8

// The operators, as they are written. OpIn, OpDot and OpNew also have the
// prefix forms in(x, xs), .(x, "name", result) and new(call, result); see
// PrefixExpr.
const (
	OpAnd    Op = iota + 1 // and
	OpOr                   // or
	OpNot                  // not
	OpUnify                // =
	OpAssign               // :=
	OpEq                   // ==
	OpNe                   // !=
	OpLt                   // <
	OpLe                   // <=
	OpGt                   // >
	OpGe                   // >=
	OpAdd                  // +
	OpSub                  // -
	OpMul                  // *
	OpDiv                  // /
	OpMod                  // mod
	OpRem                  // rem
	OpIn                   // in
	OpDot                  // .
	OpNew                  // new
)

var opText = [...]string{
	OpAnd: "and", OpOr: "or", OpNot: "not", OpUnify: "=", OpAssign: ":=", OpEq: "==", OpNe: "!=",
	OpLt: "<", OpLe: "<=", OpGt: ">", OpGe: ">=", OpAdd: "+", OpSub: "-", OpMul: "*", OpDiv: "/",
	OpMod: "mod", OpRem: "rem", OpIn: "in", OpDot: ".", OpNew: "new",
}

// String returns the operator as it is written.
func (op Op) String() string {
	if int(op) < len(opText) && opText[op] != "" {
		return opText[op]
	}
	return "?"
}

// A NaryExpr is "A and B and C" or "A or B or C": a flattened chain of one connective.
// A parenthesized part with the same connective is flattened only where the
// original does so; otherwise the parser keeps it as a ParenExpr.
type NaryExpr struct {
	Span
	Op    Op     // OpAnd or OpOr
	Elems []Expr // at least two
}

// A NotExpr is not X.
type NotExpr struct {
	Span
	X Expr
}

// A BinaryExpr is X Op Y for the binary operators from OpUnify to OpIn.
type BinaryExpr struct {
	Span
	Op    Op
	OpPos Position // of the operator
	X, Y  Expr
}

// A MatchesExpr is X matches Pattern.
type MatchesExpr struct {
	Span
	X       Expr
	Pattern Pattern
}

// A ForallExpr is forall(Cond, Body).
type ForallExpr struct {
	Span
	Cond, Body Expr
}

// A CutExpr is cut.
type CutExpr struct{ Span }

// A PrintExpr is print(Args...).
type PrintExpr struct {
	Span
	Args []Expr
}

// A DebugExpr is debug(Args...).
type DebugExpr struct {
	Span
	Args []Expr
}

// A PrefixExpr is one of the prefix forms in(...), .(...) and new(...).
type PrefixExpr struct {
	Span
	Op   Op // OpIn, OpDot or OpNew
	Args []Expr
}

// A ParenExpr is (X). The formatter and the precedence warning need it; name resolution ignores it.
type ParenExpr struct {
	Span
	X Expr
}

// A Pattern follows "matches" or the colon of a parameter: *ClassPattern,
// *DictPattern, *ListPattern or *ValuePattern.
type Pattern interface {
	Node
	pattern()
}

// A ClassPattern is Class or Class{Fields...}.
type ClassPattern struct {
	Span
	Class  *Name
	Braces bool // Class{} and Class{...}, not Class alone
	Fields []*PatternField
}

// A DictPattern is {Fields...}.
type DictPattern struct {
	Span
	Fields []*PatternField
}

// A PatternField is "Key: Value" inside a pattern, or "Key", which is short for "Key: Key".
type PatternField struct {
	Span
	Key   *Name
	Value Pattern
	Short bool
}

// A ListPattern is [Elems...] or [Elems..., *Rest] in pattern position.
type ListPattern struct {
	Span
	Elems []Pattern
	Rest  *Var
}

// A ValuePattern is a value in pattern position: a literal or, inside another
// pattern, a variable or dotted path. A bare symbol directly after "matches"
// or a colon is a ClassPattern, never a ValuePattern.
type ValuePattern struct {
	Span
	Value Expr
}

func (*Rule) stmt()        {}
func (*RuleType) stmt()    {}
func (*InlineQuery) stmt() {}
func (*Block) stmt()       {}

func (*Declaration) blockDecl() {}
func (*Shorthand) blockDecl()   {}

func (*IntLit) expr()      {}
func (*FloatLit) expr()    {}
func (*StringLit) expr()   {}
func (*BoolLit) expr()     {}
func (*Var) expr()         {}
func (*ListExpr) expr()    {}
func (*DictExpr) expr()    {}
func (*Call) expr()        {}
func (*New) expr()         {}
func (*Lookup) expr()      {}
func (*NaryExpr) expr()    {}
func (*NotExpr) expr()     {}
func (*BinaryExpr) expr()  {}
func (*MatchesExpr) expr() {}
func (*ForallExpr) expr()  {}
func (*CutExpr) expr()     {}
func (*PrintExpr) expr()   {}
func (*DebugExpr) expr()   {}
func (*PrefixExpr) expr()  {}
func (*ParenExpr) expr()   {}

func (*ClassPattern) pattern() {}
func (*DictPattern) pattern()  {}
func (*ListPattern) pattern()  {}
func (*ValuePattern) pattern() {}
