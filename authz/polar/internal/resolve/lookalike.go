package resolve

// This file checks that no two names of a policy look alike.
//
// The scanner rejects names of mixed scripts. A name in one script can still look like
// another name, as асе, all Cyrillic, looks like ace. This check rejects only pairs of
// such names, since a Cyrillic name is as valid as a Latin one. It accepts pairs of
// ASCII names (user1, userl), whose letters are on every keyboard.

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/ursa-authz/ursa/authz/polar/syntax"
)

// languageNames are the names that have a meaning in every policy.
var languageNames = []string{
	"type", "cut", "debug", "print", "in", "forall", "if", "and", "or", "not", "new", "matches", "mod", "rem", "isa", "true", "false", "inf", "nan",
	"nil", "now", "actor", "resource", "roles", "permissions", "relations", "on",
	"allow", "allow_field", "allow_request", "has_permission", "has_role", "has_relation", "Actor", "Resource",
}

// A namesake is a name of the policy, where it occurs first.
type namesake struct {
	text string
	what string // of a name that the source does not define
	src  *source
	at   syntax.Span
}

// checkNames reports names that look like another one. It skips policies that are all
// ASCII, as most are.
func (r *resolver) checkNames() {
	if !r.hasWideText() {
		return
	}
	var known []namesake
	for _, text := range languageNames {
		known = append(known, namesake{text: text, what: "a word of the language"})
	}
	add := func(text, what string) { known = append(known, namesake{text: text, what: what}) }
	if r.opts.Registry != nil {
		for _, text := range r.opts.Registry.ClassNames() {
			add(text, "a class")
		}
		for _, text := range r.opts.Registry.ExternalConstants() {
			add(text, "a constant of another program")
		}
	}
	var constants []string
	for text := range r.opts.Constants {
		constants = append(constants, text)
	}
	slices.Sort(constants)
	for _, text := range constants {
		add(text, "a constant")
	}

	seen := make(map[string]bool)
	names := known[:0]
	for _, n := range known {
		if !seen[n.text] {
			seen[n.text] = true
			names = append(names, n)
		}
	}
	for _, src := range r.sources {
		for _, stmt := range src.file.Stmts {
			syntax.Walk(stmt, func(node syntax.Node) bool {
				text := ""
				switch node := node.(type) {
				case *syntax.Name:
					text = node.Text
				case *syntax.Var:
					text = node.Name
				}
				if text != "" && !seen[text] {
					seen[text] = true
					names = append(names, namesake{text: text, src: src, at: node.Range()})
				}
				return true
			})
		}
	}
	// ASCII names come first, so that the other name of a pair is reported.
	byLooks := make(map[string]*namesake)
	for _, ascii := range []bool{true, false} {
		for i := range names {
			n := &names[i]
			if isASCII(n.text) != ascii {
				continue
			}
			looks := syntax.Skeleton(n.text)
			other := byLooks[looks]
			if other == nil {
				byLooks[looks] = n
			} else if !ascii {
				r.reportAlike(n, other)
			}
		}
	}
}

// hasWideText reports whether a source, or the name of a class or constant, has characters
// beyond ASCII.
func (r *resolver) hasWideText() bool {
	wide := func(text string) bool { return !isASCII(text) }
	if reg := r.opts.Registry; reg != nil && (slices.ContainsFunc(reg.ClassNames(), wide) || slices.ContainsFunc(reg.ExternalConstants(), wide)) {
		return true
	}
	for text := range r.opts.Constants {
		if wide(text) {
			return true
		}
	}
	return slices.ContainsFunc(r.sources, func(s *source) bool { return wide(s.file.Source) })
}

// reportAlike reports that the name n looks like another.
func (r *resolver) reportAlike(n, other *namesake) {
	what := other.what
	if what == "" {
		what = "the name at " + other.at.Start.String()
	}
	r.error(n.src, CodeLookAlike, n.at, fmt.Sprintf("the name %s looks like %s, %s", strconv.QuoteToASCII(n.text), strconv.QuoteToASCII(other.text), what),
		"rename one of them, or use letters of the same script in both")
}

// isASCII reports whether s has no character beyond ASCII.
func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}
