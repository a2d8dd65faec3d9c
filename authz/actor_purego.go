//go:build purego

package authz

// quickTypes is empty: without package unsafe, all actors are checked by reflection.
type quickTypes struct{}

// checkActor returns an error if x cannot be an actor.
func (c *classes) checkActor(x any) error { return c.checkAnyActor(x) }

func (c *classes) remember(any, *actorType) {}
