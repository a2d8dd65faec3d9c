package syntax

// This file defines which names a policy can use: names that a reader cannot mistake for others.
//
// It implements the profile "highly restrictive" of Unicode Technical Standard 39. A name
// consists of letters, digits and "_". Its letters are in normalization form C, belong to
// a script in modern use, and are all of one script. Japanese, Chinese and Korean names may
// mix the scripts that these languages mix, and Latin.
//
// A name in one script, such as Cyrillic or Greek, can still look like another name. That
// alone is not an error, but two names of one policy that look alike are. [Skeleton] finds
// them once all names are known.

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

//go:generate go run names_gen.go

// A script is a script that names can be written in.
type script uint8

// A nameRange is a range of characters that names can contain.
type nameRange struct {
	lo, hi rune
	script script
	mark   bool  // they combine with the letter before
	order  uint8 // the canonical combining class of marks
}

// find returns the range that contains r, which is not ASCII, or nil. It tries x first, which may be nil.
func (x *nameRange) find(r rune) *nameRange {
	if x != nil && x.lo <= r && r <= x.hi {
		return x
	}
	i, ok := slices.BinarySearchFunc(nameRanges[:], r, func(x nameRange, r rune) int {
		switch {
		case x.hi < r:
			return -1
		case x.lo > r:
			return 1
		}
		return 0
	})
	if !ok {
		return nil
	}
	return &nameRanges[i]
}

// mixes are the sets of scripts that one name may combine.
var mixes = [...]uint32{
	1<<scriptLatin | 1<<scriptHan | 1<<scriptHiragana | 1<<scriptKatakana,
	1<<scriptLatin | 1<<scriptHan | 1<<scriptBopomofo,
	1<<scriptLatin | 1<<scriptHan | 1<<scriptHangul,
}

// mayMix reports whether one name may combine the scripts of a set.
func mayMix(set uint32) bool {
	if set&(set-1) == 0 {
		return true
	}
	for _, m := range mixes {
		if set&^m == 0 {
			return true
		}
	}
	return false
}

const (
	nameHint   = `names consist of letters, digits and "_"; use a string for other text`
	mixedHint  = "use the letters of one script"
	normalHint = "write both as one character, as in normalization form C"
)

// checkName returns what is wrong with a name: the bytes, the code and the flaw. The
// code is empty if the name is valid. The name must have no hidden characters.
func checkName(name string) (at, n int, code Code, f flaw) {
	var set uint32                           // of scripts
	start := 0                               // of the first letter that is not Latin
	prev, last := rune(0), (*nameRange)(nil) // the character before, and its range
	var near *nameRange                      // of the last letter that is not ASCII
	for i, r := range name {
		if r <= unicode.MaxASCII {
			if asciiClass[r]&asciiSymbol != 0 && r != '_' && !isDigitRune(r) {
				if set |= 1 << scriptLatin; !mayMix(set) {
					r, n := utf8.DecodeRuneInString(name[start:])
					return start, n, CodeMixedScripts, flaw{mixedMsg("name", name, set, r), mixedHint}
				}
			}
			prev, last = r, nil
			continue
		}
		size := utf8.RuneLen(r)
		if r == '\u00b7' && isCatalan(name[:i], name[i+size:]) {
			prev, last = r, nil
			continue
		}
		x := near.find(r)
		near = x
		if x == nil {
			return i, size, CodeInvalidCharacter, foreignFlaw(name[:i], r)
		}
		if set&^(1<<scriptLatin) == 0 && x.script != scriptLatin {
			start = i
		}
		if set |= 1 << x.script; !mayMix(set) {
			return i, size, CodeMixedScripts, flaw{mixedMsg("name", name, set, r), mixedHint}
		}
		if x.mark {
			switch {
			case last == nil:
				return i, size, CodeInvalidCharacter, flaw{fmt.Sprintf("the mark %U has no letter before it", r), "write it after a letter"}
			case x.order != 0 && last.order > x.order:
				return i, size, CodeInvalidCharacter, flaw{fmt.Sprintf("the marks %U and %U are in the wrong order", prev, r), "swap them, as in normalization form C"}
			case strings.ContainsRune(composed[prev], r):
				return i, size, CodeInvalidCharacter, flaw{fmt.Sprintf("the mark %U and the character before it form a single character", r), normalHint}
			}
			if f := markFlaw(name[:i], r); f.msg != "" {
				return i, size, CodeInvalidCharacter, f
			}
		}
		prev, last = r, x
	}
	return 0, 0, "", flaw{}
}

// isCatalan reports whether a middle dot between the texts is the Catalan one, as in "col·lega".
func isCatalan(before, after string) bool {
	return (strings.HasSuffix(before, "l") || strings.HasSuffix(before, "L")) && (strings.HasPrefix(after, "l") || strings.HasPrefix(after, "L"))
}

// foreignFlaw returns the flaw of a character, after the text before, that names cannot contain.
func foreignFlaw(before string, r rune) flaw {
	if unicode.Is(unicode.M, r) && before != "" {
		return flaw{fmt.Sprintf("the mark %U cannot be part of a name", r), "write the letter and its mark as one character, as in normalization form C, or remove the mark"}
	}
	return flaw{fmt.Sprintf("the character %s cannot be part of a name", runeName(r)), nameHint}
}

// mixedMsg returns the message that a name or a word, which contains r, mixes letters of a set of scripts.
func mixedMsg(what, text string, set uint32, r rune) string {
	var names []string
	for s, n := range scriptNames {
		if set&(1<<s) != 0 {
			names = append(names, n)
		}
	}
	return fmt.Sprintf("the %s %s mixes %s letters: %s", what, strconv.QuoteToASCII(shorten(text)), strings.Join(names, " and "), runeName(r))
}

// strangeWord finds the first word of a string that mixes scripts as no name may, and that
// contains a letter that looks like an ASCII letter. It returns the offset and the length
// of that letter, and the flaw. It checks each word on its own: a string may have words of
// several languages, and units such as Δt.
func strangeWord(text string) (at, n int, f flaw) {
	var set uint32 // of the scripts of the word
	start, odd := 0, -1
	var near *nameRange
	for i, r := range text {
		ascii := r <= unicode.MaxASCII
		if !ascii {
			near = near.find(r)
		}
		switch {
		case ascii && asciiClass[r]&asciiSymbol == 0, !ascii && near == nil:
			set, start, odd = 0, i+utf8.RuneLen(r), -1 // between words
			continue
		case !ascii:
			set |= 1 << near.script
			if looks[r] != 0 && looks[r] <= unicode.MaxASCII && odd < 0 {
				odd = i
			}
		case r != '_' && !isDigitRune(r):
			set |= 1 << scriptLatin
		}
		if odd >= 0 && !mayMix(set) {
			end := i + utf8.RuneLen(r)
			for _, r := range text[end:] {
				if r <= unicode.MaxASCII && asciiClass[r]&asciiSymbol == 0 || r > unicode.MaxASCII && near.find(r) == nil {
					break
				}
				end += utf8.RuneLen(r)
			}
			r, n := utf8.DecodeRuneInString(text[odd:])
			return odd, n, flaw{mixedMsg("word", text[start:end], set, r), fmt.Sprintf(`use the letters of one script, or \u{%X} if it is intentional`, r)}
		}
	}
	return 0, 0, flaw{}
}

// CheckName returns an error if a policy cannot use the name because parts of it are
// invisible, or because a reader could mistake it for another name. It does not check
// that the text is a name: it returns nil for "a b".
func CheckName(name string) error {
	for _, r := range name {
		f := hiddenFlaw(r)
		if r == '\t' || r == '\n' {
			f = flaw{fmt.Sprintf("the control character %U is not allowed", r), hiddenHint}
		}
		if f.msg != "" {
			return fmt.Errorf("%s (%s)", f.msg, f.hint)
		}
	}
	if _, _, _, f := checkName(name); f.msg != "" {
		return fmt.Errorf("%s (%s)", f.msg, f.hint)
	}
	return nil
}

// Skeleton returns a text that is the same for two names that look alike: it replaces each
// character by a representative of those that look like it. Do not use it to compare two
// ASCII names: l, I and 1 have the same representative, and so do O and 0.
func Skeleton(name string) string {
	return strings.Map(func(r rune) rune {
		switch r {
		case 'I', '1':
			return 'l'
		case '0':
			return 'O'
		}
		if to, ok := looks[r]; ok {
			return to
		}
		return r
	}, name)
}
