package host

import (
	"reflect"
)

// This file defines ToGo, which converts a value back to Go.

// ToGo returns v as a Go value: nil, or a value of v's own Go type. An object that the policy
// was given by pointer comes back as the same pointer; one that was part of another object
// comes back as a copy. Numbers that the engine made are int64 and float64, its lists are
// []any, its dictionaries are map[string]any, and a class is a [ClassRef]. The error is an
// [*Error]: v is unbound, has too many elements, or is nested too deeply.
func (r *Registry) ToGo(v Value) (any, error) { return new(conversion).toGo(v) }

// toGo is ToGo within conversion c.
func (c *conversion) toGo(v Value) (any, error) {
	switch v.Plan {
	case nil:
		return nil, nil
	case EngineBool:
		return v.Bool(), nil
	case EngineInt:
		return v.Int(), nil
	case EngineFloat:
		return v.Float(), nil
	case EngineString:
		return v.Str(), nil
	case EngineClass:
		return ClassRef{v.ClassInfo()}, nil
	case EngineList:
		elems, _ := v.Elems()
		return c.goList(elems)
	case EngineDict:
		return c.goDict(Target[engineDict](v.Ptr))
	}
	switch {
	case v.Plan.Kind > ClassKind:
		return nil, errorf(CodeArgument, "the value is not known")
	case v.Plan.Kind == Instance && v.Word == 0:
		return pointerAt(v.Plan.Type, v.Ptr).Interface(), nil
	}
	x := reflect.New(v.Plan.Type).Elem()
	v.store(x)
	return x.Interface(), nil
}

// goList returns a list that the engine made as a []any.
func (c *conversion) goList(elems []Value) (any, error) {
	if err := c.enter(len(elems)); err != nil {
		return nil, err
	}
	defer c.leave()
	list := make([]any, len(elems))
	for i, e := range elems {
		x, err := c.toGo(e)
		if err != nil {
			return nil, err
		}
		list[i] = x
	}
	return list, nil
}

// goDict returns a dictionary that the engine made as a map[string]any.
func (c *conversion) goDict(d *engineDict) (any, error) {
	if err := c.enter(len(d.keys)); err != nil {
		return nil, err
	}
	defer c.leave()
	dict := make(map[string]any, len(d.keys))
	for i, k := range d.keys {
		x, err := c.toGo(d.vals[i])
		if err != nil {
			return nil, err
		}
		dict[k] = x
	}
	return dict, nil
}

// store stores v in dst, which is settable and of the type of v's plan. It cannot store
// lists and dictionaries that the engine made.
func (v Value) store(dst reflect.Value) {
	switch v.Plan.Kind {
	case Bool:
		dst.SetBool(v.Bool())
	case Int:
		if dst.CanUint() {
			dst.SetUint(v.Word)
		} else {
			dst.SetInt(v.Int())
		}
	case Float:
		dst.SetFloat(v.Float())
	case String:
		dst.SetString(v.Str())
	case List:
		if dst.Kind() == reflect.Slice {
			v.storeSlice(dst)
			return
		}
		dst.Set(VariableAt(v.Plan.Type, v.Ptr))
	case ClassKind:
		dst.Set(reflect.ValueOf(ClassRef{v.ClassInfo()}))
	case Dict:
		v.storeMap(dst)
	default:
		dst.Set(VariableAt(v.Plan.Type, v.Ptr))
	}
}
