package vm

// This file finds which predicates call each other: the strongly connected components of the
// call graph, with Tarjan's algorithm. It keeps its own stack, since policies may be long.

import "github.com/ursa-authz/ursa/authz/polar/internal/resolve"

// A callGraph is the state of the search.
type callGraph struct {
	calls  map[*pred][]*pred
	poll   func(work int)
	states map[*pred]*callState
	stack  []*pred // of components that are not complete
	path   []visit // from the root to the predicate that is being visited
	count  int     // of components
}

// A callState is what is known of a predicate that was entered.
type callState struct {
	index, low int
	onStack    bool
}

// A visit is a predicate on the path, and its next call.
type visit struct {
	pr   *pred
	next int
}

// components sets component and recursive of all predicates.
func components(m *resolve.Module, p *Program) {
	g := &callGraph{calls: make(map[*pred][]*pred), states: make(map[*pred]*callState), poll: p.poll}
	for _, r := range m.Rules {
		if r.Like == nil {
			g.addCalls(p, r)
		}
	}
	for _, r := range m.Rules {
		if root := p.preds[r.Name][len(r.Params)]; g.states[root] == nil {
			g.search(root)
		}
	}
}

// addCalls adds the calls of a rule.
func (g *callGraph) addCalls(p *Program, r *resolve.Rule) {
	from := p.preds[r.Name][len(r.Params)]
	resolve.EachLeaf(r.Body, func(goal resolve.Goal) {
		g.poll(1)
		if c, ok := goal.(*resolve.Call); ok {
			if to := p.preds[c.Pred.Name][len(c.Args)]; to != nil {
				g.calls[from] = append(g.calls[from], to)
			}
		}
	})
}

func (g *callGraph) enter(pr *pred) {
	g.states[pr] = &callState{index: len(g.states), low: len(g.states), onStack: true}
	g.stack = append(g.stack, pr)
	g.path = append(g.path, visit{pr: pr})
}

// search visits what can be called from root.
func (g *callGraph) search(root *pred) {
	g.enter(root)
	for len(g.path) > 0 {
		g.poll(1)
		top := &g.path[len(g.path)-1]
		st := g.states[top.pr]
		if top.next < len(g.calls[top.pr]) {
			to := g.calls[top.pr][top.next]
			top.next++
			if to == top.pr {
				to.recursive = true
			}
			if known := g.states[to]; known == nil {
				g.enter(to)
			} else if known.onStack {
				st.low = min(st.low, known.index)
			}
			continue
		}
		pr := top.pr
		g.path = g.path[:len(g.path)-1]
		if len(g.path) > 0 {
			parent := g.states[g.path[len(g.path)-1].pr]
			parent.low = min(parent.low, st.low)
		}
		if st.low == st.index {
			g.complete(pr)
		}
	}
}

// complete makes a component of root and what is above it on the stack.
func (g *callGraph) complete(root *pred) {
	g.count++
	for alone := true; ; alone = false {
		member := g.stack[len(g.stack)-1]
		g.stack = g.stack[:len(g.stack)-1]
		g.states[member].onStack = false
		member.component = g.count
		if member == root {
			member.recursive = member.recursive || !alone
			return
		}
		member.recursive = true
	}
}
