package sqlauthz

// This file defines Translator, which makes conditions for the actor of a context.

import (
	"context"
	"fmt"
	"reflect"

	"github.com/ursa-authz/ursa/adapters/internal/answer"
	"github.com/ursa-authz/ursa/authz"
	"github.com/ursa-authz/ursa/authz/filter"
)

// An Authorizer makes decisions. *authz.Authorizer implements it.
type Authorizer interface {
	// Authorize returns nil, an error that is authz.ErrForbidden or authz.ErrNotFound, or one
	// that is authz.ErrUndecided.
	Authorize(ctx context.Context, actor any, action string, resource any) error
}

// A Filterer is an Authorizer that also makes filters for lists. It returns
// authz.ErrUnsupported if it cannot make a filter from the policy.
type Filterer interface {
	Filter(ctx context.Context, actor any, action string, class authz.Class) (*filter.Query, error)
}

// A Translator makes conditions on the rows that an actor may see. It is immutable, and safe for
// concurrent use.
type Translator struct {
	az     Authorizer
	schema *Schema
}

// New returns a translator for an Authorizer, whose classes are those of the tables. The error is
// that of Tables.Schema. If az is nil, the Authorizer of the context is used, which
// authz.Middleware and authz.NewContext put there.
func New(az Authorizer, tables Tables, d *Dialect) (*Translator, error) {
	s, err := tables.Schema(d)
	if err != nil {
		return nil, err
	}
	if v := reflect.ValueOf(az); az != nil && v.Kind() == reflect.Pointer && v.IsNil() {
		return nil, fmt.Errorf("sqlauthz: a nil %T", az)
	}
	return &Translator{az, s}, nil
}

// Schema returns the tables.
func (t *Translator) Schema() *Schema { return t.schema }

// An Option says how a condition is written.
type Option func(*options)

type options struct {
	alias    string
	offset   int
	unscoped bool
	broad    bool
	current  bool
	marks    bool
}

func optionsOf(opts []Option) options {
	var o options
	for _, opt := range opts {
		opt(&o)
	}
	return o
}

// Alias says which alias the statement gives the table. Without it, the condition uses the name
// of the table. Aliases az1, az2 and so on are reserved.
func Alias(name string) Option { return func(o *options) { o.alias = name } }

// ArgOffset says how many arguments the statement has before those of the condition. It matters
// where placeholders are numbered: with ArgOffset(2), the first is $3.
func ArgOffset(n int) Option { return func(o *options) { o.offset = n } }

// QuestionMarks writes ? for each argument, in PostgreSQL too. It is for query builders, which
// number the arguments of the whole statement themselves.
func QuestionMarks() Option { return func(o *options) { o.marks = true } }

// Unscoped lets the condition allow rows that are deleted softly. Related rows that are deleted
// still do not count.
func Unscoped() Option { return func(o *options) { o.unscoped = true } }

// Broad says that the actor may see a large part of the table. It never changes which rows a
// condition is true for, but its form. Without Broad, a condition with several ways to be allowed
// finds all rows of each way by an index, which is fast for up to some thousand rows. With Broad,
// the condition is checked for each row that the statement looks at, which is fast for a page of
// many rows in the order of an index.
func Broad() Option { return func(o *options) { o.broad = true } }

// Where returns the condition for the rows of a table on which the actor of the context may do an
// action: for those rows and no others, the decision in memory allows it. Rows that are deleted
// softly are left out.
//
//	c, err := tr.Where(ctx, "read", "expenses", sqlauthz.Alias("e"), sqlauthz.ArgOffset(1))
//	...
//	rows, err := db.QueryContext(ctx, "SELECT e.id FROM expenses e WHERE e.paid = $1 AND "+c.SQL, append([]any{true}, c.Args...)...)
//
// The text is a condition in parentheses, "TRUE" or "FALSE". It contains names of the tables only,
// quoted, and placeholders. It may be combined with other conditions by AND and OR, in any
// clause. Do not negate it, since it may be NULL for rows that are not allowed: AllowedExpr is
// never NULL.
//
// The error is authz.ErrUndecided: without an actor or an Authorizer in the context, if the table
// is not known, or if a fetch failed. If the policy cannot be translated exactly, it is
// authz.ErrUnsupported too.
func (t *Translator) Where(ctx context.Context, action, table string, opts ...Option) (Condition, error) {
	return t.write(table, "", "", opts, t.allowed(ctx, action, opts))
}

// AllowedExpr is Where for an expression that is true or false for each row, and never NULL. In a
// SELECT it tells which rows have a button, for instance. Rows that are deleted softly are false.
func (t *Translator) AllowedExpr(ctx context.Context, action, table string, opts ...Option) (Condition, error) {
	return t.write(table, "COALESCE(", ",FALSE)", opts, t.allowed(ctx, action, opts))
}

// allowed returns a function that returns the condition on the rows of a table on which the actor
// of the context may do action.
func (t *Translator) allowed(ctx context.Context, action string, opts []Option) func(*table) (*Predicate, error) {
	return func(rows *table) (*Predicate, error) {
		q, err := t.question(ctx)
		if err != nil {
			return nil, err
		}
		return q.condition(t.schema, rows, action, opts...)
	}
}

// write writes a condition on the rows of the named table between two texts, unless it is constant.
func (t *Translator) write(name, before, after string, opts []Option, condition func(*table) (*Predicate, error)) (Condition, error) {
	o := optionsOf(opts)
	rows, err := t.schema.tableNamed(name)
	if err != nil {
		return Condition{}, err
	}
	p, err := condition(rows)
	if err != nil {
		return Condition{}, err
	}
	return t.schema.write(p, rows, before, after, o)
}

// write writes a condition on the rows of a table between two texts, unless it is constant.
func (s *Schema) write(p *Predicate, t *table, before, after string, o options) (Condition, error) {
	name := t.Name
	if o.alias != "" {
		name = o.alias
	}
	if IsReserved(name) {
		return Condition{}, answer.Undecided(fmt.Sprintf("the name %q is reserved for the subqueries of conditions (give the table another alias)", name), nil)
	}
	f := p.f
	if !o.unscoped {
		f = allOf(f, s.compiler().live(binding{table: t, alias: name}))
	}
	switch f.konst {
	case constTrue:
		return Condition{SQL: "TRUE"}, nil
	case constFalse:
		return Condition{SQL: "FALSE"}, nil
	}
	w := &textWriter{d: s.d, table: name, offset: o.offset, marks: o.marks}
	w.WriteSQL(before + "(")
	f.write(w)
	w.WriteSQL(")" + after)
	return Condition{w.b.String(), w.args}, nil
}

// tableNamed returns the table of that name.
func (s *Schema) tableNamed(name string) (*table, error) {
	switch list := s.byName[name]; len(list) {
	case 0:
		return nil, answer.Undecided(fmt.Sprintf("the table %q is not among the Tables", name), nil)
	case 1:
		return list[0], nil
	}
	return nil, answer.Undecided(fmt.Sprintf("the table %q has rows of several types", name), nil)
}

// A question holds the authorizer, the actor and the context of a decision.
type question struct {
	ctx   context.Context
	az    Authorizer
	actor any
}

// question finds the authorizer and the actor.
func (t *Translator) question(ctx context.Context) (question, error) {
	az, err := t.authorizer(ctx)
	if err != nil {
		return question{}, err
	}
	actor, ok := authz.ActorFrom(ctx)
	if !ok {
		return question{}, answer.Undecided("no actor in the context", nil)
	}
	return question{ctx, az, actor}, nil
}

// authorizer returns the translator's authorizer, or else the context's.
func (t *Translator) authorizer(ctx context.Context) (Authorizer, error) {
	if ctx == nil {
		return nil, answer.Undecided("no context", nil)
	}
	if t.az != nil {
		return t.az, nil
	}
	az, ok := authz.FromContext(ctx)
	if !ok {
		return nil, answer.Undecided("no authorizer in the context, and none given to sqlauthz.New", nil)
	}
	return az, nil
}

// condition returns the condition on the rows of a table on which the actor may do action. Every
// error is authz.ErrUndecided.
func (q question) condition(s *Schema, t *table, action string, opts ...Option) (*Predicate, error) {
	f, ok := q.az.(Filterer)
	if !ok {
		return nil, answer.Filter(answer.Unsupported(nil, fmt.Sprintf("the authorizer %T makes no filters", q.az)))
	}
	query, err := f.Filter(q.ctx, q.actor, action, authz.Class{Type: t.Type})
	if err != nil {
		return nil, answer.Filter(err)
	}
	return s.translateFor(t, query, opts)
}

// translateFor translates a filter on the rows of a table. Every error is authz.ErrUndecided.
func (s *Schema) translateFor(t *table, query *filter.Query, opts []Option) (*Predicate, error) {
	if query == nil || query.Model == nil || query.Model.Type != t.Type {
		return nil, answer.Filter(answer.Unsupported(nil, "a filter on rows other than those of "+t.Type.String()))
	}
	p, err := s.Translate(query, opts...)
	if err != nil {
		return nil, answer.Filter(err)
	}
	return p, nil
}
