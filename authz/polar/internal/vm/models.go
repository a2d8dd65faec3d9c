package vm

// This file makes the models and relations of package filter for the registered
// classes, for partial evaluation.

import (
	"reflect"

	"github.com/ursa-authz/ursa/authz/filter"
	"github.com/ursa-authz/ursa/authz/internal/host"
)

// addModels makes a model of every registered struct, and a relation of every
// attribute that is one.
func (p *Program) addModels() {
	p.models = make(map[*host.Plan]*filter.Model)
	p.relations = make(map[*host.Attr]*filter.Relation)
	for i := range p.reg.NumPlans() {
		plan := p.reg.PlanByID(i)
		if plan.Kind != host.Instance || plan.Type.Kind() != reflect.Struct {
			continue
		}
		model := &filter.Model{Type: plan.Type, Name: plan.Type.Name()}
		if plan.Class != nil {
			model.Name = plan.Class.Name
		}
		for _, a := range plan.Key() {
			model.Key = append(model.Key, a.Name)
		}
		p.models[plan] = model
	}
	for plan := range p.models {
		for _, name := range plan.AttrNames() {
			a := plan.Attr(name)
			if a == nil || a.Relation == nil {
				continue
			}
			field, _ := plan.Type.FieldByName(a.Name)
			p.relations[a] = &filter.Relation{
				Name: a.Name, Index: field.Index, Many: a.Relation.Many, Target: p.models[a.Relation.Target],
			}
		}
	}
}

// relation returns the relation that an attribute is.
func (p *Program) relation(a *host.Attr) *filter.Relation { return p.relations[a] }
