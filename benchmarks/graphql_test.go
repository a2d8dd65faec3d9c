package benchmarks

// This file measures what gqlauthz adds to the resolution of a field, beside the
// resolver alone.

import (
	"context"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	gqlauthz "github.com/ursa-authz/ursa/adapters/gqlgen"
	"github.com/ursa-authz/ursa/authz"
)

// resolutions are the ways to resolve a field of gqlgen: nothing authorizes, the resolver
// authorizes as one would by hand, or the adapter does. An object is what a field of
// Query loads, and a field is one of the object. The extra cost of a request is that of
// net/http, which has Middleware around the server, and these for each object and field.
var resolutions = []struct {
	of, by  string
	resolve graphql.Resolver
}{
	{"object", "nothing", resolveExpense},
	{"object", "hand", func(ctx context.Context) (any, error) {
		x, err := resolveExpense(ctx)
		if err != nil {
			return nil, err
		}
		return authz.Authorize(ctx, "read", x)
	}},
	{"object", "adapter", func(ctx context.Context) (any, error) {
		return gqlauthz.Directive(ctx, nil, resolveExpense, "read")
	}},
	{"field", "nothing", resolveAmount},
	{"field", "hand", func(ctx context.Context) (any, error) {
		az, _ := authz.FromContext(ctx)
		actor, _ := authz.ActorFrom(ctx)
		if err := az.AuthorizeField(ctx, actor, "read", loaded, "amount"); err != nil {
			return nil, err
		}
		return resolveAmount(ctx)
	}},
	{"field", "adapter", func(ctx context.Context) (any, error) { return authorizeFields(ctx, resolveAmount) }},
}

var authorizeFields = gqlauthz.Fields(gqlauthz.FieldConfig{})

// resolveExpense and resolveAmount are resolvers.
func resolveExpense(context.Context) (any, error) { return loaded, nil }
func resolveAmount(context.Context) (any, error)  { return loaded.Amount, nil }

// newFieldContext returns the context of a resolver in a query `{expense {amount}}` of a
// user: that of the field "expense", or that of "amount".
func newFieldContext(tb testing.TB, user *User, of string) context.Context {
	az, err := authz.New(authz.Config{
		Policies: authz.String("graphql.polar", `
			allow(user: User, "read", expense: Expense) if user.id = expense.user_id;
			allow_field(user: User, "read", expense: Expense, field) if
				user.id = expense.user_id and field in ["id", "amount"];`),
		Classes: []authz.Class{authz.ClassOf[User](), authz.ClassOf[Expense]()},
	})
	if err != nil {
		tb.Fatal(err)
	}
	ctx := authz.NewContext(tb.Context(), az, user)
	ctx = graphql.WithOperationContext(ctx, &graphql.OperationContext{
		Operation: &ast.OperationDefinition{Operation: ast.Query},
	})
	ctx = graphql.WithFieldContext(ctx, &graphql.FieldContext{})
	expense := &graphql.FieldContext{Object: "Query", Field: graphql.CollectedField{Field: &ast.Field{
		Name: "expense", SelectionSet: ast.SelectionSet{&ast.Field{Name: "amount"}},
		Definition: &ast.FieldDefinition{Name: "expense", Type: ast.NonNullNamedType("Expense", nil)},
	}}}
	ctx = graphql.WithFieldContext(ctx, expense)
	if of == "object" {
		return ctx
	}
	expense.Result = loaded
	return graphql.WithFieldContext(ctx, &graphql.FieldContext{Object: "Expense", Field: graphql.CollectedField{Field: &ast.Field{
		Name: "amount", Definition: &ast.FieldDefinition{Name: "amount", Type: ast.NonNullNamedType("Int", nil)},
	}}})
}

func TestGraphQL(t *testing.T) {
	for _, r := range resolutions {
		for _, tt := range []struct {
			user    User
			allowed bool
		}{{User{ID: 1}, true}, {User{ID: 2}, r.by == "nothing"}} {
			x, err := r.resolve(newFieldContext(t, &tt.user, r.of))
			if tt.allowed != (err == nil && x != nil) {
				t.Errorf("%s, %s, user %d: %v, %v; want allowed: %v", r.of, r.by, tt.user.ID, x, err, tt.allowed)
			}
		}
	}
}

// TestGraphQLAllocations: the adapter adds at most three allocations to a decision by
// hand.
func TestGraphQLAllocations(t *testing.T) {
	hand := make(map[string]float64)
	for _, r := range resolutions {
		ctx := newFieldContext(t, &User{ID: 1}, r.of)
		n := testing.AllocsPerRun(200, func() { r.resolve(ctx) })
		t.Logf("%s, %s: %v allocations", r.of, r.by, n)
		switch r.by {
		case "hand":
			hand[r.of] = n
		case "adapter":
			if n > hand[r.of]+3 {
				t.Errorf("%s: %v allocations, by hand %v", r.of, n, hand[r.of])
			}
		}
	}
}

// BenchmarkGraphQL measures the resolution of an object and of one of its fields: without
// authorization, with a decision by hand, and with Directive or Fields.
func BenchmarkGraphQL(b *testing.B) {
	for _, r := range resolutions {
		b.Run("of="+r.of+"/by="+r.by, func(b *testing.B) {
			ctx := newFieldContext(b, &User{ID: 1}, r.of)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := r.resolve(ctx); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
