package authz

// This file defines what an observer may print of the actor and the resource of a
// Decision: their classes and ids.

// ActorClass returns the name of the actor's class, or "" if there is no actor. There
// are as many of these as there are classes, so it can be a label of a metric.
func (d Decision) ActorClass() string { return d.className(d.asked().actor) }

// ActorID returns the actor's id, see [AuthzIDer], or "" if it has none.
func (d Decision) ActorID() string { return d.classes.id(d.asked().actor) }

// ResourceClass returns the name of the resource's class, or "" if there is no resource.
func (d Decision) ResourceClass() string { return d.className(d.asked().resource) }

// ResourceID returns the resource's id, see [AuthzIDer], or "" if it has none.
func (d Decision) ResourceID() string { return d.classes.id(d.asked().resource) }

func (d Decision) className(x any) string {
	if x == nil {
		return ""
	}
	return d.classes.name(x)
}
