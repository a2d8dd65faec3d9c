package gormauthz

// This file defines Plugin, which authorizes the statements of a database handle.
//
// A query clause in the schemas restricts reads. GORM applies it when all callbacks
// have run and all conditions are present, and also to the tables that Joins adds. A
// callback before GORM's own refuses what a clause cannot see: raw SQL, and models
// and tables that are not registered. Writes are authorized by callbacks alone, in
// write.go.

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"sync"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/schema"

	"github.com/ursa-authz/ursa/authz"
)

const pluginName = "gormauthz"

// The actions of statements that do not name one.
const (
	actionRead   = "read"
	actionCreate = "create"
	actionUpdate = "update"
	actionDelete = "delete"
)

// A Plugin authorizes the statements that are marked by Authorized or, with Enforce,
// all statements. New makes one, for db.Use.
type Plugin struct {
	az      Authorizer
	enforce bool
	blind   sync.Map // each blind that was logged
}

// An Option configures a Plugin.
type Option func(*Plugin)

// Enforce makes the plugin authorize every statement of the handle for the actor in
// its context. The action is "read", "create", "update" or "delete", unless the
// statement is marked for another action. These statements fail:
//
//   - statements without an actor,
//   - statements on models and tables that were not passed to Classes,
//   - raw SQL, and joins written in SQL,
//   - upserts, except for those by which GORM saves associations.
//
// Rows that GORM saves because they are associated with another are authorized as if the
// program wrote them: for "create" if they are new, and for "update" if their foreign key
// changes. A row of a join table whose model is not registered is authorized as an update of
// both rows that it links.
//
// Unrestricted exempts the statements of one context.
func Enforce() Option { return func(p *Plugin) { p.enforce = true } }

// New returns a plugin that authorizes with az, for db.Use. If az is not a Filterer,
// only single rows can be authorized.
func New(az Authorizer, options ...Option) *Plugin {
	p := &Plugin{az: az}
	for _, o := range options {
		o(p)
	}
	return p
}

// pluginOf returns the plugin of a handle, or nil.
func pluginOf(db *gorm.DB) *Plugin {
	if db == nil || db.Config == nil {
		return nil
	}
	p, _ := db.Config.Plugins[pluginName].(*Plugin)
	return p
}

// Name returns the plugin's name.
func (p *Plugin) Name() string { return pluginName }

// Initialize registers the plugin's callbacks with a handle. GORM calls it.
func (p *Plugin) Initialize(db *gorm.DB) error {
	if p.az == nil {
		return undecided("the plugin has no Authorizer", nil)
	}
	ms := modelsOf(db)
	if ms == nil {
		ms = newModels(db)
		if err := db.Use(ms); err != nil {
			return err
		}
	}
	ms.restrictReads(p)
	ms.join(p.az)
	cb := db.Callback()
	for _, err := range []error{
		cb.Query().Before("gorm:query").Register("gormauthz:query", p.beforeRead),
		cb.Query().After("gormauthz:query").Before("gorm:query").Register("gormauthz:query_flags", p.queryFlags),
		cb.Query().After("gorm:query").Before("gorm:preload").Register("gormauthz:before_preload", p.beforePreload),
		cb.Query().After("gorm:preload").Register("gormauthz:after_preload", p.afterPreload),
		cb.Row().Before("gorm:row").Register("gormauthz:row", p.beforeRead),
		cb.Row().After("gorm:row").Register("gormauthz:after_row", afterRow),
		cb.Row().After("gorm:row").Register("gormauthz:lower_barrier", lowerBarrier),
		cb.Raw().Before("gorm:raw").Register("gormauthz:raw", p.beforeRaw),
		cb.Create().Before("gorm:before_create").Register("gormauthz:begin", p.beginWrite(actionCreate)),
		cb.Update().Before("gorm:before_update").Register("gormauthz:begin", p.beginWrite(actionUpdate)),
		cb.Delete().Before("gorm:before_delete").Register("gormauthz:begin", p.beginWrite(actionDelete)),
		cb.Create().After("gormauthz:begin").Before("gorm:before_create").Register("gormauthz:association", p.beforeAssociation),
		cb.Create().After("*").Register("gormauthz:end", endWrite),
		cb.Update().After("*").Register("gormauthz:end", endWrite),
		cb.Delete().After("*").Register("gormauthz:end", endWrite),
		cb.Create().After("gorm:before_create").Before("gorm:save_before_associations").Register("gormauthz:create", p.beforeCreate),
		cb.Create().After("gorm:after_create").Before("gorm:commit_or_rollback_transaction").Register("gormauthz:after_create", p.afterCreate),
		cb.Update().After("gorm:before_update").Before("gorm:save_before_associations").Register("gormauthz:update", p.beforeUpdate),
		cb.Update().After("gorm:save_before_associations").Before("gorm:update").Register("gormauthz:update_fields", p.updateFields),
		cb.Update().After("gorm:after_update").Before("gorm:commit_or_rollback_transaction").Register("gormauthz:after_update", p.afterUpdate),
		cb.Delete().After("gorm:before_delete").Before("gorm:delete_before_associations").Register("gormauthz:delete", p.beforeDelete),
		cb.Delete().After("gorm:after_delete").Before("gorm:commit_or_rollback_transaction").Register("gormauthz:after_delete", p.afterDelete),
	} {
		if err != nil {
			return fmt.Errorf("gormauthz: %w", err)
		}
	}
	return nil
}

// restrictReads adds to the registered models, and to those registered later, the
// query clause by which the plugin restricts their rows.
func (ms *models) restrictReads(p *Plugin) {
	ms.mu.Lock()
	defer ms.mu.Unlock()
	ms.plugin = p
	for _, m := range ms.order {
		m.restrictReads(p)
	}
}

func (m *model) restrictReads(p *Plugin) {
	m.schema.QueryClauses = append(m.schema.QueryClauses[:len(m.schema.QueryClauses):len(m.schema.QueryClauses)], readClause{p, m})
}

// begin is actionOf in a callback. It logs unrestricted statements and refuses those
// without a reason.
func (p *Plugin) begin(stmt *gorm.Statement, action string) (string, bool) {
	if stmt.Error != nil {
		return "", false
	}
	wanted, ok := p.actionOf(stmt, action)
	if e := exemptionOf(stmt.Context); !ok && e != nil {
		switch {
		case e.reason == "":
			refuse(stmt, undecided("gormauthz.Unrestricted needs a reason", nil))
		case e.logged:
			stmt.Logger.Info(stmt.Context, "gormauthz: unrestricted %s on %q: %s", action, stmt.Table, e.reason)
		}
	}
	return wanted, ok
}

// actionOf returns the action for which a statement must be authorized: that of its
// mark or else, with Enforce, the given one. It returns false for a statement that is
// not authorized.
func (p *Plugin) actionOf(stmt *gorm.Statement, action string) (string, bool) {
	if m, ok := markOf(stmt); ok {
		return m.action, true
	}
	return action, pluginOf(stmt.DB).enforce && exemptionOf(stmt.Context) == nil
}

// explicitly tells the reader how to run the refused statement.
const explicitly = " (or run it with gormauthz.Unrestricted(ctx, reason))"

// beforeRead refuses statements that the query clause cannot restrict.
func (p *Plugin) beforeRead(db *gorm.DB) {
	stmt := db.Statement
	if _, ok := p.begin(stmt, actionRead); !ok {
		if _, ok := amongOf(stmt); !ok {
			if hasBarrier(stmt) {
				refuse(stmt, errNoBarrier)
			}
			return
		}
	}
	if stmt.SQL.Len() > 0 {
		refuse(stmt, undecided("raw SQL cannot be authorized"+explicitly, nil))
		return
	}
	if p.isPreloadedLink(stmt) {
		return
	}
	_, err := p.modelOf(stmt)
	if err == nil {
		err = checkBuild(stmt, readClauses)
	}
	_, marked := markOf(stmt)
	enforced := p.enforce || !marked // by the handle, or by a mark of the statement that caused it
	if err == nil && enforced {
		err = checkClauses(stmt, readClauses)
	}
	if err == nil && enforced {
		err = modelsOf(db).checkJoins(stmt)
	}
	if err == nil {
		err = takeGuards(stmt)
	}
	if err != nil {
		refuse(stmt, err)
		return
	}
	groupJoins(stmt)
}

// groupJoins puts the application's conditions after the ON of an association into
// parentheses. GORM adds them after the conditions of the query clauses of the
// association's model, so an Or in them would bypass those conditions.
func groupJoins(stmt *gorm.Statement) {
	for i := range stmt.Joins {
		on := stmt.Joins[i].On
		if on == nil || len(on.Exprs) == 0 {
			continue
		}
		if _, ok := on.Exprs[0].(group); !ok { // for a statement that runs again
			stmt.Joins[i].On = &clause.Where{Exprs: []clause.Expression{group{on.Exprs}}}
		}
	}
}

// modelOf returns the registered model whose rows a statement is about.
func (p *Plugin) modelOf(stmt *gorm.Statement) (*model, error) {
	ms := modelsOf(stmt.DB)
	s := stmt.Schema
	if s == nil {
		return nil, undecided(fmt.Sprintf("the statement on the table %q has no model"+explicitly, stmt.Table), nil)
	}
	m := ms.ofType(s.ModelType)
	switch {
	case m == nil && ms.ofTable(stmt.Table) != nil:
		return nil, undecided(fmt.Sprintf("%s is read from the table %q of %s : use db.Model(&%s{})"+explicitly, s.ModelType, stmt.Table, ms.ofTable(stmt.Table).typ, ms.ofTable(stmt.Table).typ.Name()), nil)
	case m == nil:
		return nil, undecided(fmt.Sprintf("%s was not given to gormauthz.Classes"+explicitly, s.ModelType), nil)
	case m.schema != s:
		return nil, undecided(fmt.Sprintf("%s is used with a different schema from that of gormauthz.Classes"+explicitly, s.ModelType), nil)
	case !isOwnTable(stmt, s):
		return nil, undecided(fmt.Sprintf("%s is used with a table other than %q"+explicitly, s.ModelType, s.Table), nil)
	}
	return m, nil
}

// aliased matches a table with an alias, as passed to db.Table.
var aliased = regexp.MustCompile("(?i)^[\"`]?(\\w+(?:\\.\\w+)?)[\"`]?\\s+(?:AS\\s+)?[\"`]?(\\w+)[\"`]?$")

// isOwnTable reports whether a statement reads a model from its own table, under any
// alias.
func isOwnTable(stmt *gorm.Statement, s *schema.Schema) bool {
	if stmt.TableExpr == nil {
		return stmt.Table == s.Table
	}
	sql := strings.TrimSpace(stmt.TableExpr.SQL)
	if m := aliased.FindStringSubmatch(sql); m != nil && len(stmt.TableExpr.Vars) == 0 {
		return m[1] == s.Table && m[2] == stmt.Table
	}
	return sql == stmt.Quote(s.Table) && (stmt.Table == s.Table || isInSchema(stmt, s))
}

// isInSchema reports whether the table expression of a statement is the one that GORM itself makes for a
// model whose table is in a schema: the statement then knows the table by its own name.
func isInSchema(stmt *gorm.Statement, s *schema.Schema) bool {
	_, name, ok := strings.Cut(s.Table, ".")
	return ok && stmt.Table == name && stmt.TableExpr.SQL == stmt.Quote(s.Table) && len(stmt.TableExpr.Vars) == 0
}

// checkJoins refuses joins that do not follow an association.
func (ms *models) checkJoins(stmt *gorm.Statement) error {
	for _, j := range stmt.Joins {
		rels := &stmt.Schema.Relationships
		for name := range strings.SplitSeq(j.Name, ".") {
			r := rels.Relations[name]
			if r == nil || j.Expression != nil {
				return undecided("a join written in SQL cannot be authorized"+explicitly, nil)
			}
			rels = &r.FieldSchema.Relationships
		}
	}
	from, ok := stmt.Clauses["FROM"].Expression.(clause.From)
	if !ok && stmt.Clauses["FROM"].Expression != nil || len(from.Tables) > 0 {
		return undecided("a FROM clause with other tables cannot be authorized"+explicitly, nil)
	}
	if len(from.Joins) > 0 && !ms.isAssociationJoin(stmt, from.Joins) {
		return undecided("a FROM clause with joins other than those of associations cannot be authorized"+explicitly, nil)
	}
	return nil
}

// preloadKey is the name of the setting of statements that GORM runs for a preload.
const preloadKey = "gormauthz:preload"

// beforePreload marks the statements of a preload for "read": GORM gives them the
// settings of the statement that they belong to.
func (p *Plugin) beforePreload(db *gorm.DB) {
	endFlags(db)
	lowerBarrier(db)
	if len(db.Statement.Preloads) == 0 {
		return
	}
	settings := &db.Statement.Settings
	if m, ok := markOf(db.Statement); ok {
		db.InstanceSet(markKey, m)
		settings.Store(markKey, mark{actionRead})
	}
	settings.Delete(amongKey) // these are about the statement's own rows
	settings.Delete(flagsKey)
	settings.Store(preloadKey, true)
	p.checkPreloads(db)
}

// checkPreloads makes a preload fail if a function among its conditions returns another
// handle, whose statements would not be authorized.
func (p *Plugin) checkPreloads(db *gorm.DB) {
	stmt := db.Statement
	if _, ok := p.actionOf(stmt, actionRead); !ok {
		return
	}
	db.InstanceSet(preloadKey, stmt.Preloads)
	checked := make(map[string][]any, len(stmt.Preloads))
	for name, conds := range stmt.Preloads {
		conds = slices.Clone(conds)
		for i := range conds {
			f, ok := conds[i].(func(*gorm.DB) *gorm.DB)
			if !ok {
				continue
			}
			conds[i] = func(tx *gorm.DB) *gorm.DB {
				next := f(tx)
				if next == nil {
					next = tx
					refuse(next.Statement, undecided("a function of a Preload returned no handle", nil))
				}
				if _, ok := markOf(next.Statement); !ok && !(pluginOf(next) != nil && pluginOf(next).enforce) {
					next = tx.Session(&gorm.Session{})
					next.AddError(undecided("a function of a Preload returned another handle than its own, whose statements are not authorized", nil))
				}
				return next
			}
		}
		checked[name] = conds
	}
	stmt.Preloads = checked
}

func (p *Plugin) afterPreload(db *gorm.DB) {
	if len(db.Statement.Preloads) == 0 {
		return
	}
	settings := &db.Statement.Settings
	settings.Delete(preloadKey)
	if x, ok := db.InstanceGet(preloadKey); ok {
		db.Statement.Preloads = x.(map[string][]any)
	}
	if m, ok := db.InstanceGet(markKey); ok {
		settings.Store(markKey, m)
	}
}

// isPreloadedLink reports whether a statement reads the join table of a registered
// association for a preload. The owners were authorized, and the targets will be.
func (p *Plugin) isPreloadedLink(stmt *gorm.Statement) bool {
	if _, ok := stmt.Settings.Load(preloadKey); !ok || stmt.Schema == nil {
		return false
	}
	return modelsOf(stmt.DB).joinOf(stmt.Schema) != nil
}

// beforeRaw refuses Exec, except for the savepoints that GORM itself sets.
func (p *Plugin) beforeRaw(db *gorm.DB) {
	stmt := db.Statement
	if savepoint.MatchString(stmt.SQL.String()) && len(stmt.Vars) == 0 {
		return
	}
	if _, ok := p.begin(stmt, "raw SQL"); ok {
		refuse(stmt, undecided("raw SQL cannot be authorized"+explicitly, nil))
	}
}

var savepoint = regexp.MustCompile(`^(SAVEPOINT|ROLLBACK TO SAVEPOINT|RELEASE SAVEPOINT) \w+$`)

// A readClause restricts the rows of a model that a query reads, or joins.
type readClause struct {
	plugin *Plugin
	model  *model
}

// Name, Build and MergeClause make it a clause; ModifyStatement does the work.
func (readClause) Name() string               { return "" }
func (readClause) Build(clause.Builder)       {}
func (readClause) MergeClause(*clause.Clause) {}

// ModifyStatement adds the condition to a query on the model or, if the statement is
// one that GORM made to build a join, to the conditions of the join.
func (r readClause) ModifyStatement(stmt *gorm.Statement) {
	query := stmt.DB.Statement
	joined := query != stmt
	if query.Error != nil {
		return
	}
	var err error
	var conds []clause.Expression // on the statement's own rows
	if !joined {
		if cond, ok := amongOf(query); ok {
			conds = append(conds, cond)
		}
		if f := flagsOf(query); f != nil {
			f.addTo(stmt)
		}
	}
	action, ok := r.plugin.actionOf(query, actionRead)
	if joined {
		action = actionRead
	}
	if err == nil && ok {
		var cond predicate
		if cond, err = r.plugin.condition(query, r.model, action); err == nil {
			conds = append(conds, cond)
		}
		if err == nil && cond.isNever() {
			if _, preloaded := query.Settings.Load(preloadKey); joined {
				r.plugin.warnOfNone(query, r.model, "a join to")
			} else if preloaded {
				r.plugin.warnOfNone(query, r.model, "a preload of")
			}
		}
	}
	switch {
	case err != nil:
	case !joined && hasBarrier(query):
		if err = raiseBarrier(stmt, r.model, conds); err == nil {
			err = restrict(stmt)
		}
	case len(conds) > 0:
		err = restrict(stmt, conds...)
	}
	if err == nil {
		return
	}
	refuse(query, err)
	if joined {
		stmt.AddClause(clause.Where{Exprs: []clause.Expression{predicate{}}})
	}
}

// A blind is a model of which actors of a type may read no row, and was joined or preloaded.
type blind struct {
	model *model
	actor reflect.Type
}

// warnOfNone logs that a join or a preload finds nothing, once for each model and type of actor.
// Without a rule for the class, the association is empty in every row, which looks like missing
// data.
func (p *Plugin) warnOfNone(query *gorm.Statement, m *model, reading string) {
	actor, _ := authz.ActorFrom(query.Context)
	b := blind{m, reflect.TypeOf(actor)}
	if _, known := p.blind.LoadOrStore(b, true); known {
		return
	}
	query.DB.Logger.Warn(query.Context, "gormauthz: %s %v finds no row, because the policy lets %v read none (write a rule allow(actor, %q, resource) for the class, if they may)",
		reading, m.typ, b.actor, actionRead)
}

// condition returns the condition on the rows of a model for the actor of a
// statement.
func (p *Plugin) condition(stmt *gorm.Statement, m *model, action string) (predicate, error) {
	q, err := questionOf(stmt.Context, stmt.DB) // fetches begin new sessions of it
	if err != nil {
		return predicate{}, err
	}
	return q.condition(modelsOf(stmt.DB), m, action, shapeOf(stmt)...)
}

// plain returns a session on the same connection or transaction, with nothing else
// from the statement.
func plain(db *gorm.DB) *gorm.DB {
	return db.Session(&gorm.Session{NewDB: true, Context: db.Statement.Context})
}

// afterRow makes the Scan of a failed Row return the error: GORM would return a nil
// *sql.Row, which panics.
func afterRow(db *gorm.DB) {
	stmt := db.Statement
	if rows, ok := db.Get("rows"); db.Error == nil || !ok || rows != false {
		return
	}
	if _, ok := stmt.Dest.(*sql.Row); !ok {
		stmt.Dest = failedRow(stmt.Context, db.Error)
	}
}

// failedRow returns a row whose Scan returns err.
func failedRow(ctx context.Context, err error) *sql.Row {
	db := sql.OpenDB(failing{err})
	defer db.Close()
	return db.QueryRowContext(context.WithoutCancel(ctx), "")
}

// failing is a connector that does not connect.
type failing struct{ err error }

func (f failing) Connect(context.Context) (driver.Conn, error) { return nil, f.err }
func (f failing) Driver() driver.Driver                        { return f }
func (f failing) Open(string) (driver.Conn, error)             { return nil, f.err }
