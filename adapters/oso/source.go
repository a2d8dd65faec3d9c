//go:build cgo && !musl && (((linux || darwin) && (amd64 || arm64)) || (windows && amd64))

package osoengine

// This file defines the text that go-oso gets. All sources of a policy are joined,
// because go-oso accepts unnamed text only once. The text leaves out escapes that go-oso
// does not know, constructs that make it print to standard output, and inline queries,
// whose failure makes it use memory that it has freed.

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/ursa-authz/ursa/authz/polar/syntax"
)

// A text is what go-oso loads, with a map back to the sources.
type text struct {
	policy  string
	parts   []part
	queries []inlineQuery
	hidden  map[string]bool // rules that the sources do not define
	defined map[ruleKey]bool
	cuts    map[string]bool // names of rules that may reach a cut
}

// A ruleKey is the name and the number of parameters of a rule.
type ruleKey struct {
	name  string
	arity int
}

// A part is the position of a source in the policy.
type part struct {
	name string
	line int32 // of its first line, from 1
}

// An inlineQuery is a "?=" query.
type inlineQuery struct {
	pos  syntax.Position
	text string
}

// position returns the place in a source of a line of the policy.
func (t *text) position(line int32) syntax.Position {
	var pos syntax.Position
	for _, p := range t.parts {
		if p.line <= line {
			pos = syntax.Position{File: p.name, Line: line - p.line + 1}
		}
	}
	return pos
}

// An edit replaces the bytes from start to end of a source.
type edit struct {
	start, end int
	text       string
}

// denyTypes make go-oso reject deny rules that are never evaluated because they have the
// wrong number of parameters.
const denyTypes = `type deny(_actor, _action, _resource);
type deny_field(_actor, _action, _resource, _field);
type deny_request(_actor, _request);
`

// newText joins the sources of files. With denyRule, deny rules are evaluated.
func newText(files []*syntax.File, denyRule bool) *text {
	t := &text{hidden: make(map[string]bool), defined: make(map[ruleKey]bool), cuts: syntax.Cutting(files)}
	var b strings.Builder
	line := int32(1)
	for _, f := range files {
		t.parts = append(t.parts, part{f.Name, line})
		source := t.edited(f)
		b.WriteString(source)
		b.WriteByte('\n')
		line += int32(strings.Count(source, "\n")) + 1
	}
	t.quiet(&b, files)
	if denyRule {
		b.WriteString(denyTypes)
	}
	t.policy = b.String()
	return t
}

// edited returns the source of f without inline queries, and with parentheses around
// every "and" or "or" inside the other. Line numbers do not change.
func (t *text) edited(f *syntax.File) string {
	at := newOffsets(f.Source)
	var edits []edit
	for _, stmt := range f.Stmts {
		if q, ok := stmt.(*syntax.InlineQuery); ok {
			span := q.Query.Range()
			text := apply(escapes(nil, q.Query, at), f.Source, at.of(span.Start), at.of(span.End))
			t.queries = append(t.queries, inlineQuery{q.Pos(), text})
			start, end := at.of(q.Range().Start), at.of(q.Range().End)
			edits = append(edits, edit{start, end, strings.Repeat("\n", strings.Count(f.Source[start:end], "\n"))})
			continue
		}
		edits = escapes(edits, stmt, at)
		syntax.Walk(stmt, func(n syntax.Node) bool {
			if n, ok := n.(*syntax.NaryExpr); ok {
				for _, elem := range n.Elems {
					if inner, ok := elem.(*syntax.NaryExpr); ok {
						start, end := at.of(inner.Range().Start), at.of(inner.Range().End)
						edits = append(edits, edit{start, start, "("}, edit{end, end, ")"})
					}
				}
			}
			return true
		})
	}
	return apply(edits, f.Source, 0, len(f.Source))
}

// apply returns the source from start to end with edits.
func apply(edits []edit, source string, start, end int) string {
	slices.SortStableFunc(edits, func(a, b edit) int { return cmp.Or(cmp.Compare(a.start, b.start), cmp.Compare(a.end, b.end)) })
	var b strings.Builder
	for _, e := range edits {
		b.WriteString(source[start:e.start])
		b.WriteString(e.text)
		start = e.end
	}
	b.WriteString(source[start:end])
	return b.String()
}

// escapes adds edits for the strings below n that have escapes such as \u{200D}, which
// go-oso reads as the text u{200D}.
func escapes(edits []edit, n syntax.Node, at offsets) []edit {
	syntax.Walk(n, func(n syntax.Node) bool {
		if s, ok := n.(*syntax.StringLit); ok {
			start, end := at.of(s.Range().Start), at.of(s.Range().End)
			if text := at.source[start:end]; strings.Contains(text, `\u{`) {
				edits = append(edits, edit{start, end, escape.ReplaceAllStringFunc(text, unescape)})
			}
		}
		return true
	})
	return edits
}

// escape matches any escape of a string, so that the second backslash of \\u does not
// begin one.
var escape = regexp.MustCompile(`(?s)\\(?:u\{[0-9A-Fa-f]+\}|.)`)

// unescape returns how an escape is written for go-oso.
func unescape(e string) string {
	number, ok := strings.CutPrefix(e, `\u{`)
	if !ok {
		return e
	}
	r, _ := strconv.ParseUint(strings.TrimSuffix(number, "}"), 16, 32) // the parser has read it
	switch r {
	case '"', '\\':
		return `\` + string(rune(r))
	case '\n':
		return `\n`
	case 0:
		return `\0`
	}
	return string(rune(r))
}

// quiet adds the rules whose absence makes go-oso print a warning. They never succeed.
func (t *text) quiet(b *strings.Builder, files []*syntax.File) {
	defined, called := make(map[string]bool), make(map[string]bool)
	blocks := false
	for _, f := range files {
		for _, stmt := range f.Stmts {
			switch stmt := stmt.(type) {
			case *syntax.Rule:
				defined[stmt.Name.Text] = true
				t.defined[ruleKey{stmt.Name.Text, len(stmt.Params)}] = true
				syntax.Walk(stmt, func(n syntax.Node) bool {
					if call, ok := n.(*syntax.Call); ok {
						called[call.Name.Text] = true
					}
					return true
				})
			case *syntax.Block:
				blocks = true
				for _, head := range shorthandHeads(stmt) {
					defined[head] = true
					t.defined[ruleKey{head, 3}] = true
				}
			}
		}
	}
	if !defined["allow"] && !defined["allow_request"] && !defined["allow_field"] {
		t.hidden["allow"] = true
		b.WriteString("allow(_, _, _) if false;\n")
	}
	if blocks && !called["has_permission"] {
		if !defined["has_permission"] {
			t.hidden["has_permission"] = true
			b.WriteString("has_permission(_: Actor, _: String, _: Resource) if false;\n")
		}
		t.hidden["_ursa"] = true
		b.WriteString("_ursa(actor, action, resource) if has_permission(actor, action, resource);\n")
	}
}

// shorthandHeads returns the names of the rules that b's shorthands define.
func shorthandHeads(b *syntax.Block) []string {
	rule := map[string]string{"roles": "has_role", "permissions": "has_permission", "relations": "has_relation"}
	kinds := make(map[string]string)
	for _, decl := range b.Decls {
		if d, ok := decl.(*syntax.Declaration); ok {
			for _, s := range d.Strings {
				kinds[s.Value] = rule[d.Name.Text]
			}
			for _, r := range d.Relations {
				kinds[r.Name.Text] = rule[d.Name.Text]
			}
		}
	}
	var heads []string
	for _, decl := range b.Decls {
		if s, ok := decl.(*syntax.Shorthand); ok {
			heads = append(heads, kinds[s.Head.Value])
		}
	}
	return heads
}

// offsets finds byte offsets of positions.
type offsets struct {
	source string
	lines  []int
}

func newOffsets(source string) offsets {
	o := offsets{source: source, lines: []int{0}}
	for i := range len(source) {
		if source[i] == '\n' {
			o.lines = append(o.lines, i+1)
		}
	}
	return o
}

// of returns the byte offset of a position that the parser gave.
func (o offsets) of(p syntax.Position) int {
	i := o.lines[p.Line-1]
	for range p.Col - 1 {
		_, size := utf8.DecodeRuneInString(o.source[i:])
		i += size
	}
	return i
}
