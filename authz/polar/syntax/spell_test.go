package syntax_test

import (
	"strings"
	"testing"

	"github.com/ursa-authz/ursa/authz/polar/syntax"
)

func TestNearest(t *testing.T) {
	words := []string{"has_role", "has_permission", "has_relation", "allow", "allow_field", "allow_request", "Integer", "String", "Dictionary", "on", "id", "user_id", "été"}
	tests := []struct{ name, want string }{
		{"has_rolle", "has_role"},
		{"has_rle", "has_role"},
		{"hasRole", "has_role"},
		{"HAS_ROLE", "has_role"},
		{"has_premission", "has_permission"},
		{"alow", "allow"},
		{"allwo", "allow"},
		{"allowfield", "allow_field"},
		{"integer", "Integer"},
		{"Strin", "String"},
		{"Dictionery", "Dictionary"},
		{"userid", "user_id"},
		{"UserID", "user_id"},
		{"ete", ""},
		{"éte", "été"},
		{"ID", "id"},
		{"of", ""},
		{"in", ""},
		{"deny", ""},
		{"permission", "has_permission"},
		{"", ""},
		{"_", ""},
		{"allow", ""}, // the name itself is not suggested, and the others are too far
		{strings.Repeat("allow", 100), ""},
	}
	for _, test := range tests {
		if got := syntax.Nearest(test.name, words); got != test.want {
			t.Errorf("Nearest(%q) = %q, want %q", test.name, got, test.want)
		}
	}
	if got := syntax.Nearest("cat", []string{"bat", "rat"}); got != "bat" {
		t.Errorf("of two that are as near, got %q, want the first", got)
	}
	if got := syntax.Nearest("cart", []string{"carts2", "carts"}); got != "carts" {
		t.Errorf("got %q, want the nearest", got)
	}
}
