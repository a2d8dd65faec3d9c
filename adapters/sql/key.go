package sqlauthz

// This file translates comparisons of rows, which compare keys.

import (
	"github.com/ursa-authz/ursa/adapters/internal/answer"
	"github.com/ursa-authz/ursa/authz/filter"
)

// compareKey compares the identity of a row with an operand.
func (c *compiler) compareKey(k filter.Key, o filter.Operand, neg bool) (frag, error) {
	switch o := o.(type) {
	case filter.Value:
		return c.keyIn(k, []filter.Value{o}, neg)
	case filter.Key:
		if k.Var == o.Var {
			return constFrag(!neg), nil
		}
		a, b := c.scope[k.Var], c.scope[o.Var]
		if a.table != b.table {
			return constFrag(neg), nil
		}
		return c.sameKey(a, b, neg)
	case filter.Field:
		return constFrag(neg), nil
	}
	return frag{}, answer.Unsupported(nil, "a comparison of a key with an unknown operand")
}

// sameKey compares the keys of two rows of a model. Zero keys are not equal.
func (c *compiler) sameKey(a, b binding, neg bool) (frag, error) {
	var parts, nonzero []frag
	for i, path := range a.rows.Key {
		x, err := a.column(path)
		if err != nil {
			return frag{}, err
		}
		y, err := b.column(b.rows.Key[i])
		if err != nil {
			return frag{}, err
		}
		f, err := c.withColumn(x, filter.Eq, y, neg)
		if err != nil {
			return frag{}, err
		}
		parts = append(parts, f)
		nz, err := c.nonzero(x, neg)
		if err != nil {
			return frag{}, err
		}
		nonzero = append(nonzero, nz)
	}
	if neg {
		return anyOf(append(parts, allOf(nonzero...))...), nil
	}
	return allOf(append(parts, anyOf(nonzero...))...), nil
}

// nonzero is true when some part of a key is not zero or, if neg, when all parts are.
// A missing value counts as zero.
func (c *compiler) nonzero(a ref, neg bool) (frag, error) {
	if !c.on(ruleZeroKeys) {
		return constFrag(!neg), nil
	}
	f, err := c.heldIn(a, []filter.Value{a.zero()}, !neg)
	if err != nil {
		return frag{}, err
	}
	if neg && a.maybeNull {
		f = anyOf(f, a.isNull())
	}
	return f, nil
}

// keyIn tests whether the key of a row is in a set of keys.
func (c *compiler) keyIn(k filter.Key, set []filter.Value, neg bool) (frag, error) {
	b := c.scope[k.Var]
	var keys []filter.Value
	for _, v := range set {
		if eq, err := v.Equal(v); err != nil { // a zero key does not equal itself
			return frag{}, err
		} else if v.Type() == filter.TypeKey && (eq || !c.on(ruleZeroKeys)) {
			keys = append(keys, v)
		}
	}
	if len(b.rows.Key) == 1 {
		a, err := b.column(b.rows.Key[0])
		if err != nil {
			return frag{}, err
		}
		values := make([]filter.Value, len(keys))
		for i, v := range keys {
			values[i] = v.Parts()[0]
		}
		core, err := c.heldIn(a, values, neg)
		return c.orNull(a, core, neg), err
	}
	alternatives := make([]frag, 0, len(keys))
	for _, v := range keys {
		var parts []frag
		for i, path := range b.rows.Key {
			a, err := b.column(path)
			if err != nil {
				return frag{}, err
			}
			f, err := c.withConst(a, filter.Eq, v.Parts()[i], neg)
			if err != nil {
				return frag{}, err
			}
			parts = append(parts, f)
		}
		if neg {
			alternatives = append(alternatives, anyOf(parts...))
		} else {
			alternatives = append(alternatives, allOf(parts...))
		}
	}
	if neg {
		return allOf(alternatives...), nil
	}
	return anyOf(alternatives...), nil
}
