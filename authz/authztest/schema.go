package authztest

// This file defines Schema, which keeps the schema beside a policy up to date.

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ursa-authz/ursa/authz"
)

// SchemaFile is the name of the file that the tool ursa looks for in the folder of a policy,
// and then in the folders above it.
const SchemaFile = "ursa.schema.json"

// Schema compares the schema of az with the file at path, so that tools that check the
// policy know the classes that the program has now. A path that does not end in ".json" is a
// folder, in which the file is [SchemaFile].
//
// A file that is missing or differs is an error of the test, with the lines that differ. Run
// with -authztest.update, the test writes the file instead.
func Schema(t testing.TB, az *authz.Authorizer, path string) {
	t.Helper()
	if az == nil {
		t.Fatal("authztest: the Authorizer is nil")
	}
	s, err := az.Schema()
	if err != nil {
		t.Fatal(err)
	}
	text, err := s.JSON()
	if err != nil {
		t.Fatal(err)
	}
	if filepath.Ext(path) != ".json" {
		path = filepath.Join(path, SchemaFile)
	}
	if updating() {
		if err := os.WriteFile(path, text, 0o666); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		t.Errorf("there is no %s; run the test with -authztest.update to write it", path)
	case err != nil:
		t.Fatal(err)
	case string(text) != strings.ReplaceAll(string(want), "\r\n", "\n"):
		t.Errorf("%s differs from the classes of the program; run the test with -authztest.update to write it\n%s", path, diff(string(want), string(text)))
	}
}
