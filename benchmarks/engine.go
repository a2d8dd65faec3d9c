package benchmarks

// This file defines Engine, and the list of them.

// An Engine is one way to decide.
type Engine struct {
	Name string
	Note string // what is prepared before the clock runs, and what is done while it does

	// Load loads the policy of a scenario.
	Load func(*Scenario) (Decider, error)
}

// A Decider has loaded a policy. It returns the function that decides a question,
// again whenever it is called. Both are safe for concurrent use.
type Decider func(Question) (decide func() (bool, error))

// Engines are the engines that are compared.
var Engines = []Engine{
	{"plain", "the same conditions written by hand in Go, behind the same three interface values: the floor", loadPlain},
	{"ursa", "`Authorizer.IsAllowed` on the application's own structs; nothing is converted", loadUrsa},
	{"cedar", "cedar-go with the request and all entities that it needs converted beforehand", loadCedar},
	{"cedar-build", "cedar-go with request and entities made from the structs for each decision, as an application has to", loadCedarBuild},
	{"casbin", "Casbin's `SyncedEnforcer` (the others are safe for concurrent use too); roles are in its own table, request values are prepared", loadCasbin},
	{"opa", "OPA's prepared query with the input converted to Rego values beforehand", loadOPA},
	{"opa-build", "OPA's prepared query with the input made from the structs for each decision, as an application has to", loadOPABuild},
	{"oso", "go-oso itself on the application's own structs, which it converts to JSON as it goes", loadOso},
	{"oso-engine", "go-oso behind Ursa's seam (`adapters/oso`), which checks every value before go-oso gets it", loadOsoEngine},
}

// EngineByName returns an engine of the list.
func EngineByName(name string) Engine {
	for _, e := range Engines {
		if e.Name == name {
			return e
		}
	}
	panic("benchmarks: no engine " + name)
}
