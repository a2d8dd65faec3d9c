//go:build !purego

package polar

// WhyNotTyped returns why a decision is not compiled for types, or "".
func WhyNotTyped(p *Policy, actor any, action string, resource any) string {
	return p.prog.WhyNotTyped("allow", about(actor, action, resource))
}
