// Package schema defines the description of a program's classes that tools read: what a
// policy can name, without the Go types themselves.
//
// A program writes its schema with authz.Authorizer.Schema, and a test keeps the file up to
// date (authztest.Schema). The tool ursa, which cannot see the program's types, checks
// policies against the file. A schema contains names and kinds. It contains no value of a
// constant and no data. The
// format has its own [Version].
//
// Not stable before v1.
package schema

// This file defines Schema and what it consists of.

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
)

// Version is the version of the format that this package writes. It reads no other.
const Version = 1

// A Schema describes what a program registers for its policies.
//
// Types are written as references: the name of a class, the name of an entry of Types, one
// of the kinds Boolean, Integer, Float and String, Dictionary for a dictionary of anything,
// "any" for what only the value decides, and "time.Time" and other types of Go's package
// time, which readers know. "[T]" is a list of T, "{T}" a dictionary of T, "<T>" a sequence
// that is read once, and "T?" a T that may be nil.
type Schema struct {
	Version    int        `json:"version"`
	DenyRule   bool       `json:"denyRule,omitempty"`   // decisions ask the deny rules, too
	ChangeRule bool       `json:"changeRule,omitempty"` // updates ask allow_change
	Classes    []Class    `json:"classes"`              // in order of registration
	Types      []Type     `json:"types,omitempty"`      // other types that attributes and methods lead to
	Constants  []Constant `json:"constants,omitempty"`  // by name
}

// A Class is a registered class.
type Class struct {
	Name        string   `json:"name"`                  // in policies
	SameAs      string   `json:"sameAs,omitempty"`      // the class that this one is another name for, which has everything but Supers
	External    bool     `json:"external,omitempty"`    // of another program that shares the policy: nothing here is an instance
	Interface   bool     `json:"interface,omitempty"`   // a union of the classes that list it in Supers
	Supers      []string `json:"supers,omitempty"`      // all supertypes, most specific first, without that of its kind
	Constructor *Method  `json:"constructor,omitempty"` // of new Name(...)
	Shape
}

// A Type is a type that is not registered. Policies cannot name it.
type Type struct {
	Name string `json:"name"` // by which references find it
	Shape
}

// A Shape is what can be done with the values of a class or type.
type Shape struct {
	Go         string      `json:"go"`                   // the Go type
	Kind       string      `json:"kind,omitempty"`       // Boolean, Integer, Float, String, List or Dictionary; otherwise an instance
	Elem       string      `json:"elem,omitempty"`       // of a List or Dictionary
	Struct     bool        `json:"struct,omitempty"`     // the Go type is a struct
	Ordered    bool        `json:"ordered,omitempty"`    // a method compares two instances
	Key        []string    `json:"key,omitempty"`        // Go names of the fields that identify an instance
	Fields     []Field     `json:"fields,omitempty"`     // by name
	Methods    []Method    `json:"methods,omitempty"`    // by name
	Values     []any       `json:"values,omitempty"`     // strings or integers that the type says are its values
	Unexported []string    `json:"unexported,omitempty"` // fields that policies cannot read
	Ambiguous  []Ambiguity `json:"ambiguous,omitempty"`  // names that stand for more than one field
}

// A Field is an attribute.
type Field struct {
	Name     string    `json:"name"`           // in policies
	Go       string    `json:"go"`             // the Go field; a dotted path if an alias reaches into a struct
	Also     []string  `json:"also,omitempty"` // further names, besides the Go name
	Type     string    `json:"type"`
	Shown    bool      `json:"shown,omitempty"` // explanations may show its value
	ID       bool      `json:"id,omitempty"`    // part of the key
	Relation *Relation `json:"relation,omitempty"`
}

// A Relation says that a field holds another row, or rows.
type Relation struct {
	Target     string   `json:"target"`
	Many       bool     `json:"many,omitempty"`
	ForeignKey []string `json:"foreignKey,omitempty"` // Go fields of the owner
}

// A Method is a method or a constructor.
type Method struct {
	Name     string   `json:"name"`             // in policies
	Go       string   `json:"go,omitempty"`     // the Go method; empty for a constructor, and for a name that stands for several methods
	Params   []string `json:"params,omitempty"` // the last one once for each further argument, if Variadic
	Variadic bool     `json:"variadic,omitempty"`
	Result   string   `json:"result,omitempty"`
	Refused  string   `json:"refused,omitempty"` // why every call fails
}

// An Ambiguity is a name that stands for more than one field.
type Ambiguity struct {
	Name string `json:"name"`
	Why  string `json:"why"`
}

// A Constant is a registered constant, without its value.
type Constant struct {
	Name     string `json:"name"`
	External bool   `json:"external,omitempty"` // of another program that shares the policy: it has no value here
	Type     string `json:"type"`               // a reference, "nil", or "class Name"
}

// JSON returns the schema as indented JSON that ends in a newline. Equal schemas have equal
// JSON.
func (s *Schema) JSON() ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false) // "<T>" is to be read
	enc.SetIndent("", "  ")
	if err := enc.Encode(s); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// Parse returns the schema with that JSON. Fields that the format does not have, and
// versions other than [Version], are errors.
func Parse(text []byte) (*Schema, error) {
	var head struct {
		Version *int `json:"version"`
	}
	if err := json.Unmarshal(text, &head); err != nil {
		return nil, fmt.Errorf("schema: %w", err)
	}
	if head.Version == nil {
		return nil, errors.New("schema: not a schema: it has no version")
	}
	if *head.Version != Version {
		return nil, fmt.Errorf("schema: version %d of the format is not supported, only version %d", *head.Version, Version)
	}
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.DisallowUnknownFields()
	dec.UseNumber()
	s := new(Schema)
	if err := dec.Decode(s); err != nil {
		return nil, fmt.Errorf("schema: %w", err)
	}
	if err := s.numbers(); err != nil {
		return nil, err
	}
	return s, nil
}

// numbers converts the numbers among the values of types to int64, exactly.
func (s *Schema) numbers() error {
	convert := func(values []any) error {
		for i, v := range values {
			switch v := v.(type) {
			case string:
			case json.Number:
				n, err := v.Int64()
				if err != nil {
					return fmt.Errorf("schema: %s is not an integer", v)
				}
				values[i] = n
			default:
				return errors.New("schema: a value of a type is neither a string nor an integer")
			}
		}
		return nil
	}
	for i := range s.Classes {
		if err := convert(s.Classes[i].Values); err != nil {
			return err
		}
	}
	for i := range s.Types {
		if err := convert(s.Types[i].Values); err != nil {
			return err
		}
	}
	return nil
}
