package host

import (
	"strings"
	"unicode"

	"github.com/ursa-authz/ursa/authz/polar/syntax"
)

// This file defines SnakeCase, the spelling of Go names in policies, and which names the
// policy language can spell.

// SnakeCase returns the snake_case spelling of a Go name: UserID becomes user_id, URLPath
// url_path, UserIDs user_ids. A word begins at an upper case letter that follows a lower case
// letter or a digit. In a run of upper case letters, a word begins at the last one if a lower
// case letter follows, but a plural s after an initialism stays with it. Digits belong to the
// word before them. Underscores stay. SnakeCase does not change a name that is already in
// snake_case.
func SnakeCase(goName string) string {
	r := []rune(goName)
	var b strings.Builder
	b.Grow(len(goName) + 4)
	for i, c := range r {
		if i > 0 && wordBegins(r, i) {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToLower(c))
	}
	return b.String()
}

// wordBegins reports whether a new word begins at r[i], where i > 0.
func wordBegins(r []rune, i int) bool {
	if !isUpper(r[i]) || r[i-1] == '_' {
		return false
	}
	if !isUpper(r[i-1]) {
		return true
	}
	if i+1 == len(r) || !isLower(r[i+1]) {
		return false
	}
	plural := r[i+1] == 's' && (i+2 == len(r) || !isLower(r[i+2]))
	return !plural
}

// isUpper reports whether a word can begin with c inside a name: whether it has a lower case
// form. Title case letters, which are two letters in one, have one; mathematical capitals do
// not.
func isUpper(c rune) bool { return unicode.ToLower(c) != c }

// isLower reports whether c is a letter that does not begin a word. Letters without case do
// not begin words.
func isLower(c rune) bool { return unicode.IsLetter(c) && !isUpper(c) }

// isReserved reports whether a class cannot have that name.
func isReserved(name string) bool { return name == "nil" || syntax.IsReserved(name) }

// isSymbol reports whether the policy language can spell name as one symbol.
func isSymbol(name string) bool {
	if name == "" {
		return false
	}
	for i, part := range strings.Split(name, "::") {
		if part == "" {
			return false
		}
		for j, c := range part {
			switch {
			case c == '_' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z':
			case '0' <= c && c <= '9':
				if i == 0 && j == 0 {
					return false
				}
			case c < unicode.MaxASCII+1 || !unicode.IsPrint(c) || c == unicode.ReplacementChar:
				return false
			}
		}
	}
	return true
}
