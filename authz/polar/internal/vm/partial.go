package vm

// This file defines partial evaluation.

type partialState struct{}

func (p *partialState) height() int32                                  { return 0 }
func (p *partialState) restore(int32)                                  {}
func (p *partialState) negated(*Machine, *choice) error                { return nil }
func (p *partialState) finishNot(*Machine, *node, int32) (bool, error) { return true, nil }
func (m *Machine) unifyPartial(a, b Value) (bool, error)               { return false, nil }
func (m *Machine) comparePartial(n *node, a, b Value) (done, ok bool, err error) {
	return false, false, nil
}
func (m *Machine) lookupPartial(n *node, obj Value, name string, base int32) (bool, error) {
	return false, nil
}
func (m *Machine) methodPartial(n *node, obj Value, base int32) (bool, error) { return false, nil }
func (m *Machine) matchPartial(v Value, p *pattern, n *node, base int32) (bool, error) {
	return false, nil
}
func (m *Machine) inPartial(n *node, item, seq Value) (bool, error) { return false, nil }
