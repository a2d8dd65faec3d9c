package resolve

// This file defines rules that are like an earlier one: they differ from it only in strings
// of their heads (syntax.ParseAlike).
//
// Such a rule has the resolved body of the earlier rule, whose positions are those of the
// earlier rule. The checks of bodies have said everything about it already. Only the checks
// of heads see it. So if there is anything to report about the earlier rule or the rule
// itself, the report is incomplete, or in the wrong place: Alike says so, and the sources
// are loaded again without likes.

import (
	"slices"
	"strings"

	"github.com/ursa-authz/ursa/authz/internal/host"
	"github.com/ursa-authz/ursa/authz/polar/syntax"
)

// addLike adds a rule that is like the latest.
func (r *resolver) addLike(src *source, node *syntax.Like) {
	like := r.latest
	if like.Node != node.Rule {
		panic("resolve: a rule is like another than the latest")
	}
	text := src.file.Source
	if !strings.HasPrefix(text[like.text.off:], like.Text) { // the head has odd blanks, which Text has not
		r.addRule(src, syntax.ParseRule(text, node.Offset, node.Start))
		r.latest = like
		return
	}
	rule := &Rule{
		Name: like.Name, Params: slices.Clone(like.Params), Body: like.Body, Vars: like.Vars,
		Pos: node.Start, End: node.End, Node: like.Node, Text: text[node.Offset : node.Offset+node.Head], Like: like,
		text: textPlace{int32(src.index), int32(node.Offset), int32(node.Offset) + like.text.end - like.text.off},
	}
	texts := node.Strings
	for i, p := range like.Node.Params {
		if _, ok := p.Value.(*syntax.StringLit); ok {
			old := like.Params[i].Term.(*Const)
			rule.text.end += int32(len(texts[0]) - len(old.Value.Str()))
			rule.Params[i].Term = &Const{Value: host.MakeString(texts[0]), Pos: old.Pos}
			texts = texts[1:]
		}
	}
	r.define(rule, src)
}

// Alike reports whether files contain rules that are like earlier ones.
func Alike(files []*syntax.File) bool {
	return slices.ContainsFunc(files, func(f *syntax.File) bool {
		return slices.ContainsFunc(f.Stmts, func(s syntax.Stmt) bool { _, ok := s.(*syntax.Like); return ok })
	})
}

// AboutLikes reports whether a diagnostic is about a rule that is like an earlier one, or
// that later ones are like. Warnings about actors without a key are not: there is one for a
// type, at the first rule.
func AboutLikes(files []*syntax.File, ds []syntax.Diagnostic) bool {
	for _, f := range files {
		var of []syntax.Diagnostic
		for _, d := range ds {
			if d.Pos.File == f.Name && d.Code != CodeActorWithoutKey {
				of = append(of, d)
			}
		}
		if len(of) == 0 {
			continue
		}
		for _, s := range f.Stmts {
			l, ok := s.(*syntax.Like)
			if !ok {
				continue
			}
			within := func(span syntax.Span) bool {
				return slices.ContainsFunc(of, func(d syntax.Diagnostic) bool {
					return !d.Pos.Before(span.Start) && d.Pos.Before(span.End)
				})
			}
			if within(l.Span) || within(l.Rule.Span) {
				return true
			}
		}
	}
	return false
}
