package polar_test

// This file tests that the replacements that diagnostics suggest never widen a policy. It damages policies in every
// place in common ways.

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode"
)

// damages are ways to damage a policy at a word or sign: each returns replacements that do not have another
// valid meaning.
var damages = map[string]func(token string) []string{
	"a string without quotes": func(token string) []string {
		if token[0] != '"' {
			return nil
		}
		inner := strings.Trim(token, `"`)
		return []string{inner, "'" + inner + "'", "`" + inner + "`", `"` + inner, inner + `"`, "“" + inner + "”"}
	},
	"a misspelled name": func(token string) []string {
		inner := strings.Trim(token, `"`)
		if len(inner) < 2 || !isWord(inner) {
			return nil
		}
		names := []string{inner[:1] + inner[2:], inner[1:2] + inner[:1] + inner[2:], inner + "s", inner[:len(inner)-1], strings.ToUpper(inner), strings.ToUpper(inner[:1]) + inner[1:], inner + "?"}
		if token != inner {
			for i, n := range names {
				names[i] = `"` + n + `"`
			}
		}
		return names
	},
	"another variable": func(token string) []string {
		if !isWord(token) {
			return nil
		}
		return []string{"x", "user", "issue", "self"}
	},
	"a word of another language": func(token string) []string {
		return map[string][]string{
			"nil": {"null", "None", "NULL", "undefined"}, "true": {"True", "TRUE", "yes", `"true"`, "1"}, "false": {"False", "no", `"false"`, "0"},
			"and": {"&&", "&", "AND", ",", ";"}, "or": {"||", "|", "OR", ";"}, "not": {"!", "NOT", "~", `\+`},
			"=": {"===", ":=", "is", "eq", "=="}, "!=": {"!==", "<>", `\=`, "is not", "ne"}, "<=": {"=<"}, ">=": {"=>"},
			"in": {"IN", "In"}, "matches": {"is", "instanceof", "isa", "="}, "if": {":-", ":", "=>", "{", "IF", "when", "unless", "="},
			"allow": {"def allow", "func allow", "permit", "default allow"},
		}[token]
	},
	"something else or nothing": func(token string) []string {
		if isWord(token) || token[0] == '"' || unicode.IsDigit(rune(token[0])) {
			return []string{""}
		}
		return []string{"", token + token, "." + token}
	},
	"a number in other words": func(token string) []string {
		if !unicode.IsDigit(rune(token[0])) {
			return nil
		}
		return []string{`"` + token + `"`, token[:1] + "_" + token[1:], token + "%", "0x" + token}
	},
}

func isWord(s string) bool {
	for _, r := range s {
		if !unicode.IsLetter(r) && r != '_' {
			return false
		}
	}
	return s != ""
}

// words splits a policy into words, strings, signs and the blanks between them.
func words(text string) []string {
	var parts []string
	for text != "" {
		n := 1
		class := func(r rune) int {
			switch {
			case unicode.IsSpace(r):
				return 1
			case unicode.IsLetter(r), unicode.IsDigit(r), r == '_':
				return 2
			case strings.ContainsRune("=!<>:", r):
				return 3
			}
			return 0
		}
		switch c := class(rune(text[0])); {
		case text[0] == '"':
			n = 2 + strings.IndexByte(text[1:], '"')
		case c != 0:
			for n < len(text) && class(rune(text[n])) == c {
				n++
			}
		}
		parts = append(parts, text[:n])
		text = text[n:]
	}
	return parts
}

// TestHintsNeverWiden damages the intended policies, applies every suggested replacement, and checks that the result allows
// nothing that neither the intended policy nor the damaged one, if it loads, allows.
func TestHintsNeverWiden(t *testing.T) {
	world := newMistakes()
	names, err := filepath.Glob("testdata/mistakes/*.txt")
	if err != nil || len(names) == 0 {
		t.Fatalf("no mistakes: %v", err)
	}
	seen := make(map[string]bool)
	damaged, repaired, loaded := 0, 0, 0
	for _, name := range names {
		for _, c := range readMistakes(t, name) {
			if seen[c.meantText] {
				continue
			}
			seen[c.meantText] = true
			p, _ := world.load(c.meantText)
			meant := world.allowed(p)
			parts := words(c.meantText)
			for i, part := range parts {
				if strings.TrimSpace(part) == "" || seen[part+"\x00"+c.meantText] {
					continue
				}
				seen[part+"\x00"+c.meantText] = true // one occurrence of a word stands for all
				for _, damage := range damages {
					for _, other := range damage(part) {
						text := strings.Join(parts[:i], "") + other + strings.Join(parts[i+1:], "")
						damaged++
						fixed, ok := world.repair(text)
						if !ok {
							continue
						}
						repaired++
						p, _ := world.load(fixed)
						if p == nil {
							continue
						}
						loaded++
						extra := more(world.allowed(p), meant)
						if len(extra) == 0 {
							continue
						}
						was, _ := world.load(text)
						open := world.allowed(was)
						if i := slices.IndexFunc(extra, func(q string) bool { return !open[q] }); i >= 0 {
							t.Errorf("%s:%d: the hints for\n%sgive\n%swhich allows %q; meant was\n%s", name, c.line, text, fixed, extra[i], c.meantText)
						}
					}
				}
			}
		}
	}
	t.Logf("%d damaged policies, %d with a replacement, %d of them loaded then", damaged, repaired, loaded)
	if loaded < 1000 {
		t.Errorf("%d repaired policies are loaded, want at least 1000", loaded)
	}
}
