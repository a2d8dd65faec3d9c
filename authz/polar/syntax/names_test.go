package syntax

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"os"
	"testing"
	"unicode"
)

// TestNamesTable checks that the table was generated from the current names.txt, and is in order.
func TestNamesTable(t *testing.T) {
	data, err := os.ReadFile("names.txt")
	if err != nil {
		t.Fatal(err)
	}
	table, err := os.ReadFile("names_table.go")
	if err != nil {
		t.Fatal(err)
	}
	if line, _, _ := bytes.Cut(table, []byte("\n")); !bytes.Contains(line, fmt.Appendf(nil, "%x", sha256.Sum256(data))) {
		t.Error("names_table.go is not made of names.txt; run go generate")
	}
	last := rune(unicode.MaxASCII)
	for _, x := range nameRanges {
		if x.lo <= last || x.hi < x.lo {
			t.Errorf("%U..%U is not in order", x.lo, x.hi)
		}
		last = x.hi
		for r := x.lo; r <= x.hi; r++ {
			if !unicode.In(r, unicode.L, unicode.M, unicode.Nd, unicode.Nl) || hiddenFlaw(r) != (flaw{}) || unicode.Is(unicode.M, r) != x.mark {
				t.Fatalf("%U is not a character of names", r)
			}
			if got := (*nameRange)(nil).find(r); got == nil || *got != x {
				t.Fatalf("%U is found in %v, not %v", r, got, x)
			}
			if to, ok := looks[r]; ok && to > unicode.MaxASCII && (*nameRange)(nil).find(to) == nil {
				t.Errorf("%U looks like %U, which no name has", r, to)
			}
		}
	}
	if (*nameRange)(nil).find('a') != nil || (*nameRange)(nil).find('\u00d7') != nil || (*nameRange)(nil).find(unicode.MaxRune) != nil {
		t.Error("what is not a letter is in the table")
	}
}
