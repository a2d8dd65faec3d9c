package vm

// This file defines Question, a call of a rule that decides.

import "github.com/ursa-authz/ursa/authz/internal/host"

// A Form says which arguments the rule of a Question has.
type Form uint8

const (
	FormRequest Form = iota // actor, resource
	FormAction              // actor, action, resource
	FormField               // actor, action, resource, field
	FormChange              // actor, action, resource, after
)

// arity returns the number of arguments.
func (f Form) arity() int {
	return [...]int{FormRequest: 2, FormAction: 3, FormField: 4, FormChange: 4}[f]
}

// hasLast reports whether there is a fourth argument.
func (f Form) hasLast() bool { return f >= FormField }

// A Question is a call of a rule with arguments that have values. What its Form does not have is
// zero.
type Question struct {
	Form     Form
	Actor    any
	Action   string
	Resource any
	Field    string
	After    any
}

// QuestionOf returns the question with the given arguments. It returns false if no Form has them.
func QuestionOf(args []any) (q Question, ok bool) {
	switch len(args) {
	case 2:
		return Question{Form: FormRequest, Actor: args[0], Resource: args[1]}, true
	case 3, 4:
		if q.Action, ok = args[1].(string); !ok {
			return q, false
		}
		q.Form, q.Actor, q.Resource = FormAction, args[0], args[2]
		if len(args) == 3 {
			return q, true
		}
		if q.Field, ok = args[3].(string); ok {
			q.Form = FormField
		} else {
			q.Form, q.After = FormChange, args[3]
		}
		return q, true
	}
	return q, false
}

// hasObjects reports whether no object of the question is nil.
func (q *Question) hasObjects() bool {
	_, actor := host.Words(q.Actor)
	_, resource := host.Words(q.Resource)
	_, after := host.Words(q.After)
	return actor != nil && resource != nil && (after != nil || q.Form != FormChange)
}

// Args returns the arguments of the question.
func (q *Question) Args() []any {
	switch q.Form {
	case FormRequest:
		return []any{q.Actor, q.Resource}
	case FormField:
		return []any{q.Actor, q.Action, q.Resource, q.Field}
	case FormChange:
		return []any{q.Actor, q.Action, q.Resource, q.After}
	}
	return []any{q.Actor, q.Action, q.Resource}
}
