package resolve

import (
	"strings"
	"testing"

	"github.com/ursa-authz/ursa/authz/internal/host"
)

// TestLookAlikes checks which names are too similar, across files, classes, constants and the words of the language.
func TestLookAlikes(t *testing.T) {
	const sees = "\u0430\u0441\u0435" // all Cyrillic
	tests := []struct {
		name string
		srcs []string
		want string // is the only error, with its position; "" for none
	}{
		{"alone", []string{"f(" + sees + ") if " + sees + ";"}, ""},
		{"ASCII names", []string{"f(l, I) if l = I; f1(O) if O = 1; fl(x) if x;"}, ""},
		{"letters with accents", []string{"f(é, e) if é = e;"}, ""},
		{"two variables", []string{"f(ace, " + sees + ") if ace = " + sees + ";"}, `test.polar:1:8: look-alike-name: the name "\u0430\u0441\u0435" looks like "ace", the name at test.polar:1:3`},
		{"the ASCII one comes later", []string{"f(" + sees + ") if " + sees + ";\nace(1);"}, `test.polar:1:3: look-alike-name: the name "\u0430\u0441\u0435" looks like "ace", the name at test.polar:2:1`},
		{"two rules of two files", []string{"ace(1);", sees + "(2);"}, `test2.polar:1:1: look-alike-name: the name "\u0430\u0441\u0435" looks like "ace", the name at test.polar:1:1`},
		{"an attribute", []string{"f(x) if x.ace = 1; g(x) if x." + sees + " = 1;"}, `test.polar:1:30: look-alike-name`},
		{"a key", []string{"f({ace: 1}); g({" + sees + ": 1});"}, `test.polar:1:17: look-alike-name`},
		{"a class", []string{"\u041e\u0420\u0421(1);"}, `test.polar:1:1: look-alike-name: the name "\u041e\u0420\u0421" looks like "OPC", a class`},
		{"a constant", []string{"f(\u0440\u043e\u0440) if \u0440\u043e\u0440;"}, `test.polar:1:3: look-alike-name: the name "\u0440\u043e\u0440" looks like "pop", a constant`},
		{"a word", []string{"f(\u043e\u0433) if \u043e\u0433;"}, `test.polar:1:3: look-alike-name: the name "\u043e\u0433" looks like "or", a word of the language`},
		{"Greek and Cyrillic", []string{"f(\u03bf\u03c1, \u043e\u0440) if \u03bf\u03c1 = \u043e\u0440;"}, `test.polar:1:7: look-alike-name`},
		{"kana and Han", []string{"f(カ) if カ; g(力) if 力;"}, `test.polar:1:14: look-alike-name`},
		{"digits", []string{"f(o0) if o0; g(\u043e0) if \u043e0;"}, `test.polar:1:16: look-alike-name`},
	}
	reg, err := host.NewRegistry([]host.Class{{Name: "OPC", Type: testRegistry(t).Class("User").Type}})
	if err != nil {
		t.Fatal(err)
	}
	opts := Options{Registry: reg, NoTypes: true, Constants: map[string]host.Value{"pop": {}}}
	for _, test := range tests {
		_, ds := loadSources(t, opts, test.srcs...)
		ds = errorsOnly(ds)
		got := texts(ds)
		if test.want == "" && got != "" || !strings.Contains(got, test.want) || test.want != "" && len(ds) != 1 {
			t.Errorf("%s: got %s\nwant %s", test.name, got, test.want)
		}
	}
}
