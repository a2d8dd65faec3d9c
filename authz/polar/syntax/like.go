package syntax

// This file defines ParseAlike, which reads rules that repeat an earlier one without parsing
// them.
//
// Large policies are generated, and most of their rules differ from the rule before only in
// names of actions or roles: allow(u: User, "action17", d: Doc) if u.id = d.owner_id. Such
// a rule is recognized by its text, which takes less time than one of its tokens. It becomes
// a Like in place of a Rule.

import (
	"context"
	"strings"
	"unicode/utf8"
)

// A Like is a rule with the text of an earlier rule of the file, apart from strings that are
// parameters of its head. Only [ParseAlike] makes them.
type Like struct {
	Span
	Rule    *Rule    // the earlier rule
	Strings []string // in place of the strings among the parameters of Rule, in order
	Offset  int      // where it begins, in bytes of the source
	Head    int      // the length of its head in bytes
}

func (*Like) stmt() {}

// ParseAlike is like ParseContext, but rules that repeat the last parsed rule are Likes.
func ParseAlike(ctx context.Context, name, src string) (*File, []Diagnostic, error) {
	return parse(ctx, name, src, true)
}

// A likeness is the text of a rule around the strings of its head.
type likeness struct {
	rule   *Rule
	before []string // the text before each string
	rest   string   // the text after the last, with the end of the rule
	head   int      // how much of rest belongs to the head
}

// remember makes rule, which was parsed just now, the one that likes are compared with. Head
// must be on one line of ASCII, since columns count runes, and the rule without comments and
// without anything to report.
func (p *parser) remember(rule *Rule, start place, comments int) {
	p.like = likeness{}
	end := p.prev.end
	if rule.Rparen.Line != start.line || len(p.scan.comments) != comments || len(p.diags) > 0 || len(p.scan.flaws)+len(p.scan.doubts) > 0 {
		return
	}
	at := func(pos Position) int { return start.off + int(pos.Col-start.col) }
	rparen, last := at(rule.Rparen), start.off
	if rparen >= end.off || strings.IndexFunc(p.scan.src[start.off:rparen], func(r rune) bool { return r >= utf8.RuneSelf }) >= 0 {
		return
	}
	l := likeness{rule: rule}
	for _, param := range rule.Params {
		s, ok := param.Value.(*StringLit)
		if !ok {
			continue
		}
		if at(s.End)-at(s.Start) != len(s.Value)+2 { // it has escapes
			return
		}
		l.before = append(l.before, p.scan.src[last:at(s.Start)])
		last = at(s.End)
	}
	l.rest, l.head = p.scan.src[last:end.off], rparen+1-last
	p.like = l
}

// repeat reads a statement that is like the remembered rule, and returns it, or nil if it is
// not.
func (p *parser) repeat() *Like {
	l := &p.like
	if l.rule == nil || p.has {
		return nil
	}
	src, start := p.scan.src, p.tok.start
	at := start.off
	var buf [8]string
	texts := buf[:0]
	for _, before := range l.before {
		if !strings.HasPrefix(src[at:], before) {
			return nil
		}
		at += len(before)
		end := at + 1
		for end < len(src) && asciiClass[src[end]]&asciiString != 0 {
			end++
		}
		if end >= len(src) || src[at] != '"' || src[end] != '"' {
			return nil
		}
		texts = append(texts, src[at+1:end])
		at = end + 1
	}
	if !strings.HasPrefix(src[at:], l.rest) {
		return nil
	}
	s := &Like{Rule: l.rule, Strings: append([]string(nil), texts...), Offset: start.off, Head: at + l.head - start.off}
	head := start
	head.col += int32(at - start.off)
	head.off = at
	p.scan.pos = head.after(l.rest)
	p.prev = token{kind: kSemicolon, start: p.scan.pos, end: p.scan.pos}
	p.prev.start.off--
	p.prev.start.col--
	s.Span = p.since(start)
	p.tok = p.scan.next()
	return s
}
