package analysis_test

import (
	"fmt"
	"testing"
)

func TestActions(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{`allow(u: User, "read", _: Repo) if u.id = 1; allow(_: User, "push", _: Repo);`, "[push read] true"},
		{`allow(u: User, a, _: Repo) if a in ["read", "list"] and u.id = 1 or "x" = a;`, "[list read x] true"},
		{`allow(_: User, _, _: Repo);`, "[] true"},
		{`allow(u: User, a, r: Repo) if by_path(a, u, r); by_path("GET", _, _); by_path(m, _, _) if m = "PUT";`, "[GET PUT] true"},
		{`resource Repo { permissions = ["read"]; } allow(u, a, r: Repo) if has_permission(u, a, r); has_permission(_: User, "write", _: Repo);`, "[read write] true"},
		{`allow(u: User, a, _: Repo) if a in u.actions;`, "[] false"},
		{`allow(u: User, a, _: Repo) if g in u.grants and g.action = a;`, "[] false"},
		{`allow(_: User, a, _: Repo) if a.starts_with("read");`, "[] false"},
		{`allow(_: User, a, _: Repo) if f(a); f(x) if g(x); g(x) if n(y) and x = y; n(1);`, "[] false"},
		{`allow_field(_: User, "show", _: Repo, "name"); deny(_: User, "drop", _: Repo); has_role(_: User, "admin", _: Repo);`, "[drop show] true"},
	} {
		names, complete := load(t, tt.text).Actions()
		if got := fmt.Sprint(names, complete); got != tt.want {
			t.Errorf("%s: got %s, want %s", tt.text, got, tt.want)
		}
	}
}
