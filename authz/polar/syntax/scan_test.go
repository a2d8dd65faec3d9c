package syntax

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"
)

// kindNames names the kinds of tokens that are not named by their text.
var kindNames = map[kind]string{kSymbol: "symbol", kInt: "int", kFloat: "float", kString: "string", kBad: "bad"}

// tokens returns the tokens of src, each with its kind, unless its text is its kind, and position.
func tokens(src string) string {
	s := scanner{src: src, pos: place{line: 1, col: 1}}
	var out []string
	for {
		t := s.next()
		text := src[t.start.off:t.end.off]
		if name := kindNames[t.kind]; name != "" {
			text = name + " " + text
		}
		out = append(out, fmt.Sprintf("%d:%d-%d:%d %s", t.start.line, t.start.col, t.end.line, t.end.col, text))
		if t.kind == kEOF {
			return strings.Join(out, "\n")
		}
	}
}

func TestScan(t *testing.T) {
	tests := []struct{ src, want string }{
		{"", "1:1-1:1 "},
		{" \t\r\n # comment\n", "3:1-3:1 "},
		{"# a\r# b\r\nx", "2:1-2:2 symbol x\n2:2-2:2 "},
		{"x\n  yy\tz", "1:1-1:2 symbol x\n2:3-2:5 symbol yy\n2:6-2:7 symbol z\n2:7-2:7 "},
		{"é,日本", "1:1-1:2 symbol é\n1:2-1:3 ,\n1:3-1:5 symbol 日本\n1:5-1:5 "},
		{": , ; . ( ) [ ] { }", "1:1-1:2 :\n1:3-1:4 ,\n1:5-1:6 ;\n1:7-1:8 .\n1:9-1:10 (\n1:11-1:12 )\n1:13-1:14 [\n1:15-1:16 ]\n1:17-1:18 {\n1:19-1:20 }\n1:20-1:20 "},
		{"*/+-=:===!=<<=>>=!|?=", "1:1-1:2 *\n1:2-1:3 /\n1:3-1:4 +\n1:4-1:5 -\n1:5-1:6 =\n1:6-1:8 :=\n1:8-1:10 ==\n1:10-1:12 !=\n1:12-1:13 <\n1:13-1:15 <=\n1:15-1:16 >\n1:16-1:18 >=\n1:18-1:19 !\n1:19-1:20 |\n1:20-1:22 ?=\n1:22-1:22 "},
		// Symbols.
		{"_ _x x1 x_", "1:1-1:2 symbol _\n1:3-1:5 symbol _x\n1:6-1:8 symbol x1\n1:9-1:11 symbol x_\n1:11-1:11 "},
		{"a::b::c a::1 a::_ a::? a::::b", "1:1-1:8 symbol a::b::c\n1:9-1:13 symbol a::1\n1:14-1:18 symbol a::_\n1:19-1:23 symbol a::?\n1:24-1:30 symbol a::::b\n1:30-1:30 "},
		{"a::é a::", "1:1-1:5 symbol a::é\n1:6-1:9 bad a::\n1:9-1:9 "},
		{"a:b", "1:1-1:2 symbol a\n1:2-1:3 :\n1:3-1:4 symbol b\n1:4-1:4 "},
		{"a:=b", "1:1-1:2 symbol a\n1:2-1:4 :=\n1:4-1:5 symbol b\n1:5-1:5 "},
		{"x? x?y x?=", "1:1-1:3 symbol x?\n1:4-1:6 symbol x?\n1:6-1:7 symbol y\n1:8-1:10 symbol x?\n1:10-1:11 =\n1:11-1:11 "},
		{"if? true::a notx", "1:1-1:4 symbol if?\n1:5-1:12 symbol true::a\n1:13-1:17 symbol notx\n1:17-1:17 "},
		{"a:: b", "1:1-1:4 bad a::\n1:5-1:6 symbol b\n1:6-1:6 "},
		{"©😀 x‿y a·b", "1:1-1:3 symbol ©😀\n1:4-1:7 symbol x‿y\n1:8-1:11 symbol a·b\n1:11-1:11 "},
		// Words.
		{"type cut debug print in forall if and or not new matches mod rem isa true false inf nan",
			"1:1-1:5 type\n1:6-1:9 cut\n1:10-1:15 debug\n1:16-1:21 print\n1:22-1:24 in\n1:25-1:31 forall\n1:32-1:34 if\n1:35-1:38 and\n1:39-1:41 or\n1:42-1:45 not\n1:46-1:49 new\n1:50-1:57 matches\n1:58-1:61 mod\n1:62-1:65 rem\n1:66-1:69 isa\n1:70-1:74 true\n1:75-1:80 false\n1:81-1:84 inf\n1:85-1:88 nan\n1:88-1:88 "},
		// Numbers.
		{"0 007 9223372036854775807", "1:1-1:2 int 0\n1:3-1:6 int 007\n1:7-1:26 int 9223372036854775807\n1:26-1:26 "},
		{"1. 1.5 1e5 1E5 1e+5 1.e-5 1e400", "1:1-1:3 float 1.\n1:4-1:7 float 1.5\n1:8-1:11 float 1e5\n1:12-1:15 float 1E5\n1:16-1:20 float 1e+5\n1:21-1:26 float 1.e-5\n1:27-1:32 float 1e400\n1:32-1:32 "},
		{"1e5+3 1e 1.e+", "1:1-1:6 bad 1e5+3\n1:7-1:9 bad 1e\n1:10-1:14 bad 1.e+\n1:14-1:14 "},
		{"1..a 1.5.a 1e5.a", "1:1-1:3 float 1.\n1:3-1:4 .\n1:4-1:5 symbol a\n1:6-1:9 float 1.5\n1:9-1:10 .\n1:10-1:11 symbol a\n1:12-1:15 float 1e5\n1:15-1:16 .\n1:16-1:17 symbol a\n1:17-1:17 "},
		{"1x -1", "1:1-1:2 int 1\n1:2-1:3 symbol x\n1:4-1:5 -\n1:5-1:6 int 1\n1:6-1:6 "},
		// Strings.
		{`"" "a#b" "\"" "\\" x`, `1:1-1:3 string ""` + "\n" + `1:4-1:9 string "a#b"` + "\n" + `1:10-1:14 string "\""` + "\n" + `1:15-1:19 string "\\"` + "\n1:20-1:21 symbol x\n1:21-1:21 "},
		{"\"é\\é\" x", "1:1-1:6 string \"é\\é\"\n1:7-1:8 symbol x\n1:8-1:8 "},
		{"\"a\\\nb\" x", "1:1-2:3 string \"a\\\nb\"\n2:4-2:5 symbol x\n2:5-2:5 "},
		{"\"a\nb", "1:1-1:3 bad \"a\n2:1-2:2 symbol b\n2:2-2:2 "},
		{"\"a", "1:1-1:3 bad \"a\n1:3-1:3 "},
		{"\"\\", "1:1-1:3 bad \"\\\n1:3-1:3 "},
		// Characters that begin nothing.
		{"$x ? && \u00a0 \ufeff", "1:1-1:2 bad $\n1:2-1:3 symbol x\n1:4-1:5 bad ?\n1:6-1:8 bad &&\n1:9-1:10 bad \u00a0\n1:12-1:12 "},
		{"x\u00a0y x\x00y", "1:1-1:2 symbol x\n1:2-1:3 bad \u00a0\n1:3-1:4 symbol y\n1:5-1:8 symbol x\x00y\n1:8-1:8 "},
	}
	for _, test := range tests {
		if got := tokens(test.src); got != test.want {
			t.Errorf("%q: got\n%s\nwant\n%s", test.src, got, test.want)
		}
	}
}

func TestUnquote(t *testing.T) {
	tests := []struct{ text, want string }{
		{`""`, ""},
		{`"abc"`, "abc"},
		{`"\n\r\t\0"`, "\n\r\t\x00"},
		{`"\"\\\z\u0041\'"`, `"\zu0041'`},
		{`"a\é\日b"`, "aé日b"},
		{"\"a\\\nb\"", "a\nb"},
		{`"\\n"`, `\n`},
	}
	for _, test := range tests {
		if got := unquote(test.text); got != test.want {
			t.Errorf("unquote(%s) = %q, want %q", test.text, got, test.want)
		}
	}
}

func TestComments(t *testing.T) {
	src := "# one\nf(1); # two é\n\t # three\r# four\r\n#"
	s := scanner{name: "p", src: src, pos: place{line: 1, col: 1}}
	for s.next().kind != kEOF {
	}
	var got []string
	for _, c := range s.comments {
		got = append(got, fmt.Sprintf("%v-%d %q %v", c.Start, c.End.Col, c.Text, c.alone))
	}
	want := `p:1:1-6 "# one" true
p:2:7-14 "# two é" false
p:3:3-17 "# three\r# four" true
p:4:1-2 "#" true`
	if got := strings.Join(got, "\n"); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// checkFlaws checks that flaws are in order, not empty and inside of the source, and that none is missed: a source that is
// free of them has no hidden character and no lone carriage return.
func checkFlaws(t *testing.T, src string, flaws []badToken) {
	last := 0
	for _, f := range flaws {
		if f.start.off < last || f.end.off <= f.start.off || f.end.off > len(src) || f.msg == "" || f.hint == "" {
			t.Fatalf("flaw %+v behind %d", f, last)
		}
		last = f.end.off
	}
	if len(flaws) > 0 {
		return
	}
	for i, r := range src {
		if r == '\r' && !strings.HasPrefix(src[i:], "\r\n") || r != '\r' && hiddenFlaw(r) != (flaw{}) && r != '\u200c' && r != '\u200d' && r != '\ufe0f' {
			t.Fatalf("%U at byte %d was not found", r, i)
		}
	}
}

// FuzzScan checks that the tokens and comments of any source stand in order, end, and leave nothing but blanks between them, and
// that their positions are those of their offsets.
func FuzzScan(f *testing.F) {
	for _, src := range []string{"f(x) if x = 1.5e+5 and \"a\\\"b\" # c\n;", "a::b::? ?= :: := é日 \ufeff\x00\"\\\n\"", "1e 1. .5 0x1 \"abc", "#\r#\n#", "fjxo`f\ax o`L ", "👩\u200d💻", "“x”",
		"# a\rb\u2028c\u200d\n", "\"a\u00a0\u200d\u0301\\u{200D}\\u{110000}\\u{\"", "a\u200bb\u202e\u2066 \v\f\u0085x", "x\u03a7 \u0430llow e\u0301 l\u00b7l \u2212"} {
		f.Add(src)
	}
	f.Fuzz(func(t *testing.T, src string) {
		if !utf8.ValidString(src) {
			return // refused before it is scanned
		}
		s := scanner{src: src, pos: place{line: 1, col: 1}}
		comments := 0
		at := place{line: 1, col: 1} // walked over the source rune by rune
		walk := func(to int) {
			for at.off < to {
				r, n := utf8.DecodeRuneInString(src[at.off:])
				at.off += n
				at.col++
				if r == '\n' {
					at.line, at.col = at.line+1, 1
				}
			}
		}
		last := 0
		for {
			tok := s.next()
			between := src[last:tok.start.off]
			for _, c := range s.comments[comments:] {
				between = strings.Replace(between, c.Text, "", 1)
			}
			comments = len(s.comments)
			for _, r := range between {
				if !strings.ContainsRune(" \t\r\n", r) && (hiddenFlaw(r) == flaw{} || len(s.flaws) == 0) {
					t.Fatalf("%q between tokens was lost", between)
				}
			}
			if walk(tok.start.off); at != tok.start {
				t.Fatalf("the token at %v is at %v", tok.start, at)
			}
			if walk(tok.end.off); at != tok.end {
				t.Fatalf("the token that ends at %v ends at %v", tok.end, at)
			}
			if (tok.kind == kBad) != (tok.bad != nil) {
				t.Fatalf("token of kind %d with error %v", tok.kind, tok.bad)
			}
			if tok.bad != nil && (tok.bad.start.off < tok.start.off || tok.bad.end.off > tok.end.off || tok.bad.msg == "") {
				t.Fatalf("the error %+v is not inside of the token %+v", tok.bad, tok)
			}
			if tok.kind == kEOF {
				checkFlaws(t, src, s.flaws)
				return
			}
			if last = tok.end.off; last == tok.start.off {
				t.Fatalf("empty token at %v", tok.start)
			}
		}
	})
}

// BenchmarkScan scans 10,000 rules: of ASCII alone, as most policies are, and with comments and strings in other scripts.
func BenchmarkScan(b *testing.B) {
	for _, bench := range []struct{ name, rule string }{
		{"ascii", "# Rule %d.\nallow(user: User, \"action%d\", expense: Expense{status: \"open\"}) if\n" +
			"    user.id = expense.user_id and\n    not expense.locked and expense.amount <= %d and\n    has_role(user, \"role%d\", expense.organization);\n"},
		{"unicode", "# Правило %d: 規則 👩\u200d💻.\nразрешить(пользователь: User, \"действие%d\", расход: Expense{status: \"открыт\"}) if\n" +
			"    пользователь.id = расход.user_id and расход.amount <= %d and\n    has_role(пользователь, \"роль%d\", расход.organization);\n"},
	} {
		b.Run(bench.name, func(b *testing.B) {
			var src strings.Builder
			for i := range 10_000 {
				fmt.Fprintf(&src, bench.rule, i, i, i, i)
			}
			b.SetBytes(int64(src.Len()))
			b.ReportAllocs()
			for b.Loop() {
				s := scanner{src: src.String(), pos: place{line: 1, col: 1}}
				n := 0
				for s.next().kind != kEOF {
					n++
				}
				if n < 300_000 || len(s.comments) != 10_000 {
					b.Fatal(n, len(s.comments))
				}
			}
		})
	}
}
