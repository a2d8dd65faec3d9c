package vm

// This file defines what programs need to know of the classes of a registry, whatever their
// policies: the types of each class, tables of attributes, and the models and relations of
// package filter. The programs of a registry share it.

import (
	"reflect"
	"sync"

	"github.com/ursa-authz/ursa/authz/filter"
	"github.com/ursa-authz/ursa/authz/internal/host"
)

// classTables are the tables of a registry.
type classTables struct {
	instances [][]*host.Plan // the types of a class, by its ID; see classtest.go
	models    map[*host.Plan]*filter.Model
	relations map[*host.Attr]*filter.Relation
	attrs     sync.Map // attribute name: []*host.Attr by plan ID
}

// A tablesKey is the key of the classTables of a registry.
type tablesKey struct{}

// tablesOf returns the tables of a registry.
func tablesOf(reg *host.Registry, poll func(work int)) *classTables {
	return reg.Derived(tablesKey{}, func() any {
		t := new(classTables)
		poll(reg.NumPlans())
		t.addInstances(reg)
		t.addModels(reg)
		return t
	}).(*classTables)
}

// attrTable returns the attribute of that name by plan ID. It is empty if no plan has one, so
// that the tables that are kept are bounded by the attributes of the classes.
func (t *classTables) attrTable(reg *host.Registry, name string, poll func(work int)) []*host.Attr {
	if table, ok := t.attrs.Load(name); ok {
		return table.([]*host.Attr)
	}
	poll(reg.NumPlans())
	var table []*host.Attr
	for i := range reg.NumPlans() {
		if a := reg.PlanByID(i).Attr(name); a != nil {
			if table == nil {
				table = make([]*host.Attr, reg.NumPlans())
			}
			table[i] = a
		}
	}
	if table == nil {
		return nil
	}
	known, _ := t.attrs.LoadOrStore(name, table)
	return known.([]*host.Attr)
}

// addModels makes a model of every registered struct, and a relation of every
// attribute that is one.
func (t *classTables) addModels(reg *host.Registry) {
	t.models = make(map[*host.Plan]*filter.Model)
	t.relations = make(map[*host.Attr]*filter.Relation)
	for i := range reg.NumPlans() {
		plan := reg.PlanByID(i)
		if plan.Kind != host.Instance || plan.Type.Kind() != reflect.Struct || isExternal(plan) {
			continue
		}
		model := &filter.Model{Type: plan.Type, Name: plan.Type.Name()}
		if plan.Class != nil {
			model.Name = plan.Class.Name
		}
		for _, a := range plan.Key() {
			model.Key = append(model.Key, a.Name)
		}
		t.models[plan] = model
	}
	for plan := range t.models {
		for _, name := range plan.AttrNames() {
			a := plan.Attr(name)
			if a == nil || a.Relation == nil {
				continue
			}
			field, _ := plan.Type.FieldByName(a.Name)
			t.relations[a] = &filter.Relation{
				Name: a.Name, Index: field.Index, Many: a.Relation.Many, Target: t.models[a.Relation.Target],
			}
		}
	}
}

// relation returns the relation that an attribute is.
func (t *classTables) relation(a *host.Attr) *filter.Relation { return t.relations[a] }
