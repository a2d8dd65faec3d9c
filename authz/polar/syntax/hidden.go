package syntax

// This file defines which characters a source cannot contain because they are
// invisible, or make the displayed text differ from the loaded text.
//
// These are rejected everywhere, also in comments: control characters, a carriage
// return without a line feed, other line separators, characters that reorder the
// text around them, and invisible characters. Some invisible characters are needed
// to spell words and emoji, and are legal there (see isJoined and isEmojiStyle). A
// letter may have a few marks; more would cover the text around it.
//
// Strings are compared, so their rules are stricter than those for comments: they
// may not contain unusual spaces. A string can contain any character as an escape,
// such as \u{200D}.

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A setting is the place of a character.
type setting uint8

const (
	inCode setting = iota // in a name, or between tokens
	inComment
	inString
)

// A flaw is what is wrong with a character.
type flaw struct{ msg, hint string }

// hiddenHint is the hint for a character that is rejected everywhere.
const hiddenHint = "delete it; an editor may not show it"

// loneReturn is the flaw of a carriage return without a line feed.
var loneReturn = flaw{
	"a carriage return is not followed by a line feed, so editors display it differently",
	`end lines with a line feed, and write \r for a carriage return in a string`,
}

// flawOf returns what is wrong with the character r between the texts before and
// after, or the zero flaw. The caller checks carriage returns.
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

// hiddenFlaw returns what is wrong with r in any place, or the zero flaw.
func hiddenFlaw(r rune) flaw {
	switch {
	case ' ' <= r && r < unicode.MaxASCII, r == '\t', r == '\n', 0xa1 <= r && r < 0x600 && r != 0xad && r != 0x34f, 0x3041 <= r && r < 0x3164, 0x3400 <= r && r < 0xd7a4:
		return flaw{} // a fast path for most text
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

// isInvisible reports whether r is invisible: a default ignorable code point, another
// format character, or a letter or symbol with an empty glyph.
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

// isEmoji reports whether r is an emoji that can be joined to others, or a skin tone.
func isEmoji(r rune) bool {
	return 0x1f3fb <= r && r <= 0x1f3ff || r == 0x2194 || r == 0x2195 ||
		(0x2190 <= r && r <= 0x2bff || 0x1f000 <= r && r <= 0x1faff) && unicode.Is(unicode.So, r)
}

// isEmojiStyle reports whether r is U+FE0F after a symbol that it turns into an emoji.
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

// maxMarks is how many marks a letter can have. Vietnamese, Hebrew and the scripts of India need three.
const maxMarks = 4

// markFlaw returns what is wrong with the mark r after the text before, or the zero flaw.
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

// Visible returns s with an escape such as \u{200D} for each character that is
// invisible or that changes how others are displayed. Diagnostics print file names
// and source lines with it, since these come from outside.
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

// isPlain reports whether s consists of printable ASCII and tabs.
func isPlain(s string) bool {
	for i := range len(s) {
		if asciiClass[s[i]]&asciiPlain == 0 {
			return false
		}
	}
	return true
}

// isHidden reports whether r is a character that no source may have outside of strings
// and comments.
func isHidden(r rune) bool {
	if r < utf8.RuneSelf {
		return r == '\r' || asciiClass[r]&asciiHidden != 0
	}
	return hiddenFlaw(r) != flaw{}
}
