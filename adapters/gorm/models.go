package gormauthz

// This file defines models: what is known about the GORM models of a database handle,
// read once from GORM's own schemas.

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"gorm.io/gorm"
	"gorm.io/gorm/schema"

	sqlauthz "github.com/ursa-authz/ursa/adapters/sql"
	"github.com/ursa-authz/ursa/authz/filter"
)

// modelsName is the name of the plugin that holds a handle's models. GORM shares the
// plugins of a handle with all of its sessions and transactions.
const modelsName = "gormauthz:models"

// models are the registered models of a database handle.
type models struct {
	db *gorm.DB // the handle that they were registered with

	mu      sync.RWMutex
	byType  map[reflect.Type]*model
	byTable map[string]*model
	order   []*model

	plugin *Plugin // that restricts reads, once registered

	shared atomic.Bool // whether a model is registered with other handles, too
	family *family     // guarded by handles.mu

	joins sync.Map // *schema.Schema of a join table -> *joinTable

	tables atomic.Pointer[sqlauthz.Schema] // of all models
}

func newModels(db *gorm.DB) *models {
	return &models{db: db, byType: make(map[reflect.Type]*model), byTable: make(map[string]*model)}
}

// Name returns the name of the plugin that holds the models.
func (ms *models) Name() string { return modelsName }

// Initialize registers the callbacks that note how rows are read, and those that refuse writes
// in a ReadTx. GORM calls it.
func (ms *models) Initialize(db *gorm.DB) error {
	cb := db.Callback()
	err := errors.Join(
		cb.Query().Before("gorm:query").Register("gormauthz:before_reading", ms.beforeReading),
		cb.Query().After("gorm:preload").Before("gorm:after_query").Register("gormauthz:after_reading", ms.afterReading),
		cb.Query().Before("gorm:query").Register("gormauthz:read_tx", refuseLocksInReadTx),
		cb.Row().Before("gorm:row").Register("gormauthz:read_tx", refuseLocksInReadTx),
		cb.Create().Before("gorm:begin_transaction").Register("gormauthz:read_tx", refuseInReadTx),
		cb.Update().Before("gorm:begin_transaction").Register("gormauthz:read_tx", refuseInReadTx),
		cb.Delete().Before("gorm:begin_transaction").Register("gormauthz:read_tx", refuseInReadTx),
		cb.Raw().Before("gorm:raw").Register("gormauthz:read_tx", refuseInReadTx),
	)
	if err != nil {
		return fmt.Errorf("gormauthz: %w", err)
	}
	return nil
}

// modelsOf returns the models registered with the handle that tx came from, or nil.
func modelsOf(tx *gorm.DB) *models {
	if tx == nil || tx.Config == nil {
		return nil
	}
	ms, _ := tx.Config.Plugins[modelsName].(*models)
	return ms
}

// ofType returns the model of a struct type, or nil.
func (ms *models) ofType(t reflect.Type) *model {
	if ms == nil {
		return nil
	}
	ms.mu.RLock()
	defer ms.mu.RUnlock()
	return ms.byType[t]
}

// ofTable returns the first model whose rows are in the table, or nil.
func (ms *models) ofTable(table string) *model {
	if ms == nil {
		return nil
	}
	ms.mu.RLock()
	defer ms.mu.RUnlock()
	return ms.byTable[table]
}

// add registers the model of a struct type and those that its relations lead to, and returns
// all of them. Kept says that the first one's AfterFind hook leaves columns alone.
func (ms *models) add(value any, kept bool) (reached []*model, err error) {
	stmt := &gorm.Statement{DB: ms.db}
	if err := stmt.Parse(value); err != nil {
		return nil, fmt.Errorf("gormauthz: %T: %w", value, err)
	}
	defer func() {
		for _, m := range reached {
			ms.announce(m.typ)
		}
	}()
	ms.mu.Lock()
	defer ms.mu.Unlock()
	seen := make(map[reflect.Type]bool)
	queue := []*schema.Schema{stmt.Schema}
	for len(queue) > 0 {
		s := queue[0]
		queue = queue[1:]
		if seen[s.ModelType] {
			continue
		}
		seen[s.ModelType] = true
		m, err := ms.addOne(s)
		if err != nil {
			return nil, err
		}
		if kept && len(reached) == 0 {
			m.kept.Store(true)
		}
		reached = append(reached, m)
		for _, rel := range m.relations {
			queue = append(queue, rel.gorm.FieldSchema)
		}
	}
	return reached, ms.describe()
}

// addOne returns the model of a schema, and registers it if it is new. The caller holds mu.
func (ms *models) addOne(s *schema.Schema) (*model, error) {
	if m := ms.byType[s.ModelType]; m != nil {
		return m, nil
	}
	m, err := newModel(s)
	if err != nil {
		return nil, err
	}
	ms.byType[s.ModelType] = m
	if ms.byTable[s.Table] == nil {
		ms.byTable[s.Table] = m
	}
	ms.order = append(ms.order, m)
	if ms.plugin != nil {
		m.restrictReads(ms.plugin)
	}
	for _, rel := range m.relations {
		if rel.gorm.JoinTable != nil {
			if err := ms.addJoin(rel.gorm); err != nil {
				return nil, err
			}
		}
	}
	return m, nil
}

// A model is a registered GORM model.
type model struct {
	typ        reflect.Type
	schema     *schema.Schema
	key        []string                 // Go paths of the primary key
	columns    map[string]*schema.Field // by Go path
	unreadable map[string]bool          // Go paths of the columns that GORM does not read
	relations  []*relation              // in the order of the fields' paths

	severalRows map[string]bool // relations to one row that may have several

	kept atomic.Bool // whether the AfterFind hook, if any, leaves columns alone
	rows *filter.Model
}

// A relation is an association of a model.
type relation struct {
	name  string // Go path of the field
	many  bool
	owner *model
	gorm  *schema.Relationship
}

func newModel(s *schema.Schema) (*model, error) {
	m := &model{typ: s.ModelType, schema: s, columns: make(map[string]*schema.Field)}
	for _, f := range s.PrimaryFields {
		m.key = append(m.key, goPath(s.ModelType, f.BindNames))
	}
	m.rows = &filter.Model{Name: s.ModelType.Name(), Type: s.ModelType, Key: m.key}
	for _, f := range s.Fields {
		if f.DBName == "" {
			continue
		}
		path := goPath(s.ModelType, f.BindNames)
		m.columns[path] = f
		if !f.Readable {
			if m.unreadable == nil {
				m.unreadable = make(map[string]bool)
			}
			m.unreadable[path] = true
		}
	}
	rels := &s.Relationships
	for _, r := range slices.Concat(rels.HasOne, rels.BelongsTo, rels.HasMany, rels.Many2Many) {
		rel := &relation{name: goPath(s.ModelType, r.Field.BindNames), many: r.Type == schema.HasMany || r.Type == schema.Many2Many, owner: m, gorm: r}
		if !rel.many && !isUnique(r) {
			if m.severalRows == nil {
				m.severalRows = make(map[string]bool)
			}
			m.severalRows[rel.name] = true
		}
		if m.relation(rel.name) != nil {
			return nil, fmt.Errorf("gormauthz: %s has two associations named %s", s.ModelType, rel.name)
		}
		m.relations = append(m.relations, rel)
	}
	slices.SortFunc(m.relations, func(a, b *relation) int { return strings.Compare(a.name, b.name) })
	return m, nil
}

// isJoinTable reports whether a table is the join table of a registered association.
func (ms *models) isJoinTable(table string) (found bool) {
	ms.joins.Range(func(_, jt any) bool {
		found = jt.(*joinTable).name == table
		return !found
	})
	return found
}

// relation returns the association of that Go path, or nil.
func (m *model) relation(name string) *relation {
	i := slices.IndexFunc(m.relations, func(r *relation) bool { return r.name == name })
	if i < 0 {
		return nil
	}
	return m.relations[i]
}

// goPath returns how Go code selects the field that GORM reached by the given names:
// without embedded structs that have no field name.
func goPath(t reflect.Type, names []string) string {
	var path []string
	for i, name := range names {
		for t.Kind() == reflect.Pointer {
			t = t.Elem()
		}
		f, ok := t.FieldByName(name)
		if !ok {
			return strings.Join(names, ".")
		}
		if !f.Anonymous || i == len(names)-1 {
			path = append(path, name)
		}
		t = f.Type
	}
	return strings.Join(path, ".")
}

// keyOf returns the values of the primary key of row, a pointer to the model.
func (m *model) keyOf(ctx context.Context, row any) (values []any, zero bool) {
	rv := reflect.Indirect(reflect.ValueOf(row))
	zero = true
	for _, f := range m.schema.PrimaryFields {
		v, isZero := f.ValueOf(ctx, rv)
		values = append(values, v)
		zero = zero && isZero
	}
	return values, zero
}
