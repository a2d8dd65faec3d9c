package fromopenfga_test

// This file holds what docs/from-openfga.md says about differences.

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"google.golang.org/protobuf/types/known/structpb"

	"github.com/ursa-authz/ursa/authz"
	"github.com/ursa-authz/ursa/internal/peers/page"
)

// openDrive returns the policy of the drive, and its model with other tuples.
func openDrive(t *testing.T, tuples string) (*authz.Authorizer, *store) {
	t.Helper()
	p := page.Open(t, "from-openfga.md", "example_test.go", "page_test.go")
	p.Partial()
	return page.New(t, config(p.Policy(drive))), newStore(t, p.Block(drive, "fga"), tuples)
}

func TestDeepFolders(t *testing.T) {
	const depth = 30
	anne := &User{Name: "anne"}
	folder := &Folder{Name: "0", Owner: anne}
	var tuples strings.Builder
	tuples.WriteString("user:anne owner folder:0\n")
	for i := range depth {
		folder = &Folder{Name: fmt.Sprint(i + 1), Parent: folder}
		fmt.Fprintf(&tuples, "folder:%d parent folder:%d\n", i, i+1)
	}
	fmt.Fprintf(&tuples, "folder:%d parent document:deep\n", depth)
	az, s := openDrive(t, tuples.String())

	if ok, err := s.check("user:anne", "can_read", "document:deep"); ok || err == nil || !strings.Contains(err.Error(), "too much nesting") {
		t.Errorf("OpenFGA: %v, %v", ok, err)
	}
	deep := []*Document{{Name: "deep", Folder: folder}}
	if ok, err := az.IsAllowed(t.Context(), anne, "read", deep[0]); !ok || err != nil {
		t.Errorf("Ursa: %v, %v", ok, err)
	}
	if ok, err := page.List(t.Context(), az, anne, "read", deep); err != nil || !ok[0] {
		t.Errorf("Ursa, as a list: %v, %v", ok, err)
	}
}

func TestLongList(t *testing.T) {
	const length = 1100
	var tuples strings.Builder
	var documents []*Document
	for i := range length {
		fmt.Fprintf(&tuples, "user:* viewer document:%d\n", i)
		documents = append(documents, &Document{Name: fmt.Sprint(i), Shares: []Share{{Role: "viewer", Public: true}}})
	}
	az, s := openDrive(t, tuples.String())

	if list, err := s.list("user:anne", "can_read", "document"); len(list) != 1000 || err != nil {
		t.Errorf("OpenFGA: %d, %v", len(list), err)
	}
	listed, err := page.List(t.Context(), az, &User{Name: "anne"}, "read", documents)
	n := 0
	for _, ok := range listed {
		if ok {
			n++
		}
	}
	if n != length || err != nil {
		t.Errorf("Ursa: %d, %v", n, err)
	}
}

func TestMissing(t *testing.T) {
	az, s := openDrive(t, "user:dora viewer document:budget until:2027-01-01T00:00:00Z\nuser:* viewer document:readme\n")

	if ok, err := s.check("user:nobody", "can_read", "document:readme"); !ok || err != nil {
		t.Errorf("OpenFGA about a user that does not exist: %v, %v", ok, err)
	}
	readme := &Document{Name: "readme", Shares: []Share{{Role: "viewer", Public: true}}}
	for _, actor := range []*User{nil, {}} {
		if ok, err := az.IsAllowed(t.Context(), actor, "read", readme); ok || !errors.Is(err, authz.ErrUndecided) {
			t.Errorf("Ursa about %+v: %v, %v", actor, ok, err)
		}
	}

	s.context = &structpb.Struct{}
	if ok, err := s.check("user:dora", "can_read", "document:budget"); ok || err == nil {
		t.Errorf("OpenFGA without the time: %v, %v", ok, err)
	}
}
