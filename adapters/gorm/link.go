package gormauthz

// This file defines how the plugin authorizes writes to the join table of a many to many
// association.
//
// If the model of the join table was given to Classes, its rows are rows like others. Usually it was
// not, and no rule is about it. A row of it then belongs to both of its ends: inserting or deleting
// it is an update of the two rows that it links. Both must be allowed before and after. One end
// is not enough: a rule about a user may read the teams of the user, and one about a team its
// members.

import (
	"context"
	"fmt"
	"reflect"
	"slices"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/schema"

	"github.com/ursa-authz/ursa/adapters/internal/answer"
	sqlauthz "github.com/ursa-authz/ursa/adapters/sql"
	"github.com/ursa-authz/ursa/authz/filter"
)

// A joinTable is the join table of registered associations.
type joinTable struct {
	name  string
	rows  *model                 // not registered
	links []*schema.Relationship // the associations, which may be the two directions of one
}

// addJoin registers the join table of an association. The caller holds mu.
func (ms *models) addJoin(r *schema.Relationship) error {
	jt := ms.joinOf(r.JoinTable)
	if jt == nil {
		rows, err := newModel(r.JoinTable)
		if err != nil {
			return err
		}
		jt = &joinTable{name: r.JoinTable.Table, rows: rows}
	}
	links := append(slices.Clone(jt.links), r) // readers hold no lock
	ms.joins.Store(r.JoinTable, &joinTable{jt.name, jt.rows, links})
	return nil
}

// joinOf returns the join table with a schema, or nil.
func (ms *models) joinOf(s *schema.Schema) *joinTable {
	x, _ := ms.joins.Load(s)
	jt, _ := x.(*joinTable)
	return jt
}

// linked returns the join table that a write is about, if no registered model has its rows.
func (ms *models) linked(stmt *gorm.Statement) *joinTable {
	if stmt.Schema == nil || ms.ofType(stmt.Schema.ModelType) != nil || !isOwnTable(stmt, stmt.Schema) {
		return nil
	}
	return ms.joinOf(stmt.Schema)
}

// registerJoin tells the reader how to authorize rows of a join table by rules of their own.
func registerJoin(jt *joinTable, why string) error {
	return undecided(fmt.Sprintf("rows of the join table %q cannot be authorized as updates of the rows that they link, %s (give it a model with SetupJoinTable, and the model to gormauthz.Classes)"+explicitly, jt.name, why), nil)
}

// check returns an error if writes of rows of the join table cannot be authorized by their ends.
func (jt *joinTable) check(ms *models, q question) error {
	if q.changer() != nil {
		return registerJoin(jt, "because the policy has a rule about changes")
	}
	var columns []string
	for _, r := range jt.links {
		for _, s := range []*schema.Schema{r.Schema, r.FieldSchema} {
			m := ms.ofType(s.ModelType)
			if m == nil {
				return registerJoin(jt, "because one of these is not registered")
			}
			if answer.Fielder(q.az, reflect.New(m.typ).Interface()) != nil {
				return registerJoin(jt, "because the policy has rules about fields")
			}
		}
		var owner, target []*schema.Field
		for _, ref := range r.References {
			switch {
			case ref.PrimaryValue != "":
			case ref.OwnPrimaryKey:
				owner = append(owner, ref.PrimaryKey)
			default:
				target = append(target, ref.PrimaryKey)
			}
			columns = append(columns, ref.ForeignKey.DBName)
		}
		if !sameFields(owner, r.Schema.PrimaryFields) || !sameFields(target, r.FieldSchema.PrimaryFields) {
			return registerJoin(jt, "because it does not refer to their primary keys")
		}
	}
	key := slices.Clone(jt.rows.schema.PrimaryFieldDBNames)
	slices.Sort(key)
	slices.Sort(columns)
	if !slices.Equal(key, slices.Compact(columns)) {
		return registerJoin(jt, "because these columns are not its primary key")
	}
	return nil
}

func sameFields(a, b []*schema.Field) bool {
	return len(a) == len(b) && !slices.ContainsFunc(a, func(f *schema.Field) bool { return !slices.Contains(b, f) })
}

// An end is a row that a row of a join table links.
type end struct {
	model *model
	text  string // the key
}

// ends returns the rows that rows of the join table link: the claims on them, one for each model, and
// the ends of each row.
func (jt *joinTable) ends(ctx context.Context, ms *models, action string, rows []reflect.Value) ([]*claim, [][]end, error) {
	claims := make(map[*model]*claim)
	seen := make(map[end]bool)
	var order []*claim
	each := make([][]end, len(rows))
	add := func(i int, s *schema.Schema, r *schema.Relationship, own bool) error {
		m := ms.ofType(s.ModelType)
		values := make([]any, len(s.PrimaryFields))
		for _, ref := range r.References {
			if ref.PrimaryValue == "" && ref.OwnPrimaryKey == own {
				values[slices.Index(s.PrimaryFields, ref.PrimaryKey)], _ = ref.ForeignKey.ValueOf(ctx, rows[i].Elem())
			}
		}
		key, err := m.keyFrom(ctx, values)
		if err != nil {
			return undecided("the key of a row that a join table links cannot be read", err)
		}
		text, ok, err := ms.tables.Load().KeyText(m.typ, key)
		if err != nil {
			return filterError(err)
		}
		if !ok {
			return undecided("a row of a join table links a row without a key", nil)
		}
		e := end{m, text}
		each[i] = append(each[i], e)
		if seen[e] {
			return nil
		}
		seen[e] = true
		c := claims[m]
		if c == nil {
			c = &claim{model: m, action: action}
			claims[m] = c
			order = append(order, c)
		}
		c.keys = append(c.keys, key)
		return nil
	}
	for i := range rows {
		for _, r := range jt.links {
			if !links(ctx, r, rows[i]) {
				continue
			}
			if err := add(i, r.Schema, r, true); err != nil {
				return nil, nil, err
			}
			if err := add(i, r.FieldSchema, r, false); err != nil {
				return nil, nil, err
			}
		}
		if len(each[i]) == 0 {
			return nil, nil, undecided("a row of a join table belongs to no registered association", nil)
		}
	}
	return order, each, nil
}

// links reports whether a row of a join table may be of an association: a polymorphic one has a column
// that names the type of the owner.
func links(ctx context.Context, r *schema.Relationship, row reflect.Value) bool {
	for _, ref := range r.References {
		if ref.PrimaryValue == "" {
			continue
		}
		if v, _ := ref.ForeignKey.ValueOf(ctx, row.Elem()); fmt.Sprint(v) != ref.PrimaryValue {
			return false
		}
	}
	return true
}

// takeEnds locks the ends that may be updated, and returns their keys.
func (q question) takeEnds(db *gorm.DB, c *claim, unscoped bool) ([]filter.Value, error) {
	ms := modelsOf(db)
	var err error
	if c.allowed, err = q.condition(ms, c.model, c.action); err != nil {
		return nil, err
	}
	cond, err := ms.hasKey(c.model, c.keys)
	if err != nil {
		return nil, err
	}
	tx := session(db, db.Statement.Context).Model(reflect.New(c.model.typ).Interface()).Where(cond).Where(c.allowed)
	if unscoped {
		tx = tx.Unscoped()
	}
	taken := *c
	if taken.keys, err = takeKeys(tx, c.model, clause.Limit{}); err != nil {
		return nil, err
	}
	return stillAllowed(session(db, db.Statement.Context), &taken)
}

// claimLinks authorizes the ends of new rows of a join table.
func (c *claim) claimLinks(db *gorm.DB, q question, rows []any) error {
	if err := c.links.check(modelsOf(db), q); err != nil {
		return err
	}
	values := make([]reflect.Value, len(rows))
	for i := range rows {
		values[i] = reflect.ValueOf(rows[i])
	}
	ends, _, err := c.links.ends(db.Statement.Context, modelsOf(db), c.action, values)
	if err != nil {
		return err
	}
	for _, e := range ends {
		taken, err := q.takeEnds(db, e, false)
		if err != nil {
			return err
		}
		if len(taken) != len(e.keys) {
			return e.report(db, "rows to be linked")
		}
	}
	c.ends = ends
	return nil
}

// takeLinks restricts a delete to the rows of a join table both of whose ends may be updated.
func (c *claim) takeLinks(db *gorm.DB, q question) error {
	stmt, ms, s := db.Statement, modelsOf(db), c.links.rows.schema
	if err := c.links.check(ms, q); err != nil {
		return err
	}
	found, err := c.findLinks(db)
	if err != nil {
		return err
	}
	var rows []reflect.Value
	each(found, func(row reflect.Value) { rows = append(rows, row) })
	ends, endsOf, err := c.links.ends(stmt.Context, ms, c.action, rows)
	if err != nil {
		return err
	}
	allowed := make(map[end]bool)
	for _, e := range ends {
		taken, err := q.takeEnds(db, e, true)
		if err != nil {
			return err
		}
		for _, k := range taken {
			text, _, err := ms.tables.Load().KeyText(e.model.typ, k)
			if err != nil {
				return filterError(err)
			}
			allowed[end{e.model, text}] = true
		}
	}
	var kept []reflect.Value
	for i, row := range rows {
		if !slices.ContainsFunc(endsOf[i], func(e end) bool { return !allowed[e] }) {
			kept = append(kept, row)
		}
	}
	if c.ends, _, err = c.links.ends(stmt.Context, ms, c.action, kept); err != nil {
		return err
	}
	for _, e := range c.ends { // those that are left, for the condition afterwards
		if e.allowed, err = q.condition(ms, e.model, e.action); err != nil {
			return err
		}
	}
	var taken clause.Expression = predicate{}
	if len(kept) > 0 {
		keys := make([][]any, len(kept))
		for i, row := range kept {
			keys[i], _ = c.links.rows.keyOf(stmt.Context, row.Interface())
		}
		column, values := schema.ToQueryValues(clause.CurrentTable, s.PrimaryFieldDBNames, keys)
		taken = clause.IN{Column: column, Values: values}
	}
	stmt.Clauses["WHERE"] = clause.Clause{Name: "WHERE", Expression: clause.Where{Exprs: []clause.Expression{taken}}}
	return nil
}

// findLinks locks the rows of a join table that a delete would affect.
func (c *claim) findLinks(db *gorm.DB) (reflect.Value, error) {
	stmt, s := db.Statement, c.links.rows.schema
	exprs, err := conditions(stmt)
	if err != nil {
		return reflect.Value{}, err
	}
	_, named := schema.GetIdentityFieldValuesMap(stmt.Context, stmt.ReflectValue, s.PrimaryFields)
	if len(exprs) == 0 && len(named) == 0 && !db.AllowGlobalUpdate {
		return reflect.Value{}, gorm.ErrMissingWhereClause
	}
	tx := unhooked(db).Model(reflect.New(s.ModelType).Interface())
	if len(exprs) > 0 {
		tx = tx.Where(group{exprs})
	}
	if len(named) > 0 {
		column, values := schema.ToQueryValues(clause.CurrentTable, s.PrimaryFieldDBNames, named)
		tx = tx.Where(clause.IN{Column: column, Values: values})
	}
	if stmt.Unscoped {
		tx = tx.Unscoped()
	}
	if dialectOf(db) != sqlauthz.SQLite {
		tx = tx.Clauses(clause.Locking{Strength: clause.LockingStrengthUpdate})
	}
	rows := reflect.New(reflect.SliceOf(s.ModelType))
	if err := tx.Limit(maxClaim + 1).Find(rows.Interface()).Error; err != nil {
		return reflect.Value{}, databaseError(err)
	}
	if rows.Elem().Len() > maxClaim {
		return reflect.Value{}, undecided(fmt.Sprintf("the write affects more than %d rows (split it into batches)", maxClaim), nil)
	}
	return rows.Elem(), nil
}

// afterLinks authorizes the ends of rows of a join table in their new state.
func (c *claim) afterLinks(db *gorm.DB) error {
	for _, e := range c.ends {
		if err := e.authorizeStored(db); err != nil {
			return err
		}
		if err := e.report(db, ""); err != nil {
			return err
		}
	}
	return nil
}

// afterDelete authorizes the ends of deleted rows of a join table. Other deletes leave nothing to ask
// about.
func (p *Plugin) afterDelete(db *gorm.DB) {
	if c := claimOf(db); c != nil && c.links != nil && db.Error == nil && !db.DryRun {
		p.finish(db, func() error { return c.afterLinks(db) })
	}
}
