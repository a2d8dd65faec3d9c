package syntax

// This file defines Walk, which visits all nodes of a tree, and Unparen.

// Walk calls f for n and, if f returns true, for the nodes below n, in the order of
// the source: first a node, then its parts from left to right. Walk also visits the names,
// keys and values that a shorthand like {x} stands for. It does not visit nil nodes.
//
// Walk does not recurse: deep trees use heap, not stack.
func Walk(n Node, f func(Node) bool) {
	w := walker{stack: []Node{n}}
	for len(w.stack) > 0 {
		last := len(w.stack) - 1
		n := w.stack[last]
		w.stack = w.stack[:last]
		if f(n) {
			w.children = w.children[:0]
			w.addChildren(n)
			for i := len(w.children) - 1; i >= 0; i-- {
				w.stack = append(w.stack, w.children[i])
			}
		}
	}
}

// A walker holds the nodes still to visit, the next node last.
type walker struct {
	stack    []Node
	children []Node // of the current node, in the order of the source
}

// addNode adds a node unless it is nil.
func addNode[N interface {
	comparable
	Node
}](w *walker, n N) {
	var zero N
	if n != zero {
		w.children = append(w.children, n)
	}
}

// addNodes adds the nodes of a list.
func addNodes[N interface {
	comparable
	Node
}](w *walker, ns []N) {
	for _, n := range ns {
		addNode(w, n)
	}
}

// addChildren adds the parts of n.
func (w *walker) addChildren(n Node) {
	switch n := n.(type) {
	case *Rule:
		addNode(w, n.Name)
		addNodes(w, n.Params)
		addNode(w, n.Body)
	case *RuleType:
		addNode(w, n.Name)
		addNodes(w, n.Params)
	case *InlineQuery:
		addNode(w, n.Query)
	case *Block:
		addNode(w, n.Keyword)
		addNode(w, n.Class)
		addNodes(w, n.Decls)
	case *Declaration:
		addNode(w, n.Name)
		addNodes(w, n.Strings)
		addNodes(w, n.Relations)
	case *RelationDecl:
		addNode(w, n.Name)
		addNodes(w, n.Classes)
	case *Shorthand:
		addNode(w, n.Head)
		addNode(w, n.Implier)
		addNode(w, n.Keyword)
		addNode(w, n.Relation)
	case *Param:
		addNode(w, n.Value)
		addNode(w, n.Specializer)
	case *ListExpr:
		addNodes(w, n.Elems)
		addNode(w, n.Rest)
	case *DictExpr:
		addNodes(w, n.Fields)
	case *Field:
		addNode(w, n.Key)
		addNode(w, n.Value)
	case *Call:
		addNode(w, n.Name)
		addNodes(w, n.Args)
		addNodes(w, n.Kwargs)
	case *New:
		addNode(w, n.Class)
		addNodes(w, n.Args)
		addNodes(w, n.Kwargs)
	case *Lookup:
		addNode(w, n.X)
		addNode(w, n.Name)
		addNode(w, n.Key)
		addNodes(w, n.Args)
		addNodes(w, n.Kwargs)
	case *NaryExpr:
		addNodes(w, n.Elems)
	case *NotExpr:
		addNode(w, n.X)
	case *BinaryExpr:
		addNode(w, n.X)
		addNode(w, n.Y)
	case *MatchesExpr:
		addNode(w, n.X)
		addNode(w, n.Pattern)
	case *ForallExpr:
		addNode(w, n.Cond)
		addNode(w, n.Body)
	case *PrintExpr:
		addNodes(w, n.Args)
	case *DebugExpr:
		addNodes(w, n.Args)
	case *PrefixExpr:
		addNodes(w, n.Args)
	case *ParenExpr:
		addNode(w, n.X)
	case *ClassPattern:
		addNode(w, n.Class)
		addNodes(w, n.Fields)
	case *DictPattern:
		addNodes(w, n.Fields)
	case *PatternField:
		addNode(w, n.Key)
		addNode(w, n.Value)
	case *ListPattern:
		addNodes(w, n.Elems)
		addNode(w, n.Rest)
	case *ValuePattern:
		addNode(w, n.Value)
	}
}

// Unparen returns x without the parentheses around it.
func Unparen(x Expr) Expr {
	for {
		p, ok := x.(*ParenExpr)
		if !ok {
			return x
		}
		x = p.X
	}
}
