package authz_test

import (
	"database/sql"
	"errors"
	"testing"

	"github.com/ursa-authz/ursa/authz"
)

type (
	account struct {
		ID   int `polar:",id"`
		Name string
	}
	tenantAccount struct {
		Tenant string
		Number int64
	}
	uuidAccount struct {
		ID [16]byte `polar:",id"`
	}
	nullAccount struct {
		ID sql.NullInt64 `polar:",id"`
	}
	pointerAccount struct {
		ID *int `polar:",id"`
	}
	visitor       struct{ Name string }
	systemAccount struct {
		ID int `polar:",id"`
	}
	actorDoc struct{ OwnerID int }
)

// TestZeroKeyIsNoActor asks a policy that allows everything, in every way to ask.
func TestZeroKeyIsNoActor(t *testing.T) {
	type embedded struct {
		account
	}
	az, err := authz.New(authz.Config{
		Policies: authz.String("p.polar", `allow(_, _, _); allow_request(_, _); allow_field(_, _, _, _);`),
		Classes: []authz.Class{
			{Name: "Account", Type: authz.ClassOf[account]().Type},
			{Name: "TenantAccount", Type: authz.ClassOf[tenantAccount]().Type, Key: []string{"Tenant", "Number"}},
			{Name: "UUIDAccount", Type: authz.ClassOf[uuidAccount]().Type},
			{Name: "NullAccount", Type: authz.ClassOf[nullAccount]().Type},
			{Name: "PointerAccount", Type: authz.ClassOf[pointerAccount]().Type},
			{Name: "Embedded", Type: authz.ClassOf[embedded]().Type},
			{Name: "Visitor", Type: authz.ClassOf[visitor]().Type},
			{Name: "SystemAccount", Type: authz.ClassOf[systemAccount]().Type, ZeroKeyActor: true},
			{Name: "Doc", Type: authz.ClassOf[actorDoc]().Type},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	pointer := &account{Name: "nobody"}
	for _, tt := range []struct {
		name  string
		actor any
		is    bool
	}{
		{"stored", &account{ID: 1}, true},
		{"negative", account{ID: -1}, true},
		{"never stored", &account{Name: "nobody"}, false},
		{"by value", account{}, false},
		{"behind two pointers", &pointer, false},
		{"composite, none", tenantAccount{}, false},
		{"composite, tenant only", tenantAccount{Tenant: "a"}, true},
		{"composite, number only", &tenantAccount{Number: 1}, true},
		{"array, zero", uuidAccount{}, false},
		{"array", uuidAccount{[16]byte{15: 1}}, true},
		{"null", nullAccount{}, false},
		{"null that holds a number", nullAccount{sql.NullInt64{Int64: 5}}, false},
		{"valid zero", nullAccount{sql.NullInt64{Valid: true}}, false},
		{"valid", nullAccount{sql.NullInt64{Int64: 5, Valid: true}}, true},
		{"nil pointer", pointerAccount{}, false},
		{"pointer to zero", pointerAccount{new(int)}, false},
		{"pointer", pointerAccount{new(7)}, true},
		{"promoted", embedded{}, false},
		{"promoted, stored", embedded{account{ID: 1}}, true},
		{"no key", visitor{}, true},
		{"class that permits it", systemAccount{}, true},
		{"not a class", struct{}{}, true},
		{"not a struct", 0, true},
		{"nil", nil, false},
		{"nil of a type", (*account)(nil), false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			ctx, doc, class := t.Context(), &actorDoc{}, authz.ClassOf[actorDoc]()
			_, isAllowed := az.IsAllowed(ctx, tt.actor, "read", doc)
			_, actions := az.AuthorizedActions(ctx, tt.actor, doc)
			_, fields := az.AuthorizedFields(ctx, tt.actor, "read", doc)
			_, filter := az.Filter(ctx, tt.actor, "read", class)
			_, function := authz.Authorize(authz.NewContext(ctx, az, tt.actor), "read", doc)
			x, err := az.Explain(ctx, tt.actor, "read", doc)
			if err != nil {
				t.Fatal(err)
			}
			for how, err := range map[string]error{
				"IsAllowed":         isAllowed,
				"Authorize":         az.Authorize(ctx, tt.actor, "read", doc),
				"Authorize a class": az.Authorize(ctx, tt.actor, "create", class),
				"Authorize by ctx":  function,
				"AuthorizeRequest":  az.AuthorizeRequest(ctx, tt.actor, &authz.Request{}),
				"AuthorizeField":    az.AuthorizeField(ctx, tt.actor, "read", doc, "title"),
				"AuthorizedActions": actions,
				"AuthorizedFields":  fields,
				"Filter":            filter,
				"CheckFilter":       az.CheckFilter(ctx, class, "read", tt.actor),
				"Explain":           x.Err,
			} {
				if tt.is != (err == nil) || !tt.is && !errors.Is(err, authz.ErrUndecided) {
					t.Errorf("%s: %v", how, err)
				}
			}
		})
	}
}

// TestUnstoredIsForbidden: a denial about a row that was never stored is not hidden.
func TestUnstoredIsForbidden(t *testing.T) {
	az, err := authz.New(authz.Config{
		Policies:   authz.String("p.polar", `allow(_: Account, "read", _: Invoice) if 1 = 2;`),
		ReadAction: "read",
		Classes: []authz.Class{
			{Name: "Account", Type: authz.ClassOf[account]().Type},
			{Name: "Invoice", Type: authz.ClassOf[tenantAccount]().Type, Key: []string{"Tenant", "Number"}},
			{Name: "Doc", Type: authz.ClassOf[actorDoc]().Type},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		resource any
		want     error
	}{
		{&tenantAccount{}, authz.ErrForbidden},
		{tenantAccount{}, authz.ErrForbidden},
		{&tenantAccount{Tenant: "a"}, authz.ErrNotFound},
		{&tenantAccount{Number: 1}, authz.ErrNotFound},
		{&actorDoc{}, authz.ErrNotFound}, // has no key, so it may be stored
	} {
		for _, action := range []string{"create", "read"} {
			err := az.Authorize(t.Context(), &account{ID: 1}, action, tt.resource)
			if !errors.Is(err, tt.want) {
				t.Errorf("%s %+v: %v, want %v", action, tt.resource, err, tt.want)
			}
			var denied *authz.DeniedError
			if !errors.As(err, &denied) || !errors.Is(denied.AsForbidden(), authz.ErrForbidden) || errors.Is(denied.AsForbidden(), authz.ErrNotFound) || denied.AsForbidden().ID() != denied.ID() {
				t.Errorf("%s %+v: as forbidden %v", action, tt.resource, denied.AsForbidden())
			}
		}
	}
}
