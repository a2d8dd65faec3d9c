package resolve

// This file defines how little of its rules a loaded module keeps, and how it gets the rest
// back.
//
// A policy spends its life answering questions from its compiled form. The syntax trees and
// resolved goals of its rules, several times the size of the source, are needed only to
// compile a rule for one more way of calling it, and to explain what it did. The source is
// kept, so the module keeps where each rule begins and reads single rules again.

import (
	"encoding/binary"

	"github.com/ursa-authz/ursa/authz/polar/syntax"
)

// A keptRule is what a released module keeps of a rule.
type keptRule struct {
	text textPlace
	pos  filePos
	made *Rule // a rule of a block, which is not written anywhere
}

// A filePos is a position in a known file.
type filePos struct{ line, col int32 }

// Release frees the resolved rules and queries of the module, and everything that they refer
// to. Rule returns single rules also afterwards. Release must not be called while the module
// is in use.
func (m *Module) Release() {
	m.kept = make([]keptRule, len(m.Rules))
	for i, r := range m.Rules {
		k := &m.kept[i]
		if k.text, k.pos = r.text, (filePos{r.Pos.Line, r.Pos.Col}); r.Node == nil {
			k.made, r.Block = r, nil
		}
	}
	m.Rules, m.Queries = nil, nil
	// The blocks are parts of what the resolver knows of them, with their syntax trees.
	for class, b := range m.Blocks {
		own := *b
		m.Blocks[class] = &own
		if m.facts != nil {
			m.facts.terms[&own] = m.facts.terms[b]
			delete(m.facts.terms, b)
		}
	}
}

// Rule returns the rule with an index. After Release it reads a written rule again, which
// takes time in proportion to the rule, and each call returns another copy. Rule may be
// called concurrently.
func (m *Module) Rule(i int) *Rule {
	if m.kept == nil {
		return m.Own(m.Rules[i])
	}
	k := &m.kept[i]
	if k.made != nil {
		return k.made
	}
	return m.read(i, k.text, k.pos)
}

// Own returns a rule with a resolved body of its own, even if it is like another.
func (m *Module) Own(r *Rule) *Rule {
	if r.Like == nil {
		return r
	}
	return m.read(r.Index, r.text, filePos{r.Pos.Line, r.Pos.Col})
}

// read reads and resolves a written rule.
func (m *Module) read(i int, text textPlace, pos filePos) *Rule {
	file := m.files[text.file]
	start := syntax.Position{File: file.Name, Line: pos.line, Col: pos.col}
	node := syntax.ParseRule(file.Source, int(text.off), start)
	r := newResolver(m.opts)
	r.mod, r.frozen, r.keys = m, true, true
	src := &source{file: file, index: int(text.file), at: cursor{pos.line, pos.col, int(text.off)}}
	rule := r.rule(src, node)
	rule.Index = i
	return rule
}

// Likeness appends a text to key that is the same only for rules that resolve to the same,
// apart from the literals that are parameters of the head, and apart from where the rule
// begins. It returns false if it does not know such a text. It must not be called after
// Release.
func (m *Module) Likeness(key []byte, r *Rule) ([]byte, bool) {
	if r.Node == nil {
		return key, false
	}
	like := r
	if r.Like != nil {
		r = r.Like
	}
	if r.Node.Rparen.Line != r.Pos.Line {
		return key, false
	}
	src := m.files[r.text.file].Source
	at := func(p syntax.Position) int { return int(r.text.off) + int(p.Col-r.Pos.Col) }
	last, rparen := int(r.text.off), at(r.Node.Rparen)
	if rparen >= len(src) || !isASCII(src[last:rparen]) { // columns count runes
		return key, false
	}
	for i, p := range r.Node.Params {
		if !isLiteral(p.Value) { // which has no specializer
			continue
		}
		// What follows on the line moves with the length of the literal.
		literal := p.Value.Range()
		key = append(key, src[last:at(literal.Start)]...)
		length := int(literal.End.Col - literal.Start.Col)
		if text, ok := literalString(like.Params[i].Term); ok && like != r {
			length = len(text) + 2
		}
		key = binary.AppendUvarint(append(key, 0), uint64(length))
		last = at(literal.End)
	}
	return append(key, src[last:r.text.end]...), true
}

// isLiteral reports whether x is a string or a number.
func isLiteral(x syntax.Expr) bool {
	switch x.(type) {
	case *syntax.StringLit, *syntax.IntLit, *syntax.FloatLit:
		return true
	}
	return false
}
