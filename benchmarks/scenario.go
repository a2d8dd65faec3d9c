package benchmarks

// This file defines Scenario, a policy in the languages of all engines with
// questions about it, and the list of scenarios.

import (
	"fmt"
	"strings"

	"github.com/cedar-policy/cedar-go"

	"github.com/ursa-authz/ursa/authz"
	"github.com/ursa-authz/ursa/authz/polar/syntax"
)

// A Scenario is one policy, written for every engine in the way of that engine,
// with questions that all of them must answer alike.
type Scenario struct {
	Name  string
	About string // in a sentence, for the report
	Kind  string // of the rules that do not apply; "" in most scenarios
	Rules int    // of the policy, as it is written in Polar

	// Questions are what the tests ask. Benchmarks time the first of them,
	// or with Draw all in turn.
	Questions []Question
	Draw      bool

	// Plain is the decision as a programmer writes it without any library.
	Plain func(actor any, action string, resource any) bool

	// Polar is the policy for Ursa, with the classes it names. OsoPolar is the
	// one for go-oso where that cannot be the same.
	Polar    string
	OsoPolar string
	Classes  []authz.Class

	// Cedar is the policy for cedar-go. CedarFacts makes what it is asked from
	// the structs of a question.
	Cedar      string
	CedarFacts func(Question) (cedar.Request, cedar.EntityMap)

	// CasbinModel and CasbinRules are the policy for Casbin: the matcher with
	// its definitions, and the table. CasbinRequest makes what it is asked.
	CasbinModel   string
	CasbinRules   string
	CasbinRequest func(Question) []any

	// Rego is the policy for OPA, whose rule data.bench.allow is asked, and
	// RegoData what its store holds. RegoInput makes the input.
	Rego      string
	RegoData  map[string]any
	RegoInput func(Question) map[string]any
}

// A Question is what engines are asked, with the right answer.
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

// label is the scenario's part of the names of benchmarks.
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

// countRules returns the number of rules of a Polar policy, those of resource
// blocks included.
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

// Scenarios returns the scenarios, each with a policy of its natural size.
func Scenarios() []*Scenario {
	return []*Scenario{
		Owner("", 1), Route(), Split(), RBAC(), Deep(), Deny(), Manager(), Mixed(),
	}
}

// Sizes are the numbers of rules that the scenario owner is measured with.
var Sizes = []int{10, 100, 1_000, 10_000}

// Kinds are the ways in which the rules that do not apply differ from the one
// that does.
var Kinds = []string{"action", "class", "constant"}

// lines returns n lines by a format, in which the line's number is argument 1.
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

// cedarRequest returns a request of Cedar about a question without a context.
func (q Question) cedarRequest(principal, resource cedar.EntityUID) cedar.Request {
	return cedar.Request{
		Principal: principal,
		Action:    cedar.NewEntityUID("Action", cedar.String(q.Action)),
		Resource:  resource,
	}
}
