//go:build purego

package authz

// A concealed is an any whose content package fmt does not print: of a pointer in a struct it
// prints the address.
type concealed struct{ to *any }

func hide(x any) concealed {
	if x == nil {
		return concealed{}
	}
	return concealed{&x}
}

func (c concealed) value() any {
	if c.to == nil {
		return nil
	}
	return *c.to
}
