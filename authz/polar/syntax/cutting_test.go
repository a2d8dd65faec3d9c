package syntax

import (
	"maps"
	"slices"
	"strings"
	"testing"
)

func TestCutting(t *testing.T) {
	for _, tt := range []struct{ source, want string }{
		{`a(x) if b(x); b(x) if x = 1; c(x) if not (x = 1 or cut);`, "c"},
		{`a(x) if forall(y in x, b(y)); b(x) if x = 1; b(x) if d(x); d(_) if cut; e(x) if f(x); f(x) if e(x);`, "a b d"},
		{`a(x) if x.cut = "cut";`, ""},
		{`actor User {} resource Doc { permissions = ["read"]; roles = ["reader"]; "read" if "reader"; }
		  has_role(_: User, "reader", _: Doc) if cut; allow(u, a, r) if has_permission(u, a, r); other(u) if u = 1;`, "allow has_permission has_relation has_role"},
		{`?= a(1) and cut; a(1);`, ""},
	} {
		file, diags := Parse("p.polar", tt.source)
		if err := Errors(diags); err != nil {
			t.Fatal(err)
		}
		got := strings.Join(slices.Sorted(maps.Keys(Cutting([]*File{file}))), " ")
		if got != tt.want {
			t.Errorf("%s: %q, want %q", tt.source, got, tt.want)
		}
	}
}
