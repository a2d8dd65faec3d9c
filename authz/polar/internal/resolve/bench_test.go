package resolve

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/ursa-authz/ursa/authz/internal/host"
	"github.com/ursa-authz/ursa/authz/polar/syntax"
)

// largePolicy returns the source of a policy with n rules of the usual kinds.
func largePolicy(n int) string {
	var b strings.Builder
	b.WriteString("actor User {}\nresource Repo { roles = [\"reader\"]; permissions = [\"read\"]; relations = { parent: Org }; \"read\" if \"reader\"; \"reader\" if \"member\" on \"parent\"; }\n")
	b.WriteString("resource Org { roles = [\"member\"]; }\nhas_relation(o: Org, \"parent\", r: Repo) if r.org = o;\n")
	for i := range n {
		switch i % 5 {
		case 0:
			fmt.Fprintf(&b, "allow(user: User, \"action%d\", repo: Repo) if user.id = repo.owner.id and repo.stars > %d;\n", i, i)
		case 1:
			fmt.Fprintf(&b, "allow(user: User, \"action%d\", _: Repo{public: true}) if not user.admin and helper%d(user.name);\n", i, i+1)
		case 2:
			fmt.Fprintf(&b, "helper%d(name: String) if name.startswith(\"u%d\") or name in [\"a\", \"b\"];\n", i, i)
		case 3:
			fmt.Fprintf(&b, "has_role(user: User, \"reader\", repo: Repo) if \"t%d\" in user.tags and user.org = repo.org;\n", i)
		case 4:
			fmt.Fprintf(&b, "allow(actor: Actor, \"action%d\", resource: Resource) if forall(x in [1, 2], x < %d) and has_permission(actor, \"read\", resource);\n", i, i)
		}
	}
	b.WriteString("has_role(user: User, \"member\", org: Org) if user.org = org;\n")
	return b.String()
}

func BenchmarkLoad(b *testing.B) {
	for _, n := range []int{100, 1000, 10_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			file, ds := syntax.Parse("large.polar", largePolicy(n))
			if err := syntax.Errors(ds); err != nil {
				b.Fatal(err)
			}
			opts := testOptions(testRegistry(b))
			b.ReportAllocs()
			for b.Loop() {
				if m, ds := Load([]*syntax.File{file}, opts); m == nil {
					b.Fatal(ds[0])
				}
			}
		})
	}
}

// BenchmarkLoadErrors loads a policy in which every rule has errors.
func BenchmarkLoadErrors(b *testing.B) {
	src := strings.NewReplacer("user.", "usr.", "helper", "helpr", "name.startswith", "name.strtswith").Replace(largePolicy(10_000))
	file, ds := syntax.Parse("large.polar", src)
	if err := syntax.Errors(ds); err != nil {
		b.Fatal(err)
	}
	opts := testOptions(testRegistry(b))
	for b.Loop() {
		if m, _ := Load([]*syntax.File{file}, opts); m != nil {
			b.Fatal("no errors")
		}
	}
}

// BenchmarkLong loads sources that repeat one construct: ten times as many must not take much more than
// ten times as long.
func BenchmarkLong(b *testing.B) {
	rep := func(n int, f func(i int) string, sep string) string {
		s := make([]string, n)
		for i := range s {
			s[i] = f(i)
		}
		return strings.Join(s, sep)
	}
	shapes := map[string]func(n int) string{
		"onerule-and": func(n int) string {
			return "f(u: User) if " + rep(n, func(i int) string { return fmt.Sprintf("x%d = u.name and x%d != \"a\"", i, i) }, " and ") + ";"
		},
		"onerule-or": func(n int) string {
			return "f(u: User) if " + rep(n, func(i int) string { return fmt.Sprintf("(x%d = u.name and x%d != \"a\")", i, i) }, " or ") + ";"
		},
		"onerule-not": func(n int) string {
			return "f(u: User) if " + rep(n, func(i int) string { return fmt.Sprintf("not (x%d = u.name and x%d != \"a\")", i, i) }, " and ") + ";"
		},
		"oneline": func(n int) string { return rep(n, func(i int) string { return fmt.Sprintf("f(%d, \"é\");", i) }, " ") },
		"list": func(n int) string {
			return "f(u: User) if x = [" + rep(n, func(i int) string { return "u.name" }, ",") + "] and x;"
		},
		"liststr": func(n int) string {
			return "f(u: User) if u.name in [" + rep(n, func(i int) string { return "\"a\"" }, ",") + "];"
		},
		"dict": func(n int) string {
			return "f(u: User) if x = {" + rep(n, func(i int) string { return fmt.Sprintf("k%d: u.name", i) }, ",") + "} and x = 1;"
		},
		"dictpat": func(n int) string {
			return "f(_: {" + rep(n, func(i int) string { return fmt.Sprintf("k%d: _", i) }, ",") + "});"
		},
		"nest": func(n int) string {
			return "f(u: User) if " + strings.Repeat("not (u.admin and ", 250) + rep(n, func(i int) string { return fmt.Sprintf("y%d = u.id and y%d = 2", i, i) }, " and ") + strings.Repeat(")", 250) + ";"
		},
		"arity": func(n int) string {
			return rep(n, func(i int) string { return fmt.Sprintf("f(%d);", i) }, "\n") + rep(n, func(i int) string { return fmt.Sprintf("g(%d) if f(1, 2);", i) }, "\n")
		},
		"types": func(n int) string {
			return rep(n, func(i int) string { return fmt.Sprintf("type f(%d, x: Integer);", i) }, "\n") + rep(n/100, func(i int) string { return fmt.Sprintf("f(%d, 1);", i) }, "\n")
		},
		"blocks": func(n int) string {
			return rep(n, func(i int) string { return fmt.Sprintf("resource Repo { relations = { r%d: Org }; }", i) }, "\n") + rep(n, func(i int) string { return fmt.Sprintf("has_relation(o: Org, \"r%d\", r: Repo) if r.org = o;", i) }, "\n")
		},
		"roles": func(n int) string {
			return "resource Repo { roles = [" + rep(n, func(i int) string { return fmt.Sprintf("\"r%d\"", i) }, ",") + "];" + rep(n-1, func(i int) string { return fmt.Sprintf("\"r%d\" if \"r%d\";", i, i+1) }, "\n") + "}"
		},
		"rolesuse": func(n int) string {
			return "actor User{} resource Repo { roles = [" + rep(n, func(i int) string { return fmt.Sprintf("\"r%d\"", i) }, ",") + "]; }" + rep(n, func(i int) string { return fmt.Sprintf("has_role(_: User, \"r%d\", _: Repo);", i) }, "\n")
		},
		"queries": func(n int) string {
			return "f(1);" + rep(n, func(i int) string { return fmt.Sprintf("?= f(%d);", i) }, "\n")
		},
		"vars": func(n int) string {
			return "f(" + rep(n, func(i int) string { return fmt.Sprintf("x%d", i) }, ",") + ") if [" + rep(n, func(i int) string { return fmt.Sprintf("x%d", i) }, ",") + "] = 1;"
		},
		"unknown": func(n int) string { return rep(n, func(i int) string { return fmt.Sprintf("f(_: Usr%d);", i) }, "\n") },
		"single": func(n int) string {
			return "f(" + rep(n, func(i int) string { return fmt.Sprintf("xyz%d", i) }, ",") + ");"
		},
	}
	opts := testOptions(testRegistry(b))
	for name, source := range shapes {
		for _, n := range []int{1000, 10_000} {
			b.Run(fmt.Sprintf("%s/%d", name, n), func(b *testing.B) {
				file, ds := syntax.Parse("long.polar", source(n))
				if err := syntax.Errors(ds); err != nil {
					b.Fatal(err)
				}
				for b.Loop() {
					Load([]*syntax.File{file}, opts)
				}
			})
		}
	}
}

// BenchmarkClasses loads a policy with a thousand classes, all of them actors and resources.
func BenchmarkClasses(b *testing.B) {
	var classes []host.Class
	var src strings.Builder
	for i := range 1000 {
		name := fmt.Sprintf("Class%d", i)
		field := reflect.StructField{Name: fmt.Sprintf("Field%d", i), Type: reflect.TypeFor[int]()}
		id := reflect.StructField{Name: "ID", Type: reflect.TypeFor[int]()}
		classes = append(classes, host.Class{Name: name, Type: reflect.StructOf([]reflect.StructField{id, field})})
		fmt.Fprintf(&src, "actor %s { roles = [\"r\"]; permissions = [\"p\"]; relations = { rel: Class0 }; \"p\" if \"r\"; \"r\" if \"r\" on \"rel\"; }\n", name)
		fmt.Fprintf(&src, "has_role(a: Class0, \"r\", b: %s) if a.id = b.field%d;\n", name, i)
		fmt.Fprintf(&src, "has_relation(a: Class0, \"rel\", b: %s) if a.id = b.id;\n", name)
		fmt.Fprintf(&src, "allow(a: Actor, \"x%d\", b: Resource) if a.id = b.id and a matches %s and has_role(a, \"r\", b);\n", i, name)
	}
	reg, err := host.NewRegistry(classes)
	if err != nil {
		b.Fatal(err)
	}
	file, ds := syntax.Parse("classes.polar", src.String())
	if err := syntax.Errors(ds); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if m, ds := Load([]*syntax.File{file}, Options{Registry: reg}); m == nil {
			b.Fatal(ds[0])
		}
	}
}
