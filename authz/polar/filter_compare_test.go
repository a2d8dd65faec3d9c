package polar

// This file tests that filters compare values of types with methods of comparison as decisions
// do, or refuse to.

import (
	"context"
	"errors"
	"testing"
)

// The types order their values downwards, so that a comparison of the numbers is the wrong one.
type (
	lessRank    int             // ordered by Lt
	anyRank     struct{ N int } // its Compare is not one: it takes any value
	pointerRank int             // its Equal is of the pointer
	compareRank int             // ordered by Compare
)

func (r lessRank) Lt(o lessRank) bool           { return r > o }
func (r anyRank) Compare(o any) int             { return r.N - o.(anyRank).N }
func (r *pointerRank) Equal(o pointerRank) bool { return *r%10 == o%10 }
func (r compareRank) Compare(o compareRank) int { return int(o - r) }

type (
	rankedUser struct {
		ID      int
		Less    lessRank
		Any     anyRank
		Pointer pointerRank
		Compare compareRank
	}
	rankedDoc rankedUser
)

func TestFilterComparesAsDecisions(t *testing.T) {
	ctx := context.Background()
	users := []*rankedUser{
		{1, 2, anyRank{2}, 2, 2}, {1, 3, anyRank{3}, 13, 3}, {1, 4, anyRank{4}, 4, 4},
	}
	docs := []*rankedDoc{
		{3, 3, anyRank{3}, 3, 3}, {2, 2, anyRank{2}, 2, 2},
	}
	tests := []struct {
		body    string
		refused bool // it does not become a filter
	}{
		{"d.less = 3", false},
		{"d.less != 3", false},
		{"d.less in [1, 3]", false},
		{"d.less = u.less", false},
		{"d.less < u.less", true},
		{"u.less < d.less", true},
		{"d.less < 5", true},
		{"d.less = d.id", false},
		{"d.less = d.pointer", false},
		{"d.any = u.any", false},
		{"d.any < u.any", true},
		{"d.any <= u.any", true},
		{"d.pointer = u.pointer", true},
		{"d.pointer = 3", false},
		{"d.pointer < 5", true},
		{"d.compare = u.compare", false},
		{"d.compare = 3", false},
		{"d.compare < u.compare", false},
		{"d.compare >= u.compare", false},
		{"d.compare < 5", true},
	}
	for _, tt := range tests {
		p, _, err := load(ctx, Input{
			Sources: []Source{{"ranks.polar", `allow(u: User, "read", d: Doc) if u.id = 1 and ` + tt.body + ";"}},
			Classes: []Class{
				{Name: "User", Type: ClassOf[rankedUser]().Type, Key: []string{"ID"}},
				{Name: "Doc", Type: ClassOf[rankedDoc]().Type, Key: []string{"ID"}},
			},
		}, true)
		if err != nil {
			t.Fatal(tt.body, err)
		}
		for _, u := range users {
			q, err := p.Filter(ctx, "allow", u, "read", ClassOf[rankedDoc]())
			var e *Error
			switch {
			case tt.refused:
				if !errors.As(err, &e) || e.Code != "unsupported" && e.Code != "unordered" {
					t.Errorf("%s: got %v, %v, want an error", tt.body, q, err)
				}
				continue
			case err != nil:
				t.Errorf("%s: %v", tt.body, err)
				continue
			}
			for _, d := range docs {
				want, err := p.Decide(ctx, "allow", u, "read", d)
				if err != nil {
					t.Errorf("%s: %v", tt.body, err)
				}
				if got, err := q.Match(ctx, d, nil); err != nil || got != want.Allowed {
					t.Errorf("%s with %d and %d: the filter says %v, %v, the decision %v", tt.body, u.Less, d.Less, got, err, want.Allowed)
				}
			}
		}
	}
}
