package benchmarks

// This file defines Scenario, a policy in the languages of all engines with
// questions, and the list of scenarios.

import (
	"fmt"
	"strings"

	"github.com/cedar-policy/cedar-go"

	"github.com/ursa-authz/ursa/authz"
	"github.com/ursa-authz/ursa/authz/polar/syntax"
)

// A Scenario is one policy, written for every engine in that engine's usual style,
// with questions that all engines must answer in the same way.
type Scenario struct {
	Name  string
	About string // one sentence, for the report
	Kind  string // of the rules that do not apply; "" in most scenarios
	Rules int    // number of rules of the policy in Polar

	// Questions are the questions of the tests. Benchmarks time the first of them
	// or, with Draw, all in turn.
	Questions []Question
	Draw      bool

	// Plain is the decision as a programmer would write it without a library.
	Plain func(actor any, action string, resource any) bool

	// Polar is the policy for Ursa, with the classes it names. OsoPolar is the
	// policy for go-oso if that cannot be the same.
	Polar    string
	OsoPolar string
	Classes  []authz.Class

	// Cedar is the policy for cedar-go. CedarFacts makes its input from the structs
	// of a question.
	Cedar      string
	CedarFacts func(Question) (cedar.Request, cedar.EntityMap)

	// CasbinModel and CasbinRules are the policy for Casbin: the matcher with its
	// definitions, and the table. CasbinRequest makes its input.
	CasbinModel   string
	CasbinRules   string
	CasbinRequest func(Question) []any

	// Rego is the policy for OPA, which evaluates the rule data.bench.allow.
	// RegoData is the data in its store. RegoInput makes its input.
	Rego      string
	RegoData  map[string]any
	RegoInput func(Question) map[string]any
}

// A Question is the input of a decision, with the right answer.
type Question struct {
	Actor    any
	Action   string
	Resource any
	Allowed  bool
}

// timed returns the questions that are timed.
func (s *Scenario) timed() []Question {
	if s.Draw {
		return s.Questions
	}
	return s.Questions[:1]
}

// label is the part of a benchmark's name that identifies the scenario.
func (s *Scenario) label() string { return label(s.Name, s.Rules, s.Kind) }

func label(name string, rules int, kind string) string {
	text := fmt.Sprintf("scenario=%s/rules=%d", name, rules)
	if kind != "" {
		text += "/kind=" + kind
	}
	return text
}

// finish counts the rules of a scenario.
func finish(s *Scenario) *Scenario {
	s.Rules = countRules(s.Polar)
	return s
}

// countRules returns the number of rules of a Polar policy, including those of
// resource blocks.
func countRules(policy string) int {
	file, _ := syntax.Parse("", policy)
	n := 0
	for _, stmt := range file.Stmts {
		switch stmt := stmt.(type) {
		case *syntax.Rule:
			n++
		case *syntax.Block:
			for _, decl := range stmt.Decls {
				if _, ok := decl.(*syntax.Shorthand); ok {
					n++
				}
			}
		}
	}
	return n
}

// Scenarios returns the scenarios, each with a policy of its usual size.
func Scenarios() []*Scenario {
	return []*Scenario{
		Owner("", 1), Route(), Split(), RBAC(), Deep(), Deny(), Manager(), Mixed(),
	}
}

// Sizes are the numbers of rules with which the scenario owner is measured.
var Sizes = []int{10, 100, 1_000, 10_000}

// Kinds are the ways in which the rules that do not apply differ from the one that
// does.
var Kinds = []string{"action", "class", "constant"}

// lines returns n lines in a format whose argument 1 is the line number.
func lines(n int, format string) string {
	var text strings.Builder
	for i := range n {
		fmt.Fprintf(&text, format+"\n", i)
	}
	return text.String()
}

// uid returns Cedar's name of an object.
func uid(class string, id int) cedar.EntityUID {
	return cedar.NewEntityUID(cedar.EntityType(class), cedar.String(fmt.Sprint(id)))
}

// entities returns a store of entities.
func entities(list ...cedar.Entity) cedar.EntityMap {
	m := make(cedar.EntityMap, len(list))
	for _, e := range list {
		m[e.UID] = e
	}
	return m
}

// text returns the action of a question.

// cedarRequest returns a Cedar request for a question, without a context.
func (q Question) cedarRequest(principal, resource cedar.EntityUID) cedar.Request {
	return cedar.Request{
		Principal: principal,
		Action:    cedar.NewEntityUID("Action", cedar.String(q.Action)),
		Resource:  resource,
	}
}
