package authz

import (
	"errors"
	"testing"
)

type ledgerEntry struct {
	ID     int64 `polar:",id"`
	Amount int
	BookID int64 `polar:"book"`
	Inner  struct{ DueOn string }
}

type auditor struct {
	ID int64 `polar:",id"`
}

// TestAuthorizeFields tests which classes have rules about fields, and how fields are named.
func TestAuthorizeFields(t *testing.T) {
	for name, tt := range map[string]struct {
		policy string
		deny   bool
		rules  [2]bool // whether the rules may be about an entry, and about an auditor
		want   map[string]error
	}{
		"no rule":          {`allow(_, _, _);`, false, [2]bool{}, map[string]error{"Amount": nil}},
		"of another class": {`allow_field(_, "update", _: auditor, "x");`, false, [2]bool{false, true}, map[string]error{"Amount": nil}},
		"of the class": {`allow_field(_, "update", e: ledgerEntry, field) if field in ["amount", "book", "inner.due_on"] and e.amount = 1;`, false, [2]bool{true, false},
			map[string]error{"Amount": nil, "BookID": nil, "Inner.DueOn": nil, "ID": ErrForbidden}},
		"of any class":        {`allow_field(_, "update", _, "amount");`, false, [2]bool{true, true}, map[string]error{"Amount": nil, "ID": ErrForbidden}},
		"of a text":           {`allow_field(_, "update", "a text", "amount");`, false, [2]bool{}, map[string]error{"Amount": nil}},
		"of fields":           {`allow_field(_, "update", {amount: 1}, "amount");`, false, [2]bool{true, true}, map[string]error{"Amount": ErrForbidden}},
		"of another action":   {`allow_field(_, "read", _: ledgerEntry, _);`, false, [2]bool{true, false}, map[string]error{"Amount": ErrForbidden}},
		"a deny rule":         {`allow(_, _, _); allow_field(_, _, _: auditor, _); deny_field(_, _, _: ledgerEntry, "amount");`, true, [2]bool{true, true}, map[string]error{"Amount": ErrForbidden}},
		"a deny rule, unused": {`allow(_, _, _); deny_field(_, _, _: ledgerEntry, "amount");`, false, [2]bool{}, map[string]error{"Amount": nil}},
	} {
		t.Run(name, func(t *testing.T) {
			az, err := New(Config{
				Policies: String("fields.polar", tt.policy), DenyRule: tt.deny,
				Classes: []Class{ClassOf[ledgerEntry](), ClassOf[auditor]()},
			})
			if err != nil {
				t.Fatal(err)
			}
			one, two := &ledgerEntry{ID: 1, Amount: 1}, &ledgerEntry{ID: 2, Amount: 2}
			if got := [2]bool{az.HasFieldRules(one), az.HasFieldRules(&auditor{ID: 1})}; got != tt.rules {
				t.Errorf("rules for the classes: %v, want %v", got, tt.rules)
			}
			actor := &auditor{ID: 1}
			for field, want := range tt.want {
				if err := az.AuthorizeFields(t.Context(), actor, "update", []any{one}, field); !errors.Is(err, want) || want == nil && err != nil {
					t.Errorf("%s: %v, want %v", field, err, want)
				}
			}
			if err := az.AuthorizeFields(t.Context(), actor, "update", []any{one}); err != nil {
				t.Errorf("no field: %v", err)
			}
			if name != "of the class" {
				return
			}
			if err := az.AuthorizeFields(t.Context(), actor, "update", []any{one, one}, "Amount", "BookID"); err != nil {
				t.Errorf("two rows: %v", err)
			}
			if err := az.AuthorizeFields(t.Context(), actor, "update", []any{one, two}, "Amount"); !errors.Is(err, ErrForbidden) {
				t.Errorf("two rows, one of them denied: %v", err)
			}
		})
	}
}
