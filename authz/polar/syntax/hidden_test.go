package syntax_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/ursa-authz/ursa/authz/polar/syntax"
)

// TestHiddenText checks the text that hides: where it is found, and what is said of it. The escapes of Go show what is not seen.
func TestHiddenText(t *testing.T) {
	const hidden, mixed, invalid = syntax.CodeHiddenCharacter, syntax.CodeMixedScripts, syntax.CodeInvalidCharacter
	tests := []struct {
		name      string
		src       string
		line, col int32
		code      syntax.Code
		msg       string // is part of the message and hint
	}{
		// Lines that are not lines.
		{"lone CR ends a comment", "# reviewed \rallow(_, _, _);", 1, 12, hidden, "carriage return"},
		{"lone CR at the end of the source", "f(1); # c\r", 1, 10, hidden, "carriage return"},
		{"lone CR between tokens", "f(1);\rg(1);", 1, 6, hidden, "carriage return"},
		{"two CR and one LF", "f(1);\r\r\ng(1);", 1, 6, hidden, "carriage return"},
		{"two CR and one LF after a comment", "# c\r\r\ng(1);", 1, 4, hidden, "carriage return"},
		{"lone CR in a string", "f(\"a\rb\");", 1, 5, hidden, `\r`},
		{"escaped CR in a string", "f(\"a\\\rb\");", 1, 6, hidden, `\r`},
		{"lone CR in a name", "f(a\rb);", 1, 4, hidden, "carriage return"},
		{"U+2028 in a comment", "# a\u2028allow(_, _, _);", 1, 4, hidden, "line separator U+2028"},
		{"U+2029 in a comment", "# a\u2029b", 1, 4, hidden, "line separator U+2029"},
		{"U+0085 in a comment", "# a\u0085b", 1, 4, hidden, "line separator U+0085"},
		{"vertical tab in a comment", "# a\vb", 1, 4, hidden, "line separator U+000B"},
		{"form feed in a comment", "# a\fb", 1, 4, hidden, "line separator U+000C"},
		{"U+2028 between tokens", "f(1);\u2028g(1);", 1, 6, hidden, "line separator U+2028"},
		{"U+0085 between tokens", "f(1);\u0085g(1);", 1, 6, hidden, "line separator U+0085"},
		{"U+2028 in a string", "f(\"a\u2028\");", 1, 5, hidden, "line separator U+2028"},
		{"U+2029 in a name", "f(a\u2029b);", 1, 4, hidden, "line separator U+2029"},
		{"form feed in a string", "f(\"\f\");", 1, 4, hidden, `\u{C}`},

		// Control characters.
		{"NUL between tokens", "f(\x001);", 1, 3, hidden, "control character U+0000"},
		{"NUL in a comment", "# \x00", 1, 3, hidden, "control character U+0000"},
		{"NUL in a string", "f(\"\x00\");", 1, 4, hidden, `\u{0}`},
		{"NUL in a name", "f(x\x00y);", 1, 4, hidden, "control character U+0000"},
		{"backspace in a comment", "# a\b", 1, 4, hidden, "control character U+0008"},
		{"escape sequence in a comment", "# \x1b[2K", 1, 3, hidden, "control character U+001B"},
		{"escape sequence in a string", "f(\"\x1b[8m\");", 1, 4, hidden, "control character U+001B"},
		{"DEL in a string", "f(\"\x7f\");", 1, 4, hidden, "control character U+007F"},
		{"CSI of C1 in a comment", "# \u009b2K", 1, 3, hidden, "control character U+009B"},
		{"C1 between tokens", "f(\u00801);", 1, 3, hidden, "control character U+0080"},

		// Not text.
		{"a byte in a comment", "f(1);\n# \xff", 2, 3, syntax.CodeInvalidUTF8, "0xff"},
		{"half a character in a string", "f(\"\xe2\x80\");", 1, 4, syntax.CodeInvalidUTF8, "0xe2"},
		{"a surrogate in a name", "f(a\xed\xa0\x80b);", 1, 4, syntax.CodeInvalidUTF8, "0xed"},
		{"an overlong slash", "f(\"\xc0\xaf\");", 1, 4, syntax.CodeInvalidUTF8, "0xc0"},
		{"mark of byte order at the start", "\ufefff(1);", 1, 1, hidden, "byte order mark"},
		{"mark of byte order in a name", "al\ufefflow(1);", 1, 3, hidden, "byte order mark"},
		{"mark of byte order in a comment", "# \ufeff", 1, 3, hidden, "byte order mark"},
		{"mark of byte order in a string", "f(\"\ufeffa\");", 1, 4, hidden, "byte order mark"},
		{"a noncharacter in a string", "f(\"\uffff\");", 1, 4, hidden, "U+FFFF"},
		{"a character of private use in a comment", "# \ue000", 1, 3, hidden, "U+E000"},
		{"a character of private use in a string", "f(\"\U0010fffd\");", 1, 4, hidden, "U+10FFFD"},

		// Order of display.
		{"override in a comment", "f(1); # \u202e;)1(g", 1, 9, hidden, "U+202E changes the order"},
		{"isolate in a string", "f(\"a\u2066b\");", 1, 5, hidden, "U+2066 changes the order"},
		{"embedding between tokens", "f(1) \u202aif g(1);", 1, 6, hidden, "U+202A changes the order"},
		{"mark of direction between tokens", "f(1)\u200f;", 1, 5, hidden, "U+200F changes the order"},
		{"mark of direction in a name", "al\u200elow(1);", 1, 3, hidden, "U+200E changes the order"},
		{"Arabic mark of direction in a comment", "# \u061c", 1, 3, hidden, "U+061C changes the order"},
		{"pop without a push in a string", "f(\"\u202c\");", 1, 4, hidden, "U+202C changes the order"},
		{"a string that is commented out", "f(\"\u202e # \u2066\");", 1, 4, hidden, `\u{202E}`},

		// Invisible characters.
		{"U+200B in a name", "al\u200blow(1);", 1, 3, hidden, "invisible character U+200B"},
		{"U+200B between tokens", "f(1)\u200b;", 1, 5, hidden, "invisible character U+200B"},
		{"U+200D in a name", "al\u200dlow(1);", 1, 3, hidden, "invisible character U+200D"},
		{"U+200D in an emoji name", "f(\"\") if x = 👩\u200d💻;", 1, 15, hidden, "invisible character U+200D"},
		{"U+200C in a Persian name", "f(می\u200cخواهم);", 1, 5, hidden, "invisible character U+200C"},
		{"U+200D before a name", "\u200dallow(1);", 1, 1, hidden, "invisible character U+200D"},
		{"U+200D between Latin letters of a string", "f(\"ad\u200dmin\");", 1, 6, hidden, `\u{200D}`},
		{"U+200C between Latin letters of a string", "f(\"ad\u200cmin\");", 1, 6, hidden, `\u{200C}`},
		{"U+200D between Latin letters of a comment", "# ad\u200dmin", 1, 5, hidden, "invisible character U+200D"},
		{"U+200D at the end of a string", "f(\"👩\u200d\");", 1, 5, hidden, `\u{200D}`},
		{"U+200D at the start of a string", "f(\"\u200d👩\");", 1, 4, hidden, `\u{200D}`},
		{"U+200D twice", "f(\"👩\u200d\u200d👧\");", 1, 5, hidden, `\u{200D}`},
		{"U+200C between emoji", "f(\"👩\u200c👧\");", 1, 5, hidden, `\u{200C}`},
		{"U+200D between an emoji and a letter", "f(\"👩\u200da\");", 1, 5, hidden, `\u{200D}`},
		{"U+200C at the end of a Persian word", "f(\"می\u200c \");", 1, 6, hidden, `\u{200C}`},
		{"an escaped U+200D", "f(\"a\\\u200db\");", 1, 6, hidden, `\u{200D}`},
		{"U+FE0F in a name", "allow\ufe0f(1);", 1, 6, hidden, "invisible character U+FE0F"},
		{"U+FE0F in a string", "f(\"admin\ufe0f\");", 1, 9, hidden, `\u{FE0F}`},
		{"U+FE0F behind an emoji of a string", "f(\"❤\ufe0f\");", 1, 5, hidden, `\u{FE0F}`},
		{"U+FE0F behind a letter of a comment", "# a\ufe0f", 1, 4, hidden, "invisible character U+FE0F"},
		{"U+FE0F twice in a comment", "# ❤\ufe0f\ufe0f", 1, 5, hidden, "invisible character U+FE0F"},
		{"bytes as variation selectors in a comment", "# ok\U000e0110\U000e0120\U000e0130", 1, 5, hidden, "invisible character U+E0110"},
		{"U+3164 in a name", "f(x\u3164);", 1, 4, hidden, "invisible character U+3164"},
		{"U+3164 as a name", "f(\u3164);", 1, 3, hidden, "invisible character U+3164"},
		{"U+FFA0 in a string", "f(\"a\uffa0\");", 1, 5, hidden, "invisible character U+FFA0"},
		{"U+115F in a name", "f(x\u115f);", 1, 4, hidden, "invisible character U+115F"},
		{"U+034F in a name", "f(x\u034fy);", 1, 4, hidden, "invisible character U+034F"},
		{"U+034F in a string", "f(\"x\u034fy\");", 1, 5, hidden, "invisible character U+034F"},
		{"U+2800 in a name", "f(x\u2800);", 1, 4, hidden, "invisible character U+2800"},
		{"U+2800 between tokens", "f(1)\u2800;", 1, 5, hidden, "invisible character U+2800"},
		{"U+2800 in a string", "f(\"a\u2800\");", 1, 5, hidden, "invisible character U+2800"},
		{"U+00AD in a string", "f(\"ad\u00admin\");", 1, 6, hidden, "invisible character U+00AD"},
		{"U+00AD in a name", "f(ad\u00admin);", 1, 5, hidden, "invisible character U+00AD"},
		{"U+2060 in a comment", "# a\u2060b", 1, 4, hidden, "invisible character U+2060"},
		{"U+180E in a name", "f(a\u180eb);", 1, 4, hidden, "invisible character U+180E"},
		{"U+17B4 in a string", "f(\"\u1780\u17b4\");", 1, 5, hidden, "invisible character U+17B4"},
		{"tags in a comment", "# \U000e0061\U000e0062", 1, 3, hidden, "invisible character U+E0061"},
		{"tags in a name", "f(a\U000e0061);", 1, 4, hidden, "invisible character U+E0061"},
		{"tags in a string", "f(\"\U0001f3f4\U000e0067\U000e007f\");", 1, 5, hidden, `\u{E0067}`},
		{"annotation in a comment", "# \ufff9a\ufffab\ufffb", 1, 3, hidden, "invisible character U+FFF9"},
		{"a musical control in a string", "f(\"\U0001d173\");", 1, 4, hidden, "invisible character U+1D173"},

		// Blanks.
		{"U+00A0 in a string", "f(\"a\u00a0b\");", 1, 5, hidden, `\u{A0}`},
		{"U+2003 in a string", "f(\"a\u2003b\");", 1, 5, hidden, `\u{2003}`},
		{"U+1680 in a string", "f(\"\u1680\");", 1, 4, hidden, `\u{1680}`},
		{"U+00A0 between tokens", "f(1)\u00a0if x;", 1, 5, invalid, "U+00A0"},
		{"U+3000 between tokens", "f(1)\u3000;", 1, 5, invalid, "U+3000"},

		// Marks.
		{"a mark on the quote", "f(\"\u0338\");", 1, 4, hidden, "U+0338 has no letter before it"},
		{"a mark on a blank", "# a \u0489", 1, 5, hidden, "U+0489 has no letter before it"},
		{"a mark on an operator", "f(x) if x =\u0338 1;", 1, 12, invalid, "U+0338"},
		{"a mark on an operator in a comment", "# x =\u0338 1", 1, 6, hidden, "U+0338 has no letter before it"},
		{"an escaped mark", "f(\"\\\u0301\");", 1, 5, hidden, "U+0301 has no letter before it"},
		{"many marks in a string", "f(\"a\u0300\u0301\u0302\u0303\u0304\");", 1, 9, hidden, "more than 4 marks"},
		{"many marks in a comment", "# a\u0300\u0301\u0302\u0303\u0304", 1, 8, hidden, "more than 4 marks"},
		{"one mark twice", "f(\"e\u0301\u0301\");", 1, 6, hidden, "U+0301 occurs twice"},
		{"a mark in a Latin name", "f(cafe\u0301);", 1, 7, invalid, "as one character"},
		{"a mark in a Cyrillic name", "f(и\u0306);", 1, 4, invalid, "as one character"},
		{"two marks in the other order", "f(ก\u0e48\u0e38);", 1, 5, invalid, "in the wrong order"},
		{"two vowels that are one", "f(க\u0bc6\u0bbe);", 1, 5, invalid, "as one character"},

		// Names.
		{"Cyrillic in a rule", "аllow(1);", 1, 1, mixed, `"\u0430llow" mixes Latin and Cyrillic letters`},
		{"Cyrillic behind Latin", "f(usеr) if x;", 1, 5, mixed, `"us\u0435r" mixes Latin and Cyrillic letters`},
		{"Greek in a class", "f(x: Usεr);", 1, 8, mixed, "Latin and Greek"},
		{"Cyrillic in an attribute", "f(x) if x.оwner;", 1, 11, mixed, "Latin and Cyrillic"},
		{"Cyrillic in a key", "f({nаme: 1});", 1, 5, mixed, "Latin and Cyrillic"},
		{"Cyrillic in a part of a name", "f(a::б);", 1, 6, mixed, "Latin and Cyrillic"},
		{"Cyrillic and Greek", "f(бω);", 1, 4, mixed, "Greek and Cyrillic"},
		{"Armenian and Latin", "f(օwner);", 1, 3, mixed, "Latin and Armenian"},
		{"Hangul and Kana", "f(한か);", 1, 4, mixed, "Hiragana and Hangul"},
		{"Bopomofo and Hangul", "f(ㄅ한);", 1, 4, mixed, "Bopomofo and Hangul"},
		{"Arabic and Latin", "f(aب);", 1, 4, mixed, "Latin and Arabic"},
		{"a Cyrillic word of the language", "f(x) оr g(x);", 1, 6, mixed, "Latin and Cyrillic"},
		{"Cherokee", "f(ᎪᏞᏞ);", 1, 3, invalid, "Ꭺ (U+13AA) cannot be part of a name"},
		{"fullwidth letters", "ａllow(1);", 1, 1, invalid, "U+FF41"},
		{"mathematical letters", "𝐚llow(1);", 1, 1, invalid, "U+1D41A"},
		{"a letter of phonetics", "ɑllow(1);", 1, 1, invalid, "U+0251"},
		{"the sign of a kelvin", "f(\u212a);", 1, 3, invalid, "U+212A"},
		{"a ligature", "f(ﬁle);", 1, 3, invalid, "U+FB01"},
		{"a superscript", "f(x²);", 1, 4, invalid, "U+00B2"},
		{"a minus sign", "f(x) if x = 3−1;", 1, 14, invalid, "U+2212"},
		{"a minus sign between names", "f(x) if x−y;", 1, 10, invalid, "U+2212"},
		{"a colon", "f(x∶ y);", 1, 4, invalid, "U+2236"},
		{"a letter that is a colon", "f(x\ua789y);", 1, 4, invalid, "U+A789"},
		{"a letter that is an exclamation mark", "f(\u01c3x);", 1, 3, invalid, "U+01C3"},
		{"a letter that is an apostrophe", "f(x\u02bc);", 1, 4, invalid, "U+02BC"},
		{"an emoji", "f(x😀);", 1, 4, invalid, "U+1F600"},
		{"a wide underscore", "f(a＿b);", 1, 4, invalid, "U+FF3F"},
		{"a middle dot", "f(user·id);", 1, 7, invalid, "U+00B7"},
		{"a compatibility ideograph", "f(\ufa0b);", 1, 3, invalid, "U+FA0B"},
		{"conjoining letters", "f(\u1112\u1161);", 1, 3, invalid, "U+1112"},
		{"a stretched word", "f(ك\u0640ت);", 1, 4, invalid, "U+0640"},

		// Escapes.
		{"an escape without braces", `f("\u0041");`, 1, 4, invalid, "in braces"},
		{"an escape without digits", `f("\u{}");`, 1, 4, invalid, "in braces"},
		{"an escape of a surrogate", `f("\u{D800}");`, 1, 4, invalid, "in braces"},
		{"an escape beyond Unicode", `f("\u{110000}");`, 1, 4, invalid, "in braces"},
		{"an escape with other digits", `f("\u{ 41}");`, 1, 4, invalid, "in braces"},
		{"an escape with a sign", `f("\u{+41}");`, 1, 4, invalid, "in braces"},
		{"an escape without end", `f("\u{41");`, 1, 4, invalid, "in braces"},
		{"an escape of seven digits", `f("\u{0000041}");`, 1, 4, invalid, "in braces"},
	}
	for _, test := range tests {
		f, ds := syntax.Parse("p", test.src)
		if len(ds) == 0 || syntax.Errors(ds) == nil {
			t.Errorf("%s: %+q was parsed", test.name, test.src)
			continue
		}
		d := ds[0]
		if d.Pos != (syntax.Position{File: "p", Line: test.line, Col: test.col}) || d.Code != test.code || d.Severity != syntax.Error ||
			!strings.Contains(d.Msg+" ("+d.Hint+")", test.msg) || d.Hint == "" {
			t.Errorf("%s: %+q: got %s %v; want %d:%d %s %s", test.name, test.src, d.Code, d, test.line, test.col, test.code, test.msg)
		}
		if strings.ContainsFunc(d.Long(), func(r rune) bool { return syntax.Visible(string(r)) != string(r) && r != '\n' }) {
			t.Errorf("%s: the message is not visible: %+q", test.name, d.Long())
		}
		for _, s := range f.Stmts {
			if s.Pos() == (syntax.Position{File: "p", Line: 1, Col: 1}) && d.Pos.Before(s.Range().End) && s.Pos().Before(d.Pos) {
				t.Errorf("%s: the statement was kept: %v", test.name, dump(s))
			}
		}
		if x, qs := syntax.ParseQuery("q", strings.TrimSuffix(test.src, ";")); x != nil || syntax.Errors(qs) == nil {
			t.Errorf("%s: %+q was parsed as a query", test.name, test.src)
		}
		if out, _ := syntax.Format(test.src); out != test.src {
			t.Errorf("%s: %+q was formatted", test.name, test.src)
		}
	}
	t.Logf("%d forms", len(tests))
}

// TestVisibleText checks that texts in the languages of the world are legal where they belong.
func TestVisibleText(t *testing.T) {
	comments := []string{
		"naïve café, Straße, Ærø, Łódź, İstanbul, kullanıcı, Tiếng Việt, Yorùbá ẹ̀kọ́",
		"cafe\u0301, decomposed, as a file system may have it", "Ελληνικά, πολυτονικό: ᾧ", "Русский, Українська, и\u0306 decomposed", "Հայերեն", "ქართული",
		"עִבְרִית with points", "العربية، مُحَمَّد", "فارسی: می\u200cخواهم", "اردو", "हिन्दी, क्\u200dष, ज़", "বাংলা", "தமிழ்", "മലയാളം: ന്\u200d", "සිංහල: ශ්\u200dරී", "ภาษาไทย ที่นี่", "ລາວ", "བོད་སྐད", "မြန်မာ", "አማርኛ", "ភាសាខ្មែរ",
		"日本語のテスト、「カギ」　全角", "中文：允许所有", "ㄅㄆㄇ", "한국어", "ᏣᎳᎩ", "👩\u200d💻 👨\u200d👩\u200d👧\u200d👦 🧑🏽\u200d🚀 🇩🇪",
		"❤\ufe0f ⚠\ufe0f 1\ufe0f\u20e3 🏳\ufe0f\u200d🌈 👩\u200d❤\ufe0f\u200d👨 ‼\ufe0f", "« Bonjour\u00a0! »", "x ≠ y, ∀x∈ℝ: x² ≥ 0, 90°, 5 µm, €", "“quotes”, — dashes … ellipses", "\u0600 is a visible format character", "tabs\tare fine",
	}
	for _, c := range comments {
		if strings.HasPrefix(c, "മലയാളം") {
			c = strings.TrimSuffix(c, "\u200d") + "\u200dമ" // a joiner stands between letters
		}
		src := "f(1); # " + c + "\r\n# " + c
		if _, ds := syntax.Parse("", src); len(ds) != 0 {
			t.Errorf("%s: %v", c, ds)
		}
		if strings.Contains(c, "\ufe0f") || strings.Contains(c, "\u00a0") {
			continue // in comments only
		}
		f, ds := syntax.Parse("", fmt.Sprintf("f(\"%s\");", c))
		if len(ds) != 0 {
			t.Errorf("string %s: %v", c, ds)
			continue
		}
		s := f.Stmts[0].(*syntax.Rule).Params[0].Value.(*syntax.StringLit)
		if s.Value != c {
			t.Errorf("string %s: got %s", c, s.Value)
		}
		if got := syntax.ExprString(s); got != `"`+strings.ReplaceAll(c, "\t", `\t`)+`"` {
			t.Errorf("string %s was printed as %s", c, got)
		}
	}
	names := strings.Fields("naïve Straße Łódź kullanıcı người_dùng пользователь пользователь_1 користувач асе χρήστης ᾠδή օգտատեր მომხმარებელი משתמש مستخدم کاربر १ब उपयोगकर्ता " +
		"ব্যবহারকারী பயனர் వినియోగదారు ಬಳಕೆದಾರ ഉപയോക്താവ് පරිශීලක ผู้ใช้ ຜູ້ໃຊ້ ተጠቃሚ អ្នកប្រើ အသုံးပြုသူ 利用者 ユーザー らーめん 人々 〆切 userの名前 用户 用户a ㄅ國 사용자 user한글 漢字한글 col·lega ɛwe " +
		"_é é::ö é? x1 Ünïted")
	for _, name := range names {
		if name == "१ब" {
			name = "ब१"
		}
		f, ds := syntax.Parse("", "f("+name+") if "+name+";")
		if len(ds) != 0 || f.Stmts[0].(*syntax.Rule).Params[0].Value.(*syntax.Var).Name != name {
			t.Errorf("%s: %v", name, ds)
		}
		if err := syntax.CheckName(name); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, name := range []string{"аllow", "al\u200blow", "x−y", "a\nb", "\x1b", "cafe\u0301"} {
		if syntax.CheckName(name) == nil {
			t.Errorf("%+q is no bad name", name)
		}
	}
}

// TestEscapes checks the values of escapes, and how strings are printed that need them.
func TestEscapes(t *testing.T) {
	tests := []struct{ src, value, printed string }{
		{`"\u{41}\u{e9}\u{1F469}"`, "Aé👩", `"Aé👩"`},
		{`"\u{0}\u{9}\u{a}\u{d}"`, "\x00\t\n\r", `"\0\t\n\r"`},
		{`"\u{7f}\u{1b}"`, "\x7f\x1b", `"\u{7F}\u{1B}"`},
		{`"a\u{200D}b"`, "a\u200db", `"a\u{200D}b"`},
		{`"👩\u{200d}💻"`, "👩\u200d💻", "\"👩\u200d💻\""},
		{`"👩\u{200d}\u{200d}💻"`, "👩\u200d\u200d💻", `"👩\u{200D}\u{200D}💻"`},
		{`"❤\u{FE0F}\u{200D}👨"`, "❤\ufe0f\u200d👨", `"❤\u{FE0F}\u{200D}👨"`},
		{`"\u{00202E}\u{FEFF}"`, "\u202e\ufeff", `"\u{202E}\u{FEFF}"`},
		{`"\u{301}\u{302}e\u{301}\u{301}"`, "\u0301\u0302e\u0301\u0301", "\"\\u{301}\\u{302}e\u0301\\u{301}\""},
		{`"a\u{A0}b　c"`, "a\u00a0b　c", `"a\u{A0}b　c"`},
		{`"\\u{41}"`, `\u{41}`, `"\\u{41}"`},
		{`"\u{10FFFF}\u{E000}"`, "\U0010ffff\ue000", `"\u{10FFFF}\u{E000}"`},
		{"\"a\\\u0061\"", "aa", `"aa"`},
	}
	for _, test := range tests {
		x, ds := syntax.ParseQuery("", test.src)
		if len(ds) != 0 {
			t.Errorf("%s: %v", test.src, ds)
			continue
		}
		if s := x.(*syntax.StringLit); s.Value != test.value || syntax.ExprString(s) != test.printed {
			t.Errorf("%s: got %+q, printed as %s; want %+q and %s", test.src, s.Value, syntax.ExprString(s), test.value, test.printed)
		}
		if y, ds := syntax.ParseQuery("", test.printed); y == nil || y.(*syntax.StringLit).Value != test.value {
			t.Errorf("%s: the printed form %s is another string: %v", test.src, test.printed, ds)
		}
	}
}

// TestHiddenRuns checks that each stretch of hidden characters is one error, that all are found, and that their number is bounded.
func TestHiddenRuns(t *testing.T) {
	src := "# \u202e\u202e\u200b\nf(\"\u200b\u2060\", аb) if $;\ng(x\u200b) if x and ;\n"
	_, ds := syntax.Parse("p", src)
	var got []string
	for _, d := range ds {
		got = append(got, fmt.Sprintf("%d:%d-%d %s", d.Pos.Line, d.Pos.Col, d.End.Col, d.Code))
	}
	want := "1:3-6 hidden-character, 2:4-5 hidden-character, 2:5-6 hidden-character, 2:9-10 mixed-scripts, 2:16-17 invalid-token-character, 3:4-5 hidden-character, 3:16-17 unrecognized-token"
	if s := strings.Join(got, ", "); s != want {
		t.Errorf("got %s\nwant %s", s, want)
	}
	_, ds = syntax.Parse("p", strings.Repeat("\u200b \n", 5000))
	if len(ds) != 1001 || ds[1000].Code != syntax.CodeTooManyErrors {
		t.Errorf("got %d errors, the last %v", len(ds), ds[len(ds)-1])
	}
}

// TestStrangeWords checks which strings are warned of.
func TestStrangeWords(t *testing.T) {
	for _, test := range []struct{ src, want string }{
		{"f(\"аdmin\");", `p:1:4: warning: the word "\u0430dmin" mixes Latin and Cyrillic letters: а (U+0430) (use the letters of one script, or \u{430} if it is intentional)`},
		{"f(\"no bаn_1, x\");", `p:1:8: warning: the word "b\u0430n_1" mixes`},
		{"f(\"a\\\nbаn\");", `p:2:2: warning: the word "b\u0430n" mixes`},
		{"f(\"αx\");", `p:1:4: warning: the word "\u03b1x" mixes Latin and Greek`},
		{"resource R { roles = [\"оwner\"]; }", `p:1:24: warning: the word "\u043ewner" mixes`},
		{`f("\u{430}dmin");`, ""},
		{"f(\"Привет, John! SQL-запрос с API\");", ""},
		{"f(\"Δt λab 5μs\");", ""}, // no letter that looks like another
		{"f(\"iPhone用 tシャツ 3つのa\");", ""},
		{"# аdmin\nf(1);", ""},
	} {
		f, ds := syntax.Parse("p", test.src)
		got := ""
		if len(ds) > 0 {
			got = ds[0].String()
		}
		if len(ds) > 1 || !strings.HasPrefix(got, test.want) || test.want == "" && got != "" || len(f.Stmts) != 1 {
			t.Errorf("%s: got %v, want %s", test.src, ds, test.want)
		}
	}
	// Warnings do not crowd out errors.
	_, ds := syntax.Parse("p", strings.Repeat("f(\"аdmin\");\n", 3000)+"f(1); # \u202e")
	if len(ds) != 1001 || ds[1000].Severity != syntax.Error || ds[1000].Pos.Line != 3001 {
		t.Errorf("got %d diagnostics, the last %v", len(ds), ds[len(ds)-1])
	}
}

// TestVisible checks what is printed of names and lines that come from outside.
func TestVisible(t *testing.T) {
	for in, want := range map[string]string{
		"policies/a b.polar": "policies/a b.polar", `C:\é`: `C:\é`,
		"a\nERROR b": `a\u{A}ERROR b`, "\x1b[2J": `\u{1B}[2J`, "\u202egnp.polar": `\u{202E}gnp.polar`, "x\u200b\u3164\u2800": `x\u{200B}\u{3164}\u{2800}`, "\xff": "�",
	} {
		if got := syntax.Visible(in); got != want {
			t.Errorf("%+q: got %+q, want %+q", in, got, want)
		}
	}
	pos := syntax.Position{File: "a\nb", Line: 1, Col: 2}
	if got := pos.String(); got != `a\u{A}b:1:2` {
		t.Errorf("got %q", got)
	}
	d := syntax.Diagnostic{Pos: pos, Msg: "m", Line: "x\u202e\ty", End: syntax.Position{File: "a\nb", Line: 1, Col: 3}}
	if got, want := d.Long(), "a\\u{A}b:1:2: m\n   1 | x\\u{202E}\ty\n     |  ^^^^^^^^"; got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// TestSkeleton checks which names look alike.
func TestSkeleton(t *testing.T) {
	for _, pair := range [][2]string{{"ace", "асе"}, {"x", "х"}, {"Org", "Оrg"}, {"ノ", "丿"}, {"カ", "力"}, {"ΟΡΑ", "ОРА"}, {"role", "rо1е"}, {"kullanici", "kullanıcı"}, {"A0", "АО"}} {
		if a, b := syntax.Skeleton(pair[0]), syntax.Skeleton(pair[1]); a != b {
			t.Errorf("%s and %s have the skeletons %s and %s", pair[0], pair[1], a, b)
		}
	}
	for _, pair := range [][2]string{{"ace", "act"}, {"é", "e"}, {"б", "b"}, {"rn", "m"}} {
		if a, b := syntax.Skeleton(pair[0]), syntax.Skeleton(pair[1]); a == b {
			t.Errorf("%s and %s have the skeleton %s", pair[0], pair[1], a)
		}
	}
}
