package benchmarks

// This file defines Engine, and the list of them.

// An Engine is one way to make decisions.
type Engine struct {
	Name string
	Note string // the work before and during the measurement

	// Load loads the policy of a scenario.
	Load func(*Scenario) (Decider, error)
}

// A Decider has loaded a policy. It returns a function that decides a question
// repeatedly. Both are safe for concurrent use.
type Decider func(Question) (decide func() (bool, error))

// Engines are the engines that are compared.
var Engines = []Engine{
	{"plain", "the same conditions written by hand in Go, called with the same three interface values: the floor", loadPlain},
	{"ursa", "`Authorizer.IsAllowed` on the application's own structs, without conversion", loadUrsa},
	{"cedar", "cedar-go with the request and all necessary entities converted in advance", loadCedar},
	{"cedar-build", "cedar-go with request and entities made from the structs for each decision, as in an application", loadCedarBuild},
	{"casbin", "Casbin's `SyncedEnforcer` (the other engines are safe for concurrent use too), with roles in its own table and request values prepared in advance", loadCasbin},
	{"opa", "OPA's prepared query with the input converted to Rego values in advance", loadOPA},
	{"opa-build", "OPA's prepared query with the input made from the structs for each decision, as in an application", loadOPABuild},
	{"oso", "go-oso itself on the application's own structs, which it converts to JSON during the decision", loadOso},
	{"oso-engine", "go-oso as an engine of Ursa (`adapters/oso`), which checks every value before go-oso gets it", loadOsoEngine},
}

// EngineByName returns the engine with that name.
func EngineByName(name string) Engine {
	for _, e := range Engines {
		if e.Name == name {
			return e
		}
	}
	panic("benchmarks: no engine " + name)
}
