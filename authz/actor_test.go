package authz_test

import (
	"database/sql"
	"errors"
	"reflect"
	"testing"

	"github.com/ursa-authz/ursa/authz"
	"github.com/ursa-authz/ursa/authz/filter"
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
	namedAccount struct {
		ID opaqueKey `polar:",id"`
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
	actorDoc  struct{ OwnerID int }
	opaqueKey [16]byte
)

func (opaqueKey) String() string { return "a key" }

// TestZeroKeyIsNotAnActor tests zero keys with a policy that allows everything, through every
// method.
func TestZeroKeyIsNotAnActor(t *testing.T) {
	type embedded struct {
		account
	}
	az, err := authz.New(authz.Config{
		Policies: authz.String("p.polar", `allow(_, _, _); allow_request(_, _); allow_field(_, _, _, _);`),
		Classes: []authz.Class{
			{Name: "Account", Type: authz.ClassOf[account]().Type},
			{Name: "TenantAccount", Type: authz.ClassOf[tenantAccount]().Type, Key: []string{"Tenant", "Number"}},
			{Name: "UUIDAccount", Type: authz.ClassOf[uuidAccount]().Type},
			{Name: "NamedAccount", Type: authz.ClassOf[namedAccount]().Type},
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
		is    bool // an actor
		keyed bool // of a class with a key that a filter can hold
	}{
		{"stored", &account{ID: 1}, true, true},
		{"negative", account{ID: -1}, true, true},
		{"never stored", &account{Name: "nobody"}, false, true},
		{"by value", account{}, false, true},
		{"behind two pointers", &pointer, false, true},
		{"composite, none", tenantAccount{}, false, true},
		{"composite, tenant only", tenantAccount{Tenant: "a"}, true, true},
		{"composite, number only", &tenantAccount{Number: 1}, true, true},
		{"array, zero", uuidAccount{}, false, false},
		{"array", uuidAccount{[16]byte{15: 1}}, true, false},
		{"uuid, zero", namedAccount{}, false, true},
		{"uuid", &namedAccount{opaqueKey{15: 1}}, true, true},
		{"null", nullAccount{}, false, true},
		{"null that holds a number", nullAccount{sql.NullInt64{Int64: 5}}, false, true},
		{"valid zero", nullAccount{sql.NullInt64{Valid: true}}, false, true},
		{"valid", nullAccount{sql.NullInt64{Int64: 5, Valid: true}}, true, true},
		{"nil pointer", pointerAccount{}, false, true},
		{"pointer to zero", pointerAccount{new(int)}, false, true},
		{"pointer", pointerAccount{new(7)}, true, true},
		{"promoted", embedded{}, false, true},
		{"promoted, stored", embedded{account{ID: 1}}, true, true},
		{"no key", visitor{}, true, false},
		{"class that permits it", systemAccount{}, true, true},
		{"not a class", struct{}{}, true, false},
		{"not a struct", 0, true, false},
		{"nil", nil, false, false},
		{"nil of a type", (*account)(nil), false, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			ctx, doc, class := t.Context(), &actorDoc{}, authz.ClassOf[actorDoc]()
			_, isAllowed := az.IsAllowed(ctx, tt.actor, "read", doc)
			_, actions := az.AuthorizedActions(ctx, tt.actor, doc)
			_, fields := az.AuthorizedFields(ctx, tt.actor, "read", doc)
			_, list := az.Filter(ctx, tt.actor, "read", class)
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
				"Filter":            list,
				"CheckFilter":       az.CheckFilter(ctx, class, "read", tt.actor),
				"Explain":           x.Err,
			} {
				if tt.is != (err == nil) || !tt.is && !errors.Is(err, authz.ErrUndecided) {
					t.Errorf("%s: %v", how, err)
				}
			}
			if !tt.keyed {
				return
			}
			q, err := az.FilterActors(ctx, authz.Class{Type: reflect.TypeOf(tt.actor)}, "read", doc)
			if err != nil {
				t.Fatal(err)
			}
			if ok, err := q.Match(ctx, tt.actor, filter.Loaded); ok != tt.is || err != nil {
				t.Errorf("FilterActors: %v, %v by %v", ok, err, q.Reveal())
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
