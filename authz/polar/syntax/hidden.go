package syntax

// This file defines which characters a source cannot hold because a reader does
// not see them, or sees another text than the one that is loaded.
//
// What is refused everywhere, in comments too: control characters, a carriage
// return without a line feed, the other line separators, characters that
// reorder the text around them, and characters that are displayed as nothing. A
// few of the last are needed to spell words and emoji, and are legal where they do
// that (see isJoined and isEmojiStyle). Marks are legal on a letter, a few of them,
// since more cover the text around.
//
// A string is compared, so it is stricter than a comment: a blank in it is an
// ordinary one. What it cannot hold as such, it can as an escape, \u{200D}.

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A setting is where a character stands.
type setting uint8

const (
	inCode setting = iota // in a name, or between tokens
	inComment
	inString
)

// A flaw is what is wrong with a character.
type flaw struct{ msg, hint string }

// hiddenHint is what to do about a character that is refused everywhere.
const hiddenHint = "delete it; an editor may not show it"

// loneReturn is the flaw of a carriage return without a line feed.
var loneReturn = flaw{
	"a carriage return is not followed by a line feed, so editors display it differently",
	`end lines with a line feed, and write \r for a carriage return in a string`,
}

// flawOf returns what is wrong with the character r between the texts before and
// after, or the zero flaw. Carriage returns are not its affair.
func flawOf(before string, r rune, after string, in setting) flaw {
	f := hiddenFlaw(r)
	switch {
	case f != (flaw{}):
		if in == inCode || !isJoined(before, r, after) && !(in == inComment && isEmojiStyle(before, r, after)) {
			break
		}
		return flaw{}
	case in == inCode:
	case in == inString && r != ' ' && r != '\u3000' && unicode.Is(unicode.Zs, r):
		f.msg = fmt.Sprintf("the space %U looks like an ordinary one", r)
		f.hint = "write an ordinary space"
	case unicode.Is(unicode.M, r):
		f = markFlaw(before, r)
	}
	switch {
	case in != inString || f == flaw{}:
	case f.hint == hiddenHint:
		f.hint = fmt.Sprintf(`write \u{%X} if the string needs it`, r)
	default:
		f.hint += fmt.Sprintf(`, or \u{%X}`, r)
	}
	return f
}

// hiddenFlaw returns what is wrong with r wherever it stands, or the zero flaw.
func hiddenFlaw(r rune) flaw {
	switch {
	case ' ' <= r && r < unicode.MaxASCII, r == '\t', r == '\n', 0xa1 <= r && r < 0x600 && r != 0xad && r != 0x34f, 0x3041 <= r && r < 0x3164, 0x3400 <= r && r < 0xd7a4:
		return flaw{} // most text, quickly
	case r == '\ufeff':
		return flaw{"unexpected byte order mark (U+FEFF)", "save the file as UTF-8 without a byte order mark"}
	case r == '\v', r == '\f', r == '\u0085', r == '\u2028', r == '\u2029':
		return flaw{fmt.Sprintf("the line separator %U is not allowed", r), "end lines with a line feed"}
	case unicode.Is(unicode.Cc, r):
		return flaw{fmt.Sprintf("the control character %U is not allowed", r), hiddenHint}
	case unicode.Is(unicode.Bidi_Control, r):
		return flaw{fmt.Sprintf("the character %U changes the order in which text is displayed", r), hiddenHint}
	case isInvisible(r):
		return flaw{fmt.Sprintf("the invisible character %U is not allowed", r), hiddenHint}
	case unicode.Is(unicode.Co, r), unicode.Is(unicode.Noncharacter_Code_Point, r):
		return flaw{fmt.Sprintf("the character %U looks different in each font", r), hiddenHint}
	}
	return flaw{}
}

// isInvisible reports whether r is displayed as nothing: the code points that
// Unicode calls default ignorable, further format characters, and the letters and
// symbols whose picture is empty.
func isInvisible(r rune) bool {
	switch r {
	case '\u2800', '\ufffc', '\U00016fe4', '\U0001d159':
		return true
	}
	return unicode.In(r, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector) ||
		unicode.Is(unicode.Cf, r) && !unicode.Is(unicode.Prepended_Concatenation_Mark, r)
}

// joining are the scripts in which U+200C and U+200D choose between forms of letters.
var joining = []*unicode.RangeTable{
	unicode.Arabic, unicode.Syriac, unicode.Mandaic, unicode.Mongolian, unicode.Nko, unicode.Adlam, unicode.Hanifi_Rohingya,
	unicode.Devanagari, unicode.Bengali, unicode.Gurmukhi, unicode.Gujarati, unicode.Oriya, unicode.Tamil, unicode.Telugu,
	unicode.Kannada, unicode.Malayalam, unicode.Sinhala, unicode.Khmer, unicode.Myanmar,
}

// isJoined reports whether r is a joiner between two letters of a script that has
// joiners, or two emoji.
func isJoined(before string, r rune, after string) bool {
	if r != '\u200c' && r != '\u200d' {
		return false
	}
	left, _ := utf8.DecodeLastRuneInString(before)
	right, _ := utf8.DecodeRuneInString(after)
	if unicode.In(left, unicode.L, unicode.M) && unicode.Is(unicode.L, right) &&
		(unicode.In(left, joining...) || 0x64b <= left && left < 0x660) && unicode.In(right, joining...) {
		return true
	}
	if left == '\ufe0f' {
		left, _ = utf8.DecodeLastRuneInString(strings.TrimSuffix(before, "\ufe0f"))
	}
	return r == '\u200d' && isEmoji(left) && isEmoji(right)
}

// isEmoji reports whether r is an emoji that others are joined to, or the color of its skin.
func isEmoji(r rune) bool {
	return 0x1f3fb <= r && r <= 0x1f3ff || r == 0x2194 || r == 0x2195 ||
		(0x2190 <= r && r <= 0x2bff || 0x1f000 <= r && r <= 0x1faff) && unicode.Is(unicode.So, r)
}

// isEmojiStyle reports whether r is U+FE0F behind a symbol that it makes an emoji.
func isEmojiStyle(before string, r rune, after string) bool {
	if r != '\ufe0f' {
		return false
	}
	left, _ := utf8.DecodeLastRuneInString(before)
	switch {
	case isDigitRune(left), left == '#', left == '*':
		return strings.HasPrefix(after, "\u20e3") // a keycap
	case left == '\u203c', left == '\u2049', left == '\u2139', left == '\u3030':
		return true
	}
	return left > unicode.MaxASCII && unicode.Is(unicode.So, left) || 0x2190 <= left && left <= 0x21ff
}

func isDigitRune(r rune) bool { return '0' <= r && r <= '9' }

// maxMarks is how many marks a letter can have. Vietnamese and Hebrew need three, as do the scripts of India.
const maxMarks = 4

// markFlaw returns what is wrong with the mark r behind a text, or the zero flaw.
func markFlaw(before string, r rune) flaw {
	left, n := utf8.DecodeLastRuneInString(before)
	if left == r && unicode.Is(unicode.Mn, r) {
		return flaw{fmt.Sprintf("the mark %U occurs twice on one letter", r), "remove one"}
	}
	for count := 1; unicode.Is(unicode.M, left); count++ {
		if count == maxMarks {
			return flaw{fmt.Sprintf("a letter has more than %d marks, which cover other text", maxMarks), "remove some"}
		}
		before = before[:len(before)-n]
		left, n = utf8.DecodeLastRuneInString(before)
	}
	if unicode.In(left, unicode.L, unicode.N) || left > unicode.MaxASCII && unicode.Is(unicode.S, left) || unicode.Is(unicode.Prepended_Concatenation_Mark, left) {
		return flaw{}
	}
	return flaw{fmt.Sprintf("the mark %U has no letter before it", r), "write it after a letter"}
}

// Visible returns s with each character that is not displayed, or that changes how
// others are, as an escape such as \u{200D}. Names of files and lines of a
// source are printed so, as they come from outside.
func Visible(s string) string {
	if isPlain(s) {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		b.WriteString(visibleRune(r))
	}
	return b.String()
}

// visibleRune returns r, or its escape.
func visibleRune(r rune) string {
	if isInvisible(r) || !unicode.IsPrint(r) && r != '\t' {
		return fmt.Sprintf(`\u{%X}`, r)
	}
	return string(r)
}

// isPlain reports whether s has characters of ASCII and tabs alone, and none of control.
func isPlain(s string) bool {
	for i := range len(s) {
		if asciiClass[s[i]]&asciiPlain == 0 {
			return false
		}
	}
	return true
}
