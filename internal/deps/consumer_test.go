package deps

// This file tests which modules a program downloads if it imports only package authz:
// this module alone. It builds such a program with an empty module cache.

import (
	"debug/buildinfo"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/ursa-authz/ursa/authz" // also so that a change to it invalidates the cached test result
)

// consumerProgram is a user's program.
const consumerProgram = `package main

import (
	"context"
	"fmt"

	"github.com/ursa-authz/ursa/authz"
)

type User struct{ ID int }

type Expense struct{ UserID int }

func main() {
	az, err := authz.New(authz.Config{
		Policies: authz.String("p.polar", "allow(user: User, \"read\", expense: Expense) if user.id = expense.user_id;"),
		Classes:  []authz.Class{authz.ClassOf[User](), authz.ClassOf[Expense]()},
	})
	if err != nil {
		panic(err)
	}
	fmt.Println(az.IsAllowed(context.Background(), &User{1}, "read", &Expense{1}))
	fmt.Println(az.IsAllowed(context.Background(), &User{1}, "read", &Expense{2}))
}
`

func TestConsumer(t *testing.T) {
	var _ authz.Config
	dir, cache := t.TempDir(), t.TempDir()
	module, err := filepath.Abs(root)
	if err != nil {
		t.Fatal(err)
	}
	run := func(name string, args ...string) (string, error) {
		cmd := exec.CommandContext(t.Context(), name, args...)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "GOMODCACHE="+cache, "GOFLAGS=-mod=mod -modcacherw", "GOWORK=off", "GOTOOLCHAIN=local")
		out, err := cmd.CombinedOutput()
		return string(out), err
	}
	must := func(name string, args ...string) string {
		t.Helper()
		out, err := run(name, args...)
		if err != nil {
			t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
		}
		return out
	}
	write := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}

	// The go command reads the go.mod files of the modules that this one requires, so
	// it needs a proxy. Reading them does not mean downloading the modules.
	if out, err := run("go", "list", "-m", "-versions", "gorm.io/gorm"); err != nil {
		if os.Getenv("URSA_REQUIRE_NETWORK") == "1" {
			t.Fatalf("no module proxy: %s", out)
		}
		t.Skipf("SKIPPED, because there is no module proxy (URSA_REQUIRE_NETWORK=1 makes this a failure): %s", out)
	}

	write("go.mod", fmt.Sprintf("module example.com/consumer\n\ngo 1.26\n\nrequire %s v0.0.0\n\nreplace %[1]s => %s\n", modulePath, module))
	write("main.go", consumerProgram)
	must("go", "mod", "tidy")
	bin := filepath.Join(dir, "consumer")
	if runtime.GOOS == "windows" {
		bin += ".exe"
	}
	must("go", "build", "-o", bin, ".")
	if got, want := must(bin), "true <nil>\nfalse <nil>\n"; got != want {
		t.Errorf("the program prints %q, want %q", got, want)
	}

	info, err := buildinfo.ReadFile(bin)
	if err != nil {
		t.Fatal(err)
	}
	for _, dep := range info.Deps {
		if dep.Path != modulePath {
			t.Errorf("%s is linked", dep.Path)
		}
	}
	if len(info.Deps) == 0 {
		t.Errorf("%s is not linked", modulePath)
	}
	downloaded := 0
	err = filepath.WalkDir(filepath.Join(cache, "cache", "download"), func(name string, d fs.DirEntry, err error) error {
		if filepath.Ext(name) == ".mod" {
			downloaded++
		}
		if filepath.Ext(name) == ".zip" {
			t.Errorf("%s was downloaded", name)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
	if downloaded == 0 {
		t.Error("not even a go.mod file was downloaded: the test looks in the wrong place")
	}
}
