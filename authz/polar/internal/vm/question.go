package vm

// This file defines Question, a call of a rule that decides.

// A Form says which arguments the rule of a Question has.
type Form uint8

const (
	FormRequest Form = iota // actor, resource
	FormAction              // actor, action, resource
	FormField               // actor, action, resource, field
)

// arity returns the number of arguments.
func (f Form) arity() int { return int(f) + 2 }

// A Question is a call of a rule with arguments that have values. What its Form does not have is
// empty.
type Question struct {
	Form     Form
	Actor    any
	Action   string
	Resource any
	Field    string
}

// QuestionOf returns the question with the given arguments. It returns false if no Form has them.
func QuestionOf(args []any) (q Question, ok bool) {
	switch len(args) {
	case 2:
		return Question{Form: FormRequest, Actor: args[0], Resource: args[1]}, true
	case 3, 4:
		q = Question{Form: FormAction, Actor: args[0], Resource: args[2]}
		q.Action, ok = args[1].(string)
		if ok && len(args) == 4 {
			q.Form = FormField
			q.Field, ok = args[3].(string)
		}
	}
	return q, ok
}

// Args returns the arguments of the question.
func (q *Question) Args() []any {
	switch q.Form {
	case FormRequest:
		return []any{q.Actor, q.Resource}
	case FormField:
		return []any{q.Actor, q.Action, q.Resource, q.Field}
	}
	return []any{q.Actor, q.Action, q.Resource}
}
